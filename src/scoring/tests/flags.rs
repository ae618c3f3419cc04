//! What a person must look at. A flag takes nothing away.
//! Reverts and undeclared automation are told with eligibility.

use super::*;

fn line(contribution: Contribution) -> Line {
    let rules = [merged_rule(), rule("review", contribution_kind(Kind::Review)), rule("commit", contribution_kind(Kind::Commit))];
    only_line(&with_rules(rules), contribution)
}

/// Opened at 02:00.
fn confirmed(at_time: &str, total_lines: i64) -> Contribution {
    let change = Change { confirmed_at: Some(at(&format!("2025-09-10T{at_time}Z"))), ..Change::default() };
    Contribution { total_lines: Some(total_lines), ..changed(merged("1"), change) }
}

fn approved(at_time: &str, parent_lines: i64) -> Contribution {
    Contribution {
        parent_opened_at: Some(at("2025-09-10T02:00:00Z")),
        parent_lines: Some(parent_lines),
        ..review("1", &format!("10T{at_time}"))
    }
}

fn rewritten(effective_lines: i64, unchanged_lines: i64) -> Contribution {
    let change = Change { unchanged_lines: Some(unchanged_lines), ..Change::default() };
    Contribution { effective_lines: Some(effective_lines), ..changed(merged("1"), change) }
}

/// By a pull request that was opened on 10 September and merged then.
fn brought(merged_on: &str) -> Contribution {
    Contribution {
        number: Some(3),
        parent_opened_at: Some(at("2025-09-10T00:00:00Z")),
        closed_at: Some(at(&format!("2025-09-{merged_on}:00Z"))),
        ..done("1", Kind::Commit, State::Published, "10T00:00")
    }
}

#[rstest]
#[case::confirmed_at_once(confirmed("02:01:59", 201), "instant_review")]
#[case::after_two_minutes(confirmed("02:02:00", 201), "")]
#[case::a_small_one(confirmed("02:00:01", 200), "")]
#[case::approved_at_once(approved("02:01", 201), "instant_review")]
#[case::approved_with_time(approved("02:02", 201), "")]
#[case::a_small_one_approved(approved("02:00", 200), "")]
#[case::only_commented(Contribution { state: State::Commented, ..approved("02:00", 900) }, "")]
#[case::mostly_too_large_to_read(changed(merged("1"), Change { unread_lines: 40, ..Change::default() }), "unread")]
#[case::half_too_large_to_read(changed(merged("1"), Change { unread_lines: 25, ..Change::default() }), "")]
#[case::mostly_moved(rewritten(20, 21), "moved")]
#[case::half_moved(rewritten(30, 30), "")]
#[case::a_few_moved(rewritten(0, 20), "")]
#[case::gone(Contribution { gone_at: Some(at("2025-12-01T00:00:00Z")), ..merged("1") }, "gone")]
#[case::a_commit_that_nobody_vouches_for(done("1", Kind::Commit, State::Published, "10T00:00"), "unvouched_time")]
#[case::a_commit_of_a_pull_request_that_was_open_for_a_week(brought("17T00:00"), "")]
#[case::a_commit_of_one_that_was_open_for_longer(brought("17T00:01"), "unvouched_time")]
#[case::a_commit_of_a_pull_request(Contribution { number: Some(3), ..done("1", Kind::Commit, State::Published, "10T00:00") }, "")]
fn a_line_is_flagged_and_keeps_its_points(#[case] contribution: Contribution, #[case] flag: &str) {
    let line = line(contribution);
    assert_eq!((line.flags.iter().map(|flag| &*flag.code).collect::<Vec<_>>().join(" "), line.points), (flag.to_owned(), points("10")));
    assert_eq!(answer(&line), if flag.is_empty() { Answer::Counted } else { Answer::Flagged });
}

#[test]
fn copied_lines_name_where_they_came_from() {
    let url = "https://github.com/o/community/pull/3".to_owned();
    let context = Context { copies: HashMap::from([(merged("1").key, url.clone())]), ..context() };
    let line = score(&with_rules([merged_rule()]), &SUBJECT, &context, &[merged("1")]).lines.remove(0);
    assert_eq!((code(line.flags.first()), value(line.flags.first(), "url")), ("copied", &*url));
}

#[test]
fn what_earns_nothing_needs_no_look() {
    assert_eq!(line(Contribution { by_bot: true, ..confirmed("02:00:01", 900) }).flags, []);
}

fn codes(sheet: &ScoreSheet) -> Vec<String> {
    sheet.flags.iter().map(|flag| flag.code.to_string()).collect()
}

/// Opened on the days of September, ten minutes apart.
fn opened(days: &[u32]) -> Vec<Contribution> {
    let one = |(number, day): (usize, &u32)| {
        let opened = at(&format!("2025-09-{day:02}T02:{:02}:00Z", number % 6 * 10));
        Contribution { state: State::Open, occurred_at: opened, closed_at: None, ..merged(&number.to_string()) }
    };
    days.iter().enumerate().map(one).collect()
}

#[rstest]
#[case::five_a_day(&[1; 5], &[])]
#[case::six_a_day(&[1; 6], &["velocity_day 6 2025-09-01 5"])]
#[case::on_two_days(&[1, 1, 1, 1, 1, 1, 9, 9, 9, 9, 9, 9], &["velocity_day 6 2025-09-01 5", "velocity_day 6 2025-09-09 5"])]
#[case::fifteen_a_week(&[1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5, 5, 5], &[])]
#[case::sixteen_a_week(&[1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5, 5, 6, 7], &["velocity_week 16 2025-09-01 15"])]
#[case::over_two_weeks(&[5, 5, 5, 5, 6, 6, 6, 6, 7, 7, 7, 7, 8, 8, 8, 8], &[])]
fn too_many_pull_requests_are_counted_whatever_they_earned(#[case] days: &[u32], #[case] flags: &[&str]) {
    let sheet = sheet(&with_rules([merged_rule()]), &opened(days));
    let told = |flag: &Reason| format!("{} {} {} {}", flag.code, flag.values["items"], flag.values["day"], flag.values["most"]);
    assert_eq!(sheet.flags.iter().map(told).collect::<Vec<_>>(), flags);
}

/// Mine that `B` confirmed and that others confirmed; my approvals of the work of `B` and of others.
#[rstest]
#[case::each_the_other_twice(2, 0, 2, 0, true)]
#[case::three_and_one(3, 0, 1, 0, true)]
#[case::three_in_all(2, 0, 1, 0, false)]
#[case::half_of_mine_is_no_more_than_half(2, 2, 2, 0, false)]
#[case::half_of_my_approvals(2, 0, 2, 2, false)]
#[case::most_of_both(3, 2, 3, 2, true)]
#[case::only_one_side(9, 0, 0, 0, false)]
fn two_people_who_confirm_each_other_are_flagged(
    #[case] received: usize,
    #[case] from_others: usize,
    #[case] given: usize,
    #[case] to_others: usize,
    #[case] is_flagged: bool,
) {
    let day = |number: usize| format!("{:02}T02:00", 1 + 3 * (number % 9));
    let mut contributions = Vec::new();
    for number in 0..received + from_others {
        let by = if number < received { ANOTHER } else { AccountId(100 + i64::try_from(number).unwrap()) };
        let opened = at(&format!("2025-09-{}:00Z", day(number)));
        contributions.push(Contribution { occurred_at: opened, confirmed_by: vec![by], ..merged(&format!("p{number}")) });
    }
    for number in 0..given + to_others {
        let of = if number < given { ANOTHER } else { AccountId(200 + i64::try_from(number).unwrap()) };
        contributions.push(Contribution { parent_account: Some(of), ..review(&format!("r{number}"), &day(number)) });
    }
    let sheet = sheet(&with_rules([merged_rule()]), &contributions);
    assert_eq!(codes(&sheet), if is_flagged { vec!["mutual_reviews"] } else { vec![] });
    if is_flagged {
        let told = ["account", "given", "received"].map(|name| value(sheet.flags.first(), name).to_owned());
        assert_eq!(told, ["2".to_owned(), given.to_string(), received.to_string()]);
    }
}

#[rstest]
#[case::one(&["spam"], false)]
#[case::two(&["spam", "type: invalid"], true)]
#[case::another_label(&["spam", "wontfix"], false)]
#[case::behind_another_that_is_left_out(&["spam", "duplicate,spam"], true)]
fn two_spam_items_flag_the_person(#[case] labels: &[&str], #[case] is_flagged: bool) {
    let all = |labels: &str| labels.split(',').map(Into::into).collect();
    let labelled = |(number, labels): (usize, &&str)| Contribution { labels: all(labels), ..merged(&number.to_string()) };
    let mut policy = practice();
    policy.eligibility.excluded_labels.push("duplicate".into());
    let sheet = sheet(&policy, &labels.iter().enumerate().map(labelled).collect::<Vec<_>>());
    assert_eq!(codes(&sheet), if is_flagged { vec!["spam"] } else { vec![] });
}

#[rstest]
#[case::in_the_window("2025-09-10T00:00:00Z", true)]
#[case::two_weeks_before("2025-08-17T16:00:00Z", true)]
#[case::longer_before("2025-08-17T15:59:59Z", false)]
#[case::after_it("2025-09-30T16:00:00Z", false)]
fn a_changed_account_is_looked_at(#[case] changed_at: &str, #[case] is_flagged: bool) {
    let subject = Subject { account_changed_at: Some(at(changed_at)), ..SUBJECT.clone() };
    assert_eq!(codes(&sheet_of(&practice(), &subject, &[])), if is_flagged { vec!["account_changed"] } else { vec![] });
}

#[rstest]
#[case::open(Contribution { state: State::Open, closed_at: None, ..merged("") }, true)]
#[case::left_out(Contribution { labels: vec!["spam".into()], ..merged("") }, true)]
#[case::of_another_term(Contribution { closed_at: Some(at("2025-10-12T00:00:00Z")), occurred_at: at("2025-10-10T00:00:00Z"), ..merged("") }, false)]
fn approvals_are_traded_whatever_the_pull_requests_earned(#[case] one: Contribution, #[case] is_flagged: bool) {
    let with_id = |id: &str| Contribution { key: merged(id).key, ..one.clone() };
    let nobodys = Contribution { confirmed_by: Vec::new(), ..one.clone() };
    let reviews = [review("3", "10T02:00"), review("4", "13T02:00")];
    let contributions =
        [vec![with_id("1"), with_id("2"), Contribution { key: merged("5").key, ..nobodys.clone() }], reviews.to_vec()].concat();
    let mut policy = with_rules([merged_rule()]);
    policy.eligibility.excluded_labels = vec!["spam".into()];
    policy.flags.spam_items = 9;
    assert_eq!(codes(&sheet(&policy, &contributions)), if is_flagged { vec!["mutual_reviews"] } else { vec![] });
    // What nobody confirmed makes no confirmation rarer.
    let many: Vec<Contribution> = (10..20)
        .map(|id: i32| Contribution {
            key: merged(&id.to_string()).key,
            occurred_at: merged("").occurred_at + TimeDelta::days(i64::from(id - 10)),
            ..nobodys.clone()
        })
        .collect();
    assert_eq!(codes(&sheet(&policy, &[contributions, many].concat())).contains(&"mutual_reviews".to_owned()), is_flagged);
}
