//! What the door holds its callers to: how much they may ask, which browsers may ask, and what nobody can take from others.

use std::num::NonZeroU32;

use accredit::api::Manners;
use chrono::TimeDelta;
use reqwest::Method;
use serde_json::json;

use crate::support::{
    Answer, TestApp,
    app::{lenient, now},
};

/// Two requests a second, three at once.
fn strict() -> Manners {
    let number = |n| NonZeroU32::new(n).unwrap();
    Manners { per_second: number(2), burst: number(3), ..lenient() }
}

fn told(answer: &Answer) -> [Option<&str>; 3] {
    ["ratelimit", "ratelimit-policy", "retry-after"].map(|name| answer.header(name))
}

#[tokio::test]
async fn a_key_that_asks_too_much_is_told_when_to_ask_again() {
    let app = TestApp::start_with(&strict()).await;
    let tenant = app.tenant("own").await;
    let policy = Some("\"key\";q=3;w=2");
    for left in [Some("\"key\";r=2;t=1"), Some("\"key\";r=1;t=1"), Some("\"key\";r=0;t=2")] {
        let answer = app.get(&tenant.reader, "/v1/members").await;
        assert_eq!((answer.status.as_u16(), told(&answer)), (200, [left, policy, None]));
    }
    let refused = app.get(&tenant.reader, "/v1/members").await;
    assert_eq!(refused.problem(429)["type"], "urn:accredit:problem:too_many_requests");
    assert_eq!(told(&refused), [Some("\"key\";r=0;t=2"), policy, Some("1")]);
    assert_eq!(app.get(&tenant.staff, "/v1/members").await.status, 200, "another key has a bucket of its own");

    app.clock.set(now() + TimeDelta::milliseconds(500));
    assert_eq!(app.get(&tenant.reader, "/v1/members").await.status, 200);
    assert_eq!(app.get(&tenant.reader, "/v1/members").await.status, 429);
}

#[tokio::test]
async fn what_is_refused_for_too_many_requests_is_not_done() {
    let app = TestApp::start_with(&strict()).await;
    let tenant = app.tenant("own").await;
    let term = |n: usize| json!({"code": format!("t{n}"), "name": "T", "starts_on": "2025-09-01", "ends_on": "2025-09-30"});
    for (n, status) in [201, 201, 201, 429, 429].into_iter().enumerate() {
        assert_eq!(app.post(&tenant.staff, "/v1/terms", term(n)).await.status, status);
    }
    assert_eq!(app.get(&tenant.reader, "/v1/terms").await.json(200)["items"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn whoever_tries_keys_is_counted_by_the_address() {
    let app = TestApp::start_with(&strict()).await;
    let tenant = app.tenant("own").await;
    let unknown = |n: usize| format!("{}{n:04}", &tenant.admin[..tenant.admin.len() - 4]);
    for (n, status) in [401, 401, 401, 429].into_iter().enumerate() {
        app.get(&unknown(n), "/v1/members").await.problem(status);
    }
    app.get("", "/v1/members").await.problem(429);
    assert_eq!(app.get(&tenant.reader, "/v1/members").await.status, 200, "a valid key is not held to what its neighbours try");
    assert_eq!(app.get("", "/healthz").await.status, 200);
}

#[tokio::test]
async fn an_institution_whose_requests_hang_takes_no_other_ones_connections() {
    let app = TestApp::start_with(&Manners { at_once: 4, ..lenient() }).await;
    let (busy, other) = (app.tenant("busy").await, app.tenant("other").await);
    // Its requests wait for this row; the pool has five connections.
    let made = app.post(&busy.staff, "/v1/members", json!({"number": "1", "name": "Ada", "role": "student"})).await.json(201);
    let path = format!("/v1/members/{}", made["id"].as_str().unwrap());
    let mut owner = app.database.owner().await;
    let mut holding = sqlx::Connection::begin(&mut owner).await.unwrap();
    sqlx::query("select from members for update").execute(&mut *holding).await.unwrap();
    let mut waiting = Box::pin(futures::future::join_all((0..20).map(|n| app.patch(&busy.staff, &path, json!({"unit": format!("u{n}")})))));
    tokio::select! {
        _ = &mut waiting => panic!("changed while the row was locked"),
        () = app.locked_out(4) => {}
    }
    assert_eq!(app.get(&other.reader, "/v1/members").await.status, 200);
    assert_eq!(app.post(&other.staff, "/v1/members", json!({"number": "1", "name": "Ada", "role": "student"})).await.status, 201);
    holding.commit().await.unwrap();
    assert!(waiting.await.iter().all(|answer| answer.status == 200));
}

#[tokio::test]
async fn only_pages_of_the_sites_that_are_listed_may_call_from_a_browser() {
    let site = "https://portal.example.edu";
    let app = TestApp::start_with(&Manners { allowed_origins: vec![site.parse().unwrap()], ..lenient() }).await;
    let tenant = app.tenant("own").await;
    let preflight = async |origin: &str| {
        let headers = [
            ("origin", origin),
            ("access-control-request-method", "POST"),
            ("access-control-request-headers", "authorization,content-type,idempotency-key"),
        ];
        app.call(Method::OPTIONS, "/v1/members", "", &headers, None).await
    };
    let answer = preflight(site).await;
    assert_eq!((answer.status.as_u16(), answer.header("access-control-allow-origin")), (200, Some(site)));
    let allowed = answer.header("access-control-allow-headers").unwrap();
    assert!(["authorization", "content-type", "idempotency-key", "if-none-match"].iter().all(|name| allowed.contains(name)), "{allowed}");
    for other in ["https://portal.example.edu.evil.example", "http://portal.example.edu", "https://PORTAL.example.edu", "null"] {
        assert_eq!(preflight(other).await.header("access-control-allow-origin"), None, "{other}");
        let answer = app.call(Method::GET, "/v1/members", &tenant.reader, &[("origin", other)], None).await;
        assert_eq!(answer.header("access-control-allow-origin"), None, "{other}");
    }
    for key in [&*tenant.reader, ""] {
        let answer = app.call(Method::GET, "/v1/members", key, &[("origin", site)], None).await;
        assert_eq!(answer.header("access-control-allow-origin"), Some(site));
        assert!(answer.header("access-control-expose-headers").unwrap().contains("retry-after"));
        assert_eq!(answer.header("access-control-allow-credentials"), None);
    }
}

#[tokio::test]
async fn no_page_may_call_from_a_browser_where_none_is_listed() {
    let app = TestApp::start().await;
    let headers = [("origin", "https://portal.example.edu"), ("access-control-request-method", "GET")];
    let answer = app.call(Method::OPTIONS, "/v1/members", "", &headers, None).await;
    answer.problem(401);
    assert_eq!(answer.header("access-control-allow-origin"), None);
}

#[tokio::test]
async fn browsers_are_held_to_https_where_that_is_how_others_reach_us() {
    let with = async |https| {
        let app = TestApp::start_with(&Manners { https, ..lenient() }).await;
        app.get("", "/healthz").await.header("strict-transport-security").map(str::to_owned)
    };
    assert_eq!(with(true).await.as_deref(), Some("max-age=31536000"));
    assert_eq!(with(false).await, None);
}
