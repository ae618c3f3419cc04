//! What the registers say about the statements that somebody wants to make, and whether these fit into it.
//! It must not fetch any of it: whoever reads the registers fills it, and each statement that fits is noted for the next one.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::{About, Draft, Fault, Mentioned, Statement, StatementKind, Trouble, Whose};
use crate::model::{
    contribution::Key,
    ids::{MemberId, RepositoryId, StatementId},
};

/// Hours of a day.
const DAY: Decimal = Decimal::from_parts(24, 0, 0, false, 0);

/// What is there.
#[derive(Debug, Default)]
pub struct Known {
    pub members: HashMap<Whose, MemberId>,
    /// Those who were taken off the register: of them nothing new is stated, and what was is taken back.
    pub former: HashMap<Whose, MemberId>,
    /// Contributions to tracked repositories, by address.
    pub contributions: HashMap<String, Key>,
    /// Tracked repositories, by name in lower case.
    pub repositories: HashMap<String, RepositoryId>,
    pub statements: HashMap<StatementId, StatedStatement>,
    /// The shares that are stated in a contribution and not taken back.
    pub shares: HashMap<Key, Vec<StatedShare>>,
    /// The hours that a member logged on a day and that are not taken back.
    pub hours: HashMap<(MemberId, NaiveDate), Decimal>,
    /// What is claimed and not taken back, and by which statement; by none, where the same file claims it.
    pub claims: HashMap<Claim, Option<StatementId>>,
    /// Who of the register writes them, where it is known to be one.
    pub writer: Option<MemberId>,
    /// The marks of the same file.
    marks: HashSet<(MemberId, Option<String>, Option<About>, NaiveDate)>,
}

/// What makes two statements the same one: everything but who said it and when. The reason is part of it only for hours, where it says what
/// was done in them.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Claim {
    member: MemberId,
    kind: StatementKind,
    name: Option<String>,
    value: Option<Decimal>,
    rank: Option<u8>,
    team: Option<u8>,
    about: Option<About>,
    happened_on: NaiveDate,
    until_on: Option<NaiveDate>,
    done: Option<String>,
}

impl From<Statement> for Claim {
    fn from(statement: Statement) -> Self {
        Self {
            member: statement.member,
            kind: statement.kind,
            name: statement.name,
            value: statement.value,
            rank: statement.rank,
            team: statement.team,
            about: statement.about,
            happened_on: statement.happened_on,
            until_on: statement.until_on,
            done: (statement.kind == StatementKind::TimeLog).then_some(statement.reason),
        }
    }
}

impl Claim {
    pub(super) fn of(draft: &Draft, meant: &Meant) -> Self {
        Self {
            member: meant.member,
            kind: draft.kind,
            name: draft.name.clone(),
            value: meant.value,
            rank: draft.rank,
            team: draft.team,
            about: meant.about.clone(),
            happened_on: draft.happened_on,
            until_on: draft.until_on,
            done: (draft.kind == StatementKind::TimeLog).then(|| draft.reason.clone()),
        }
    }
}

/// A statement that is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StatedStatement {
    pub kind: StatementKind,
    pub member: MemberId,
    pub is_withdrawn: bool,
}

/// A share that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatedShare {
    pub member: MemberId,
    pub part: Part,
}

/// How a share is stated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Value(Decimal),
    Place { rank: u8, team: u8 },
}

/// What a draft means, once it fits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meant {
    pub member: MemberId,
    pub value: Option<Decimal>,
    pub about: Option<About>,
}

impl Known {
    /// What the draft means, or all that is wrong with it. What fits is known from then on.
    pub fn check(&mut self, draft: &Draft, today: NaiveDate) -> Result<Meant, Vec<Fault>> {
        let mut faults = draft.faults(today);
        let member = found(&mut faults, self.member(draft));
        let about = found(&mut faults, draft.about.as_ref().map(|about| self.about(about)).transpose());
        let (Some(member), Some(about), true) = (member, about, faults.is_empty()) else { return Err(faults) };
        let meant = Meant { member, value: draft.amount(), about };
        self.fits(draft, &meant).map_err(|fault| vec![fault])?;
        self.note(draft, &meant);
        Ok(meant)
    }

    fn member(&self, draft: &Draft) -> Result<MemberId, Fault> {
        let whose = &draft.member;
        let former = || self.former.get(whose).filter(|_| draft.kind == StatementKind::Withdrawal);
        self.members.get(whose).or_else(former).copied().ok_or_else(|| match whose {
            Whose::Id(id) => fault(whose.field(), Trouble::Unknown, format!("no member has the id {id}")),
            Whose::Number(number) => fault(whose.field(), Trouble::Wrong, format!("no member has the number {number}")),
        })
    }

    fn about(&self, about: &Mentioned) -> Result<About, Fault> {
        match about {
            Mentioned::Contribution(url) => self.contributions.get(url).cloned().map(About::Contribution).ok_or_else(|| {
                let why = format!("no tracked repository has the contribution {url}: write the `url` that the list of contributions shows");
                fault("about", Trouble::Wrong, why)
            }),
            Mentioned::Repository(name) => {
                let id = self.repositories.get(&name.as_str().to_lowercase()).copied();
                id.map(About::Repository).ok_or_else(|| fault("about", Trouble::Wrong, format!("{name} is not tracked")))
            }
            Mentioned::Statement(id) if self.statements.contains_key(id) => Ok(About::Statement(*id)),
            Mentioned::Statement(id) => Err(fault("about", Trouble::Unknown, format!("there is no statement {id}"))),
        }
    }

    /// Whether it goes together with what is stated already.
    fn fits(&self, draft: &Draft, meant: &Meant) -> Result<(), Fault> {
        self.is_not_of_oneself(draft, meant)?;
        if let Some(About::Statement(id)) = &meant.about {
            self.fits_statement(draft.kind, meant.member, *id)?;
        }
        match (draft.kind, &meant.about, meant.value) {
            (StatementKind::Share, Some(About::Contribution(key)), _) => self.fits_share(key, meant.member, part(draft, meant)),
            (StatementKind::TimeLog, _, Some(hours)) => self.fits_day(meant.member, draft.happened_on, hours),
            _ => Ok(()),
        }?;
        self.is_new(draft, meant)
    }

    /// Nobody adjusts one's own points, nor takes back what others adjusted.
    fn is_not_of_oneself(&self, draft: &Draft, meant: &Meant) -> Result<(), Fault> {
        let taken_back = match (draft.kind, &meant.about) {
            (StatementKind::Withdrawal, Some(About::Statement(id))) => self.statements.get(id).map(|stated| stated.kind),
            _ => None,
        };
        if self.writer != Some(meant.member) || !taken_back.unwrap_or(draft.kind).needs_two() {
            return Ok(());
        }
        let why = "nobody adjusts one's own points: leave it to two others".to_owned();
        Err(fault(draft.member.field(), Trouble::Wrong, why))
    }

    /// The same, stated twice, would pay twice.
    fn is_new(&self, draft: &Draft, meant: &Meant) -> Result<(), Fault> {
        let or_reason = if draft.kind == StatementKind::TimeLog { ", another reason" } else { "" };
        let how = format!("two alike are stated with another day{or_reason} or about another work");
        let taken = |field, why: String| Err(fault(field, Trouble::Taken, why));
        match self.claims.get(&Claim::of(draft, meant)) {
            Some(Some(id)) => return taken("happened_on", format!("the statement {id} says the same: {how}")),
            Some(None) => return taken("happened_on", format!("an earlier line says the same: {how}")),
            None => {}
        }
        if draft.kind == StatementKind::Mark && self.marks.contains(&mark(draft, meant)) {
            return taken(
                "value",
                "an earlier line gives another mark of this name for the same on this day: state the one that holds".to_owned(),
            );
        }
        Ok(())
    }

    fn fits_statement(&self, kind: StatementKind, member: MemberId, id: StatementId) -> Result<(), Fault> {
        let Some(stated) = self.statements.get(&id) else { return Ok(()) };
        let taken = |why: String| Err(fault("about", Trouble::Taken, why));
        if stated.member != member {
            return Err(fault("about", Trouble::Wrong, format!("the statement {id} is about another member")));
        }
        if stated.is_withdrawn {
            return taken(format!("the statement {id} was taken back already"));
        }
        match (kind, stated.kind) {
            (StatementKind::Withdrawal, StatementKind::Withdrawal) => {
                taken("a withdrawal is not taken back: state anew what it took back".to_owned())
            }
            _ => Ok(()),
        }
    }

    /// One share for each member; all of them numbers that sum to at most 1, or all of them places in one team, each given once.
    fn fits_share(&self, key: &Key, member: MemberId, part: Part) -> Result<(), Fault> {
        let shares = self.shares.get(key).map(Vec::as_slice).unwrap_or_default();
        let taken = |field, why: String| Err(fault(field, Trouble::Taken, why));
        if shares.iter().any(|share| share.member == member) {
            return taken("about", "the member has a share in this contribution already: withdraw that one first".to_owned());
        }
        match (part, shares.first().map(|share| share.part)) {
            (Part::Value(value), None | Some(Part::Value(_))) => {
                let left = Decimal::ONE - shares.iter().filter_map(|share| share.part.value()).sum::<Decimal>();
                if value > left {
                    return taken(
                        "value",
                        format!("the shares in one contribution sum to at most 1: {} is left of this one", left.normalize()),
                    );
                }
            }
            (Part::Value(_), Some(Part::Place { .. })) => {
                return taken("value", "the shares in this contribution are places in a team".to_owned());
            }
            (Part::Place { .. }, Some(Part::Value(_))) => return taken("rank", "the shares in this contribution are numbers".to_owned()),
            (Part::Place { rank, team }, Some(Part::Place { team: other, .. })) => {
                if team != other {
                    return taken("team", format!("the team of this contribution is stated to have {other} people"));
                }
                let is_given = |share: &StatedShare| matches!(share.part, Part::Place { rank: given, .. } if given == rank);
                if shares.iter().any(is_given) {
                    return taken("rank", format!("another member has place {rank} in this contribution"));
                }
            }
            (Part::Place { .. }, None) => {}
        }
        Ok(())
    }

    fn fits_day(&self, member: MemberId, day: NaiveDate, hours: Decimal) -> Result<(), Fault> {
        let left = DAY - self.hours.get(&(member, day)).copied().unwrap_or_default();
        if hours > left {
            let why = format!("a day has 24 hours: {} of {day} are left", left.normalize());
            return Err(fault("value", Trouble::Taken, why));
        }
        Ok(())
    }

    /// The next draft of the same file must know of it.
    fn note(&mut self, draft: &Draft, meant: &Meant) {
        match draft.kind {
            StatementKind::Withdrawal => self.claims.retain(|_, by| by.map(About::Statement) != meant.about),
            StatementKind::Mark => drop(self.marks.insert(mark(draft, meant))),
            _ => {}
        }
        self.claims.insert(Claim::of(draft, meant), None);
        match (draft.kind, &meant.about, meant.value) {
            (StatementKind::Share, Some(About::Contribution(key)), _) => {
                let share = StatedShare { member: meant.member, part: part(draft, meant) };
                self.shares.entry(key.clone()).or_default().push(share);
            }
            (StatementKind::TimeLog, _, Some(hours)) => *self.hours.entry((meant.member, draft.happened_on)).or_default() += hours,
            (StatementKind::Withdrawal, Some(About::Statement(id)), _) => {
                if let Some(stated) = self.statements.get_mut(id) {
                    stated.is_withdrawn = true;
                }
            }
            _ => {}
        }
    }
}

impl Part {
    const fn value(self) -> Option<Decimal> {
        match self {
            Self::Value(value) => Some(value),
            Self::Place { .. } => None,
        }
    }
}

fn mark(draft: &Draft, meant: &Meant) -> (MemberId, Option<String>, Option<About>, NaiveDate) {
    (meant.member, draft.name.clone(), meant.about.clone(), draft.happened_on)
}

/// Of a share that has been found to have one or the other.
fn part(draft: &Draft, meant: &Meant) -> Part {
    match (draft.rank, draft.team) {
        (Some(rank), Some(team)) => Part::Place { rank, team },
        _ => Part::Value(meant.value.unwrap_or_default()),
    }
}

fn fault(field: &'static str, trouble: Trouble, message: String) -> Fault {
    Fault { field, message, trouble }
}

fn found<T>(faults: &mut Vec<Fault>, looked_up: Result<T, Fault>) -> Option<T> {
    looked_up.map_err(|fault| faults.push(fault)).ok()
}

/// What must be looked up for these drafts.
impl Known {
    pub fn urls(drafts: &[&Draft]) -> Vec<String> {
        let urls = drafts.iter().filter_map(|draft| match &draft.about {
            Some(Mentioned::Contribution(url)) => Some(url.clone()),
            _ => None,
        });
        urls.collect::<HashSet<_>>().into_iter().collect()
    }

    pub fn names(drafts: &[&Draft]) -> Vec<String> {
        let names = drafts.iter().filter_map(|draft| match &draft.about {
            Some(Mentioned::Repository(name)) => Some(name.as_str().to_lowercase()),
            _ => None,
        });
        names.collect::<HashSet<_>>().into_iter().collect()
    }

    pub fn ids(drafts: &[&Draft]) -> Vec<StatementId> {
        let ids = drafts.iter().filter_map(|draft| match &draft.about {
            Some(Mentioned::Statement(id)) => Some(*id),
            _ => None,
        });
        ids.collect::<HashSet<_>>().into_iter().collect()
    }
}
