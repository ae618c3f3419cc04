use proptest::prelude::*;
use rstest::rstest;

use super::*;

fn patch(path: &str, patch: &str) -> FilePatch {
    FilePatch { path: path.into(), additions: 0, deletions: 0, patch: Some(patch.into()) }
}

fn unchanged(text: &str) -> i64 {
    read(&[patch("src/a.rs", text)]).unchanged_lines
}

const LONG: &str = "let answer = forty_two(question);";

#[rstest]
#[case::work("@@ -1,2 +1,2 @@\n context\n-let old_answer = 41;\n+let new_answer = 42;", 0)]
#[case::blank_lines("@@ -1,1 +1,3 @@\n+\n+  \t\n context", 2)]
#[case::a_new_indent("@@ -1,2 +1,2 @@\n-if a {\n-b();\n+if a {\n+    b();", 4)]
#[case::line_ends("@@ -1,2 +1,2 @@\n-one();\r\n-two();\r\n+one();\n+two();", 4)]
#[case::a_last_line_end("@@ -1,1 +1,1 @@\n-one();\n\\ No newline at end of file\n+one();", 2)]
#[case::lines_broken_differently("@@ -1,1 +1,3 @@\n-call(first, second);\n+call(\n+    first, second\n+);", 4)]
#[case::spaces_inside("@@ -1,1 +1,1 @@\n-f(a,b)\n+f( a, b )", 2)]
#[case::one_line_of_work_among_new_indents("@@ -1,2 +1,3 @@\n-one();\n-two();\n+  one();\n+  two();\n+  three();", 4)]
#[case::short_lines_that_are_the_same_by_chance("@@ -1,2 +1,2 @@\n-}\n context\n+}", 0)]
#[case::short_words_that_are_the_same_by_chance("@@ -1,2 +1,2 @@\n-x = 1;\n context\n+x = 1;", 0)]
#[case::a_long_line_that_was_moved("@@ -1,2 +1,2 @@\n-let answer = forty_two(question);\n context\n+let answer = forty_two(question);", 2)]
#[case::a_moved_run_with_its_short_lines(
    "@@ -1,3 +1,0 @@\n-fn answer_of_everything() {\n-42\n-}\n@@ -9,0 +9,3 @@\n+    fn answer_of_everything() {\n+        42\n+    }",
    6
)]
#[case::a_moved_run_with_work_in_it(
    "@@ -1,3 +1,0 @@\n-fn answer_of_everything() {\n-}\n@@ -9,0 +9,3 @@\n+fn answer_of_everything() {\n+let question = unknown();\n+}",
    3
)]
#[case::nothing("", 0)]
#[case::what_begins_like_a_header("@@ -1,2 +1,2 @@\n--- a comment in SQL\n+++ increments", 0)]
fn lines_that_are_no_change_are_told_from_work(#[case] text: &str, #[case] expected: i64) {
    assert_eq!(unchanged(text), expected);
}

#[test]
fn a_line_is_moved_from_one_file_to_another_but_not_out_of_a_file_that_nobody_writes() {
    let (gone, here) = (format!("@@ -1 +0 @@\n-{LONG}"), format!("@@ -0 +1 @@\n+{LONG}"));
    assert_eq!(read(&[patch("src/a.rs", &gone), patch("src/b.rs", &here)]).unchanged_lines, 2);
    assert_eq!(read(&[patch("vendor/a.rs", &gone), patch("src/b.rs", &here)]).unchanged_lines, 0);
}

#[test]
fn as_many_are_moved_as_were_deleted() {
    assert_eq!(unchanged(&format!("@@ -1 +0 @@\n-{LONG}\n@@ -9 +9,2 @@\n+{LONG}\n+other_long_words();\n context\n+{LONG}")), 2);
}

#[test]
fn a_file_without_text_says_nothing() {
    assert_eq!(read(&[FilePatch { path: "logo.png".into(), additions: 0, deletions: 0, patch: None }]), Reading::default());
    let large = |path: &str| FilePatch { path: path.into(), additions: 900, deletions: 300, patch: None };
    assert_eq!(read(&[large("src/large.rs"), large("Cargo.lock")]), Reading { unread_lines: 1_200, ..Reading::default() });
}

/// So many lines, each another.
fn essay(count: usize, mark: char) -> String {
    (0..count).map(|n| format!("{mark}the {n}th line of it();\n")).collect()
}

#[rstest]
#[case::the_same(&essay(12, '+'), true)]
#[case::otherwise_indented(&essay(12, '+').replace("+the", "+\tthe"), true)]
#[case::in_another_order(&essay(12, '+').lines().rev().collect::<Vec<_>>().join("\n"), true)]
#[case::with_blank_lines(&essay(12, '+').replace('\n', "\n+\n"), true)]
#[case::with_another_line(&format!("{}+one more();", essay(12, '+')), false)]
#[case::with_other_words(&essay(12, '+').replace("line", "word"), false)]
fn the_same_lines_have_the_same_print(#[case] other: &str, #[case] is_same: bool) {
    let of = |text: &str| read(&[patch("src/a.rs", &format!("@@ -0,0 +1 @@\n{text}"))]).fingerprint;
    let original = of(&essay(12, '+'));
    assert!(original.is_some());
    assert_eq!(of(other) == original, is_same);
}

#[rstest]
#[case::few("src/a.rs", &essay(9, '+'))]
#[case::deleted("src/a.rs", &essay(12, '-'))]
#[case::a_licence("LICENSE", &essay(200, '+'))]
#[case::vendored("vendor/a.rs", &essay(200, '+'))]
fn what_says_nothing_about_its_origin_has_no_print(#[case] path: &str, #[case] text: &str) {
    assert_eq!(read(&[patch(path, text)]).fingerprint, None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn a_change_of_white_space_adds_nothing(
        lines in prop::collection::vec("[a-z(){};]{0,12}", 0..20),
        spaces in prop::collection::vec("[ \t]{0,4}", 20),
        breaks in prop::collection::vec(any::<bool>(), 20),
    ) {
        let mut text = String::from("@@ -1 +1 @@\n");
        let mut count = 0;
        for line in &lines {
            text += &format!("-{line}\n");
            count += 1;
        }
        let mut after = String::new();
        for ((line, space), is_broken) in lines.iter().zip(&spaces).zip(&breaks) {
            let middle = line.len() / 2;
            after += &if *is_broken { format!("{space}{}\n{space}{}\n", &line[..middle], &line[middle..]) } else { format!("{space}{line}{space}\n") };
        }
        for line in after.lines() {
            text += &format!("+{line}\n");
            count += 1;
        }
        prop_assert_eq!(unchanged(&text), count);
    }
}

proptest! {
    #[test]
    fn no_more_lines_are_unchanged_than_there_are(patches in prop::collection::vec("([+-] ?[a-z]{0,12}\n| x\n){0,12}", 0..5)) {
        let files: Vec<FilePatch> = patches.iter().enumerate().map(|(at, text)| patch(&format!("src/{at}.rs"), text)).collect();
        let lines = patches.iter().flat_map(|text| text.lines()).filter(|line| line.starts_with(['+', '-'])).count();
        prop_assert!(read(&files).unchanged_lines <= i64::try_from(lines).unwrap());
    }
}
