//! Members: the register of an institution's students and faculty.
//! It must not bind an account: it notes the login, and `accounts::link` notes GitHub's answer. Nor does it unbind one.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{Error, InstitutionTx, Result, audit, naming};
use crate::model::{
    account::AccountId,
    actor::Actor,
    audit::{Action, Details, Event},
    binding::{Accounts, Came, Held, Span, changed_at},
    ids::MemberId,
    member::{Member, MemberRole},
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
/// stays one person's, and so do the accounts. A login waits for GitHub's answer. `Conflict` on `members_number` or `members_github_login`.
pub async fn insert(tx: &mut InstitutionTx, id: MemberId, profile: &Profile, by: &Actor, now: DateTime<Utc>) -> Result<MemberId> {
    if let Some(former) = get_former(tx, &profile.number).await?
        && reinstate(tx, former, profile, by, now).await?
    {
        return Ok(former);
    }
    insert_row(tx, id, profile, by, now).await?;
    let facts = json!({ "role": profile.role, "again": false });
    audit::append(tx, by, &event(Action::MemberRegistered, id, facts, Some(json!(profile))), now);
    Ok(id)
}

fn event(action: Action, id: MemberId, facts: Value, said: Option<Value>) -> Event {
    let details = said.map(|said| Details { member: Some(id), said });
    Event { action, subject: id.to_string(), facts, details }
}

async fn insert_row(tx: &mut InstitutionTx, id: MemberId, profile: &Profile, by: &Actor, now: DateTime<Utc>) -> Result<()> {
    sqlx::query!(
        "insert into members (institution_id, member_id, number, name, role, unit, github_login, login_named_by, account_state, created_at,
           updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, case when $7::text is not null then $8 end,
           case when $7::text is null then 'none' else 'pending' end, $9, $9)",
        tx.institution().0,
        id.0,
        profile.number,
        profile.name,
        profile.role.as_str(),
        profile.unit,
        profile.github_login,
        by.to_string(),
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The removed member with this number; of several the one who was removed last.
async fn get_former(tx: &mut InstitutionTx, number: &str) -> Result<Option<MemberId>> {
    let former = sqlx::query_scalar!(
        "select member_id from members
         where institution_id = $1 and number = $2 and removed_at is not null and erased_at is null order by removed_at desc, member_id limit 1",
        tx.institution().0,
        number,
    );
    Ok(former.fetch_optional(tx.conn()).await?.map(MemberId))
}

/// Takes up the row of this removed member, with the profile; says whether there was one. The accounts stay. `Conflict` as with [`insert`].
pub async fn reinstate(tx: &mut InstitutionTx, id: MemberId, profile: &Profile, by: &Actor, now: DateTime<Utc>) -> Result<bool> {
    let done = sqlx::query!(
        "update members m set number = $3, name = $4, role = $5, unit = $6, github_login = null, updated_at = $7, removed_at = null,
           account_state = case when exists (select from bindings b
             where b.institution_id = $1 and b.member_id = m.member_id and b.unbound_at is null) then 'linked' else 'none' end
         where institution_id = $1 and member_id = $2 and removed_at is not null and erased_at is null",
        tx.institution().0,
        id.0,
        profile.number,
        profile.name,
        profile.role.as_str(),
        profile.unit,
        now,
    )
    .execute(tx.conn())
    .await?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    let facts = json!({ "role": profile.role, "again": true });
    audit::append(tx, by, &event(Action::MemberRegistered, id, facts, Some(json!(profile))), now);
    if profile.github_login.is_some() {
        naming::name(tx, id, None, profile.github_login.as_deref(), by, now).await?;
    }
    Ok(true)
}

/// Replaces what is said of a removed member, who stays removed; the login stays as it is. `before`: what was said until now.
pub async fn replace_removed(
    tx: &mut InstitutionTx,
    id: MemberId,
    before: &Profile,
    profile: &Profile,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "update members set number = $3, name = $4, role = $5, unit = $6, updated_at = $7
         where institution_id = $1 and member_id = $2 and removed_at is not null and erased_at is null",
        tx.institution().0,
        id.0,
        profile.number,
        profile.name,
        profile.role.as_str(),
        profile.unit,
        now,
    )
    .execute(tx.conn())
    .await?;
    record_fields(tx, id, before, profile, by, now);
    Ok(())
}

/// Replaces what is said of a member; says whether there was one. Another login (or none) than that of an account that is bound unbinds
/// nothing: it asks for a change of the account. The same login in other letters is the same; one that GitHub did not know is asked for again.
pub async fn replace(tx: &mut InstitutionTx, id: MemberId, profile: &Profile, by: &Actor, now: DateTime<Utc>) -> Result<bool> {
    let Some(before) = take(tx, id).await? else { return Ok(false) };
    sqlx::query!(
        "update members set number = $3, name = $4, role = $5, unit = $6, updated_at = $7
         where institution_id = $1 and member_id = $2 and removed_at is null",
        tx.institution().0,
        id.0,
        profile.number,
        profile.name,
        profile.role.as_str(),
        profile.unit,
        now,
    )
    .execute(tx.conn())
    .await?;
    naming::name(tx, id, before.github_login.as_deref(), profile.github_login.as_deref(), by, now).await?;
    record_change(tx, before, profile, by, now);
    Ok(true)
}

/// The log says which fields changed, and apart from it to what.
fn record_change(tx: &mut InstitutionTx, before: Member, after: &Profile, by: &Actor, now: DateTime<Utc>) {
    let Member { id, number, name, role, unit, github_login, .. } = before;
    let before = Profile { number, name, role, unit, github_login };
    record_fields(tx, id, &before, after, by, now);
}

fn record_fields(tx: &mut InstitutionTx, id: MemberId, before: &Profile, after: &Profile, by: &Actor, now: DateTime<Utc>) {
    let (Value::Object(old), Value::Object(new)) = (json!(before), json!(after)) else { return };
    let changed: Vec<&String> = new.keys().filter(|field| old[*field] != new[*field]).collect();
    if changed.is_empty() {
        return;
    }
    let only = |all: &Map<String, Value>| changed.iter().map(|field| ((*field).clone(), all[*field].clone())).collect::<Map<_, _>>();
    let said = json!({ "before": only(&old), "after": only(&new) });
    audit::append(tx, by, &event(Action::MemberChanged, id, json!({ "fields": changed }), Some(said)), now);
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
        "select member_id, number, name, role, unit, class, github_login, account_state, created_at, updated_at,
           (select b.github_id from bindings b where b.institution_id = $1 and b.member_id = members.member_id and b.unbound_at is null
            order by b.bound_at, b.binding_id limit 1) as github_id
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
        "select member_id, number, name, role, unit, class, github_login, account_state, created_at, updated_at,
           (select b.github_id from bindings b where b.institution_id = $1 and b.member_id = members.member_id and b.unbound_at is null
            order by b.bound_at, b.binding_id limit 1) as github_id
         from members where institution_id = $1 and member_id = $2 and removed_at is null for update",
        tx.institution().0,
        id.0,
    )
    .fetch_optional(tx.conn())
    .await?;
    row.map(MemberRow::into_member).transpose()
}

/// Whether the member is or was on the register, and is not erased.
pub async fn is_known(tx: &mut InstitutionTx, id: MemberId) -> Result<bool> {
    let known = sqlx::query_scalar!(
        r#"select exists (select from members where institution_id = $1 and member_id = $2 and erased_at is null) as "known!""#,
        tx.institution().0,
        id.0,
    );
    Ok(known.fetch_one(tx.conn()).await?)
}

/// The same, and nobody else changes the member until this transaction is over.
pub async fn take_known(tx: &mut InstitutionTx, id: MemberId) -> Result<bool> {
    let known = sqlx::query_scalar!(
        "select member_id from members where institution_id = $1 and member_id = $2 and erased_at is null for update",
        tx.institution().0,
        id.0,
    );
    Ok(known.fetch_optional(tx.conn()).await?.is_some())
}

/// The members with these numbers, by number; unknown numbers are absent.
pub async fn list_by_number(tx: &mut InstitutionTx, numbers: &[String]) -> Result<Vec<Member>> {
    let rows = sqlx::query_as!(
        MemberRow,
        "select member_id, number, name, role, unit, class, github_login, account_state, created_at, updated_at,
           (select b.github_id from bindings b where b.institution_id = $1 and b.member_id = members.member_id and b.unbound_at is null
            order by b.bound_at, b.binding_id limit 1) as github_id
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
        "select member_id, number, name, role, unit, class, github_login, account_state, created_at, updated_at,
           (select b.github_id from bindings b where b.institution_id = $1 and b.member_id = members.member_id and b.unbound_at is null
            order by b.bound_at, b.binding_id limit 1) as github_id
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
    /// Empty: no account is bound, nor ever was.
    pub accounts: Accounts,
    /// Of the account that is shown; where there is none the login that the register names.
    pub github_login: Option<String>,
    /// When the member last came to another account than before, or to one that had been another member's. Absent: never.
    pub account_changed_at: Option<DateTime<Utc>>,
}

/// Every member on the register, or those of them who are `only` meant, by id.
pub async fn list_for_scoring(tx: &mut InstitutionTx, only: Option<&[MemberId]>) -> Result<Vec<Scored>> {
    let only: Option<Vec<Uuid>> = only.map(|members| members.iter().map(|member| member.0).collect());
    let rows = sqlx::query_as!(
        ScoredRow,
        r#"select m.member_id, m.role, m.unit, m.github_login as named, b.github_id as "github_id?", b.login as "login?",
             b.bound_at as "bound_at?", b.unbound_at, lower(b.span) as from, upper(b.span) as until,
             not lower_inf(b.span) and exists (select from bindings other
               where other.institution_id = $1 and other.github_id = b.github_id and other.member_id <> b.member_id
                 and not isempty(other.span) and other.bound_at < b.bound_at) as from_another
           from members m
           left join bindings b on b.institution_id = $1 and b.member_id = m.member_id and not isempty(b.span)
           where m.institution_id = $1 and m.removed_at is null and ($2::uuid[] is null or m.member_id = any($2))
           order by m.member_id, b.bound_at, b.binding_id"#,
        tx.institution().0,
        only.as_deref(),
    )
    .fetch_all(tx.conn())
    .await?;
    rows.chunk_by(|one, next| one.member_id == next.member_id).map(ScoredRow::into_scored).collect()
}

/// A member with one of the accounts.
struct ScoredRow {
    member_id: Uuid,
    role: String,
    unit: Option<String>,
    /// The login in the register.
    named: Option<String>,
    github_id: Option<i64>,
    login: Option<String>,
    bound_at: Option<DateTime<Utc>>,
    unbound_at: Option<DateTime<Utc>>,
    from: Option<DateTime<Utc>>,
    until: Option<DateTime<Utc>>,
    from_another: Option<bool>,
}

impl ScoredRow {
    /// All rows of one member, in the order in which the accounts came.
    fn into_scored(rows: &[Self]) -> Result<Scored> {
        let member = &rows[0];
        let came: Vec<Came> = rows.iter().filter_map(Self::came).collect();
        // What is bound now stands first.
        let mut held: Vec<&Self> = rows.iter().filter(|row| row.github_id.is_some()).collect();
        held.sort_by_key(|row| row.unbound_at.is_some());
        Ok(Scored {
            id: MemberId(member.member_id),
            role: member.role.parse().map_err(|why| Error::bad_row("members", "role", why))?,
            unit: member.unit.clone(),
            github_login: held.first().and_then(|row| row.login.clone()).or_else(|| member.named.clone()),
            accounts: Accounts::new(held.iter().filter_map(|row| row.held()).collect()),
            account_changed_at: changed_at(&came),
        })
    }

    fn held(&self) -> Option<Held> {
        Some(Held { account: AccountId(self.github_id?), span: Span { from: self.from, until: self.until } })
    }

    fn came(&self) -> Option<Came> {
        Some(Came { account: AccountId(self.github_id?), at: self.bound_at?, from_another: self.from_another == Some(true) })
    }
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
