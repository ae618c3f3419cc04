//! Proving a GitHub account: by being led to GitHub and back, and by a code on another device; once, by whoever it is, and by nobody else.

use accredit::{
    db::{contributions, repositories, sessions, users},
    model::{
        account::{AccountId, AccountKind},
        actor::Actor,
        ids::{MemberId, RepositoryId},
        institution::Role,
        token::Token,
        user::NewUser,
    },
    sample::{Fault, Server, World},
};
use chrono::TimeDelta;
use reqwest::Method;
use rstest::rstest;
use serde_json::{Value, json};
use sqlx::AssertSqlSafe;
use url::Url;

use super::sign_in::{Browser, Captured};
use crate::support::{
    Answer, TestApp,
    app::{Tenant, lenient, now, oauth_app},
    register, rest_schema,
};

const ADA: &str = "ada-lovelace";

/// A GitHub with some people, an app that knows it, an institution, and Ada on its register, who has no account there yet.
struct Stage {
    github: Server,
    app: TestApp,
    tenant: Tenant,
    ada: MemberId,
}

impl Stage {
    async fn new() -> Self {
        Self::with(|_| ()).await
    }

    async fn with(change: impl FnOnce(&mut accredit::api::Api)) -> Self {
        let mut world = World::new(now());
        world.add_person(ADA, AccountKind::User);
        world.add_person("grace-hopper", AccountKind::User);
        world.add_person("harbour", AccountKind::Organization);
        world.add_person("tugboat[bot]", AccountKind::Bot);
        let github = Server::start(world).await.unwrap();
        let oauth = oauth_app(&github);
        let app = TestApp::start_as(&lenient(), |door| {
            door.github = Some(oauth);
            change(door);
        })
        .await;
        let tenant = app.tenant("own").await;
        let ada = member(&app, &tenant, "001").await;
        Self { github, app, tenant, ada }
    }

    fn account(&self, login: &str) -> AccountId {
        self.github.world().person_called(login).unwrap().id
    }

    /// Both clocks, ours and GitHub's.
    fn pass(&self, seconds: i64) {
        self.github.world().now += TimeDelta::seconds(seconds);
        self.app.clock.set(self.app.clock.now() + TimeDelta::seconds(seconds));
    }

    async fn browser(&self) -> Browser<'_> {
        signed_in(&self.app, &self.tenant, self.ada).await
    }

    /// How often GitHub was asked for a token.
    fn questions(&self) -> usize {
        self.github.requests().iter().filter(|asked| asked.operation == "POST /login/oauth/access_token").count()
    }

    async fn begin(&self, key: &str) -> Value {
        self.app.call(Method::POST, "/v1/me/account-proofs", key, &[], None).await.json(202)
    }

    async fn check(&self, key: &str, proof: &Value) -> Answer {
        let path = format!("/v1/me/account-proofs/{}/checks", proof["id"].as_str().unwrap());
        self.app.call(Method::POST, &path, key, &[], None).await
    }

    /// Whose accounts are bound, at any institution: by login.
    async fn bound(&self) -> Vec<String> {
        let bound = "select login from bindings where unbound_at is null order by bound_at, binding_id";
        sqlx::query_scalar(bound).fetch_all(&mut self.app.database.owner().await).await.unwrap()
    }
}

async fn member(app: &TestApp, tenant: &Tenant, number: &str) -> MemberId {
    let made = app.post(&tenant.staff, "/v1/members", json!({"number": number, "name": "Ada", "role": "student"})).await.json(201);
    made["id"].as_str().unwrap().parse().unwrap()
}

/// A browser in which the member has signed in.
async fn signed_in<'a>(app: &'a TestApp, tenant: &Tenant, member: MemberId) -> Browser<'a> {
    let user = NewUser {
        name: "Ada".into(),
        role: Role::Student,
        member: Some(member),
        known_as: None,
        email: Some(format!("{member}@x.example")),
    };
    let user = user.check(now()).unwrap();
    let half = *uuid::Uuid::new_v4().as_bytes();
    let session = Token::new(tenant.id, [half, half].concat().try_into().unwrap());
    let mut tx = app.database.db().begin_as(tenant.id).await.unwrap();
    users::insert(&mut tx, &user).await.unwrap();
    sessions::insert(&mut tx, &session.hash(), user.id, now() + TimeDelta::hours(12), now()).await.unwrap();
    tx.commit().await.unwrap();
    let mut browser = Browser::new(app);
    browser.cookies.insert("accredit-session".into(), session.reveal().to_owned());
    browser
}

/// At GitHub, which sends the browser back: the path of ours that it is led to.
async fn at_github(to: &str) -> String {
    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let led = http.get(to).send().await.unwrap();
    let back = Url::parse(led.headers()["location"].to_str().unwrap()).unwrap();
    format!("{}?{}", back.path(), back.query().unwrap())
}

/// Led to GitHub, and back from there.
async fn to_github_and_back(browser: &mut Browser<'_>) -> String {
    let led = browser.get("/v1/me/account-proof").await;
    assert_eq!(led.status, 303, "{}", led.text());
    at_github(led.header("location").unwrap()).await
}

#[tokio::test]
async fn who_is_led_to_github_and_back_has_the_account_with_all_that_it_ever_did() {
    let stage = Stage::new().await;
    let account = stage.account(ADA);
    // What was done before anybody knew whose it is.
    let mut tx = stage.app.database.db().begin_as(stage.tenant.id).await.unwrap();
    let registration = repositories::Registration { full_name: "a/b".parse().unwrap(), category: "own".into(), members: Vec::new() };
    let repository = repositories::track(&mut tx, RepositoryId::new(now()), &registration, &Actor::Operator, now()).await.unwrap();
    contributions::insert_batch(&mut tx, &[register::record(repository, 1, account, "2025-10-01T12:00:00Z")], now()).await.unwrap();
    tx.commit().await.unwrap();

    stage.github.seat([Some(account)]);
    let mut browser = stage.browser().await;
    let led = browser.get("/v1/me/account-proof?return_to=/v1/members%3Flimit=1").await;
    let to = led.header("location").unwrap();
    assert!(to.starts_with(stage.github.base_url().as_str()) && !to.contains("scope="), "{to}");
    let back = browser.get(&at_github(to).await).await;
    assert_eq!((back.status.as_u16(), back.header("location")), (303, Some("/v1/members?limit=1")), "{}", back.text());
    assert_eq!(browser.cookies.len(), 1, "the cookie of the attempt is gone: {:?}", browser.cookies.keys());
    assert_eq!(stage.bound().await, [ADA]);
    let page = stage.app.get(&stage.tenant.reader, &format!("/v1/contributions?member_id={}", stage.ada)).await.json(200);
    assert_eq!(page["items"].as_array().unwrap().len(), 1);
    assert_eq!(stage.github.tokens(), 0, "the token was given back");
    let log = stage.app.get(&stage.tenant.admin, "/v1/audit").await.json(200);
    let linked = log["items"].as_array().unwrap().iter().find(|entry| entry["action"] == "account_linked").unwrap();
    assert_eq!((&linked["details"]["github_login"], &linked["facts"]["proof"]), (&json!(ADA), &json!("oauth_web")));
}

#[tokio::test]
async fn a_code_that_somebody_enters_elsewhere_proves_the_account_and_github_is_asked_once_in_the_interval() {
    let stage = Stage::new().await;
    let key = stage.app.student(stage.tenant.id, stage.ada).await;
    let proof = stage.begin(&key).await;
    assert_eq!((&proof["state"], &proof["interval"], &proof["expires_at"]), (&json!("waiting"), &json!(5), &json!("2026-02-01T08:15:00Z")));
    assert_eq!(stage.begin(&key).await["id"], proof["id"], "while one waits it is the answer");
    assert_eq!(stage.github.requests().len(), 1);

    for _ in 0..3 {
        assert_eq!(stage.check(&key, &proof).await.json(200)["state"], "waiting");
    }
    assert_eq!(stage.questions(), 0, "the interval is not over");
    stage.pass(5);
    for _ in 0..3 {
        stage.check(&key, &proof).await.json(200);
    }
    assert_eq!(stage.questions(), 1, "one question in the interval, however often somebody asks us");

    assert!(stage.github.enter_code(proof["user_code"].as_str().unwrap(), Some(stage.account(ADA))));
    assert_eq!(stage.check(&key, &proof).await.json(200)["state"], "waiting");
    stage.pass(5);
    let done = stage.check(&key, &proof).await.json(200);
    assert_eq!((&done["state"], &done["github_login"]), (&json!("done"), &json!(ADA)));
    assert_eq!(stage.bound().await, [ADA]);
    assert_eq!((stage.questions(), stage.github.tokens()), (2, 0));
    stage.pass(60);
    let path = format!("/v1/me/account-proofs/{}", proof["id"].as_str().unwrap());
    assert_eq!(stage.app.get(&key, &path).await.json(200), stage.check(&key, &proof).await.json(200));
    assert_eq!(stage.questions(), 2, "what is over asks nobody");
}

#[tokio::test]
async fn whoever_is_told_to_slow_down_does() {
    let stage = Stage::new().await;
    let key = stage.app.student(stage.tenant.id, stage.ada).await;
    let proof = stage.begin(&key).await;
    stage.pass(5);
    stage.github.hurry_devices();
    let slowed = stage.check(&key, &proof).await.json(200);
    assert_eq!((&slowed["state"], &slowed["interval"]), (&json!("waiting"), &json!(10)));
    for (seconds, questions) in [(5, 1), (4, 1), (1, 2), (9, 2), (1, 3)] {
        stage.pass(seconds);
        assert_eq!(stage.check(&key, &proof).await.json(200)["interval"], 10, "GitHub is content");
        assert_eq!(stage.questions(), questions);
    }
}

#[tokio::test]
async fn a_code_that_is_denied_or_not_entered_in_time_proves_nothing() {
    let stage = Stage::new().await;
    let key = stage.app.student(stage.tenant.id, stage.ada).await;
    let denied = stage.begin(&key).await;
    stage.github.enter_code(denied["user_code"].as_str().unwrap(), None);
    stage.pass(5);
    assert_eq!(stage.check(&key, &denied).await.json(200)["state"], "denied");

    let late = stage.begin(&key).await;
    assert_ne!(late["id"], denied["id"], "after one that is over another can be begun");
    // By GitHub's clock it is over before it is by ours.
    stage.github.world().now += TimeDelta::seconds(900);
    stage.app.clock.set(stage.app.clock.now() + TimeDelta::seconds(5));
    assert_eq!(stage.check(&key, &late).await.json(200)["state"], "expired");

    let forgotten = stage.begin(&key).await;
    stage.pass(900);
    let questions = stage.questions();
    let path = format!("/v1/me/account-proofs/{}", forgotten["id"].as_str().unwrap());
    assert_eq!(stage.app.get(&key, &path).await.json(200)["state"], "expired", "though nobody noted it");
    assert_eq!(stage.check(&key, &forgotten).await.json(200)["state"], "expired");
    assert_eq!(stage.questions(), questions);
    assert_ne!(stage.begin(&key).await["id"], forgotten["id"]);
    assert!(stage.bound().await.is_empty());
}

#[tokio::test]
async fn the_account_of_another_member_is_refused_with_a_sentence_and_noted() {
    let stage = Stage::new().await;
    let account = stage.account(ADA);
    stage.github.seat([Some(account)]);
    let mut first = stage.browser().await;
    let back = to_github_and_back(&mut first).await;
    assert_eq!(first.get(&back).await.status, 303);

    let grace = member(&stage.app, &stage.tenant, "002").await;
    let mut second = signed_in(&stage.app, &stage.tenant, grace).await;
    let back = to_github_and_back(&mut second).await;
    let refused = second.get(&back).await.problem(409);
    assert!(refused["detail"].as_str().unwrap().contains("another member's here"), "{refused}");
    let key = stage.app.student(stage.tenant.id, grace).await;
    let proof = stage.begin(&key).await;
    stage.github.enter_code(proof["user_code"].as_str().unwrap(), Some(account));
    stage.pass(5);
    let failed = stage.check(&key, &proof).await.json(200);
    assert_eq!((&failed["state"], &failed["failure"]), (&json!("failed"), &json!("taken")));
    assert!(failed["message"].as_str().unwrap().contains("another member's here"));
    assert_eq!(stage.bound().await, [ADA]);
    let log = stage.app.get(&stage.tenant.admin, "/v1/audit?limit=200").await.json(200);
    let noted: Vec<_> = log["items"].as_array().unwrap().iter().filter(|entry| entry["action"] == "account_not_proved").collect();
    assert_eq!((noted.len(), &noted[0]["facts"]["reason"], &noted[0]["subject"]), (2, &json!("taken"), &json!(grace.to_string())));
    assert_eq!(stage.github.tokens(), 0);

    // Proved again by whom it is, nothing changes.
    let back = to_github_and_back(&mut first).await;
    assert_eq!(first.get(&back).await.status, 303);
    assert_eq!(stage.bound().await, [ADA]);
}

#[rstest]
#[case("harbour")]
#[case("tugboat[bot]")]
#[tokio::test]
async fn an_account_that_is_no_persons_is_nobodys(#[case] login: &str) {
    let stage = Stage::new().await;
    stage.github.seat([Some(stage.account(login))]);
    let mut browser = stage.browser().await;
    let back = to_github_and_back(&mut browser).await;
    assert!(browser.get(&back).await.problem(409)["detail"].as_str().unwrap().contains("no person's"));
    let key = stage.app.student(stage.tenant.id, stage.ada).await;
    let proof = stage.begin(&key).await;
    stage.github.enter_code(proof["user_code"].as_str().unwrap(), Some(stage.account(login)));
    stage.pass(5);
    assert_eq!(stage.check(&key, &proof).await.json(200)["failure"], "not_a_person");
    assert!(stage.bound().await.is_empty());
}

#[tokio::test]
async fn an_answer_is_taken_once_in_time_from_the_browser_and_the_person_that_began() {
    let stage = Stage::new().await;
    stage.github.seat([Some(stage.account(ADA))]);
    let mut browser = stage.browser().await;
    let back = to_github_and_back(&mut browser).await;
    let refused = |answer: Answer| {
        let problem = answer.problem(403);
        assert_eq!(problem["type"], "urn:accredit:problem:account_not_proved");
        problem["detail"].clone()
    };
    // Another state, none, and one of another institution.
    let code = back.split_once("code=").unwrap().1.split('&').next().unwrap().to_owned();
    let strange = Token::new(stage.tenant.id, [7; 32]);
    let foreign = Token::new(stage.app.tenant("other").await.id, [7; 32]);
    let mut told = Vec::new();
    for state in ["", &format!("&state={}", strange.reveal()), &format!("&state={}", foreign.reveal()), "&state=x"] {
        told.push(refused(browser.get(&format!("/v1/account-proof/callback?code={code}{state}")).await));
    }
    // Another browser of the same person, one that began a proof of its own, and another person with this browser's cookie.
    let mut other = Browser::new(&stage.app);
    other.cookies.insert("accredit-session".into(), browser.cookies["accredit-session"].clone());
    told.push(refused(other.get(&back).await));
    other.get("/v1/me/account-proof").await;
    told.push(refused(other.get(&back).await));
    let grace = member(&stage.app, &stage.tenant, "002").await;
    let mut stranger = signed_in(&stage.app, &stage.tenant, grace).await;
    stranger.cookies.insert("accredit-account-proof".into(), browser.cookies["accredit-account-proof"].clone());
    told.push(refused(stranger.get(&back).await));
    assert!(told.iter().all(|one| *one == told[0]), "{told:?}");
    // Nobody who is not signed in.
    let mut nobody = Browser::new(&stage.app);
    nobody.cookies.insert("accredit-account-proof".into(), browser.cookies["accredit-account-proof"].clone());
    nobody.get(&back).await.problem(401);
    assert!(stage.bound().await.is_empty() && stage.questions() == 0);

    // All that left it to whom it belongs; and then it is used up.
    let cookie = browser.cookies["accredit-account-proof"].clone();
    assert_eq!(browser.get(&back).await.status, 303);
    browser.cookies.insert("accredit-account-proof".into(), cookie);
    refused(browser.get(&back).await);
    assert_eq!(stage.questions(), 1);

    let late = to_github_and_back(&mut browser).await;
    stage.pass(600);
    refused(browser.get(&late).await);
}

#[tokio::test]
async fn who_says_no_at_github_proves_nothing() {
    let stage = Stage::new().await;
    stage.github.seat([None]);
    let mut browser = stage.browser().await;
    let back = to_github_and_back(&mut browser).await;
    let problem = browser.get(&back).await.problem(403);
    assert!(problem["detail"].as_str().unwrap().contains("access_denied"), "{problem}");
    assert!(stage.bound().await.is_empty());
}

#[rstest]
#[case::in_trouble(Fault::Status { status: 503, message: "Unicorn".into() })]
#[case::html(Fault::Html { status: 200 })]
#[case::closed(Fault::Closed)]
#[case::broken_off(Fault::ClosedMidBody)]
#[case::truncated(Fault::TruncatedJson)]
#[case::empty(Fault::EmptyObject)]
#[tokio::test]
async fn when_github_does_not_serve_nothing_is_lost_that_can_be_asked_again(#[case] fault: Fault) {
    let stage = Stage::new().await;
    let key = stage.app.student(stage.tenant.id, stage.ada).await;
    stage.github.fail_next(fault.clone());
    let failed = stage.app.call(Method::POST, "/v1/me/account-proofs", &key, &[], None).await.problem(502);
    assert_eq!(failed["type"], "urn:accredit:problem:github");
    let proof = stage.begin(&key).await;
    stage.github.enter_code(proof["user_code"].as_str().unwrap(), Some(stage.account(ADA)));
    stage.pass(5);
    stage.github.fail_next(fault.clone());
    stage.check(&key, &proof).await.problem(502);
    let path = format!("/v1/me/account-proofs/{}", proof["id"].as_str().unwrap());
    assert_eq!(stage.app.get(&key, &path).await.json(200)["state"], "waiting");

    stage.github.seat([Some(stage.account(ADA))]);
    let mut browser = stage.browser().await;
    let back = to_github_and_back(&mut browser).await;
    stage.github.fail_next(fault.clone());
    browser.get(&back).await.problem(502);
    assert!(stage.bound().await.is_empty());
}

#[tokio::test]
async fn when_github_does_not_say_whose_a_token_is_the_proof_has_failed() {
    let stage = Stage::new().await;
    let key = stage.app.student(stage.tenant.id, stage.ada).await;
    let proof = stage.begin(&key).await;
    stage.github.enter_code(proof["user_code"].as_str().unwrap(), Some(stage.account(ADA)));
    stage.pass(5);
    stage.github.fail_nth(2, Fault::Html { status: 502 });
    let failed = stage.check(&key, &proof).await.json(200);
    assert_eq!((&failed["state"], &failed["failure"]), (&json!("failed"), &json!("not_told")));
    assert_eq!((stage.github.tokens(), stage.bound().await.len()), (0, 0), "and the token was given back all the same");
    assert_eq!(stage.begin(&key).await["state"], "waiting", "another can be begun");
}

#[tokio::test]
async fn without_an_app_a_secret_or_a_key_it_is_said_what_is_missing() {
    let says = |answer: Answer, what: &str| {
        let problem = answer.problem(409);
        assert!(problem["detail"].as_str().unwrap().contains(what), "{problem}");
    };
    let stage = Stage::with(|door| door.github = None).await;
    let key = stage.app.student(stage.tenant.id, stage.ada).await;
    says(stage.app.call(Method::POST, "/v1/me/account-proofs", &key, &[], None).await, "github.oauth_client_id");
    says(stage.browser().await.get("/v1/me/account-proof").await, "github.oauth_client_id");

    let stage = Stage::with(|door| door.sealing = None).await;
    let key = stage.app.student(stage.tenant.id, stage.ada).await;
    says(stage.app.call(Method::POST, "/v1/me/account-proofs", &key, &[], None).await, "secrets.key");
    assert_eq!(stage.github.requests().len(), 0);

    let stage = Stage::new().await;
    let base = stage.github.base_url();
    let secretless = accredit::identity::github::GitHub::new(&base, stage.github.oauth_app().0, None).unwrap();
    let stage = Stage::with(|door| door.github = Some(secretless)).await;
    says(stage.browser().await.get("/v1/me/account-proof").await, "github.oauth_client_secret");
}

#[tokio::test]
async fn a_device_needs_no_secret_and_the_token_then_stays_with_github() {
    let other = Stage::new().await;
    let without = accredit::identity::github::GitHub::new(&other.github.base_url(), other.github.oauth_app().0, None).unwrap();
    let stage = Stage::with(|door| door.github = Some(without)).await;
    let key = stage.app.student(stage.tenant.id, stage.ada).await;
    let proof = stage.begin(&key).await;
    other.github.enter_code(proof["user_code"].as_str().unwrap(), Some(other.account(ADA)));
    stage.app.clock.set(now() + TimeDelta::seconds(5));
    assert_eq!(stage.check(&key, &proof).await.json(200)["state"], "done");
    assert_eq!(other.github.tokens(), 1, "it has no scope, and nobody kept it");
}

#[tokio::test]
async fn an_app_whose_secret_is_wrong_is_told_so_by_github_and_proves_nothing() {
    let other = Stage::new().await;
    let (id, _) = other.github.oauth_app();
    let wrong = accredit::identity::github::GitHub::new(&other.github.base_url(), id, Some("wrong".into())).unwrap();
    let stage = Stage::with(|door| door.github = Some(wrong)).await;
    other.github.seat([Some(other.account(ADA))]);
    let mut browser = stage.browser().await;
    let back = to_github_and_back(&mut browser).await;
    let problem = browser.get(&back).await.problem(403);
    assert!(problem["detail"].as_str().unwrap().contains("incorrect_client_credentials"), "{problem}");
}

#[tokio::test]
async fn only_members_prove_and_no_page_of_another_site_has_somebody_prove() {
    let stage = Stage::new().await;
    for key in [&stage.tenant.staff, &stage.tenant.admin] {
        let refused = stage.app.call(Method::POST, "/v1/me/account-proofs", key, &[], None).await.problem(403);
        assert!(refused["detail"].as_str().unwrap().contains("member of the register"), "{refused}");
        stage.app.get(key, "/v1/me/account-proof").await.problem(403);
    }
    let mut browser = stage.browser().await;
    browser.send(Method::GET, "/v1/me/account-proof", &[("sec-fetch-site", "cross-site")], None).await.problem(403);
    for path in ["//evil.example", "https://evil.example/"] {
        browser.get(&format!("/v1/me/account-proof?return_to={path}")).await.problem(400);
    }
    assert_eq!(browser.get("/v1/me/account-proof").await.status, 303);
}

#[tokio::test]
async fn a_proof_is_its_members_own_and_two_institutions_may_have_the_same_account() {
    let stage = Stage::new().await;
    let key = stage.app.student(stage.tenant.id, stage.ada).await;
    let proof = stage.begin(&key).await;
    let other = stage.app.tenant("other").await;
    let foreigner = stage.app.student(other.id, member(&stage.app, &other, "001").await).await;
    let classmate = stage.app.student(stage.tenant.id, member(&stage.app, &stage.tenant, "002").await).await;
    let path = format!("/v1/me/account-proofs/{}", proof["id"].as_str().unwrap());
    for stranger in [&foreigner, &classmate, &stage.tenant.admin] {
        let seen = stage.app.get(stranger, &path).await;
        seen.problem(404);
        assert_eq!(seen.body, stage.app.get(stranger, &format!("/v1/me/account-proofs/{}", uuid::Uuid::now_v7())).await.body);
        stage.check(stranger, &proof).await.problem(404);
    }
    for key in [&key, &foreigner] {
        let proof = stage.begin(key).await;
        stage.github.enter_code(proof["user_code"].as_str().unwrap(), Some(stage.account(ADA)));
        stage.pass(5);
        assert_eq!(stage.check(key, &proof).await.json(200)["state"], "done");
    }
    assert_eq!(stage.bound().await, [ADA, ADA]);
}

/// Where one of the secrets stands in the database, as it is or in hexadecimal.
async fn sightings(app: &TestApp, secrets: &[String]) -> Vec<String> {
    let mut owner = app.database.owner().await;
    let tables = "select format('%I.%I', schemaname, tablename) from pg_tables where schemaname in ('public', 'graphile_worker')";
    let tables: Vec<String> = sqlx::query_scalar(tables).fetch_all(&mut owner).await.unwrap();
    assert!(tables.len() > 30, "{tables:?}");
    let mut found = Vec::new();
    for table in tables {
        let all = format!("select coalesce(string_agg(t::text, ' '), '') from {table} t");
        let text: String = sqlx::query_scalar(AssertSqlSafe(all)).fetch_one(&mut owner).await.unwrap();
        for secret in secrets {
            if text.contains(secret) || text.contains(&hex::encode(secret)) {
                found.push(format!("{secret} in {table}"));
            }
        }
    }
    found
}

#[tokio::test]
async fn no_code_and_no_token_is_logged_or_stored() {
    let captured = Captured::default();
    let stage = Stage::new().await;
    let key = stage.app.student(stage.tenant.id, stage.ada).await;
    stage.github.seat([Some(stage.account(ADA))]);
    let mut browser = stage.browser().await;
    let logging = captured.listen();
    let mut secrets = Vec::new();
    for fault in [None, Some(Fault::Status { status: 500, message: "Unicorn".into() }), Some(Fault::TruncatedJson)] {
        let back = to_github_and_back(&mut browser).await;
        secrets.extend(stage.github.oauth_secrets());
        secrets.push(browser.cookies["accredit-account-proof"].clone());
        secrets.push(back.split_once("state=").unwrap().1.to_owned());
        if let Some(fault) = fault {
            stage.github.fail_nth(2, fault);
        }
        browser.get(&back).await;
    }
    let proof = stage.begin(&key).await;
    secrets.extend(stage.github.oauth_secrets());
    assert_eq!(sightings(&stage.app, &secrets).await, Vec::<String>::new(), "while a code is waiting");
    stage.pass(5);
    stage.github.fail_next(Fault::Html { status: 200 });
    stage.check(&key, &proof).await.problem(502);
    stage.github.enter_code(proof["user_code"].as_str().unwrap(), Some(stage.account(ADA)));
    stage.pass(5);
    // That the token is given back is not heard.
    stage.github.fail_nth(3, Fault::Closed);
    assert_eq!(stage.check(&key, &proof).await.json(200)["state"], "done");
    secrets.extend(stage.github.oauth_secrets());
    secrets.push(secrecy::ExposeSecret::expose_secret(&stage.github.oauth_app().1).to_owned());
    drop(logging);
    assert!(secrets.len() > 10, "{}", secrets.len());
    assert_eq!(sightings(&stage.app, &secrets).await, Vec::<String>::new());
    let log = captured.lines();
    assert!(log.iter().any(|line| line.contains("/v1/account-proof/callback")), "nothing was captured");
    assert!(log.iter().any(|line| line.contains("could not be told")) && log.iter().any(|line| line.contains("no account was proved")));
    for secret in &secrets {
        assert!(!log.iter().any(|line| line.contains(secret)), "{secret}");
    }
}

#[tokio::test]
async fn what_nobody_finished_is_forgotten() {
    let stage = Stage::new().await;
    let key = stage.app.student(stage.tenant.id, stage.ada).await;
    let proof = stage.begin(&key).await;
    stage.browser().await.get("/v1/me/account-proof").await;
    let rows = "select (select count(*) from account_proof_attempts), (select count(*) from account_proofs)";
    for (minutes, left) in [(9, (1_i64, 1_i64)), (1, (0, 1)), (24 * 60 + 4, (0, 1)), (1, (0, 0))] {
        stage.pass(minutes * 60);
        let mut tx = stage.app.database.db().begin().await.unwrap();
        accredit::db::queue::enqueue(&mut tx, &accredit::model::job::ForgetSessions {}, None).await.unwrap();
        tx.commit().await.unwrap();
        stage.app.work().await;
        assert_eq!(
            sqlx::query_as::<_, (i64, i64)>(rows).fetch_one(&mut stage.app.database.owner().await).await.unwrap(),
            left,
            "{minutes}"
        );
    }
    stage.check(&key, &proof).await.problem(404);
}

#[tokio::test]
async fn the_model_shows_an_account_as_github_publishes_that_it_does() {
    let stage = Stage::new().await;
    let (id, secret) = stage.github.oauth_app();
    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let url = |path: &str| stage.github.base_url().join(path).unwrap();
    for login in [ADA, "harbour"] {
        stage.github.seat([Some(stage.account(login))]);
        let led = http.get(url(&format!("/login/oauth/authorize?client_id={id}&redirect_uri=http://127.0.0.1:9/"))).send().await.unwrap();
        let code = led.headers()["location"].to_str().unwrap().split_once("code=").unwrap().1.to_owned();
        let secret = secrecy::ExposeSecret::expose_secret(&secret);
        let form = format!("client_id={id}&client_secret={secret}&code={code}&redirect_uri=http://127.0.0.1:9/");
        let asked = http.post(url("/login/oauth/access_token")).header("accept", "application/json").body(form);
        let token: Value = asked.send().await.unwrap().json().await.unwrap();
        let user = http.get(url("/user")).bearer_auth(token["access_token"].as_str().unwrap()).send().await.unwrap();
        let user: Value = user.json().await.unwrap();
        assert_eq!(rest_schema::violations("public-user", &user), Vec::<String>::new());
        let broken = json!({"login": 7, "more": 1});
        assert!(rest_schema::violations("public-user", &broken).len() > 25, "what is no account is seen to be none");
    }
}
