//! Which evaluation speaks for a term: where policies were adopted for it, one under an adopted one, and no trial of another.
//! It must not change anything, nor let one audience's evaluation stand for another's.

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use super::{Error, Evaluation, EvaluationId, EvaluationRow, InstitutionTx, PolicyId, Term, TermId, get};
use crate::{
    db::term_policies,
    model::policy::{Audience, Policy},
};

/// The newest evaluation of a term that is done: of those that people asked for the newest, or what the program made of it since.
pub async fn get_newest_done(tx: &mut InstitutionTx, term: TermId) -> Result<Option<Evaluation>, Error> {
    newest(tx, term, None).await
}

/// The same, under one policy.
pub async fn get_newest_under(tx: &mut InstitutionTx, term: TermId, policy: PolicyId) -> Result<Option<Evaluation>, Error> {
    newest(tx, term, Some(policy)).await
}

async fn newest(tx: &mut InstitutionTx, term: TermId, policy: Option<PolicyId>) -> Result<Option<Evaluation>, Error> {
    let row = sqlx::query_as!(
        EvaluationRow,
        "select evaluation_id, term_id, policy_id, policy_hash, state, error, requested_at, started_at, finished_at,
           bases, prior, checked_at, differs
         from evaluations where institution_id = $1 and term_id = $2 and state = 'done' and ($3::uuid is null or policy_id = $3)
         order by coalesce(asked_at, requested_at) desc, finished_at desc, evaluation_id desc limit 1",
        tx.institution().0,
        term.0,
        policy.map(|policy| policy.0),
    )
    .fetch_optional(tx.conn())
    .await?;
    row.map(EvaluationRow::into_evaluation).transpose()
}

/// The newest done evaluation of a term under any version of a policy, save versions that were adopted for others than this one: with what a
/// new one can be compared.
pub async fn get_newest_of(tx: &mut InstitutionTx, term: TermId, policy: PolicyId) -> Result<Option<Evaluation>, Error> {
    let id = sqlx::query_scalar!(
        "select e.evaluation_id from evaluations e
         join policies p on p.institution_id = $1 and p.policy_id = e.policy_id
         join policies mine on mine.institution_id = $1 and mine.policy_id = $3 and mine.name = p.name
         where e.institution_id = $1 and e.term_id = $2 and e.state = 'done' and not exists (
           select from term_policies a join term_policies b on b.institution_id = $1 and b.term_id = $2 and b.policy_id = $3
           where a.institution_id = $1 and a.term_id = $2 and a.policy_id = e.policy_id and a.audience <> b.audience)
         order by coalesce(e.asked_at, e.requested_at) desc, e.finished_at desc, e.evaluation_id desc limit 1",
        tx.institution().0,
        term.0,
        policy.0,
    )
    .fetch_optional(tx.conn())
    .await?;
    existing(tx, id).await
}

/// What a report of a term shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reported {
    Evaluation(Evaluation),
    /// There are some under policies for each of these: for whom?
    AskAudience(Vec<Audience>),
    /// None is done that could be shown.
    Nothing,
}

/// The newest done evaluation under a policy that is or was in force in the term by now: for `audience` (or, where there is none for
/// them, for everyone). Where no policy was adopted for the term, the newest of all.
pub async fn choose_reported(
    tx: &mut InstitutionTx,
    term: TermId,
    audience: Option<Audience>,
    now: DateTime<Utc>,
) -> Result<Reported, Error> {
    if audience.is_none() && term_policies::list(tx, term, None, 1).await?.is_empty() {
        return Ok(get_newest_done(tx, term).await?.map_or(Reported::Nothing, Reported::Evaluation));
    }
    let today = term_policies::today(tx, now).await?;
    let mut found = list_adopted(tx, term, today).await?;
    let of = |found: &[(Audience, Uuid)], wanted| found.iter().find(|one| one.0 == wanted).map(|one| one.1);
    let id = match audience {
        Some(audience) => of(&found, audience).or_else(|| of(&found, Audience::Everyone)),
        None if found.len() > 1 => return Ok(Reported::AskAudience(found.into_iter().map(|one| one.0).collect())),
        None => found.pop().map(|one| one.1),
    };
    Ok(existing(tx, id).await?.map_or(Reported::Nothing, Reported::Evaluation))
}

/// Of each audience the newest done evaluation under a policy that was adopted for it.
async fn list_adopted(tx: &mut InstitutionTx, term: TermId, today: NaiveDate) -> Result<Vec<(Audience, Uuid)>, Error> {
    let rows = sqlx::query!(
        "select distinct on (a.audience) a.audience, e.evaluation_id
         from term_policies a
         join evaluations e on e.institution_id = $1 and e.term_id = a.term_id and e.policy_id = a.policy_id and e.state = 'done'
         where a.institution_id = $1 and a.term_id = $2 and a.adopted_from <= $3
         order by a.audience, coalesce(e.asked_at, e.requested_at) desc, e.finished_at desc, e.evaluation_id desc",
        tx.institution().0,
        term.0,
        today,
    )
    .fetch_all(tx.conn())
    .await?;
    let read = |audience: &str| audience.parse().map_err(|why| Error::bad_row("term_policies", "audience", why));
    let mut found = rows.into_iter().map(|row| Ok((read(&row.audience)?, row.evaluation_id))).collect::<Result<Vec<_>, Error>>()?;
    found.sort_by_key(|(audience, _)| Audience::ALL.iter().position(|one| one == audience));
    Ok(found)
}

/// Of each term that ended before `term` began, the newest done evaluation under a policy of this name, with the term's code: one under a
/// version that was adopted for the same people before others that were adopted, and these before any that was not. The latest term comes
/// first.
pub async fn list_prior(tx: &mut InstitutionTx, term: &Term, policy: &Policy) -> Result<Vec<(EvaluationId, String)>, Error> {
    let rows = sqlx::query!(
        "select distinct on (t.starts_on, t.term_id) e.evaluation_id, t.code
         from evaluations e
         join terms t on t.institution_id = $1 and t.term_id = e.term_id
         join policies p on p.institution_id = $1 and p.policy_id = e.policy_id
         left join lateral (
           select max(case when a.audience = $4 then 2 else 1 end) as closeness from term_policies a
           where a.institution_id = $1 and a.term_id = e.term_id and a.policy_id = e.policy_id) as adopted on true
         where e.institution_id = $1 and e.state = 'done' and p.name = $2 and t.ends_on < $3
         order by t.starts_on desc, t.term_id, adopted.closeness desc nulls last,
           coalesce(e.asked_at, e.requested_at) desc, e.finished_at desc, e.evaluation_id desc",
        tx.institution().0,
        policy.name,
        term.starts_on,
        policy.audience.as_str(),
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|row| (EvaluationId(row.evaluation_id), row.code)).collect())
}

async fn existing(tx: &mut InstitutionTx, id: Option<Uuid>) -> Result<Option<Evaluation>, Error> {
    match id {
        Some(id) => get(tx, EvaluationId(id)).await,
        None => Ok(None),
    }
}
