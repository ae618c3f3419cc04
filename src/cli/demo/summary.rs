//! What the demonstration shows on the screen: everybody with the line that earned most, what did not count and why, the sums, and what people
//! decided. It must not compute a score: sums of what the report holds are all it makes.

use std::{collections::BTreeMap, fmt::Write as _};

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use super::super::{sync::Fetched, table};
use crate::{
    messages::{self, Language},
    model::{
        credit::Credits,
        credit_report::{CreditReport, CreditRow},
        member_score::{About, ExplainedLine},
        points::Points,
        score::{Line, Reason, Source},
    },
};

pub(super) fn write(report: &CreditReport, fetched: &[Fetched]) -> String {
    let mut text = format!("\n{}, {} ({})\n\n", report.institution.name, report.term.name, report.term.code);
    text.push_str(&people(report));
    for (title, pick) in [("Earned nothing", nothing as Pick), ("Cut by a limit", limited)] {
        let rows = reasons(report, pick);
        if !rows.is_empty() {
            let _ = write!(text, "\n\n{title}\n\n{}", table::render(["why", "lines", "for example"], [false, true, false], &rows));
        }
    }
    let _ = write!(text, "\n\n{}\n", totals(report, fetched));
    text
}

fn people(report: &CreditReport) -> String {
    let rows: Vec<_> = report
        .rows
        .iter()
        .map(|row| {
            let score = &row.score;
            let points = score.points().map_or("—".to_owned(), |points| points.to_string());
            let credits = row.credits().map_or("—".to_owned(), |credits| credits.to_string());
            [score.number.clone(), score.name.clone(), points, credits, row.state().replace('_', " "), why(row)]
        })
        .collect();
    let header = ["number", "name", "points", "credits", "state", "the line that earned most"];
    table::render(header, [false, false, true, true, false, false], &rows)
}

/// What people decided, and what came of it. `at`: the demonstration's own time, where it has one.
pub(super) fn decided(report: &CreditReport, told: &str, at: Option<DateTime<Utc>>) -> String {
    let mut text = match at {
        Some(at) => {
            let there = at.with_timezone(&report.institution.timezone).format("%Y-%m-%d");
            format!("Decided, by people who are as invented as all the rest; by the demonstration's clock it is {there}\n\n{told}")
        }
        None => format!("Decided\n\n{told}"),
    };
    let mut states: BTreeMap<&str, (usize, Decimal)> = BTreeMap::new();
    for row in report.rows.iter().filter(|row| row.award.is_some()) {
        let state = states.entry(row.state()).or_default();
        state.0 += 1;
        // Where there are none yet, none are added.
        if let Some(credits) = row.credits() {
            state.1 += credits.to_decimal();
        }
    }
    for (state, (awards, credits)) in states {
        let _ = writeln!(text, "{}: {awards} awards, {} credits", state.replace('_', " "), Credits::new(credits));
    }
    text
}

/// Why somebody has these points: the best line, or why there is none.
fn why(row: &CreditRow) -> String {
    if row.score.computed.is_none() {
        return match &row.score.github_login {
            None => "no GitHub login was given".to_owned(),
            Some(login) => format!("GitHub does not know the login {login}"),
        };
    }
    let better = |best: &&ExplainedLine, next: &&ExplainedLine| next.line.points > best.line.points;
    let best = row.lines.iter().reduce(|best, next| if better(&best, &next) { next } else { best });
    match best {
        None => "did nothing in this term".to_owned(),
        Some(best) if best.line.points.is_zero() => {
            let reason = nothing(&best.line).or_else(|| limited(&best.line));
            reason.map_or("nothing that the policy pays".to_owned(), sentence)
        }
        Some(best) => explain(best),
    }
}

/// `15 for pull request tidemark#12 = 10 × 1.5 size`
fn explain(best: &ExplainedLine) -> String {
    let ExplainedLine { line, about } = best;
    let what = match (&line.source, about) {
        (Source::Contribution { key, .. }, Some(about)) => format!("{} {}", key.kind.as_str().replace('_', " "), place(about)),
        (Source::Measure { measure, .. }, _) => measure.clone(),
        _ => line.rule.as_deref().unwrap_or("what was left over").to_owned(),
    };
    let mut text = format!("{} for {what} = {}", line.points, line.base);
    for factor in line.factors.iter().filter(|factor| factor.value != Decimal::ONE) {
        let _ = write!(text, " × {} {}", factor.value.normalize(), factor.name);
    }
    if line.limited.is_some() {
        text.push_str(", cut by a limit");
    }
    text
}

/// The reason of this sort that a line has.
type Pick = fn(&Line) -> Option<&Reason>;

/// It was excluded, or a factor made nothing of it: no line that a person wrote, for example.
fn nothing(line: &Line) -> Option<&Reason> {
    let zero = || line.factors.iter().find(|factor| factor.value.is_zero()).map(|factor| &factor.reason);
    line.excluded.as_ref().or(line.not_yet.as_ref()).or_else(zero)
}

const fn limited(line: &Line) -> Option<&Reason> {
    line.limited.as_ref()
}

fn sentence(reason: &Reason) -> String {
    messages::sentence(Language::English, reason)
}

/// Each reason with how many lines have it, and the first of them.
fn reasons(report: &CreditReport, pick: Pick) -> Vec<[String; 3]> {
    let mut by_code: BTreeMap<&str, (usize, String)> = BTreeMap::new();
    for ExplainedLine { line, about } in report.rows.iter().flat_map(|row| &row.lines) {
        if let (Some(reason), Some(about)) = (pick(line), about) {
            let example = || (0, format!("{}: {}", place(about), sentence(reason)));
            by_code.entry(&reason.code).or_insert_with(example).0 += 1;
        }
    }
    by_code.into_iter().map(|(code, (count, example))| [code.to_owned(), count.to_string(), example]).collect()
}

/// `tidemark#12`
fn place(about: &About) -> String {
    let number = about.number.map(|number| format!("#{number}")).unwrap_or_default();
    format!("{}{number}", about.repository.name())
}

fn totals(report: &CreditReport, fetched: &[Fetched]) -> String {
    let sum = |of: fn(&Fetched) -> i64| fetched.iter().map(of).sum::<i64>();
    let scores = || report.rows.iter().map(|row| &row.score);
    let points: Points = scores().filter_map(|score| score.points()).sum();
    let credits = Credits::new(scores().filter_map(|score| score.credits()).map(Credits::to_decimal).sum());
    format!(
        "fetched  {} items of {} repositories in {} requests; {} rows written\nscored   {} contributions of {} members ({} more without a known account) under {} {}\nfound    {points} points, {credits} credits; complete until {}",
        sum(|one| one.sync.fetched),
        fetched.len(),
        sum(|one| one.sync.requests),
        sum(|one| one.sync.written),
        scores().map(|score| score.contributions).sum::<i64>(),
        scores().filter(|score| score.computed.is_some()).count(),
        scores().filter(|score| score.computed.is_none()).count(),
        report.policy.name,
        report.policy.version,
        report.complete_until().map_or("an unknown time".to_owned(), |at| at.to_rfc3339()),
    )
}
