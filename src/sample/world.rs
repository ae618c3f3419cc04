//! The facts of an invented GitHub, as plain values.
//! It must not answer questions about them in GitHub's words: that is `graphql`.

use std::collections::BTreeMap;

use chrono::{DateTime, SubsecRound as _, Utc};

use crate::model::{
    account::{AccountId, AccountKind},
    github::{ChangedFile, IssueState, PullRequestState, ReviewState},
    repository::FullName,
};

pub(super) const FIRST_REPOSITORY: i64 = 810_000_000;

/// Everything there is. `now` is the world's own clock: nothing in it reads another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct World {
    pub now: DateTime<Utc>,
    pub people: BTreeMap<AccountId, Person>,
    pub repositories: Vec<Repository>,
    last_account: i64,
    last_repository: i64,
}

/// An account: a person, a bot or an organisation. Who is referred to and not among the people was deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub id: AccountId,
    pub login: String,
    pub kind: AccountKind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repository {
    pub id: i64,
    pub name: FullName,
    /// Names that GitHub still answers with this repository.
    pub former_names: Vec<FullName>,
    pub owner: AccountId,
    pub is_private: bool,
    pub is_fork: bool,
    pub is_archived: bool,
    pub created_at: DateTime<Utc>,
    pub pushed_at: Option<DateTime<Utc>>,
    /// SPDX id.
    pub license: Option<String>,
    pub default_branch: String,
    /// The tip of the default branch; absent while the repository is empty.
    pub head: Option<String>,
    /// By object id: those of the default branch and those of pull requests.
    pub commits: BTreeMap<String, Commit>,
    pub pull_requests: Vec<PullRequest>,
    pub issues: Vec<Issue>,
    pub releases: Vec<Release>,
    pub(super) last_id: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lines {
    pub additions: i64,
    pub deletions: i64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PullRequest {
    pub id: i64,
    pub number: i64,
    pub title: String,
    pub author: Option<AccountId>,
    /// GitHub's word.
    pub association: String,
    pub state: PullRequestState,
    pub is_draft: bool,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub closed_at: Option<DateTime<Utc>>,
    pub merged_at: Option<DateTime<Utc>>,
    pub merged_by: Option<AccountId>,
    pub base: String,
    /// The branch that it comes from.
    pub head: String,
    pub body: String,
    /// The commit that its merge left on the default branch, where it is known.
    pub merge_commit: Option<String>,
    /// What the patches say, by path. Where there is none, one is made of the file's numbers.
    pub patches: BTreeMap<String, String>,
    /// Absent when the fork was deleted.
    pub head_repository: Option<FullName>,
    pub labels: Vec<String>,
    /// Absent where the world does not know. GitHub's schema promises a number, so a world that is to keep to it has one.
    pub lines: Option<Lines>,
    pub changed_files: Option<i64>,
    /// Absent where GitHub gives no list.
    pub files: Option<Vec<ChangedFile>>,
    /// Object ids.
    pub commits: Vec<String>,
    pub closes: Vec<Reference>,
    pub reviews: Vec<Review>,
    pub comments: Vec<Comment>,
}

/// An issue or a pull request of some repository of the world.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reference {
    pub repository: i64,
    pub number: i64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    pub id: i64,
    pub author: Option<AccountId>,
    pub state: ReviewState,
    pub created_at: DateTime<Utc>,
    /// Absent while it is pending.
    pub submitted_at: Option<DateTime<Utc>>,
    pub body: String,
    pub comments: Vec<Comment>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    pub id: i64,
    pub author: Option<AccountId>,
    pub created_at: DateTime<Utc>,
    pub body: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StateReason {
    Completed,
    NotPlanned,
    Duplicate,
    Reopened,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    pub id: i64,
    pub number: i64,
    pub title: String,
    pub author: Option<AccountId>,
    pub association: String,
    pub state: IssueState,
    pub state_reason: Option<StateReason>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub closed_at: Option<DateTime<Utc>>,
    /// Every time that it was closed, in order.
    pub closings: Vec<Closing>,
    pub labels: Vec<String>,
    pub comments: Vec<Comment>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closing {
    pub id: i64,
    pub actor: Option<AccountId>,
    pub closer: Option<Closer>,
}

/// What closed an issue, where it was not a person's hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Closer {
    PullRequest(Reference),
    /// An object id.
    Commit(String),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    pub oid: String,
    /// How many commits the repository had before it.
    pub nth: usize,
    pub headline: String,
    pub committed_at: DateTime<Utc>,
    pub authored_at: DateTime<Utc>,
    /// The git author, then each `Co-authored-by`.
    pub authors: Vec<GitAuthor>,
    pub lines: Option<Lines>,
    pub parents: Vec<String>,
}

/// Who git says it was; the account is absent where no account claims the address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GitAuthor {
    pub name: Option<String>,
    pub account: Option<AccountId>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    pub id: i64,
    pub tag: String,
    pub name: Option<String>,
    pub author: Option<AccountId>,
    pub is_draft: bool,
    pub is_prerelease: bool,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub published_at: Option<DateTime<Utc>>,
}

impl World {
    /// An empty world. GitHub's times are whole seconds.
    pub fn new(now: DateTime<Utc>) -> Self {
        Self {
            now: now.trunc_subsecs(0),
            people: BTreeMap::new(),
            repositories: Vec::new(),
            last_account: 21_000_000,
            last_repository: FIRST_REPOSITORY,
        }
    }

    pub fn add_person(&mut self, login: &str, kind: AccountKind) -> AccountId {
        self.insert_person(AccountId(self.last_account + 1), login, kind)
    }

    /// The same under a number that is known.
    pub fn insert_person(&mut self, id: AccountId, login: &str, kind: AccountKind) -> AccountId {
        self.last_account = self.last_account.max(id.0);
        self.people.insert(id, Person { id, login: login.to_owned(), kind });
        id
    }

    /// An empty repository: no commit, so no branch.
    pub fn add_repository(&mut self, name: FullName, owner: AccountId, created_at: DateTime<Utc>) -> &mut Repository {
        self.last_repository += 1;
        let id = self.last_repository;
        let nth = self.repositories.len();
        self.repositories.push(Repository {
            id,
            name,
            former_names: Vec::new(),
            owner,
            is_private: false,
            is_fork: false,
            is_archived: false,
            created_at: created_at.trunc_subsecs(0),
            pushed_at: None,
            license: Some("Apache-2.0".to_owned()),
            default_branch: "main".to_owned(),
            head: None,
            commits: BTreeMap::new(),
            pull_requests: Vec::new(),
            issues: Vec::new(),
            releases: Vec::new(),
            // Beyond 32 bits, as GitHub's own numbers are.
            last_id: (5_000 + i64::try_from(nth).unwrap_or(0)) * 1_000_000,
        });
        &mut self.repositories[nth]
    }

    pub fn person(&self, id: AccountId) -> Option<&Person> {
        self.people.get(&id)
    }

    /// Logins know no case.
    pub fn person_called(&self, login: &str) -> Option<&Person> {
        self.people.values().find(|person| person.login.eq_ignore_ascii_case(login))
    }

    /// By its present name or else a former one. Names know no case.
    pub fn repository(&self, name: &str) -> Option<&Repository> {
        self.place(name).map(|at| &self.repositories[at])
    }

    pub(super) fn repository_mut(&mut self, name: &str) -> Option<&mut Repository> {
        self.place(name).map(|at| &mut self.repositories[at])
    }

    fn place(&self, name: &str) -> Option<usize> {
        let is = |other: &FullName| other.as_str().eq_ignore_ascii_case(name);
        let present = self.repositories.iter().position(|repository| is(&repository.name));
        present.or_else(|| self.repositories.iter().position(|repository| repository.former_names.iter().any(is)))
    }

    pub fn repository_by_id(&self, id: i64) -> Option<&Repository> {
        self.repositories.iter().find(|repository| repository.id == id)
    }
}

impl GitAuthor {
    pub fn of(person: &Person) -> Self {
        Self { name: Some(person.login.clone()), account: Some(person.id) }
    }

    /// Somebody whose address no account claims.
    pub fn stranger(name: &str) -> Self {
        Self { name: Some(name.to_owned()), account: None }
    }
}

impl Lines {
    pub fn of(files: &[ChangedFile]) -> Self {
        Self { additions: files.iter().map(|file| file.additions).sum(), deletions: files.iter().map(|file| file.deletions).sum() }
    }
}
