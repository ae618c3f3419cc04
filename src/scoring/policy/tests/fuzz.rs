//! Targets for a fuzzer, which run as ordinary tests with random bytes where none is installed. docs/ARCHITECTURE.md says how to run them.

use super::{
    super::{parse, print},
    cases,
    faults::RICH,
};
use crate::{
    model::{points::Points, policy::Policy},
    scoring::{score, total},
};

#[test]
fn whatever_the_bytes_the_parser_answers_with_a_policy_or_with_faults() {
    bolero::check!().with_iterations(3_000).with_max_len(400).for_each(read);
}

#[test]
fn whatever_the_bytes_the_evaluator_gives_lines_that_add_up() {
    bolero::check!().with_iterations(500).with_max_len(60).for_each(evaluate);
}

/// Half of the inputs are a text, half are a piece of one inside a sound policy.
fn read(bytes: &[u8]) {
    let text = match bytes {
        [way, at, over, cut, rest @ ..] if way % 2 == 0 => {
            let at = usize::from(u16::from_be_bytes([*at, *over])) % RICH.len();
            let end = (at + usize::from(*cut)).min(RICH.len());
            [&RICH.as_bytes()[..at], rest, &RICH.as_bytes()[end..]].concat()
        }
        _ => bytes.to_vec(),
    };
    let text = String::from_utf8_lossy(&text);
    match parse("fuzz.toml", &text) {
        Ok(policy) => {
            let again = parse("printed.toml", &print(&policy)).unwrap();
            assert_eq!(Policy { hash: policy.hash.clone(), ..again }, policy);
        }
        Err(errors) => assert!(!errors.faults.is_empty()),
    }
}

fn evaluate(bytes: &[u8]) {
    let case = cases::case(bytes);
    let sheet = score(&case.policy, &case.subject, &case.context, &case.contributions);
    assert_eq!(sheet.lines.iter().map(|line| line.points).sum::<Points>(), sheet.points);
    assert_eq!(total(&case.policy, &case.subject, &case.context, &case.contributions).points, sheet.points);
    let mut others = case.contributions;
    others.reverse();
    assert_eq!(score(&case.policy, &case.subject, &case.context, &others), sheet, "the order changed something");
}
