//! Everybody whom a page names.
//! It must not make anybody up: a deleted account is nobody.

use std::collections::BTreeMap;

use crate::model::{
    account::{Account, AccountId},
    github::{Batch, Commit, Issue, PullRequest},
};

/// Each account once, as it was seen last, by id.
pub(super) fn seen(batch: &Batch) -> Vec<Account> {
    let mut people = People::default();
    batch.pull_requests.iter().for_each(|pull_request| people.of_pull_request(pull_request));
    batch.issues.iter().for_each(|issue| people.of_issue(issue));
    batch.commits.iter().for_each(|commit| people.of_commit(commit));
    batch.releases.iter().for_each(|release| people.see(&release.author));
    people.0.into_values().cloned().collect()
}

#[derive(Default)]
struct People<'a>(BTreeMap<AccountId, &'a Account>);

impl<'a> People<'a> {
    fn see(&mut self, account: &'a Option<Account>) {
        if let Some(account) = account {
            self.0.insert(account.id, account);
        }
    }

    fn of_pull_request(&mut self, pull_request: &'a PullRequest) {
        self.see(&pull_request.author);
        self.see(&pull_request.merged_by);
        pull_request.commits.iter().for_each(|commit| self.of_commit(commit));
        for review in &pull_request.reviews {
            self.see(&review.author);
            review.comments.iter().for_each(|comment| self.see(&comment.author));
        }
        pull_request.comments.iter().for_each(|comment| self.see(&comment.author));
    }

    fn of_issue(&mut self, issue: &'a Issue) {
        self.see(&issue.author);
        self.see(&issue.closed_by);
        issue.closed_by_pull_request.iter().for_each(|closing| self.see(&closing.author));
        issue.comments.iter().for_each(|comment| self.see(&comment.author));
    }

    fn of_commit(&mut self, commit: &'a Commit) {
        commit.authors.iter().for_each(|author| self.see(&author.account));
        commit.brought_by.iter().for_each(|bringing| self.see(&bringing.author));
    }
}
