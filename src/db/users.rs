//! People who sign in. A row is never deleted: the log names it.
//! It must not decide who gets in.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{Error, InstitutionTx, Result};
use crate::model::{
    ids::{MemberId, UserId},
    institution::Role,
    user::{KnownAs, User},
};

/// Lets writers of an institution's users work one after the other, so that each decides on what is there.
pub async fn lock(tx: &mut InstitutionTx) -> Result<()> {
    let institution = tx.institution().to_string();
    sqlx::query!("select pg_advisory_xact_lock(hashtextextended('users ' || $1::text, 0))", institution).execute(tx.conn()).await?;
    Ok(())
}

/// `Conflict`: the e-mail, the subject or the member is another user's; its constraint says which.
pub async fn insert(tx: &mut InstitutionTx, user: &User) -> Result<()> {
    sqlx::query!(
        "insert into users (institution_id, user_id, name, role, member_id, issuer, subject, email, created_at, signed_in_at, disabled_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        tx.institution().0,
        user.id.0,
        user.name,
        user.role.as_str(),
        user.member.map(|member| member.0),
        user.known_as.as_ref().map(|known| known.issuer.as_str()),
        user.known_as.as_ref().map(|known| known.subject.as_str()),
        user.email,
        user.created_at,
        user.signed_in_at,
        user.disabled_at,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Writes a user that is there as it is now. `Conflict` as for [`insert`].
pub async fn replace(tx: &mut InstitutionTx, user: &User) -> Result<()> {
    sqlx::query!(
        "update users set name = $3, role = $4, member_id = $5, issuer = $6, subject = $7, email = $8, signed_in_at = $9, disabled_at = $10
         where institution_id = $1 and user_id = $2",
        tx.institution().0,
        user.id.0,
        user.name,
        user.role.as_str(),
        user.member.map(|member| member.0),
        user.known_as.as_ref().map(|known| known.issuer.as_str()),
        user.known_as.as_ref().map(|known| known.subject.as_str()),
        user.email,
        user.signed_in_at,
        user.disabled_at,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub async fn get(tx: &mut InstitutionTx, id: UserId) -> Result<Option<User>> {
    let row = sqlx::query_as!(
        UserRow,
        "select user_id, name, role, member_id, issuer, subject, email, created_at, signed_in_at, disabled_at
         from users where institution_id = $1 and user_id = $2",
        tx.institution().0,
        id.0,
    )
    .fetch_optional(tx.conn())
    .await?;
    row.map(UserRow::into_user).transpose()
}

/// All whom one of these names: the provider's word, an e-mail, a member. At most three.
pub async fn list_named(tx: &mut InstitutionTx, known_as: &KnownAs, email: Option<&str>, member: Option<MemberId>) -> Result<Vec<User>> {
    let rows = sqlx::query_as!(
        UserRow,
        "select user_id, name, role, member_id, issuer, subject, email, created_at, signed_in_at, disabled_at
         from users where institution_id = $1 and ((issuer = $2 and subject = $3) or email = $4 or member_id = $5)
         order by created_at, user_id",
        tx.institution().0,
        known_as.issuer,
        known_as.subject,
        email,
        member.map(|member| member.0),
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter().map(UserRow::into_user).collect()
}

/// At most `limit + 1` users after one, the oldest first: the surplus one says that there is more.
pub async fn list(tx: &mut InstitutionTx, after: Option<(DateTime<Utc>, UserId)>, limit: u16) -> Result<Vec<User>> {
    let rows = sqlx::query_as!(
        UserRow,
        "select user_id, name, role, member_id, issuer, subject, email, created_at, signed_in_at, disabled_at
         from users where institution_id = $1 and ($2::timestamptz is null or (created_at, user_id) > ($2, $3::uuid))
         order by created_at, user_id limit $4",
        tx.institution().0,
        after.map(|(at, _)| at),
        after.map(|(_, id)| id.0),
        i64::from(limit) + 1,
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter().map(UserRow::into_user).collect()
}

/// Who may decide on awards and has signed in.
pub async fn list_deciding(tx: &mut InstitutionTx) -> Result<Vec<User>> {
    let roles: Vec<String> = Role::ALL.iter().filter(|role| role.covers(Role::Reviewer)).map(Role::to_string).collect();
    let rows = sqlx::query_as!(
        UserRow,
        "select user_id, name, role, member_id, issuer, subject, email, created_at, signed_in_at, disabled_at
         from users where institution_id = $1 and role = any($2) and signed_in_at is not null and disabled_at is null
         order by created_at, user_id",
        tx.institution().0,
        &roles,
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter().map(UserRow::into_user).collect()
}

pub(in crate::db) struct UserRow {
    pub user_id: Uuid,
    pub name: String,
    pub role: String,
    pub member_id: Option<Uuid>,
    pub issuer: Option<String>,
    pub subject: Option<String>,
    pub email: Option<String>,
    pub created_at: DateTime<Utc>,
    pub signed_in_at: Option<DateTime<Utc>>,
    pub disabled_at: Option<DateTime<Utc>>,
}

impl UserRow {
    pub fn into_user(self) -> Result<User> {
        Ok(User {
            id: UserId(self.user_id),
            name: self.name,
            role: self.role.parse().map_err(|why| Error::bad_row("users", "role", why))?,
            member: self.member_id.map(MemberId),
            known_as: self.issuer.zip(self.subject).map(|(issuer, subject)| KnownAs { issuer, subject }),
            email: self.email,
            created_at: self.created_at,
            signed_in_at: self.signed_in_at,
            disabled_at: self.disabled_at,
        })
    }
}
