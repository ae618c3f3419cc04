//! How long a term of a million contributions of 50,000 people takes to score, totals stored, next to one SQL aggregate that does the
//! like (weights, a cap a day, a logarithm of the size) and writes a table. Bound: no longer than that. `cargo bench --bench scoring`
//!
//! Then the job itself, which also stores a line with its reasons for each of the million contributions.
//!
//! Last the richest of the rule books (credits for innovation and entrepreneurship), lines kept for those who get credit: everybody, and
//! then those alone whom a change touched. Bounds: 1.5 times the aggregate; for 1 % of the people 6 % of that, for 0.1 % 0.5 %. The rule
//! book lists two of the ten repositories of this bench, so a fifth of the people get credit. The worst case, where it lists them all and
//! everybody gets credit, is printed without a bound.
#![allow(clippy::unwrap_used, reason = "a bench may fail where it stands")]

mod support;

use std::{collections::HashMap, sync::Arc, time::Duration};

use accredit::{
    credits,
    db::{self, Db, evaluations, members::Scored, scores},
    github,
    jobs::{self, Lines, Tools, Worker, WorkerSettings},
    model::{
        actor::Actor,
        clock::Clock,
        contribution::{ByAccount, Record},
        ids::{EvaluationId, InstitutionId, PolicyId, RepositoryId, TermId},
        job::ScoreTerm,
        member_score::Computed,
        policy::Policy,
        term::{Term, Window},
    },
    scoring::{self, Context, Subject},
};
use chrono::TimeDelta;
use rayon::prelude::*;
use sqlx::{Connection as _, Executor as _, PgConnection};
use support::{CONTRIBUTIONS, Ground, PEOPLE};

const BATCH: u64 = 20_000;
const MEMBERS_AT_A_TIME: usize = 2_000;
/// So many from outside does the richest rule book want in a repository.
const OUTSIDERS: usize = 3;
/// Each member works in one of so many repositories, and the richest rule book lists the first of them.
const REPOSITORIES: usize = 10;
const LISTED: usize = 2;
const RICHEST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/seeds/policies/innovation-credit.toml");
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
      join bindings b on b.github_id = c.account_id and b.institution_id = t.institution_id
      join members m on m.member_id = b.member_id and m.institution_id = b.institution_id and m.removed_at is null
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
    // The term is over, and so is every waiting time.
    let clock = Clock::fixed(support::term_start() + TimeDelta::days(400));
    let tools = Tools { db: db.clone(), github: github::Client::new(&url, None).unwrap(), clock };
    let worker = Worker::start(tools.clone(), WorkerSettings::default(), std::future::pending()).await.unwrap();
    let (job, ()) = support::timed(async { worker.run_once().await.unwrap() }).await;
    require_done(&db, &field, whole).await;
    follow_changes(&tools, &field, &mut owner, by_sql).await;
    support::say("the job, a line for every contribution stored, ms", job.as_millis());
    support::say_memory();
}

/// The richest of the rule books, for these repositories in place of those that it lists.
fn richest(listed: &[RepositoryId]) -> String {
    let names: Vec<String> = listed.iter().map(|id| format!("\"bench/{id}\"")).collect();
    let allow = format!("allow = [{}]", names.join(", "));
    let text = std::fs::read_to_string(RICHEST).unwrap();
    let lines = text.lines().map(|line| if line.starts_with("allow = ") { &allow } else { line });
    lines.collect::<Vec<_>>().join("\n")
}

/// Everybody under the richest rule book; then, twice, some people's pull requests change and they are scored anew.
async fn follow_changes(tools: &Tools, field: &Field, owner: &mut PgConnection, by_sql: Duration) {
    let worst = adopt(&tools.db, field.institution, &richest(&field.repositories).replace("2025.1", "worst")).await;
    let policy = adopt(&tools.db, field.institution, &richest(&field.repositories[..LISTED])).await;
    support::execute(owner, "vacuum analyze").await;
    let (all, _) = score_all(tools, field, worst).await;
    support::say("richest rule book, everybody gets credit, ms (no bound)", all.as_millis());
    support::execute(owner, "vacuum analyze").await;
    let (full, mut head) = score_all(tools, field, policy).await;
    support::say("richest rule book, everybody, lines of those with credit, ms", full.as_millis());
    support::say("  / SQL (bound: at most 1.50)", format!("{:.2}", full.as_secs_f64() / by_sql.as_secs_f64()));
    for (people, what, bound) in [(PEOPLE / 100, "1 %", 0.06), (PEOPLE / 1_000, "0.1 %", 0.005)] {
        let change = format!(
            "update contributions set effective_lines = effective_lines + 1, state = case when effective_lines % 7 = 0
            then 'closed' else state end where kind = 'pull_request' and account_id <= {people}"
        );
        owner.execute(sqlx::AssertSqlSafe(change)).await.unwrap();
        let job = ScoreTerm { institution_id: field.institution, evaluation_id: head };
        let (part, next) = support::timed(async { jobs::rescore_now(tools, &job, Lines::Awarded).await.unwrap().unwrap() }).await;
        support::say(&format!("{what} of the people changed: scored anew, ms"), part.as_millis());
        support::say(&format!("  / everybody (bound: at most {bound})"), format!("{:.4}", part.as_secs_f64() / full.as_secs_f64()));
        let (_, everybody) = score_all(tools, field, policy).await;
        let mut tx = tools.db.begin_as(field.institution).await.unwrap();
        let different = scores::list_different(&mut tx, next, everybody, None, 10).await.unwrap();
        assert_eq!(different, [], "the results are not those of scoring everybody");
        head = next;
    }
}

async fn score_all(tools: &Tools, field: &Field, policy: PolicyId) -> (Duration, EvaluationId) {
    let id = EvaluationId::new(tools.clock.now());
    let mut tx = tools.db.begin_as(field.institution).await.unwrap();
    evaluations::insert(&mut tx, id, field.term, policy, tools.clock.now()).await.unwrap().unwrap();
    tx.commit().await.unwrap();
    let job = ScoreTerm { institution_id: field.institution, evaluation_id: id };
    let (took, ()) = support::timed(async { jobs::score_now(tools, &job, Lines::Awarded).await.unwrap() }).await;
    (took, id)
}

/// What is scored.
struct Field {
    institution: InstitutionId,
    term: TermId,
    window: Window,
    policy_id: PolicyId,
    policy: Policy,
    repositories: Vec<RepositoryId>,
}

async fn prepare(db: &Db, owner: &mut PgConnection) -> Field {
    let now = support::term_start();
    let mut repositories = Vec::new();
    for _ in 0..REPOSITORIES {
        repositories.push(support::insert_repository(owner).await);
    }
    let institution = InstitutionId::new(now);
    let policy = scoring::policy::parse("bench.toml", POLICY).unwrap();
    let term = Term {
        id: TermId::new(now),
        code: "2025-2026-2".into(),
        name: "Spring".into(),
        starts_on: "2026-02-01".parse().unwrap(),
        ends_on: "2026-07-31".parse().unwrap(),
    };
    insert_registers(owner, institution).await;
    let mut tx = db.begin_as(institution).await.unwrap();
    db::terms::insert(&mut tx, &term, now).await.unwrap();
    tx.commit().await.unwrap();
    let policy_id = adopt(db, institution, POLICY).await;
    for from in (0..CONTRIBUTIONS).step_by(usize::try_from(BATCH).unwrap()) {
        let records: Vec<_> = (from..from + BATCH).map(|n| record(&repositories, n)).collect();
        let mut tx = db.begin().await.unwrap();
        db::contributions::insert_batch(&mut tx, &records, now).await.unwrap();
        tx.commit().await.unwrap();
    }
    let outsiders: Vec<_> =
        (1..).zip(repositories.iter().flat_map(|id| [*id; OUTSIDERS])).map(|(n, id)| support::outsider(id, n)).collect();
    let mut tx = db.begin().await.unwrap();
    db::accounts::insert_batch(&mut tx, &outsiders.iter().map(|(account, _)| account.clone()).collect::<Vec<_>>(), now).await.unwrap();
    let theirs: Vec<_> = outsiders.into_iter().map(|(_, record)| record).collect();
    db::contributions::insert_batch(&mut tx, &theirs, now).await.unwrap();
    tx.commit().await.unwrap();
    support::execute(owner, "vacuum analyze").await;
    Field { institution, term: term.id, window: term.window(ZONE), policy_id, policy, repositories }
}

/// The `n`-th contribution, in the repository of its author.
fn record(repositories: &[RepositoryId], n: u64) -> Record {
    let mut record = support::record(repositories[0], n);
    let account = usize::try_from(record.contribution.account.unwrap().0).unwrap();
    record.contribution.key.repository = repositories[account % REPOSITORIES];
    record
}

/// Stores a policy.
async fn adopt(db: &Db, institution: InstitutionId, source: &str) -> PolicyId {
    let policy = scoring::policy::parse("bench.toml", source).unwrap();
    let now = support::term_start();
    let stored = db::policies::StoredPolicy {
        id: PolicyId::new(now),
        name: policy.name,
        version: policy.version,
        hash: policy.hash,
        source: source.to_owned(),
        created_at: now,
    };
    let mut tx = db.begin_as(institution).await.unwrap();
    db::policies::insert(&mut tx, &stored, &Actor::Operator).await.unwrap();
    tx.commit().await.unwrap();
    stored.id
}

/// As the owner of the tables, whom `row_security` does not bind on this server.
async fn insert_registers(owner: &mut PgConnection, institution: InstitutionId) {
    let id = institution.0;
    let mut tx = owner.begin().await.unwrap();
    for statement in [
        format!("insert into institutions values ('{id}', 'bench', 'Bench', '{ZONE}', now())"),
        format!(
            "insert into members (institution_id, member_id, number, name, role, github_login, account_state, created_at, updated_at)
             select '{id}', gen_random_uuid(), n::text, 'Member ' || n, 'student', 'login-' || n, 'linked', now(), now()
             from generate_series(1, {PEOPLE}) n"
        ),
        format!(
            "insert into bindings (institution_id, binding_id, member_id, github_id, login, proof, bound_by, bound_at, span)
             select institution_id, gen_random_uuid(), member_id, number::bigint, github_login, 'attested', 'operator', now(), '(,)'
             from members where institution_id = '{id}'"
        ),
        format!("insert into tracked_repositories select '{id}', repository_id, 'community', now() from repositories"),
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
    let members = db::members::list_for_scoring(&mut tx, None).await.unwrap();
    let accounts: Vec<_> = members.iter().filter_map(|member| member.accounts.only()).collect();
    let contributions = ByAccount::new(db::contributions::list_for_scoring(&mut tx, field.window, &accounts).await.unwrap());
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

fn total(field: &Field, context: &Context, member: &Scored, contributions: &ByAccount) -> scores::Packed {
    let account = member.accounts.only().unwrap();
    let subject = Subject::new(member.id, account);
    let total = scoring::total(&field.policy, &subject, context, contributions.of(account));
    let decision = credits::decide(&field.policy.credits, total.points, subject.prior.credits, &total.unmet);
    let credits_reason = serde_json::to_string(&decision.reason).unwrap();
    let computed = Computed { points: total.points, credits: decision.credits, credits_reason };
    let unknown = scores::NewScore::unknown(member.id, member.github_login.clone());
    scores::NewScore { account: Some(account), computed: Some(computed), ..unknown }.pack().unwrap()
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
