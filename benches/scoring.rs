//! How long a term of a million contributions of 50,000 people takes to score, totals stored, next to one SQL aggregate that does the
//! like (weights, a cap a day, a logarithm of the size) and writes a table. Bound: no longer than that. `cargo bench --bench scoring`
//!
//! The last figure is the job itself, which also stores a line with its reasons for each of the million contributions.
#![allow(clippy::unwrap_used, reason = "a bench may fail where it stands")]

mod support;

use std::{collections::HashMap, sync::Arc};

use accredit::{
    credits,
    db::{self, Db, evaluations, members::Scored, scores},
    github,
    jobs::{Tools, Worker, WorkerSettings},
    model::{
        clock::Clock,
        contribution::ByAccount,
        ids::{EvaluationId, InstitutionId, PolicyId, RepositoryId, TermId},
        job::ScoreTerm,
        member_score::Computed,
        policy::Policy,
        term::{Term, Window},
    },
    scoring::{self, Context, Subject},
};
use rayon::prelude::*;
use sqlx::{Connection as _, Executor as _, PgConnection};
use support::{CONTRIBUTIONS, Ground, PEOPLE};

const BATCH: u64 = 20_000;
const MEMBERS_AT_A_TIME: usize = 2_000;
const ZONE: chrono_tz::Tz = chrono_tz::Asia::Shanghai;

const POLICY: &str = r#"
name = "bench"
version = "1"
[categories.community]
[[rules]]
id = "pull-request"
kind = "pull_request"
requires = ["merged"]
points = 10
size = [{ from = 0, factor = "0.5" }, { from = 10, factor = "1" }, { from = 100, factor = "1.5" }, { from = 500, factor = "2" }]
[[rules]]
id = "review"
kind = "review"
points = 4
[[rules]]
id = "review-comment"
kind = "review_comment"
points = 1
[[rules]]
id = "comment"
kind = "issue_comment"
points = "0.5"
[[limits]]
per = "day"
points = 20
[credits]
points_per_credit = 50
step = "0.5"
rounding = "down"
cap = "4"
"#;

/// What a university would write in SQL: the same joins and window, weights by kind, a cap a day, a total a person.
const AGGREGATE: &str = "create table totals as
    select member_id, sum(least(points, 20)) as points from (
      select m.member_id, (c.occurred_at at time zone 'Asia/Shanghai')::date as day,
        sum(case c.kind when 'pull_request' then 10 * ln(1 + coalesce(c.effective_lines, 0)::float8) / ln(100::float8)
                        when 'review' then 4 when 'review_comment' then 1 else 0.5 end) as points
      from contributions c
      join tracked_repositories t on t.repository_id = c.repository_id
      join members m on m.github_id = c.account_id and m.institution_id = t.institution_id and m.removed_at is null
      where c.occurred_at >= '2026-01-31T16:00:00Z' and c.occurred_at < '2026-07-31T16:00:00Z'
        and (c.kind <> 'pull_request' or c.state = 'merged') and not c.by_bot
      group by m.member_id, day) as days
    group by member_id";

fn main() {
    support::on_a_fresh_cluster(run);
}

async fn run(Ground { db, mut owner }: Ground) {
    let field = Arc::new(prepare(&db, &mut owner).await);
    let (by_sql, ()) = support::timed(support::execute(&mut owner, AGGREGATE)).await;
    let totals = new_evaluation(&db, &field).await;
    let (ours, ()) = support::timed(score_totals(&db, &field, totals)).await;
    support::say("one SQL aggregate written to a table, ms", by_sql.as_millis());
    support::say("scored by us, totals stored, ms", ours.as_millis());
    support::say("ours / SQL (bound: at most 1.00)", format!("{:.2}", ours.as_secs_f64() / by_sql.as_secs_f64()));

    let whole = new_evaluation(&db, &field).await;
    enqueue(&db, &field, whole).await;
    let url = "http://127.0.0.1:9".parse().unwrap();
    let tools = Tools { db: db.clone(), github: github::Client::new(&url, None).unwrap(), clock: Clock::fixed(support::term_start()) };
    let worker = Worker::start(tools, WorkerSettings::default(), std::future::pending()).await.unwrap();
    let (job, ()) = support::timed(async { worker.run_once().await.unwrap() }).await;
    require_done(&db, &field, whole).await;
    support::say("the job, a line for every contribution stored, ms", job.as_millis());
    support::say_memory();
}

/// What is scored.
struct Field {
    institution: InstitutionId,
    term: TermId,
    window: Window,
    policy_id: PolicyId,
    policy: Policy,
}

async fn prepare(db: &Db, owner: &mut PgConnection) -> Field {
    let now = support::term_start();
    let repository = support::insert_repository(owner).await;
    let (institution, policy_id) = (InstitutionId::new(now), PolicyId::new(now));
    let policy = scoring::policy::parse("bench.toml", POLICY).unwrap();
    let term = Term {
        id: TermId::new(now),
        code: "2025-2026-2".into(),
        name: "Spring".into(),
        starts_on: "2026-02-01".parse().unwrap(),
        ends_on: "2026-07-31".parse().unwrap(),
    };
    insert_registers(owner, institution, repository).await;
    let mut tx = db.begin_as(institution).await.unwrap();
    db::terms::insert(&mut tx, &term, now).await.unwrap();
    let stored = db::policies::StoredPolicy {
        id: policy_id,
        name: policy.name.clone(),
        version: policy.version.clone(),
        hash: policy.hash.clone(),
        source: POLICY.to_owned(),
        created_at: now,
    };
    db::policies::insert(&mut tx, &stored).await.unwrap();
    tx.commit().await.unwrap();
    for from in (0..CONTRIBUTIONS).step_by(usize::try_from(BATCH).unwrap()) {
        let records: Vec<_> = (from..from + BATCH).map(|n| support::record(repository, n)).collect();
        let mut tx = db.begin().await.unwrap();
        db::contributions::insert_batch(&mut tx, &records, now).await.unwrap();
        tx.commit().await.unwrap();
    }
    support::execute(owner, "vacuum analyze").await;
    Field { institution, term: term.id, window: term.window(ZONE), policy_id, policy }
}

/// As the owner of the tables, whom `row_security` does not bind on this server.
async fn insert_registers(owner: &mut PgConnection, institution: InstitutionId, repository: RepositoryId) {
    let id = institution.0;
    let mut tx = owner.begin().await.unwrap();
    for statement in [
        format!("insert into institutions values ('{id}', 'bench', 'Bench', '{ZONE}', now())"),
        format!(
            "insert into members (institution_id, member_id, number, name, role, github_login, github_id, account_state, created_at, updated_at)
             select '{id}', gen_random_uuid(), n::text, 'Member ' || n, 'student', 'login-' || n, n, 'linked', now(), now()
             from generate_series(1, {PEOPLE}) n"
        ),
        format!("insert into tracked_repositories values ('{id}', '{}', 'community', now())", repository.0),
    ] {
        tx.execute(sqlx::AssertSqlSafe(statement)).await.unwrap();
    }
    tx.commit().await.unwrap();
}

async fn new_evaluation(db: &Db, field: &Field) -> EvaluationId {
    let id = EvaluationId::new(support::term_start());
    let mut tx = db.begin_as(field.institution).await.unwrap();
    evaluations::insert(&mut tx, id, field.term, field.policy_id, support::term_start()).await.unwrap().unwrap();
    tx.commit().await.unwrap();
    id
}

/// The job's own road, less the lines: the next members are scored while the last ones are stored.
async fn score_totals(db: &Db, field: &Arc<Field>, evaluation: EvaluationId) {
    let mut tx = db.begin_as_of_now(field.institution).await.unwrap();
    let repositories = db::repositories::list_contexts(&mut tx).await.unwrap().into_iter().map(|context| (context.id, context)).collect();
    let context = Context {
        window: field.window,
        zone: ZONE,
        as_of: field.window.until,
        repositories,
        reverted: HashMap::new(),
        copies: HashMap::new(),
        shares: HashMap::new(),
    };
    let members = db::members::list_for_scoring(&mut tx).await.unwrap();
    let contributions = ByAccount::new(db::contributions::list_for_scoring(&mut tx, field.window).await.unwrap());
    let ground = Arc::new((Arc::clone(field), context, members, contributions));
    let think = |from: usize| {
        let ground = Arc::clone(&ground);
        tokio::task::spawn_blocking(move || {
            let (field, context, members, contributions) = &*ground;
            members
                .par_iter()
                .skip(from)
                .take(MEMBERS_AT_A_TIME)
                .map(|member| total(field, context, member, contributions))
                .collect::<Vec<_>>()
        })
    };
    let mut thinking = think(0);
    for next in (MEMBERS_AT_A_TIME..ground.2.len() + MEMBERS_AT_A_TIME).step_by(MEMBERS_AT_A_TIME) {
        let found = thinking.await.unwrap();
        thinking = think(next);
        scores::insert_batch(&mut tx, evaluation, &found).await.unwrap();
    }
    tx.commit().await.unwrap();
}

fn total(field: &Field, context: &Context, member: &Scored, contributions: &ByAccount) -> scores::NewScore {
    let account = member.account.unwrap();
    let subject = Subject::new(member.id, account);
    let total = scoring::total(&field.policy, &subject, context, contributions.of(account));
    let decision = credits::decide(&field.policy.credits, total.points, subject.prior.credits, &total.unmet);
    let credits_reason = serde_json::to_string(&decision.reason).unwrap();
    let computed = Computed { points: total.points, credits: decision.credits, credits_reason };
    scores::NewScore {
        member: member.id,
        account: Some(account),
        github_login: member.github_login.clone(),
        computed: Some(computed),
        lines: Vec::new(),
    }
}

async fn enqueue(db: &Db, field: &Field, evaluation: EvaluationId) {
    let mut tx = db.begin_as(field.institution).await.unwrap();
    let job = ScoreTerm { institution_id: field.institution, evaluation_id: evaluation };
    db::queue::enqueue(&mut tx, &job, None).await.unwrap();
    tx.commit().await.unwrap();
}

async fn require_done(db: &Db, field: &Field, evaluation: EvaluationId) {
    let mut tx = db.begin_as(field.institution).await.unwrap();
    let evaluation = evaluations::get(&mut tx, evaluation).await.unwrap().unwrap();
    assert_eq!(evaluation.error, None);
    assert!(evaluation.finished_at.is_some());
}
