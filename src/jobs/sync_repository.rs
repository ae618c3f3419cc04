//! Fetches one repository and stores what it brought: page by page, and complete only when everything is there.
//! It must not move the watermark after a partial fetch, nor write a row that has not changed.

use std::collections::HashSet;

use super::{Attempt, Failure, Tools, rescore_changed};
use crate::{
    contributions,
    db::{
        self, repositories, syncs,
        visibility::{self, Standing},
    },
    github::Snapshot,
    model::{
        github::{Batch, Commit, RepositoryFacts},
        ids::{InstitutionId, RepositoryId},
        job::{ReadChanges, SyncRepository},
    },
};

/// One try. A failed one leaves its reason where people look for it.
pub(super) async fn run(tools: &Tools, job: &SyncRepository, attempt: Attempt) -> Result<(), String> {
    let Some(ground) = take(tools, job).await.map_err(|error| error.to_string())? else { return Ok(()) };
    match fetch(tools, &ground).await {
        // What was fetched is stored, whatever comes of asking: the nightly check asks again.
        Ok(()) => rescore_changed::request(tools, job.repository_id, Some(job.sync_id)).await.map_err(|error| error.to_string()),
        Err(failure) => settle(tools, job, &ground.held, attempt, failure).await,
    }
}

async fn take(tools: &Tools, job: &SyncRepository) -> Result<Option<syncs::Ground>, db::Error> {
    let mut tx = tools.db.begin().await?;
    let ground = syncs::take(&mut tx, job.repository_id, job.sync_id, tools.clock.now()).await?;
    tx.commit().await?;
    Ok(ground)
}

async fn fetch(tools: &Tools, ground: &syncs::Ground) -> Result<(), Failure> {
    // A count of its own: other syncs of this worker share the connection, not the bill.
    let github = tools.github.counting_afresh();
    let snapshot = github.repository(&ground.full_name).await?;
    let known_commits = claim(tools, ground, &snapshot).await?;
    let mut store = Store::new(tools, ground.held, total(&snapshot)?);
    let mut changes = github.changes(&snapshot, ground.synced_until, known_commits);
    let mut commits: Vec<Commit> = Vec::new();
    while let Some(mut batch) = changes.next().await? {
        let items = batch.items();
        // A walk over commits stops at those that are stored, so all of a walk are stored, or none: see list_commits.
        commits.append(&mut batch.commits);
        store.page(batch, items, github.requests()).await?;
    }
    let complete_until =
        changes.complete_until().ok_or_else(|| Failure::Retry("the fetch ended before everything had arrived".to_owned()))?;
    let rest = Batch { commits, ..Batch::default() };
    store.end(rest, &snapshot, complete_until, github.requests()).await
}

/// Makes the repository this row's before anything of it is stored: no row of facts is without its owner, and no institution has it twice.
async fn claim(tools: &Tools, ground: &syncs::Ground, snapshot: &Snapshot) -> Result<HashSet<String>, Failure> {
    let facts = &snapshot.facts;
    let owner = if facts.is_private { Some(owner(tools, ground, snapshot).await?) } else { None };
    refuse_another(ground, facts)?;
    refuse_twice(tools, ground, facts).await?;
    let mut tx = tools.db.begin().await?;
    match syncs::claim(&mut tx, &ground.held, facts, owner).await {
        // Another institution was first.
        Err(error) if is_of(&error, "repositories_private") => return Err(unseen(ground, snapshot)),
        // Another fetch shares it at this moment: then ours is a copy.
        Err(error) if ground.only_for.is_some() && is_of(&error, "repositories_shared") => {
            return Err(Failure::Retry(error.to_string()));
        }
        Err(db::Error::Conflict { .. }) => return Err(registered_already(facts)),
        claimed => claimed?,
    }
    let known_commits = db::contributions::list_commits(&mut tx, ground.held.repository).await?;
    tx.commit().await?;
    // Once more: of two that claimed it at once, one at least sees the other.
    refuse_twice(tools, ground, facts).await?;
    Ok(known_commits)
}

/// No institution has it under two names: all in it would count twice.
async fn refuse_twice(tools: &Tools, ground: &syncs::Ground, facts: &RepositoryFacts) -> Result<(), Failure> {
    let Some(institution) = ground.only_for else { return Ok(()) };
    let mut tx = tools.db.begin_as(institution).await?;
    let twice = repositories::is_tracked_by_another_row(&mut tx, ground.held.repository, Some(facts.github_id)).await?;
    tx.commit().await?;
    if twice { Err(registered_already(facts)) } else { Ok(()) }
}

fn is_of(error: &db::Error, index: &str) -> bool {
    matches!(error, db::Error::Conflict { constraint } if constraint == index)
}

/// Whose a private repository is: the institution's that was first to have it fetched. To all others it is what GitHub does not have.
async fn owner(tools: &Tools, ground: &syncs::Ground, snapshot: &Snapshot) -> Result<InstitutionId, Failure> {
    let mut tx = tools.db.begin().await?;
    let standing = visibility::shut(&mut tx, ground.held.repository, snapshot.facts.github_id).await?;
    tx.commit().await?;
    let owner = match standing {
        Standing::Owned(institution) => Some(institution),
        Standing::Shared => only_registrant(tools, ground.held.repository).await?,
        Standing::Nobodys => None,
    };
    owner.ok_or_else(|| unseen(ground, snapshot))
}

/// The one institution that ever registered this row. `None`: there are several.
async fn only_registrant(tools: &Tools, repository: RepositoryId) -> Result<Option<InstitutionId>, Failure> {
    let mut tx = tools.db.begin_as_operator().await?;
    let institutions = db::institutions::list(&mut tx).await?;
    tx.commit().await?;
    let mut found = Vec::new();
    for institution in institutions {
        let mut tx = tools.db.begin_as(institution.id).await?;
        if visibility::has_registered(&mut tx, repository).await? {
            found.push(institution.id);
        }
        tx.commit().await?;
    }
    Ok(if let [only] = found[..] { Some(only) } else { None })
}

/// Word for word what comes of a name that nobody has: that there is something to be seen is not said.
fn unseen(ground: &syncs::Ground, snapshot: &Snapshot) -> Failure {
    snapshot.unseen(&ground.full_name).into()
}

fn registered_already(facts: &RepositoryFacts) -> Failure {
    Failure::Permanent(format!(
        "this repository is registered already, under the name {} or a former one: remove this one and add {0}",
        facts.full_name
    ))
}

/// What has passed to another repository must not be fetched, however well it can be.
fn refuse_another(ground: &syncs::Ground, facts: &RepositoryFacts) -> Result<(), Failure> {
    match ground.github_id {
        Some(known) if known != facts.github_id => Err(Failure::Permanent(format!(
            "{} is another repository now (GitHub's id {}) than the one that was registered ({known}): register it anew",
            facts.full_name, facts.github_id
        ))),
        _ => Ok(()),
    }
}

/// How much there is to look at; reviews and comments come on top, so a sync fetches more than this.
fn total(snapshot: &Snapshot) -> Result<i64, Failure> {
    let totals = &snapshot.totals;
    count(totals.pull_requests.saturating_add(totals.issues).saturating_add(totals.commits).saturating_add(totals.releases))
}

fn count(number: u64) -> Result<i64, Failure> {
    i64::try_from(number).map_err(|_| Failure::Permanent(format!("{number} is more than can be counted")))
}

/// Where the pages of one sync go.
struct Store<'a> {
    tools: &'a Tools,
    held: syncs::Held,
    fetched: i64,
    total: i64,
    /// Requests that the sync's row knows of already.
    requests_told: u64,
}

impl<'a> Store<'a> {
    fn new(tools: &'a Tools, held: syncs::Held, total: i64) -> Self {
        Self { tools, held, fetched: 0, total, requests_told: 0 }
    }

    /// Stores a page and shows the progress, both or neither.
    async fn page(&mut self, batch: Batch, items: usize, requests: u64) -> Result<(), Failure> {
        self.fetched += i64::try_from(items).map_err(|e| Failure::Permanent(e.to_string()))?;
        let prepared = self.prepare(batch)?;
        // Should it be lost in a crash, the sync is still under way and fetches it again; its end is committed for good.
        let mut tx = self.tools.db.begin_refetchable().await?;
        let written = self.write(&mut tx, &prepared).await?;
        self.advance(&mut tx, written, requests).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Stores the rest, the repository's own facts and its watermark, closes the sync, and asks for the text of what members had merged:
    /// all of it or nothing.
    async fn end(
        &mut self,
        rest: Batch,
        snapshot: &Snapshot,
        complete_until: chrono::DateTime<chrono::Utc>,
        requests: u64,
    ) -> Result<(), Failure> {
        let prepared = self.prepare(rest)?;
        let evidence = contributions::compress(&snapshot.facts.evidence);
        let mut tx = self.tools.db.begin().await?;
        let items = self.write(&mut tx, &prepared).await?;
        let facts = syncs::put_facts(&mut tx, &self.held, &snapshot.facts, &evidence).await?;
        self.advance(&mut tx, items + facts, requests).await?;
        syncs::finish(&mut tx, &self.held, complete_until, self.tools.clock.now()).await?;
        db::queue::enqueue(&mut tx, &ReadChanges { repository_id: self.held.repository }, None).await?;
        tx.commit().await?;
        Ok(())
    }

    fn prepare(&self, batch: Batch) -> Result<contributions::Prepared, Failure> {
        contributions::prepare(self.held.repository, batch).map_err(|e| Failure::Permanent(e.to_string()))
    }

    async fn write(&self, tx: &mut db::Tx, prepared: &contributions::Prepared) -> Result<u64, Failure> {
        let now = self.tools.clock.now();
        let accounts = db::accounts::insert_batch(tx, &prepared.accounts, now).await?;
        Ok(accounts + db::contributions::insert_batch(tx, &prepared.records, now).await?)
    }

    async fn advance(&mut self, tx: &mut db::Tx, written: u64, requests: u64) -> Result<(), Failure> {
        let progress = syncs::Progress {
            fetched: self.fetched,
            total: Some(self.total),
            requests: count(requests - self.requests_told)?,
            written: count(written)?,
        };
        self.requests_told = requests;
        Ok(syncs::advance(tx, &self.held, progress).await?)
    }
}

/// Puts a failed try back, or closes the sync, with the reason; an error says that the queue is to try again.
async fn settle(tools: &Tools, job: &SyncRepository, held: &syncs::Held, attempt: Attempt, failure: Failure) -> Result<(), String> {
    let told = async {
        let mut tx = tools.db.begin().await?;
        let again = match failure {
            Failure::TakenOver => return Err(db::Error::TakenOver),
            Failure::Later { until, why } => {
                syncs::postpone(&mut tx, held, &why).await?;
                db::queue::enqueue(&mut tx, job, Some(until)).await?;
                None
            }
            Failure::Retry(why) if !attempt.is_last => {
                syncs::postpone(&mut tx, held, &why).await?;
                Some(why)
            }
            Failure::Retry(why) | Failure::Permanent(why) => {
                syncs::fail(&mut tx, held, &why, tools.clock.now()).await?;
                None
            }
        };
        tx.commit().await?;
        Ok(again)
    };
    match told.await {
        Ok(None) => Ok(()),
        Ok(Some(why)) => Err(why),
        Err(db::Error::TakenOver) => {
            tracing::warn!(repository = %held.repository, sync = %held.sync, "another worker has taken this fetch over: nothing of this try was written since");
            Ok(())
        }
        Err(error) => Err(error.to_string()),
    }
}
