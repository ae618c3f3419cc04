//! Results that follow what changes: exactly the people whom a change touches are scored anew, and every night shows that it is so.

use std::collections::BTreeMap;

use accredit::{
    awards::Verdict,
    db::{
        self, evaluations,
        members::{self, Profile},
        scores::{self, NewScore},
    },
    decisions,
    jobs::{self, Lines},
    model::{
        account::{Account, AccountId, AccountKind},
        actor::{Actor, Person},
        award::Decision,
        binding::Proof,
        contribution::{Change, Contribution, Key, Kind, Record, State},
        ids::{ApiKeyId, EvaluationId, MemberId, PolicyId, RepositoryId, StatementId, TermId, TermPolicyId},
        job::{CheckNightly, CheckScores, RescoreChanged, ScoreTerm},
        member::MemberRole,
        points::Points,
        policy::Audience,
        term_policy::TermPolicy,
        work::{Evaluation, WorkState},
    },
    sample::{Server, World},
    scoring,
};
use chrono::{DateTime, TimeDelta, Utc};
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use crate::support::University;

const POLICY: &str = r#"
name = "follow"
version = "1"
[eligibility]
own_repository = "exclude"
excluded_labels = ["spam"]
[categories.community]
[categories.course]
factor = 0.5
own_repository = "count"
[[rules]]
id = "merged"
kind = "pull_request"
requires = ["merged"]
points = 10
size = [{ from = 0, factor = 0.5 }, { from = 10, factor = 1 }]
[[rules]]
id = "review"
kind = "review"
points = 2
[[limits]]
per = "day"
points = 25
[credits]
points_per_credit = 20
step = 0.5
"#;

/// The same with all that makes one person's result hang on another's doing, or on the time.
const ENTANGLED: &str = r#"
name = "follow"
version = "entangled"
[eligibility]
own_repository = "exclude"
excluded_labels = ["spam"]
waiting_days = 45
[repositories]
outside_contributors = 1
[categories.community]
[categories.course]
factor = 0.5
own_repository = "count"
[[rules]]
id = "merged"
kind = "pull_request"
requires = ["merged"]
dated_by = "closed"
points = 10
size = [{ from = 0, factor = 0.5 }, { from = 10, factor = 1 }]
[[rules]]
id = "mark"
kind = "mark"
points_each = 1
[works]
highest_only = true
teams = [[1], [0.6, 0.4]]
[[limits]]
per = "day"
points = 25
[payout]
step = 10
[credits]
points_per_credit = 20
step = 0.5
lifetime_cap = 4
"#;

/// A university whose facts are written by hand, on the 1st of December of its term.
struct Town {
    _server: Server,
    university: University,
    term: TermId,
    policy: PolicyId,
}

impl Town {
    async fn new() -> Self {
        Self::under(POLICY).await
    }

    async fn under(policy: &str) -> Self {
        let now = "2025-12-01T00:00:00Z".parse().unwrap();
        let server = Server::start(World::new(now)).await.unwrap();
        let university = University::new(&server, now).await;
        let term = university.add_term("2025-2026-1", "2025-09-01", "2026-01-31").await;
        let policy = university.adopt(policy).await;
        Self { _server: server, university, term, policy }
    }

    fn now(&self) -> DateTime<Utc> {
        self.university.clock.now()
    }

    /// A student, linked to the account of this number.
    async fn enrol(&self, account: i64) -> MemberId {
        let id = MemberId::new(self.now());
        let login = format!("login-{account}-{id}");
        let mut tx = self.university.begin().await;
        let profile = profile(&format!("{account:04}-{id}"), &login);
        members::insert(&mut tx, id, &profile, &Actor::Operator, self.now()).await.unwrap();
        db::accounts::link(&mut tx, id, &login, Some(AccountId(account)), &Actor::Program, self.now()).await.unwrap();
        tx.commit().await.unwrap();
        id
    }

    async fn write(&self, record: Record) {
        let mut tx = self.university.database.db().begin().await.unwrap();
        db::contributions::insert_batch(&mut tx, &[record], self.now()).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// As the tables' owner, whom no wall stops.
    async fn execute(&self, statement: &str) -> u64 {
        let mut owner = self.university.database.owner().await;
        sqlx::query(sqlx::AssertSqlSafe(statement.to_owned())).execute(&mut owner).await.unwrap().rows_affected()
    }

    /// The term before, whose last weeks are those of the first works.
    async fn earlier(&self) -> TermId {
        let mut tx = self.university.begin().await;
        let known = db::terms::get_by_code(&mut tx, "2024-2025-2").await.unwrap();
        tx.commit().await.unwrap();
        match known {
            Some(term) => term.id,
            None => self.university.add_term("2024-2025-2", "2025-02-01", "2025-08-31").await,
        }
    }

    /// Everybody, as of now.
    async fn score(&self) -> EvaluationId {
        self.score_in(self.term).await
    }

    async fn score_in(&self, term: TermId) -> EvaluationId {
        let id = EvaluationId::new(self.now());
        let mut tx = self.university.begin().await;
        evaluations::insert(&mut tx, id, term, self.policy, self.now()).await.unwrap().unwrap();
        tx.commit().await.unwrap();
        jobs::score_now(&self.university.tools, &self.job(id), Lines::Everyone).await.unwrap();
        id
    }

    fn job(&self, id: EvaluationId) -> ScoreTerm {
        ScoreTerm { institution_id: self.university.id, evaluation_id: id }
    }

    /// Whom changes touched since.
    async fn rescore(&self, id: EvaluationId) -> Option<EvaluationId> {
        jobs::rescore_now(&self.university.tools, &self.job(id), Lines::Everyone).await.unwrap()
    }

    async fn get(&self, id: EvaluationId) -> Evaluation {
        self.university.get_evaluation(id).await
    }

    async fn result(&self, id: EvaluationId) -> BTreeMap<MemberId, NewScore> {
        let mut tx = self.university.begin().await;
        let members = scores::list_member_ids(&mut tx, id).await.unwrap();
        scores::list_stored(&mut tx, id, &members).await.unwrap().into_iter().collect()
    }

    /// Who has a row in this evaluation itself.
    async fn rows(&self, id: EvaluationId) -> Vec<MemberId> {
        let mut owner = self.university.database.owner().await;
        let rows = sqlx::query_scalar("select member_id from scores where evaluation_id = $1 order by member_id").bind(id.0);
        rows.fetch_all(&mut owner).await.unwrap().into_iter().map(MemberId).collect()
    }

    /// The evaluation that waits for a worker.
    async fn queued(&self) -> Option<EvaluationId> {
        let mut owner = self.university.database.owner().await;
        let queued = sqlx::query_scalar("select evaluation_id from evaluations where state = 'queued'");
        queued.fetch_optional(&mut owner).await.unwrap().map(EvaluationId)
    }

    async fn newest(&self) -> Evaluation {
        evaluations::get_newest_done(&mut self.university.begin().await, self.term).await.unwrap().unwrap()
    }

    /// The nightly check, a second later.
    async fn check(&self) {
        self.university.clock.set(self.now() + TimeDelta::seconds(1));
        let mut tx = self.university.begin().await;
        db::queue::enqueue(&mut tx, &CheckScores { institution_id: self.university.id }, None).await.unwrap();
        tx.commit().await.unwrap();
        self.university.work().await;
    }
}

fn profile(number: &str, login: &str) -> Profile {
    Profile {
        number: number.to_owned(),
        name: "Ann".to_owned(),
        role: MemberRole::Student,
        unit: None,
        github_login: Some(login.to_owned()),
    }
}

/// The n-th merged pull request, of thirty lines.
fn merged(repository: RepositoryId, n: i64, account: i64) -> Record {
    let day: DateTime<Utc> = "2025-10-01T12:00:00Z".parse().unwrap();
    let at = day + TimeDelta::days(n % 40) - TimeDelta::days(if n % 5 == 4 { 60 } else { 0 });
    let key = Key { repository, kind: Kind::PullRequest, github_id: n.to_string().into() };
    Record {
        contribution: Contribution {
            account: Some(AccountId(account)),
            number: Some(n),
            closed_at: Some(at),
            confirmed_by: vec![AccountId(999)],
            effective_lines: Some(30),
            changed_files: Some(1),
            ..Contribution::bare(key, State::Merged, at)
        },
        url: format!("https://github.example/pull/{n}"),
        title: None,
        co_authors: Vec::new(),
        evidence: b"{}".to_vec(),
    }
}

fn points(results: &BTreeMap<MemberId, NewScore>, member: MemberId) -> Option<Points> {
    results.get(&member).and_then(|score| score.computed.as_ref()).map(|computed| computed.points)
}

fn ten() -> Points {
    "10".parse().unwrap()
}

#[tokio::test]
async fn a_new_contribution_gives_its_author_alone_a_new_score_and_changes_no_earlier_result() {
    let town = Town::new().await;
    let quay = town.university.track("harbour/quay", "community", &[]).await;
    let (ann, bob) = (town.enrol(1).await, town.enrol(2).await);
    town.write(merged(quay, 1, 1)).await;
    let first = town.score().await;
    let before = town.result(first).await;
    assert_eq!(town.rescore(first).await, None, "nothing changed");

    town.write(merged(quay, 2, 2)).await;
    let second = town.rescore(first).await.unwrap();
    assert_eq!((town.get(second).await.state, town.get(second).await.base), (WorkState::Done, Some(first)));
    assert_eq!(town.rows(second).await, [bob]);
    let after = town.result(second).await;
    assert_eq!((points(&after, ann), points(&after, bob)), (Some(ten()), Some(ten())));
    assert_eq!(town.result(first).await, before);
    assert_eq!(points(&before, bob), Some(Points::ZERO));
}

#[tokio::test]
async fn what_was_being_written_while_everybody_was_scored_is_found_however_old_its_number() {
    let town = Town::new().await;
    let quay = town.university.track("harbour/quay", "community", &[]).await;
    let ann = town.enrol(1).await;
    let mut slow = town.university.database.db().begin().await.unwrap();
    db::contributions::insert_batch(&mut slow, &[merged(quay, 1, 1)], town.now()).await.unwrap();
    town.write(merged(quay, 2, 77)).await; // a later transaction that is over sooner
    let first = town.score().await;
    assert_eq!(points(&town.result(first).await, ann), Some(Points::ZERO));
    slow.commit().await.unwrap();
    let second = town.rescore(first).await.unwrap();
    assert_eq!(points(&town.result(second).await, ann), Some(ten()));
}

#[tokio::test]
async fn who_leaves_the_register_is_left_out_from_then_on_and_stays_in_the_results_of_then() {
    let town = Town::new().await;
    let quay = town.university.track("harbour/quay", "community", &[]).await;
    let (ann, bob) = (town.enrol(1).await, town.enrol(2).await);
    town.write(merged(quay, 1, 1)).await;
    let first = town.score().await;
    let mut tx = town.university.begin().await;
    members::remove(&mut tx, ann, &Actor::Operator, town.now()).await.unwrap();
    tx.commit().await.unwrap();
    let second = town.rescore(first).await.unwrap();
    let mut tx = town.university.begin().await;
    let listed: Vec<MemberId> = scores::list(&mut tx, second, None, 10).await.unwrap().into_iter().map(|score| score.member).collect();
    assert_eq!(listed, [bob]);
    assert!(scores::get(&mut tx, second, ann).await.unwrap().is_none());
    assert!(scores::get(&mut tx, first, ann).await.unwrap().is_some());
    assert_eq!(town.rescore(second).await, None, "who has left is not left out twice");
}

#[tokio::test]
async fn a_repository_that_is_no_longer_tracked_touches_all_who_worked_in_it_and_nobody_else() {
    let town = Town::new().await;
    let quay = town.university.track("harbour/quay", "community", &[]).await;
    let mole = town.university.track("harbour/mole", "community", &[]).await;
    let (ann, bob) = (town.enrol(1).await, town.enrol(2).await);
    town.write(merged(quay, 1, 1)).await;
    town.write(merged(mole, 2, 2)).await;
    let first = town.score().await;
    let mut tx = town.university.begin().await;
    db::repositories::untrack(&mut tx, quay, &Actor::Operator, town.now()).await.unwrap();
    tx.commit().await.unwrap();
    let second = town.rescore(first).await.unwrap();
    assert_eq!(town.rows(second).await, [ann]);
    let result = town.result(second).await;
    assert_eq!((points(&result, ann), points(&result, bob)), (Some(Points::ZERO), Some(ten())));
}

#[tokio::test]
async fn a_result_that_time_alone_changes_is_found_anew_when_its_time_has_come() {
    let town = Town::new().await;
    town.university.track("harbour/quay", "community", &[]).await;
    let (ann, _bob) = (town.enrol(1).await, town.enrol(2).await);
    let first = town.score().await;
    town.execute(&format!("update scores set recheck_at = '2025-12-03T00:00:00Z' where member_id = '{ann}'")).await;
    town.university.clock.set("2025-12-02T23:59:59Z".parse().unwrap());
    assert_eq!(town.rescore(first).await, None);
    town.university.clock.set("2025-12-03T00:00:00Z".parse().unwrap());
    let second = town.rescore(first).await.unwrap();
    assert_eq!(town.rows(second).await, [ann]);
}

/// One step of ten is paid in each month that has begun.
const MONTHLY: &str = "[payout]\nstep = 10\nper = \"month\"\nmost = 10\n[credits]";

#[tokio::test]
async fn a_month_that_begins_pays_by_itself_and_the_nightly_check_finds_nothing_wrong() {
    let town = Town::under(&POLICY.replace("[credits]", MONTHLY)).await;
    let quay = town.university.track("harbour/quay", "community", &[]).await;
    let (ann, bob) = (town.enrol(1).await, town.enrol(2).await);
    for n in [5, 10, 15, 20, 25, 30] {
        town.write(merged(quay, n, 1)).await;
    }
    let first = town.score().await;
    assert_eq!(points(&town.result(first).await, ann), Some("30".parse().unwrap()), "October to December");
    town.university.clock.set("2025-12-31T15:59:59Z".parse().unwrap());
    assert_eq!(town.rescore(first).await, None);
    town.check().await; // in the first second of January in Shanghai
    let newest = town.newest().await;
    assert_eq!((newest.base, newest.differs, newest.checked_at), (Some(first), Vec::new(), Some(town.now())));
    assert_eq!(town.rows(newest.id).await, [ann], "there is nothing to pay to {bob}");
    assert_eq!(points(&town.result(newest.id).await, ann), Some("40".parse().unwrap()));
}

/// A policy that asks for a place in the class.
const CLASS: &str = "[[measures]]\nid = \"network\"\ncount = \"openrank\"\nnormalise = \"percentile\"\npoints_each = 10\n[credits]";

#[tokio::test]
async fn the_network_scores_of_a_term_are_paid_to_everybody_when_its_last_month_is_over() {
    let town = Town::under(&POLICY.replace("[credits]", CLASS)).await;
    let quay = town.university.track("harbour/quay", "community", &[]).await;
    let (ann, _bob) = (town.enrol(1).await, town.enrol(2).await);
    town.write(merged(quay, 1, 1)).await;
    let first = town.score().await;
    assert_eq!(points(&town.result(first).await, ann), Some(ten()), "no month's network is known");
    town.university.work().await; // what the scoring asks for at its end
    town.university.clock.set("2026-01-31T15:59:59Z".parse().unwrap());
    assert_eq!((town.rescore(first).await, town.queued().await), (None, None));
    town.university.clock.set("2026-01-31T16:00:00Z".parse().unwrap());
    assert_eq!(town.rescore(first).await, None);
    let everybody = town.queued().await.unwrap();
    town.university.work().await;
    assert!(points(&town.result(everybody).await, ann) > Some(ten()));
    town.check().await;
    let newest = town.newest().await;
    assert_eq!((newest.id, newest.differs, newest.checked_at), (everybody, Vec::new(), Some(town.now())));
}

#[tokio::test]
async fn another_repository_moves_the_places_of_the_class_though_no_member_worked_in_it() {
    let town = Town::under(&POLICY.replace("[credits]", CLASS)).await;
    let neighbour = town.university.neighbour("neighbour").await;
    let elsewhere = neighbour.track("harbour/elsewhere", "community", &[]).await;
    town.write(merged(elsewhere, 7, 77)).await;
    town.enrol(1).await;
    let first = town.score().await;
    town.university.track("harbour/elsewhere", "community", &[]).await;
    assert_eq!(town.rescore(first).await, None);
    let everybody = town.queued().await;
    assert!(everybody.is_some(), "everybody is scored anew");
    assert_eq!((town.rescore(first).await, town.queued().await), (None, everybody), "and once is enough");
    let queued = "select count(*) from evaluations where state = 'queued'";
    let queued = async || -> i64 { sqlx::query_scalar(queued).fetch_one(&mut town.university.database.owner().await).await.unwrap() };
    assert_eq!(queued().await, 1);
    // Its job was given up without a word.
    town.execute("delete from graphile_worker._private_jobs").await;
    assert_eq!((town.rescore(first).await, queued().await), (None, 2));
}

#[tokio::test]
async fn what_somebody_reads_of_an_earlier_result_or_tries_leaves_the_network_scores_as_they_are() {
    let text = POLICY.replace("[credits]", CLASS);
    let town = Town::under(&text).await;
    let quay = town.university.track("harbour/quay", "community", &[]).await;
    let ann = town.enrol(1).await;
    town.write(merged(quay, 1, 1)).await;
    town.university.clock.set("2026-02-10T00:00:00Z".parse().unwrap());
    let first = town.score().await;
    town.write(merged(quay, 2, 1)).await;
    let months = "select string_agg(month || ' ' || encode(digest, 'hex'), ' ' order by month) from network_months";
    let months = async || -> String { sqlx::query_scalar(months).fetch_one(&mut town.university.database.owner().await).await.unwrap() };
    let (before, db) = (months().await, town.university.database.db());
    assert!(jobs::bundle(db, town.university.id, first, ann).await.is_err(), "its facts are other ones now");
    assert_eq!(months().await, before);
    let policy = || scoring::policy::parse("policy.toml", &text).unwrap();
    let term = db::terms::get(&mut town.university.begin().await, town.term).await.unwrap().unwrap();
    jobs::compare_policies(db, town.university.id, &term, policy(), policy(), town.now()).await.unwrap();
    assert_eq!(months().await, before);
}

#[tokio::test]
async fn what_changed_while_everybody_was_scored_for_the_first_time_is_scored_without_being_asked_for() {
    let town = Town::new().await;
    let quay = town.university.track("harbour/quay", "community", &[]).await;
    let ann = town.enrol(1).await;
    let mut other = town.university.database.db().begin().await.unwrap();
    db::contributions::insert_batch(&mut other, &[merged(quay, 1, 1)], town.now()).await.unwrap();
    let first = town.score().await;
    other.commit().await.unwrap();
    town.university.clock.set(town.now() + TimeDelta::seconds(30));
    town.university.work().await;
    let newest = town.newest().await;
    assert_eq!((newest.base, points(&town.result(newest.id).await, ann)), (Some(first), Some(ten())));
}

#[tokio::test]
async fn a_scoring_that_is_tried_again_after_it_was_done_still_asks_for_what_came_meanwhile() {
    let town = Town::new().await;
    let first = town.score().await;
    town.execute("delete from graphile_worker._private_jobs").await;
    jobs::score_now(&town.university.tools, &town.job(first), Lines::Everyone).await.unwrap();
    assert_eq!(town.execute("delete from graphile_worker._private_jobs").await, 1);
}

#[tokio::test]
async fn a_stored_policy_that_cannot_be_read_stops_neither_the_results_nor_the_checks_of_others() {
    let town = Town::new().await;
    let quay = town.university.track("harbour/quay", "community", &[]).await;
    town.enrol(1).await;
    let broken = town.score().await;
    town.university.clock.set(town.now() + TimeDelta::hours(1));
    let other = Town { policy: town.university.adopt(&POLICY.replace("\"follow\"", "\"other\"")).await, ..town };
    let sound = other.score().await;
    other.university.work().await;
    other.execute("update policies set source = 'of another version' where name = 'follow'").await;
    other.write(merged(quay, 1, 1)).await;
    other.university.clock.set(other.now() + TimeDelta::hours(1));
    let mut tx = other.university.begin().await;
    db::queue::enqueue(&mut tx, &RescoreChanged { institution_id: other.university.id }, None).await.unwrap();
    tx.commit().await.unwrap();
    other.university.work().await;
    let newest = other.newest().await;
    assert_eq!(newest.base, Some(sound));
    other.check().await;
    assert_eq!(other.get(newest.id).await.checked_at, Some(other.now()));
    assert_eq!(other.get(broken).await.checked_at, None);
}

#[tokio::test]
async fn a_repository_that_is_registered_anew_was_registered_the_first_time() {
    let town =
        Town::under(&POLICY.replace("[categories.community]", "[repositories]\nregistered_by = 2025-12-01\n[categories.community]")).await;
    let quay = town.university.track("harbour/quay", "course", &[]).await;
    let ann = town.enrol(1).await;
    town.write(merged(quay, 1, 1)).await;
    let first_day = town.now();
    let first = town.score().await;
    for days in [3, 4] {
        town.university.clock.set(first_day + TimeDelta::days(days));
        let mut tx = town.university.begin().await;
        assert!(db::repositories::untrack(&mut tx, quay, &Actor::Operator, town.now()).await.unwrap());
        tx.commit().await.unwrap();
        assert_eq!(town.university.track("harbour/quay", "community", &[]).await, quay);
        let tracked = db::repositories::get(&mut town.university.begin().await, quay).await.unwrap().unwrap();
        assert_eq!(tracked.created_at, first_day);
    }
    let second = town.rescore(first).await.unwrap();
    assert_eq!(points(&town.result(second).await, ann), Some(ten()));
    // GitHub has said that it is public: now it is everybody's.
    let fetched = "update repositories set github_id = 9, only_for = null";
    sqlx::query(fetched).execute(&mut town.university.database.owner().await).await.unwrap();
    let neighbour = town.university.neighbour("neighbour").await;
    assert_eq!(neighbour.track("harbour/quay", "community", &[]).await, quay);
    let tracked = db::repositories::get(&mut neighbour.begin().await, quay).await.unwrap().unwrap();
    assert_eq!(tracked.created_at, town.now(), "another institution's first time is its own");
}

#[tokio::test]
async fn a_statement_touches_the_member_the_author_of_what_it_is_about_and_who_shares_it() {
    let town = Town::new().await;
    let quay = town.university.track("harbour/quay", "community", &[]).await;
    let (ann, bob, _cem) = (town.enrol(1).await, town.enrol(2).await, town.enrol(3).await);
    town.write(merged(quay, 1, 1)).await;
    let first = town.score().await;
    let share = uuid::Uuid::now_v7();
    let institution = town.university.id;
    town.execute(&format!(
        "insert into statements (institution_id, statement_id, member_id, kind, value, about_repository_id, about_kind, about_github_id,
           happened_on, stated_by, stated_at, reason)
         values ('{institution}', '{share}', '{bob}', 'share', 0.4, '{quay}', 'pull_request', '1', '2025-10-02', 'staff', now(), 'wrote the half')"
    ))
    .await;
    let second = town.rescore(first).await.unwrap();
    assert_eq!(town.rows(second).await, sorted([ann, bob]), "who shares, and whose it is");
    town.execute(&format!(
        "insert into statements (institution_id, statement_id, member_id, kind, about_statement_id, happened_on, stated_by, stated_at, reason)
         values ('{institution}', '{}', '{bob}', 'withdrawal', '{share}', '2025-10-03', 'staff', now(), 'did not')",
        uuid::Uuid::now_v7()
    ))
    .await;
    let third = town.rescore(second).await.unwrap();
    assert_eq!(town.rows(third).await, sorted([ann, bob]), "what a withdrawal takes back touches the same");
    let mut changed = merged(quay, 1, 1);
    changed.contribution.effective_lines = Some(1);
    town.write(changed).await;
    let fourth = town.rescore(third).await.unwrap();
    assert_eq!(town.rows(fourth).await, sorted([ann, bob]), "a shared work that changes");
}

#[tokio::test]
async fn a_second_signature_touches_the_member_alone_and_what_follows_is_what_scoring_everybody_finds() {
    let town = Town::new().await;
    let (ann, _bob) = (town.enrol(1).await, town.enrol(2).await);
    let first = town.score().await;
    let stated = uuid::Uuid::now_v7();
    town.execute(&format!(
        "insert into statements (institution_id, statement_id, member_id, kind, value, happened_on, stated_by, stated_at, reason)
         values ('{}', '{stated}', '{ann}', 'adjustment', 4, '2025-10-02', 'operator', now(), 'as agreed')",
        town.university.id
    ))
    .await;
    let second = town.rescore(first).await.unwrap();
    assert_eq!((town.rows(second).await, points(&town.result(second).await, ann)), (vec![ann], Some(Points::ZERO)), "one alone");
    let mut tx = town.university.begin().await;
    let by = Actor::Key { id: ApiKeyId::new(town.now()), holder: Person { name: "Li Na".into(), member: None } };
    decisions::countersign(&mut tx, StatementId(stated), "Seen", &by, town.now()).await.unwrap();
    tx.commit().await.unwrap();
    let third = town.rescore(second).await.unwrap();
    assert_eq!((town.rows(third).await, points(&town.result(third).await, ann)), (vec![ann], Some(Points::from_thousandths(4_000))));
    let everybody = town.score().await;
    assert_eq!(town.result(third).await, town.result(everybody).await);
    town.check().await;
}

fn sorted<const N: usize>(mut members: [MemberId; N]) -> [MemberId; N] {
    members.sort();
    members
}

#[tokio::test]
async fn a_revert_touches_whose_work_it_takes_back_and_lines_that_are_no_longer_the_same_touch_both() {
    let town = Town::new().await;
    let quay = town.university.track("harbour/quay", "community", &[]).await;
    let (ann, bob) = (town.enrol(1).await, town.enrol(2).await);
    let with = |n, account, change| {
        let mut record = merged(quay, n, account);
        record.contribution.change = Some(Box::new(change));
        record
    };
    town.write(with(1, 1, Change { fingerprint: Some(42), ..Change::default() })).await;
    let first = town.score().await;
    town.write(with(2, 77, Change { reverts: Some(1), ..Change::default() })).await;
    let second = town.rescore(first).await.unwrap();
    assert_eq!(town.rows(second).await, [ann], "reverted by a stranger");
    town.write(with(3, 2, Change { fingerprint: Some(42), ..Change::default() })).await;
    let third = town.rescore(second).await.unwrap();
    assert_eq!(town.rows(third).await, [bob], "the first is no copy");
    town.write(with(1, 1, Change { fingerprint: Some(43), ..Change::default() })).await;
    let fourth = town.rescore(third).await.unwrap();
    assert_eq!(town.rows(fourth).await, sorted([ann, bob]), "no longer the same lines");
}

#[tokio::test]
async fn a_fetch_that_brought_something_has_the_results_follow_and_one_that_brought_nothing_does_not() {
    let now: DateTime<Utc> = "2025-12-01T00:00:00Z".parse().unwrap();
    let mut world = World::new(now);
    let harbour = world.add_person("harbour", AccountKind::Organization);
    let ann_account = world.add_person("ann", AccountKind::User);
    let bob_account = world.add_person("bob", AccountKind::User);
    world.add_repository("harbour/quay".parse().unwrap(), harbour, now - TimeDelta::days(300));
    let server = Server::start(world).await.unwrap();
    let university = University::new(&server, now).await;
    let quay = university.track("harbour/quay", "community", &[]).await;
    let ann = university.enrol(["ann"]).await[0];
    let (term, policy) = (university.add_term("2025-2026-1", "2025-09-01", "2026-01-31").await, university.adopt(POLICY).await);
    university.sync(quay).await;
    let first = university.evaluate(term, policy).await;
    university.sync(quay).await;
    let count = "select count(*) from evaluations";
    let evaluations = async || -> i64 { sqlx::query_scalar(count).fetch_one(&mut university.database.owner().await).await.unwrap() };
    assert_eq!(evaluations().await, 1);

    {
        let mut world = server.world();
        world.now += TimeDelta::hours(1);
        let then = world.now;
        let mut edit = world.edit("harbour/quay", then).unwrap();
        let file = accredit::model::github::ChangedFile { path: "src/a.rs".into(), additions: 30, deletions: 0 };
        let number = edit.open_pull_request(ann_account, "A change", vec![file]);
        edit.merge(number, bob_account).unwrap();
    }
    university.clock.set(server.world().now + TimeDelta::hours(1));
    university.sync(quay).await;
    // What waits for its time.
    let due = "update graphile_worker._private_jobs set run_at = now()";
    sqlx::query(due).execute(&mut university.database.owner().await).await.unwrap();
    university.work().await;
    let newest = evaluations::get_newest_done(&mut university.begin().await, term).await.unwrap().unwrap();
    // The fetch and the reading of what it brought may each have the results follow; at the bottom of them is what a person asked for.
    let bottom = "select bases[cardinality(bases)] from evaluations where evaluation_id = $1";
    let bottom: uuid::Uuid = sqlx::query_scalar(bottom).bind(newest.id.0).fetch_one(&mut university.database.owner().await).await.unwrap();
    assert_eq!(bottom, first.id.0);
    let mut tx = university.begin().await;
    let score = scores::get(&mut tx, newest.id, ann).await.unwrap().unwrap().0;
    assert_eq!(score.points(), Some(ten()));
}

#[tokio::test]
async fn many_changes_at_once_ask_for_one_job_and_only_where_something_was_scored() {
    let town = Town::new().await;
    let waiting = async || -> i64 {
        let jobs = "select count(*) from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id
            where t.identifier = 'rescore_changed'";
        sqlx::query_scalar(jobs).fetch_one(&mut town.university.database.owner().await).await.unwrap()
    };
    let ask = async || {
        let mut tx = town.university.begin().await;
        db::queue::request_rescoring(&mut tx, town.now()).await.unwrap();
        tx.commit().await.unwrap();
    };
    ask().await;
    assert_eq!(waiting().await, 0, "nothing was scored");
    town.score().await;
    ask().await;
    ask().await;
    assert_eq!(waiting().await, 1);
    town.university.clock.set("2026-04-03T00:00:00Z".parse().unwrap());
    town.university.work().await;
    ask().await;
    assert_eq!(waiting().await, 0, "the term ended more than sixty days ago");
}

#[tokio::test]
async fn of_two_rescorings_at_once_one_waits_for_the_other() {
    let town = Town::new().await;
    let quay = town.university.track("harbour/quay", "community", &[]).await;
    town.enrol(1).await;
    let first = town.score().await;
    town.write(merged(quay, 1, 1)).await;
    let mut other = town.university.begin().await;
    assert!(evaluations::try_lock(&mut other, &town.get(first).await).await.unwrap());
    let refused = jobs::rescore_now(&town.university.tools, &town.job(first), Lines::Everyone).await;
    assert!(refused.is_err_and(|why| why.contains("another worker")));
    other.commit().await.unwrap();
    assert!(town.rescore(first).await.is_some());
}

#[tokio::test]
async fn the_nightly_check_notes_that_all_is_equal_and_scores_first_what_is_pending() {
    let town = Town::new().await;
    let quay = town.university.track("harbour/quay", "community", &[]).await;
    town.enrol(1).await;
    let first = town.score().await;
    town.check().await;
    let checked = town.get(first).await;
    assert_eq!((checked.checked_at, checked.differs), (Some(town.now()), Vec::new()));
    town.write(merged(quay, 1, 1)).await;
    town.check().await;
    let newest = town.newest().await;
    assert_eq!((newest.base, newest.checked_at, newest.differs), (Some(first), Some(town.now()), Vec::new()));
}

#[tokio::test]
async fn a_row_from_before_sheets_says_what_it_said() {
    let town = Town::new().await;
    let quay = town.university.track("harbour/quay", "community", &[]).await;
    let ann = town.enrol(1).await;
    town.write(merged(quay, 1, 1)).await;
    let first = town.score().await;
    let stored = town.result(first).await;
    let lines = serde_json::to_string(&stored[&ann].lines).unwrap();
    assert_eq!(town.execute(&format!("update scores set sheet = null, lines = '{lines}' where member_id = '{ann}'")).await, 1);
    assert_eq!(town.result(first).await, stored);
    let mut tx = town.university.begin().await;
    assert_eq!(scores::get(&mut tx, first, ann).await.unwrap().unwrap().1.len(), stored[&ann].lines.len());
    tx.commit().await.unwrap();
    town.check().await;
    assert_eq!(town.get(first).await.differs, []);
}

#[rstest::rstest]
#[case::points("points = points + 1")]
#[case::credits("credits = credits + 1")]
#[case::a_broken_sheet("sheet = set_byte(sheet, 0, 0)")]
#[case::no_lines("sheet = ''")]
#[case::other_lines(
    "sheet = null, lines = '[{\"carry\": \"in\", \"counted_at\": \"2025-10-01T00:00:00Z\", \"rule\": null, \"base\": \"10\", \"factors\": [], \"points\": \"10\"}]'"
)]
#[case::flags("flags = '[{\"code\": \"spam\"}]'")]
#[case::digest("digest = sha256('x')")]
#[case::account("account_id = 5")]
#[case::left_out("left_out = true")]
#[tokio::test]
async fn a_stored_score_that_was_tampered_with_is_found_by_name_and_made_good(#[case] tampering: &str) {
    let town = Town::new().await;
    let quay = town.university.track("harbour/quay", "community", &[]).await;
    let (ann, _bob) = (town.enrol(1).await, town.enrol(2).await);
    town.write(merged(quay, 1, 1)).await;
    let first = town.score().await;
    let right = town.result(first).await;
    assert_eq!(town.execute(&format!("update scores set {tampering} where member_id = '{ann}'")).await, 1);
    town.check().await;
    assert_eq!(town.get(first).await.differs, [ann]);
    let newest = town.newest().await;
    assert_eq!((newest.base, newest.id == first), (None, false), "everybody anew");
    assert_eq!(town.result(newest.id).await, right);
}

/// G19: one version of a rule book dates a work by its opening, the next by its merge.
#[tokio::test]
async fn what_an_earlier_term_paid_is_not_paid_again_under_another_version_of_the_rule_book() {
    let by = |version: &str, date: &str| {
        format!(
            "name = \"follow\"\nversion = \"{version}\"\n[categories.community]\n[[rules]]\nid = \"merged\"\nkind = \"pull_request\"\n\
             requires = [\"merged\"]\ndated_by = \"{date}\"\npoints = 10\n[credits]\npoints_per_credit = 20\nstep = 0.5\n"
        )
    };
    let town = Town::under(&by("1", "opened")).await;
    let by_merge = town.university.adopt(&by("2", "closed")).await;
    let quay = town.university.track("harbour/quay", "community", &[]).await;
    let ann = town.enrol(1).await;
    let mut work = merged(quay, 1, 1);
    work.contribution.occurred_at = "2025-08-20T12:00:00Z".parse().unwrap();
    town.write(work).await;
    let earlier = town.earlier().await;
    let paid = town.score_in(earlier).await;
    assert_eq!(points(&town.result(paid).await, ann), Some(ten()));

    let town = Town { policy: by_merge, ..town };
    let first = town.score().await;
    assert_eq!(town.get(first).await.prior, [paid]);
    let result = town.result(first).await;
    assert_eq!(points(&result, ann), Some(Points::ZERO));
    let why = result[&ann].lines[0].excluded.as_ref().unwrap();
    assert_eq!((&*why.code, &*why.values["term"]), ("paid_before", "2024-2025-2"));

    // The earlier term goes by the new version too: there it was merged after the term, and so it counts here.
    town.university.clock.set(town.now() + TimeDelta::seconds(1));
    town.score_in(earlier).await;
    town.rescore(first).await;
    town.university.work().await;
    assert_eq!(points(&town.result(town.newest().await.id).await, ann), Some(ten()));
}

#[tokio::test]
async fn the_schedule_asks_for_the_check_of_every_institution() {
    let town = Town::new().await;
    town.score().await;
    let neighbour = town.university.neighbour("neighbour").await;
    town.university.clock.set(town.now() + TimeDelta::seconds(1));
    let mut tx = neighbour.begin().await;
    db::queue::enqueue(&mut tx, &CheckNightly {}, None).await.unwrap();
    tx.commit().await.unwrap();
    town.university.work().await; // asks
    town.university.work().await; // checks
    assert_eq!(town.newest().await.checked_at, Some(town.now()));
}

#[tokio::test]
async fn the_follower_of_a_policys_result_does_not_push_a_later_asked_result_aside() {
    let town = Town::new().await;
    let quay = town.university.track("harbour/quay", "community", &[]).await;
    town.enrol(1).await;
    town.score().await;
    town.university.clock.set(town.now() + TimeDelta::hours(1));
    let other = town.university.adopt(&POLICY.replace("\"follow\"", "\"other\"")).await;
    let asked = EvaluationId::new(town.now());
    let mut tx = town.university.begin().await;
    evaluations::insert(&mut tx, asked, town.term, other, town.now()).await.unwrap().unwrap();
    tx.commit().await.unwrap();
    jobs::score_now(&town.university.tools, &town.job(asked), Lines::Everyone).await.unwrap();
    town.university.clock.set(town.now() + TimeDelta::hours(1));
    town.write(merged(quay, 1, 1)).await;
    let mut tx = town.university.begin().await;
    db::queue::enqueue(&mut tx, &RescoreChanged { institution_id: town.university.id }, None).await.unwrap();
    tx.commit().await.unwrap();
    town.university.work().await;
    let newest = town.newest().await;
    assert_eq!((newest.base, newest.policy), (Some(asked), other));
}

#[tokio::test]
async fn another_policy_on_trial_says_who_would_gain_what_and_writes_nothing() {
    let town = Town::new().await;
    let quay = town.university.track("harbour/quay", "community", &[]).await;
    let (ann, _bob) = (town.enrol(1).await, town.enrol(2).await);
    town.write(merged(quay, 1, 1)).await;
    let policy = |text: &str| scoring::policy::parse("policy.toml", text).unwrap();
    let mut tx = town.university.begin().await;
    let term = db::terms::get(&mut tx, town.term).await.unwrap().unwrap();
    tx.commit().await.unwrap();
    let db = town.university.database.db();
    let after = policy(&POLICY.replace("points = 10", "points = 50"));
    let difference = jobs::compare_policies(db, town.university.id, &term, policy(POLICY), after, town.now()).await.unwrap();
    assert_eq!((difference.before.points, difference.after.points), (ten(), "25".parse().unwrap()), "the day's limit is 25");
    assert_eq!(difference.members.len(), 1);
    let change = &difference.members[0];
    assert_eq!((change.either().unwrap().member, change.lines.len()), (ann, 1));
    let limited = change.lines[0].after.as_ref().unwrap().line.limited.as_ref().unwrap();
    assert_eq!(limited.code, "cap_day");
    let written = "select (select count(*) from evaluations) + (select count(*) from scores)";
    let written: i64 = sqlx::query_scalar(written).fetch_one(&mut town.university.database.owner().await).await.unwrap();
    assert_eq!(written, 0);
}

/// What somebody does to a small university.
async fn do_anything(town: &Town, random: &mut ChaCha8Rng, repositories: &[RepositoryId], members: &mut Vec<MemberId>) {
    let institution = town.university.id;
    let n = random.random_range(1..40);
    let account = random.random_range(1..9);
    let repository = repositories[random.random_range(0..repositories.len())];
    let any_member = members[random.random_range(0..members.len())];
    match random.random_range(0..21) {
        0..4 => {
            let mut record = merged(repository, n, account);
            let c = &mut record.contribution;
            if random.random_bool(0.1) {
                c.account = None;
            }
            if random.random_bool(0.2) {
                c.labels = vec!["spam".to_owned()];
            }
            c.effective_lines = Some(random.random_range(0..30));
            c.state = if random.random_bool(0.8) { State::Merged } else { State::Closed };
            let few = |random: &mut ChaCha8Rng| random.random_bool(0.3).then(|| random.random_range(1..5));
            c.change = Some(Box::new(Change { fingerprint: few(random), reverts: few(random), ..Change::default() }));
            town.write(record).await;
        }
        4..7 => state_anything(town, random, any_member, &merged(repository, n, account).contribution.key).await,
        14 => {
            // Somebody from outside, whom everybody's work in the repository may hang on.
            let stranger = AccountId(account + 100);
            let mut tx = town.university.database.db().begin().await.unwrap();
            let seen = Account { id: stranger, login: format!("stranger-{account}"), kind: AccountKind::User };
            db::accounts::insert_batch(&mut tx, &[seen], town.now()).await.unwrap();
            tx.commit().await.unwrap();
            town.write(merged(repository, 100 + account, if random.random_bool(0.7) { stranger.0 } else { account })).await;
        }
        15 => {
            // The term before is scored, or follows what changed in it.
            let earlier = town.earlier().await;
            let done = evaluations::get_newest_done(&mut town.university.begin().await, earlier).await.unwrap();
            match done {
                Some(done) if random.random_bool(0.7) => drop(town.rescore(done.id).await),
                _ => drop(town.score_in(earlier).await),
            }
        }
        16 => members.push(town.enrol(random.random_range(1..9)).await),
        17..20 => {
            // One more account of somebody, or one less: as it was, or because it was a mistake.
            let mut tx = town.university.begin().await;
            let bound = db::bindings::list(&mut tx, any_member).await.unwrap();
            match bound.get(random.random_range(0..3)) {
                Some(one) => db::bindings::unbind(&mut tx, one, random.random_bool(0.3), town.now()).await.unwrap(),
                None => {
                    let account = Account { id: AccountId(account), login: format!("proved-{account}"), kind: AccountKind::User };
                    let now = town.now();
                    let bound = db::bindings::bind(&mut tx, any_member, &account, Proof::OauthWeb, &Actor::Operator, now).await;
                    bound.unwrap();
                }
            }
            tx.commit().await.unwrap();
        }
        7 => {
            let mut tx = town.university.begin().await;
            members::remove(&mut tx, any_member, &Actor::Operator, town.now()).await.unwrap();
            tx.commit().await.unwrap();
        }
        8 => {
            // Another login, or the same one anew: of somebody with an account that asks for a change, and is none.
            let login = format!("login-{account}-{any_member}");
            let mut tx = town.university.begin().await;
            members::replace(&mut tx, any_member, &profile(&any_member.to_string(), &login), &Actor::Operator, town.now()).await.unwrap();
            if random.random_bool(0.7) {
                db::accounts::link(&mut tx, any_member, &login, Some(AccountId(account)), &Actor::Program, town.now()).await.unwrap();
            }
            tx.commit().await.unwrap();
        }
        9 => {
            let mut tx = town.university.begin().await;
            if !db::repositories::untrack(&mut tx, repository, &Actor::Operator, town.now()).await.unwrap() {
                let name = format!("harbour/{}", if repository == repositories[0] { "quay" } else { "mole" });
                let category = if random.random_bool(0.5) { "community" } else { "course" }.to_owned();
                let owners = if random.random_bool(0.5) { vec![any_member] } else { Vec::new() };
                let registration = db::repositories::Registration { full_name: name.parse().unwrap(), category, members: owners };
                db::repositories::track(&mut tx, repository, &registration, &Actor::Operator, town.now()).await.unwrap();
            }
            tx.commit().await.unwrap();
        }
        10 => {
            let category = if random.random_bool(0.5) { "community" } else { "course" };
            town.execute(&format!("update tracked_repositories set category = '{category}' where repository_id = '{repository}'")).await;
        }
        11 => {
            town.execute(&format!("update repositories set owner_account_id = {account} where repository_id = '{repository}'")).await;
        }
        12 => {
            town.execute(&format!("delete from tracked_repository_members where repository_id = '{repository}'")).await;
            town.execute(&format!(
                "insert into tracked_repository_members (institution_id, repository_id, member_id)
                 select institution_id, repository_id, '{any_member}' from tracked_repositories where repository_id = '{repository}' and institution_id = '{institution}'"
            ))
            .await;
        }
        _ => town.university.clock.set(town.now() + TimeDelta::hours(random.random_range(1..30))),
    }
}

/// A mark, a share in a work, credits from elsewhere, an adjustment, or that one of them is taken back or countersigned.
async fn state_anything(town: &Town, random: &mut ChaCha8Rng, member: MemberId, work: &Key) {
    let institution = town.university.id;
    let id = uuid::Uuid::now_v7();
    let Key { repository, kind, github_id } = work;
    let (kind, value, about) = match random.random_range(0..6) {
        0 => ("mark", "3", String::from("null, null, null")),
        1 => ("credited", "1", String::from("null, null, null")),
        2 => ("share", "0.2", format!("'{repository}', '{kind}', '{github_id}'")),
        3 => ("adjustment", "7", String::from("null, null, null")),
        4 => {
            town.execute(&format!(
                "insert into countersignatures (institution_id, statement_id, signed_by, person, person_name, reason, signed_at)
                 select institution_id, statement_id, 'k', 'name:li na', 'Li Na', 'why not', now() from statements s
                 where institution_id = '{institution}' and kind = 'adjustment' and not exists (
                   select from countersignatures k where k.statement_id = s.statement_id) order by statement_id limit 1"
            ))
            .await;
            return;
        }
        _ => {
            town.execute(&format!(
                "insert into statements (institution_id, statement_id, member_id, kind, about_statement_id, happened_on, stated_by, stated_at, reason)
                 select institution_id, '{id}', member_id, 'withdrawal', statement_id, happened_on, 'staff', now(), 'why not' from statements s
                 where institution_id = '{institution}' and kind <> 'withdrawal' and not exists (select from statements w
                   where w.kind = 'withdrawal' and w.about_statement_id = s.statement_id) order by statement_id desc limit 1"
            ))
            .await;
            return;
        }
    };
    town.execute(&format!(
        "insert into statements (institution_id, statement_id, member_id, kind, name, value, about_repository_id, about_kind, about_github_id,
           happened_on, stated_by, stated_at, reason)
         values ('{institution}', '{id}', '{member}', '{kind}', {}, {value}, {about}, '2025-10-02', 'staff', now(), 'why not')",
        if kind == "mark" { "'difficulty'" } else { "null" }
    ))
    .await;
}

#[tokio::test]
async fn after_two_hundred_random_changes_the_results_that_followed_are_those_of_scoring_everybody() {
    let town = Town::under(ENTANGLED).await;
    let repositories =
        [town.university.track("harbour/quay", "community", &[]).await, town.university.track("harbour/mole", "course", &[]).await];
    let mut members = Vec::new();
    for account in 1..5 {
        members.push(town.enrol(account).await);
    }
    let mut random = ChaCha8Rng::seed_from_u64(5);
    let mut head = town.score().await;
    let (mut followed, mut anew) = (0, 0);
    for edit in 0..200 {
        do_anything(&town, &mut random, &repositories, &mut members).await;
        match town.rescore(head).await {
            Some(next) => {
                head = next;
                followed += 1;
            }
            None => {
                if let Some(queued) = town.queued().await {
                    town.university.work().await;
                    head = queued;
                    anew += 1;
                }
            }
        }
        let everybody = town.score().await;
        assert_eq!(town.result(head).await, town.result(everybody).await, "after edit {edit}");
    }
    assert!(followed > 90 && anew > 0, "{followed} followed, {anew} anew: the changes changed too little");
}

impl Town {
    async fn adopt_for_term(&self, term: TermId, policy: PolicyId, audience: Audience) {
        let adopted = TermPolicy {
            id: TermPolicyId::new(self.now()),
            term,
            audience,
            policy,
            adopted_from: "2025-02-01".parse().unwrap(),
            adopted_by: "operator".to_owned(),
            adopted_at: self.now(),
        };
        let mut tx = self.university.begin().await;
        assert!(db::term_policies::insert(&mut tx, &adopted, &Actor::Operator).await.unwrap());
        tx.commit().await.unwrap();
    }

    /// A second later, so that it is the newest.
    async fn score_under(&self, term: TermId, policy: PolicyId) -> EvaluationId {
        self.university.clock.set(self.now() + TimeDelta::seconds(1));
        self.university.evaluate(term, policy).await.id
    }
}

#[tokio::test]
async fn a_trial_of_another_version_changes_nothing_of_what_holds() {
    let town = Town::under(ENTANGLED).await;
    let earlier = town.earlier().await;
    let text = |version: &str, audience: &str| {
        format!("audience = \"{audience}\"\n{}", ENTANGLED.replace("version = \"entangled\"", &format!("version = \"{version}\"")))
    };
    let students = town.university.adopt(&text("students", "students")).await;
    let faculty = town.university.adopt(&text("faculty", "faculty")).await;
    let held = town.score_under(earlier, students).await;
    let trial = town.score_under(earlier, town.policy).await;
    let of_faculty = town.score_under(earlier, faculty).await;

    let mut tx = town.university.begin().await;
    let term = db::terms::get(&mut tx, town.term).await.unwrap().unwrap();
    drop(tx);
    let prior = async |text: &str| {
        let policy = scoring::policy::parse("policy.toml", text).unwrap();
        let mut tx = town.university.begin().await;
        evaluations::list_prior(&mut tx, &term, &policy).await.unwrap().into_iter().map(|(id, _)| id).collect::<Vec<_>>()
    };
    let previous =
        async |policy| evaluations::get_newest_of(&mut town.university.begin().await, earlier, policy).await.unwrap().unwrap().id;
    let current = async || {
        let since = "2025-01-01".parse().unwrap();
        evaluations::list_current(&mut town.university.begin().await, since).await.unwrap()
    };
    let (for_students, for_faculty) = (text("students", "students"), text("faculty", "faculty"));
    assert_eq!(prior(&for_students).await, [of_faculty], "nothing was adopted: the newest");
    assert_eq!(current().await, [of_faculty]);
    assert_eq!(previous(students).await, of_faculty);

    town.adopt_for_term(earlier, students, Audience::Students).await;
    assert_eq!(prior(&for_faculty).await, [held], "an adopted one wins");
    town.adopt_for_term(earlier, faculty, Audience::Faculty).await;
    assert_eq!(prior(&for_students).await, [held]);
    assert_eq!(prior(&for_faculty).await, [of_faculty]);
    assert_eq!(current().await, [held, trial, of_faculty], "each is kept up to date");
    assert_eq!(previous(students).await, trial, "no one else's");
    assert_eq!(previous(faculty).await, of_faculty);
}

#[tokio::test]
async fn what_people_gave_stays_in_the_report_when_the_member_leaves() {
    let town = Town::new().await;
    let quay = town.university.track("harbour/quay", "community", &[]).await;
    let (ann, ben, cy) = (town.enrol(1).await, town.enrol(2).await, town.enrol(3).await);
    for n in 1..=3 {
        town.write(merged(quay, n, n)).await;
    }
    let first = town.score().await;
    let now = town.now();
    let reviewer = Actor::Key { id: ApiKeyId::new(now), holder: Person { name: "A reviewer".into(), member: None } };
    let verdict = Verdict { decision: Decision::Approve, reason: Some("Seen".into()), credits: None };
    let mut tx = town.university.begin().await;
    decisions::propose(&mut tx, first, &Actor::Operator, now).await.unwrap();
    let chains = db::awards::list_chains(&mut tx, &db::awards::Filter { member: Some(ann), ..Default::default() }).await.unwrap();
    decisions::decide(&mut tx, chains[0][0].id, &verdict, &reviewer, now).await.unwrap();
    for gone in [ann, ben] {
        assert!(members::remove(&mut tx, gone, &Actor::Operator, now).await.unwrap());
    }
    tx.commit().await.unwrap();
    let second = town.rescore(first).await.unwrap();
    let report = decisions::report(&mut town.university.begin().await, second, now).await.unwrap().unwrap();
    let rows: Vec<_> = report.rows.iter().map(|row| (row.score.member, row.award.as_ref().unwrap().given.is_some())).collect();
    assert_eq!(rows, [(ann, true), (cy, false)], "nobody had decided on the third");
    assert_eq!(report.rows[0].credits(), Some(chains[0][0].proposal.credits));
    assert_eq!(report.rows[0].score.points(), Some(chains[0][0].proposal.points));
}
