//! Whether the walls between institutions stand: row-level security binds the role that we are, on every table that has an institution.
//! It must not build them: migrations do.

use super::{Db, Error};

impl Db {
    /// How many tables stand behind the walls; an error that names what is open.
    pub async fn check_walls(&self) -> Result<usize, Error> {
        let mut tx = self.begin().await?;
        let may_pass: bool =
            sqlx::query_scalar("select rolsuper or rolbypassrls from pg_roles where rolname = current_user").fetch_one(tx.conn()).await?;
        let tables: Vec<(String, bool)> = sqlx::query_as(
            "select c.relname::text, c.relrowsecurity and c.relforcerowsecurity and not pg_has_role(current_user, c.relowner, 'usage')
             from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'institution_id' and not a.attisdropped
             where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') order by c.relname",
        )
        .fetch_all(tx.conn())
        .await?;
        tx.commit().await?;
        if may_pass {
            return Err(Error::Unusable(format!(
                "the role {} passes row-level security: take that from it with `alter role {} nosuperuser nobypassrls`",
                super::APP_ROLE,
                super::APP_ROLE
            )));
        }
        let open: Vec<&str> = tables.iter().filter(|(_, walled)| !walled).map(|(name, _)| name.as_str()).collect();
        if !open.is_empty() {
            return Err(Error::Unusable(format!(
                "row-level security does not bind us on {}: run `alter table … force row level security`, and let {} own nothing",
                open.join(", "),
                super::APP_ROLE
            )));
        }
        Ok(tables.len())
    }
}
