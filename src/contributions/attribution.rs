//! Whose work it is, and which other people stand behind it: by numeric account id alone.
//! It must not take a name, a login or an address for a person, nor a machine for a witness.
//!
//! One limit is git's: a commit's author is whoever its author line names, and GitHub maps that address to an account without asking. A
//! commit can name somebody who never saw it. So nobody earns by a commit's author lines alone: they only back a share that people state.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use crate::model::{
    account::{Account, AccountId, AccountKind},
    github::{Commit, Issue, PullRequest, PullRequestState, Review, ReviewState},
};

/// The humans other than the author who merged the pull request or whose approval of it stands, by id, and since when their word stands.
///
/// An approval stands while it is the last word of its reviewer: a later request for changes or a dismissal takes it away, a later
/// comment does not. A merger whom GitHub does not name confirms nothing.
pub(super) fn confirmations(pull_request: &PullRequest) -> BTreeMap<AccountId, DateTime<Utc>> {
    let merger = pull_request.merged_by.as_ref().zip(pull_request.merged_at);
    let merger = merger.filter(|_| pull_request.state == PullRequestState::Merged);
    let mut confirming = BTreeMap::new();
    for (account, at) in merger.into_iter().chain(standing_approvals(pull_request)).filter(|(account, _)| is_other(account, pull_request)) {
        let since = confirming.entry(account.id).or_insert(at);
        *since = at.min(*since);
    }
    confirming
}

fn standing_approvals(pull_request: &PullRequest) -> impl Iterator<Item = (&Account, DateTime<Utc>)> {
    let mut last_words: BTreeMap<AccountId, (DateTime<Utc>, i64, ReviewState, &Account)> = BTreeMap::new();
    for review in &pull_request.reviews {
        let decides = matches!(review.state, ReviewState::Approved | ReviewState::ChangesRequested | ReviewState::Dismissed);
        let (true, Some(account), Some(at)) = (decides, &review.author, review.submitted_at) else { continue };
        let word = (at, review.github_id, review.state, account);
        let last = last_words.entry(account.id).or_insert(word);
        if (last.0, last.1) < (word.0, word.1) {
            *last = word;
        }
    }
    last_words.into_values().filter(|(_, _, state, _)| *state == ReviewState::Approved).map(|(at, _, _, account)| (account, at))
}

/// How many submitted reviews other humans gave it, whatever they said.
pub(super) fn reviews_by_others(pull_request: &PullRequest) -> usize {
    let is_submitted = |review: &&Review| review.state != ReviewState::Pending;
    let authors = pull_request.reviews.iter().filter(is_submitted).filter_map(|review| review.author.as_ref());
    authors.filter(|account| is_other(account, pull_request)).count()
}

/// The author of the merged pull request that closed an issue, where that is a human and not the issue's own author.
pub(super) fn closed_by_work_of(issue: &Issue) -> Option<AccountId> {
    let closing = issue.closed_by_pull_request.as_ref().filter(|closing| closing.is_merged)?;
    let author = closing.author.as_ref().filter(|author| is_human(author))?;
    (issue.author.as_ref().map(|account| account.id) != Some(author.id)).then_some(author.id)
}

fn is_other(account: &Account, pull_request: &PullRequest) -> bool {
    is_human(account) && Some(account.id) != pull_request.author.as_ref().map(|author| author.id)
}

/// Somebody who can answer for a confirmation. Anyone who imports a repository makes mannequins, and an organisation is not a person.
fn is_human(account: &Account) -> bool {
    matches!(account.kind, AccountKind::User | AccountKind::EnterpriseUser) && !account.is_bot()
}

/// The git author's account: the first author's, where an account claims the address.
pub(super) fn author(commit: &Commit) -> Option<&Account> {
    commit.authors.first().and_then(|author| author.account.as_ref())
}

/// The accounts that are the first author of one of some commits, by id.
pub(super) fn committers(commits: &[Commit]) -> Vec<AccountId> {
    let ids: BTreeSet<AccountId> = commits.iter().filter_map(author).map(|account| account.id).collect();
    ids.into_iter().collect()
}

/// The accounts that only the lines below a commit's message name (`Co-authored-by`), by id.
pub(super) fn named_besides(commits: &[Commit]) -> Vec<AccountId> {
    let accounts = commits.iter().flat_map(|commit| commit.authors.iter().skip(1)).filter_map(|author| author.account.as_ref());
    let ids: BTreeSet<AccountId> = accounts.map(|account| account.id).collect();
    ids.into_iter().collect()
}

/// The accounts of all authors of some commits but one account, by id.
pub(super) fn co_authors(commits: &[Commit], author: Option<AccountId>) -> Vec<AccountId> {
    let accounts = commits.iter().flat_map(|commit| &commit.authors).filter_map(|author| author.account.as_ref());
    let ids: BTreeSet<AccountId> = accounts.map(|account| account.id).filter(|id| Some(*id) != author).collect();
    ids.into_iter().collect()
}
