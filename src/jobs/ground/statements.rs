//! What people stated, as scoring reads it.
//! It must not judge: of a member's own, what was taken back is handed on with what took it back.

use std::collections::{HashMap, HashSet};

use super::super::Failure;
use crate::{
    db::{self, InstitutionTx},
    model::{
        contribution::Key,
        ids::MemberId,
        statement::{About, Statement, StatementKind},
    },
};

/// What people stated: each member's own, and every share that stands.
#[derive(Debug, Default)]
pub(super) struct Statements {
    pub of: HashMap<MemberId, Vec<Statement>>,
    pub shares: HashMap<Key, Vec<Statement>>,
}

impl Statements {
    pub async fn load(tx: &mut InstitutionTx, only: Option<&[MemberId]>) -> Result<Self, Failure> {
        let Some(members) = only else { return Ok(Self::sort(db::statements::list_for_scoring(tx).await?, None)) };
        let mut wanted = members.to_vec();
        wanted.extend(db::changes::list_sharers_with(tx, members).await?);
        Ok(Self::sort(db::statements::list_of_members(tx, &wanted).await?, only))
    }

    /// The shares are everybody's; the rest is kept of those who are scored.
    fn sort(statements: Vec<Statement>, only: Option<&[MemberId]>) -> Self {
        let withdrawn: HashSet<_> = statements
            .iter()
            .filter(|statement| statement.kind == StatementKind::Withdrawal)
            .filter_map(|statement| match &statement.about {
                Some(About::Statement(id)) => Some(*id),
                _ => None,
            })
            .collect();
        let scored: Option<HashSet<MemberId>> = only.map(|members| members.iter().copied().collect());
        let mut sorted = Self::default();
        for statement in statements {
            if let (StatementKind::Share, Some(About::Contribution(key))) = (statement.kind, &statement.about)
                && !withdrawn.contains(&statement.id)
            {
                sorted.shares.entry(key.clone()).or_default().push(statement.clone());
            }
            if scored.as_ref().is_none_or(|scored| scored.contains(&statement.member)) {
                sorted.of.entry(statement.member).or_default().push(statement);
            }
        }
        sorted
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};

    use super::*;
    use crate::model::{
        contribution::Kind,
        ids::{RepositoryId, StatementId},
    };

    fn id<T>(n: u128, make: impl Fn(uuid::Uuid) -> T) -> T {
        make(uuid::Uuid::from_u128(n))
    }

    fn statement(n: u128, member: u128, kind: StatementKind, about: Option<About>) -> Statement {
        Statement {
            id: id(n, StatementId),
            kind,
            member: id(member, MemberId),
            name: None,
            value: None,
            rank: None,
            team: None,
            about,
            happened_on: "2025-10-01".parse().unwrap(),
            until_on: None,
            stated_by: "staff".to_owned(),
            stated_at: DateTime::<Utc>::UNIX_EPOCH,
            reason: "said so".to_owned(),
            waiting: false,
        }
    }

    fn key() -> Key {
        Key { repository: id(9, RepositoryId), kind: Kind::PullRequest, github_id: "1".into() }
    }

    #[test]
    fn of_those_who_share_a_work_the_shares_are_known_and_the_rest_is_not_taken_along() {
        let of_work = || Some(About::Contribution(key()));
        let all = vec![
            statement(1, 1, StatementKind::Share, of_work()),
            statement(2, 2, StatementKind::Share, of_work()),
            statement(3, 3, StatementKind::Share, of_work()),
            statement(4, 3, StatementKind::Withdrawal, Some(About::Statement(id(3, StatementId)))),
            statement(5, 2, StatementKind::Mark, None),
        ];
        let sorted = Statements::sort(all, Some(&[id(1, MemberId)]));
        let shares: Vec<MemberId> = sorted.shares[&key()].iter().map(|share| share.member).collect();
        assert_eq!(shares, [id(1, MemberId), id(2, MemberId)], "the withdrawn share is none");
        assert_eq!(sorted.of.keys().collect::<Vec<_>>(), [&id(1, MemberId)]);
    }
}
