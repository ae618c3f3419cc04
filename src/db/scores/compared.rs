//! Two results side by side: who differs, and the sums of each.
//! It must not say why they differ: the lines do.

use std::collections::HashMap;

use rust_decimal::Decimal;
use uuid::Uuid;

use super::{Error, InstitutionTx, ScoreRow, bad, list_lines, without_lines};
use crate::model::{
    credit::Credits,
    difference::Totals,
    ids::{EvaluationId, MemberId},
    member_score::{ExplainedLine, MemberScore},
    points::Points,
};

/// At most `limit + 1` members who have not the same in both results, after a member (number and id), by number. Somebody in one result
/// alone is among them. A row from before there were digests counts as different.
pub async fn list_different(
    tx: &mut InstitutionTx,
    before: EvaluationId,
    after: EvaluationId,
    after_member: Option<(&str, MemberId)>,
    limit: u16,
) -> Result<Vec<(String, MemberId)>, Error> {
    let rows = sqlx::query!(
        r#"select m.number, m.member_id from scores_of($1, $2) b
           full join scores_of($1, $3) a on a.member_id = b.member_id
           join members m on m.institution_id = $1 and m.member_id = coalesce(a.member_id, b.member_id)
           where (a.digest = b.digest) is not true and ($4::text is null or (m.number, m.member_id) > ($4, $5::uuid))
           order by m.number, m.member_id limit $6"#,
        tx.institution().0,
        before.0,
        after.0,
        after_member.map(|(number, _)| number),
        after_member.map(|(_, member)| member.0),
        i64::from(limit) + 1,
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|row| (row.number, MemberId(row.member_id))).collect())
}

/// The scores of some members with all their lines.
pub async fn list_with_lines(
    tx: &mut InstitutionTx,
    evaluation: EvaluationId,
    members: &[MemberId],
) -> Result<HashMap<MemberId, (MemberScore, Vec<ExplainedLine>)>, Error> {
    let mut lines = list_lines(tx, evaluation, members).await?;
    let members: Vec<Uuid> = members.iter().map(|member| member.0).collect();
    let rows = sqlx::query_as!(
        ScoreRow,
        r#"select s.member_id as "member_id!", m.number, m.name, m.unit, s.github_login, s.points, s.credits, s.credits_reason,
             s.contributions as "contributions!", s.carried as "carried!", s.flags as "flags!: _", s.unmet as "unmet!: _",
             s.flagged as "flagged!"
           from scores_of($1, $2) s join members m on m.institution_id = $1 and m.member_id = s.member_id
           where s.member_id = any($3)"#,
        tx.institution().0,
        evaluation.0,
        &members,
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter()
        .map(|row| {
            let score = row.into_score()?;
            let lines = lines.remove(&score.member).ok_or_else(|| without_lines(score.member))?;
            Ok((score.member, (score, lines)))
        })
        .collect()
}

/// What a result sums up to.
pub async fn get_totals(tx: &mut InstitutionTx, evaluation: EvaluationId) -> Result<Totals, Error> {
    let row = sqlx::query!(
        r#"select count(*) as "members!", coalesce(sum(points), 0)::bigint as "points!", coalesce(sum(credits), 0) as "credits!"
           from scores_of($1, $2)"#,
        tx.institution().0,
        evaluation.0,
    )
    .fetch_one(tx.conn())
    .await?;
    let members = u64::try_from(row.members).map_err(|e| bad("member_id", e.to_string()))?;
    let credits: Decimal = row.credits;
    Ok(Totals { members, points: Points::from_thousandths(row.points), credits: Credits::new(credits) })
}
