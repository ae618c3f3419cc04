//! One member's case: the policy, the member, what all members share, and the statements about the member that stand.
//! It must not judge: it finds statements, and says what an item is and where it belongs.

use std::cmp::Ordering;

use chrono::{DateTime, Days, NaiveDate, Utc};
use chrono_tz::Tz;

use super::{Context, Subject};
use crate::model::{
    contribution::{Contribution, Key},
    ids::{RepositoryId, StatementId},
    policy::{ItemKind, Policy},
    repository::RepositoryContext,
    statement::{About, Statement, StatementKind},
    term::start_of_day,
};

/// What is judged: something that was done, or something that a person stated and that can earn.
#[derive(Debug, Clone, Copy)]
pub(super) enum Item<'a> {
    Contribution(&'a Contribution),
    Statement(&'a Statement),
}

impl<'a> Item<'a> {
    pub const fn kind(self) -> ItemKind {
        match self {
            Self::Contribution(contribution) => ItemKind::Contribution(contribution.key.kind),
            Self::Statement(statement) => ItemKind::Statement(statement.kind),
        }
    }

    pub const fn contribution(self) -> Option<&'a Contribution> {
        match self {
            Self::Contribution(contribution) => Some(contribution),
            Self::Statement(_) => None,
        }
    }

    pub const fn statement(self) -> Option<&'a Statement> {
        match self {
            Self::Contribution(_) => None,
            Self::Statement(statement) => Some(statement),
        }
    }

    fn is_what(self, about: &About) -> bool {
        match (self, about) {
            (Self::Contribution(contribution), About::Contribution(key)) => contribution.key == *key,
            (Self::Statement(statement), About::Statement(id)) => statement.id == *id,
            _ => false,
        }
    }
}

/// Contributions by key, then statements by id: the order of items of one moment, and what makes two the same.
impl Ord for Item<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Contribution(a), Self::Contribution(b)) => a.key.cmp(&b.key),
            (Self::Contribution(_), Self::Statement(_)) => Ordering::Less,
            (Self::Statement(_), Self::Contribution(_)) => Ordering::Greater,
            (Self::Statement(a), Self::Statement(b)) => a.id.cmp(&b.id),
        }
    }
}

impl PartialOrd for Item<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Item<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Item<'_> {}

/// Where an item belongs. A statement that is about no repository has none, and the category "".
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    pub repository: Option<&'a RepositoryContext>,
    pub category: &'a str,
}

pub(super) struct Case<'a> {
    pub policy: &'a Policy,
    pub subject: &'a Subject,
    pub context: &'a Context,
    /// One of each id, by the moment when it was stated, the withdrawn ones left out.
    standing: Vec<&'a Statement>,
    /// What was taken back, and by which statement.
    withdrawn: Vec<(&'a Statement, &'a Statement)>,
}

impl<'a> Case<'a> {
    pub fn new(policy: &'a Policy, subject: &'a Subject, context: &'a Context) -> Self {
        let mut all: Vec<&Statement> = subject.statements.iter().collect();
        all.sort_unstable_by_key(|statement| (statement.stated_at, statement.id));
        all.dedup_by_key(|statement| statement.id);
        let withdrawals: Vec<&Statement> = all.iter().copied().filter(|statement| statement.kind == StatementKind::Withdrawal).collect();
        let (mut standing, mut withdrawn) = (Vec::with_capacity(all.len()), Vec::new());
        for statement in all {
            match withdrawals.iter().find(|withdrawal| withdrawal.about == Some(About::Statement(statement.id))) {
                Some(withdrawal) => withdrawn.push((statement, *withdrawal)),
                None => standing.push(statement),
            }
        }
        Self { policy, subject, context, standing, withdrawn }
    }

    pub fn zone(&self) -> Tz {
        self.context.zone
    }

    /// The day in the institution's zone.
    pub fn day(&self, at: DateTime<Utc>) -> NaiveDate {
        at.with_timezone(&self.context.zone).date_naive()
    }

    /// The first moment of a statement's day.
    pub fn happened_at(&self, statement: &Statement) -> DateTime<Utc> {
        start_of_day(statement.happened_on, self.context.zone)
    }

    /// Marks, logs, roles and achievements that stand.
    pub fn payable(&self) -> impl Iterator<Item = &'a Statement> + '_ {
        self.standing.iter().copied().filter(|statement| is_payable(statement))
    }

    /// Marks, logs, roles and achievements that were taken back, and by which statement.
    pub fn taken_back(&self) -> impl Iterator<Item = (&'a Statement, &'a Statement)> + '_ {
        self.withdrawn.iter().copied().filter(|(statement, _)| is_payable(statement))
    }

    /// The adjustments of the window that two people stand behind.
    pub fn adjustments(&self) -> impl Iterator<Item = &'a Statement> + '_ {
        self.stated_adjustments().filter(|statement| !statement.waiting)
    }

    /// The adjustments of the window that wait for a second person.
    pub fn waiting_adjustments(&self) -> impl Iterator<Item = &'a Statement> + '_ {
        self.stated_adjustments().filter(|statement| statement.waiting)
    }

    fn stated_adjustments(&self) -> impl Iterator<Item = &'a Statement> + '_ {
        self.of_kind(StatementKind::Adjustment).filter(|statement| self.is_in_window(statement))
    }

    pub fn exclusion(&self, item: Item<'_>) -> Option<&'a Statement> {
        self.of_kind(StatementKind::Exclusion).find(|statement| statement.about.as_ref().is_some_and(|about| item.is_what(about)))
    }

    /// A person decided that the member's network score of the window does not count.
    pub fn network_exclusion(&self) -> Option<&'a Statement> {
        self.of_kind(StatementKind::Exclusion).find(|statement| statement.about.is_none() && self.is_in_window(statement))
    }

    /// The member said that it was made with a machine's help.
    pub fn is_declared(&self, key: &Key) -> bool {
        self.of_kind(StatementKind::Declaration)
            .any(|statement| matches!(&statement.about, Some(About::Contribution(about)) if about == key))
    }

    /// Whether each of `names` confirmed the item (or the term as a whole), none before the one in front; otherwise the first who did not.
    pub fn confirmed<'n>(&self, names: &'n [String], item: Item<'_>) -> Result<(), &'n str> {
        let mut since = DateTime::<Utc>::MIN_UTC;
        for name in names {
            // They stand by the moment when they were stated: the earliest leaves most room to those who come after.
            let confirmation = self.of_kind(StatementKind::Confirmation).find(|statement| {
                statement.stated_at >= since
                    && statement.name.as_ref() == Some(name)
                    && statement.about.as_ref().map_or_else(|| self.is_in_window(statement), |about| item.is_what(about))
            });
            since = confirmation.ok_or(name.as_str())?.stated_at;
        }
        Ok(())
    }

    /// `name` confirmed exactly this statement, which may be about another member's work.
    pub fn has_confirmed_statement(&self, name: &str, id: StatementId) -> bool {
        self.of_kind(StatementKind::Confirmation)
            .any(|statement| statement.name.as_deref() == Some(name) && statement.about == Some(About::Statement(id)))
    }

    /// The contribution or repository that a statement rests on. One about another statement rests on what that one rests on, taken back or
    /// not: it is about the same work still.
    pub fn ground(&self, statement: &'a Statement) -> Option<&'a About> {
        let all = &self.subject.statements;
        let mut about = statement.about.as_ref()?;
        // A ring of statements that name each other rests on nothing.
        for _ in 0..=all.len() {
            let About::Statement(id) = about else { return Some(about) };
            about = all.iter().find(|other| other.id == *id)?.about.as_ref()?;
        }
        None
    }

    /// The repository that a statement rests on.
    pub fn repository_of(&self, statement: &'a Statement) -> Option<RepositoryId> {
        match self.ground(statement)? {
            About::Contribution(key) => Some(key.repository),
            About::Repository(id) => Some(*id),
            About::Statement(_) => None,
        }
    }

    fn of_kind(&self, kind: StatementKind) -> impl Iterator<Item = &'a Statement> + '_ {
        self.standing.iter().copied().filter(move |statement| statement.kind == kind)
    }

    fn is_in_window(&self, statement: &Statement) -> bool {
        self.context.window.contains(self.happened_at(statement))
    }
}

const fn is_payable(statement: &Statement) -> bool {
    matches!(statement.kind, StatementKind::Mark | StatementKind::TimeLog | StatementKind::Role | StatementKind::Achievement)
}

/// The first moment after `day` in `zone`.
pub(super) fn end_of_day(day: NaiveDate, zone: Tz) -> DateTime<Utc> {
    start_of_day(day.checked_add_days(Days::new(1)).unwrap_or(NaiveDate::MAX), zone)
}
