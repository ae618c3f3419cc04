//! Repositories: what an institution tracks, over the row that each repository has for all, or for one institution alone.
//! It must not show a repository to an institution that does not track it, nor let one track what another alone may see.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde_json::json;
use uuid::Uuid;

use super::{Error, InstitutionTx, Result, Tx, audit};
use crate::model::{
    account::AccountId,
    actor::Actor,
    audit::{Action, Event},
    ids::{MemberId, RepositoryId},
    repository::{FullName, RepositoryContext, TrackedRepository},
};

/// What an institution says of a repository that it wants to track.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registration {
    pub full_name: FullName,
    pub category: String,
    /// Whose repository it is.
    pub members: Vec<MemberId>,
}

/// Tracks a repository: the row that the institution has of it, or else the one that all share; of a name that nobody has fetched, one of its
/// own with the given `id`. `Conflict`: the institution tracks it already, be it under another name. One that was tracked before is registered
/// since the first time: a category that is put right makes nothing late.
pub async fn track(
    tx: &mut InstitutionTx,
    id: RepositoryId,
    registration: &Registration,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<RepositoryId> {
    let id = match find_row(tx, &registration.full_name).await? {
        Some(known) => known,
        None => insert_row(tx, id, &registration.full_name, now).await?,
    };
    if is_tracked_by_another_row(tx, id, None).await? {
        return Err(Error::Conflict { constraint: "repositories_own".to_owned() });
    }
    sqlx::query!(
        "insert into tracked_repositories (institution_id, repository_id, category, created_at)
         values ($1, $2, $3, least($4, (select registered_at from registration_losses where institution_id = $1 and repository_id = $2)))",
        tx.institution().0,
        id.0,
        registration.category,
        now,
    )
    .execute(tx.conn())
    .await?;
    let members: Vec<Uuid> = registration.members.iter().map(|member| member.0).collect();
    sqlx::query!(
        "insert into tracked_repository_members (institution_id, repository_id, member_id)
         select $1, $2, member_id from unnest($3::uuid[]) as m (member_id)",
        tx.institution().0,
        id.0,
        &members,
    )
    .execute(tx.conn())
    .await?;
    // Its name is not said: a name of GitHub's is often a person's. The id leads to it.
    let facts = json!({ "category": registration.category, "members": registration.members });
    let event = Event { action: Action::RepositoryRegistered, subject: id.to_string(), facts, details: None };
    audit::append(tx, by, &event, now);
    Ok(id)
}

/// The row that a name means to the institution: the one that it tracks, else its own, else the one that is shared. What another institution
/// alone may see is not there, and neither is what went private while several tracked it.
async fn find_row(tx: &mut InstitutionTx, name: &FullName) -> Result<Option<RepositoryId>> {
    let id = sqlx::query_scalar!(
        "select r.repository_id from repositories r
         left join tracked_repositories t on t.institution_id = $1 and t.repository_id = r.repository_id
         where lower(r.full_name) = lower($2)
           and (t.repository_id is not null or r.only_for = $1 or (r.only_for is null and r.github_id is not null and not r.is_private))
         order by t.repository_id is null, r.github_id is null, r.only_for is null, r.synced_until desc nulls last limit 1
         for key share of r", // a fetch that finds that it is private waits for us, or we for it
        tx.institution().0,
        name.as_str(),
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(id.map(RepositoryId))
}

/// A row of the institution's own for a name that nobody has fetched; of two who make it at once, the one that was first.
async fn insert_row(tx: &mut InstitutionTx, id: RepositoryId, name: &FullName, now: DateTime<Utc>) -> Result<RepositoryId> {
    sqlx::query!(
        "insert into repositories (repository_id, full_name, state, created_at, only_for) values ($1, $2, 'pending', $3, $4)
         on conflict (only_for, lower(full_name)) where github_id is null do nothing",
        id.0,
        name.as_str(),
        now,
        tx.institution().0,
    )
    .execute(tx.conn())
    .await?;
    let id = sqlx::query_scalar!(
        "select repository_id from repositories where only_for = $1 and lower(full_name) = lower($2) and github_id is null",
        tx.institution().0,
        name.as_str(),
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(RepositoryId(id))
}

/// Whether the institution tracks another row of the same repository, by GitHub's number (that of the row, where none is given): everything in
/// it would count twice.
pub async fn is_tracked_by_another_row(tx: &mut InstitutionTx, id: RepositoryId, github_id: Option<i64>) -> Result<bool> {
    let twice = sqlx::query_scalar!(
        r#"select exists (
             select from tracked_repositories t join repositories other using (repository_id)
             where t.institution_id = $1 and other.repository_id <> $2
               and other.github_id = coalesce($3, (select github_id from repositories where repository_id = $2))) as "twice!""#,
        tx.institution().0,
        id.0,
        github_id,
    );
    Ok(twice.fetch_one(tx.conn()).await?)
}

/// Stops tracking; the facts stay for whoever else tracks it. Says whether it was tracked.
pub async fn untrack(tx: &mut InstitutionTx, id: RepositoryId, by: &Actor, now: DateTime<Utc>) -> Result<bool> {
    let done = sqlx::query!("delete from tracked_repositories where institution_id = $1 and repository_id = $2", tx.institution().0, id.0,)
        .execute(tx.conn())
        .await?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    let event = Event { action: Action::RepositoryStopped, subject: id.to_string(), facts: json!({}), details: None };
    audit::append(tx, by, &event, now);
    Ok(true)
}

pub async fn get(tx: &mut InstitutionTx, id: RepositoryId) -> Result<Option<TrackedRepository>> {
    Ok(select(tx, Narrowed { id: Some(id), ..Narrowed::default() }).await?.pop())
}

/// The name that GitHub last told us, whoever tracks it. `None`: nothing more may be asked of it, since it went private and is nobody's.
pub async fn get_name(tx: &mut Tx, id: RepositoryId) -> Result<Option<FullName>> {
    let name = sqlx::query_scalar!(
        "select r.full_name from repositories r where r.repository_id = $1 and case
           when r.is_private then r.only_for is not null
           -- A copy: where it is known elsewhere that it is private, it went private as well.
           when r.only_for is not null then not exists (select from repositories o
             where o.github_id = r.github_id and o.repository_id <> r.repository_id and o.is_private)
           else true end",
        id.0
    )
    .fetch_optional(tx.conn())
    .await?;
    name.as_deref().map(full_name).transpose()
}

/// By the name that GitHub last told us, in whatever letters.
pub async fn get_by_name(tx: &mut InstitutionTx, name: &FullName) -> Result<Option<TrackedRepository>> {
    Ok(select(tx, Narrowed { name: Some(name.as_str()), ..Narrowed::default() }).await?.pop())
}

/// At most `limit + 1` tracked repositories after a name, by name: the surplus one says that there is more.
pub async fn list(tx: &mut InstitutionTx, after: Option<&str>, limit: u16) -> Result<Vec<TrackedRepository>> {
    select(tx, Narrowed { after, limit: Some(i64::from(limit) + 1), ..Narrowed::default() }).await
}

/// Every tracked repository, by name.
pub async fn list_all(tx: &mut InstitutionTx) -> Result<Vec<TrackedRepository>> {
    select(tx, Narrowed::default()).await
}

/// Which repositories a query wants; what is `None` does not narrow it.
#[derive(Default)]
struct Narrowed<'a> {
    id: Option<RepositoryId>,
    name: Option<&'a str>,
    after: Option<&'a str>,
    limit: Option<i64>,
}

async fn select(tx: &mut InstitutionTx, narrowed: Narrowed<'_>) -> Result<Vec<TrackedRepository>> {
    let rows = sqlx::query_as!(
        TrackedRow,
        r#"select r.repository_id, r.full_name, r.github_id, t.category, r.state, r.synced_until, r.last_error, t.created_at,
             array(select m.member_id from tracked_repository_members tm join members m using (institution_id, member_id)
                   where tm.institution_id = $1 and tm.repository_id = r.repository_id and m.removed_at is null order by m.number) as "members!",
             array(select m.number from tracked_repository_members tm join members m using (institution_id, member_id)
                   where tm.institution_id = $1 and tm.repository_id = r.repository_id and m.removed_at is null order by m.number) as "member_numbers!"
           from tracked_repositories t join repositories r using (repository_id)
           where t.institution_id = $1 and ($2::uuid is null or r.repository_id = $2)
             and ($3::text is null or lower(r.full_name) = lower($3)) and ($4::text is null or lower(r.full_name) > lower($4))
           order by lower(r.full_name) limit $5"#,
        tx.institution().0,
        narrowed.id.map(|id| id.0),
        narrowed.name,
        narrowed.after,
        narrowed.limit,
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter().map(TrackedRow::into_repository).collect()
}

/// What scoring must know of each tracked repository.
pub async fn list_contexts(tx: &mut InstitutionTx) -> Result<Vec<RepositoryContext>> {
    let rows = sqlx::query!(
        r#"select r.repository_id, r.full_name, t.category, r.owner_account_id, r.license, r.github_created_at, t.created_at,
             array(select tm.member_id from tracked_repository_members tm
                   where tm.institution_id = $1 and tm.repository_id = r.repository_id order by tm.member_id) as "members!"
           from tracked_repositories t join repositories r using (repository_id)
           where t.institution_id = $1 order by r.repository_id"#,
        tx.institution().0,
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(RepositoryContext {
                id: RepositoryId(row.repository_id),
                full_name: full_name(&row.full_name)?,
                category: row.category,
                owner: row.owner_account_id.map(AccountId),
                members: row.members.into_iter().map(MemberId).collect(),
                license: row.license,
                github_created_at: row.github_created_at,
                registered_at: row.created_at,
                outside_contributors: None,
            })
        })
        .collect()
}

/// How many people who are no members have had a pull request merged in each tracked repository, counted up to `least`. Whoever has what is or
/// was a member's account is no outsider. Commits do not tell: anybody can write a stranger's address into one.
pub async fn count_outside_contributors(tx: &mut InstitutionTx, least: u32) -> Result<HashMap<RepositoryId, i64>> {
    let rows = sqlx::query!(
        r#"select t.repository_id, (select count(*) from (
               select distinct c.account_id from contributions c join accounts a on a.github_id = c.account_id
               where c.repository_id = t.repository_id and c.kind = 'pull_request' and c.state = 'merged'
                 and not c.by_bot and a.kind in ('user', 'enterprise_user')
                 and not exists (select from bindings b join members m using (institution_id, member_id)
                   where b.institution_id = $1 and b.github_id = c.account_id and not isempty(b.span) and m.removed_at is null)
               limit $2) as outside) as "count!"
           from tracked_repositories t where t.institution_id = $1"#,
        tx.institution().0,
        i64::from(least),
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|row| (RepositoryId(row.repository_id), row.count)).collect())
}

struct TrackedRow {
    repository_id: Uuid,
    full_name: String,
    github_id: Option<i64>,
    category: String,
    state: String,
    synced_until: Option<DateTime<Utc>>,
    last_error: Option<String>,
    created_at: DateTime<Utc>,
    members: Vec<Uuid>,
    member_numbers: Vec<String>,
}

impl TrackedRow {
    fn into_repository(self) -> Result<TrackedRepository> {
        Ok(TrackedRepository {
            id: RepositoryId(self.repository_id),
            full_name: full_name(&self.full_name)?,
            github_id: self.github_id,
            category: self.category,
            members: self.members.into_iter().map(MemberId).collect(),
            member_numbers: self.member_numbers,
            state: self.state.parse().map_err(|why| Error::bad_row("repositories", "state", why))?,
            synced_until: self.synced_until,
            last_error: self.last_error,
            created_at: self.created_at,
        })
    }
}

fn full_name(text: &str) -> Result<FullName> {
    text.parse().map_err(|why| Error::bad_row("repositories", "full_name", why))
}
