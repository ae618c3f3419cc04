//! What every record begins with, and the checks that hold for every kind.
//! It must not know one kind from another: what only some have, their own files add.

use chrono::{DateTime, Utc};

use super::{
    error::{Error, Fault},
    evidence,
};
use crate::model::{
    account::Account,
    contribution::{Contribution, Key, Kind, Record, State},
    github::Evidence,
    ids::RepositoryId,
};

/// The facts that an item of whatever kind has.
pub(super) struct Draft<'a> {
    pub repository: RepositoryId,
    pub kind: Kind,
    /// GitHub's number in decimal, or a commit's object id. Empty where GitHub gave none.
    pub github_id: String,
    /// Of the pull request or issue that it is or belongs to.
    pub number: Option<i64>,
    pub url: String,
    pub author: Option<&'a Account>,
    pub state: State,
    pub occurred_at: DateTime<Utc>,
}

impl Draft<'_> {
    pub fn refuse(&self, fault: Fault) -> Error {
        Error { kind: self.kind, github_id: self.github_id.clone(), url: self.url.clone(), fault }
    }

    /// The record, with nothing known beyond the draft.
    pub fn into_record(self, evidence: &Evidence) -> Result<Record, Error> {
        if self.github_id.is_empty() {
            return Err(self.refuse(Fault::NoId));
        }
        if self.url.is_empty() {
            return Err(self.refuse(Fault::NoUrl));
        }
        if let Some(number) = self.number.filter(|number| *number < 1) {
            return Err(self.refuse(Fault::BadNumber(number)));
        }
        Ok(Record {
            contribution: Contribution {
                account: self.author.map(|account| account.id),
                by_bot: self.author.is_some_and(Account::is_bot),
                number: self.number,
                ..Contribution::bare(
                    Key { repository: self.repository, kind: self.kind, github_id: self.github_id.into() },
                    self.state,
                    self.occurred_at,
                )
            },
            url: self.url,
            title: None,
            co_authors: Vec::new(),
            evidence: evidence::compress(evidence),
        })
    }
}

/// GitHub's numbers begin at 1: anything else is no id.
pub(super) fn id(number: i64) -> String {
    if number > 0 { number.to_string() } else { String::new() }
}

/// Lower case, as policies write them.
pub(super) fn labels(labels: &[String]) -> Vec<String> {
    labels.iter().map(|label| label.to_lowercase()).collect()
}
