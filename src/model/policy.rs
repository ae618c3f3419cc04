//! The vocabulary of a policy: what an institution decided that open-source work is worth.
//! Bare values that `scoring::policy::parse` has checked; nothing here reads a file or computes a score.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::{
    contribution::{Kind, State, words},
    credit::Credits,
    points::Points,
};

/// One version of an institution's rules. It never changes: another text is another policy, with another hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    pub name: String,
    pub version: String,
    pub description: String,
    /// SHA-256 of the bytes of the policy's text, in lower-case hex.
    pub hash: String,
    pub eligibility: Eligibility,
    /// The categories of repositories that the policy knows, by the institution's word for them.
    pub categories: BTreeMap<String, Category>,
    /// In the order of the text: the first that fits takes a contribution.
    pub rules: Vec<Rule>,
    /// All of them hold at once.
    pub limits: Vec<Limit>,
    pub credits: CreditRule,
}

/// What may count at all, before any rule is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Eligibility {
    pub own_repository: OwnRepository,
    /// In lower case.
    pub excluded_labels: Vec<String>,
}

words! {
    /// Whether work in a repository of one's own counts: one owned by the member's account, or registered as the member's.
    OwnRepository {
        Exclude = "exclude",
        Count = "count",
    }
}

/// What is different in one category of repositories.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Category {
    /// Multiplies the points of every contribution in it.
    pub factor: Option<Decimal>,
    /// Stands in place of `eligibility.own_repository`.
    pub own_repository: Option<OwnRepository>,
}

/// What one kind of contribution earns, and under which conditions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    pub id: String,
    pub kind: Kind,
    /// Empty: in whatever state.
    pub states: Vec<State>,
    /// Empty: in repositories of whatever category.
    pub categories: Vec<String>,
    pub requires: Vec<Requirement>,
    pub dated_by: DatedBy,
    pub points: Points,
    /// Stands in place of `points` in repositories of that category.
    pub points_in: BTreeMap<String, Points>,
    /// By `from`, ascending, the first from 0. Empty: the size does not matter.
    pub size: Vec<SizeStep>,
}

words! {
    /// By which date a contribution belongs to a term.
    DatedBy {
        /// When it was opened, submitted, committed or published.
        Opened = "opened",
        /// When it was merged or closed.
        Closed = "closed",
    }
}

words! {
    /// What must be true of a contribution for a rule to take it.
    Requirement {
        Merged = "merged",
        /// Another person merged it, or another person's approval stands.
        ConfirmedByAnother = "confirmed_by_another",
        /// The pull request or issue that it belongs to is another person's.
        OnAnothersWork = "on_anothers_work",
    }
}

/// From so many effective lines on, so much more (or less).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SizeStep {
    pub from: i64,
    pub factor: Decimal,
}

/// No more than so much.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limit {
    pub per: Per,
    /// The most points that count. This or `items` is set.
    pub points: Option<Points>,
    /// The most contributions that count.
    pub items: Option<u32>,
    /// Empty: contributions of every kind.
    pub kinds: Vec<Kind>,
    /// Empty: in repositories of every category.
    pub categories: Vec<String>,
}

words! {
    /// What a limit is counted for: each of these has its own account.
    Per {
        Item = "item",
        Kind = "kind",
        Repository = "repository",
        Category = "category",
        /// A calendar day of the institution's zone.
        Day = "day",
        Term = "term",
    }
}

/// How points become credits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreditRule {
    pub points_per_credit: Points,
    /// Credits are whole multiples of it.
    pub step: Credits,
    pub rounding: Rounding,
    /// Fewer credits than this are none.
    pub minimum: Credits,
    pub cap: Option<Credits>,
}

words! {
    /// To which multiple of the step an amount between two goes.
    Rounding {
        Down = "down",
        Up = "up",
        /// To the nearer; from the middle, up.
        HalfUp = "half_up",
        /// To the nearer; from the middle, to the even multiple.
        HalfEven = "half_even",
    }
}
