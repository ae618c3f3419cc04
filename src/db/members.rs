//! Members: the register of an institution's students and faculty.
//! It must not link an account: it notes the login, and `accounts::link` notes GitHub's answer.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{Error, InstitutionTx, Result, audit};
use crate::model::{
    account::AccountId,
    actor::Actor,
    audit::{Action, Details, Event},
    ids::MemberId,
    member::{AccountState, Member, MemberRole},
};

/// What somebody says of a member. The account's number is GitHub's to say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Profile {
    pub number: String,
    pub name: String,
    pub role: MemberRole,
    pub unit: Option<String>,
    pub github_login: Option<String>,
}

/// Writes a new member, and gives back the id: that of the row of old, where the number was a removed member's, so that one person's past
/// stays one person's. A login waits for GitHub's answer. `Conflict` on `members_number` or `members_github_login`.
pub async fn insert(tx: &mut InstitutionTx, id: MemberId, profile: &Profile, by: &Actor, now: DateTime<Utc>) -> Result<MemberId> {
    let (id, again) = insert_row(tx, id, profile, now).await?;
    let facts = json!({ "role": profile.role, "again": again });
    audit::append(tx, by, &event(Action::MemberRegistered, id, facts, Some(json!(profile))), now);
    Ok(id)
}

fn event(action: Action, id: MemberId, facts: Value, said: Option<Value>) -> Event {
    let details = said.map(|said| Details { member: Some(id), said });
    Event { action, subject: id.to_string(), facts, details }
}

/// The id of the row, and whether it was there before.
async fn insert_row(tx: &mut InstitutionTx, id: MemberId, profile: &Profile, now: DateTime<Utc>) -> Result<(MemberId, bool)> {
    let state = if profile.github_login.is_some() { AccountState::Pending } else { AccountState::None };
    if let Some(former) = take_up(tx, profile, state, now).await? {
        return Ok((former, true));
    }
    sqlx::query!(
        "insert into members (institution_id, member_id, number, name, role, unit, github_login, account_state, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)",
        tx.institution().0,
        id.0,
        profile.number,
        profile.name,
        profile.role.as_str(),
        profile.unit,
        profile.github_login,
        state.as_str(),
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok((id, false))
}

/// Takes up the row of a removed member with this number; of several the one that was removed last.
async fn take_up(tx: &mut InstitutionTx, profile: &Profile, state: AccountState, now: DateTime<Utc>) -> Result<Option<MemberId>> {
    let taken_up = sqlx::query_scalar!(
        "update members set name = $3, role = $4, unit = $5, github_login = $6, github_id = null, account_state = $7, updated_at = $8,
           removed_at = null
         where institution_id = $1 and member_id = (select member_id from members
           where institution_id = $1 and number = $2 and removed_at is not null and erased_at is null order by removed_at desc, member_id limit 1)
         returning member_id",
        tx.institution().0,
        profile.number,
        profile.name,
        profile.role.as_str(),
        profile.unit,
        profile.github_login,
        state.as_str(),
        now,
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(taken_up.map(MemberId))
}

/// Replaces what is said of a member; says whether there was one. Another login (or none) undoes the link: GitHub is asked anew.
/// The same login in other letters keeps a link; one that GitHub did not know is asked for again.
pub async fn replace(tx: &mut InstitutionTx, id: MemberId, profile: &Profile, by: &Actor, now: DateTime<Utc>) -> Result<bool> {
    let Some(before) = take(tx, id).await? else { return Ok(false) };
    sqlx::query!(
        "update members set number = $3, name = $4, role = $5, unit = $6, github_login = $7, updated_at = $8,
           account_state = case when $7::text is null then 'none' when lower(github_login) = lower($7) and account_state = 'linked' then 'linked' else 'pending' end,
           github_id = case when lower(github_login) = lower($7) then github_id end
         where institution_id = $1 and member_id = $2 and removed_at is null",
        tx.institution().0,
        id.0,
        profile.number,
        profile.name,
        profile.role.as_str(),
        profile.unit,
        profile.github_login,
        now,
    )
    .execute(tx.conn())
    .await?;
    record_change(tx, before, profile, by, now).await?;
    Ok(true)
}

/// The log says which fields changed, and apart from it to what.
async fn record_change(tx: &mut InstitutionTx, before: Member, after: &Profile, by: &Actor, now: DateTime<Utc>) -> Result<()> {
    let (id, account) = (before.id, before.account);
    let Member { number, name, role, unit, github_login, .. } = before;
    let before = Profile { number, name, role, unit, github_login };
    let (Value::Object(old), Value::Object(new)) = (json!(before), json!(after)) else { return Ok(()) };
    let changed: Vec<&String> = new.keys().filter(|field| old[*field] != new[*field]).collect();
    if changed.is_empty() {
        return Ok(());
    }
    let only = |all: &Map<String, Value>| changed.iter().map(|field| ((*field).clone(), all[*field].clone())).collect::<Map<_, _>>();
    let said = json!({ "before": only(&old), "after": only(&new) });
    audit::append(tx, by, &event(Action::MemberChanged, id, json!({ "fields": changed }), Some(said)), now);
    let login = |profile: &Profile| profile.github_login.as_ref().map(|login| login.to_lowercase());
    match account {
        Some(account) if login(&before) != login(after) => {
            let said = json!({ "github_login": before.github_login, "github_id": account });
            audit::append(tx, by, &event(Action::AccountUnlinked, id, json!({}), Some(said)), now);
            Ok(())
        }
        _ => Ok(()),
    }
}

/// Takes a member off the register; past scores, statements and registered repositories keep pointing at the row. Says whether there was one.
pub async fn remove(tx: &mut InstitutionTx, id: MemberId, by: &Actor, now: DateTime<Utc>) -> Result<bool> {
    let done = sqlx::query!(
        "update members set removed_at = $3, updated_at = $3 where institution_id = $1 and member_id = $2 and removed_at is null",
        tx.institution().0,
        id.0,
        now,
    )
    .execute(tx.conn())
    .await?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    audit::append(tx, by, &event(Action::MemberRemoved, id, json!({}), None), now);
    Ok(true)
}

pub async fn get(tx: &mut InstitutionTx, id: MemberId) -> Result<Option<Member>> {
    let row = sqlx::query_as!(
        MemberRow,
        "select member_id, number, name, role, unit, class, github_login, github_id, account_state, created_at, updated_at
         from members where institution_id = $1 and member_id = $2 and removed_at is null",
        tx.institution().0,
        id.0,
    )
    .fetch_optional(tx.conn())
    .await?;
    row.map(MemberRow::into_member).transpose()
}

/// The same, and nobody else changes the member until this transaction is over.
pub async fn take(tx: &mut InstitutionTx, id: MemberId) -> Result<Option<Member>> {
    let row = sqlx::query_as!(
        MemberRow,
        "select member_id, number, name, role, unit, class, github_login, github_id, account_state, created_at, updated_at
         from members where institution_id = $1 and member_id = $2 and removed_at is null for update",
        tx.institution().0,
        id.0,
    )
    .fetch_optional(tx.conn())
    .await?;
    row.map(MemberRow::into_member).transpose()
}

/// The members with these numbers, by number; unknown numbers are absent.
pub async fn list_by_number(tx: &mut InstitutionTx, numbers: &[String]) -> Result<Vec<Member>> {
    let rows = sqlx::query_as!(
        MemberRow,
        "select member_id, number, name, role, unit, class, github_login, github_id, account_state, created_at, updated_at
         from members where institution_id = $1 and number = any($2) and removed_at is null order by number",
        tx.institution().0,
        numbers,
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter().map(MemberRow::into_member).collect()
}

/// The members with this number who were removed and not erased.
pub async fn list_removed(tx: &mut InstitutionTx, number: &str) -> Result<Vec<MemberId>> {
    let rows = sqlx::query_scalar!(
        "select member_id from members
         where institution_id = $1 and number = $2 and removed_at is not null and erased_at is null order by member_id",
        tx.institution().0,
        number,
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(MemberId).collect())
}

/// At most `limit + 1` members after a number, by number: the surplus one says that there is more.
pub async fn list(tx: &mut InstitutionTx, after: Option<&str>, limit: u16) -> Result<Vec<Member>> {
    let rows = sqlx::query_as!(
        MemberRow,
        "select member_id, number, name, role, unit, class, github_login, github_id, account_state, created_at, updated_at
         from members where institution_id = $1 and removed_at is null and ($2::text is null or number > $2)
         order by number limit $3",
        tx.institution().0,
        after,
        i64::from(limit) + 1,
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter().map(MemberRow::into_member).collect()
}

/// What scoring must know of a member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scored {
    pub id: MemberId,
    pub role: MemberRole,
    pub unit: Option<String>,
    /// Absent: no account is linked.
    pub account: Option<AccountId>,
    pub github_login: Option<String>,
    /// When the member was last linked to another account than before, or to one that had been another member's. Absent: never.
    pub account_changed_at: Option<DateTime<Utc>>,
}

/// Every member on the register, or those of them who are `only` meant, by number.
pub async fn list_for_scoring(tx: &mut InstitutionTx, only: Option<&[MemberId]>) -> Result<Vec<Scored>> {
    let only: Option<Vec<Uuid>> = only.map(|members| members.iter().map(|member| member.0).collect());
    let rows = sqlx::query!(
        r#"select m.member_id, m.role, m.unit, m.github_id, m.github_login, greatest(c.changed_at, o.changed_at) as "changed_at?"
           from members m left join (
             select member_id, max(linked_at) as changed_at from (
               select member_id, linked_at, github_id, lag(github_id) over (partition by member_id order by linked_at, github_id) as before
               from account_links where institution_id = $1 and ($2::uuid[] is null or member_id = any($2))
             ) as links where github_id <> before group by member_id
           ) as c using (member_id)
           left join (
             select mine.member_id, max(mine.linked_at) as changed_at from account_links mine
             where mine.institution_id = $1 and ($2::uuid[] is null or mine.member_id = any($2)) and exists (
               select from account_links other where other.institution_id = $1 and other.github_id = mine.github_id
                 and other.member_id <> mine.member_id and other.linked_at < mine.linked_at)
             group by mine.member_id
           ) as o using (member_id)
           where m.institution_id = $1 and m.removed_at is null and ($2::uuid[] is null or m.member_id = any($2)) order by m.member_id"#,
        tx.institution().0,
        only.as_deref(),
    )
    .fetch_all(tx.conn())
    .await?;
    let scored = rows.into_iter().map(|row| {
        Ok(Scored {
            id: MemberId(row.member_id),
            role: row.role.parse().map_err(|why| Error::bad_row("members", "role", why))?,
            unit: row.unit,
            account: row.github_id.map(AccountId),
            github_login: row.github_login,
            account_changed_at: row.changed_at,
        })
    });
    scored.collect()
}

struct MemberRow {
    member_id: Uuid,
    number: String,
    name: String,
    role: String,
    unit: Option<String>,
    class: Option<String>,
    github_login: Option<String>,
    github_id: Option<i64>,
    account_state: String,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl MemberRow {
    fn into_member(self) -> Result<Member> {
        Ok(Member {
            id: MemberId(self.member_id),
            number: self.number,
            name: self.name,
            role: self.role.parse().map_err(|why| Error::bad_row("members", "role", why))?,
            unit: self.unit,
            class: self.class,
            github_login: self.github_login,
            account: self.github_id.map(AccountId),
            account_state: self.account_state.parse().map_err(|why| Error::bad_row("members", "account_state", why))?,
            created_at: self.created_at,
            updated_at: self.updated_at,
        })
    }
}
