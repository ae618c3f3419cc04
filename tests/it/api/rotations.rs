//! Keys in rotation: a successor, a time in which both are valid, an end.

use chrono::TimeDelta;
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{TestApp, app::now};

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_key_and_its_successor_are_both_valid_until_the_old_one_ends() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    let old = app.post(&tenant.admin, "/v1/api-keys", json!({"role": "staff", "holder": "Wang Fang"})).await.json(201);
    let path = format!("/v1/api-keys/{}/rotations", text(&old["id"]));
    let ends_at = now() + TimeDelta::days(2);
    let new = app.post(&tenant.admin, &path, json!({"expires_at": ends_at})).await.json(201);
    assert_eq!((&new["role"], &new["holder"], &new["lineage_id"]), (&json!("staff"), &json!("Wang Fang"), &old["id"]));
    assert_eq!(new["expires_at"], Value::Null);
    assert_ne!(new["key"], old["key"]);
    let valid = async |key: &Value| app.get(&text(&key["key"]), "/v1/members").await.status == 200;
    assert!(valid(&old).await && valid(&new).await);
    // A third of the lineage would be too many, whichever of the two it came from.
    app.post(&tenant.admin, &path, json!({})).await.problem(409);
    app.post(&tenant.admin, &format!("/v1/api-keys/{}/rotations", text(&new["id"])), json!({})).await.problem(409);
    app.clock.set(ends_at - TimeDelta::microseconds(1));
    assert!(valid(&old).await && valid(&new).await);
    app.clock.set(ends_at);
    assert!(!valid(&old).await && valid(&new).await);
    app.post(&tenant.admin, &path, json!({})).await.problem(409);
    let third = app.post(&tenant.admin, &format!("/v1/api-keys/{}/rotations", text(&new["id"])), json!({})).await.json(201);
    assert_eq!(third["lineage_id"], old["id"]);
}

#[tokio::test]
async fn two_rotations_at_once_make_one_successor() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    let old = app.post(&tenant.admin, "/v1/api-keys", json!({"role": "staff"})).await.json(201);
    let path = format!("/v1/api-keys/{}/rotations", text(&old["id"]));
    let rotate = || app.post(&tenant.admin, &path, json!({}));
    let (a, b, c) = tokio::join!(rotate(), rotate(), rotate());
    let mut statuses = [a.status.as_u16(), b.status.as_u16(), c.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409, 409]);
}

#[tokio::test]
async fn a_successor_lives_as_long_as_the_key_was_made_for_and_the_old_one_no_longer_than_it_was_to() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    let end = now() + TimeDelta::days(3);
    let old = app.post(&tenant.admin, "/v1/api-keys", json!({"role": "reader", "expires_at": end})).await.json(201);
    app.clock.set(now() + TimeDelta::days(1));
    let path = format!("/v1/api-keys/{}/rotations", text(&old["id"]));
    let new = app.post(&tenant.admin, &path, json!({})).await.json(201);
    assert_eq!(new["expires_at"], json!(now() + TimeDelta::days(4)));
    let list = app.get(&tenant.admin, "/v1/api-keys").await.json(200);
    let listed = list["items"].as_array().unwrap().iter().find(|key| key["id"] == old["id"]).unwrap();
    assert_eq!(listed["expires_at"], json!(end));
    app.clock.set(end);
    app.get(&text(&old["key"]), "/v1/members").await.problem(401);
}

#[rstest]
#[case(TimeDelta::zero())]
#[case(TimeDelta::days(-1))]
#[case(TimeDelta::days(31))]
#[tokio::test]
async fn an_overlap_is_a_time_to_come_and_at_most_thirty_days(#[case] after: TimeDelta) {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    let old = app.post(&tenant.admin, "/v1/api-keys", json!({"role": "staff"})).await.json(201);
    let path = format!("/v1/api-keys/{}/rotations", text(&old["id"]));
    assert_eq!(app.post(&tenant.admin, &path, json!({"expires_at": now() + after})).await.faults(422), ["expires_at"]);
    if after <= TimeDelta::zero() {
        let made = app.post(&tenant.admin, "/v1/api-keys", json!({"role": "staff", "expires_at": now() + after})).await;
        assert_eq!(made.faults(422), ["expires_at"]);
    }
}

#[tokio::test]
async fn a_key_is_refused_by_the_next_request_after_it_was_revoked_on_an_open_connection_too() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    let made = app.post(&tenant.admin, "/v1/api-keys", json!({"role": "staff"})).await.json(201);
    let key = text(&made["key"]);
    // A connection of its own, kept open over the revocation.
    let mut stream = tokio::net::TcpStream::connect(app.address()).await.unwrap();
    assert!(ask(&mut stream, &key).await.starts_with("HTTP/1.1 200"));
    assert_eq!(app.delete(&tenant.admin, &format!("/v1/api-keys/{}", text(&made["id"]))).await.status, 204);
    assert!(ask(&mut stream, &key).await.starts_with("HTTP/1.1 401"));
    app.post(&tenant.admin, &format!("/v1/api-keys/{}/rotations", text(&made["id"])), json!({})).await.problem(409);
}

/// One answer on a connection that stays open.
async fn ask(stream: &mut tokio::net::TcpStream, key: &str) -> String {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let request = format!("GET /v1/members HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {key}\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    let mut byte = [0];
    while !answer.ends_with("\r\n\r\n") {
        stream.read_exact(&mut byte).await.unwrap();
        answer.push(char::from(byte[0]));
    }
    let length = answer.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ").map(str::to_owned)).unwrap();
    let mut body = vec![0; length.parse().unwrap()];
    stream.read_exact(&mut body).await.unwrap();
    answer
}

#[tokio::test]
async fn when_a_key_was_used_is_noted_to_the_minute() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    let made = app.post(&tenant.admin, "/v1/api-keys", json!({"role": "staff"})).await.json(201);
    let used = async || {
        let list = app.get(&tenant.admin, "/v1/api-keys").await.json(200);
        list["items"].as_array().unwrap().iter().find(|key| key["id"] == made["id"]).unwrap()["last_used_at"].clone()
    };
    assert_eq!(used().await, Value::Null);
    for (seconds, noted) in [(0, 0), (59, 0), (60, 60), (70, 60)] {
        app.clock.set(now() + TimeDelta::seconds(seconds));
        app.get(&text(&made["key"]), "/v1/members").await.json(200);
        assert_eq!(used().await, json!(now() + TimeDelta::seconds(noted)), "{seconds}");
    }
}
