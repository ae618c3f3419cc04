//! Everything that changed in a repository since a moment, page by page: pull requests, issues, commits, releases.
//! It must not say "complete" before the last page of the last family has arrived.
//!
//! Not noticed, because GitHub shows it nowhere cheaply: what was deleted or transferred away, and edits that leave an item's
//! `updatedAt` alone. Commits that a force push took off the branch stay known.

use std::collections::{HashSet, VecDeque};

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    client::Client,
    commits,
    error::Error,
    issues, pull_requests,
    releases::{self, Reading},
    repository::Snapshot,
    sweep::Sweep,
    walk::Walk,
};
use crate::model::github::Batch;

/// GitHub's lists may lag behind its clock by some seconds, and its times are whole seconds.
const OVERLAP: TimeDelta = TimeDelta::seconds(60);

/// One family under way.
#[derive(Debug)]
enum Family {
    PullRequests(Sweep),
    Issues(Sweep),
    Commits(Walk),
    Releases(Reading),
}

impl Family {
    fn is_over(&self) -> bool {
        match self {
            Self::PullRequests(sweep) | Self::Issues(sweep) => sweep.is_over(),
            Self::Commits(walk) => walk.is_over(),
            Self::Releases(reading) => reading.is_over(),
        }
    }
}

/// What changed, to be taken page by page until there is no more.
#[derive(Debug)]
pub struct Changes {
    client: Client,
    /// The repository's node id.
    repository: String,
    families: VecDeque<Family>,
    complete_until: DateTime<Utc>,
}

impl Client {
    /// What happened in a repository since `since`: the `complete_until` of the last run that came to its end, or None for
    /// everything. `known_commits` are the commits of the default branch that runs which came to their end have brought; with
    /// every commit it must hold that commit's ancestors.
    ///
    /// A family without a change costs no request.
    pub fn changes(&self, snapshot: &Snapshot, since: Option<DateTime<Utc>>, known_commits: HashSet<String>) -> Changes {
        // Without `since` a mark only tells whether there is anything at all.
        let changed = |latest: Option<DateTime<Utc>>| latest.is_some_and(|latest| since.is_none_or(|since| latest >= since));
        let mut families = VecDeque::new();
        if changed(snapshot.latest.pull_request) {
            families.push_back(Family::PullRequests(Sweep::new(since, pull_requests::PAGE)));
        }
        if changed(snapshot.latest.issue) {
            families.push_back(Family::Issues(Sweep::new(since, issues::PAGE)));
        }
        families.push_back(Family::Commits(Walk::new(snapshot.facts.head.as_deref(), known_commits)));
        if changed(snapshot.latest.release) {
            families.push_back(Family::Releases(Reading::new(since)));
        }
        Changes { client: self.clone(), repository: snapshot.node.clone(), families, complete_until: snapshot.at - OVERLAP }
    }
}

impl Changes {
    /// The next page, whole, with everything that belongs to its items; None when all has arrived. After an error the same page
    /// can be asked for again.
    pub async fn next(&mut self) -> Result<Option<Batch>, Error> {
        while let Some(family) = self.families.front_mut() {
            if family.is_over() {
                self.families.pop_front();
                continue;
            }
            let batch = match family {
                Family::PullRequests(sweep) => pull_requests::next_page(&self.client, &self.repository, sweep).await?,
                Family::Issues(sweep) => issues::next_page(&self.client, &self.repository, sweep).await?,
                Family::Commits(walk) => commits::next_page(&self.client, &self.repository, walk).await?,
                Family::Releases(reading) => releases::next_page(&self.client, &self.repository, reading).await?,
            };
            if batch.items() > 0 {
                return Ok(Some(batch));
            }
        }
        Ok(None)
    }

    /// Everything that happened before this moment of GitHub's clock has been delivered. None until `next` has said that all
    /// has arrived. It is what the next run takes for `since`.
    pub fn complete_until(&self) -> Option<DateTime<Utc>> {
        self.families.is_empty().then_some(self.complete_until)
    }
}
