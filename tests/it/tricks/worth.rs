//! What looks as if it were worth something: fresh repositories, stars, and issues that nobody needed.

use accredit::model::{
    account::AccountId,
    contribution::{Contribution, State},
    github::{ClosingPullRequest, Issue},
    repository::RepositoryContext,
    statement::{About, Statement},
};

use super::{
    Attempt, Fixture, Outcome,
    facts::{self, bot, person, with_issue},
    practice, tried,
};
use crate::support::desk::{self, BEN, Desk, ME, at, book, confirmation, issue, mark, pull_request, release, role};

/// G14: a repository that friends made for each other. `innovation-credit.toml` asks for a licence, an age and people from outside.
pub fn new_repositories() -> Vec<Fixture> {
    let on = |name, full_name: &str, code, how: fn(&mut RepositoryContext)| {
        let mut desk = Desk::under(book("innovation-credit.toml"));
        let project = desk.repository(full_name, "community");
        how(desk.about_repository(project));
        desk.did(pull_request(project, 1, "2025-10-01", "2025-10-09", 400));
        tried(name, desk, Outcome::Nothing(code))
    };
    vec![
        on("made for the purpose", "lantern-db/lantern", "repository_age", |r| r.github_created_at = Some(at("2025-09-25"))),
        on("ninety days old", "lantern-db/lantern", "repository_age", |r| r.github_created_at = Some(at("2025-07-11"))),
        on("nobody from outside", "lantern-db/lantern", "outside_contributors", |r| r.outside_contributors = Some(0)),
        on("two from outside", "lantern-db/lantern", "outside_contributors", |r| r.outside_contributors = Some(2)),
        on("no licence", "lantern-db/lantern", "licence", |r| r.license = None),
        on("a licence that is none", "lantern-db/lantern", "licence", |r| r.license = Some("NOASSERTION".into())),
        on("a licence that is not open", "lantern-db/lantern", "licence", |r| r.license = Some("CC-BY-NC-4.0".into())),
        on("on no list", "friends-of-mine/inflated", "not_listed", |_| ()),
        on("a playground", "tidewater-project/good-first-pull-request", "denied", |_| ()),
        on("one's own, under a listed name", "kite-lang/kite", "own_repository", |r| r.owner = Some(ME)),
        by_staff("twelve releases in a day, made for the review", "repository_age", |r| r.github_created_at = Some(at("2025-10-08"))),
        by_staff("twelve releases in a day that nobody else has a part in", "outside_contributors", |r| r.outside_contributors = Some(0)),
        by_staff("twelve releases in a day without a licence", "licence", |r| r.license = None),
    ]
}

/// One's own repository under the rule book of staff, with a role, dependants and releases that the committee waved through.
fn by_staff(name: &'static str, code: &'static str, how: fn(&mut RepositoryContext)) -> Fixture {
    let mut desk = Desk::under(book("faculty-achievement.toml"));
    let project = desk.repository("me/made-for-it", "own");
    let repository = desk.about_repository(project);
    repository.owner = Some(ME);
    how(repository);
    for id in 1..=12 {
        desk.did(release(project, id, "2025-10-09"));
    }
    desk.state(role("steering", project, "2025-10-09"));
    desk.state(Statement { about: Some(About::Repository(project)), ..mark("dependants", "5000", "2025-10-09") });
    desk.state(confirmation("committee", None, "2025-10-20"));
    tried(name, desk, Outcome::Nothing(code))
}

/// G15: no rule book can pay for stars, forks or followers: there is no word for them.
pub fn stars() -> Vec<Fixture> {
    let written = |name, text: String, word| Fixture { name, attempt: Attempt::Written(text, word) };
    let practice = desk::text("practice.toml");
    let with = |more: &str| format!("{practice}\n{more}\n");
    vec![
        written("points for stars", practice.replacen("points = 10\n", "points = 10\nstars = 1\n", 1), "stars"),
        written("a kind of contribution", practice.replace("kind = \"release\"", "kind = \"star\""), "star"),
        written("a measure", with("[[measures]]\nid = \"famous\"\ncount = \"stars\"\npoints_each = 1\nmost = 5"), "stars"),
        written("a repository of many stars", with("[repositories]\nmin_stars = 100"), "min_stars"),
        written("a factor of a category", practice.replacen("factor = 1\n", "factor_per_star = 0.1\n", 1), "factor_per_star"),
        written("a requirement", practice.replacen("\"merged\", ", "\"starred\", ", 1), "starred"),
        written("followers", with("[[measures]]\nid = \"followed\"\ncount = \"followers\"\npoints_each = 1\nmost = 5"), "followers"),
        written("forks", with("[[measures]]\nid = \"forked\"\ncount = \"forks\"\npoints_each = 1\nmost = 5"), "forks"),
    ]
}

/// G20: an issue is paid when somebody else's merged pull request solved it, and not for having been written.
pub fn issues() -> Vec<Fixture> {
    let stands = |name, code, how: fn(Contribution) -> Contribution| {
        let (mut desk, project) = practice();
        desk.did(how(issue(project, 1, "2025-10-01", "2025-10-09")));
        tried(name, desk, Outcome::Nothing(code))
    };
    let closed = |name, how: Issue| {
        let (desk, project) = practice();
        tried(name, with_issue(desk, project, how), Outcome::Nothing("not_confirmed"))
    };
    let by =
        |author, is_merged| Issue { closed_by_pull_request: Some(ClosingPullRequest { number: 71, author, is_merged }), ..facts::issue() };
    vec![
        stands("not planned", "state", |c| Contribution { state: State::NotPlanned, ..c }),
        stands("a duplicate", "state", |c| Contribution { state: State::Duplicate, ..c }),
        stands("labelled as a duplicate", "label", |c| Contribution { labels: vec!["duplicate".into()], ..c }),
        stands("labelled as invalid", "label", |c| Contribution { labels: vec!["kind: invalid".into()], ..c }),
        closed("closed by hand as completed", Issue { closed_by_pull_request: None, ..facts::issue() }),
        closed("closed by one's own hand", Issue { closed_by: person(ME), closed_by_pull_request: None, ..facts::issue() }),
        closed("closed by one's own pull request", by(person(ME), true)),
        closed("closed by a pull request that nobody merged", by(person(BEN), false)),
        closed("closed by a bot's pull request", by(bot("dependabot[bot]"), true)),
        closed("closed by a deleted account's pull request", by(None, true)),
        closed(
            "closed by hand long ago, and nobody said why",
            Issue { state_reason: None, closed_by_pull_request: None, ..facts::issue() },
        ),
    ]
}

#[test]
fn an_issue_that_another_solved_is_paid() {
    let (desk, project) = practice();
    let solved = Issue {
        closed_by_pull_request: Some(ClosingPullRequest { number: 71, author: person(AccountId(5)), is_merged: true }),
        ..facts::issue()
    };
    assert_eq!(with_issue(desk, project, solved).points().to_string(), "3");
}
