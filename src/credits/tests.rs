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
        assert_eq!(of_points(&rule(rounding), points(given)), credits(expected), "{given} points {rounding}");
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
    assert_eq!(of_points(&rule, points(given)), credits(expected));
}

#[rstest]
#[case::step_of_a_thousandth("0.007", "0.001", "0.003", "0.428")]
#[case::uneven_step("10", "0.3", "100", "9.9")]
#[case::whole_credits("33.333", "1", "100", "3")]
#[case::a_million_points_at_a_thousandth("0.001", "0.5", "1000000", "1000000000")]
fn the_arithmetic_is_exact(#[case] rate: &str, #[case] step: &str, #[case] given: &str, #[case] expected: &str) {
    let rule = CreditRule { points_per_credit: points(rate), step: credits(step), ..rule(Rounding::Down) };
    assert_eq!(of_points(&rule, points(given)), credits(expected));
}

/// In one term, of somebody without earlier ones, every requirement met.
fn of_points(rule: &CreditRule, points: Points) -> Credits {
    decide(rule, points, Credits::ZERO, &[]).credits
}

/// A minimum of 1, a cap of 4 and 6 in all, of which 8 are needed; what earlier terms gave, what this term gives, its code and its values.
#[rstest]
#[case::nothing("0", "0", "0", Code::None, &[("points", "0"), ("per_credit", "40"), ("prior", "0"), ("total", "0"), ("needed", "8")])]
#[case::a_debt("-5", "2", "0", Code::None, &[("points", "-5"), ("total", "2")])]
#[case::some("75", "0.5", "1.5", Code::Credits, &[("step", "0.5"), ("rounding", "down"), ("credits", "1.5"), ("total", "2")])]
#[case::too_few("30", "0", "0", Code::Minimum, &[("rounded", "0.5"), ("minimum", "1"), ("credits", "0")])]
#[case::too_many("200", "0", "4", Code::Cap, &[("rounded", "5"), ("cap", "4"), ("credits", "4")])]
#[case::up_to_the_last("200", "2", "4", Code::Cap, &[("total", "6")])]
#[case::the_rest("200", "3.5", "2.5", Code::LifetimeCap, &[("rounded", "5"), ("lifetime_cap", "6"), ("prior", "3.5"), ("total", "6")])]
#[case::less_than_this_terms("75", "5", "1", Code::LifetimeCap, &[("rounded", "1.5"), ("credits", "1")])]
#[case::a_rest_below_the_minimum("75", "5.5", "0", Code::LifetimeCap, &[("credits", "0"), ("total", "5.5")])]
#[case::nothing_left("75", "7", "0", Code::LifetimeCap, &[("total", "7")])]
#[case::a_rest_that_is_no_whole_step("200", "3.2", "2.5", Code::LifetimeCap, &[("total", "5.7")])]
fn the_reason_says_how(
    #[case] given: &str,
    #[case] prior: &str,
    #[case] expected: &str,
    #[case] code: Code,
    #[case] values: &[(&'static str, &str)],
) {
    let rule = CreditRule {
        minimum: credits("1"),
        cap: Some(credits("4")),
        lifetime_cap: Some(credits("6")),
        needed: Some(credits("8")),
        ..rule(Rounding::Down)
    };
    let decision = decide(&rule, points(given), credits(prior), &[]);
    assert_eq!((decision.credits, &*decision.reason.code), (credits(expected), code.as_str()));
    for (name, value) in values {
        assert_eq!(decision.reason.values.get(*name).map(|value| &**value), Some(*value), "{name}");
    }
}

#[test]
fn without_a_requirement_that_is_met_there_is_no_credit() {
    let short = |measure: &'static str| Reason::new("requirement_not_met").with("measure", measure).with("amount", 9).with("from", 10);
    let decision = decide(&rule(Rounding::Down), points("400"), credits("1"), &[short("commit_weeks"), short("merge_weeks")]);
    assert_eq!((decision.credits, &*decision.reason.code), (Credits::ZERO, "credits_unmet"));
    assert_eq!(decision.reason.values["measures"], "commit_weeks,merge_weeks");
}

#[test]
fn the_manual_explains_every_code() {
    let manual = include_str!("../../docs/SCORING.md");
    for code in Code::ALL {
        assert!(manual.contains(&format!("| `{}` |", code.as_str())), "docs/SCORING.md does not explain `{}`", code.as_str());
    }
}

fn any_rule() -> impl Strategy<Value = CreditRule> {
    let step = (1..5_000_i64).prop_map(|thousandths| Decimal::new(thousandths, 3));
    let rounding = prop::sample::select(Rounding::ALL.to_vec());
    let caps = (prop::option::of(4..20_u32), prop::option::of(4..40_u32));
    (1..500_000_i64, step, rounding, 0..4_u32, caps).prop_map(|(rate, step, rounding, minimum, (cap, lifetime_cap))| CreditRule {
        points_per_credit: Points::from_thousandths(rate),
        step: Credits::new(step),
        rounding,
        minimum: Credits::new(step * Decimal::from(minimum)),
        cap: cap.map(|steps| Credits::new(step * Decimal::from(steps))),
        lifetime_cap: lifetime_cap.map(|steps| Credits::new(step * Decimal::from(steps))),
        needed: None,
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn all_terms_together_are_never_more_than_the_lifetime_cap(
        rule in any_rule(),
        terms in prop::collection::vec(0..10_000_000_i64, 1..6),
    ) {
        let mut all = Credits::ZERO;
        for thousandths in terms {
            let decision = decide(&rule, Points::from_thousandths(thousandths), all, &[]);
            all = Credits::new(all.to_decimal() + decision.credits.to_decimal());
            prop_assert_eq!(&*decision.reason.values["total"], all.to_string());
        }
        prop_assert!(rule.lifetime_cap.is_none_or(|cap| all <= cap));
    }

    #[test]
    fn credits_are_whole_steps_within_their_bounds(rule in any_rule(), thousandths in 0..10_000_000_i64) {
        let given = of_points(&rule, Points::from_thousandths(thousandths));
        prop_assert!((given.to_decimal() % rule.step.to_decimal()).is_zero());
        prop_assert!(given == Credits::ZERO || given >= rule.minimum);
        prop_assert!(rule.cap.is_none_or(|cap| given <= cap));
    }

    #[test]
    fn more_points_are_never_fewer_credits(rule in any_rule(), a in 0..10_000_000_i64, b in 0..10_000_000_i64) {
        let of = |thousandths| of_points(&rule, Points::from_thousandths(thousandths));
        prop_assert!(of(a.min(b)) <= of(a.max(b)));
    }

    #[test]
    fn without_bounds_the_rounding_is_off_by_less_than_a_step(rule in any_rule(), thousandths in 1..10_000_000_i64) {
        let rule = CreditRule { minimum: Credits::ZERO, cap: None, lifetime_cap: None, ..rule };
        let given = of_points(&rule, Points::from_thousandths(thousandths)).to_decimal();
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
