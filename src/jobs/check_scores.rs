//! Every night: scores everybody anew and compares with what is stored. Equal is noted; unequal is noted, told, and made good by a new
//! evaluation. It must not touch the one that is wrong: what was shown to people stays as it was shown.

use std::{collections::BTreeSet, convert::identity, sync::Arc};

use super::{
    Failure, Tools,
    ground::{Asked, Ground, Lines},
    rescore_changed::{self, Outcome},
    score_term::{CHUNK, stopped, think},
};
use crate::{
    db::{self, InstitutionTx, evaluations, institutions, scores},
    model::{
        ids::{EvaluationId, InstitutionId, MemberId},
        job::{CheckNightly, CheckScores, LinkAccounts},
    },
};

/// Asks for the check of every institution, and for what is left to do for its accounts: a change whose own job was lost waits for a night at
/// most.
pub(super) async fn run_all(tools: &Tools, _job: &CheckNightly) -> Result<(), String> {
    enqueue_all(tools).await.map_err(|error| error.to_string())
}

async fn enqueue_all(tools: &Tools) -> Result<(), db::Error> {
    let mut tx = tools.db.begin_as_operator().await?;
    for institution in institutions::list(&mut tx).await? {
        db::queue::enqueue(&mut tx, &LinkAccounts { institution_id: institution.id }, None).await?;
        db::queue::enqueue(&mut tx, &CheckScores { institution_id: institution.id }, None).await?;
    }
    tx.commit().await
}

/// One try; a failed one is tried again by the queue.
pub(super) async fn run(tools: &Tools, job: &CheckScores) -> Result<(), String> {
    let institution = job.institution_id;
    match check_all(tools, institution).await {
        Ok(()) | Err(Failure::TakenOver) => Ok(()),
        Err(Failure::Permanent(why)) => {
            tracing::error!(%institution, why, "results cannot be checked: ask for an evaluation");
            Ok(())
        }
        Err(Failure::Retry(why) | Failure::Later { why, .. }) => Err(why),
    }
}

async fn check_all(tools: &Tools, institution: InstitutionId) -> Result<(), Failure> {
    for current in rescore_changed::list_current(tools, institution).await? {
        match check_current(tools, institution, current).await {
            // The others can be, and must not wait for it.
            Err(Failure::Permanent(why)) => {
                tracing::error!(%institution, evaluation = %current, why, "these results cannot be checked: ask for an evaluation");
            }
            checked => checked?,
        }
    }
    Ok(())
}

async fn check_current(tools: &Tools, institution: InstitutionId, current: EvaluationId) -> Result<(), Failure> {
    let mut tx = tools.db.begin_as_of_now(institution).await?;
    check(tools, &mut tx, current).await?;
    Ok(tx.commit().await?)
}

/// What is pending is scored first, so that both sides know the same.
async fn check(tools: &Tools, tx: &mut InstitutionTx, current: EvaluationId) -> Result<(), Failure> {
    let now = tools.clock.now();
    let newest = match rescore_changed::bring_up_to_date(tx, current, now, Lines::default()).await? {
        Outcome::Same => current,
        Outcome::Followed(newer) => newer,
        // Everybody is scored anew as it is.
        Outcome::Asked => return Ok(()),
    };
    let Some(base) = evaluations::get_base(tx, newest).await? else { return Ok(()) };
    let asked = Asked { as_of: now, ..Asked::of(tx, &base.evaluation).await? };
    let ground = Ground::load_all(tx, &asked).await?;
    let differs = compare(tx, newest, ground).await?;
    evaluations::note_check(tx, newest, &differs, now).await?;
    if !differs.is_empty() {
        let institution = tx.institution();
        tracing::error!(%institution, evaluation = %newest, members = ?differs, "stored scores are not what scoring finds: everybody is scored anew");
        rescore_changed::ask_for_all(tx, &base, now).await?;
    }
    Ok(())
}

/// The members whose stored score is not the one that is found now, those who are stored and should not be, and the other way round.
async fn compare(tx: &mut InstitutionTx, evaluation: EvaluationId, ground: Ground) -> Result<Vec<MemberId>, Failure> {
    let mut left: BTreeSet<MemberId> = scores::list_member_ids(tx, evaluation).await?.into_iter().collect();
    let mut differs = BTreeSet::new();
    let count = ground.members.len();
    let ground = Arc::new(ground);
    let mut thinking = think(&ground, 0, identity);
    for next in (CHUNK..count + CHUNK).step_by(CHUNK) {
        let found = thinking.await.map_err(stopped)?;
        thinking = think(&ground, next, identity);
        let members: Vec<MemberId> = found.iter().map(|score| score.member).collect();
        let stored = scores::list_stored(tx, evaluation, &members).await?;
        for score in found {
            left.remove(&score.member);
            if stored.get(&score.member) != Some(&score) {
                differs.insert(score.member);
            }
        }
    }
    differs.extend(left);
    Ok(differs.into_iter().collect())
}
