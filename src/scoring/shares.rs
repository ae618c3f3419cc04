//! The parts of those who share one contribution. Together they have no more than the whole, unless the policy's own table of teams says so.
//! It must not know what the contribution is worth, nor take a trailer of a commit for a share.

use rust_decimal::Decimal;

use super::{case::Case, verdict::Exclusion};
use crate::model::{
    account::AccountId,
    contribution::Contribution,
    policy::Works,
    statement::{About, Statement, StatementKind},
};

/// The member's part, and what it rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Share {
    pub part: Decimal,
    pub how: How,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum How {
    /// So it was stated.
    Value,
    /// The place in a team.
    Place { rank: u8, team: u8 },
    /// What the others leave to the author.
    Rest,
}

/// Who confirms the share of somebody who has no commit in it.
const BACKERS: [&str; 2] = ["author", "mentor"];

/// The member's part of a contribution; `None` where it is the member's alone.
pub(super) fn of_member<'a>(case: &Case<'a>, contribution: &Contribution) -> Result<Option<Share>, Exclusion<'a>> {
    let is_author = case.subject.accounts.did(contribution);
    let shares = &case.context.shares;
    let stated = if shares.is_empty() { None } else { shares.get(&contribution.key) };
    let Some(stated) = stated else { return if is_author { Ok(None) } else { Err(Exclusion::OtherAccount) } };
    let parts = parts(&case.policy.works, stated);
    match of(case, &parts) {
        Some((statement, share)) if is_author || is_backed(case, contribution, statement) => Ok(Some(share)),
        Some(_) => Err(Exclusion::ShareNotBacked),
        None if !is_author => Err(Exclusion::OtherAccount),
        None => Ok(rest(&parts)),
    }
}

/// The member's part of what a statement rests on: an achievement by a shared work is shared as the work is.
pub(super) fn of_statement<'a>(case: &Case<'a>, statement: &'a Statement) -> Result<Option<Share>, Exclusion<'a>> {
    let shares = &case.context.shares;
    let Some(About::Contribution(key)) = (!shares.is_empty()).then(|| case.ground(statement)).flatten() else { return Ok(None) };
    let Some(stated) = shares.get(key) else { return Ok(None) };
    if let Some(contribution) = case.subject.shared.iter().find(|contribution| contribution.key == *key) {
        return of_member(case, contribution);
    }
    // It is the member's own, then.
    let parts = parts(&case.policy.works, stated);
    Ok(of(case, &parts).map(|(_, share)| share).or_else(|| rest(&parts)))
}

/// What is stated for the member.
fn of<'s>(case: &Case<'_>, parts: &[(&'s Statement, Share)]) -> Option<(&'s Statement, Share)> {
    parts.iter().copied().find(|(statement, _)| statement.member == case.subject.member)
}

/// What the others leave; `None` where nobody has a part.
fn rest(parts: &[(&Statement, Share)]) -> Option<Share> {
    let others: Decimal = parts.iter().map(|(_, share)| share.part).sum();
    (!parts.is_empty()).then(|| Share { part: (Decimal::ONE - others).max(Decimal::ZERO), how: How::Rest })
}

/// Where shares are stated, all who have a commit in it are taken for those who share: which member has which account is not known here.
pub(super) fn is_sharing(case: &Case<'_>, contribution: &Contribution, account: AccountId) -> bool {
    let shares = &case.context.shares;
    !shares.is_empty()
        && contribution.change.as_ref().is_some_and(|change| change.committers.contains(&account))
        && shares.get(&contribution.key).is_some_and(|stated| !stated.is_empty())
}

fn is_backed(case: &Case<'_>, contribution: &Contribution, share: &Statement) -> bool {
    let accounts = &case.subject.accounts;
    let is_own = |account: &AccountId| accounts.had(*account, contribution.occurred_at);
    contribution.change.as_ref().is_some_and(|change| change.committers.iter().any(is_own))
        || BACKERS.iter().all(|name| case.has_confirmed_statement(name, share.id))
}

/// What everybody has of one contribution, of each person the newest statement. Where the statements are the places of one team, it is as
/// the table says; otherwise, in the order in which they were stated, each has at most what is left of the whole.
pub(super) fn parts<'s>(works: &Works, stated: &'s [Statement]) -> Vec<(&'s Statement, Share)> {
    let mut newest_first: Vec<&Statement> = stated.iter().filter(|statement| statement.kind == StatementKind::Share).collect();
    newest_first.sort_unstable_by_key(|statement| std::cmp::Reverse((statement.stated_at, statement.id)));
    let mut parts: Vec<(&Statement, Share)> = Vec::with_capacity(newest_first.len());
    for statement in newest_first {
        if parts.iter().all(|(newer, _)| newer.member != statement.member) {
            parts.extend(share(works, statement).map(|share| (statement, share)));
        }
    }
    parts.reverse();
    if !is_one_team(&parts) {
        let mut left = Decimal::ONE;
        for (_, share) in &mut parts {
            share.part = share.part.min(left);
            left -= share.part;
        }
    }
    parts
}

/// `None` for a place in a team of which the policy's table says nothing.
fn share(works: &Works, statement: &Statement) -> Option<Share> {
    if let (Some(rank), Some(team)) = (statement.rank, statement.team) {
        let row = works.teams.get(usize::from(team).checked_sub(1)?)?;
        let part = *row.get(usize::from(rank).checked_sub(1)?)?;
        return Some(Share { part, how: How::Place { rank, team } });
    }
    statement.value.map(|value| Share { part: value.clamp(Decimal::ZERO, Decimal::ONE), how: How::Value })
}

/// Places of one and the same team, each taken once.
fn is_one_team(parts: &[(&Statement, Share)]) -> bool {
    parts.iter().enumerate().all(|(at, (_, share))| {
        match share.how {
        How::Place { rank, team } => parts[..at].iter().all(|(_, earlier)| {
            matches!(earlier.how, How::Place { rank: earlier_rank, team: earlier_team } if earlier_rank != rank && earlier_team == team)
        }),
        How::Value | How::Rest => false,
    }
    })
}
