//! Network scores: OpenDigger's activity and X-lab's OpenRank of each account, a month at a time, over the contributions that are stored.
//! It must not do I/O, read a clock or use floats: the same deeds in give the same billionths out, in whatever order they come.

mod activity;
mod openrank;
mod standing;
mod tally;

#[cfg(test)]
mod tests;

pub use standing::{Class, Place};
pub use tally::{Deeds, Digest, MonthDeeds, Tally};

use crate::model::network::{MonthScores, Ranks};

/// The scores of a month, from the ranks of the month before.
pub fn score_month(before: &Ranks, month: &MonthDeeds) -> MonthScores {
    let links = month.pairs.iter().filter_map(|((repository, account), deeds)| {
        Some(openrank::Link { repository: *repository, account: *account, weight: openrank::weight(deeds)? })
    });
    MonthScores { ranks: openrank::advance(before, links), activity: activity::of_accounts(&month.pairs) }
}
