//! Network scores as they are stored: what is there is what computing everything anew would give, and no month is computed twice for nothing.

use std::collections::HashMap;

use accredit::{
    db::{self, network_scores},
    jobs::{self, Classmate},
    model::{
        account::AccountId,
        actor::Actor,
        contribution::{Contribution, Key, Kind, Record},
        ids::{MemberId, RepositoryId},
        job::ScoreNetwork,
        member::MemberRole,
        month::Month,
        network::{AccountScores, ONE},
    },
    sample::{Server, World},
    scoring::{Network, Standing},
};
use chrono::{DateTime, Utc};
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use rust_decimal::Decimal;

use crate::support::University;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn month(text: &str) -> Month {
    text.parse().unwrap()
}

/// On the 20th of December, with the model of GitHub that it must not ask.
async fn university() -> (Server, University) {
    let now = at("2025-12-20T00:00:00Z");
    let server = Server::start(World::new(now)).await.unwrap();
    let university = University::new(&server, now).await;
    (server, university)
}

fn record(repository: RepositoryId, n: usize, kind: Kind, account: i64, occurred_at: &str) -> Record {
    let key = Key { repository, kind, github_id: n.to_string().into() };
    Record {
        contribution: Contribution { account: Some(AccountId(account)), ..Contribution::bare(key, kind.states()[0], at(occurred_at)) },
        url: format!("https://github.example/{n}"),
        title: None,
        co_authors: Vec::new(),
        evidence: b"{}".to_vec(),
    }
}

async fn store(university: &University, records: &[Record]) {
    let mut tx = university.begin().await;
    db::contributions::insert_batch(&mut tx, records, university.clock.now()).await.unwrap();
    tx.commit().await.unwrap();
}

/// Has a worker bring the scores up to date.
async fn score(university: &University) {
    let mut tx = university.begin().await;
    db::queue::enqueue(&mut tx, &ScoreNetwork { institution_id: university.id }, None).await.unwrap();
    tx.commit().await.unwrap();
    university.work().await;
}

/// Every stored row of the institution, as text.
async fn rows(university: &University) -> Vec<String> {
    let rows = sqlx::query_scalar(
        "select row_to_json(t)::text from network_months t where institution_id = $1
         union all select row_to_json(t)::text from network_scores t where institution_id = $1
         union all select row_to_json(t)::text from network_repositories t where institution_id = $1 order by 1",
    );
    rows.bind(university.id.0).fetch_all(&mut university.database.owner().await).await.unwrap()
}

async fn forget(university: &University) {
    let mut tx = university.begin().await;
    network_scores::remove_from(&mut tx, None).await.unwrap();
    tx.commit().await.unwrap();
}

async fn list_months(university: &University) -> Vec<String> {
    let months = network_scores::list_months(&mut university.begin().await).await.unwrap();
    months.into_iter().map(|one| one.month.to_string()).collect()
}

#[tokio::test]
async fn what_is_brought_up_to_date_is_what_computing_everything_anew_gives() {
    let (_server, university) = university().await;
    let repositories = [university.track("a/x", "community", &[]).await, university.track("a/y", "community", &[]).await];
    let mut random = ChaCha8Rng::seed_from_u64(7);
    let kinds = [Kind::PullRequest, Kind::Issue, Kind::IssueComment, Kind::ReviewComment, Kind::Commit];
    for step in 0..12 {
        // Some of it in months that are stored already, some later than is asked for.
        let day = random.random_range(0..120);
        let records: Vec<Record> = (0..4)
            .map(|n| {
                let occurred_at = at("2025-09-02T00:00:00Z") + chrono::TimeDelta::days(day + n);
                let (repository, kind) = (repositories[random.random_range(0..2)], kinds[random.random_range(0..5)]);
                let n = usize::try_from(n).unwrap();
                record(repository, 4 * step + n, kind, random.random_range(1..6), &occurred_at.to_rfc3339())
            })
            .collect();
        store(&university, &records).await;
        university.clock.set(at("2025-09-10T00:00:00Z") + chrono::TimeDelta::days(random.random_range(0..150)));
        score(&university).await;
        university.clock.set(at("2026-02-10T00:00:00Z"));
        score(&university).await;
        let kept = rows(&university).await;
        forget(&university).await;
        score(&university).await;
        assert_eq!(rows(&university).await, kept, "step {step}");
        assert_eq!(list_months(&university).await.last().unwrap(), "2026-01");
    }
}

#[tokio::test]
async fn a_month_is_computed_again_only_when_it_or_one_before_it_has_changed() {
    let (_server, university) = university().await;
    let repository = university.track("a/x", "community", &[]).await;
    let of = |n, day: &str| record(repository, n, Kind::PullRequest, 1, day);
    store(&university, &[of(1, "2025-09-10T00:00:00Z"), of(2, "2025-10-10T00:00:00Z"), of(3, "2025-11-10T00:00:00Z")]).await;
    score(&university).await;
    assert_eq!(list_months(&university).await, ["2025-09", "2025-10", "2025-11"], "December is not over");
    // A mark that computing would wipe out.
    sqlx::query("update network_scores set activity = 77").execute(&mut university.database.owner().await).await.unwrap();
    let marked = async || {
        let months: Vec<String> = sqlx::query_scalar("select to_char(month, 'YYYY-MM') from network_scores where activity = 77 order by 1")
            .fetch_all(&mut university.database.owner().await)
            .await
            .unwrap();
        months
    };
    score(&university).await;
    assert_eq!(marked().await, ["2025-09", "2025-10", "2025-11"]);
    store(&university, &[of(4, "2025-10-11T00:00:00Z")]).await;
    score(&university).await;
    assert_eq!(marked().await, ["2025-09"]);
    assert_eq!(list_months(&university).await, ["2025-09", "2025-10", "2025-11"]);
    store(&university, &[of(5, "2025-08-11T00:00:00Z")]).await;
    score(&university).await;
    assert_eq!(marked().await, Vec::<String>::new());
    assert_eq!(list_months(&university).await, ["2025-08", "2025-09", "2025-10", "2025-11"]);
}

#[tokio::test]
async fn the_network_is_of_the_tracked_repositories_and_without_machines() {
    let (_server, university) = university().await;
    let neighbour = university.neighbour("neighbour").await;
    let (ours, theirs) = (university.track("a/x", "community", &[]).await, neighbour.track("a/y", "community", &[]).await);
    let mut machines = record(ours, 2, Kind::PullRequest, 2, "2025-10-10T00:00:00Z");
    machines.contribution.by_bot = true;
    let people =
        [record(ours, 1, Kind::PullRequest, 1, "2025-10-10T00:00:00Z"), record(theirs, 3, Kind::PullRequest, 3, "2025-10-10T00:00:00Z")];
    store(&university, &people).await;
    store(&university, &[machines]).await;
    score(&university).await;
    let october = network_scores::get_ranks(&mut university.begin().await, month("2025-10")).await.unwrap().unwrap();
    assert_eq!(
        (october.accounts.keys().collect::<Vec<_>>(), october.repositories.keys().collect::<Vec<_>>()),
        (vec![&AccountId(1)], vec![&ours])
    );
    assert_eq!(rows(&neighbour).await, Vec::<String>::new());

    let mut tx = university.begin().await;
    db::repositories::untrack(&mut tx, ours, &Actor::Operator, university.clock.now()).await.unwrap();
    tx.commit().await.unwrap();
    score(&university).await;
    assert_eq!(rows(&university).await, Vec::<String>::new(), "nothing is tracked any more");
}

/// A student with this linked account.
async fn enrol(university: &University, account: i64) -> MemberId {
    let (id, login, now) = (MemberId::new(university.clock.now()), format!("login-{account}"), university.clock.now());
    let profile = db::members::Profile {
        number: format!("{account:03}"),
        name: format!("Student {account}"),
        role: MemberRole::Student,
        unit: None,
        github_login: Some(login.clone()),
    };
    let mut tx = university.begin().await;
    db::members::insert(&mut tx, id, &profile, &Actor::Operator, now).await.unwrap();
    db::accounts::link(&mut tx, id, &login, Some(AccountId(account)), &Actor::Program, now).await.unwrap();
    tx.commit().await.unwrap();
    id
}

#[tokio::test]
async fn members_stand_in_a_class_that_leaves_the_excluded_out() {
    let (_server, university) = university().await;
    let repository = university.track("a/x", "community", &[]).await;
    let mut members = Vec::new();
    for account in 1..=5 {
        members.push(enrol(&university, account).await);
    }
    let mut records = Vec::new();
    // Accounts 1 to 4 have 1, 2, 2 and 9 issue comments in October; 5 does nothing; one more month lies outside.
    for (account, comments) in [(1, 1), (2, 2), (3, 2), (4, 9)] {
        for _ in 0..comments {
            records.push(record(repository, records.len(), Kind::IssueComment, account, "2025-10-10T00:00:00Z"));
        }
    }
    records.push(record(repository, records.len(), Kind::PullRequest, 5, "2025-11-10T00:00:00Z"));
    store(&university, &records).await;
    score(&university).await;

    let months = month("2025-09")..=month("2025-10");
    let mut tx = university.begin().await;
    assert!(network_scores::covers(&mut tx, &months).await.unwrap());
    assert!(!network_scores::covers(&mut tx, &(month("2025-09")..=month("2025-12"))).await.unwrap());
    let class: Vec<Classmate> =
        (1..).zip(&members).map(|(account, member)| Classmate { member: *member, is_excluded: account == 4 }).collect();
    let standings: HashMap<MemberId, Network> = jobs::network_standings(&mut tx, &months, &class).await.unwrap();
    let activity = |at: usize| standings[&members[at]].activity.clone();
    let standing = |value: &str, below, equal, class| Standing { value: value.parse::<Decimal>().unwrap(), below, equal, class };
    // √0.5252 = 0.7247…, √1.0504 = 1.0248…, √4.7268 = 2.1741….
    assert_eq!(activity(0), standing("0.725", 1, 1, 4));
    assert_eq!((activity(1), activity(2)), (standing("1.025", 2, 2, 4), standing("1.025", 2, 2, 4)));
    assert_eq!(activity(4), standing("0", 0, 1, 4));
    assert_eq!(activity(3), standing("2.174", 4, 1, 5), "the excluded one, beside the class");
    let openrank = |at: usize| &standings[&members[at]].openrank;
    assert!(openrank(1).value == openrank(2).value && openrank(1).value > openrank(0).value && openrank(0).value > Decimal::ZERO);
    assert_eq!((openrank(1).below, openrank(1).equal, openrank(1).class), (2, 2, 4));

    let both = network_scores::list(&mut tx, &(month("2025-10")..=month("2025-11"))).await.unwrap();
    assert_eq!(both[&members[4]].activity, 2_016_903_567);
    let AccountScores { openrank, activity } = both[&members[0]];
    assert!(openrank > ONE && activity == 724_706_837, "two months of rank, one of activity: {openrank}");
}
