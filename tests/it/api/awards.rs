//! Awards and appeals through HTTP: proposed, decided, noticed, appealed against.

use accredit::{
    db::users,
    model::{
        institution::Role,
        user::{KnownAs, NewUser, User},
    },
};
use reqwest::Method;
use serde_json::{Value, json};
use sqlx::Executor as _;

use crate::support::{
    TestApp,
    app::now,
    register::{self, Register},
};

async fn decide(app: &TestApp, key: &str, own: &Register, body: Value) -> crate::support::Answer {
    app.post(key, &format!("/v1/awards/{}/decisions", own.award), body).await
}

#[tokio::test]
async fn other_credits_wait_for_a_second_person_and_a_member_decides_nothing_about_oneself() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    let own = register::fill(app.database.db(), tenant.id, "own").await;
    let made = json!({"role": "reviewer", "member_id": own.member});
    let oneself = app.post(&tenant.admin, "/v1/api-keys", made).await.json(201)["key"].as_str().unwrap().to_owned();
    decide(&app, &oneself, &own, json!({"decision": "approve", "reason": "Mine"})).await.problem(403);
    assert_eq!(decide(&app, &tenant.reviewer, &own, json!({"decision": "approve"})).await.faults(422), ["reason"]);
    let other = json!({"decision": "approve", "reason": "More", "credits": "2"});
    assert_eq!(decide(&app, &tenant.reviewer, &own, other).await.json(200)["state"], "to_confirm");
    let confirm = json!({"decision": "confirm", "reason": "Seen"});
    decide(&app, &tenant.reviewer, &own, confirm.clone()).await.problem(403);
    let approved = decide(&app, &tenant.admin, &own, confirm).await.json(200);
    assert_eq!((&approved["state"], &approved["credits"]), (&json!("on_notice"), &json!("2")));
    // Sunday in Shanghai: five working days are over on Friday midnight.
    assert_eq!(approved["notice_until"], "2026-02-06T16:00:00Z");
}

#[tokio::test]
async fn the_notice_names_nobody() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    let own = register::fill(app.database.db(), tenant.id, "own").await;
    let answer = app.get("", "/notices/own/2025-2026-1-own").await;
    let notice = answer.json(200);
    assert_eq!(notice["items"][0], json!({"number": "******", "credits": "1", "until": "2026-02-11T08:00:00Z"}));
    assert_eq!(answer.header("cache-control"), Some("public, max-age=300"));
    assert!(!answer.text().contains("00own1") && !answer.text().contains("Ada") && !answer.text().contains(&own.member.to_string()));
    let nothing = app.get("", "/notices/own/none").await;
    nothing.problem(404);
    assert_eq!(nothing.body, app.get("", "/notices/nobody/none").await.body);
}

#[tokio::test]
async fn what_is_proposed_twice_is_proposed_once_and_what_needs_a_look_is_left() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    let own = register::fill(app.database.db(), tenant.id, "own").await;
    let of = json!({"evaluation_id": own.evaluation});
    let outcome = app.post(&tenant.staff, "/v1/awards", of.clone()).await.json(200);
    assert_eq!(outcome, json!({"proposed": 0, "superseding": 0, "present": 1, "without_account": 1}));
    let bulk = app.post(&tenant.reviewer, "/v1/awards/decisions", of).await.json(200);
    assert_eq!(bulk["approved"], 0);
    assert!(bulk["left"].as_array().unwrap().iter().any(|left| left["award_id"] == own.award.to_string()), "{bulk}");
    let listed = app.get(&tenant.reader, "/v1/awards?state=on_notice").await.json(200);
    assert_eq!(listed["items"].as_array().unwrap().len(), 1, "the contested one is under appeal");
}

#[tokio::test]
async fn a_student_appeals_and_a_dismissal_leaves_the_award() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    let own = register::fill(app.database.db(), tenant.id, "own").await;
    let student = app.student(tenant.id, own.member).await;
    let state = async || app.get(&student, &format!("/v1/awards/{}", own.approved)).await.json(200)["state"].clone();
    let body = |url: &str| json!({"award_id": own.approved, "reason": "It is worth more", "contribution_url": url});
    assert_eq!(app.post(&student, "/v1/appeals", body("https://github.example/pull/9")).await.faults(422), ["contribution_url"]);
    let appeal = app.post(&student, "/v1/appeals", body("https://github.example/pull/1")).await.json(201);
    assert_eq!(state().await, "under_appeal");
    app.post(&student, "/v1/appeals", body("https://github.example/pull/1")).await.problem(409);
    let path = format!("/v1/appeals/{}/decisions", appeal["id"].as_str().unwrap());
    let grant = json!({"decision": "grant", "reason": "Right"});
    assert_eq!(app.post(&tenant.reviewer, &path, grant).await.faults(422), ["evaluation_id"]);
    let settled = app.post(&tenant.reviewer, &path, json!({"decision": "dismiss", "reason": "It is not"})).await.json(200);
    assert_eq!(settled["decided"]["name"], "A reviewer");
    assert_eq!(state().await, "on_notice");
    app.post(&tenant.reviewer, &path, json!({"decision": "dismiss", "reason": "Again"})).await.problem(409);
}

#[tokio::test]
async fn who_approved_judges_no_appeal_as_long_as_another_reviewer_holds_a_key_or_signs_in() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    let own = register::fill(app.database.db(), tenant.id, "own").await;
    decide(&app, &tenant.admin, &own, json!({"decision": "approve", "reason": "As found"})).await.json(200);
    let student = app.student(tenant.id, own.member).await;
    let appeal = app.post(&student, "/v1/appeals", json!({"award_id": own.award, "reason": "It is worth more"})).await.json(201);
    let path = format!("/v1/appeals/{}/decisions", appeal["id"].as_str().unwrap());
    let dismiss = async || app.post(&tenant.admin, &path, json!({"decision": "dismiss", "reason": "It is not"})).await;
    dismiss().await.problem(403);
    let keys = app.get(&tenant.admin, "/v1/api-keys").await.json(200);
    let reviewers = keys["items"].as_array().unwrap().iter().find(|key| key["role"] == "reviewer").unwrap();
    app.delete(&tenant.admin, &format!("/v1/api-keys/{}", reviewers["id"].as_str().unwrap())).await;
    let known_as = KnownAs { issuer: "https://login.example.edu".into(), subject: "li-na".into() };
    let new = NewUser { name: "Li Na".into(), role: Role::Reviewer, member: None, known_as: Some(known_as), email: None };
    let user = User { signed_in_at: Some(now()), ..new.check(now()).unwrap() };
    let mut tx = app.database.db().begin_as(tenant.id).await.unwrap();
    users::insert(&mut tx, &user).await.unwrap();
    tx.commit().await.unwrap();
    dismiss().await.problem(403);
    app.patch(&tenant.admin, &format!("/v1/users/{}", user.id), json!({"disabled": true})).await.json(200);
    dismiss().await.json(200);
}

#[tokio::test]
async fn a_year_of_holidays_is_replaced_as_a_whole() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    let put = async |body: Value| {
        let body = Some(("application/json", body.to_string().into_bytes()));
        app.call(Method::PUT, "/v1/holidays", &tenant.staff, &[], body).await
    };
    put(json!({"year": 2026, "days": [{"day": "2026-02-17", "name": "Off"}, {"day": "2026-02-14", "working": true}]})).await.json(200);
    put(json!({"year": 2026, "days": [{"day": "2026-02-16"}]})).await.json(200);
    let shown = app.get(&tenant.reader, "/v1/holidays?year=2026").await.json(200);
    assert_eq!(shown["items"], json!([{"day": "2026-02-16", "working": false, "name": null}]));
    assert_eq!(put(json!({"year": 2026, "days": [{"day": "2025-02-16"}]})).await.faults(422), ["days[0].day"]);
}

#[tokio::test]
async fn a_granted_appeal_proposes_another_award_that_takes_the_place_once_a_person_approves_it() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    let own = register::fill(app.database.db(), tenant.id, "own").await;
    let student = app.student(tenant.id, own.member).await;
    let state = async |award: &str| app.get(&student, &format!("/v1/awards/{award}")).await.json(200)["state"].clone();
    let old = own.award.to_string();
    let less = json!({"decision": "approve", "reason": "One does not count", "credits": "0.5"});
    decide(&app, &tenant.reviewer, &own, less).await.json(200);
    decide(&app, &tenant.admin, &own, json!({"decision": "confirm", "reason": "Seen"})).await.json(200);
    let appeal = app.post(&student, "/v1/appeals", json!({"award_id": old, "reason": "It does count"})).await.json(201);
    let path = format!("/v1/appeals/{}/decisions", appeal["id"].as_str().unwrap());
    let grant = json!({"decision": "grant", "reason": "It does", "evaluation_id": own.evaluation});
    let third = app.post(&tenant.admin, "/v1/api-keys", json!({"role": "reviewer", "holder": "A third"})).await.json(201);
    let third = third["key"].as_str().unwrap();
    app.post(&tenant.admin, &path, grant.clone()).await.problem(403);
    let settled = app.post(third, &path, grant).await.json(200);
    let new = settled["decided"]["proposed_award_id"].as_str().unwrap().to_owned();
    assert_eq!((state(&old).await, state(&new).await), (json!("under_appeal"), json!("proposed")), "{settled}");
    let given =
        app.post(third, &format!("/v1/awards/{new}/decisions"), json!({"decision": "approve", "reason": "As found"})).await.json(200);
    assert_eq!((&given["credits"], &given["supersedes"]), (&json!("1"), &json!(old)));
    assert_eq!((state(&old).await, state(&new).await), (json!("superseded"), json!("final")), "this policy has no public notice");
}

#[tokio::test]
async fn in_bulk_is_approved_what_needs_no_look_and_what_the_policy_wants_confirmed_waits_for_it() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    let own = register::fill(app.database.db(), tenant.id, "own").await;
    let mut owner = app.database.owner().await;
    // The register's award was sent back and rests on incomplete facts: here it is as an evaluation proposes it.
    for prepared in [
        format!("delete from award_decisions where award_id = '{}'", own.award),
        format!("update awards set complete = true, confirmed_by = '{{mentor}}' where award_id = '{}'", own.award),
    ] {
        owner.execute(sqlx::AssertSqlSafe(prepared)).await.unwrap();
    }
    let of = json!({"evaluation_id": own.evaluation});
    let bulk = app.post(&tenant.reviewer, "/v1/awards/decisions", of.clone()).await.json(200);
    assert_eq!(bulk["approved"], 0);
    let refused = decide(&app, &tenant.reviewer, &own, json!({"decision": "approve", "reason": "Now"})).await;
    refused.problem(409);
    assert!(refused.text().contains("mentor"), "{}", refused.text());
    let confirmation =
        json!({"kind": "confirmation", "name": "mentor", "member_id": own.member, "happened_on": "2025-10-15", "reason": "Worked with us"});
    app.post(&tenant.staff, "/v1/statements", confirmation).await.json(201);
    assert_eq!(app.post(&tenant.reviewer, "/v1/awards/decisions", of.clone()).await.json(200)["approved"], 1);
    let given = app.get(&tenant.reader, &format!("/v1/awards/{}", own.award)).await.json(200);
    assert_eq!((&given["state"], &given["decisions"][0]["name"]), (&json!("on_notice"), &json!("A reviewer")), "{given}");
    assert_eq!(app.post(&tenant.reviewer, "/v1/awards/decisions", of).await.json(200)["approved"], 0, "twice is once");
}
