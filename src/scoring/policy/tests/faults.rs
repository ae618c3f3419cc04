//! What cannot be meant in the richer half of the language is refused with its line and its key.

use rstest::rstest;

use super::super::parse;

/// A policy without faults that uses every table, for tests to break.
pub(super) const RICH: &str = r#"name = "R"
version = "1"
audience = "students"
years = 3
[eligibility]
waiting_days = 7
automation = "declare"
[repositories]
licence = "osi"
min_age_days = 90
outside_contributors = 3
allow = ["acme/*", "other/engine"]
deny = ["acme/old"]
registered_by = 2025-10-15
[categories.community]
[[rules]]
id = "late"
group = "work"
kind = "pull_request"
requires = ["source_code"]
confirmed_by = ["mentor", "committee"]
opened_by = 2025-09-30
closed_by = "2025-10-31"
zone = "Asia/Shanghai"
ladder = [{ from = 1, points = 1 }, { above = 20, points = 2 }]
[[rules]]
id = "hours"
kind = "time_log"
points_each = 1
most = 8
[[measures]]
id = "accepted"
group = "work"
count = "items"
kinds = ["pull_request", "issue"]
states = ["merged", "completed"]
points_each = 1
most = 3
[[measures]]
id = "weeks"
count = "weeks"
serves_later_weeks = true
[[measures]]
id = "place"
count = "openrank"
normalise = "percentile"
points_each = 30
when = { measure = "accepted", from = 1 }
[[measures]]
id = "three_in_one"
count = "items"
each = "repository"
ladder = [{ from = 3, points = 1 }]
[[measures]]
id = "difficulty"
count = "marks"
names = ["difficulty"]
points_each = 1
[[factors]]
id = "not_accepted"
group = "work"
factor = 0.6
when = { measure = "accepted", below = 1 }
[[limits]]
per = "group"
points = 5
groups = ["work"]
[units]
days = 7
same = "files"
bonus = 0.1
[works]
highest_only = true
teams = [[1], [0.7, 0.7]]
over_one = "as_written"
[[requirements]]
measure = "weeks"
from = 10
[payout]
step = 40
per = "month"
most = 120
[credits]
points_per_credit = 10
minimum = 1
lifetime_cap = 4
needed = 4
[flags]
velocity_day = 5
mutual_part = 0.5
[decision]
confirmed_by = ["mentor", "committee"]
notice_days = 5
appeal_days = 7
appeal_days_are = "working"
recorded_as = "85"
"#;

#[test]
fn the_rich_policy_is_sound() {
    parse("r.toml", RICH).unwrap();
}

#[rstest]
#[case::audience("\"students\"", "\"student\"", "3: audience: `student` is not those for whom a policy can be: did you mean `students`?")]
#[case::no_years("years = 3", "years = 0", "4: years: 0 will not do: write a whole number from 1 to 10")]
#[case::waiting("waiting_days = 7", "waiting_days = 367", "6: eligibility.waiting_days: 367 will not do")]
#[case::automation("\"declare\"", "\"declared\"", "7: eligibility.automation: `declared` is not what can become of a machine's work")]
#[case::label_of_no_word(
    "waiting_days = 7",
    "excluded_labels = [\"!\"]",
    "6: eligibility.excluded_labels[1]: labels are compared word by word"
)]
#[case::licence("\"osi\"", "\"OSI\"", "9: repositories.licence: `OSI` is not a demand on licences")]
#[case::pattern("\"acme/*\"", "\"acme\"", "12: repositories.allow[1]: `acme` does not name repositories")]
#[case::pattern_within("\"acme/*\"", "\"acme/ol*\"", "12: repositories.allow[1]: `acme/ol*` does not name repositories")]
#[case::allowed_and_denied(
    "[\"acme/old\"]",
    "[\"Other/*\"]",
    "12: repositories.allow: `other/engine` is allowed here, and deny leaves all"
)]
#[case::nobody_allowed(
    "[\"acme/*\", \"other/engine\"]",
    "[]",
    "12: repositories.allow: this list is empty, which would mean all repositories"
)]
#[case::a_time("2025-10-15", "2025-10-15T08:00:00Z", "14: repositories.registered_by: this is more than a day")]
#[case::no_such_day("\"2025-10-31\"", "\"2025-11-31\"", "23: rules[1].closed_by: this is not a day")]
#[case::long_ago("2025-10-15", "0025-10-15", "14: repositories.registered_by: this is not a day of the years 2000 to 2199")]
#[case::number_for_a_day("2025-10-15", "2025", "14: repositories.registered_by: this is a number: write a day")]
#[case::kind_of_group("group = \"work\"\nkind", "group = \"My work\"\nkind", "18: rules[1].group: `My work` cannot name a group")]
#[case::kind_that_earns_nothing(
    "kind = \"time_log\"",
    "kind = \"share\"",
    "28: rules[2].kind: `share` is not a kind of contribution or statement"
)]
#[case::names_of_a_contribution("requires = [\"source_code\"]", "names = [\"ospp\"]", "20: rules[1].names: only statements bear names")]
#[case::opened_after_closed("2025-09-30", "2025-11-30", "22: rules[1].opened_by: what is closed by 2025-10-31 was opened by then")]
#[case::zone("\"Asia/Shanghai\"", "\"Beijing\"", "24: rules[1].zone: `Beijing` is not a time zone")]
#[case::zone_of_nothing(
    "opened_by = 2025-09-30\nclosed_by = \"2025-10-31\"\n",
    "",
    "22: rules[1].zone: it is the zone of opened_by and closed_by"
)]
#[case::two_pays("ladder = [{ from", "points = 1\nladder = [{ from", "16: rules[1]: this has points and ladder: write one of them")]
#[case::ladder_descending(
    "above = 20",
    "above = 0.5",
    "25: rules[1].ladder[2]: this step begins above 0.5, which is not after the one above it (from 1)"
)]
#[case::ladder_twice("above = 20", "from = 1", "25: rules[1].ladder[2]: this step begins from 1, which is not after")]
#[case::ladder_both("above = 20", "above = 20, from = 20", "25: rules[1].ladder[2]: this step has both from and above")]
#[case::ladder_nowhere("{ above = 20, ", "{ ", "25: rules[1].ladder[2]: this step has neither from nor above")]
#[case::no_ladder(
    "[{ from = 1, points = 1 }, { above = 20, points = 2 }]",
    "[]",
    "25: rules[1].ladder: a ladder without a step pays nothing"
)]
#[case::no_amount("\"time_log\"", "\"role\"", "29: rules[2].points_each: a role has no amount")]
#[case::most_of_nothing("points_each = 1\nmost = 8", "points = 1\nmost = 8", "30: rules[2].most: `most` belongs to points_each")]
#[case::hours_without_end(
    "points_each = 1\nmost = 8",
    "points_each = 11",
    "29: rules[2].points_each: with the largest factors one item could earn more than 1000000 points, since there may be 100000"
)]
#[case::statement_closed(
    "points_each = 1\nmost = 8",
    "points_each = 1\ndated_by = \"closed\"",
    "30: rules[2].dated_by: a time_log is never closed"
)]
#[case::statement_opened(
    "points_each = 1\nmost = 8",
    "points_each = 1\nopened_by = 2025-10-15",
    "30: rules[2].opened_by: a time_log is stated and not opened"
)]
#[case::statement_in_a_state(
    "points_each = 1\nmost = 8",
    "points_each = 1\nstates = [\"open\"]",
    "30: rules[2].states: a time_log has no state"
)]
#[case::id_of_a_rule("id = \"weeks\"", "id = \"hours\"", "39: measures[2]: the id `hours` is a rule's")]
#[case::id_of_a_measure("id = \"difficulty\"", "id = \"place\"", "54: measures[5]: the id `place` is an earlier measure's")]
#[case::count(
    "count = \"weeks\"",
    "count = \"week\"",
    "41: measures[2].count: `week` is not what a measure can count: did you mean `weeks`?"
)]
#[case::kind_without_a_state("[\"merged\", \"completed\"]", "[\"merged\"]", "36: measures[1].states: an issue is in none of these states")]
#[case::requirement_of_one_kind(
    "states = [\"merged\", \"completed\"]",
    "requires = [\"merged\"]",
    "36: measures[1].requires[1]: `merged` can be required of pull requests only, and an issue can never meet it"
)]
#[case::points_of_a_measure(
    "count = \"weeks\"",
    "count = \"weeks\"\npoints = 1",
    "42: measures[2].points: a measure earns by its amount: write points_each"
)]
#[case::later_weeks_of_items(
    "count = \"weeks\"\nserves",
    "count = \"items\"\nserves",
    "42: measures[2].serves_later_weeks: only weeks can be served"
)]
#[case::later_weeks_in_words(
    "serves_later_weeks = true",
    "serves_later_weeks = \"yes\"",
    "42: measures[2].serves_later_weeks: this is a text: write true or false"
)]
#[case::normalised_weeks("serves_later_weeks = true", "normalise = \"rank\"", "42: measures[2].normalise: only openrank and activity")]
#[case::weeks_of_each(
    "serves_later_weeks = true",
    "each = \"repository\"",
    "42: measures[2].each: weeks are not counted of each repository"
)]
#[case::kinds_of_the_network(
    "normalise = \"percentile\"",
    "kinds = [\"review\"]",
    "46: measures[3].kinds: openrank is one number of the member's whole term"
)]
#[case::names_of_items("each = \"repository\"", "names = [\"ospp\"]", "52: measures[4].names: only statements bear names")]
#[case::marks_of_reviews(
    "names = [\"difficulty\"]",
    "kinds = [\"review\"]",
    "57: measures[5].kinds: only a mark has marks, a review has none"
)]
#[case::marks_without_end(
    "points_each = 1\n[[factors",
    "points_each = 1.1\n[[factors",
    "58: measures[5].points_each: with the largest factors one measure could earn more"
)]
#[case::when_of_nothing(
    "serves_later_weeks = true",
    "when = { measure = \"accepted\", from = 1 }",
    "42: measures[2].when: the measure earns nothing"
)]
#[case::unknown_measure(
    "{ measure = \"accepted\", from",
    "{ measure = \"acepted\", from",
    "48: measures[3].when.measure: `acepted` is not a measure that [[measures]] declares: did you mean `accepted`?"
)]
#[case::itself(
    "{ measure = \"accepted\", from",
    "{ measure = \"place\", from",
    "48: measures[3].when: `place` would earn only if it does itself"
)]
#[case::of_each_repository(
    "{ measure = \"accepted\", from",
    "{ measure = \"three_in_one\", from",
    "48: measures[3].when.measure: `three_in_one` is taken of each repository"
)]
#[case::always("from = 1 }\n[[measures", "from = 0 }\n[[measures", "48: measures[3].when.from: 0 will not do")]
#[case::two_conditions("below = 1", "below = 1, from = 1", "63: factors[1].when: this condition has both from and below")]
#[case::no_condition(", below = 1", "", "63: factors[1].when: this condition has neither from nor below")]
#[case::factor_of_no_group(
    "group = \"work\"\nfactor",
    "group = \"wrk\"\nfactor",
    "61: factors[1].group: `wrk` is not a group that a rule or a measure bears: did you mean `work`?"
)]
#[case::factor_named_size("id = \"not_accepted\"", "id = \"size\"", "60: factors[1].id: the factor `size` of a line is another one")]
#[case::factor_always("when = { measure = \"accepted\", below = 1 }\n", "", "59: factors[1].when: this key is missing")]
#[case::limit_of_no_group(
    "groups = [\"work\"]",
    "groups = [\"wrk\"]",
    "67: limits[1].groups[1]: `wrk` is not a group that a rule or a measure bears: did you mean `work`?"
)]
#[case::no_days("days = 7\nsame", "days = 0\nsame", "69: units.days: 0 will not do")]
#[case::bonus("bonus = 0.1", "bonus = 1.1", "71: units.bonus: 1.1 will not do: write a number from 0 to 1")]
#[case::short_row("[0.7, 0.7]", "[0.7]", "74: works.teams[2]: this is the row of a team of 2 and has 1 parts")]
#[case::rows_over_one(
    "over_one = \"as_written\"\n",
    "",
    "74: works.teams[2]: these parts sum to 1.4, so a team would earn more than one person"
)]
#[case::refused_over_one("\"as_written\"", "\"refuse\"", "74: works.teams[2]: these parts sum to 1.4")]
#[case::part_over_one("[1], ", "[1.5], ", "74: works.teams[1][1]: 1.5 will not do: write a number from 0 to 1")]
#[case::over_one_of_nothing("teams = [[1], [0.7, 0.7]]\n", "", "74: works.over_one: it is about the rows of teams")]
#[case::requirement_of_no_measure(
    "measure = \"weeks\"",
    "measure = \"week\"",
    "77: requirements[1].measure: `week` is not a measure that [[measures]] declares: did you mean `weeks`?"
)]
#[case::requirement_twice(
    "[payout]",
    "[[requirements]]\nmeasure = \"weeks\"\nfrom = 5\n[payout]",
    "79: requirements[2]: an earlier requirement asks for the same"
)]
#[case::requirement_against_another(
    "[payout]",
    "[[requirements]]\nmeasure = \"weeks\"\nbelow = 10\n[payout]",
    "79: requirements[2]: `weeks` cannot be 10 or more and below 10"
)]
#[case::no_step("step = 40\n", "", "79: payout.step: this key is missing")]
#[case::half_a_step("most = 120", "most = 100", "82: payout.most: 100 is not a whole number of steps of 40")]
#[case::pays_by_the_week("\"month\"", "\"week\"", "81: payout.per: `week` is not how often points can be paid")]
#[case::little_lifetime("lifetime_cap = 4", "lifetime_cap = 0.5", "86: credits.lifetime_cap: 0.5 in all is below the minimum of 1")]
#[case::never_enough("needed = 4", "needed = 5", "86: credits.lifetime_cap: 5 are needed and 4 is all that anybody can have")]
#[case::mutual_part("mutual_part = 0.5", "mutual_part = 50", "90: flags.mutual_part: 50 will not do: write a number from 0 to 1")]
#[case::flag("velocity_day = 5", "velocity = 5", "89: flags.velocity: there is no such key here")]
#[case::who_confirms("notice_days", "confirmed_days = 1\nnotice_days", "93: decision.confirmed_days: there is no such key here")]
#[case::mentor_twice(
    "[\"mentor\", \"committee\"]\nnotice",
    "[\"mentor\", \"mentor\"]\nnotice",
    "92: decision.confirmed_by[2]: this stands in the list already"
)]
#[case::days_of_nothing("appeal_days = 7\n", "", "94: decision.appeal_days_are: there are no appeal_days")]
#[case::stars("[flags]", "[stars]", "88: stars: there is no such key here")]
fn what_cannot_be_meant_is_refused(#[case] sound: &str, #[case] faulty: &str, #[case] says: &str) {
    assert!(RICH.contains(sound), "the case breaks nothing");
    let errors = parse("r.toml", &RICH.replacen(sound, faulty, 1)).unwrap_err();
    assert!(errors.faults.iter().any(|fault| fault.to_string().starts_with(says)), "{errors}");
    assert!(errors.faults.len() <= 2, "one mistake, many complaints: {errors}");
}

#[rstest]
#[case::two(&[("a", "b"), ("b", "a")], &["measures[1].when"])]
#[case::three_and_one_before(&[("x", "a"), ("a", "b"), ("b", "c"), ("c", "a")], &["measures[2].when"])]
#[case::none(&[("a", "b"), ("b", "c"), ("c", "d")], &[])]
fn a_circle_of_conditions_is_refused_once(#[case] pairs: &[(&str, &str)], #[case] told: &[&str]) {
    let measure = |(id, of): &(&str, &str)| {
        format!("[[measures]]\nid = \"{id}\"\ncount = \"items\"\npoints_each = 1\nwhen = {{ measure = \"{of}\", from = 1 }}\n")
    };
    let measures: String = pairs.iter().map(measure).collect();
    let end = "[[measures]]\nid = \"d\"\ncount = \"items\"\n[credits]\npoints_per_credit = 1\n";
    let text = format!("name = \"C\"\nversion = \"1\"\n{measures}{end}");
    let faults = parse("c.toml", &text).err().map(|errors| errors.faults).unwrap_or_default();
    assert_eq!(faults.iter().map(|fault| fault.key.as_str()).collect::<Vec<_>>(), told);
}

#[rstest]
#[case::another_name("names = [\"ospp\"]", "names = [\"gsoc\"]", false)]
#[case::fewer_names("names = [\"ospp\", \"gsoc\"]", "names = [\"gsoc\"]", true)]
#[case::any_name("", "names = [\"gsoc\"]", true)]
#[case::confirmed("confirmed_by = [\"mentor\"]", "", false)]
#[case::both_confirmed("confirmed_by = [\"mentor\"]", "confirmed_by = [\"mentor\"]", true)]
fn a_rule_is_refused_as_never_asked_only_where_that_is_sure(#[case] first: &str, #[case] second: &str, #[case] shadowed: bool) {
    let rule = |id, keys| format!("[[rules]]\nid = \"{id}\"\nkind = \"achievement\"\npoints = 1\n{keys}\n");
    let rules = rule("first", first) + &rule("second", second);
    let text = format!("name = \"C\"\nversion = \"1\"\n{rules}[credits]\npoints_per_credit = 1\n");
    let errors = parse("c.toml", &text).map(drop);
    assert_eq!(errors.is_err(), shadowed, "{errors:?}");
}

#[test]
fn a_selector_that_no_kind_can_meet_is_refused() {
    let measure = "[[measures]]\nid = \"a\"\ncount = \"items\"\npoints_each = 1\nrequires = [\"merged\", \"on_anothers_work\"]\n";
    let text = format!("name = \"C\"\nversion = \"1\"\n{measure}[credits]\npoints_per_credit = 1\n");
    let errors = parse("c.toml", &text).unwrap_err().to_string();
    assert_eq!(errors, "c.toml:3: measures[1]: no kind of item can meet all of this at once: leave out what does not belong to it");
}

#[test]
fn a_policy_in_which_nothing_pays_is_refused() {
    let text = "name = \"C\"\nversion = \"1\"\n[[measures]]\nid = \"a\"\ncount = \"items\"\n[credits]\npoints_per_credit = 1\n";
    let errors = parse("c.toml", text).unwrap_err().to_string();
    assert!(errors.starts_with("c.toml:3: measures: no measure pays and there is no rule"), "{errors}");
}

#[test]
fn factors_of_one_group_multiply_and_may_not_pay_too_much_together() {
    let factor =
        |id: &str| format!("[[factors]]\nid = \"{id}\"\ngroup = \"work\"\nfactor = 100\nwhen = {{ measure = \"weeks\", from = 1 }}\n");
    let with = |factors: &[&str]| RICH.replace("[units]", &(factors.iter().map(|id| factor(id)).collect::<String>() + "[units]"));
    parse("r.toml", &with(&["a", "b"])).unwrap();
    let errors = parse("r.toml", &with(&["a", "b", "c"])).unwrap_err();
    let keys: Vec<&str> = errors.faults.iter().map(|fault| fault.key.as_str()).collect();
    assert_eq!(keys, ["rules[1].ladder", "measures[1].points_each"]);
    // No number holds a hundred to the twentieth.
    let many: Vec<String> = (0..20).map(|number| format!("f{number}")).collect();
    assert!(parse("r.toml", &with(&many.iter().map(String::as_str).collect::<Vec<_>>())).is_err());
}

#[test]
fn a_measure_of_marks_hours_or_lines_is_about_the_kind_that_has_them() {
    let policy = parse("r.toml", RICH).unwrap();
    let kinds: Vec<&str> = policy.measures.last().unwrap().selector.kinds.iter().map(|kind| kind.as_str()).collect();
    assert_eq!(kinds, ["mark"]);
}
