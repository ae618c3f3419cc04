//! Whom the changes since an evaluation touch: exact, since each row says which transaction wrote it last and an evaluation keeps what it saw.
//! It must not score, and never asks a clock which of two came first. One person too many costs time; one too few would be a wrong score: so
//! whoever had an account at any time is touched by what it did at any time.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{Error, InstitutionTx};
use crate::model::{
    contribution::Key,
    ids::{EvaluationId, MemberId, RepositoryId},
    work::Seen,
};

/// Who and what is behind the rows that changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// The members whose own rows changed, and those whose contributions did, or were taken from them. Removed members are among them.
    pub members: Vec<MemberId>,
    /// Whether the number of those who contributed from outside may be another one: people who are no members did something that is new or
    /// changed, or somebody became a member, or ceased to be one, or has another account.
    pub is_outside: bool,
}

/// One walk over what changed answers both questions.
pub async fn find(tx: &mut InstitutionTx, seen: &Seen) -> Result<Changed, Error> {
    let rows = sqlx::query!(
        r#"select distinct member_id as "member_id?", is_outside as "is_outside!" from (
             select m.member_id, true as is_outside from members m
             where m.institution_id = $1 and m.changed_in >= $2::text::xid8 and not pg_visible_in_snapshot(m.changed_in, $3::text::pg_snapshot)
             union all
             select b.member_id, true from bindings b
             where b.institution_id = $1 and b.changed_in >= $2::text::xid8 and not pg_visible_in_snapshot(b.changed_in, $3::text::pg_snapshot)
             union all
             select b.member_id, b.member_id is null or isempty(b.span) or m.removed_at is not null from (
               select distinct c.account_id from contributions c
               join tracked_repositories t on t.institution_id = $1 and t.repository_id = c.repository_id
               where c.changed_in >= $2::text::xid8 and not pg_visible_in_snapshot(c.changed_in, $3::text::pg_snapshot)
             ) as c
             left join bindings b on b.institution_id = $1 and b.github_id = c.account_id
             left join members m on m.institution_id = $1 and m.member_id = b.member_id
             union all
             select b.member_id, true from former_contributions c
             join tracked_repositories t on t.institution_id = $1 and t.repository_id = c.repository_id
             left join bindings b on b.institution_id = $1 and b.github_id = c.account_id
             where c.changed_in >= $2::text::xid8 and not pg_visible_in_snapshot(c.changed_in, $3::text::pg_snapshot)
           ) as changed"#,
        tx.institution().0,
        seen.oldest_unseen(),
        seen.as_str(),
    )
    .fetch_all(tx.conn())
    .await?;
    let is_outside = rows.iter().any(|row| row.is_outside);
    Ok(Changed { members: rows.into_iter().filter_map(|row| row.member_id).map(MemberId).collect(), is_outside })
}

/// The repositories of which something changed that every contribution to them depends on: that they are tracked, their category, whose
/// they are, their name, licence or age.
pub async fn list_repositories(tx: &mut InstitutionTx, seen: &Seen) -> Result<Vec<RepositoryId>, Error> {
    let rows = sqlx::query_scalar!(
        r#"select c.repository_id as "repository_id!" from (
             select repository_id, changed_in from tracked_repositories where institution_id = $1
             union all
             select repository_id, changed_in from tracked_repository_members where institution_id = $1
             union all
             select repository_id, changed_in from registration_losses where institution_id = $1
             union all
             select r.repository_id, r.changed_in from repositories r
             join tracked_repositories t on t.institution_id = $1 and t.repository_id = r.repository_id
           ) as c
           where c.changed_in >= $2::text::xid8 and not pg_visible_in_snapshot(c.changed_in, $3::text::pg_snapshot)
           group by c.repository_id"#,
        tx.institution().0,
        seen.oldest_unseen(),
        seen.as_str(),
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(RepositoryId).collect())
}

/// The tracked repositories to which a contribution came, or in which one changed, whoever made it.
pub async fn list_busy_repositories(tx: &mut InstitutionTx, seen: &Seen) -> Result<Vec<RepositoryId>, Error> {
    let rows = sqlx::query_scalar!(
        "select distinct c.repository_id from contributions c
         join tracked_repositories t on t.institution_id = $1 and t.repository_id = c.repository_id
         where c.changed_in >= $2::text::xid8 and not pg_visible_in_snapshot(c.changed_in, $3::text::pg_snapshot)",
        tx.institution().0,
        seen.oldest_unseen(),
        seen.as_str(),
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(RepositoryId).collect())
}

/// The members who have done anything in these repositories, or of whom something is stated about them.
pub async fn list_members_in(tx: &mut InstitutionTx, repositories: &[RepositoryId]) -> Result<Vec<MemberId>, Error> {
    if repositories.is_empty() {
        return Ok(Vec::new());
    }
    let repositories: Vec<Uuid> = repositories.iter().map(|repository| repository.0).collect();
    let rows = sqlx::query_scalar!(
        r#"select b.member_id as "member_id!" from contributions c
           join bindings b on b.institution_id = $1 and b.github_id = c.account_id where c.repository_id = any($2)
           union
           select member_id from statements where institution_id = $1 and about_repository_id = any($2)"#,
        tx.institution().0,
        &repositories,
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(MemberId).collect())
}

/// Whether anything changed by which pull requests are known to be reverted, or to bring lines that were there before.
pub async fn touch_traces(tx: &mut InstitutionTx, seen: &Seen) -> Result<bool, Error> {
    let touched = sqlx::query_scalar!(
        r#"select exists (select from contributions c
             where c.changed_in >= $1::text::xid8 and not pg_visible_in_snapshot(c.changed_in, $2::text::pg_snapshot)
               and (c.kind = 'commit' or c.change ?| array['reverts', 'reverts_commit', 'fingerprint']))
           or exists (select from former_contributions c
             where c.changed_in >= $1::text::xid8 and not pg_visible_in_snapshot(c.changed_in, $2::text::pg_snapshot)) as "touched!""#,
        seen.oldest_unseen(),
        seen.as_str(),
    );
    Ok(touched.fetch_one(tx.conn()).await?)
}

/// The members who did these pull requests, or what belongs to them.
pub async fn list_members_of_numbers(tx: &mut InstitutionTx, numbers: &[(RepositoryId, i64)]) -> Result<Vec<MemberId>, Error> {
    if numbers.is_empty() {
        return Ok(Vec::new());
    }
    let (repositories, numbers): (Vec<Uuid>, Vec<i64>) = numbers.iter().map(|(repository, number)| (repository.0, *number)).unzip();
    let members = sqlx::query_scalar!(
        "select distinct b.member_id from unnest($2::uuid[], $3::bigint[]) as n (repository_id, number)
         join contributions c on c.repository_id = n.repository_id and c.number = n.number
         join bindings b on b.institution_id = $1 and b.github_id = c.account_id",
        tx.institution().0,
        &repositories,
        &numbers,
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(members.into_iter().map(MemberId).collect())
}

/// The members who did these contributions.
pub async fn list_members_of_keys(tx: &mut InstitutionTx, keys: &[&Key]) -> Result<Vec<MemberId>, Error> {
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let repositories: Vec<Uuid> = keys.iter().map(|key| key.repository.0).collect();
    let kinds: Vec<String> = keys.iter().map(|key| key.kind.as_str().to_owned()).collect();
    let github_ids: Vec<String> = keys.iter().map(|key| key.github_id.to_string()).collect();
    let members = sqlx::query_scalar!(
        "select distinct b.member_id from unnest($2::uuid[], $3::text[], $4::text[]) as k (repository_id, kind, github_id)
         join contributions c on (c.repository_id, c.kind, c.github_id) = (k.repository_id, k.kind, k.github_id)
         join bindings b on b.institution_id = $1 and b.github_id = c.account_id",
        tx.institution().0,
        &repositories,
        &kinds,
        &github_ids,
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(members.into_iter().map(MemberId).collect())
}

/// The members whose result changes by the passing of time alone, after `from` and until `to`.
pub async fn list_due_members(
    tx: &mut InstitutionTx,
    chain: &[EvaluationId],
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> Result<Vec<MemberId>, Error> {
    let chain: Vec<Uuid> = chain.iter().map(|evaluation| evaluation.0).collect();
    let rows = sqlx::query_scalar!(
        "select distinct member_id from scores
         where institution_id = $1 and evaluation_id = any($2) and recheck_at > $3 and recheck_at <= $4",
        tx.institution().0,
        &chain,
        from,
        to,
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(MemberId).collect())
}

/// The members who have rows of their own in these evaluations.
pub async fn list_members_scored_by(tx: &mut InstitutionTx, evaluations: &[EvaluationId]) -> Result<Vec<MemberId>, Error> {
    if evaluations.is_empty() {
        return Ok(Vec::new());
    }
    let evaluations: Vec<Uuid> = evaluations.iter().map(|evaluation| evaluation.0).collect();
    let rows = sqlx::query_scalar!(
        "select distinct member_id from scores where institution_id = $1 and evaluation_id = any($2)",
        tx.institution().0,
        &evaluations,
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(MemberId).collect())
}

/// The members whom new statements touch, and those that were countersigned: those they are about, and, where one is about a contribution, its author and who shares it. A
/// statement about a statement touches whom that one does.
pub async fn list_members_of_statements(tx: &mut InstitutionTx, seen: &Seen) -> Result<Vec<MemberId>, Error> {
    if !is_any_statement_new(tx, seen).await? {
        return Ok(Vec::new());
    }
    let rows = sqlx::query_scalar!(
        r#"with recursive changed as (
             select s.statement_id, s.member_id, s.about_repository_id, s.about_kind, s.about_github_id, s.about_statement_id
             from statements s
             where s.institution_id = $1 and s.statement_id in (
               select n.statement_id from statements n
               where n.institution_id = $1 and n.changed_in >= $2::text::xid8 and not pg_visible_in_snapshot(n.changed_in, $3::text::pg_snapshot)
               union
               select k.statement_id from countersignatures k
               where k.institution_id = $1 and k.changed_in >= $2::text::xid8 and not pg_visible_in_snapshot(k.changed_in, $3::text::pg_snapshot))
             union
             select s.statement_id, s.member_id, s.about_repository_id, s.about_kind, s.about_github_id, s.about_statement_id
             from changed join statements s on s.institution_id = $1 and s.statement_id = changed.about_statement_id
           ), works as (
             select distinct about_repository_id as repository_id, about_kind as kind, about_github_id as github_id
             from changed where about_kind is not null
           )
           select member_id as "member_id!" from changed
           union
           select b.member_id from works join contributions c using (repository_id, kind, github_id)
           join bindings b on b.institution_id = $1 and b.github_id = c.account_id
           union
           select s.member_id from works join statements s on s.institution_id = $1 and s.kind = 'share'
             and (s.about_repository_id, s.about_kind, s.about_github_id) = (works.repository_id, works.kind, works.github_id)"#,
        tx.institution().0,
        seen.oldest_unseen(),
        seen.as_str(),
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(MemberId).collect())
}

/// To plan what follows from one takes longer than to see that there is none.
async fn is_any_statement_new(tx: &mut InstitutionTx, seen: &Seen) -> Result<bool, Error> {
    let any = sqlx::query_scalar!(
        r#"select exists (select from statements
             where institution_id = $1 and changed_in >= $2::text::xid8 and not pg_visible_in_snapshot(changed_in, $3::text::pg_snapshot))
           or exists (select from countersignatures
             where institution_id = $1 and changed_in >= $2::text::xid8 and not pg_visible_in_snapshot(changed_in, $3::text::pg_snapshot)) as "any!""#,
        tx.institution().0,
        seen.oldest_unseen(),
        seen.as_str(),
    );
    Ok(any.fetch_one(tx.conn()).await?)
}

/// The members of whom a share is stated in a contribution of these, or in one that these share: what they get is not known without.
pub async fn list_sharers_with(tx: &mut InstitutionTx, members: &[MemberId]) -> Result<Vec<MemberId>, Error> {
    if members.is_empty() || !is_any_share_stated(tx).await? {
        return Ok(Vec::new());
    }
    let members: Vec<Uuid> = members.iter().map(|member| member.0).collect();
    let rows = sqlx::query_scalar!(
        r#"select s.member_id as "member_id!" from statements s
           join contributions c on (c.repository_id, c.kind, c.github_id) = (s.about_repository_id, s.about_kind, s.about_github_id)
           join bindings b on b.institution_id = $1 and b.github_id = c.account_id
           where s.institution_id = $1 and s.kind = 'share' and b.member_id = any($2)
           union
           select other.member_id from statements s
           join statements other on other.institution_id = $1 and other.kind = 'share'
             and (other.about_repository_id, other.about_kind, other.about_github_id) = (s.about_repository_id, s.about_kind, s.about_github_id)
           where s.institution_id = $1 and s.kind = 'share' and s.member_id = any($2)"#,
        tx.institution().0,
        &members,
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(MemberId).collect())
}

async fn is_any_share_stated(tx: &mut InstitutionTx) -> Result<bool, Error> {
    let any = sqlx::query_scalar!(
        r#"select exists (select from statements where institution_id = $1 and kind = 'share') as "any!""#,
        tx.institution().0,
    );
    Ok(any.fetch_one(tx.conn()).await?)
}
