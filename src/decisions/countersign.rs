//! The second person under an adjustment.
//! It must not judge who may: `awards` does.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{Error, Result};
use crate::{
    awards::{self, Stated},
    db::{InstitutionTx, api_keys, statements, users},
    model::{
        actor::Actor,
        ids::{ApiKeyId, StatementId, UserId},
    },
};

/// Countersigns a statement: from the next scoring on it counts.
pub async fn countersign(tx: &mut InstitutionTx, id: StatementId, reason: &str, by: &Actor, now: DateTime<Utc>) -> Result<()> {
    statements::lock(tx).await?;
    let listed = statements::get(tx, id).await?.ok_or(Error::NotFound)?;
    let first = writer(tx, &listed.written_by).await?;
    let stated = Stated {
        statement: &listed.statement,
        by: first.as_ref(),
        on_behalf_of: listed.on_behalf_of.as_deref(),
        is_withdrawn: listed.withdrawn_by.is_some(),
        is_former: listed.is_former,
        countersigned: listed.countersigned.as_ref(),
    };
    let person = awards::may_countersign(stated, by)?;
    Ok(statements::countersign(tx, &listed, (&person, reason), by, now).await?)
}

/// Who wrote a statement, as they are known now: who was linked to the register since is the same person.
async fn writer(tx: &mut InstitutionTx, written_by: &str) -> Result<Option<Actor>> {
    if written_by == Actor::Operator.to_string() {
        return Ok(Some(Actor::Operator));
    }
    let Ok(id) = written_by.parse::<Uuid>() else { return Ok(None) };
    if let Some(key) = api_keys::get(tx, ApiKeyId(id)).await? {
        return Ok(Some(Actor::Key { id: key.id, holder: key.holder }));
    }
    Ok(users::get(tx, UserId(id)).await?.map(|user| user.actor()))
}
