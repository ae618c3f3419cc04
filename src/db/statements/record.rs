//! Writes new statements, all of them or none: reads what the registers say, lets `Known` judge, and appends.
//! It must not let two writers judge by the same registers at once: an institution's statements are written one after the other.

use std::collections::HashSet;

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde_json::{Map, json};
use uuid::Uuid;

use super::{
    super::{Error, InstitutionTx, Result, audit, institutions, queue},
    StatementRow, bad, place,
};
use crate::model::{
    actor::Actor,
    audit::{Action, Details, Event},
    contribution::Key,
    ids::{MemberId, RepositoryId, StatementId},
    statement::{About, Claim, Draft, Fault, Known, Meant, Part, StatedShare, StatedStatement, StatementKind, Whose},
};

/// A draft that was refused, by its place among the drafts, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    pub at: usize,
    pub fault: Fault,
}

/// Appends statements, and gives back their ids in the order of the drafts; or writes none, and says all that is wrong.
/// `by`: whose key writes them, or the operator.
pub async fn record(
    tx: &mut InstitutionTx,
    by: &Actor,
    drafts: &[&Draft],
    now: DateTime<Utc>,
) -> Result<Result<Vec<StatementId>, Vec<Refused>>> {
    lock(tx).await?;
    let institution = institutions::get(tx).await?.ok_or_else(|| Error::bad_row("institutions", "institution_id", "it is not there"))?;
    let today = now.with_timezone(&institution.timezone).date_naive();
    let mut known = load(tx, drafts).await?;
    known.writer = by.member();
    let (mut meant, mut refused) = (Vec::with_capacity(drafts.len()), Vec::new());
    for (at, draft) in drafts.iter().enumerate() {
        match known.check(draft, today) {
            Ok(one) => meant.push(one),
            Err(faults) => refused.extend(faults.into_iter().map(|fault| Refused { at, fault })),
        }
    }
    if !refused.is_empty() {
        return Ok(Err(refused));
    }
    let mut ids: Vec<StatementId> = drafts.iter().map(|_| StatementId::new(now)).collect();
    // They have one moment: of two the later line is the later statement.
    ids.sort_unstable();
    insert(tx, &by.to_string(), &ids, drafts, &meant, now).await?;
    queue::request_rescoring(tx, now).await?;
    for ((id, draft), meant) in ids.iter().zip(drafts).zip(&meant) {
        audit::append(tx, by, &event(*id, draft, meant), now);
    }
    Ok(Ok(ids))
}

/// What the log says of a statement.
fn event(id: StatementId, draft: &Draft, meant: &Meant) -> Event {
    let withdrawn = statement(meant).filter(|_| draft.kind == StatementKind::Withdrawal);
    let action = if withdrawn.is_some() { Action::StatementWithdrawn } else { Action::StatementMade };
    let mut facts = Map::from_iter([("kind".to_owned(), json!(draft.kind)), ("member".to_owned(), json!(meant.member))]);
    facts.extend(withdrawn.map(|taken_back| ("withdraws".to_owned(), json!(taken_back))));
    let said = json!({
        "name": draft.name, "value": meant.value, "rank": draft.rank, "team": draft.team, "happened_on": draft.happened_on,
        "until_on": draft.until_on, "on_behalf_of": draft.on_behalf_of, "reason": draft.reason,
    });
    let details = Some(Details { member: Some(meant.member), said });
    Event { action, subject: id.to_string(), facts: facts.into(), details }
}

/// Other writers of statements wait until this transaction is over; whoever registers members or repositories does not.
pub async fn lock(tx: &mut InstitutionTx) -> Result<()> {
    sqlx::query!("select institution_id from institutions where institution_id = $1 for no key update", tx.institution().0)
        .fetch_optional(tx.conn())
        .await?;
    Ok(())
}

async fn insert(
    tx: &mut InstitutionTx,
    stated_by: &str,
    ids: &[StatementId],
    drafts: &[&Draft],
    meant: &[Meant],
    now: DateTime<Utc>,
) -> Result<()> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let members: Vec<Uuid> = meant.iter().map(|one| one.member.0).collect();
    let kinds: Vec<String> = drafts.iter().map(|draft| draft.kind.as_str().to_owned()).collect();
    let names: Vec<Option<String>> = drafts.iter().map(|draft| draft.name.clone()).collect();
    let values: Vec<Option<Decimal>> = meant.iter().map(|one| one.value).collect();
    let ranks: Vec<Option<i16>> = drafts.iter().map(|draft| draft.rank.map(i16::from)).collect();
    let teams: Vec<Option<i16>> = drafts.iter().map(|draft| draft.team.map(i16::from)).collect();
    let repositories: Vec<Option<Uuid>> = meant.iter().map(|one| repository(one).map(|id| id.0)).collect();
    let about_kinds: Vec<Option<String>> = meant.iter().map(|one| key(one).map(|key| key.kind.as_str().to_owned())).collect();
    let github_ids: Vec<Option<String>> = meant.iter().map(|one| key(one).map(|key| key.github_id.to_string())).collect();
    let statements: Vec<Option<Uuid>> = meant.iter().map(|one| statement(one).map(|id| id.0)).collect();
    let happened: Vec<NaiveDate> = drafts.iter().map(|draft| draft.happened_on).collect();
    let until: Vec<Option<NaiveDate>> = drafts.iter().map(|draft| draft.until_on).collect();
    let persons: Vec<Option<String>> = drafts.iter().map(|draft| draft.on_behalf_of.clone()).collect();
    let reasons: Vec<String> = drafts.iter().map(|draft| draft.reason.clone()).collect();
    sqlx::query!(
        "insert into statements (institution_id, statement_id, member_id, kind, name, value, rank, team, about_repository_id, about_kind,
           about_github_id, about_statement_id, happened_on, until_on, stated_by, on_behalf_of, stated_at, reason)
         select $1, u.statement_id, u.member_id, u.kind, u.name, u.value, u.rank, u.team, u.repository_id, u.about_kind, u.github_id,
           u.about_statement_id, u.happened_on, u.until_on, $2, u.on_behalf_of, $3, u.reason
         from unnest($4::uuid[], $5::uuid[], $6::text[], $7::text[], $8::numeric[], $9::smallint[], $10::smallint[], $11::uuid[],
           $12::text[], $13::text[], $14::uuid[], $15::date[], $16::date[], $17::text[], $18::text[])
           as u (statement_id, member_id, kind, name, value, rank, team, repository_id, about_kind, github_id, about_statement_id,
             happened_on, until_on, on_behalf_of, reason)",
        tx.institution().0,
        stated_by,
        now,
        &ids,
        &members,
        &kinds,
        &names as &[Option<String>],
        &values as &[Option<Decimal>],
        &ranks as &[Option<i16>],
        &teams as &[Option<i16>],
        &repositories as &[Option<Uuid>],
        &about_kinds as &[Option<String>],
        &github_ids as &[Option<String>],
        &statements as &[Option<Uuid>],
        &happened,
        &until as &[Option<NaiveDate>],
        &persons as &[Option<String>],
        &reasons,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

const fn key(meant: &Meant) -> Option<&Key> {
    match &meant.about {
        Some(About::Contribution(key)) => Some(key),
        _ => None,
    }
}

const fn repository(meant: &Meant) -> Option<RepositoryId> {
    match &meant.about {
        Some(About::Contribution(key)) => Some(key.repository),
        Some(About::Repository(id)) => Some(*id),
        _ => None,
    }
}

const fn statement(meant: &Meant) -> Option<StatementId> {
    match &meant.about {
        Some(About::Statement(id)) => Some(*id),
        _ => None,
    }
}

/// What the registers say about these drafts.
async fn load(tx: &mut InstitutionTx, drafts: &[&Draft]) -> Result<Known> {
    let mut known = Known::default();
    load_members(tx, drafts, &mut known).await?;
    load_contributions(tx, Known::urls(drafts), &mut known).await?;
    load_repositories(tx, Known::names(drafts), &mut known).await?;
    load_statements(tx, Known::ids(drafts), &mut known).await?;
    load_shares(tx, &mut known).await?;
    load_hours(tx, drafts, &mut known).await?;
    load_claims(tx, drafts, &mut known).await?;
    Ok(known)
}

async fn load_members(tx: &mut InstitutionTx, drafts: &[&Draft], known: &mut Known) -> Result<()> {
    let (mut ids, mut numbers): (Vec<Uuid>, Vec<String>) = (Vec::new(), Vec::new());
    for draft in drafts {
        match &draft.member {
            Whose::Id(id) => ids.push(id.0),
            Whose::Number(number) => numbers.extend(storable(number.clone())),
        }
    }
    let rows = sqlx::query!(
        r#"select member_id, number, removed_at is not null as "is_former!" from members
           where institution_id = $1 and (member_id = any($2) or number = any($3)) order by removed_at"#,
        tx.institution().0,
        &ids,
        &numbers,
    )
    .fetch_all(tx.conn())
    .await?;
    for row in rows {
        let members = if row.is_former { &mut known.former } else { &mut known.members };
        members.insert(Whose::Id(MemberId(row.member_id)), MemberId(row.member_id));
        members.insert(Whose::Number(row.number), MemberId(row.member_id));
    }
    Ok(())
}

/// First in the repositories that the addresses name; an address from before a repository was renamed is looked for in all of them.
async fn load_contributions(tx: &mut InstitutionTx, urls: Vec<String>, known: &mut Known) -> Result<()> {
    let urls: Vec<String> = urls.into_iter().filter_map(storable).collect();
    let names: Vec<String> = urls.iter().filter_map(|url| repository_of(url)).collect();
    find_contributions(tx, &urls, Some(&names), known).await?;
    let missing: Vec<String> = urls.into_iter().filter(|url| !known.contributions.contains_key(url)).collect();
    if missing.is_empty() { Ok(()) } else { find_contributions(tx, &missing, None, known).await }
}

async fn find_contributions(tx: &mut InstitutionTx, urls: &[String], names: Option<&[String]>, known: &mut Known) -> Result<()> {
    let rows = sqlx::query!(
        "select c.url, c.repository_id, c.kind, c.github_id
         from tracked_repositories t join repositories r using (repository_id) join contributions c using (repository_id)
         where t.institution_id = $1 and ($3::text[] is null or lower(r.full_name) = any($3)) and c.url = any($2)
         order by c.repository_id, c.kind, c.github_id",
        tx.institution().0,
        urls,
        names,
    )
    .fetch_all(tx.conn())
    .await?;
    for row in rows {
        let kind = row.kind.parse().map_err(|why| Error::bad_row("contributions", "kind", why))?;
        let key = Key { repository: RepositoryId(row.repository_id), kind, github_id: row.github_id.into() };
        known.contributions.entry(row.url).or_insert(key);
    }
    Ok(())
}

/// `https://host/Owner/Name/pull/7` is in `owner/name`.
fn repository_of(url: &str) -> Option<String> {
    let mut parts = url.split_once("://")?.1.split('/').skip(1);
    Some(format!("{}/{}", parts.next()?, parts.next()?).to_lowercase())
}

async fn load_repositories(tx: &mut InstitutionTx, names: Vec<String>, known: &mut Known) -> Result<()> {
    let rows = sqlx::query!(
        r#"select lower(r.full_name) as "name!", r.repository_id
           from tracked_repositories t join repositories r using (repository_id)
           where t.institution_id = $1 and lower(r.full_name) = any($2)"#,
        tx.institution().0,
        &names,
    )
    .fetch_all(tx.conn())
    .await?;
    known.repositories.extend(rows.into_iter().map(|row| (row.name, RepositoryId(row.repository_id))));
    Ok(())
}

async fn load_statements(tx: &mut InstitutionTx, ids: Vec<StatementId>, known: &mut Known) -> Result<()> {
    let ids: Vec<Uuid> = ids.into_iter().map(|id| id.0).collect();
    let rows = sqlx::query!(
        r#"select s.statement_id, s.kind, s.member_id, exists (
             select from statements w where w.institution_id = $1 and w.about_statement_id = s.statement_id and w.kind = 'withdrawal'
           ) as "is_withdrawn!"
           from statements s where s.institution_id = $1 and s.statement_id = any($2)"#,
        tx.institution().0,
        &ids,
    )
    .fetch_all(tx.conn())
    .await?;
    for row in rows {
        let kind = row.kind.parse().map_err(|why| bad("kind", why))?;
        let stated = StatedStatement { kind, member: MemberId(row.member_id), is_withdrawn: row.is_withdrawn };
        known.statements.insert(StatementId(row.statement_id), stated);
    }
    Ok(())
}

/// Of the contributions that were found.
async fn load_shares(tx: &mut InstitutionTx, known: &mut Known) -> Result<()> {
    let keys: HashSet<&Key> = known.contributions.values().collect();
    let repositories: Vec<Uuid> = keys.iter().map(|key| key.repository.0).collect();
    let kinds: Vec<String> = keys.iter().map(|key| key.kind.as_str().to_owned()).collect();
    let github_ids: Vec<String> = keys.iter().map(|key| key.github_id.to_string()).collect();
    let rows = sqlx::query!(
        r#"select s.member_id, s.value, s.rank, s.team, k.repository_id as "repository_id!", k.kind as "kind!", k.github_id as "github_id!"
           from unnest($2::uuid[], $3::text[], $4::text[]) as k (repository_id, kind, github_id)
           join statements s on s.institution_id = $1 and s.kind = 'share' and s.about_repository_id = k.repository_id
             and s.about_kind = k.kind and s.about_github_id = k.github_id
           where not exists (
             select from statements w where w.institution_id = $1 and w.about_statement_id = s.statement_id and w.kind = 'withdrawal')"#,
        tx.institution().0,
        &repositories,
        &kinds,
        &github_ids,
    )
    .fetch_all(tx.conn())
    .await?;
    for row in rows {
        let part = match (place(row.rank, "rank")?, place(row.team, "team")?) {
            (Some(rank), Some(team)) => Part::Place { rank, team },
            _ => Part::Value(row.value.ok_or_else(|| bad("value", "a share has none"))?),
        };
        let kind = row.kind.parse().map_err(|why| bad("about_kind", why))?;
        let key = Key { repository: RepositoryId(row.repository_id), kind, github_id: row.github_id.into() };
        known.shares.entry(key).or_default().push(StatedShare { member: MemberId(row.member_id), part });
    }
    Ok(())
}

async fn load_hours(tx: &mut InstitutionTx, drafts: &[&Draft], known: &mut Known) -> Result<()> {
    let members: Vec<Uuid> = known.members.values().map(|member| member.0).collect();
    let days: Vec<NaiveDate> = drafts.iter().map(|draft| draft.happened_on).collect();
    let rows = sqlx::query!(
        r#"select s.member_id, s.happened_on, sum(s.value) as "hours!" from statements s
           where s.institution_id = $1 and s.kind = 'time_log' and s.member_id = any($2) and s.happened_on = any($3) and not exists (
             select from statements w where w.institution_id = $1 and w.about_statement_id = s.statement_id and w.kind = 'withdrawal')
           group by s.member_id, s.happened_on"#,
        tx.institution().0,
        &members,
        &days,
    )
    .fetch_all(tx.conn())
    .await?;
    known.hours.extend(rows.into_iter().map(|row| ((MemberId(row.member_id), row.happened_on), row.hours)));
    Ok(())
}

/// What is claimed of these members on these days.
async fn load_claims(tx: &mut InstitutionTx, drafts: &[&Draft], known: &mut Known) -> Result<()> {
    let members: Vec<Uuid> = known.members.values().map(|member| member.0).collect();
    let days: Vec<NaiveDate> = drafts.iter().map(|draft| draft.happened_on).collect();
    let rows = sqlx::query_as!(
        StatementRow,
        r#"select statement_id, member_id, kind, name, value, rank, team, about_repository_id, about_kind, about_github_id, about_statement_id,
             happened_on, until_on, stated_by, on_behalf_of, stated_at, reason, false as "waiting!"
           from statements s where institution_id = $1 and kind <> 'withdrawal' and member_id = any($2) and happened_on = any($3) and not exists (
             select from statements w where w.institution_id = $1 and w.about_statement_id = s.statement_id and w.kind = 'withdrawal')"#,
        tx.institution().0,
        &members,
        &days,
    )
    .fetch_all(tx.conn())
    .await?;
    for row in rows {
        let statement = row.into_statement()?;
        let id = statement.id;
        known.claims.insert(Claim::from(statement), Some(id));
    }
    Ok(())
}

/// Postgres takes no NUL in a text, and so has nothing that is called so.
fn storable(text: String) -> Option<String> {
    (!text.contains('\0')).then_some(text)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    #[rstest]
    #[case("https://github.com/Rust-Lang/cargo/pull/7", Some("rust-lang/cargo"))]
    #[case("https://github.com/a", None)]
    #[case("nothing", None)]
    fn an_address_names_its_repository(#[case] url: &str, #[case] expected: Option<&str>) {
        assert_eq!(super::repository_of(url).as_deref(), expected);
    }
}
