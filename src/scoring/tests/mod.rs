//! Tests of the room, by subject, and the small world that they share.
//! Policies are built from the AST or from `plain.toml`, so that the rule books of the seeds can change without them.

mod accounts;
mod bundle;
mod confirmations;
mod due;
mod eligibility;
mod flags;
mod limits;
mod lines;
mod measures;
mod payouts;
mod properties;
mod sentences;
mod shares;
mod statements;
mod units;
mod works;

use std::collections::BTreeMap;

use chrono::TimeDelta;
use proptest::prelude::*;
use rstest::rstest;

use super::*;
use crate::messages::{self, Language};
use crate::model::{
    contribution::{Change, Key, Kind, State},
    ids::StatementId,
    policy::{
        Automation, Condition, Count, DatedBy, Eligibility, GroupFactor, ItemKind, LadderStep, Limit, Measure, Normalise, Pay, Payout,
        PayoutPer, Per, Reach, Repositories, Requirement, Rule, Same, Selector, SizeStep, Threshold, Units, Works,
    },
    repository::RepositoryContext,
    score::{Carry, Source},
    statement::{About, StatementKind},
};

const PRACTICE: &str = include_str!("plain.toml");

const ME: AccountId = AccountId(1);
const ANOTHER: AccountId = AccountId(2);
const MEMBER: MemberId = MemberId(uuid::Uuid::from_u128(1));
static SUBJECT: std::sync::LazyLock<Subject> = std::sync::LazyLock::new(|| Subject::new(MEMBER, ME));
const COMMUNITY: RepositoryId = RepositoryId(uuid::Uuid::from_u128(10));
/// Registered as the member's, in a category whose own work counts.
const COURSE: RepositoryId = RepositoryId(uuid::Uuid::from_u128(11));
/// Owned by the member's account.
const OWN: RepositoryId = RepositoryId(uuid::Uuid::from_u128(12));
/// Of a category that the policy does not know.
const STRANGE: RepositoryId = RepositoryId(uuid::Uuid::from_u128(13));
const UNTRACKED: RepositoryId = RepositoryId(uuid::Uuid::from_u128(14));

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// September 2025 in Shanghai.
fn context() -> Context {
    let repository = |id, name: &str, category: &str, owner, members: &[MemberId]| {
        let full_name = name.parse().unwrap();
        (
            id,
            RepositoryContext {
                id,
                full_name,
                category: category.into(),
                owner,
                members: members.to_vec(),
                license: Some("MIT".into()),
                github_created_at: Some(at("2020-01-01T00:00:00Z")),
                registered_at: at("2025-08-01T00:00:00Z"),
                outside_contributors: None,
            },
        )
    };
    Context {
        window: Window { from: at("2025-08-31T16:00:00Z"), until: at("2025-09-30T16:00:00Z") },
        zone: chrono_tz::Asia::Shanghai,
        repositories: HashMap::from([
            repository(COMMUNITY, "o/community", "community", Some(AccountId(9)), &[]),
            repository(COURSE, "o/course", "course", None, &[MEMBER]),
            repository(OWN, "me/own", "own", Some(ME), &[]),
            repository(STRANGE, "o/strange", "strange", None, &[]),
        ]),
        as_of: at("2026-01-01T00:00:00Z"),
        reverted: HashMap::new(),
        copies: HashMap::new(),
        shares: HashMap::new(),
    }
}

fn practice() -> Policy {
    static READ: std::sync::LazyLock<Policy> = std::sync::LazyLock::new(|| policy::parse("practice.toml", PRACTICE).unwrap());
    READ.clone()
}

fn unlimited() -> Policy {
    Policy { limits: Vec::new(), ..practice() }
}

/// The practice rule book with these limits in place of its own.
fn limited_by(limits: &str) -> Policy {
    let (before, after) = (PRACTICE.find("[[limits]]").unwrap(), PRACTICE.find("[credits]").unwrap());
    policy::parse("p.toml", &format!("{}{limits}\n{}", &PRACTICE[..before], &PRACTICE[after..])).unwrap()
}

/// Merged by somebody else, of 50 lines, in a community project: 10 points.
fn merged(id: &str) -> Contribution {
    let key = Key { repository: COMMUNITY, kind: Kind::PullRequest, github_id: id.into() };
    Contribution {
        account: Some(ME),
        closed_at: Some(at("2025-09-12T02:00:00Z")),
        confirmed_by: vec![ANOTHER],
        effective_lines: Some(50),
        total_lines: Some(5_000),
        changed_files: Some(3),
        ..Contribution::bare(key, State::Merged, at("2025-09-10T02:00:00Z"))
    }
}

/// In a community project, on another's work.
fn done(id: &str, kind: Kind, state: State, day: &str) -> Contribution {
    Contribution {
        key: Key { kind, ..merged(id).key },
        state,
        occurred_at: at(&format!("2025-09-{day}:00Z")),
        closed_at: None,
        parent_account: Some(ANOTHER),
        confirmed_by: Vec::new(),
        effective_lines: None,
        ..merged(id)
    }
}

fn review(id: &str, day: &str) -> Contribution {
    done(id, Kind::Review, State::Approved, day)
}

fn in_repository(repository: RepositoryId, contribution: Contribution) -> Contribution {
    Contribution { key: Key { repository, ..contribution.key }, ..contribution }
}

fn sheet(policy: &Policy, contributions: &[Contribution]) -> ScoreSheet {
    score(policy, &SUBJECT, &context(), contributions)
}

fn only_line(policy: &Policy, contribution: Contribution) -> Line {
    let mut sheet = sheet(policy, &[contribution]);
    assert_eq!(sheet.lines.len(), 1);
    sheet.lines.remove(0)
}

fn said(reason: &Reason) -> String {
    messages::sentence(Language::English, reason)
}

fn points(text: &str) -> Points {
    text.parse().unwrap()
}

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

/// A policy without rules, measures and limits: each test writes its own.
fn blank() -> Policy {
    Policy { rules: Vec::new(), limits: Vec::new(), categories: BTreeMap::new(), ..practice() }
}

fn contribution_kind(kind: Kind) -> ItemKind {
    ItemKind::Contribution(kind)
}

fn statement_kind(kind: StatementKind) -> ItemKind {
    ItemKind::Statement(kind)
}

/// Ten points for each of a kind.
fn rule(id: &str, kind: ItemKind) -> Rule {
    Rule {
        id: id.into(),
        group: None,
        selector: Selector { kinds: vec![kind], ..Selector::default() },
        pay: Pay::Points(points("10")),
        points_in: BTreeMap::new(),
        size: Vec::new(),
    }
}

/// Ten points for each pull request that was merged, by its merge.
fn merged_rule() -> Rule {
    let rule = rule("merged", contribution_kind(Kind::PullRequest));
    let selector = Selector { requires: vec![Requirement::Merged], dated_by: DatedBy::Closed, ..rule.selector };
    Rule { selector, ..rule }
}

fn with_rules(rules: impl IntoIterator<Item = Rule>) -> Policy {
    Policy { rules: rules.into_iter().collect(), ..blank() }
}

fn ladder(steps: &[(&str, &str)]) -> Pay {
    let step = |(from, earned): &(&str, &str)| LadderStep { from: Threshold::From(decimal(from)), points: points(earned) };
    Pay::Ladder(steps.iter().map(step).collect())
}

fn each(earned: &str) -> Pay {
    Pay::Each { points: points(earned), most: None }
}

fn measure(id: &str, count: Count, kinds: &[ItemKind]) -> Measure {
    Measure {
        id: id.into(),
        group: None,
        count,
        selector: Selector { kinds: kinds.to_vec(), ..Selector::default() },
        each_repository: false,
        serves_later_weeks: false,
        normalise: Normalise::None,
        pay: Some(each("1")),
        when: None,
    }
}

fn from(measure: &str, amount: &str) -> Condition {
    Condition { measure: measure.into(), reach: Reach::From(decimal(amount)) }
}

fn below(measure: &str, amount: &str) -> Condition {
    Condition { measure: measure.into(), reach: Reach::Below(decimal(amount)) }
}

fn limit(per: Per, most: &str) -> Limit {
    Limit { per, points: Some(points(most)), items: None, kinds: Vec::new(), categories: Vec::new(), groups: Vec::new() }
}

/// Stated about the member on the day that it is about, at noon, with the number as its id.
fn statement(number: u128, kind: StatementKind, day: &str) -> Statement {
    Statement {
        id: StatementId(uuid::Uuid::from_u128(number)),
        kind,
        member: MEMBER,
        name: None,
        value: None,
        rank: None,
        team: None,
        about: None,
        happened_on: day.parse().unwrap(),
        until_on: None,
        stated_by: "Prof. Lin".into(),
        stated_at: at(&format!("{day}T12:00:00Z")),
        reason: "seen".into(),
        waiting: false,
    }
}

fn named(number: u128, kind: StatementKind, name: &str, day: &str) -> Statement {
    Statement { name: Some(name.into()), ..statement(number, kind, day) }
}

fn valued(number: u128, kind: StatementKind, value: &str, day: &str) -> Statement {
    Statement { value: Some(decimal(value)), ..statement(number, kind, day) }
}

fn about(about: About, statement: Statement) -> Statement {
    Statement { about: Some(about), ..statement }
}

fn about_contribution(contribution: &Contribution, statement: Statement) -> Statement {
    about(About::Contribution(contribution.key.clone()), statement)
}

fn confirmation(number: u128, name: &str, of: Option<About>, stated_at: &str) -> Statement {
    Statement { about: of, stated_at: at(stated_at), ..named(number, StatementKind::Confirmation, name, "2025-09-20") }
}

fn stating(statements: impl IntoIterator<Item = Statement>) -> Subject {
    Subject { statements: statements.into_iter().collect(), ..SUBJECT.clone() }
}

fn changed(contribution: Contribution, change: Change) -> Contribution {
    Contribution { change: Some(Box::new(change)), ..contribution }
}

fn sheet_of(policy: &Policy, subject: &Subject, contributions: &[Contribution]) -> ScoreSheet {
    score(policy, subject, &context(), contributions)
}

fn code(reason: Option<&Reason>) -> &str {
    reason.map_or("", |reason| &reason.code)
}

/// Why a line earned nothing, or nothing yet.
fn why(line: &Line) -> &str {
    code(line.excluded.as_ref().or(line.not_yet.as_ref()))
}

fn value<'r>(reason: Option<&'r Reason>, name: &str) -> &'r str {
    reason.and_then(|reason| reason.values.get(name)).map_or("", |value| value)
}

fn each_points(sheet: &ScoreSheet) -> Vec<String> {
    sheet.lines.iter().map(|line| line.points.to_string()).collect()
}
