//! What can be asked about: the type of each thing, the interfaces that it belongs to, and where its fields are answered.
//! It must not answer a field that GitHub does not have.

use std::rc::Rc;

use serde_json::Value;

use super::{Refusal, actors, arguments::Arguments, commits, conversations, pages::Page, pull_requests, repositories};
use crate::{
    model::{account::AccountKind, github::ChangedFile, repository::FullName},
    sample::world::{Closing, Comment, Commit, GitAuthor, Issue, Person, PullRequest, Release, Repository, Review, World},
};

#[derive(Clone)]
pub(super) enum Thing<'w> {
    Query,
    Person(&'w Person),
    Repository(&'w Repository),
    /// A repository that is known by its name alone: a fork.
    Elsewhere(&'w FullName),
    License(&'w str),
    /// The default branch.
    Branch(&'w Repository, &'w Commit),
    Commit(&'w Repository, &'w Commit),
    GitAuthor(&'w GitAuthor),
    PullRequest(&'w Repository, &'w PullRequest),
    PullRequestCommit(&'w Repository, &'w Commit),
    File(&'w ChangedFile),
    Label(&'w str),
    Review(&'w Repository, &'w PullRequest, &'w Review),
    /// What the comment hangs on, as its address has it.
    ReviewComment(&'w Repository, &'w PullRequest, &'w Comment),
    IssueComment(&'w Repository, &'w Comment, Conversation),
    Issue(&'w Repository, &'w Issue),
    Closing(&'w Repository, &'w Closing),
    Release(&'w Repository, &'w Release),
    Page(Rc<Page<'w>>),
    PageInfo(Rc<Page<'w>>),
}

/// The issue or pull request that a comment hangs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Conversation {
    Issue(i64),
    PullRequest(i64),
}

/// What a field is.
pub(super) enum Resolved<'w> {
    Leaf(Value),
    One(Thing<'w>),
    Many(Vec<Thing<'w>>),
}

impl<'w> Resolved<'w> {
    pub const NULL: Self = Self::Leaf(Value::Null);

    pub fn maybe(thing: Option<Thing<'w>>) -> Self {
        thing.map_or(Self::NULL, Self::One)
    }
}

impl<T: Into<Value>> From<T> for Resolved<'_> {
    fn from(value: T) -> Self {
        Self::Leaf(value.into())
    }
}

impl<'w> Thing<'w> {
    pub fn typename(&self) -> &'static str {
        match self {
            Self::Query => "Query",
            Self::Person(person) => actors::typename(person.kind),
            Self::Repository(_) | Self::Elsewhere(_) => "Repository",
            Self::License(_) => "License",
            Self::Branch(..) => "Ref",
            Self::Commit(..) => "Commit",
            Self::GitAuthor(_) => "GitActor",
            Self::PullRequest(..) => "PullRequest",
            Self::PullRequestCommit(..) => "PullRequestCommit",
            Self::File(_) => "PullRequestChangedFile",
            Self::Label(_) => "Label",
            Self::Review(..) => "PullRequestReview",
            Self::ReviewComment(..) => "PullRequestReviewComment",
            Self::IssueComment(..) => "IssueComment",
            Self::Issue(..) => "Issue",
            Self::Closing(..) => "ClosedEvent",
            Self::Release(..) => "Release",
            Self::Page(page) => page.typename,
            Self::PageInfo(_) => "PageInfo",
        }
    }

    /// Whether a fragment on that type speaks of it.
    pub fn is(&self, condition: &str) -> bool {
        condition == self.typename()
            || match condition {
                "Actor" => matches!(self, Self::Person(_)),
                "RepositoryOwner" => {
                    matches!(self, Self::Person(person) if matches!(person.kind, AccountKind::User | AccountKind::Organization))
                }
                "GitObject" => matches!(self, Self::Commit(..)),
                "Labelable" | "Closable" => matches!(self, Self::Issue(..) | Self::PullRequest(..)),
                "Closer" => matches!(self, Self::Commit(..) | Self::PullRequest(..)),
                "Node" => !matches!(self, Self::Query | Self::File(_) | Self::GitAuthor(_) | Self::Page(_) | Self::PageInfo(_)),
                _ => false,
            }
    }

    /// The answer to one field; None where the type has no such field.
    pub fn field(&self, world: &'w World, name: &str, arguments: &mut Arguments) -> Result<Option<Resolved<'w>>, Refusal> {
        match self {
            Self::Query => repositories::query(world, name, arguments),
            Self::Person(person) => Ok(actors::person(person, name)),
            Self::Repository(repository) => repositories::repository(world, repository, name, arguments),
            Self::Elsewhere(full_name) => Ok((name == "nameWithOwner").then(|| full_name.as_str().into())),
            Self::License(license) => Ok((name == "spdxId").then(|| (*license).into())),
            Self::Branch(repository, tip) => Ok(repositories::branch(repository, tip, name)),
            Self::Commit(repository, commit) => commits::commit(repository, commit, name, arguments),
            Self::GitAuthor(author) => Ok(actors::git_author(world, author, name)),
            Self::PullRequest(repository, it) => pull_requests::pull_request(world, repository, it, name, arguments),
            Self::PullRequestCommit(repository, commit) => {
                Ok((name == "commit").then_some(Resolved::One(Self::Commit(repository, commit))))
            }
            Self::File(file) => Ok(pull_requests::file(file, name)),
            Self::Label(label) => Ok((name == "name").then(|| (*label).into())),
            Self::Review(repository, of, review) => conversations::review(world, repository, of, review, name, arguments),
            Self::ReviewComment(repository, of, comment) => Ok(conversations::review_comment(world, repository, of, comment, name)),
            Self::IssueComment(repository, comment, of) => Ok(conversations::issue_comment(world, repository, *of, comment, name)),
            Self::Issue(repository, issue) => conversations::issue(world, repository, issue, name, arguments),
            Self::Closing(repository, closing) => Ok(conversations::closing(world, repository, closing, name)),
            Self::Release(repository, release) => Ok(repositories::release(world, repository, release, name)),
            Self::Page(page) => Ok(page.field(name)),
            Self::PageInfo(page) => Ok(page.info(name)),
        }
    }
}
