//! The codes by which machines know why a contribution earned nothing, or less.
//! docs/SCORING.md explains each; a test holds it to that.

use crate::model::policy::Per;

/// Why a contribution earned nothing (`excluded`) or less than it would have (`limited`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Code {
    OtherAccount,
    Bot,
    UntrackedRepository,
    OwnRepository,
    Label,
    NoChange,
    NoRule,
    Category,
    State,
    NotMerged,
    NotConfirmed,
    OwnWork,
    OutsideTerm,
    CapItem,
    CapKind,
    CapRepository,
    CapCategory,
    CapDay,
    CapTerm,
}

impl Code {
    pub const ALL: &[Self] = &[
        Self::OtherAccount,
        Self::Bot,
        Self::UntrackedRepository,
        Self::OwnRepository,
        Self::Label,
        Self::NoChange,
        Self::NoRule,
        Self::Category,
        Self::State,
        Self::NotMerged,
        Self::NotConfirmed,
        Self::OwnWork,
        Self::OutsideTerm,
        Self::CapItem,
        Self::CapKind,
        Self::CapRepository,
        Self::CapCategory,
        Self::CapDay,
        Self::CapTerm,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OtherAccount => "other_account",
            Self::Bot => "bot",
            Self::UntrackedRepository => "untracked_repository",
            Self::OwnRepository => "own_repository",
            Self::Label => "label",
            Self::NoChange => "no_change",
            Self::NoRule => "no_rule",
            Self::Category => "category",
            Self::State => "state",
            Self::NotMerged => "not_merged",
            Self::NotConfirmed => "not_confirmed",
            Self::OwnWork => "own_work",
            Self::OutsideTerm => "outside_term",
            Self::CapItem => "cap_item",
            Self::CapKind => "cap_kind",
            Self::CapRepository => "cap_repository",
            Self::CapCategory => "cap_category",
            Self::CapDay => "cap_day",
            Self::CapTerm => "cap_term",
        }
    }

    /// The code of a limit.
    pub const fn of_limit(per: Per) -> Self {
        match per {
            Per::Item => Self::CapItem,
            Per::Kind => Self::CapKind,
            Per::Repository => Self::CapRepository,
            Per::Category => Self::CapCategory,
            Per::Day => Self::CapDay,
            Per::Term => Self::CapTerm,
        }
    }
}
