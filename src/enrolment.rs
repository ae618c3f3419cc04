//! A roster brought into the register: read, compared, written and logged, for every door alike.
//! It must not commit: whoever calls does, and where nothing was to be done there is nothing to commit.

use chrono::{DateTime, Utc};
use serde_json::json;

use crate::{
    db::{self, InstitutionTx, queue},
    model::{
        actor::Actor,
        ids::MemberId,
        job::LinkAccounts,
        roster::{AddedMember, ChangedMember, Imported, Known, LeftOutMember, NewLogin, Plan, Row},
    },
    rosters::{self, Comparison, Entry, Mistakes, Roster, Wish},
};

/// So many of each kind are shown one by one.
const MOST_SHOWN: usize = 100;

/// How a roster is to be imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Asked {
    pub wish: Wish,
    /// Says what would be done, and does nothing.
    pub dry_run: bool,
    /// How many are left out and are to be removed: whoever says it has seen the preview.
    pub remove_left_out: Option<u64>,
}

/// Why nothing was imported.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Database(#[from] db::Error),
    #[error("{0}")]
    Mistakes(Mistakes),
    #[error("{asked} are to be removed, and {found} are left out: look at the preview again")]
    LeftOut { asked: u64, found: usize },
    /// Somebody registered a member meanwhile.
    #[error("somebody else changed the register in this moment: import the file again")]
    Overtaken,
}

/// Brings a roster into the register, all of it or nothing of it. The same roster again changes nothing.
pub async fn import(tx: &mut InstitutionTx, roster: &Roster, asked: Asked, by: &Actor, now: DateTime<Utc>) -> Result<Imported, Error> {
    if !asked.dry_run {
        db::rosters::lock(tx).await?;
    }
    let known = db::rosters::list_known(tx).await?;
    let removing = asked.remove_left_out.is_some();
    let found = rosters::compare(roster, &known, &asked.wish, removing).map_err(Error::Mistakes)?;
    if let Some(asked) = asked.remove_left_out.filter(|asked| usize::try_from(*asked).ok() != Some(found.left_out.len())) {
        return Err(Error::LeftOut { asked, found: found.left_out.len() });
    }
    let imported = told(roster, &found, asked);
    let plan = plan(&found, removing, now);
    if asked.dry_run || plan.is_empty() {
        return Ok(imported);
    }
    let facts = json!({
        "sha256": roster.file.sha256, "format": roster.file.format, "added": imported.added, "changed": imported.changed,
        "unchanged": imported.unchanged, "left_out": imported.left_out, "removed": imported.removed, "logins": plan.logins.len(),
    });
    db::rosters::write(tx, &plan, facts, by, now).await.map_err(|error| match error {
        db::Error::Conflict { .. } => Error::Overtaken,
        other => Error::Database(other),
    })?;
    if !plan.logins.is_empty() || plan.added.iter().any(|row| row.github_login.is_some()) {
        let job = LinkAccounts { institution_id: tx.institution() };
        queue::enqueue(tx, &job, None).await?;
    }
    queue::request_rescoring(tx, now).await?;
    Ok(imported)
}

fn plan<'a>(found: &Comparison<'a>, removing: bool, now: DateTime<Utc>) -> Plan<'a> {
    let added = found.added.iter().map(|(entry, role)| {
        let Entry { named, .. } = entry;
        Row {
            id: MemberId::new(now),
            number: &named.number,
            name: &named.name,
            role: *role,
            unit: named.unit.as_deref(),
            class: named.class.as_deref(),
            github_login: named.github_login.as_deref(),
        }
    });
    let logins = found.changed.iter().filter_map(|change| Some(NewLogin { before: change.known, login: change.login()? }));
    Plan {
        added: added.collect(),
        changed: found.changed.iter().map(|change| as_it_is_to_be(change.entry, change.known)).collect(),
        logins: logins.collect(),
        removed: if removing { found.left_out.iter().map(|member| member.id).collect() } else { Vec::new() },
    }
}

/// What the file does not say stays as it is known.
fn as_it_is_to_be<'a>(entry: &'a Entry, known: &'a Known) -> Row<'a> {
    let named = &entry.named;
    Row {
        id: known.id,
        number: &known.number,
        name: &named.name,
        role: named.role.unwrap_or(known.role),
        unit: named.unit.as_deref().or(known.unit.as_deref()),
        class: named.class.as_deref().or(known.class.as_deref()),
        github_login: named.github_login.as_deref().or(known.github_login.as_deref()),
    }
}

fn told(roster: &Roster, found: &Comparison<'_>, asked: Asked) -> Imported {
    let added = found.added.iter().take(MOST_SHOWN).map(|(entry, role)| {
        let named = entry.named.clone();
        AddedMember {
            line: entry.place.number(),
            number: named.number,
            name: named.name,
            role: *role,
            unit: named.unit,
            class: named.class,
            github_login: named.github_login,
        }
    });
    let changed = found.changed.iter().take(MOST_SHOWN).map(|change| ChangedMember {
        line: change.entry.place.number(),
        number: change.known.number.clone(),
        fields: change.fields(),
    });
    let left_out = found.left_out.iter().take(MOST_SHOWN);
    let left_out = left_out.map(|member| LeftOutMember { number: member.number.clone(), name: member.name.clone() });
    Imported {
        dry_run: asked.dry_run,
        file: roster.file.clone(),
        added: found.added.len(),
        changed: found.changed.len(),
        unchanged: found.unchanged,
        left_out: found.left_out.len(),
        removed: if asked.remove_left_out.is_some() { found.left_out.len() } else { 0 },
        skipped: roster.skipped + found.skipped,
        added_members: added.collect(),
        changed_members: changed.collect(),
        left_out_members: left_out.collect(),
    }
}
