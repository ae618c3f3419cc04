//! What a request may depend on: an Idempotency-Key, an ETag, a page.

use std::collections::BTreeSet;

use nix::sys::signal::Signal;
use reqwest::Method;
use serde_json::{Value, json};

use super::rights::{Stated, body, stated_routes, target};
use crate::support::{Answer, TestApp, program::Running, register};

async fn keyed(app: &TestApp, api_key: &str, path: &str, key: &str, body: &Value) -> Answer {
    let body = Some(("application/json", body.to_string().into_bytes()));
    app.call(Method::POST, path, api_key, &[("idempotency-key", key)], body).await
}

fn member(number: &str) -> Value {
    json!({"number": number, "name": "Ada", "role": "student"})
}

#[tokio::test]
async fn a_request_sent_again_under_its_key_gets_the_answer_that_it_got() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    let first = keyed(&app, &tenant.staff, "/v1/members", "k1", &member("001")).await;
    let again = keyed(&app, &tenant.staff, "/v1/members", "k1", &member("001")).await;
    first.json(201);
    assert_eq!((first.status, &first.body), (again.status, &again.body));
    for header in ["location", "content-type"] {
        assert_eq!(first.header(header), again.header(header), "{header}");
    }
    assert_eq!((first.header("idempotency-replayed"), again.header("idempotency-replayed")), (None, Some("true")));
    assert_eq!(app.get(&tenant.staff, "/v1/members").await.json(200)["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_refusal_is_replayed_too_but_not_to_whoever_may_do_it() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    keyed(&app, &tenant.staff, "/v1/members", "k1", &member("")).await.problem(422);
    assert_eq!(keyed(&app, &tenant.staff, "/v1/members", "k1", &member("")).await.header("idempotency-replayed"), Some("true"));
    keyed(&app, &tenant.reader, "/v1/members", "k2", &member("002")).await.problem(403);
    keyed(&app, &tenant.staff, "/v1/members", "k2", &member("002")).await.json(201);
}

#[tokio::test]
async fn a_key_belongs_to_one_request_of_one_institution() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    let other = app.tenant("other").await;
    keyed(&app, &tenant.staff, "/v1/members", "k1", &member("001")).await.json(201);
    let reused = keyed(&app, &tenant.staff, "/v1/members", "k1", &member("002")).await.problem(422);
    assert_eq!(reused["type"], "urn:accredit:problem:idempotency_key_reused");
    keyed(&app, &tenant.staff, "/v1/terms", "k1", &member("001")).await.problem(422);
    keyed(&app, &other.staff, "/v1/members", "k1", &member("001")).await.json(201);
}

#[tokio::test]
async fn a_key_that_is_sent_twice_at_once_does_once_what_it_asks_for() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    let reader = json!({"role": "reader"});
    // Nothing but the key tells the second one that there was a first.
    let ask = || keyed(&app, &tenant.admin, "/v1/api-keys", "k1", &reader);
    // A lock holds both up, so that each has begun before the other is done.
    let mut owner = app.database.owner().await;
    let mut holding = sqlx::Connection::begin(&mut owner).await.unwrap();
    sqlx::query("lock table api_keys in exclusive mode").execute(&mut *holding).await.unwrap();
    let mut both = Box::pin(async { tokio::join!(ask(), ask()) });
    tokio::select! {
        _ = &mut both => panic!("answered while the table was locked"),
        () = app.locked_out(2) => {}
    }
    holding.commit().await.unwrap();
    let (first, second) = both.await;
    assert_eq!(first.json(201)["id"], second.json(201)["id"]);
    let replayed = [&first, &second].map(|answer| answer.header("idempotency-replayed").is_some());
    assert!(replayed[0] != replayed[1], "{replayed:?}");
    assert_eq!(app.get(&tenant.admin, "/v1/api-keys").await.json(200)["items"].as_array().unwrap().len(), 5);
}

#[tokio::test]
async fn of_two_requests_at_once_under_one_key_one_is_done_and_the_other_refused() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    let (ada, ben) = (member("001"), member("002"));
    let ask = |member| keyed(&app, &tenant.staff, "/v1/members", "k1", member);
    let (first, second) = tokio::join!(ask(&ada), ask(&ben));
    assert_eq!(BTreeSet::from([first.status.as_u16(), second.status.as_u16()]), BTreeSet::from([201, 422]));
    assert_eq!(app.get(&tenant.staff, "/v1/members").await.json(200)["items"].as_array().unwrap().len(), 1);
}

/// A program is killed after it did what was asked and before the answer is kept.
#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_is_killed_leaves_neither_the_effect_nor_the_key_behind() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    let url = app.database.url();
    let variables = [("DATABASE_URL", &*url)];
    let mut program = Running::start(&variables, &["serve", "--no-worker", "--listen", "127.0.0.1:0"]);
    let base = program.line_with("listening on").rsplit(' ').next().unwrap().to_owned();
    // Another answer under the same key, not committed: the program waits for what comes of it, with all else done.
    let mut owner = app.database.owner().await;
    let mut holding = sqlx::Connection::begin(&mut owner).await.unwrap();
    sqlx::query("insert into idempotency_keys values ($1, 'k1', '\\x00', 201, '[]', '\\x00', now())")
        .bind(tenant.id.0)
        .execute(&mut *holding)
        .await
        .unwrap();
    let request = reqwest::Client::new().post(format!("{base}/v1/members")).bearer_auth(&tenant.staff);
    let mut caller = Box::pin(request.header("idempotency-key", "k1").json(&member("001")).send());
    tokio::select! {
        _ = &mut caller => panic!("answered without keeping the answer"),
        () = app.locked_out(1) => {}
    }
    program.stop(Signal::SIGKILL);
    assert!(caller.await.is_err());
    holding.rollback().await.unwrap();
    // The same request again, to another program.
    let again = keyed(&app, &tenant.staff, "/v1/members", "k1", &member("001")).await;
    again.json(201);
    assert_eq!(again.header("idempotency-replayed"), None);
    assert_eq!(app.get(&tenant.staff, "/v1/members").await.json(200)["items"].as_array().unwrap().len(), 1);
}

/// What each POST does lasts exactly when its answer is kept: here none can be.
#[tokio::test]
async fn no_post_does_anything_whose_answer_cannot_be_kept() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    let own = register::fill(app.database.db(), tenant.id, "own").await;
    let student = app.student(tenant.id, own.member).await;
    let mut owner = app.database.owner().await;
    let refuse = "create function refuse() returns trigger language plpgsql as 'begin raise exception ''no answer is kept''; end';
        create trigger refuse before insert on idempotency_keys for each row execute function refuse()";
    sqlx::raw_sql(refuse).execute(&mut owner).await.unwrap();
    let before = rows(&mut owner).await;
    let mut asked = 0;
    for Stated { method, path, .. } in stated_routes(&app).await.iter().filter(|route| route.method == Method::POST && route.role.is_some())
    {
        let body = body(method, path, &own, "own-k");
        // What is about oneself is a member's to ask for.
        let key = if path.starts_with("/v1/me/") { &student } else { &tenant.admin };
        let answer = app.call(method.clone(), &target(path, &own), key, &[("idempotency-key", "k")], body).await;
        assert_eq!(answer.status, 500, "{path}: {}", answer.text());
        assert_eq!(rows(&mut owner).await, before, "{path} did what it could not answer for");
        asked += 1;
    }
    assert!(asked >= 12, "only {asked} routes");
}

/// How many rows each table holds.
pub(super) async fn rows(owner: &mut sqlx::PgConnection) -> Vec<(String, i64)> {
    let tables: Vec<String> = sqlx::query_scalar(
        "select oid::regclass::text from pg_class where relkind = 'r' and relnamespace::regnamespace::text in ('public', 'graphile_worker') order by 1",
    )
    .fetch_all(&mut *owner)
    .await
    .unwrap();
    let mut rows = Vec::new();
    for table in tables {
        let count = sqlx::query_scalar(sqlx::AssertSqlSafe(format!("select count(*) from {table}"))).fetch_one(&mut *owner).await.unwrap();
        rows.push((table, count));
    }
    rows
}

#[tokio::test]
async fn a_failure_of_ours_gives_the_key_back() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    let mut owner = app.database.owner().await;
    sqlx::query("alter table members rename to members_away").execute(&mut owner).await.unwrap();
    let failed = keyed(&app, &tenant.staff, "/v1/members", "k1", &member("001")).await;
    failed.problem(500);
    assert!(!failed.text().contains("members"), "{}", failed.text());
    sqlx::query("alter table members_away rename to members").execute(&mut owner).await.unwrap();
    keyed(&app, &tenant.staff, "/v1/members", "k1", &member("001")).await.json(201);
}

#[tokio::test]
async fn an_idempotency_key_must_be_a_key() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    for (key, status) in [("", 400), ("a b", 400), (&*"k".repeat(256), 400), (&*"k".repeat(255), 201)] {
        assert_eq!(keyed(&app, &tenant.staff, "/v1/members", key, &member("001")).await.status, status, "{} characters", key.len());
    }
}

#[tokio::test]
async fn a_made_key_is_not_kept_for_a_repeated_request() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    let first = keyed(&app, &tenant.admin, "/v1/api-keys", "k1", &json!({"role": "reader"})).await.json(201);
    let again = keyed(&app, &tenant.admin, "/v1/api-keys", "k1", &json!({"role": "reader"})).await.json(201);
    assert_eq!(again["id"], first["id"]);
    assert!(first["key"].is_string() && again["key"].is_null(), "{first} {again}");
    let kept: Vec<u8> = sqlx::query_scalar("select body from idempotency_keys").fetch_one(&mut app.database.owner().await).await.unwrap();
    assert!(!String::from_utf8(kept).unwrap().contains("accredit_"));
}

#[tokio::test]
async fn a_caller_that_hangs_up_finds_its_work_done() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    // A lock holds the request up, so that it is certainly under way when its caller leaves.
    let mut owner = app.database.owner().await;
    let mut holding = sqlx::Connection::begin(&mut owner).await.unwrap();
    sqlx::query("lock table members in exclusive mode").execute(&mut *holding).await.unwrap();
    let ada = member("001");
    let mut caller = Box::pin(keyed(&app, &tenant.staff, "/v1/members", "k1", &ada));
    tokio::select! {
        _ = &mut caller => panic!("answered while the table was locked"),
        () = app.locked_out(1) => {}
    }
    drop(caller);
    holding.commit().await.unwrap();
    // It comes a little later; it comes.
    let mut there = 0;
    for _ in 0..2_000 {
        there = app.get(&tenant.staff, "/v1/members").await.json(200)["items"].as_array().unwrap().len();
        if there > 0 {
            break;
        }
    }
    assert_eq!(there, 1, "given up");
    let again = keyed(&app, &tenant.staff, "/v1/members", "k1", &ada).await;
    again.json(201);
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
}

#[tokio::test]
async fn two_changes_of_different_fields_at_once_both_last() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    let made = app.post(&tenant.staff, "/v1/members", member("001")).await.json(201);
    let path = format!("/v1/members/{}", made["id"].as_str().unwrap());
    // A lock holds both changes up, so that each has begun before the other is done.
    let mut owner = app.database.owner().await;
    let mut holding = sqlx::Connection::begin(&mut owner).await.unwrap();
    sqlx::query("select from members for update").execute(&mut *holding).await.unwrap();
    let mut changes = Box::pin(async {
        tokio::join!(
            app.patch(&tenant.staff, &path, json!({"name": "Augusta"})),
            app.patch(&tenant.staff, &path, json!({"unit": "Mathematics"})),
        )
    });
    tokio::select! {
        _ = &mut changes => panic!("changed while the row was locked"),
        () = app.locked_out(2) => {}
    }
    holding.commit().await.unwrap();
    let (name, unit) = changes.await;
    assert_eq!((name.status.as_u16(), unit.status.as_u16()), (200, 200));
    let after = app.get(&tenant.reader, &path).await.json(200);
    assert_eq!((&after["name"], &after["unit"]), (&json!("Augusta"), &json!("Mathematics")));
}

#[tokio::test]
async fn what_the_caller_has_already_is_not_sent_again() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    let path = "/v1/members";
    let first = app.get(&tenant.reader, path).await;
    let tag = first.header("etag").unwrap();
    let ask = async |known: &str| app.call(Method::GET, path, &tenant.reader, &[("if-none-match", known)], None).await;
    for known in [tag.to_owned(), format!("\"x\", {tag}"), format!("W/{tag}"), "*".to_owned()] {
        let answer = ask(&known).await;
        assert_eq!((answer.status.as_u16(), answer.body.len(), answer.header("etag")), (304, 0, Some(tag)), "{known}");
    }
    assert_eq!(ask("\"x\"").await.status, 200);
    app.post(&tenant.staff, path, member("001")).await.json(201);
    let changed = ask(tag).await;
    assert_eq!(changed.status, 200);
    assert_ne!(changed.header("etag"), Some(tag));
    app.call(Method::GET, path, "", &[("if-none-match", tag)], None).await.problem(401);
    let head = app.call(Method::HEAD, path, &tenant.reader, &[], None).await;
    assert_eq!((head.status.as_u16(), head.body.len(), head.header("etag")), (200, 0, changed.header("etag")));
}

/// Walks a list in pages of `limit` and gives what its items say under `field`.
async fn walk(app: &TestApp, key: &str, path: &str, limit: usize, field: &str) -> Vec<String> {
    let mut seen = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = app.get(key, &format!("{path}?limit={limit}&cursor={cursor}")).await.json(200);
        let items = page["items"].as_array().unwrap();
        assert!(items.len() <= limit);
        seen.extend(items.iter().map(|item| item[field].as_str().unwrap().to_owned()));
        match page["next"].as_str() {
            Some(next) => {
                assert_eq!(items.len(), limit, "a page in the middle is full");
                next.clone_into(&mut cursor);
            }
            None => return seen,
        }
    }
}

#[tokio::test]
async fn the_pages_of_a_list_hold_every_item_once() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    for n in 0..5 {
        register::fill(app.database.db(), tenant.id, &format!("t{n}")).await;
    }
    // Each register has one repository, term and policy, and two members and contributions; there are four keys besides.
    let lists = [
        ("repositories", "id", 5),
        ("terms", "id", 5),
        ("policies", "id", 5),
        ("members", "id", 10),
        ("contributions", "url", 10),
        ("api-keys", "id", 9),
    ];
    for (list, field, expected) in lists {
        let path = format!("/v1/{list}");
        let whole = walk(&app, &tenant.admin, &path, 200, field).await;
        assert_eq!(whole.len(), expected, "{list}");
        for limit in [1, 2, 3, expected] {
            assert_eq!(walk(&app, &tenant.admin, &path, limit, field).await, whole, "{list} in pages of {limit}");
        }
    }
}

#[tokio::test]
async fn the_pages_of_scores_hold_every_member_once() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    let own = register::fill(app.database.db(), tenant.id, "t").await;
    let path = format!("/v1/evaluations/{}/scores", own.evaluation);
    assert_eq!(walk(&app, &tenant.reader, &path, 1, "number").await, ["00t1", "00t2"]);
}

#[tokio::test]
async fn contributions_are_narrowed_by_what_is_asked_for() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    let own = register::fill(app.database.db(), tenant.id, "a").await;
    register::fill(app.database.db(), tenant.id, "b").await;
    let count = async |query: String| {
        let page = app.get(&tenant.reader, &format!("/v1/contributions?{query}")).await.json(200);
        page["items"].as_array().unwrap().len()
    };
    for (query, expected) in [
        (String::new(), 4),
        (format!("member_id={}", own.member), 2),
        (format!("member_id={}", own.loner), 0),
        (format!("repository_id={}&kind=pull_request", own.repository), 2),
        ("kind=review".to_owned(), 0),
        ("from=2025-10-01&to=2025-10-01".to_owned(), 2),
        ("from=2025-10-02".to_owned(), 2),
        ("to=2025-10-31".to_owned(), 2),
        ("from=2025-10-01T12:00:00Z&to=2025-11-01T12:00:00Z".to_owned(), 2),
        ("from=2025-10-01T12:00:01Z".to_owned(), 2),
    ] {
        assert_eq!(count(query.clone()).await, expected, "{query}");
    }
}
