//! What people say about members' work: one by one, as a file, taken back, at once; and how it is refused.

use std::collections::BTreeSet;

use accredit::{
    db::{
        accounts, bindings,
        contributions::{self},
        members,
        repositories::{self, Registration},
        statements,
    },
    model::{
        account::AccountId,
        actor::Actor,
        ids::{MemberId, RepositoryId, StatementId},
        member::MemberRole,
        statement::{About, StatementKind},
    },
};
use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{
    Answer, TestApp,
    app::{Tenant, now},
    register::record,
};

const URL: &str = "https://github.example/tidewater/tidemark/pull/7";

/// An institution with the members 001 to 004, a repository and its pull request number 7.
async fn university(app: &TestApp) -> Tenant {
    let tenant = app.tenant("own").await;
    for number in ["001", "002", "003", "004"] {
        app.post(&tenant.staff, "/v1/members", json!({"number": number, "name": "Ada", "role": "student"})).await.json(201);
    }
    let mut tx = app.database.db().begin_as(tenant.id).await.unwrap();
    let registration = Registration { full_name: "Tidewater/tidemark".parse().unwrap(), category: "community".into(), members: Vec::new() };
    let repository = repositories::track(&mut tx, RepositoryId::new(now()), &registration, &Actor::Operator, now()).await.unwrap();
    let mut pull_request = record(repository, 7, AccountId(1815), "2025-10-01T12:00:00Z");
    pull_request.url = URL.into();
    contributions::insert_batch(&mut tx, &[pull_request], now()).await.unwrap();
    tx.commit().await.unwrap();
    tenant
}

fn share(number: &str, value: &str) -> Value {
    json!({"kind": "share", "member_number": number, "value": value, "about": {"contribution_url": URL}, "happened_on": "2025-10-15",
        "reason": "As agreed"})
}

async fn state(app: &TestApp, tenant: &Tenant, statement: Value) -> Answer {
    app.post(&tenant.staff, "/v1/statements", statement).await
}

async fn list(app: &TestApp, tenant: &Tenant, filter: &str) -> Vec<Value> {
    app.get(&tenant.reader, &format!("/v1/statements?{filter}")).await.json(200)["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn what_is_stated_is_shown_with_who_when_and_why() {
    let app = TestApp::start().await;
    let tenant = university(&app).await;
    let role = json!({"kind": "role", "name": "maintainer", "member_number": "001", "about": {"repository": "tidewater/TIDEMARK"},
        "happened_on": "2025-10-15", "until_on": "2026-06-30", "on_behalf_of": "Prof. Wang", "reason": "MAINTAINERS of 15 October"});
    let made = state(&app, &tenant, role).await;
    let view = made.json(201);
    let shown = app.get(&tenant.reader, made.header("location").unwrap()).await;
    assert_eq!(shown.json(200), view);
    assert!(shown.header("etag").is_some());
    assert_eq!(view["about"], json!({"repository": "Tidewater/tidemark"}));
    assert_eq!((&view["member_number"], &view["value"], &view["withdrawn_by"]), (&json!("001"), &Value::Null, &Value::Null));
    assert_eq!((&view["on_behalf_of"], &view["stated_at"]), (&json!("Prof. Wang"), &json!("2026-02-01T08:00:00Z")));
    let keys = app.get(&tenant.admin, "/v1/api-keys").await.json(200);
    let staff = keys["items"].as_array().unwrap().iter().find(|key| key["role"] == "staff").unwrap();
    assert_eq!(view["stated_by"], staff["id"], "the key that wrote it");

    let mut tx = app.database.db().begin_as(tenant.id).await.unwrap();
    let stated = statements::list_for_scoring(&mut tx).await.unwrap();
    assert_eq!(stated[0].stated_by, format!("Prof. Wang ({})", staff["id"].as_str().unwrap()));
    assert!(matches!(stated[0].about, Some(About::Repository(_))));
}

#[tokio::test]
async fn a_statement_sent_again_under_its_key_is_stated_once() {
    let app = TestApp::start().await;
    let tenant = university(&app).await;
    for _ in 0..2 {
        let body = Some(("application/json", share("001", "0.6").to_string().into_bytes()));
        app.call(Method::POST, "/v1/statements", &tenant.staff, &[("idempotency-key", "k")], body).await.json(201);
    }
    assert_eq!(list(&app, &tenant, "").await.len(), 1);
}

#[tokio::test]
async fn a_statement_is_taken_back_once_and_both_stay() {
    let app = TestApp::start().await;
    let tenant = university(&app).await;
    let made = state(&app, &tenant, share("001", "0.6")).await.json(201);
    let path = format!("/v1/statements/{}/withdrawals", made["id"].as_str().unwrap());
    assert_eq!(app.post(&tenant.staff, &path, json!({"reason": ""})).await.faults(422), ["reason"]);
    let withdrawal = app.post(&tenant.staff, &path, json!({"reason": "Of another student"})).await.json(201);
    assert_eq!(withdrawal["about"], json!({"statement_id": made["id"]}));
    assert_eq!(withdrawal["member_number"], "001");
    assert_eq!(withdrawal["happened_on"], "2026-02-01", "the institution's day");
    assert_eq!(app.post(&tenant.staff, &path, json!({"reason": "Again"})).await.faults(409), ["about"]);
    let back = format!("/v1/statements/{}/withdrawals", withdrawal["id"].as_str().unwrap());
    assert_eq!(app.post(&tenant.staff, &back, json!({"reason": "No"})).await.faults(409), ["about"]);

    let all = list(&app, &tenant, "").await;
    let standing: BTreeSet<_> = all.iter().map(|one| (one["kind"].as_str().unwrap(), one["withdrawn_by"].clone().is_null())).collect();
    assert_eq!(standing, BTreeSet::from([("share", false), ("withdrawal", true)]));
    state(&app, &tenant, share("001", "1")).await.json(201);
    let mut tx = app.database.db().begin_as(tenant.id).await.unwrap();
    assert_eq!(statements::list_for_scoring(&mut tx).await.unwrap().len(), 3, "scoring sees what was taken back, and that it was");
    let shares = statements::list_shares(&mut tx).await.unwrap();
    assert_eq!(shares.iter().map(|share| share.value.unwrap().to_string()).collect::<Vec<_>>(), ["1"]);
}

#[tokio::test]
async fn the_shares_in_a_contribution_sum_to_one_however_many_write_at_once() {
    let app = TestApp::start().await;
    let tenant = university(&app).await;
    let answers = futures::future::join_all(["001", "002", "003", "004"].map(|number| state(&app, &tenant, share(number, "0.4")))).await;
    let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status.as_u16()).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 201, 409, 409]);
    let refused = answers.iter().find(|answer| answer.status == 409).unwrap();
    assert_eq!(refused.faults(409), ["value"]);
    assert!(refused.text().contains("0.2 is left"), "{}", refused.text());
}

#[tokio::test]
async fn hours_of_one_day_are_at_most_24_over_all_requests() {
    let app = TestApp::start().await;
    let tenant = university(&app).await;
    let log =
        |value: &str| json!({"kind": "time_log", "member_number": "001", "value": value, "happened_on": "2025-10-15", "reason": "Sprint"});
    state(&app, &tenant, log("20")).await.json(201);
    assert_eq!(state(&app, &tenant, log("4.001")).await.faults(409), ["value"]);
    state(&app, &tenant, log("4")).await.json(201);
}

#[tokio::test]
async fn a_statement_that_cannot_be_is_refused_with_every_field_that_is_wrong() {
    let app = TestApp::start().await;
    let tenant = university(&app).await;
    let base =
        json!({"kind": "mark", "member_number": "001", "name": "difficulty", "value": "3", "happened_on": "2025-10-15", "reason": "x"});
    for (change, fields) in [
        (json!({"value": 3}), &["value"][..]),
        (json!({"value": "three", "name": "Difficulty", "rank": 1, "reason": " "}), &["name", "value", "rank", "reason"]),
        (json!({"kind": "note"}), &["kind"]),
        (json!({"points": "3"}), &["points"]),
        (json!({"member_id": StatementId::new(now())}), &["member_id"]),
        (json!({"member_number": null}), &["member_id"]),
        (json!({"member_number": "404"}), &["member_number"]),
        (json!({"happened_on": "2026-02-09"}), &["happened_on"]),
        (json!({"about": {"contribution_url": "https://github.example/tidewater/tidemark/pull/8"}}), &["about"]),
        (json!({"about": {"contribution_url": "\0"}}), &["about"]),
        (json!({"about": {"repository": "tidemark"}}), &["about"]),
        (json!({"about": {"repository": "a/b", "statement_id": StatementId::new(now())}}), &["about"]),
        (
            json!({"reason": "a\0b", "on_behalf_of": "\0", "member_number": "\0"}),
            &["on_behalf_of", "reason", "member_number", "member_number"],
        ),
    ] {
        let mut statement = base.clone();
        statement.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        let answer = state(&app, &tenant, statement).await;
        assert_eq!(answer.faults(422), fields, "{change}: {}", answer.text());
    }
    for unknown in
        [json!({"about": {"statement_id": StatementId::new(now())}}), json!({"member_number": null, "member_id": StatementId::new(now())})]
    {
        let mut statement = base.clone();
        statement.as_object_mut().unwrap().extend(unknown.as_object().unwrap().clone());
        state(&app, &tenant, statement).await.problem(404);
    }
    assert_eq!(list(&app, &tenant, "").await, [0_u8; 0].map(|_| Value::Null));
}

async fn import(app: &TestApp, tenant: &Tenant, text: &str) -> Answer {
    app.call(Method::POST, "/v1/statements/import", &tenant.staff, &[], Some(("text/csv", text.into()))).await
}

#[tokio::test]
async fn a_file_is_stated_as_a_whole_in_its_order() {
    let app = TestApp::start().await;
    let tenant = university(&app).await;
    let text = format!(
        "kind,member_number,name,value,rank,team,about,happened_on,until_on,on_behalf_of,reason\r\n\
         share,001,,,1,2,{URL},2025-10-01,,Prof. Wang,\"Agreed, both signed\"\r\n\
         share,002,,,2,2,{URL},2025-10-01,,,Agreed\r\n\
         time_log,003,meeting,1.5,,,tidewater/tidemark,2025-10-02,,,Weekly\r\n"
    );
    let made = import(&app, &tenant, &text).await.json(201);
    let seen: Vec<_> = made["items"].as_array().unwrap().iter().map(|one| (one["member_number"].clone(), one["rank"].clone())).collect();
    assert_eq!(seen, [(json!("001"), json!(1)), (json!("002"), json!(2)), (json!("003"), Value::Null)]);
    assert_eq!(made["items"][0]["about"], json!({"contribution_url": URL}));
    assert_eq!(list(&app, &tenant, "").await.len(), 3);
    assert_eq!(list(&app, &tenant, "kind=share").await.len(), 2);
}

#[tokio::test]
async fn a_file_with_one_bad_line_states_nothing_and_names_every_bad_line() {
    let app = TestApp::start().await;
    let tenant = university(&app).await;
    let text = format!(
        "kind,member_number,value,about,happened_on,reason\n\
         share,001,0.6,{URL},2025-10-01,a\n\
         share,002,0.5,{URL},2025-10-01,a\n\
         share,404,0.1,{URL},2025-10-01,a\n\
         share,003,0.4,{URL},2025-10-01,a\n\
         withdrawal,003,,{},2025-10-01,a\n",
        StatementId::new(now())
    );
    let refused = import(&app, &tenant, &text).await.problem(422);
    let places: Vec<_> =
        refused["errors"].as_array().unwrap().iter().map(|fault| (fault["line"].clone(), fault["field"].clone())).collect();
    assert_eq!(places, [(json!(3), json!("value")), (json!(4), json!("member_number")), (json!(6), json!("about"))]);
    let refused = import(&app, &tenant, "kind,member_number,happened_on,reason\nmark,001,today,a\n").await.problem(422);
    assert_eq!((&refused["errors"][0]["line"], &refused["errors"][0]["field"]), (&json!(2), &json!("happened_on")));
    assert_eq!(list(&app, &tenant, "").await.len(), 0);
}

/// G19: the same file, taken in again.
#[tokio::test]
async fn what_is_stated_and_stands_is_not_stated_again() {
    let app = TestApp::start().await;
    let tenant = university(&app).await;
    let text = format!(
        "kind,member_number,name,value,about,happened_on,reason\n\
         mark,001,difficulty,4.5,{URL},2025-10-01,Colloquium\n\
         achievement,001,ospp,,{URL},2025-10-01,Passed\n\
         adjustment,002,,-2,,2025-10-01,Late\n\
         credited,002,,1.5,,2025-10-01,On paper\n\
         time_log,003,meeting,1.5,tidewater/tidemark,2025-10-02,Weekly\n"
    );
    let made = import(&app, &tenant, &text).await.json(201);
    let refused = import(&app, &tenant, &text).await.problem(422);
    let lines: Vec<_> = refused["errors"].as_array().unwrap().iter().map(|fault| fault["line"].as_u64().unwrap()).collect();
    assert_eq!(lines, [2, 3, 4, 5, 6]);
    assert_eq!(list(&app, &tenant, "").await.len(), 5);

    let adjustment = |reason: &str| json!({"kind": "adjustment", "member_number": "002", "value": "-2.0", "happened_on": "2025-10-01", "reason": reason});
    let conflict = state(&app, &tenant, adjustment("Late")).await;
    assert_eq!(conflict.faults(409), ["happened_on"]);
    let id = made["items"][2]["id"].as_str().unwrap();
    assert!(conflict.text().contains(id) && conflict.text().contains("another day"), "{}", conflict.text());
    app.post(&tenant.staff, &format!("/v1/statements/{id}/withdrawals"), json!({"reason": "Was on time"})).await.json(201);
    state(&app, &tenant, adjustment("Late after all")).await.json(201);
}

#[tokio::test]
async fn the_lines_of_a_file_are_stated_in_their_order() {
    let app = TestApp::start().await;
    let tenant = university(&app).await;
    let lines: String = (10..30).map(|day| format!("mark,001,difficulty,{day},2025-09-{day},x\n")).collect();
    import(&app, &tenant, &format!("kind,member_number,name,value,happened_on,reason\n{lines}")).await.json(201);
    let mut tx = app.database.db().begin_as(tenant.id).await.unwrap();
    let stated = statements::list_for_scoring(&mut tx).await.unwrap();
    let values: Vec<_> = stated.iter().map(|one| one.value.unwrap().to_string()).collect();
    assert_eq!(values, (10..30).map(|day: u8| day.to_string()).collect::<Vec<_>>());
}

#[tokio::test]
async fn the_share_of_a_member_who_left_can_still_be_taken_back() {
    let app = TestApp::start().await;
    let tenant = university(&app).await;
    let made = state(&app, &tenant, share("001", "0.6")).await.json(201);
    app.delete(&tenant.staff, &format!("/v1/members/{}", made["member_id"].as_str().unwrap())).await;
    assert_eq!(state(&app, &tenant, share("001", "0.1")).await.faults(422), ["member_number"], "nothing new is stated");
    let path = format!("/v1/statements/{}/withdrawals", made["id"].as_str().unwrap());
    app.post(&tenant.staff, &path, json!({"reason": "Of another student"})).await.json(201);
    let mut tx = app.database.db().begin_as(tenant.id).await.unwrap();
    assert_eq!(statements::list_shares(&mut tx).await.unwrap(), []);
}

/// G21: a new member who is an old one.
#[tokio::test]
async fn who_comes_back_under_the_same_number_is_who_left() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    let member = |name: &str| json!({"number": "001", "name": name, "role": "student", "github_login": "ada"});
    let made = app.post(&tenant.staff, "/v1/members", member("Ada")).await.json(201);
    let id: MemberId = made["id"].as_str().unwrap().parse().unwrap();
    let own = json!({"full_name": "ada/own", "category": "course", "member_numbers": ["001"]});
    let own = app.post(&tenant.staff, "/v1/repositories", own).await.json(201);
    let mut tx = app.database.db().begin_as(tenant.id).await.unwrap();
    accounts::link(&mut tx, id, "ada", Some(AccountId(1)), &Actor::Program, now()).await.unwrap();
    tx.commit().await.unwrap();
    app.delete(&tenant.staff, &format!("/v1/members/{id}")).await;
    let path = format!("/v1/repositories/{}", own["id"].as_str().unwrap());
    assert_eq!(app.get(&tenant.staff, &path).await.json(200)["member_numbers"], json!([]));

    let again = app.post(&tenant.staff, "/v1/members", member("Ada L.")).await;
    assert_eq!(again.header("location").unwrap(), format!("/v1/members/{id}"));
    let view = again.json(201);
    assert_eq!((&view["id"], &view["name"], &view["account_state"]), (&json!(id), &json!("Ada L."), &json!("linked")));
    assert_eq!(app.get(&tenant.staff, &path).await.json(200)["member_numbers"], json!(["001"]));
    assert_eq!(app.post(&tenant.staff, "/v1/members", member("Ada")).await.faults(409), ["number"]);
}

#[tokio::test]
async fn an_account_that_was_another_members_is_known_by_the_day_on_which_it_came() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    let (mut tx, day) = (app.database.db().begin_as(tenant.id).await.unwrap(), now() + TimeDelta::days(1));
    for (number, at) in [("001", now()), ("002", day)] {
        let profile = members::Profile {
            number: number.into(),
            name: "Ada".into(),
            role: MemberRole::Student,
            unit: None,
            github_login: Some("ada".into()),
        };
        let id = members::insert(&mut tx, MemberId::new(at), &profile, &Actor::Operator, at).await.unwrap();
        accounts::link(&mut tx, id, "ada", Some(AccountId(1)), &Actor::Program, at).await.unwrap();
        let scored = members::list_for_scoring(&mut tx, Some(&[id])).await.unwrap().remove(0);
        assert_eq!(scored.account_changed_at, (number == "002").then_some(day));
        members::remove(&mut tx, id, &Actor::Operator, at).await.unwrap();
    }
}

#[tokio::test]
async fn a_list_is_narrowed_by_member_kind_and_term_and_comes_in_pages() {
    let app = TestApp::start().await;
    let tenant = university(&app).await;
    let term = json!({"code": "t", "name": "Autumn", "starts_on": "2025-09-01", "ends_on": "2026-01-31"});
    let term = app.post(&tenant.staff, "/v1/terms", term).await.json(201);
    let stated = |kind: &str, number: &str, on: &str, until: Value| json!({"kind": kind, "name": "mentor", "member_number": number, "happened_on": on, "until_on": until, "reason": on});
    for (at, statement) in [
        stated("confirmation", "001", "2025-08-31", Value::Null),
        stated("confirmation", "001", "2025-09-01", Value::Null),
        stated("confirmation", "002", "2026-01-31", Value::Null),
        stated("confirmation", "002", "2026-02-01", Value::Null),
        stated("role", "001", "2024-01-01", json!("2025-08-31")),
        stated("role", "001", "2024-01-02", json!("2025-09-01")),
        stated("role", "002", "2024-01-03", Value::Null),
    ]
    .into_iter()
    .enumerate()
    {
        // One after the other, so that their order is known.
        app.clock.set(now() + TimeDelta::milliseconds(i64::try_from(at).unwrap()));
        state(&app, &tenant, statement).await.json(201);
    }
    let reasons = |items: &[Value]| items.iter().map(|one| one["reason"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
    let term = term["id"].as_str().unwrap();
    let in_term = list(&app, &tenant, &format!("term_id={term}")).await;
    assert_eq!(reasons(&in_term), ["2025-09-01", "2026-01-31", "2024-01-02", "2024-01-03"]);
    let of_one = in_term[0]["member_id"].as_str().unwrap();
    assert_eq!(reasons(&list(&app, &tenant, &format!("term_id={term}&member_id={of_one}&kind=role")).await), ["2024-01-02"]);

    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = app.get(&tenant.reader, &format!("/v1/statements?limit=3&cursor={cursor}")).await.json(200);
        seen.extend(reasons(page["items"].as_array().unwrap()));
        match page["next"].as_str() {
            Some(next) => cursor = next.to_owned(),
            None => break,
        }
    }
    assert_eq!(seen.len(), 7);
    assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), 7, "none twice");
    app.get(&tenant.reader, "/v1/statements?kind=note").await.problem(400);
}

#[tokio::test]
async fn an_address_from_before_a_repository_was_renamed_is_found() {
    let app = TestApp::start().await;
    let tenant = university(&app).await;
    let mut owner = app.database.owner().await;
    sqlx::query("update repositories set full_name = 'harbour/gauge'").execute(&mut owner).await.unwrap();
    state(&app, &tenant, share("001", "0.5")).await.json(201);
}

#[tokio::test]
async fn some_members_statements_are_those_of_all_narrowed_to_them() {
    let app = TestApp::start().await;
    let tenant = university(&app).await;
    for (number, day) in [("001", "2025-10-15"), ("002", "2025-10-15"), ("001", "2025-10-16")] {
        let mark = json!({"kind": "mark", "name": "difficulty", "member_number": number, "value": "3", "happened_on": day, "reason": "x"});
        state(&app, &tenant, mark).await.json(201);
    }
    let mut tx = app.database.db().begin_as(tenant.id).await.unwrap();
    let all = statements::list_for_scoring(&mut tx).await.unwrap();
    assert!(all.is_sorted_by_key(|one| (one.member, one.id)) && all.iter().all(|one| one.kind == StatementKind::Mark));
    for member in all.iter().map(|one| one.member).collect::<BTreeSet<MemberId>>() {
        let expected: Vec<_> = all.iter().filter(|one| one.member == member).cloned().collect();
        assert_eq!(statements::list_of_members(&mut tx, &[member]).await.unwrap(), expected);
    }
}

/// G21: a shared, sold or borrowed account.
#[tokio::test]
async fn whoever_comes_to_another_account_is_known_by_the_day_of_the_change() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    let made = app.post(
        &tenant.staff,
        "/v1/members",
        json!({"number": "1", "name": "Ada", "role": "faculty", "unit": "CS", "github_login": "ada"}),
    );
    let path = format!("/v1/members/{}", made.await.json(201)["id"].as_str().unwrap());
    let id: MemberId = path.rsplit('/').next().unwrap().parse().unwrap();
    let mut day = now();
    // The login that is typed, the account that GitHub answers with, and whether scoring then knows of a change on that day.
    for (login, account, changed) in [
        ("ada", Some(1), false),
        ("ada-2", Some(1), false), // renamed
        ("nobody", None, false),   // unbound
        ("ada", Some(1), false),   // and back
        ("borrowed", Some(2), true),
        ("borrowed2", Some(2), false),
        ("ada", Some(1), true), // back is a change too
    ] {
        let before = scored(&app, &tenant).await.account_changed_at;
        day += TimeDelta::days(1);
        app.clock.set(day);
        let mut tx = app.database.db().begin_as(tenant.id).await.unwrap();
        for bound in bindings::list(&mut tx, id).await.unwrap() {
            bindings::unbind(&mut tx, &bound, false, day).await.unwrap();
        }
        tx.commit().await.unwrap();
        app.patch(&tenant.staff, &path, json!({"github_login": login})).await.json(200);
        let mut tx = app.database.db().begin_as(tenant.id).await.unwrap();
        accounts::link(&mut tx, id, login, account.map(AccountId), &Actor::Program, day).await.unwrap();
        tx.commit().await.unwrap();
        let after = scored(&app, &tenant).await;
        assert_eq!(after.account_changed_at, if changed { Some(day) } else { before }, "{login}");
        assert_eq!(after.accounts.shown(), account.or(Some(1)).map(AccountId), "what was done stays the member's");
        assert_eq!((after.role.as_str(), after.unit.as_deref()), ("faculty", Some("CS")));
    }
}

async fn scored(app: &TestApp, tenant: &Tenant) -> members::Scored {
    let mut tx = app.database.db().begin_as(tenant.id).await.unwrap();
    members::list_for_scoring(&mut tx, None).await.unwrap().remove(0)
}
