//! Adjustments need two people: one alone counts nothing, and the second is another human, and not the member.

use accredit::{
    db::{statements, users},
    model::{
        actor::{Actor, Person},
        ids::{StatementId, UserId},
        institution::Role,
        points::Points,
        statement::{Draft, StatementKind, Whose},
        user::{KnownAs, NewUser},
    },
};
use serde_json::{Value, json};

use crate::support::{
    Answer, TestApp,
    app::{Tenant, now},
    register::{self, Register},
};

async fn state(app: &TestApp, key: &str, own: &Register, value: &str) -> Value {
    let adjustment =
        json!({"kind": "adjustment", "member_id": own.member, "value": value, "happened_on": "2025-10-15", "reason": "Held the workshop"});
    app.post(key, "/v1/statements", adjustment).await.json(201)
}

async fn sign(app: &TestApp, key: &str, statement: &Value) -> Answer {
    let path = format!("/v1/statements/{}/countersignatures", statement["id"].as_str().unwrap());
    app.post(key, &path, json!({"reason": "I was there too"})).await
}

/// A key of this role and holder.
async fn key(app: &TestApp, tenant: &Tenant, body: Value) -> String {
    app.post(&tenant.admin, "/v1/api-keys", body).await.json(201)["key"].as_str().unwrap().to_owned()
}

/// The member's points, scored anew.
async fn points(app: &TestApp, tenant: &Tenant, own: &Register) -> Value {
    let asked = app.post(&tenant.staff, "/v1/evaluations", json!({"term_id": own.term, "policy_id": own.policy})).await;
    app.work().await;
    let id = asked.json(202)["id"].as_str().unwrap().to_owned();
    let score = app.get(&tenant.reader, &format!("/v1/members/{}/score?evaluation={id}", own.member)).await.json(200);
    json!({"points": score["points"], "waiting": score["lines"].as_array().unwrap().iter().filter(|line| !line["not_yet"].is_null()).collect::<Vec<_>>()})
}

#[tokio::test]
async fn an_adjustment_counts_once_when_a_second_person_has_countersigned_it() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    let own = register::fill(app.database.db(), tenant.id, "own").await;
    let before = points(&app, &tenant, &own).await["points"].clone();
    let stated = state(&app, &tenant.staff, &own, "3.5").await;
    assert!(stated["waits_for"].as_str().unwrap().contains("second person"), "{stated}");
    let alone = points(&app, &tenant, &own).await;
    assert_eq!(alone["points"], before, "one person alone counts nothing");
    let line = &alone["waiting"][0];
    assert_eq!(
        (&line["statement"]["id"], &line["not_yet"]["code"], &line["points"]),
        (&stated["id"], &json!("not_countersigned"), &json!("0"))
    );
    assert!(line["not_yet"]["reason"].as_str().unwrap().contains("3.5 points"), "{line}");

    assert_eq!(
        app.post(&tenant.reviewer, &format!("/v1/statements/{}/countersignatures", stated["id"].as_str().unwrap()), json!({"reason": " "}))
            .await
            .faults(422),
        ["reason"]
    );
    let signed = sign(&app, &tenant.reviewer, &stated).await.json(200);
    assert_eq!((&signed["waits_for"], &signed["countersigned"]["name"]), (&Value::Null, &json!("A reviewer")));
    assert_eq!(signed["countersigned"]["reason"], "I was there too");
    sign(&app, &tenant.admin, &stated).await.problem(409);
    let both = points(&app, &tenant, &own).await;
    let sum = before.as_str().unwrap().parse::<Points>().unwrap() + Points::from_thousandths(3_500);
    assert_eq!((&both["points"], &both["waiting"]), (&json!(sum.to_string()), &json!([])), "exactly once");

    let back = format!("/v1/statements/{}/withdrawals", stated["id"].as_str().unwrap());
    app.post(&tenant.staff, &back, json!({"reason": "Another held it"})).await.json(201);
    assert_eq!(points(&app, &tenant, &own).await["points"], before, "taken back after the second signature");
    let again = state(&app, &tenant.staff, &own, "3.5").await;
    app.post(&tenant.staff, &format!("/v1/statements/{}/withdrawals", again["id"].as_str().unwrap()), json!({"reason": "No"}))
        .await
        .json(201);
    sign(&app, &tenant.reviewer, &again).await.problem(409);
    assert_eq!(points(&app, &tenant, &own).await, json!({"points": before, "waiting": []}), "taken back before it");
}

#[tokio::test]
async fn the_second_person_is_another_human_and_not_the_member() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    let own = register::fill(app.database.db(), tenant.id, "own").await;
    let stated = state(&app, &tenant.admin, &own, "1").await;
    let refused = sign(&app, &tenant.admin, &stated).await;
    refused.problem(403);
    assert!(refused.text().contains("a second person must stand behind it"), "{}", refused.text());
    // Another key of the same holder, however it is written; and one that is the member's.
    let same = key(&app, &tenant, json!({"role": "reviewer", "holder": "a ADMIN"})).await;
    sign(&app, &same, &stated).await.problem(403);
    let members = key(&app, &tenant, json!({"role": "reviewer", "holder": "Somebody", "member_id": own.member})).await;
    sign(&app, &members, &stated).await.problem(403);
    // Whoever may not decide on awards.
    for key in [&tenant.staff, &tenant.reader, &app.student(tenant.id, own.member).await] {
        sign(&app, key, &stated).await.problem(403);
    }
    sign(&app, &tenant.reviewer, &stated).await.json(200);

    let of_another = json!({"kind": "adjustment", "member_id": own.member, "value": "2", "happened_on": "2025-10-15", "reason": "A talk",
        "on_behalf_of": "A reviewer"});
    let stated = app.post(&tenant.staff, "/v1/statements", of_another).await.json(201);
    sign(&app, &tenant.reviewer, &stated).await.problem(403);
    sign(&app, &tenant.admin, &stated).await.json(200);
    let mark = json!({"id": own.statement});
    let needless = sign(&app, &tenant.reviewer, &mark).await;
    needless.problem(409);
    assert!(needless.text().contains("only an adjustment"), "{}", needless.text());
}

#[tokio::test]
async fn who_signs_in_and_holds_a_key_of_the_same_name_or_member_is_one_person() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    let own = register::fill(app.database.db(), tenant.id, "own").await;
    let user = NewUser {
        name: "Wang Li".into(),
        role: Role::Staff,
        member: None,
        known_as: Some(KnownAs { issuer: "https://login.example.edu".into(), subject: "wang-li".into() }),
        email: None,
    };
    let user = user.check(now()).unwrap();
    let mut tx = app.database.db().begin_as(tenant.id).await.unwrap();
    users::insert(&mut tx, &user).await.unwrap();
    let [one, other] = ["1", "2"].map(|value| Draft {
        kind: StatementKind::Adjustment,
        member: Whose::Id(own.member),
        name: None,
        value: Some(value.into()),
        rank: None,
        team: None,
        about: None,
        happened_on: "2025-10-15".parse().unwrap(),
        until_on: None,
        on_behalf_of: None,
        reason: "Agreed".into(),
    });
    let stated = statements::record(&mut tx, &user.actor(), &[&one, &other], now()).await.unwrap().unwrap();
    tx.commit().await.unwrap();
    let [one, other] = [0, 1].map(|at: usize| json!({"id": stated[at]}));
    let same = key(&app, &tenant, json!({"role": "reviewer", "holder": "Wang Li"})).await;
    sign(&app, &same, &one).await.problem(403);
    // Linked to the register since: a key of that member is the same person from now on, and an adjustment of that member's points one's own.
    let linked = key(&app, &tenant, json!({"role": "reviewer", "holder": "W. L.", "member_id": own.loner})).await;
    app.patch(&tenant.admin, &format!("/v1/users/{}", user.id), json!({"member_id": own.loner})).await.json(200);
    sign(&app, &linked, &one).await.problem(403);
    sign(&app, &tenant.reviewer, &one).await.json(200);
    app.patch(&tenant.admin, &format!("/v1/users/{}", user.id), json!({"member_id": own.member})).await.json(200);
    let refused = sign(&app, &tenant.reviewer, &other).await;
    refused.problem(409);
    assert!(refused.text().contains("the member whom it is about stated it"), "{}", refused.text());
}

#[tokio::test]
async fn nobody_adjusts_ones_own_points_nor_takes_back_what_others_adjusted() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    let own = register::fill(app.database.db(), tenant.id, "own").await;
    let oneself = key(&app, &tenant, json!({"role": "staff", "member_id": own.member})).await;
    let adjustment =
        json!({"kind": "adjustment", "member_id": own.member, "value": "1", "happened_on": "2025-10-15", "reason": "I did more"});
    assert_eq!(app.post(&oneself, "/v1/statements", adjustment).await.faults(422), ["member_id"]);
    let less = state(&app, &tenant.staff, &own, "-2").await;
    sign(&app, &tenant.reviewer, &less).await.json(200);
    let back = format!("/v1/statements/{}/withdrawals", less["id"].as_str().unwrap());
    assert_eq!(app.post(&oneself, &back, json!({"reason": "Unfair"})).await.faults(422), ["member_id"]);
    app.post(&tenant.staff, &back, json!({"reason": "Unfair"})).await.json(201);
}

#[tokio::test]
async fn those_that_wait_are_listed_and_what_is_foreign_or_unknown_is_not_there() {
    let app = TestApp::start().await;
    let (tenant, other) = (app.tenant("own").await, app.tenant("other").await);
    let own = register::fill(app.database.db(), tenant.id, "own").await;
    let foreign = register::fill(app.database.db(), other.id, "foreign").await;
    let ids = |page: Value| -> Vec<String> {
        page["items"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
    };
    let waiting = ids(app.get(&tenant.reader, "/v1/statements?waiting=true").await.json(200));
    assert_eq!(waiting, [own.adjustment.to_string()]);
    let rest = ids(app.get(&tenant.reader, "/v1/statements?waiting=false").await.json(200));
    assert!(rest.len() == 2 && !rest.contains(&own.adjustment.to_string()), "{rest:?}");
    let [foreign, unknown] = [foreign.adjustment, StatementId(uuid::Uuid::now_v7())].map(|id| json!({"id": id}));
    let (foreign, unknown) = (sign(&app, &tenant.admin, &foreign).await, sign(&app, &tenant.admin, &unknown).await);
    foreign.problem(404);
    assert_eq!((foreign.status, foreign.body), (unknown.status, unknown.body));
}

#[tokio::test]
async fn whoever_has_the_shell_is_one_person() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    let own = register::fill(app.database.db(), tenant.id, "own").await;
    // The register's adjustment was stated from the shell.
    let operators = key(&app, &tenant, json!({"role": "admin", "holder": "operator"})).await;
    sign(&app, &operators, &json!({"id": own.adjustment})).await.problem(403);
    let mut tx = app.database.db().begin_as(tenant.id).await.unwrap();
    let again = accredit::decisions::countersign(&mut tx, own.adjustment, "Mine", &Actor::Operator, now()).await;
    assert!(again.unwrap_err().to_string().contains("second person"));
    let program = accredit::decisions::countersign(&mut tx, own.adjustment, "Mine", &Actor::Program, now()).await;
    assert!(program.unwrap_err().to_string().contains("only a person decides"));
    let somebody = Actor::User { id: UserId(uuid::Uuid::nil()), person: Person { name: "Somebody".into(), member: None } };
    accredit::decisions::countersign(&mut tx, own.adjustment, "Seen", &somebody, now()).await.unwrap();
}
