//! Contributions and their evidence: facts, written by natural key in bulk, read by the page or from end to end.
//! It must not write a row that has not changed, nor show one that the institution does not track.

mod traces;

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use sha2::{Digest as _, Sha256};
use sqlx::Executor as _;
use uuid::Uuid;

pub use traces::{Unread, list_copies, list_reverts, list_unread, list_unread_repositories, put_reading};

use super::{Error, InstitutionTx, Tx, copy};
use crate::model::{
    account::AccountId,
    contribution::{Change, Contribution, Key, Kind, Record},
    ids::{MemberId, RepositoryId},
    repository::FullName,
    term::Window,
};

/// Writes what is new or changed, evidence included; returns how many rows that were. Twice the same is written once.
///
/// What is new goes straight into the tables by COPY; what is known goes by COPY into temporary ones, and from there only where it
/// differs. A pull request or an issue brings all that stands below it: what stood there and is not among the records is marked as gone.
/// A batch goes in together or not at all. Should another writer bring the same new row at the same moment, that is a
/// `Conflict`, and the batch can be written again.
pub async fn insert_batch(tx: &mut Tx, records: &[Record], now: DateTime<Utc>) -> Result<u64, Error> {
    let records = last_of_each_key(records);
    let known = list_known(tx, &records).await?;
    let (known, new): (Vec<&Record>, Vec<&Record>) = records.iter().copied().partition(|record| known.contains(&record.contribution.key));
    let mut written = 0;
    if !new.is_empty() {
        written += copy_contributions(tx, "contributions", &new).await?;
        written += copy_evidence(tx, "evidence", &new, now).await?;
    }
    if !known.is_empty() {
        written += merge(tx, &known, now).await?;
        written += traces::mark_gone(tx, &known, &records, now).await?;
    }
    Ok(written)
}

/// An item can stand on two pages of a fetch; the later page is the newer.
fn last_of_each_key(records: &[Record]) -> Vec<&Record> {
    let mut last: HashMap<&Key, usize> = HashMap::with_capacity(records.len());
    for (at, record) in records.iter().enumerate() {
        last.insert(&record.contribution.key, at);
    }
    records.iter().enumerate().filter(|(at, r)| last.get(&r.contribution.key) == Some(at)).map(|(_, r)| r).collect()
}

/// Which of the records' keys are in the table.
async fn list_known(tx: &mut Tx, records: &[&Record]) -> Result<HashSet<Key>, Error> {
    let keys = || records.iter().map(|record| &record.contribution.key);
    let repositories: Vec<Uuid> = keys().map(|key| key.repository.0).collect();
    let kinds: Vec<String> = keys().map(|key| key.kind.as_str().to_owned()).collect();
    let ids: Vec<String> = keys().map(|key| key.github_id.to_string()).collect();
    let rows = sqlx::query!(
        "select c.repository_id, c.kind, c.github_id from unnest($1::uuid[], $2::text[], $3::text[]) as k (repository_id, kind, github_id)
         join contributions c on (c.repository_id, c.kind, c.github_id) = (k.repository_id, k.kind, k.github_id)",
        &repositories,
        &kinds,
        &ids,
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter()
        .map(|row| {
            let kind = word(row.kind.as_bytes(), "kind")?;
            Ok(Key { repository: RepositoryId(row.repository_id), kind, github_id: row.github_id.into() })
        })
        .collect()
}

const COLUMNS: &str =
    "repository_id, kind, github_id, account_id, by_bot, state, occurred_at, closed_at, parent_account_id, parent_accepted,
    parent_opened_at, parent_lines, confirmed_by, labels, effective_lines, total_lines, changed_files, change, gone_at, url, number, title,
    co_authors";

async fn copy_contributions(tx: &mut Tx, table: &str, records: &[&Record]) -> Result<u64, Error> {
    let statement = format!("copy {table} ({COLUMNS}) from stdin (format binary)");
    let changes = records.iter().map(|record| record.contribution.change.as_deref().map(serde_json::to_string).transpose());
    let changes: Vec<Option<String>> = changes.collect::<Result<_, _>>().map_err(|e| bad("change", e.to_string()))?;
    copy::copy_in(tx.conn(), &statement, records.iter().zip(&changes), |rows, (record, change)| {
        let c = &record.contribution;
        rows.row(23);
        rows.uuid(c.key.repository.0);
        rows.text(c.key.kind.as_str());
        rows.text(&c.key.github_id);
        rows.optional(c.account, |r, a| r.bigint(a.0));
        rows.boolean(c.by_bot);
        rows.text(c.state.as_str());
        rows.timestamp(c.occurred_at);
        rows.optional(c.closed_at, copy::Rows::timestamp);
        rows.optional(c.parent_account, |r, a| r.bigint(a.0));
        rows.optional(c.parent_accepted, copy::Rows::boolean);
        rows.optional(c.parent_opened_at, copy::Rows::timestamp);
        rows.optional(c.parent_lines, copy::Rows::bigint);
        rows.bigints(&ids(&c.confirmed_by));
        rows.texts(c.labels.iter().map(String::as_bytes));
        rows.optional(c.effective_lines, copy::Rows::bigint);
        rows.optional(c.total_lines, copy::Rows::bigint);
        rows.optional(c.changed_files, copy::Rows::bigint);
        rows.optional(change.as_deref(), copy::Rows::json);
        rows.optional(c.gone_at, copy::Rows::timestamp);
        rows.text(&record.url);
        rows.optional(c.number, copy::Rows::bigint);
        rows.optional(record.title.as_deref(), copy::Rows::text);
        rows.bigints(&ids(&record.co_authors));
    })
    .await
}

async fn copy_evidence(tx: &mut Tx, table: &str, records: &[&Record], now: DateTime<Utc>) -> Result<u64, Error> {
    copy::copy_in(tx.conn(), &format!("copy {table} from stdin (format binary)"), records.iter(), |rows, record| {
        let key = &record.contribution.key;
        rows.row(6);
        rows.uuid(key.repository.0);
        rows.text(key.kind.as_str());
        rows.text(&key.github_id);
        rows.bytes(&Sha256::digest(&record.evidence));
        rows.bytes(&record.evidence);
        rows.timestamp(now);
    })
    .await
}

/// Unchecked by the macro: the temporary tables exist in this transaction alone.
async fn merge(tx: &mut Tx, records: &[&Record], now: DateTime<Utc>) -> Result<u64, Error> {
    // With the defaults: they say which transaction brings a row.
    tx.conn().execute("create temporary table incoming (like contributions including defaults) on commit drop").await?;
    tx.conn().execute("create temporary table incoming_evidence (like evidence) on commit drop").await?;
    copy_contributions(tx, "incoming", records).await?;
    copy_evidence(tx, "incoming_evidence", records, now).await?;
    tx.conn().execute(traces::KEEP_READINGS).await?;
    let mut written = 0;
    for statement in [MERGE_CONTRIBUTIONS, MERGE_EVIDENCE] {
        written += tx.conn().execute(statement).await?.rows_affected();
    }
    tx.conn().execute("drop table incoming, incoming_evidence").await?;
    Ok(written)
}

const MERGE_CONTRIBUTIONS: &str = "insert into contributions select * from incoming
    on conflict (repository_id, kind, github_id) do update set
      account_id = excluded.account_id, by_bot = excluded.by_bot, state = excluded.state, occurred_at = excluded.occurred_at,
      closed_at = excluded.closed_at, parent_account_id = excluded.parent_account_id, parent_accepted = excluded.parent_accepted,
      parent_opened_at = excluded.parent_opened_at, parent_lines = excluded.parent_lines, confirmed_by = excluded.confirmed_by,
      labels = excluded.labels, effective_lines = excluded.effective_lines, total_lines = excluded.total_lines,
      changed_files = excluded.changed_files, change = excluded.change, gone_at = excluded.gone_at,
      url = excluded.url, number = excluded.number, title = excluded.title, co_authors = excluded.co_authors
    where (contributions.account_id, contributions.by_bot, contributions.state, contributions.occurred_at, contributions.closed_at,
        contributions.parent_account_id, contributions.parent_accepted, contributions.parent_opened_at, contributions.parent_lines,
        contributions.confirmed_by, contributions.labels, contributions.effective_lines, contributions.total_lines,
        contributions.changed_files, contributions.change, contributions.gone_at, contributions.url, contributions.number,
        contributions.title, contributions.co_authors)
      is distinct from
        (excluded.account_id, excluded.by_bot, excluded.state, excluded.occurred_at, excluded.closed_at,
        excluded.parent_account_id, excluded.parent_accepted, excluded.parent_opened_at, excluded.parent_lines,
        excluded.confirmed_by, excluded.labels, excluded.effective_lines, excluded.total_lines,
        excluded.changed_files, excluded.change, excluded.gone_at, excluded.url, excluded.number,
        excluded.title, excluded.co_authors)";

const MERGE_EVIDENCE: &str = "insert into evidence select * from incoming_evidence
    on conflict (repository_id, kind, github_id) do update set
      content_hash = excluded.content_hash, body = excluded.body, fetched_at = excluded.fetched_at
    where evidence.content_hash <> excluded.content_hash";

fn ids(accounts: &[AccountId]) -> Vec<i64> {
    accounts.iter().map(|a| a.0).collect()
}

/// The ids of the default branch's commits that are stored: closed under ancestors, since a walk is stored whole or not at all.
pub async fn list_commits(tx: &mut Tx, repository: RepositoryId) -> Result<HashSet<String>, Error> {
    let ids = sqlx::query_scalar!("select github_id from contributions where repository_id = $1 and kind = 'commit'", repository.0)
        .fetch_all(tx.conn())
        .await?;
    Ok(ids.into_iter().collect())
}

/// The raw evidence of one contribution, compressed as it was stored.
pub async fn get_evidence(tx: &mut Tx, key: &Key) -> Result<Option<Vec<u8>>, Error> {
    let body = sqlx::query_scalar!(
        "select body from evidence where repository_id = $1 and kind = $2 and github_id = $3",
        key.repository.0,
        key.kind.as_str(),
        &*key.github_id,
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(body)
}

/// What scoring a term reads: every contribution of these members' accounts to a tracked repository that was opened or closed in `window`.
pub async fn list_for_scoring(tx: &mut InstitutionTx, window: Window, accounts: &[AccountId]) -> Result<Vec<Contribution>, Error> {
    let institution = tx.institution().0;
    let repositories = sqlx::query_scalar!("select repository_id from tracked_repositories where institution_id = $1", institution)
        .fetch_all(tx.conn())
        .await?;
    let accounts = ids(accounts);
    // COPY takes no parameters: what is written into the text is UUIDs, numbers and times of ours, never words from outside. Lists
    // instead of joins, because a constant list is looked up in half the time.
    let statement = format!(
        "copy (select repository_id, kind, github_id, account_id, by_bot, state, occurred_at, closed_at, parent_account_id, parent_accepted,
             parent_opened_at, parent_lines, confirmed_by, labels, effective_lines, total_lines, changed_files, change, gone_at, number
           from contributions
           where repository_id = any('{{{repositories}}}'::uuid[]) and account_id = any('{{{accounts}}}'::bigint[])
             and ((occurred_at >= '{from}' and occurred_at < '{until}') or (closed_at >= '{from}' and closed_at < '{until}')))
         to stdout (format binary)",
        repositories = listed(&repositories),
        accounts = listed(&accounts),
        from = window.from.to_rfc3339(),
        until = window.until.to_rfc3339(),
    );
    let mut contributions = Vec::new();
    copy::copy_out(tx.conn(), &statement, |row| {
        contributions.push(Contribution {
            key: Key { repository: RepositoryId(row.uuid()?), kind: word(row.bytes()?, "kind")?, github_id: text(row.bytes()?)?.into() },
            account: row.optional_bigint()?.map(AccountId),
            by_bot: row.boolean()?,
            state: word(row.bytes()?, "state")?,
            occurred_at: row.timestamp()?,
            closed_at: row.optional_timestamp()?,
            parent_account: row.optional_bigint()?.map(AccountId),
            parent_accepted: row.optional_boolean()?,
            parent_opened_at: row.optional_timestamp()?,
            parent_lines: row.optional_bigint()?,
            confirmed_by: row.bigints()?.into_iter().map(AccountId).collect(),
            labels: row.texts()?,
            effective_lines: row.optional_bigint()?,
            total_lines: row.optional_bigint()?,
            changed_files: row.optional_bigint()?,
            change: row.optional_json()?.map(read_change).transpose()?,
            gone_at: row.optional_timestamp()?,
            number: row.optional_bigint()?,
        });
        Ok(())
    })
    .await?;
    Ok(contributions)
}

fn read_change(json: &[u8]) -> Result<Box<Change>, Error> {
    serde_json::from_slice(json).map(Box::new).map_err(|e| bad("change", e.to_string()))
}

pub(super) fn listed<T: ToString>(values: &[T]) -> String {
    values.iter().map(T::to_string).collect::<Vec<_>>().join(",")
}

fn text(bytes: &[u8]) -> Result<&str, Error> {
    std::str::from_utf8(bytes).map_err(|e| bad("text", e.to_string()))
}

pub(super) fn word<T: std::str::FromStr<Err = String>>(bytes: &[u8], column: &'static str) -> Result<T, Error> {
    text(bytes)?.parse().map_err(|why| bad(column, why))
}

fn bad(column: &'static str, why: String) -> Error {
    Error::bad_row("contributions", column, why)
}

/// The contributions with these keys that are in tracked repositories; unknown ones are absent.
pub async fn list_by_key(tx: &mut InstitutionTx, keys: &[&Key]) -> Result<Vec<Contribution>, Error> {
    let repositories: Vec<Uuid> = keys.iter().map(|key| key.repository.0).collect();
    let kinds: Vec<String> = keys.iter().map(|key| key.kind.as_str().to_owned()).collect();
    let github_ids: Vec<String> = keys.iter().map(|key| key.github_id.to_string()).collect();
    let rows = sqlx::query_as!(
        ListedRow,
        r#"select c.repository_id, c.kind, c.github_id, c.account_id, c.by_bot, c.state, c.occurred_at, c.closed_at, c.parent_account_id,
             coalesce(c.confirmed_by, '{}') as "confirmed_by!", coalesce(c.labels, '{}') as "labels!", c.effective_lines, c.total_lines,
             c.changed_files, c.parent_accepted, c.parent_opened_at, c.parent_lines, c.change as "change: sqlx::types::Json<Change>", c.gone_at,
             c.url, c.number, c.title, r.full_name, null::uuid as member_id
           from unnest($2::uuid[], $3::text[], $4::text[]) as k (repository_id, kind, github_id)
           join contributions c on (c.repository_id, c.kind, c.github_id) = (k.repository_id, k.kind, k.github_id)
           join tracked_repositories t on t.institution_id = $1 and t.repository_id = c.repository_id
           join repositories r on r.repository_id = c.repository_id"#,
        tx.institution().0,
        &repositories,
        &kinds,
        &github_ids,
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter().map(|row| Ok(row.into_listed()?.contribution)).collect()
}

/// Which contributions a list shows; what is `None` does not narrow it.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub member: Option<MemberId>,
    pub repository: Option<RepositoryId>,
    pub kind: Option<Kind>,
    pub from: Option<DateTime<Utc>>,
    pub until: Option<DateTime<Utc>>,
}

/// Where a page begins: after this one, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct After {
    pub occurred_at: DateTime<Utc>,
    pub key: Key,
}

/// A contribution as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    pub contribution: Contribution,
    pub url: String,
    pub title: Option<String>,
    pub repository: FullName,
    /// The member whose account did it, and was the member's then.
    pub member: Option<MemberId>,
}

/// At most `limit + 1` contributions to tracked repositories, newest first: the surplus one says that there is more.
pub async fn list(tx: &mut InstitutionTx, filter: &Filter, after: Option<&After>, limit: u16) -> Result<Vec<Listed>, Error> {
    let rows = sqlx::query_as!(
        ListedRow,
        r#"select c.repository_id, c.kind, c.github_id, c.account_id, c.by_bot, c.state, c.occurred_at, c.closed_at, c.parent_account_id,
             coalesce(c.confirmed_by, '{}') as "confirmed_by!", coalesce(c.labels, '{}') as "labels!", c.effective_lines, c.total_lines,
             c.changed_files, c.parent_accepted, c.parent_opened_at, c.parent_lines, c.change as "change: sqlx::types::Json<Change>", c.gone_at,
             c.url, c.number, c.title, r.full_name,
             m.member_id as "member_id?"
           from contributions c
           join tracked_repositories t on t.institution_id = $1 and t.repository_id = c.repository_id
           join repositories r on r.repository_id = c.repository_id
           left join (bindings b join members m on m.institution_id = b.institution_id and m.member_id = b.member_id and m.removed_at is null)
             on b.institution_id = $1 and b.github_id = c.account_id and b.span @> c.occurred_at
           where ($2::uuid is null or m.member_id = $2) and ($3::uuid is null or c.repository_id = $3)
             and ($4::text is null or c.kind = $4)
             and ($5::timestamptz is null or c.occurred_at >= $5) and ($6::timestamptz is null or c.occurred_at < $6)
             and ($7::timestamptz is null or (c.occurred_at, c.repository_id, c.kind, c.github_id) < ($7, $8::uuid, $9::text, $10::text))
           order by c.occurred_at desc, c.repository_id desc, c.kind desc, c.github_id desc
           limit $11"#,
        tx.institution().0,
        filter.member.map(|m| m.0),
        filter.repository.map(|r| r.0),
        filter.kind.map(Kind::as_str),
        filter.from,
        filter.until,
        after.map(|a| a.occurred_at),
        after.map(|a| a.key.repository.0),
        after.map(|a| a.key.kind.as_str()),
        after.map(|a| &*a.key.github_id),
        i64::from(limit) + 1,
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter().map(ListedRow::into_listed).collect()
}

struct ListedRow {
    repository_id: Uuid,
    kind: String,
    github_id: String,
    account_id: Option<i64>,
    by_bot: bool,
    state: String,
    occurred_at: DateTime<Utc>,
    closed_at: Option<DateTime<Utc>>,
    parent_account_id: Option<i64>,
    confirmed_by: Vec<i64>,
    labels: Vec<String>,
    effective_lines: Option<i64>,
    total_lines: Option<i64>,
    changed_files: Option<i64>,
    parent_accepted: Option<bool>,
    parent_opened_at: Option<DateTime<Utc>>,
    parent_lines: Option<i64>,
    change: Option<sqlx::types::Json<Change>>,
    gone_at: Option<DateTime<Utc>>,
    url: String,
    number: Option<i64>,
    title: Option<String>,
    full_name: String,
    member_id: Option<Uuid>,
}

impl ListedRow {
    fn into_listed(self) -> Result<Listed, Error> {
        Ok(Listed {
            contribution: Contribution {
                key: Key {
                    repository: RepositoryId(self.repository_id),
                    kind: word(self.kind.as_bytes(), "kind")?,
                    github_id: self.github_id.into(),
                },
                account: self.account_id.map(AccountId),
                by_bot: self.by_bot,
                state: word(self.state.as_bytes(), "state")?,
                occurred_at: self.occurred_at,
                closed_at: self.closed_at,
                parent_account: self.parent_account_id.map(AccountId),
                confirmed_by: self.confirmed_by.into_iter().map(AccountId).collect(),
                labels: self.labels,
                effective_lines: self.effective_lines,
                total_lines: self.total_lines,
                changed_files: self.changed_files,
                parent_accepted: self.parent_accepted,
                parent_opened_at: self.parent_opened_at,
                parent_lines: self.parent_lines,
                change: self.change.map(|json| Box::new(json.0)),
                gone_at: self.gone_at,
                number: self.number,
            },
            url: self.url,
            title: self.title,
            repository: self.full_name.parse().map_err(|e: crate::model::repository::NotFullName| bad("full_name", e.to_string()))?,
            member: self.member_id.map(MemberId),
        })
    }
}
