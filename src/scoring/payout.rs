//! Points are paid in whole steps, and what is left over is carried on: what is paid and what is carried are what was earned and carried in.
//! It must not know where points come from.

use chrono::{Datelike as _, Months, NaiveDate};

use crate::model::{
    points::Points,
    policy::{Payout, PayoutPer},
};

/// What is paid now, and what is carried on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Settled {
    pub paid: Points,
    pub carried: Points,
}

/// A month, by its first day.
pub(super) fn month(day: NaiveDate) -> NaiveDate {
    day.with_day(1).unwrap_or(day)
}

/// The months from one day to another.
pub(super) fn months(from: NaiveDate, last: NaiveDate) -> impl Iterator<Item = NaiveDate> {
    std::iter::successors(Some(month(from)), |month| month.checked_add_months(Months::new(1))).take_while(move |month| *month <= last)
}

/// Begins with what was carried in. `earned` are points with the first day of their month, in whatever order; those of months that are not
/// in `months` count from the first of them on.
pub(super) fn settle(payout: &Payout, carried_in: Points, earned: &[(NaiveDate, Points)], months: &[NaiveDate]) -> Settled {
    let all: Points = earned.iter().map(|(_, points)| *points).sum();
    if payout.per == PayoutPer::Term {
        let paid = pay(payout, carried_in + all);
        return Settled { paid, carried: carried_in + all - paid };
    }
    let in_none = earned.iter().filter(|(of, _)| !months.contains(of)).map(|(_, points)| *points).sum();
    let (mut stock, mut paid) = (carried_in + in_none, Points::ZERO);
    for month in months {
        stock += earned.iter().filter(|(of, _)| of == month).map(|(_, points)| *points).sum();
        let now = pay(payout, stock);
        paid += now;
        stock = stock - now;
    }
    Settled { paid, carried: stock }
}

/// The whole steps in the stock, as far as one payment goes. A debt pays nothing.
fn pay(payout: &Payout, stock: Points) -> Points {
    let most = payout.most.map_or(stock, |most| stock.min(most)).thousandths();
    let step = payout.step.thousandths();
    if most <= 0 || step <= 0 { Points::ZERO } else { Points::from_thousandths(most / step * step) }
}
