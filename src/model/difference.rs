//! Two results of one term side by side: who gained or lost what, and which lines differ.
//! It must not compute: `scoring::difference` finds the lines.

use super::{
    credit::Credits,
    member_score::{ExplainedLine, MemberScore},
    points::Points,
};

/// What changes from one result to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    pub before: Totals,
    pub after: Totals,
    /// Those who have not the same in both, by number.
    pub members: Vec<MemberChange>,
}

/// What everybody has together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    pub members: u64,
    pub points: Points,
    pub credits: Credits,
}

/// What changes for one member. At least one side is there; the other is absent where the member is in one result alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberChange {
    pub before: Option<MemberScore>,
    pub after: Option<MemberScore>,
    pub lines: Vec<LineChange<ExplainedLine>>,
}

/// One line that is not the same in both; `T` is the line, with or without what it is about. At least one side is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineChange<T> {
    pub before: Option<T>,
    pub after: Option<T>,
}

impl MemberChange {
    /// Whose it is.
    pub fn number(&self) -> &str {
        self.either().map_or("", |score| &score.number)
    }

    pub fn name(&self) -> &str {
        self.either().map_or("", |score| &score.name)
    }

    pub fn either(&self) -> Option<&MemberScore> {
        self.after.as_ref().or(self.before.as_ref())
    }
}
