//! The difference between two results, as people read it: who gained or lost what, and why.
//! It must not find out what differs: it is handed that.

use super::{output, table};
use crate::{
    messages::{self, Language},
    model::{
        difference::{Difference, LineChange, MemberChange},
        member_score::{ExplainedLine, MemberScore},
        score::{Line, Reason, Source},
    },
};

/// A table of the members whose result differs, the lines behind each, and the sums.
pub(super) fn show(difference: &Difference, language: Language) -> anyhow::Result<()> {
    show_members(difference)?;
    for member in &difference.members {
        output::result(format_args!("\n{} {}", member.number(), member.name()))?;
        for change in &member.lines {
            output::result(format_args!("  {}", line(change, language)))?;
        }
    }
    show_sums(difference)
}

/// The same without the lines.
pub(super) fn show_totals(difference: &Difference) -> anyhow::Result<()> {
    show_members(difference)?;
    show_sums(difference)
}

fn show_members(difference: &Difference) -> anyhow::Result<()> {
    if difference.members.is_empty() {
        return Ok(());
    }
    let rows: Vec<_> = difference.members.iter().map(row).collect();
    output::result(table::render(["number", "name", "points", "credits", "state"], [false, false, true, true, false], &rows))
}

fn show_sums(difference: &Difference) -> anyhow::Result<()> {
    let all = difference.before.members.max(difference.after.members);
    if difference.members.is_empty() {
        return output::result(format_args!("nobody's result differs, of {all}"));
    }
    let (before, after) = (&difference.before, &difference.after);
    output::result(format_args!(
        "\n{} of {all} differ; points {} → {}, credits {} → {}",
        difference.members.len(),
        before.points,
        after.points,
        before.credits,
        after.credits
    ))
}

fn row(change: &MemberChange) -> [String; 5] {
    let sides = |what: fn(&MemberScore) -> String| arrow(&side(change.before.as_ref(), what), &side(change.after.as_ref(), what));
    [
        change.number().to_owned(),
        change.name().to_owned(),
        sides(|score| score.points().map(|points| points.to_string()).unwrap_or_default()),
        sides(|score| score.credits().map(|credits| credits.to_string()).unwrap_or_default()),
        sides(|score| score.state().as_str().to_owned()),
    ]
}

fn side(score: Option<&MemberScore>, what: fn(&MemberScore) -> String) -> String {
    score.map(what).filter(|text| !text.is_empty()).unwrap_or_else(|| "–".to_owned())
}

fn arrow(before: &str, after: &str) -> String {
    if before == after { after.to_owned() } else { format!("{before} → {after}") }
}

/// What the line is about, and what it was and is worth, each with its reasons.
fn line(change: &LineChange<ExplainedLine>, language: Language) -> String {
    let about = change.after.as_ref().or(change.before.as_ref()).map(about).unwrap_or_default();
    let worth = |side: Option<&ExplainedLine>| side.map_or_else(|| "–".to_owned(), |side| worth(&side.line, language));
    format!("{about}: {} → {}", worth(change.before.as_ref()), worth(change.after.as_ref()))
}

fn about(explained: &ExplainedLine) -> String {
    match (&explained.about, &explained.line.source) {
        (Some(about), _) => about.url.clone(),
        (None, Source::Contribution { key, .. }) => format!("{} {}", key.kind, key.github_id),
        (None, Source::Statement { statement, kind }) => format!("{kind} {statement}"),
        (None, Source::Measure { measure, amount, .. }) => format!("{measure} ({})", amount.normalize()),
        (None, Source::Carry { carry }) => format!("carried {carry}"),
    }
}

/// `12.5 (merged; × 1.25 …; …)`.
fn worth(line: &Line, language: Language) -> String {
    let sentence = |reason: &Reason| messages::sentence(language, reason);
    let rule = line.rule.iter().map(ToString::to_string);
    let factors = line.factors.iter().map(|factor| format!("× {} {}", factor.value.normalize(), sentence(&factor.reason)));
    let reasons = [&line.excluded, &line.not_yet, &line.limited].into_iter().flatten().map(sentence);
    let flags = line.flags.iter().map(sentence);
    let why: Vec<String> = rule.chain(factors).chain(reasons).chain(flags).collect();
    format!("{} ({})", line.points, why.join("; "))
}
