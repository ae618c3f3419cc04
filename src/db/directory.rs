//! Members as a directory sees them: under names of its own, and those too whom it has switched off.
//! It must not know of a login or an account: a directory says nothing of them.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use super::{Error, InstitutionTx, Result, audit, members::Profile};
use crate::model::{
    actor::Actor,
    audit::{Action, Details, Event},
    ids::MemberId,
};

/// What a directory calls somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Names {
    /// The one name that every entry has; capitals and small letters are the same.
    pub user_name: String,
    pub external_id: Option<String>,
    /// It says what the person is called; otherwise that is put together from what it says of the parts.
    pub gives_name: bool,
    /// It says the number; otherwise that is the user name.
    pub gives_number: bool,
}

/// A member, as a directory sees one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DirectoryUser {
    pub id: MemberId,
    pub profile: Profile,
    /// On the register.
    pub active: bool,
    /// Of whom no directory has said anything: the number, which nothing but the register says.
    pub names: Names,
    /// A directory has said something of this member.
    pub is_named: bool,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// Whom a directory looks for: all that is said must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    pub id: Option<MemberId>,
    pub user_name: Option<String>,
    pub external_id: Option<String>,
    pub number: Option<String>,
    pub active: Option<bool>,
}

/// What is another's already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    UserName,
    ExternalId,
    Number,
}

/// Others who would write what a directory says wait until this transaction is over.
pub async fn lock(tx: &mut InstitutionTx) -> Result<()> {
    let institution = tx.institution().to_string();
    sqlx::query!("select pg_advisory_xact_lock(hashtextextended('directory ' || $1::text, 0))", institution).execute(tx.conn()).await?;
    Ok(())
}

/// Somebody on the register, or whom a directory has switched off.
pub async fn get(tx: &mut InstitutionTx, id: MemberId) -> Result<Option<DirectoryUser>> {
    Ok(list(tx, &Wanted { id: Some(id), ..Wanted::default() }, 0, 1).await?.into_iter().next())
}

/// The same, and nobody else changes the member until this transaction is over.
pub async fn take(tx: &mut InstitutionTx, id: MemberId) -> Result<Option<DirectoryUser>> {
    sqlx::query!("select from members where institution_id = $1 and member_id = $2 for update", tx.institution().0, id.0)
        .fetch_optional(tx.conn())
        .await?;
    get(tx, id).await
}

/// At most so many of those who are looked for, in the order in which they were registered, without the first `skip`.
pub async fn list(tx: &mut InstitutionTx, wanted: &Wanted, skip: i64, limit: i64) -> Result<Vec<DirectoryUser>> {
    let rows = sqlx::query_as!(
        DirectoryRow,
        r#"select m.member_id, m.number, m.name, m.role, m.unit, m.github_login, m.removed_at, m.created_at,
             greatest(m.updated_at, d.updated_at) as "updated_at!", d.user_name as "user_name?", d.external_id,
             d.gives_name as "gives_name?", d.gives_number as "gives_number?"
           from members m left join directory_users d on d.institution_id = m.institution_id and d.member_id = m.member_id
           where m.institution_id = $1 and m.erased_at is null and (m.removed_at is null or d.member_id is not null)
             and ($2::uuid is null or m.member_id = $2)
             and ($3::text is null or lower(coalesce(d.user_name, m.number)) = lower($3) and m.member_id in (
               select n.member_id from directory_users n where n.institution_id = $1 and lower(n.user_name) = lower($3)
               union all select n.member_id from members n where n.institution_id = $1 and lower(n.number) = lower($3)))
             and ($4::text is null or d.external_id = $4)
             and ($5::text is null or m.number = $5 and lower(m.number) = lower($5))
             and ($6::boolean is null or (m.removed_at is null) = $6)
           order by m.member_id offset $7 limit $8"#,
        tx.institution().0,
        wanted.id.map(|id| id.0),
        wanted.user_name,
        wanted.external_id,
        wanted.number,
        wanted.active,
        skip,
        limit,
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter().map(DirectoryRow::into_user).collect()
}

/// How many there are of those who are looked for.
pub async fn count(tx: &mut InstitutionTx, wanted: &Wanted) -> Result<i64> {
    Ok(sqlx::query_scalar!(
        r#"select count(*) as "count!"
           from members m left join directory_users d on d.institution_id = m.institution_id and d.member_id = m.member_id
           where m.institution_id = $1 and m.erased_at is null and (m.removed_at is null or d.member_id is not null)
             and ($2::uuid is null or m.member_id = $2)
             and ($3::text is null or lower(coalesce(d.user_name, m.number)) = lower($3) and m.member_id in (
               select n.member_id from directory_users n where n.institution_id = $1 and lower(n.user_name) = lower($3)
               union all select n.member_id from members n where n.institution_id = $1 and lower(n.number) = lower($3)))
             and ($4::text is null or d.external_id = $4)
             and ($5::text is null or m.number = $5 and lower(m.number) = lower($5))
             and ($6::boolean is null or (m.removed_at is null) = $6)"#,
        tx.institution().0,
        wanted.id.map(|id| id.0),
        wanted.user_name,
        wanted.external_id,
        wanted.number,
        wanted.active,
    )
    .fetch_one(tx.conn())
    .await?)
}

/// What of these names, and of this number, is another's than `except`.
pub async fn find_taken(tx: &mut InstitutionTx, except: Option<MemberId>, names: &Names, number: &str) -> Result<Option<Taken>> {
    let found = sqlx::query!(
        r#"select lower(coalesce(d.user_name, m.number)) = lower($3) as "user_name!", coalesce(d.external_id = $4, false) as "external_id!"
           from members m left join directory_users d on d.institution_id = m.institution_id and d.member_id = m.member_id
           where m.institution_id = $1 and m.erased_at is null and (m.removed_at is null or d.member_id is not null)
             and ($2::uuid is null or m.member_id <> $2)
             and (lower(coalesce(d.user_name, m.number)) = lower($3) or d.external_id = $4 or m.number = $5)
             and m.member_id in (
               select n.member_id from directory_users n where n.institution_id = $1 and lower(n.user_name) = lower($3)
               union all select n.member_id from directory_users n where n.institution_id = $1 and n.external_id = $4
               union all select n.member_id from members n where n.institution_id = $1 and lower(n.number) in (lower($3), lower($5)))
           order by 1 desc, 2 desc limit 1"#,
        tx.institution().0,
        except.map(|id| id.0),
        names.user_name,
        names.external_id,
        number,
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(found.map(|row| match row {
        row if row.user_name => Taken::UserName,
        row if row.external_id => Taken::ExternalId,
        _ => Taken::Number,
    }))
}

/// Writes what a directory calls a member. `Conflict` on `directory_users_user_name` or `directory_users_external_id`.
pub async fn replace_names(tx: &mut InstitutionTx, id: MemberId, names: &Names, by: &Actor, now: DateTime<Utc>) -> Result<()> {
    let before = stored_names(tx, id).await?;
    sqlx::query!(
        "insert into directory_users (institution_id, member_id, user_name, external_id, gives_name, gives_number, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (institution_id, member_id) do update set user_name = excluded.user_name, external_id = excluded.external_id,
           gives_name = excluded.gives_name, gives_number = excluded.gives_number, updated_at = excluded.updated_at",
        tx.institution().0,
        id.0,
        names.user_name,
        names.external_id,
        names.gives_name,
        names.gives_number,
        now,
    )
    .execute(tx.conn())
    .await?;
    let after = Called { user_name: names.user_name.clone(), external_id: names.external_id.clone() };
    record(tx, id, before, Some(after), by, now);
    Ok(())
}

/// No directory calls the member anything any more.
pub async fn remove_names(tx: &mut InstitutionTx, id: MemberId, by: &Actor, now: DateTime<Utc>) -> Result<()> {
    let before = stored_names(tx, id).await?;
    sqlx::query!("delete from directory_users where institution_id = $1 and member_id = $2", tx.institution().0, id.0)
        .execute(tx.conn())
        .await?;
    record(tx, id, before, None, by, now);
    Ok(())
}

/// By which a directory finds somebody again, as the log's details hold it.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct Called {
    user_name: String,
    external_id: Option<String>,
}

async fn stored_names(tx: &mut InstitutionTx, id: MemberId) -> Result<Option<Called>> {
    Ok(sqlx::query_as!(
        Called,
        "select user_name, external_id from directory_users where institution_id = $1 and member_id = $2",
        tx.institution().0,
        id.0,
    )
    .fetch_optional(tx.conn())
    .await?)
}

fn record(tx: &mut InstitutionTx, id: MemberId, before: Option<Called>, after: Option<Called>, by: &Actor, now: DateTime<Utc>) {
    if before == after {
        return;
    }
    let facts = json!({ "named": after.is_some() });
    let said = json!({ "before": before, "after": after });
    let details = Some(Details { member: Some(id), said });
    audit::append(tx, by, &Event { action: Action::DirectoryNamesChanged, subject: id.to_string(), facts, details }, now);
}

struct DirectoryRow {
    member_id: Uuid,
    number: String,
    name: String,
    role: String,
    unit: Option<String>,
    github_login: Option<String>,
    removed_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    user_name: Option<String>,
    external_id: Option<String>,
    gives_name: Option<bool>,
    gives_number: Option<bool>,
}

impl DirectoryRow {
    fn into_user(self) -> Result<DirectoryUser> {
        let is_named = self.user_name.is_some();
        Ok(DirectoryUser {
            id: MemberId(self.member_id),
            active: self.removed_at.is_none(),
            names: Names {
                user_name: self.user_name.unwrap_or_else(|| self.number.clone()),
                external_id: self.external_id,
                gives_name: self.gives_name == Some(true),
                gives_number: self.gives_number != Some(false),
            },
            is_named,
            profile: Profile {
                number: self.number,
                name: self.name,
                role: self.role.parse().map_err(|why| Error::bad_row("members", "role", why))?,
                unit: self.unit,
                github_login: self.github_login,
            },
            created_at: self.created_at,
            updated_at: self.updated_at,
        })
    }
}
