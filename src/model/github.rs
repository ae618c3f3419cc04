//! What a fetch brings: GitHub's facts as bare values, each with the raw evidence that it was read from.
//! It must not know GraphQL or HTTP, and must not interpret: absent stays absent.

use chrono::{DateTime, Utc};

use super::{
    account::{Account, AccountId},
    repository::FullName,
};

/// The JSON that GitHub sent for one item, as it came (several pieces when its nested lists ran over a page).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Evidence(pub Vec<String>);

/// The repository itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepositoryFacts {
    pub github_id: i64,
    pub full_name: FullName,
    pub owner: Option<AccountId>,
    pub is_private: bool,
    pub is_fork: bool,
    pub is_archived: bool,
    pub is_disabled: bool,
    pub created_at: DateTime<Utc>,
    pub pushed_at: Option<DateTime<Utc>>,
    /// SPDX id; absent where GitHub found no licence.
    pub license: Option<String>,
    pub default_branch: Option<String>,
    /// The commit at the tip of the default branch; absent in an empty repository.
    pub head: Option<String>,
    pub evidence: Evidence,
}

/// One whole page of a fetch.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Batch {
    pub pull_requests: Vec<PullRequest>,
    pub issues: Vec<Issue>,
    pub commits: Vec<Commit>,
    pub releases: Vec<Release>,
}

impl Batch {
    /// How many items are in it, nested ones counted.
    pub fn items(&self) -> usize {
        let pull_requests: usize =
            self.pull_requests.iter().map(|p| 1 + p.comments.len() + p.reviews.iter().map(|r| 1 + r.comments.len()).sum::<usize>()).sum();
        let issues: usize = self.issues.iter().map(|i| 1 + i.comments.len()).sum();
        pull_requests + issues + self.commits.len() + self.releases.len()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PullRequestState {
    Open,
    Closed,
    Merged,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PullRequest {
    pub github_id: i64,
    pub number: i64,
    pub url: String,
    pub title: String,
    /// Absent when the account was deleted.
    pub author: Option<Account>,
    /// GitHub's word: `MEMBER`, `CONTRIBUTOR`, `FIRST_TIME_CONTRIBUTOR`, …
    pub author_association: String,
    pub state: PullRequestState,
    pub is_draft: bool,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub closed_at: Option<DateTime<Utc>>,
    pub merged_at: Option<DateTime<Utc>>,
    pub merged_by: Option<Account>,
    pub base: String,
    /// The branch that it comes from, and the commit at its tip.
    pub head: String,
    pub head_commit: String,
    pub body: String,
    /// `owner/name` of the repository it comes from; absent when that was deleted.
    pub head_repository: Option<String>,
    pub labels: Vec<String>,
    pub additions: Option<i64>,
    pub deletions: Option<i64>,
    /// Absent when GitHub gives no list (a diff too large, or the data is gone).
    pub files: Option<Vec<ChangedFile>>,
    pub commits: Vec<Commit>,
    /// How many commits it has: GitHub lists at most 250.
    pub commit_count: i64,
    /// The issues that its merge closes.
    pub closes: Vec<IssueReference>,
    pub reviews: Vec<Review>,
    pub comments: Vec<Comment>,
    pub evidence: Evidence,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedFile {
    pub path: String,
    pub additions: i64,
    pub deletions: i64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssueReference {
    /// `owner/name` of the issue's repository.
    pub repository: String,
    pub number: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ReviewState {
    Pending,
    Commented,
    Approved,
    ChangesRequested,
    Dismissed,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    pub github_id: i64,
    pub url: String,
    pub author: Option<Account>,
    pub state: ReviewState,
    pub created_at: DateTime<Utc>,
    /// Absent while the review is pending.
    pub submitted_at: Option<DateTime<Utc>>,
    pub body_length: i64,
    pub comments: Vec<Comment>,
    pub evidence: Evidence,
}

/// A comment of a review, or of the conversation of an issue or a pull request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    pub github_id: i64,
    pub url: String,
    pub author: Option<Account>,
    pub created_at: DateTime<Utc>,
    pub body_length: i64,
    pub evidence: Evidence,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum IssueState {
    Open,
    Closed,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    pub github_id: i64,
    pub number: i64,
    pub url: String,
    pub title: String,
    pub author: Option<Account>,
    pub author_association: String,
    pub state: IssueState,
    /// GitHub's word, in lower case: `completed`, `not_planned`, `duplicate`, `reopened`.
    pub state_reason: Option<String>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub closed_at: Option<DateTime<Utc>>,
    /// Who closed it last, and the pull request of its repository that did (or brought the commit that did), where there was one.
    pub closed_by: Option<Account>,
    pub closed_by_pull_request: Option<ClosingPullRequest>,
    pub labels: Vec<String>,
    pub comments: Vec<Comment>,
    pub evidence: Evidence,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClosingPullRequest {
    pub number: i64,
    pub author: Option<Account>,
    pub is_merged: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// The full object id.
    pub oid: String,
    pub url: String,
    pub headline: String,
    pub committed_at: DateTime<Utc>,
    pub authored_at: DateTime<Utc>,
    /// The git author first, then each `Co-authored-by`. An author whose address no account claims has no account.
    pub authors: Vec<CommitAuthor>,
    /// Absent where GitHub gives none, and in the commits of a pull request, where they are not asked for.
    pub additions: Option<i64>,
    pub deletions: Option<i64>,
    /// Ids of the parents: more than one is a merge.
    pub parents: Vec<String>,
    /// The merged pull request of its repository that brought it to the default branch. Absent: none did, and in the commits of a pull
    /// request, where it is not asked for.
    pub brought_by: Option<Bringing>,
    pub evidence: Evidence,
}

/// A merged pull request, as a commit knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bringing {
    pub number: i64,
    pub author: Option<Account>,
    pub created_at: DateTime<Utc>,
    pub merged_at: DateTime<Utc>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitAuthor {
    pub name: Option<String>,
    pub account: Option<Account>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    pub github_id: i64,
    pub url: String,
    pub tag: String,
    pub name: Option<String>,
    pub author: Option<Account>,
    pub is_draft: bool,
    pub is_prerelease: bool,
    pub created_at: DateTime<Utc>,
    pub published_at: Option<DateTime<Utc>>,
    pub evidence: Evidence,
}

/// A changed file with the text of its change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilePatch {
    pub path: String,
    pub additions: i64,
    pub deletions: i64,
    /// Hunks of a unified diff, without the lines above them. Absent for what is no text and for what is too large.
    pub patch: Option<String>,
}
