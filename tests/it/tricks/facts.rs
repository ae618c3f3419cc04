//! What GitHub says, before it is prepared: a pull request that pays, and what tricks change about it.

use accredit::{
    contributions::{self, diff},
    model::{
        account::{Account, AccountId, AccountKind},
        github::{
            Batch, Bringing, ChangedFile, ClosingPullRequest, Comment, Commit, CommitAuthor, Evidence, FilePatch, Issue, IssueState,
            PullRequest, PullRequestState, Release, Review, ReviewState,
        },
        ids::RepositoryId,
    },
};

use crate::support::desk::{ANN, Desk, ME, at};

/// A human of that number.
pub fn person(id: AccountId) -> Option<Account> {
    Some(Account { id, login: format!("person-{id}"), kind: AccountKind::User })
}

pub fn bot(login: &str) -> Option<Account> {
    Some(Account { id: AccountId(900), login: login.into(), kind: AccountKind::Bot })
}

fn url(what: &str) -> String {
    format!("https://github.com/lantern-db/lantern/{what}")
}

fn evidence() -> Evidence {
    Evidence(vec!["{}".into()])
}

pub fn file(path: &str, lines: i64) -> ChangedFile {
    ChangedFile { path: path.into(), additions: lines, deletions: 0 }
}

/// Of people, git author first.
pub fn commit(oid: &str, day: &str, authors: &[AccountId]) -> Commit {
    let line = |id: &AccountId| CommitAuthor { name: Some(format!("Person {id}")), account: person(*id) };
    Commit {
        oid: oid.into(),
        url: url(&format!("commit/{oid}")),
        headline: "Say why".into(),
        committed_at: at(day),
        authored_at: at(day),
        authors: authors.iter().map(line).collect(),
        additions: None,
        deletions: None,
        parents: vec!["p".into()],
        brought_by: None,
        evidence: evidence(),
    }
}

pub fn brought(by: AccountId, opened: &str, merged: &str, commit: Commit) -> Commit {
    let bringing = Bringing { number: 12, author: person(by), created_at: at(opened), merged_at: at(merged) };
    Commit { brought_by: Some(bringing), ..commit }
}

/// Mine: 30 lines of source in one commit, opened on 1 October and merged by Ann on the 9th. It earns 10 points.
pub fn pull_request() -> PullRequest {
    PullRequest {
        github_id: 5_000,
        number: 12,
        url: url("pull/12"),
        title: "Say why".into(),
        author: person(ME),
        author_association: "CONTRIBUTOR".into(),
        state: PullRequestState::Merged,
        is_draft: false,
        created_at: at("2025-10-01"),
        updated_at: at("2025-10-09"),
        closed_at: Some(at("2025-10-09")),
        merged_at: Some(at("2025-10-09")),
        merged_by: person(ANN),
        base: "main".into(),
        head: "say-why".into(),
        head_commit: "c1".into(),
        body: String::new(),
        head_repository: None,
        labels: Vec::new(),
        additions: Some(30),
        deletions: Some(0),
        files: Some(vec![file("src/lib.rs", 30)]),
        commits: vec![commit("c1", "2025-10-01", &[ME])],
        commit_count: 1,
        closes: Vec::new(),
        reviews: Vec::new(),
        comments: Vec::new(),
        evidence: evidence(),
    }
}

pub fn review(id: i64, author: Option<Account>, state: ReviewState, day: &str) -> Review {
    Review {
        github_id: id,
        url: url(&format!("pull/12#pullrequestreview-{id}")),
        author,
        state,
        created_at: at(day),
        submitted_at: Some(at(day)),
        body_length: 20,
        comments: Vec::new(),
        evidence: evidence(),
    }
}

pub fn comment(id: i64, author: Option<Account>) -> Comment {
    Comment {
        github_id: id,
        url: url(&format!("pull/12#issuecomment-{id}")),
        author,
        created_at: at("2025-10-03"),
        body_length: 40,
        evidence: evidence(),
    }
}

/// Mine, closed as completed by Ann's merged pull request. It earns 3 points.
pub fn issue() -> Issue {
    Issue {
        github_id: 7_000,
        number: 70,
        url: url("issues/70"),
        title: "It stops".into(),
        author: person(ME),
        author_association: "NONE".into(),
        state: IssueState::Closed,
        state_reason: Some("completed".into()),
        created_at: at("2025-10-01"),
        updated_at: at("2025-10-09"),
        closed_at: Some(at("2025-10-09")),
        closed_by: person(ANN),
        closed_by_pull_request: Some(ClosingPullRequest { number: 71, author: person(ANN), is_merged: true }),
        labels: Vec::new(),
        comments: Vec::new(),
        evidence: evidence(),
    }
}

pub fn release(author: Option<Account>) -> Release {
    Release {
        github_id: 8_000,
        url: url("releases/v1"),
        tag: "v1".into(),
        name: None,
        author,
        is_draft: false,
        is_prerelease: false,
        created_at: at("2025-10-09"),
        published_at: Some(at("2025-10-09")),
        evidence: evidence(),
    }
}

/// Prepares what was fetched and puts it on the desk.
pub fn fetched(mut desk: Desk, repository: RepositoryId, batch: Batch) -> Desk {
    let prepared = contributions::prepare(repository, batch).unwrap();
    desk.contributions.extend(prepared.records.into_iter().map(|record| record.contribution));
    desk
}

pub fn with_pull_request(desk: Desk, repository: RepositoryId, pull_request: PullRequest) -> Desk {
    fetched(desk, repository, Batch { pull_requests: vec![pull_request], ..Batch::default() })
}

pub fn with_issue(desk: Desk, repository: RepositoryId, issue: Issue) -> Desk {
    fetched(desk, repository, Batch { issues: vec![issue], ..Batch::default() })
}

pub fn with_commits(desk: Desk, repository: RepositoryId, commits: Vec<Commit>) -> Desk {
    fetched(desk, repository, Batch { commits, ..Batch::default() })
}

/// One place of a file where these lines stood and those stand now.
pub fn patch(path: &str, before: &[String], after: &[String]) -> FilePatch {
    let head = format!("@@ -1,{} +1,{} @@", before.len(), after.len());
    let lines = before.iter().map(|line| format!("-{line}")).chain(after.iter().map(|line| format!("+{line}")));
    FilePatch {
        path: path.into(),
        additions: after.len() as i64,
        deletions: before.len() as i64,
        patch: Some(std::iter::once(head).chain(lines).collect::<Vec<_>>().join("\n")),
    }
}

/// My pull request with these changes, after somebody has read their text.
pub fn read(desk: Desk, repository: RepositoryId, patches: &[FilePatch]) -> Desk {
    let files: Vec<ChangedFile> =
        patches.iter().map(|file| ChangedFile { path: file.path.clone(), additions: file.additions, deletions: file.deletions }).collect();
    let mut desk = with_pull_request(desk, repository, PullRequest { files: Some(files), ..pull_request() });
    let reading = diff::read(patches);
    let pull_request = &mut desk.contributions[0];
    pull_request.effective_lines = pull_request.effective_lines.map(|lines| lines - reading.unchanged_lines);
    let change = pull_request.change.as_mut().unwrap();
    (change.unchanged_lines, change.fingerprint) = (Some(reading.unchanged_lines), reading.fingerprint);
    desk
}
