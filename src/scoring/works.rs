//! One work counts once: of all that a member has for it, only what is worth most.
//! It must not make anything worth more: what loses counts nowhere, and is not measured either.

use super::{
    case::{Case, Item},
    measures, pay,
    verdict::{Exclusion, Judged, Verdict},
};
use crate::model::{
    contribution::Key,
    ids::RepositoryId,
    points::Points,
    statement::{About, StatementKind},
};

/// What several claims can rest on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Work<'a> {
    Contribution(&'a Key),
    RolesIn(RepositoryId),
}

/// Leaves of the claims on each work the one that is worth most; of equals the contribution, then what was stated first.
pub(super) fn keep_highest<'a>(case: &Case<'a>, judged: &mut [Judged<'a>]) {
    // Contributions are works of their own: only statements can make two claims on one.
    let mut works: Vec<Work<'a>> = Vec::new();
    for work in judged.iter().filter(|judged| judged.item.statement().is_some()).filter_map(|judged| work_of(case, judged)) {
        if !works.contains(&work) {
            works.push(work);
        }
    }
    for work in works {
        let claims = || judged.iter().enumerate().filter(|(_, judged)| work_of(case, judged) == Some(work));
        let Some((best, _)) = claims().max_by(|(_, a), (_, b)| {
            let rank = |judged: &Judged<'a>| (worth(case, judged), judged.item.contribution().is_some());
            let stated = |judged: &Judged<'a>| judged.item.statement().map(|statement| (statement.stated_at, statement.id));
            rank(a).cmp(&rank(b)).then_with(|| stated(b).cmp(&stated(a)))
        }) else {
            continue;
        };
        let winner = judged[best].item;
        let losers: Vec<usize> = claims().map(|(at, _)| at).filter(|at| *at != best).collect();
        for at in losers {
            let loser = &mut judged[at];
            loser.verdict = Verdict::Excluded(Exclusion::CountedElsewhere(winner));
            loser.points = Points::ZERO;
            loser.measures.clear();
        }
    }
}

/// The work on which a claim rests that counts for something.
fn work_of<'a>(case: &Case<'a>, judged: &Judged<'a>) -> Option<Work<'a>> {
    if matches!(judged.verdict, Verdict::Excluded(_)) {
        return None;
    }
    match judged.item {
        Item::Contribution(contribution) => Some(Work::Contribution(&contribution.key)),
        Item::Statement(statement) => match case.ground(statement)? {
            About::Contribution(key) => Some(Work::Contribution(key)),
            About::Repository(id) if statement.kind == StatementKind::Role => Some(Work::RolesIn(*id)),
            About::Repository(_) | About::Statement(_) => None,
        },
    }
}

/// What its rule pays, and what each measure would pay for it alone.
fn worth(case: &Case<'_>, judged: &Judged<'_>) -> Points {
    let alone = judged.measures.iter().filter_map(|counted| {
        let measure = &case.policy.measures[counted.measure];
        let pay = measure.pay.as_ref()?;
        let earned = pay::amount(pay, measures::alone(measure, judged.item));
        Some(judged.share.map_or(earned, |share| pay::times(earned, share.part)))
    });
    judged.points + alone.sum::<Points>()
}
