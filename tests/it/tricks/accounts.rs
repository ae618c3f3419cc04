//! Accounts that are no people, people who let a machine work and do not say so, and accounts that change hands.

use accredit::model::{
    account::{Account, AccountKind},
    contribution::{Contribution, Kind, State},
    github::{Batch, Commit, CommitAuthor, PullRequest, ReviewState},
    statement::{About, StatementKind},
};

use super::{
    Fixture, Outcome,
    facts::{self, commit, fetched, person, release, review, with_commits, with_issue, with_pull_request},
    merges::spread,
    practice, tried,
};
use crate::support::desk::{self, ANN, BEN, Desk, ME, at, codes, done, pull_request, stated};

/// The account that a member gave as his own, and which is a machine's.
fn machine(login: &str, kind: AccountKind) -> Option<Account> {
    Some(Account { id: ME, login: login.into(), kind })
}

/// G16: a machine's work is nobody's, even where a member is linked to its account.
pub fn bots() -> Vec<Fixture> {
    let bot = || machine("my-helper", AccountKind::Bot);
    let on_practice = |name, batch: Batch| {
        let (desk, project) = practice();
        tried(name, fetched(desk, project, batch), Outcome::Nothing("bot"))
    };
    let pulls = |pull_request| Batch { pull_requests: vec![pull_request], ..Batch::default() };
    let of_ann = || PullRequest { author: person(ANN), commits: vec![commit("c1", "2025-10-01", &[ANN])], ..facts::pull_request() };
    let (desk, course) = spread();
    let by_machine = Commit { authors: vec![CommitAuthor { name: None, account: bot() }], ..commit("c1", "2025-10-05", &[]) };
    let mut with_issue_of_a_bot = facts::issue();
    with_issue_of_a_bot.author = bot();
    let (issues, project) = practice();
    vec![
        on_practice("a pull request", pulls(PullRequest { author: bot(), ..facts::pull_request() })),
        on_practice(
            "an app that GitHub shows as a user",
            pulls(PullRequest { author: machine("renovate[bot]", AccountKind::User), ..facts::pull_request() }),
        ),
        on_practice("a review", pulls(PullRequest { reviews: vec![review(1, bot(), ReviewState::Approved, "2025-10-05")], ..of_ann() })),
        on_practice("a comment", pulls(PullRequest { comments: vec![facts::comment(1, bot())], ..of_ann() })),
        on_practice("a release", Batch { releases: vec![release(bot())], ..Batch::default() }),
        tried("an issue", with_issue(issues, project, with_issue_of_a_bot), Outcome::Nothing("bot")),
        tried("a commit", with_commits(desk, course, vec![by_machine]), Outcome::Nothing("bot")),
    ]
}

/// G17: what a machine made says so itself, in its branch, its author lines and trailers. The practice rule book asks to declare it; another
/// may deny it. How fast somebody works is flagged. Nobody guesses from the style of a text.
pub fn automation() -> Vec<Fixture> {
    let named =
        |name: &str| Commit { authors: vec![CommitAuthor { name: Some(name.into()), account: None }], ..commit("c1", "2025-10-01", &[]) };
    let trailer = |name: &str| {
        let mut both = commit("c1", "2025-10-01", &[ME]);
        both.authors.push(CommitAuthor { name: Some(name.into()), account: None });
        vec![both]
    };
    let on = |name, denied: bool, pull_request| {
        let (mut desk, project) = practice();
        let outcome = if denied { Outcome::Nothing("automation") } else { Outcome::Flagged("automation_mark", "10") };
        if denied {
            desk.policy =
                desk::parse("denies.toml", &desk::text("practice.toml").replace("automation = \"declare\"", "automation = \"deny\""))
                    .unwrap();
        }
        tried(name, with_pull_request(desk, project, pull_request), outcome)
    };
    let branch = |head: &str| PullRequest { head: head.into(), ..facts::pull_request() };
    let by = |commits| PullRequest { commits, ..facts::pull_request() };
    vec![
        on("a branch of an agent", false, branch("copilot/fix-12")),
        on("another agent's branch", false, branch("codex/add-cache")),
        on("a trailer of an assistant", false, by(trailer("Copilot"))),
        on("a trailer with a model's name", false, by(trailer("Claude Opus 4.5"))),
        on("a commit of an agent", false, by(vec![named("Devin AI")])),
        on("a commit of a bot", false, by(vec![named("devin-ai-integration[bot]")])),
        on("a branch of an agent, where that is denied", true, branch("copilot/fix-12")),
        on("a trailer, where that is denied", true, by(trailer("Copilot"))),
        tried("six pull requests on one day", many(6, 6), Outcome::Member("velocity_day", "60")),
        tried("eighteen pull requests in one week", many(18, 3), Outcome::Member("velocity_week", "180")),
    ]
}

/// So many pull requests of 50 lines, so many of them opened a day from a Monday on, and merged three a day later; in two projects.
fn many(number: i64, a_day: i64) -> Desk {
    let (mut desk, project) = practice();
    let projects = [project, desk.repository("kite-lang/kite", "community")];
    for (nth, project) in (0..number).zip(projects.into_iter().cycle()) {
        let opened = at("2025-10-06") + chrono::TimeDelta::days(nth / a_day) + chrono::TimeDelta::minutes(nth);
        let merged = at("2025-10-20") + chrono::TimeDelta::days(nth / 3) + chrono::TimeDelta::minutes(nth);
        desk.did(pull_request(project, 1 + nth, &opened.to_rfc3339(), &merged.to_rfc3339(), 50));
    }
    desk
}

#[test]
fn who_declares_it_is_not_flagged() {
    let (desk, project) = practice();
    let mut desk = with_pull_request(desk, project, PullRequest { head: "copilot/fix-12".into(), ..facts::pull_request() });
    let key = desk.contributions[0].key.clone();
    desk.state(accredit::model::statement::Statement {
        about: Some(About::Contribution(key)),
        ..stated(StatementKind::Declaration, "2025-10-02")
    });
    let sheet = desk.sheet();
    assert_eq!((sheet.points.to_string(), sheet.lines.iter().flat_map(|line| &line.flags).count()), ("10".into(), 0));
}

#[test]
fn five_on_a_day_and_fifteen_in_a_week_are_not_too_fast() {
    for desk in [many(5, 5), many(15, 3)] {
        assert_eq!(codes(&desk.sheet().flags), [""; 0]);
    }
}

/// G21: one account is one person for good. A change of the account needs a second person and a fortnight, and is flagged; what the former
/// account did earns nothing. That two members cannot have one account is the database's matter:
/// `jobs::an_account_that_took_anothers_former_login_is_not_linked_twice`.
pub fn borrowed() -> Vec<Fixture> {
    let changed = |name, on: &str| {
        let (mut desk, project) = practice();
        desk.did(pull_request(project, 1, "2025-10-01", "2025-10-09", 50));
        desk.subject.account_changed_at = Some(at(on));
        tried(name, desk, Outcome::Member("account_changed", "10"))
    };
    let of_another = |name, how: fn(Contribution) -> Contribution| {
        let (mut desk, project) = practice();
        desk.did(how(pull_request(project, 1, "2025-10-01", "2025-10-09", 50)));
        desk.subject.account_changed_at = Some(at("2025-11-01"));
        tried(name, desk, Outcome::Nothing("other_account"))
    };
    vec![
        changed("changed on the first day", "2025-09-01"),
        changed("changed in the middle of the term", "2025-11-15"),
        changed("changed on the last day", "2026-01-31"),
        changed("changed a week before the term", "2025-08-25"),
        changed("changed a fortnight before the term", "2025-08-19"),
        of_another("what the former account did", |c| Contribution { account: Some(BEN), ..c }),
        of_another("what a deleted account did", |c| Contribution { account: None, ..c }),
        of_another("what the seller reviewed", |c| Contribution {
            account: Some(BEN),
            ..done(c.key.repository, 1, Kind::Review, State::Approved, "2025-10-09")
        }),
    ]
}

#[test]
fn a_change_long_before_the_term_is_not_flagged() {
    let (mut desk, project) = practice();
    desk.did(pull_request(project, 1, "2025-10-01", "2025-10-09", 50));
    desk.subject.account_changed_at = Some(at("2025-08-01"));
    assert_eq!(codes(&desk.sheet().flags), [""; 0]);
}
