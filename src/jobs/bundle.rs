//! Puts together what one member's stored score was made of.
//! It must not write, and gives no bundle whose facts do not lead to the stored number any more.

use super::{
    Failure,
    ground::{self, Asked, Ground},
};
use crate::{
    db::{self, Db, evaluations, scores},
    model::{
        ids::{EvaluationId, InstitutionId, MemberId},
        member_score::{ExplainedLine, MemberScore},
        score::ScoreSheet,
    },
    scoring::{Address, Bundle, Found},
};

/// Why there is no bundle.
#[derive(Debug, thiserror::Error)]
#[error("no bundle: {0}")]
pub struct NoBundle(String);

impl From<Failure> for NoBundle {
    fn from(failure: Failure) -> Self {
        Self(match failure {
            Failure::Retry(why) | Failure::Permanent(why) | Failure::Later { why, .. } => why,
            Failure::TakenOver => "another worker scores this term now: try again".to_owned(),
        })
    }
}

impl From<db::Error> for NoBundle {
    fn from(error: db::Error) -> Self {
        Self(error.to_string())
    }
}

/// What the score of a member in an evaluation was made of.
pub async fn bundle(db: &Db, institution: InstitutionId, evaluation: EvaluationId, member: MemberId) -> Result<Bundle, NoBundle> {
    let gone = |what: &str| NoBundle(format!("the {what} is not there any more"));
    let mut tx = db.begin_as_of_now(institution).await?;
    let evaluation = evaluations::get(&mut tx, evaluation).await?.ok_or_else(|| gone("evaluation"))?;
    let (score, lines) = scores::get(&mut tx, evaluation.id, member).await?.ok_or_else(|| gone("member's score"))?;
    let term = db::terms::get(&mut tx, evaluation.term).await?.ok_or_else(|| gone("term"))?;
    let policy = db::policies::get(&mut tx, evaluation.policy).await?.ok_or_else(|| gone("policy"))?;
    let asked = Asked::of(&mut tx, &evaluation).await?;
    let only = [member];
    let only = (!asked.needs_the_class()).then_some(&only[..]);
    let surroundings = asked.surroundings(&mut tx).await?;
    let ground = Ground::load(&mut tx, &asked, only, surroundings).await?;
    // Never committed: network scores were brought to where they stood then, and not to today.
    drop(tx);
    let found = found(&score, &lines, term.code).ok_or_else(|| NoBundle("no GitHub account was linked to the member".to_owned()))?;
    let mut bundle = ground.bundle(member, policy.source, found).ok_or_else(|| gone("member's account"))?;
    bundle.addresses = addresses(&lines);
    if bundle.score(&ground.policy) != bundle.found.sheet {
        return Err(NoBundle("what was fetched or stated since then has changed this score: `accredit score` makes a new one".to_owned()));
    }
    Ok(bundle)
}

impl Ground {
    /// What scoring reads of one member. `None`: no account is or was bound.
    fn bundle(&self, member: MemberId, policy: String, found: Found) -> Option<Bundle> {
        let member = self.members.iter().find(|one| one.id == member)?;
        member.accounts.shown()?;
        let contributions = ground::own(&self.contributions, &member.accounts);
        Some(Bundle::new(policy, self.subject(member), &self.context, &contributions, found))
    }
}

fn found(score: &MemberScore, lines: &[ExplainedLine], term: String) -> Option<Found> {
    let computed = score.computed.as_ref()?;
    let sheet = ScoreSheet {
        points: computed.points,
        lines: lines.iter().map(|explained| explained.line.clone()).collect(),
        flags: score.flags.clone(),
        unmet: score.unmet.clone(),
        carried: score.carried,
    };
    Some(Found { number: score.number.clone(), name: score.name.clone(), term, credits: computed.credits, sheet })
}

fn addresses(lines: &[ExplainedLine]) -> std::collections::HashMap<crate::model::contribution::Key, Address> {
    let address = |explained: &ExplainedLine| {
        let about = explained.about.as_ref()?;
        Some((explained.line.key()?.clone(), Address { url: about.url.clone(), title: about.title.clone() }))
    };
    lines.iter().filter_map(address).collect()
}
