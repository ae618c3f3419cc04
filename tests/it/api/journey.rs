//! The whole way through HTTP: register, track, ask for work, let a worker do it, read the result.

use std::collections::BTreeSet;

use accredit::{
    db::{accounts, contributions, syncs},
    model::{
        account::AccountId,
        actor::Actor,
        ids::{MemberId, RepositoryId, SyncId},
        work::WorkState,
    },
};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{
    TestApp,
    app::now,
    register::{policy_text, record},
};

async fn jobs(app: &TestApp) -> BTreeSet<String> {
    let names: Vec<String> = sqlx::query_scalar("select key from graphile_worker._private_jobs where key is not null")
        .fetch_all(&mut app.database.owner().await)
        .await
        .unwrap();
    names.into_iter().collect()
}

fn id<T: std::str::FromStr>(value: &Value) -> T
where
    T::Err: std::fmt::Debug,
{
    value["id"].as_str().unwrap().parse().unwrap()
}

#[tokio::test]
async fn from_an_empty_register_to_a_report() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    let ada = json!({"number": "0020230001", "name": "Ada Lovelace", "role": "student", "github_login": "ada"});
    let ada = app.post(&tenant.staff, "/v1/members", ada).await.json(201);
    let grace = app.post(&tenant.staff, "/v1/members", json!({"number": "0020230002", "name": "Grace", "role": "student"})).await.json(201);
    let repository =
        app.post(&tenant.staff, "/v1/repositories", json!({"full_name": "analytical/engine", "category": "community"})).await.json(201);
    let term = json!({"code": "2025-2026-1", "name": "Autumn 2025", "starts_on": "2025-09-01", "ends_on": "2026-01-31"});
    let term = app.post(&tenant.staff, "/v1/terms", term).await.json(201);
    let policy = Some(("application/toml", policy_text("1").into_bytes()));
    let policy = app.call(Method::POST, "/v1/policies", &tenant.staff, &[], policy).await.json(201);

    // What a worker would bring from GitHub.
    let mut tx = app.database.db().begin_as(tenant.id).await.unwrap();
    accounts::link(&mut tx, id::<MemberId>(&ada), "ada", Some(AccountId(1815)), &Actor::Program, now()).await.unwrap();
    let repository_id = id::<RepositoryId>(&repository);
    let facts = [
        record(repository_id, 1, AccountId(1815), "2025-10-01T12:00:00Z"),
        record(repository_id, 2, AccountId(1815), "2025-11-01T12:00:00Z"),
    ];
    contributions::insert_batch(&mut tx, &facts, now()).await.unwrap();
    tx.commit().await.unwrap();

    let asked = app.post(&tenant.staff, "/v1/evaluations", json!({"term_id": term["id"], "policy_id": policy["id"]})).await;
    assert_eq!(asked.json(202)["state"], "queued");
    let place = asked.header("location").unwrap();
    app.work().await;
    let evaluation = app.get(&tenant.reader, place).await.json(200);
    assert_eq!((&evaluation["state"], &evaluation["error"]), (&json!("done"), &Value::Null));
    assert_eq!(evaluation["policy_hash"], policy["hash"]);

    let scores = app.get(&tenant.reader, &format!("{place}/scores")).await.json(200);
    let of = |score: &Value| (score["member_id"].clone(), score["points"].clone(), score["credits"].clone(), score["state"].clone());
    assert_eq!(of(&scores["items"][0]), (ada["id"].clone(), json!("20"), json!("2"), json!("proposed")));
    assert_eq!(of(&scores["items"][1]), (grace["id"].clone(), Value::Null, Value::Null, json!("no_account")));
    let path = format!("/v1/members/{}/score?evaluation={}", ada["id"].as_str().unwrap(), evaluation["id"].as_str().unwrap());
    let score = app.get(&tenant.reader, &path).await.json(200);
    assert_eq!(score["lines"].as_array().unwrap().len(), 2);
    assert_eq!(score["complete_until"], json!([{"repository": "analytical/engine", "complete_until": null}]));
    let report = app.get(&tenant.reader, &format!("/v1/reports/credits?term_id={}&format=csv", term["id"].as_str().unwrap())).await;
    assert!(report.text().contains("\r\n0020230001,Ada Lovelace,,ada,2025-2026-1,practice 1,"), "{}", report.text());
}

#[tokio::test]
async fn the_same_policy_twice_is_one_and_a_changed_one_needs_another_version() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    let add = async |text: String| {
        app.call(Method::POST, "/v1/policies", &tenant.staff, &[], Some(("application/toml", text.into_bytes()))).await
    };
    let first = add(policy_text("1")).await;
    let made = first.json(201);
    assert_eq!(first.header("location"), Some(&*format!("/v1/policies/{}", made["id"].as_str().unwrap())));
    assert_eq!(add(policy_text("1")).await.json(200), made);
    assert_eq!(add(policy_text("1").replace("points = 10", "points = 11")).await.faults(409), ["version"]);
    add(policy_text("2")).await.json(201);
    assert_eq!(add("name = ".to_owned()).await.faults(422), ["policy"]);
    add(policy_text("\\u0000")).await.problem(422);
    add(policy_text("3").replace("merged\"\nkind", "mer\\u0000ged\"\nkind")).await.problem(422);
    add(policy_text("\0")).await.problem(422);
    let shown = app.get(&tenant.reader, first.header("location").unwrap()).await.json(200);
    assert_eq!(shown["source"], policy_text("1"));
}

#[tokio::test]
async fn a_sync_is_asked_for_once_while_it_is_under_way() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    let other = app.tenant("other").await;
    let track =
        async |key: &str| app.post(key, "/v1/repositories", json!({"full_name": "rust-lang/cargo", "category": "own"})).await.json(201);
    let repository = track(&tenant.staff).await;
    assert_eq!(repository["state"], "pending");
    assert!(jobs(&app).await.is_empty(), "a repository is fetched when somebody asks");
    let path = format!("/v1/repositories/{}/syncs", repository["id"].as_str().unwrap());
    let first = app.call(Method::POST, &path, &tenant.staff, &[], None).await;
    let sync = first.json(202);
    assert_eq!(sync["state"], "queued");
    let again = app.call(Method::POST, &path, &tenant.staff, &[], None).await;
    assert_eq!((first.header("location"), again.json(202)), (again.header("location"), sync.clone()));
    assert_eq!(jobs(&app).await, BTreeSet::from([format!("sync_repository:{}", sync["id"].as_str().unwrap())]));

    // What nobody has fetched is each institution's own: another one that waits for the name sees nothing of this fetch.
    let place = first.header("location").unwrap();
    app.get(&other.staff, place).await.problem(404);
    assert_ne!(track(&other.staff).await["id"], repository["id"]);
    app.get(&other.staff, place).await.problem(404);

    let mut tx = app.database.db().begin().await.unwrap();
    let ground = syncs::take(&mut tx, id::<RepositoryId>(&repository), id::<SyncId>(&sync), now()).await.unwrap().unwrap();
    syncs::fail(&mut tx, &ground.held, "GitHub knows no such repository", now()).await.unwrap();
    tx.commit().await.unwrap();
    let failed = app.get(&tenant.reader, place).await.json(200);
    assert_eq!((&failed["state"], &failed["error"]), (&json!(WorkState::Failed), &json!("GitHub knows no such repository")));
    assert_ne!(app.call(Method::POST, &path, &tenant.staff, &[], None).await.json(202)["id"], sync["id"]);
    let shown = app.get(&tenant.reader, &format!("/v1/repositories/{}", repository["id"].as_str().unwrap())).await.json(200);
    assert_eq!(shown["last_error"], "GitHub knows no such repository");
}

#[tokio::test]
async fn a_login_is_asked_for_exactly_when_it_is_new() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    let job = BTreeSet::from([format!("link_accounts:{}", tenant.id)]);
    let member = |number: &str, login: Value| json!({"number": number, "name": "Ada", "role": "student", "github_login": login});
    let made = app.post(&tenant.staff, "/v1/members", member("001", Value::Null)).await.json(201);
    assert_eq!((jobs(&app).await, &made["account_state"]), (BTreeSet::new(), &json!("none")));
    let path = format!("/v1/members/{}", made["id"].as_str().unwrap());
    let changed = app.patch(&tenant.staff, &path, json!({"github_login": "ada"})).await.json(200);
    assert_eq!((jobs(&app).await, &changed["account_state"]), (job.clone(), &json!("pending")));

    sqlx::query("delete from graphile_worker._private_jobs").execute(&mut app.database.owner().await).await.unwrap();
    let mut tx = app.database.db().begin_as(tenant.id).await.unwrap();
    accounts::link(&mut tx, id::<MemberId>(&made), "ada", Some(AccountId(7)), &Actor::Program, now()).await.unwrap();
    tx.commit().await.unwrap();
    let renamed = app.patch(&tenant.staff, &path, json!({"name": "Augusta", "github_login": "Ada"})).await.json(200);
    assert_eq!((jobs(&app).await, &renamed["account_state"], &renamed["github_id"]), (BTreeSet::new(), &json!("linked"), &json!(7)));
    app.post(&tenant.staff, "/v1/members", member("002", json!("grace"))).await.json(201);
    assert_eq!(jobs(&app).await, job);
    app.post(&tenant.staff, "/v1/members", member("001", json!("other"))).await.problem(409);
}

#[tokio::test]
async fn what_is_untracked_is_gone_and_can_be_tracked_again() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    let body = json!({"full_name": "rust-lang/cargo", "category": "own"});
    let repository = app.post(&tenant.staff, "/v1/repositories", body.clone()).await.json(201);
    let path = format!("/v1/repositories/{}", repository["id"].as_str().unwrap());
    assert_eq!(app.delete(&tenant.staff, &path).await.status, 204);
    app.delete(&tenant.staff, &path).await.problem(404);
    app.get(&tenant.staff, &path).await.problem(404);
    app.call(Method::POST, &format!("{path}/syncs"), &tenant.staff, &[], None).await.problem(404);
    assert_eq!(
        app.post(&tenant.staff, "/v1/repositories", body).await.json(201)["id"],
        repository["id"],
        "the facts are kept under one id"
    );
}
