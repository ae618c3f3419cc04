//! Which policy was adopted for a term, from when and for whom: appended and never changed.
//! It must not choose between them: `model::term_policy` does.

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::json;
use uuid::Uuid;

use super::{Error, InstitutionTx, Result, audit, institutions, policies};
use crate::model::{
    actor::Actor,
    audit::{Action, Event},
    ids::{PolicyId, TermId, TermPolicyId},
    policy::Audience,
    term_policy::{InForce, NotInForce, TermPolicy, in_force},
};

/// Writes an adoption by `by`; says whether the institution has that term and that policy.
pub async fn insert(tx: &mut InstitutionTx, adopted: &TermPolicy, by: &Actor) -> Result<bool> {
    let done = sqlx::query!(
        "insert into term_policies (institution_id, term_policy_id, term_id, audience, policy_id, adopted_from, adopted_by, adopted_at)
         select $1, $2, t.term_id, $4, p.policy_id, $6, $7, $8 from terms t, policies p
         where t.institution_id = $1 and t.term_id = $3 and p.institution_id = $1 and p.policy_id = $5",
        tx.institution().0,
        adopted.id.0,
        adopted.term.0,
        adopted.audience.as_str(),
        adopted.policy.0,
        adopted.adopted_from,
        adopted.adopted_by,
        adopted.adopted_at,
    )
    .execute(tx.conn())
    .await?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    let TermPolicy { term, policy, audience, adopted_from, .. } = adopted;
    let facts = json!({ "term": term, "policy": policy, "audience": audience, "adopted_from": adopted_from });
    let event = Event { action: Action::PolicyAdopted, subject: adopted.id.to_string(), facts, details: None };
    audit::append(tx, by, &event, adopted.adopted_at);
    Ok(true)
}

/// At most `limit + 1` adoptions of a term after an id, oldest first: the surplus one says that there is more.
pub async fn list(tx: &mut InstitutionTx, term: TermId, after: Option<TermPolicyId>, limit: u16) -> Result<Vec<TermPolicy>> {
    select(tx, term, after, Some(i64::from(limit) + 1)).await
}

async fn select(tx: &mut InstitutionTx, term: TermId, after: Option<TermPolicyId>, limit: Option<i64>) -> Result<Vec<TermPolicy>> {
    let rows = sqlx::query_as!(
        TermPolicyRow,
        "select term_policy_id, term_id, audience, policy_id, adopted_from, adopted_by, adopted_at from term_policies
         where institution_id = $1 and term_id = $2 and ($3::uuid is null or term_policy_id > $3) order by term_policy_id limit $4",
        tx.institution().0,
        term.0,
        after.map(|id| id.0),
        limit,
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter().map(TermPolicyRow::into_term_policy).collect()
}

/// Under which policy a term is to be scored where nobody says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    Policy(PolicyId),
    /// Several are in force: for whom?
    AskAudience(Vec<Audience>),
    /// None is in force, though some were adopted for the term.
    NotInForce(NotInForce),
    /// None was adopted, and the institution has several policies.
    AskPolicy,
    /// It has none.
    NoPolicy,
}

/// The policy in force today; where none was ever adopted for the term, the newest version of the only policy that there is.
pub async fn choose(tx: &mut InstitutionTx, term: TermId, audience: Option<Audience>, now: DateTime<Utc>) -> Result<Choice> {
    let today = today(tx, now).await?;
    let adoptions = select(tx, term, None, None).await?;
    Ok(match in_force(&adoptions, audience, today) {
        InForce::Policy(policy) => Choice::Policy(policy),
        InForce::Several(audiences) => Choice::AskAudience(audiences),
        InForce::Nothing if !adoptions.is_empty() => Choice::NotInForce(NotInForce::of(&adoptions, audience, today)),
        InForce::Nothing => match policies::list_newest(tx).await?.as_slice() {
            [] => Choice::NoPolicy,
            [only] => Choice::Policy(*only),
            _ => Choice::AskPolicy,
        },
    })
}

/// The day in the institution's zone.
pub async fn today(tx: &mut InstitutionTx, now: DateTime<Utc>) -> Result<NaiveDate> {
    let institution = institutions::get(tx).await?.ok_or_else(|| Error::bad_row("institutions", "institution_id", "it is not there"))?;
    Ok(now.with_timezone(&institution.timezone).date_naive())
}

struct TermPolicyRow {
    term_policy_id: Uuid,
    term_id: Uuid,
    audience: String,
    policy_id: Uuid,
    adopted_from: NaiveDate,
    adopted_by: String,
    adopted_at: DateTime<Utc>,
}

impl TermPolicyRow {
    fn into_term_policy(self) -> Result<TermPolicy> {
        Ok(TermPolicy {
            id: TermPolicyId(self.term_policy_id),
            term: TermId(self.term_id),
            audience: self.audience.parse().map_err(|why| Error::bad_row("term_policies", "audience", why))?,
            policy: PolicyId(self.policy_id),
            adopted_from: self.adopted_from,
            adopted_by: self.adopted_by,
            adopted_at: self.adopted_at,
        })
    }
}
