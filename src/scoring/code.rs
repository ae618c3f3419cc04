//! The codes by which machines know why something earned nothing, less, not yet, or must be looked at, and the values of each.
//! docs/SCORING.md explains each and `messages` has a sentence for each; tests hold both to that.

use crate::model::{policy::Per, score::Answer};

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $word:literal),+ $(,)?) => {
        /// Why. The values that a reason of this code carries stand in brackets.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Code { $($(#[$doc])* $variant),+ }

        impl Code {
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }
    };
}

codes! {
    // ------------------------------------------------------------ excluded: not applicable
    /// Another account did it, or one that GitHub does not name.
    OtherAccount = "other_account",
    UntrackedRepository = "untracked_repository",
    /// The policy has no rule and no measure for it [kind].
    NoRule = "no_rule",
    /// The closest rule does not hold in this category [rule, category].
    Category = "category",
    /// It belongs to another term [dated_by, day, from, last].
    OutsideTerm = "outside_term",
    /// The closest rule asks for another name [rule, names, name].
    Name = "name",
    // ------------------------------------------------------------ excluded: zero
    Bot = "bot",
    OwnRepository = "own_repository",
    /// [label]
    Label = "label",
    NoChange = "no_change",
    /// Of a merged pull request none of whose commits is its own: the base was pushed onto it.
    NoCommit = "no_commit",
    /// The closest rule asks for another state [rule, states, state].
    State = "state",
    /// [rule]
    NotMerged = "not_merged",
    /// [rule]
    NotConfirmed = "not_confirmed",
    /// [rule]
    OwnWork = "own_work",
    /// [rule]
    NotAccepted = "not_accepted",
    /// [rule]
    NotInOwnPullRequest = "not_in_own_pull_request",
    /// [rule]
    NotReviewedMoreThanOnce = "not_reviewed_more_than_once",
    /// [rule]
    NoSourceCode = "no_source_code",
    /// It was opened after the last day [rule, day, last].
    OpenedLate = "opened_late",
    /// It was merged or closed after the last day [rule, day, last].
    ClosedLate = "closed_late",
    /// The repository is not one that counts: its licence [licence], which may be `none` or `unknown`.
    Licence = "licence",
    /// Its age when the work was done [days, least].
    RepositoryAge = "repository_age",
    /// How many people from outside have contributed to it [people, least].
    OutsideContributors = "outside_contributors",
    /// The policy does not list it [repository].
    NotListed = "not_listed",
    /// The policy leaves it out [repository].
    Denied = "denied",
    /// It was registered too late [day, last].
    RegisteredLate = "registered_late",
    /// A machine made it or helped, and the policy does not let that count [mark].
    Automation = "automation",
    /// A person decided that it does not count [by, day, why].
    ExcludedByPerson = "excluded_by_person",
    /// Another of the member's claims on the same work is worth more [other].
    CountedElsewhere = "counted_elsewhere",
    /// The share of the co-author is backed neither by commits nor by the author and a mentor.
    ShareNotBacked = "share_not_backed",
    /// An achievement, role, mark or log that was taken back [by, day, why].
    Withdrawn = "withdrawn",
    /// Of a measure: its condition does not hold [measure, amount, from or below].
    ConditionNotMet = "condition_not_met",
    // ------------------------------------------------------------ not yet
    /// It is still open; the rule counts it when it is closed [rule].
    StillOpen = "still_open",
    /// It waits until a day [until, days].
    Waiting = "waiting",
    /// It waits anew, since it was reverted [until, days, reverted].
    WaitingAfterRevert = "waiting_after_revert",
    /// The confirmation of somebody is not there yet [rule, who].
    NotYetConfirmed = "not_yet_confirmed",
    // ------------------------------------------------------------ limited
    /// All caps: [most: points or empty, items: or empty, left, counts, earned, kinds, categories, groups].
    CapItem = "cap_item",
    CapKind = "cap_kind",
    CapRepository = "cap_repository",
    CapCategory = "cap_category",
    CapGroup = "cap_group",
    CapDay = "cap_day",
    CapWeek = "cap_week",
    CapMonth = "cap_month",
    CapTerm = "cap_term",
    /// It belongs together with others, which together earn no more than one of their size [items, lines, most, bonus, counts, earned].
    CapUnit = "cap_unit",
    // ------------------------------------------------------------ factors
    /// [lines, from]
    Size = "size",
    SizeUnknown = "size_unknown",
    /// [category]
    CategoryFactor = "category_factor",
    /// The member's part [rank, team] or [value]; `rest` where it is what others leave.
    Share = "share",
    /// [factor, measure, amount, from or below]
    GroupFactor = "group_factor",
    // ------------------------------------------------------------ flags of a line
    /// It was confirmed almost at once though it is large [minutes, lines].
    InstantReview = "instant_review",
    /// [mark]
    AutomationMark = "automation_mark",
    /// The same lines were brought elsewhere before [url].
    Copied = "copied",
    /// Most of its lines only moved [lines, of].
    Moved = "moved",
    /// [number, day]
    Reverted = "reverted",
    /// GitHub does not show it any more [day].
    Gone = "gone",
    /// A commit whose time nobody vouches for, since no pull request brought it.
    UnvouchedTime = "unvouched_time",
    // ------------------------------------------------------------ flags of a member
    /// [items, day, most]
    VelocityDay = "velocity_day",
    /// [items, day, most]
    VelocityWeek = "velocity_week",
    /// [account, given, received, part]
    MutualReviews = "mutual_reviews",
    /// [items]
    Spam = "spam",
    /// The linked account changed [day].
    AccountChanged = "account_changed",
    // ------------------------------------------------------------ of the whole
    /// [measure, amount, from or below]
    RequirementNotMet = "requirement_not_met",
    /// [from: the term or policy that left it over]
    CarriedIn = "carried_in",
    /// [step, most]
    CarriedOut = "carried_out",
    /// [count, amount]
    Measured = "measured",
    /// [by, day, why]
    Stated = "stated",
}

impl Code {
    /// The code of a limit.
    pub const fn of_limit(per: Per) -> Self {
        match per {
            Per::Item => Self::CapItem,
            Per::Kind => Self::CapKind,
            Per::Repository => Self::CapRepository,
            Per::Category => Self::CapCategory,
            Per::Group => Self::CapGroup,
            Per::Day => Self::CapDay,
            Per::Week => Self::CapWeek,
            Per::Month => Self::CapMonth,
            Per::Term => Self::CapTerm,
        }
    }

    /// What a line that was excluded for this reason answers.
    pub const fn answer(self) -> Answer {
        match self {
            Self::OtherAccount | Self::UntrackedRepository | Self::NoRule | Self::Category | Self::OutsideTerm | Self::Name => {
                Answer::NotApplicable
            }
            Self::StillOpen | Self::Waiting | Self::WaitingAfterRevert | Self::NotYetConfirmed => Answer::NotYet,
            _ => Answer::Zero,
        }
    }
}
