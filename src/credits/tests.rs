use proptest::prelude::*;
use rstest::rstest;

use super::*;

fn credits(text: &str) -> Credits {
    Credits::new(text.parse().unwrap())
}

fn points(text: &str) -> Points {
    text.parse().unwrap()
}

/// 40 points a credit, in halves, nothing below and no cap.
fn rule(rounding: Rounding) -> CreditRule {
    CreditRule {
        points_per_credit: points("40"),
        step: credits("0.5"),
        rounding,
        minimum: Credits::ZERO,
        cap: None,
        lifetime_cap: None,
        needed: None,
    }
}

/// A step is 20 points: 29.999 is just below the middle of the second step, 30 the middle, 30.001 just above; 50 is the middle of the third.
#[rstest]
#[case(Rounding::Down, &[("0", "0"), ("19.999", "0"), ("20", "0.5"), ("29.999", "0.5"), ("30", "0.5"), ("30.001", "0.5"), ("50", "1"), ("59.9", "1"), ("60", "1.5")])]
#[case(Rounding::Up, &[("0", "0"), ("0.001", "0.5"), ("20", "0.5"), ("20.001", "1"), ("30", "1"), ("50", "1.5"), ("60", "1.5")])]
#[case(Rounding::HalfUp, &[("0", "0"), ("9.999", "0"), ("10", "0.5"), ("29.999", "0.5"), ("30", "1"), ("30.001", "1"), ("50", "1.5"), ("60", "1.5")])]
#[case(Rounding::HalfEven, &[("0", "0"), ("10", "0"), ("10.001", "0.5"), ("29.999", "0.5"), ("30", "1"), ("50", "1"), ("50.001", "1.5"), ("70", "2")])]
fn points_are_rounded_as_the_rule_says(#[case] rounding: Rounding, #[case] examples: &[(&str, &str)]) {
    for (given, expected) in examples {
        assert_eq!(decide(&rule(rounding), points(given)).credits, credits(expected), "{given} points {rounding}");
    }
}

#[rstest]
#[case::below("39.999", "0")]
#[case::at("40", "1")]
#[case::above("60", "1.5")]
#[case::at_the_cap("80", "2")]
#[case::above_the_cap("1000", "2")]
fn below_the_minimum_there_is_none_and_above_the_cap_no_more(#[case] given: &str, #[case] expected: &str) {
    let rule = CreditRule { minimum: credits("1"), cap: Some(credits("2")), ..rule(Rounding::Down) };
    assert_eq!(decide(&rule, points(given)).credits, credits(expected));
}

#[rstest]
#[case::step_of_a_thousandth("0.007", "0.001", "0.003", "0.428")]
#[case::uneven_step("10", "0.3", "100", "9.9")]
#[case::whole_credits("33.333", "1", "100", "3")]
#[case::a_million_points_at_a_thousandth("0.001", "0.5", "1000000", "1000000000")]
fn the_arithmetic_is_exact(#[case] rate: &str, #[case] step: &str, #[case] given: &str, #[case] expected: &str) {
    let rule = CreditRule { points_per_credit: points(rate), step: credits(step), ..rule(Rounding::Down) };
    assert_eq!(decide(&rule, points(given)).credits, credits(expected));
}

#[rstest]
#[case("75", "75 points at 40 points a credit, rounded down to a multiple of 0.5: 1.5")]
#[case("0", "0 points at 40 points a credit: no credits")]
#[case("30", "30 points at 40 points a credit, rounded down to a multiple of 0.5: 0.5, below the minimum of 1, so none")]
#[case("200", "200 points at 40 points a credit, rounded down to a multiple of 0.5: 5, more than the cap of 4, so 4")]
fn the_reason_says_how(#[case] given: &str, #[case] reason: &str) {
    let rule = CreditRule { minimum: credits("1"), cap: Some(credits("4")), ..rule(Rounding::Down) };
    assert_eq!(decide(&rule, points(given)).reason, reason);
}

fn any_rule() -> impl Strategy<Value = CreditRule> {
    let step = (1..5_000_i64).prop_map(|thousandths| Decimal::new(thousandths, 3));
    let rounding = prop::sample::select(Rounding::ALL.to_vec());
    (1..500_000_i64, step, rounding, 0..4_u32, prop::option::of(4..20_u32)).prop_map(|(rate, step, rounding, minimum, cap)| CreditRule {
        points_per_credit: Points::from_thousandths(rate),
        step: Credits::new(step),
        rounding,
        minimum: Credits::new(step * Decimal::from(minimum)),
        cap: cap.map(|steps| Credits::new(step * Decimal::from(steps))),
        lifetime_cap: None,
        needed: None,
    })
}

proptest! {
    #[test]
    fn credits_are_whole_steps_within_their_bounds(rule in any_rule(), thousandths in 0..10_000_000_i64) {
        let given = decide(&rule, Points::from_thousandths(thousandths)).credits;
        prop_assert!((given.to_decimal() % rule.step.to_decimal()).is_zero());
        prop_assert!(given == Credits::ZERO || given >= rule.minimum);
        prop_assert!(rule.cap.is_none_or(|cap| given <= cap));
    }

    #[test]
    fn more_points_are_never_fewer_credits(rule in any_rule(), a in 0..10_000_000_i64, b in 0..10_000_000_i64) {
        let of = |thousandths| decide(&rule, Points::from_thousandths(thousandths)).credits;
        prop_assert!(of(a.min(b)) <= of(a.max(b)));
    }

    #[test]
    fn without_bounds_the_rounding_is_off_by_less_than_a_step(rule in any_rule(), thousandths in 1..10_000_000_i64) {
        let rule = CreditRule { minimum: Credits::ZERO, cap: None, ..rule };
        let given = decide(&rule, Points::from_thousandths(thousandths)).credits.to_decimal();
        // Multiplied out, so that nothing is divided: credits × rate against points.
        let (rate, step) = (rule.points_per_credit.to_decimal(), rule.step.to_decimal());
        let off = given * rate - Decimal::new(thousandths, 3);
        let size = step * rate;
        let within = match rule.rounding {
            Rounding::Down => -size < off && off <= Decimal::ZERO,
            Rounding::Up => Decimal::ZERO <= off && off < size,
            Rounding::HalfUp => -size < off * Decimal::TWO && off * Decimal::TWO <= size,
            Rounding::HalfEven => off.abs() * Decimal::TWO <= size,
        };
        prop_assert!(within, "{} points are {} credits", thousandths, given);
    }
}
