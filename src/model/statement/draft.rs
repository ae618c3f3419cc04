//! A statement on its way in, as a door hands it over, and what each kind of statement must and must not have.
//! It must not look into a register: what is there, and what is there already, `Known` judges.

use chrono::{Datelike as _, Days, NaiveDate};
use rust_decimal::Decimal;

use super::{Fault, StatementKind, Trouble};
use crate::model::{
    fields,
    ids::{MemberId, StatementId},
    repository::FullName,
};

/// The largest team, and so the last place in one.
const TEAM: u8 = 20;
/// A year before this is a slip of the finger.
const FIRST_YEAR: i32 = 1970;
/// So many days ahead a statement may lie: a plan is no fact.
const DAYS_AHEAD: u64 = 7;

/// What somebody wants to state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    pub kind: StatementKind,
    pub member: Whose,
    pub name: Option<String>,
    /// A decimal.
    pub value: Option<String>,
    pub rank: Option<u8>,
    pub team: Option<u8>,
    pub about: Option<Mentioned>,
    pub happened_on: NaiveDate,
    pub until_on: Option<NaiveDate>,
    /// Who says so, where it is another than who writes it.
    pub on_behalf_of: Option<String>,
    pub reason: String,
}

/// How a member is named.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Whose {
    Id(MemberId),
    Number(String),
}

impl Whose {
    pub const fn field(&self) -> &'static str {
        match self {
            Self::Id(_) => "member_id",
            Self::Number(_) => "member_number",
        }
    }
}

/// How that is named which a statement is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Mentioned {
    /// A contribution, by the address where a person looks at it.
    Contribution(String),
    Repository(FullName),
    Statement(StatementId),
}

impl std::fmt::Display for Mentioned {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Contribution(url) => f.write_str(url),
            Self::Repository(name) => name.fmt(f),
            Self::Statement(id) => id.fmt(f),
        }
    }
}

impl std::str::FromStr for Mentioned {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.starts_with("https://") || text.starts_with("http://") {
            return Ok(Self::Contribution(text.to_owned()));
        }
        let statement = text.parse().map(Self::Statement);
        statement.or_else(|_| text.parse().map(Self::Repository)).map_err(|_| {
            "must be the address of a contribution (https://…/pull/7), a repository (owner/name) or the id of a statement".to_owned()
        })
    }
}

/// Whether a kind of statement has a field.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Need {
    Must,
    May,
    Never,
}

use Need::{May, Must, Never};

/// Which fields a kind has.
struct Shape {
    name: Need,
    value: Range,
    about: Topic,
}

/// Whether it has a value, and from where to where, in thousandths.
type Range = (Need, i64, i64);
/// Whether it is about something, and what that may be.
type Topic = (Need, &'static [AboutWhat]);

#[derive(Clone, Copy, PartialEq, Eq)]
enum AboutWhat {
    Contribution,
    Repository,
    Statement,
}

use AboutWhat::{Contribution, Repository, Statement};

const fn shape(kind: StatementKind) -> Shape {
    const NO_VALUE: Range = (Never, 0, 0);
    const MILLION: i64 = 1_000_000_000;
    const WORK: &[AboutWhat] = &[Contribution, Repository];
    let (name, value, about): (Need, Range, Topic) = match kind {
        StatementKind::Mark => (Must, (Must, -MILLION, MILLION), (May, WORK)),
        StatementKind::Confirmation => (Must, NO_VALUE, (May, &[Contribution, Repository, Statement])),
        StatementKind::TimeLog => (May, (Must, 1, 24_000), (May, WORK)),
        StatementKind::Share => (Never, (May, 0, 1_000), (Must, &[Contribution])),
        StatementKind::Adjustment => (Never, (Must, -MILLION, MILLION), (May, WORK)),
        StatementKind::Role => (Must, NO_VALUE, (May, &[Repository])),
        StatementKind::Achievement => (Must, NO_VALUE, (May, WORK)),
        StatementKind::Exclusion => (Never, NO_VALUE, (May, &[Contribution])),
        StatementKind::Declaration => (May, NO_VALUE, (Must, &[Contribution])),
        StatementKind::Credited => (May, (Must, 1, 1_000_000), (Never, &[])),
        StatementKind::Withdrawal => (Never, NO_VALUE, (Must, &[Statement])),
    };
    Shape { name, value, about }
}

impl Draft {
    /// The statement that takes another back.
    pub fn withdrawal(member: MemberId, taken_back: StatementId, today: NaiveDate, on_behalf_of: Option<String>, reason: String) -> Self {
        Self {
            kind: StatementKind::Withdrawal,
            member: Whose::Id(member),
            name: None,
            value: None,
            rank: None,
            team: None,
            about: Some(Mentioned::Statement(taken_back)),
            happened_on: today,
            until_on: None,
            on_behalf_of,
            reason,
        }
    }

    /// The value, once `faults` has found nothing.
    pub(super) fn amount(&self) -> Option<Decimal> {
        self.value.as_deref().and_then(|value| fields::decimal(value).ok())
    }

    /// Everything that is wrong with it as it stands. `today` is the institution's.
    pub(super) fn faults(&self, today: NaiveDate) -> Vec<Fault> {
        let mut faults = Faults { kind: self.kind, found: Vec::new() };
        let shape = shape(self.kind);
        faults.text("name", self.name.as_ref(), shape.name, |name| match self.kind {
            StatementKind::Credited => fields::text(name, fields::NAME), // a policy's own name is no word of it
            _ => fields::word(name, example(self.kind)),
        });
        faults.value(self.value.as_deref(), shape.value);
        faults.place(self);
        faults.about(self.about.as_ref(), shape.about);
        faults.days(self, today);
        faults.text("on_behalf_of", self.on_behalf_of.as_ref(), May, |name| fields::text(name, fields::NAME));
        faults.text("reason", Some(&self.reason), Must, |reason| fields::text(reason, fields::REASON));
        if let Whose::Number(number) = &self.member {
            faults.text("member_number", Some(number), Must, |number| fields::text(number, fields::LABEL));
        }
        faults.found
    }
}

const fn example(kind: StatementKind) -> &'static str {
    match kind {
        StatementKind::Confirmation => "mentor",
        StatementKind::Role => "maintainer",
        StatementKind::Achievement => "ospp",
        StatementKind::TimeLog => "meeting",
        StatementKind::Declaration => "copilot",
        _ => "difficulty",
    }
}

struct Faults {
    kind: StatementKind,
    found: Vec<Fault>,
}

impl Faults {
    fn add(&mut self, field: &'static str, message: impl Into<String>) {
        self.found.push(Fault { field, message: message.into(), trouble: Trouble::Wrong });
    }

    /// Whether there is something to look at: what must be there is, what must not be there is not.
    fn is_asked(&mut self, field: &'static str, is_there: bool, need: Need) -> bool {
        match (is_there, need) {
            (false, Must) => self.add(field, format!("a {} needs it", self.kind)),
            (true, Never) => self.add(field, format!("a {} has none: leave it out", self.kind)),
            _ => return is_there,
        }
        false
    }

    fn text(&mut self, field: &'static str, text: Option<&String>, need: Need, check: impl Fn(String) -> Result<String, String>) {
        if let (true, Some(text)) = (self.is_asked(field, text.is_some(), need), text)
            && let Err(why) = check(text.clone())
        {
            self.add(field, why);
        }
    }

    fn value(&mut self, value: Option<&str>, (need, least, most): Range) {
        let (true, Some(value)) = (self.is_asked("value", value.is_some(), need), value) else { return };
        match fields::decimal(value) {
            Err(why) => self.add("value", why),
            Ok(zero) if zero.is_zero() && self.kind == StatementKind::Adjustment => self.add("value", "must not be 0"),
            Ok(amount) if amount < Decimal::new(least, 3) || amount > Decimal::new(most, 3) => {
                let [least, most] = [least, most].map(|bound| Decimal::new(bound, 3).normalize());
                self.add("value", format!("must be from {least} to {most}"));
            }
            Ok(_) => {}
        }
    }

    /// A share is a number or a place in a team; nothing else has a place.
    fn place(&mut self, draft: &Draft) {
        let need = if draft.kind == StatementKind::Share { May } else { Never };
        let asked = [("rank", draft.rank), ("team", draft.team)].map(|(field, number)| self.is_asked(field, number.is_some(), need));
        match (draft.rank, draft.team) {
            _ if need == Never => {}
            (None, None) if draft.value.is_none() => self.add("value", "a share needs one, or a rank and a team in its place"),
            (None, None) => {}
            _ if draft.value.is_some() => self.add("value", "a share has a value or a rank in a team: leave one of them out"),
            (Some(rank), Some(team)) => {
                if team == 0 || team > TEAM {
                    self.add("team", format!("must be from 1 to {TEAM}"));
                } else if rank == 0 || rank > team {
                    self.add("rank", format!("must be from 1 to {team}, the size of the team"));
                }
            }
            _ => self.add(if asked[0] { "team" } else { "rank" }, "rank and team belong together"),
        }
    }

    fn about(&mut self, about: Option<&Mentioned>, (need, allowed): Topic) {
        let (true, Some(about)) = (self.is_asked("about", about.is_some(), need), about) else { return };
        let what = match about {
            Mentioned::Contribution(_) => Contribution,
            Mentioned::Repository(_) => Repository,
            Mentioned::Statement(_) => Statement,
        };
        if !allowed.contains(&what) {
            let names = allowed.iter().map(|what| match what {
                Contribution => "a contribution",
                Repository => "a repository",
                Statement => "a statement",
            });
            self.add("about", format!("a {} is about {}", self.kind, names.collect::<Vec<_>>().join(" or ")));
        }
    }

    fn days(&mut self, draft: &Draft, today: NaiveDate) {
        let last = today.checked_add_days(Days::new(DAYS_AHEAD)).unwrap_or(NaiveDate::MAX);
        if draft.happened_on.year() < FIRST_YEAR {
            self.add("happened_on", format!("must not be before the year {FIRST_YEAR}"));
        } else if draft.happened_on > last {
            self.add("happened_on", format!("must not be after {last}, which is {DAYS_AHEAD} days ahead"));
        }
        let need = if draft.kind == StatementKind::Role { May } else { Never };
        if let (true, Some(until)) = (self.is_asked("until_on", draft.until_on.is_some(), need), draft.until_on) {
            if until < draft.happened_on {
                self.add("until_on", "must not be before happened_on");
            } else if until.year() > draft.happened_on.year() + 100 {
                self.add("until_on", "must be at most a hundred years after happened_on");
            }
        }
    }
}
