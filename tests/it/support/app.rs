//! The program's HTTP door on a real socket over a database of its own, and how a test calls it.

use std::{num::NonZeroU32, time::Duration};

use accredit::{
    api::{self, Api, Manners, SignIn},
    db::{
        Db,
        api_keys::{self, ApiKeyEntry},
        institutions,
        operator_keys::{self, OperatorKeyEntry},
    },
    github,
    identity::{self, github::GitHub},
    jobs::{Tools, Worker, WorkerSettings},
    model::{
        actor::{Actor, Person},
        api_key::{ApiKey, OperatorKey},
        clock::Clock,
        ids::{InstitutionId, MemberId, OperatorKeyId},
        institution::{Institution, Role},
    },
    sample,
};
use chrono::{DateTime, TimeDelta, Utc};
use reqwest::{
    Method, StatusCode,
    header::{HeaderMap, HeaderName},
};
use serde_json::Value;
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

use super::{TestDatabase, register};

/// When all of these tests happen.
pub fn now() -> DateTime<Utc> {
    "2026-02-01T08:00:00Z".parse().unwrap()
}

/// Nothing is too much, as far as the test's database goes.
pub fn lenient() -> Manners {
    let most = NonZeroU32::new(1_000_000).unwrap();
    Manners { per_second: most, burst: most, at_once: 4, allowed_origins: Vec::new(), https: false }
}

/// A running server. Dropped, it stops.
pub struct TestApp {
    pub database: TestDatabase,
    pub clock: Clock,
    base: String,
    http: reqwest::Client,
    stop: Option<oneshot::Sender<()>>,
    serving: Option<JoinHandle<()>>,
}

/// An institution and a key of each role.
pub struct Tenant {
    pub id: InstitutionId,
    pub reader: String,
    pub reviewer: String,
    pub staff: String,
    pub admin: String,
}

impl Tenant {
    /// The key of a role that sees the institution. A student's is made for one member: [`TestApp::student`].
    pub fn key(&self, role: Role) -> &str {
        match role {
            Role::Student => panic!("a student's key is one member's"),
            Role::Reader => &self.reader,
            Role::Reviewer => &self.reviewer,
            Role::Staff => &self.staff,
            Role::Admin => &self.admin,
        }
    }
}

/// The OAuth app at a sample GitHub.
pub fn oauth_app(github: &sample::Server) -> GitHub {
    let (id, secret) = github.oauth_app();
    GitHub::new(&github.base_url(), id, Some(secret)).unwrap()
}

/// What the door works with, at the address `base`.
pub fn door(db: &Db, clock: &Clock, base: &str) -> Api {
    let sign_in = SignIn {
        providers: identity::Client::new().unwrap(),
        public_url: base.parse().unwrap(),
        lifetime: TimeDelta::hours(12),
        idle: TimeDelta::minutes(60),
    };
    Api { db: db.clone(), clock: clock.clone(), sign_in, github: None, sealing: Some(register::sealing_key()) }
}

impl TestApp {
    /// One that lets its callers ask as much as they like.
    pub async fn start() -> Self {
        Self::start_with(&lenient()).await
    }

    /// One that was not given a key to seal secrets with.
    pub async fn start_unsealed() -> Self {
        Self::start_as(&lenient(), |api| api.sealing = None).await
    }

    pub async fn start_with(manners: &Manners) -> Self {
        Self::start_as(manners, |_| ()).await
    }

    /// One whose door is changed before it opens.
    pub async fn start_as(manners: &Manners, change: impl FnOnce(&mut Api)) -> Self {
        let database = TestDatabase::new().await;
        let clock = Clock::fixed(now());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let mut door = door(database.db(), &clock, &base);
        change(&mut door);
        let router = api::router(door, manners);
        let (stop, stopped) = oneshot::channel();
        let serving = tokio::spawn(async move {
            let stopped = async {
                // Dropping the sender is the sign.
                let _ = stopped.await;
            };
            api::serve(listener, router, stopped).await.unwrap();
        });
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Self { database, clock, base, http, stop: Some(stop), serving: Some(serving) }
    }

    /// Where browsers find it.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Where the server listens: `host:port`.
    pub fn address(&self) -> &str {
        self.base.trim_start_matches("http://")
    }

    /// Tells the server to stop and waits until it has.
    pub async fn stop(&mut self) {
        drop(self.stop.take());
        self.serving.take().unwrap().await.unwrap();
    }

    /// A new institution with a key of each role.
    pub async fn tenant(&self, slug: &str) -> Tenant {
        let institution = Institution {
            id: InstitutionId::new(now()),
            slug: slug.to_owned(),
            name: format!("University of {slug}"),
            timezone: chrono_tz::Asia::Shanghai,
            created_at: now(),
        };
        let mut tx = self.database.db().begin_as(institution.id).await.unwrap();
        institutions::insert(&mut tx, &institution).await.unwrap();
        tx.commit().await.unwrap();
        Tenant {
            id: institution.id,
            reader: self.key(institution.id, Role::Reader, None).await,
            reviewer: self.key(institution.id, Role::Reviewer, None).await,
            staff: self.key(institution.id, Role::Staff, None).await,
            admin: self.key(institution.id, Role::Admin, None).await,
        }
    }

    /// A key with which a student sees this member.
    pub async fn student(&self, institution: InstitutionId, member: MemberId) -> String {
        self.key(institution, Role::Student, Some(member)).await
    }

    /// A key of whoever runs the program.
    pub async fn operator(&self) -> (OperatorKeyId, String) {
        let half = *uuid::Uuid::new_v4().as_bytes();
        let key = OperatorKey::new([half, half].concat().try_into().unwrap());
        let entry = OperatorKeyEntry { id: OperatorKeyId::new(now()), holder: "An operator".into(), created_at: now(), revoked_at: None };
        let mut tx = self.database.db().begin_as_operator().await.unwrap();
        operator_keys::insert(&mut tx, &entry, &key.hash()).await.unwrap();
        tx.commit().await.unwrap();
        (entry.id, key.reveal().to_owned())
    }

    async fn key(&self, institution: InstitutionId, role: Role, member: Option<MemberId>) -> String {
        // One after the other, so that their order is known.
        let made_at = now()
            - TimeDelta::seconds(match role {
                Role::Student => 5,
                Role::Reader => 4,
                Role::Reviewer => 3,
                Role::Staff => 2,
                Role::Admin => 1,
            });
        // Each is another person's.
        let holder = Person { name: format!("A {role}"), member };
        let entry = ApiKeyEntry::new(role, holder, None, made_at);
        let half = *uuid::Uuid::new_v4().as_bytes();
        let key = ApiKey::new(institution, [half, half].concat().try_into().unwrap());
        let mut tx = self.database.db().begin_as(institution).await.unwrap();
        api_keys::insert(&mut tx, &entry, &key.hash(), &Actor::Operator).await.unwrap();
        tx.commit().await.unwrap();
        key.reveal().to_owned()
    }

    /// Does the jobs that are waiting, against a GitHub that nobody answers for.
    pub async fn work(&self) {
        let github = github::Client::new(&"http://127.0.0.1:9".parse().unwrap(), None).unwrap();
        let tools = Tools { db: self.database.db().clone(), github, clock: self.clock.clone() };
        let worker = Worker::start(tools, WorkerSettings::default(), std::future::pending()).await.unwrap();
        worker.run_once().await.unwrap();
    }

    /// Waits until so many connections of this test's database wait for a lock.
    pub async fn locked_out(&self, connections: i64) {
        let mut watching = self.database.owner().await;
        let waiting = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
        while sqlx::query_scalar::<_, i64>(waiting).fetch_one(&mut watching).await.unwrap() < connections {
            tokio::task::yield_now().await;
        }
    }

    pub async fn get(&self, key: &str, path: &str) -> Answer {
        self.call(Method::GET, path, key, &[], None).await
    }

    pub async fn delete(&self, key: &str, path: &str) -> Answer {
        self.call(Method::DELETE, path, key, &[], None).await
    }

    pub async fn post(&self, key: &str, path: &str, body: Value) -> Answer {
        self.call(Method::POST, path, key, &[], Some(("application/json", body.to_string().into()))).await
    }

    pub async fn patch(&self, key: &str, path: &str, body: Value) -> Answer {
        self.call(Method::PATCH, path, key, &[], Some(("application/json", body.to_string().into()))).await
    }

    /// Any request. An empty key sends none.
    pub async fn call(&self, method: Method, path: &str, key: &str, headers: &[(&str, &str)], body: Option<(&str, Vec<u8>)>) -> Answer {
        let mut request = self.http.request(method, format!("{}{path}", self.base)).timeout(Duration::from_secs(60));
        if !key.is_empty() {
            request = request.bearer_auth(key);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some((kind, body)) = body {
            request = request.header("content-type", kind).body(body);
        }
        let response = request.send().await.unwrap_or_else(|error| panic!("{path}: {error}"));
        let (status, headers) = (response.status(), response.headers().clone());
        Answer { status, headers, body: response.bytes().await.unwrap().to_vec() }
    }
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    /// The JSON of an answer that must have this status.
    #[track_caller]
    pub fn json(&self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text());
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// The problem of an answer that must have this status.
    #[track_caller]
    pub fn problem(&self, status: u16) -> Value {
        let problem = self.json(status);
        assert_eq!(self.header("content-type"), Some("application/problem+json"));
        assert_eq!(problem["status"], status);
        assert!(problem["type"].as_str().unwrap().starts_with("urn:accredit:problem:"), "{problem}");
        problem
    }

    /// The fields that a 422 or 409 finds fault with.
    #[track_caller]
    pub fn faults(&self, status: u16) -> Vec<String> {
        let problem = self.problem(status);
        let faults = problem["errors"].as_array().unwrap_or_else(|| panic!("no errors: {problem}"));
        faults.iter().map(|fault| fault["field"].as_str().unwrap().to_owned()).collect()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name.parse::<HeaderName>().unwrap()).map(|value| value.to_str().unwrap())
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}
