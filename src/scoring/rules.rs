//! Judges one item by itself: may it count, which rule and which measures take it, and what does the rule pay.
//! It must not know limits or other items, and gives facts, not sentences.

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    case::{Case, Item, Place, end_of_day},
    eligible, measures, pay, shares,
    verdict::{Asked, Counted, Exclusion, Judged, Verdict},
};
use crate::model::{
    contribution::{Contribution, Kind, State},
    points::Points,
    policy::{DatedBy, Requirement, Rule},
    statement::{Statement, StatementKind},
};

pub(super) fn judge<'a>(case: &Case<'a>, item: Item<'a>) -> Judged<'a> {
    let (place, share) = match eligible::admit(case, item) {
        Ok(admitted) => admitted,
        Err(exclusion) => return Judged::excluded(item, opened_at(case, item), exclusion),
    };
    let (repository, category) = (place.repository.map(|repository| repository.id), place.category);
    let judged = Judged { repository, category, share, ..Judged::excluded(item, opened_at(case, item), Exclusion::NoRule) };
    let (mut judged, closeness) = match choose(case, item, place) {
        Err((closeness, exclusion)) => (Judged { verdict: Verdict::Excluded(exclusion), ..judged }, closeness),
        Ok(rule) => {
            let judged = Judged { rule: Some(rule), ..judged };
            let judged = match date(case, Asked { id: &rule.id, selector: &rule.selector }, item) {
                Err((counted_at, exclusion)) => Judged { counted_at, verdict: Verdict::Excluded(exclusion), ..judged },
                Ok(counted_at) => {
                    let earning = pay::earning(case.policy, rule, item, category, share);
                    Judged { counted_at, points: earning.points, verdict: Verdict::Earned(earning), ..judged }
                }
            };
            (judged, usize::MAX)
        }
    };
    if !case.policy.measures.is_empty() {
        measure(case, place, closeness, &mut judged);
    }
    if let Some(term) = paid_before(case, &judged) {
        judged = Judged { verdict: Verdict::Excluded(Exclusion::PaidBefore(term)), measures: Vec::new(), points: Points::ZERO, ..judged };
    }
    judged
}

/// The earlier term that paid what would count, now or later: two versions of a rule book may date one work differently. A rule book of
/// several years looks at them anew each time.
fn paid_before<'a>(case: &Case<'a>, judged: &Judged<'a>) -> Option<&'a str> {
    let contribution = judged.item.contribution().filter(|_| case.policy.years.is_none())?;
    let term = case.subject.prior.paid.get(&contribution.key)?;
    let counts = match &judged.verdict {
        Verdict::Earned(_) | Verdict::Measured => true,
        Verdict::Excluded(exclusion) => exclusion.is_not_yet(),
    };
    counts.then_some(term)
}

/// Notes the measures that count it. Where no rule fits, a measure can have come closer than all rules.
fn measure<'a>(case: &Case<'a>, place: Place<'a>, mut closest: usize, judged: &mut Judged<'a>) {
    let is_final = matches!(judged.verdict, Verdict::Earned(_));
    for (index, measure) in case.policy.measures.iter().enumerate().filter(|(_, measure)| measures::can_count(measure, judged.item.kind()))
    {
        let asked = Asked { id: &measure.id, selector: &measure.selector };
        let (closeness, counted_at, exclusion) = match miss(case, asked, judged.item, place) {
            Some((closeness, exclusion)) => (closeness, judged.counted_at, exclusion),
            None => match date(case, asked, judged.item) {
                Ok(at) => {
                    judged.measures.push(Counted { measure: index, at });
                    continue;
                }
                Err((at, exclusion)) => (usize::MAX - 1, at, exclusion),
            },
        };
        if !is_final && closeness > closest {
            closest = closeness;
            (judged.counted_at, judged.verdict) = (counted_at, Verdict::Excluded(exclusion));
        }
    }
    let Verdict::Excluded(exclusion) = &judged.verdict else { return };
    if let Some(first) = judged.measures.first().filter(|_| judged.rule.is_none() || !exclusion.is_not_yet()) {
        (judged.counted_at, judged.rule, judged.verdict) = (first.at, None, Verdict::Measured);
    }
}

/// The first rule that fits. Where none does: what was missing for the one that came closest, of equals the first.
fn choose<'a>(case: &Case<'a>, item: Item<'a>, place: Place<'a>) -> Result<&'a Rule, (usize, Exclusion<'a>)> {
    let kind = item.kind();
    let mut closest = (0, Exclusion::NoRule);
    for rule in case.policy.rules.iter().filter(|rule| rule.selector.kinds.contains(&kind)) {
        match miss(case, Asked { id: &rule.id, selector: &rule.selector }, item, place) {
            None => return Ok(rule),
            Some(miss) if miss.0 > closest.0 => closest = miss,
            Some(_) => {}
        }
    }
    Err(closest)
}

/// What an item of a fitting kind lacks to be what a selector means, and how close it came. Dates and confirmations are not asked here.
fn miss<'a>(case: &Case<'a>, asked: Asked<'a>, item: Item<'a>, place: Place<'a>) -> Option<(usize, Exclusion<'a>)> {
    let selector = asked.selector;
    if !selector.categories.is_empty() && !selector.categories.iter().any(|category| category == place.category) {
        return Some((1, Exclusion::Category { asked, category: place.category }));
    }
    match item {
        Item::Statement(statement) => {
            let fits = selector.names.is_empty() || statement.name.as_ref().is_some_and(|name| selector.names.contains(name));
            (!fits).then_some((2, Exclusion::Name(asked)))
        }
        Item::Contribution(contribution) => {
            // What is open can still come into the state that is asked for.
            let is_open = contribution.state == State::Open;
            if !selector.states.is_empty() && !selector.states.contains(&contribution.state) {
                return Some((3, if is_open { Exclusion::StillOpen(asked) } else { Exclusion::State(asked) }));
            }
            let unmet = (4..).zip(&selector.requires).find(|(_, requirement)| !met(case, **requirement, contribution));
            unmet.map(|(closeness, requirement)| {
                let waits = is_open && *requirement == Requirement::Merged;
                let requirement = *requirement;
                (closeness, if waits { Exclusion::StillOpen(asked) } else { Exclusion::Requirement { asked, requirement } })
            })
        }
    }
}

fn met(case: &Case<'_>, requirement: Requirement, contribution: &Contribution) -> bool {
    let accounts = &case.subject.accounts;
    match requirement {
        Requirement::Merged => contribution.state == State::Merged,
        Requirement::ConfirmedByAnother => {
            let shares = |by| shares::is_sharing(case, contribution, by);
            contribution.confirmed_by.iter().any(|by| !accounts.include(*by) && !shares(*by))
        }
        // A deleted account is nobody's any more, so it is not the member's either.
        Requirement::OnAnothersWork => !contribution.parent_account.is_some_and(|author| accounts.include(author)),
        Requirement::OnAcceptedWork => contribution.parent_accepted == Some(true),
        Requirement::InOwnPullRequest => {
            let opened = contribution.parent_opened_at.unwrap_or(contribution.occurred_at);
            contribution.parent_account.is_some_and(|author| accounts.had(author, opened))
        }
        Requirement::ReviewedMoreThanOnce => contribution.change.as_ref().is_some_and(|change| change.reviews > 1),
        Requirement::SourceCode => contribution.change.as_ref().is_some_and(|change| change.has_source == Some(true)),
        Requirement::ChangesLines => contribution.effective_lines != Some(0),
    }
}

/// When it was opened, submitted, committed or published; the first moment of a statement's day.
fn opened_at(case: &Case<'_>, item: Item<'_>) -> DateTime<Utc> {
    match item {
        Item::Contribution(contribution) => contribution.occurred_at,
        Item::Statement(statement) => case.happened_at(statement),
    }
}

/// The date by which it counts; or the date that keeps it from counting, and why.
fn date<'a>(case: &Case<'a>, asked: Asked<'a>, item: Item<'a>) -> Result<DateTime<Utc>, (DateTime<Utc>, Exclusion<'a>)> {
    let opened = opened_at(case, item);
    let closed = item.contribution().map_or(Some(opened), |contribution| contribution.closed_at);
    in_time(case, asked, opened, closed)?;
    let counted_at = match asked.selector.dated_by {
        DatedBy::Opened => Some(opened),
        DatedBy::Closed => closed,
    };
    let counted_at = counted_at.ok_or((opened, Exclusion::StillOpen(asked)))?;
    let counted_at = match item {
        Item::Statement(statement) if statement.kind == StatementKind::Role => held_at(case, statement, counted_at),
        _ => Some(counted_at).filter(|at| case.context.window.contains(*at)),
    }
    .ok_or((counted_at, Exclusion::OutsideTerm(asked)))?;
    case.confirmed(&asked.selector.confirmed_by, item).map_err(|who| (counted_at, Exclusion::NotYetConfirmed { asked, who }))?;
    if let Item::Contribution(contribution) = item {
        waited(case, contribution, counted_at).map_err(|exclusion| (counted_at, exclusion))?;
    }
    Ok(counted_at)
}

fn in_time<'a>(
    case: &Case<'a>,
    asked: Asked<'a>,
    opened: DateTime<Utc>,
    closed: Option<DateTime<Utc>>,
) -> Result<(), (DateTime<Utc>, Exclusion<'a>)> {
    let zone = asked.selector.zone.unwrap_or(case.context.zone);
    if let Some(last) = asked.selector.opened_by.filter(|last| opened >= end_of_day(*last, zone)) {
        return Err((opened, Exclusion::OpenedLate { asked, at: opened, last }));
    }
    let Some(last) = asked.selector.closed_by else { return Ok(()) };
    match closed {
        None => Err((opened, Exclusion::StillOpen(asked))),
        Some(at) if at >= end_of_day(last, zone) => Err((at, Exclusion::ClosedLate { asked, at, last })),
        Some(_) => Ok(()),
    }
}

/// The first moment of the window in which a role was held that began at `from`.
fn held_at(case: &Case<'_>, role: &Statement, from: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let window = case.context.window;
    let until = role.until_on.map(|last| end_of_day(last, case.context.zone));
    (from < window.until && until.is_none_or(|until| until > window.from)).then(|| from.max(window.from))
}

/// Whether the waiting days are over; a revert begins them anew.
fn waited<'a>(case: &Case<'a>, contribution: &Contribution, counted_at: DateTime<Utc>) -> Result<(), Exclusion<'a>> {
    let days = case.policy.eligibility.waiting_days;
    if days == 0 {
        return Ok(());
    }
    let wait = TimeDelta::days(i64::from(days));
    // What is dated by its opening was not there to be reverted before it was merged.
    let counted_at = contribution.closed_at.map_or(counted_at, |closed| closed.max(counted_at));
    if let Some(reverted) = reverted_at(case, contribution) {
        let until = reverted.max(counted_at) + wait;
        return if until > case.context.as_of { Err(Exclusion::WaitingAfterRevert { until, reverted }) } else { Ok(()) };
    }
    let until = counted_at + wait;
    if until > case.context.as_of { Err(Exclusion::Waiting { until }) } else { Ok(()) }
}

/// When a later pull request took it back, as far as that is known at the moment for which is asked.
pub(super) fn reverted_at(case: &Case<'_>, contribution: &Contribution) -> Option<DateTime<Utc>> {
    let reverted = &case.context.reverted;
    if reverted.is_empty() || contribution.key.kind != Kind::PullRequest || contribution.state != State::Merged {
        return None;
    }
    reverted.get(&(contribution.key.repository, contribution.number?)).copied().filter(|at| *at <= case.context.as_of)
}
