mod cases;
mod due;
mod faults;
mod fuzz;
mod manual;
mod mutants;
mod printing;

use rstest::rstest;
use rust_decimal::Decimal;

use super::*;
use crate::model::{
    contribution::{Kind, State},
    credit::Credits,
    policy::{DatedBy, ItemKind, OwnRepository, Pay, Per, Requirement, Rounding},
};

const PRACTICE: &str = include_str!("../../../seeds/policies/practice.toml");

/// A policy without faults, for tests to break.
const SOUND: &str = r#"name = "P"
version = "1"
[eligibility]
own_repository = "exclude"
excluded_labels = ["spam"]
[categories.community]
factor = 1
[categories.course]
factor = 0.5
[[rules]]
id = "merged"
kind = "pull_request"
states = ["merged"]
points = 10
size = [{ from = 0, factor = 1 }, { from = 101, factor = 1.5 }]
[[rules]]
id = "review"
kind = "review"
requires = ["on_anothers_work"]
points = 2
[[limits]]
per = "day"
points = 20
[credits]
points_per_credit = 40
cap = 4
"#;

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

#[test]
fn the_practice_rule_book_is_read_as_it_is_written() {
    let policy = parse("practice.toml", PRACTICE).unwrap();
    assert_eq!((policy.name.as_str(), policy.version.as_str()), ("Open-source practice", "2025.3"));
    assert_eq!(policy.eligibility.own_repository, OwnRepository::Exclude);
    assert_eq!(policy.eligibility.excluded_labels, ["duplicate", "invalid", "spam", "wontfix"]);
    assert_eq!(policy.categories.keys().collect::<Vec<_>>(), ["community", "course", "own"]);
    assert_eq!(policy.categories["course"].factor, Some(decimal("0.5")));
    assert_eq!(policy.categories["course"].own_repository, Some(OwnRepository::Count));
    let rule = &policy.rules[0];
    assert_eq!(
        (rule.id.as_str(), rule.selector.kinds.as_slice(), rule.selector.dated_by),
        ("merged", [ItemKind::Contribution(Kind::PullRequest)].as_slice(), DatedBy::Closed)
    );
    assert_eq!(rule.selector.requires, [Requirement::Merged, Requirement::ConfirmedByAnother]);
    assert_eq!(rule.pay, Pay::Points(Points::from_thousandths(10_000)));
    let steps: Vec<(i64, String)> = rule.size.iter().map(|step| (step.from, step.factor.to_string())).collect();
    assert_eq!(
        steps,
        [(0, "0"), (1, "0.2"), (3, "0.5"), (11, "1"), (101, "1.5"), (501, "2")].map(|(from, factor)| (from, factor.to_owned()))
    );
    assert_eq!(policy.rules[1].selector.states, [State::Approved, State::ChangesRequested]);
    assert_eq!(policy.limits[0].per, Per::Day);
    assert_eq!((policy.limits[0].items, policy.limits[0].points), (Some(5), None));
    assert_eq!(policy.credits.cap, Some(Credits::new(decimal("4"))));
}

#[test]
fn the_hash_is_that_of_the_texts_bytes() {
    // printf 'name = "P"\r\n…' | sha256sum says the same: it is no hash of what was understood.
    let (plain, windows) = (SOUND.to_owned(), SOUND.replace('\n', "\r\n"));
    let hash = |text: &str| parse("p.toml", text).unwrap().hash;
    assert_eq!(hash(&plain), hex::encode(Sha256::digest(&plain)));
    assert_ne!(hash(&plain), hash(&windows));
    assert_eq!(hash(&plain).len(), 64);
}

#[test]
fn what_is_left_out_has_its_documented_default() {
    let text = "name='P'\nversion='1'\nrules=[{id='c',kind='commit',points=0}]\ncredits={points_per_credit=40}";
    let policy = parse("p.toml", text).unwrap();
    assert_eq!((policy.description.as_str(), policy.categories.len(), policy.limits.len()), ("", 0, 0));
    assert_eq!((policy.eligibility.own_repository, policy.eligibility.excluded_labels.len()), (OwnRepository::Exclude, 0));
    let rule = &policy.rules[0];
    assert_eq!((rule.selector.states.len(), rule.selector.categories.len(), rule.selector.requires.len(), rule.size.len()), (0, 0, 0, 0));
    assert_eq!((rule.selector.dated_by, rule.points_in.len()), (DatedBy::Opened, 0));
    let credits = policy.credits;
    assert_eq!((credits.step, credits.rounding, credits.minimum), (Credits::new(decimal("0.5")), Rounding::Down, Credits::ZERO));
    assert_eq!(credits.cap, None);
}

#[rstest]
#[case("10", 10_000)]
#[case("0", 0)]
#[case("12.5", 12_500)]
#[case("\"12.5\"", 12_500)]
#[case("0.001", 1)]
#[case("0.3", 300)]
#[case("1_000", 1_000_000)]
#[case("600000.1", 600_000_100)]
fn a_number_is_read_from_its_own_text(#[case] written: &str, #[case] thousandths: i64) {
    let policy = parse("p.toml", &SOUND.replace("points = 10", &format!("points = {written}"))).unwrap();
    assert_eq!(policy.rules[0].pay, Pay::Points(Points::from_thousandths(thousandths)));
}

#[rstest]
#[case("points = 2\n", "points = 1000000\n")]
#[case("factor = 0.5", "factor = 100")]
#[case("factor = 0.5", "factor = 0")]
#[case("points = 20\n", "points = 0.001\n")]
#[case("points = 20\n", "items = 1\n")]
#[case("from = 101", "from = 1000000000")]
#[case("cap = 4", "cap = 1000")]
#[case("cap = 4", "minimum = 4\ncap = 4")]
fn a_number_at_the_edge_of_its_range_is_in_it(#[case] sound: &str, #[case] edge: &str) {
    parse("p.toml", &SOUND.replacen(sound, edge, 1)).unwrap();
}

#[test]
fn excluded_labels_are_compared_in_lower_case() {
    let policy = parse("p.toml", &SOUND.replace("[\"spam\"]", "[\"Won't Fix\"]")).unwrap();
    assert_eq!(policy.eligibility.excluded_labels, ["won't fix"]);
}

/// Each breaks one thing of `SOUND`, and is found with its line, its key and what to do.
#[rstest]
#[case::not_toml("points = 2\n", "points = \n", "20: this is not TOML: ")]
#[case::twice("version = \"1\"", "version = \"1\"\nversion = \"2\"", "3: this is not TOML: duplicate key")]
#[case::number_for_a_text("name = \"P\"", "name = 1", "1: name: this is a number: write a text in quotes")]
#[case::empty("version = \"1\"", "version = \" \"", "2: version: this is empty")]
#[case::missing_name("name = \"P\"\n", "", "1: name: this key is missing")]
#[case::unknown_key("factor = 0.5", "factr = 0.5", "9: categories.course.factr: there is no such key here: did you mean `factor`?")]
#[case::unknown_key_of_nothing("cap = 4", "x = 4", "26: credits.x: there is no such key here: write one of points_per_credit, step")]
#[case::unknown_table("[eligibility]", "[eligible]", "3: eligible: there is no such key here: write one of name, version")]
#[case::unknown_word("\"exclude\"", "\"excluded\"", "4: eligibility.own_repository: `excluded` is not what can be done")]
#[case::label_twice("[\"spam\"]", "[\"spam\", \"SPAM\"]", "5: eligibility.excluded_labels[2]: this stands in the list already")]
#[case::labels_no_list("[\"spam\"]", "\"spam\"", "5: eligibility.excluded_labels: this is a text: write a list")]
#[case::category_name("[categories.course]", "[categories.Course]", "8: categories.Course: `Course` cannot name a category")]
#[case::negative_factor("factor = 0.5", "factor = -0.5", "9: categories.course.factor: -0.5 will not do: write a number from 0 to 100")]
#[case::large_factor("factor = 0.5", "factor = 100.001", "9: categories.course.factor: 100.001 will not do")]
#[case::long_factor("factor = 0.5", "factor = 0.3333", "9: categories.course.factor: 0.3333 has more than 3 places")]
#[case::misspelt_rule("[[rules]]", "[[rule]]", "10: rule: there is no such key here: did you mean `rules`?")]
#[case::rule_id_twice("id = \"review\"", "id = \"merged\"", "16: rules[2]: the id `merged` is an earlier rule's")]
#[case::rule_id_with_blanks("id = \"review\"", "id = \"my review\"", "17: rules[2].id: `my review` cannot name a rule")]
#[case::unknown_kind(
    "\"review\"\nrequires",
    "\"reviews\"\nrequires",
    "18: rules[2].kind: `reviews` is not a kind of contribution or statement: did you mean `review`?"
)]
#[case::unknown_state(
    "[\"merged\"]",
    "[\"mergd\"]",
    "13: rules[1].states[1]: `mergd` is not a state that a pull_request can be in: did you mean `merged`?"
)]
#[case::state_of_another_kind(
    "[\"merged\"]",
    "[\"approved\"]",
    "13: rules[1].states[1]: `approved` is not a state that a pull_request can be in: write one of open, closed, merged"
)]
#[case::state_twice("[\"merged\"]", "[\"merged\", \"merged\"]", "13: rules[1].states[2]: this stands in the list already")]
#[case::unknown_requirement(
    "\"on_anothers_work\"",
    "\"on_other_work\"",
    "19: rules[2].requires[1]: `on_other_work` is not a requirement: did you mean `on_anothers_work`?"
)]
#[case::requirement_of_another_kind(
    "\"on_anothers_work\"",
    "\"merged\"",
    "19: rules[2].requires[1]: `merged` can be required of pull requests only"
)]
#[case::own_pull_request(
    "states = [\"merged\"]",
    "requires = [\"on_anothers_work\"]",
    "13: rules[1].requires[1]: `on_anothers_work` can be required of reviews and comments only"
)]
#[case::a_review_is_not_closed(
    "requires = [\"on_anothers_work\"]",
    "dated_by = \"closed\"",
    "19: rules[2].dated_by: a review is never closed"
)]
#[case::no_points("points = 2\n", "", "16: rules[2].points: this key is missing")]
#[case::negative_points("points = 2\n", "points = -2\n", "20: rules[2].points: -2 will not do: write a number from 0 to 1000000")]
#[case::absurd_points("points = 2\n", "points = 1000001\n", "20: rules[2].points: 1000001 will not do")]
#[case::absurd_with_factors(
    "points = 10\n",
    "points = 700000\n",
    "14: rules[1].points: with the largest factors one item could earn more than 1000000"
)]
#[case::points_beyond_any_number("points = 2\n", "points = 99999999999999999999999999999999999\n", "20: rules[2].points: `999")]
#[case::long_points("points = 2\n", "points = 0.0001\n", "20: rules[2].points: 0.0001 has more than 3 places")]
#[case::exponent("points = 2\n", "points = 2e3\n", "20: rules[2].points: `2e3` is not a plain number")]
#[case::not_a_number("points = 2\n", "points = nan\n", "20: rules[2].points: `nan` is not a plain number")]
#[case::infinite("points = 2\n", "points = inf\n", "20: rules[2].points: `inf` is not a plain number")]
#[case::hexadecimal("points = 2\n", "points = 0x10\n", "20: rules[2].points: this is a number: write a number such as 12")]
#[case::points_in_words("points = 2\n", "points = \"two\"\n", "20: rules[2].points: `two` is not a plain number")]
#[case::truth_for_points("points = 2\n", "points = true\n", "20: rules[2].points: this is a truth value")]
#[case::undeclared_category(
    "points = 2\n",
    "points = 2\ncategories = [\"curse\"]\n",
    "21: rules[2].categories[1]: `curse` is not a category that [categories] declares: did you mean `course`?"
)]
#[case::points_in_undeclared(
    "points = 2\n",
    "points = 2\npoints_in = { own = 1 }\n",
    "21: rules[2].points_in.own: `own` is not a category that [categories] declares"
)]
#[case::points_in_left_out(
    "points = 2\n",
    "points = 2\ncategories = [\"course\"]\npoints_in.community = 1\n",
    "16: rules[2]: points_in names the category `community`"
)]
#[case::size_of_a_review("points = 2\n", "points = 2\nsize = []\n", "21: rules[2].size: only of pull requests")]
#[case::first_step("from = 0", "from = 1", "15: rules[1].size[1]: the first step begins at 1 lines")]
#[case::steps_out_of_order(
    "from = 101, factor = 1.5 }",
    "from = 101, factor = 1.5 }, { from = 50, factor = 2 }",
    "15: rules[1].size[3]: this step begins at 50 lines, before the one above it (from 101)"
)]
#[case::step_twice("from = 101", "from = 0", "15: rules[1].size[2]: this step begins at 0 lines, the same as the one above it")]
#[case::half_a_line("from = 101", "from = 0.5", "15: rules[1].size[2].from: 0.5 will not do: write a whole number")]
#[case::negative_lines("from = 0,", "from = -1,", "15: rules[1].size[1].from: -1 will not do")]
#[case::step_without_factor("from = 0, factor = 1", "from = 0", "15: rules[1].size[1].factor: this key is missing")]
#[case::no_state_can_be_merged(
    "states = [\"merged\"]",
    "states = [\"open\"]\nrequires = [\"merged\"]",
    "10: rules[1]: it requires `merged` and its states leave merged out"
)]
#[case::never_asked(
    "kind = \"review\"\nrequires = [\"on_anothers_work\"]",
    "kind = \"pull_request\"\nstates = [\"merged\"]\ncategories = [\"course\"]",
    "16: rules[2]: this rule is never asked: `merged` takes whatever it could"
)]
#[case::unknown_per(
    "per = \"day\"",
    "per = \"hour\"",
    "22: limits[1].per: `hour` is not what a limit can be counted for: write one of item, kind"
)]
#[case::no_limit("points = 20\n", "", "21: limits[1]: this limit has neither points nor items")]
#[case::two_limits_in_one("points = 20\n", "points = 20\nitems = 3\n", "21: limits[1]: this limit has both points and items")]
#[case::limit_of_nothing("points = 20\n", "points = 0\n", "23: limits[1].points: 0 will not do: write a number from 0.001")]
#[case::no_items("points = 20\n", "items = 0\n", "23: limits[1].items: 0 will not do: write a whole number from 1")]
#[case::half_an_item("points = 20\n", "items = 1.5\n", "23: limits[1].items: 1.5 will not do: write a whole number from 1")]
#[case::items_per_item("per = \"day\"\npoints = 20\n", "per = \"item\"\nitems = 2\n", "23: limits[1].items: one item is always one")]
#[case::limit_in_undeclared(
    "points = 20\n",
    "points = 20\ncategories = [\"own\"]\n",
    "24: limits[1].categories[1]: `own` is not a category"
)]
#[case::limit_of_unknown_kind(
    "points = 20\n",
    "points = 20\nkinds = [\"comment\"]\n",
    "24: limits[1].kinds[1]: `comment` is not a kind of contribution"
)]
#[case::limit_twice("[credits]", "[[limits]]\nper = \"day\"\npoints = 30\n[credits]", "24: limits[2]: an earlier limit counts the same")]
#[case::limits_no_list("[[limits]]", "[limits]", "21: limits: this is a table: write a list")]
#[case::free_credits("points_per_credit = 40", "points_per_credit = 0", "25: credits.points_per_credit: 0 will not do")]
#[case::no_rate("points_per_credit = 40\n", "", "24: credits.points_per_credit: this key is missing")]
#[case::no_step("cap = 4", "cap = 4\nstep = 0", "27: credits.step: 0 will not do")]
#[case::unknown_rounding(
    "cap = 4",
    "cap = 4\nrounding = \"halfup\"",
    "27: credits.rounding: `halfup` is not a way to round: did you mean `half_up`?"
)]
#[case::minimum_above_cap("cap = 4", "minimum = 5\ncap = 4", "27: credits.cap: the cap of 4 is below the minimum of 5")]
#[case::cap_between_steps("cap = 4", "cap = 3.75", "26: credits.cap: the cap of 3.75 is not a multiple of the step of 0.5")]
#[case::absurd_cap("cap = 4", "cap = 1001", "26: credits.cap: 1001 will not do")]
fn a_fault_is_found_with_its_line_and_its_key(#[case] sound: &str, #[case] faulty: &str, #[case] says: &str) {
    assert!(SOUND.contains(sound), "the case breaks nothing");
    let errors = parse("p.toml", &SOUND.replacen(sound, faulty, 1)).unwrap_err();
    assert!(errors.faults.iter().any(|fault| fault.to_string().starts_with(says)), "{errors}");
    let others = errors.faults.iter().filter(|fault| !fault.message.contains("there is no such key")).count();
    assert!(others <= 1, "one mistake, many complaints: {errors}");
}

#[test]
fn the_sound_policy_is_sound() {
    parse("p.toml", SOUND).unwrap();
}

#[test]
fn all_faults_come_at_once_one_a_line_in_the_order_of_the_text() {
    let text =
        SOUND.replace("cap = 4", "cap = -4").replace("[\"merged\"]", "[\"mergd\", \"opn\"]").replace("from = 0, factor = 1", "frm = 0");
    let errors = parse("policies/p.toml", &text).unwrap_err();
    let printed = errors.to_string();
    let starts: Vec<String> = printed.lines().map(|line| line.splitn(4, ':').take(3).collect::<Vec<_>>().join(":")).collect();
    assert_eq!(
        starts,
        [
            "policies/p.toml:13: rules[1].states[1]",
            "policies/p.toml:13: rules[1].states[2]",
            "policies/p.toml:15: rules[1].size[1].frm",
            "policies/p.toml:15: rules[1].size[1].from",
            "policies/p.toml:15: rules[1].size[1].factor",
            "policies/p.toml:26: credits.cap",
        ]
    );
}

#[test]
fn a_text_with_line_breaks_cannot_forge_a_line_of_the_message() {
    let errors = parse("p.toml", &SOUND.replace("\"day\"", "\"day\\np.toml:1: forged\"")).unwrap_err();
    assert_eq!(errors.to_string().lines().count(), 1);
}

#[test]
fn an_empty_text_lacks_everything_that_must_be_there() {
    let errors = parse("p.toml", "").unwrap_err();
    let keys: Vec<&str> = errors.faults.iter().map(|fault| fault.key.as_str()).collect();
    assert_eq!(keys, ["name", "version", "rules", "credits"]);
    assert!(errors.faults[2].message.contains("at least one [[rules]] or [[measures]]"));
}
