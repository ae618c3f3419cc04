//! The whole chain on a real repository's history, which ACCREDIT_REAL_REPOSITORY names. Without it these tests do not exist.
//! The expected numbers were counted independently of us.

use std::{collections::BTreeMap, io::Read as _};

use accredit::{
    db,
    model::{account::AccountKind, credit_report::CreditReport, points::Points, repository::RepositoryState, work::WorkState},
    reports::{self, Format},
    sample::{self, Server},
};
use chrono::{DateTime, Utc};
use sqlx::Row as _;

use crate::support::University;

/// Requests of any kind that a first fetch and a fetch of nothing new may take.
const FIRST: i64 = 150;
const AGAIN: i64 = 5;
/// Points of GitHub's GraphQL budget (5,000 an hour) that the first fetch may take.
const FIRST_POINTS: u64 = 300;

fn now() -> DateTime<Utc> {
    "2023-12-31T00:00:00Z".parse().unwrap()
}

async fn github() -> Server {
    let path = env!("ACCREDIT_REAL_REPOSITORY");
    let file = std::fs::File::open(path).unwrap_or_else(|error| panic!("ACCREDIT_REAL_REPOSITORY is {path}: {error}"));
    let mut json = String::new();
    flate2::read::GzDecoder::new(file).read_to_string(&mut json).unwrap();
    Server::start(sample::from_history(&json, now()).unwrap()).await.unwrap()
}

/// `select key, count` as a table.
async fn counts(university: &University, query: &'static str) -> BTreeMap<String, i64> {
    let rows = sqlx::query(query).fetch_all(&mut university.database.owner().await).await.unwrap();
    rows.into_iter().map(|row| (row.get::<String, _>(0), row.get::<i64, _>(1))).collect()
}

fn table<const N: usize>(expected: [(&str, i64); N]) -> BTreeMap<String, i64> {
    expected.into_iter().map(|(key, count)| (key.to_owned(), count)).collect()
}

#[tokio::test]
async fn the_real_history_arrives_whole_once_and_is_scored() {
    let server = github().await;
    // The owner is an organisation: it is not among the people.
    let is_user = |person: &&sample::Person| person.kind == AccountKind::User;
    let people: Vec<String> = server.world().people.values().filter(is_user).map(|person| person.login.clone()).collect();
    let full_name = server.world().repositories[0].name.to_string();
    assert_eq!(people.len(), 76);
    let university = University::new(&server, now()).await;
    university.enrol(people.iter().map(String::as_str)).await;
    let repository = university.track(&full_name, "community", &[]).await;

    let first = university.sync(repository).await;
    assert_eq!((first.state, first.error.as_deref()), (WorkState::Done, None));
    assert!(first.requests <= FIRST, "{} requests", first.requests);
    let points: u64 = server.requests().iter().filter(|asked| asked.operation != "GET").map(|asked| asked.points).sum();
    assert!(points <= FIRST_POINTS, "{points} points");
    assert_facts(&university).await;
    let before = everything(&university).await;
    let second = university.sync(repository).await;
    assert_eq!((second.state, second.written, second.fetched), (WorkState::Done, 0, 0));
    assert!(second.requests <= AGAIN, "{} requests", second.requests);
    assert_eq!(everything(&university).await, before, "a second fetch with nothing new changes no fact");

    let tracked = db::repositories::get(&mut university.begin().await, repository).await.unwrap().unwrap();
    assert_eq!(tracked.state, RepositoryState::Ready);
    assert!(tracked.synced_until.is_some_and(|until| until <= now()));
    assert_scores(&university).await;
}

async fn assert_facts(university: &University) {
    let by_kind = "select kind, count(*) from contributions where kind <> 'commit' group by kind";
    let expected = table([("pull_request", 582), ("review", 1_370), ("review_comment", 1_720), ("issue", 303), ("issue_comment", 1_435)]);
    assert_eq!(counts(university, by_kind).await, expected);
    let by_state = "select state, count(*) from contributions where kind = 'review' group by state";
    assert_eq!(counts(university, by_state).await, table([("commented", 755), ("approved", 512), ("changes_requested", 103)]));
    let sums = "select 'merged', count(*) from contributions where kind = 'pull_request' and state = 'merged'
        union all select 'confirmed', count(*) from contributions where kind = 'pull_request' and state = 'merged' and cardinality(confirmed_by) > 0
        union all select 'on another''s', count(*) from contributions where kind = 'review' and parent_account_id <> account_id
        union all select 'without evidence', count(*) from contributions c where not exists
          (select from evidence e where (e.repository_id, e.kind, e.github_id) = (c.repository_id, c.kind, c.github_id))";
    let expected = table([("merged", 505), ("confirmed", 402), ("on another's", 1_041), ("without evidence", 0)]);
    assert_eq!(counts(university, sums).await, expected);
    let merged = "select a.login, count(*) from contributions c join accounts a on a.github_id = c.account_id
        where c.kind = 'pull_request' and c.state = 'merged' and a.login in ('person-001', 'person-004', 'person-016') group by 1";
    assert_eq!(counts(university, merged).await, table([("person-001", 213), ("person-004", 20), ("person-016", 59)]));
    let reviews = "select a.login, count(*) from contributions c join accounts a on a.github_id = c.account_id
        where c.kind = 'review' and c.parent_account_id <> c.account_id and a.login in ('person-001', 'person-004', 'person-016') group by 1";
    assert_eq!(counts(university, reviews).await, table([("person-001", 360), ("person-004", 127), ("person-016", 158)]));
}

/// Every fact, row by row, with the transaction that wrote it.
async fn everything(university: &University) -> Vec<String> {
    sqlx::query_scalar(
        "select format('%s %s', xmin, c) from contributions c union all select format('%s %s %s %s', xmin, kind, github_id, content_hash) from evidence
         union all select format('%s %s', xmin, a) from accounts a order by 1",
    )
    .fetch_all(&mut university.database.owner().await)
    .await
    .unwrap()
}

async fn assert_scores(university: &University) {
    let term = university.add_term("2018-2023", "2018-01-01", "2023-12-31").await;
    let policy = university.adopt(include_str!("../../seeds/policies/practice.toml")).await;
    let evaluation = university.evaluate(term, policy).await;
    let report = db::credit_reports::get(&mut university.begin().await, evaluation.id).await.unwrap().unwrap();
    assert_eq!(report.rows.len(), 76);
    assert!(report.rows.iter().all(|row| sum(&report, &row.score.number) == row.score.points().unwrap()), "lines add up to totals");
    assert!(report.rows.iter().any(|row| !row.score.points().unwrap().is_zero()));
    // Confirmed by another: a merged pull request that nobody else merged or approved earns nothing, and says so.
    let unconfirmed = report.rows.iter().flat_map(|row| &row.lines).filter(|line| code(line) == Some("not_confirmed")).count();
    assert!(unconfirmed > 0);
    let again = university.evaluate(term, policy).await;
    let second = db::credit_reports::get(&mut university.begin().await, again.id).await.unwrap().unwrap();
    assert_eq!(second.rows, report.rows, "the same facts under the same policy give the same lines");
    assert!(!reports::render(&report, Format::Csv).unwrap().is_empty());
}

fn sum(report: &CreditReport, number: &str) -> Points {
    let row = report.rows.iter().find(|row| row.score.number == number).unwrap();
    row.lines.iter().map(|explained| explained.line.points).sum()
}

fn code(explained: &accredit::model::member_score::ExplainedLine) -> Option<&str> {
    explained.line.excluded.as_ref().map(|reason| &*reason.code)
}
