//! Why somebody may not decide something now, in a sentence that says what to do.
//! It must not name a person.

use std::fmt;

use crate::model::{
    award::{AwardState, Decision},
    statement::StatementKind,
};

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The program decides nothing.
    NoPerson,
    Oneself,
    /// Who wanted other credits cannot confirm them, nor who stated an adjustment countersign it.
    SamePerson,
    /// Only an adjustment is countersigned.
    NeedsNoSecond(StatementKind),
    /// Who stated it is not known, or was no human.
    NobodyStated,
    StatedByMember,
    TakenBack,
    Countersigned,
    FormerMember,
    /// Who approved it cannot judge the appeal against it.
    Approver,
    NoReason,
    Credits,
    State {
        decision: Decision,
        state: AwardState,
    },
    /// Whose confirmations are missing.
    Unconfirmed(Vec<String>),
    Flagged(i32),
    Unmet(i32),
    Incomplete,
    /// The policy gives no days for appeals.
    NoAppeals,
    TooLate,
    AppealPending,
    AppealDecided,
    NotAppealable(AwardState),
    NoEvaluation,
    NeedlessEvaluation,
    OtherTerm,
    NoResult,
    WrongEvaluation,
    HasSuccessor,
}

impl Refusal {
    /// The field that is wrong with what was sent. `None`: it would be right if things stood otherwise.
    pub const fn field(&self) -> Option<&'static str> {
        match self {
            Self::NoReason => Some("reason"),
            Self::Credits => Some("credits"),
            Self::NoEvaluation | Self::NeedlessEvaluation | Self::OtherTerm | Self::NoResult => Some("evaluation_id"),
            _ => None,
        }
    }

    /// Whether it is a matter of who asks.
    pub const fn is_about_who_asks(&self) -> bool {
        matches!(self, Self::NoPerson | Self::Oneself | Self::SamePerson | Self::Approver)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoPerson => f.write_str("only a person decides: the program proposes"),
            Self::Oneself => f.write_str("nobody decides on oneself: leave it to another reviewer"),
            Self::SamePerson => f.write_str("a second person must stand behind it: who asked for it cannot"),
            Self::NeedsNoSecond(kind) => write!(f, "a {kind} counts without a second person: only an adjustment is countersigned"),
            Self::NobodyStated => f.write_str("nobody knows which person stated it: withdraw it, and state it anew"),
            Self::StatedByMember => f.write_str("the member whom it is about stated it: withdraw it, and let another state it"),
            Self::TakenBack => f.write_str("it was taken back: state it anew where it should count"),
            Self::Countersigned => f.write_str("it is countersigned already"),
            Self::FormerMember => f.write_str("the member has left the register"),
            Self::Approver => f.write_str("who approved the award does not judge the appeal against it: leave it to another reviewer"),
            Self::NoReason => f.write_str(
                "is missing: only an award without flags, with nothing unmet and of a complete term can be approved without one",
            ),
            Self::Credits => f.write_str("must be 0 to 1000 with at most three places, and only of an approval"),
            Self::State { decision, state } => write!(f, "{decision} does not fit an award that is {state}"),
            Self::Unconfirmed(names) => write!(
                f,
                "the policy asks for confirmations of the whole term that are missing: {}; state them with POST /v1/statements first",
                names.join(", ")
            ),
            Self::Flagged(count) => write!(f, "{count} flags: a person must look at it"),
            Self::Unmet(count) => write!(f, "{count} requirements of the policy are not met"),
            Self::Incomplete => f.write_str("not everything of the term had been fetched: sync, evaluate and propose again"),
            Self::NoAppeals => f.write_str("the policy gives no days for appeals"),
            Self::TooLate => f.write_str("the days for appeals are over"),
            Self::AppealPending => f.write_str("there is an appeal against this award already that is not decided"),
            Self::AppealDecided => f.write_str("this appeal is decided: it is decided once"),
            Self::NotAppealable(state) => write!(f, "an appeal is against an award that was approved; this one is {state}"),
            Self::NoEvaluation => f.write_str("is missing: a grant names the evaluation from which another award is proposed"),
            Self::NeedlessEvaluation => f.write_str("belongs to a grant: leave it out to dismiss"),
            Self::OtherTerm => f.write_str("must be an evaluation of the award's term, under a policy of its name"),
            Self::NoResult => f.write_str("must be an evaluation that has a result of this member"),
            Self::WrongEvaluation => {
                f.write_str("the check of this evaluation found that results differ: propose from a later one (see its `differs`)")
            }
            Self::HasSuccessor => f.write_str("another award has been proposed in its place already: decide on that one"),
        }
    }
}
