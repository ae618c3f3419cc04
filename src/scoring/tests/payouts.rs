//! Points that are paid in steps, and what is carried on.
//! How points are earned is told elsewhere.

use chrono::NaiveDate;

use super::*;
use crate::scoring::payout::settle;

fn in_steps(step: &str, per: PayoutPer, most: Option<&str>) -> Payout {
    Payout { step: points(step), per, most: most.map(points) }
}

fn month(number: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2025, number, 1).unwrap()
}

/// R2CN: steps of 40, at most 120 a month. 15 pays nothing and carries 15; 45 more are 60, which pay 40 and carry 20; 65 more are 85, which
/// pay 80 and carry 5.
#[test]
fn fifteen_then_forty_five_then_sixty_five_pay_nothing_forty_and_eighty_and_carry_five() {
    let payout = in_steps("40", PayoutPer::Term, Some("120"));
    let mut carried = Points::ZERO;
    for (earned, paid, left) in [("15", "0", "15"), ("45", "40", "20"), ("65", "80", "5")] {
        let settled = settle(&payout, carried, &[(month(9), points(earned))], &[month(9)]);
        assert_eq!((settled.paid, settled.carried), (points(paid), points(left)), "{earned}");
        carried = settled.carried;
    }
    let monthly = in_steps("40", PayoutPer::Month, Some("120"));
    let earned = [(month(9), points("15")), (month(10), points("45")), (month(11), points("65"))];
    let settled = settle(&monthly, Points::ZERO, &earned, &[month(9), month(10), month(11)]);
    assert_eq!((settled.paid, settled.carried), (points("120"), points("5")), "0, 40 and 80 in three months of one term");
}

#[rstest]
#[case::more_than_a_month_pays("0", &[(9, "300")], &[9, 10], "240", "60")]
#[case::and_the_rest_in_a_third_month("0", &[(9, "300")], &[9, 10, 11], "280", "20")]
#[case::carried_in("35", &[(9, "5")], &[9], "40", "0")]
#[case::a_debt("-50", &[(9, "30")], &[9], "0", "-20")]
#[case::a_debt_that_is_earned_back("-50", &[(9, "90")], &[9], "40", "0")]
#[case::nothing_is_earned("79", &[], &[9], "40", "39")]
#[case::earned_before_the_months("0", &[(8, "40")], &[9], "40", "0")]
#[case::no_month_has_begun("0", &[(9, "40")], &[], "0", "40")]
fn each_month_pays_whole_steps_up_to_the_most(
    #[case] carried_in: &str,
    #[case] earned: &[(u32, &str)],
    #[case] months: &[u32],
    #[case] paid: &str,
    #[case] carried: &str,
) {
    let earned: Vec<_> = earned.iter().map(|(number, earned)| (month(*number), points(earned))).collect();
    let months: Vec<_> = months.iter().map(|number| month(*number)).collect();
    let settled = settle(&in_steps("40", PayoutPer::Month, Some("120")), points(carried_in), &earned, &months);
    assert_eq!((settled.paid, settled.carried), (points(paid), points(carried)));
}

#[test]
fn a_most_that_is_no_whole_number_of_steps_pays_the_whole_steps_in_it() {
    let settled = settle(&in_steps("40", PayoutPer::Term, Some("100")), points("200"), &[], &[]);
    assert_eq!((settled.paid, settled.carried), (points("80"), points("120")));
}

#[test]
fn the_sheet_shows_what_came_in_and_what_goes_out() {
    let policy = Policy { payout: Some(in_steps("8", PayoutPer::Term, None)), ..with_rules([merged_rule()]) };
    let prior = Prior { carried: points("3"), carried_from: Some("2024-2025-2".into()), ..Prior::default() };
    let subject = Subject { prior, ..SUBJECT.clone() };
    let sheet = sheet_of(&policy, &subject, &[merged("1")]);
    assert_eq!((each_points(&sheet), sheet.points, sheet.carried), (vec!["10".into(), "3".into(), "-5".into()], points("8"), points("5")));
    assert_eq!(sheet.lines[1].source, Source::Carry { carry: Carry::In });
    assert_eq!((code(sheet.lines[1].basis.first()), value(sheet.lines[1].basis.first(), "from")), ("carried_in", "2024-2025-2"));
    assert_eq!(sheet.lines[2].source, Source::Carry { carry: Carry::Out });
    assert_eq!((code(sheet.lines[2].basis.first()), value(sheet.lines[2].basis.first(), "step")), ("carried_out", "8"));
    let without = sheet_of(&with_rules([merged_rule()]), &subject, &[merged("1")]);
    assert_eq!((without.points, without.carried), (points("13"), Points::ZERO), "what was carried is never lost");
}

#[test]
fn a_month_is_one_of_the_institutions_zone_and_pays_when_it_has_begun() {
    let policy = Policy { payout: Some(in_steps("10", PayoutPer::Month, Some("10"))), ..with_rules([merged_rule()]) };
    let two_months = Window { until: at("2025-10-31T16:00:00Z"), ..context().window };
    let both = [merged("1"), merged("2")];
    for (as_of, paid) in [("2025-09-30T15:59:59Z", "10"), ("2025-09-30T16:00:00Z", "20"), ("2026-05-01T00:00:00Z", "20")] {
        let context = Context { window: two_months, as_of: at(as_of), ..context() };
        assert_eq!(score(&policy, &SUBJECT, &context, &both).points, points(paid), "{as_of}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn what_is_paid_and_carried_is_what_was_earned_and_carried_in(
        (step, most) in (1..200_000_i64, prop::option::of(1..500_000_i64)),
        per in prop::sample::select(PayoutPer::ALL.to_vec()),
        terms in prop::collection::vec(prop::collection::vec((1..=12_u32, -100_000..300_000_i64), 0..8), 1..6),
        from in -300_000..300_000_i64,
    ) {
        let payout = Payout { step: Points::from_thousandths(step), per, most: most.map(Points::from_thousandths) };
        let (mut carried, mut paid, mut earned) = (Points::from_thousandths(from), Points::ZERO, Points::from_thousandths(from));
        let months: Vec<NaiveDate> = (1..=12).map(month).collect();
        for term in terms {
            let of_term: Vec<_> = term.into_iter().map(|(number, thousandths)| (month(number), Points::from_thousandths(thousandths))).collect();
            let settled = settle(&payout, carried, &of_term, &months);
            prop_assert!(settled.paid >= Points::ZERO && settled.paid.thousandths() % step == 0);
            if let Some(most) = most {
                let times = if per == PayoutPer::Month { 12 } else { 1 };
                prop_assert!(settled.paid.thousandths() <= most * times);
            }
            earned += of_term.iter().map(|(_, points)| *points).sum();
            paid += settled.paid;
            carried = settled.carried;
            prop_assert_eq!(paid + carried, earned);
        }
    }
}
