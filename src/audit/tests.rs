//! Every kind of damage, at every place of a log of 1,000 entries.

use serde_json::json;

use super::*;
use crate::model::{
    actor::Actor,
    audit::{Action, Entry, Event, GENESIS},
};

const ENTRIES: usize = 1_000;

fn write(log: &mut Vec<Entry>, count: usize, what: &str) {
    for _ in 0..count {
        let sequence = i64::try_from(log.len()).unwrap() + 1;
        let previous = log.last().map_or(GENESIS, |last| last.hash);
        let event = Event { action: Action::KeyMade, subject: format!("{what} {sequence}"), facts: json!({}), details: None };
        let at = chrono::DateTime::from_timestamp(sequence, 0).unwrap();
        log.push(Entry::next(sequence, &previous, &Actor::Operator, &event, None, at).unwrap());
    }
}

fn log() -> Vec<Entry> {
    let mut log = Vec::new();
    write(&mut log, ENTRIES, "subject");
    log
}

fn verdict(log: &[Entry], checkpoints: &[Checkpoint]) -> Result<Verified, Bad> {
    let mut verifier = Verifier::new(checkpoints.to_vec());
    for entry in log {
        verifier.push(entry)?;
    }
    verifier.finish()
}

fn checkpoint(log: &[Entry]) -> Checkpoint {
    let Verified { size, root, .. } = verdict(log, &[]).unwrap();
    Checkpoint { origin: "accredit/x".into(), size, root }
}

fn number(at: usize) -> i64 {
    i64::try_from(at).unwrap() + 1
}

#[test]
fn a_log_holds_against_its_own_checkpoints_and_a_file_of_it_reads_back() {
    let log = log();
    let checkpoints = [0, 1, 500, ENTRIES].map(|size| checkpoint(&log[..size]));
    let verified = verdict(&log, &checkpoints).unwrap();
    assert_eq!((verified.size, verified.vouched), (1_000, 1_000));
    assert_eq!(verdict(&log, &checkpoints[..3]).unwrap().vouched, 500);
    for entry in &log {
        assert_eq!(&read_line(&write_line(entry).unwrap()).unwrap(), entry);
    }
}

/// The verdict on a log of which the entries that `before` has seen are sound.
fn go_on(before: &Verifier, rest: &[Entry]) -> Result<Verified, Bad> {
    let mut verifier = before.clone();
    for entry in rest {
        verifier.push(entry)?;
    }
    verifier.finish()
}

#[test]
fn every_entry_that_is_changed_left_out_swapped_or_put_in_is_the_first_bad_one() {
    let whole = log();
    let mut other = Vec::new();
    write(&mut other, ENTRIES, "forged");
    let mut before = Verifier::new(vec![checkpoint(&whole)]);
    for at in 0..ENTRIES {
        let bad = |rest: &[Entry]| go_on(&before, rest).unwrap_err();
        assert_eq!(bad(&whole[at + 1..]).sequence, number(at), "left out");
        let put_in: Vec<Entry> = [&other[at..=at], &whole[at..]].concat();
        // A first entry follows nothing that could give it away: the one after it does.
        assert_eq!(bad(&put_in).sequence, number(at.max(1)), "put in");
        if at + 1 < ENTRIES {
            let swapped = [&whole[at + 1..at + 2], &whole[at..=at], &whole[at + 2..]].concat();
            assert_eq!(bad(&swapped).sequence, number(at), "swapped");
        }
        let mut flipped = whole[at..].to_vec();
        flipped[0].hash[at % 32] ^= 1;
        assert_eq!(bad(&flipped), Bad { sequence: number(at), why: Why::Hash });
        for bit in [at, at * 7 + 3, at * 31 + 5] {
            let mut bytes = whole[at].text.clone().into_bytes();
            let place = (bit / 8) % bytes.len();
            bytes[place] ^= 1 << (bit % 7);
            let mut flipped = whole[at..].to_vec();
            flipped[0].text = String::from_utf8(bytes).unwrap();
            assert_eq!(bad(&flipped).sequence, number(at), "flipped bit {bit}");
        }
        before.push(&whole[at]).unwrap();
    }
}

#[test]
fn what_is_cut_off_or_rolled_back_is_found_by_a_checkpoint_and_by_nothing_else() {
    let whole = log();
    let (middle, end) = (checkpoint(&whole[..500]), checkpoint(&whole));
    let (mut unsigned, mut signed) = (Verifier::new(Vec::new()), Verifier::new(vec![end.clone()]));
    for (kept, entry) in whole.iter().enumerate() {
        assert!(go_on(&unsigned, &[]).is_ok());
        assert_eq!(go_on(&signed, &[]).unwrap_err(), Bad { sequence: number(kept), why: Why::Missing { size: 1_000 } });
        unsigned.push(entry).unwrap();
        signed.push(entry).unwrap();
    }
    for kept in (0..ENTRIES).step_by(37) {
        // Rewritten from there on, by somebody who knows how to hash.
        let mut rolled_back = whole[..kept].to_vec();
        write(&mut rolled_back, ENTRIES - kept, "another past");
        assert!(verdict(&rolled_back, &[]).is_ok());
        let bad = verdict(&rolled_back, &[end.clone(), middle.clone()]).unwrap_err();
        let expected = if kept < 500 { (1, 500) } else { (501, 1_000) };
        assert_eq!(bad, Bad { sequence: expected.0, why: Why::Rewritten { size: expected.1 } }, "{kept}");
    }
}

#[test]
fn a_root_of_another_log_is_refused() {
    let log = log();
    let mut forged = checkpoint(&log);
    forged.root[31] ^= 1;
    assert_eq!(verdict(&log, &[forged]).unwrap_err(), Bad { sequence: 1, why: Why::Rewritten { size: 1_000 } });
}
