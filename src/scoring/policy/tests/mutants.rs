//! A thousand damaged rule books: none makes the parser stop, and none is taken with a meaning that is not written in it.

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use super::super::{parse, print};
use crate::model::policy::Policy;

/// So many in all, of all rule books.
const MUTANTS: usize = 1_000;

#[test]
fn no_damaged_rule_book_is_taken_with_a_meaning_that_is_not_written_in_it() {
    let books = books();
    let (mut accepted, mut refused) = (0, 0);
    for (number, (name, text)) in books.iter().cycle().take(MUTANTS.max(books.len() * 20)).enumerate() {
        let mut rng = ChaCha8Rng::seed_from_u64(number as u64);
        let mutant = mutate(text, number / books.len(), &mut rng);
        let original = bare(parse(name, text).unwrap());
        match parse(name, &mutant) {
            Ok(policy) => {
                accepted += 1;
                check(&original, text, &bare(policy), &mutant);
            }
            Err(errors) => {
                refused += 1;
                assert!(!errors.faults.is_empty());
                let lines = mutant.lines().count() + 1;
                assert!(errors.faults.iter().all(|fault| (1..=lines).contains(&fault.line) && !fault.message.is_empty()), "{errors}");
            }
        }
    }
    assert!(
        accepted > MUTANTS / 10 && refused > MUTANTS / 10,
        "{accepted} accepted, {refused} refused: the mutations are too weak or too strong"
    );
}

fn check(original: &Policy, text: &str, policy: &Policy, mutant: &str) {
    let printed = print(policy);
    assert_eq!(&bare(parse("printed", &printed).unwrap()), policy, "what is printed is not what was read:\n{mutant}");
    if meaning(mutant) == meaning(text) {
        assert_eq!(policy, original, "only comments and white space were changed:\n{mutant}");
    }
    if policy != original {
        assert_ne!(printed, print(original), "the change does not show:\n{mutant}");
    }
}

fn bare(policy: Policy) -> Policy {
    Policy { hash: String::new(), ..policy }
}

fn books() -> Vec<(String, String)> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds/policies");
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let books = files.filter(|path| path.extension().is_some_and(|end| end == "toml"));
    let mut books: Vec<_> = books.map(|path| (path.display().to_string(), std::fs::read_to_string(&path).unwrap())).collect();
    books.push(("rich".to_owned(), super::faults::RICH.to_owned()));
    books.sort();
    books
}

fn mutate(text: &str, way: usize, rng: &mut ChaCha8Rng) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let (one, other) = (rng.random_range(0..lines.len()), rng.random_range(0..lines.len()));
    match way % 9 {
        0 => drop(lines.remove(one)),
        1 => lines.insert(one, lines[one].clone()),
        2 => lines.swap(one, other),
        3 => return change_digit(text, rng),
        4 => return rename_key(text, rng),
        5 => return flip_bit(text, rng),
        6 => return text.chars().take(rng.random_range(0..text.chars().count())).collect(),
        7 => lines[one].push_str("  # a remark"),
        _ => lines[one].insert_str(0, " \t"),
    }
    lines.join("\n")
}

fn change_digit(text: &str, rng: &mut ChaCha8Rng) -> String {
    let digits: Vec<usize> = text.char_indices().filter(|(_, letter)| letter.is_ascii_digit()).map(|(at, _)| at).collect();
    let (at, digit) = (digits[rng.random_range(0..digits.len())], rng.random_range(0..10_u8));
    format!("{}{digit}{}", &text[..at], &text[at + 1..])
}

/// Changes a letter of a key.
fn rename_key(text: &str, rng: &mut ChaCha8Rng) -> String {
    let ends: Vec<usize> = text.match_indices(" = ").map(|(at, _)| at).filter(|at| text.is_char_boundary(at - 1)).collect();
    let end = ends[rng.random_range(0..ends.len())];
    format!("{}{}{}", &text[..end - 1], char::from(rng.random_range(b'a'..=b'z')), &text[end..])
}

fn flip_bit(text: &str, rng: &mut ChaCha8Rng) -> String {
    let mut bytes = text.as_bytes().to_vec();
    let at = rng.random_range(0..bytes.len());
    bytes[at] ^= 1 << rng.random_range(0..8_u8);
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The text without comments, and without white space outside of texts in quotes; of each line only that it ends.
fn meaning(text: &str) -> String {
    let mut kept = String::new();
    let mut letters = text.chars();
    let mut quote: Option<char> = None;
    while let Some(letter) = letters.next() {
        match (quote, letter) {
            (Some('"'), '\\') => kept.extend([letter, letters.next().unwrap_or('\\')]),
            (Some(open), _) => {
                kept.push(letter);
                quote = Some(open).filter(|open| *open != letter);
            }
            (None, '#') => {
                letters.by_ref().find(|letter| *letter == '\n');
                kept.push('\n');
            }
            (None, ' ' | '\t' | '\r') => {}
            (None, _) => {
                kept.push(letter);
                quote = Some(letter).filter(|letter| matches!(letter, '"' | '\''));
            }
        }
    }
    kept.lines().filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}
