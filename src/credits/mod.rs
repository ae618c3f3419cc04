//! Turns points into the credits that a registry books, with the reason that says how.
//! It must not know contributions, read a clock or use floats.

mod code;

use rust_decimal::Decimal;

use crate::model::{
    credit::Credits,
    points::Points,
    policy::{CreditRule, Rounding},
    score::Reason,
};

pub use code::Code;

#[cfg(test)]
mod tests;

/// How many credits, and why so many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    pub credits: Credits,
    pub reason: Reason,
}

/// What `points` are worth under `rule`: divided, rounded to the step, then the caps, then the minimum. Nothing, where a requirement is not
/// met. `prior` are the credits of earlier terms.
pub fn decide(rule: &CreditRule, points: Points, prior: Credits, unmet: &[Reason]) -> Decision {
    let (credits, code, rounded) = outcome(rule, points, prior, unmet);
    let text = |credits: Option<Credits>| credits.map_or_else(String::new, |credits| credits.to_string());
    let reason = Reason::new(code.as_str())
        .with("points", points)
        .with("per_credit", rule.points_per_credit)
        .with("credits", credits)
        .with("prior", prior)
        .with("total", Credits::new(prior.to_decimal() + credits.to_decimal()))
        .with("needed", text(rule.needed));
    let how = |reason: Reason| reason.with("step", rule.step).with("rounding", rule.rounding);
    let reason = match code {
        Code::None => reason,
        Code::Credits => how(reason),
        Code::Minimum => how(reason).with("rounded", rounded).with("minimum", rule.minimum),
        Code::Cap => how(reason).with("rounded", rounded).with("cap", text(rule.cap)),
        Code::LifetimeCap => how(reason).with("rounded", rounded).with("lifetime_cap", text(rule.lifetime_cap)),
        Code::Unmet => {
            let measures: Vec<&str> = unmet.iter().filter_map(|reason| Some(&**reason.values.get("measure")?)).collect();
            reason.with("measures", measures.join(","))
        }
    };
    Decision { credits, reason }
}

/// What is given, why, and what the rounding gave.
fn outcome(rule: &CreditRule, points: Points, prior: Credits, unmet: &[Reason]) -> (Credits, Code, Credits) {
    if !unmet.is_empty() {
        return (Credits::ZERO, Code::Unmet, Credits::ZERO);
    }
    let Some(steps) = steps(rule, points) else { return (Credits::ZERO, Code::None, Credits::ZERO) };
    let rounded = Credits::new(Decimal::from(steps) * rule.step.to_decimal());
    if rounded < rule.minimum {
        return (Credits::ZERO, Code::Minimum, rounded);
    }
    let (credits, code) = match rule.cap {
        Some(cap) if rounded > cap => (cap, Code::Cap),
        _ => (rounded, Code::Credits),
    };
    match rule.lifetime_cap.map(|cap| left(rule, cap, prior)) {
        // Fewer than the minimum are none, whatever the reason.
        Some(left) if left < credits => (if left < rule.minimum { Credits::ZERO } else { left }, Code::LifetimeCap, rounded),
        _ => (credits, code, rounded),
    }
}

/// What earlier terms left of the lifetime cap, in whole steps.
fn left(rule: &CreditRule, cap: Credits, prior: Credits) -> Credits {
    let (left, step) = ((cap.to_decimal() - prior.to_decimal()).max(Decimal::ZERO), rule.step.to_decimal());
    Credits::new(if step.is_zero() { left } else { left - left % step })
}

/// How many whole steps the points are worth, by integers alone; `None` for no points, and where the rule says nothing.
fn steps(rule: &CreditRule, points: Points) -> Option<i128> {
    let step = Points::from_decimal(rule.step.to_decimal())?;
    let size = i128::from(rule.points_per_credit.thousandths()) * i128::from(step.thousandths());
    let amount = i128::from(points.thousandths()) * 1_000;
    if size <= 0 || amount <= 0 {
        return None;
    }
    let (whole, rest) = (amount / size, amount % size);
    let up = match rule.rounding {
        Rounding::Down => false,
        Rounding::Up => rest > 0,
        Rounding::HalfUp => rest * 2 >= size,
        Rounding::HalfEven => rest * 2 > size || (rest * 2 == size && whole % 2 == 1),
    };
    Some(whole + i128::from(up))
}
