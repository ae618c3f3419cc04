//! Puts what came of a contribution into a line whose reasons a student understands.
//! It must not decide anything: the line says what `rules` and `limits` found.

use std::borrow::Cow;

use chrono::TimeDelta;
use rust_decimal::Decimal;

use super::{
    Code, Context, Outcome,
    limits::Binding,
    rules::{Earning, Exclusion, Size, Verdict},
};
use crate::model::{
    contribution::{Contribution, Kind},
    points::Points,
    policy::{DatedBy, Limit, Per, Requirement, Rule},
    score::{Factor, Line, Reason},
};

pub(super) fn line(context: &Context, outcome: &Outcome<'_>) -> Line {
    let line = Line {
        state: outcome.contribution.state,
        key: outcome.contribution.key.clone(),
        counted_at: outcome.counted_at,
        rule: None,
        base: Points::ZERO,
        factors: Vec::new(),
        points: outcome.points,
        excluded: None,
        limited: None,
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
            Line { rule, excluded: Some(excluded(context, outcome, *exclusion)), ..line }
        }
    }
}

fn factors(earning: &Earning<'_>) -> Vec<Factor> {
    let size = match earning.size {
        Size::Ignored => None,
        Size::Unknown => Some((Decimal::ONE, Cow::Borrowed("GitHub gave no list of changed files, so the size changes nothing"))),
        Size::Step { lines, step } => {
            Some((step.factor, Cow::Owned(format!("{}, from {} on", counted(lines, "effective line"), step.from))))
        }
    };
    let category = earning.category_factor.map(|value| (value, Cow::Owned(format!("repositories of the category {}", earning.category))));
    let named = [("size", size), ("category", category)];
    named
        .into_iter()
        .filter_map(|(name, factor)| factor.map(|(value, reason)| Factor { name: Cow::Borrowed(name), value, reason }))
        .collect()
}

/// `counts` is also what was left of the limit: no other is tighter.
fn limited(binding: &Binding<'_>, counts: Points, earned: Points) -> Reason {
    let (limit, most) = (binding.limit, most(binding.limit));
    let reason = if counts.is_zero() && binding.by_items {
        format!("the policy counts {most}, and so many count already")
    } else if counts.is_zero() {
        format!("the policy counts {most}, and all of them are used up")
    } else if limit.per == Per::Item {
        format!("the policy counts {most}, so {counts} of {earned} points count")
    } else {
        format!("the policy counts {most}, of which {counts} were left, so {counts} of {earned} points count")
    };
    Reason { code: Cow::Borrowed(Code::of_limit(limit.per).as_str()), reason: Cow::Owned(reason) }
}

/// "at most 20 points a day for reviews in repositories of the category course".
fn most(limit: &Limit) -> String {
    let amount = match (limit.points, limit.items) {
        (Some(points), _) if points == Points::from_thousandths(1_000) => "1 point".to_owned(),
        (Some(points), _) => format!("{points} points"),
        (None, Some(items)) => counted(i64::from(items), "contribution"),
        (None, None) => "everything".to_owned(),
    };
    let per = match limit.per {
        Per::Item => "for one contribution",
        Per::Kind => "for each kind of contribution",
        Per::Repository => "in each repository",
        Per::Category => "in each category of repositories",
        Per::Day => "a day",
        Per::Term => "a term",
    };
    let kinds: Vec<String> = limit.kinds.iter().map(|kind| plural(*kind)).collect();
    let kinds = if kinds.is_empty() { String::new() } else { format!(" ({})", kinds.join(", ")) };
    let categories =
        if limit.categories.is_empty() { String::new() } else { format!(", in repositories of {} only", limit.categories.join(", ")) };
    format!("at most {amount} {per}{kinds}{categories}")
}

fn excluded(context: &Context, outcome: &Outcome<'_>, exclusion: Exclusion<'_>) -> Reason {
    let contribution = outcome.contribution;
    let fixed = |code, reason| (code, Cow::Borrowed(reason));
    let (code, reason) = match exclusion {
        Exclusion::OtherAccount => fixed(Code::OtherAccount, "another account did it, or one that GitHub does not name"),
        Exclusion::Bot => fixed(Code::Bot, "the account is a machine's"),
        Exclusion::UntrackedRepository => fixed(Code::UntrackedRepository, "the institution does not count this repository"),
        Exclusion::OwnRepository => {
            fixed(Code::OwnRepository, "the repository is the member's own, and the policy leaves work in one's own out")
        }
        Exclusion::NoChange => fixed(Code::NoChange, "it is shown as merged, and it changes no file"),
        Exclusion::Label(label) => (Code::Label, Cow::Owned(format!("it has the label {label}, which the policy leaves out"))),
        Exclusion::NoRule => (Code::NoRule, Cow::Owned(format!("the policy has no rule for {}", plural(contribution.key.kind)))),
        Exclusion::Category { rule, category } => {
            (Code::Category, Cow::Owned(format!("the rule {} does not hold in repositories of the category {category}", rule.id)))
        }
        Exclusion::State { rule } => (Code::State, Cow::Owned(not_in_state(rule, contribution))),
        Exclusion::Requirement { rule, requirement } => missing(rule, requirement),
        Exclusion::OutsideTerm { rule } => (Code::OutsideTerm, Cow::Owned(outside(context, outcome, rule))),
    };
    Reason { code: Cow::Borrowed(code.as_str()), reason }
}

fn not_in_state(rule: &Rule, contribution: &Contribution) -> String {
    let states: Vec<String> = rule.states.iter().map(|state| readable(state.as_str())).collect();
    format!("the rule {} asks for {}, and this is {}", rule.id, states.join(" or "), readable(contribution.state.as_str()))
}

fn missing(rule: &Rule, requirement: Requirement) -> (Code, Cow<'static, str>) {
    let (code, what) = match requirement {
        Requirement::Merged => (Code::NotMerged, "asks that it was merged, and it was not"),
        Requirement::ConfirmedByAnother => {
            (Code::NotConfirmed, "asks that another person merged it or stands by an approval of it, and nobody does")
        }
        Requirement::OnAnothersWork => (Code::OwnWork, "asks that it is about another person's work, and it is about the member's own"),
    };
    (code, Cow::Owned(format!("the rule {} {what}", rule.id)))
}

fn outside(context: &Context, outcome: &Outcome<'_>, rule: &Rule) -> String {
    let day = |at: chrono::DateTime<chrono::Utc>| at.with_timezone(&context.zone).date_naive();
    let what = match (rule.dated_by, outcome.contribution.closed_at) {
        (DatedBy::Closed, None) => return format!("the rule {} counts it on the day when it is closed, and it is not closed", rule.id),
        (DatedBy::Closed, Some(_)) => "merged or closed",
        (DatedBy::Opened, _) => "done",
    };
    let last = day(context.window.until - TimeDelta::nanoseconds(1));
    format!("it was {what} on {}, and the term is from {} to {last}", day(outcome.counted_at), day(context.window.from))
}

fn counted(number: i64, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}

fn plural(kind: Kind) -> String {
    format!("{}s", readable(kind.as_str()))
}

fn readable(word: &str) -> String {
    word.replace('_', " ")
}
