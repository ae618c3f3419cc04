//! What earlier terms left to each member: what is carried on, what was credited, and what was paid and is not paid again.
//! It must not decide what of it counts: it hands scoring what there is.

use std::collections::{HashMap, HashSet};

use rust_decimal::Decimal;

use super::{
    super::{Failure, score_term::CHUNK},
    Asked,
};
use crate::{
    db::{self, InstitutionTx, members::Scored},
    model::{
        contribution::{ByAccount, Contribution, Key},
        credit::Credits,
        ids::{EvaluationId, MemberId},
        points::Points,
        score::Line,
        statement::{About, Statement, StatementKind},
    },
    scoring::Prior,
};

/// What earlier terms left to each member: carried points from the latest of them that has the member, credits from all.
pub(super) async fn prior(
    tx: &mut InstitutionTx,
    asked: &Asked,
    evaluations: &[(EvaluationId, String)],
    only: Option<&[MemberId]>,
    statements: &HashMap<MemberId, Vec<Statement>>,
) -> Result<HashMap<MemberId, Prior>, Failure> {
    let mut prior: HashMap<MemberId, Prior> = HashMap::new();
    if !asked.policy.asks_for_prior() {
        return Ok(prior);
    }
    for (evaluation, term) in evaluations {
        for (member, carried, credits) in db::scores::list_carried(tx, *evaluation, only).await? {
            let of_member = prior.entry(member).or_insert_with(|| Prior {
                carried,
                carried_from: (carried != Points::ZERO).then(|| term.clone()),
                ..Prior::default()
            });
            of_member.credits = Credits::new(of_member.credits.to_decimal() + credits.to_decimal());
        }
    }
    for (member, statements) in statements {
        let credited = credited(statements, asked);
        if !credited.is_zero() {
            let of_member = prior.entry(*member).or_default();
            of_member.credits = Credits::new(of_member.credits.to_decimal() + credited);
        }
    }
    Ok(prior)
}

/// Whose contributions are looked at.
#[derive(Clone, Copy)]
pub(super) struct LookedAt<'a> {
    pub members: &'a [Scored],
    pub contributions: &'a ByAccount,
    pub shared: &'a HashMap<MemberId, Vec<Contribution>>,
}

impl LookedAt<'_> {
    fn keys(&self, member: &Scored) -> HashSet<&Key> {
        let of = |account| self.contributions.of(account).iter().filter(|contribution| member.accounts.did(contribution));
        let own = member.accounts.iter().flat_map(|held| of(held.account));
        own.chain(self.shared.get(&member.id).into_iter().flatten()).map(|contribution| &contribution.key).collect()
    }
}

/// Notes which of the contributions that are looked at earned points in an earlier term. Of what is stated a role may earn in each term in
/// which it is held, and all else has one day, which lies in one term.
pub(super) async fn note_paid(
    tx: &mut InstitutionTx,
    evaluations: &[(EvaluationId, String)],
    looked_at: LookedAt<'_>,
    prior: &mut HashMap<MemberId, Prior>,
) -> Result<(), Failure> {
    if evaluations.is_empty() {
        return Ok(());
    }
    for members in looked_at.members.chunks(CHUNK) {
        let keys: HashMap<MemberId, HashSet<&Key>> = members.iter().map(|member| (member.id, looked_at.keys(member))).collect();
        let ids: Vec<MemberId> = keys.iter().filter(|(_, keys)| !keys.is_empty()).map(|(member, _)| *member).collect();
        for (evaluation, term) in evaluations {
            for (member, lines) in db::scores::read_lines(tx, *evaluation, &ids).await? {
                let earned = lines.iter().filter(|line| line.points > Points::ZERO).filter_map(Line::key);
                let paid: Vec<&Key> = earned.filter(|key| keys.get(&member).is_some_and(|keys| keys.contains(key))).collect();
                if !paid.is_empty() {
                    let of_member = &mut prior.entry(member).or_default().paid;
                    of_member.extend(paid.into_iter().map(|key| (key.clone(), term.clone())));
                }
            }
        }
    }
    Ok(())
}

/// Credits given before on paper or elsewhere, under this name or under none, up to the term's last day.
fn credited(statements: &[Statement], asked: &Asked) -> Decimal {
    statements
        .iter()
        .filter(|statement| statement.kind == StatementKind::Credited && statement.happened_on <= asked.term.ends_on)
        .filter(|statement| statement.name.as_deref().is_none_or(|name| name == asked.policy.name) && !is_withdrawn(statement, statements))
        .filter_map(|statement| statement.value)
        .sum()
}

/// Whether another of them takes it back.
fn is_withdrawn(statement: &Statement, statements: &[Statement]) -> bool {
    statements.iter().any(|other| other.kind == StatementKind::Withdrawal && other.about == Some(About::Statement(statement.id)))
}
