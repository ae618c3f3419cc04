//! Signing in at a provider that others wrote: every way in which it takes our word, and every signature that it gives its own.

use accredit::model::clock::Clock;
use reqwest::Method;
use rstest::rstest;
use serde_json::{Value, json};

use super::sign_in::Browser;
use crate::support::{
    Answer, TestApp,
    app::Tenant,
    real_provider::{RealProvider, SECRET},
};

/// At the time by which the provider lives.
async fn started(methods: &[&str], claims_in_token: bool) -> (TestApp, RealProvider, Tenant) {
    let app = TestApp::start().await;
    app.clock.set(Clock::System.now());
    let people = json!({
        "ada": {"student_number": "001", "name": "Ada"},
        "fang": {"name": "Wang Fang", "email": "Fang@example.edu", "email_verified": true},
        "eve": {"name": "Eve", "email": "fang@example.edu", "email_verified": false, "student_number": "404"},
    });
    let redirect = format!("{}/v1/sign-in/callback", app.base());
    let provider = RealProvider::start(&redirect, people, methods, claims_in_token).await;
    let tenant = app.tenant("own").await;
    app.post(&tenant.staff, "/v1/members", json!({"number": "001", "name": "Ada", "role": "student"})).await.json(201);
    let invited = json!({"name": "Wang Fang", "role": "staff", "email": "fang@example.edu"});
    app.post(&tenant.admin, "/v1/users", invited).await.json(201);
    (app, provider, tenant)
}

async fn set_up(app: &TestApp, tenant: &Tenant, body: Value) -> Answer {
    app.call(Method::PUT, "/v1/sign-in/provider", &tenant.admin, &[], Some(("application/json", body.to_string().into()))).await
}

/// Whoever signs in, and with what the provider sent them back.
async fn sign_in<'a>(app: &'a TestApp, provider: &RealProvider, who: &str) -> (Browser<'a>, Answer) {
    let mut browser = Browser::new(app);
    let led = browser.get("/v1/sign-in/own").await;
    assert_eq!(led.status, 303, "{}", led.text());
    let back = provider.sign_in(led.header("location").unwrap(), who).await;
    let answer = browser.get(&format!("/v1/sign-in/callback?{back}")).await;
    (browser, answer)
}

#[rstest]
#[case("public-RS256", false)]
#[case("public-PS256", true)]
#[case("public-ES256", false)]
#[tokio::test]
async fn students_and_staff_sign_in_at_a_real_provider(#[case] client: &str, #[case] claims_in_token: bool) {
    let (app, provider, tenant) = started(&["none"], claims_in_token).await;
    set_up(&app, &tenant, json!({"issuer": provider.issuer, "client_id": client})).await.json(200);
    let (mut student, answer) = sign_in(&app, &provider, "ada").await;
    assert_eq!(answer.status, 303, "{}", answer.text());
    let me = student.get("/v1/me").await.json(200);
    assert_eq!((&me["role"], &me["name"]), (&json!("student"), &json!("Ada")));
    student.get("/v1/members").await.problem(403);
    let (mut staff, answer) = sign_in(&app, &provider, "fang").await;
    assert_eq!(answer.status, 303, "{}", answer.text());
    assert_eq!(staff.get("/v1/me").await.json(200)["role"], "staff");
    assert_eq!(staff.get("/v1/members").await.json(200)["items"].as_array().unwrap().len(), 1);
    assert_eq!(staff.post("/v1/sign-out", json!({})).await.status, 204);
    let (mut nobody, answer) = sign_in(&app, &provider, "eve").await;
    answer.problem(403);
    nobody.get("/v1/me").await.problem(401);
}

#[rstest]
#[case("client_secret_basic")]
#[case("client_secret_post")]
#[tokio::test]
async fn a_provider_that_wants_a_secret_gets_it_in_the_way_that_it_takes(#[case] method: &str) {
    let (app, provider, tenant) = started(&[method], false).await;
    let set = |more: Value| {
        let mut body = json!({"issuer": provider.issuer, "client_id": method});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        set_up(&app, &tenant, body)
    };
    // Without it, or with another one, nobody gets in, and no answer repeats it.
    for body in [json!({}), json!({"client_secret": "another secret"})] {
        set(body).await.json(200);
        let (mut browser, answer) = sign_in(&app, &provider, "ada").await;
        assert!(answer.status == 403 || answer.status == 502, "{}", answer.text());
        assert!(!answer.text().contains("another secret"), "{}", answer.text());
        browser.get("/v1/me").await.problem(401);
    }
    let shown = set(json!({"client_secret": SECRET})).await;
    assert_eq!(shown.json(200)["has_client_secret"], true);
    let (mut browser, answer) = sign_in(&app, &provider, "ada").await;
    assert_eq!(answer.status, 303, "{}", answer.text());
    assert_eq!(browser.get("/v1/me").await.json(200)["name"], "Ada");
    // It stays where it is not spoken of, and goes where it is taken away.
    assert_eq!(set(json!({"scopes": ["profile"]})).await.json(200)["has_client_secret"], true);
    let (_, answer) = sign_in(&app, &provider, "ada").await;
    assert_eq!(answer.status, 303, "{}", answer.text());
    assert_eq!(set(json!({"client_secret": null})).await.json(200)["has_client_secret"], false);
    let (_, answer) = sign_in(&app, &provider, "ada").await;
    assert_ne!(answer.status, 303);
}
