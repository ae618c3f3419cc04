//! What a request may depend on: an Idempotency-Key, an ETag, a page.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, TestApp, register};

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
async fn a_key_that_is_held_by_a_request_under_way_is_in_conflict() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    let ada = member("001");
    let ask = || keyed(&app, &tenant.staff, "/v1/members", "k1", &ada);
    let (first, second) = tokio::join!(ask(), ask());
    let statuses = BTreeSet::from([first.status.as_u16(), second.status.as_u16()]);
    assert!(statuses == BTreeSet::from([201]) || statuses == BTreeSet::from([201, 409]), "{statuses:?}");
    assert_eq!(app.get(&tenant.staff, "/v1/members").await.json(200)["items"].as_array().unwrap().len(), 1);

    // As a program that was killed leaves it: taken, never answered.
    let mut owner = app.database.owner().await;
    let unanswer = "update idempotency_keys set status = null, headers = null, body = null";
    sqlx::query(unanswer).execute(&mut owner).await.unwrap();
    keyed(&app, &tenant.staff, "/v1/members", "k1", &member("001")).await.problem(409);
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
    for (key, status) in [("", 400), (&*"k".repeat(256), 400), (&*"k".repeat(255), 201)] {
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
    // Its answer comes a little later; it comes.
    let mut again = keyed(&app, &tenant.staff, "/v1/members", "k1", &ada).await;
    for _ in 0..2_000 {
        if again.status != 409 {
            break;
        }
        again = keyed(&app, &tenant.staff, "/v1/members", "k1", &ada).await;
    }
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
