//! Who may see a repository's facts: all who track it, or the one institution whose private repository it is.
//! It must not tell an institution anything of another's: what it answers is for the fetch alone.

use super::{InstitutionTx, Result, Tx};
use crate::model::ids::{InstitutionId, RepositoryId};

/// How the row stands of a repository that GitHub calls private.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is this institution's already, or nobody has fetched it yet and this one asks for it.
    Owned(InstitutionId),
    /// It was public, and it is the only row that there is: its facts are whoever's alone registered it.
    Shared,
    /// It was public and others have it too, or another repository has its name: it is nobody's.
    Nobodys,
}

/// Shuts the row of a repository that GitHub calls private, so that nobody begins to track what is shared of it, and says how it stands.
/// Whoever tracks it at this very moment is waited for.
pub async fn shut(tx: &mut Tx, repository: RepositoryId, github_id: i64) -> Result<Standing> {
    let row = sqlx::query!(
        r#"select r.only_for, r.is_private, r.github_id,
             exists (select from repositories o where o.github_id = $2 and o.repository_id <> $1) as "is_elsewhere!"
           from repositories r where r.repository_id = $1 for update"#,
        repository.0,
        github_id,
    )
    .fetch_one(tx.conn())
    .await?;
    if row.github_id.is_some_and(|known| known != github_id) {
        return Ok(Standing::Nobodys);
    }
    let was_public = row.github_id.is_some() && !row.is_private;
    match row.only_for {
        Some(institution) if !was_public || !row.is_elsewhere => Ok(Standing::Owned(InstitutionId(institution))),
        Some(_) => Ok(Standing::Nobodys),
        None => {
            sqlx::query!("update repositories set is_private = true where repository_id = $1 and not is_private", repository.0)
                .execute(tx.conn())
                .await?;
            Ok(if row.is_elsewhere { Standing::Nobodys } else { Standing::Shared })
        }
    }
}

/// Whether the institution tracks the row, or ever did: then it may have kept something that points at it.
pub async fn has_registered(tx: &mut InstitutionTx, repository: RepositoryId) -> Result<bool> {
    let registered = sqlx::query_scalar!(
        r#"select exists (select from tracked_repositories where institution_id = $1 and repository_id = $2)
             or exists (select from registration_losses where institution_id = $1 and repository_id = $2) as "registered!""#,
        tx.institution().0,
        repository.0,
    );
    Ok(registered.fetch_one(tx.conn()).await?)
}
