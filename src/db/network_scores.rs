//! Network scores: what they are made from, and each month's accounts and repositories with their values.
//! It must not compute them.

use std::{collections::HashMap, ops::RangeInclusive};

use super::{Error, InstitutionTx, contributions, copy};
use crate::model::{
    account::AccountId,
    ids::{MemberId, RepositoryId},
    month::Month,
    network::{AccountScores, Deed, MonthScores, Ranks},
};

/// Nobody else computes this institution's network scores until this transaction is over.
pub async fn lock(tx: &mut InstitutionTx) -> Result<(), Error> {
    let key = format!("network_scores {}", tx.institution());
    // Not a checked query: it answers nothing that has a type.
    sqlx::query("select pg_advisory_xact_lock(hashtextextended($1, 0))").bind(key).execute(tx.conn()).await?;
    Ok(())
}

/// Hands over every contribution to a tracked repository that counts in the network, in no order: not those of machines. Nobody closes an issue
/// of one's own for another, whatever account that was done with.
pub async fn visit_deeds(tx: &mut InstitutionTx, mut each: impl FnMut(&Deed) + Send) -> Result<(), Error> {
    let repositories = sqlx::query_scalar!("select repository_id from tracked_repositories where institution_id = $1", tx.institution().0)
        .fetch_all(tx.conn())
        .await?;
    let several = list_of_several(tx).await?;
    let is_one_person = |one: AccountId, other: AccountId| several.get(&one).is_some_and(|members| several.get(&other) == Some(members));
    // COPY takes no parameters: what is written into the text is UUIDs of ours.
    let statement = format!(
        "copy (select repository_id, account_id, kind, state, occurred_at, closed_at, confirmed_by from contributions
           where repository_id = any('{{{}}}'::uuid[]) and not by_bot
             and kind in ('pull_request', 'issue', 'issue_comment', 'review_comment', 'commit'))
         to stdout (format binary)",
        contributions::listed(&repositories),
    );
    copy::copy_out(tx.conn(), &statement, |row| {
        let mut deed = Deed {
            repository: RepositoryId(row.uuid()?),
            account: row.optional_bigint()?.map(AccountId),
            kind: contributions::word(row.bytes()?, "kind")?,
            state: contributions::word(row.bytes()?, "state")?,
            occurred_at: row.timestamp()?,
            closed_at: row.optional_timestamp()?,
            confirmed_by: row.bigints()?.into_iter().map(AccountId).collect(),
        };
        if let Some(account) = deed.account {
            deed.confirmed_by.retain(|closer| !is_one_person(*closer, account));
        }
        each(&deed);
        Ok(())
    })
    .await
}

/// The accounts of the members who have or had more than one, each with its last holder among these.
async fn list_of_several(tx: &mut InstitutionTx) -> Result<HashMap<AccountId, MemberId>, Error> {
    let rows = sqlx::query!(
        "select github_id, member_id from bindings
         where institution_id = $1 and not isempty(span) and member_id in (select member_id from bindings
           where institution_id = $1 and not isempty(span) group by member_id having count(distinct github_id) > 1)
         order by bound_at, binding_id",
        tx.institution().0,
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|row| (AccountId(row.github_id), MemberId(row.member_id))).collect())
}

/// A month that is stored, and what stands for the deeds that it was computed from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredMonth {
    pub month: Month,
    pub digest: Vec<u8>,
}

/// All stored months, in their order.
pub async fn list_months(tx: &mut InstitutionTx) -> Result<Vec<StoredMonth>, Error> {
    let rows = sqlx::query!("select month, digest from network_months where institution_id = $1 order by month", tx.institution().0)
        .fetch_all(tx.conn())
        .await?;
    Ok(rows.into_iter().map(|row| StoredMonth { month: Month::of_day(row.month), digest: row.digest }).collect())
}

/// The newest stored month.
pub async fn get_newest(tx: &mut InstitutionTx) -> Result<Option<Month>, Error> {
    let newest = sqlx::query_scalar!("select max(month) from network_months where institution_id = $1", tx.institution().0)
        .fetch_one(tx.conn())
        .await?;
    Ok(newest.map(Month::of_day))
}

/// Whether nothing is missing of these months. Where nothing was done before a month, nothing is stored of it, and nothing is missing.
pub async fn covers(tx: &mut InstitutionTx, months: &RangeInclusive<Month>) -> Result<bool, Error> {
    Ok(get_newest(tx).await?.is_some_and(|newest| newest >= *months.end()))
}

/// The ranks at the end of a month; `None` where it is not stored.
pub async fn get_ranks(tx: &mut InstitutionTx, month: Month) -> Result<Option<Ranks>, Error> {
    let (institution, day) = (tx.institution().0, month.first_day());
    let background =
        sqlx::query_scalar!("select background from network_months where institution_id = $1 and month = $2", institution, day)
            .fetch_optional(tx.conn())
            .await?;
    let Some(background) = background else { return Ok(None) };
    let accounts = sqlx::query!(
        "select account_id, openrank from network_scores where institution_id = $1 and month = $2 and openrank > 0",
        institution,
        day,
    )
    .fetch_all(tx.conn())
    .await?;
    let repositories = sqlx::query!(
        "select repository_id, openrank from network_repositories where institution_id = $1 and month = $2",
        institution,
        day,
    )
    .fetch_all(tx.conn())
    .await?;
    let accounts = accounts.into_iter().map(|row| Ok((AccountId(row.account_id), read(row.openrank, "openrank")?)));
    let repositories = repositories.into_iter().map(|row| Ok((RepositoryId(row.repository_id), read(row.openrank, "openrank")?)));
    Ok(Some(Ranks {
        accounts: accounts.collect::<Result<_, Error>>()?,
        repositories: repositories.collect::<Result<_, Error>>()?,
        background: read(background, "background")?,
    }))
}

/// Forgets this month and all after it, or every month.
pub async fn remove_from(tx: &mut InstitutionTx, month: Option<Month>) -> Result<(), Error> {
    let (institution, day) = (tx.institution().0, month.map(Month::first_day));
    sqlx::query!("delete from network_scores where institution_id = $1 and ($2::date is null or month >= $2)", institution, day,)
        .execute(tx.conn())
        .await?;
    sqlx::query!("delete from network_repositories where institution_id = $1 and ($2::date is null or month >= $2)", institution, day,)
        .execute(tx.conn())
        .await?;
    sqlx::query!("delete from network_months where institution_id = $1 and ($2::date is null or month >= $2)", institution, day,)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Writes a month that is not stored.
pub async fn insert(tx: &mut InstitutionTx, month: Month, digest: &[u8], scores: &MonthScores) -> Result<(), Error> {
    let (institution, day) = (tx.institution().0, month.first_day());
    sqlx::query!(
        "insert into network_months (institution_id, month, digest, background) values ($1, $2, $3, $4)",
        institution,
        day,
        digest,
        written(scores.ranks.background),
    )
    .execute(tx.conn())
    .await?;
    let mut accounts: HashMap<AccountId, AccountScores> = HashMap::new();
    scores.ranks.accounts.iter().for_each(|(account, openrank)| accounts.entry(*account).or_default().openrank = *openrank);
    scores.activity.iter().for_each(|(account, activity)| accounts.entry(*account).or_default().activity = *activity);
    sqlx::query!(
        "insert into network_scores (institution_id, month, account_id, openrank, activity)
         select $1, $2, * from unnest($3::bigint[], $4::bigint[], $5::bigint[])",
        institution,
        day,
        &accounts.keys().map(|account| account.0).collect::<Vec<_>>(),
        &accounts.values().map(|both| written(both.openrank)).collect::<Vec<_>>(),
        &accounts.values().map(|both| written(both.activity)).collect::<Vec<_>>(),
    )
    .execute(tx.conn())
    .await?;
    sqlx::query!(
        "insert into network_repositories (institution_id, month, repository_id, openrank)
         select $1, $2, * from unnest($3::uuid[], $4::bigint[])",
        institution,
        day,
        &scores.ranks.repositories.keys().map(|repository| repository.0).collect::<Vec<_>>(),
        &scores.ranks.repositories.values().map(|value| written(*value)).collect::<Vec<_>>(),
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The sums over these months of the accounts of every member that has any: a month is whose the account was as the month began.
pub async fn list(tx: &mut InstitutionTx, months: &RangeInclusive<Month>) -> Result<HashMap<MemberId, AccountScores>, Error> {
    let rows = sqlx::query!(
        r#"select m.member_id, sum(s.openrank)::bigint as "openrank!", sum(s.activity)::bigint as "activity!"
           from network_scores s
           join institutions i on i.institution_id = s.institution_id
           join bindings b on b.institution_id = s.institution_id and b.github_id = s.account_id
             and b.span @> (s.month::timestamp at time zone i.timezone)
           join members m on m.institution_id = b.institution_id and m.member_id = b.member_id and m.removed_at is null
           where s.institution_id = $1 and s.month >= $2 and s.month <= $3 group by m.member_id"#,
        tx.institution().0,
        months.start().first_day(),
        months.end().first_day(),
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter()
        .map(|row| {
            let scores = AccountScores { openrank: read(row.openrank, "openrank")?, activity: read(row.activity, "activity")? };
            Ok((MemberId(row.member_id), scores))
        })
        .collect()
}

/// A member with the scores of one month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberScores {
    pub number: String,
    pub name: String,
    pub github_login: Option<String>,
    pub scores: AccountScores,
}

/// Every member with an account that has a score in the month, the highest OpenRank first.
pub async fn list_members(tx: &mut InstitutionTx, month: Month) -> Result<Vec<MemberScores>, Error> {
    let rows = sqlx::query!(
        r#"select m.number, m.name, (array_agg(b.login order by b.unbound_at is not null, b.bound_at, b.binding_id))[1] as github_login,
             sum(s.openrank)::bigint as "openrank!", sum(s.activity)::bigint as "activity!"
           from network_scores s
           join institutions i on i.institution_id = s.institution_id
           join bindings b on b.institution_id = s.institution_id and b.github_id = s.account_id
             and b.span @> (s.month::timestamp at time zone i.timezone)
           join members m on m.institution_id = b.institution_id and m.member_id = b.member_id and m.removed_at is null
           where s.institution_id = $1 and s.month = $2 group by m.member_id, m.number, m.name
           order by sum(s.openrank) desc, sum(s.activity) desc, m.number"#,
        tx.institution().0,
        month.first_day(),
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter()
        .map(|row| {
            let scores = AccountScores { openrank: read(row.openrank, "openrank")?, activity: read(row.activity, "activity")? };
            Ok(MemberScores { number: row.number, name: row.name, github_login: row.github_login, scores })
        })
        .collect()
}

/// A network of a hundred million nodes stays far below the largest `bigint`.
fn written(billionths: u64) -> i64 {
    i64::try_from(billionths).unwrap_or(i64::MAX)
}

fn read(billionths: i64, column: &'static str) -> Result<u64, Error> {
    u64::try_from(billionths).map_err(|why| Error::bad_row("network_scores", column, why))
}
