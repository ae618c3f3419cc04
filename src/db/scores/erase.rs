//! Writes over what a member's scores say of the person: the account, and who said what in whose words.
//! It must not change a number: points, credits, rules and factors stay as they were found.

use serde_json::Value;
use sqlx::types::Json;
use uuid::Uuid;

use super::{Error, InstitutionTx, bad, sheet};
use crate::model::{ids::MemberId, score::Line};

/// GitHub gives no account this number.
const NO_ACCOUNT: i64 = 0;
/// The values of a reason that are people's words: who said it, and why; and sentences from before reasons had values.
const WORDS: [&str; 3] = ["by", "why", "sentence"];

/// In every evaluation; returns in how many.
pub async fn erase(tx: &mut InstitutionTx, member: MemberId, instead: &str) -> Result<u64, Error> {
    let rows = sqlx::query!(
        r#"select evaluation_id, sheet, lines as "lines: Json<Vec<Line>>", flags, unmet from scores where institution_id = $1 and member_id = $2"#,
        tx.institution().0,
        member.0,
    )
    .fetch_all(tx.conn())
    .await?;
    let mut evaluations: Vec<Uuid> = Vec::with_capacity(rows.len());
    let mut sheets: Vec<Vec<u8>> = Vec::with_capacity(rows.len());
    let (mut flags, mut unmet): (Vec<Value>, Vec<Value>) = (Vec::new(), Vec::new());
    for mut row in rows {
        let lines = sheet::unpack(row.sheet.as_deref(), row.lines)?;
        let mut json = serde_json::to_value(&lines).map_err(|e| bad("sheet", e.to_string()))?;
        [&mut json, &mut row.flags, &mut row.unmet].into_iter().for_each(|words| overwrite(words, instead));
        evaluations.push(row.evaluation_id);
        flags.push(row.flags);
        unmet.push(row.unmet);
        sheets.push(sheet::pack(&json.to_string())?);
    }
    let done = sqlx::query!(
        "update scores s set github_login = null, account_id = case when s.account_id is not null then $5::bigint end,
           sheet = e.sheet, lines = null, flags = e.flags, unmet = e.unmet
         from unnest($3::uuid[], $4::bytea[], $6::jsonb[], $7::jsonb[]) as e (evaluation_id, sheet, flags, unmet)
         where s.institution_id = $1 and s.member_id = $2 and s.evaluation_id = e.evaluation_id",
        tx.institution().0,
        member.0,
        &evaluations,
        &sheets,
        NO_ACCOUNT,
        &flags,
        &unmet,
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected())
}

fn overwrite(json: &mut Value, instead: &str) {
    match json {
        Value::Array(items) => items.iter_mut().for_each(|item| overwrite(item, instead)),
        Value::Object(fields) => {
            for (name, value) in fields {
                match value {
                    Value::String(words) if WORDS.contains(&name.as_str()) => instead.clone_into(words),
                    inner => overwrite(inner, instead),
                }
            }
        }
        _ => {}
    }
}
