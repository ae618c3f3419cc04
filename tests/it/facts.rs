//! What fairness asks of the facts, on their whole way from the model of GitHub into the tables.

use std::collections::HashMap;

use accredit::{
    db, github,
    model::{
        account::{AccountId, AccountKind},
        contribution::{Change, Key, Kind},
        github::{ChangedFile, ReviewState},
        ids::RepositoryId,
        job::ReadChanges,
    },
    sample::{Edit, Fault, GitAuthor, Lines, Server, StateReason, World},
};
use chrono::{DateTime, TimeDelta, Utc};
use sqlx::Row as _;

use crate::support::University;

const QUAY: &str = "harbour/quay";

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn file(path: &str, additions: i64) -> ChangedFile {
    ChangedFile { path: path.into(), additions, deletions: 0 }
}

/// Ann is a student, Bob keeps the repository, Eve is from elsewhere.
struct Scene {
    server: Server,
    university: University,
    repository: RepositoryId,
    ann: AccountId,
    bob: AccountId,
    eve: AccountId,
}

impl Scene {
    async fn new() -> Self {
        let mut world = World::new(at("2025-09-01T00:00:00Z"));
        let harbour = world.add_person("harbour", AccountKind::Organization);
        let [ann, bob, eve] = ["ann", "bob", "eve"].map(|login| world.add_person(login, AccountKind::User));
        world.add_repository(QUAY.parse().unwrap(), harbour, at("2025-01-01T00:00:00Z"));
        let server = Server::start(world).await.unwrap();
        let university = University::new(&server, at("2025-09-01T00:00:00Z")).await;
        university.enrol(["ann"]).await;
        let repository = university.track(QUAY, "community", &[]).await;
        Self { server, university, repository, ann, bob, eve }
    }

    /// An hour later, and then nothing for another.
    fn do_now<T>(&self, what: impl FnOnce(&mut Edit<'_>) -> T) -> T {
        let mut world = self.server.world();
        let then = world.now + TimeDelta::hours(1);
        let done = what(&mut world.edit(QUAY, then).unwrap());
        world.now += TimeDelta::hours(1);
        done
    }

    /// Bob merges a pull request of somebody's that changes these files.
    fn merged(&self, author: AccountId, files: Vec<ChangedFile>, patch: Option<&str>) -> i64 {
        let number = self.do_now(|edit| {
            let path = files[0].path.clone();
            let number = edit.open_pull_request(author, "A change", files);
            edit.pull_request(number).unwrap().patches.extend(patch.map(|patch| (path, patch.to_owned())));
            number
        });
        self.do_now(|edit| edit.merge(number, self.bob).unwrap());
        number
    }

    /// By a clock that goes as GitHub's does.
    async fn sync(&self) {
        let now = self.server.world().now;
        self.university.clock.set(now);
        self.university.sync(self.repository).await;
    }

    /// How often the text of a change was asked for.
    fn readings(&self) -> usize {
        self.server.requests().iter().filter(|asked| asked.operation == "GET").count()
    }

    async fn change(&self, number: i64) -> (Option<i64>, Change) {
        let row = sqlx::query("select effective_lines, change from contributions where kind = 'pull_request' and number = $1")
            .bind(number)
            .fetch_one(&mut self.university.database.owner().await)
            .await
            .unwrap();
        (row.get(0), row.get::<sqlx::types::Json<Change>, _>(1).0)
    }

    async fn column<T>(&self, query: &'static str) -> T
    where
        T: Send + Unpin + for<'r> sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres>,
    {
        sqlx::query_scalar(query).fetch_one(&mut self.university.database.owner().await).await.unwrap()
    }
}

// The text of a change.

/// Thirty lines, ten of them blank.
fn padded() -> String {
    let line = |nth| if nth % 3 == 0 { "\n+".to_owned() } else { format!("\n+some line of work {nth}") };
    format!("@@ -0,0 +1,30 @@{}", (0..30).map(line).collect::<String>())
}

#[tokio::test]
async fn the_text_of_a_members_merged_change_is_read_once_and_nobody_elses_is() {
    let scene = Scene::new().await;
    let anns = scene.merged(scene.ann, vec![file("src/a.rs", 30)], Some(&padded()));
    let eves = scene.merged(scene.eve, vec![file("src/b.rs", 30)], Some(&padded()));
    let open = scene.do_now(|edit| edit.open_pull_request(scene.ann, "Open", vec![file("src/c.rs", 9)]));
    let lock = scene.merged(scene.ann, vec![file("Cargo.lock", 900)], None);
    scene.sync().await;
    let (lines, change) = scene.change(anns).await;
    assert_eq!((lines, change.unchanged_lines, change.fingerprint.is_some()), (Some(20), Some(10), true));
    for (unread, lines) in [(eves, 30), (open, 9), (lock, 0)] {
        let (effective, change) = scene.change(unread).await;
        assert_eq!((effective, change.unchanged_lines, change.fingerprint), (Some(lines), None, None));
    }
    scene.sync().await;
    assert_eq!(scene.readings(), 1);
}

#[tokio::test]
async fn what_was_read_stays_until_the_branch_ends_elsewhere() {
    let scene = Scene::new().await;
    let number = scene.merged(scene.ann, vec![file("src/a.rs", 30)], Some(&padded()));
    scene.sync().await;
    let read = scene.change(number).await;
    scene.do_now(|edit| edit.comment(number, scene.eve, "Nice").unwrap());
    scene.sync().await;
    assert_eq!(scene.change(number).await, read, "it was fetched again, and is what it was");
    assert_eq!(scene.readings(), 1);
    scene.do_now(|edit| {
        edit.add_commit(number, "More", Vec::new()).unwrap();
        let it = edit.pull_request(number).unwrap();
        it.files = Some(vec![file("src/a.rs", 12)]);
        it.patches.clear();
    });
    scene.sync().await;
    let (lines, change) = scene.change(number).await;
    assert_eq!((lines, change.unchanged_lines, scene.readings()), (Some(12), Some(0), 2));
}

#[tokio::test]
async fn a_change_of_many_files_is_read_to_its_last_page() {
    let scene = Scene::new().await;
    let files: Vec<ChangedFile> = (0..230).map(|nth| file(&format!("src/{nth:03}.rs"), 2)).collect();
    let number = scene.merged(scene.ann, files, None);
    scene.do_now(|edit| {
        edit.pull_request(number).unwrap().patches.insert("src/229.rs".into(), "@@ -0,0 +1,2 @@\n+\n+work".into());
    });
    scene.sync().await;
    assert_eq!((scene.change(number).await.1.unchanged_lines, scene.readings()), (Some(1), 3));
}

#[tokio::test]
async fn a_spent_rest_budget_puts_the_reading_off_and_lets_fetches_go_on() {
    let mut scene = Scene::new().await;
    let number = scene.merged(scene.ann, vec![file("src/a.rs", 30)], None);
    // Repository, pull requests, commits; then the reading.
    scene.server.fail_nth(4, Fault::RateLimited);
    scene.sync().await;
    assert_eq!(scene.change(number).await.1.unchanged_lines, None);
    let waits = "select count(*) from graphile_worker._private_jobs where attempts = 0 and run_at = '2025-09-01T05:00:00Z'";
    assert_eq!(scene.column::<i64>(waits).await, 1, "until GitHub's hour is over, and that was no try");
    assert_eq!(scene.university.sync(scene.repository).await.error, None, "the other budget is not spent");
    // An hour later, with a client that has not been told to wait.
    scene.server.world().now += TimeDelta::hours(2);
    scene.university.tools.github = github::Client::new(&scene.server.base_url(), Some(&scene.server.token())).unwrap();
    sqlx::query("update graphile_worker._private_jobs set run_at = now()")
        .execute(&mut scene.university.database.owner().await)
        .await
        .unwrap();
    scene.university.work().await;
    assert_eq!(scene.change(number).await.1.unchanged_lines, Some(0));
}

#[rstest::rstest]
#[case::not_shown(404, "Not Found")]
#[case::too_large_to_show(422, "Sorry, this diff is taking too long to generate.")]
#[tokio::test]
async fn a_change_that_github_does_not_show_keeps_no_other_from_being_read(#[case] status: u16, #[case] message: &str) {
    let scene = Scene::new().await;
    let gone = scene.merged(scene.ann, vec![file("src/a.rs", 30)], None);
    let shown = scene.merged(scene.ann, vec![file("src/b.rs", 30)], None);
    scene.server.fail_nth(4, Fault::Status { status, message: message.into() });
    scene.sync().await;
    assert_eq!(scene.change(gone).await.1.unchanged_lines, None);
    assert_eq!(scene.change(shown).await.1.unchanged_lines, Some(0));
}

#[tokio::test]
async fn whoever_is_linked_later_is_read_with_the_next_fetch() {
    let scene = Scene::new().await;
    let number = scene.merged(scene.eve, vec![file("src/a.rs", 30)], None);
    scene.sync().await;
    let neighbour = scene.university.neighbour("other").await;
    neighbour.enrol(["eve"]).await;
    neighbour.track(QUAY, "course", &[]).await;
    let mut tx = scene.university.database.db().begin().await.unwrap();
    db::queue::enqueue(&mut tx, &ReadChanges { repository_id: scene.repository }, None).await.unwrap();
    tx.commit().await.unwrap();
    scene.university.work().await;
    assert_eq!(scene.change(number).await.1.unchanged_lines, Some(0));
}

#[tokio::test]
async fn whoever_is_linked_after_a_fetch_is_read_without_another() {
    let scene = Scene::new().await;
    let number = scene.merged(scene.eve, vec![file("src/a.rs", 30)], None);
    scene.sync().await;
    let neighbour = scene.university.neighbour("other").await;
    neighbour.track(QUAY, "course", &[]).await;
    neighbour.enrol(["eve"]).await;
    neighbour.work().await;
    assert_eq!(scene.change(number).await.1.unchanged_lines, Some(0));
}

// What is gone.

#[tokio::test]
async fn what_is_deleted_below_a_pull_request_or_an_issue_is_marked_and_kept_and_comes_back_unmarked() {
    let scene = Scene::new().await;
    let number = scene.merged(scene.ann, vec![file("src/a.rs", 3)], None);
    let other = scene.merged(scene.ann, vec![file("src/b.rs", 3)], None);
    let issue = scene.do_now(|edit| {
        for number in [number, other] {
            edit.review(number, scene.bob, ReviewState::Approved, &["here", "there"]).unwrap();
            edit.comment(number, scene.eve, "well").unwrap();
        }
        let issue = edit.open_issue(scene.eve, "It breaks");
        edit.comment(issue, scene.ann, "me too").unwrap();
        issue
    });
    scene.sync().await;
    const GONE: &str = "select coalesce(string_agg(kind, ' ' order by kind), '') from contributions where gone_at is not null";
    assert_eq!(scene.column::<String>(GONE).await, "");
    let lost = scene.do_now(|edit| {
        edit.issue(issue).unwrap().comments.clear();
        let it = edit.pull_request(number).unwrap();
        it.reviews[0].comments.pop();
        std::mem::take(&mut it.comments)
    });
    scene.sync().await;
    assert_eq!(scene.column::<String>(GONE).await, "issue_comment issue_comment review_comment");
    let without = "select count(*) from contributions c where not exists (select from evidence e
        where (e.repository_id, e.kind, e.github_id) = (c.repository_id, c.kind, c.github_id))";
    assert_eq!(scene.column::<i64>(without).await, 0, "the evidence is kept");
    let marked = "select max(gone_at) from contributions where gone_at is not null";
    let since: DateTime<Utc> = scene.column(marked).await;
    scene.do_now(|edit| {
        let it = edit.pull_request(number).unwrap();
        it.comments = lost;
        it.title = "Renamed".into();
    });
    scene.sync().await;
    assert_eq!(scene.column::<String>(GONE).await, "issue_comment review_comment");
    assert_eq!(scene.column::<DateTime<Utc>>(marked).await, since, "they are gone since then");
}

// What contributions say together.

async fn reverts(scene: &Scene) -> HashMap<i64, DateTime<Utc>> {
    let reverts = db::contributions::list_reverts(&mut scene.university.begin().await).await.unwrap();
    reverts.into_iter().map(|((_, number), at)| (number, at)).collect()
}

#[tokio::test]
async fn a_merged_revert_takes_a_change_back_by_its_number_or_its_commit_and_an_open_one_does_not() {
    let scene = Scene::new().await;
    let [first, second, third, fourth] = [(); 4].map(|()| scene.merged(scene.ann, vec![file("src/a.rs", 3)], None));
    let commit = scene.server.world().repository(QUAY).unwrap().pull_request(second).unwrap().merge_commit.clone().unwrap();
    let revert = |body: String, title: &str| {
        let number = scene.merged(scene.bob, vec![file("src/a.rs", 3)], None);
        scene.do_now(|edit| {
            let it = edit.pull_request(number).unwrap();
            (it.body, it.title) = (body, title.to_owned());
            it.merged_at
        })
    };
    let by_number = revert(format!("Reverts {QUAY}#{first}"), "Revert");
    let by_commit = revert(format!("This reverts commit {commit}."), "Revert");
    scene.do_now(|edit| {
        let open = edit.open_pull_request(scene.bob, "Revert", vec![file("src/a.rs", 3)]);
        edit.pull_request(open).unwrap().body = format!("Reverts #{third}");
    });
    let pushed = scene.do_now(|edit| {
        let lines = Lines { additions: 0, deletions: 3 };
        let oid =
            edit.push_commit(&format!("Revert \"A change (#{fourth})\""), vec![GitAuthor { name: None, account: Some(scene.bob) }], lines);
        edit.repository().commits[&oid].committed_at
    });
    scene.sync().await;
    let expected = [(first, by_number.unwrap()), (second, by_commit.unwrap()), (fourth, pushed)];
    assert_eq!(reverts(&scene).await, expected.into());
    let neighbour = scene.university.neighbour("other").await;
    assert!(db::contributions::list_reverts(&mut neighbour.begin().await).await.unwrap().is_empty(), "they track nothing");
}

#[tokio::test]
async fn of_the_same_lines_the_earliest_are_the_original() {
    let scene = Scene::new().await;
    let neighbour = scene.university.neighbour("other").await;
    neighbour.enrol(["eve"]).await;
    let first = scene.merged(scene.eve, vec![file("src/a.rs", 30)], Some(&padded()));
    let copy = scene.merged(scene.ann, vec![file("src/other.rs", 30)], Some(&padded().replace("+some", "+    some")));
    scene.merged(scene.ann, vec![file("src/own.rs", 30)], None);
    scene.sync().await;
    // Eve's text is read once somebody whose member she is shares what was fetched.
    neighbour.track(QUAY, "course", &[]).await;
    scene.sync().await;
    let id = scene.server.world().repository(QUAY).unwrap().pull_request(copy).unwrap().id;
    let key = Key { repository: scene.repository, kind: Kind::PullRequest, github_id: id.to_string().into() };
    let original = format!("https://github.com/{QUAY}/pull/{first}");
    let copies = db::contributions::list_copies(&mut scene.university.begin().await).await.unwrap();
    assert_eq!(copies, HashMap::from([(key, original)]));
}

#[tokio::test]
async fn people_from_elsewhere_count_once_and_members_machines_and_addresses_in_commits_do_not() {
    let scene = Scene::new().await;
    let bot = scene.server.world().add_person("bump-lane", AccountKind::Bot);
    let fay = scene.server.world().add_person("fay", AccountKind::User);
    for author in [scene.ann, scene.eve, scene.eve, bot, fay] {
        scene.merged(author, vec![file("src/a.rs", 3)], None);
    }
    let dan = scene.server.world().add_person("dan", AccountKind::User);
    scene.do_now(|edit| {
        edit.open_pull_request(dan, "Only opened", vec![file("src/a.rs", 3)]);
        edit.push_commit("Tidy", vec![GitAuthor { name: None, account: Some(scene.bob) }], Lines { additions: 1, deletions: 0 });
    });
    scene.sync().await;
    for (least, count) in [(9, 2), (1, 1)] {
        let counts = db::repositories::count_outside_contributors(&mut scene.university.begin().await, least).await.unwrap();
        assert_eq!(counts, HashMap::from([(scene.repository, count)]));
    }
}

// What an item knows of what it belongs to.

#[tokio::test]
async fn a_commit_knows_what_brought_it_and_an_issue_whose_work_closed_it() {
    let scene = Scene::new().await;
    let [by_merge, by_commit, by_hand] = ["a", "b", "c"].map(|title| scene.do_now(|edit| edit.open_issue(scene.eve, title)));
    let number = scene.do_now(|edit| {
        let number = edit.open_pull_request(scene.ann, "Fix", vec![file("src/a.rs", 3)]);
        let here = edit.repository().id;
        edit.pull_request(number).unwrap().closes = vec![accredit::sample::Reference { repository: here, number: by_merge }];
        number
    });
    let oid = scene.do_now(|edit| edit.merge(number, scene.bob).unwrap());
    scene.do_now(|edit| {
        edit.close_issue(by_commit, Some(scene.bob), StateReason::Completed, Some(accredit::sample::Closer::Commit(oid))).unwrap();
        edit.close_issue(by_hand, Some(scene.bob), StateReason::Completed, None).unwrap();
        edit.push_commit("Push", vec![GitAuthor { name: None, account: Some(scene.ann) }], Lines { additions: 1, deletions: 0 });
    });
    scene.sync().await;
    let owner = &mut scene.university.database.owner().await;
    let issues: Vec<(i64, Option<Vec<i64>>)> =
        sqlx::query_as("select number, confirmed_by from contributions where kind = 'issue' order by number")
            .fetch_all(&mut *owner)
            .await
            .unwrap();
    assert_eq!(issues, [(by_merge, Some(vec![scene.ann.0])), (by_commit, Some(vec![scene.ann.0])), (by_hand, None)]);
    let commits: Vec<(Option<String>, Option<i64>, Option<i64>)> =
        sqlx::query_as("select title, number, parent_account_id from contributions where kind = 'commit' order by title")
            .fetch_all(&mut *owner)
            .await
            .unwrap();
    assert_eq!(commits, [(Some(format!("Fix (#{number})")), Some(number), Some(scene.ann.0)), (Some("Push".to_owned()), None, None)]);
}
