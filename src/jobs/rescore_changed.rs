//! Keeps an institution's current results up to date: scores anew the people whom something touched since, in an evaluation that rests on
//! the last one. It must not change an earlier result, nor leave out somebody who is touched: `db::changes` finds them.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::{
    Failure, Tools,
    ground::{self, Asked, Given, Ground, Lines, Surroundings},
    score_term,
};
use crate::{
    db::{
        self, InstitutionTx,
        changes::{self, Changed},
        evaluations, scores,
    },
    model::{
        contribution::Key,
        ids::{EvaluationId, InstitutionId, MemberId, RepositoryId, SyncId},
        job::{RescoreChanged, ScoreTerm},
        term::still_current_since,
        traces::Traces,
        work::{Base, Seen},
    },
};

/// An evaluation on top of so many others is made anew from the ground, so that reading one stays cheap.
const LONGEST_CHAIN: usize = 40;

/// One try; a failed one is tried again by the queue.
pub(super) async fn run(tools: &Tools, job: &RescoreChanged) -> Result<(), String> {
    let institution = job.institution_id;
    match rescore(tools, institution).await {
        Ok(()) | Err(Failure::TakenOver) => Ok(()),
        Err(Failure::Permanent(why)) => {
            tracing::error!(%institution, why, "results cannot be brought up to date: ask for an evaluation");
            Ok(())
        }
        Err(Failure::Retry(why) | Failure::Later { why, .. }) => Err(why),
    }
}

async fn rescore(tools: &Tools, institution: InstitutionId) -> Result<(), Failure> {
    for current in list_current(tools, institution).await? {
        match rescore_current(tools, institution, current).await {
            Ok(outcome) => tracing::debug!(%institution, %current, ?outcome, "looked for changes"),
            // The others can be, and must not wait for it.
            Err(Failure::Permanent(why)) => {
                tracing::error!(%institution, evaluation = %current, why, "these results cannot be brought up to date: ask for an evaluation");
            }
            Err(failure) => return Err(failure),
        }
    }
    Ok(())
}

async fn rescore_current(tools: &Tools, institution: InstitutionId, current: EvaluationId) -> Result<Outcome, Failure> {
    let mut tx = tools.db.begin_as_of_now(institution).await?;
    let outcome = bring_up_to_date(&mut tx, current, tools.clock.now(), Lines::default()).await?;
    tx.commit().await?;
    Ok(outcome)
}

/// After something was fetched or read: asks every institution's results to follow, that tracks the repository. After a fetch only if it
/// wrote anything.
pub(super) async fn request(tools: &Tools, repository: RepositoryId, fetch: Option<SyncId>) -> Result<(), db::Error> {
    let mut tx = tools.db.begin_as_operator().await?;
    let institutions = db::institutions::list(&mut tx).await?;
    tx.commit().await?;
    for institution in institutions {
        let mut tx = tools.db.begin_as(institution.id).await?;
        let concerned = match fetch {
            Some(fetch) => db::syncs::get(&mut tx, fetch).await?.is_some_and(|sync| sync.written > 0),
            None => db::repositories::get(&mut tx, repository).await?.is_some(),
        };
        if concerned {
            db::queue::request_rescoring(&mut tx, tools.clock.now()).await?;
        }
        tx.commit().await?;
    }
    Ok(())
}

/// The evaluations that are to be kept up to date.
pub(super) async fn list_current(tools: &Tools, institution: InstitutionId) -> Result<Vec<EvaluationId>, Failure> {
    let mut tx = tools.db.begin_as(institution).await?;
    let current = evaluations::list_current(&mut tx, still_current_since(tools.clock.now())).await?;
    tx.commit().await?;
    Ok(current)
}

/// Brings one evaluation up to date; the one that follows it, if there is one now.
pub(super) async fn rescore_one(tools: &Tools, job: &ScoreTerm, lines: Lines) -> Result<Option<EvaluationId>, Failure> {
    let mut tx = tools.db.begin_as_of_now(job.institution_id).await?;
    let outcome = bring_up_to_date(&mut tx, job.evaluation_id, tools.clock.now(), lines).await?;
    tx.commit().await?;
    match outcome {
        Outcome::Followed(id) => Ok(Some(id)),
        Outcome::Same | Outcome::Asked => Ok(None),
    }
}

/// What became of an evaluation that was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Nothing touched anybody: it stands.
    Same,
    /// This one follows it.
    Followed(EvaluationId),
    /// Everybody is scored anew, by a job of its own.
    Asked,
}

/// Makes the evaluation that follows `id`, if anybody was touched. The transaction must be one over one moment.
pub(super) async fn bring_up_to_date(
    tx: &mut InstitutionTx,
    id: EvaluationId,
    now: DateTime<Utc>,
    lines: Lines,
) -> Result<Outcome, Failure> {
    let Some(base) = evaluations::get_base(tx, id).await? else { return Ok(Outcome::Same) };
    if !evaluations::try_lock(tx, &base.evaluation).await? {
        return Err(Failure::Retry("another worker brings these results up to date".to_owned()));
    }
    let asked = Asked { as_of: now, lines, ..Asked::of(tx, &base.evaluation).await? };
    let (Some(seen), Some(traces)) = (&base.seen, &base.traces) else { return ask_for_all(tx, &base, now).await };
    if base.evaluation.requested_at > now {
        return ask_for_all(tx, &base, now).await;
    }
    let changed = changes::find(tx, seen).await?;
    let around = Around::find(tx, &asked, &base, seen, (traces, &changed)).await?;
    let prior = asked.prior(tx).await?;
    let touched = match touched(tx, &asked, &base, seen, (changed, &around, &prior)).await? {
        Touched::Everybody => return ask_for_all(tx, &base, now).await,
        Touched::These(members) => members,
    };
    if touched.is_empty() {
        return Ok(Outcome::Same);
    }
    if base.bases.len() + 1 >= LONGEST_CHAIN {
        return ask_for_all(tx, &base, now).await;
    }
    follow(tx, &asked, &base, &touched, Given { surroundings: around.now, prior }).await
}

/// Scores those who are touched; whoever of them is no longer among the scored is noted as left out.
async fn follow(tx: &mut InstitutionTx, asked: &Asked, base: &Base, touched: &[MemberId], given: Given) -> Result<Outcome, Failure> {
    let now = asked.as_of;
    let ground = Ground::load(tx, asked, Some(touched), given).await?;
    let scored: BTreeSet<MemberId> = ground.members.iter().map(|member| member.id).collect();
    let gone: Vec<MemberId> = touched.iter().copied().filter(|member| !scored.contains(member)).collect();
    let id = EvaluationId::new(now);
    evaluations::insert_followed(tx, id, base, &ground.prior_evaluations, &ground.surroundings.traces, now).await?;
    let left_out = if gone.is_empty() { 0 } else { scores::insert_left_out(tx, id, base.evaluation.id, &gone).await? };
    evaluations::insert_coverage(tx, id, &ground.surroundings.outside_contributors).await?;
    score_term::store(tx, id, ground).await?;
    tracing::info!(evaluation = %id, base = %base.evaluation.id, scored = scored.len(), left_out, "scored anew whom changes touched");
    Ok(Outcome::Followed(id))
}

/// Everybody anew, as if it had been asked for with the one that it follows. Not twice: one that is under way looks at its end for what came
/// meanwhile.
pub(super) async fn ask_for_all(tx: &mut InstitutionTx, base: &Base, now: DateTime<Utc>) -> Result<Outcome, Failure> {
    if let Some(pending) = evaluations::get_pending_following(tx, base.evaluation.id).await? {
        let job = ScoreTerm { institution_id: tx.institution(), evaluation_id: pending };
        if db::queue::is_alive(tx, &job).await? {
            return Ok(Outcome::Asked);
        }
    }
    let id = EvaluationId::new(now);
    evaluations::insert_following(tx, id, base.evaluation.id, now).await?;
    let job = ScoreTerm { institution_id: tx.institution(), evaluation_id: id };
    db::queue::enqueue(tx, &job, None).await?;
    Ok(Outcome::Asked)
}

enum Touched {
    Everybody,
    These(Vec<MemberId>),
}

/// Whose results may be others than those that stand.
async fn touched(
    tx: &mut InstitutionTx,
    asked: &Asked,
    base: &Base,
    seen: &Seen,
    (changed, around, prior): (Changed, &Around, &[(EvaluationId, String)]),
) -> Result<Touched, Failure> {
    let chain = base.chain();
    let mut members: BTreeSet<MemberId> = changed.members.into_iter().collect();
    members.extend(changes::list_members_of_statements(tx, seen).await?);
    members.extend(changes::list_members_of_numbers(tx, &around.reverts()).await?);
    members.extend(changes::list_members_of_keys(tx, &around.copies()).await?);
    members.extend(changes::list_due_members(tx, &chain, base.evaluation.requested_at, asked.as_of).await?);
    let repositories = around.repositories();
    members.extend(changes::list_members_in(tx, &repositories).await?);
    match new_prior(tx, prior, base).await? {
        None => return Ok(Touched::Everybody),
        Some(newer) => members.extend(changes::list_members_scored_by(tx, &newer).await?),
    }
    let authors: Vec<MemberId> = members.iter().copied().collect();
    members.extend(changes::list_sharers_with(tx, &authors).await?);
    // One who gains moves the place of all; so does another repository, whoever worked in it.
    let is_other = !members.is_empty() || !repositories.is_empty();
    if asked.needs_the_class() && (is_other || !changes::list_busy_repositories(tx, seen).await?.is_empty()) {
        return Ok(Touched::Everybody);
    }
    Ok(Touched::These(members.into_iter().collect()))
}

/// What is around the members' own work: when the base was made, and now.
struct Around {
    before: Surroundings,
    now: Surroundings,
    /// Of which something changed that every contribution there depends on.
    changed: Vec<RepositoryId>,
}

impl Around {
    /// It is found out anew only where something changed of which it is made, since that is the longest part of a small change.
    async fn find(
        tx: &mut InstitutionTx,
        asked: &Asked,
        base: &Base,
        seen: &Seen,
        (traces, rows): (&Traces, &Changed),
    ) -> Result<Self, Failure> {
        let outside_contributors = evaluations::list_outside_contributors(tx, base.evaluation.id).await?;
        let before = Surroundings { outside_contributors, traces: traces.clone() };
        let mut now = before.clone();
        let changed = changes::list_repositories(tx, seen).await?;
        let is_other = !changed.is_empty();
        if asked.policy.repositories.outside_contributors.is_some() && (is_other || rows.is_outside) {
            now.outside_contributors = asked.count_outside_contributors(tx).await?;
        }
        if is_other || changes::touch_traces(tx, seen).await? {
            now.traces = ground::traces(tx).await?;
        }
        Ok(Self { before, now, changed })
    }

    /// Where every contribution may count otherwise: also where another number of people from outside contributed.
    fn repositories(&self) -> Vec<RepositoryId> {
        let before = &self.before.outside_contributors;
        let now = self.now.outside_contributors.iter();
        let counted = now.filter(|(repository, people)| before.get(repository) != Some(people)).map(|(repository, _)| *repository);
        self.changed.iter().copied().chain(counted).collect()
    }

    fn reverts(&self) -> Vec<(RepositoryId, i64)> {
        let differing = differing(&self.before.traces.reverted, &self.now.traces.reverted);
        differing.into_iter().map(|(repository, number, _)| (*repository, *number)).collect()
    }

    fn copies(&self) -> Vec<&Key> {
        differing(&self.before.traces.copies, &self.now.traces.copies).into_iter().map(|(key, _)| key).collect()
    }
}

/// What only one of two ordered lists has.
fn differing<'a, T: Ord>(before: &'a [T], now: &'a [T]) -> Vec<&'a T> {
    let (before, now): (BTreeSet<&T>, BTreeSet<&T>) = (before.iter().collect(), now.iter().collect());
    before.symmetric_difference(&now).copied().collect()
}

/// The evaluations of earlier terms that came on top of those which the base began with. `None`: another one came in the place of one.
async fn new_prior(tx: &mut InstitutionTx, prior: &[(EvaluationId, String)], base: &Base) -> Result<Option<Vec<EvaluationId>>, Failure> {
    let used = &base.evaluation.prior;
    if prior.len() != used.len() {
        return Ok(None);
    }
    let mut newer = Vec::new();
    for (now, before) in prior.iter().map(|(evaluation, _)| evaluation).zip(used).filter(|(now, before)| now != before) {
        let chain = evaluations::get_base(tx, *now).await?.map(|base| base.chain()).unwrap_or_default();
        let Some(at) = chain.iter().position(|link| link == before) else { return Ok(None) };
        newer.extend(chain.into_iter().take(at));
    }
    Ok(Some(newer))
}
