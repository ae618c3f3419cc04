//! Names put on work that is another's: as its co-author, or by an e-mail address that anybody can write into a commit.

use accredit::model::{
    account::AccountId,
    contribution::{Contribution, Key},
    github::{Commit, CommitAuthor, PullRequest},
    ids::{RepositoryId, StatementId},
    statement::{About, Statement, StatementKind},
};
use uuid::Uuid;

use super::{
    Fixture, Outcome,
    facts::{brought, commit, person, pull_request, with_commits, with_pull_request},
    merges::spread,
    practice, tried,
};
use crate::support::desk::{self, ANN, BEN, Desk, ME, changed, confirmation, decimal, stated};

/// Ann's merged pull request of 50 lines: 10 points, of which somebody claims a part for me.
fn anns(repository: RepositoryId, committers: &[AccountId]) -> Contribution {
    let of_ann =
        Contribution { account: Some(ANN), confirmed_by: vec![BEN], ..desk::pull_request(repository, 12, "2025-10-01", "2025-10-09", 50) };
    changed(of_ann, |change| {
        change.committers = committers.to_vec();
        change.co_authors = vec![ME];
    })
}

fn share(key: &Key, part: &str, day: &str) -> Statement {
    Statement { value: Some(decimal(part)), about: Some(About::Contribution(key.clone())), ..stated(StatementKind::Share, day) }
}

/// A share for me in Ann's pull request, which these people committed to, after shares of others.
fn shared(part: &str, committers: &[AccountId], before: &[&str]) -> (Desk, StatementId) {
    let (mut desk, project) = practice();
    let work = anns(project, committers);
    let key = work.key.clone();
    desk.subject.shared.push(work);
    let mine = desk.state(share(&key, part, "2025-10-20"));
    let others = (50..).zip(before).map(|(id, part)| Statement {
        id: StatementId(Uuid::from_u128(id)),
        member: accredit::model::ids::MemberId(Uuid::from_u128(id)),
        ..share(&key, part, "2025-10-15")
    });
    let all = others.chain(desk.subject.statements.iter().cloned()).collect();
    desk.context.shares.insert(key, all);
    (desk, mine)
}

/// G3: a name in a `Co-authored-by` line, or a share that nobody backs.
pub fn co_authors() -> Vec<Fixture> {
    let (desk, project) = practice();
    let trailer = PullRequest {
        author: person(ANN),
        merged_by: person(BEN),
        commits: vec![commit("c1", "2025-10-01", &[ANN, ME])],
        ..pull_request()
    };
    let trailer = with_pull_request(desk, project, trailer);
    let confirmed = |by: &[&str]| {
        let (mut desk, share) = shared("0.5", &[ANN], &[]);
        for who in by {
            desk.state(confirmation(who, Some(About::Statement(share)), "2025-10-21"));
        }
        desk
    };
    let (mut of_another, _) = shared("0.5", &[ANN], &[]);
    for who in ["author", "mentor"] {
        of_another.state(confirmation(who, Some(About::Statement(StatementId(Uuid::from_u128(77)))), "2025-10-21"));
    }
    let not_backed = Outcome::Nothing("share_not_backed");
    vec![
        tried("a trailer alone", trailer, Outcome::Nothing("other_account")),
        tried("a share that nobody confirms", confirmed(&[]), not_backed),
        tried("a share that the author alone confirms", confirmed(&["author"]), not_backed),
        tried("a share that a mentor alone confirms", confirmed(&["mentor"]), not_backed),
        tried("a share that a friend confirms", confirmed(&["friend", "mentor"]), not_backed),
        tried("confirmations of another share", of_another, not_backed),
        tried("a share in what Ben committed to", shared("0.5", &[ANN, BEN], &[]).0, not_backed),
        // 10 points, of which Ben's 0.7 came first: 0.3 are left, whoever claims more.
        tried("shares that sum to more than one", shared("0.7", &[ANN, ME], &["0.7"]).0, Outcome::Only("3")),
        tried("shares of which nothing is left", shared("1", &[ANN, ME], &["0.6", "0.4"]).0, Outcome::Only("0")),
    ]
}

#[test]
fn a_share_that_commits_or_author_and_mentor_back_is_paid() {
    assert_eq!(shared("0.4", &[ANN, ME], &[]).0.points().to_string(), "4");
    let (mut desk, share) = shared("0.4", &[ANN], &[]);
    for who in ["author", "mentor"] {
        desk.state(confirmation(who, Some(About::Statement(share)), "2025-10-21"));
    }
    assert_eq!(desk.points().to_string(), "4");
}

/// G4: anybody can write anybody's name and address into a commit.
pub fn forged() -> Vec<Fixture> {
    let by_ann = |commits| PullRequest { author: person(ANN), merged_by: person(BEN), commits, ..pull_request() };
    let on_practice = |name, pull_request| {
        let (desk, project) = practice();
        tried(name, with_pull_request(desk, project, pull_request), Outcome::Nothing("other_account"))
    };
    let on_spread = |name, commit: Commit, outcome| {
        let (desk, course) = spread();
        tried(name, with_commits(desk, course, vec![commit]), outcome)
    };
    let named =
        |account| Commit { authors: vec![CommitAuthor { name: Some("Person 1".into()), account }], ..commit("c1", "2025-10-05", &[]) };
    let of_ann = |commit| brought(ANN, "2025-10-01", "2025-10-09", commit);
    let (desk, project) = practice();
    let pushed = with_commits(desk, project, vec![commit("c1", "2025-10-05", &[ME])]);
    vec![
        on_practice("one's address in another's commit", by_ann(vec![commit("c1", "2025-10-01", &[ME])])),
        on_practice(
            "one's address in every commit of another's",
            by_ann(vec![commit("c1", "2025-10-01", &[ME]), commit("c2", "2025-10-02", &[ME, ANN])]),
        ),
        tried("a commit under one's address without a pull request", pushed, Outcome::Nothing("no_rule")),
        on_spread(
            "a week filled by another's work under one's address",
            of_ann(commit("c1", "2025-10-05", &[ME])),
            Outcome::Nothing("not_in_own_pull_request"),
        ),
        on_spread(
            "a week filled by a push under one's address",
            commit("c1", "2025-10-05", &[ME]),
            Outcome::Nothing("not_in_own_pull_request"),
        ),
        on_spread("one's name with an address that nobody claims", of_ann(named(None)), Outcome::Nothing("other_account")),
        on_spread("one's name on another's account", of_ann(named(person(BEN))), Outcome::Nothing("other_account")),
    ]
}
