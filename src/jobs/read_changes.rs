//! Reads the text of members' merged pull requests that nobody has read: what was only moved or reformatted, and what was there before.
//! It must not read a stranger's work, nor the same text twice: each costs GitHub a request.

use std::collections::BTreeSet;

use super::{Failure, Tools, rescore_changed};
use crate::{
    contributions::diff,
    db::{
        self,
        contributions::{self, Unread},
    },
    github,
    model::{ids::RepositoryId, job::ReadChanges, repository::FullName},
};

/// One try; what a failed one has read stays read.
pub(super) async fn run(tools: &Tools, job: &ReadChanges) -> Result<(), String> {
    match read_all(tools, job.repository_id).await {
        Ok(()) | Err(Failure::TakenOver) => Ok(()),
        Err(Failure::Later { until, why }) => {
            tracing::info!(repository = %job.repository_id, %until, why, "reading changes waits");
            put_off(tools, job, until).await.map_err(|error| error.to_string())
        }
        Err(Failure::Permanent(why)) => {
            tracing::warn!(repository = %job.repository_id, why, "changes were not read: the next fetch asks again");
            Ok(())
        }
        Err(Failure::Retry(why)) => Err(why),
    }
}

async fn read_all(tools: &Tools, repository: RepositoryId) -> Result<(), Failure> {
    let unread = list(tools, repository).await?;
    if unread.is_empty() {
        return Ok(());
    }
    let mut tx = tools.db.begin().await?;
    let name = db::repositories::get_name(&mut tx, repository).await?;
    tx.commit().await?;
    let Some(name) = name else { return Ok(()) };
    let mut outcome = Ok(());
    for pull_request in unread {
        outcome = read(tools, &name, &pull_request).await;
        if outcome.is_err() {
            break;
        }
    }
    // What was read before it broke off is read.
    rescore_changed::request(tools, repository, None).await?;
    outcome
}

/// Of the members of every institution that tracks the repository, each once.
async fn list(tools: &Tools, repository: RepositoryId) -> Result<BTreeSet<Unread>, Failure> {
    let mut tx = tools.db.begin_as_operator().await?;
    let institutions = db::institutions::list(&mut tx).await?;
    tx.commit().await?;
    let mut unread = BTreeSet::new();
    for institution in institutions {
        let mut tx = tools.db.begin_as(institution.id).await?;
        unread.extend(contributions::list_unread(&mut tx, repository).await?);
        tx.commit().await?;
    }
    Ok(unread)
}

async fn read(tools: &Tools, name: &FullName, unread: &Unread) -> Result<(), Failure> {
    let files = match tools.github.patches(name, unread.number).await {
        Err(github::Error::NotFound { .. } | github::Error::Gone { .. } | github::Error::Blocked { .. }) => {
            tracing::warn!(repository = %name, number = unread.number, "GitHub does not show the text of this change any more");
            return Ok(());
        }
        // It is about this one alone, and must not keep the later ones from being read: the next fetch asks again.
        Err(error @ (github::Error::Status { .. } | github::Error::Protocol { .. })) => {
            tracing::warn!(repository = %name, number = unread.number, %error, "the text of this change cannot be read");
            return Ok(());
        }
        files => files?,
    };
    let diff::Reading { unchanged_lines, unread_lines, fingerprint } = diff::read(&files);
    let mut tx = tools.db.begin_refetchable().await?;
    contributions::put_reading(&mut tx, unread, (unchanged_lines, unread_lines), fingerprint).await?;
    tx.commit().await?;
    Ok(())
}

async fn put_off(tools: &Tools, job: &ReadChanges, until: chrono::DateTime<chrono::Utc>) -> Result<(), db::Error> {
    let mut tx = tools.db.begin().await?;
    db::queue::enqueue(&mut tx, job, Some(until)).await?;
    tx.commit().await
}
