//! Scores as they go into the table, and as a check reads them back.
//! It must not score: what it stores is found elsewhere, and what it reads is what was stored.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use sha2::{Digest as _, Sha256};
use sqlx::types::Json;
use uuid::Uuid;

use super::{Error, InstitutionTx, bad, computed, sheet};
use crate::model::{
    account::AccountId,
    credit::Credits,
    ids::{EvaluationId, MemberId},
    member_score::{Computed, ScoreState, count_flags},
    points::Points,
    score::{Line, Reason},
};

/// One member's result on its way into the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewScore {
    pub member: MemberId,
    /// Whose contributions they are; kept, because a member's account can change.
    pub account: Option<AccountId>,
    pub github_login: Option<String>,
    /// `None`: no account is linked.
    pub computed: Option<Computed>,
    /// Points that wait for the next term.
    pub carried: Points,
    pub flags: Vec<Reason>,
    pub unmet: Vec<Reason>,
    /// How many contributions were looked at.
    pub contributions: i64,
    pub lines: Vec<Line>,
    /// When the result changes by the passing of time alone.
    pub recheck_at: Option<DateTime<Utc>>,
}

impl NewScore {
    /// Of a member without a linked account: nothing can be known, and that is not zero.
    pub const fn unknown(member: MemberId, github_login: Option<String>) -> Self {
        Self {
            member,
            account: None,
            github_login,
            computed: None,
            carried: Points::ZERO,
            flags: Vec::new(),
            unmet: Vec::new(),
            contributions: 0,
            lines: Vec::new(),
            recheck_at: None,
        }
    }

    /// SHA-256 of all that was found; `lines` are its lines as they are stored.
    fn digest(&self, lines: &str) -> Result<Vec<u8>, Error> {
        let computed = self.computed.as_ref().map(|c| (c.points, c.credits, &c.credits_reason));
        let rest = (self.account, &self.github_login, computed, self.carried, &self.flags, &self.unmet, self.contributions);
        let rest = serde_json::to_vec(&rest).map_err(|e| bad("digest", e.to_string()))?;
        Ok(Sha256::new().chain_update(rest).chain_update(lines).finalize().to_vec())
    }

    /// In the form in which it goes into the table.
    pub fn pack(self) -> Result<Packed, Error> {
        let lines = text(&self.lines, "lines")?;
        let (flags, unmet) = (text(&self.flags, "flags")?, text(&self.unmet, "unmet")?);
        let (sheet, digest) = (sheet::pack(&lines)?, self.digest(&lines)?);
        let flagged = count_flags(&self.flags, &self.lines);
        Ok(Packed { sheet, flags, unmet, flagged, digest, score: Self { lines: Vec::new(), ..self } })
    }
}

/// A score in the form in which it goes into the table. To make it is most of the work of storing it, so whoever stores many has them made
/// on all cores.
#[derive(Debug, Clone)]
pub struct Packed {
    /// Its lines are in the sheet.
    score: NewScore,
    sheet: Vec<u8>,
    flags: String,
    unmet: String,
    /// How many flags there are, those of the lines too.
    flagged: i32,
    digest: Vec<u8>,
}

/// Writes the scores of some members with all their lines.
pub async fn insert_batch(tx: &mut InstitutionTx, evaluation: EvaluationId, packed: &[Packed]) -> Result<u64, Error> {
    let scores = || packed.iter().map(|packed| &packed.score);
    let members: Vec<Uuid> = scores().map(|s| s.member.0).collect();
    let computed = || scores().map(|s| s.computed.as_ref());
    let points: Vec<Option<i64>> = computed().map(|c| c.map(|c| c.points.thousandths())).collect();
    let credits: Vec<Option<Decimal>> = computed().map(|c| c.map(|c| c.credits.to_decimal())).collect();
    let accounts: Vec<Option<i64>> = scores().map(|s| s.account.map(|a| a.0)).collect();
    let logins: Vec<Option<&str>> = scores().map(|s| s.github_login.as_deref()).collect();
    let reasons: Vec<Option<&str>> = computed().map(|c| c.map(|c| &*c.credits_reason)).collect();
    let states: Vec<&str> = computed().map(|c| if c.is_some() { ScoreState::Proposed } else { ScoreState::NoAccount }.as_str()).collect();
    let sheets: Vec<&[u8]> = packed.iter().map(|packed| &*packed.sheet).collect();
    let flags: Vec<&str> = packed.iter().map(|packed| &*packed.flags).collect();
    let unmet: Vec<&str> = packed.iter().map(|packed| &*packed.unmet).collect();
    let digests: Vec<&[u8]> = packed.iter().map(|packed| &*packed.digest).collect();
    let counts: Vec<i64> = scores().map(|s| s.contributions).collect();
    let carried: Vec<i64> = scores().map(|s| s.carried.thousandths()).collect();
    let flagged: Vec<i32> = packed.iter().map(|packed| packed.flagged).collect();
    let rechecks: Vec<Option<DateTime<Utc>>> = scores().map(|s| s.recheck_at).collect();
    let done = sqlx::query!(
        "insert into scores (institution_id, evaluation_id, member_id, points, credits, credits_reason, contributions, state, sheet,
           account_id, github_login, carried, flags, unmet, digest, recheck_at, flagged)
         select $1, $2, member_id, points, credits, credits_reason, contributions, state, sheet, account_id, github_login, carried,
           flags::jsonb, unmet::jsonb, digest, recheck_at, flagged
         from unnest($3::uuid[], $4::bigint[], $5::numeric[], $6::text[], $7::bigint[], $8::text[], $9::bytea[], $10::bigint[], $11::text[],
             $12::bigint[], $13::text[], $14::text[], $15::bytea[], $16::timestamptz[], $17::integer[])
           as s (member_id, points, credits, credits_reason, contributions, state, sheet, account_id, github_login, carried, flags, unmet,
             digest, recheck_at, flagged)",
        tx.institution().0,
        evaluation.0,
        &members,
        &points as &[Option<i64>],
        &credits as &[Option<Decimal>],
        &reasons as &[Option<&str>],
        &counts,
        &states as &[&str],
        &sheets as &[&[u8]],
        &accounts as &[Option<i64>],
        &logins as &[Option<&str>],
        &carried,
        &flags as &[&str],
        &unmet as &[&str],
        &digests as &[&[u8]],
        &rechecks as &[Option<DateTime<Utc>>],
        &flagged,
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected())
}

fn text<T: serde::Serialize>(value: &T, column: &'static str) -> Result<String, Error> {
    serde_json::to_string(value).map_err(|e| bad(column, e.to_string()))
}

/// Notes that these members are not in the result any more; those who are not in that of the evaluation `of` need no note. Returns how
/// many were noted.
pub async fn insert_left_out(
    tx: &mut InstitutionTx,
    evaluation: EvaluationId,
    of: EvaluationId,
    members: &[MemberId],
) -> Result<u64, Error> {
    let members: Vec<Uuid> = members.iter().map(|member| member.0).collect();
    let done = sqlx::query!(
        "insert into scores (institution_id, evaluation_id, member_id, contributions, state, sheet, left_out)
         select $1, $2, member_id, 0, 'no_account', '', true from scores_of($1, $3) where member_id = any($4)",
        tx.institution().0,
        evaluation.0,
        of.0,
        &members,
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected())
}

/// The members in the result of an evaluation.
pub async fn list_member_ids(tx: &mut InstitutionTx, evaluation: EvaluationId) -> Result<Vec<MemberId>, Error> {
    let rows = sqlx::query_scalar!(r#"select member_id as "member_id!" from scores_of($1, $2)"#, tx.institution().0, evaluation.0)
        .fetch_all(tx.conn())
        .await?;
    Ok(rows.into_iter().map(MemberId).collect())
}

/// What is stored of some members, as it was found. Absent: nothing is, or what is there is not what was stored.
pub async fn list_stored(
    tx: &mut InstitutionTx,
    evaluation: EvaluationId,
    members: &[MemberId],
) -> Result<HashMap<MemberId, NewScore>, Error> {
    let members: Vec<Uuid> = members.iter().map(|member| member.0).collect();
    let rows = sqlx::query!(
        r#"select member_id as "member_id!", account_id, github_login, points, credits, credits_reason, carried as "carried!",
             contributions as "contributions!", state as "state!", recheck_at, digest,
             flags as "flags!: Json<Vec<Reason>>", unmet as "unmet!: Json<Vec<Reason>>", sheet, lines as "lines: Json<Vec<Line>>"
           from scores_of($1, $2) where member_id = any($3)"#,
        tx.institution().0,
        evaluation.0,
        &members,
    )
    .fetch_all(tx.conn())
    .await?;
    let mut stored = HashMap::with_capacity(rows.len());
    for row in rows {
        // One that cannot be read is not what was stored.
        let Ok(lines) = sheet::unpack(row.sheet.as_deref(), row.lines) else { continue };
        let score = NewScore {
            member: MemberId(row.member_id),
            account: row.account_id.map(AccountId),
            github_login: row.github_login,
            computed: computed(row.points, row.credits, row.credits_reason)?,
            carried: Points::from_thousandths(row.carried),
            flags: row.flags.0,
            unmet: row.unmet.0,
            contributions: row.contributions,
            lines,
            recheck_at: row.recheck_at,
        };
        let lines = text(&score.lines, "lines")?;
        let is_whole = (score.computed.is_some()) == (row.state == ScoreState::Proposed.as_str());
        if is_whole && row.digest.as_deref() == Some(&*score.digest(&lines)?) {
            stored.insert(score.member, score);
        }
    }
    Ok(stored)
}

/// What an evaluation left for the next term, of everybody or of some: member, points that were carried, credits.
pub async fn list_carried(
    tx: &mut InstitutionTx,
    evaluation: EvaluationId,
    only: Option<&[MemberId]>,
) -> Result<Vec<(MemberId, Points, Credits)>, Error> {
    let only: Option<Vec<Uuid>> = only.map(|members| members.iter().map(|member| member.0).collect());
    let rows = sqlx::query!(
        r#"select member_id as "member_id!", carried as "carried!", credits as "credits!" from scores_of($1, $2)
           where credits is not null and ($3::uuid[] is null or member_id = any($3))"#,
        tx.institution().0,
        evaluation.0,
        only.as_deref(),
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|row| (MemberId(row.member_id), Points::from_thousandths(row.carried), Credits::new(row.credits))).collect())
}
