//! Counts what each account did in each repository in each month: all that the network scores are made from.
//! It must not weigh anything.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Datelike as _, Utc};
use chrono_tz::Tz;
use sha2::{Digest as _, Sha256};

use crate::model::{
    account::AccountId,
    contribution::{Kind, State},
    ids::RepositoryId,
    month::Month,
    network::Deed,
};

/// Stands for all deeds up to and including a month, and for the way in which they are scored.
pub type Digest = [u8; 32];

/// Another definition of the scores gets another word, so that stored months are computed anew.
const DEFINITION: &[u8] = b"network scores 1";

/// What one account did in one repository in one month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Deeds {
    pub issues_opened: u32,
    /// Of issues and of pull requests.
    pub comments: u32,
    /// Issues that a merged pull request of the account closed. Who closed the others is not stored.
    pub issues_closed: u32,
    pub review_comments: u32,
    pub pull_requests_opened: u32,
    /// The account's own that were merged, whoever merged them.
    pub pull_requests_merged: u32,
    /// The days of the month on which it made commits of the default branch, a bit for each.
    pub(super) push_days: u32,
}

impl Deeds {
    /// The commits of one day are one push: cutting a day's work into more commits gains nothing.
    pub const fn pushes(&self) -> u32 {
        self.push_days.count_ones()
    }

    const fn counts(&self) -> [u32; 7] {
        [
            self.issues_opened,
            self.comments,
            self.issues_closed,
            self.review_comments,
            self.pull_requests_opened,
            self.pull_requests_merged,
            self.push_days,
        ]
    }
}

/// The deeds of one month, by repository and account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MonthDeeds {
    pub month: Month,
    pub pairs: BTreeMap<(RepositoryId, AccountId), Deeds>,
}

impl MonthDeeds {
    /// What stands for this month and all before it, of which `before` does. Two that are equal have equal scores.
    pub fn digest(&self, before: Option<&Digest>) -> Digest {
        let mut hash = Sha256::new();
        hash.update(DEFINITION);
        hash.update(before.map_or(&[][..], |digest| digest));
        hash.update(self.month.to_string());
        for ((repository, account), deeds) in &self.pairs {
            hash.update(repository.0.as_bytes());
            hash.update(account.0.to_be_bytes());
            deeds.counts().iter().for_each(|count| hash.update(count.to_be_bytes()));
        }
        hash.finalize().into()
    }
}

/// Deeds being counted.
#[derive(Debug)]
pub struct Tally {
    zone: Tz,
    months: BTreeMap<Month, HashMap<(RepositoryId, AccountId), Deeds>>,
}

impl Tally {
    /// Months are those of `zone`.
    pub fn new(zone: Tz) -> Self {
        Self { zone, months: BTreeMap::new() }
    }

    /// Counts a contribution. Those of machines are the caller's to leave out.
    pub fn add(&mut self, deed: &Deed) {
        let opened = deed.occurred_at;
        match deed.kind {
            Kind::IssueComment => self.count(deed, deed.account, opened, |deeds, _| deeds.comments += 1),
            Kind::ReviewComment => self.count(deed, deed.account, opened, |deeds, _| deeds.review_comments += 1),
            Kind::Commit => self.count(deed, deed.account, opened, |deeds, day| deeds.push_days |= 1 << day),
            Kind::Issue => {
                self.count(deed, deed.account, opened, |deeds, _| deeds.issues_opened += 1);
                let Some(closed) = deed.closed_at else { return };
                for closer in &deed.confirmed_by {
                    self.count(deed, Some(*closer), closed, |deeds, _| deeds.issues_closed += 1);
                }
            }
            Kind::PullRequest => {
                self.count(deed, deed.account, opened, |deeds, _| deeds.pull_requests_opened += 1);
                if let (State::Merged, Some(merged)) = (deed.state, deed.closed_at) {
                    self.count(deed, deed.account, merged, |deeds, _| deeds.pull_requests_merged += 1);
                }
            }
            // Neither formula has a weight for these.
            Kind::Review | Kind::Release | Kind::Discussion | Kind::DiscussionComment => {}
        }
    }

    fn count(&mut self, deed: &Deed, account: Option<AccountId>, at: DateTime<Utc>, note: impl FnOnce(&mut Deeds, u32)) {
        let Some(account) = account else { return };
        let day = at.with_timezone(&self.zone).date_naive();
        let pairs = self.months.entry(Month::of_day(day)).or_default();
        note(pairs.entry((deed.repository, account)).or_default(), day.day0());
    }

    /// Every month from the first in which something was done to `last`, empty ones among them.
    pub fn into_months(self, last: Month) -> Vec<MonthDeeds> {
        let Some(first) = self.months.keys().next().copied() else { return Vec::new() };
        let mut counted = self.months;
        std::iter::successors(Some(first), |month| Some(month.next()))
            .take_while(|month| *month <= last)
            .map(|month| MonthDeeds { month, pairs: counted.remove(&month).into_iter().flatten().collect() })
            .collect()
    }
}
