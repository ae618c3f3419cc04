//! What several contributions say together: which was taken back, which is a copy, what is gone; and what was read of the text of a change.
//! It must not judge: a copy or a revert is a fact that a person looks at.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{bad, word};
use crate::{
    db::{Error, InstitutionTx, Tx},
    model::{
        contribution::{Key, Kind, Record},
        ids::RepositoryId,
    },
};

/// Pull requests of tracked repositories that were merged and taken back again, with the moment of the last time.
pub async fn list_reverts(tx: &mut InstitutionTx) -> Result<HashMap<(RepositoryId, i64), DateTime<Utc>>, Error> {
    let rows = sqlx::query_as!(
        RevertRow,
        r#"select r.repository_id as "repository_id!", r.number as by, coalesce((r.change ->> 'reverts')::bigint, c.number) as "number!",
             r.closed_at as "at!"
           from tracked_repositories t
           join contributions r on r.repository_id = t.repository_id and r.kind = 'pull_request' and (r.change ? 'reverts' or r.change ? 'reverts_commit')
           left join contributions c on c.repository_id = r.repository_id and c.kind = 'commit' and c.github_id = r.change ->> 'reverts_commit'
           where t.institution_id = $1 and r.state = 'merged' and r.closed_at is not null
             and coalesce((r.change ->> 'reverts')::bigint, c.number) is not null
           union all
           select r.repository_id, null, (substring(r.title from '^Revert ".*\(#(\d{1,9})\)"'))::bigint, r.occurred_at
           from tracked_repositories t
           join contributions r on r.repository_id = t.repository_id and r.kind = 'commit' and r.number is null and r.title like 'Revert "%'
           where t.institution_id = $1 and r.title ~ '^Revert ".*\(#\d{1,9}\)"'"#,
        tx.institution().0,
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(standing(rows))
}

struct RevertRow {
    repository_id: Uuid,
    /// The pull request that reverts; absent: a commit that none brought.
    by: Option<i64>,
    number: i64,
    at: DateTime<Utc>,
}

/// What is still taken back once all reverts are through: a revert that was itself reverted takes nothing back.
fn standing(mut rows: Vec<RevertRow>) -> HashMap<(RepositoryId, i64), DateTime<Utc>> {
    rows.sort_by_key(|row| (row.at, row.by));
    let mut standing: HashMap<(RepositoryId, i64), (Option<i64>, DateTime<Utc>)> = HashMap::new();
    for row in rows {
        let repository = RepositoryId(row.repository_id);
        standing.retain(|(its, _), (by, _)| *its != repository || *by != Some(row.number));
        standing.insert((repository, row.number), (row.by, row.at));
    }
    standing.into_iter().map(|(reverted, (_, at))| (reverted, at)).collect()
}

/// Pull requests that bring the very lines that an earlier one of a tracked repository brought, with the address of the first.
pub async fn list_copies(tx: &mut InstitutionTx) -> Result<HashMap<Key, String>, Error> {
    let rows = sqlx::query!(
        r#"select repository_id, github_id, original as "original!" from (
             select c.repository_id, c.github_id,
               first_value(c.url) over first_of_all as original, row_number() over first_of_all as nth
             from tracked_repositories t join contributions c on c.repository_id = t.repository_id
             where t.institution_id = $1 and c.kind = 'pull_request' and c.change ? 'fingerprint'
             window first_of_all as (partition by (c.change ->> 'fingerprint')::bigint order by c.occurred_at, c.repository_id, c.github_id)
           ) as of_all where nth > 1"#,
        tx.institution().0,
    )
    .fetch_all(tx.conn())
    .await?;
    let key =
        |repository, github_id: String| Key { repository: RepositoryId(repository), kind: Kind::PullRequest, github_id: github_id.into() };
    Ok(rows.into_iter().map(|row| (key(row.repository_id, row.github_id), row.original)).collect())
}

/// Marks what stood below these pull requests and issues and does not any more; each of them is among the records with all that it has.
pub(super) async fn mark_gone(tx: &mut Tx, known: &[&Record], all: &[&Record], now: DateTime<Utc>) -> Result<u64, Error> {
    let is_whole = |record: &&&Record| matches!(record.contribution.key.kind, Kind::PullRequest | Kind::Issue);
    let parents = known.iter().filter(is_whole).map(|record| &record.contribution);
    let (repositories, numbers): (Vec<Uuid>, Vec<Option<i64>>) = parents.map(|parent| (parent.key.repository.0, parent.number)).unzip();
    if repositories.is_empty() {
        return Ok(0);
    }
    let numbers: Vec<i64> = numbers.into_iter().flatten().collect();
    if numbers.len() != repositories.len() {
        return Err(bad("number", "a pull request or an issue has no number".to_owned()));
    }
    let ids: Vec<String> = all.iter().map(|record| record.contribution.key.github_id.to_string()).collect();
    let kinds: Vec<String> = all.iter().map(|record| record.contribution.key.kind.as_str().to_owned()).collect();
    let done = sqlx::query!(
        "update contributions c set gone_at = $5
         from unnest($1::uuid[], $2::bigint[]) as parent (repository_id, number)
         where c.repository_id = parent.repository_id and c.number = parent.number
           and c.kind in ('review', 'review_comment', 'issue_comment') and c.gone_at is null
           and not exists (select from unnest($3::text[], $4::text[]) as shown (kind, github_id)
                           where (shown.kind, shown.github_id) = (c.kind, c.github_id))",
        &repositories,
        &numbers,
        &kinds,
        &ids,
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected())
}

/// A merged pull request of a member whose text nobody has read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unread {
    pub key: Key,
    pub number: i64,
    /// What is read holds for this tip of its branch.
    pub head: String,
}

/// The merged pull requests of members with an account in a repository that the institution tracks whose text nobody has read.
pub async fn list_unread(tx: &mut InstitutionTx, repository: RepositoryId) -> Result<Vec<Unread>, Error> {
    let rows = sqlx::query!(
        r#"select c.github_id, c.kind, c.number as "number!", c.change ->> 'head' as "head!"
           from tracked_repositories t
           join contributions c on c.repository_id = t.repository_id
           join bindings b on b.institution_id = t.institution_id and b.github_id = c.account_id and b.span @> c.occurred_at
           join members m on m.institution_id = b.institution_id and m.member_id = b.member_id and m.removed_at is null
           where t.institution_id = $1 and t.repository_id = $2 and c.kind = 'pull_request' and c.state = 'merged'
             and c.effective_lines > 0 and c.number is not null and c.change ? 'head' and not c.change ? 'unchanged_lines'
           order by c.number"#,
        tx.institution().0,
        repository.0,
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter()
        .map(|row| {
            let key = Key { repository, kind: word(row.kind.as_bytes(), "kind")?, github_id: row.github_id.into() };
            Ok(Unread { key, number: row.number, head: row.head })
        })
        .collect()
}

/// The tracked repositories in which there are such pull requests.
pub async fn list_unread_repositories(tx: &mut InstitutionTx) -> Result<Vec<RepositoryId>, Error> {
    let rows = sqlx::query_scalar!(
        "select distinct t.repository_id
         from tracked_repositories t
         join contributions c on c.repository_id = t.repository_id
         join bindings b on b.institution_id = t.institution_id and b.github_id = c.account_id and b.span @> c.occurred_at
         join members m on m.institution_id = b.institution_id and m.member_id = b.member_id and m.removed_at is null
         where t.institution_id = $1 and c.kind = 'pull_request' and c.state = 'merged'
           and c.effective_lines > 0 and c.number is not null and c.change ? 'head' and not c.change ? 'unchanged_lines'",
        tx.institution().0,
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(RepositoryId).collect())
}

/// Notes what was read of the text of a change, as long as its branch still ends where it did. Says whether it was noted.
pub async fn put_reading(
    tx: &mut Tx,
    unread: &Unread,
    (unchanged_lines, unread_lines): (i64, i64),
    fingerprint: Option<i64>,
) -> Result<bool, Error> {
    let done = sqlx::query!(
        "update contributions set effective_lines = greatest(effective_lines - $4, 0),
           change = change || jsonb_strip_nulls(jsonb_build_object('unchanged_lines', $4::bigint, 'fingerprint', $5::bigint,
             'unread_lines', nullif($6::bigint, 0)))
         where repository_id = $1 and kind = 'pull_request' and github_id = $2
           and change ->> 'head' = $3 and not change ? 'unchanged_lines'",
        unread.key.repository.0,
        &*unread.key.github_id,
        unread.head,
        unchanged_lines,
        fingerprint,
        unread_lines,
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// What was read of a text stays as long as the branch ends where it did. A fetch does not read it, so it would take it away.
pub(super) const KEEP_READINGS: &str = "update incoming set
      effective_lines = greatest(incoming.effective_lines - (known.change ->> 'unchanged_lines')::bigint, 0),
      change = incoming.change
        || jsonb_strip_nulls(jsonb_build_object('unchanged_lines', known.change -> 'unchanged_lines', 'fingerprint', known.change -> 'fingerprint',
          'unread_lines', known.change -> 'unread_lines'))
    from contributions known
    where incoming.kind = 'pull_request'
      and (known.repository_id, known.kind, known.github_id) = (incoming.repository_id, incoming.kind, incoming.github_id)
      and known.change ? 'unchanged_lines' and known.change ->> 'head' = incoming.change ->> 'head'";

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn at(hour: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + chrono::TimeDelta::hours(hour)
    }

    /// Who reverts whom, at which hour; 0 is a commit without a pull request.
    #[rstest]
    #[case::nothing(&[], &[])]
    #[case::one(&[(5, 4, 1)], &[(4, 1)])]
    #[case::a_push(&[(0, 4, 1)], &[(4, 1)])]
    #[case::the_last_time_counts(&[(7, 4, 3), (5, 4, 1)], &[(4, 3)])]
    #[case::a_revert_of_the_revert(&[(5, 4, 1), (6, 5, 2)], &[(5, 2)])]
    #[case::and_of_that(&[(5, 4, 1), (6, 5, 2), (7, 6, 3)], &[(6, 3)])]
    #[case::another_one_stays(&[(5, 4, 1), (6, 3, 1), (7, 5, 2)], &[(3, 1), (5, 2)])]
    fn what_was_put_back_is_not_taken_back(#[case] reverts: &[(i64, i64, i64)], #[case] expected: &[(i64, i64)]) {
        let repository_id = Uuid::nil();
        let row =
            |&(by, number, hour): &(i64, i64, i64)| RevertRow { repository_id, by: Some(by).filter(|by| *by > 0), number, at: at(hour) };
        let mut found: Vec<_> = standing(reverts.iter().map(row).collect()).into_iter().map(|((_, number), when)| (number, when)).collect();
        found.sort_unstable();
        assert_eq!(found, expected.iter().map(|&(number, hour)| (number, at(hour))).collect::<Vec<_>>());
    }
}
