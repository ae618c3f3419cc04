//! Which institution a command works for.
//! It must not guess between several.

use anyhow::bail;

use crate::{
    db::{Db, institutions},
    model::institution::Institution,
};

/// The option that every command with an institution has.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct Tenant {
    /// The institution's slug; may be left out where there is only one
    #[arg(long, value_name = "SLUG")]
    pub institution: Option<String>,
}

/// What every list of an institution's register is asked with.
#[derive(Debug, clap::Args)]
pub(super) struct List {
    #[command(flatten)]
    pub tenant: Tenant,
    /// For a script
    #[arg(long)]
    pub json: bool,
}

impl Tenant {
    pub async fn find(&self, db: &Db) -> anyhow::Result<Institution> {
        let mut tx = db.begin_as_operator().await?;
        let mut all = institutions::list(&mut tx).await?;
        tx.commit().await?;
        let known = all.iter().map(|one| one.slug.as_str()).collect::<Vec<_>>().join(", ");
        match &self.institution {
            _ if all.is_empty() => {
                bail!("there is no institution yet: make one with `accredit institution create --name NAME --slug SLUG`")
            }
            Some(slug) => match all.into_iter().find(|one| one.slug == *slug) {
                Some(institution) => Ok(institution),
                None => bail!("there is no institution `{slug}`: there is {known}"),
            },
            None if all.len() == 1 => Ok(all.remove(0)),
            None => bail!("there are several institutions: say which with --institution ({known})"),
        }
    }
}
