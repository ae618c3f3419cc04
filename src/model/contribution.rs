//! A contribution: one thing that one account did in one repository, normalised, with a natural key.
//! It must not judge: what it is worth is the policy's matter.

use chrono::{DateTime, Utc};
use rayon::slice::ParallelSliceMut as _;
use serde::{Deserialize, Serialize};

use super::{account::AccountId, ids::RepositoryId};

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, ::serde::Serialize, ::serde::Deserialize, utoipa::ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$vdoc])* $variant),+ }

        impl $name {
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($word => Ok(Self::$variant),)+
                    _ => Err(format!("`{text}` is none of {}", [$($word),+].join(", "))),
                }
            }
        }
    };
}

pub(in crate::model) use words;

words! {
    /// What kind of thing was done.
    Kind {
        PullRequest = "pull_request",
        Review = "review",
        ReviewComment = "review_comment",
        Issue = "issue",
        /// A comment in the conversation of an issue or of a pull request.
        IssueComment = "issue_comment",
        Commit = "commit",
        Release = "release",
        Discussion = "discussion",
        DiscussionComment = "discussion_comment",
    }
}

words! {
    /// How it stands. Which states a kind can have: `Kind::states`.
    State {
        Open = "open",
        /// Closed, and GitHub does not say why.
        Closed = "closed",
        Merged = "merged",
        Commented = "commented",
        Approved = "approved",
        ChangesRequested = "changes_requested",
        Dismissed = "dismissed",
        Completed = "completed",
        NotPlanned = "not_planned",
        Duplicate = "duplicate",
        Published = "published",
        Prerelease = "prerelease",
    }
}

impl Kind {
    /// The states that a contribution of this kind can be in.
    pub const fn states(self) -> &'static [State] {
        match self {
            Self::PullRequest => &[State::Open, State::Closed, State::Merged],
            Self::Review => &[State::Commented, State::Approved, State::ChangesRequested, State::Dismissed],
            Self::Issue => &[State::Open, State::Closed, State::Completed, State::NotPlanned, State::Duplicate],
            Self::Release => &[State::Published, State::Prerelease],
            Self::ReviewComment | Self::IssueComment | Self::Commit | Self::Discussion | Self::DiscussionComment => &[State::Published],
        }
    }
}

/// What makes a contribution the same one tomorrow: GitHub's numeric id in decimal, or a commit's object id.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Key {
    pub repository: RepositoryId,
    pub kind: Kind,
    pub github_id: Box<str>,
}

/// The facts that a score is made of: one row of `contributions`, less what only people read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contribution {
    pub key: Key,
    /// Who did it, by numeric id. Absent: a deleted account, or a commit whose author no account claims.
    pub account: Option<AccountId>,
    /// The account is a machine.
    pub by_bot: bool,
    pub state: State,
    /// The number of the pull request or issue that it is or belongs to; of a commit, of the pull request that brought it.
    pub number: Option<i64>,
    /// Opened, submitted, committed or published, by GitHub's clock. A commit's time is its committer's word, held between the opening and
    /// the merge of the pull request that brought it; where none did, nobody vouches for it (`number` is absent).
    pub occurred_at: DateTime<Utc>,
    /// Merged or closed, for a pull request or an issue; of a commit, when the pull request that brought it was merged.
    pub closed_at: Option<DateTime<Utc>>,
    /// The author of the pull request or issue that this belongs to; of a commit, of the pull request that brought it.
    pub parent_account: Option<AccountId>,
    /// The pull request that this belongs to was merged, or the issue was closed as completed. Absent: it belongs to nothing.
    pub parent_accepted: Option<bool>,
    /// When the pull request or issue that this belongs to was opened.
    pub parent_opened_at: Option<DateTime<Utc>>,
    /// Lines added and deleted in the pull request that this belongs to.
    pub parent_lines: Option<i64>,
    /// Humans other than the author who stand behind it, ordered, without repeats. Of a pull request: who merged it or approved it (standing
    /// approvals only). Of an issue: the author of the merged pull request that closed it.
    pub confirmed_by: Vec<AccountId>,
    pub labels: Vec<String>,
    /// Lines added and deleted in files that people write: generated, vendored and lock files left out. Absent: not known.
    pub effective_lines: Option<i64>,
    /// Lines added and deleted in all files. Absent: not known.
    pub total_lines: Option<i64>,
    /// How many files a pull request changes. Absent: not known, or not a pull request.
    pub changed_files: Option<i64>,
    /// What else is known of a pull request's change. Absent: not a pull request, or stored before this was looked at.
    pub change: Option<Box<Change>>,
    /// When a fetch found that GitHub does not show it any more. The evidence is kept.
    pub gone_at: Option<DateTime<Utc>>,
}

/// What a pull request brings, as far as fairness asks for it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Change {
    /// How many commits it has. Absent: not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commits: Option<i64>,
    /// The accounts that are the first author of one of its commits, by id.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub committers: Vec<AccountId>,
    /// The accounts that other lines of its commits name (`Co-authored-by`), by id.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub co_authors: Vec<AccountId>,
    /// How many submitted reviews other humans gave it.
    pub reviews: i64,
    /// When the first of those whose word stands (`confirmed_by`) approved or merged it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confirmed_at: Option<DateTime<Utc>>,
    /// The files that people write (documentation only where there is nothing else), each as the first 64 bits of the SHA-256 of its path, ordered, without repeats.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<i64>,
    /// It changes a file of program source: written by people, and neither documentation nor data. Absent: no list of files.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub has_source: Option<bool>,
    /// Of the effective lines, those that were only moved inside it or differ in white space alone. They are not counted in
    /// `effective_lines`. Absent: nobody read the text of the change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unchanged_lines: Option<i64>,
    /// Lines whose text GitHub does not give, because it is too large: they are effective, and nobody has read them.
    #[serde(skip_serializing_if = "is_none")]
    pub unread_lines: i64,
    /// The first 64 bits of the SHA-256 of the lines that it adds, white space apart. Absent: not read, or too few lines to say anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<i64>,
    /// Marks by which it says that a machine wrote it or helped: `branch:copilot`, `co_author:Copilot`,
    /// `commit_author:Devin`, `body:claude code`, `author:bot`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub automation: Vec<String>,
    /// The number of the pull request, in the same repository, that it reverts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reverts: Option<i64>,
    /// The object id of the commit that it reverts, where it names one and no pull request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reverts_commit: Option<String>,
    /// The commit at the tip of its branch: what was read of the text of the change holds as long as this stays.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub head: Option<String>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
const fn is_none(lines: &i64) -> bool {
    *lines == 0
}

impl Contribution {
    /// What every contribution has, and nothing more: all else is absent.
    pub const fn bare(key: Key, state: State, occurred_at: DateTime<Utc>) -> Self {
        Self {
            key,
            account: None,
            by_bot: false,
            state,
            number: None,
            occurred_at,
            closed_at: None,
            parent_account: None,
            parent_accepted: None,
            parent_opened_at: None,
            parent_lines: None,
            confirmed_by: Vec::new(),
            labels: Vec::new(),
            effective_lines: None,
            total_lines: None,
            changed_files: None,
            change: None,
            gone_at: None,
        }
    }
}

/// Contributions in the order of their accounts, so that each member's are found at once: a million take no more memory than they are long.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ByAccount(Vec<Contribution>);

impl ByAccount {
    pub fn new(mut contributions: Vec<Contribution>) -> Self {
        contributions.par_sort_unstable_by_key(|contribution| contribution.account);
        Self(contributions)
    }

    pub fn of(&self, account: AccountId) -> &[Contribution] {
        let from = self.0.partition_point(|contribution| contribution.account < Some(account));
        let rest = &self.0[from..];
        &rest[..rest.partition_point(|contribution| contribution.account == Some(account))]
    }
}

/// A contribution together with what only people read and with the evidence: what is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    pub contribution: Contribution,
    /// Where a person can look at it.
    pub url: String,
    pub title: Option<String>,
    /// `Co-authored-by` accounts of a commit, or of a pull request's commits: shown, never paid by themselves.
    pub co_authors: Vec<AccountId>,
    /// The raw JSON, compressed with zlib.
    pub evidence: Vec<u8>,
}
