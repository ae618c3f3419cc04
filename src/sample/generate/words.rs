//! Titles and texts, in English as people write it on GitHub.
//! It must not repeat anybody's words: all of them are made up here.

use super::{dice::Dice, plan::Kind};

/// What one repository's parts are called.
pub(super) const PARTS: [&[&str]; 3] = [
    &[
        "the import parser",
        "the event queue",
        "the retry policy",
        "the config loader",
        "the storage layer",
        "the metrics endpoint",
        "the CLI",
    ],
    &["the timetable view", "the search box", "the login form", "the export dialog", "the dark theme", "the calendar widget", "the router"],
    &["the data loader", "the training loop", "the tokenizer", "the evaluation script", "the plotting module", "the cache", "the sampler"],
];
const FEATURES: &[&str] =
    &["a dry-run mode", "pagination", "a progress display", "JSON output", "keyboard shortcuts", "batch support", "a timeout option"];
const SYMPTOMS: &[&str] = &[
    "a crash on empty input",
    "wrong rounding at midnight",
    "a race on shutdown",
    "a leak of file handles",
    "the ordering of equal keys",
    "a panic on invalid UTF-8",
    "an off-by-one at the page end",
];
const TOPICS: &[&str] =
    &["the release process", "how to run the tests", "error messages", "the configuration file", "common pitfalls", "the first steps"];
const LIBRARIES: &[&str] = &["left-align", "hyperline", "tinyroute", "serdelike", "plotbox", "quickhash", "asyncbits"];
const REMARKS: &[&str] = &[
    "Could this be a constant?",
    "Nice, this is much easier to read now.",
    "I think this misses the case where the list is empty.",
    "Please add a test for this branch.",
    "Why not return an error here instead of the default?",
    "Small thing: the name suggests that it returns a copy.",
    "This will allocate on every call. Fine for now, but let us note it.",
    "Agreed, see my other comment.",
];
const TALK: &[&str] = &[
    "Thanks for the report, I can reproduce it.",
    "I would like to work on this if nobody has started yet.",
    "Rebased on main, ready for another look.",
    "The failure in CI is unrelated, it also happens on main.",
    "Should this wait for the next release?",
    "Works for me with the latest commit.",
    "Let us discuss this in the next community meeting.",
];
const VERDICTS: &[&str] =
    &["Looks good to me.", "Thank you, merging after CI is green.", "A few remarks inline.", "Tested locally, works as described.", ""];

fn part(repository: usize, dice: &mut Dice) -> &'static str {
    dice.word(PARTS[repository % PARTS.len()])
}

pub(super) fn title(kind: Kind, repository: usize, dice: &mut Dice) -> String {
    match kind {
        Kind::Feature => format!("Add {} to {}", dice.word(FEATURES), part(repository, dice)),
        Kind::Fix => format!("Fix {} in {}", dice.word(SYMPTOMS), part(repository, dice)),
        Kind::Docs => format!("Document {}", dice.word(TOPICS)),
        Kind::Tests => format!("Test {} against {}", part(repository, dice), dice.word(SYMPTOMS)),
        Kind::Dependency => format!("Bump {} from 1.{}.0 to 1.{}.0", dice.word(LIBRARIES), dice.between(0, 8), dice.between(9, 19)),
        Kind::LockBomb => "Update all dependencies".to_owned(),
        Kind::Generated => format!("Regenerate the bindings of {}", part(repository, dice)),
        Kind::Spam => "Update README.md".to_owned(),
        Kind::Sweeping => format!("Rename the internals of {}", part(repository, dice)),
        Kind::Unlisted => "Import the historical fixtures".to_owned(),
    }
}

pub(super) fn issue_title(repository: usize, dice: &mut Dice) -> String {
    let part = part(repository, dice);
    match dice.below(3) {
        0 => format!("{} should support {}", capital(part), dice.word(FEATURES)),
        1 => format!("{} has {}", capital(part), dice.word(SYMPTOMS)),
        _ => format!("The documentation of {part} says nothing about {}", dice.word(TOPICS)),
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// A comment on lines of code.
pub(super) fn remark(dice: &mut Dice) -> String {
    dice.word(REMARKS).to_owned()
}

/// A comment in a conversation.
pub(super) fn talk(dice: &mut Dice) -> String {
    dice.word(TALK).to_owned()
}

/// What stands above a review.
pub(super) fn verdict(dice: &mut Dice) -> String {
    dice.word(VERDICTS).to_owned()
}
