//! A desk with the facts of one member on it, as bare values, and what a rule book makes of them.
//! The thinking rooms alone: no database, no GitHub, no clock.

use std::{collections::HashMap, path::Path};

use accredit::{
    credits::{self, Decision},
    model::{
        account::AccountId,
        contribution::{Change, Contribution, Key, Kind, State},
        ids::{MemberId, RepositoryId, StatementId},
        points::Points,
        policy::Policy,
        repository::RepositoryContext,
        score::{Line, Reason, ScoreSheet, Source},
        statement::{About, Statement, StatementKind},
        term::{Window, start_of_day},
    },
    scoring::{self, Context, Subject, policy},
};
use chrono::{DateTime, Days, NaiveDate, Utc};
use chrono_tz::Tz;
use rust_decimal::Decimal;
use uuid::Uuid;

/// The member whose desk it is, by account.
pub const ME: AccountId = AccountId(1);
/// Other people, none of whom is a member.
pub const ANN: AccountId = AccountId(2);
pub const BEN: AccountId = AccountId(3);
pub const MEMBER: MemberId = MemberId(Uuid::from_u128(1));

/// The text of a file of `seeds/policies`.
pub fn text(file: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds/policies").join(file)).unwrap()
}

pub fn book(file: &str) -> Policy {
    parse(file, &text(file)).unwrap()
}

/// The policy, or its faults as they are printed.
pub fn parse(file: &str, text: &str) -> Result<Policy, String> {
    policy::parse(file, text).map_err(|faults| faults.to_string())
}

/// `2025-09-10` is noon of that day in Shanghai; anything longer is a moment.
pub fn at(text: &str) -> DateTime<Utc> {
    if text.len() == 10 { format!("{text}T04:00:00Z").parse().unwrap() } else { text.parse().unwrap() }
}

pub fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

pub fn points(text: &str) -> Points {
    text.parse().unwrap()
}

/// What is known of one member in one term.
#[derive(Clone)]
pub struct Desk {
    pub policy: Policy,
    pub subject: Subject,
    pub context: Context,
    pub contributions: Vec<Contribution>,
}

impl Desk {
    /// The autumn term 2025-2026 in Shanghai, looked at a month after its end.
    pub fn under(policy: Policy) -> Self {
        let context = Context {
            window: Window { from: at("2025-09-01"), until: at("2025-09-01") },
            zone: chrono_tz::Asia::Shanghai,
            as_of: at("2026-03-01"),
            repositories: HashMap::new(),
            reverted: HashMap::new(),
            copies: HashMap::new(),
            shares: HashMap::new(),
        };
        let desk = Self { policy, subject: Subject::new(MEMBER, ME), context, contributions: Vec::new() };
        desk.term("2025-09-01", "2026-01-31", chrono_tz::Asia::Shanghai)
    }

    /// Another span of whole days, in another zone.
    pub fn term(mut self, first: &str, last: &str, zone: Tz) -> Self {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        self.context.zone = zone;
        self.context.window =
            Window { from: start_of_day(day(first), zone), until: start_of_day(day(last).checked_add_days(Days::new(1)).unwrap(), zone) };
        self
    }

    /// A repository that the institution registered before the term: old, under the MIT licence, with ten outside contributors.
    pub fn repository(&mut self, full_name: &str, category: &str) -> RepositoryId {
        let id = RepositoryId(Uuid::from_u128(100 + self.context.repositories.len() as u128));
        let repository = RepositoryContext {
            id,
            full_name: full_name.parse().unwrap(),
            category: category.into(),
            owner: Some(AccountId(90)),
            members: Vec::new(),
            license: Some("MIT".into()),
            github_created_at: Some(at("2020-01-01")),
            registered_at: at("2025-08-01"),
            outside_contributors: Some(10),
        };
        self.context.repositories.insert(id, repository);
        id
    }

    pub fn about_repository(&mut self, id: RepositoryId) -> &mut RepositoryContext {
        self.context.repositories.get_mut(&id).unwrap()
    }

    pub fn did(&mut self, contribution: Contribution) -> Key {
        let key = contribution.key.clone();
        self.contributions.push(contribution);
        key
    }

    /// Statements are numbered from 1 in the order in which they are made.
    pub fn state(&mut self, statement: Statement) -> StatementId {
        let id = StatementId(Uuid::from_u128(1 + self.subject.statements.len() as u128));
        self.subject.statements.push(Statement { id, ..statement });
        id
    }

    pub fn sheet(&self) -> ScoreSheet {
        scoring::score(&self.policy, &self.subject, &self.context, &self.contributions)
    }

    pub fn points(&self) -> Points {
        self.sheet().points
    }

    pub fn decision(&self) -> Decision {
        let sheet = self.sheet();
        credits::decide(&self.policy.credits, sheet.points, self.subject.prior.credits, &sheet.unmet)
    }

    pub fn credits(&self) -> String {
        self.decision().credits.to_string()
    }

    /// The lines as a person would note them down, in the order of the alphabet: `merged 3: 10 × 1.5 = 15`.
    pub fn told(&self) -> Vec<String> {
        let sheet = self.sheet();
        assert_eq!(sheet.lines.iter().map(|line| line.points.thousandths()).sum::<i64>(), sheet.points.thousandths(), "lines add up");
        let mut told: Vec<String> = sheet.lines.iter().map(|line| self.tell(line)).collect();
        told.sort();
        told
    }

    fn tell(&self, line: &Line) -> String {
        let name = |id: &RepositoryId| self.context.repositories[id].full_name.to_string();
        let what = match &line.source {
            Source::Contribution { key, .. } => format!("{} {}", key.kind, key.github_id),
            Source::Statement { statement, kind } => format!("{kind} {}", statement.0.as_u128()),
            Source::Measure { measure, repository: Some(id), amount } => format!("{measure} of {} {}", name(id), amount.normalize()),
            Source::Measure { measure, repository: None, amount } => format!("{measure} {}", amount.normalize()),
            Source::Carry { carry } => format!("carried {carry}"),
        };
        let flags: String = line.flags.iter().map(|flag| format!(" !{}", flag.code)).collect();
        format!("{what}: {}{flags}", answer(line))
    }
}

fn answer(line: &Line) -> String {
    if let Some(reason) = &line.excluded {
        return format!("nothing ({})", reason.code);
    }
    if let Some(reason) = &line.not_yet {
        return format!("not yet ({})", reason.code);
    }
    if line.rule.is_none() && !line.measured_by.is_empty() {
        return "measured".to_owned();
    }
    let factors: Vec<Decimal> = line.factors.iter().map(|factor| factor.value.normalize()).filter(|value| *value != Decimal::ONE).collect();
    let earned = line.base.scaled(factors.iter().product()).unwrap();
    let product: String = factors.iter().map(|factor| format!(" × {factor}")).collect();
    match &line.limited {
        Some(reason) => format!("{}{product}, of that {} ({})", line.base, line.points, reason.code),
        None if matches!(line.source, Source::Carry { .. }) => line.points.to_string(),
        None => {
            assert_eq!(earned, line.points, "a line explains its points: {line:?}");
            if factors.is_empty() { earned.to_string() } else { format!("{}{product} = {earned}", line.base) }
        }
    }
}

pub fn codes(reasons: &[Reason]) -> Vec<&str> {
    reasons.iter().map(|reason| &*reason.code).collect()
}

// ---------------------------------------------------------------- what people do

pub fn key(repository: RepositoryId, kind: Kind, id: i64) -> Key {
    Key { repository, kind, github_id: id.to_string().into() }
}

/// Mine: one commit of program source in a file of its own, reviewed once, merged by Ann.
pub fn pull_request(repository: RepositoryId, number: i64, opened: &str, merged: &str, lines: i64) -> Contribution {
    let change = Change {
        commits: Some(1),
        committers: vec![ME],
        reviews: 1,
        confirmed_at: Some(at(merged)),
        files: vec![number],
        has_source: Some(true),
        ..Change::default()
    };
    Contribution {
        account: Some(ME),
        number: Some(number),
        closed_at: Some(at(merged)),
        confirmed_by: vec![ANN],
        effective_lines: Some(lines),
        total_lines: Some(lines),
        changed_files: Some(1),
        change: Some(Box::new(change)),
        ..Contribution::bare(key(repository, Kind::PullRequest, number), State::Merged, at(opened))
    }
}

/// Changes what is known of the change that a pull request brings.
pub fn changed(mut pull_request: Contribution, how: impl FnOnce(&mut Change)) -> Contribution {
    how(pull_request.change.as_mut().unwrap());
    pull_request
}

/// Mine, on Ann's work of 50 lines that was opened in August and merged in the end.
pub fn done(repository: RepositoryId, id: i64, kind: Kind, state: State, when: &str) -> Contribution {
    Contribution {
        account: Some(ME),
        number: Some(id),
        parent_account: Some(ANN),
        parent_accepted: Some(true),
        parent_opened_at: Some(at("2025-08-01")),
        parent_lines: Some(50),
        ..Contribution::bare(key(repository, kind, id), state, at(when))
    }
}

/// Mine, solved by Ann's merged pull request.
pub fn issue(repository: RepositoryId, number: i64, opened: &str, closed: &str) -> Contribution {
    Contribution {
        account: Some(ME),
        number: Some(number),
        closed_at: Some(at(closed)),
        confirmed_by: vec![ANN],
        ..Contribution::bare(key(repository, Kind::Issue, number), State::Completed, at(opened))
    }
}

/// Mine, brought by a pull request of mine.
pub fn commit(repository: RepositoryId, id: i64, when: &str) -> Contribution {
    Contribution { parent_account: Some(ME), ..done(repository, id, Kind::Commit, State::Published, when) }
}

pub fn release(repository: RepositoryId, id: i64, when: &str) -> Contribution {
    Contribution { account: Some(ME), ..Contribution::bare(key(repository, Kind::Release, id), State::Published, at(when)) }
}

// ---------------------------------------------------------------- what people state

/// About the member, by the office, at noon of that day.
pub fn stated(kind: StatementKind, day: &str) -> Statement {
    Statement {
        id: StatementId(Uuid::nil()),
        kind,
        member: MEMBER,
        name: None,
        value: None,
        rank: None,
        team: None,
        about: None,
        happened_on: day.parse().unwrap(),
        until_on: None,
        stated_by: "office".into(),
        stated_at: at(day),
        reason: "as agreed".into(),
        waiting: false,
    }
}

pub fn mark(name: &str, value: &str, day: &str) -> Statement {
    Statement { name: Some(name.into()), value: Some(decimal(value)), ..stated(StatementKind::Mark, day) }
}

pub fn confirmation(by: &str, about: Option<About>, day: &str) -> Statement {
    Statement { name: Some(by.into()), about, ..stated(StatementKind::Confirmation, day) }
}

pub fn time_log(hours: &str, about: Option<About>, day: &str) -> Statement {
    Statement { value: Some(decimal(hours)), about, ..stated(StatementKind::TimeLog, day) }
}

/// Held from that day on.
pub fn role(name: &str, repository: RepositoryId, from: &str) -> Statement {
    Statement { name: Some(name.into()), about: Some(About::Repository(repository)), ..stated(StatementKind::Role, from) }
}

pub fn achievement(name: &str, about: Option<About>, day: &str) -> Statement {
    Statement { name: Some(name.into()), about, ..stated(StatementKind::Achievement, day) }
}
