//! Merges that are none, that nobody else stands behind, or that put somebody else's name on the work.

use accredit::model::{
    account::{Account, AccountId, AccountKind},
    github::{Commit, PullRequest, ReviewState},
    ids::RepositoryId,
};

use super::{
    Fixture, Outcome,
    facts::{self, bot, brought, commit, person, pull_request, review, with_commits, with_pull_request},
    practice, tried,
};
use crate::support::desk::{ANN, BEN, Desk, ME, book};

fn on_practice(name: &'static str, pull_request: PullRequest, outcome: Outcome) -> Fixture {
    let (desk, project) = practice();
    tried(name, with_pull_request(desk, project, pull_request), outcome)
}

/// G1: the base branch is pushed onto the branch of a pull request, and GitHub shows it as merged.
pub fn phantom() -> Vec<Fixture> {
    let empty = || PullRequest { files: Some(Vec::new()), additions: Some(0), commits: Vec::new(), commit_count: 0, ..pull_request() };
    let approved = || vec![review(1, person(ANN), ReviewState::Approved, "2025-10-08")];
    vec![
        on_practice("nothing is in it", empty(), Outcome::Nothing("no_change")),
        on_practice(
            "nothing is in it and a friend approved",
            PullRequest { reviews: approved(), ..empty() },
            Outcome::Nothing("no_change"),
        ),
        on_practice("commits and no file", PullRequest { files: Some(Vec::new()), ..pull_request() }, Outcome::Nothing("no_change")),
        on_practice(
            "files and no commit of its own",
            PullRequest { commits: Vec::new(), commit_count: 0, ..pull_request() },
            Outcome::Nothing("no_commit"),
        ),
        on_practice(
            "no list of files and no commit",
            PullRequest { files: None, commits: Vec::new(), commit_count: 0, reviews: approved(), ..pull_request() },
            Outcome::Nothing("no_commit"),
        ),
        on_practice("pushed and merged by nobody", PullRequest { merged_by: None, ..pull_request() }, Outcome::Nothing("not_confirmed")),
        on_practice("pushed by oneself", PullRequest { merged_by: person(ME), ..pull_request() }, Outcome::Nothing("not_confirmed")),
    ]
}

/// G2: one merges one's own work, and no other human stands behind it.
pub fn by_oneself() -> Vec<Fixture> {
    let mine = |reviews| PullRequest { merged_by: person(ME), reviews, ..pull_request() };
    let approved_by = |account| vec![review(1, account, ReviewState::Approved, "2025-10-05")];
    let organisation = Account { id: AccountId(800), login: "friends".into(), kind: AccountKind::Organization };
    let taken_back = |state| vec![review(1, person(ANN), ReviewState::Approved, "2025-10-05"), review(2, person(ANN), state, "2025-10-06")];
    let unconfirmed = Outcome::Nothing("not_confirmed");
    let mut fixtures = vec![
        on_practice("in a friend's repository", mine(Vec::new()), unconfirmed),
        on_practice("approved by oneself", mine(approved_by(person(ME))), unconfirmed),
        on_practice("approved by a bot", mine(approved_by(bot("mergify[bot]"))), unconfirmed),
        on_practice("approved by a machine that reviews", mine(approved_by(bot("copilot-pull-request-reviewer[bot]"))), unconfirmed),
        on_practice("approved by an organisation", mine(approved_by(Some(organisation))), unconfirmed),
        on_practice("commented on by a friend", mine(vec![review(1, person(ANN), ReviewState::Commented, "2025-10-05")]), unconfirmed),
        on_practice("the approval was dismissed", mine(taken_back(ReviewState::Dismissed)), unconfirmed),
        on_practice("the approval became a request for changes", mine(taken_back(ReviewState::ChangesRequested)), unconfirmed),
        on_practice("merged by a bot", PullRequest { merged_by: bot("mergify[bot]"), ..pull_request() }, unconfirmed),
    ];
    let (mut desk, project) = practice();
    desk.about_repository(project).owner = Some(ME);
    fixtures.push(tried(
        "a friend merges in one's own repository",
        with_pull_request(desk, project, pull_request()),
        Outcome::Nothing("own_repository"),
    ));
    let (mut desk, project) = practice();
    let me = desk.subject.member;
    desk.about_repository(project).members.push(me);
    fixtures.push(tried(
        "a friend merges in a repository that is registered as one's own",
        with_pull_request(desk, project, pull_request()),
        Outcome::Nothing("own_repository"),
    ));
    fixtures
}

/// The project of a course where weeks with commits are paid.
pub fn spread() -> (Desk, RepositoryId) {
    let mut desk = Desk::under(book("nus-spread.toml"));
    let course = desk.repository("nus-courses/team-7", "course");
    (desk, course)
}

/// G6: squashing, rebasing and merge bots rewrite who wrote a commit. The pull request is its author's, whoever merged it.
pub fn rewritten() -> Vec<Fixture> {
    let anns = |oid: &str, authors: &[AccountId]| brought(ANN, "2025-10-01", "2025-10-09", commit(oid, "2025-10-09", authors));
    let on_spread = |name, commits: Vec<Commit>, outcome| {
        let (desk, course) = spread();
        tried(name, with_commits(desk, course, commits), outcome)
    };
    let merge = Commit { parents: vec!["a".into(), "b".into()], ..anns("c1", &[ME]) };
    let (desk, project) = practice();
    let of_ann =
        PullRequest { author: person(ANN), merged_by: person(ME), commits: vec![commit("c1", "2025-10-01", &[ANN])], ..pull_request() };
    let merged_by_me = with_commits(with_pull_request(desk, project, of_ann), project, vec![anns("c2", &[ME])]);
    let (desk, project) = practice();
    let of_a_bot = PullRequest { author: bot("backport[bot]"), ..pull_request() };
    vec![
        tried("squashed by oneself under one's own name", merged_by_me, Outcome::Nothing("other_account")),
        tried("a bot brought it from one's branch", with_pull_request(desk, project, of_a_bot), Outcome::Nothing("other_account")),
        on_spread("the squashed commit bears one's name", vec![anns("c1", &[ME])], Outcome::Nothing("not_in_own_pull_request")),
        on_spread(
            "three rebased commits bear one's name",
            ["c1", "c2", "c3"].map(|oid| anns(oid, &[ME])).to_vec(),
            Outcome::Nothing("not_in_own_pull_request"),
        ),
        on_spread("the merge commit is one's own", vec![merge], Outcome::Nothing("not_in_own_pull_request")),
        on_spread("the merge bot names one second", vec![anns("c1", &[ANN, ME])], Outcome::Nothing("other_account")),
        on_spread(
            "the squashed commit is the merger's and of Ben's work",
            vec![brought(BEN, "2025-10-01", "2025-10-09", commit("c1", "2025-10-09", &[ME]))],
            Outcome::Nothing("not_in_own_pull_request"),
        ),
    ]
}

#[test]
fn the_author_is_paid_whoever_squashed_it() {
    let (desk, project) = practice();
    let squashed = brought(ME, "2025-10-01", "2025-10-09", commit("c2", "2025-10-09", &[ANN]));
    let desk = with_commits(with_pull_request(desk, project, pull_request()), project, vec![squashed]);
    assert_eq!(desk.points().to_string(), "10");
    assert!(desk.sheet().flags.is_empty() && desk.sheet().lines.iter().all(|line| line.flags.is_empty()), "{:?}", desk.told());
    let (desk, project) = practice();
    assert_eq!(facts::with_issue(desk, project, facts::issue()).points().to_string(), "3");
}
