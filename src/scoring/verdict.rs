//! What can come of an item: paid by a rule, measured, or excluded for a reason.
//! It must not decide: these are the words in which `rules` and those after it speak of an item.

use chrono::{DateTime, NaiveDate, Utc};

use super::{case::Item, pay::Earning, shares::Share, units::UnitCap};
use crate::model::{
    ids::RepositoryId,
    points::Points,
    policy::{Limit, Requirement, Rule, Selector},
    repository::RepositoryContext,
    statement::Statement,
};

/// What came of one item: first of the item alone, then of all together.
pub(super) struct Judged<'a> {
    pub item: Item<'a>,
    /// The date by which it belongs to the term.
    pub counted_at: DateTime<Utc>,
    pub repository: Option<RepositoryId>,
    pub category: &'a str,
    /// The rule that took it, even where its date or a confirmation then kept it from counting.
    pub rule: Option<&'a Rule>,
    pub verdict: Verdict<'a>,
    /// The measures that count it, by their place in the policy.
    pub measures: Vec<Counted>,
    pub share: Option<Share>,
    /// What counts of what it earned.
    pub points: Points,
    pub limited: Option<Limited<'a>>,
}

pub(super) enum Verdict<'a> {
    Earned(Earning<'a>),
    /// No rule pays it; measures count it.
    Measured,
    Excluded(Exclusion<'a>),
}

/// A measure that counts an item, and when.
#[derive(Clone, Copy)]
pub(super) struct Counted {
    pub measure: usize,
    pub at: DateTime<Utc>,
}

/// What kept an item from earning all that its rule pays.
#[derive(Clone, Copy)]
pub(super) enum Limited<'a> {
    Limit(&'a Limit),
    Unit(UnitCap),
}

/// Why an item earned nothing, or nothing yet.
#[derive(Clone, Copy)]
pub(super) enum Exclusion<'a> {
    OtherAccount,
    ShareNotBacked,
    Bot,
    ByPerson(&'a Statement),
    /// By this withdrawal.
    Withdrawn(&'a Statement),
    UntrackedRepository,
    OwnRepository,
    Denied(&'a RepositoryContext),
    NotListed(&'a RepositoryContext),
    Licence(Option<&'a str>),
    RepositoryAge {
        days: i64,
        least: u32,
    },
    OutsideContributors {
        people: i64,
        least: u32,
    },
    RegisteredLate {
        at: DateTime<Utc>,
        last: NaiveDate,
    },
    NoChange,
    NoCommit,
    Label(&'a str),
    Automation(&'a str),
    NoRule,
    Category {
        asked: Asked<'a>,
        category: &'a str,
    },
    Name(Asked<'a>),
    State(Asked<'a>),
    Requirement {
        asked: Asked<'a>,
        requirement: Requirement,
    },
    OutsideTerm(Asked<'a>),
    OpenedLate {
        asked: Asked<'a>,
        at: DateTime<Utc>,
        last: NaiveDate,
    },
    ClosedLate {
        asked: Asked<'a>,
        at: DateTime<Utc>,
        last: NaiveDate,
    },
    StillOpen(Asked<'a>),
    NotYetConfirmed {
        asked: Asked<'a>,
        who: &'a str,
    },
    Waiting {
        until: DateTime<Utc>,
    },
    WaitingAfterRevert {
        until: DateTime<Utc>,
        reverted: DateTime<Utc>,
    },
    /// The claim that is worth most.
    CountedElsewhere(Item<'a>),
    /// In the term with this code.
    PaidBefore(&'a str),
}

/// A rule or a measure that was asked for an item.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub id: &'a str,
    pub selector: &'a Selector,
}

impl<'a> Judged<'a> {
    pub const fn excluded(item: Item<'a>, counted_at: DateTime<Utc>, exclusion: Exclusion<'a>) -> Self {
        Self {
            item,
            counted_at,
            repository: None,
            category: "",
            rule: None,
            verdict: Verdict::Excluded(exclusion),
            measures: Vec::new(),
            share: None,
            points: Points::ZERO,
            limited: None,
        }
    }
}

impl Exclusion<'_> {
    /// It may still come to count.
    pub const fn is_not_yet(&self) -> bool {
        matches!(self, Self::StillOpen(_) | Self::NotYetConfirmed { .. } | Self::Waiting { .. } | Self::WaitingAfterRevert { .. })
    }
}
