//! Taking other people's time: spam, reviews that nobody did, and floods of comments.

use accredit::model::{
    contribution::{Contribution, Kind, State},
    ids::RepositoryId,
};

use super::{Attempt, Fixture, Outcome, practice, tried};
use crate::support::desk::{self, ANN, BEN, Desk, at, changed, done, pull_request};

fn mine(project: RepositoryId) -> Contribution {
    pull_request(project, 1, "2025-10-01", "2025-10-09", 50)
}

/// G7: what a project calls spam earns nothing, whatever else it wrote on the label; nothing counts in its first week; and who does it
/// twice is flagged.
pub fn spam() -> Vec<Fixture> {
    let labelled = |name, label: &str| {
        let (mut desk, project) = practice();
        desk.did(Contribution { labels: vec!["good first issue".into(), label.into()], ..mine(project) });
        tried(name, desk, Outcome::Nothing("label"))
    };
    let merged = |name, merged: &str| {
        let (mut desk, project) = practice();
        desk.did(pull_request(project, 1, "2026-01-20", merged, 50));
        desk.context.as_of = at("2026-01-31");
        tried(name, desk, Outcome::NotYet("waiting"))
    };
    let (mut reverted, project) = practice();
    reverted.did(mine(project));
    reverted.context.as_of = at("2025-10-25");
    reverted.context.reverted.insert((project, 1), at("2025-10-20"));
    // Opened long ago, and a rule book that goes by that day: what was merged yesterday can be taken back tomorrow all the same.
    let by_opening = desk::text("practice.toml").replace("dated_by = \"closed\"", "dated_by = \"opened\"");
    let mut old = Desk::under(desk::parse("by-opening.toml", &by_opening).unwrap());
    let project = old.repository("lantern-db/lantern", "community");
    old.did(pull_request(project, 1, "2025-10-01", "2026-01-30", 50));
    old.context.as_of = at("2026-01-31");
    let twice = |name, labels: [&[&str]; 2]| {
        let (mut desk, project) = practice();
        desk.did(mine(project));
        for (number, labels) in (2..).zip(labels) {
            let labels = labels.iter().map(|label| (*label).into()).collect();
            desk.did(Contribution { labels, ..pull_request(project, number, "2025-10-01", "2025-10-09", 50) });
        }
        tried(name, desk, Outcome::Member("spam", "10"))
    };
    vec![
        labelled("spam", "spam"),
        labelled("with a prefix", "type: spam"),
        labelled("in capitals", "SPAM!"),
        labelled("invalid", "Invalid"),
        labelled("with a path", "status/invalid"),
        labelled("between dashes", "hacktoberfest-spam-2025"),
        labelled("behind a word of another script", "垃圾spam"),
        labelled("before a word of another script", "invalid无效"),
        merged("merged today", "2026-01-30"),
        merged("merged six days ago", "2026-01-25"),
        tried("opened months ago and merged yesterday", old, Outcome::NotYet("waiting")),
        tried("reverted, and the week begins anew", reverted, Outcome::NotYet("waiting_after_revert")),
        twice("two that are called spam", [&["spam"], &["spam"]]),
        twice("one spam and one invalid", [&["spam"], &["invalid"]]),
        twice("two whose label stands behind another that excludes", [&["duplicate", "spam"], &["wontfix", "type: spam"]]),
    ]
}

#[test]
fn a_word_that_only_contains_spam_is_no_spam() {
    for label in ["spammy-words-filter", "antispam", "invalidation"] {
        let (mut desk, project) = practice();
        desk.did(Contribution { labels: vec![label.into()], ..mine(project) });
        assert_eq!(desk.points().to_string(), "10", "{label}");
    }
}

/// G12: approved before anybody can have read it, by somebody who gets as much back, or again and again.
pub fn reviews() -> Vec<Fixture> {
    let opened = "2025-10-01T02:00:00Z";
    let approved = |name, confirmed: &str, total: i64, lines: i64, kept| {
        let (mut desk, project) = practice();
        let pull_request = Contribution { total_lines: Some(total), ..pull_request(project, 1, opened, "2025-10-09", lines) };
        desk.did(changed(pull_request, |change| change.confirmed_at = Some(at(confirmed))));
        tried(name, desk, Outcome::Flagged("instant_review", kept))
    };
    let given = |name, at_time: &str, lines| {
        let (mut desk, project) = practice();
        let review = done(project, 1, Kind::Review, State::Approved, at_time);
        desk.did(Contribution { parent_opened_at: Some(at(opened)), parent_lines: Some(lines), ..review });
        tried(name, desk, Outcome::Flagged("instant_review", "4"))
    };
    vec![
        approved("300 lines approved in a minute", "2025-10-01T02:01:00Z", 300, 300, "15"),
        approved("700 lines approved in ten seconds", "2025-10-01T02:00:10Z", 700, 700, "20"),
        approved("a large lock file approved at once", "2025-10-01T02:00:30Z", 5_000, 20, "10"),
        given("one approves 300 lines after a minute", "2025-10-01T02:01:00Z", 300),
        given("one approves 3,000 lines after a second", "2025-10-01T02:00:01Z", 3_000),
        tried("four for four", mutual(4, 0, 4, 0), Outcome::Member("mutual_reviews", "56")),
        tried("three of four for two of three", mutual(3, 1, 2, 1), Outcome::Member("mutual_reviews", "52")),
        tried("one for three", mutual(1, 0, 3, 0), Outcome::Member("mutual_reviews", "22")),
        tried("four for four on what nobody merges", open(mutual(4, 0, 4, 0)), Outcome::Member("mutual_reviews", "16")),
        tried("thirty approvals of one pull request", again(30, State::Approved, 1), Outcome::Only("4")),
        tried("thirty times changes requested, one a day", again(30, State::ChangesRequested, 24 * 60), Outcome::Only("4")),
        tried("thirty reviews without a decision", again(30, State::Commented, 1), Outcome::Only("4")),
    ]
}

/// So many reviews of one pull request of Ann's, so many minutes apart.
fn again(number: i64, state: State, minutes: i64) -> Desk {
    let (mut desk, project) = practice();
    for id in 1..=number {
        let when = at("2025-10-01") + chrono::TimeDelta::minutes(minutes * id);
        desk.did(Contribution { number: Some(7), ..done(project, 100 + id, Kind::Review, state, &when.to_rfc3339()) });
    }
    desk
}

/// None of the pull requests was merged or closed.
fn open(mut desk: Desk) -> Desk {
    for contribution in desk.contributions.iter_mut().filter(|contribution| contribution.key.kind == Kind::PullRequest) {
        (contribution.state, contribution.closed_at) = (State::Open, None);
    }
    desk
}

#[test]
fn a_first_look_and_then_a_decision_are_worth_no_less_than_the_decision_alone() {
    let (mut desk, project) = practice();
    for (id, state, day) in [(101, State::Commented, "2025-10-02"), (102, State::Approved, "2025-10-05")] {
        desk.did(Contribution { number: Some(7), ..done(project, id, Kind::Review, state, day) });
    }
    assert_eq!(desk.points().to_string(), "4");
    // Another pull request has an account of its own.
    desk.did(Contribution { number: Some(8), ..done(project, 103, Kind::Review, State::Approved, "2025-10-06") });
    assert_eq!(desk.points().to_string(), "8");
}

/// Pull requests of mine that Ann and that Ben confirmed, and my approvals of Ann's and of Ben's: 10 and 4 points each.
fn mutual(by_ann: i64, by_ben: i64, of_anns: i64, of_bens: i64) -> Desk {
    let (mut desk, project) = practice();
    for number in 1..=by_ann + by_ben {
        let by = if number <= by_ann { ANN } else { BEN };
        let pull_request = pull_request(project, number, &format!("2025-10-0{number}"), "2025-10-20", 50);
        desk.did(Contribution { confirmed_by: vec![by], ..pull_request });
    }
    for id in 1..=of_anns + of_bens {
        let of = if id <= of_anns { ANN } else { BEN };
        let review = done(project, 100 + id, Kind::Review, State::Approved, &format!("2025-11-0{id}"));
        desk.did(Contribution { parent_account: Some(of), ..review });
    }
    desk
}

#[test]
fn who_gives_and_gets_from_many_is_not_flagged() {
    for (by_ann, by_ben, of_anns, of_bens) in [(2, 2, 2, 2), (1, 0, 2, 0), (4, 0, 1, 4)] {
        assert_eq!(desk::codes(&mutual(by_ann, by_ben, of_anns, of_bens).sheet().flags), [""; 0]);
    }
}

/// G13: comments are paid on others' accepted work alone, and end early; reactions are worth nothing, since no rule book can name them.
pub fn comments() -> Vec<Fixture> {
    let flood = |name, kind, days: i64, a_day: i64, most| {
        let (mut desk, project) = practice();
        for id in 0..days * a_day {
            let when = at("2025-09-02") + chrono::TimeDelta::days(id / a_day) + chrono::TimeDelta::minutes(id % a_day);
            desk.did(done(project, 1 + id, kind, State::Published, &when.to_rfc3339()));
        }
        tried(name, desk, Outcome::Only(most))
    };
    let one = |name, outcome, how: fn(Contribution) -> Contribution| {
        let (mut desk, project) = practice();
        desk.did(how(done(project, 1, Kind::IssueComment, State::Published, "2025-10-01")));
        tried(name, desk, outcome)
    };
    let written = |name, text: String, word| Fixture { name, attempt: Attempt::Written(text, word) };
    let practice = desk::text("practice.toml");
    vec![
        flood("thirty comments in half an hour", Kind::IssueComment, 1, 30, "1"),
        flood("five comments a day for a hundred days", Kind::IssueComment, 100, 5, "15"),
        flood("a hundred remarks on one day", Kind::ReviewComment, 1, 100, "20"),
        tried("twenty reviews that only comment, on one pull request", again(20, State::Commented, 1), Outcome::Only("4")),
        one("on one's own work", Outcome::Nothing("own_work"), |c| Contribution { parent_account: Some(desk::ME), ..c }),
        one("on what nobody accepted", Outcome::Nothing("not_accepted"), |c| Contribution { parent_accepted: Some(false), ..c }),
        one("a remark on what nobody accepted", Outcome::Nothing("not_accepted"), |c| Contribution {
            key: accredit::model::contribution::Key { kind: Kind::ReviewComment, ..c.key },
            parent_accepted: Some(false),
            ..c
        }),
        written("a rule for reactions", practice.replace("kind = \"issue_comment\"", "kind = \"reaction\""), "reaction"),
        written(
            "a measure of reactions",
            format!("{practice}\n[[measures]]\nid = \"liked\"\ncount = \"reactions\"\npoints_each = 1\nmost = 5\n"),
            "reactions",
        ),
    ]
}
