//! A repository of the world: its numbers, its commits and what they stand on.
//! It must not give out a number twice.

use std::collections::{BinaryHeap, HashSet};

use chrono::{DateTime, Utc};
use sha2::{Digest as _, Sha256};

use super::world::{Commit, FIRST_REPOSITORY, GitAuthor, Issue, Lines, PullRequest, Repository};

impl Repository {
    /// A number for the next thing in it. Unlike GitHub's, numbers of two kinds are never equal.
    pub fn next_id(&mut self) -> i64 {
        self.last_id += 1;
        self.last_id
    }

    /// Issues and pull requests count together.
    pub fn next_number(&self) -> i64 {
        let pull_requests = self.pull_requests.iter().map(|pull_request| pull_request.number);
        pull_requests.chain(self.issues.iter().map(|issue| issue.number)).max().unwrap_or(0) + 1
    }

    /// A release's number still has 32 bits.
    pub fn next_release_id(&self) -> i64 {
        let first = 100_000_000 + (self.id - FIRST_REPOSITORY) * 10_000;
        self.releases.iter().map(|release| release.id).max().map_or(first, |last| last + 1)
    }

    pub fn pull_request(&self, number: i64) -> Option<&PullRequest> {
        self.pull_requests.iter().find(|pull_request| pull_request.number == number)
    }

    /// The merged pull request that brought a commit: among its own, or as what its merge left.
    pub fn bringing(&self, oid: &str) -> Option<&PullRequest> {
        let brought = |it: &&PullRequest| it.merge_commit.as_deref() == Some(oid) || it.commits.iter().any(|its| its == oid);
        self.pull_requests.iter().filter(|it| it.merged_at.is_some()).find(brought)
    }

    pub fn issue(&self, number: i64) -> Option<&Issue> {
        self.issues.iter().find(|issue| issue.number == number)
    }

    /// Adds a commit without moving the branch, and names it.
    pub fn add_commit(
        &mut self,
        at: DateTime<Utc>,
        headline: &str,
        authors: Vec<GitAuthor>,
        lines: Option<Lines>,
        parents: Vec<String>,
    ) -> String {
        let nth = self.commits.len();
        let mut oid = hex::encode(Sha256::digest(format!("{} {nth}", self.id)));
        oid.truncate(40);
        let commit =
            Commit { oid: oid.clone(), nth, headline: headline.to_owned(), committed_at: at, authored_at: at, authors, lines, parents };
        self.commits.insert(oid.clone(), commit);
        oid
    }

    /// Moves the default branch.
    pub fn push(&mut self, oid: &str, at: DateTime<Utc>) {
        self.head = Some(oid.to_owned());
        self.pushed_at = self.pushed_at.max(Some(at));
    }

    /// Everything that a commit stands on, itself first, newest first: `git log`.
    pub fn history(&self, from: &str) -> Vec<&Commit> {
        let mut seen = HashSet::new();
        let mut waiting = BinaryHeap::new();
        let mut found = Vec::new();
        let mut reach = |oid: &str, waiting: &mut BinaryHeap<_>| {
            if let Some(commit) = self.commits.get(oid).filter(|commit| seen.insert(commit.nth)) {
                waiting.push((commit.committed_at, commit.nth, commit.oid.as_str()));
            }
        };
        reach(from, &mut waiting);
        while let Some((_, _, oid)) = waiting.pop() {
            let Some(commit) = self.commits.get(oid) else { continue };
            commit.parents.iter().for_each(|parent| reach(parent, &mut waiting));
            found.push(commit);
        }
        found
    }

    /// What the default branch stands on.
    pub fn branch(&self) -> Vec<&Commit> {
        self.head.as_deref().map(|head| self.history(head)).unwrap_or_default()
    }
}
