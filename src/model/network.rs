//! What the network scores are made from, and what they are: whole billionths, so that every machine has the same.
//! It must not compute them: `network` does.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use rust_decimal::{Decimal, RoundingStrategy};

use super::{
    account::AccountId,
    contribution::{Contribution, Kind, State},
    ids::RepositoryId,
};

/// One, in billionths.
pub const ONE: u64 = 1_000_000_000;
const PLACES: u32 = 9;

/// The part of a contribution that the network scores read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deed {
    pub repository: RepositoryId,
    pub account: Option<AccountId>,
    pub kind: Kind,
    pub state: State,
    pub occurred_at: DateTime<Utc>,
    pub closed_at: Option<DateTime<Utc>>,
    pub confirmed_by: Vec<AccountId>,
}

impl From<&Contribution> for Deed {
    fn from(one: &Contribution) -> Self {
        Self {
            repository: one.key.repository,
            account: one.account,
            kind: one.key.kind,
            state: one.state,
            occurred_at: one.occurred_at,
            closed_at: one.closed_at,
            confirmed_by: one.confirmed_by.clone(),
        }
    }
}

/// OpenRank at the end of a month, in billionths. Who is not named has none.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ranks {
    pub accounts: BTreeMap<AccountId, u64>,
    pub repositories: BTreeMap<RepositoryId, u64>,
    /// What the background node holds, to which every other is linked.
    pub background: u64,
}

/// The scores of one month, in billionths.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MonthScores {
    pub ranks: Ranks,
    pub activity: BTreeMap<AccountId, u64>,
}

/// An account's two scores, of a month or of several together, in billionths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AccountScores {
    pub openrank: u64,
    pub activity: u64,
}

/// A score as people and policies see it: three places, rounded half up.
pub fn rounded(billionths: u64) -> Decimal {
    Decimal::from_i128_with_scale(billionths.into(), PLACES).round_dp_with_strategy(3, RoundingStrategy::MidpointAwayFromZero).normalize()
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_score_is_shown_with_three_places_rounded_half_up() {
        for (billionths, shown) in
            [(0, "0"), (499_999, "0"), (500_000, "0.001"), (1_499_999_999, "1.5"), (2_000_000_000, "2"), (u64::MAX, "18446744073.71")]
        {
            assert_eq!(super::rounded(billionths).to_string(), shown);
        }
    }
}
