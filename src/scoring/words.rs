//! Puts what came of items and measures into lines: codes and the values that their sentences need.
//! It must not decide anything, nor write sentences: a line says what was found, and `messages` puts it into words.

use std::borrow::Cow;

use chrono::{DateTime, TimeDelta, Utc};
use rust_decimal::Decimal;

use super::{
    Code,
    case::{Case, Item},
    flags,
    measures::Measured,
    pay::{self, Amount, Earning, Size},
    reasons,
    shares::{How, Share},
    tally::Applied,
    verdict::{Judged, Limited, Verdict},
};
use crate::model::{
    points::Points,
    policy::{Condition, Count, Limit, Payout, Reach},
    score::{Answer, Carry, Factor, Line, Reason, Source},
    statement::Statement,
};

pub(super) fn code(code: Code) -> Reason {
    Reason::new(code.as_str())
}

pub(super) fn listed<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    words.into_iter().collect::<Vec<_>>().join(",")
}

fn bare(source: Source, counted_at: DateTime<Utc>, points: Points) -> Line {
    Line {
        source,
        counted_at,
        rule: None,
        base: points,
        basis: Vec::new(),
        factors: Vec::new(),
        points,
        excluded: None,
        not_yet: None,
        limited: None,
        flags: Vec::new(),
        measured_by: Vec::new(),
    }
}

pub(super) fn of_item(case: &Case<'_>, judged: &Judged<'_>, applied: &[Applied<'_>]) -> Line {
    let source = match judged.item {
        Item::Contribution(contribution) => Source::Contribution { key: contribution.key.clone(), state: contribution.state },
        Item::Statement(statement) => Source::Statement { statement: statement.id, kind: statement.kind },
    };
    let measure_id = |index: usize| Cow::Owned(case.policy.measures[index].id.clone());
    let line = Line {
        rule: judged.rule.map(|rule| Cow::Owned(rule.id.clone())),
        basis: judged.item.statement().map(stated).into_iter().collect(),
        points: judged.points,
        flags: flags::of_line(case, judged),
        measured_by: judged.measures.iter().map(|counted| measure_id(counted.measure)).collect(),
        ..bare(source, judged.counted_at, Points::ZERO)
    };
    match &judged.verdict {
        Verdict::Measured => line,
        Verdict::Earned(earning) => earned(line, earning, judged, applied),
        Verdict::Excluded(exclusion) => {
            let (code, reason) = reasons::excluded(case, judged, *exclusion);
            if code.answer() == Answer::NotYet { Line { not_yet: Some(reason), ..line } } else { Line { excluded: Some(reason), ..line } }
        }
    }
}

fn earned(line: Line, earning: &Earning<'_>, judged: &Judged<'_>, applied: &[Applied<'_>]) -> Line {
    let of_group = group_factors(applied, earning.rule.group.as_deref());
    let whole = pay::times(earning.base, pay::product([earning.factor, product(&of_group)]));
    let mut basis = line.basis;
    if let Some(Amount { count, value: Some(value) }) = earning.amount {
        basis.push(measured(count, value));
    }
    Line {
        base: earning.base,
        basis,
        factors: [size(earning), category(earning, judged), judged.share.map(share)].into_iter().flatten().chain(of_group).collect(),
        limited: judged.limited.as_ref().map(|limited| limit(limited, judged.points, whole)),
        ..line
    }
}

fn product(factors: &[Factor]) -> Decimal {
    pay::product(factors.iter().map(|factor| factor.value))
}

fn group_factors(applied: &[Applied<'_>], group: Option<&str>) -> Vec<Factor> {
    applied
        .iter()
        .filter(|applied| group == Some(&applied.factor.group))
        .map(|applied| Factor {
            name: Cow::Owned(applied.factor.id.clone()),
            value: applied.factor.factor,
            reason: asked_for(code(Code::GroupFactor).with("factor", &applied.factor.id), &applied.factor.when, Some(applied.amount)),
        })
        .collect()
}

const fn factor(name: &'static str, value: Decimal, reason: Reason) -> Factor {
    Factor { name: Cow::Borrowed(name), value, reason }
}

fn size(earning: &Earning<'_>) -> Option<Factor> {
    let of_unknown_amount = matches!(earning.amount, Some(Amount { value: None, .. }));
    match earning.size {
        Size::Step { lines, step } => Some(factor("size", step.factor, code(Code::Size).with("lines", lines).with("from", step.from))),
        Size::Unknown => Some(factor("size", Decimal::ONE, code(Code::SizeUnknown))),
        Size::Ignored => of_unknown_amount.then(|| factor("size", Decimal::ONE, code(Code::SizeUnknown))),
    }
}

fn category(earning: &Earning<'_>, judged: &Judged<'_>) -> Option<Factor> {
    earning.category_factor.map(|value| factor("category", value, code(Code::CategoryFactor).with("category", judged.category)))
}

fn share(share: Share) -> Factor {
    let reason = code(Code::Share).with("value", share.part.normalize());
    let reason = match share.how {
        How::Value => reason,
        How::Place { rank, team } => reason.with("rank", rank).with("team", team),
        How::Rest => reason.with("rest", "true"),
    };
    factor("share", share.part, reason)
}

fn stated(statement: &Statement) -> Reason {
    said(Code::Stated, statement)
}

pub(super) fn said(why: Code, statement: &Statement) -> Reason {
    code(why).with("by", &statement.stated_by).with("day", statement.happened_on).with("why", &statement.reason)
}

fn measured(count: Count, amount: Decimal) -> Reason {
    code(Code::Measured).with("count", count).with("amount", amount.normalize())
}

/// A condition and what it asked for; of what nobody knows yet there is no amount.
pub(super) fn asked_for(reason: Reason, condition: &Condition, amount: Option<Decimal>) -> Reason {
    let amount = amount.map_or_else(String::new, |amount| amount.normalize().to_string());
    let reason = reason.with("measure", &condition.measure).with("amount", amount);
    match condition.reach {
        Reach::From(from) => reason.with("from", from.normalize()),
        Reach::Below(below) => reason.with("below", below.normalize()),
    }
}

fn limit(limited: &Limited<'_>, counts: Points, earned: Points) -> Reason {
    match limited {
        Limited::Limit(limit) => of_limit(limit, counts, earned),
        Limited::Unit(unit) => code(Code::CapUnit)
            .with("items", unit.items)
            .with("lines", unit.lines)
            .with("most", unit.most)
            .with("bonus", unit.bonus.normalize())
            .with("counts", counts)
            .with("earned", earned),
    }
}

/// `counts` is also what was left of the limit: no other is tighter.
fn of_limit(limit: &Limit, counts: Points, earned: Points) -> Reason {
    code(Code::of_limit(limit.per))
        .with("points", limit.points.map_or_else(String::new, |points| points.to_string()))
        .with("items", limit.items.map_or_else(String::new, |items| items.to_string()))
        .with("counts", counts)
        .with("earned", earned)
        .with("kinds", listed(limit.kinds.iter().map(|kind| kind.as_str())))
        .with("categories", limit.categories.join(","))
        .with("groups", limit.groups.join(","))
}

/// The line of a measure that earns.
pub(super) fn of_measure(taken: &Measured<'_>, applied: &[Applied<'_>]) -> Line {
    let measure = taken.measure;
    let source = Source::Measure { measure: measure.id.clone(), repository: taken.repository, amount: taken.amount.normalize() };
    let shared = (taken.part != Decimal::ONE).then(|| share(Share { part: taken.part, how: How::Value }));
    let factors: Vec<Factor> = shared.into_iter().chain(group_factors(applied, measure.group.as_deref())).collect();
    let not_met = taken.unmet.map(|(condition, amount)| asked_for(code(Code::ConditionNotMet), condition, Some(amount)));
    let whole = pay::times(taken.base, product(&factors));
    let excluded = taken.excluded_by.map(|statement| said(Code::ExcludedByPerson, statement)).or(not_met);
    Line {
        not_yet: (taken.is_open && excluded.is_none()).then(|| code(Code::MonthsNotOver)),
        rule: Some(Cow::Owned(measure.id.clone())),
        base: taken.base,
        basis: vec![measured(measure.count, taken.amount)],
        points: taken.points,
        excluded,
        limited: taken.limited.as_ref().map(|limited| limit(limited, taken.points, whole)),
        factors,
        ..bare(source, taken.at, Points::ZERO)
    }
}

pub(super) fn of_adjustment(case: &Case<'_>, statement: &Statement, points: Points) -> Line {
    let source = Source::Statement { statement: statement.id, kind: statement.kind };
    Line { basis: vec![stated(statement)], ..bare(source, case.happened_at(statement), points) }
}

/// One person stated it, and a second one has not countersigned it: it counts for nothing.
pub(super) fn of_waiting_adjustment(case: &Case<'_>, statement: &Statement) -> Line {
    let points = statement.value.unwrap_or_default().normalize();
    let waits = code(Code::NotCountersigned).with("points", points);
    Line { not_yet: Some(waits), ..of_adjustment(case, statement, Points::ZERO) }
}

pub(super) fn of_carried_in(case: &Case<'_>) -> Line {
    let prior = &case.subject.prior;
    let from = prior.carried_from.as_deref().unwrap_or_default();
    let line = bare(Source::Carry { carry: Carry::In }, case.context.window.from, prior.carried);
    Line { basis: vec![code(Code::CarriedIn).with("from", from)], ..line }
}

pub(super) fn of_carried_out(case: &Case<'_>, payout: &Payout, carried: Points) -> Line {
    let last = case.context.window.until - TimeDelta::nanoseconds(1);
    let most = payout.most.map_or_else(String::new, |most| most.to_string());
    let basis = vec![code(Code::CarriedOut).with("step", payout.step).with("most", most)];
    Line { basis, ..bare(Source::Carry { carry: Carry::Out }, last, Points::ZERO - carried) }
}
