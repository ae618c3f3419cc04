//! Judges one contribution by itself: may it count, which rule takes it, what does that rule pay.
//! It must not know limits, and gives facts, not sentences.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use super::{Context, Subject};
use crate::model::{
    contribution::{Contribution, State},
    points::Points,
    policy::{DatedBy, ItemKind, OwnRepository, Pay, Policy, Requirement, Rule, SizeStep},
    repository::RepositoryContext,
};

/// A verdict, and the date by which the contribution belongs to a term.
pub(super) struct Judgement<'a> {
    pub counted_at: DateTime<Utc>,
    pub verdict: Verdict<'a>,
}

pub(super) enum Verdict<'a> {
    Earned(Earning<'a>),
    Excluded(Exclusion<'a>),
}

/// What a rule pays for a contribution, before limits.
pub(super) struct Earning<'a> {
    pub rule: &'a Rule,
    pub category: &'a str,
    pub base: Points,
    pub size: Size<'a>,
    pub category_factor: Option<Decimal>,
    /// Base times factors.
    pub points: Points,
}

/// What the size of a contribution changed.
#[derive(Clone, Copy)]
pub(super) enum Size<'a> {
    /// The rule does not ask.
    Ignored,
    /// The rule asks, and nobody knows.
    Unknown,
    Step {
        lines: i64,
        step: &'a SizeStep,
    },
}

/// Why a contribution earned nothing.
#[derive(Clone, Copy)]
pub(super) enum Exclusion<'a> {
    OtherAccount,
    Bot,
    UntrackedRepository,
    OwnRepository,
    Label(&'a str),
    NoChange,
    NoRule,
    Category { rule: &'a Rule, category: &'a str },
    State { rule: &'a Rule },
    Requirement { rule: &'a Rule, requirement: Requirement },
    OutsideTerm { rule: &'a Rule },
}

pub(super) fn judge<'a>(policy: &'a Policy, subject: &Subject, context: &'a Context, contribution: &'a Contribution) -> Judgement<'a> {
    let exclude = |exclusion| Judgement { counted_at: contribution.occurred_at, verdict: Verdict::Excluded(exclusion) };
    let repository = match eligible(policy, subject, context, contribution) {
        Ok(repository) => repository,
        Err(exclusion) => return exclude(exclusion),
    };
    let rule = match choose(policy, subject, &repository.category, contribution) {
        Ok(rule) => rule,
        Err(exclusion) => return exclude(exclusion),
    };
    let counted_at = match rule.selector.dated_by {
        DatedBy::Opened => Some(contribution.occurred_at),
        DatedBy::Closed => contribution.closed_at,
    };
    match counted_at.filter(|at| context.window.contains(*at)) {
        Some(counted_at) => Judgement { counted_at, verdict: Verdict::Earned(pay(policy, rule, &repository.category, contribution)) },
        None => Judgement {
            counted_at: counted_at.unwrap_or(contribution.occurred_at),
            verdict: Verdict::Excluded(Exclusion::OutsideTerm { rule }),
        },
    }
}

/// The contribution's repository, where the contribution may count at all.
fn eligible<'a>(
    policy: &Policy,
    subject: &Subject,
    context: &'a Context,
    contribution: &'a Contribution,
) -> Result<&'a RepositoryContext, Exclusion<'a>> {
    if contribution.account != Some(subject.account) {
        return Err(Exclusion::OtherAccount);
    }
    if contribution.by_bot {
        return Err(Exclusion::Bot);
    }
    let repository = context.repositories.get(&contribution.key.repository).ok_or(Exclusion::UntrackedRepository)?;
    let own = repository.owner == Some(subject.account) || repository.members.contains(&subject.member);
    let of_category = policy.categories.get(&repository.category).and_then(|category| category.own_repository);
    if own && of_category.unwrap_or(policy.eligibility.own_repository) == OwnRepository::Exclude {
        return Err(Exclusion::OwnRepository);
    }
    // Pushing the base branch onto one's own makes GitHub show a pull request as merged that brought nothing.
    if contribution.state == State::Merged && contribution.changed_files == Some(0) {
        return Err(Exclusion::NoChange);
    }
    let excluded = &policy.eligibility.excluded_labels;
    match contribution.labels.iter().find(|label| excluded.iter().any(|word| word == *label)) {
        Some(label) => Err(Exclusion::Label(label)),
        None => Ok(repository),
    }
}

/// The first rule that fits. Where none does: what was missing for the one that came closest, of equals the first.
fn choose<'a>(policy: &'a Policy, subject: &Subject, category: &'a str, contribution: &Contribution) -> Result<&'a Rule, Exclusion<'a>> {
    let mut closest = (0, Exclusion::NoRule);
    for rule in policy.rules.iter().filter(|rule| rule.selector.kinds.contains(&ItemKind::Contribution(contribution.key.kind))) {
        let miss = if !rule.selector.categories.is_empty() && !rule.selector.categories.iter().any(|c| c == category) {
            (1, Exclusion::Category { rule, category })
        } else if !rule.selector.states.is_empty() && !rule.selector.states.contains(&contribution.state) {
            (2, Exclusion::State { rule })
        } else {
            match (3..).zip(&rule.selector.requires).find(|(_, requirement)| !met(**requirement, subject, contribution)) {
                Some((closeness, requirement)) => (closeness, Exclusion::Requirement { rule, requirement: *requirement }),
                None => return Ok(rule),
            }
        };
        if miss.0 > closest.0 {
            closest = miss;
        }
    }
    Err(closest.1)
}

fn met(requirement: Requirement, subject: &Subject, contribution: &Contribution) -> bool {
    match requirement {
        Requirement::Merged => contribution.state == State::Merged,
        Requirement::ConfirmedByAnother => contribution.confirmed_by.iter().any(|account| *account != subject.account),
        // A deleted account is nobody's any more, so it is not the member's either.
        Requirement::OnAnothersWork => contribution.parent_account != Some(subject.account),
        Requirement::OnAcceptedWork => contribution.parent_accepted == Some(true),
        Requirement::InOwnPullRequest => contribution.parent_account == Some(subject.account),
        Requirement::ReviewedMoreThanOnce => contribution.change.as_ref().is_some_and(|change| change.reviews > 1),
        Requirement::SourceCode => contribution.change.as_ref().is_some_and(|change| change.has_source == Some(true)),
    }
}

fn pay<'a>(policy: &Policy, rule: &'a Rule, category: &'a str, contribution: &Contribution) -> Earning<'a> {
    let base = rule.points_in.get(category).copied().unwrap_or(match &rule.pay {
        Pay::Points(points) => *points,
        Pay::Each { .. } | Pay::Ladder(_) => Points::ZERO,
    });
    let size = match contribution.effective_lines {
        _ if rule.size.is_empty() => Size::Ignored,
        None => Size::Unknown,
        Some(lines) => rule.size.iter().rev().find(|step| step.from <= lines).map_or(Size::Unknown, |step| Size::Step { lines, step }),
    };
    let category_factor = policy.categories.get(category).and_then(|category| category.factor);
    let mut factor = category_factor.unwrap_or(Decimal::ONE);
    if let Size::Step { step, .. } = size {
        factor *= step.factor;
    }
    // A policy that was parsed pays no contribution more than `policy::MOST_POINTS`, so the product fits.
    let points = if factor == Decimal::ONE { base } else { base.scaled(factor).unwrap_or(super::policy::MOST_POINTS) };
    Earning { rule, category, base, size, category_factor, points }
}
