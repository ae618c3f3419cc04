//! Turns points into the credits that a registry books, with the sentence that says how.
//! It must not know contributions, read a clock or use floats.

use rust_decimal::Decimal;

use crate::model::{
    credit::Credits,
    points::Points,
    policy::{CreditRule, Rounding},
};

#[cfg(test)]
mod tests;

/// How many credits, and why so many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    pub credits: Credits,
    pub reason: String,
}

/// What `points` are worth under `rule`: divided, rounded to the step, then the minimum, then the cap.
pub fn decide(rule: &CreditRule, points: Points) -> Decision {
    let rate = format!("{points} points at {} points a credit", rule.points_per_credit);
    let Some(steps) = steps(rule, points) else {
        return Decision { credits: Credits::ZERO, reason: format!("{rate}: no credits") };
    };
    let rounded = format!("{rate}, {} a multiple of {}", rounding_words(rule.rounding), rule.step);
    let credits = Credits::new(Decimal::from(steps) * rule.step.to_decimal());
    match rule.cap {
        _ if credits < rule.minimum => {
            Decision { credits: Credits::ZERO, reason: format!("{rounded}: {credits}, below the minimum of {}, so none", rule.minimum) }
        }
        Some(cap) if credits > cap => {
            Decision { credits: cap, reason: format!("{rounded}: {credits}, more than the cap of {cap}, so {cap}") }
        }
        _ => Decision { credits, reason: format!("{rounded}: {credits}") },
    }
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

const fn rounding_words(rounding: Rounding) -> &'static str {
    match rounding {
        Rounding::Down => "rounded down to",
        Rounding::Up => "rounded up to",
        Rounding::HalfUp => "rounded to the nearer (from the middle up)",
        Rounding::HalfEven => "rounded to the nearer (from the middle to the even)",
    }
}
