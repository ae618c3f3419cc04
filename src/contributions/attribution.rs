//! Whose work it is, and which other people stand behind it: by numeric account id alone.
//! It must not take a name, a login or an address for a person, nor a machine for a witness.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use crate::model::{
    account::{Account, AccountId, AccountKind},
    github::{Commit, PullRequest, PullRequestState, ReviewState},
};

/// The humans other than the author who merged the pull request or whose approval of it stands, by id.
///
/// An approval stands while it is the last word of its reviewer: a later request for changes or a dismissal takes it away, a later
/// comment does not. A merger whom GitHub does not name confirms nothing.
pub(super) fn confirmed_by(pull_request: &PullRequest) -> Vec<AccountId> {
    let author = pull_request.author.as_ref().map(|account| account.id);
    let merger = pull_request.merged_by.as_ref().filter(|_| pull_request.state == PullRequestState::Merged);
    let confirming: BTreeSet<AccountId> = merger
        .into_iter()
        .chain(standing_approvals(pull_request))
        .filter(|account| is_human(account) && Some(account.id) != author)
        .map(|account| account.id)
        .collect();
    confirming.into_iter().collect()
}

fn standing_approvals(pull_request: &PullRequest) -> impl Iterator<Item = &Account> {
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
    last_words.into_values().filter(|(_, _, state, _)| *state == ReviewState::Approved).map(|(_, _, _, account)| account)
}

/// Somebody who can answer for a confirmation. Anyone who imports a repository makes mannequins, and an organisation is not a person.
fn is_human(account: &Account) -> bool {
    matches!(account.kind, AccountKind::User | AccountKind::EnterpriseUser) && !account.is_bot()
}

/// The git author's account: the first author's, where an account claims the address.
pub(super) fn author(commit: &Commit) -> Option<&Account> {
    commit.authors.first().and_then(|author| author.account.as_ref())
}

/// The accounts of all authors of some commits but one account, by id.
pub(super) fn co_authors(commits: &[Commit], author: Option<AccountId>) -> Vec<AccountId> {
    let accounts = commits.iter().flat_map(|commit| &commit.authors).filter_map(|author| author.account.as_ref());
    let ids: BTreeSet<AccountId> = accounts.map(|account| account.id).filter(|id| Some(*id) != author).collect();
    ids.into_iter().collect()
}
