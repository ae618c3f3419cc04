//! Erases a person: what the tables say of one goes or is written over, and what was decided stays.
//! It must not touch the log's entries, nor what was computed: points, credits and the rules behind them name nobody.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::{Error, InstitutionTx, Result, account_proofs, api_keys, audit, members, scores};
use crate::model::{
    actor::Actor,
    audit::{Action, Details, Event},
    ids::{ApiKeyId, MemberId},
};

/// What stands where a person stood.
pub const ERASED: &str = "erased";

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Erasure {
    Done,
    /// There is no such member.
    Unknown,
    /// The reason names the person, and would stay.
    ReasonNames,
}

/// Erases a member, who is removed with it. Twice is once.
pub async fn erase(tx: &mut InstitutionTx, id: MemberId, reason: &str, by: &Actor, now: DateTime<Utc>) -> Result<Erasure> {
    let row = sqlx::query!(
        "select number, name, github_login, erased_at from members where institution_id = $1 and member_id = $2 for update",
        tx.institution().0,
        id.0,
    )
    .fetch_optional(tx.conn())
    .await?;
    let Some(row) = row else { return Ok(Erasure::Unknown) };
    if row.erased_at.is_some() {
        return Ok(Erasure::Done);
    }
    let mut words: BTreeSet<String> = [Some(row.number), Some(row.name), row.github_login].into_iter().flatten().collect();
    words.extend(former_words(tx, id).await?);
    let told = reason.to_lowercase();
    if words.iter().any(|word| told.contains(&word.to_lowercase())) {
        return Ok(Erasure::ReasonNames);
    }
    members::remove(tx, id, by, now).await?;
    overwrite_member(tx, id, now).await?;
    sqlx::query!("delete from directory_users where institution_id = $1 and member_id = $2", tx.institution().0, id.0)
        .execute(tx.conn())
        .await?;
    close_keys(tx, id, by, now).await?;
    let statements = erase_statements(tx, id).await?;
    let bindings = erase_accounts(tx, id, now).await?;
    let scores = scores::erase(tx, id, ERASED).await?;
    close_user(tx, id, now).await?;
    account_proofs::erase(tx, id).await?;
    let decisions = erase_decisions(tx, id).await?;
    empty_answers(tx, id, &words).await?;
    let details = sqlx::query!("delete from audit_details where institution_id = $1 and member_id = $2", tx.institution().0, id.0)
        .execute(tx.conn())
        .await?
        .rows_affected();
    let facts = json!({ "statements": statements, "bindings": bindings, "scores": scores, "decisions": decisions, "details": details });
    let details = Some(Details { member: None, said: json!({ "reason": reason }) });
    audit::append(tx, by, &Event { action: Action::MemberErased, subject: id.to_string(), facts, details }, now);
    Ok(Erasure::Done)
}

/// Names, numbers and logins that the person had before, as the log's details tell.
async fn former_words(tx: &mut InstitutionTx, id: MemberId) -> Result<BTreeSet<String>> {
    let told =
        sqlx::query_scalar!("select details from audit_details where institution_id = $1 and member_id = $2", tx.institution().0, id.0)
            .fetch_all(tx.conn())
            .await?;
    let mut words = BTreeSet::new();
    for details in told {
        let details: Value = serde_json::from_str(&details).map_err(|why| Error::bad_row("audit_details", "details", why))?;
        for part in [&details, &details["before"], &details["after"]] {
            words.extend(
                ["number", "github_login", "holder", "user_name", "external_id"]
                    .iter()
                    .filter_map(|field| part[field].as_str().map(str::to_owned)),
            );
            // A statement's `name` is a policy's word; a profile has a number or a login beside it, or is a change.
            if part["kind"].is_null() && part["reason"].is_null() {
                words.extend(part["name"].as_str().map(str::to_owned));
            }
        }
    }
    words.retain(|word| !word.is_empty());
    Ok(words)
}

async fn overwrite_member(tx: &mut InstitutionTx, id: MemberId, now: DateTime<Utc>) -> Result<()> {
    sqlx::query!(
        "update members set number = $3, name = $4, unit = null, class = null, github_login = null, login_named_by = null, account_state = 'none',
           updated_at = $5, erased_at = $5
         where institution_id = $1 and member_id = $2",
        tx.institution().0,
        id.0,
        format!("{ERASED}-{id}"),
        ERASED,
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The keys of the person are refused from now on, and name nobody.
async fn close_keys(tx: &mut InstitutionTx, id: MemberId, by: &Actor, now: DateTime<Utc>) -> Result<()> {
    let keys =
        sqlx::query_scalar!("select api_key_id from api_keys where institution_id = $1 and member_id = $2", tx.institution().0, id.0)
            .fetch_all(tx.conn())
            .await?;
    for key in keys {
        api_keys::revoke(tx, ApiKeyId(key), by, now).await?;
    }
    sqlx::query!("update api_keys set holder = $3 where institution_id = $1 and member_id = $2", tx.institution().0, id.0, ERASED)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// The person cannot sign in any more, and is signed out.
async fn close_user(tx: &mut InstitutionTx, id: MemberId, now: DateTime<Utc>) -> Result<()> {
    sqlx::query!(
        "delete from sessions s using users u where s.institution_id = $1 and u.institution_id = $1 and u.user_id = s.user_id and u.member_id = $2",
        tx.institution().0,
        id.0,
    )
    .execute(tx.conn())
    .await?;
    sqlx::query!(
        "update users set name = $3, issuer = $3, subject = $4, email = null, disabled_at = coalesce(disabled_at, $5)
         where institution_id = $1 and member_id = $2",
        tx.institution().0,
        id.0,
        ERASED,
        format!("{ERASED}-{id}"),
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// What people said in their own words when they decided on the person's awards and appeals, and the person's name where the person decided.
async fn erase_decisions(tx: &mut InstitutionTx, id: MemberId) -> Result<u64> {
    let person = format!("member:{id}");
    let decided = sqlx::query!(
        "update award_decisions d set
           reason = case when a.member_id = $2 and d.reason is not null then $3 else d.reason end,
           person_name = case when d.person = $4 then $3 else d.person_name end
         from awards a where d.institution_id = $1 and a.institution_id = $1 and a.award_id = d.award_id
           and (a.member_id = $2 or d.person = $4)",
        tx.institution().0,
        id.0,
        ERASED,
        person,
    )
    .execute(tx.conn())
    .await?;
    let filed = sqlx::query!(
        "update appeals p set reason = $3, on_behalf_of = case when p.on_behalf_of is not null then $3 end
         from awards a where p.institution_id = $1 and a.institution_id = $1 and a.award_id = p.award_id and a.member_id = $2",
        tx.institution().0,
        id.0,
        ERASED,
    )
    .execute(tx.conn())
    .await?;
    let settled = sqlx::query!(
        "update appeal_decisions d set
           reason = case when a.member_id = $2 then $3 else d.reason end,
           person_name = case when d.person = $4 then $3 else d.person_name end
         from appeals p join awards a on a.institution_id = p.institution_id and a.award_id = p.award_id
         where d.institution_id = $1 and p.institution_id = $1 and p.appeal_id = d.appeal_id and (a.member_id = $2 or d.person = $4)",
        tx.institution().0,
        id.0,
        ERASED,
        person,
    )
    .execute(tx.conn())
    .await?;
    Ok(decided.rows_affected() + filed.rows_affected() + settled.rows_affected())
}

/// What people said about the person in their own words, and the person's name where the person countersigned.
async fn erase_statements(tx: &mut InstitutionTx, id: MemberId) -> Result<u64> {
    let statements = sqlx::query!(
        "update statements set reason = $3, on_behalf_of = null where institution_id = $1 and member_id = $2",
        tx.institution().0,
        id.0,
        ERASED,
    )
    .execute(tx.conn())
    .await?;
    let signed = sqlx::query!(
        "update countersignatures k set
           reason = case when s.member_id = $2 then $3 else k.reason end,
           person_name = case when k.person = $4 then $3 else k.person_name end
         from statements s where k.institution_id = $1 and s.institution_id = $1 and s.statement_id = k.statement_id
           and (s.member_id = $2 or k.person = $4)",
        tx.institution().0,
        id.0,
        ERASED,
        format!("member:{id}"),
    )
    .execute(tx.conn())
    .await?;
    Ok(statements.rows_affected() + signed.rows_affected())
}

/// Which accounts the person had, and what was wanted of them; the person's name where the person wanted or confirmed something of others'.
/// Who had one of the accounts after the person did not come to another's any more, and is scored anew.
async fn erase_accounts(tx: &mut InstitutionTx, id: MemberId, now: DateTime<Utc>) -> Result<u64> {
    sqlx::query!(
        "update members set updated_at = $3 where institution_id = $1 and member_id <> $2 and member_id in (
           select other.member_id from bindings own join bindings other on other.institution_id = $1 and other.github_id = own.github_id
           where own.institution_id = $1 and own.member_id = $2)",
        tx.institution().0,
        id.0,
        now,
    )
    .execute(tx.conn())
    .await?;
    sqlx::query!("delete from account_changes where institution_id = $1 and member_id = $2", tx.institution().0, id.0)
        .execute(tx.conn())
        .await?;
    sqlx::query!(
        "update account_changes set
           requested_name = case when requested_person = $2 then $3 else requested_name end,
           confirmed_name = case when confirmed_person = $2 then $3 else confirmed_name end,
           closed_name = case when closed_person = $2 then $3 else closed_name end
         where institution_id = $1 and $2 in (requested_person, confirmed_person, closed_person)",
        tx.institution().0,
        format!("member:{id}"),
        ERASED,
    )
    .execute(tx.conn())
    .await?;
    let bindings = sqlx::query!("delete from bindings where institution_id = $1 and member_id = $2", tx.institution().0, id.0)
        .execute(tx.conn())
        .await?;
    Ok(bindings.rows_affected())
}

/// Answers that are kept to be given again, and tell of the person: that something was done stays, what it was does not.
async fn empty_answers(tx: &mut InstitutionTx, id: MemberId, words: &BTreeSet<String>) -> Result<()> {
    // As they stand in JSON: without the quotation marks around them.
    let in_json = |word: &String| json!(word).to_string().trim_matches('"').to_owned();
    let looked_for: Vec<String> = words.iter().map(in_json).chain([id.to_string()]).collect();
    sqlx::query!(
        "update idempotency_keys set body = '' where institution_id = $1 and body is not null
           and exists (select from unnest($2::text[]) as w (word) where position(convert_to(w.word, 'UTF8') in body) > 0)",
        tx.institution().0,
        &looked_for,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
