//! Work that was cut into slices counts as one: pull requests that belong together earn no more than one of their size would, and a bonus.
//! It must not pay anything: it only takes away what is above that.

use chrono::TimeDelta;
use rust_decimal::Decimal;

use super::{
    pay,
    verdict::{Judged, Limited, Verdict},
};
use crate::model::{
    contribution::{Contribution, Kind},
    points::Points,
    policy::{Policy, Same, Units},
};

/// The unit that kept a pull request from counting whole.
#[derive(Clone, Copy)]
pub(super) struct UnitCap {
    pub items: usize,
    /// Of all of them together.
    pub lines: i64,
    /// The most that they earn together.
    pub most: Points,
    pub bonus: Decimal,
}

/// `factor` is what the groups' factors make of an item.
pub(super) fn cap<'a>(policy: &Policy, units: &Units, judged: &mut [Judged<'a>], factor: impl Fn(&Judged<'a>) -> Decimal) {
    let opened = judged.iter().enumerate().filter_map(|(at, judged)| Some((paid(judged)?, at))).collect();
    for unit in together(units, opened) {
        if unit.len() > 1 {
            cap_one(policy, units, judged, &unit, &factor);
        }
    }
}

/// The places of the pull requests of each unit, in their order.
pub(super) fn together(units: &Units, mut opened: Vec<(&Contribution, usize)>) -> Vec<Vec<usize>> {
    opened.sort_unstable_by(|(a, _), (b, _)| {
        (a.key.repository, a.occurred_at, &a.key.github_id).cmp(&(b.key.repository, b.occurred_at, &b.key.github_id))
    });
    let of_repositories = opened.chunk_by(|(a, _), (b, _)| a.key.repository == b.key.repository);
    let mut found: Vec<Vec<usize>> = of_repositories.flat_map(|repository| group(units, repository)).collect();
    found.iter_mut().for_each(|unit| unit.sort_unstable());
    found
}

/// The pull request, where a rule pays it (even if nothing: its lines are part of the whole).
fn paid<'a>(judged: &Judged<'a>) -> Option<&'a Contribution> {
    let contribution = judged.item.contribution().filter(|contribution| contribution.key.kind == Kind::PullRequest)?;
    matches!(judged.verdict, Verdict::Earned(_)).then_some(contribution)
}

/// Pull requests of one repository in the order in which they were opened: each joins those that it belongs to, and so joins them too.
fn group(units: &Units, opened: &[(&Contribution, usize)]) -> Vec<Vec<usize>> {
    struct Unit<'a> {
        members: Vec<usize>,
        files: Vec<i64>,
        last: &'a Contribution,
    }
    let apart = TimeDelta::days(i64::from(units.days));
    let mut found: Vec<Unit<'_>> = Vec::new();
    for (contribution, at) in opened {
        let files = contribution.change.as_ref().map_or(&[][..], |change| &change.files);
        let mut unit = Unit { members: vec![*at], files: files.to_vec(), last: contribution };
        let mut others = Vec::with_capacity(found.len() + 1);
        for other in found {
            let is_near = contribution.occurred_at - other.last.occurred_at <= apart;
            if is_near && (units.same == Same::Repository || files.iter().any(|file| other.files.contains(file))) {
                unit.members.extend(other.members);
                unit.files.extend(other.files);
            } else {
                others.push(other);
            }
        }
        others.push(unit);
        found = others;
    }
    found.into_iter().map(|unit| unit.members).collect()
}

fn cap_one<'a>(policy: &Policy, units: &Units, judged: &mut [Judged<'a>], unit: &[usize], factor: &impl Fn(&Judged<'a>) -> Decimal) {
    let lines_of = |at: &usize| judged[*at].item.contribution().and_then(|contribution| contribution.effective_lines);
    let lines = unit.iter().filter_map(lines_of).fold(0, i64::saturating_add);
    let is_known = |at: &usize| lines_of(at).is_some();
    let (any_known, all_known) = (unit.iter().any(is_known), unit.iter().all(is_known));
    // Where the size of one is not known, neither is that of the whole: then the better of the two is meant.
    let sizes = [any_known.then_some(Some(lines)), (!all_known).then_some(None)];
    let one = |at: &usize| {
        let judged = &judged[*at];
        let Verdict::Earned(earning) = &judged.verdict else { return Points::ZERO };
        let priced = |lines| {
            let whole = pay::priced(policy, earning.rule, judged.item, lines, judged.category, judged.share);
            pay::times(whole.base, pay::product([whole.factor, factor(judged)]))
        };
        sizes.into_iter().flatten().map(priced).max().unwrap_or_default()
    };
    let best = unit.iter().map(one).max().unwrap_or_default();
    let most = best.scaled(Decimal::ONE + units.bonus).unwrap_or(best);
    let mut left = most;
    for at in unit {
        let judged = &mut judged[*at];
        if judged.points > left {
            judged.points = left;
            judged.limited = Some(Limited::Unit(UnitCap { items: unit.len(), lines, most, bonus: units.bonus }));
        }
        left = left - judged.points;
    }
}
