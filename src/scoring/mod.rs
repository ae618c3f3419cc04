//! Scores what one member did in one term under one policy: one line for each contribution, statement and measure, each with its reason.
//! It must not do I/O, read a clock or use floats: the same values in give the same sheet out, in whatever order they come.

mod bundle;
mod case;
mod code;
mod due;
mod eligible;
mod flags;
mod licences;
mod limits;
mod measures;
mod pay;
mod payout;
mod reasons;
mod rules;
mod shares;
mod tally;
mod units;
mod verdict;
mod words;
mod works;

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
    binding::Accounts,
    contribution::{Contribution, Key},
    credit::Credits,
    ids::{MemberId, RepositoryId},
    points::Points,
    policy::Policy,
    repository::RepositoryContext,
    score::{Answer, Line, Reason, ScoreSheet},
    statement::Statement,
    term::Window,
};

pub use bundle::{Address, Bundle, Found, Lack, Unreadable};
use case::Case;
pub use code::Code;
pub use due::changes_at;
use tally::tally;

/// Whose contributions are scored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    pub member: MemberId,
    #[serde(rename = "account")]
    pub accounts: Accounts,
    /// When another account came to the member than before.
    pub account_changed_at: Option<DateTime<Utc>>,
    /// What people stated about the member's work, withdrawals among them.
    pub statements: Vec<Statement>,
    /// Contributions of others in which a share is stated for the member.
    pub shared: Vec<Contribution>,
    pub network: Option<Network>,
    pub prior: Prior,
}

impl Subject {
    /// Somebody of whom nothing is known but one account.
    pub fn new(member: MemberId, account: AccountId) -> Self {
        Self {
            member,
            accounts: Accounts::one(account),
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
    /// The contributions that earned points in earlier terms under rule books of this name, each with that term's code.
    #[serde(with = "pairs", default)]
    pub paid: HashMap<Key, String>,
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

/// A person decided that the subject's network score does not count, so that it takes no place in the class either.
pub fn is_out_of_class(policy: &Policy, subject: &Subject, context: &Context) -> bool {
    Case::new(policy, subject, context).network_exclusion().is_some()
}

/// What the lines of a sheet come to, without the lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Total {
    pub points: Points,
    pub carried: Points,
    pub unmet: Vec<Reason>,
}

/// The whole sheet: a line for each contribution and statement that can earn, by date and then by key; then one for each measure that pays,
/// each adjustment, and what is carried. The lines add up to the total. What is given twice counts once.
pub fn score(policy: &Policy, subject: &Subject, context: &Context, contributions: &[Contribution]) -> ScoreSheet {
    let case = Case::new(policy, subject, context);
    let tally = tally(&case, contributions);
    let mut lines: Vec<Line> = tally.judged.iter().map(|judged| words::of_item(&case, judged, &tally.applied)).collect();
    let paying = tally.measures.taken.iter().filter(|taken| taken.measure.pay.is_some());
    lines.extend(paying.map(|taken| words::of_measure(taken, &tally.applied)));
    lines.extend(tally.adjustments.iter().map(|(statement, points)| words::of_adjustment(&case, statement, *points)));
    if !subject.prior.carried.is_zero() {
        lines.push(words::of_carried_in(&case));
    }
    if let Some(payout) = policy.payout.as_ref().filter(|_| !tally.settled.carried.is_zero()) {
        lines.push(words::of_carried_out(&case, payout, tally.settled.carried));
    }
    let flags = flags::of_member(&case, &tally.judged);
    ScoreSheet { points: tally.settled.paid, lines, flags, unmet: tally.unmet, carried: tally.settled.carried }
}

/// The total of that sheet, without its lines: the same walk, no words.
pub fn total(policy: &Policy, subject: &Subject, context: &Context, contributions: &[Contribution]) -> Total {
    let tally = tally(&Case::new(policy, subject, context), contributions);
    Total { points: tally.settled.paid, carried: tally.settled.carried, unmet: tally.unmet }
}

/// What a line answers to "what is this worth?".
pub fn answer(line: &Line) -> Answer {
    if let Some(reason) = &line.excluded {
        return Code::of_word(&reason.code).map_or(Answer::Zero, Code::answer);
    }
    match line {
        Line { not_yet: Some(_), .. } => Answer::NotYet,
        Line { points, measured_by, .. } if points.is_zero() && measured_by.is_empty() => Answer::Zero,
        Line { flags, .. } if !flags.is_empty() => Answer::Flagged,
        _ => Answer::Counted,
    }
}
