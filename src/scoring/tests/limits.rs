//! How much of what was earned counts.
//! What earns is the matter of other files.

use super::*;

/// Ten points each, in the order of their days; what counts of each, and the last line's reason.
#[rstest]
#[case::of_a_term("per='term'\npoints=25", &["10", "10", "5"], "cap_term",
    "the policy counts at most 25 points a term, of which 5 were left, so 5 of 10 points count")]
#[case::of_a_term_used_up("per='term'\npoints=20", &["10", "10", "0"], "cap_term",
    "the policy counts at most 20 points a term, and all of them are used up")]
#[case::of_one("per='item'\npoints=9.5", &["9.5", "9.5", "9.5"], "cap_item",
    "the policy counts at most 9.5 points for one contribution, so 9.5 of 10 points count")]
#[case::of_a_number("per='term'\nitems=2", &["10", "10", "0"], "cap_term",
    "the policy counts at most 2 contributions a term, and so many count already")]
#[case::of_a_kind("per='kind'\nitems=1\nkinds=['pull_request','review']", &["10", "0", "0"], "cap_kind",
    "the policy counts at most 1 contribution for each kind of contribution (pull requests, reviews), and so many count already")]
#[case::of_a_repository("per='repository'\npoints=1\ncategories=['community','own']", &["1", "0", "0"], "cap_repository",
    "the policy counts at most 1 point in each repository, in repositories of community, own only, and all of them are used up")]
#[case::of_a_category("per='category'\npoints=15", &["10", "5", "0"], "cap_category",
    "the policy counts at most 15 points in each category of repositories, and all of them are used up")]
#[case::of_a_day("per='day'\npoints=15", &["10", "10", "5"], "cap_day",
    "the policy counts at most 15 points a day, of which 5 were left, so 5 of 10 points count")]
fn a_limit_takes_contributions_by_date_and_says_what_was_left(
    #[case] limit: &str,
    #[case] counts: &[&str],
    #[case] code: &str,
    #[case] sentence: &str,
) {
    // The second and the third are of one day in Shanghai, and of two days in UTC.
    let on = |id, closed| Contribution { closed_at: Some(at(closed)), ..merged(id) };
    let contributions = [on("3", "2025-09-12T17:00:00Z"), on("2", "2025-09-12T16:00:00Z"), on("1", "2025-09-12T15:00:00Z")];
    let sheet = sheet(&limited_by(&format!("[[limits]]\n{limit}")), &contributions);
    assert_eq!(sheet.lines.iter().map(|line| line.points.to_string()).collect::<Vec<_>>(), counts);
    let limited = sheet.lines[2].limited.clone().unwrap();
    assert_eq!((&*limited.code, &*said(&limited)), (code, sentence));
}

#[test]
fn a_limit_on_one_kind_leaves_others_alone() {
    let policy = limited_by("[[limits]]\nper='day'\npoints=4\nkinds=['review']");
    let sheet = sheet(&policy, &[review("1", "12T01:00"), review("2", "12T02:00"), merged("3")]);
    assert_eq!(sheet.lines.iter().map(|line| line.points.to_string()).collect::<Vec<_>>(), ["4", "10", "0"]);
}

#[test]
fn the_tightest_limit_is_named_and_of_equals_the_first() {
    let policy = limited_by("[[limits]]\nper='term'\npoints=8\n[[limits]]\nper='kind'\npoints=3\n[[limits]]\nper='day'\npoints=3");
    let line = only_line(&policy, merged("1"));
    assert_eq!((line.points, line.limited.unwrap().code.into_owned()), (points("3"), "cap_kind".to_owned()));
}

#[test]
fn a_contribution_that_earns_nothing_takes_no_place() {
    let policy = limited_by("[[limits]]\nper='term'\nitems=1");
    let empty = Contribution { effective_lines: Some(0), closed_at: Some(at("2025-09-02T00:00:00Z")), ..merged("1") };
    let sheet = sheet(&policy, &[empty, merged("2")]);
    assert_eq!(sheet.lines.iter().map(|line| line.points.to_string()).collect::<Vec<_>>(), ["0", "10"]);
}

#[test]
fn of_one_moment_the_lower_key_is_first() {
    let policy = limited_by("[[limits]]\nper='term'\nitems=1");
    let sheet = sheet(&policy, &[merged("b"), merged("a")]);
    assert_eq!(&*sheet.lines[0].key().unwrap().github_id, "a");
    assert_eq!(sheet.lines[0].points, points("10"));
}
