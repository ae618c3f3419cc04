//! When a result changes though nothing happens.
//! That it stays until then is told of arbitrary members with the policies.

use super::*;

fn waiting(days: u32) -> Policy {
    let mut policy = with_rules([merged_rule()]);
    policy.eligibility.waiting_days = days;
    policy
}

fn paying(per: PayoutPer) -> Policy {
    let payout = Payout { step: points("10"), per, most: Some(points("10")) };
    Policy { payout: Some(payout), ..with_rules([merged_rule()]) }
}

fn measuring(count: Count, serves_later_weeks: bool) -> Policy {
    let mut measure = measure("m", count, &[]);
    measure.serves_later_weeks = serves_later_weeks;
    Policy { measures: vec![measure], ..blank() }
}

/// The window is September in Shanghai; the work was opened on the 10th and merged on the 12th.
#[rstest]
#[case::nothing_waits(waiting(0), "2025-09-11T00:00:00Z", None)]
#[case::the_first_waiting_ends(waiting(7), "2025-09-17T01:59:59Z", Some("2025-09-17T02:00:00Z"))]
#[case::and_then_the_second(waiting(7), "2025-09-17T02:00:00Z", Some("2025-09-19T02:00:00Z"))]
#[case::no_waiting_is_left(waiting(7), "2025-09-19T02:00:00Z", None)]
#[case::the_next_month_pays(paying(PayoutPer::Month), "2025-09-30T15:59:59Z", Some("2025-09-30T16:00:00Z"))]
#[case::the_last_month_has_begun(paying(PayoutPer::Month), "2025-10-10T00:00:00Z", None)]
#[case::a_term_pays_at_once(paying(PayoutPer::Term), "2025-09-15T00:00:00Z", None)]
#[case::the_next_monday(measuring(Count::Weeks, true), "2025-09-21T15:59:59Z", Some("2025-09-21T16:00:00Z"))]
#[case::the_monday_after_it(measuring(Count::Weeks, true), "2025-09-21T16:00:00Z", Some("2025-09-28T16:00:00Z"))]
#[case::no_week_is_served_later(measuring(Count::Weeks, false), "2025-09-15T00:00:00Z", None)]
#[case::the_last_month_is_over(measuring(Count::Openrank, false), "2025-09-05T00:00:00Z", Some("2025-10-31T16:00:00Z"))]
#[case::it_is_over_already(measuring(Count::Activity, false), "2025-10-31T16:00:00Z", None)]
fn time_alone_changes_a_result_when(#[case] policy: Policy, #[case] as_of: &str, #[case] expected: Option<&str>) {
    let window = Window { until: at("2025-10-14T16:00:00Z"), ..context().window };
    let context = Context { window, as_of: at(as_of), ..context() };
    assert_eq!(changes_at(&policy, &SUBJECT, &context, &[merged("1")]), expected.map(at));
}

#[test]
fn a_revert_that_is_known_only_later_changes_it_then() {
    let work = Contribution { number: Some(1), ..merged("1") };
    let context =
        Context { as_of: at("2025-09-20T00:00:00Z"), reverted: HashMap::from([((COMMUNITY, 1), at("2025-09-22T00:00:00Z"))]), ..context() };
    assert_eq!(changes_at(&waiting(0), &SUBJECT, &context, &[work]), Some(at("2025-09-22T00:00:00Z")));
}

#[test]
fn who_has_nothing_is_looked_at_when_there_is_something() {
    let context = Context { as_of: at("2025-09-05T00:00:00Z"), ..context() };
    for policy in [paying(PayoutPer::Month), measuring(Count::Weeks, true)] {
        assert_eq!(
            changes_at(
                &policy,
                &SUBJECT,
                &Context { window: Window { until: at("2026-01-31T16:00:00Z"), ..context.window }, ..context.clone() },
                &[]
            ),
            None
        );
    }
    let carried = Subject { prior: Prior { carried: points("30"), ..Prior::default() }, ..SUBJECT.clone() };
    let two_months = Context { window: Window { until: at("2025-10-31T16:00:00Z"), ..context.window }, ..context };
    assert_eq!(changes_at(&paying(PayoutPer::Month), &carried, &two_months, &[]), Some(at("2025-09-30T16:00:00Z")));
}
