//! Puts what came of an item into a line: codes and the values that their sentences need.
//! It must not decide anything, nor write sentences: the line says what `rules` and `limits` found, and `messages` puts it into words.

use std::borrow::Cow;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use rust_decimal::Decimal;

use super::{
    Code, Context, Outcome,
    limits::Binding,
    rules::{Earning, Exclusion, Size, Verdict},
};
use crate::model::{
    points::Points,
    policy::{DatedBy, Requirement, Rule},
    score::{Answer, Factor, Line, Reason, Source},
};

pub(super) fn line(context: &Context, outcome: &Outcome<'_>) -> Line {
    let contribution = outcome.contribution;
    let line = Line {
        source: Source::Contribution { key: contribution.key.clone(), state: contribution.state },
        counted_at: outcome.counted_at,
        rule: None,
        base: Points::ZERO,
        basis: Vec::new(),
        factors: Vec::new(),
        points: outcome.points,
        excluded: None,
        not_yet: None,
        limited: None,
        flags: Vec::new(),
        measured_by: Vec::new(),
    };
    match &outcome.verdict {
        Verdict::Earned(earning) => Line {
            rule: Some(Cow::Owned(earning.rule.id.clone())),
            base: earning.base,
            factors: factors(earning),
            limited: outcome.binding.as_ref().map(|binding| limited(binding, outcome.points, earning.points)),
            ..line
        },
        Verdict::Excluded(exclusion) => {
            let rule = match exclusion {
                Exclusion::OutsideTerm { rule } => Some(Cow::Owned(rule.id.clone())),
                _ => None,
            };
            let (code, reason) = excluded(context, outcome, *exclusion);
            if code.answer() == Answer::NotYet {
                Line { rule, not_yet: Some(reason), ..line }
            } else {
                Line { rule, excluded: Some(reason), ..line }
            }
        }
    }
}

fn factors(earning: &Earning<'_>) -> Vec<Factor> {
    let factor = |name, value, reason| Factor { name: Cow::Borrowed(name), value, reason };
    let size = match earning.size {
        Size::Ignored => None,
        Size::Unknown => Some(factor("size", Decimal::ONE, Reason::new(Code::SizeUnknown.as_str()))),
        Size::Step { lines, step } => {
            Some(factor("size", step.factor, Reason::new(Code::Size.as_str()).with("lines", lines).with("from", step.from)))
        }
    };
    let category = earning
        .category_factor
        .map(|value| factor("category", value, Reason::new(Code::CategoryFactor.as_str()).with("category", earning.category)));
    size.into_iter().chain(category).collect()
}

/// `counts` is also what was left of the limit: no other is tighter.
fn limited(binding: &Binding<'_>, counts: Points, earned: Points) -> Reason {
    let limit = binding.limit;
    let listed = |words: Vec<&str>| words.join(",");
    Reason::new(Code::of_limit(limit.per).as_str())
        .with("points", limit.points.map_or_else(String::new, |points| points.to_string()))
        .with("items", limit.items.map_or_else(String::new, |items| items.to_string()))
        .with("counts", counts)
        .with("earned", earned)
        .with("kinds", listed(limit.kinds.iter().map(|kind| kind.as_str()).collect()))
        .with("categories", limit.categories.join(","))
        .with("groups", limit.groups.join(","))
}

fn excluded(context: &Context, outcome: &Outcome<'_>, exclusion: Exclusion<'_>) -> (Code, Reason) {
    let contribution = outcome.contribution;
    let about = |code: Code, rule: &Rule| (code, Reason::new(code.as_str()).with("rule", &rule.id));
    let bare = |code: Code| (code, Reason::new(code.as_str()));
    match exclusion {
        Exclusion::OtherAccount => bare(Code::OtherAccount),
        Exclusion::Bot => bare(Code::Bot),
        Exclusion::UntrackedRepository => bare(Code::UntrackedRepository),
        Exclusion::OwnRepository => bare(Code::OwnRepository),
        Exclusion::NoChange => bare(Code::NoChange),
        Exclusion::Label(label) => (Code::Label, Reason::new(Code::Label.as_str()).with("label", label)),
        Exclusion::NoRule => (Code::NoRule, Reason::new(Code::NoRule.as_str()).with("kind", contribution.key.kind)),
        Exclusion::Category { rule, category } => {
            let (code, reason) = about(Code::Category, rule);
            (code, reason.with("category", category))
        }
        Exclusion::State { rule } => {
            let states: Vec<&str> = rule.selector.states.iter().map(|state| state.as_str()).collect();
            let (code, reason) = about(Code::State, rule);
            (code, reason.with("states", states.join(",")).with("state", contribution.state))
        }
        Exclusion::Requirement { rule, requirement } => about(missing(requirement), rule),
        Exclusion::OutsideTerm { rule } => outside(context, outcome, rule),
    }
}

const fn missing(requirement: Requirement) -> Code {
    match requirement {
        Requirement::Merged => Code::NotMerged,
        Requirement::ConfirmedByAnother => Code::NotConfirmed,
        Requirement::OnAnothersWork => Code::OwnWork,
        Requirement::OnAcceptedWork => Code::NotAccepted,
        Requirement::InOwnPullRequest => Code::NotInOwnPullRequest,
        Requirement::ReviewedMoreThanOnce => Code::NotReviewedMoreThanOnce,
        Requirement::SourceCode => Code::NoSourceCode,
    }
}

fn outside(context: &Context, outcome: &Outcome<'_>, rule: &Rule) -> (Code, Reason) {
    if rule.selector.dated_by == DatedBy::Closed && outcome.contribution.closed_at.is_none() {
        return (Code::StillOpen, Reason::new(Code::StillOpen.as_str()).with("rule", &rule.id));
    }
    let reason = Reason::new(Code::OutsideTerm.as_str())
        .with("dated_by", rule.selector.dated_by)
        .with("day", day(context, outcome.counted_at))
        .with("from", day(context, context.window.from))
        .with("last", day(context, context.window.until - TimeDelta::nanoseconds(1)));
    (Code::OutsideTerm, reason)
}

fn day(context: &Context, at: DateTime<Utc>) -> NaiveDate {
    at.with_timezone(&context.zone).date_naive()
}
