//! Scores what one member did in one term under one policy: one line for each contribution, statement and measure, each with its reason.
//! It must not do I/O, read a clock or use floats: the same values in give the same sheet out, in whatever order they come.

mod case;
mod code;
mod eligible;
mod flags;
mod licences;
mod limits;
mod measures;
mod pay;
mod payout;
mod rules;
mod shares;
mod units;
mod words;
mod works;

pub mod policy;

#[cfg(test)]
mod tests;

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::model::{
    account::AccountId,
    contribution::{Contribution, Key},
    credit::Credits,
    ids::{MemberId, RepositoryId},
    points::Points,
    policy::{GroupFactor, Policy},
    repository::RepositoryContext,
    score::{Answer, Line, Reason, ScoreSheet},
    statement::Statement,
    term::Window,
};

use case::{Case, Item};
pub use code::Code;
use limits::Budgets;
use measures::Measures;
use pay::Earning;
use payout::Settled;
use rules::{Exclusion, Judged, Verdict};

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

/// A group's factor whose condition holds, and the amount that it asked for.
struct Applied<'a> {
    factor: &'a GroupFactor,
    amount: Decimal,
}

/// What came of a member's whole work, before it is put into words.
struct Tally<'a> {
    judged: Vec<Judged<'a>>,
    measures: Measures<'a>,
    applied: Vec<Applied<'a>>,
    adjustments: Vec<(&'a Statement, Points)>,
    settled: Settled,
    unmet: Vec<Reason>,
}

/// Judges each item by itself, then lets works, measures, factors, units and limits take them in this order. What a policy does not use
/// costs nothing.
fn tally<'a>(case: &Case<'a>, contributions: &'a [Contribution]) -> Tally<'a> {
    let policy = case.policy;
    let mut judged = judge(case, contributions);
    if policy.works.highest_only {
        works::keep_highest(case, &mut judged);
    }
    let mut measures = Measures::take(case, &judged);
    let applied: Vec<Applied<'a>> = policy
        .factors
        .iter()
        .filter(|factor| measures.missed(&factor.when).is_none())
        .map(|factor| Applied { factor, amount: measures.amount(&factor.when.measure) })
        .collect();
    if !applied.is_empty() {
        multiply(&applied, &mut judged, &mut measures);
    }
    if let Some(units) = &policy.units {
        units::cap(policy, units, &mut judged, |judged| product(&applied, judged.rule.and_then(|rule| rule.group.as_deref())));
    }
    if !policy.limits.is_empty() {
        limit(case, &mut judged, &mut measures);
    }
    let adjustments = case.adjustments().map(|statement| (statement, adjusted(statement))).collect();
    let settled = settle(case, &judged, &measures, &adjustments);
    let unmet = policy.requirements.iter().filter_map(|requirement| {
        let amount = measures.missed(requirement)?;
        Some(words::asked_for(Reason::new(Code::RequirementNotMet.as_str()), requirement, amount))
    });
    let unmet = unmet.collect();
    Tally { judged, measures, applied, adjustments, settled, unmet }
}

/// Every item, by date and then by key; each once.
fn judge<'a>(case: &Case<'a>, contributions: &'a [Contribution]) -> Vec<Judged<'a>> {
    let mut judged = Vec::with_capacity(contributions.len() + case.subject.shared.len());
    judged
        .extend(contributions.iter().chain(&case.subject.shared).map(|contribution| rules::judge(case, Item::Contribution(contribution))));
    judged.extend(case.payable().map(|statement| rules::judge(case, Item::Statement(statement))));
    judged.extend(case.taken_back().map(|(statement, withdrawal)| {
        Judged::excluded(Item::Statement(statement), case.happened_at(statement), Exclusion::Withdrawn(withdrawal))
    }));
    // The keys are sorted by themselves: they are small, and what was judged is not.
    judged.sort_by_cached_key(|judged| (judged.counted_at, judged.item));
    judged.dedup_by(|later, first| later.item == first.item);
    judged
}

fn product(applied: &[Applied<'_>], group: Option<&str>) -> Decimal {
    pay::product(applied.iter().filter(|applied| group == Some(&applied.factor.group)).map(|applied| applied.factor.factor))
}

fn multiply(applied: &[Applied<'_>], judged: &mut [Judged<'_>], measures: &mut Measures<'_>) {
    for judged in judged {
        if let Verdict::Earned(earning) = &judged.verdict {
            judged.points = pay::times(earning.base, pay::product([earning.factor, product(applied, earning.rule.group.as_deref())]));
        }
    }
    for taken in &mut measures.taken {
        taken.points = pay::times(taken.base, pay::product([taken.part, product(applied, taken.measure.group.as_deref())]));
    }
}

fn limit<'a>(case: &Case<'a>, judged: &mut [Judged<'a>], measures: &mut Measures<'a>) {
    let mut budgets = Budgets::new(&case.policy.limits, case.context.zone);
    for judged in judged {
        if let Verdict::Earned(Earning { rule, .. }) = judged.verdict {
            budgets.take(judged, rule);
        }
    }
    for taken in &mut measures.taken {
        budgets.take_measure(taken);
    }
}

/// An adjustment has at most three places, as everything that is stated.
fn adjusted(statement: &Statement) -> Points {
    statement.value.and_then(|value| Points::from_decimal(value.round_dp(3))).unwrap_or_default()
}

/// What is paid of all that was earned, and of what was carried in.
fn settle(case: &Case<'_>, judged: &[Judged<'_>], measures: &Measures<'_>, adjustments: &Vec<(&Statement, Points)>) -> Settled {
    let carried_in = case.subject.prior.carried;
    let items = judged.iter().map(|judged| (judged.counted_at, judged.points));
    let taken = measures.taken.iter().map(|taken| (taken.at, taken.points));
    let adjusted = adjustments.iter().map(|(statement, points)| (case.happened_at(statement), *points));
    let all = items.chain(taken).chain(adjusted);
    let Some(payout) = &case.policy.payout else {
        return Settled { paid: carried_in + all.map(|(_, points)| points).sum(), carried: Points::ZERO };
    };
    let first_of_month = |at: DateTime<Utc>| payout::month(case.day(at));
    let earned: Vec<(NaiveDate, Points)> = all.map(|(at, points)| (first_of_month(at), points)).collect();
    let Window { from, until } = case.context.window;
    // A month that has not begun pays nothing yet, unless something is dated in it already.
    let now = first_of_month(case.context.as_of).min(first_of_month(until - TimeDelta::nanoseconds(1)));
    let last = earned.iter().map(|(month, _)| *month).max().map_or(now, |last| last.max(now));
    payout::settle(payout, carried_in, &earned, &payout::months(case.day(from), last).collect::<Vec<_>>())
}
