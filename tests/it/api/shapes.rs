//! What answers look like: snapshots of every shape, and of the document that describes them.

use std::collections::BTreeSet;

use accredit::{
    db::{evaluations, scores},
    model::{ids::EvaluationId, score::Reason},
};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{TestApp, register};

/// Ids become `[id]`: all else stands still, for the clock does.
fn still(mut value: Value) -> Value {
    match &mut value {
        Value::String(text) if uuid::Uuid::try_parse(text).is_ok() => json!("[id]"),
        Value::String(text) if text.starts_with("/v1/members/") => json!("[score]"),
        Value::Array(values) => Value::Array(values.drain(..).map(still).collect()),
        Value::Object(fields) => Value::Object(std::mem::take(fields).into_iter().map(|(name, value)| (name, still(value))).collect()),
        _ => value,
    }
}

#[tokio::test]
async fn every_shape_is_as_it_was() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    let own = register::fill(app.database.db(), tenant.id, "t").await;
    for (name, path) in [
        ("repository", format!("/v1/repositories/{}", own.repository)),
        ("repositories", "/v1/repositories".to_owned()),
        ("sync", format!("/v1/syncs/{}", own.sync)),
        ("member", format!("/v1/members/{}", own.member)),
        ("members", "/v1/members?limit=1".to_owned()),
        ("units", "/v1/units".to_owned()),
        ("accounts", format!("/v1/members/{}/accounts", own.member)),
        ("account_change", format!("/v1/account-changes/{}", own.change)),
        ("term", format!("/v1/terms/{}", own.term)),
        ("term_policies", format!("/v1/terms/{}/policies", own.term)),
        ("statement", format!("/v1/statements/{}", own.statement)),
        ("statements", "/v1/statements".to_owned()),
        ("policy", format!("/v1/policies/{}", own.policy)),
        ("policies", "/v1/policies".to_owned()),
        ("evaluation", format!("/v1/evaluations/{}", own.evaluation)),
        ("scores", format!("/v1/evaluations/{}/scores", own.evaluation)),
        ("score", format!("/v1/members/{}/score?evaluation={}", own.member, own.evaluation)),
        ("score_without_account", format!("/v1/members/{}/score?evaluation={}", own.loner, own.evaluation)),
        ("contributions", "/v1/contributions?limit=1".to_owned()),
        ("api_keys", "/v1/api-keys?limit=1".to_owned()),
        ("users", "/v1/users".to_owned()),
        ("user", format!("/v1/users/{}", own.user)),
        ("me", "/v1/me".to_owned()),
        ("award", format!("/v1/awards/{}", own.award)),
        ("appeal", format!("/v1/appeals/{}", own.appeal)),
        ("holidays", "/v1/holidays".to_owned()),
        ("report", format!("/v1/reports/credits?term_id={}&format=json", own.term)),
    ] {
        let mut answer = still(app.get(&tenant.admin, &path).await.json(200));
        if answer.get("next").is_some_and(Value::is_string) {
            answer["next"] = json!("[cursor]");
        }
        for account in ["github_id", "account_id"] {
            mask(&mut answer, account);
        }
        insta::assert_json_snapshot!(name, answer);
    }
    let problem = app.post(&tenant.staff, "/v1/terms", json!({"code": "", "name": "", "starts_on": "2025-09-01", "ends_on": "2025-09-01"}));
    insta::assert_json_snapshot!("problem", problem.await.problem(422));
}

#[test]
fn every_snapshot_is_of_a_shape_that_is_asked_for() {
    let directory = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/api/snapshots");
    let source = include_str!("shapes.rs");
    for file in std::fs::read_dir(directory).unwrap() {
        let file = file.unwrap().file_name().into_string().unwrap();
        let name = file.strip_prefix("it__api__shapes__").and_then(|rest| rest.strip_suffix(".snap"));
        assert!(name.is_some_and(|name| source.contains(&format!("\"{name}\""))), "{file} is stale or was never accepted");
    }
}

/// An account's number is made of the institution's id.
fn mask(value: &mut Value, field: &str) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(|value| mask(value, field)),
        Value::Object(fields) => {
            for (name, value) in fields {
                if name == field && value.is_number() {
                    *value = json!("[number]");
                } else {
                    mask(value, field);
                }
            }
        }
        _ => {}
    }
}

#[tokio::test]
async fn the_report_is_a_file_with_the_terms_name() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    let own = register::fill(app.database.db(), tenant.id, "t").await;
    let csv = app.get(&tenant.reader, &format!("/v1/reports/credits?term_id={}&format=csv", own.term)).await;
    assert_eq!(csv.status, 200);
    assert_eq!(csv.header("content-type"), Some("text/csv; charset=utf-8; header=present"));
    assert_eq!(csv.header("content-disposition"), Some("attachment; filename=\"credits-2025-2026-1-t.csv\""));
    let hash = app.get(&tenant.reader, &format!("/v1/policies/{}", own.policy)).await.json(200)["hash"].as_str().unwrap().to_owned();
    let award = own.award;
    assert_eq!(
        csv.text(),
        format!(
            "\u{feff}number,name,unit,github_login,term,policy,policy_hash,points,credits,state,contributions,complete_until,flags,unmet,\
             found_credits,award_id\r\n\
             00t1,Ada Lovelace,Mathematics,ada-t,2025-2026-1-t,practice t,{hash},12.5,1,sent_back,2,,0,0,1,{award}\r\n\
             00t2,Ada Lovelace,Mathematics,,2025-2026-1-t,practice t,{hash},,,no_account,0,,,,,\r\n"
        )
    );
    let same = app.get(&tenant.reader, &format!("/v1/reports/credits?evaluation_id={}&format=csv", own.evaluation)).await;
    assert_eq!(same.body, csv.body);
}

#[tokio::test]
async fn a_flag_of_a_line_is_counted_in_the_list_and_in_the_report() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    let own = register::fill(app.database.db(), tenant.id, "t").await;
    let mut tx = app.database.db().begin_as(tenant.id).await.unwrap();
    let mut score = scores::list_stored(&mut tx, own.evaluation, &[own.member]).await.unwrap().remove(&own.member).unwrap();
    score.flags = vec![Reason::new("account_changed")];
    score.lines[0].flags = vec![Reason::new("gone"), Reason::new("automation")];
    score.unmet = vec![Reason::new("requirement")];
    let id = EvaluationId::new(app.clock.now());
    evaluations::insert(&mut tx, id, own.term, own.policy, app.clock.now()).await.unwrap().unwrap();
    scores::insert_batch(&mut tx, id, &[score.pack().unwrap()]).await.unwrap();
    evaluations::finish(&mut tx, id, None, app.clock.now()).await.unwrap();
    tx.commit().await.unwrap();
    let list = app.get(&tenant.reader, &format!("/v1/evaluations/{id}/scores")).await.json(200);
    assert_eq!(list["items"][0]["flagged"], 3);
    let score = app.get(&tenant.reader, &format!("/v1/members/{}/score?evaluation={id}", own.member)).await.json(200);
    assert_eq!((&score["flagged"], score["flags"].as_array().unwrap().len()), (&json!(3), 1));
    let csv = app.get(&tenant.reader, &format!("/v1/reports/credits?evaluation_id={id}&format=csv")).await.text();
    assert!(csv.ends_with(&format!(",3,1,1,{}\r\n", own.award)), "{csv}");
}

#[tokio::test]
async fn the_lines_of_a_score_add_up_to_its_points() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    let own = register::fill(app.database.db(), tenant.id, "t").await;
    let score = app.get(&tenant.reader, &format!("/v1/members/{}/score?evaluation={}", own.member, own.evaluation)).await.json(200);
    let points = |value: &Value| value.as_str().unwrap().parse::<accredit::model::points::Points>().unwrap();
    let sum: accredit::model::points::Points = score["lines"].as_array().unwrap().iter().map(|line| points(&line["points"])).sum();
    assert_eq!(sum, points(&score["points"]));
    // A member that has left the register keeps the scores of then.
    assert_eq!(app.delete(&tenant.staff, &format!("/v1/members/{}", own.member)).await.status, 204);
    let after = app.get(&tenant.reader, &format!("/v1/members/{}/score?evaluation={}", own.member, own.evaluation)).await.json(200);
    assert_eq!(after, score);
}

#[tokio::test]
async fn the_document_describes_every_parameter_and_every_answer() {
    let app = TestApp::start().await;
    let document = app.get("", "/openapi.json").await.json(200);
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"), "{}", document["openapi"]);
    let mut lacking = Vec::new();
    let mut ids = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let at = format!("{method} {path}");
            assert!(ids.insert(operation["operationId"].as_str().unwrap().to_owned()), "{at}: another has its id");
            let responses = operation["responses"].as_object().unwrap();
            if operation["summary"].as_str().is_none_or(str::is_empty) || operation["tags"].as_array().is_none_or(Vec::is_empty) {
                lacking.push(format!("{at}: a summary and a tag"));
            }
            // To sign in one is led elsewhere.
            if !responses.keys().any(|status| status.starts_with('2') || status == "303") || !responses.contains_key("500") {
                lacking.push(format!("{at}: its answers"));
            }
            let parameters: Vec<_> =
                operation["parameters"].as_array().into_iter().flatten().map(|p| p["name"].as_str().unwrap().to_owned()).collect();
            if path.contains("{id}") && !parameters.contains(&"id".to_owned()) {
                lacking.push(format!("{at}: the parameter id"));
            }
            let has_body = operation.get("requestBody").is_some();
            let takes_none = ["/syncs", "/sign-out", "/account-proofs", "/checks"].iter().any(|end| path.ends_with(end));
            if has_body != (matches!(&**method, "post" | "put" | "patch") && !takes_none) {
                lacking.push(format!("{at}: its body"));
            }
        }
    }
    assert_eq!(lacking, Vec::<String>::new());
    // No reference leads nowhere.
    let text = document.to_string();
    for reference in text.split("\"#/components/schemas/").skip(1).map(|rest| rest.split('"').next().unwrap()) {
        assert!(document["components"]["schemas"].get(reference).is_some(), "{reference}");
    }
    assert!(document["components"]["securitySchemes"]["key"]["scheme"] == "bearer");
}

#[tokio::test]
async fn the_reference_page_loads_from_this_server_alone() {
    let app = TestApp::start().await;
    let redirect = app.get("", "/docs").await;
    assert_eq!((redirect.status.as_u16(), redirect.header("location")), (303, Some("/docs/")));
    let page = app.get("", "/docs/").await;
    assert_eq!(page.status, 200);
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains("script-src 'self'") && policy.contains("connect-src 'self'"), "{policy}");
    let assets: Vec<String> = page
        .text()
        .split(['"', '\''])
        .filter(|part| [".js", ".css", ".png"].iter().any(|kind| part.ends_with(kind)))
        .map(|part| part.trim_start_matches("./").to_owned())
        .collect();
    assert!(assets.len() >= 4, "{assets:?}");
    for asset in assets {
        assert!(!asset.contains("//"), "{asset} is elsewhere");
        assert_eq!(app.get("", &format!("/docs/{asset}")).await.status, 200, "{asset}");
    }
    assert!(!page.text().contains("<script>"), "an inline script would not run under the policy");
    assert!(app.get("", "/docs/swagger-initializer.js").await.text().contains("/openapi.json"));
    assert_eq!(app.call(Method::GET, "/docs/nothing.js", "", &[], None).await.problem(404)["title"], "Not found");
}
