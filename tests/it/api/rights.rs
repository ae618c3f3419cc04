//! Who may do what: every route of the document, under every role, on things that are one's own, another's and nobody's.

use std::collections::BTreeSet;

use accredit::{
    db::operator_keys,
    model::{
        ids::{
            AccountChangeId, AccountProofId, ApiKeyId, AppealId, AwardId, BindingId, EvaluationId, MemberId, PolicyId, RepositoryId,
            StatementId, SyncId, TermId, UserId,
        },
        institution::Role,
    },
    sample::{Server, World},
};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{
    Answer, TestApp,
    app::{lenient, now, oauth_app},
    register::{self, Register, policy_text},
};

/// A route as the document states it.
pub(super) struct Stated {
    pub method: Method,
    pub path: String,
    /// `None`: an operator's key, which belongs to no institution.
    pub role: Option<Role>,
}

/// What nobody needs a key or a session for.
const OPEN: [&str; 2] = ["/v1/sign-in/{institution}", "/v1/sign-in/callback"];

pub(super) async fn stated_routes(app: &TestApp) -> Vec<Stated> {
    let document = app.get("", "/openapi.json").await.json(200);
    let mut routes = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        if !path.starts_with("/v1/") && !path.starts_with("/scim/") {
            continue;
        }
        for (method, operation) in item.as_object().unwrap() {
            // To sign in one needs nothing.
            if operation["security"] == json!([{}]) {
                assert!(OPEN.contains(&path.as_str()), "{method} {path} is open to everybody");
                continue;
            }
            let session = &operation["security"][1]["session"][0];
            assert_eq!(*session, operation["security"][0]["key"][0], "{method} {path}: a session does as well as a key");
            let role = operation["security"][0]["key"][0].as_str().unwrap_or_else(|| panic!("{method} {path} states no role"));
            routes.push(Stated {
                method: method.to_uppercase().parse().unwrap(),
                path: path.clone(),
                role: (role != "operator").then(|| role.parse().unwrap()),
            });
        }
    }
    routes
}

fn nobodys() -> Register {
    let id = Uuid::now_v7();
    Register {
        repository: RepositoryId(id),
        sync: SyncId(id),
        member: MemberId(id),
        loner: MemberId(id),
        term: TermId(id),
        policy: PolicyId(id),
        evaluation: EvaluationId(id),
        api_key: ApiKeyId(id),
        user: UserId(id),
        proof: AccountProofId(id),
        statement: StatementId(id),
        adjustment: StatementId(id),
        award: AwardId(id),
        approved: AwardId(id),
        appeal: AppealId(id),
        binding: BindingId(id),
        change: AccountChangeId(id),
    }
}

/// What a student asks for, or staff on behalf of one.
const SPOKEN: [&str; 3] = ["/v1/appeals", "/v1/members/{id}/account-changes", "/v1/account-changes/{id}/withdrawals"];
/// What another wish of the same member stands in the way of.
const WAITS: [&str; 2] = ["/v1/members/{id}/accounts", "/v1/members/{id}/account-changes"];

/// The path with the ids of `of`.
pub(super) fn target(path: &str, of: &Register) -> String {
    let id = match path.split('/').nth(2).unwrap() {
        "statements" if path.ends_with("/countersignatures") => of.adjustment.to_string(),
        "repositories" => of.repository.to_string(),
        "syncs" => of.sync.to_string(),
        "members" => of.member.to_string(),
        "terms" => of.term.to_string(),
        "policies" => of.policy.to_string(),
        "evaluations" => of.evaluation.to_string(),
        "api-keys" => of.api_key.to_string(),
        "users" => of.user.to_string(),
        "statements" => of.statement.to_string(),
        "awards" => of.award.to_string(),
        "appeals" => of.appeal.to_string(),
        "me" => of.proof.to_string(),
        "account-changes" => of.change.to_string(),
        _ => match path {
            "/scim/v2/Users/{id}" => of.member.to_string(),
            "/scim/v2/ResourceTypes/{id}" => "User".to_owned(),
            "/scim/v2/Schemas/{id}" => "urn:ietf:params:scim:schemas:core:2.0:User".to_owned(),
            _ => String::new(),
        },
    };
    let query = match path {
        "/v1/members/{id}/score" => format!("?evaluation={}", of.evaluation),
        "/v1/evaluations/{id}/difference" => format!("?from={}", of.evaluation),
        "/v1/reports/credits" => format!("?term_id={}", of.term),
        _ => String::new(),
    };
    format!("{}{query}", path.replace("{id}", &id))
}

/// A body that the route takes, with the ids of `of`; `tag` makes what must be unique unique.
pub(super) fn body(method: &Method, path: &str, of: &Register, tag: &str) -> Option<(&'static str, Vec<u8>)> {
    let json = |value: Value| Some(("application/json", value.to_string().into_bytes()));
    match (method.as_str(), path) {
        ("POST", "/v1/repositories") => json(json!({"full_name": format!("new/{tag}"), "category": "own"})),
        ("POST", "/v1/repositories/import") => {
            Some(("text/csv", format!("full_name,category,member_numbers\nimported/{tag},own,\n").into()))
        }
        ("POST", "/v1/members/import") => Some(("text/csv", format!("number,name\nroster-{tag},Grace\n").into())),
        ("POST", "/v1/repositories/{id}/syncs") => None,
        ("POST", "/v1/members") => json(json!({"number": format!("new-{tag}"), "name": "Grace", "role": "faculty"})),
        ("PATCH", "/v1/members/{id}") => json(json!({"name": "Augusta"})),
        ("POST", "/v1/terms") => {
            json(json!({"code": format!("new-{tag}"), "name": "Spring", "starts_on": "2026-02-15", "ends_on": "2026-07-15"}))
        }
        ("POST", "/v1/policies") => Some(("application/toml", policy_text(&format!("new-{tag}")).into())),
        ("POST", "/v1/terms/{id}/policies") => json(json!({"policy_id": of.policy})),
        ("POST", "/v1/statements") => json(
            json!({"kind": "adjustment", "member_id": of.member, "value": "1", "happened_on": "2025-10-15", "reason": format!("For {tag}")}),
        ),
        ("POST", "/v1/statements/{id}/withdrawals") => json(json!({"reason": "A slip of the finger"})),
        ("POST", "/v1/statements/{id}/countersignatures") => json(json!({"reason": "I was there too"})),
        ("POST", "/v1/statements/import") => {
            // Numbers are no secret, so the file names somebody of one's own.
            let own = tag.split('-').next().unwrap();
            let line = format!("time_log,00{own}1,1,2025-10-15,For {tag}");
            Some(("text/csv", format!("kind,member_number,value,happened_on,reason\n{line}\n").into()))
        }
        ("POST", "/v1/members/{id}/accounts") => json(json!({"github_login": format!("third-{tag}"), "reason": "Shown at the desk"})),
        ("POST", "/v1/members/{id}/account-changes") => json(json!({"binding_id": of.binding, "reason": "Given up"})),
        ("POST", "/v1/account-changes/{id}/decisions") => json(json!({"decision": "confirm", "reason": "Seen"})),
        ("POST", "/v1/account-changes/{id}/withdrawals") => json(json!({"reason": "Not any more"})),
        ("POST", "/v1/members/{id}/erasure") => json(json!({"reason": "Asked for in writing"})),
        ("POST", "/v1/evaluations") => json(json!({"term_id": of.term, "policy_id": of.policy})),
        ("POST", "/v1/awards" | "/v1/awards/decisions") => json(json!({"evaluation_id": of.evaluation})),
        ("POST", "/v1/awards/{id}/decisions") => json(json!({"decision": "approve", "reason": "Seen"})),
        ("POST", "/v1/appeals") => json(json!({"award_id": of.approved, "reason": "One is missing", "on_behalf_of": "Ada Lovelace"})),
        ("POST", "/v1/appeals/{id}/decisions") => json(json!({"decision": "dismiss", "reason": "None is"})),
        ("PUT", "/v1/holidays") => json(json!({"year": 2027, "days": [{"day": "2027-01-01"}]})),
        ("POST", "/v1/api-keys") => json(json!({"role": "reader"})),
        ("POST", "/v1/institutions") => {
            json(json!({"slug": format!("new-{tag}").to_lowercase(), "name": "New", "timezone": "Asia/Shanghai"}))
        }
        ("POST", "/v1/api-keys/{id}/rotations") => json(json!({})),
        ("POST", "/v1/users") => json(json!({"name": "Li Na", "role": "reviewer", "email": format!("{tag}@example.edu")})),
        ("PATCH", "/v1/users/{id}") => json(json!({"role": "reader"})),
        ("PUT", "/v1/sign-in/provider") => json(json!({"issuer": "https://login.example.edu", "client_id": tag})),
        ("POST", "/v1/sign-out" | "/v1/me/account-proofs" | "/v1/me/account-proofs/{id}/checks") => None,
        ("POST", "/scim/v2/Users") => json(json!({"userName": format!("new-{tag}"), "displayName": "Grace"})),
        ("PUT", "/scim/v2/Users/{id}") => json(json!({"userName": format!("put-{tag}"), "displayName": "Augusta"})),
        ("PATCH", "/scim/v2/Users/{id}") => json(json!({"Operations": [{"op": "replace", "path": "displayName", "value": "Augusta"}]})),
        ("GET" | "DELETE", _) => None,
        _ => panic!("say here what {method} {path} takes"),
    }
}

/// Whether the request names something that can be another's.
fn names_something(method: &Method, path: &str) -> bool {
    (path.contains("{id}") && !matches!(path, "/scim/v2/ResourceTypes/{id}" | "/scim/v2/Schemas/{id}"))
        || path == "/v1/reports/credits"
        || (method == Method::POST
            && matches!(path, "/v1/evaluations" | "/v1/statements" | "/v1/awards" | "/v1/awards/decisions" | "/v1/appeals"))
}

#[tokio::test]
async fn every_route_asks_for_the_role_that_it_states_and_hides_what_is_anothers() {
    let github = Server::start(World::new(now())).await.unwrap();
    let app = TestApp::start_as(&lenient(), |door| door.github = Some(oauth_app(&github))).await;
    let tenant = app.tenant("own").await;
    let other = app.tenant("other").await;
    let foreign = register::fill(app.database.db(), other.id, "foreign").await;
    let nobodys = nobodys();
    let routes = stated_routes(&app).await;
    assert!(routes.len() >= 25, "only {} routes", routes.len());

    // A directory is refused in words of its own.
    let mut refused: BTreeSet<(bool, Vec<u8>)> = BTreeSet::new();
    let mut missing: BTreeSet<(bool, Vec<u8>)> = BTreeSet::new();
    for (number, Stated { method, path, role }) in routes.iter().enumerate() {
        for caller in std::iter::once(None).chain(Role::ALL.iter().copied().map(Some)) {
            let tag = format!("{number}{}", caller.map_or("none", Role::as_str));
            let own = register::fill(app.database.db(), tenant.id, &tag).await;
            let key = match caller {
                None => String::new(),
                Some(Role::Student) => app.student(tenant.id, own.member).await,
                Some(caller) => tenant.key(caller).to_owned(),
            };
            for (whose, of) in [("foreign", &foreign), ("nobody's", &nobodys), ("own", &own)] {
                // It is there once, and names nobody's.
                if (method, path.as_str(), whose != "own") == (&Method::DELETE, "/v1/sign-in/provider", true) {
                    continue;
                }
                let answer =
                    app.call(method.clone(), &target(path, of), &key, &[], body(method, path, of, &format!("{tag}-{}", &whose[..3]))).await;
                let at = format!("{method} {path} by {caller:?} on {whose}: {}", answer.text());
                match caller {
                    None => {
                        assert_eq!(answer.status, 401, "{at}");
                        refused.insert((path.starts_with("/scim/"), answer.body));
                    }
                    Some(caller) if role.is_none_or(|role| !caller.covers(role)) => assert_eq!(answer.status, 403, "{at}"),
                    Some(_) if whose != "own" && names_something(method, path) => {
                        assert_eq!(answer.status, 404, "{at}");
                        missing.insert((path.starts_with("/scim/"), answer.body));
                    }
                    // A browser is led elsewhere, and what comes from there must have been begun.
                    Some(Role::Student) if path == "/v1/me/account-proof" => assert_eq!(answer.status, 303, "{at}"),
                    Some(Role::Student) if path == "/v1/account-proof/callback" => assert_eq!(answer.status, 403, "{at}"),
                    // The others' keys are no member's, who alone proves an account.
                    Some(role) if role != Role::Student && path.starts_with("/v1/me/account-proofs/{id}") => {
                        assert_eq!(answer.status, 404, "{at}");
                    }
                    Some(role) if role != Role::Student && path.contains("/account-proof") => assert_eq!(answer.status, 403, "{at}"),
                    // Who only reads, or decides, speaks for no student.
                    Some(Role::Reader | Role::Reviewer) if SPOKEN.contains(&path.as_str()) && *method == Method::POST => {
                        assert_eq!(answer.status, 403, "{at}");
                    }
                    // One change waits already.
                    Some(_) if method == Method::POST && WAITS.contains(&path.as_str()) => assert_eq!(answer.status, 409, "{at}"),
                    Some(_) => assert!(answer.status.is_success(), "{at}"),
                }
            }
        }
    }
    assert_eq!(refused.len(), 2, "401s differ");
    assert_eq!(missing.len(), 2, "404s differ");
}

#[tokio::test]
async fn an_operator_makes_and_lists_institutions_and_sees_nothing_of_them() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    let own = register::fill(app.database.db(), tenant.id, "own").await;
    let (id, operator) = app.operator().await;
    let mut allowed = 0;
    for Stated { method, path, role } in stated_routes(&app).await {
        let answer = app.call(method.clone(), &target(&path, &own), &operator, &[], body(&method, &path, &own, "own-k")).await;
        match role {
            Some(_) if path.starts_with("/scim/") => assert_eq!(answer.status, 403, "{method} {path}"),
            Some(_) => _ = answer.problem(403),
            None => {
                assert!(answer.status.is_success(), "{method} {path}: {}", answer.text());
                allowed += 1;
            }
        }
    }
    assert_eq!(allowed, 2);
    let directory = app.get(&operator, "/v1/institutions?limit=1").await.json(200);
    assert_eq!(directory["items"][0]["slug"], "new-own-k");
    let next = format!("/v1/institutions?cursor={}", directory["next"].as_str().unwrap());
    assert_eq!(app.get(&operator, &next).await.json(200)["items"][0]["slug"], "own");
    let new = |slug: &str| json!({"slug": slug, "name": "N", "timezone": "Asia/Shanghai"});
    assert_eq!(app.post(&operator, "/v1/institutions", new("own")).await.faults(409), ["slug"]);
    let bad = json!({"slug": "Own", "name": "", "timezone": "Mars"});
    assert_eq!(app.post(&operator, "/v1/institutions", bad).await.faults(422), ["slug", "name", "timezone"]);
    let body = Some(("application/json", new("k").to_string().into_bytes()));
    app.call(Method::POST, "/v1/institutions", &operator, &[("idempotency-key", "k")], body).await.problem(400);
    // What is not an operator's is told so, with a key as without.
    app.call(Method::POST, "/v1/sign-out", &operator, &[("idempotency-key", "k")], None).await.problem(403);

    let mut tx = app.database.db().begin_as_operator().await.unwrap();
    assert!(operator_keys::revoke(&mut tx, id, now()).await.unwrap());
    tx.commit().await.unwrap();
    app.get(&operator, "/v1/institutions").await.problem(401);
}

#[tokio::test]
async fn nobody_but_an_operator_reads_the_operators_keys() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    app.operator().await;
    let mut tx = app.database.db().begin_as(tenant.id).await.unwrap();
    assert!(operator_keys::list(&mut tx).await.unwrap().is_empty());
    drop(tx);
    assert_eq!(operator_keys::list(&mut app.database.db().begin_as_operator().await.unwrap()).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_key_does_not_revoke_itself() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    let list = app.get(&tenant.admin, "/v1/api-keys").await.json(200);
    let own = list["items"].as_array().unwrap().iter().find(|key| key["role"] == "admin").unwrap()["id"].as_str().unwrap().to_owned();
    app.delete(&tenant.admin, &format!("/v1/api-keys/{own}")).await.problem(409);
    assert_eq!(app.get(&tenant.admin, "/v1/api-keys").await.status, 200);
}

#[tokio::test]
async fn a_student_sees_oneself_and_of_everybody_else_that_there_is_nobody() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    let own = register::fill(app.database.db(), tenant.id, "own").await;
    let key = app.student(tenant.id, own.member).await;
    assert_eq!(app.get(&key, &format!("/v1/members/{}", own.member)).await.json(200)["number"], "00own1");
    let nobody = app.get(&key, &format!("/v1/members/{}", Uuid::now_v7())).await;
    for path in [format!("/v1/members/{}", own.loner), format!("/v1/members/{}/score?evaluation={}", own.loner, own.evaluation)] {
        let answer = app.get(&key, &path).await;
        answer.problem(404);
        assert_eq!(answer.body, nobody.body, "{path}");
    }
}

#[tokio::test]
async fn a_key_says_who_answers_for_it_and_a_students_key_whom_it_shows() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    let own = register::fill(app.database.db(), tenant.id, "own").await;
    let made = |body: Value| app.post(&tenant.admin, "/v1/api-keys", body);
    assert_eq!(made(json!({"role": "reviewer", "holder": "Wang Fang"})).await.json(201)["holder"], "Wang Fang");
    assert_eq!(made(json!({"role": "reader"})).await.json(201)["holder"], "A admin", "whoever makes it answers for it");
    assert_eq!(made(json!({"role": "student"})).await.faults(422), ["member_id"]);
    assert_eq!(made(json!({"role": "reader", "holder": " "})).await.faults(422), ["holder"]);
    made(json!({"role": "student", "member_id": Uuid::now_v7()})).await.problem(404);
    let students = made(json!({"role": "student", "member_id": own.member})).await.json(201);
    assert_eq!(students["member_id"], own.member.to_string());
    assert_eq!(app.get(students["key"].as_str().unwrap(), &format!("/v1/members/{}", own.member)).await.status, 200);
}

#[tokio::test]
async fn a_list_shows_nothing_of_another_institution() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    let other = app.tenant("other").await;
    let foreign = register::fill(app.database.db(), other.id, "foreign").await;
    for list in [
        "repositories",
        "members",
        "terms",
        "policies",
        "contributions",
        "statements",
        "awards",
        "appeals",
        "holidays",
        "account-changes",
        "units",
    ] {
        let page = app.get(&tenant.reader, &format!("/v1/{list}")).await.json(200);
        assert_eq!(page, json!({"items": [], "next": null}), "{list}");
    }
    for filter in [format!("member_id={}", foreign.member), format!("repository_id={}", foreign.repository)] {
        let page = app.get(&tenant.reader, &format!("/v1/contributions?{filter}")).await.json(200);
        assert_eq!(page["items"], json!([]), "{filter}");
    }
    register::fill(app.database.db(), tenant.id, "own").await;
    for filter in [format!("member_id={}", foreign.member), format!("term_id={}", foreign.term)] {
        let page = app.get(&tenant.reader, &format!("/v1/statements?{filter}")).await.json(200);
        assert_eq!(page["items"], json!([]), "{filter}");
    }
}

#[tokio::test]
async fn one_own_id_does_not_open_a_foreign_one_beside_it() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    let other = app.tenant("other").await;
    let own = register::fill(app.database.db(), tenant.id, "own").await;
    let foreign = register::fill(app.database.db(), other.id, "foreign").await;
    let score = |member: MemberId, evaluation: EvaluationId| format!("/v1/members/{member}/score?evaluation={evaluation}");
    let report = |term: TermId, evaluation: EvaluationId| format!("/v1/reports/credits?term_id={term}&evaluation_id={evaluation}");
    for path in [
        score(own.member, foreign.evaluation),
        score(foreign.member, own.evaluation),
        report(own.term, foreign.evaluation),
        report(foreign.term, own.evaluation),
        format!("/v1/reports/credits?evaluation_id={}", foreign.evaluation),
        format!("/v1/evaluations/{}/difference?from={}", own.evaluation, foreign.evaluation),
        format!("/v1/evaluations/{}/difference?from={}", foreign.evaluation, own.evaluation),
    ] {
        app.get(&tenant.admin, &path).await.problem(404);
    }
    for (term, policy) in [(own.term, foreign.policy), (foreign.term, own.policy)] {
        app.post(&tenant.admin, "/v1/evaluations", json!({"term_id": term, "policy_id": policy})).await.problem(404);
    }
    for (term, policy) in [(own.term, foreign.policy), (foreign.term, own.policy)] {
        app.post(&tenant.admin, &format!("/v1/terms/{term}/policies"), json!({"policy_id": policy})).await.problem(404);
    }
    for binding in [foreign.binding, own.binding, BindingId(Uuid::now_v7())] {
        let wish = json!({"binding_id": binding, "reason": "Given up"});
        app.post(&tenant.admin, &format!("/v1/members/{}/account-changes", own.loner), wish).await.problem(404);
    }
    for foreign in [json!({"statement_id": foreign.statement}), json!({"statement_id": Uuid::now_v7()})] {
        let confirmation = json!({"kind": "confirmation", "name": "mentor", "member_id": own.member, "about": foreign,
            "happened_on": "2025-10-15", "reason": "Seen"});
        app.post(&tenant.admin, "/v1/statements", confirmation).await.problem(404);
    }
    for foreign in [json!({"repository": "foreign/engine"}), json!({"repository": "nobody/engine"})] {
        let role = json!({"kind": "role", "name": "maintainer", "member_id": own.member, "about": foreign,
            "happened_on": "2025-10-15", "reason": "Seen"});
        assert_eq!(app.post(&tenant.admin, "/v1/statements", role).await.faults(422), ["about"]);
    }
    let faults = app
        .post(&tenant.admin, "/v1/repositories", json!({"full_name": "a/b", "category": "own", "member_numbers": ["00foreign1"]}))
        .await
        .faults(422);
    assert_eq!(faults, ["member_numbers"]);
}

#[tokio::test]
async fn a_key_that_is_unknown_revoked_or_none_gets_one_and_the_same_answer() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    let made = app.post(&tenant.admin, "/v1/api-keys", json!({"role": "admin"})).await.json(201);
    let revoked = made["key"].as_str().unwrap();
    assert_eq!(app.get(revoked, "/v1/members").await.status, 200);
    let path = format!("/v1/api-keys/{}", made["id"].as_str().unwrap());
    assert_eq!(app.delete(&tenant.admin, &path).await.status, 204);
    assert_eq!(app.delete(&tenant.admin, &path).await.status, 204, "twice is once");

    let of_nobody = tenant.admin.replace(&tenant.id.0.simple().to_string(), &Uuid::now_v7().simple().to_string());
    let unknown = format!("{}AAAA", &tenant.admin[..tenant.admin.len() - 4]);
    let answers: Vec<Answer> = [
        app.get("", "/v1/members").await,
        app.get(revoked, "/v1/members").await,
        app.get(&of_nobody, "/v1/members").await,
        app.get(&unknown, "/v1/members").await,
        app.get("ghp_something", "/v1/members").await,
        app.call(Method::GET, "/v1/members", "", &[("authorization", "Basic YTpi")], None).await,
        app.call(Method::GET, "/v1/members", "", &[("authorization", "Bearer")], None).await,
    ]
    .into();
    for answer in &answers {
        answer.problem(401);
        assert_eq!(answer.header("www-authenticate"), Some("Bearer realm=\"accredit\""));
        assert_eq!(answer.body, answers[0].body);
    }
}

#[tokio::test]
async fn two_keys_are_valid_at_once_and_a_key_is_shown_once() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    let first = app.post(&tenant.admin, "/v1/api-keys", json!({"role": "staff"})).await.json(201);
    let second = app.post(&tenant.admin, "/v1/api-keys", json!({"role": "staff"})).await.json(201);
    for key in [&first, &second] {
        assert_eq!(app.get(key["key"].as_str().unwrap(), "/v1/members").await.status, 200);
    }
    let list = app.get(&tenant.admin, "/v1/api-keys").await;
    assert_eq!(list.json(200)["items"].as_array().unwrap().len(), 6);
    assert!(!list.text().contains("accredit_"), "{}", list.text());
}
