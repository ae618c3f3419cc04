//! Scores what one member did in one term under one policy: one line for each contribution, each with its reason.
//! It must not do I/O, read a clock or use floats: the same values in give the same sheet out, in whatever order they come.

mod code;
mod limits;
mod rules;
mod words;

pub mod policy;

#[cfg(test)]
mod tests;

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::model::{
    account::AccountId,
    contribution::Contribution,
    ids::{MemberId, RepositoryId},
    points::Points,
    policy::Policy,
    repository::RepositoryContext,
    score::ScoreSheet,
    term::Window,
};

pub use code::Code;
use limits::{Binding, Budgets};
use rules::Verdict;

/// Whose contributions are scored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Subject {
    pub member: MemberId,
    pub account: AccountId,
}

/// What all members of one evaluation share.
#[derive(Debug, Clone)]
pub struct Context {
    /// The term.
    pub window: Window,
    /// The institution's zone: days begin at its midnights.
    pub zone: Tz,
    /// Every repository that the institution tracks.
    pub repositories: HashMap<RepositoryId, RepositoryContext>,
}

/// The whole sheet. Each contribution gives exactly one line, by date and then by key; the lines add up to the total.
/// The contributions' keys must be distinct, as they are in the table.
pub fn score(policy: &Policy, subject: &Subject, context: &Context, contributions: &[Contribution]) -> ScoreSheet {
    let mut lines = Vec::with_capacity(contributions.len());
    let points = walk(policy, subject, context, contributions, |outcome| lines.push(words::line(context, &outcome)));
    ScoreSheet { points, lines }
}

/// The total of that sheet, without its lines: the same walk, no words.
pub fn total(policy: &Policy, subject: &Subject, context: &Context, contributions: &[Contribution]) -> Points {
    walk(policy, subject, context, contributions, |_| ())
}

/// What came of one contribution, before it is put into words.
struct Outcome<'a> {
    contribution: &'a Contribution,
    counted_at: DateTime<Utc>,
    verdict: Verdict<'a>,
    /// What counts of what the rule pays.
    points: Points,
    binding: Option<Binding<'a>>,
}

/// Judges each contribution by itself, then lets the limits take them in the order of date and key.
fn walk<'a>(
    policy: &'a Policy,
    subject: &Subject,
    context: &'a Context,
    contributions: &'a [Contribution],
    mut each: impl FnMut(Outcome<'a>),
) -> Points {
    let mut judged: Vec<_> =
        contributions.iter().map(|contribution| (rules::judge(policy, subject, context, contribution), contribution)).collect();
    judged.sort_unstable_by(|(a, a_of), (b, b_of)| a.counted_at.cmp(&b.counted_at).then_with(|| a_of.key.cmp(&b_of.key)));
    let mut budgets = Budgets::new(&policy.limits, context.zone);
    let mut sum = Points::ZERO;
    for (judgement, contribution) in judged {
        let (points, binding) = match &judgement.verdict {
            Verdict::Excluded(_) => (Points::ZERO, None),
            Verdict::Earned(earning) => budgets.take(contribution, earning.category, judgement.counted_at, earning.points),
        };
        sum += points;
        each(Outcome { contribution, counted_at: judgement.counted_at, verdict: judgement.verdict, points, binding });
    }
    sum
}
