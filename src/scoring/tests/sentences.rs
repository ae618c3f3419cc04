//! The reasons of lines as people read them.
//! Which reason holds is tested elsewhere.

use super::*;

#[rstest]
#[case::a_machines(Contribution { by_bot: true, ..merged("1") }, "the account is a machine's")]
#[case::labelled(Contribution { labels: vec!["spam".into()], ..merged("1") }, "it has the label spam, which the policy leaves out")]
#[case::a_commit(done("1", Kind::Commit, State::Published, "10T00:00"), "the policy has no rule for commits")]
#[case::not_planned(
    done("1", Kind::Issue, State::NotPlanned, "10T00:00"),
    "the rule issue_solved asks for completed, and this is not planned"
)]
#[case::self_merged(Contribution { confirmed_by: Vec::new(), ..merged("1") },
    "the rule merged asks that another person stands behind it (merged or approved the pull request, solved the issue), and nobody does")]
#[case::after_the_term(Contribution { closed_at: Some(at("2025-09-30T16:00:00Z")), ..merged("1") },
    "it was merged or closed on 2025-10-01, and what counts is from 2025-09-01 to 2025-09-30")]
#[case::review_after_the_term(Contribution { occurred_at: at("2025-10-02T00:00:00Z"), ..review("1", "10T00:00") },
    "it was done on 2025-10-02, and what counts is from 2025-09-01 to 2025-09-30")]
#[case::not_closed(
    done("1", Kind::Issue, State::Completed, "10T00:00"),
    "the rule issue_solved counts it when it is merged or closed, and it is still open"
)]
fn a_reason_is_a_sentence(#[case] contribution: Contribution, #[case] sentence: &str) {
    let line = only_line(&practice(), contribution);
    assert_eq!(said(&line.excluded.or(line.not_yet).unwrap()), sentence);
}

#[rstest]
#[case::known(in_repository(COURSE, Contribution { effective_lines: Some(180), ..merged("1") }),
    &["size × 1.5: 180 effective lines, from 101 on", "category × 0.5: repositories of the category course"])]
#[case::one(Contribution { effective_lines: Some(1), ..merged("1") },
    &["size × 0.5: 1 effective line, from 1 on", "category × 1: repositories of the category community"])]
#[case::unknown(Contribution { effective_lines: None, ..merged("1") },
    &["size × 1: GitHub gave no list of changed files, so the size changes nothing", "category × 1: repositories of the category community"])]
#[case::of_no_size(in_repository(STRANGE, review("1", "10T00:00")), &[])]
fn a_factor_says_what_it_is_for(#[case] contribution: Contribution, #[case] says: &[&str]) {
    let factors = only_line(&unlimited(), contribution).factors;
    assert_eq!(factors.iter().map(|f| format!("{} × {}: {}", f.name, f.value, said(&f.reason))).collect::<Vec<_>>(), says);
}

#[rstest]
#[case::of_a_term("per='term'\npoints=25", "the policy counts at most 25 points a term, of which 5 were left, so 5 of 10 points count")]
#[case::of_a_term_used_up("per='term'\npoints=20", "the policy counts at most 20 points a term, and all of them are used up")]
#[case::of_one("per='item'\npoints=9.5", "the policy counts at most 9.5 points for one contribution, so 9.5 of 10 points count")]
#[case::of_a_number("per='term'\nitems=2", "the policy counts at most 2 contributions a term, and so many count already")]
#[case::of_a_kind(
    "per='kind'\nitems=1\nkinds=['pull_request','review']",
    "the policy counts at most 1 contribution for each kind of contribution (pull requests, reviews), and so many count already"
)]
#[case::of_a_repository(
    "per='repository'\npoints=1\ncategories=['community','own']",
    "the policy counts at most 1 point in each repository, in repositories of community, own only, and all of them are used up"
)]
#[case::of_a_category(
    "per='category'\npoints=15",
    "the policy counts at most 15 points in each category of repositories, and all of them are used up"
)]
#[case::of_a_day("per='day'\npoints=15", "the policy counts at most 15 points a day, of which 5 were left, so 5 of 10 points count")]
fn a_limit_says_what_was_left(#[case] limit: &str, #[case] sentence: &str) {
    let sheet = sheet(&limited_by(&format!("[[limits]]\n{limit}")), &limits::three());
    assert_eq!(said(sheet.lines[2].limited.as_ref().unwrap()), sentence);
}
