//! Reads the text of a change: which of its lines were only moved inside it or differ in white space alone, and a print of what it adds.
//! It must not judge the rest, nor take a line for moved that is too short to be anybody's: closing braces are the same everywhere.
//!
//! A line counts as unchanged when it is blank; when the lines that stand in its place are the same white space apart, also if they are
//! broken differently; or when the same line, long enough to be known again, is deleted in one place of the change and added in another.
//! A run of lines that was moved as a whole takes its short lines along. Each such line is unchanged where it goes and where it came from.

use std::collections::HashMap;

use sha2::{Digest as _, Sha256};

use super::files::{self, Class};
use crate::model::github::FilePatch;

/// A line with so many letters and digits is known again elsewhere.
const LONG_ENOUGH: usize = 8;
/// Fewer lines than this say nothing about where they are from.
const LEAST_LINES: usize = 10;

/// What the text of a change says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reading {
    /// Lines of files that people write, added and deleted, that are no change.
    pub unchanged_lines: i64,
    /// Lines of files that people write whose text GitHub does not give, because it is too large: they count, and nobody has read them.
    pub unread_lines: i64,
    /// Of the lines that it adds to what people wrote, white space and order apart. Absent: too few of them.
    pub fingerprint: Option<i64>,
}

/// A line that is added or deleted, without its white space.
struct Line {
    text: String,
    is_added: bool,
    /// Lines of one kind that stand together are a run; the deleted run and the added one in its place are a block.
    run: usize,
    block: usize,
    /// Of a file in which copies are looked for.
    is_work: bool,
    is_unchanged: bool,
}

/// Reads what GitHub gave of the text; a picture has none, and of a file that is too large only the number of its lines is known.
pub fn read(files: &[FilePatch]) -> Reading {
    let (mut lines, mut unread_lines) = (Vec::new(), 0_i64);
    for file in files {
        let class = files::class(&file.path);
        match file.patch.as_deref() {
            Some(patch) if class.is_peoples() => split(patch, class == Class::Written, &mut lines),
            None if class.is_peoples() => unread_lines = unread_lines.saturating_add(file.additions).saturating_add(file.deletions),
            _ => {}
        }
    }
    lines.iter_mut().filter(|line| line.text.is_empty()).for_each(|line| line.is_unchanged = true);
    set_apart_reformatted(&mut lines);
    set_apart_moved(&mut lines);
    let unchanged = lines.iter().filter(|line| line.is_unchanged).count();
    let unchanged_lines = i64::try_from(unchanged).unwrap_or(i64::MAX);
    Reading { unchanged_lines, unread_lines, fingerprint: fingerprint(&lines) }
}

/// The added and deleted lines of one file's patch, in hunks of a unified diff.
fn split(patch: &str, is_work: bool, lines: &mut Vec<Line>) {
    let (mut run, mut block) = lines.last().map_or((0, 0), |line| (line.run + 1, line.block + 1));
    let mut last = ' ';
    for line in patch.split('\n') {
        let mark = line.chars().next().unwrap_or(' ');
        match mark {
            // `\ No newline at end of file` stands between the lines that it is about.
            '\\' => continue,
            '+' | '-' => {
                run += usize::from(mark != last);
                let text = line[1..].split_whitespace().collect();
                lines.push(Line { text, is_added: mark == '+', run, block, is_work, is_unchanged: false });
            }
            _ if last == '+' || last == '-' => (run, block) = (run + 1, block + 1),
            _ => {}
        }
        last = mark;
    }
}

/// Where the same text stands before and after, white space apart: line by line, or as a whole if it is only broken differently.
fn set_apart_reformatted(lines: &mut [Line]) {
    for block in lines.chunk_by_mut(|one, next| one.block == next.block) {
        let text = |is_added| -> String { block.iter().filter(|line| line.is_added == is_added).map(|line| line.text.as_str()).collect() };
        if text(true) == text(false) {
            block.iter_mut().for_each(|line| line.is_unchanged = true);
        } else {
            pair_off(block.iter_mut());
        }
    }
}

fn set_apart_moved(lines: &mut [Line]) {
    pair_off(lines.iter_mut().filter(|line| !line.is_unchanged && is_long(line)));
    for run in lines.chunk_by_mut(|one, next| one.run == next.run) {
        let mut long = run.iter().filter(|line| is_long(line)).peekable();
        if long.peek().is_some() && long.all(|line| line.is_unchanged) {
            run.iter_mut().for_each(|line| line.is_unchanged = true);
        }
    }
}

fn is_long(line: &Line) -> bool {
    line.text.chars().filter(|c| c.is_alphanumeric()).nth(LONG_ENOUGH - 1).is_some()
}

/// As many of one text as are both deleted and added are unchanged, the first ones first.
fn pair_off<'a>(lines: impl Iterator<Item = &'a mut Line>) {
    let mut by_text: HashMap<String, [Vec<&mut Line>; 2]> = HashMap::new();
    for line in lines.filter(|line| !line.text.is_empty()) {
        by_text.entry(line.text.clone()).or_default()[usize::from(line.is_added)].push(line);
    }
    for [deleted, added] in by_text.into_values() {
        deleted.into_iter().zip(added).for_each(|(from, to)| (from.is_unchanged, to.is_unchanged) = (true, true));
    }
}

fn fingerprint(lines: &[Line]) -> Option<i64> {
    let mut added: Vec<&str> =
        lines.iter().filter(|line| line.is_work && line.is_added && !line.is_unchanged).map(|line| line.text.as_str()).collect();
    if added.len() < LEAST_LINES {
        return None;
    }
    added.sort_unstable();
    let mut digest = Sha256::new();
    for line in added {
        digest.update(line);
        digest.update("\n");
    }
    Some(files::first_bits(&digest.finalize()))
}

#[cfg(test)]
mod tests;
