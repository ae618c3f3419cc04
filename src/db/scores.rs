//! Scores: what an evaluation found for each member, with all lines. Derived: it can be rebuilt from contributions and the policy.
//! It must not score, and never adds up lines by itself.

use std::collections::HashMap;

use rust_decimal::Decimal;
use uuid::Uuid;

use super::{Error, InstitutionTx};
use crate::model::{
    account::AccountId,
    contribution::Key,
    credit::Credits,
    ids::{EvaluationId, MemberId},
    member_score::{About, Computed, ExplainedLine, MemberScore, ScoreState},
    points::Points,
    repository::NotFullName,
    score::Line,
};

/// One member's result on its way into the table.
#[derive(Debug)]
pub struct NewScore {
    pub member: MemberId,
    /// Whose contributions they are; kept, because a member's account can change.
    pub account: Option<AccountId>,
    pub github_login: Option<String>,
    /// `None`: no account is linked.
    pub computed: Option<Computed>,
    pub lines: Vec<Line>,
}

/// Writes the scores of some members with all their lines.
pub async fn insert_batch(tx: &mut InstitutionTx, evaluation: EvaluationId, scores: &[NewScore]) -> Result<u64, Error> {
    let members: Vec<Uuid> = scores.iter().map(|s| s.member.0).collect();
    let computed = || scores.iter().map(|s| s.computed.as_ref());
    let points: Vec<Option<i64>> = computed().map(|c| c.map(|c| c.points.thousandths())).collect();
    let credits: Vec<Option<Decimal>> = computed().map(|c| c.map(|c| c.credits.to_decimal())).collect();
    let accounts: Vec<Option<i64>> = scores.iter().map(|s| s.account.map(|a| a.0)).collect();
    let logins: Vec<Option<String>> = scores.iter().map(|s| s.github_login.clone()).collect();
    let reasons: Vec<Option<String>> = computed().map(|c| c.map(|c| c.credits_reason.clone())).collect();
    let states: Vec<String> =
        computed().map(|c| if c.is_some() { ScoreState::Proposed } else { ScoreState::NoAccount }.as_str().to_owned()).collect();
    let lines =
        scores.iter().map(|s| serde_json::to_string(&s.lines).map_err(|e| bad("lines", e.to_string()))).collect::<Result<Vec<_>, _>>()?;
    let counts = scores
        .iter()
        .map(|s| i64::try_from(s.lines.len()).map_err(|e| bad("contributions", e.to_string())))
        .collect::<Result<Vec<_>, _>>()?;
    let done = sqlx::query!(
        "insert into scores (institution_id, evaluation_id, member_id, points, credits, credits_reason, contributions, state, lines,
           account_id, github_login)
         select $1, $2, member_id, points, credits, credits_reason, contributions, state, lines::jsonb, account_id, github_login
         from unnest($3::uuid[], $4::bigint[], $5::numeric[], $6::text[], $7::bigint[], $8::text[], $9::text[], $10::bigint[], $11::text[])
           as s (member_id, points, credits, credits_reason, contributions, state, lines, account_id, github_login)",
        tx.institution().0,
        evaluation.0,
        &members,
        &points as &[Option<i64>],
        &credits as &[Option<Decimal>],
        &reasons as &[Option<String>],
        &counts,
        &states,
        &lines,
        &accounts as &[Option<i64>],
        &logins as &[Option<String>],
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected())
}

/// At most `limit + 1` scores after a member (number and id), by number: the surplus one says that there is more.
pub async fn list(
    tx: &mut InstitutionTx,
    evaluation: EvaluationId,
    after: Option<(&str, MemberId)>,
    limit: u16,
) -> Result<Vec<MemberScore>, Error> {
    let rows = sqlx::query_as!(
        ScoreRow,
        "select s.member_id, m.number, m.name, m.unit, s.github_login, s.points, s.credits, s.credits_reason, s.contributions
         from scores s join members m on m.institution_id = $1 and m.member_id = s.member_id
         where s.institution_id = $1 and s.evaluation_id = $2 and ($3::text is null or (m.number, m.member_id) > ($3, $4::uuid))
         order by m.number, m.member_id limit $5",
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
        "select s.member_id, m.number, m.name, m.unit, s.github_login, s.points, s.credits, s.credits_reason, s.contributions
         from scores s join members m on m.institution_id = $1 and m.member_id = s.member_id
         where s.institution_id = $1 and s.evaluation_id = $2 and s.member_id = $3",
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
    let ids: Vec<Uuid> = members.iter().map(|m| m.0).collect();
    let sheets = sqlx::query!(
        r#"select member_id, lines as "lines: sqlx::types::Json<Vec<Line>>" from scores
           where institution_id = $1 and evaluation_id = $2 and member_id = any($3)"#,
        tx.institution().0,
        evaluation.0,
        &ids,
    )
    .fetch_all(tx.conn())
    .await?;
    let keys: Vec<&Key> = sheets.iter().flat_map(|s| s.lines.iter().filter_map(Line::key)).collect();
    let described = describe(tx, &keys).await?;
    let mut explained = HashMap::with_capacity(sheets.len());
    for sheet in sheets {
        let lines = sheet
            .lines
            .0
            .into_iter()
            .map(|line| {
                let about = match line.key() {
                    None => None,
                    Some(key) => Some(described.get(key).ok_or_else(|| bad("lines", format!("no contribution {key:?}")))?.clone()),
                };
                Ok(ExplainedLine { line, about })
            })
            .collect::<Result<Vec<_>, Error>>()?;
        explained.insert(MemberId(sheet.member_id), lines);
    }
    Ok(explained)
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
}

impl ScoreRow {
    fn into_score(self) -> Result<MemberScore, Error> {
        let computed = match (self.points, self.credits, self.credits_reason) {
            (Some(points), Some(credits), Some(credits_reason)) => {
                Some(Computed { points: Points::from_thousandths(points), credits: Credits::new(credits), credits_reason })
            }
            (None, None, None) => None,
            _ => return Err(bad("points", "points, credits and their reason are not all there or all absent".to_owned())),
        };
        Ok(MemberScore {
            member: MemberId(self.member_id),
            number: self.number,
            name: self.name,
            unit: self.unit,
            github_login: self.github_login,
            computed,
            contributions: self.contributions,
            carried: Points::ZERO,
            flags: Vec::new(),
            unmet: Vec::new(),
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
