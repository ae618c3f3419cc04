//! What is printed reads back as the same policy.

use std::collections::BTreeSet;

use proptest::{prelude::*, strategy::ValueTree as _, test_runner::TestRunner};
use rstest::rstest;

use super::{
    super::{KEYS, any, parse, print},
    PRACTICE, SOUND,
    faults::RICH,
};
use crate::model::policy::Policy;

/// Apart from the hash, which is of the text.
fn bare(policy: Policy) -> Policy {
    Policy { hash: String::new(), ..policy }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_printed_policy_reads_back_as_itself(policy in any::policy()) {
        let text = print(&policy);
        let read = parse("p.toml", &text).map_err(|errors| TestCaseError::fail(format!("{errors}\n{text}")))?;
        prop_assert_eq!(print(&read), text);
        prop_assert_eq!(bare(read), policy);
    }
}

#[test]
fn the_policies_of_the_property_tests_use_every_key() {
    let mut runner = TestRunner::deterministic();
    let printed: String = (0..600).map(|_| print(&any::policy().new_tree(&mut runner).unwrap().current())).collect();
    let written: BTreeSet<&str> = printed.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').collect();
    for key in KEYS.iter().flat_map(|(_, keys)| keys.iter()) {
        assert!(written.contains(key), "no policy of 600 has {key}");
    }
}

#[rstest]
#[case::practice(PRACTICE)]
#[case::rich(RICH)]
#[case::sound(SOUND)]
fn a_written_policy_survives_being_printed(#[case] text: &str) {
    let policy = parse("p.toml", text).unwrap();
    let printed = print(&policy);
    assert_eq!(bare(parse("p.toml", &printed).unwrap()), bare(policy));
}

#[test]
fn the_canonical_text_of_a_policy_looks_like_one_that_a_person_writes() {
    let policy = parse("p.toml", RICH).unwrap();
    // Where the writer said the default, left a trailing comma of meaning, or quoted a day, the canonical text says it shorter.
    let expected = RICH
        .replace("\"2025-10-31\"", "2025-10-31")
        .replace("count = \"marks\"\n", "count = \"marks\"\nkinds = [\"mark\"]\n")
        .replace("minimum = 1\n", "step = 0.5\nrounding = \"down\"\nminimum = 1\n")
        .replace("\n[flags]\nvelocity_day = 5\nmutual_part = 0.5\n", "\n");
    let without_blank_lines: String = print(&policy).lines().filter(|line| !line.is_empty()).map(|line| format!("{line}\n")).collect();
    assert_eq!(without_blank_lines, expected);
}
