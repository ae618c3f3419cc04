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
    let twice = |name, labels: [&str; 2]| {
        let (mut desk, project) = practice();
        desk.did(mine(project));
        for (number, label) in (2..).zip(labels) {
            desk.did(Contribution { labels: vec![label.into()], ..pull_request(project, number, "2025-10-01", "2025-10-09", 50) });
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
        merged("merged today", "2026-01-30"),
        merged("merged six days ago", "2026-01-25"),
        tried("reverted, and the week begins anew", reverted, Outcome::NotYet("waiting_after_revert")),
        twice("two that are called spam", ["spam", "spam"]),
        twice("one spam and one invalid", ["spam", "invalid"]),
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

/// G12: approved before anybody can have read it, or by somebody who gets as much back.
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
    ]
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
