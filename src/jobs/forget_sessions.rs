//! Every night: deletes sessions that are over, and sign-ins and proofs of accounts that nobody finished.
//! It must not end a session that still holds: who is refused was decided when the request came.

use super::Tools;
use crate::{
    db::{self, account_proofs, institutions, sessions},
    model::job::ForgetSessions,
};

/// One try; a failed one is tried again by the queue.
pub(super) async fn run(tools: &Tools, _job: &ForgetSessions) -> Result<(), String> {
    forget(tools).await.map_err(|error| error.to_string())
}

async fn forget(tools: &Tools) -> Result<(), db::Error> {
    let mut tx = tools.db.begin_as_operator().await?;
    let all = institutions::list(&mut tx).await?;
    tx.commit().await?;
    for institution in all {
        let mut tx = tools.db.begin_as(institution.id).await?;
        sessions::remove_expired(&mut tx, tools.clock.now()).await?;
        account_proofs::remove_expired(&mut tx, tools.clock.now()).await?;
        tx.commit().await?;
    }
    Ok(())
}
