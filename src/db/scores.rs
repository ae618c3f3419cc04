//! Scores: what an evaluation found for each member, with all lines. Derived: it can be rebuilt from contributions and the policy.
//! It must not score, and never adds up lines by itself. An evaluation can rest on an earlier one: `scores_of` puts the rows together.

use std::collections::HashMap;

use rust_decimal::Decimal;
use sqlx::types::Json;
use uuid::Uuid;

use super::{Error, InstitutionTx};
use crate::model::{
    contribution::Key,
    credit::Credits,
    ids::{EvaluationId, MemberId},
    member_score::{About, Computed, ExplainedLine, MemberScore},
    points::Points,
    repository::NotFullName,
    score::{Line, Reason},
};

mod compared;
mod erase;
mod sheet;
mod stored;

pub use compared::{get_totals, list_different, list_with_lines};
pub use erase::erase;
pub use stored::{NewScore, Packed, insert_batch, insert_left_out, list_carried, list_member_ids, list_stored};

/// At most `limit + 1` scores after a member (number and id), by number: the surplus one says that there is more.
pub async fn list(
    tx: &mut InstitutionTx,
    evaluation: EvaluationId,
    after: Option<(&str, MemberId)>,
    limit: u16,
) -> Result<Vec<MemberScore>, Error> {
    let rows = sqlx::query_as!(
        ScoreRow,
        r#"select s.member_id as "member_id!", m.number, m.name, m.unit, s.github_login, s.points, s.credits, s.credits_reason,
             s.contributions as "contributions!", s.carried as "carried!", s.flags as "flags!: _", s.unmet as "unmet!: _",
             s.flagged as "flagged!"
           from scores_of($1, $2) s join members m on m.institution_id = $1 and m.member_id = s.member_id
           where ($3::text is null or (m.number, m.member_id) > ($3, $4::uuid))
           order by m.number, m.member_id limit $5"#,
        tx.institution().0,
        evaluation.0,
        after.map(|(number, _)| number),
        after.map(|(_, member)| member.0),
        i64::from(limit) + 1,
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter().map(ScoreRow::into_score).collect()
}

/// One member's score with every line explained, in the order in which the lines were counted.
pub async fn get(
    tx: &mut InstitutionTx,
    evaluation: EvaluationId,
    member: MemberId,
) -> Result<Option<(MemberScore, Vec<ExplainedLine>)>, Error> {
    let row = sqlx::query_as!(
        ScoreRow,
        r#"select s.member_id as "member_id!", m.number, m.name, m.unit, s.github_login, s.points, s.credits, s.credits_reason,
             s.contributions as "contributions!", s.carried as "carried!", s.flags as "flags!: _", s.unmet as "unmet!: _",
             s.flagged as "flagged!"
           from scores_of($1, $2) s join members m on m.institution_id = $1 and m.member_id = s.member_id
           where s.member_id = $3"#,
        tx.institution().0,
        evaluation.0,
        member.0,
    )
    .fetch_optional(tx.conn())
    .await?;
    let Some(row) = row else { return Ok(None) };
    let mut lines = list_lines(tx, evaluation, &[member]).await?;
    let lines = lines.remove(&member).ok_or_else(|| without_lines(member))?;
    Ok(Some((row.into_score()?, lines)))
}

/// The explained lines of some members, in the order in which they were counted.
pub async fn list_lines(
    tx: &mut InstitutionTx,
    evaluation: EvaluationId,
    members: &[MemberId],
) -> Result<HashMap<MemberId, Vec<ExplainedLine>>, Error> {
    let sheets = read_lines(tx, evaluation, members).await?;
    let counts: Vec<(MemberId, usize)> = sheets.iter().map(|(member, lines)| (*member, lines.len())).collect();
    let mut explained = explain(tx, sheets.into_iter().flat_map(|(_, lines)| lines).collect()).await?.into_iter();
    Ok(counts.into_iter().map(|(member, count)| (member, explained.by_ref().take(count).collect())).collect())
}

/// The same as they are stored.
pub async fn read_lines(
    tx: &mut InstitutionTx,
    evaluation: EvaluationId,
    members: &[MemberId],
) -> Result<Vec<(MemberId, Vec<Line>)>, Error> {
    let ids: Vec<Uuid> = members.iter().map(|m| m.0).collect();
    let rows = sqlx::query!(
        r#"select member_id as "member_id!", sheet, lines as "lines: Json<Vec<Line>>" from scores_of($1, $2) where member_id = any($3)"#,
        tx.institution().0,
        evaluation.0,
        &ids,
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter().map(|row| Ok((MemberId(row.member_id), sheet::unpack(row.sheet.as_deref(), row.lines)?))).collect()
}

/// The lines, in their order, each with the contribution that it is about.
pub async fn explain(tx: &mut InstitutionTx, lines: Vec<Line>) -> Result<Vec<ExplainedLine>, Error> {
    let keys: Vec<&Key> = lines.iter().filter_map(Line::key).collect();
    let described = describe(tx, &keys).await?;
    lines
        .into_iter()
        .map(|line| {
            let about = match line.key() {
                None => None,
                Some(key) => Some(described.get(key).ok_or_else(|| bad("lines", format!("no contribution {key:?}")))?.clone()),
            };
            Ok(ExplainedLine { line, about })
        })
        .collect()
}

async fn describe(tx: &mut InstitutionTx, keys: &[&Key]) -> Result<HashMap<Key, About>, Error> {
    let repositories: Vec<Uuid> = keys.iter().map(|k| k.repository.0).collect();
    let kinds: Vec<String> = keys.iter().map(|k| k.kind.as_str().to_owned()).collect();
    let ids: Vec<String> = keys.iter().map(|k| k.github_id.to_string()).collect();
    // No join to tracked_repositories: a line stays explained when the institution stops tracking. The keys come from its own scores.
    let rows = sqlx::query!(
        r#"select k.ordinality as "at!", c.url, r.full_name, c.number, c.title, c.occurred_at
           from unnest($1::uuid[], $2::text[], $3::text[]) with ordinality as k (repository_id, kind, github_id, ordinality)
           join contributions c on (c.repository_id, c.kind, c.github_id) = (k.repository_id, k.kind, k.github_id)
           join repositories r on r.repository_id = c.repository_id"#,
        &repositories,
        &kinds,
        &ids,
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter()
        .map(|r| {
            let at = usize::try_from(r.at - 1).map_err(|e| bad("lines", e.to_string()))?;
            let about = About {
                url: r.url,
                repository: r.full_name.parse().map_err(|e: NotFullName| bad("full_name", e.to_string()))?,
                number: r.number,
                title: r.title,
                occurred_at: r.occurred_at,
            };
            Ok((keys[at].clone(), about))
        })
        .collect()
}

struct ScoreRow {
    member_id: Uuid,
    number: String,
    name: String,
    unit: Option<String>,
    github_login: Option<String>,
    points: Option<i64>,
    credits: Option<Decimal>,
    credits_reason: Option<String>,
    contributions: i64,
    carried: i64,
    flags: Json<Vec<Reason>>,
    unmet: Json<Vec<Reason>>,
    flagged: i32,
}

fn computed(points: Option<i64>, credits: Option<Decimal>, credits_reason: Option<String>) -> Result<Option<Computed>, Error> {
    match (points, credits, credits_reason) {
        (Some(points), Some(credits), Some(credits_reason)) => {
            Ok(Some(Computed { points: Points::from_thousandths(points), credits: Credits::new(credits), credits_reason }))
        }
        (None, None, None) => Ok(None),
        _ => Err(bad("points", "points, credits and their reason are not all there or all absent".to_owned())),
    }
}

impl ScoreRow {
    fn into_score(self) -> Result<MemberScore, Error> {
        Ok(MemberScore {
            member: MemberId(self.member_id),
            number: self.number,
            name: self.name,
            unit: self.unit,
            github_login: self.github_login,
            computed: computed(self.points, self.credits, self.credits_reason)?,
            contributions: self.contributions,
            carried: Points::from_thousandths(self.carried),
            flags: self.flags.0,
            unmet: self.unmet.0,
            flagged: self.flagged,
        })
    }
}

/// Points without their lines would be points without a reason.
pub(super) fn without_lines(member: MemberId) -> Error {
    bad("lines", format!("the score of member {member} has none, not even an empty list"))
}

fn bad(column: &'static str, why: String) -> Error {
    Error::bad_row("scores", column, why)
}
