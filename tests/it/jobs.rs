//! Jobs as workers do them: each does its work once, whatever GitHub, the worker or another worker does meanwhile.

use std::time::Duration;

use accredit::{
    db, github,
    jobs::{Worker, WorkerSettings},
    model::{
        account::{AccountId, AccountKind},
        actor::Actor,
        contribution::{Key, Kind},
        github::{ChangedFile, ReviewState},
        member::AccountState,
        points::Points,
        repository::{RepositoryState, TrackedRepository},
        work::WorkState,
    },
    sample::{Edit, Fault, Server, World},
};
use chrono::{DateTime, TimeDelta, Utc};

use crate::support::University;

const QUAY: &str = "harbour/quay";
const POLICY: &str = r#"
name = "plain"
version = "1"
[[rules]]
id = "merged"
kind = "pull_request"
requires = ["merged", "confirmed_by_another"]
points = 10
[credits]
points_per_credit = 20
step = 0.5
"#;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// Ann has opened so many pull requests, one an hour, and Bob merged each.
fn quay(pull_requests: usize) -> World {
    let mut world = World::new(at("2025-09-01T00:00:00Z"));
    let harbour = world.add_person("harbour", AccountKind::Organization);
    world.add_person("ann", AccountKind::User);
    world.add_person("bob", AccountKind::User);
    world.add_repository(QUAY.parse().unwrap(), harbour, at("2025-01-01T00:00:00Z"));
    for _ in 0..pull_requests {
        an_hour_later(&mut world, |edit, ann, bob| {
            let number = edit.open_pull_request(ann, "A change", vec![file("src/a.rs", 30)]);
            edit.review(number, bob, ReviewState::Approved, &["Good"]).unwrap();
            edit.merge(number, bob).unwrap();
        });
    }
    world.now += TimeDelta::days(1);
    world
}

fn file(path: &str, additions: i64) -> ChangedFile {
    ChangedFile { path: path.into(), additions, deletions: 0 }
}

fn an_hour_later(world: &mut World, what: impl FnOnce(&mut Edit<'_>, AccountId, AccountId)) {
    let (ann, bob) = (world.person_called("ann").unwrap().id, world.person_called("bob").unwrap().id);
    world.now += TimeDelta::hours(1);
    let then = world.now;
    what(&mut world.edit(QUAY, then).unwrap(), ann, bob);
}

async fn university(world: World) -> (Server, University) {
    let now = world.now;
    let server = Server::start(world).await.unwrap();
    let university = University::new(&server, now).await;
    (server, university)
}

async fn tracked(university: &University, id: accredit::model::ids::RepositoryId) -> TrackedRepository {
    db::repositories::get(&mut university.begin().await, id).await.unwrap().unwrap()
}

/// What waits for its time waits no longer.
async fn make_due(university: &University) -> u64 {
    let due = sqlx::query("update graphile_worker._private_jobs set run_at = now() where locked_at is null");
    due.execute(&mut university.database.owner().await).await.unwrap().rows_affected()
}

async fn count(university: &University, query: &'static str) -> i64 {
    sqlx::query_scalar(query).fetch_one(&mut university.database.owner().await).await.unwrap()
}

#[tokio::test]
async fn a_fetch_stores_every_item_with_its_evidence_and_the_next_one_writes_nothing() {
    let (_server, university) = university(quay(3)).await;
    let repository = university.track(QUAY, "community", &[]).await;
    let first = university.sync(repository).await;
    assert_eq!((first.state, first.error), (WorkState::Done, None));
    // Three pull requests, three reviews, three review comments, and the commits of the merges.
    assert_eq!(count(&university, "select count(*) from contributions where kind <> 'commit'").await, 9);
    assert_eq!(
        count(&university, "select count(*) from contributions").await,
        count(&university, "select count(*) from contributions join evidence using (repository_id, kind, github_id)").await
    );
    let second = university.sync(repository).await;
    assert_eq!((second.state, second.written, second.requests), (WorkState::Done, 0, 1));
    let tracked = tracked(&university, repository).await;
    assert_eq!((tracked.state, tracked.last_error), (RepositoryState::Ready, None));
    assert!(tracked.github_id.is_some() && tracked.synced_until.is_some());
}

#[tokio::test]
async fn the_evidence_of_a_contribution_is_what_github_sent() {
    let (server, university) = university(quay(1)).await;
    let repository = university.track(QUAY, "community", &[]).await;
    university.sync(repository).await;
    let github_id = server.world().repository(QUAY).unwrap().pull_requests[0].id.to_string();
    let key = Key { repository, kind: Kind::PullRequest, github_id: github_id.into() };
    let mut tx = university.database.db().begin().await.unwrap();
    let stored = db::contributions::get_evidence(&mut tx, &key).await.unwrap().unwrap();
    let evidence = accredit::contributions::decompress(&stored).unwrap();
    let sent: serde_json::Value = serde_json::from_str(&evidence.0[0]).unwrap();
    assert_eq!((&sent["title"], &sent["mergedBy"]["login"]), (&serde_json::json!("A change"), &serde_json::json!("bob")));
}

#[tokio::test]
async fn only_what_changed_since_the_last_fetch_is_written() {
    let (server, university) = university(quay(30)).await;
    let repository = university.track(QUAY, "community", &[]).await;
    university.sync(repository).await;
    an_hour_later(&mut server.world(), |edit, _, bob| {
        edit.comment(7, bob, "One more thing").unwrap();
    });
    let next = university.sync(repository).await;
    // The comment with its evidence, the pull request's evidence with its new date, the repository's marks.
    assert!((3..=4).contains(&next.written), "{}", next.written);
    assert_eq!(count(&university, "select count(*) from contributions where kind = 'issue_comment'").await, 1);
}

#[tokio::test]
async fn a_fetch_that_meets_the_rate_limit_waits_until_github_says_and_then_comes_to_its_end() {
    let (server, mut university) = university(quay(30)).await;
    let repository = university.track(QUAY, "community", &[]).await;
    server.fail_nth(3, Fault::RateLimited);
    let id = university.ask_for_sync(repository).await;
    university.work().await;
    let waiting = university.get_sync(id).await;
    assert_eq!(waiting.state, WorkState::Queued);
    assert!(waiting.error.as_deref().is_some_and(|why| why.contains("rate limit")), "{:?}", waiting.error);
    assert_eq!(tracked(&university, repository).await.synced_until, None, "a partial fetch is complete until never");

    server.world().now += TimeDelta::hours(2);
    university.tools.github = github::Client::new(&server.base_url(), Some(&server.token())).unwrap();
    assert_eq!(make_due(&university).await, 1, "the sync waits in the queue");
    university.work().await;
    assert_eq!(university.get_sync(id).await.state, WorkState::Done);
    assert_eq!(count(&university, "select count(*) from contributions where kind = 'pull_request'").await, 30);
}

#[tokio::test]
async fn a_fetch_that_breaks_off_is_tried_again_and_moves_the_watermark_only_at_its_end() {
    let (server, university) = university(quay(60)).await;
    let repository = university.track(QUAY, "community", &[]).await;
    server.fail_nth(3, Fault::Html { status: 200 });
    let id = university.ask_for_sync(repository).await;
    university.work().await;
    let broken = university.get_sync(id).await;
    assert_eq!(broken.state, WorkState::Queued);
    assert!(broken.error.is_some_and(|why| why.contains("not JSON")));
    assert_eq!(tracked(&university, repository).await.synced_until, None);
    assert_eq!(count(&university, "select count(*) from contributions where kind = 'pull_request'").await, 25, "the whole first page");
    assert_eq!(count(&university, "select count(*) from contributions where kind = 'commit'").await, 0, "of a walk all or none");

    make_due(&university).await;
    university.work().await;
    assert_eq!(university.get_sync(id).await.state, WorkState::Done);
    assert_eq!(count(&university, "select count(*) from contributions where kind = 'pull_request'").await, 60);
}

#[tokio::test]
async fn a_fetch_that_fails_five_times_is_given_up_with_its_reason_and_keeps_what_was_there() {
    let (server, university) = university(quay(2)).await;
    let repository = university.track(QUAY, "community", &[]).await;
    university.sync(repository).await;
    let before = tracked(&university, repository).await.synced_until;
    let id = university.ask_for_sync(repository).await;
    for attempt in 1..=5 {
        assert_eq!(university.get_sync(id).await.state, WorkState::Queued, "before attempt {attempt}");
        server.fail_next(Fault::EmptyObject);
        make_due(&university).await;
        university.work().await;
    }
    let failed = university.get_sync(id).await;
    assert_eq!(failed.state, WorkState::Failed);
    let tracked = tracked(&university, repository).await;
    assert_eq!((tracked.state, tracked.last_error), (RepositoryState::Failed, failed.error));
    assert_eq!(tracked.synced_until, before);
    assert_eq!(count(&university, "select count(*) from contributions where kind = 'pull_request'").await, 2);
    let again = university.sync(repository).await;
    assert_eq!((again.state, again.written), (WorkState::Done, 0), "a new request starts afresh");
}

#[tokio::test]
async fn what_no_repetition_can_mend_is_not_repeated() {
    let (server, university) = university(quay(1)).await;
    let missing = university.track("harbour/nowhere", "community", &[]).await;
    let sync = university.sync(missing).await;
    assert_eq!((sync.state, sync.requests), (WorkState::Failed, 0), "requests of a failed try are not on the row");
    assert_eq!(server.requests().len(), 1);
    assert!(tracked(&university, missing).await.last_error.is_some_and(|why| why.contains("GitHub does not have it")));
    assert_eq!(count(&university, "select count(*) from graphile_worker._private_jobs").await, 0);
}

#[tokio::test]
async fn a_renamed_repository_is_followed_and_another_one_under_the_old_name_is_refused() {
    let (server, university) = university(quay(1)).await;
    let repository = university.track(QUAY, "community", &[]).await;
    university.sync(repository).await;
    let then = server.world().now;
    server.world().edit(QUAY, then).unwrap().rename("harbour/pier".parse().unwrap());
    university.sync(repository).await;
    let renamed = tracked(&university, repository).await;
    assert_eq!(renamed.full_name.as_str(), "harbour/pier");

    // Somebody makes another repository under the present name, and ours is gone from it.
    server.world().edit("harbour/pier", then).unwrap().rename("harbour/elsewhere".parse().unwrap());
    let harbour = server.world().person_called("harbour").unwrap().id;
    server.world().add_repository("harbour/pier".parse().unwrap(), harbour, then);
    let refused = university.sync(repository).await;
    assert_eq!(refused.state, WorkState::Failed);
    assert!(refused.error.is_some_and(|why| why.contains("another repository now")));
}

#[tokio::test]
async fn two_workers_at_once_do_every_job_once() {
    let (server, university) = university(quay(20)).await;
    let repository = university.track(QUAY, "community", &[]).await;
    let one = university.ask_for_sync(repository).await;
    assert_eq!(university.ask_for_sync(repository).await, one, "who asks while one is waiting gets that one");
    let (a, b) = (university.worker().await, university.worker().await);
    let (first, second) = tokio::join!(a.run_once(), b.run_once());
    first.unwrap();
    second.unwrap();
    assert_eq!(university.get_sync(one).await.state, WorkState::Done);
    let asked = server.requests().iter().filter(|asked| asked.operation == "Repository").count();
    assert_eq!(asked, 1, "one fetch, not two");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_job_of_a_worker_that_was_killed_is_taken_up_by_another_and_nothing_is_lost_or_doubled() {
    let (server, university) = university(quay(200)).await;
    let repository = university.track(QUAY, "community", &[]).await;
    let id = university.ask_for_sync(repository).await;
    let (arrived, arrival) = std::sync::mpsc::channel();
    let (kill, killed) = std::sync::mpsc::channel::<()>();
    // The fifth question is answered only when whoever asked it is dead.
    server.edit_before(5, move |_| {
        arrived.send(()).unwrap();
        tokio::task::block_in_place(|| killed.recv().unwrap());
    });
    let mut worker = tokio::process::Command::new(env!("CARGO_BIN_EXE_accredit"))
        .arg("work")
        .env("DATABASE_URL", university.database.url())
        .env("ACCREDIT__GITHUB__BASE_URL", server.base_url().as_str())
        .env("GITHUB_TOKEN", secrecy::ExposeSecret::expose_secret(&server.token()))
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    tokio::task::spawn_blocking(move || arrival.recv_timeout(Duration::from_secs(60)).unwrap()).await.unwrap();
    worker.kill().await.unwrap();
    kill.send(()).unwrap();
    let left = university.get_sync(id).await;
    assert_eq!(left.state, WorkState::Running, "the dead worker could not say that it stopped");

    let short = Duration::from_millis(200);
    let settings = WorkerSettings { poll_interval: short, heartbeat_interval: short, dead_after: short * 5, ..WorkerSettings::default() };
    let heir = Worker::start(university.tools.clone(), settings, std::future::pending()).await.unwrap();
    let ended = async {
        while !university.get_sync(id).await.state.is_over() {
            tokio::time::sleep(short).await;
        }
    };
    tokio::select! {
        stopped = heir.run() => panic!("the worker stopped: {stopped:?}"),
        () = ended => {}
    }
    assert_eq!(university.get_sync(id).await.state, WorkState::Done);
    assert_eq!(count(&university, "select count(*) from contributions where kind = 'pull_request'").await, 200);
    assert_eq!(count(&university, "select count(*) from contributions where kind = 'review'").await, 200);
    assert_eq!(count(&university, "select count(*) from syncs").await, 1);
}

#[tokio::test]
async fn one_account_is_one_person_and_an_unknown_login_stays_without_an_account() {
    let (_server, university) = university(quay(1)).await;
    // A bot and an organisation are nobody's account; a login is the same in whatever letters.
    let ids = university.enrol(["ann", "nobody-has-this", "harbour"]).await;
    let mut states = Vec::new();
    for id in &ids {
        states.push(db::members::get(&mut university.begin().await, *id).await.unwrap().unwrap().account_state);
    }
    assert_eq!(states, [AccountState::Linked, AccountState::NotFound, AccountState::NotFound]);
}

#[tokio::test]
async fn an_account_that_took_anothers_former_login_is_not_linked_twice() {
    let (server, university) = university(quay(1)).await;
    university.enrol(["ann"]).await;
    // Ann is called anna now, and another member is registered under that name: it is the same account.
    let ann = server.world().person_called("ann").unwrap().id;
    server.world().rename_person(ann, "anna").unwrap();
    let now = university.clock.now();
    let id = accredit::model::ids::MemberId::new(now);
    let profile = db::members::Profile {
        number: "another".into(),
        name: "Another".into(),
        role: accredit::model::member::MemberRole::Student,
        unit: None,
        github_login: Some("anna".into()),
    };
    let mut tx = university.begin().await;
    db::members::insert(&mut tx, id, &profile, &Actor::Operator, now).await.unwrap();
    db::queue::enqueue(&mut tx, &accredit::model::job::LinkAccounts { institution_id: university.id }, None).await.unwrap();
    tx.commit().await.unwrap();
    university.work().await;
    let member = db::members::get(&mut university.begin().await, id).await.unwrap().unwrap();
    assert_eq!((member.account_state, member.account), (AccountState::Taken, None));
}

#[tokio::test]
async fn a_term_is_scored_as_the_policy_says_and_a_new_policy_changes_no_old_result() {
    let (_server, university) = university(quay(3)).await;
    let members = university.enrol(["ann", "bob", "nobody-has-this"]).await;
    let repository = university.track(QUAY, "community", &[]).await;
    university.sync(repository).await;
    let term = university.add_term("2025-2026-1", "2025-09-01", "2026-01-31").await;
    let policy = university.adopt(POLICY).await;
    let first = university.evaluate(term, policy).await;
    let points = |report: &accredit::model::credit_report::CreditReport| -> Vec<Option<Points>> {
        members.iter().map(|id| report.rows.iter().find(|row| row.score.member == *id).unwrap().score.points()).collect()
    };
    let report = db::credit_reports::get(&mut university.begin().await, first.id).await.unwrap().unwrap();
    let thousandths = Points::from_thousandths;
    assert_eq!(points(&report), [Some(thousandths(30_000)), Some(thousandths(0)), None], "no account is not zero");
    assert_eq!(report.rows[0].score.credits().unwrap().to_string(), "1.5");
    assert!(report.complete_until().is_some());
    assert_eq!(report.policy.hash, first.policy_hash);

    let dearer = university.adopt(&POLICY.replace("version = \"1\"", "version = \"2\"").replace("points = 10", "points = 20")).await;
    let second = university.evaluate(term, dearer).await;
    let newer = db::credit_reports::get(&mut university.begin().await, second.id).await.unwrap().unwrap();
    assert_eq!(points(&newer)[0], Some(thousandths(60_000)));
    assert_ne!(newer.policy.hash, report.policy.hash);
    let kept = db::credit_reports::get(&mut university.begin().await, first.id).await.unwrap().unwrap();
    assert_eq!(kept, report);
}

#[tokio::test]
async fn two_institutions_share_the_facts_of_a_repository_and_neither_sees_the_others_register() {
    let (server, one) = university(quay(2)).await;
    one.enrol(["ann"]).await;
    let repository = one.track(QUAY, "community", &[]).await;
    one.sync(repository).await;
    let asked = server.requests().len();
    let other = one.neighbour("other").await;
    other.enrol(["ann", "bob"]).await;
    assert_eq!(other.track(QUAY, "course", &[]).await, repository, "one repository, whoever tracks it");
    let term = other.add_term("t", "2025-09-01", "2026-01-31").await;
    let policy = other.adopt(POLICY).await;
    let evaluation = other.evaluate(term, policy).await;
    let report = db::credit_reports::get(&mut other.begin().await, evaluation.id).await.unwrap().unwrap();
    assert_eq!(report.rows.len(), 2);
    assert_eq!(report.rows[0].score.points(), Some(Points::from_thousandths(20_000)), "without another fetch");
    assert_eq!(server.requests().len(), asked + 1, "only the logins were asked for");
    assert!(db::credit_reports::get(&mut one.begin().await, evaluation.id).await.unwrap().is_none());
}

#[tokio::test]
async fn a_repository_that_is_registered_under_its_former_name_too_is_stored_once() {
    let (server, university) = university(quay(3)).await;
    let first = university.track(QUAY, "community", &[]).await;
    university.sync(first).await;
    let then = server.world().now;
    server.world().edit(QUAY, then).unwrap().rename("harbour/pier".parse().unwrap());
    let alias = university.track("harbour/pier", "community", &[]).await;
    assert_ne!(alias, first, "nobody knows yet that it is the same");
    let refused = university.sync(alias).await;
    assert_eq!(refused.state, WorkState::Failed);
    assert!(refused.error.is_some_and(|why| why.contains("registered already") && why.contains("add harbour/pier")));
    assert_eq!(count(&university, "select count(*) from contributions where kind = 'pull_request'").await, 3);

    // The advice can be followed: the first one takes its new name, and whoever adds that gets the first one.
    university.sync(first).await;
    let mut tx = university.begin().await;
    assert!(
        db::repositories::untrack(&mut tx, alias, &Actor::Operator, university.clock.now()).await.unwrap()
            && db::repositories::untrack(&mut tx, first, &Actor::Operator, university.clock.now()).await.unwrap()
    );
    tx.commit().await.unwrap();
    assert_eq!(university.track("harbour/pier", "community", &[]).await, first);
}

#[tokio::test]
async fn whose_repository_it_is_is_known_before_anything_of_it_is_stored() {
    let mut world = quay(0);
    let (ann, bob) = (world.person_called("ann").unwrap().id, world.person_called("bob").unwrap().id);
    let then = world.now;
    world.add_repository("ann/boat".parse().unwrap(), ann, then);
    for _ in 0..30 {
        let mut edit = world.edit("ann/boat", then).unwrap();
        let number = edit.open_pull_request(ann, "Mine", vec![file("src/a.rs", 30)]);
        edit.merge(number, bob).unwrap();
    }
    world.now += TimeDelta::days(1);
    let (server, university) = university(world).await;
    university.enrol(["ann"]).await;
    let repository = university.track("ann/boat", "community", &[]).await;
    server.fail_nth(3, Fault::Html { status: 200 });
    assert_eq!(university.sync(repository).await.state, WorkState::Queued, "the first page is stored, and no more");
    assert_eq!(count(&university, "select count(*) from contributions").await, 25);
    let term = university.add_term("t", "2025-09-01", "2026-01-31").await;
    let policy = university.adopt(POLICY).await;
    let evaluation = university.evaluate(term, policy).await;
    let report = db::credit_reports::get(&mut university.begin().await, evaluation.id).await.unwrap().unwrap();
    assert_eq!(report.rows[0].score.points(), Some(Points::ZERO));
    assert!(report.rows[0].lines.iter().all(|line| line.line.excluded.as_ref().is_some_and(|why| why.code == "own_repository")));
    assert_eq!(report.complete_until(), None);
}

#[tokio::test]
async fn a_worker_whose_fetch_was_taken_over_can_write_no_more_for_it() {
    let (_server, university) = university(quay(1)).await;
    let repository = university.track(QUAY, "community", &[]).await;
    let id = university.ask_for_sync(repository).await;
    let take = async || {
        let mut tx = university.database.db().begin().await.unwrap();
        let ground = db::syncs::take(&mut tx, repository, id, university.clock.now()).await.unwrap().unwrap();
        tx.commit().await.unwrap();
        ground.held
    };
    let (slow, quick) = (take().await, take().await);
    let now = university.clock.now();
    let mut tx = university.database.db().begin().await.unwrap();
    let taken_over = |result: Result<(), db::Error>| assert!(matches!(result, Err(db::Error::TakenOver)), "{result:?}");
    taken_over(db::syncs::advance(&mut tx, &slow, db::syncs::Progress::default()).await);
    taken_over(db::syncs::postpone(&mut tx, &slow, "why").await);
    taken_over(db::syncs::fail(&mut tx, &slow, "why", now).await);
    taken_over(db::syncs::finish(&mut tx, &slow, now, now).await);
    drop(tx);
    let mut tx = university.database.db().begin().await.unwrap();
    db::syncs::finish(&mut tx, &quick, now, now).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(university.get_sync(id).await.state, WorkState::Done);
}

#[tokio::test]
async fn a_fetch_whose_job_was_given_up_without_a_word_gets_another_when_it_is_asked_for() {
    let (_server, university) = university(quay(1)).await;
    let repository = university.track(QUAY, "community", &[]).await;
    let id = university.ask_for_sync(repository).await;
    let given_up = "update graphile_worker._private_jobs set attempts = max_attempts";
    sqlx::query(given_up).execute(&mut university.database.owner().await).await.unwrap();
    university.work().await;
    assert_eq!(university.get_sync(id).await.state, WorkState::Queued);
    assert_eq!(university.sync(repository).await.id, id);
    assert_eq!(university.get_sync(id).await.state, WorkState::Done);
}

#[tokio::test]
async fn a_result_keeps_the_login_and_the_states_that_it_was_scored_with() {
    let (server, university) = university(quay(0)).await;
    an_hour_later(&mut server.world(), |edit, ann, _| {
        edit.open_pull_request(ann, "A change", vec![file("src/a.rs", 30)]);
    });
    let members = university.enrol(["ann"]).await;
    let repository = university.track(QUAY, "community", &[]).await;
    university.sync(repository).await;
    let term = university.add_term("t", "2025-09-01", "2026-01-31").await;
    let policy = university.adopt(POLICY).await;
    let evaluation = university.evaluate(term, policy).await;
    let before = db::credit_reports::get(&mut university.begin().await, evaluation.id).await.unwrap().unwrap();

    an_hour_later(&mut server.world(), |edit, _, bob| {
        edit.merge(1, bob).unwrap();
    });
    university.sync(repository).await;
    let mut tx = university.begin().await;
    let profile = db::members::Profile {
        number: "0000000000".into(),
        name: "ann".into(),
        role: accredit::model::member::MemberRole::Student,
        unit: None,
        github_login: Some("bob".into()),
    };
    db::members::replace(&mut tx, members[0], &profile, &Actor::Operator, university.clock.now()).await.unwrap();
    tx.commit().await.unwrap();
    let after = db::credit_reports::get(&mut university.begin().await, evaluation.id).await.unwrap().unwrap();
    assert_eq!(after, before);
}

#[tokio::test]
async fn members_who_were_never_looked_up_are_looked_up_with_the_next_fetch() {
    let (server, mut university) = university(quay(1)).await;
    let github = university.tools.github.clone();
    university.tools.github = github::Client::new(&server.base_url(), None).unwrap();
    let ids = university.enrol(["ann"]).await;
    let state =
        async |university: &University| db::members::get(&mut university.begin().await, ids[0]).await.unwrap().unwrap().account_state;
    assert_eq!(state(&university).await, AccountState::Pending, "without a token nobody can be asked");
    assert_eq!(count(&university, "select count(*) from graphile_worker._private_jobs").await, 0, "and asking again helps nothing");
    university.tools.github = github;
    let repository = university.track(QUAY, "community", &[]).await;
    university.sync(repository).await;
    assert_eq!(state(&university).await, AccountState::Linked);
}
