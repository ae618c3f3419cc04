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
    /// The policy has no rule and no measure for it [kind: of a contribution or a statement].
    NoRule = "no_rule",
    /// The closest rule or measure does not hold in this category [rule, category: empty for a statement about no repository].
    Category = "category",
    /// It belongs to another term [dated_by: `opened` or `closed`, day, from, last].
    OutsideTerm = "outside_term",
    /// Of a statement: the closest rule or measure asks for another name [rule, names, name: or empty].
    Name = "name",
    // ------------------------------------------------------------ excluded: zero
    Bot = "bot",
    OwnRepository = "own_repository",
    /// [label]
    Label = "label",
    NoChange = "no_change",
    /// Of a merged pull request none of whose commits is its own: the base was pushed onto it.
    NoCommit = "no_commit",
    /// The closest rule or measure asks for another state [rule, states, state].
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
    /// [rule]
    NoLines = "no_lines",
    /// It was opened after the last day [rule, day, last].
    OpenedLate = "opened_late",
    /// It was merged or closed after the last day [rule, day, last].
    ClosedLate = "closed_late",
    /// The repository's licence is none that the Open Source Initiative approves [licence: its SPDX id, `none` or `unknown`].
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
    /// A machine made it or helped, and the policy does not let that count [mark: or `declared`, where the member said so].
    Automation = "automation",
    /// A person decided that it, or the member's network score, does not count [by, day, why].
    ExcludedByPerson = "excluded_by_person",
    /// Another of the member's claims on the same work counts [other: `owner/name#12`, or the name of what was stated].
    CountedElsewhere = "counted_elsewhere",
    /// It earned points in an earlier term under a rule book of this name [term: its code].
    PaidBefore = "paid_before",
    /// The share of somebody who is not the author is backed neither by commits nor by the author and a mentor.
    ShareNotBacked = "share_not_backed",
    /// A mark, log, role or achievement that was taken back [by, day, why: of the withdrawal].
    Withdrawn = "withdrawn",
    /// Of a measure: its condition does not hold [measure, amount, from or below].
    ConditionNotMet = "condition_not_met",
    // ------------------------------------------------------------ not yet
    /// It is still open; the rule or measure counts it when it is closed [rule].
    StillOpen = "still_open",
    /// It waits until a day [until, days: as the policy says].
    Waiting = "waiting",
    /// It waits anew, since it was reverted [until, days, reverted].
    WaitingAfterRevert = "waiting_after_revert",
    /// The confirmation of somebody is not there yet [rule, who].
    NotYetConfirmed = "not_yet_confirmed",
    /// A network score, some of whose months are not over, or a measure whose condition asks for one.
    MonthsNotOver = "months_not_over",
    /// An adjustment that one person stated and a second one has not countersigned [points: what it would add].
    NotCountersigned = "not_countersigned",
    // ------------------------------------------------------------ limited
    /// All caps: [points: the most or empty, items: the most or empty, counts: what was left and counts, earned: base times factors, kinds,
    /// categories, groups: each a list or empty].
    CapItem = "cap_item",
    CapKind = "cap_kind",
    CapWork = "cap_work",
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
    /// The member's part [value: 0 to 1; for a place in a team also rank, team; where it is what others leave also rest: `true`].
    Share = "share",
    /// [factor, measure, amount, from or below]
    GroupFactor = "group_factor",
    // ------------------------------------------------------------ flags of a line
    /// It was confirmed almost at once though it is large [minutes, lines].
    InstantReview = "instant_review",
    /// [mark: one or several]
    AutomationMark = "automation_mark",
    /// The same lines were brought elsewhere before [url].
    Copied = "copied",
    /// Most of its lines only moved or differ in white space [lines, of].
    Moved = "moved",
    /// Most of its lines are in files too large for GitHub to show [lines, of].
    Unread = "unread",
    /// A later pull request took it back [number: its own, day: of the revert].
    Reverted = "reverted",
    /// GitHub does not show it any more [day].
    Gone = "gone",
    /// A commit whose time nobody vouches for, since no pull request brought it, or one that was open for long [days: so long; absent where
    /// none brought it].
    UnvouchedTime = "unvouched_time",
    // ------------------------------------------------------------ flags of a member
    /// So many pull requests opened on a day [items, day, most].
    VelocityDay = "velocity_day",
    /// So many pull requests opened in a week [items, day: its Monday, most].
    VelocityWeek = "velocity_week",
    /// Two people who mostly confirm each other [account: the other's id, given, received, part: what each is more than a part of].
    MutualReviews = "mutual_reviews",
    /// So many items labelled as spam or invalid [items].
    Spam = "spam",
    /// The linked account changed [day].
    AccountChanged = "account_changed",
    // ------------------------------------------------------------ of the whole
    /// A requirement of the policy [measure, amount: or empty, where nobody knows it yet, from or below].
    RequirementNotMet = "requirement_not_met",
    // ------------------------------------------------------------ what a base rests on (`Line::basis`)
    /// [from: the term that left it over, or empty]
    CarriedIn = "carried_in",
    /// [step, most: or empty]
    CarriedOut = "carried_out",
    /// What a base was paid for [count: a word of `Count`, amount]. A pull request that is paid by its lines has `largest_lines`.
    Measured = "measured",
    /// Who stated it [by, day, why].
    Stated = "stated",
}

impl Code {
    /// The code that a line names. `None` for one that this version does not know.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.as_str() == word)
    }

    /// The code of a limit.
    pub const fn of_limit(per: Per) -> Self {
        match per {
            Per::Item => Self::CapItem,
            Per::Kind => Self::CapKind,
            Per::Work => Self::CapWork,
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
            Self::StillOpen
            | Self::Waiting
            | Self::WaitingAfterRevert
            | Self::NotYetConfirmed
            | Self::MonthsNotOver
            | Self::NotCountersigned => Answer::NotYet,
            _ => Answer::Zero,
        }
    }
}
