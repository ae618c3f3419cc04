//! The other side: what people really do, varied, is not harmed by any of the defences.

use accredit::model::{
    account::AccountId,
    binding::Accounts,
    contribution::{Contribution, Kind, State},
    ids::{MemberId, RepositoryId},
    points::Points,
    score::Source,
};
use chrono::{DateTime, TimeDelta, Utc};
use rstest::rstest;
use rust_decimal::Decimal;
use uuid::Uuid;

use crate::support::desk::{Desk, at, book, changed, done, issue, pull_request};

const MEMBERS: i64 = 9;
const PULL_REQUESTS: i64 = 26;
/// From a word in a manual to a subsystem.
const LINES: [i64; 15] = [1, 2, 5, 9, 12, 18, 26, 40, 64, 90, 100, 150, 240, 520, 1_300];

/// Whole numbers that look like chance and are the same every time.
fn draw(member: i64, nth: i64, salt: i64, below: i64) -> i64 {
    let mixed = (member * 7_919 + nth * 104_729 + salt * 1_299_709 + 12_345).wrapping_mul(6_364_136_223_846_793_005);
    ((mixed >> 33) & 0x7fff_ffff) % below
}

fn account(member: i64) -> AccountId {
    AccountId(10 + member)
}

/// Ten people of the projects, and the other members.
fn somebody_else(member: i64, nth: i64, salt: i64) -> AccountId {
    let who = draw(member, nth, salt, 10 + MEMBERS - 1);
    if who < 10 { AccountId(100 + who) } else { account((member + 1 + who - 10) % MEMBERS) }
}

/// The pull requests of a term are spread over twenty weeks, so about five days apart, at any hour.
fn opened(member: i64, nth: i64) -> DateTime<Utc> {
    at("2025-09-02T00:00:00Z") + TimeDelta::hours(nth * 126 + draw(member, nth, 1, 90))
}

fn practice(member: i64) -> Desk {
    term("practice.toml", member)
}

/// One member's term under a rule book: 26 pull requests with their reviews, and the reviews, issues and comments that he gave to others.
fn term(file: &str, member: i64) -> Desk {
    let mut desk = Desk::under(book(file));
    desk.subject.member = MemberId(Uuid::from_u128(1_000 + member as u128));
    desk.subject.accounts = Accounts::one(account(member));
    let projects: Vec<RepositoryId> =
        ["lantern-db/lantern", "kite-lang/kite", "harbour-kernel/harbour", "old-mill/wheel", "paper-boats/press"]
            .map(|name| desk.repository(name, "community"))
            .to_vec();
    let mut work: Vec<Contribution> =
        (0..PULL_REQUESTS).map(|nth| merged(projects[draw(member, nth, 2, 5) as usize], member, nth)).collect();
    for nth in 0..12 {
        let id = 5_000 + member * 100 + nth;
        let project = projects[draw(member, nth, 3, 5) as usize];
        let when = (opened(member, nth * 2) + TimeDelta::hours(20)).to_rfc3339();
        let state = [State::Approved, State::ChangesRequested, State::Commented][draw(member, nth, 4, 3) as usize];
        let on = |contribution: Contribution| Contribution { parent_account: Some(somebody_else(member, nth, 5)), ..contribution };
        work.push(on(done(project, id, Kind::Review, state, &when)));
        work.push(on(done(project, id + 50, Kind::ReviewComment, State::Published, &when)));
        work.push(on(done(project, id, Kind::IssueComment, State::Published, &when)));
        if nth % 2 == 0 {
            let solved = (opened(member, nth * 2) + TimeDelta::days(6)).to_rfc3339();
            let issue = issue(project, 9_000 + id, &when, &solved);
            work.push(Contribution { confirmed_by: vec![somebody_else(member, nth, 6)], ..issue });
        }
    }
    desk.contributions = work.into_iter().map(|contribution| Contribution { account: Some(account(member)), ..contribution }).collect();
    desk
}

/// Read within hours or days by one to three people, of one to three files. Each third touches a file again that an earlier one of the same
/// project touched weeks before. A few say that an assistant helped.
fn merged(project: RepositoryId, member: i64, nth: i64) -> Contribution {
    let (opened, lines) = (opened(member, nth), LINES[draw(member, nth, 7, 15) as usize]);
    let confirmed = opened + TimeDelta::minutes(9 + draw(member, nth, 8, 6_000));
    let number = 1 + member * 100 + nth;
    let labels = [vec![], vec!["bug".to_owned()], vec!["good first issue".to_owned(), "help wanted".to_owned()]];
    let pull_request = Contribution {
        confirmed_by: vec![somebody_else(member, nth, 9)],
        labels: labels[draw(member, nth, 10, 3) as usize].clone(),
        total_lines: Some(lines + draw(member, nth, 11, 3) * 400),
        changed_files: Some(1 + draw(member, nth, 12, 3)),
        ..pull_request(
            project,
            number,
            &opened.to_rfc3339(),
            &(confirmed + TimeDelta::hours(draw(member, nth, 13, 70))).to_rfc3339(),
            lines,
        )
    };
    changed(pull_request, |change| {
        change.committers = vec![account(member)];
        change.commits = Some(1 + draw(member, nth, 14, 6));
        change.reviews = 1 + draw(member, nth, 15, 3);
        change.confirmed_at = Some(confirmed);
        change.files = vec![number * 10, number * 10 + 1];
        if nth % 3 == 0 && nth >= 6 {
            change.files = vec![(number - 6) * 10, number * 10];
        }
        if draw(member, nth, 16, 40) == 0 {
            change.automation = vec!["co_author:Copilot".into()];
        }
    })
}

#[test]
fn more_than_two_hundred_varied_pull_requests_lose_nothing_and_few_are_flagged() {
    let (mut pull_requests, mut flagged, mut items) = (0, 0, 0);
    for member in 0..MEMBERS {
        let sheet = practice(member).sheet();
        assert!(sheet.flags.is_empty(), "member {member} is flagged: {:?}", sheet.flags);
        for line in &sheet.lines {
            let factor: Decimal = line.factors.iter().map(|factor| factor.value).product();
            assert!(line.excluded.is_none() && line.not_yet.is_none() && line.limited.is_none(), "member {member}: {line:?}");
            assert!(!line.base.is_zero(), "{line:?}");
            assert_eq!(Some(line.points), line.base.scaled(factor), "{line:?}");
            items += 1;
            if line.key().is_some_and(|key| key.kind == Kind::PullRequest) {
                pull_requests += 1;
                flagged += usize::from(!line.flags.is_empty());
            }
        }
        assert_ne!(sheet.points, Points::ZERO);
    }
    assert!(pull_requests >= 200 && items > 2 * pull_requests, "{pull_requests} pull requests of {items} items");
    assert!(flagged > 0, "some forgot to declare that an assistant helped");
    assert!(flagged * 100 <= pull_requests * 5, "{flagged} of {pull_requests} are flagged");
}

#[test]
fn the_honest_set_is_varied() {
    let all: Vec<Contribution> =
        (0..MEMBERS).flat_map(|member| practice(member).contributions).filter(|c| c.key.kind == Kind::PullRequest).collect();
    let different = |mut values: Vec<i64>| {
        values.sort_unstable();
        values.dedup();
        values.len()
    };
    assert_eq!(different(all.iter().map(|c| c.effective_lines.unwrap()).collect()), LINES.len());
    assert!(different(all.iter().map(|c| c.confirmed_by[0].0).collect()) >= 12, "many people confirm");
    assert!(different(all.iter().map(|c| c.occurred_at.timestamp() / 604_800).collect()) >= 19, "in all weeks of the term");
    assert!(different(all.iter().map(|c| c.key.repository.0.as_u128() as i64).collect()) >= 5);
}

/// A rule book leaves out what it does not ask for, and says so. What it asks for it counts, and takes no honest pull request for a slice of
/// another.
#[rstest]
#[case("pku-open-source-software.toml", "accepted", &[])]
#[case("innovation-credit.toml", "third_merged", &["no_rule"])]
#[case("nus-spread.toml", "outside", &["no_rule"])]
fn other_rule_books_leave_out_only_what_they_do_not_ask_for(#[case] file: &str, #[case] counts: &str, #[case] left_out: &[&str]) {
    for member in 0..MEMBERS {
        let sheet = term(file, member).sheet();
        let mut counted = Decimal::ZERO;
        for line in &sheet.lines {
            match &line.source {
                Source::Measure { measure, amount, .. } if measure == counts => counted += amount,
                Source::Contribution { key, .. } => {
                    let is_asked_for = key.kind == Kind::PullRequest || left_out.is_empty();
                    let excluded = line.excluded.as_ref().map(|reason| &*reason.code);
                    assert!(excluded.is_none_or(|code| !is_asked_for && left_out.contains(&code)), "member {member}: {line:?}");
                    assert!(line.not_yet.is_none(), "member {member}: {line:?}");
                    assert!(line.limited.as_ref().is_none_or(|reason| reason.code != "cap_unit"), "member {member}: {line:?}");
                }
                _ => {}
            }
        }
        assert_eq!(counted, Decimal::from(PULL_REQUESTS), "member {member}");
    }
}
