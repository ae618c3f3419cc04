//! The register as a roster finds it, and what an import makes of it: many members at once, in one transaction.
//! It must not decide who is new, changed or left out: `rosters::compare` does.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use futures::TryStreamExt as _;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Error, InstitutionTx, Result, audit, naming};
use crate::model::{
    actor::Actor,
    audit::{Action, Event},
    ids::MemberId,
    roster::{Known, NewLogin, Plan, Row},
};

/// How many rows a statement takes: they are in memory twice.
const BATCH: usize = 5_000;

/// Nobody else changes a member until this transaction is over. Rows are taken in the order in which others take them.
pub async fn lock(tx: &mut InstitutionTx) -> Result<()> {
    sqlx::query!(
        "select count(*) from (select from members where institution_id = $1 and removed_at is null order by member_id for no key update) as m",
        tx.institution().0,
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(())
}

/// Everybody on the register, by number.
pub async fn list_known(tx: &mut InstitutionTx) -> Result<Vec<Known>> {
    let institution = tx.institution().0;
    let rows = sqlx::query!(
        r#"select member_id, number, name, role, unit, class, github_login, bound.member_id is not null as "is_bound!" from members
           left join (select distinct member_id from bindings where institution_id = $1 and unbound_at is null) as bound using (member_id)
           where institution_id = $1 and removed_at is null order by number"#,
        institution,
    );
    let known = rows.fetch(tx.conn()).map_err(Error::from).and_then(|row| {
        let role = row.role.parse().map_err(|why| Error::bad_row("members", "role", why));
        std::future::ready(role.map(|role| Known {
            id: MemberId(row.member_id),
            number: row.number,
            name: row.name,
            role,
            unit: row.unit,
            class: row.class,
            github_login: row.github_login,
            is_bound: row.is_bound,
        }))
    });
    known.try_collect().await
}

/// Writes a plan, with one entry in the log for all of it, and one for each change of an account that it asks for and each member removed.
/// `facts`: which file it was, and how many people it was about. `Conflict`: somebody else wrote the same number or login meanwhile.
pub async fn write(tx: &mut InstitutionTx, plan: &Plan<'_>, facts: Value, by: &Actor, now: DateTime<Utc>) -> Result<()> {
    remove(tx, &plan.removed, by, now).await?;
    for rows in plan.changed.chunks(BATCH) {
        change(tx, rows, now).await?;
    }
    change_logins(tx, &plan.logins, by, now).await?;
    for rows in plan.added.chunks(BATCH) {
        add(tx, rows, by, now).await?;
    }
    let subject = tx.institution().to_string();
    audit::append(tx, by, &Event { action: Action::RosterImported, subject, facts, details: None }, now);
    Ok(())
}

async fn remove(tx: &mut InstitutionTx, members: &[MemberId], by: &Actor, now: DateTime<Utc>) -> Result<()> {
    if members.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = members.iter().map(|member| member.0).collect();
    sqlx::query!(
        "update members set removed_at = $3, updated_at = $3 where institution_id = $1 and member_id = any($2) and removed_at is null",
        tx.institution().0,
        &ids,
        now,
    )
    .execute(tx.conn())
    .await?;
    for member in members {
        let event = Event { action: Action::MemberRemoved, subject: member.to_string(), facts: json!({}), details: None };
        audit::append(tx, by, &event, now);
    }
    Ok(())
}

async fn change(tx: &mut InstitutionTx, rows: &[Row<'_>], now: DateTime<Utc>) -> Result<()> {
    let columns = Columns::of(rows);
    sqlx::query!(
        "update members m set name = r.name, role = r.role, unit = r.unit, class = r.class, updated_at = $7
         from unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[]) as r (member_id, name, role, unit, class)
         where m.institution_id = $1 and m.member_id = r.member_id and m.removed_at is null",
        tx.institution().0,
        &columns.ids,
        &columns.names as &[&str],
        &columns.roles as &[&str],
        &columns.units as &[Option<&str>],
        &columns.classes as &[Option<&str>],
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The one place where a roster touches accounts, and it does what `members::replace` does: another login of whoever has an account asks for a
/// change of it; of the others GitHub is asked for the new one.
async fn change_logins(tx: &mut InstitutionTx, logins: &[NewLogin<'_>], by: &Actor, now: DateTime<Utc>) -> Result<()> {
    let is_same = |one: &NewLogin<'_>| one.before.github_login.as_ref().is_some_and(|before| naming::is_same(before, one.login));
    let leaving: Vec<Uuid> = logins.iter().filter(|one| !is_same(one)).map(|one| one.before.id.0).collect();
    // First none of them has any, so that two can change theirs for one another's.
    sqlx::query!(
        "update members set github_login = null where institution_id = $1 and member_id = any($2) and removed_at is null",
        tx.institution().0,
        &leaving,
    )
    .execute(tx.conn())
    .await?;
    let (bound, others): (Vec<&NewLogin<'_>>, Vec<_>) = logins.iter().partition(|one| one.before.is_bound);
    let ids: Vec<Uuid> = others.iter().map(|one| one.before.id.0).collect();
    let new: Vec<&str> = others.iter().map(|one| one.login).collect();
    sqlx::query!(
        "update members m set github_login = r.login, account_state = 'pending', updated_at = $5,
           login_named_by = case when lower(m.github_login) = lower(r.login) then coalesce(m.login_named_by, $4) else $4 end
         from unnest($2::uuid[], $3::text[]) as r (member_id, login)
         where m.institution_id = $1 and m.member_id = r.member_id and m.removed_at is null",
        tx.institution().0,
        &ids,
        &new as &[&str],
        by.to_string(),
        now,
    )
    .execute(tx.conn())
    .await?;
    for one in bound {
        naming::name(tx, one.before.id, one.before.github_login.as_deref(), Some(one.login), by, now).await?;
    }
    Ok(())
}

/// New members; whose number was a removed member's takes up that row, accounts and all, as `members::insert` does.
async fn add(tx: &mut InstitutionTx, rows: &[Row<'_>], by: &Actor, now: DateTime<Utc>) -> Result<()> {
    let columns = Columns::of(rows);
    let taken_up = take_up(tx, &columns, by, now).await?;
    let numbers: Vec<&str> = taken_up.iter().map(|one| &*one.number).collect();
    sqlx::query!(
        "insert into members (institution_id, member_id, number, name, role, unit, class, github_login, login_named_by, account_state, created_at,
           updated_at)
         select $1, r.member_id, r.number, r.name, r.role, r.unit, r.class, r.login, case when r.login is not null then $11 end,
           case when r.login is null then 'none' else 'pending' end, $9, $9
         from unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[])
           as r (member_id, number, name, role, unit, class, login)
         where r.number <> all ($10)",
        tx.institution().0,
        &columns.ids,
        &columns.numbers as &[&str],
        &columns.names as &[&str],
        &columns.roles as &[&str],
        &columns.units as &[Option<&str>],
        &columns.classes as &[Option<&str>],
        &columns.logins as &[Option<&str>],
        now,
        &numbers as &[&str],
        by.to_string(),
    )
    .execute(tx.conn())
    .await?;
    let logins: HashMap<&str, &str> = rows.iter().filter_map(|row| Some((row.number, row.github_login?))).collect();
    for one in taken_up.iter().filter(|one| one.is_bound) {
        if let Some(login) = logins.get(&*one.number) {
            naming::name(tx, MemberId(one.member_id), None, Some(login), by, now).await?;
        }
    }
    Ok(())
}

struct TakenUp {
    member_id: Uuid,
    number: String,
    is_bound: bool,
}

/// Whoever still has an account keeps it: the login is named afterwards.
async fn take_up(tx: &mut InstitutionTx, columns: &Columns<'_>, by: &Actor, now: DateTime<Utc>) -> Result<Vec<TakenUp>> {
    let taken_up = sqlx::query_as!(
        TakenUp,
        r#"with r as (
             select * from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[]) as r (number, name, role, unit, class, login)
           ), former as (
             select distinct on (m.number) m.member_id, m.number, exists (select from bindings b
               where b.institution_id = $1 and b.member_id = m.member_id and b.unbound_at is null) as is_bound
             from members m
             where m.institution_id = $1 and m.number = any($2) and m.removed_at is not null and m.erased_at is null
             order by m.number, m.removed_at desc, m.member_id
           )
           update members m set name = r.name, role = r.role, unit = r.unit, class = r.class, updated_at = $8, removed_at = null,
             github_login = case when not former.is_bound then r.login end,
             login_named_by = case when not former.is_bound and r.login is not null then $9 end,
             account_state = case when former.is_bound then 'linked' when r.login is null then 'none' else 'pending' end
           from r join former on former.number = r.number
           where m.institution_id = $1 and m.member_id = former.member_id and m.removed_at is not null and m.erased_at is null
           returning m.member_id, m.number, former.is_bound as "is_bound!""#,
        tx.institution().0,
        &columns.numbers as &[&str],
        &columns.names as &[&str],
        &columns.roles as &[&str],
        &columns.units as &[Option<&str>],
        &columns.classes as &[Option<&str>],
        &columns.logins as &[Option<&str>],
        now,
        by.to_string(),
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(taken_up)
}

/// Rows as columns.
struct Columns<'a> {
    ids: Vec<Uuid>,
    numbers: Vec<&'a str>,
    names: Vec<&'a str>,
    roles: Vec<&'a str>,
    units: Vec<Option<&'a str>>,
    classes: Vec<Option<&'a str>>,
    logins: Vec<Option<&'a str>>,
}

impl<'a> Columns<'a> {
    fn of(rows: &[Row<'a>]) -> Self {
        Self {
            ids: rows.iter().map(|row| row.id.0).collect(),
            numbers: rows.iter().map(|row| row.number).collect(),
            names: rows.iter().map(|row| row.name).collect(),
            roles: rows.iter().map(|row| row.role.as_str()).collect(),
            units: rows.iter().map(|row| row.unit).collect(),
            classes: rows.iter().map(|row| row.class).collect(),
            logins: rows.iter().map(|row| row.github_login).collect(),
        }
    }
}
