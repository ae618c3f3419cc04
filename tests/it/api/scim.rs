//! A directory at the door: what Entra ID and Okta send, what they get, and what becomes of the register.

use accredit::model::ids::MemberId;
use chrono::TimeDelta;
use reqwest::Method;
use rstest::rstest;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{
    Answer, TestApp,
    app::{Tenant, now},
    register,
};

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const PATCH: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const USERS: &str = "/scim/v2/Users";

/// A directory with the key of the staff.
struct Directory<'a> {
    app: &'a TestApp,
    key: &'a str,
}

impl Directory<'_> {
    async fn send(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let body = body.map(|body| ("application/scim+json; charset=utf-8", body.to_string().into_bytes()));
        self.app.call(method, path, self.key, &[], body).await
    }

    async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None).await
    }

    async fn make(&self, body: Value) -> Answer {
        self.send(Method::POST, USERS, Some(body)).await
    }

    async fn put(&self, id: &str, body: Value) -> Answer {
        self.send(Method::PUT, &format!("{USERS}/{id}"), Some(body)).await
    }

    async fn patch(&self, id: &str, operations: Value) -> Answer {
        self.send(Method::PATCH, &format!("{USERS}/{id}"), Some(json!({"schemas": [PATCH], "Operations": operations}))).await
    }

    async fn delete(&self, id: &str) -> Answer {
        self.send(Method::DELETE, &format!("{USERS}/{id}"), None).await
    }

    /// Those who are found by a filter.
    async fn find(&self, filter: &str) -> Vec<Value> {
        let query: String = url::form_urlencoded::byte_serialize(filter.as_bytes()).collect();
        let page = list(&self.get(&format!("{USERS}?filter={query}")).await);
        assert_eq!(page["totalResults"], page["Resources"].as_array().unwrap().len(), "{page}");
        page["Resources"].as_array().unwrap().clone()
    }
}

/// A User as RFC 7643 has it, of an answer with this status.
#[track_caller]
fn user(answer: &Answer, status: u16) -> Value {
    let user = answer.json(status);
    assert_eq!(answer.header("content-type"), Some("application/scim+json"));
    keeps_to_the_schema(&user);
    assert_eq!(answer.header("etag"), user["meta"]["version"].as_str());
    user
}

/// RFC 7643, sections 3.1 and 4.1: what a User must hold, and of which kind what it holds must be.
#[track_caller]
fn keeps_to_the_schema(user: &Value) {
    let fields = user.as_object().unwrap();
    let schemas: Vec<&str> = user["schemas"].as_array().unwrap().iter().map(|one| one.as_str().unwrap()).collect();
    assert_eq!(schemas.contains(&ENTERPRISE), fields.contains_key(ENTERPRISE), "{user}");
    assert!(schemas.contains(&USER), "{user}");
    for name in fields.keys() {
        let known = ["schemas", "id", "externalId", "userName", "displayName", "name", "userType", "active", "meta", ENTERPRISE];
        assert!(known.contains(&name.as_str()), "{name}: {user}");
    }
    for text in ["id", "userName", "displayName", "userType"] {
        assert!(user[text].as_str().is_some_and(|text| !text.is_empty()), "{text}: {user}");
    }
    assert!(user["active"].is_boolean() && user["name"]["formatted"].is_string(), "{user}");
    let meta = &user["meta"];
    assert_eq!(meta["resourceType"], "User");
    for time in ["created", "lastModified"] {
        assert!(chrono::DateTime::parse_from_rfc3339(meta[time].as_str().unwrap()).is_ok(), "{meta}");
    }
    assert!(meta["location"].as_str().unwrap().ends_with(&format!("{USERS}/{}", user["id"].as_str().unwrap())), "{meta}");
    assert!(meta["version"].as_str().unwrap().starts_with("W/\""), "{meta}");
    assert!(!user.to_string().contains("null"), "what is not there is left out: {user}");
}

#[track_caller]
fn list(answer: &Answer) -> Value {
    let page = answer.json(200);
    assert_eq!(answer.header("content-type"), Some("application/scim+json"));
    assert_eq!(page["schemas"], json!(["urn:ietf:params:scim:api:messages:2.0:ListResponse"]));
    assert_eq!(page["itemsPerPage"], page["Resources"].as_array().unwrap().len(), "{page}");
    page
}

/// An error as RFC 7644 has it, of an answer with this status.
#[track_caller]
fn refused(answer: &Answer, status: u16, kind: Option<&str>) -> String {
    let error = answer.json(status);
    assert_eq!(answer.header("content-type"), Some("application/scim+json"), "{error}");
    assert_eq!(error["schemas"], json!(["urn:ietf:params:scim:api:messages:2.0:Error"]), "{error}");
    assert_eq!((error["status"].as_str(), error["scimType"].as_str()), (Some(status.to_string().as_str()), kind), "{error}");
    error["detail"].as_str().unwrap().to_owned()
}

/// As a directory makes somebody.
fn fang() -> Value {
    json!({
        "schemas": [USER, ENTERPRISE], "externalId": "x1", "userName": "fang@example.edu", "displayName": "Wang Fang", "userType": "student",
        "name": {"formatted": "Fang Wang", "givenName": "Fang", "familyName": "Wang"}, "active": true,
        "emails": [{"primary": true, "type": "work", "value": "fang@example.edu"}], "preferredLanguage": "zh-CN",
        ENTERPRISE: {"employeeNumber": "0020230001", "department": "Mathematics"},
    })
}

fn named(user_name: &str) -> Value {
    json!({"schemas": [USER], "userName": user_name, "displayName": "Ada"})
}

fn id(user: &Value) -> &str {
    user["id"].as_str().unwrap()
}

async fn member(app: &TestApp, tenant: &Tenant, id: &str) -> Answer {
    app.get(&tenant.reader, &format!("/v1/members/{id}")).await
}

#[tokio::test]
async fn a_directory_makes_finds_changes_switches_off_and_on_and_removes_a_member() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    let directory = Directory { app: &app, key: &tenant.staff };
    // Entra ID asks for who is not there yet, and makes them.
    assert_eq!(directory.find(r#"userName eq "fang@example.edu""#).await, [] as [Value; 0]);
    let answer = directory.make(fang()).await;
    let made = user(&answer, 201);
    assert_eq!(answer.header("location"), made["meta"]["location"].as_str());
    assert_eq!(answer.header("location").unwrap(), format!("{}{USERS}/{}", app.base(), id(&made)));
    let shown = member(&app, &tenant, id(&made)).await.json(200);
    let expected = json!(["0020230001", "Wang Fang", "student", "Mathematics", null, "none"]);
    assert_eq!(json!(["number", "name", "role", "unit", "github_login", "account_state"].map(|field| &shown[field])), expected);
    assert!(!directory.get(&format!("{USERS}/{}", id(&made))).await.text().contains("emails"));
    for filter in [
        r#"userName eq "FANG@example.edu""#.to_owned(),
        r#"externalId eq "x1""#.to_owned(),
        format!(r#"{ENTERPRISE}:employeeNumber eq "0020230001""#),
        format!(r#"id eq "{}" and active eq true"#, id(&made)),
    ] {
        assert_eq!(directory.find(&filter).await, std::slice::from_ref(&made), "{filter}");
    }
    assert!(directory.find(r#"externalId eq "X1""#).await.is_empty(), "an external id has capitals");

    app.clock.set(now() + TimeDelta::minutes(1));
    let changed = json!([{"op": "Replace", "path": "displayName", "value": "Wang Fangfang"},
        {"op": "Add", "path": format!("{ENTERPRISE}:department"), "value": "Physics"}, {"op": "Replace", "path": "title", "value": "Dr"}]);
    let changed = user(&directory.patch(id(&made), changed).await, 200);
    assert_ne!(changed["meta"]["version"], made["meta"]["version"]);
    assert_eq!((&changed["meta"]["lastModified"], &changed["meta"]["created"]), (&json!("2026-02-01T08:01:00Z"), &made["meta"]["created"]));
    let shown = member(&app, &tenant, id(&made)).await.json(200);
    assert_eq!((&shown["name"], &shown["unit"], &shown["number"]), (&json!("Wang Fangfang"), &json!("Physics"), &json!("0020230001")));

    let off = user(&directory.patch(id(&made), json!([{"op": "Replace", "path": "active", "value": "False"}])).await, 200);
    assert_eq!((&off["active"], &off["userName"]), (&json!(false), &json!("fang@example.edu")));
    member(&app, &tenant, id(&made)).await.problem(404);
    assert_eq!(directory.find(r#"userName eq "fang@example.edu" and active eq false"#).await, std::slice::from_ref(&off));
    assert!(directory.find("active eq true").await.is_empty());
    // Who is switched off can be corrected, and stays so.
    let renamed = user(&directory.patch(id(&made), json!([{"op": "replace", "value": {"displayName": "Wang"}}])).await, 200);
    assert_eq!((&renamed["displayName"], &renamed["active"]), (&json!("Wang"), &json!(false)));
    let on = user(&directory.patch(id(&made), json!([{"op": "replace", "value": {"active": true}}])).await, 200);
    assert_eq!((&on["active"], id(&on)), (&json!(true), id(&made)));
    assert_eq!(member(&app, &tenant, id(&made)).await.json(200)["name"], "Wang");

    let gone = directory.delete(id(&made)).await;
    assert_eq!((gone.status.as_u16(), &*gone.body), (204, b"".as_slice()));
    member(&app, &tenant, id(&made)).await.problem(404);
    refused(&directory.get(&format!("{USERS}/{}", id(&made))).await, 404, None);
    refused(&directory.delete(id(&made)).await, 404, None);
    assert!(directory.find(r#"userName eq "fang@example.edu""#).await.is_empty());
    // Made again, it is the same person.
    assert_eq!(id(&user(&directory.make(fang()).await, 201)), id(&made));
}

#[tokio::test]
async fn the_log_says_what_a_directory_did_and_by_which_key() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    let directory = Directory { app: &app, key: &tenant.staff };
    let made = user(&directory.make(fang()).await, 201);
    let path = id(&made);
    user(&directory.patch(path, json!([{"op": "replace", "value": {"displayName": "Wang", "userName": "wang"}}])).await, 200);
    user(&directory.patch(path, json!([{"op": "replace", "value": {"active": false}}])).await, 200);
    user(&directory.patch(path, json!([{"op": "replace", "value": {"displayName": "Fang"}}])).await, 200);
    user(&directory.patch(path, json!([{"op": "replace", "value": {"active": true}}])).await, 200);
    // Nothing new is no change.
    let same = user(&directory.patch(path, json!([{"op": "replace", "value": {"active": true}}])).await, 200);
    assert_eq!(directory.delete(path).await.status, 204);
    let log = app.get(&tenant.admin, "/v1/audit?limit=200").await.json(200);
    let entries: Vec<&Value> = log["items"].as_array().unwrap().iter().filter(|entry| entry["subject"] == same["id"]).collect();
    let actions: Vec<&str> = entries.iter().map(|entry| entry["action"].as_str().unwrap()).collect();
    let names = "directory_names_changed";
    let expected = ["member_registered", names, "member_changed", names, "member_removed", "member_changed", "member_registered"];
    assert_eq!(actions, [&expected[..], &["member_removed", names]].concat());
    let keys = app.get(&tenant.admin, "/v1/api-keys").await.json(200);
    let staff = keys["items"].as_array().unwrap().iter().find(|key| key["role"] == "staff").unwrap();
    for entry in entries {
        assert_eq!(entry["by"], staff["id"], "{entry}");
        assert!(!entry["entry"].as_str().unwrap().contains("fang"), "{entry}");
    }
}

#[tokio::test]
async fn what_is_anothers_already_is_a_conflict_that_names_it() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    let directory = Directory { app: &app, key: &tenant.staff };
    let made = user(&directory.make(fang()).await, 201);
    let rostered = json!({"number": "007", "name": "Grace", "role": "student"});
    app.post(&tenant.staff, "/v1/members", rostered).await.json(201);
    for off in [false, true] {
        if off {
            user(&directory.patch(id(&made), json!([{"op": "replace", "path": "active", "value": false}])).await, 200);
        }
        for (body, what) in [
            (named("Fang@Example.edu"), "userName"),
            (json!({"userName": "a", "displayName": "A", "externalId": "x1"}), "externalId"),
            (json!({"userName": "a", "displayName": "A", ENTERPRISE: {"employeeNumber": "0020230001"}}), "number"),
            (named("007"), "userName"),
            (json!({"userName": "a", "displayName": "A", ENTERPRISE: {"employeeNumber": "007"}}), "number"),
        ] {
            let detail = refused(&directory.make(body.clone()).await, 409, Some("uniqueness"));
            assert!(detail.contains(what), "{body}: {detail}");
        }
    }
    let other = user(&directory.make(named("other")).await, 201);
    let number = format!("{ENTERPRISE}:employeeNumber");
    for operation in [json!({"userName": "007"}), json!({"externalId": "x1"}), json!({number: "007"})] {
        refused(&directory.patch(id(&other), json!([{"op": "replace", "value": operation}])).await, 409, Some("uniqueness"));
    }
    assert_eq!(user(&directory.get(&format!("{USERS}/{}", id(&other))).await, 200), other, "nothing of it was done");
    // Of several who make one at once, one does.
    let both = futures::future::join_all((0..4).map(|_| directory.make(named("twin")))).await;
    let mut statuses: Vec<u16> = both.iter().map(|answer| answer.status.as_u16()).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409, 409, 409]);
}

#[tokio::test]
async fn a_directory_takes_up_members_of_the_roster_and_leaves_their_logins_alone() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    let own = register::fill(app.database.db(), tenant.id, "own").await;
    let directory = Directory { app: &app, key: &tenant.staff };
    let path = own.member.to_string();
    // Nobody has named her yet: her number is her name, and her number.
    let found = directory.find(r#"userName eq "00OWN1""#).await;
    assert_eq!((found.len(), id(&found[0])), (1, path.as_str()));
    assert_eq!((&found[0]["userName"], &found[0][ENTERPRISE]["employeeNumber"]), (&json!("00own1"), &json!("00own1")));
    let before = member(&app, &tenant, &path).await.json(200);
    assert_eq!(before["account_state"], "linked");
    user(&directory.patch(&path, json!([{"op": "add", "value": {"userName": "ada@example.edu", "externalId": "x7"}}])).await, 200);
    let after = member(&app, &tenant, &path).await.json(200);
    assert_eq!(after, before, "a name at the directory is none of the register's");
    let put = json!({"schemas": [USER], "userName": "ada@example.edu", "displayName": "Ada King", "active": true});
    let put = user(&directory.put(&path, put).await, 200);
    assert_eq!(
        (&put["externalId"], &put[ENTERPRISE]),
        (&Value::Null, &json!({"employeeNumber": "00own1"})),
        "left out is gone, save the number"
    );
    let after = member(&app, &tenant, &path).await.json(200);
    assert_eq!((&after["name"], &after["unit"]), (&json!("Ada King"), &Value::Null));
    for field in ["number", "role", "github_login", "github_id", "account_state"] {
        assert_eq!(after[field], before[field], "{field}");
    }
    // Switched off, she is still found, though the directory said nothing of her before.
    let grace = app.post(&tenant.staff, "/v1/members", json!({"number": "0A7", "name": "Grace", "role": "faculty"})).await.json(201);
    let off = user(&directory.patch(id(&grace), json!([{"op": "replace", "path": "active", "value": false}])).await, 200);
    assert_eq!((&off["active"], &off["userName"], &off["userType"]), (&json!(false), &json!("0A7"), &json!("faculty")));
    // Switched off and on, she still has the account.
    user(&directory.patch(&path, json!([{"op": "replace", "path": "active", "value": false}])).await, 200);
    user(&directory.patch(&path, json!([{"op": "replace", "path": "active", "value": true}])).await, 200);
    let again = member(&app, &tenant, &path).await.json(200);
    assert_eq!((&again["github_login"], &again["account_state"]), (&before["github_login"], &json!("linked")));
    // Off the register by another door, she is switched off; registered again there, switched on.
    assert_eq!(app.delete(&tenant.staff, &format!("/v1/members/{path}")).await.status, 204);
    assert_eq!(user(&directory.get(&format!("{USERS}/{path}")).await, 200)["active"], false);
    app.post(&tenant.staff, "/v1/members", json!({"number": "00own1", "name": "Ada", "role": "student"})).await.json(201);
    assert_eq!(user(&directory.get(&format!("{USERS}/{path}")).await, 200)["active"], true);
}

#[tokio::test]
async fn who_comes_back_whose_login_is_anothers_now_is_a_conflict_for_people() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    let directory = Directory { app: &app, key: &tenant.staff };
    let ada = json!({"number": "1", "name": "Ada", "role": "student", "github_login": "octocat"});
    let made = app.post(&tenant.staff, "/v1/members", ada).await.json(201);
    user(&directory.patch(id(&made), json!([{"op": "replace", "path": "active", "value": false}])).await, 200);
    let eve = json!({"number": "2", "name": "Eve", "role": "student", "github_login": "Octocat"});
    app.post(&tenant.staff, "/v1/members", eve).await.json(201);
    let answer = directory.patch(id(&made), json!([{"op": "replace", "path": "active", "value": true}])).await;
    assert!(refused(&answer, 409, Some("uniqueness")).contains("GitHub login"));
    assert_eq!(user(&directory.get(&format!("{USERS}/{}", id(&made))).await, 200)["active"], false);
}

#[tokio::test]
async fn pages_are_exact_and_every_member_is_on_one_of_them() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    let other = app.tenant("other").await;
    Directory { app: &app, key: &other.staff }.make(named("foreign")).await.json(201);
    let directory = Directory { app: &app, key: &tenant.staff };
    let mut made = Vec::new();
    for n in 0..5 {
        app.clock.set(now() + TimeDelta::seconds(n));
        made.push(user(&directory.make(named(&format!("u{n}"))).await, 201)["id"].clone());
    }
    let removed = user(&directory.make(named("gone")).await, 201);
    assert_eq!(directory.delete(id(&removed)).await.status, 204);
    user(&directory.patch(made[4].as_str().unwrap(), json!([{"op": "replace", "path": "active", "value": false}])).await, 200);
    for (query, start, expected) in [
        ("", 1, &made[..]),
        ("?count=2", 1, &made[..2]),
        ("?startIndex=3&count=2", 3, &made[2..4]),
        ("?startIndex=5&count=2", 5, &made[4..]),
        ("?startIndex=6", 6, &[]),
        ("?startIndex=9223372036854775807", i64::MAX, &[]),
        ("?startIndex=0&count=1", 1, &made[..1]),
        ("?startIndex=-5&count=1", 1, &made[..1]),
        ("?count=0", 1, &[]),
        ("?count=-1", 1, &[]),
        ("?count=100000", 1, &made[..]),
    ] {
        let page = list(&directory.get(&format!("{USERS}{query}")).await);
        assert_eq!((&page["totalResults"], &page["startIndex"]), (&json!(5), &json!(start)), "{query}");
        let ids: Vec<Value> = page["Resources"].as_array().unwrap().iter().map(|user| user["id"].clone()).collect();
        assert_eq!(ids, expected, "{query}");
        page["Resources"].as_array().unwrap().iter().for_each(keeps_to_the_schema);
    }
    let some = list(&directory.get(&format!("{USERS}?attributes=userName,meta.version&count=1")).await);
    let first = &some["Resources"][0];
    let mut fields: Vec<&str> = first.as_object().unwrap().keys().map(String::as_str).collect();
    fields.sort_unstable();
    assert_eq!((fields, first["meta"].as_object().unwrap().len()), (vec!["id", "meta", "schemas", "userName"], 1));
    let one = directory.get(&format!("{USERS}/{}?excludedAttributes=name,{ENTERPRISE}", made[0].as_str().unwrap())).await.json(200);
    assert!(one.get("name").is_none() && one.get("userName").is_some(), "{one}");
}

#[rstest]
#[case("?filter=userName%20co%20%22a%22", Some("invalidFilter"))]
#[case("?filter=emails.value%20eq%20%22a%22", Some("invalidFilter"))]
#[case("?filter=", Some("invalidFilter"))]
#[case("?count=many", None)]
#[case("?sortBy=userName", None)]
#[tokio::test]
async fn a_list_that_is_not_understood_is_refused(#[case] query: &str, #[case] kind: Option<&str>) {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    refused(&Directory { app: &app, key: &tenant.staff }.get(&format!("{USERS}{query}")).await, 400, kind);
}

#[tokio::test]
async fn a_version_that_was_changed_since_is_not_overwritten() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    let directory = Directory { app: &app, key: &tenant.staff };
    let made = user(&directory.make(fang()).await, 201);
    let path = format!("{USERS}/{}", id(&made));
    let version = made["meta"]["version"].as_str().unwrap();
    for known in [version, &version[2..], "*"] {
        let answer = app.call(Method::GET, &path, &tenant.staff, &[("if-none-match", known)], None).await;
        assert_eq!((answer.status.as_u16(), answer.header("etag"), answer.body.len()), (304, Some(version), 0), "{known}");
    }
    let patch =
        |name: &str| json!({"schemas": [PATCH], "Operations": [{"op": "replace", "path": "displayName", "value": name}]}).to_string();
    let write = async |method: Method, version: &str, body: Option<String>| {
        let body = body.map(|body| ("application/scim+json", body.into_bytes()));
        app.call(method, &path, &tenant.staff, &[("if-match", version)], body).await
    };
    let next = user(&write(Method::PATCH, version, Some(patch("Fang"))).await, 200);
    refused(&write(Method::PATCH, version, Some(patch("Feng"))).await, 412, None);
    refused(&write(Method::PUT, version, Some(fang().to_string())).await, 412, None);
    refused(&write(Method::DELETE, version, None).await, 412, None);
    assert_eq!(user(&directory.get(&path).await, 200), next);
    user(&write(Method::PUT, "*", Some(fang().to_string())).await, 200);
}

#[tokio::test]
async fn every_refusal_under_scim_is_in_its_words_whoever_refuses() {
    let app = TestApp::start().await;
    let (tenant, other) = (app.tenant("own").await, app.tenant("other").await);
    let directory = Directory { app: &app, key: &tenant.staff };
    let made = user(&directory.make(fang()).await, 201);
    let foreign = user(&Directory { app: &app, key: &other.staff }.make(fang()).await, 201);
    // Of no key, and of one that may not.
    let nobody = app.get("", USERS).await;
    refused(&nobody, 401, None);
    assert_eq!(nobody.header("www-authenticate"), Some("Bearer realm=\"accredit\""));
    let reader = Directory { app: &app, key: &tenant.reader };
    user(&reader.get(&format!("{USERS}/{}", id(&made))).await, 200);
    assert!(refused(&reader.make(named("a")).await, 403, None).contains("staff"));
    refused(&reader.delete(id(&made)).await, 403, None);
    let student = app.student(tenant.id, id(&made).parse::<MemberId>().unwrap()).await;
    refused(&app.get(&student, USERS).await, 403, None);
    refused(&app.get(&app.operator().await.1, USERS).await, 403, None);
    // Foreign, unknown, none: the same.
    let mut missing = Vec::new();
    for path in [id(&foreign), &Uuid::now_v7().to_string(), "none", "%00"] {
        for answer in [
            directory.get(&format!("{USERS}/{path}")).await,
            directory.delete(path).await,
            directory.put(path, fang()).await,
            directory.patch(path, json!([{"op": "replace", "path": "active", "value": false}])).await,
        ] {
            refused(&answer, 404, None);
            missing.push(answer.body);
        }
    }
    missing.dedup();
    assert_eq!(missing.len(), 1, "404s differ");
    for path in ["/scim/v2/Groups", "/scim/v2/", "/scim", "/scim/v2/Schemas/urn:none", "/scim/v2/ResourceTypes/Group"] {
        refused(&directory.get(path).await, 404, None);
    }
    // What cannot be read.
    let no_method = directory.send(Method::DELETE, USERS, None).await;
    refused(&no_method, 405, None);
    assert!(no_method.header("allow").unwrap().contains("POST"));
    let raw = async |kind: &str, body: &str| app.call(Method::POST, USERS, &tenant.staff, &[], Some((kind, body.into()))).await;
    refused(&raw("text/csv", "a").await, 415, None);
    refused(&raw("application/scim+json", "{").await, 400, Some("invalidSyntax"));
    refused(&raw("application/json", "{} {}").await, 400, Some("invalidSyntax"));
    refused(&raw("application/scim+json", &" ".repeat(2 * 1024 * 1024)).await, 413, None);
    refused(&directory.make(json!({"userName": "a"})).await, 400, Some("invalidValue"));
    refused(&directory.make(json!({"userName": "a", "displayName": "A", "shoeSize": 7})).await, 400, Some("invalidPath"));
    refused(&directory.patch(id(&made), json!([{"op": "replace", "path": "id", "value": "7"}])).await, 400, Some("mutability"));
    let keyed = async |key: &str, body: Value| {
        let body = Some(("application/scim+json", body.to_string().into_bytes()));
        app.call(Method::POST, USERS, &tenant.staff, &[("idempotency-key", key)], body).await
    };
    let first = user(&keyed("k", named("a")).await, 201);
    let again = keyed("k", named("a")).await;
    assert_eq!((again.json(201), again.header("idempotency-replayed")), (first, Some("true")));
    refused(&keyed("k", named("b")).await, 422, None);
}

#[tokio::test]
async fn who_sends_too_much_is_told_so_in_the_same_words() {
    let number = |n| std::num::NonZeroU32::new(n).unwrap();
    let manners = accredit::api::Manners { per_second: number(1), burst: number(1), ..crate::support::app::lenient() };
    let app = TestApp::start_with(&manners).await;
    let tenant = app.tenant("own").await;
    let directory = Directory { app: &app, key: &tenant.staff };
    list(&directory.get(USERS).await);
    let answer = directory.get(USERS).await;
    refused(&answer, 429, None);
    assert_eq!((answer.header("retry-after"), answer.header("ratelimit").is_some()), (Some("1"), true));
}

#[tokio::test]
async fn what_there_is_of_scim_is_said_and_holds() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    let directory = Directory { app: &app, key: &tenant.staff };
    let config = directory.get("/scim/v2/ServiceProviderConfig").await.json(200);
    let supported = ["patch", "filter", "etag", "bulk", "sort", "changePassword"].map(|what| config[what]["supported"].as_bool().unwrap());
    assert_eq!(supported, [true, true, true, false, false, false]);
    let types = list(&directory.get("/scim/v2/ResourceTypes").await);
    assert_eq!((types["totalResults"].as_u64(), &types["Resources"][0]["endpoint"]), (Some(1), &json!("/Users")));
    assert_eq!(directory.get("/scim/v2/ResourceTypes/User").await.json(200), types["Resources"][0]);
    let schemas = list(&directory.get("/scim/v2/Schemas").await);
    let schemas = schemas["Resources"].as_array().unwrap();
    assert_eq!(schemas.iter().map(|schema| schema["id"].as_str().unwrap()).collect::<Vec<_>>(), [USER, ENTERPRISE]);
    for schema in schemas {
        assert_eq!(directory.get(&format!("/scim/v2/Schemas/{}", id(schema))).await.json(200), *schema);
    }
    // Every attribute that the schemas say is returned is, and no other.
    let made = user(&directory.make(fang()).await, 201);
    let returned = |schema: &Value| -> Vec<String> {
        let is_shown = |one: &&Value| one["returned"] != "never";
        let names = schema["attributes"].as_array().unwrap().iter().filter(is_shown).map(|one| one["name"].as_str().unwrap().to_owned());
        names.collect()
    };
    for name in returned(&schemas[0]) {
        assert!(made.get(&name).is_some(), "{name}");
    }
    let mut enterprise: Vec<String> = made[ENTERPRISE].as_object().unwrap().keys().cloned().collect();
    enterprise.sort();
    let mut expected = returned(&schemas[1]);
    expected.sort();
    assert_eq!(enterprise, expected);
    for path in ["ServiceProviderConfig", "ResourceTypes", "Schemas"] {
        refused(&directory.get(&format!("/scim/v2/{path}?filter=id%20eq%20%22a%22")).await, 403, None);
    }
}

#[tokio::test]
async fn who_was_erased_is_nobody_to_a_directory() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    let directory = Directory { app: &app, key: &tenant.staff };
    let made = user(&directory.make(fang()).await, 201);
    let erasure = format!("/v1/members/{}/erasure", id(&made));
    assert_eq!(app.post(&tenant.admin, &erasure, json!({"reason": "Asked for in writing"})).await.status, 204);
    refused(&directory.get(&format!("{USERS}/{}", id(&made))).await, 404, None);
    refused(&directory.patch(id(&made), json!([{"op": "replace", "path": "active", "value": true}])).await, 404, None);
    assert_eq!(list(&directory.get(USERS).await)["totalResults"], 0);
    // Made again, it is somebody else.
    assert_ne!(id(&user(&directory.make(fang()).await, 201)), id(&made));
}
