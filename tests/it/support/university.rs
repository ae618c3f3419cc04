//! A university on a database of its own, with a worker at hand and a GitHub to fetch from.

use std::sync::Arc;

use accredit::{
    db::{self, evaluations, syncs},
    github,
    jobs::{Tools, Worker, WorkerSettings},
    model::{
        actor::Actor,
        clock::Clock,
        ids::{EvaluationId, InstitutionId, MemberId, PolicyId, RepositoryId, SyncId, TermId},
        institution::Institution,
        job::LinkAccounts,
        member::MemberRole,
        term::Term,
        work::{Evaluation, Sync},
    },
    sample, scoring,
};
use chrono::{DateTime, Utc};

use super::TestDatabase;

pub struct University {
    pub database: Arc<TestDatabase>,
    pub id: InstitutionId,
    pub clock: Clock,
    pub tools: Tools,
}

impl University {
    /// One that fetches from `server`, at `now` by its own clock.
    pub async fn new(server: &sample::Server, now: DateTime<Utc>) -> Self {
        let database = TestDatabase::new().await;
        let clock = Clock::fixed(now);
        let github = github::Client::new(&server.base_url(), Some(&server.token())).unwrap();
        let tools = Tools { db: database.db().clone(), github, clock: clock.clone() };
        Self::found(Arc::new(database), clock, tools, "university").await
    }

    /// Another institution on the same database, with the same GitHub.
    pub async fn neighbour(&self, slug: &str) -> Self {
        Self::found(Arc::clone(&self.database), self.clock.clone(), self.tools.clone(), slug).await
    }

    async fn found(database: Arc<TestDatabase>, clock: Clock, tools: Tools, slug: &str) -> Self {
        let now = clock.now();
        let institution = Institution {
            id: InstitutionId::new(now),
            slug: slug.into(),
            name: slug.into(),
            timezone: chrono_tz::Asia::Shanghai,
            created_at: now,
        };
        let mut tx = database.db().begin_as(institution.id).await.unwrap();
        db::institutions::insert(&mut tx, &institution).await.unwrap();
        tx.commit().await.unwrap();
        Self { database, id: institution.id, clock, tools }
    }

    pub async fn begin(&self) -> db::InstitutionTx {
        self.database.db().begin_as(self.id).await.unwrap()
    }

    /// Registers students with these logins, numbered in their order, and links their accounts.
    pub async fn enrol<'a>(&self, logins: impl IntoIterator<Item = &'a str>) -> Vec<MemberId> {
        let now = self.clock.now();
        let mut tx = self.begin().await;
        let mut ids = Vec::new();
        for (at, login) in logins.into_iter().enumerate() {
            let id = MemberId::new(now);
            let profile = db::members::Profile {
                number: format!("{at:010}"),
                name: login.to_owned(),
                role: MemberRole::Student,
                unit: None,
                github_login: Some(login.to_owned()),
            };
            db::members::insert(&mut tx, id, &profile, &Actor::Operator, now).await.unwrap();
            ids.push(id);
        }
        db::queue::enqueue(&mut tx, &LinkAccounts { institution_id: self.id }, None).await.unwrap();
        tx.commit().await.unwrap();
        self.work().await;
        ids
    }

    pub async fn track(&self, full_name: &str, category: &str, members: &[MemberId]) -> RepositoryId {
        let now = self.clock.now();
        let registration =
            db::repositories::Registration { full_name: full_name.parse().unwrap(), category: category.into(), members: members.to_vec() };
        let mut tx = self.begin().await;
        let id = db::repositories::track(&mut tx, RepositoryId::new(now), &registration, &Actor::Operator, now).await.unwrap();
        tx.commit().await.unwrap();
        id
    }

    /// Asks for a fetch, without a worker doing it.
    pub async fn ask_for_sync(&self, repository: RepositoryId) -> SyncId {
        let now = self.clock.now();
        let mut tx = self.begin().await;
        let sync = db::queue::request_sync(&mut tx, repository, SyncId::new(now), now).await.unwrap();
        tx.commit().await.unwrap();
        sync.id
    }

    pub async fn get_sync(&self, id: SyncId) -> Sync {
        syncs::get(&mut self.begin().await, id).await.unwrap().unwrap()
    }

    /// Fetches, by a worker, and does what a fetch asks for at its end.
    pub async fn sync(&self, repository: RepositoryId) -> Sync {
        let id = self.ask_for_sync(repository).await;
        self.work().await;
        self.work().await;
        self.get_sync(id).await
    }

    pub async fn add_term(&self, code: &str, starts_on: &str, ends_on: &str) -> TermId {
        let now = self.clock.now();
        let term = Term {
            id: TermId::new(now),
            code: code.into(),
            name: code.into(),
            starts_on: starts_on.parse().unwrap(),
            ends_on: ends_on.parse().unwrap(),
        };
        let mut tx = self.begin().await;
        db::terms::insert(&mut tx, &term, now).await.unwrap();
        tx.commit().await.unwrap();
        term.id
    }

    pub async fn adopt(&self, source: &str) -> PolicyId {
        let now = self.clock.now();
        let policy = scoring::policy::parse("policy.toml", source).unwrap();
        let stored = db::policies::StoredPolicy {
            id: PolicyId::new(now),
            name: policy.name,
            version: policy.version,
            hash: policy.hash,
            source: source.to_owned(),
            created_at: now,
        };
        let mut tx = self.begin().await;
        db::policies::insert(&mut tx, &stored, &Actor::Operator).await.unwrap();
        tx.commit().await.unwrap();
        stored.id
    }

    pub async fn ask_for_evaluation(&self, term: TermId, policy: PolicyId) -> EvaluationId {
        let now = self.clock.now();
        let mut tx = self.begin().await;
        let id = EvaluationId::new(now);
        db::queue::request_evaluation(&mut tx, id, term, policy, &Actor::Operator, now).await.unwrap().unwrap();
        tx.commit().await.unwrap();
        id
    }

    pub async fn get_evaluation(&self, id: EvaluationId) -> Evaluation {
        evaluations::get(&mut self.begin().await, id).await.unwrap().unwrap()
    }

    /// Scores, by a worker.
    pub async fn evaluate(&self, term: TermId, policy: PolicyId) -> Evaluation {
        let id = self.ask_for_evaluation(term, policy).await;
        self.work().await;
        let evaluation = self.get_evaluation(id).await;
        assert_eq!(evaluation.error, None);
        evaluation
    }

    /// A worker like any other.
    pub async fn worker(&self) -> Worker {
        Worker::start(self.tools.clone(), WorkerSettings::default(), std::future::pending()).await.unwrap()
    }

    /// Does all that is due now.
    pub async fn work(&self) {
        self.worker().await.run_once().await.unwrap();
    }
}
