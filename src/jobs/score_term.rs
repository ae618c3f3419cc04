//! Scores all members of an institution in a term under a policy, and stores every line.
//! It must not fetch; what it reads, it reads as of one moment.

use std::{collections::HashMap, sync::Arc};

use rayon::prelude::*;

use super::{Attempt, Failure, Tools};
use crate::{
    credits,
    db::{self, InstitutionTx, evaluations, members::Scored, scores},
    model::{contribution::ByAccount, job::ScoreTerm, member_score::Computed, policy::Policy, work::Evaluation},
    scoring::{self, Context, Subject},
};

/// Members scored at a time: bounds the memory that their lines take.
const CHUNK: usize = 1_000;

/// One try. The last one that fails leaves its reason in the evaluation.
pub(super) async fn run(tools: &Tools, job: &ScoreTerm, attempt: Attempt) -> Result<(), String> {
    match score(tools, job).await {
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

async fn score(tools: &Tools, job: &ScoreTerm) -> Result<(), Failure> {
    let mut tx = tools.db.begin_as(job.institution_id).await?;
    let evaluation = evaluations::take(&mut tx, job.evaluation_id, tools.clock.now()).await?;
    tx.commit().await?;
    let Some(evaluation) = evaluation else { return Ok(()) };

    // One transaction over one moment: a killed worker leaves nothing, and no row is newer than another.
    let mut tx = tools.db.begin_as_of_now(job.institution_id).await?;
    let ground = Arc::new(load(&mut tx, &evaluation).await?);
    // The next members are scored while the last ones are stored.
    let think = |from: usize| {
        let ground = Arc::clone(&ground);
        tokio::task::spawn_blocking(move || ground.score_some(from))
    };
    let mut thinking = think(0);
    for next in (CHUNK..ground.members.len() + CHUNK).step_by(CHUNK) {
        let found = thinking.await.map_err(|stopped| Failure::Permanent(format!("scoring stopped: {stopped}")))?;
        thinking = think(next);
        scores::insert_batch(&mut tx, evaluation.id, &found).await?;
    }
    evaluations::insert_coverage(&mut tx, evaluation.id).await?;
    evaluations::finish(&mut tx, evaluation.id, None, tools.clock.now()).await?;
    tx.commit().await?;
    Ok(())
}

/// All that scoring reads.
struct Ground {
    policy: Policy,
    context: Context,
    members: Vec<Scored>,
    contributions: ByAccount,
}

async fn load(tx: &mut InstitutionTx, evaluation: &Evaluation) -> Result<Ground, Failure> {
    let gone = |what: &str| Failure::Permanent(format!("the evaluation's {what} is not there any more"));
    let institution = db::institutions::get(tx).await?.ok_or_else(|| gone("institution"))?;
    let term = db::terms::get(tx, evaluation.term).await?.ok_or_else(|| gone("term"))?;
    let stored = db::policies::get(tx, evaluation.policy).await?.ok_or_else(|| gone("policy"))?;
    let policy = scoring::policy::parse(&format!("{} {}", stored.name, stored.version), &stored.source)
        .map_err(|errors| Failure::Permanent(format!("the stored policy is not one that this version of Accredit reads: {errors}")))?;
    if policy.hash != evaluation.policy_hash {
        return Err(Failure::Permanent("the stored policy is not the one that the evaluation was asked for: its hash differs".to_owned()));
    }
    let window = term.window(institution.timezone);
    let repositories = db::repositories::list_contexts(tx).await?.into_iter().map(|context| (context.id, context)).collect();
    let members = db::members::list_for_scoring(tx).await?;
    let contributions = ByAccount::new(db::contributions::list_for_scoring(tx, window).await?);
    let context = Context {
        window,
        zone: institution.timezone,
        as_of: evaluation.requested_at,
        repositories,
        reverted: HashMap::new(),
        copies: HashMap::new(),
        shares: HashMap::new(),
    };
    Ok(Ground { policy, context, members, contributions })
}

impl Ground {
    /// The scores of at most `CHUNK` members, on all cores.
    fn score_some(&self, from: usize) -> Vec<scores::NewScore> {
        self.members.par_iter().skip(from).take(CHUNK).map(|member| self.score(member)).collect()
    }

    /// A member without a linked account has no points: nothing can be known, and that is not zero.
    fn score(&self, member: &Scored) -> scores::NewScore {
        let github_login = member.github_login.clone();
        let Some(account) = member.account else {
            return scores::NewScore { member: member.id, account: None, github_login, computed: None, lines: Vec::new() };
        };
        let subject = Subject::new(member.id, account);
        let sheet = scoring::score(&self.policy, &subject, &self.context, self.contributions.of(account));
        let decision = credits::decide(&self.policy.credits, sheet.points, subject.prior.credits, &sheet.unmet);
        // A code with its values, as JSON: messages makes the sentence where it is shown.
        let credits_reason = serde_json::to_string(&decision.reason).unwrap_or_default();
        let computed = Computed { points: sheet.points, credits: decision.credits, credits_reason };
        scores::NewScore { member: member.id, account: Some(account), github_login, computed: Some(computed), lines: sheet.lines }
    }
}
