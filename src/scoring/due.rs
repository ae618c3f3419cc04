//! When a result changes though nothing happens: a waiting time ends, or a month or a week begins.
//! It must not score. A moment too many costs a second look; one too few would leave a result standing that scoring does not find any more.

use chrono::{DateTime, Days, TimeDelta, Utc, Weekday};

use super::{Context, Subject, case::Case};
use crate::model::{
    contribution::Contribution,
    month::Month,
    policy::{PayoutPer, Policy},
    term::start_of_day,
};

/// The first moment after `as_of` at which the passing of time alone may change what `score` finds. `None`: it stays as it is.
pub fn changes_at(policy: &Policy, subject: &Subject, context: &Context, contributions: &[Contribution]) -> Option<DateTime<Utc>> {
    let case = Case::new(policy, subject, context);
    let begins = [month_that_pays(&case, contributions), week_that_is_served(&case, contributions), month_that_ends(&case)];
    let ends = ends_of_waiting(&case, contributions);
    ends.chain(begins.into_iter().flatten()).filter(|at| *at > context.as_of).min()
}

/// A revert is known from its own moment on, and begins the waiting anew.
fn ends_of_waiting<'a>(case: &Case<'a>, contributions: &'a [Contribution]) -> impl Iterator<Item = DateTime<Utc>> + use<'a> {
    let context = case.context;
    let wait = Some(case.policy.eligibility.waiting_days).filter(|days| *days > 0).map(|days| TimeDelta::days(i64::from(days)));
    contributions.iter().chain(&case.subject.shared).flat_map(move |contribution| {
        let revert = contribution.number.and_then(|number| context.reverted.get(&(contribution.key.repository, number))).copied();
        let from = [Some(contribution.occurred_at), contribution.closed_at, revert].into_iter().flatten();
        from.filter_map(move |from| from.checked_add_signed(wait?)).chain(revert)
    })
}

/// A month pays when it has begun.
fn month_that_pays(case: &Case<'_>, contributions: &[Contribution]) -> Option<DateTime<Utc>> {
    let pays_by_month = case.policy.payout.as_ref().is_some_and(|payout| payout.per == PayoutPer::Month);
    if !pays_by_month || has_nothing(case, contributions) {
        return None;
    }
    let Context { zone, as_of, window, .. } = case.context;
    Some(start_of_day(Month::of(*as_of, *zone).next().first_day(), *zone)).filter(|begins| *begins < window.until)
}

/// A week is served by what was left over before when it has begun.
fn week_that_is_served(case: &Case<'_>, contributions: &[Contribution]) -> Option<DateTime<Utc>> {
    if !case.policy.measures.iter().any(|measure| measure.serves_later_weeks) || has_nothing(case, contributions) {
        return None;
    }
    let Context { zone, as_of, window, .. } = case.context;
    let next = case.day(*as_of).week(Weekday::Mon).first_day().checked_add_days(Days::new(7))?;
    Some(start_of_day(next, *zone)).filter(|begins| *begins < window.until)
}

/// Network scores are known when the last month of the window is over, which may be after the window.
fn month_that_ends(case: &Case<'_>) -> Option<DateTime<Utc>> {
    let Context { zone, window, .. } = case.context;
    case.policy.asks_for_network().then(|| start_of_day(Month::overlapping(*window, *zone).end().next().first_day(), *zone))
}

/// Of nothing nothing is paid, in whatever month.
fn has_nothing(case: &Case<'_>, contributions: &[Contribution]) -> bool {
    let subject = case.subject;
    contributions.is_empty() && subject.shared.is_empty() && subject.statements.is_empty() && subject.prior.carried.is_zero()
}
