//! Signing in, from a browser to a provider and back, and what a session may do.

use std::{
    collections::BTreeMap,
    io::Write,
    sync::{Arc, Mutex},
    time::Duration,
};

use accredit::{
    identity::{self, Begun},
    model::{ids::InstitutionId, token::Token},
};
use base64::Engine as _;
use chrono::TimeDelta;
use reqwest::Method;
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{
    Answer, TestApp,
    app::{Tenant, now},
    provider::{CLIENT, Fault, Provider},
};

/// Keeps cookies, and sends what a browser does with a request of a page of ours.
pub(super) struct Browser<'a> {
    app: &'a TestApp,
    pub cookies: BTreeMap<String, String>,
}

impl<'a> Browser<'a> {
    pub(super) fn new(app: &'a TestApp) -> Self {
        Self { app, cookies: BTreeMap::new() }
    }

    pub(super) async fn get(&mut self, path: &str) -> Answer {
        self.send(Method::GET, path, &[], None).await
    }

    pub(super) async fn post(&mut self, path: &str, body: Value) -> Answer {
        self.send(Method::POST, path, &[("sec-fetch-site", "same-origin")], Some(body)).await
    }

    pub async fn send(&mut self, method: Method, path: &str, headers: &[(&str, &str)], body: Option<Value>) -> Answer {
        let cookies = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ");
        let headers: Vec<(&str, &str)> = headers.iter().copied().chain([("cookie", cookies.as_str())]).collect();
        let body = body.map(|body| ("application/json", body.to_string().into_bytes()));
        let answer = self.app.call(method, path, "", &headers, body).await;
        for set in answer.headers.get_all("set-cookie") {
            let (name, value) = set.to_str().unwrap().split(';').next().unwrap().split_once('=').unwrap();
            if value.is_empty() {
                self.cookies.remove(name)
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned())
            };
        }
        answer
    }

    /// To the provider and back, as somebody of these claims.
    async fn sign_in(&mut self, provider: &Provider, slug: &str, claims: Value) -> Answer {
        let led = self.get(&format!("/v1/sign-in/{slug}")).await;
        assert_eq!(led.status, 303, "{}", led.text());
        let back = provider.sign_in(led.header("location").unwrap(), claims);
        self.get(&format!("/v1/sign-in/callback?{back}")).await
    }

    fn session(&self) -> Option<&String> {
        self.cookies.get("accredit-session")
    }
}

fn fang() -> Value {
    json!({"sub": "fang", "name": "Wang Fang", "email": "Fang@Example.edu", "email_verified": true})
}

/// An institution with the provider, somebody of the staff who is invited, and a student on the register.
async fn university(app: &TestApp, provider: &Provider, slug: &str) -> (Tenant, Value, Value) {
    let tenant = app.tenant(slug).await;
    let set = json!({"issuer": provider.issuer, "client_id": CLIENT});
    let body = Some(("application/json", set.to_string().into_bytes()));
    app.call(Method::PUT, "/v1/sign-in/provider", &tenant.admin, &[], body).await.json(200);
    let invited = json!({"name": "Wang Fang", "role": "staff", "email": "fang@example.edu"});
    let user = app.post(&tenant.admin, "/v1/users", invited).await.json(201);
    let member = app.post(&tenant.staff, "/v1/members", json!({"number": "001", "name": "Ada", "role": "student"})).await.json(201);
    (tenant, user, member)
}

/// What the log says was done, in its order.
async fn actions(app: &TestApp, institution: InstitutionId) -> Vec<String> {
    entries(app, institution).await.iter().map(|entry| entry["action"].as_str().unwrap().to_owned()).collect()
}

async fn entries(app: &TestApp, institution: InstitutionId) -> Vec<Value> {
    let mut owner = app.database.owner().await;
    let texts: Vec<String> = sqlx::query_scalar("select entry from audit_entries where institution_id = $1 order by sequence")
        .bind(institution.0)
        .fetch_all(&mut owner)
        .await
        .unwrap();
    texts.iter().map(|text| serde_json::from_str(text).unwrap()).collect()
}

#[tokio::test]
async fn who_was_invited_signs_in_works_and_signs_out() {
    let (app, provider) = (TestApp::start().await, Provider::start().await);
    let (tenant, user, _) = university(&app, &provider, "own").await;
    assert_eq!(user["state"], "invited");
    let mut browser = Browser::new(&app);
    let led = browser.get("/v1/sign-in/own?return_to=/v1/members%3Flimit=1").await;
    let back = provider.sign_in(led.header("location").unwrap(), fang());
    let entered = browser.get(&format!("/v1/sign-in/callback?{back}")).await;
    assert_eq!((entered.status.as_u16(), entered.header("location")), (303, Some("/v1/members?limit=1")));
    assert_eq!(browser.cookies.len(), 1, "the cookie of the attempt is gone: {:?}", browser.cookies.keys());

    let me = browser.get("/v1/me").await.json(200);
    assert_eq!((&me["name"], &me["role"], &me["id"]), (&json!("Wang Fang"), &json!("staff"), &user["id"]));
    assert_eq!((&me["institution"]["slug"], &me["session_expires_at"]), (&json!("own"), &json!("2026-02-01T20:00:00Z")));
    let grace = json!({"number": "002", "name": "Grace", "role": "student"});
    browser.post("/v1/members", grace.clone()).await.json(201);
    browser.get("/v1/users").await.problem(403);
    let path = format!("/v1/users/{}", user["id"].as_str().unwrap());
    let known = app.get(&tenant.admin, &path).await.json(200);
    assert_eq!((&known["state"], &known["subject"], &known["issuer"]), (&json!("active"), &json!("fang"), &json!(provider.issuer)));

    let before = browser.cookies.clone();
    assert_eq!(browser.post("/v1/sign-out", json!({})).await.status, 204);
    assert!(browser.session().is_none());
    browser.cookies = before;
    browser.get("/v1/me").await.problem(401);
    let log = actions(&app, tenant.id).await;
    let own: Vec<&str> = log.iter().map(String::as_str).filter(|action| *action != "key_made").collect();
    assert!(own.starts_with(&["institution_made", "sign_in_provider_set", "user_invited"]), "{own:?}");
    assert!(own.ends_with(&["signed_out"]) && own.windows(2).any(|two| two == ["user_admitted", "signed_in"]), "{own:?}");
}

#[tokio::test]
async fn a_student_signs_in_by_number_and_sees_oneself_alone() {
    let (app, provider) = (TestApp::start().await, Provider::start().await);
    let (tenant, _, member) = university(&app, &provider, "own").await;
    let other = app.post(&tenant.staff, "/v1/members", json!({"number": "002", "name": "Grace", "role": "student"})).await.json(201);
    let ada = json!({"sub": "ada", "student_number": "001"});
    let mut browser = Browser::new(&app);
    assert_eq!(browser.sign_in(&provider, "own", ada.clone()).await.status, 303);
    let me = browser.get("/v1/me").await.json(200);
    assert_eq!((&me["role"], &me["member_id"], &me["name"]), (&json!("student"), &member["id"], &json!("Ada")));
    assert_eq!(browser.get(&format!("/v1/members/{}", member["id"].as_str().unwrap())).await.json(200)["number"], "001");
    browser.get(&format!("/v1/members/{}", other["id"].as_str().unwrap())).await.problem(404);
    browser.get("/v1/members").await.problem(403);
    // A second sign-in is the same user.
    let mut elsewhere = Browser::new(&app);
    assert_eq!(elsewhere.sign_in(&provider, "own", ada.clone()).await.status, 303);
    assert_eq!(elsewhere.get("/v1/me").await.json(200)["id"], me["id"]);
    // The number is another's now: the same account does not show that other.
    let now_other = json!({"sub": "ada", "student_number": "002"});
    Browser::new(&app).sign_in(&provider, "own", now_other).await.problem(403);
    // Off the register: the session shows nothing more.
    assert_eq!(app.delete(&tenant.staff, &format!("/v1/members/{}", member["id"].as_str().unwrap())).await.status, 204);
    browser.get("/v1/me").await.problem(401);
    Browser::new(&app).sign_in(&provider, "own", ada).await.problem(403);
}

#[tokio::test]
async fn claims_that_only_userinfo_has_are_asked_for() {
    let (app, provider) = (TestApp::start().await, Provider::start().await);
    let (_, _, member) = university(&app, &provider, "own").await;
    let mut browser = Browser::new(&app);
    let led = browser.get("/v1/sign-in/own").await;
    let told = json!({"student_number": "001", "name": "Ada"});
    let back = provider.sign_in_with(led.header("location").unwrap(), json!({"sub": "ada"}), told);
    assert_eq!(browser.get(&format!("/v1/sign-in/callback?{back}")).await.status, 303);
    assert_eq!(browser.get("/v1/me").await.json(200)["member_id"], member["id"]);
}

#[tokio::test]
async fn who_is_neither_invited_nor_on_the_register_is_told_whom_to_ask() {
    let (app, provider) = (TestApp::start().await, Provider::start().await);
    let (tenant, ..) = university(&app, &provider, "own").await;
    for claims in [
        json!({"sub": "eve", "name": "Eve", "student_number": "404"}),
        json!({"sub": "eve", "email": "fang@example.edu", "email_verified": false}),
        json!({"sub": "eve", "email": "fang@example.edu"}),
        json!({"sub": "eve", "other_number": "001"}),
    ] {
        let mut browser = Browser::new(&app);
        let refused = browser.sign_in(&provider, "own", claims).await;
        let problem = refused.problem(403);
        assert_eq!(problem["type"], "urn:accredit:problem:not_signed_in");
        assert!(problem["detail"].as_str().unwrap().contains("administers Accredit at University of own"), "{problem}");
        assert!(browser.session().is_none());
    }
    let failed: Vec<Value> = entries(&app, tenant.id).await.into_iter().filter(|entry| entry["action"] == "sign_in_failed").collect();
    assert_eq!(failed.len(), 4);
    for entry in failed {
        assert_eq!((&entry["facts"], &entry["by"]), (&json!({"reason": "unknown"}), &json!("program")));
        assert!(!entry.to_string().contains("eve") && !entry.to_string().contains("fang"), "{entry}");
    }
}

#[rstest]
#[case(Fault::WrongNonce, 403)]
#[case(Fault::WrongAudience, 403)]
#[case(Fault::Expired, 403)]
#[case(Fault::Unsigned, 403)]
#[case(Fault::OtherKey, 403)]
#[case(Fault::OtherIssuer, 403)]
#[case(Fault::OtherSubject, 403)]
#[case(Fault::Refuses, 403)]
#[case(Fault::Fails, 502)]
#[case(Fault::Html, 502)]
#[case(Fault::Redirects, 502)]
#[case(Fault::NoIdToken, 502)]
#[tokio::test]
async fn a_provider_that_does_wrong_signs_nobody_in_and_nothing_of_its_answer_is_repeated(#[case] fault: Fault, #[case] status: u16) {
    let (app, provider) = (TestApp::start().await, Provider::start().await);
    university(&app, &provider, "own").await;
    let mut browser = Browser::new(&app);
    let led = browser.get("/v1/sign-in/own").await;
    // Without an email, so that userinfo is asked.
    let back = provider.sign_in(led.header("location").unwrap(), json!({"sub": "ada", "student_number": "001"}));
    provider.fails_by(Some(fault));
    let answer = browser.get(&format!("/v1/sign-in/callback?{back}")).await;
    answer.problem(status);
    assert!(browser.session().is_none());
    for secret in provider.secrets() {
        assert!(!answer.text().contains(&secret), "{}", answer.text());
    }
    // The attempt is used up all the same, and the next one works.
    provider.fails_by(None);
    browser.get(&format!("/v1/sign-in/callback?{back}")).await.problem(403);
    assert_eq!(browser.sign_in(&provider, "own", fang()).await.status, 303);
}

#[rstest]
#[case(Fault::OtherName)]
#[case(Fault::Endless)]
#[tokio::test]
async fn a_provider_whose_description_cannot_be_used_is_a_502_and_is_asked_again_by_the_next_one(#[case] fault: Fault) {
    let (app, provider) = (TestApp::start().await, Provider::start().await);
    university(&app, &provider, "own").await;
    provider.fails_by(Some(fault));
    let mut browser = Browser::new(&app);
    browser.get("/v1/sign-in/own").await.problem(502);
    provider.fails_by(None);
    assert_eq!(browser.sign_in(&provider, "own", fang()).await.status, 303);
}

#[tokio::test]
async fn a_provider_that_is_away_or_never_answers_is_a_clear_502() {
    let (app, provider) = (TestApp::start().await, Provider::start().await);
    let (tenant, ..) = university(&app, &provider, "own").await;
    let nowhere = json!({"issuer": "http://127.0.0.1:9", "client_id": CLIENT}).to_string();
    app.call(Method::PUT, "/v1/sign-in/provider", &tenant.admin, &[], Some(("application/json", nowhere.into()))).await.json(200);
    let problem = app.get("", "/v1/sign-in/own").await.problem(502);
    assert_eq!(problem["type"], "urn:accredit:problem:sign_in_provider");

    // One that hangs, with a patience that a test can wait for.
    let client = identity::Client::with_limit(Duration::from_millis(300)).unwrap();
    let (state, browser) = (Token::new(tenant.id, [1; 32]), Token::new(tenant.id, [2; 32]));
    let set = at(&provider);
    let redirect = "http://127.0.0.1/callback".parse().unwrap();
    let begun = Begun { provider: &set, secret: None, redirect: &redirect, state: &state, browser: &browser };
    provider.fails_by(Some(Fault::Silent));
    let error = client.finish(&begun, "x".into(), now()).await.unwrap_err();
    assert_eq!(error, identity::Error::Unreachable("it took too long"));
}

#[tokio::test]
async fn a_provider_says_what_it_is_once_in_ten_minutes() {
    let (app, provider, other) = (TestApp::start().await, Provider::start().await, Provider::start().await);
    university(&app, &provider, "own").await;
    university(&app, &other, "other").await;
    let mut asked = 1;
    for (after, anew) in [(0, false), (599, false), (600, true), (1_199, false), (1_200, true)] {
        app.clock.set(now() + TimeDelta::seconds(after));
        asked += usize::from(anew);
        for _ in 0..2 {
            assert_eq!(Browser::new(&app).get("/v1/sign-in/own").await.status, 303);
            assert_eq!(provider.described(), asked, "{after}");
        }
    }
    // A clock that was set back believes nobody longer.
    app.clock.set(now());
    assert_eq!(Browser::new(&app).sign_in(&provider, "own", fang()).await.status, 303);
    assert_eq!((provider.described(), other.described()), (asked + 1, 0));
    assert_eq!(Browser::new(&app).get("/v1/sign-in/other").await.status, 303);
    assert_eq!((provider.described(), other.described()), (asked + 1, 1));
}

fn at(provider: &Provider) -> accredit::model::sign_in::Provider {
    accredit::model::sign_in::Provider {
        issuer: provider.issuer.clone(),
        client_id: CLIENT.into(),
        number_claim: "student_number".into(),
        scopes: Vec::new(),
        client_secret: None,
        updated_at: now(),
    }
}

#[tokio::test]
async fn who_signs_in_at_once_waits_for_one_question_and_fails_with_it() {
    let provider = Provider::start().await;
    let client = identity::Client::new().unwrap();
    let institution = InstitutionId(uuid::Uuid::from_u128(1));
    let (state, browser) = (Token::new(institution, [1; 32]), Token::new(institution, [2; 32]));
    let (set, redirect) = (at(&provider), "http://127.0.0.1/callback".parse().unwrap());
    let begun = Begun { provider: &set, secret: None, redirect: &redirect, state: &state, browser: &browser };
    for (fault, asked) in [(Some(Fault::OtherName), 1), (None, 2)] {
        provider.fails_by(fault);
        let held = provider.hold_back();
        let mut waiting: Vec<_> = (0..5).map(|_| Box::pin(client.begin(&begun, now()))).collect();
        for one in &mut waiting {
            assert!(futures::poll!(one.as_mut()).is_pending(), "answered before the provider was");
        }
        // Whoever asked first leaves.
        drop(waiting.remove(0));
        drop(held);
        for answer in futures::future::join_all(waiting).await {
            assert_eq!(answer.is_ok(), fault.is_none());
        }
        assert_eq!(provider.described(), asked);
    }
    assert!(client.begin(&begun, now()).await.is_ok());
    assert_eq!(provider.described(), 2);
}

#[tokio::test]
async fn a_key_that_is_not_known_yet_is_asked_for_once() {
    let (app, provider) = (TestApp::start().await, Provider::start().await);
    university(&app, &provider, "own").await;
    assert_eq!(Browser::new(&app).sign_in(&provider, "own", fang()).await.status, 303);
    provider.turn_key();
    for _ in 0..2 {
        assert_eq!(Browser::new(&app).sign_in(&provider, "own", fang()).await.status, 303);
        assert_eq!(provider.described(), 2);
    }
    provider.fails_by(Some(Fault::HiddenKey));
    Browser::new(&app).sign_in(&provider, "own", fang()).await.problem(403);
    assert_eq!(provider.described(), 3);
    // A signature by a key that is known and does not fit is not worth a question.
    provider.fails_by(Some(Fault::Unsigned));
    Browser::new(&app).sign_in(&provider, "own", fang()).await.problem(403);
    assert_eq!(provider.described(), 3);
}

#[tokio::test]
async fn an_answer_is_taken_once_from_the_browser_that_asked_and_within_ten_minutes() {
    let (app, provider) = (TestApp::start().await, Provider::start().await);
    university(&app, &provider, "own").await;
    let mut browser = Browser::new(&app);
    let begin = async |browser: &mut Browser<'_>| {
        let led = browser.get("/v1/sign-in/own").await;
        format!("/v1/sign-in/callback?{}", provider.sign_in(led.header("location").unwrap(), fang()))
    };
    // In the hands of another browser, which had begun too, or had not.
    let back = begin(&mut browser).await;
    let mut victim = Browser::new(&app);
    victim.get(&back).await.problem(403);
    begin(&mut victim).await;
    victim.get(&back).await.problem(403);
    assert!(victim.session().is_none());
    // It is still the first one's, once.
    assert_eq!(browser.get(&back).await.status, 303);
    browser.get(&back).await.problem(403);
    // An old code under a new attempt.
    let used = back.split_once("code=").unwrap().1.split('&').next().unwrap().to_owned();
    let fresh = begin(&mut browser).await;
    let state = fresh.split_once("state=").unwrap().1;
    browser.get(&format!("/v1/sign-in/callback?code={used}&state={state}")).await.problem(403);
    // Too late.
    let late = begin(&mut browser).await;
    app.clock.set(now() + TimeDelta::minutes(10));
    browser.get(&late).await.problem(403);
    // Nothing at all, and nonsense.
    for odd in ["", "?state=x&code=y", "?code=y", "?error=access_denied"] {
        browser.get(&format!("/v1/sign-in/callback{odd}")).await.problem(403);
    }
}

#[tokio::test]
async fn a_provider_that_says_no_or_is_another_than_asked_is_told_plainly() {
    let (app, provider) = (TestApp::start().await, Provider::start().await);
    university(&app, &provider, "own").await;
    let mut browser = Browser::new(&app);
    let begin = async |browser: &mut Browser<'_>| {
        let led = browser.get("/v1/sign-in/own").await;
        let back = provider.sign_in(led.header("location").unwrap(), fang());
        back.split_once("state=").unwrap().1.to_owned()
    };
    let state = begin(&mut browser).await;
    let told = browser.get(&format!("/v1/sign-in/callback?error=access_denied&error_description=x&state={state}")).await.problem(403);
    assert!(told["detail"].as_str().unwrap().contains("access_denied"), "{told}");
    let state = begin(&mut browser).await;
    let told = browser.get(&format!("/v1/sign-in/callback?error=%3Cscript%3E&state={state}")).await;
    assert!(!told.text().contains("script"), "{}", told.text());
    let state = begin(&mut browser).await;
    browser.get(&format!("/v1/sign-in/callback?code=c&iss=https://evil.example&state={state}")).await.problem(403);
}

#[rstest]
#[case("https://evil.example/")]
#[case("//evil.example/")]
#[case("/%5Cevil.example/")]
#[case("/%09/evil.example/")]
#[case("evil")]
#[case("")]
#[tokio::test]
async fn nobody_is_led_to_a_place_that_is_not_ours(#[case] return_to: &str) {
    let (app, provider) = (TestApp::start().await, Provider::start().await);
    university(&app, &provider, "own").await;
    app.get("", &format!("/v1/sign-in/own?return_to={return_to}")).await.problem(400);
}

#[tokio::test]
async fn a_session_is_always_new_and_one_that_was_there_is_over() {
    let (app, provider) = (TestApp::start().await, Provider::start().await);
    let (tenant, ..) = university(&app, &provider, "own").await;
    let mut browser = Browser::new(&app);
    let planted = Token::new(tenant.id, [9; 32]).reveal().to_owned();
    browser.cookies.insert("accredit-session".into(), planted.clone());
    browser.get("/v1/me").await.problem(401);
    assert_eq!(browser.sign_in(&provider, "own", fang()).await.status, 303);
    let first = browser.cookies.clone();
    assert_ne!(browser.session(), Some(&planted));
    assert_eq!(browser.sign_in(&provider, "own", fang()).await.status, 303);
    assert_ne!(browser.session(), first.get("accredit-session"));
    let mut before = Browser { app: &app, cookies: first };
    before.get("/v1/me").await.problem(401);
    assert_eq!(browser.get("/v1/me").await.status, 200);
}

#[tokio::test]
async fn the_cookies_are_for_this_server_and_for_no_script() {
    let (app, provider) = (TestApp::start().await, Provider::start().await);
    university(&app, &provider, "own").await;
    let mut browser = Browser::new(&app);
    let led = browser.get("/v1/sign-in/own").await;
    let flags = |answer: &Answer, name: &str| {
        let all = answer.headers.get_all("set-cookie").iter().map(|set| set.to_str().unwrap().to_owned()).collect::<Vec<_>>();
        let set = all.into_iter().find(|set| set.starts_with(&format!("{name}="))).unwrap();
        set.split_once("; ").unwrap().1.to_owned()
    };
    // On a loopback address there is no https, so neither Secure nor the prefix that needs it: the unit tests show both.
    assert_eq!(flags(&led, "accredit-sign-in"), "HttpOnly; SameSite=Lax; Path=/; Max-Age=600");
    let back = provider.sign_in(led.header("location").unwrap(), fang());
    let entered = browser.get(&format!("/v1/sign-in/callback?{back}")).await;
    assert_eq!(flags(&entered, "accredit-session"), "HttpOnly; SameSite=Lax; Path=/; Max-Age=43200");
    assert_eq!(entered.header("cache-control"), Some("no-store"));
}

#[tokio::test]
async fn only_a_page_of_ours_writes_with_a_session() {
    let (app, provider) = (TestApp::start().await, Provider::start().await);
    university(&app, &provider, "own").await;
    let mut browser = Browser::new(&app);
    browser.sign_in(&provider, "own", fang()).await;
    let member = |number: &str| Some(json!({"number": number, "name": "Grace", "role": "student"}));
    let origin = app.base().to_owned();
    for (headers, status) in [
        (&[][..], 403),
        (&[("sec-fetch-site", "cross-site")][..], 403),
        (&[("sec-fetch-site", "same-site"), ("origin", origin.as_str())][..], 403),
        (&[("origin", "https://evil.example")][..], 403),
        (&[("origin", origin.as_str())][..], 201),
        (&[("sec-fetch-site", "same-origin")][..], 409),
    ] {
        assert_eq!(browser.send(Method::POST, "/v1/members", headers, member("007")).await.status, status, "{headers:?}");
    }
    // A key needs none of it, and a key that is not valid is not made good by a session.
    let cookie = format!("accredit-session={}", browser.session().unwrap());
    let both = app.call(Method::GET, "/v1/me", "accredit_x", &[("cookie", &cookie)], None).await;
    both.problem(401);
}

#[tokio::test]
async fn a_session_of_one_institution_is_nothing_at_another() {
    let (app, provider) = (TestApp::start().await, Provider::start().await);
    let (own, ..) = university(&app, &provider, "own").await;
    let (other, _, foreign) = university(&app, &provider, "other").await;
    let mut browser = Browser::new(&app);
    browser.sign_in(&provider, "own", fang()).await;
    browser.get(&format!("/v1/members/{}", foreign["id"].as_str().unwrap())).await.problem(404);
    assert_eq!(browser.get("/v1/me").await.json(200)["institution"]["slug"], "own");
    let session = browser.session().unwrap().replace(&own.id.0.simple().to_string(), &other.id.0.simple().to_string());
    browser.cookies.insert("accredit-session".into(), session);
    browser.get("/v1/me").await.problem(401);
    // An answer for one institution is none for another either.
    let led = browser.get("/v1/sign-in/own").await;
    let back = provider.sign_in(led.header("location").unwrap(), fang());
    let moved = back.replace(&own.id.0.simple().to_string(), &other.id.0.simple().to_string());
    browser.get(&format!("/v1/sign-in/callback?{moved}")).await.problem(403);
}

#[tokio::test]
async fn a_session_ends_after_an_hour_without_use_and_after_twelve_with_it() {
    let (app, provider) = (TestApp::start().await, Provider::start().await);
    university(&app, &provider, "own").await;
    let mut browser = Browser::new(&app);
    browser.sign_in(&provider, "own", fang()).await;
    let mut at = now();
    for minutes in [59, 59, 59, 59, 59, 59, 59, 59, 59, 59, 59, 59, 11] {
        at += TimeDelta::minutes(minutes);
        app.clock.set(at);
        assert_eq!(browser.get("/v1/me").await.status, 200, "{at}");
    }
    assert_eq!(at, now() + TimeDelta::minutes(12 * 60 - 1));
    app.clock.set(now() + TimeDelta::hours(12));
    browser.get("/v1/me").await.problem(401);

    app.clock.set(now());
    let mut idle = Browser::new(&app);
    idle.sign_in(&provider, "own", fang()).await;
    app.clock.set(now() + TimeDelta::minutes(60));
    idle.get("/v1/me").await.problem(401);
}

#[tokio::test]
async fn what_an_administrator_decides_about_somebody_holds_from_the_next_request_on() {
    let (app, provider) = (TestApp::start().await, Provider::start().await);
    let (tenant, user, _) = university(&app, &provider, "own").await;
    let path = format!("/v1/users/{}", user["id"].as_str().unwrap());
    let mut browser = Browser::new(&app);
    browser.sign_in(&provider, "own", fang()).await;
    browser.get("/v1/users").await.problem(403);
    app.patch(&tenant.admin, &path, json!({"role": "admin"})).await.json(200);
    assert_eq!(browser.get("/v1/users").await.status, 200);
    assert_eq!(app.patch(&tenant.admin, &path, json!({"disabled": true})).await.json(200)["state"], "disabled");
    browser.get("/v1/me").await.problem(401);
    Browser::new(&app).sign_in(&provider, "own", fang()).await.problem(403);
    assert_eq!(app.patch(&tenant.admin, &path, json!({"disabled": false})).await.json(200)["state"], "active");
    browser.get("/v1/me").await.problem(401);
    assert_eq!(browser.sign_in(&provider, "own", fang()).await.status, 303);
    let log = actions(&app, tenant.id).await;
    assert!(log.iter().any(|action| action == "user_disabled") && log.iter().any(|action| action == "user_changed"), "{log:?}");

    // Without the provider nobody is signed in, and there is no way in.
    assert_eq!(app.delete(&tenant.admin, "/v1/sign-in/provider").await.status, 204);
    browser.get("/v1/me").await.problem(401);
    let (none, unknown) = (app.get("", "/v1/sign-in/own").await, app.get("", "/v1/sign-in/nobody").await);
    none.problem(404);
    assert_eq!(none.body, unknown.body);
}

#[tokio::test]
async fn staff_who_are_on_the_register_are_known_to_be_that_member() {
    let (app, provider) = (TestApp::start().await, Provider::start().await);
    let (_, _, member) = university(&app, &provider, "own").await;
    let mut browser = Browser::new(&app);
    let mut claims = fang();
    claims["student_number"] = json!("001");
    browser.sign_in(&provider, "own", claims).await;
    let me = browser.get("/v1/me").await.json(200);
    assert_eq!((&me["role"], &me["member_id"]), (&json!("staff"), &member["id"]));
}

#[tokio::test]
async fn an_invitation_says_who_is_meant_once() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    let member = app.post(&tenant.staff, "/v1/members", json!({"number": "001", "name": "Ada", "role": "faculty"})).await.json(201);
    let invite = |body: Value| app.post(&tenant.admin, "/v1/users", body);
    let ada = json!({"name": "Ada", "role": "reviewer", "issuer": "https://l", "subject": "ada", "member_id": member["id"]});
    let made = invite(ada).await.json(201);
    invite(json!({"name": "B", "role": "staff", "email": "B@example.edu"})).await.json(201);
    for (body, status, field) in [
        (json!({"name": "B", "role": "staff", "email": "b@example.edu"}), 409, "email"),
        (json!({"name": "B", "role": "staff", "issuer": "https://l", "subject": "ada"}), 409, "subject"),
        (json!({"name": "B", "role": "staff", "email": "c@example.edu", "member_id": member["id"]}), 409, "member_id"),
        (json!({"name": "B", "role": "staff"}), 422, "email"),
        (json!({"name": "B", "role": "staff", "email": "nobody"}), 422, "email"),
        (json!({"name": "B", "role": "staff", "subject": "b"}), 422, "subject"),
        (json!({"name": "", "role": "staff", "email": "d@example.edu"}), 422, "name"),
        (json!({"name": "B", "role": "student", "email": "d@example.edu"}), 422, "member_id"),
    ] {
        assert_eq!(invite(body.clone()).await.faults(status), [field], "{body}");
    }
    let path = format!("/v1/users/{}", made["id"].as_str().unwrap());
    let lost = app.patch(&tenant.admin, &path, json!({"role": "student", "member_id": null})).await;
    assert_eq!(lost.faults(422), ["member_id"]);
    assert_eq!(app.get(&tenant.admin, "/v1/users?limit=1").await.json(200)["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_provider_is_set_up_with_what_it_takes_and_over_https() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    let put = async |body: Value| {
        app.call(Method::PUT, "/v1/sign-in/provider", &tenant.admin, &[], Some(("application/json", body.to_string().into()))).await
    };
    app.get(&tenant.admin, "/v1/sign-in/provider").await.problem(404);
    assert_eq!(put(json!({"issuer": "http://login.example.edu", "client_id": ""})).await.faults(422), ["issuer", "client_id"]);
    let set = put(json!({"issuer": "https://login.example.edu", "client_id": "a"})).await.json(200);
    assert_eq!((&set["number_claim"], &set["scopes"]), (&json!("student_number"), &json!(["profile", "email"])));
    assert_eq!((&set["redirect_uri"], &set["has_client_secret"]), (&json!(format!("{}/v1/sign-in/callback", app.base())), &json!(false)));
    assert_eq!(app.get(&tenant.admin, "/v1/sign-in/provider").await.json(200), set);
}

#[tokio::test]
async fn a_client_secret_is_kept_sealed_for_its_provider_and_shown_nowhere() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    let put = async |body: Value| {
        app.call(Method::PUT, "/v1/sign-in/provider", &tenant.admin, &[], Some(("application/json", body.to_string().into()))).await
    };
    let with = |issuer: &str, client: &str| json!({"issuer": format!("https://{issuer}.example.edu"), "client_id": client});
    let mut secret = with("login", "a");
    for (bad, said) in [(json!(""), "empty"), (json!(7), "string"), (json!("hush\nhush"), "control")] {
        secret["client_secret"] = bad;
        let problem = put(secret.clone()).await;
        assert_eq!(problem.faults(422), ["client_secret"]);
        assert!(problem.text().contains(said) && !problem.text().contains("hush"), "{}", problem.text());
    }
    secret["client_secret"] = json!("hush hush");
    let mut answers = vec![put(secret.clone()).await];
    assert_eq!(answers[0].json(200)["has_client_secret"], true);
    answers.push(app.get(&tenant.admin, "/v1/sign-in/provider").await);
    answers.push(app.get(&tenant.admin, "/v1/audit").await);
    for answer in &answers {
        assert!(!answer.text().contains("hush"), "{}", answer.text());
    }
    let log = entries(&app, tenant.id).await;
    assert_eq!(log.last().unwrap()["facts"]["has_client_secret"], true);
    let mut owner = app.database.owner().await;
    let stored: Vec<u8> = sqlx::query_scalar("select client_secret from sign_in_providers").fetch_one(&mut owner).await.unwrap();
    assert!(stored.len() > 24 && !stored.windows(4).any(|part| part == b"hush"));
    // It stays with its provider, and with nobody else.
    assert_eq!(put(with("login", "a")).await.json(200)["has_client_secret"], true);
    assert_eq!(put(with("login", "b")).await.json(200)["has_client_secret"], false);
    assert_eq!(put(secret).await.json(200)["has_client_secret"], true);
    assert_eq!(put(with("other", "a")).await.json(200)["has_client_secret"], false);
}

#[tokio::test]
async fn without_a_key_to_seal_with_no_secret_is_taken_and_none_is_opened() {
    let (app, provider) = (TestApp::start_unsealed().await, Provider::start().await);
    let (tenant, ..) = university(&app, &provider, "own").await;
    let body = json!({"issuer": provider.issuer, "client_id": CLIENT, "client_secret": "hush hush"}).to_string();
    let answer = app.call(Method::PUT, "/v1/sign-in/provider", &tenant.admin, &[], Some(("application/json", body.into()))).await;
    assert!(answer.problem(409)["detail"].as_str().unwrap().contains("secrets.key"), "{}", answer.text());
    assert_eq!(Browser::new(&app).sign_in(&provider, "own", fang()).await.status, 303, "nothing was changed");
    let mut owner = app.database.owner().await;
    sqlx::query("update sign_in_providers set client_secret = 'sealed with a key that is lost'").execute(&mut owner).await.unwrap();
    Browser::new(&app).get("/v1/sign-in/own").await.problem(503);
}

#[tokio::test]
async fn an_answer_under_an_idempotency_key_is_the_persons_own() {
    let (app, provider) = (TestApp::start().await, Provider::start().await);
    let (tenant, ..) = university(&app, &provider, "own").await;
    let li = json!({"name": "Li Na", "role": "staff", "email": "li@example.edu"});
    app.post(&tenant.admin, "/v1/users", li).await.json(201);
    let (mut first, mut second) = (Browser::new(&app), Browser::new(&app));
    first.sign_in(&provider, "own", fang()).await;
    second.sign_in(&provider, "own", json!({"sub": "li", "email": "li@example.edu", "email_verified": true})).await;
    let headers = [("sec-fetch-site", "same-origin"), ("idempotency-key", "k")];
    let member = Some(json!({"number": "007", "name": "Grace", "role": "student"}));
    first.send(Method::POST, "/v1/members", &headers, member.clone()).await.json(201);
    let again = first.send(Method::POST, "/v1/members", &headers, member.clone()).await;
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    second.send(Method::POST, "/v1/members", &headers, member).await.problem(422);
}

#[tokio::test]
async fn what_is_over_is_deleted_by_night() {
    let (app, provider) = (TestApp::start().await, Provider::start().await);
    university(&app, &provider, "own").await;
    let mut browser = Browser::new(&app);
    browser.sign_in(&provider, "own", fang()).await;
    browser.get("/v1/sign-in/own").await;
    let mut owner = app.database.owner().await;
    let count = "select (select count(*) from sessions) * 10 + (select count(*) from sign_in_attempts)";
    for (at, left) in [(now() + TimeDelta::minutes(9), 11_i64), (now() + TimeDelta::minutes(10), 10), (now() + TimeDelta::hours(12), 0)] {
        app.clock.set(at);
        let mut tx = app.database.db().begin().await.unwrap();
        accredit::db::queue::enqueue(&mut tx, &accredit::model::job::ForgetSessions {}, None).await.unwrap();
        tx.commit().await.unwrap();
        app.work().await;
        assert_eq!(sqlx::query_scalar::<_, i64>(count).fetch_one(&mut owner).await.unwrap(), left, "{at}");
    }
}

/// Everything that is logged while it is the default.
#[derive(Clone, Default)]
pub(super) struct Captured(Arc<Mutex<Vec<u8>>>);

/// As long as it is held, what this thread says is captured.
pub(super) struct Listening {
    _until: tracing::subscriber::DefaultGuard,
    /// Where there is only one who listens, tracing takes what another thread says first for something that nobody anywhere wants to hear.
    _another: tracing::Dispatch,
}

impl Captured {
    pub(super) fn listen(&self) -> Listening {
        let writer = self.clone();
        let another = tracing::Dispatch::new(tracing_subscriber::registry());
        let subscriber = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(move || writer.clone()).finish();
        Listening { _until: tracing::subscriber::set_default(subscriber), _another: another }
    }

    /// Every line of our own program: the client of a test logs as well, and it may.
    pub fn lines(&self) -> Vec<String> {
        let bytes = self.0.lock().unwrap().clone();
        String::from_utf8_lossy(&bytes)
            .lines()
            .filter(|line| line.contains("accredit") || line.contains("tower_http"))
            .map(str::to_owned)
            .collect()
    }
}

impl Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn no_secret_of_a_sign_in_is_logged() {
    let captured = Captured::default();
    let (app, provider) = (TestApp::start().await, Provider::start().await);
    let (tenant, ..) = university(&app, &provider, "own").await;
    let logging = captured.listen();
    let mut secrets = Vec::new();
    for fault in [None, Some(Fault::Refuses), Some(Fault::Fails), Some(Fault::OtherKey)] {
        let mut browser = Browser::new(&app);
        provider.fails_by(fault);
        let led = browser.get("/v1/sign-in/own").await;
        secrets.extend(browser.cookies.values().cloned());
        let back = provider.sign_in(led.header("location").unwrap(), fang());
        browser.get(&format!("/v1/sign-in/callback?{back}")).await;
        browser.get("/v1/me").await;
        secrets.extend(browser.cookies.values().cloned());
        secrets.push(back.split_once("state=").unwrap().1.to_owned());
    }
    // A public client that sends a secret is refused; the log says so, and not by which.
    provider.fails_by(None);
    let held = json!({"issuer": provider.issuer, "client_id": CLIENT, "client_secret": "hush-hush"}).to_string();
    app.call(Method::PUT, "/v1/sign-in/provider", &tenant.admin, &[], Some(("application/json", held.into()))).await.json(200);
    Browser::new(&app).sign_in(&provider, "own", fang()).await.problem(403);
    secrets.extend(["hush-hush".to_owned(), base64::prelude::BASE64_STANDARD.encode(format!("{CLIENT}:hush-hush"))]);
    secrets.extend(provider.secrets());
    drop(logging);
    let log = captured.lines();
    assert!(log.iter().any(|line| line.contains("/v1/sign-in/callback")), "nothing was captured");
    assert!(log.iter().any(|line| line.contains("nobody was signed in")), "{log:?}");
    assert!(secrets.len() > 12);
    for secret in secrets {
        assert!(!log.iter().any(|line| line.contains(&secret)), "{secret}");
    }
}
