//! Writes the second person's signature under a statement. From then on it counts.
//! It must not say who may sign: `awards` does.

use chrono::{DateTime, Utc};
use serde_json::json;

use super::{
    super::{InstitutionTx, Result, audit, queue},
    Listed,
};
use crate::model::{
    actor::{Actor, PersonKey},
    audit::{Action, Details, Event},
};

/// Appends it. Whoever calls holds the lock of an institution's statements.
pub async fn countersign(
    tx: &mut InstitutionTx,
    listed: &Listed,
    (person, reason): (&PersonKey, &str),
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<()> {
    let statement = &listed.statement;
    sqlx::query!(
        "insert into countersignatures (institution_id, statement_id, signed_by, person, person_name, reason, signed_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
        tx.institution().0,
        statement.id.0,
        by.to_string(),
        person.as_str(),
        by.to_person().name,
        reason,
        now,
    )
    .execute(tx.conn())
    .await?;
    queue::request_rescoring(tx, now).await?;
    let event = Event {
        action: Action::StatementCountersigned,
        subject: statement.id.to_string(),
        facts: json!({ "kind": statement.kind, "member": statement.member }),
        details: Some(Details { member: Some(statement.member), said: json!({ "reason": reason }) }),
    };
    audit::append(tx, by, &event, now);
    Ok(())
}
