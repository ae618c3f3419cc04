//! Scores all members of an institution in a term under a policy, and stores every line.
//! It must not fetch; what it reads, it reads as of one moment.

use std::sync::Arc;

use super::{
    Attempt, Failure, Tools,
    ground::{Asked, Ground, Lines},
};
use crate::{
    db::{
        self, InstitutionTx, evaluations,
        scores::{self, NewScore},
    },
    model::{ids::EvaluationId, job::ScoreTerm},
};

/// Members scored at a time: bounds the memory that their lines take.
pub(super) const CHUNK: usize = 1_000;

/// One try. The last one that fails leaves its reason in the evaluation.
pub(super) async fn run(tools: &Tools, job: &ScoreTerm, attempt: Attempt) -> Result<(), String> {
    match score(tools, job, Lines::default()).await {
        Ok(()) => Ok(()),
        Err(Failure::TakenOver) => Ok(()),
        Err(Failure::Retry(why)) if !attempt.is_last => Err(why),
        Err(Failure::Retry(why) | Failure::Permanent(why) | Failure::Later { why, .. }) => {
            fail(tools, job, &why).await.map_err(|error| error.to_string())
        }
    }
}

async fn fail(tools: &Tools, job: &ScoreTerm, why: &str) -> Result<(), db::Error> {
    let mut tx = tools.db.begin_as(job.institution_id).await?;
    evaluations::finish(&mut tx, job.evaluation_id, Some(why), tools.clock.now()).await?;
    tx.commit().await
}

/// Scores everybody. What changed meanwhile was not seen, and while nothing was done nobody asked for more: it is asked for at the end, also
/// by a try that finds it done already. In a transaction of its own: in the one over one moment it would fail on anybody else who asks.
pub(super) async fn score(tools: &Tools, job: &ScoreTerm, lines: Lines) -> Result<(), Failure> {
    score_all(tools, job, lines).await?;
    let mut tx = tools.db.begin_as(job.institution_id).await?;
    db::queue::request_rescoring(&mut tx, tools.clock.now()).await?;
    Ok(tx.commit().await?)
}

async fn score_all(tools: &Tools, job: &ScoreTerm, lines: Lines) -> Result<(), Failure> {
    let mut tx = tools.db.begin_as(job.institution_id).await?;
    let evaluation = evaluations::take(&mut tx, job.evaluation_id, tools.clock.now()).await?;
    tx.commit().await?;
    let Some(evaluation) = evaluation else { return Ok(()) };

    // One transaction over one moment: a killed worker leaves nothing, and no row is newer than another.
    let mut tx = tools.db.begin_as_of_now(job.institution_id).await?;
    let asked = Asked { lines, ..Asked::of(&mut tx, &evaluation).await? };
    let ground = Ground::load_all(&mut tx, &asked).await?;
    evaluations::note_ground(&mut tx, evaluation.id, &ground.prior_evaluations, &ground.surroundings.traces).await?;
    evaluations::insert_coverage(&mut tx, evaluation.id, &ground.surroundings.outside_contributors).await?;
    store(&mut tx, evaluation.id, ground).await?;
    evaluations::finish(&mut tx, evaluation.id, None, tools.clock.now()).await?;
    tx.commit().await?;
    Ok(())
}

/// Scores all who stand on this ground, and writes them: the next are scored while the last ones are written.
pub(super) async fn store(tx: &mut InstitutionTx, evaluation: EvaluationId, ground: Ground) -> Result<(), Failure> {
    let count = ground.members.len();
    let ground = Arc::new(ground);
    let mut thinking = think(&ground, 0, NewScore::pack);
    for next in (CHUNK..count + CHUNK).step_by(CHUNK) {
        let found = thinking.await.map_err(stopped)?.into_iter().collect::<Result<Vec<_>, _>>()?;
        thinking = think(&ground, next, NewScore::pack);
        scores::insert_batch(tx, evaluation, &found).await?;
    }
    Ok(())
}

/// Scores the next members, aside from what waits for the database.
pub(super) fn think<T: Send + 'static>(ground: &Arc<Ground>, from: usize, then: fn(NewScore) -> T) -> tokio::task::JoinHandle<Vec<T>> {
    let ground = Arc::clone(ground);
    tokio::task::spawn_blocking(move || ground.score_some(from, CHUNK, then))
}

pub(super) fn stopped(error: tokio::task::JoinError) -> Failure {
    Failure::Permanent(format!("scoring stopped: {error}"))
}
