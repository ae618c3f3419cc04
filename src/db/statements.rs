//! Statements: what people said about members' work, appended and never changed.
//! It must not judge them: `record` reads what `model::statement` judges by.

mod countersign;
mod record;

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use uuid::Uuid;

use super::{Error, InstitutionTx, Result};
use crate::model::{
    actor::PersonKey,
    contribution::Key,
    ids::{MemberId, RepositoryId, StatementId, TermId},
    repository::FullName,
    statement::{About, Countersignature, Mentioned, Statement, StatementKind},
};

pub use countersign::countersign;
pub use record::{Refused, lock, record};

/// A statement as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    pub statement: Statement,
    pub member_number: String,
    /// What it is about, as people name it.
    pub about: Option<Mentioned>,
    /// The key that wrote it, or the operator.
    pub written_by: String,
    /// The person who said so, where it is another.
    pub on_behalf_of: Option<String>,
    /// The withdrawal that took it back.
    pub withdrawn_by: Option<StatementId>,
    /// The second person's, where there is one.
    pub countersigned: Option<Countersignature>,
    /// The member has left the register.
    pub is_former: bool,
}

impl Listed {
    /// Whether it would count if a second person countersigned it.
    pub const fn is_waiting(&self) -> bool {
        self.statement.waiting && self.withdrawn_by.is_none()
    }
}

/// Which statements a list shows; what is `None` does not narrow it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Filter {
    pub member: Option<MemberId>,
    pub kind: Option<StatementKind>,
    /// Dated in it; of a role, held in it.
    pub term: Option<TermId>,
    /// A second person must countersign it, and has not; or the others.
    pub waiting: Option<bool>,
}

pub async fn get(tx: &mut InstitutionTx, id: StatementId) -> Result<Option<Listed>> {
    Ok(list_by_id(tx, &[id]).await?.pop())
}

/// Those with these ids, in the order of the ids.
pub async fn list_by_id(tx: &mut InstitutionTx, ids: &[StatementId]) -> Result<Vec<Listed>> {
    let wanted: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let mut found = select(tx, &Filter::default(), Some(&wanted), None, None).await?;
    found.sort_by_key(|listed| ids.iter().position(|id| *id == listed.statement.id));
    Ok(found)
}

/// At most `limit + 1` statements after an id, oldest first: the surplus one says that there is more.
pub async fn list(tx: &mut InstitutionTx, filter: &Filter, after: Option<StatementId>, limit: u16) -> Result<Vec<Listed>> {
    select(tx, filter, None, after, Some(i64::from(limit) + 1)).await
}

async fn select(
    tx: &mut InstitutionTx,
    filter: &Filter,
    ids: Option<&[Uuid]>,
    after: Option<StatementId>,
    limit: Option<i64>,
) -> Result<Vec<Listed>> {
    let rows = sqlx::query_as!(
        ListedRow,
        r#"select s.statement_id, s.member_id, s.kind, s.name, s.value, s.rank, s.team, s.about_repository_id, s.about_kind, s.about_github_id,
             s.about_statement_id, s.happened_on, s.until_on, s.stated_by, s.on_behalf_of, s.stated_at, s.reason, m.number,
             m.removed_at is not null as "is_former!", c.url as "url?", r.full_name as "full_name?", w.statement_id as "withdrawn_by?",
             s.kind = 'adjustment' and k.statement_id is null as "waiting!", k.signed_by as "signed_by?", k.person as "person?",
             k.person_name as "person_name?", k.reason as "signed_reason?", k.signed_at as "signed_at?"
           from statements s
           join members m on m.institution_id = $1 and m.member_id = s.member_id
           left join repositories r on r.repository_id = s.about_repository_id
           left join contributions c on c.repository_id = s.about_repository_id and c.kind = s.about_kind and c.github_id = s.about_github_id
           left join statements w on w.institution_id = $1 and w.about_statement_id = s.statement_id and w.kind = 'withdrawal'
           left join countersignatures k on k.institution_id = $1 and k.statement_id = s.statement_id
           where s.institution_id = $1 and ($2::uuid[] is null or s.statement_id = any($2)) and ($3::uuid is null or s.member_id = $3)
             and ($4::text is null or s.kind = $4) and ($5::uuid is null or exists (
               select from terms t where t.institution_id = $1 and t.term_id = $5 and s.happened_on <= t.ends_on
                 and case when s.kind = 'role' then coalesce(s.until_on, 'infinity') else s.happened_on end >= t.starts_on))
             and ($6::uuid is null or s.statement_id > $6)
             and ($8::boolean is null or (s.kind = 'adjustment' and k.statement_id is null and w.statement_id is null) = $8)
           order by s.statement_id limit $7"#,
        tx.institution().0,
        ids,
        filter.member.map(|member| member.0),
        filter.kind.map(StatementKind::as_str),
        filter.term.map(|term| term.0),
        after.map(|id| id.0),
        limit,
        filter.waiting,
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter().map(ListedRow::into_listed).collect()
}

/// Every statement of the institution, withdrawals among them, by member and then the oldest first.
pub async fn list_for_scoring(tx: &mut InstitutionTx) -> Result<Vec<Statement>> {
    let rows = sqlx::query_as!(
        StatementRow,
        r#"select statement_id, member_id, kind, name, value, rank, team, about_repository_id, about_kind, about_github_id, about_statement_id,
             happened_on, until_on, stated_by, on_behalf_of, stated_at, reason, kind = 'adjustment' and not exists (
               select from countersignatures k where k.institution_id = $1 and k.statement_id = s.statement_id) as "waiting!"
           from statements s where institution_id = $1 order by member_id, statement_id"#,
        tx.institution().0,
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter().map(StatementRow::into_statement).collect()
}

/// The same, of these members alone.
pub async fn list_of_members(tx: &mut InstitutionTx, members: &[MemberId]) -> Result<Vec<Statement>> {
    let members: Vec<Uuid> = members.iter().map(|member| member.0).collect();
    let rows = sqlx::query_as!(
        StatementRow,
        r#"select statement_id, member_id, kind, name, value, rank, team, about_repository_id, about_kind, about_github_id, about_statement_id,
             happened_on, until_on, stated_by, on_behalf_of, stated_at, reason, kind = 'adjustment' and not exists (
               select from countersignatures k where k.institution_id = $1 and k.statement_id = s.statement_id) as "waiting!"
           from statements s where institution_id = $1 and member_id = any($2) order by member_id, statement_id"#,
        tx.institution().0,
        &members,
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter().map(StatementRow::into_statement).collect()
}

/// Every share that is stated in any contribution and not taken back, the oldest first.
pub async fn list_shares(tx: &mut InstitutionTx) -> Result<Vec<Statement>> {
    let rows = sqlx::query_as!(
        StatementRow,
        r#"select statement_id, member_id, kind, name, value, rank, team, about_repository_id, about_kind, about_github_id, about_statement_id,
             happened_on, until_on, stated_by, on_behalf_of, stated_at, reason, false as "waiting!"
           from statements s where institution_id = $1 and kind = 'share' and not exists (
             select from statements w where w.institution_id = $1 and w.about_statement_id = s.statement_id and w.kind = 'withdrawal')
           order by stated_at, statement_id"#,
        tx.institution().0,
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter().map(StatementRow::into_statement).collect()
}

struct StatementRow {
    statement_id: Uuid,
    member_id: Uuid,
    kind: String,
    name: Option<String>,
    value: Option<Decimal>,
    rank: Option<i16>,
    team: Option<i16>,
    about_repository_id: Option<Uuid>,
    about_kind: Option<String>,
    about_github_id: Option<String>,
    about_statement_id: Option<Uuid>,
    happened_on: NaiveDate,
    until_on: Option<NaiveDate>,
    stated_by: String,
    on_behalf_of: Option<String>,
    stated_at: DateTime<Utc>,
    reason: String,
    waiting: bool,
}

impl StatementRow {
    fn into_statement(self) -> Result<Statement> {
        let about = self.about()?;
        Ok(Statement {
            id: StatementId(self.statement_id),
            kind: self.kind.parse().map_err(|why| bad("kind", why))?,
            member: MemberId(self.member_id),
            name: self.name,
            value: self.value.map(|value| value.normalize()),
            rank: place(self.rank, "rank")?,
            team: place(self.team, "team")?,
            about,
            happened_on: self.happened_on,
            until_on: self.until_on,
            stated_by: match self.on_behalf_of {
                Some(person) => format!("{person} ({})", self.stated_by),
                None => self.stated_by,
            },
            stated_at: self.stated_at,
            reason: self.reason,
            waiting: self.waiting,
        })
    }

    fn about(&self) -> Result<Option<About>> {
        Ok(match (self.about_repository_id, &self.about_kind, &self.about_github_id, self.about_statement_id) {
            (Some(repository), Some(kind), Some(github_id), _) => Some(About::Contribution(Key {
                repository: RepositoryId(repository),
                kind: kind.parse().map_err(|why| bad("about_kind", why))?,
                github_id: github_id.as_str().into(),
            })),
            (Some(repository), _, _, _) => Some(About::Repository(RepositoryId(repository))),
            (None, _, _, statement) => statement.map(|id| About::Statement(StatementId(id))),
        })
    }
}

struct ListedRow {
    statement_id: Uuid,
    member_id: Uuid,
    kind: String,
    name: Option<String>,
    value: Option<Decimal>,
    rank: Option<i16>,
    team: Option<i16>,
    about_repository_id: Option<Uuid>,
    about_kind: Option<String>,
    about_github_id: Option<String>,
    about_statement_id: Option<Uuid>,
    happened_on: NaiveDate,
    until_on: Option<NaiveDate>,
    stated_by: String,
    on_behalf_of: Option<String>,
    stated_at: DateTime<Utc>,
    reason: String,
    number: String,
    url: Option<String>,
    full_name: Option<String>,
    withdrawn_by: Option<Uuid>,
    is_former: bool,
    waiting: bool,
    signed_by: Option<String>,
    person: Option<String>,
    person_name: Option<String>,
    signed_reason: Option<String>,
    signed_at: Option<DateTime<Utc>>,
}

impl ListedRow {
    fn into_listed(self) -> Result<Listed> {
        let (written_by, on_behalf_of) = (self.stated_by.clone(), self.on_behalf_of.clone());
        let statement = StatementRow {
            statement_id: self.statement_id,
            member_id: self.member_id,
            kind: self.kind,
            name: self.name,
            value: self.value,
            rank: self.rank,
            team: self.team,
            about_repository_id: self.about_repository_id,
            about_kind: self.about_kind,
            about_github_id: self.about_github_id,
            about_statement_id: self.about_statement_id,
            happened_on: self.happened_on,
            until_on: self.until_on,
            stated_by: self.stated_by,
            on_behalf_of: self.on_behalf_of,
            stated_at: self.stated_at,
            reason: self.reason,
            waiting: self.waiting,
        }
        .into_statement()?;
        let countersigned = match (self.signed_by, self.person, self.person_name, self.signed_reason, self.signed_at) {
            (Some(by), Some(person), Some(person_name), Some(reason), Some(at)) => {
                Some(Countersignature { by, person: PersonKey::stored(person), person_name, reason, at })
            }
            _ => None,
        };
        let about = match (&statement.about, self.url, self.full_name) {
            (Some(About::Contribution(_)), Some(url), _) => Some(Mentioned::Contribution(url)),
            (Some(About::Contribution(_)), None, _) => return Err(bad("about_github_id", "there is no such contribution")),
            (Some(About::Repository(_)), _, name) => Some(Mentioned::Repository(full_name(name.as_deref().unwrap_or_default())?)),
            (Some(About::Statement(id)), _, _) => Some(Mentioned::Statement(*id)),
            (None, _, _) => None,
        };
        Ok(Listed {
            statement,
            member_number: self.number,
            about,
            written_by,
            on_behalf_of,
            withdrawn_by: self.withdrawn_by.map(StatementId),
            countersigned,
            is_former: self.is_former,
        })
    }
}

fn full_name(text: &str) -> Result<FullName> {
    text.parse().map_err(|why| Error::bad_row("repositories", "full_name", why))
}

fn place(number: Option<i16>, column: &'static str) -> Result<Option<u8>> {
    number.map(|number| u8::try_from(number).map_err(|why| bad(column, why))).transpose()
}

fn bad(column: &'static str, why: impl std::fmt::Display) -> Error {
    Error::bad_row("statements", column, why)
}
