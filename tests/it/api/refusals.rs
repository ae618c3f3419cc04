//! What is refused, and how: always a problem, never a 5xx for what a caller sent.

use std::io::{Read as _, Write as _};

use reqwest::Method;
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{TestApp, register};

fn repository(full_name: &str) -> Value {
    json!({"full_name": full_name, "category": "own"})
}

fn term(code: &str) -> Value {
    json!({"code": code, "name": "Autumn", "starts_on": "2025-09-01", "ends_on": "2026-01-31"})
}

#[tokio::test]
async fn an_unknown_path_and_a_wrong_method_are_problems_too() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    for path in ["/", "/v1", "/v1/", "/v1/nothing", "/v1/members/", "/v2/members", "/%00"] {
        app.get(&tenant.admin, path).await.problem(404);
    }
    let wrong = app.call(Method::PUT, "/v1/members", &tenant.admin, &[], None).await;
    wrong.problem(405);
    let allowed = wrong.header("allow").unwrap();
    assert!(allowed.contains("POST") && allowed.contains("GET"), "{allowed}");
}

#[tokio::test]
async fn an_id_that_is_no_id_is_answered_like_one_that_is_not_there() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    let unknown = app.get(&tenant.admin, &format!("/v1/members/{}", uuid::Uuid::now_v7())).await;
    unknown.problem(404);
    for id in ["1", "null", "%00", "..%2F", "01890000-0000-7000-8000-00000000000g", "%ff"] {
        let answer = app.get(&tenant.admin, &format!("/v1/members/{id}")).await;
        assert_eq!((answer.status, &answer.body), (unknown.status, &unknown.body), "{id}");
    }
}

#[rstest]
#[case::unknown_field("/v1/members", json!({"number": "1", "name": "Ada", "role": "student", "nummer": "1"}), &["nummer"])]
#[case::missing_field("/v1/members", json!({"number": "1", "role": "student"}), &["name"])]
#[case::wrong_word("/v1/members", json!({"number": "1", "name": "Ada", "role": "dean"}), &["role"])]
#[case::no_word("/v1/members", json!({"number": "1", "name": "Ada", "role": null}), &["role"])]
#[case::wrong_type("/v1/members", json!({"number": 1, "name": "Ada", "role": "student"}), &["number"])]
#[case::several("/v1/members", json!({"number": "", "name": "A\u{7}", "role": "student", "unit": " x", "github_login": "@ada"}),
    &["number", "name", "unit", "github_login"])]
#[case::nul("/v1/members", json!({"number": "1\0", "name": "A\0", "role": "student", "unit": "\0", "github_login": "a\0"}),
    &["number", "name", "unit", "github_login"])]
#[case::too_long("/v1/members", json!({"number": "1".repeat(65), "name": "a".repeat(201), "role": "student"}), &["number", "name"])]
#[case::no_repository("/v1/repositories", json!({"full_name": "cargo", "category": "Own"}), &["full_name", "category"])]
#[case::nul_in_repository("/v1/repositories", json!({"full_name": "a/b\0", "category": "own\0", "member_numbers": ["\0"]}),
    &["full_name", "category", "member_numbers"])]
#[case::unknown_members("/v1/repositories", json!({"full_name": "a/b", "category": "own", "member_numbers": ["404"]}), &["member_numbers"])]
#[case::nested("/v1/repositories", json!({"full_name": "a/b", "category": "own", "member_numbers": ["1", 2]}), &["member_numbers[1]"])]
#[case::backwards("/v1/terms", json!({"code": "t", "name": "T", "starts_on": "2026-01-31", "ends_on": "2025-09-01"}), &["ends_on"])]
#[case::no_day("/v1/terms", json!({"code": "t", "name": "T", "starts_on": "2025-02-30", "ends_on": "2025-09-01"}), &["starts_on"])]
#[case::nul_in_term("/v1/terms", json!({"code": "\0", "name": "\0", "starts_on": "2025-09-01", "ends_on": "2025-09-01"}), &["code", "name"])]
#[case::no_id("/v1/evaluations", json!({"term_id": "x"}), &["term_id"])]
#[case::no_role("/v1/api-keys", json!({"role": "owner"}), &["role"])]
#[tokio::test]
async fn a_body_with_bad_fields_names_them(#[case] path: &str, #[case] body: Value, #[case] fields: &[&str]) {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    assert_eq!(app.post(&tenant.admin, path, body).await.faults(422), fields);
}

#[rstest]
#[case::not_json("application/json", b"{\"number\": ", 400)]
#[case::two_values("application/json", b"{\"number\":\"1\",\"name\":\"A\",\"role\":\"student\"} {}", 400)]
#[case::not_utf8("application/json", b"{\"number\":\"\xff\",\"name\":\"A\",\"role\":\"student\"}", 400)]
#[case::lone_surrogate("application/json", b"{\"number\":\"\\ud800\",\"name\":\"A\",\"role\":\"student\"}", 400)]
#[case::empty("application/json", b"", 400)]
#[case::a_list("application/json", b"[]", 422)]
#[case::form("application/x-www-form-urlencoded", b"number=1", 415)]
#[case::text("text/plain", b"{}", 415)]
#[case::charset("Application/JSON; charset=utf-8", b"{\"number\":\"1\",\"name\":\"A\",\"role\":\"student\"}", 201)]
#[tokio::test]
async fn a_body_must_be_what_it_says_that_it_is(#[case] kind: &str, #[case] body: &[u8], #[case] status: u16) {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    let answer = app.call(Method::POST, "/v1/members", &tenant.staff, &[], Some((kind, body.to_vec()))).await;
    assert_eq!(answer.status, status, "{}", answer.text());
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused_before_it_is_read() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    let call = async |path: &str, kind: &str, bytes: usize, headers: &[(&str, &str)]| {
        app.call(Method::POST, path, &tenant.staff, headers, Some((kind, vec![b' '; bytes]))).await
    };
    call("/v1/members", "application/json", 1024 * 1024 + 1, &[]).await.problem(413);
    call("/v1/members", "application/json", 1024 * 1024 + 1, &[("idempotency-key", "k")]).await.problem(413);
    call("/v1/members", "application/json", 1024 * 1024, &[]).await.problem(400);
    call("/v1/policies", "application/toml", 256 * 1024 + 1, &[]).await.problem(413);
    call("/v1/policies", "application/toml", 256 * 1024, &[]).await.problem(422);
    call("/v1/policies", "application/json", 10, &[]).await.problem(415);
}

#[rstest]
#[case("/v1/members?limit=0")]
#[case("/v1/members?limit=201")]
#[case("/v1/members?limit=-1")]
#[case("/v1/members?limit=ten")]
#[case("/v1/members?limit=70000")]
#[case("/v1/members?cursor=nonsense")]
#[case("/v1/members?cursor=ImFcdTAwMDAi")] // "a\u0000" in JSON
#[case("/v1/policies?cursor=Ijc3Ig")]
#[case("/v1/members?unit=x")]
#[case("/v1/contributions?kind=pull")]
#[case("/v1/contributions?from=yesterday")]
#[case("/v1/contributions?from=%2B262000-01-01")]
#[case("/v1/contributions?to=-262000-01-01")]
#[case("/v1/contributions?member_id=1")]
#[case("/v1/contributions?kind=%00")]
#[case("/v1/contributions?repo_id=1")]
#[case("/v1/reports/credits")]
#[case("/v1/reports/credits?format=docx&term_id=01890000-0000-7000-8000-000000000000")]
#[case("/v1/members/01890000-0000-7000-8000-000000000000/score")]
#[case("/v1/members/01890000-0000-7000-8000-000000000000/score?evaluation=newest")]
#[tokio::test]
async fn a_query_that_cannot_be_meant_is_refused(#[case] path: &str) {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    app.get(&tenant.admin, path).await.problem(400);
}

#[tokio::test]
async fn a_cursor_of_another_age_is_refused_and_not_handed_to_the_database() {
    use base64::Engine as _;
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    let key = json!({"repository": uuid::Uuid::nil(), "kind": "issue", "github_id": "1"});
    let cursor = base64::prelude::BASE64_URL_SAFE_NO_PAD.encode(json!(["-262000-01-01T00:00:00Z", key]).to_string());
    app.get(&tenant.reader, &format!("/v1/contributions?cursor={cursor}")).await.problem(400);
}

#[tokio::test]
async fn what_is_there_already_is_in_conflict_and_the_field_is_named() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    let member = |number: &str, login: &str| json!({"number": number, "name": "Ada", "role": "student", "github_login": login});
    let made = app.post(&tenant.staff, "/v1/members", member("001", "ada")).await.json(201);
    let second = app.post(&tenant.staff, "/v1/members", member("002", "grace")).await.json(201);
    app.post(&tenant.staff, "/v1/repositories", repository("rust-lang/cargo")).await.json(201);
    app.post(&tenant.staff, "/v1/terms", term("t1")).await.json(201);
    for (path, body, field) in [
        ("/v1/members", member("001", "other"), "number"),
        ("/v1/members", member("003", "ADA"), "github_login"),
        ("/v1/repositories", repository("Rust-Lang/Cargo"), "full_name"),
        ("/v1/terms", term("t1"), "code"),
    ] {
        assert_eq!(app.post(&tenant.staff, path, body).await.faults(409), [field], "{path}");
    }
    let path = format!("/v1/members/{}", second["id"].as_str().unwrap());
    assert_eq!(app.patch(&tenant.staff, &path, json!({"number": "001"})).await.faults(409), ["number"]);
    assert_eq!(app.patch(&tenant.staff, &path, json!({"github_login": "Ada"})).await.faults(409), ["github_login"]);
    // One that was removed is in nobody's way.
    assert_eq!(app.delete(&tenant.staff, &format!("/v1/members/{}", made["id"].as_str().unwrap())).await.status, 204);
    app.post(&tenant.staff, "/v1/members", member("001", "ada")).await.json(201);
}

#[tokio::test]
async fn an_import_is_whole_or_nothing_and_every_bad_line_is_named() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    app.post(&tenant.staff, "/v1/members", json!({"number": "001", "name": "Ada", "role": "student"})).await.json(201);
    app.post(&tenant.staff, "/v1/repositories", repository("there/already")).await.json(201);
    let import = async |text: &str| {
        let body = Some(("text/csv; charset=utf-8", text.as_bytes().to_vec()));
        app.call(Method::POST, "/v1/repositories/import", &tenant.staff, &[], body).await
    };
    let bad = import("full_name,category,member_numbers\na/b,own,001;404\nThere/Already,own,\nc/d,community,\n").await.problem(422);
    assert_eq!(
        bad["errors"],
        json!([
            {"field": "member_numbers", "line": 2, "message": "no member has the number 404"},
            {"field": "full_name", "line": 3, "message": "There/Already is tracked already"},
        ])
    );
    import("full_name,category,member_numbers\na/b\0,own,\n").await.problem(422);
    import("full_name,category,member_numbers\na/b,own,\0\n").await.problem(422);
    assert_eq!(app.get(&tenant.reader, "/v1/repositories").await.json(200)["items"].as_array().unwrap().len(), 1);

    let good = import("\u{feff}full_name,category,member_numbers\r\nz/z,own,001\r\na/b,community,\r\n").await.json(201);
    let names: Vec<_> = good["items"].as_array().unwrap().iter().map(|item| item["full_name"].as_str().unwrap()).collect();
    assert_eq!(names, ["z/z", "a/b"]);
    assert_eq!(good["items"][0]["member_numbers"], json!(["001"]));
    assert_eq!(app.get(&tenant.reader, "/v1/repositories").await.json(200)["items"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn a_patch_changes_what_it_names_and_takes_away_what_is_null() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    let new = json!({"number": "001", "name": "Ada", "role": "student", "unit": "Mathematics", "github_login": "ada"});
    let made = app.post(&tenant.staff, "/v1/members", new).await.json(201);
    let path = format!("/v1/members/{}", made["id"].as_str().unwrap());
    let changed = app.patch(&tenant.staff, &path, json!({"name": "Augusta", "unit": null})).await.json(200);
    assert_eq!((&changed["name"], &changed["unit"], &changed["github_login"]), (&json!("Augusta"), &Value::Null, &json!("ada")));
    let unlinked = app.patch(&tenant.staff, &path, json!({"github_login": null})).await.json(200);
    assert_eq!((&unlinked["github_login"], &unlinked["account_state"]), (&Value::Null, &json!("none")));
    assert_eq!(app.patch(&tenant.staff, &path, json!({"name": null})).await.faults(422), ["name"]);
    assert_eq!(app.patch(&tenant.staff, &path, json!({"nom": "x"})).await.faults(422), ["nom"]);
}

#[tokio::test]
async fn an_evaluation_that_is_not_done_does_not_look_like_one_in_which_nobody_earned_anything() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    let own = register::fill(app.database.db(), tenant.id, "t").await;
    let asked = app.post(&tenant.staff, "/v1/evaluations", json!({"term_id": own.term, "policy_id": own.policy})).await.json(202);
    let id = asked["id"].as_str().unwrap();
    for path in [
        format!("/v1/evaluations/{id}/scores"),
        format!("/v1/members/{}/score?evaluation={id}", own.member),
        format!("/v1/reports/credits?evaluation_id={id}"),
    ] {
        app.get(&tenant.reader, &path).await.problem(409);
    }
    let spring = app.post(&tenant.staff, "/v1/terms", term("spring")).await.json(201);
    app.get(&tenant.reader, &format!("/v1/reports/credits?term_id={}", spring["id"].as_str().unwrap())).await.problem(409);
}

#[tokio::test]
async fn a_database_that_is_away_is_a_503_that_says_nothing_of_why() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    assert_eq!(app.get("", "/readyz").await.status, 200);
    app.database.db().close().await;
    for path in ["/readyz", "/v1/members"] {
        let answer = app.get(&tenant.reader, path).await;
        answer.problem(503);
        assert!(answer.header("retry-after").is_some());
        assert!(!answer.text().to_lowercase().contains("pool"), "{}", answer.text());
    }
    assert_eq!(app.get("", "/healthz").await.status, 200);
}

#[tokio::test]
async fn every_answer_carries_a_request_id_and_headers_that_browsers_obey() {
    let app = TestApp::start().await;
    for path in ["/healthz", "/v1/members", "/nothing", "/openapi.json", "/docs/"] {
        let answer = app.get("", path).await;
        assert!(answer.header("x-request-id").is_some_and(|id| id.len() == 36), "{path}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
        assert!(answer.header("content-security-policy").unwrap().starts_with("default-src 'none'"), "{path}");
    }
    let ask = async |id: &str| {
        let answer = app.call(Method::GET, "/healthz", "", &[("x-request-id", id)], None).await;
        answer.header("x-request-id").unwrap().to_owned()
    };
    assert_eq!(ask("trace-7.a_b").await, "trace-7.a_b");
    for odd in ["a b", "a\"b", &"a".repeat(129)] {
        assert_ne!(ask(odd).await, odd);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_http_is_refused_and_the_server_stays() {
    let app = TestApp::start().await;
    let address = app.address().to_owned();
    let answered = tokio::task::spawn_blocking(move || {
        let mut stream = std::net::TcpStream::connect(address).unwrap();
        stream.write_all(b"\x16\x03\x01 this is no HTTP\r\n\r\n").unwrap();
        let mut answer = Vec::new();
        // The server may close at once.
        let _ = stream.read_to_end(&mut answer);
        answer
    })
    .await
    .unwrap();
    assert!(answered.is_empty() || answered.starts_with(b"HTTP/1.1 400"), "{}", String::from_utf8_lossy(&answered));
    assert_eq!(app.get("", "/healthz").await.status, 200);
}

#[tokio::test]
async fn a_server_that_is_told_to_stop_stops_and_lets_connections_go() {
    let mut app = TestApp::start().await;
    assert_eq!(app.get("", "/healthz").await.status, 200); // leaves a connection that is kept alive
    app.stop().await;
    assert!(tokio::net::TcpStream::connect(app.address()).await.is_err());
}
