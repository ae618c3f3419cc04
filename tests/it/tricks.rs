//! Twenty-one tricks by which people game such rules, each with at least five fixtures that earn nothing, no more than honest work of the
//! same size, or are flagged for a person and keep their points; and an honest set that loses nothing.

mod accounts;
mod attention;
mod claims;
mod facts;
mod honest;
mod merges;
mod names;
mod size;
mod times;
mod worth;

use accredit::{model::score::Answer, scoring};
use rstest::rstest;

use crate::support::desk::{self, Desk, codes, points};

/// One way to try a trick, and what comes of it.
pub struct Fixture {
    pub name: &'static str,
    pub attempt: Attempt,
}

pub enum Attempt {
    /// Somebody did something.
    Done(Box<Desk>, Outcome),
    /// Somebody wrote a rule book that pays for what nobody should pay for: it is refused, and the message names the word.
    Written(String, &'static str),
}

/// What comes of an attempt.
#[derive(Debug, Clone, Copy)]
pub enum Outcome {
    /// It earns nothing, and a line says why.
    Nothing(&'static str),
    /// It earns nothing yet, and the line says what it waits for.
    NotYet(&'static str),
    /// It earns exactly what the one piece of work is worth; a line says that it is counted elsewhere.
    Once(&'static str),
    /// It counts, and earns this and no more: what honest work of its substance is worth.
    Only(&'static str),
    /// A line is flagged, and the points are kept.
    Flagged(&'static str, &'static str),
    /// The member is flagged, and the points are kept.
    Member(&'static str, &'static str),
}

pub fn tried(name: &'static str, desk: Desk, outcome: Outcome) -> Fixture {
    Fixture { name, attempt: Attempt::Done(Box::new(desk), outcome) }
}

/// The practice rule book and a project outside of the university.
pub fn practice() -> (Desk, accredit::model::ids::RepositoryId) {
    let mut desk = Desk::under(desk::book("practice.toml"));
    let project = desk.repository("lantern-db/lantern", "community");
    (desk, project)
}

/// What is wrong with the outcome; nothing if it is as it should be.
fn fault(fixture: &Fixture) -> Option<String> {
    let (desk, outcome) = match &fixture.attempt {
        Attempt::Done(desk, outcome) => (desk, *outcome),
        Attempt::Written(text, word) => {
            let refused = desk::parse("trick.toml", text);
            let names_it = refused.as_ref().is_err_and(|faults| faults.contains(word));
            return (!names_it).then(|| format!("{}: `{word}` is not refused: {refused:?}", fixture.name));
        }
    };
    let sheet = desk.sheet();
    let excluded = |code: &str| sheet.lines.iter().any(|line| line.excluded.as_ref().is_some_and(|reason| reason.code == code));
    let ok = match outcome {
        Outcome::Nothing(code) => sheet.points.is_zero() && excluded(code),
        Outcome::NotYet(code) => {
            sheet.points.is_zero() && sheet.lines.iter().any(|line| line.not_yet.as_ref().is_some_and(|reason| reason.code == code))
        }
        Outcome::Once(worth) => sheet.points == points(worth) && excluded("counted_elsewhere"),
        Outcome::Only(worth) => {
            sheet.points == points(worth) && sheet.lines.iter().all(|line| line.excluded.is_none() && line.not_yet.is_none())
        }
        Outcome::Flagged(code, kept) => {
            let flagged =
                |line: &accredit::model::score::Line| codes(&line.flags).contains(&code) && scoring::answer(line) == Answer::Flagged;
            sheet.points == points(kept) && sheet.lines.iter().any(flagged)
        }
        Outcome::Member(code, kept) => sheet.points == points(kept) && codes(&sheet.flags).contains(&code),
    };
    (!ok).then(|| {
        format!(
            "{}: expected {outcome:?}, got {} points, flags {:?}, lines {:#?}",
            fixture.name,
            sheet.points,
            codes(&sheet.flags),
            desk.told()
        )
    })
}

type Trick = (&'static str, fn() -> Vec<Fixture>);

const TRICKS: [Trick; 21] = [
    ("G1 phantom merge", merges::phantom),
    ("G2 merging oneself", merges::by_oneself),
    ("G3 co-author stuffing", names::co_authors),
    ("G4 forged author", names::forged),
    ("G5 backdated commits", times::backdated),
    ("G6 squash, rebase and merge bots", merges::rewritten),
    ("G7 spam", attention::spam),
    ("G8 white space, renames and typos", size::nothing_new),
    ("G9 files that nobody wrote", size::machine_made),
    ("G10 copied and moved code", size::copied),
    ("G11 splitting", size::split),
    ("G12 mutual and instant reviews", attention::reviews),
    ("G13 floods of comments", attention::comments),
    ("G14 new repositories", worth::new_repositories),
    ("G15 stars", worth::stars),
    ("G16 bot accounts", accounts::bots),
    ("G17 undeclared automation", accounts::automation),
    ("G18 taken back after scoring", times::taken_back),
    ("G19 the same work claimed twice", claims::twice),
    ("G20 issue farming", worth::issues),
    ("G21 a shared, sold or borrowed account", accounts::borrowed),
];

#[rstest]
fn no_trick_pays(#[values(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20)] nth: usize) {
    let (name, fixtures) = TRICKS[nth];
    let faults: Vec<String> = fixtures().iter().filter_map(fault).collect();
    assert!(faults.is_empty(), "{name}:\n{}", faults.join("\n"));
}

#[test]
fn each_of_the_twenty_one_tricks_is_tried_in_at_least_five_ways() {
    let numbers: Vec<usize> = TRICKS.iter().map(|(_, fixtures)| fixtures().len()).collect();
    assert!(numbers.iter().all(|number| *number >= 5), "{numbers:?}");
    assert!(numbers.iter().sum::<usize>() >= 105);
    for (nth, (name, fixtures)) in (1..).zip(TRICKS) {
        assert!(name.starts_with(&format!("G{nth} ")), "{name}");
        let mut names: Vec<&str> = fixtures().iter().map(|fixture| fixture.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), fixtures().len(), "{name}: each way has a name of its own");
    }
}
