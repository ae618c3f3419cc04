//! What was fetched of a repository against what is in it: both as lines of text under the natural key, the same when nothing is amiss.
//! It must not leave out a field that something depends on.

use std::collections::{BTreeMap, HashSet};

use accredit::{
    github::{Client, Error},
    model::{
        account::{Account, AccountId, AccountKind},
        github::{Batch, ChangedFile, Comment, Commit, IssueState, Release},
        repository::FullName,
    },
    sample::{self, Closer, Repository, Server, World},
};
use chrono::{DateTime, Utc};

/// What a fetch that came to its end has brought.
#[derive(Debug, Default)]
pub struct Fetched {
    pub batch: Batch,
    pub until: Option<DateTime<Utc>>,
}

impl Fetched {
    fn known_commits(&self) -> HashSet<String> {
        self.batch.commits.iter().map(|commit| commit.oid.clone()).collect()
    }

    pub fn take(&mut self, mut page: Batch) {
        self.batch.pull_requests.append(&mut page.pull_requests);
        self.batch.issues.append(&mut page.issues);
        self.batch.commits.append(&mut page.commits);
        self.batch.releases.append(&mut page.releases);
    }
}

/// Fetches what changed since `before`, or everything.
pub async fn fetch(client: &Client, name: &FullName, before: Option<&Fetched>) -> Result<Fetched, Error> {
    let snapshot = client.repository(name).await?;
    let known = before.map(Fetched::known_commits).unwrap_or_default();
    let mut changes = client.changes(&snapshot, before.and_then(|before| before.until), known);
    let mut fetched = Fetched::default();
    while let Some(page) = changes.next().await? {
        assert_eq!(changes.complete_until(), None, "nothing is complete before the end");
        fetched.take(page);
    }
    fetched.until = changes.complete_until();
    assert!(fetched.until.is_some());
    Ok(fetched)
}

/// What is stored when the fetches are written one after the other, by natural key.
fn stored(fetches: &[&Fetched]) -> BTreeMap<String, String> {
    let mut lines = BTreeMap::new();
    for Fetched { batch, .. } in fetches {
        for it in &batch.pull_requests {
            let who = (id(&it.author), id(&it.merged_by));
            let size = (it.additions, it.deletions, it.files.as_ref().map(|files| sizes(files)));
            let commits: Vec<_> = it.commits.iter().map(|c| (&c.oid, accounts(c), &c.parents)).collect();
            let closes: Vec<i64> = it.closes.iter().map(|issue| issue.number).collect();
            let times = (it.created_at, it.updated_at, it.closed_at, it.merged_at);
            let rest = (&it.state, it.is_draft, &it.author_association, &it.head_repository, &it.labels, &it.base);
            let head = (&it.head, &it.head_commit, &it.body, it.commit_count);
            let line = format!("#{} {:?} {who:?} {size:?} {commits:?} {closes:?} {times:?} {rest:?} {head:?}", it.number, it.title);
            lines.insert(format!("pull request {}", it.github_id), line);
            for review in &it.reviews {
                let line = format!("#{} {:?} {:?} {:?}", it.number, id(&review.author), review.state, review.submitted_at);
                lines.insert(format!("review {}", review.github_id), line);
                let comments = review.comments.iter().map(|c| comment(&format!("review {}", review.github_id), c));
                lines.extend(comments);
            }
            lines.extend(it.comments.iter().map(|c| comment(&format!("#{}", it.number), c)));
        }
        for it in &batch.issues {
            let who =
                (id(&it.author), id(&it.closed_by), it.closed_by_pull_request.as_ref().map(|by| (by.number, id(&by.author), by.is_merged)));
            let line = format!("#{} {who:?} {:?} {:?} {:?} {:?}", it.number, it.state, it.updated_at, it.closed_at, it.labels);
            lines.insert(format!("issue {}", it.github_id), line);
            lines.extend(it.comments.iter().map(|c| comment(&format!("#{}", it.number), c)));
        }
        for it in &batch.commits {
            let by = it.brought_by.as_ref().map(|by| (by.number, id(&by.author), by.created_at, by.merged_at));
            let line = format!("{:?} {:?} {:?} {:?} {by:?}", accounts(it), (it.additions, it.deletions), it.parents, it.committed_at);
            lines.insert(format!("commit {}", it.oid), line);
        }
        lines.extend(batch.releases.iter().map(release));
    }
    lines
}

fn id(account: &Option<Account>) -> Option<i64> {
    account.as_ref().map(|account| account.id.0)
}

fn sizes(files: &[ChangedFile]) -> Vec<(&str, i64, i64)> {
    files.iter().map(|file| (file.path.as_str(), file.additions, file.deletions)).collect()
}

fn accounts(commit: &Commit) -> Vec<Option<i64>> {
    commit.authors.iter().map(|author| id(&author.account)).collect()
}

fn comment(of: &str, it: &Comment) -> (String, String) {
    (format!("comment {}", it.github_id), format!("{of} {:?} {:?} {}", id(&it.author), it.created_at, it.body_length))
}

fn release(it: &Release) -> (String, String) {
    let line = format!("{} {:?} {} {} {:?}", it.tag, id(&it.author), it.is_draft, it.is_prerelease, it.published_at);
    (format!("release {}", it.github_id), line)
}

/// What the world has of it.
fn real(world: &World, it: &Repository) -> BTreeMap<String, String> {
    let numbered = |who: Option<AccountId>| {
        let person = who.and_then(|who| world.person(who));
        person.filter(|person| person.kind != AccountKind::EnterpriseUser).map(|person| person.id.0)
    };
    let user = |who: Option<AccountId>| who.and_then(|who| world.person(who)).filter(|p| p.kind == AccountKind::User).map(|p| p.id.0);
    let accounts = |commit: &sample::Commit| commit.authors.iter().map(|author| user(author.account)).collect::<Vec<_>>();
    let comment = |of: &str, it: &sample::Comment| {
        (format!("comment {}", it.id), format!("{of} {:?} {:?} {}", numbered(it.author), it.created_at, it.body.chars().count()))
    };
    let mut lines = BTreeMap::new();
    for p in &it.pull_requests {
        let who = (numbered(p.author), numbered(p.merged_by));
        let size = (p.lines.map(|l| l.additions), p.lines.map(|l| l.deletions), p.files.as_ref().map(|files| sizes(files)));
        let commits: Vec<_> = p.commits.iter().map(|oid| (oid, accounts(&it.commits[oid]), &it.commits[oid].parents)).collect();
        let closes: Vec<i64> = p.closes.iter().map(|issue| issue.number).collect();
        let times = (p.created_at, p.updated_at, p.closed_at, p.merged_at);
        let fork = p.head_repository.as_ref().map(|name| name.as_str().to_owned());
        let rest = (&p.state, p.is_draft, &p.association, fork, &p.labels, &p.base);
        let tip = p.commits.last().map_or("0000000000000000000000000000000000000000", String::as_str);
        let head = (&p.head, tip, &p.body, p.commits.len());
        let line = format!("#{} {:?} {who:?} {size:?} {commits:?} {closes:?} {times:?} {rest:?} {head:?}", p.number, p.title);
        lines.insert(format!("pull request {}", p.id), line);
        for review in &p.reviews {
            let line = format!("#{} {:?} {:?} {:?}", p.number, numbered(review.author), review.state, review.submitted_at);
            lines.insert(format!("review {}", review.id), line);
            lines.extend(review.comments.iter().map(|c| comment(&format!("review {}", review.id), c)));
        }
        lines.extend(p.comments.iter().map(|c| comment(&format!("#{}", p.number), c)));
    }
    for i in &it.issues {
        let closing = i.closings.last().filter(|_| i.state == IssueState::Closed);
        let closer = closing.and_then(|closing| match &closing.closer {
            Some(Closer::PullRequest(by)) if by.repository == it.id => it.pull_request(by.number),
            Some(Closer::Commit(oid)) => it.bringing(oid),
            _ => None,
        });
        let closer = closer.map(|by| (by.number, numbered(by.author), by.merged_at.is_some()));
        let who = (numbered(i.author), closing.and_then(|closing| numbered(closing.actor)), closer);
        let line = format!("#{} {who:?} {:?} {:?} {:?} {:?}", i.number, i.state, i.updated_at, i.closed_at, i.labels);
        lines.insert(format!("issue {}", i.id), line);
        lines.extend(i.comments.iter().map(|c| comment(&format!("#{}", i.number), c)));
    }
    for c in it.branch() {
        let by = it.bringing(&c.oid).map(|by| (by.number, numbered(by.author), by.created_at, by.merged_at.unwrap()));
        let line = format!(
            "{:?} {:?} {:?} {:?} {by:?}",
            accounts(c),
            (c.lines.map(|l| l.additions), c.lines.map(|l| l.deletions)),
            c.parents,
            c.committed_at
        );
        lines.insert(format!("commit {}", c.oid), line);
    }
    for r in &it.releases {
        let line = format!("{} {:?} {} {} {:?}", r.tag, user(r.author), r.is_draft, r.is_prerelease, r.published_at);
        lines.insert(format!("release {}", r.id), line);
    }
    lines
}

/// Everything in the repository was fetched, as it is now, and nothing else.
#[track_caller]
pub fn assert_whole(server: &Server, name: &FullName, fetches: &[&Fetched]) {
    let world = server.world();
    let (real, stored) = (real(&world, world.repository(name.as_str()).unwrap()), stored(fetches));
    let wrong: Vec<String> = real
        .iter()
        .filter(|(key, line)| stored.get(*key) != Some(*line))
        .map(|(key, line)| format!("{key}\n  is     {line}\n  stored {:?}", stored.get(key)))
        .collect();
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(stored.len(), real.len(), "there is more than is true");
}
