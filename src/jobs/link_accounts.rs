//! Asks GitHub for the numeric ids behind the members' logins, links them, and has read what they did. One account, one person.
//! It must not guess: a login that GitHub does not know stays without an account.

use super::{Failure, Tools};
use crate::{
    db,
    model::{
        actor::Actor,
        job::{LinkAccounts, ReadChanges},
    },
};

/// One try; the members of a failed one stay pending.
pub(super) async fn run(tools: &Tools, job: &LinkAccounts) -> Result<(), String> {
    match link(tools, job).await {
        Ok(()) => Ok(()),
        Err(Failure::Later { until, why }) => {
            tracing::info!(institution = %job.institution_id, %until, why, "linking accounts waits");
            put_off(tools, job, until).await.map_err(|e| e.to_string())
        }
        Err(Failure::TakenOver) => Ok(()),
        Err(Failure::Permanent(why)) => {
            tracing::warn!(institution = %job.institution_id, why, "members' accounts were not looked up: the next fetch or scoring asks again");
            Ok(())
        }
        Err(Failure::Retry(why)) => Err(why),
    }
}

async fn link(tools: &Tools, job: &LinkAccounts) -> Result<(), Failure> {
    let mut tx = tools.db.begin_as(job.institution_id).await?;
    let pending = db::accounts::list_pending(&mut tx).await?;
    tx.commit().await?;
    if pending.is_empty() {
        return Ok(());
    }

    let logins: Vec<String> = pending.iter().map(|(_, login)| login.clone()).collect();
    let found = tools.github.accounts(&logins).await?;

    let now = tools.clock.now();
    let mut tx = tools.db.begin_as(job.institution_id).await?;
    let accounts: Vec<_> = found.iter().flatten().cloned().collect();
    db::accounts::insert_batch(&mut tx, &accounts, now).await?;
    for ((member, login), account) in pending.iter().zip(&found) {
        db::accounts::link(&mut tx, *member, login, account.as_ref().map(|a| a.id), &Actor::Program, now).await?;
    }
    // What they had merged before was nobody's: its text is not read yet.
    for repository in db::contributions::list_unread_repositories(&mut tx).await? {
        db::queue::enqueue(&mut tx, &ReadChanges { repository_id: repository }, None).await?;
    }
    db::queue::request_rescoring(&mut tx, now).await?;
    tx.commit().await?;
    Ok(())
}

async fn put_off(tools: &Tools, job: &LinkAccounts, until: chrono::DateTime<chrono::Utc>) -> Result<(), db::Error> {
    let mut tx = tools.db.begin().await?;
    db::queue::enqueue(&mut tx, job, Some(until)).await?;
    tx.commit().await
}
