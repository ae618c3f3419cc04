//! The vocabulary of a policy: what an institution decided that open-source work is worth.
//! Bare values that `scoring::policy::parse` has checked; nothing here reads a file or computes a score.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::{
    contribution::{Kind, State, words},
    credit::Credits,
    points::Points,
    statement::StatementKind,
};

/// One version of an institution's rules. It never changes: another text is another policy, with another hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    pub name: String,
    pub version: String,
    pub description: String,
    /// SHA-256 of the bytes of the policy's text, in lower-case hex.
    pub hash: String,
    /// For whom it is. Other members are left out.
    pub audience: Audience,
    /// So many years, ending with the term, are looked at. Absent: the term alone.
    pub years: Option<u32>,
    pub eligibility: Eligibility,
    pub repositories: Repositories,
    /// The categories of repositories that the policy knows, by the institution's word for them.
    pub categories: BTreeMap<String, Category>,
    /// In the order of the text: the first that fits takes a contribution or a statement.
    pub rules: Vec<Rule>,
    pub measures: Vec<Measure>,
    pub factors: Vec<GroupFactor>,
    /// All of them hold at once.
    pub limits: Vec<Limit>,
    /// Work cut into slices counts as one. Absent: each item counts by itself.
    pub units: Option<Units>,
    pub works: Works,
    /// What must be reached, or there is no credit.
    pub requirements: Vec<Condition>,
    /// Points are paid in steps, and what is left over is carried on. Absent: all is paid at once.
    pub payout: Option<Payout>,
    pub credits: CreditRule,
    pub flags: Flags,
    pub decision: Decision,
}

impl Policy {
    /// Whether what a member has depends on the members' network scores, and so on the whole class.
    pub fn asks_for_network(&self) -> bool {
        self.measures.iter().any(|measure| matches!(measure.count, Count::Openrank | Count::Activity))
    }

    /// Whether what a member has depends on earlier terms.
    pub const fn asks_for_prior(&self) -> bool {
        self.payout.is_some() || self.credits.lifetime_cap.is_some() || self.credits.needed.is_some()
    }
}

words! {
    /// For whom a policy is.
    Audience {
        Students = "students",
        Faculty = "faculty",
        Everyone = "everyone",
    }
}

/// What may count at all, before any rule is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Eligibility {
    pub own_repository: OwnRepository,
    /// In lower case. A label that has one of them as a whole word is left out.
    pub excluded_labels: Vec<String>,
    /// An item counts when so many days have passed since the date by which it belongs to the term, and since it was merged or closed; a
    /// revert begins them anew.
    pub waiting_days: u32,
    pub automation: Automation,
}

words! {
    /// Whether work in a repository of one's own counts: one owned by the member's account, or registered as the member's.
    OwnRepository {
        Exclude = "exclude",
        Count = "count",
    }
}

words! {
    /// What becomes of work that bears the mark of a machine, or that the member declared as made with one.
    Automation {
        /// It counts.
        Allow = "allow",
        /// It counts where the member declared it; where only the mark says so, it is flagged.
        Declare = "declare",
        /// It earns nothing.
        Deny = "deny",
    }
}

/// Which repositories count. Every key that is there must hold.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Repositories {
    /// Their licence must be one that the Open Source Initiative approves.
    pub osi_licence: bool,
    /// Their age in days, when the work was done.
    pub min_age_days: Option<u32>,
    /// How many people from outside the institution have contributed to them.
    pub outside_contributors: Option<u32>,
    /// `owner/name` or `owner/*`, in lower case. Empty: all.
    pub allow: Vec<String>,
    pub deny: Vec<String>,
    /// The institution must have registered them by the end of this day.
    pub registered_by: Option<NaiveDate>,
}

/// What is different in one category of repositories.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Category {
    /// Multiplies the points of every contribution in it.
    pub factor: Option<Decimal>,
    /// Stands in place of `eligibility.own_repository`.
    pub own_repository: Option<OwnRepository>,
}

/// What can be paid or measured: a kind of contribution, or a kind of statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ItemKind {
    Contribution(Kind),
    /// `mark`, `time_log`, `role` or `achievement`.
    Statement(StatementKind),
}

impl ItemKind {
    /// Everything that a rule can pay or a measure count.
    pub const ALL: &[Self] = &[
        Self::Contribution(Kind::PullRequest),
        Self::Contribution(Kind::Review),
        Self::Contribution(Kind::ReviewComment),
        Self::Contribution(Kind::Issue),
        Self::Contribution(Kind::IssueComment),
        Self::Contribution(Kind::Commit),
        Self::Contribution(Kind::Release),
        Self::Contribution(Kind::Discussion),
        Self::Contribution(Kind::DiscussionComment),
        Self::Statement(StatementKind::Mark),
        Self::Statement(StatementKind::TimeLog),
        Self::Statement(StatementKind::Role),
        Self::Statement(StatementKind::Achievement),
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Contribution(kind) => kind.as_str(),
            Self::Statement(kind) => kind.as_str(),
        }
    }

    pub const fn contribution(self) -> Option<Kind> {
        match self {
            Self::Contribution(kind) => Some(kind),
            Self::Statement(_) => None,
        }
    }
}

impl std::fmt::Display for ItemKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Which items are meant. What is empty or absent does not narrow it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Selector {
    pub kinds: Vec<ItemKind>,
    pub states: Vec<State>,
    pub categories: Vec<String>,
    /// Of statements: the names that they bear (`difficulty`, `maintainer`, `ospp`).
    pub names: Vec<String>,
    pub requires: Vec<Requirement>,
    /// Whose confirmations are needed, each not before the one in front of it: `mentor`, then `committee`.
    pub confirmed_by: Vec<String>,
    pub dated_by: DatedBy,
    /// It must have been opened by the end of this day.
    pub opened_by: Option<NaiveDate>,
    /// It must have been merged or closed by the end of this day.
    pub closed_by: Option<NaiveDate>,
    /// The zone of these two days. Absent: the institution's.
    pub zone: Option<chrono_tz::Tz>,
}

/// What one item earns, and under which conditions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    pub id: String,
    /// Limits and factors can be about a group of rules and measures.
    pub group: Option<String>,
    /// Of one kind.
    pub selector: Selector,
    pub pay: Pay,
    /// Stands in place of `pay` in repositories of that category.
    pub points_in: BTreeMap<String, Points>,
    /// By `from`, ascending, the first from 0. Empty: the size does not matter.
    pub size: Vec<SizeStep>,
}

/// How an amount becomes points.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pay {
    /// Always the same.
    Points(Points),
    /// So many for each unit of the amount, at most `most`.
    Each { points: Points, most: Option<Points> },
    /// The last step that the amount reaches; nothing below the first. Ascending.
    Ladder(Vec<LadderStep>),
}

/// From an amount on, so many points.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LadderStep {
    pub from: Threshold,
    pub points: Points,
}

/// Where a step begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Threshold {
    /// This amount reaches it.
    From(Decimal),
    /// Only more than this reaches it.
    Above(Decimal),
}

words! {
    /// By which date a contribution belongs to a term.
    #[derive(Default)]
    DatedBy {
        /// When it was opened, submitted, committed or published.
        #[default]
        Opened = "opened",
        /// When it was merged or closed.
        Closed = "closed",
    }
}

words! {
    /// What must be true of an item for a rule or a measure to take it.
    Requirement {
        Merged = "merged",
        /// Of a pull request: another person merged it, or another person's approval stands. Of an issue: another person's merged pull
        /// request closed it.
        ConfirmedByAnother = "confirmed_by_another",
        /// The pull request or issue that it belongs to is another person's.
        OnAnothersWork = "on_anothers_work",
        /// The pull request or issue that it belongs to was merged, or closed as completed.
        OnAcceptedWork = "on_accepted_work",
        /// Of a commit: a pull request of the member brought it.
        InOwnPullRequest = "in_own_pull_request",
        /// Other people reviewed it more than once.
        ReviewedMoreThanOnce = "reviewed_more_than_once",
        /// It changes program source.
        SourceCode = "source_code",
        /// It changes lines that people write. What is not known is taken for some.
        ChangesLines = "changes_lines",
    }
}

/// From so many effective lines on, so much more (or less).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SizeStep {
    pub from: i64,
    pub factor: Decimal,
}

/// What many items amount to together: one number, and what it earns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measure {
    pub id: String,
    pub group: Option<String>,
    pub count: Count,
    pub selector: Selector,
    /// It is taken of each repository by itself, and earns in each.
    pub each_repository: bool,
    /// Of `weeks`: an item may serve a later week that has none of its own, never an earlier one.
    pub serves_later_weeks: bool,
    /// Of `openrank` and `activity`: the place in the class in place of the bare number.
    pub normalise: Normalise,
    /// Absent: it earns nothing and is only asked for by conditions.
    pub pay: Option<Pay>,
    /// It earns only if this holds.
    pub when: Option<Condition>,
}

words! {
    /// What a measure counts.
    Count {
        /// Items.
        Items = "items",
        /// Different kinds of items.
        Kinds = "kinds",
        /// Different repositories.
        Repositories = "repositories",
        /// Weeks (Monday to Sunday, in the institution's zone) in which there is an item.
        Weeks = "weeks",
        /// The effective lines of the largest item.
        LargestLines = "largest_lines",
        /// The hours of time logs together.
        Hours = "hours",
        /// The newest mark of each name about each thing, together.
        Marks = "marks",
        /// The member's OpenRank in the term: the sum of the months.
        Openrank = "openrank",
        /// The member's activity in the term: the sum of the months.
        Activity = "activity",
    }
}

words! {
    /// What becomes of a number that only means something beside others'.
    #[derive(Default)]
    Normalise {
        /// As it is.
        #[default]
        None = "none",
        /// The part of the class that has no more than this: 0 to 1. Equals share.
        Percentile = "percentile",
        /// 1 for the first of the class, falling evenly to 0 for the last; 1 where the class is one. Equals share the better place.
        Rank = "rank",
    }
}

/// Whether a measure reaches an amount.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    pub measure: String,
    pub reach: Reach,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    From(Decimal),
    Below(Decimal),
}

/// Multiplies everything that a group earns, if a condition holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupFactor {
    pub id: String,
    pub group: String,
    pub factor: Decimal,
    pub when: Condition,
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
    pub kinds: Vec<ItemKind>,
    /// Empty: in repositories of every category.
    pub categories: Vec<String>,
    /// Empty: of rules and measures of every group, and of none.
    pub groups: Vec<String>,
}

words! {
    /// What a limit is counted for: each of these has its own account.
    Per {
        Item = "item",
        Kind = "kind",
        /// The pull request or issue that an item is or belongs to.
        Work = "work",
        Repository = "repository",
        Category = "category",
        Group = "group",
        /// A calendar day of the institution's zone.
        Day = "day",
        /// Monday to Sunday, in the institution's zone.
        Week = "week",
        /// A calendar month of the institution's zone.
        Month = "month",
        Term = "term",
    }
}

/// Pull requests that belong together earn no more than one of their size would, and a bonus.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Units {
    /// Opened so many days apart at most, each from the one before it.
    pub days: u32,
    pub same: Same,
    /// What the unit may earn above that: `0.1` is a tenth more.
    pub bonus: Decimal,
}

words! {
    /// What pull requests of one member in one repository must share to belong together.
    Same {
        /// A file.
        Files = "files",
        /// The repository is enough.
        Repository = "repository",
    }
}

/// When several items rest on one work, and when several people share one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Works {
    /// Of all that a member has for one work, only what is worth most counts.
    pub highest_only: bool,
    /// `teams[n - 1][k - 1]` is the part of the `k`-th of `n` people. Empty: only shares that are stated as numbers.
    pub teams: Vec<Vec<Decimal>>,
}

/// Points are paid in whole steps; the rest is carried on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payout {
    pub step: Points,
    pub per: PayoutPer,
    /// The most that is paid in each.
    pub most: Option<Points>,
}

words! {
    PayoutPer {
        Month = "month",
        Term = "term",
    }
}

/// From where on a person must look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flags {
    /// More pull requests than this on one day, or in one week.
    pub velocity_day: u32,
    pub velocity_week: u32,
    /// Confirmed in fewer minutes than this, though it has more lines than that.
    pub instant_minutes: u32,
    pub instant_lines: i64,
    /// Two people who confirm each other: more than this part of what each gives and gets, from so many on.
    pub mutual_part: Decimal,
    pub mutual_from: u32,
    /// So many items labelled as spam.
    pub spam_items: u32,
}

impl Default for Flags {
    fn default() -> Self {
        Self {
            velocity_day: 5,
            velocity_week: 15,
            instant_minutes: 2,
            instant_lines: 200,
            mutual_part: Decimal::new(5, 1),
            mutual_from: 4,
            spam_items: 2,
        }
    }
}

/// How people decide on what the policy proposes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Decision {
    /// Whose confirmations of the whole term come before the award, in this order: `mentor`, then `committee`.
    pub confirmed_by: Vec<String>,
    /// The public notice, in working days.
    pub notice_days: Option<u32>,
    /// So long a student can appeal.
    pub appeal_days: Option<u32>,
    pub appeal_days_are: Days,
    /// The mark that the registry books for the credits: `85`, or `pass`.
    pub recorded_as: Option<String>,
}

words! {
    #[derive(Default)]
    Days {
        #[default]
        Calendar = "calendar",
        Working = "working",
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
    /// The most credits of all terms together.
    pub lifetime_cap: Option<Credits>,
    /// So many are needed in all before they are of use; it is said, and takes nothing away.
    pub needed: Option<Credits>,
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
