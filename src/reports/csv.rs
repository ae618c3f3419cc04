//! The credit report as CSV: UTF-8 with a byte order mark, one row a member, safe to open in a spreadsheet.

use std::borrow::Cow;

use super::{CreditReport, moment};

const HEADER: [&str; 16] = [
    "number",
    "name",
    "unit",
    "github_login",
    "term",
    "policy",
    "policy_hash",
    "points",
    "credits",
    "state",
    "contributions",
    "complete_until",
    "flags",
    "unmet",
    "found_credits",
    "award_id",
];

pub(super) fn render(report: &CreditReport) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer("\u{feff}".as_bytes().to_vec());
    writer.write_record(HEADER)?;
    let policy = format!("{} {}", report.policy.name, report.policy.version);
    let complete_until = report.complete_until().map(moment).unwrap_or_default();
    for row in &report.rows {
        let score = &row.score;
        writer.write_record([
            &*harmless(&score.number),
            &*harmless(&score.name),
            &*harmless(score.unit.as_deref().unwrap_or_default()),
            &*harmless(score.github_login.as_deref().unwrap_or_default()),
            &*harmless(&report.term.code),
            &*harmless(&policy),
            &report.policy.hash,
            // Our own numbers are never text: a negative one must stay a number.
            &score.points().map(|p| p.to_string()).unwrap_or_default(),
            &row.credits().map(|c| c.to_string()).unwrap_or_default(),
            row.state(),
            &score.contributions.to_string(),
            &complete_until,
            // Of somebody without an account nothing is known, and that is not none.
            &score.computed.as_ref().map(|_| score.flagged.to_string()).unwrap_or_default(),
            &score.computed.as_ref().map(|_| score.unmet.len().to_string()).unwrap_or_default(),
            &score.credits().map(|c| c.to_string()).unwrap_or_default(),
            &row.award.as_ref().map(|award| award.id.to_string()).unwrap_or_default(),
        ])?;
    }
    writer.into_inner().map_err(|e| e.into_error().into())
}

/// A text that a spreadsheet would run as a formula gets an apostrophe in front.
fn harmless(text: &str) -> Cow<'_, str> {
    const STARTS: &[char] = &['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];
    if text.starts_with(STARTS) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}
