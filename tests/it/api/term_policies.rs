//! Which policy holds in a term from when and for whom, and that a new one changes no old result.

use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{
    Answer, TestApp,
    app::{Tenant, now},
    register::policy_text,
};

async fn add_term(app: &TestApp, tenant: &Tenant, code: &str) -> String {
    let term = json!({"code": code, "name": "Autumn", "starts_on": "2025-09-01", "ends_on": "2026-01-31"});
    app.post(&tenant.staff, "/v1/terms", term).await.json(201)["id"].as_str().unwrap().to_owned()
}

async fn add_policy(app: &TestApp, tenant: &Tenant, text: String) -> Answer {
    app.call(Method::POST, "/v1/policies", &tenant.staff, &[], Some(("application/toml", text.into_bytes()))).await
}

/// So that what comes next has a greater id, as it has where a clock goes.
fn tick(app: &TestApp) {
    app.clock.set(app.clock.now() + TimeDelta::milliseconds(1));
}

/// `practice` in this version; its id.
async fn policy(app: &TestApp, tenant: &Tenant, version: &str) -> String {
    tick(app);
    add_policy(app, tenant, policy_text(version)).await.json(201)["id"].as_str().unwrap().to_owned()
}

async fn adopt(app: &TestApp, tenant: &Tenant, term: &str, body: Value) -> Answer {
    tick(app);
    app.post(&tenant.staff, &format!("/v1/terms/{term}/policies"), body).await
}

async fn evaluate(app: &TestApp, tenant: &Tenant, body: Value) -> Answer {
    app.post(&tenant.staff, "/v1/evaluations", body).await
}

#[tokio::test]
async fn an_evaluation_takes_the_policy_that_is_in_force_on_its_day() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    let term = add_term(&app, &tenant, "t").await;
    let (first, second) = (policy(&app, &tenant, "1").await, policy(&app, &tenant, "2").await);
    let made = adopt(&app, &tenant, &term, json!({"policy_id": first, "adopted_from": "2025-09-01"})).await.json(201);
    assert_eq!((&made["audience"], &made["adopted_from"]), (&json!("everyone"), &json!("2025-09-01")));
    adopt(&app, &tenant, &term, json!({"policy_id": second, "adopted_from": "2026-02-03"})).await.json(201);
    for (days, expected) in [(0, &first), (1, &first), (2, &second)] {
        app.clock.set(now() + TimeDelta::days(days));
        let evaluation = evaluate(&app, &tenant, json!({"term_id": term})).await.json(202);
        assert_eq!(evaluation["policy_id"], **expected, "after {days} days");
    }
    // 16:00 UTC is midnight in Shanghai.
    app.clock.set("2026-02-02T16:00:00Z".parse().unwrap());
    assert_eq!(evaluate(&app, &tenant, json!({"term_id": term})).await.json(202)["policy_id"], *second);
    app.clock.set("2026-02-02T15:59:59Z".parse().unwrap());
    assert_eq!(evaluate(&app, &tenant, json!({"term_id": term})).await.json(202)["policy_id"], *first);
    let listed = app.get(&tenant.reader, &format!("/v1/terms/{term}/policies")).await.json(200);
    assert_eq!(listed["items"].as_array().unwrap().len(), 2);
    assert_eq!(listed["items"][0], made);
}

#[tokio::test]
async fn without_an_adoption_the_only_policy_is_taken_and_of_several_none() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    let (term, other) = (add_term(&app, &tenant, "t").await, add_term(&app, &tenant, "u").await);
    assert_eq!(evaluate(&app, &tenant, json!({"term_id": term})).await.faults(409), ["policy_id"]);
    policy(&app, &tenant, "1").await;
    let newest = policy(&app, &tenant, "2").await;
    assert_eq!(evaluate(&app, &tenant, json!({"term_id": term})).await.json(202)["policy_id"], *newest);
    let third = add_policy(&app, &tenant, policy_text("1").replace("practice", "outreach")).await.json(201);
    assert_eq!(evaluate(&app, &tenant, json!({"term_id": term})).await.faults(409), ["policy_id"]);
    adopt(&app, &tenant, &term, json!({"policy_id": third["id"]})).await.json(201);
    assert_eq!(evaluate(&app, &tenant, json!({"term_id": term})).await.json(202)["policy_id"], third["id"], "from today on");
    assert_eq!(evaluate(&app, &tenant, json!({"term_id": other})).await.faults(409), ["policy_id"], "another term's adoption");
    assert_eq!(evaluate(&app, &tenant, json!({"term_id": term, "policy_id": newest})).await.json(202)["policy_id"], *newest);
}

#[tokio::test]
async fn where_students_and_faculty_have_different_policies_somebody_says_for_whom() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    let term = add_term(&app, &tenant, "t").await;
    let written_for = async |version: &str, audience: &str| {
        let text = format!("audience = \"{audience}\"\n{}", policy_text(version));
        add_policy(&app, &tenant, text).await.json(201)["id"].as_str().unwrap().to_owned()
    };
    let (students, faculty) = (written_for("1", "students").await, written_for("2", "faculty").await);
    adopt(&app, &tenant, &term, json!({"policy_id": students, "audience": "students"})).await.json(201);
    adopt(&app, &tenant, &term, json!({"policy_id": faculty, "audience": "faculty"})).await.json(201);
    let refused = evaluate(&app, &tenant, json!({"term_id": term})).await;
    assert_eq!(refused.faults(409), ["audience"]);
    assert!(refused.text().contains("students, faculty"), "{}", refused.text());
    for (audience, policy) in [("students", &students), ("faculty", &faculty)] {
        assert_eq!(evaluate(&app, &tenant, json!({"term_id": term, "audience": audience})).await.json(202)["policy_id"], **policy);
    }
    let both = json!({"term_id": term, "policy_id": students, "audience": "faculty"});
    assert_eq!(evaluate(&app, &tenant, both).await.faults(422), ["audience"]);
}

/// Scores, by a worker, a moment after what was before.
async fn score(app: &TestApp, tenant: &Tenant, body: Value) {
    tick(app);
    evaluate(app, tenant, body).await.json(202);
    app.work().await;
}

async fn report(app: &TestApp, tenant: &Tenant, query: &str) -> Answer {
    app.get(&tenant.reader, &format!("/v1/reports/credits?{query}")).await
}

#[tokio::test]
async fn where_students_and_faculty_were_scored_a_report_is_of_whom_it_is_asked_for() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    let term = add_term(&app, &tenant, "t").await;
    for (version, audience) in [("1", "students"), ("2", "faculty")] {
        tick(&app);
        let policy = add_policy(&app, &tenant, format!("audience = \"{audience}\"\n{}", policy_text(version))).await.json(201);
        adopt(&app, &tenant, &term, json!({"policy_id": policy["id"]})).await.json(201);
        report(&app, &tenant, &format!("term_id={term}&audience={audience}")).await.problem(409);
        score(&app, &tenant, json!({"term_id": term, "audience": audience})).await;
        if version == "1" {
            let alone = report(&app, &tenant, &format!("term_id={term}")).await.json(200);
            assert_eq!(alone["policy"]["version"], "1", "those who were scored alone");
        }
    }
    let unsaid = report(&app, &tenant, &format!("term_id={term}")).await;
    assert_eq!(unsaid.faults(409), ["audience"]);
    assert!(unsaid.text().contains("students, faculty"), "{}", unsaid.text());
    for (audience, version) in [("students", "1"), ("faculty", "2")] {
        let of_them = report(&app, &tenant, &format!("term_id={term}&audience={audience}")).await.json(200);
        assert_eq!(of_them["policy"]["version"], version);
        let evaluation = of_them["evaluation_id"].as_str().unwrap();
        report(&app, &tenant, &format!("evaluation_id={evaluation}&audience={audience}")).await.problem(400);
    }
    report(&app, &tenant, &format!("term_id={term}&audience=everyone")).await.problem(409);
    report(&app, &tenant, &format!("term_id={term}&audience=deans")).await.problem(400);
}

#[tokio::test]
async fn a_trial_of_a_version_that_is_not_in_force_is_not_what_a_report_shows() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    let term = add_term(&app, &tenant, "t").await;
    let (first, second) = (policy(&app, &tenant, "1").await, policy(&app, &tenant, "2").await);
    let shown = async || report(&app, &tenant, &format!("term_id={term}")).await.json(200)["policy"]["version"].clone();
    score(&app, &tenant, json!({"term_id": term, "policy_id": first})).await;
    score(&app, &tenant, json!({"term_id": term, "policy_id": second})).await;
    assert_eq!(shown().await, "2", "nothing was adopted: the newest");
    adopt(&app, &tenant, &term, json!({"policy_id": first, "adopted_from": "2025-09-01"})).await.json(201);
    assert_eq!(shown().await, "1");
    let today = now().with_timezone(&chrono_tz::Asia::Shanghai).date_naive();
    adopt(&app, &tenant, &term, json!({"policy_id": second, "adopted_from": today.succ_opt().unwrap()})).await.json(201);
    assert_eq!(shown().await, "1", "until tomorrow");
    app.clock.set(now() + TimeDelta::days(1));
    assert_eq!(shown().await, "2");
}

#[tokio::test]
async fn where_one_was_adopted_no_other_is_taken_because_it_is_the_only_one() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    let term = add_term(&app, &tenant, "t").await;
    let only = add_policy(&app, &tenant, format!("audience = \"faculty\"\n{}", policy_text("1"))).await.json(201);
    adopt(&app, &tenant, &term, json!({"policy_id": only["id"], "adopted_from": "2026-02-20"})).await.json(201);
    let early = evaluate(&app, &tenant, json!({"term_id": term})).await;
    assert_eq!(early.faults(409), ["policy_id"]);
    assert!(early.text().contains("one for faculty is from 2026-02-20 on"), "{}", early.text());
    app.clock.set("2026-02-20T00:00:00Z".parse().unwrap());
    evaluate(&app, &tenant, json!({"term_id": term})).await.json(202);
    let others = evaluate(&app, &tenant, json!({"term_id": term, "audience": "students"})).await;
    assert_eq!(others.faults(409), ["audience"]);
    assert!(others.text().contains("policies are in force for faculty"), "{}", others.text());
}

#[tokio::test]
async fn an_adoption_that_cannot_be_is_refused() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    let term = add_term(&app, &tenant, "t").await;
    let policy = policy(&app, &tenant, "1").await;
    for (body, field) in [
        (json!({}), "policy_id"),
        (json!({"policy_id": policy, "audience": "deans"}), "audience"),
        (json!({"policy_id": policy, "adopted_from": "2025-02-30"}), "adopted_from"),
        (json!({"policy_id": policy, "adopted_from": "1025-09-01"}), "adopted_from"),
        (json!({"policy_id": policy, "from": "2025-09-01"}), "from"),
    ] {
        assert_eq!(adopt(&app, &tenant, &term, body.clone()).await.faults(422), [field], "{body}");
    }
    adopt(&app, &tenant, &policy, json!({"policy_id": policy})).await.problem(404);
    adopt(&app, &tenant, &term, json!({"policy_id": term})).await.problem(404);
    let listed = app.get(&tenant.reader, &format!("/v1/terms/{term}/policies")).await.json(200);
    assert_eq!(listed, json!({"items": [], "next": null}));
}

#[tokio::test]
async fn a_version_never_changes_and_a_result_keeps_the_one_that_it_was_made_with() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    let term = add_term(&app, &tenant, "t").await;
    let first = add_policy(&app, &tenant, policy_text("1")).await.json(201);
    let asked = evaluate(&app, &tenant, json!({"term_id": term})).await;
    let place = asked.header("location").unwrap().to_owned();
    app.work().await;
    let before = app.get(&tenant.reader, &place).await.json(200);
    assert_eq!((&before["state"], &before["policy_hash"]), (&json!("done"), &first["hash"]));

    let changed = policy_text("1").replace("points = 10", "points = 11");
    assert_eq!(add_policy(&app, &tenant, changed.clone()).await.faults(409), ["version"]);
    let second = add_policy(&app, &tenant, changed.replace("version = \"1\"", "version = \"2\"")).await.json(201);
    assert_ne!(first["hash"], second["hash"]);
    adopt(&app, &tenant, &term, json!({"policy_id": second["id"]})).await.json(201);
    let again = evaluate(&app, &tenant, json!({"term_id": term})).await.json(202);
    app.work().await;
    assert_eq!(again["policy_hash"], second["hash"]);
    assert_eq!(app.get(&tenant.reader, &place).await.json(200), before, "the old result");
    let source = app.get(&tenant.reader, &format!("/v1/policies/{}", first["id"].as_str().unwrap())).await.json(200);
    assert_eq!(source["source"], policy_text("1"));
}
