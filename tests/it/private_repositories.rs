//! Private repositories: they are the institution's that brought them, and to every other what GitHub does not have.

use accredit::{
    api,
    db::{
        self,
        api_keys::{self, ApiKeyEntry},
        repositories::{self, Registration},
    },
    model::{
        account::AccountKind,
        actor::{Actor, Person},
        api_key::ApiKey,
        ids::RepositoryId,
        institution::Role,
        repository::{RepositoryState, TrackedRepository},
        work::{Sync, WorkState},
    },
    sample::{Edit, Server, World},
};
use axum::{
    body::{Body, to_bytes},
    http::Request,
};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::support::{
    University,
    app::{door, lenient},
};

const VAULT: &str = "harbour/vault";
const NOWHERE: &str = "harbour/nowhere";
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

/// Ann and Bob, and no repository.
fn harbour() -> World {
    let mut world = World::new(at("2025-09-01T00:00:00Z"));
    for (login, kind) in [("harbour", AccountKind::Organization), ("ann", AccountKind::User), ("bob", AccountKind::User)] {
        world.add_person(login, kind);
    }
    world
}

/// The repository comes to be, with one pull request of Ann's that Bob merged.
fn build(world: &mut World, is_private: bool) {
    let harbour = world.person_called("harbour").unwrap().id;
    let then = world.now;
    world.add_repository(VAULT.parse().unwrap(), harbour, then).is_private = is_private;
    work(world);
}

/// One more of them.
fn work(world: &mut World) {
    let (ann, bob) = (world.person_called("ann").unwrap().id, world.person_called("bob").unwrap().id);
    let then = world.now + TimeDelta::hours(1);
    let mut edit = world.edit(VAULT, then).unwrap();
    let file = accredit::model::github::ChangedFile { path: "src/a.rs".into(), additions: 30, deletions: 0 };
    let number = edit.open_pull_request(ann, "A secret change", vec![file]);
    edit.merge(number, bob).unwrap();
}

fn edit(server: &Server, deed: impl FnOnce(&mut Edit<'_>)) {
    let mut world = server.world();
    let then = world.now + TimeDelta::hours(1);
    deed(&mut world.edit(VAULT, then).unwrap());
}

fn make_private(server: &Server, is_private: bool) {
    edit(server, |edit| edit.repository().is_private = is_private);
}

/// Two institutions at one GitHub, each with Ann on its register.
async fn two(world: World) -> (Server, University, University) {
    let now = world.now + TimeDelta::days(30);
    let server = Server::start(world).await.unwrap();
    let a = University::new(&server, now).await;
    let b = a.neighbour("other").await;
    for university in [&a, &b] {
        university.enrol(["ann"]).await;
    }
    (server, a, b)
}

async fn tracked(university: &University, id: RepositoryId) -> TrackedRepository {
    repositories::get(&mut university.begin().await, id).await.unwrap().unwrap()
}

/// All that an institution is told of a repository and of its last fetch, without what its registration alone decides: the name, ids and the
/// number of GitHub's request.
async fn told(university: &University, repository: RepositoryId) -> (Sync, Value) {
    let sync = university.sync(repository).await;
    let row = tracked(university, repository).await;
    let plain = |text: Option<String>| {
        text.map(|text| text.replace(row.full_name.as_str(), "NAME").split("(GitHub request").next().unwrap().to_owned())
    };
    let mut sync_view = serde_json::to_value(format!("{:?}", (sync.state, sync.fetched, sync.total, sync.requests, sync.written))).unwrap();
    sync_view = json!([sync_view, plain(sync.error.clone()), sync.started_at, sync.finished_at]);
    let view =
        json!([row.github_id, row.state.as_str(), row.synced_until, plain(row.last_error.clone()), row.category, row.member_numbers]);
    (sync, json!([sync_view, view]))
}

async fn contributions(university: &University) -> usize {
    db::contributions::list(&mut university.begin().await, &db::contributions::Filter::default(), None, 200).await.unwrap().len()
}

/// What the institution's reader gets of a path.
async fn read(university: &University, path: &str) -> Value {
    let secret = *uuid::Uuid::new_v4().as_bytes();
    let key = ApiKey::new(university.id, [secret, secret].concat().try_into().unwrap());
    let entry = ApiKeyEntry::new(Role::Reader, Person { name: "A system".into(), member: None }, None, university.clock.now());
    let mut tx = university.begin().await;
    api_keys::insert(&mut tx, &entry, &key.hash(), &Actor::Operator).await.unwrap();
    tx.commit().await.unwrap();
    let router = api::router(door(university.database.db(), &university.clock, "http://127.0.0.1:9"), &lenient());
    let request = Request::builder().uri(path).header("authorization", format!("Bearer {}", key.reveal())).body(Body::empty()).unwrap();
    let response = router.oneshot(request).await.unwrap();
    assert_eq!(response.status(), 200, "{path}");
    serde_json::from_slice(&to_bytes(response.into_body(), usize::MAX).await.unwrap()).unwrap()
}

#[tokio::test]
async fn a_private_repository_is_the_institutions_that_brought_it_and_unknown_to_every_other() {
    let mut world = harbour();
    build(&mut world, true);
    let (_server, a, b) = two(world).await;
    let own = a.track(VAULT, "course", &[]).await;
    let sync = a.sync(own).await;
    assert_eq!((sync.state, sync.error), (WorkState::Done, None));
    assert!(contributions(&a).await > 0);

    let (foreign, unknown) = (b.track(VAULT, "course", &[]).await, b.track(NOWHERE, "course", &[]).await);
    assert_ne!(foreign, own, "the same id would say that somebody has it");
    let (failed, seen) = told(&b, foreign).await;
    assert_eq!(failed.state, WorkState::Failed);
    assert_eq!(seen, told(&b, unknown).await.1, "it must look like a name that nobody has");
    let why = failed.error.unwrap();
    assert!(why.starts_with(&format!("GitHub does not have it, or does not show it to this token: {VAULT} (GitHub request ")), "{why}");
    assert_eq!(contributions(&b).await, 0);
}

#[tokio::test]
async fn lists_scores_and_reports_of_another_institution_show_nothing_of_a_private_repository() {
    let mut world = harbour();
    build(&mut world, true);
    let (_server, a, b) = two(world).await;
    for university in [&a, &b] {
        let repository = university.track(VAULT, "course", &[]).await;
        university.sync(repository).await;
    }
    let mut points = Vec::new();
    for university in [&a, &b] {
        let term = university.add_term("2025-2026-1", "2025-08-01", "2026-01-31").await;
        let policy = university.adopt(POLICY).await;
        let evaluation = university.evaluate(term, policy).await;
        points.push(read(university, &format!("/v1/evaluations/{}/scores", evaluation.id)).await["items"][0]["points"].clone());
        let report = read(university, &format!("/v1/reports/credits?term_id={term}&format=json")).await;
        let shown = format!("{report}{}", read(university, "/v1/contributions").await);
        assert_eq!(shown.contains("secret change") || shown.contains("/pull/"), university.id == a.id, "{shown}");
    }
    assert_eq!(points, [json!("10"), json!("0")]);
    let listed = read(&b, "/v1/repositories").await;
    assert_eq!((&listed["items"][0]["github_id"], &listed["items"][0]["state"]), (&Value::Null, &json!("failed")));
}

#[tokio::test]
async fn who_registered_the_name_before_it_was_there_to_be_seen_gets_nothing_of_it() {
    let (server, a, b) = two(harbour()).await;
    let squatted = b.track(VAULT, "course", &[]).await;
    let (_, before) = told(&b, squatted).await;
    build(&mut server.world(), true);
    let own = a.track(VAULT, "course", &[]).await;
    assert_eq!(a.sync(own).await.state, WorkState::Done);
    assert_eq!(told(&b, squatted).await.1, before, "nothing has changed for whoever only guessed the name");
    assert_eq!((contributions(&a).await > 0, contributions(&b).await), (true, 0));
}

#[tokio::test]
async fn a_former_name_of_a_private_repository_does_not_tell_the_present_one_nor_its_number() {
    let mut world = harbour();
    build(&mut world, true);
    let (server, a, b) = two(world).await;
    let own = a.track(VAULT, "course", &[]).await;
    a.sync(own).await;
    edit(&server, |edit| edit.rename("harbour/bunker".parse().unwrap()));
    let foreign = b.track(VAULT, "course", &[]).await;
    let (failed, _) = told(&b, foreign).await;
    assert!(failed.error.is_some_and(|why| why.contains(VAULT) && !why.contains("bunker")));
    assert_eq!(tracked(&b, foreign).await.full_name.as_str(), VAULT);
    a.sync(own).await;
    assert_eq!(tracked(&a, own).await.full_name.as_str(), "harbour/bunker", "its own institution follows it");

    // One that had the name before, and is another: its number is not told either.
    let then = server.world().now;
    let harbour = server.world().person_called("harbour").unwrap().id;
    server.world().add_repository("harbour/open".parse().unwrap(), harbour, then);
    let open = b.track("harbour/open", "course", &[]).await;
    assert_eq!(b.sync(open).await.state, WorkState::Done);
    server.world().edit("harbour/open", then).unwrap().rename("harbour/elsewhere".parse().unwrap());
    server.world().edit("harbour/bunker", then).unwrap().rename("harbour/open".parse().unwrap());
    let why = b.sync(open).await.error.unwrap();
    assert!(why.starts_with("GitHub does not have it"), "{why}");
}

#[tokio::test]
async fn what_becomes_public_is_shared_again_and_heals_where_it_had_failed() {
    let mut world = harbour();
    build(&mut world, true);
    let (server, a, b) = two(world).await;
    let own = a.track(VAULT, "course", &[]).await;
    a.sync(own).await;
    let foreign = b.track(VAULT, "course", &[]).await;
    assert_eq!(b.sync(foreign).await.state, WorkState::Failed);

    make_private(&server, false);
    a.sync(own).await;
    let healed = b.sync(foreign).await;
    assert_eq!((healed.state, healed.error), (WorkState::Done, None));
    assert_eq!(contributions(&a).await, contributions(&b).await);
    let c = a.neighbour("third").await;
    assert_eq!(c.track(VAULT, "course", &[]).await, own, "who comes later shares the row that everybody may see");
    assert!(contributions(&c).await > 0);
}

#[tokio::test]
async fn what_one_institution_alone_had_registered_stays_its_own_when_it_becomes_private() {
    let mut world = harbour();
    build(&mut world, false);
    let (server, a, b) = two(world).await;
    let own = a.track(VAULT, "course", &[]).await;
    a.sync(own).await;
    let before = contributions(&a).await;
    make_private(&server, true);
    work(&mut server.world());
    assert_eq!(a.sync(own).await.state, WorkState::Done);
    assert!(contributions(&a).await > before, "its institution sees what came since");
    let foreign = b.track(VAULT, "course", &[]).await;
    assert_ne!(foreign, own);
    assert_eq!(b.sync(foreign).await.state, WorkState::Failed);
    assert_eq!(contributions(&b).await, 0);
}

#[tokio::test]
async fn what_several_had_registered_is_kept_and_fetched_no_more_when_it_becomes_private_until_one_brings_it_anew() {
    let mut world = harbour();
    build(&mut world, false);
    let (server, a, b) = two(world).await;
    let shared = a.track(VAULT, "course", &[]).await;
    a.sync(shared).await;
    assert_eq!(b.track(VAULT, "course", &[]).await, shared);
    let before = contributions(&b).await;
    make_private(&server, true);
    work(&mut server.world());
    for university in [&a, &b] {
        let (failed, _) = told(university, shared).await;
        assert!(failed.error.is_some_and(|why| why.starts_with("GitHub does not have it")));
        assert_eq!(contributions(university).await, before, "what was public when it was fetched stays");
    }
    let c = a.neighbour("third").await;
    assert_ne!(c.track(VAULT, "course", &[]).await, shared, "nobody new comes to what was public once");

    let mut tx = a.begin().await;
    assert!(repositories::untrack(&mut tx, shared, &Actor::Operator, a.clock.now()).await.unwrap());
    tx.commit().await.unwrap();
    let own = a.track(VAULT, "course", &[]).await;
    assert_ne!(own, shared);
    assert_eq!(a.sync(own).await.state, WorkState::Done);
    assert!(contributions(&a).await > before);
    assert_eq!(contributions(&b).await, before);

    make_private(&server, false);
    assert_eq!(b.sync(shared).await.state, WorkState::Done, "public again, it is fetched again");
    assert_eq!(contributions(&b).await, contributions(&a).await);
}

#[tokio::test]
async fn the_text_of_changes_is_not_read_of_what_went_private_and_is_nobodys() {
    let mut world = harbour();
    build(&mut world, false);
    let (server, a, b) = two(world).await;
    let shared = a.track(VAULT, "course", &[]).await;
    a.sync(shared).await;
    b.track(VAULT, "course", &[]).await;
    make_private(&server, true);
    a.sync(shared).await;
    let patches = || server.requests().iter().filter(|asked| asked.operation == "GET").count();
    let before = patches();
    let forget = "update contributions set change = change - 'unchanged_lines' - 'fingerprint'";
    sqlx::query(forget).execute(&mut a.database.owner().await).await.unwrap();
    let mut tx = a.begin().await;
    db::queue::enqueue(&mut tx, &accredit::model::job::ReadChanges { repository_id: shared }, None).await.unwrap();
    tx.commit().await.unwrap();
    a.work().await;
    assert_eq!(patches(), before);
}

#[tokio::test]
async fn nobody_tracks_what_another_alone_may_see_even_where_a_query_forgets_to_ask() {
    let mut world = harbour();
    build(&mut world, true);
    let (_server, a, b) = two(world).await;
    let own = a.track(VAULT, "course", &[]).await;
    a.sync(own).await;
    let mut tx = a.database.db().pool().begin().await.unwrap();
    sqlx::query("select set_config('accredit.institution', $1, true)").bind(b.id.to_string()).execute(&mut *tx).await.unwrap();
    let insert =
        sqlx::query("insert into tracked_repositories (institution_id, repository_id, category, created_at) values ($1, $2, 'own', now())")
            .bind(b.id.0)
            .bind(own.0);
    let refused = insert.execute(&mut *tx).await.unwrap_err().to_string();
    assert!(refused.contains("row-level security"), "{refused}");
}

#[tokio::test]
async fn an_institution_does_not_have_a_repository_twice_under_two_of_its_names() {
    let mut world = harbour();
    build(&mut world, true);
    world.edit(VAULT, at("2025-09-02T00:00:00Z")).unwrap().rename("harbour/bunker".parse().unwrap());
    let (server, a, b) = two(world).await;
    let own = a.track("harbour/bunker", "course", &[]).await;
    a.sync(own).await;
    let again = a.track(VAULT, "course", &[]).await;
    let refused = a.sync(again).await;
    assert!(refused.error.is_some_and(|why| why.contains("registered already, under the name harbour/bunker")));

    // Both wait, and become the same public one.
    server.world().edit("harbour/bunker", at("2025-09-03T00:00:00Z")).unwrap().repository().is_private = false;
    a.sync(own).await;
    let former = b.track(VAULT, "course", &[]).await;
    assert_eq!(b.sync(former).await.state, WorkState::Done, "a copy of its own, since the shared row has another name");
    let registration = Registration { full_name: "harbour/bunker".parse().unwrap(), category: "own".into(), members: Vec::new() };
    let mut tx = b.begin().await;
    let twice = repositories::track(&mut tx, RepositoryId::new(b.clock.now()), &registration, &Actor::Operator, b.clock.now()).await;
    assert!(matches!(twice, Err(db::Error::Conflict { .. })));
}

#[tokio::test]
async fn two_who_wait_for_one_public_name_each_get_it() {
    let mut world = harbour();
    build(&mut world, false);
    let (_server, a, b) = two(world).await;
    let (of_a, of_b) = (a.track(VAULT, "course", &[]).await, b.track(VAULT, "course", &[]).await);
    assert_ne!(of_a, of_b, "what nobody has fetched is each institution's own");
    for (university, repository) in [(&a, of_a), (&b, of_b)] {
        assert_eq!(university.sync(repository).await.state, WorkState::Done);
        assert_eq!(tracked(university, repository).await.state, RepositoryState::Ready);
    }
    assert_eq!(contributions(&a).await, contributions(&b).await);
}
