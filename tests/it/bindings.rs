//! Whose account it is, from GitHub's answer to the points: several accounts of one member, changes by two people, and hands that change.

use accredit::{
    db::{
        self, account_changes,
        bindings::{self, Bound},
        members::{self, Profile},
        scores,
    },
    decisions::{self, AccountError, Wish},
    model::{
        account::{Account, AccountId, AccountKind},
        account_change::{ChangeDecision, ChangeState, Refusal},
        actor::{Actor, Person},
        binding::{Binding, Proof},
        contribution::{Contribution, Key, Kind, Record, State},
        ids::{AccountChangeId, ApiKeyId, EvaluationId, MemberId, PolicyId, RepositoryId, TermId},
        job::LinkAccounts,
        member::{AccountState, MemberRole},
        member_score::ExplainedLine,
        points::Points,
    },
    sample::{Server, World},
};
use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use crate::support::University;

const POLICY: &str = r#"
name = "practice"
version = "1"
[categories.community]
[[rules]]
id = "merged"
kind = "pull_request"
requires = ["merged", "confirmed_by_another"]
dated_by = "opened"
points = 10
[[rules]]
id = "review"
kind = "review"
requires = ["on_anothers_work"]
points = 2
[credits]
points_per_credit = 10
step = 0.5
"#;

/// A university on the 1st of December of its term, and a GitHub with these people.
struct Town {
    server: Server,
    university: University,
    repository: RepositoryId,
    term: TermId,
    policy: PolicyId,
}

const SOMEBODY: AccountId = AccountId(999);

impl Town {
    async fn new() -> Self {
        let now: DateTime<Utc> = "2025-12-01T00:00:00Z".parse().unwrap();
        let mut world = World::new(now);
        for (id, login) in [(1, "ann"), (2, "ann-too"), (3, "bob"), (4, "cyd")] {
            world.insert_person(AccountId(id), login, AccountKind::User);
        }
        let server = Server::start(world).await.unwrap();
        let university = University::new(&server, now).await;
        let term = university.add_term("2025-2026-1", "2025-09-01", "2026-01-31").await;
        let policy = university.adopt(POLICY).await;
        let repository = university.track("harbour/quay", "community", &[]).await;
        Self { server, university, repository, term, policy }
    }

    fn now(&self) -> DateTime<Utc> {
        self.university.clock.now()
    }

    fn pass(&self, days: i64) {
        self.university.clock.set(self.now() + TimeDelta::days(days));
    }

    /// A merged pull request of an account, opened so many days after the 1st of October, that this other account confirmed.
    async fn merged(&self, n: i64, account: i64, day: i64, confirmed_by: AccountId) {
        let c = Contribution {
            confirmed_by: vec![confirmed_by],
            effective_lines: Some(30),
            changed_files: Some(1),
            ..self.done(n, Kind::PullRequest, State::Merged, account, day)
        };
        self.write(c).await;
    }

    /// A review of a pull request of an account.
    async fn reviewed(&self, n: i64, account: i64, day: i64, author: i64) {
        self.write(Contribution { parent_account: Some(AccountId(author)), ..self.done(n, Kind::Review, State::Approved, account, day) })
            .await;
    }

    fn done(&self, n: i64, kind: Kind, state: State, account: i64, day: i64) -> Contribution {
        let at = "2025-10-01T12:00:00Z".parse::<DateTime<Utc>>().unwrap() + TimeDelta::days(day);
        let key = Key { repository: self.repository, kind, github_id: n.to_string().into() };
        Contribution { account: Some(AccountId(account)), number: Some(n), closed_at: Some(at), ..Contribution::bare(key, state, at) }
    }

    async fn write(&self, contribution: Contribution) {
        let url = format!("https://github.example/{}/{}", contribution.key.kind, contribution.key.github_id);
        let record = Record { contribution, url, title: None, co_authors: Vec::new(), evidence: b"{}".to_vec() };
        let mut tx = self.university.database.db().begin().await.unwrap();
        db::contributions::insert_batch(&mut tx, &[record], self.now()).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// A student whom nobody knows an account of.
    async fn enrol(&self, number: &str) -> MemberId {
        let mut tx = self.university.begin().await;
        let id = members::insert(&mut tx, MemberId::new(self.now()), &profile(number, None), &person("desk"), self.now()).await.unwrap();
        tx.commit().await.unwrap();
        id
    }

    /// The member proves an account.
    async fn prove(&self, member: MemberId, account: i64) -> Bound {
        let account = Account { id: AccountId(account), login: format!("proved-{account}"), kind: AccountKind::User };
        let mut tx = self.university.begin().await;
        let bound = bindings::bind(&mut tx, member, &account, Proof::OauthWeb, &person("the student"), self.now()).await.unwrap();
        bindings::follow_up(&mut tx, self.now()).await.unwrap();
        tx.commit().await.unwrap();
        bound
    }

    async fn bindings(&self, member: MemberId) -> Vec<Binding> {
        bindings::list(&mut self.university.begin().await, member).await.unwrap()
    }

    /// The accounts that are bound now, by number.
    async fn bound(&self, member: MemberId) -> Vec<i64> {
        let mut bound: Vec<i64> = self.bindings(member).await.iter().filter(|one| one.unbound.is_none()).map(|one| one.account.0).collect();
        bound.sort_unstable();
        bound
    }

    /// The register's word, as staff or a roster says it.
    async fn name(&self, member: MemberId, number: &str, login: Option<&str>) {
        // One after the other, so that their order is known.
        self.university.clock.set(self.now() + TimeDelta::seconds(1));
        let mut tx = self.university.begin().await;
        assert!(members::replace(&mut tx, member, &profile(number, login), &person("desk"), self.now()).await.unwrap());
        db::queue::enqueue(&mut tx, &LinkAccounts { institution_id: self.university.id }, None).await.unwrap();
        tx.commit().await.unwrap();
        self.university.work().await;
    }

    /// Asks for a change of the member's n-th binding.
    async fn wish(
        &self,
        member: MemberId,
        nth: usize,
        login: Option<&str>,
        mistaken: bool,
        by: &Actor,
    ) -> Result<AccountChangeId, AccountError> {
        let binding = self.bindings(member).await[nth].id;
        let wish = Wish { binding, github_login: login.map(str::to_owned), mistaken, reason: "It was sold".to_owned() };
        let mut tx = self.university.begin().await;
        let id = decisions::request(&mut tx, member, wish, by, self.now()).await?;
        tx.commit().await.unwrap();
        Ok(id)
    }

    async fn decide(&self, change: AccountChangeId, decision: ChangeDecision, by: &Actor) -> Result<ChangeState, AccountError> {
        let mut tx = self.university.begin().await;
        let change = decisions::decide_change(&mut tx, change, decision, "Asked in person", by, self.now()).await?;
        tx.commit().await.unwrap();
        Ok(change.state())
    }

    async fn state(&self, change: AccountChangeId) -> ChangeState {
        account_changes::get(&mut self.university.begin().await, change).await.unwrap().unwrap().state()
    }

    /// Asked for by the desk, confirmed by another, and fourteen days later.
    async fn change(&self, member: MemberId, nth: usize, login: Option<&str>, mistaken: bool) -> ChangeState {
        let change = self.wish(member, nth, login, mistaken, &person("desk")).await.unwrap();
        self.university.work().await;
        self.decide(change, ChangeDecision::Confirm, &person("dean")).await.unwrap();
        self.pass(14);
        self.settle().await;
        self.state(change).await
    }

    /// What the queue does when the days of a change are over.
    async fn settle(&self) {
        let mut tx = self.university.begin().await;
        db::queue::enqueue(&mut tx, &LinkAccounts { institution_id: self.university.id }, None).await.unwrap();
        tx.commit().await.unwrap();
        self.university.work().await;
    }

    async fn evaluate(&self) -> EvaluationId {
        self.university.clock.set(self.now() + TimeDelta::seconds(1));
        self.university.evaluate(self.term, self.policy).await.id
    }

    async fn points(&self, member: MemberId) -> Option<Points> {
        let evaluation = self.evaluate().await;
        let (score, _) = self.score(evaluation, member).await;
        score.computed.map(|computed| computed.points)
    }

    async fn score(&self, evaluation: EvaluationId, member: MemberId) -> (accredit::model::member_score::MemberScore, Vec<ExplainedLine>) {
        scores::get(&mut self.university.begin().await, evaluation, member).await.unwrap().unwrap()
    }

    /// What the log says was done to a member, oldest first.
    async fn log(&self, member: MemberId) -> Vec<String> {
        let mut owner = self.university.database.owner().await;
        let told = "select entry::json ->> 'action' from audit_entries where entry::json ->> 'subject' = $1 order by sequence";
        sqlx::query_scalar(told).bind(member.to_string()).fetch_all(&mut owner).await.unwrap()
    }
}

fn profile(number: &str, login: Option<&str>) -> Profile {
    Profile { number: number.into(), name: "Ann".into(), role: MemberRole::Student, unit: None, github_login: login.map(str::to_owned) }
}

/// Somebody of the institution who is nobody's member.
fn person(name: &str) -> Actor {
    let id = name.to_lowercase().bytes().fold(7, |id, byte| id * 256 + u128::from(byte));
    Actor::Key { id: ApiKeyId(Uuid::from_u128(id)), holder: Person { name: name.to_owned(), member: None } }
}

fn member(id: MemberId) -> Actor {
    Actor::Key { id: ApiKeyId(Uuid::from_u128(8)), holder: Person { name: "Ann".to_owned(), member: Some(id) } }
}

fn some(points: &str) -> Option<Points> {
    Some(points.parse().unwrap())
}

fn refused<T: std::fmt::Debug>(answer: Result<T, AccountError>) -> Refusal {
    match answer {
        Err(AccountError::Refused(refusal)) => refusal,
        other => panic!("not refused: {other:?}"),
    }
}

#[tokio::test]
async fn past_contributions_of_every_account_attach_when_it_is_bound_and_each_counts_once() {
    let town = Town::new().await;
    let ann = town.enrol("1").await;
    town.merged(1, 1, 0, SOMEBODY).await;
    town.merged(2, 2, 1, SOMEBODY).await;
    assert_eq!(town.points(ann).await, None, "no account is no zero");
    assert!(matches!(town.prove(ann, 1).await, Bound::Done(_)));
    assert_eq!(town.points(ann).await, some("10"));
    assert!(matches!(town.prove(ann, 2).await, Bound::Done(_)));
    assert!(matches!(town.prove(ann, 2).await, Bound::Already(_)));
    let evaluation = town.evaluate().await;
    let (score, lines) = town.score(evaluation, ann).await;
    assert_eq!((score.computed.unwrap().points, lines.len()), ("20".parse().unwrap(), 2));
    assert_eq!(
        (score.github_login.as_deref(), score.flags.len()),
        (Some("proved-1"), 1),
        "the first one is shown, and another one is looked at"
    );
    let mut tx = town.university.begin().await;
    let filter = db::contributions::Filter { member: Some(ann), ..db::contributions::Filter::default() };
    assert_eq!(db::contributions::list(&mut tx, &filter, None, 10).await.unwrap().len(), 2);
}

#[tokio::test]
async fn nobody_vouches_for_oneself_with_a_second_account() {
    let town = Town::new().await;
    let ann = town.enrol("1").await;
    town.merged(1, 1, 0, AccountId(2)).await;
    town.reviewed(1, 2, 0, 1).await;
    town.prove(ann, 1).await;
    assert_eq!(town.points(ann).await, some("10"), "as long as nobody knows whose the other account is");
    town.prove(ann, 2).await;
    assert_eq!(town.points(ann).await, some("0"));
    // Nor with one that was hers.
    assert_eq!(town.change(ann, 1, None, false).await, ChangeState::Done);
    assert_eq!(town.bound(ann).await, [1]);
    assert_eq!(town.points(ann).await, some("0"));
    // An account that never was hers is another's.
    let mistaken = town.change(ann, 1, None, true).await;
    assert_eq!((mistaken, town.points(ann).await), (ChangeState::Done, some("10")));
}

#[tokio::test]
async fn unbinding_loses_nothing_and_who_has_the_account_next_gets_only_what_came_after() {
    let town = Town::new().await;
    let (ann, bob) = (town.enrol("1").await, town.enrol("2").await);
    town.prove(ann, 1).await;
    town.merged(1, 1, 0, SOMEBODY).await;
    assert_eq!(town.prove(bob, 1).await, Bound::Taken);
    assert_eq!(town.change(ann, 0, None, false).await, ChangeState::Done);
    assert_eq!(town.bound(ann).await, [0_i64; 0]);
    // Opened after it ended: nobody's.
    town.merged(2, 1, 80, SOMEBODY).await;
    town.pass(10);
    assert_eq!((town.points(ann).await, town.points(bob).await), (some("10"), None));
    assert!(matches!(town.prove(bob, 1).await, Bound::Done(_)));
    assert_eq!((town.points(ann).await, town.points(bob).await), (some("10"), some("10")));
    let evaluation = town.evaluate().await;
    let (score, lines) = town.score(evaluation, bob).await;
    assert_eq!(lines.iter().map(|one| &*one.about.as_ref().unwrap().url).collect::<Vec<_>>(), ["https://github.example/pull_request/2"]);
    assert_eq!(score.flags.iter().map(|flag| &*flag.code).collect::<Vec<_>>(), ["account_changed"], "it had been another's");
}

#[tokio::test]
async fn a_change_waits_for_a_second_person_and_for_fourteen_days_and_each_alone_is_not_enough() {
    let town = Town::new().await;
    let ann = town.enrol("1").await;
    town.prove(ann, 1).await;
    let by_herself = town.wish(ann, 0, None, false, &member(ann)).await.unwrap();
    assert_eq!(refused(town.decide(by_herself, ChangeDecision::Confirm, &member(ann)).await), Refusal::Oneself);
    town.pass(15);
    town.settle().await;
    assert_eq!((town.state(by_herself).await, town.bound(ann).await), (ChangeState::Waiting, vec![1]), "fifteen days and one person");
    assert!(matches!(town.wish(ann, 0, None, false, &person("desk")).await, Err(AccountError::Waits)));
    let mut tx = town.university.begin().await;
    decisions::withdraw(&mut tx, by_herself, "Kept after all", &member(ann), town.now()).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(refused(town.decide(by_herself, ChangeDecision::Confirm, &person("dean")).await), Refusal::Closed(ChangeState::Withdrawn));

    let change = town.wish(ann, 0, None, false, &person("desk")).await.unwrap();
    assert_eq!(refused(town.decide(change, ChangeDecision::Confirm, &person("Desk")).await), Refusal::SamePerson);
    assert_eq!(town.decide(change, ChangeDecision::Confirm, &person("dean")).await.unwrap(), ChangeState::Confirmed);
    town.pass(13);
    town.settle().await;
    assert_eq!((town.state(change).await, town.bound(ann).await), (ChangeState::Confirmed, vec![1]), "two people and thirteen days");
    town.pass(1);
    town.settle().await;
    assert_eq!((town.state(change).await, town.bound(ann).await), (ChangeState::Done, vec![]));
    let expected = [
        "member_registered",
        "account_linked",
        "account_change_requested",
        "account_change_closed",
        "account_change_requested",
        "account_change_confirmed",
        "account_unlinked",
        "account_change_closed",
    ];
    assert_eq!(town.log(ann).await, expected);
    let member = members::get(&mut town.university.begin().await, ann).await.unwrap().unwrap();
    assert_eq!((member.account, member.account_state), (None, AccountState::None));
}

/// The table itself refuses it, whatever the program does.
#[tokio::test]
async fn the_database_lets_no_change_take_effect_early_or_on_one_persons_word() {
    let town = Town::new().await;
    let ann = town.enrol("1").await;
    town.prove(ann, 1).await;
    let change = town.wish(ann, 0, None, false, &person("desk")).await.unwrap();
    let change = account_changes::get(&mut town.university.begin().await, change).await.unwrap().unwrap();
    let close = async |days| {
        let mut tx = town.university.begin().await;
        account_changes::close(&mut tx, &change, ChangeState::Done, None, &Actor::Program, town.now() + TimeDelta::days(days)).await
    };
    assert!(close(20).await.is_err(), "nobody confirmed");
    let mut tx = town.university.begin().await;
    assert!(account_changes::confirm(&mut tx, &change, "x", &person("DESK"), town.now()).await.is_err(), "the same person");
    drop(tx);
    town.decide(change.id, ChangeDecision::Confirm, &person("dean")).await.unwrap();
    assert!(close(13).await.is_err(), "too early");
    close(14).await.unwrap();
}

#[tokio::test]
async fn a_login_that_the_register_changes_unbinds_nothing_and_asks_for_a_change_once() {
    let town = Town::new().await;
    let ann = town.enrol("1").await;
    town.name(ann, "1", Some("ann")).await;
    let [first] = &town.bindings(ann).await[..] else { panic!("one binding") };
    assert_eq!((first.account, first.proof, &*first.bound_by), (AccountId(1), Proof::Attested, person("desk").to_string().as_str()));

    town.name(ann, "1", Some("ANN")).await; // a label
    assert!(account_changes::get_newest(&mut town.university.begin().await, ann).await.unwrap().is_none());
    for _ in 0..2 {
        town.name(ann, "1", Some("ann-too")).await;
    }
    let newest = async || account_changes::get_newest(&mut town.university.begin().await, ann).await.unwrap().unwrap();
    let wanted = newest().await;
    assert_eq!((wanted.state(), wanted.account), (ChangeState::Waiting, Some(AccountId(2))), "GitHub has said which it is");
    assert_eq!(town.bound(ann).await, [1]);
    // Rejected, and not asked for again by the same word.
    town.decide(wanted.id, ChangeDecision::Reject, &person("dean")).await.unwrap();
    town.name(ann, "1", Some("ann-too")).await;
    assert_eq!(newest().await.id, wanted.id);
    // Another word is another wish, and takes the place of one that waits; the old word takes it back.
    town.name(ann, "1", Some("bob")).await;
    let of_bob = newest().await;
    town.name(ann, "1", Some("cyd")).await;
    assert_eq!(town.state(of_bob.id).await, ChangeState::Superseded);
    town.name(ann, "1", Some("ann")).await;
    assert_eq!(newest().await.state(), ChangeState::Withdrawn);
    // None is a wish, too.
    town.name(ann, "1", None).await;
    assert_eq!((newest().await.wanted.login(), newest().await.state()), (None, ChangeState::Waiting));
    town.name(ann, "1", Some("ann")).await;
    assert_eq!((newest().await.state(), town.bound(ann).await), (ChangeState::Withdrawn, vec![1]));
}

#[tokio::test]
async fn a_replaced_account_gives_way_to_the_one_that_github_named_when_it_was_asked() {
    let town = Town::new().await;
    let ann = town.enrol("1").await;
    town.name(ann, "1", Some("ann")).await;
    town.merged(1, 1, 0, SOMEBODY).await;
    town.merged(2, 2, 0, SOMEBODY).await;
    let change = town.wish(ann, 0, Some("ann-too"), false, &person("desk")).await.unwrap();
    town.university.work().await;
    // The login changes hands while it waits.
    town.server.world().rename_person(AccountId(2), "ann-as-well").unwrap();
    town.server.world().rename_person(AccountId(3), "ann-too").unwrap();
    town.decide(change, ChangeDecision::Confirm, &person("dean")).await.unwrap();
    town.pass(14);
    // The job that the confirmation asked for: nobody has to remember.
    town.university.work().await;
    assert_eq!((town.state(change).await, town.bound(ann).await), (ChangeState::Done, vec![2]));
    assert_eq!(town.points(ann).await, some("20"));
    let member = members::get(&mut town.university.begin().await, ann).await.unwrap().unwrap();
    assert_eq!((member.account, member.github_login.as_deref()), (Some(AccountId(2)), Some("ann-too")));
}

#[tokio::test]
async fn a_renamed_account_is_the_same_account_and_nothing_changes() {
    let town = Town::new().await;
    let ann = town.enrol("1").await;
    town.name(ann, "1", Some("ann")).await;
    town.server.world().rename_person(AccountId(1), "anna").unwrap();
    town.name(ann, "1", Some("anna")).await;
    let change = account_changes::get_newest(&mut town.university.begin().await, ann).await.unwrap().unwrap();
    assert_eq!(change.state(), ChangeState::Unneeded);
    let [binding] = &town.bindings(ann).await[..] else { panic!("one binding") };
    assert_eq!((&*binding.login, binding.unbound.is_none()), ("anna", true));
}

#[tokio::test]
async fn a_second_account_that_staff_attest_waits_for_a_second_person_and_for_no_days() {
    let town = Town::new().await;
    let ann = town.enrol("1").await;
    let attest = async |login| {
        let mut tx = town.university.begin().await;
        decisions::attest(&mut tx, ann, login, "Shown at the desk", &person("desk"), town.now()).await?;
        tx.commit().await.unwrap();
        town.university.work().await;
        Ok::<_, AccountError>(())
    };
    attest("ann").await.unwrap();
    assert_eq!(town.bound(ann).await, [1], "the first one needs nobody else");
    assert!(matches!(attest("Ann").await, Err(AccountError::BoundAlready)));
    attest("ann-too").await.unwrap();
    assert_eq!(town.bound(ann).await, [1]);
    let change = account_changes::get_newest(&mut town.university.begin().await, ann).await.unwrap().unwrap();
    town.decide(change.id, ChangeDecision::Confirm, &person("dean")).await.unwrap();
    town.university.work().await;
    assert_eq!((town.state(change.id).await, town.bound(ann).await), (ChangeState::Done, vec![1, 2]));
}

#[tokio::test]
async fn what_github_does_not_know_or_another_has_is_never_half_done() {
    let town = Town::new().await;
    let (ann, bob) = (town.enrol("1").await, town.enrol("2").await);
    town.prove(ann, 1).await;
    town.prove(bob, 3).await;
    for (login, expected) in [("nobody-has-this", ChangeState::NotFound), ("bob", ChangeState::Taken)] {
        let change = town.wish(ann, 0, Some(login), false, &person("desk")).await.unwrap();
        town.university.work().await;
        assert_eq!((town.state(change).await, town.bound(ann).await), (expected, vec![1]), "{login}");
    }
    // Another comes first while it waits.
    let change = town.wish(ann, 0, Some("cyd"), false, &person("desk")).await.unwrap();
    town.university.work().await;
    town.decide(change, ChangeDecision::Confirm, &person("dean")).await.unwrap();
    assert!(matches!(town.prove(bob, 4).await, Bound::Done(_)));
    town.pass(14);
    town.settle().await;
    assert_eq!((town.state(change).await, town.bound(ann).await), (ChangeState::Taken, vec![1]), "the old one is not ended either");
}

#[tokio::test]
async fn a_binding_that_was_a_mistake_gives_its_time_to_whoever_came_after() {
    let town = Town::new().await;
    let (ann, bob) = (town.enrol("1").await, town.enrol("2").await);
    town.prove(ann, 1).await;
    town.merged(1, 1, 0, SOMEBODY).await;
    assert_eq!(town.change(ann, 0, None, false).await, ChangeState::Done);
    town.prove(bob, 1).await;
    assert_eq!((town.points(ann).await, town.points(bob).await), (some("10"), some("0")));
    assert!(matches!(town.wish(ann, 0, None, false, &person("desk")).await, Err(AccountError::Over)));
    assert_eq!(town.change(ann, 0, None, true).await, ChangeState::Done);
    assert_eq!((town.points(ann).await, town.points(bob).await), (None, some("10")));
    assert!(matches!(town.wish(ann, 0, None, true, &person("desk")).await, Err(AccountError::Void)));
}

#[tokio::test]
async fn who_left_keeps_the_account_until_another_comes_to_it() {
    let town = Town::new().await;
    let ann = town.enrol("1").await;
    town.prove(ann, 1).await;
    town.merged(1, 1, 0, SOMEBODY).await;
    let leave = async |member| {
        let mut tx = town.university.begin().await;
        members::remove(&mut tx, member, &person("desk"), town.now()).await.unwrap();
        tx.commit().await.unwrap();
    };
    leave(ann).await;
    assert_eq!(town.enrol("1").await, ann, "who comes back is who left");
    assert_eq!((town.bound(ann).await, town.points(ann).await), (vec![1], some("10")));
    leave(ann).await;
    let bob = town.enrol("2").await;
    assert!(matches!(town.prove(bob, 1).await, Bound::Done(_)));
    assert_eq!((town.bound(ann).await, town.points(bob).await), (vec![], some("0")));
    assert_eq!(town.log(ann).await.last().unwrap(), "account_unlinked");
    assert_eq!(town.prove(ann, 4).await, Bound::Unknown);
}

#[tokio::test]
async fn two_institutions_bind_the_same_account_and_neither_learns_of_it() {
    let town = Town::new().await;
    let ann = town.enrol("1").await;
    town.prove(ann, 1).await;
    let neighbour = town.university.neighbour("neighbour").await;
    let mut tx = neighbour.begin().await;
    let there = members::insert(&mut tx, MemberId::new(town.now()), &profile("1", None), &person("desk"), town.now()).await.unwrap();
    let account = Account { id: AccountId(1), login: "ann".into(), kind: AccountKind::User };
    let bound = bindings::bind(&mut tx, there, &account, Proof::OauthDevice, &person("desk"), town.now()).await.unwrap();
    assert!(matches!(bound, Bound::Done(_)));
    tx.commit().await.unwrap();
    let [binding] = &bindings::list(&mut neighbour.begin().await, there).await.unwrap()[..] else { panic!("one binding") };
    assert_eq!((binding.span.unwrap().from, binding.unbound.is_none()), (None, true));
    assert_eq!(bindings::list(&mut neighbour.begin().await, ann).await.unwrap(), []);
}

#[tokio::test]
async fn two_people_who_claim_one_account_at_once_are_told_apart_by_the_database() {
    let town = Town::new().await;
    let (ann, bob) = (town.enrol("1").await, town.enrol("2").await);
    let (one, other) = tokio::join!(town.prove(ann, 1), town.prove(bob, 1));
    let won = |bound: &Bound| matches!(bound, Bound::Done(_));
    assert!(won(&one) != won(&other) && [one, other].contains(&Bound::Taken), "{one:?} {other:?}");
}

#[tokio::test]
async fn a_login_that_is_put_right_still_means_the_account_that_was_to_end() {
    let town = Town::new().await;
    let ann = town.enrol("001").await;
    for account in [2, 1] {
        town.pass(1);
        assert!(matches!(town.prove(ann, account).await, Bound::Done(_)));
    }
    for login in ["proved-1", "bob", "cyd"] {
        town.name(ann, "001", Some(login)).await;
    }
    let newest = account_changes::get_newest(&mut town.university.begin().await, ann).await.unwrap().unwrap();
    assert_eq!((newest.wanted.login(), newest.wanted.binding()), (Some("cyd"), Some(town.bindings(ann).await[1].id)));
}
