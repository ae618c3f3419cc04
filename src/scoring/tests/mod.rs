//! Tests of the room, by subject, and the small world that they share.
//! Policies are built from the AST or from `plain.toml`, so that the rule books of the seeds can change without them.

mod limits;
mod lines;
mod properties;
mod sentences;

use proptest::prelude::*;
use rstest::rstest;

use super::*;
use crate::messages::{self, Language};
use crate::model::{
    contribution::{Key, Kind, State},
    policy::{ItemKind, Limit, Per},
    repository::RepositoryContext,
    score::{Line, Reason},
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
    policy::parse("practice.toml", PRACTICE).unwrap()
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
