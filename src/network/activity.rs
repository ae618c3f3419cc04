//! OpenDigger's activity: for each repository the square root of a month's weighted deeds, summed over the repositories.
//! It must not use a float: weights are ten-thousandths, roots billionths, each root rounded down.

use std::collections::BTreeMap;

use super::tally::Deeds;
use crate::model::{account::AccountId, ids::RepositoryId};

// The weights at the head of src/metrics/indices.ts in https://github.com/X-lab2017/open-digger, which `basicActivitySqlComponent` there uses; in
// ten-thousandths. A merge counts for the author of the pull request.
const COMMENT: u128 = 5_252;
const ISSUE_OPENED: u128 = 22_235;
const PULL_REQUEST_OPENED: u128 = 40_679;
const REVIEW_COMMENT: u128 = 7_427;
const PULL_REQUEST_MERGED: u128 = 20_339;

/// A root of ten-thousandths is in hundredths: so many of its places are still missing to billionths, before the root is taken.
const TO_BILLIONTHS: u128 = 100_000_000_000_000;

/// The activity in one repository, in billionths.
pub fn of(deeds: &Deeds) -> u64 {
    let weighted = COMMENT * u128::from(deeds.comments)
        + ISSUE_OPENED * u128::from(deeds.issues_opened)
        + PULL_REQUEST_OPENED * u128::from(deeds.pull_requests_opened)
        + REVIEW_COMMENT * u128::from(deeds.review_comments)
        + PULL_REQUEST_MERGED * u128::from(deeds.pull_requests_merged);
    // Counts of 32 bits have a root of less than 2^49.
    u64::try_from((weighted * TO_BILLIONTHS).isqrt()).unwrap_or(u64::MAX)
}

/// The activity of every account that has any, in billionths.
pub fn of_accounts(pairs: &BTreeMap<(RepositoryId, AccountId), Deeds>) -> BTreeMap<AccountId, u64> {
    let mut sums = BTreeMap::new();
    for ((_, account), deeds) in pairs {
        let activity = of(deeds);
        if activity > 0 {
            *sums.entry(*account).or_default() += activity;
        }
    }
    sums
}
