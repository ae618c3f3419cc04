//! Makes a world of one repository's recorded history: who did what, when, how large.
//! It must not make up what was not recorded: a length becomes a text of that length, an absent list stays absent.
//!
//! What the world needs and the record has not is derived: numbers of items by their order, one commit to a pull request, a
//! default branch of the merges in their order.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;

use super::world::{Closing, Comment, GitAuthor, Issue, Lines, PullRequest, Repository, Review, World};
use crate::model::{
    account::{AccountId, AccountKind},
    github::{ChangedFile, IssueState, PullRequestState, ReviewState},
    repository::{FullName, NotFullName},
};

#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    #[error("the history is not in the shape that is expected: {0}")]
    Shape(#[from] serde_json::Error),
    #[error("the history's repository has no name: {0}")]
    Name(#[from] NotFullName),
    #[error("{item} is of `{login}`, who is not among the history's people")]
    Stranger { login: String, item: String },
    #[error("{item} is in the state {state}, which is none that GitHub knows")]
    State { state: String, item: String },
}

#[derive(Deserialize)]
struct HistoryWire {
    repository: RepositoryWire,
    people: Vec<PersonWire>,
    pull_requests: Vec<PullRequestWire>,
    issues: Vec<IssueWire>,
}

#[derive(Deserialize)]
struct RepositoryWire {
    owner: String,
    name: String,
    license: Option<String>,
}

#[derive(Deserialize)]
struct PersonWire {
    id: i64,
    login: String,
}

#[derive(Deserialize)]
struct PullRequestWire {
    number: i64,
    author: Option<String>,
    author_association: String,
    state: String,
    labels: Vec<String>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    closed_at: Option<DateTime<Utc>>,
    merged_at: Option<DateTime<Utc>>,
    merged_by: Option<String>,
    files: Option<Vec<FileWire>>,
    parents_of_merge: Option<u8>,
    reviews: Vec<ReviewWire>,
    comments: Vec<CommentWire>,
}

#[derive(Deserialize)]
struct FileWire {
    path: String,
    additions: i64,
    deletions: i64,
}

#[derive(Deserialize)]
struct ReviewWire {
    author: Option<String>,
    state: String,
    submitted_at: DateTime<Utc>,
    body_length: usize,
    comments: Vec<CommentWire>,
}

#[derive(Deserialize)]
struct CommentWire {
    author: Option<String>,
    created_at: DateTime<Utc>,
    body_length: usize,
}

#[derive(Deserialize)]
struct IssueWire {
    number: i64,
    author: Option<String>,
    author_association: String,
    state: String,
    labels: Vec<String>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    closed_at: Option<DateTime<Utc>>,
    comments: Vec<CommentWire>,
}

/// The accounts behind the history's logins.
struct People(HashMap<String, AccountId>);

impl People {
    fn find(&self, login: Option<&str>, item: impl FnOnce() -> String) -> Result<Option<AccountId>, HistoryError> {
        let Some(login) = login else { return Ok(None) };
        match self.0.get(login) {
            Some(id) => Ok(Some(*id)),
            None => Err(HistoryError::Stranger { login: login.to_owned(), item: item() }),
        }
    }
}

/// The world of a history, as it stands at `now`.
pub fn from_history(json: &str, now: DateTime<Utc>) -> Result<World, HistoryError> {
    let history: HistoryWire = serde_json::from_str(json)?;
    let mut world = World::new(now);
    let people = history.people.into_iter().map(|p| (p.login.clone(), world.insert_person(AccountId(p.id), &p.login, AccountKind::User)));
    let people = People(people.collect());
    let owner = match people.0.get(&history.repository.owner) {
        Some(owner) => *owner,
        None => world.add_person(&history.repository.owner, AccountKind::Organization),
    };
    let name: FullName = format!("{}/{}", history.repository.owner, history.repository.name).parse()?;
    let first = history.pull_requests.iter().map(|p| p.created_at).chain(history.issues.iter().map(|i| i.created_at)).min();
    let repository = world.add_repository(name, owner, first.unwrap_or(now));
    repository.license = history.repository.license;
    let mut merges = Vec::new();
    for wire in history.pull_requests {
        merges.extend(wire.parents_of_merge.map(|parents| (wire.number, parents)));
        let pull_request = pull_request(repository, &people, wire)?;
        repository.pull_requests.push(pull_request);
    }
    for wire in history.issues {
        let issue = issue(repository, &people, wire)?;
        repository.issues.push(issue);
    }
    write_branch(repository, &merges);
    Ok(world)
}

fn pull_request(repository: &mut Repository, people: &People, wire: PullRequestWire) -> Result<PullRequest, HistoryError> {
    let item = || format!("pull request {}", wire.number);
    let state = match wire.state.as_str() {
        "OPEN" => PullRequestState::Open,
        "CLOSED" => PullRequestState::Closed,
        "MERGED" => PullRequestState::Merged,
        _ => return Err(HistoryError::State { state: wire.state, item: item() }),
    };
    let file = |wire: FileWire| ChangedFile { path: wire.path, additions: wire.additions, deletions: wire.deletions };
    let files: Option<Vec<ChangedFile>> = wire.files.map(|files| files.into_iter().map(file).collect());
    let id = repository.next_id();
    let reviews = wire.reviews.into_iter().map(|wire| review(repository, people, &item, wire)).collect::<Result<_, _>>()?;
    Ok(PullRequest {
        id,
        number: wire.number,
        title: format!("Pull request {}", wire.number),
        author: people.find(wire.author.as_deref(), item)?,
        association: wire.author_association,
        state,
        is_draft: false,
        created_at: wire.created_at,
        updated_at: wire.updated_at,
        closed_at: wire.closed_at,
        merged_at: wire.merged_at,
        merged_by: people.find(wire.merged_by.as_deref(), || format!("the merge of {}", item()))?,
        base: repository.default_branch.clone(),
        head: format!("patch-{}", wire.number),
        body: String::new(),
        merge_commit: None,
        patches: BTreeMap::new(),
        head_repository: None,
        labels: wire.labels,
        lines: files.as_deref().map(Lines::of),
        changed_files: files.as_ref().and_then(|files| i64::try_from(files.len()).ok()),
        files,
        commits: Vec::new(),
        closes: Vec::new(),
        reviews,
        comments: comments(repository, people, &item, wire.comments)?,
    })
}

fn review(repository: &mut Repository, people: &People, of: &impl Fn() -> String, wire: ReviewWire) -> Result<Review, HistoryError> {
    let item = || format!("a review of {}", of());
    let state = match wire.state.as_str() {
        "COMMENTED" => ReviewState::Commented,
        "APPROVED" => ReviewState::Approved,
        "CHANGES_REQUESTED" => ReviewState::ChangesRequested,
        "DISMISSED" => ReviewState::Dismissed,
        _ => return Err(HistoryError::State { state: wire.state, item: item() }),
    };
    Ok(Review {
        id: repository.next_id(),
        author: people.find(wire.author.as_deref(), item)?,
        state,
        created_at: wire.submitted_at,
        submitted_at: Some(wire.submitted_at),
        body: text(wire.body_length),
        comments: comments(repository, people, &item, wire.comments)?,
    })
}

fn comments(
    repository: &mut Repository,
    people: &People,
    of: &impl Fn() -> String,
    wires: Vec<CommentWire>,
) -> Result<Vec<Comment>, HistoryError> {
    let comment = |wire: CommentWire| {
        let author = people.find(wire.author.as_deref(), || format!("a comment on {}", of()))?;
        Ok(Comment { id: repository.next_id(), author, created_at: wire.created_at, body: text(wire.body_length) })
    };
    wires.into_iter().map(comment).collect()
}

fn issue(repository: &mut Repository, people: &People, wire: IssueWire) -> Result<Issue, HistoryError> {
    let item = || format!("issue {}", wire.number);
    let state = match wire.state.as_str() {
        "OPEN" => IssueState::Open,
        "CLOSED" => IssueState::Closed,
        _ => return Err(HistoryError::State { state: wire.state, item: item() }),
    };
    Ok(Issue {
        id: repository.next_id(),
        number: wire.number,
        title: format!("Issue {}", wire.number),
        author: people.find(wire.author.as_deref(), item)?,
        association: wire.author_association,
        state,
        state_reason: None,
        created_at: wire.created_at,
        updated_at: wire.updated_at,
        closed_at: wire.closed_at,
        // Who closed it was not recorded.
        closings: Vec::<Closing>::new(),
        labels: wire.labels,
        comments: comments(repository, people, &item, wire.comments)?,
    })
}

fn text(length: usize) -> String {
    "x".repeat(length)
}

/// One commit to each pull request, and the merges one on the other in their order.
fn write_branch(repository: &mut Repository, merges: &[(i64, u8)]) {
    let parents: HashMap<i64, u8> = merges.iter().copied().collect();
    let mut order: Vec<usize> = (0..repository.pull_requests.len()).collect();
    // Whatever was never merged comes behind, so that it stands on a branch that is there.
    order.sort_by_key(|&at| {
        let pull_request = &repository.pull_requests[at];
        (pull_request.merged_at.unwrap_or(DateTime::<Utc>::MAX_UTC), pull_request.number)
    });
    for at in order {
        let pull_request = repository.pull_requests[at].clone();
        let tip: Vec<String> = repository.head.clone().into_iter().collect();
        let author = GitAuthor { name: None, account: pull_request.author };
        let written_at = pull_request.merged_at.map_or(pull_request.created_at, |merged_at| merged_at - TimeDelta::seconds(1));
        let commit = repository.add_commit(written_at, &pull_request.title, vec![author.clone()], pull_request.lines, tip.clone());
        repository.pull_requests[at].commits.push(commit.clone());
        let Some(merged_at) = pull_request.merged_at else { continue };
        let headline = format!("{} (#{})", pull_request.title, pull_request.number);
        let oid = if parents.get(&pull_request.number) == Some(&2) {
            let merger = GitAuthor { name: None, account: pull_request.merged_by };
            let both = tip.into_iter().chain([commit]).collect();
            repository.add_commit(merged_at, &headline, vec![merger], pull_request.lines, both)
        } else {
            repository.add_commit(merged_at, &headline, vec![author], pull_request.lines, tip)
        };
        repository.pull_requests[at].merge_commit = Some(oid.clone());
        repository.push(&oid, merged_at);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn history(change: impl FnOnce(&mut Value)) -> Result<World, HistoryError> {
        let mut history = json!({
            "repository": { "owner": "group", "name": "protocol", "license": null },
            "people": [{ "id": 7, "login": "ann" }, { "id": 8, "login": "ben" }],
            "pull_requests": [
                pull_request_wire(1, "2020-01-05T00:00:00Z", 2),
                pull_request_wire(2, "2020-01-04T00:00:00Z", 1),
            ],
            "issues": [{
                "number": 3, "author": "ben", "author_association": "NONE", "state": "CLOSED", "labels": ["editorial"], "body_length": 9,
                "created_at": "2020-01-01T00:00:00Z", "updated_at": "2020-01-02T00:00:00Z", "closed_at": "2020-01-02T00:00:00Z",
                "comments": [{ "author": "ann", "created_at": "2020-01-02T00:00:00Z", "body_length": 4 }]
            }]
        });
        change(&mut history);
        from_history(&history.to_string(), "2021-01-01T00:00:00Z".parse().unwrap())
    }

    fn pull_request_wire(number: i64, merged_at: &str, parents: u8) -> Value {
        json!({
            "number": number, "author": "ann", "author_association": "MEMBER", "state": "MERGED", "labels": [], "body_length": 0,
            "created_at": "2020-01-01T00:00:00Z", "updated_at": merged_at, "closed_at": merged_at, "merged_at": merged_at, "merged_by": "ben",
            "files": [{ "path": "a.md", "additions": 3, "deletions": 1 }], "parents_of_merge": parents,
            "reviews": [{ "author": "ben", "state": "APPROVED", "submitted_at": merged_at, "body_length": 2, "comments": [] }],
            "comments": []
        })
    }

    #[test]
    fn the_branch_is_the_merges_in_their_order_each_by_whom_it_was_made() {
        let world = history(|_| {}).unwrap();
        let repository = world.repository("group/protocol").unwrap();
        let branch: Vec<_> =
            repository.branch().iter().map(|c| (c.headline.as_str(), c.parents.len(), c.authors[0].account.unwrap().0)).collect();
        let merge = ("Pull request 1 (#1)", 2, 8);
        let (its_commit, squash) = (("Pull request 1", 1, 7), ("Pull request 2 (#2)", 0, 7));
        assert_eq!(branch, [merge, its_commit, squash]);
    }

    #[test]
    fn lengths_become_texts_and_sums_come_from_the_files() {
        let world = history(|_| {}).unwrap();
        let repository = &world.repositories[0];
        assert_eq!(repository.issues[0].comments[0].body.len(), 4);
        assert_eq!(repository.pull_requests[0].lines, Some(Lines { additions: 3, deletions: 1 }));
    }

    #[test]
    fn without_files_no_number_of_lines_is_made_up() {
        let world = history(|h| h["pull_requests"][0]["files"] = Value::Null).unwrap();
        let pull_request = &world.repositories[0].pull_requests[0];
        assert_eq!((pull_request.lines, pull_request.changed_files, &pull_request.files), (None, None, &None));
    }

    #[test]
    fn a_stranger_and_a_strange_state_are_named_with_the_item() {
        let error = history(|h| h["issues"][0]["comments"][0]["author"] = json!("eve")).unwrap_err().to_string();
        assert!(error.contains("eve") && error.contains("a comment on issue 3"), "{error}");
        let error = history(|h| h["pull_requests"][1]["reviews"][0]["state"] = json!("MAYBE")).unwrap_err().to_string();
        assert!(error.contains("MAYBE") && error.contains("a review of pull request 2"), "{error}");
    }
}
