//! Awards: what was proposed for a member from an evaluation, what people decided on it, and appeals against it.
//! Nothing here says what may follow what: `awards` does.

use chrono::{DateTime, NaiveDate, Utc};

use super::{
    actor::PersonKey,
    contribution::words,
    credit::Credits,
    ids::{AppealId, AwardId, EvaluationId, MemberId, PolicyId, TermId},
    points::Points,
    policy::Days,
};

words! {
    /// What a person decides on an award.
    Decision {
        /// The credits are given, after the public notice.
        Approve = "approve",
        /// A second person stands behind credits that are not those that were proposed.
        Confirm = "confirm",
        /// They are not given.
        Reject = "reject",
        /// Something must be put right before it can be decided.
        SendBack = "send_back",
        /// They had been given, and are taken back.
        Revoke = "revoke",
    }
}

words! {
    /// How an award stands.
    AwardState {
        /// Nobody has decided.
        Proposed = "proposed",
        /// Approved with other credits than were proposed: a second person must confirm them.
        ToConfirm = "to_confirm",
        /// To be put right first.
        SentBack = "sent_back",
        Rejected = "rejected",
        /// Approved, and its notice or the days for appeals are not over.
        OnNotice = "on_notice",
        /// Approved, and an appeal against it is not settled.
        UnderAppeal = "under_appeal",
        /// Approved, and its days are over.
        Final = "final",
        Revoked = "revoked",
        /// Another award has taken its place.
        Superseded = "superseded",
    }
}

words! {
    /// What a person decides on an appeal.
    AppealDecision {
        /// Another award is proposed in the place of the one that was appealed against.
        Grant = "grant",
        Dismiss = "dismiss",
    }
}

/// What was proposed, with all that was decided on it since, oldest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Award {
    pub id: AwardId,
    pub proposal: Proposal,
    /// The place in its chain, from 1: the awards of one member for one term under policies of one name.
    pub generation: i32,
    /// The one before it in the chain.
    pub supersedes: Option<AwardId>,
    pub proposed_by: String,
    pub proposed_at: DateTime<Utc>,
    /// Of the member, as people know them.
    pub number: String,
    pub name: String,
    pub decisions: Vec<Decided>,
    pub appeals: Vec<Appeal>,
}

/// What an evaluation found, and how the policy has it decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    pub term: TermId,
    pub member: MemberId,
    pub evaluation: EvaluationId,
    /// When the evaluation was done.
    pub evaluated_at: DateTime<Utc>,
    pub policy: PolicyId,
    pub policy_name: String,
    pub policy_hash: String,
    pub points: Points,
    pub credits: Credits,
    /// How many flags a person must look at.
    pub flagged: i32,
    /// How many requirements of the policy are not met.
    pub unmet: i32,
    /// Up to when every repository had been fetched.
    pub complete_until: Option<DateTime<Utc>>,
    /// Whether that is the end of the term or later.
    pub complete: bool,
    pub manner: Manner,
}

/// How the policy has its awards decided.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Manner {
    /// Of the public notice, in working days. `None`: the policy has none.
    pub notice_days: Option<u32>,
    /// For appeals. `None`: the policy gives none.
    pub appeal_days: Option<u32>,
    pub appeal_days_are: Days,
    /// Whose confirmations of the whole term come first.
    pub confirmed_by: Vec<String>,
    /// The mark that the registry books.
    pub recorded_as: Option<String>,
}

/// One decision of one human.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    pub decision: Decision,
    pub reason: Option<String>,
    /// The key, the account or the operator.
    pub by: String,
    pub person: PersonKey,
    pub person_name: String,
    /// Of an approval: other credits than were proposed.
    pub credits: Option<Credits>,
    /// Of the decision with which it is approved.
    pub announced: Option<Announced>,
    pub at: DateTime<Utc>,
}

/// Until when, as it was announced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Announced {
    pub notice_until: DateTime<Utc>,
    pub appeal_until: Option<DateTime<Utc>>,
}

impl Announced {
    /// From then on nobody but who revokes it can change the award.
    pub fn final_from(&self) -> DateTime<Utc> {
        self.appeal_until.map_or(self.notice_until, |until| until.max(self.notice_until))
    }
}

/// What a student says against an award.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appeal {
    pub id: AppealId,
    pub award: AwardId,
    /// The line that it is about. `None`: the whole award.
    pub contribution_url: Option<String>,
    pub reason: String,
    pub filed_by: String,
    pub on_behalf_of: Option<String>,
    pub filed_at: DateTime<Utc>,
    pub decided: Option<AppealDecided>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppealDecided {
    pub decision: AppealDecision,
    pub reason: String,
    pub by: String,
    pub person: PersonKey,
    pub person_name: String,
    /// Of a grant: what was proposed in the other's place.
    pub proposed: Option<AwardId>,
    pub at: DateTime<Utc>,
}

/// A day that is not as its place in the week says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holiday {
    pub day: NaiveDate,
    /// People work, although it is a Saturday or a Sunday. Otherwise they do not.
    pub working: bool,
    pub name: Option<String>,
}
