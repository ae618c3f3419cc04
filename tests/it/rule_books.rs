//! Each rule book of `seeds/policies` on a small world: lines, points and credits that were worked out by hand, with the working beside
//! them. A number here is changed only when the rule book is; never because the engine says otherwise.

mod ecnu_class;
mod ects_hours;
mod faculty_achievement;
mod innovation_credit;
mod nus_spread;
mod pku;
mod r2cn_hours;
mod summer_programmes;

use std::{collections::BTreeSet, path::Path};

use crate::support::desk;

/// Every file of `seeds/policies`.
fn files() -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds/policies");
    std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn every_rule_book_is_a_policy_with_a_name_of_its_own_and_a_page() {
    let files = files();
    assert_eq!(files.len(), 9, "eight of universities, and the practice of the demonstration: {files:?}");
    let names: BTreeSet<String> = files.iter().map(|file| desk::book(file).name).collect();
    assert_eq!(names.len(), files.len());
    for file in &files {
        let page = format!("docs/rule_books/{}", file.replace(".toml", ".md"));
        let page =
            std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(&page)).unwrap_or_else(|error| panic!("{page}: {error}"));
        assert!(page.contains(&format!("seeds/policies/{file}")), "the page of {file} names the file");
    }
}

#[test]
fn a_rule_book_is_explained_line_by_line() {
    for file in files() {
        let text = desk::text(&file);
        let comments = text.lines().filter(|line| line.contains('#')).count();
        assert!(comments * 5 >= text.lines().filter(|line| !line.trim().is_empty()).count(), "{file} has {comments} lines with a comment");
    }
}
