//! Scores what one member did in one term under one policy: one line for each contribution, each with its reason.
//! It must not do I/O, read a clock or use floats: the same values in give the same sheet out, in whatever order they come.

mod code;
mod limits;
mod rules;
mod words;

pub mod difference;
pub mod policy;

#[cfg(test)]
mod tests;

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::model::{
    account::AccountId,
    contribution::{Contribution, Key},
    credit::Credits,
    ids::{MemberId, RepositoryId},
    points::Points,
    policy::Policy,
    repository::RepositoryContext,
    score::ScoreSheet,
    statement::Statement,
    term::Window,
};

pub use code::Code;
use limits::{Binding, Budgets};
use rules::Verdict;

/// Whose contributions are scored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    pub member: MemberId,
    pub account: AccountId,
    /// When the linked account became another one than before.
    pub account_changed_at: Option<DateTime<Utc>>,
    /// What people stated about the member's work, withdrawals among them.
    pub statements: Vec<Statement>,
    /// Contributions of others in which a share is stated for the member.
    pub shared: Vec<Contribution>,
    pub network: Option<Network>,
    pub prior: Prior,
}

impl Subject {
    /// Somebody of whom nothing is known but the account.
    pub fn new(member: MemberId, account: AccountId) -> Self {
        Self {
            member,
            account,
            account_changed_at: None,
            statements: Vec::new(),
            shared: Vec::new(),
            network: None,
            prior: Prior::default(),
        }
    }
}

/// A member's network scores of the term and those of the class, the member's among them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Network {
    pub openrank: Standing,
    pub activity: Standing,
}

/// A number beside those of the class. Equals share a place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    pub value: Decimal,
    /// How many of the class have less, and how many the same, the member among these.
    pub below: u32,
    pub equal: u32,
    pub class: u32,
}

/// What earlier terms left.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Prior {
    /// Points earned and not paid.
    pub carried: Points,
    /// The term that left them.
    pub carried_from: Option<String>,
    /// Credits of earlier terms under rule books of this name.
    pub credits: Credits,
}

/// What all members of one evaluation share.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Context {
    /// The term, or the years that end with it.
    pub window: Window,
    /// The institution's zone: days begin at its midnights.
    pub zone: Tz,
    /// The moment for which is asked: what happens later is not known.
    pub as_of: DateTime<Utc>,
    /// Every repository that the institution tracks.
    #[serde(with = "pairs")]
    pub repositories: HashMap<RepositoryId, RepositoryContext>,
    /// Merged pull requests that a later merged one reverts: when.
    #[serde(with = "pairs")]
    pub reverted: HashMap<(RepositoryId, i64), DateTime<Utc>>,
    /// Pull requests whose lines an earlier one brought: the address of that one.
    #[serde(with = "pairs")]
    pub copies: HashMap<Key, String>,
    /// Every share that is stated in a contribution, with the withdrawn ones left out.
    #[serde(with = "pairs")]
    pub shares: HashMap<Key, Vec<Statement>>,
}

/// A map whose keys are no texts, as a list of pairs: JSON can hold that.
mod pairs {
    use std::{collections::HashMap, hash::Hash};

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub fn serialize<K: Serialize + Ord, V: Serialize, S: Serializer>(map: &HashMap<K, V>, serializer: S) -> Result<S::Ok, S::Error> {
        let mut pairs: Vec<(&K, &V)> = map.iter().collect();
        pairs.sort_by_key(|(key, _)| *key);
        pairs.serialize(serializer)
    }

    pub fn deserialize<'de, K, V, D>(deserializer: D) -> Result<HashMap<K, V>, D::Error>
    where
        K: Deserialize<'de> + Eq + Hash,
        V: Deserialize<'de>,
        D: Deserializer<'de>,
    {
        Ok(Vec::<(K, V)>::deserialize(deserializer)?.into_iter().collect())
    }
}

/// The whole sheet. Each contribution gives exactly one line, by date and then by key; the lines add up to the total.
/// The contributions' keys must be distinct, as they are in the table.
pub fn score(policy: &Policy, subject: &Subject, context: &Context, contributions: &[Contribution]) -> ScoreSheet {
    let mut lines = Vec::with_capacity(contributions.len());
    let points = walk(policy, subject, context, contributions, |outcome| lines.push(words::line(context, &outcome)));
    ScoreSheet { points, lines, ..ScoreSheet::default() }
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
