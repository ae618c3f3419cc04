//! Whose account it is: bindings are made and ended, each with its entry in the log, and never changed for another.
//! It must not say what a span means, nor who may ask for what: `model::binding` and `model::account_change` do.

use chrono::{DateTime, Utc};
use serde_json::json;
use uuid::Uuid;

use super::{Error, InstitutionTx, Result, audit, contributions, naming, queue};
use crate::model::{
    account::{Account, AccountId},
    actor::Actor,
    audit::{Action, Details, Event},
    binding::{Binding, Proof, Span, Unbound, since},
    ids::{BindingId, MemberId},
    job::ReadChanges,
};

/// What came of binding an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    Done(BindingId),
    /// It is the member's already.
    Already(BindingId),
    /// It is another member's: one account, one person.
    Taken,
    /// There is no such member on the register.
    Unknown,
}

/// Binds an account to a member, beside those that the member has: all that it did since it last was anybody's is the member's from now on.
/// That of a member who was taken off the register is that one's until now. Writes the entry of the log; whoever calls sees to `accounts`
/// (`accounts::insert_batch`) and calls [`follow_up`] in the same transaction. That a person may not have it yet is asked before: an account
/// that was proved needs no more, and the first one that is attested neither.
pub async fn bind(
    tx: &mut InstitutionTx,
    member: MemberId,
    account: &Account,
    proof: Proof,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<Bound> {
    bind_on(tx, member, account, (proof, &by.to_string()), by, now).await
}

/// The same, on the word of somebody who said it before.
pub(in crate::db) async fn bind_on(
    tx: &mut InstitutionTx,
    member: MemberId,
    account: &Account,
    (proof, word_of): (Proof, &str),
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<Bound> {
    let is_registered = sqlx::query_scalar!(
        "select member_id from members where institution_id = $1 and member_id = $2 and removed_at is null for update",
        tx.institution().0,
        member.0,
    )
    .fetch_optional(tx.conn())
    .await?;
    if is_registered.is_none() {
        return Ok(Bound::Unknown);
    }
    lock(tx, account.id).await?;
    let mut former = list_of_account(tx, account.id).await?;
    if let Some(holder) = former.iter_mut().find(|one| one.unbound.is_none()) {
        if holder.member == member {
            return Ok(Bound::Already(holder.id));
        }
        if !is_removed(tx, holder.member).await? {
            return Ok(Bound::Taken);
        }
        end(tx, holder, false, by, now).await?;
        holder.span = holder.span.map(|span| Span { until: Some(now), ..span });
    }
    let id = BindingId::new(now);
    let from = since(former.iter().filter_map(|one| one.span));
    insert(tx, id, member, account, (proof, word_of), from, now).await?;
    sqlx::query!(
        "update members set account_state = 'linked', updated_at = $3 where institution_id = $1 and member_id = $2 and account_state <> 'linked'",
        tx.institution().0,
        member.0,
        now,
    )
    .execute(tx.conn())
    .await?;
    let said = json!({ "github_login": account.login, "github_id": account.id });
    let facts = json!({ "binding": id, "proof": proof });
    audit::append(tx, by, &event(Action::AccountLinked, member, facts, said), now);
    Ok(Bound::Done(id))
}

async fn insert(
    tx: &mut InstitutionTx,
    id: BindingId,
    member: MemberId,
    account: &Account,
    (proof, word_of): (Proof, &str),
    from: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "insert into bindings (institution_id, binding_id, member_id, github_id, login, proof, bound_by, bound_at, span)
         values ($1, $2, $3, $4, $5, $6, $7, $8, tstzrange($9, null))",
        tx.institution().0,
        id.0,
        member.0,
        account.id.0,
        account.login,
        proof.as_str(),
        word_of,
        now,
        from,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// An account that comes to a member on somebody's word.
#[derive(Debug, Clone, Copy)]
pub struct Coming<'a> {
    pub account: &'a Account,
    pub word_of: &'a str,
}

/// Lets one account of a member end and another come in its place, or come beside the others where none ends. Where the other cannot come none
/// ends. The login that the register names goes with them.
pub async fn exchange(
    tx: &mut InstitutionTx,
    member: MemberId,
    ending: Option<&Binding>,
    coming: Coming<'_>,
    now: DateTime<Utc>,
) -> Result<Bound> {
    let by = &Actor::Program;
    let bound = bind_on(tx, member, coming.account, (Proof::Attested, coming.word_of), by, now).await?;
    let Some(ending) = ending.filter(|one| one.unbound.is_none()) else { return Ok(bound) };
    if !matches!(bound, Bound::Done(_) | Bound::Already(_)) || ending.account == coming.account.id {
        return Ok(bound);
    }
    let named =
        sqlx::query_scalar!("select github_login from members where institution_id = $1 and member_id = $2", tx.institution().0, member.0,)
            .fetch_one(tx.conn())
            .await?;
    end(tx, ending, false, by, now).await?;
    if named.is_some_and(|named| naming::is_same(&named, &ending.login)) {
        name(tx, member, &coming.account.login, now).await?;
    }
    Ok(bound)
}

/// The register names the login from now on, where it is nobody else's there.
async fn name(tx: &mut InstitutionTx, member: MemberId, login: &str, now: DateTime<Utc>) -> Result<()> {
    sqlx::query!(
        "update members m set github_login = $3, updated_at = $4 where institution_id = $1 and member_id = $2 and removed_at is null
           and not exists (select from members other where other.institution_id = $1 and other.member_id <> $2
             and other.removed_at is null and lower(other.github_login) = lower($3))",
        tx.institution().0,
        member.0,
        login,
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Ends a binding; or says of one that is over that it was a mistake.
pub async fn unbind(tx: &mut InstitutionTx, binding: &Binding, mistaken: bool, now: DateTime<Utc>) -> Result<()> {
    match (&binding.unbound, mistaken) {
        (None, _) => {
            lock(tx, binding.account).await?;
            end(tx, binding, mistaken, &Actor::Program, now).await
        }
        (Some(_), true) => void(tx, binding, &Actor::Program, now).await,
        (Some(_), false) => Ok(()),
    }
}

/// Ends a binding. What was done until now stays the member's; where it was a mistake, the account never was the member's. A login that the
/// register names goes with its account, or with the last one.
async fn end(tx: &mut InstitutionTx, binding: &Binding, mistaken: bool, by: &Actor, now: DateTime<Utc>) -> Result<()> {
    sqlx::query!(
        "update bindings set unbound_at = greatest($3, lower(span)), unbound_by = $4,
           span = case when $5 then 'empty' else tstzrange(lower(span), greatest($3, lower(span))) end
         where institution_id = $1 and binding_id = $2 and unbound_at is null",
        tx.institution().0,
        binding.id.0,
        now,
        by.to_string(),
        mistaken,
    )
    .execute(tx.conn())
    .await?;
    sqlx::query!(
        "update members m set updated_at = $4,
           account_state = case when has.another then 'linked' else 'none' end,
           github_login = case when has.another and lower(github_login) <> lower($3) then github_login end
         from (select exists (select from bindings where institution_id = $1 and member_id = $2 and unbound_at is null) as another) as has
         where m.institution_id = $1 and m.member_id = $2",
        tx.institution().0,
        binding.member.0,
        binding.login,
        now,
    )
    .execute(tx.conn())
    .await?;
    let said = json!({ "github_login": binding.login, "github_id": binding.account });
    let facts = json!({ "binding": binding.id, "mistaken": mistaken });
    audit::append(tx, by, &event(Action::AccountUnlinked, binding.member, facts, said), now);
    Ok(())
}

/// Says of a binding that is over that the account never was the member's. What it did then is that of whoever came after.
async fn void(tx: &mut InstitutionTx, binding: &Binding, by: &Actor, now: DateTime<Utc>) -> Result<()> {
    lock(tx, binding.account).await?;
    sqlx::query!(
        "update bindings set span = 'empty' where institution_id = $1 and binding_id = $2 and unbound_at is not null",
        tx.institution().0,
        binding.id.0,
    )
    .execute(tx.conn())
    .await?;
    let of_account = list_of_account(tx, binding.account).await?;
    for one in of_account.iter().filter(|one| one.bound_at >= binding.bound_at) {
        let Some(span) = one.span else { continue };
        let before = of_account.iter().filter(|other| other.unbound.as_ref().is_some_and(|unbound| unbound.at <= one.bound_at));
        let from = since(before.filter(|other| other.id != one.id).filter_map(|other| other.span));
        if from != span.from {
            sqlx::query!(
                "update bindings set span = tstzrange($3, upper(span)) where institution_id = $1 and binding_id = $2",
                tx.institution().0,
                one.id.0,
                from,
            )
            .execute(tx.conn())
            .await?;
        }
    }
    let said = json!({ "github_login": binding.login, "github_id": binding.account });
    let facts = json!({ "binding": binding.id, "mistaken": true });
    audit::append(tx, by, &event(Action::AccountUnlinked, binding.member, facts, said), now);
    Ok(())
}

/// Notes another login of the same account.
pub(in crate::db) async fn relabel(tx: &mut InstitutionTx, id: BindingId, login: &str) -> Result<()> {
    sqlx::query!(
        "update bindings set login = $3 where institution_id = $1 and binding_id = $2 and login <> $3",
        tx.institution().0,
        id.0,
        login,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Notes the login of an account that is bound to the member now; says which binding that is.
pub async fn rename(tx: &mut InstitutionTx, member: MemberId, account: &Account) -> Result<Option<BindingId>> {
    let bound = list(tx, member).await?.into_iter().find(|one| one.account == account.id && one.unbound.is_none());
    if let Some(bound) = &bound {
        relabel(tx, bound.id, &account.login).await?;
    }
    Ok(bound.map(|one| one.id))
}

/// Whether the account is bound to another member, who is on the register.
pub async fn is_taken(tx: &mut InstitutionTx, member: MemberId, account: AccountId) -> Result<bool> {
    let taken = sqlx::query_scalar!(
        r#"select exists (select from bindings b join members m using (institution_id, member_id)
             where b.institution_id = $1 and b.github_id = $2 and b.member_id <> $3 and b.unbound_at is null and m.removed_at is null)
             as "taken!""#,
        tx.institution().0,
        account.0,
        member.0,
    );
    Ok(taken.fetch_one(tx.conn()).await?)
}

/// What follows when somebody's accounts became others: what they had merged before is read, and whom it touches is scored anew.
pub async fn follow_up(tx: &mut InstitutionTx, now: DateTime<Utc>) -> Result<()> {
    for repository in contributions::list_unread_repositories(tx).await? {
        queue::enqueue(tx, &ReadChanges { repository_id: repository }, None).await?;
    }
    queue::request_rescoring(tx, now).await
}

/// Whoever binds this account waits for the others who do, until this transaction is over.
async fn lock(tx: &mut InstitutionTx, account: AccountId) -> Result<()> {
    let key = format!("account {} {account}", tx.institution());
    sqlx::query!("select pg_advisory_xact_lock(hashtextextended($1, 0))", key).execute(tx.conn()).await?;
    Ok(())
}

async fn is_removed(tx: &mut InstitutionTx, member: MemberId) -> Result<bool> {
    let removed = sqlx::query_scalar!(
        r#"select removed_at is not null as "removed!" from members where institution_id = $1 and member_id = $2"#,
        tx.institution().0,
        member.0,
    );
    Ok(removed.fetch_one(tx.conn()).await?)
}

/// A member's bindings, oldest first.
pub async fn list(tx: &mut InstitutionTx, member: MemberId) -> Result<Vec<Binding>> {
    let rows = sqlx::query_as!(
        BindingRow,
        r#"select binding_id, member_id, github_id, login, proof, bound_by, bound_at, unbound_by, unbound_at,
             lower(span) as from, upper(span) as until, isempty(span) as "is_empty!"
           from bindings where institution_id = $1 and member_id = $2 order by bound_at, binding_id"#,
        tx.institution().0,
        member.0,
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter().map(BindingRow::into_binding).collect()
}

/// The bindings of an account at this institution, oldest first.
async fn list_of_account(tx: &mut InstitutionTx, account: AccountId) -> Result<Vec<Binding>> {
    let rows = sqlx::query_as!(
        BindingRow,
        r#"select binding_id, member_id, github_id, login, proof, bound_by, bound_at, unbound_by, unbound_at,
             lower(span) as from, upper(span) as until, isempty(span) as "is_empty!"
           from bindings where institution_id = $1 and github_id = $2 order by bound_at, binding_id"#,
        tx.institution().0,
        account.0,
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter().map(BindingRow::into_binding).collect()
}

struct BindingRow {
    binding_id: Uuid,
    member_id: Uuid,
    github_id: i64,
    login: String,
    proof: String,
    bound_by: String,
    bound_at: DateTime<Utc>,
    unbound_by: Option<String>,
    unbound_at: Option<DateTime<Utc>>,
    from: Option<DateTime<Utc>>,
    until: Option<DateTime<Utc>>,
    is_empty: bool,
}

impl BindingRow {
    fn into_binding(self) -> Result<Binding> {
        Ok(Binding {
            id: BindingId(self.binding_id),
            member: MemberId(self.member_id),
            account: AccountId(self.github_id),
            login: self.login,
            proof: self.proof.parse().map_err(|why| Error::bad_row("bindings", "proof", why))?,
            bound_by: self.bound_by,
            bound_at: self.bound_at,
            unbound: self.unbound_by.zip(self.unbound_at).map(|(by, at)| Unbound { by, at }),
            span: (!self.is_empty).then_some(Span { from: self.from, until: self.until }),
        })
    }
}

fn event(action: Action, member: MemberId, facts: serde_json::Value, said: serde_json::Value) -> Event {
    Event { action, subject: member.to_string(), facts, details: Some(Details { member: Some(member), said }) }
}
