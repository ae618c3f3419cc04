//! Two evaluations side by side: who has not the same in both, page by page, and which lines differ.

use accredit::{
    db::{evaluations, members, scores},
    model::actor::Actor,
    model::ids::{EvaluationId, MemberId},
};
use serde_json::json;

use crate::support::{
    TestApp,
    app::{Tenant, now},
    register::{self, Register},
};

/// A second evaluation in which Ada has nothing, as she has no account any more, and so many others have come.
async fn another(app: &TestApp, tenant: &Tenant, own: &Register, others: usize) -> EvaluationId {
    let id = EvaluationId::new(now());
    let mut tx = app.database.db().begin_as(tenant.id).await.unwrap();
    evaluations::insert(&mut tx, id, own.term, own.policy, now()).await.unwrap().unwrap();
    evaluations::take(&mut tx, id, now()).await.unwrap().unwrap();
    let mut found = vec![scores::NewScore::unknown(own.member, None), scores::NewScore::unknown(own.loner, None)];
    for n in 0..others {
        let member = MemberId::new(now());
        let profile = members::Profile {
            number: format!("1{n}"),
            name: "Grace".into(),
            role: accredit::model::member::MemberRole::Student,
            unit: None,
            github_login: None,
        };
        members::insert(&mut tx, member, &profile, &Actor::Operator, now()).await.unwrap();
        found.push(scores::NewScore::unknown(member, None));
    }
    let found: Vec<_> = found.into_iter().map(|score| score.pack().unwrap()).collect();
    scores::insert_batch(&mut tx, id, &found).await.unwrap();
    evaluations::finish(&mut tx, id, None, now()).await.unwrap();
    tx.commit().await.unwrap();
    id
}

#[tokio::test]
async fn who_lost_points_is_shown_with_the_lines_that_are_gone() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    let own = register::fill(app.database.db(), tenant.id, "t").await;
    let later = another(&app, &tenant, &own, 0).await;
    let path = format!("/v1/evaluations/{later}/difference?from={}", own.evaluation);
    let difference = app.get(&tenant.reader, &path).await.json(200);
    assert_eq!(difference["before"], json!({"members": 2, "points": "12.5", "credits": "1"}));
    assert_eq!(difference["after"], json!({"members": 2, "points": "0", "credits": "0"}));
    assert_eq!(difference["next"], json!(null));
    let items = difference["items"].as_array().unwrap();
    assert_eq!(items.len(), 1, "the member without an account is the same in both");
    assert_eq!(items[0]["before"], json!({"state": "proposed", "points": "12.5", "credits": "1"}));
    assert_eq!(items[0]["after"], json!({"state": "no_account", "points": null, "credits": null}));
    let lines = items[0]["lines"].as_array().unwrap();
    assert_eq!(lines.len(), 2);
    assert_eq!((&lines[0]["before"]["points"], &lines[0]["after"]), (&json!("12.5"), &json!(null)));
    assert_eq!(lines[1]["before"]["limited"]["code"], "cap_term");
    let same = app.get(&tenant.reader, &format!("/v1/evaluations/{later}/difference?from={later}")).await.json(200);
    assert_eq!(same["items"], json!([]));
}

#[tokio::test]
async fn the_pages_of_a_difference_together_are_all_of_it() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    let own = register::fill(app.database.db(), tenant.id, "t").await;
    let later = another(&app, &tenant, &own, 5).await;
    let mut numbers: Vec<String> = Vec::new();
    let mut cursor = String::new();
    loop {
        let path = format!("/v1/evaluations/{later}/difference?from={}&limit=2{cursor}", own.evaluation);
        let page = app.get(&tenant.reader, &path).await.json(200);
        let items = page["items"].as_array().unwrap();
        numbers.extend(items.iter().map(|item| item["number"].as_str().unwrap().to_owned()));
        let Some(next) = page["next"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(numbers, ["00t1", "10", "11", "12", "13", "14"]);
}

#[tokio::test]
async fn evaluations_of_two_terms_are_not_compared() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    let own = register::fill(app.database.db(), tenant.id, "t").await;
    let other = register::fill(app.database.db(), tenant.id, "u").await;
    let path = format!("/v1/evaluations/{}/difference?from={}", own.evaluation, other.evaluation);
    assert_eq!(app.get(&tenant.reader, &path).await.faults(422), ["from"]);
}
