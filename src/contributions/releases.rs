//! The record of a published release.
//! It must not make one of a draft: nobody but its writers can see it.

use super::{
    draft::{self, Draft},
    error::{Error, Fault},
};
use crate::model::{
    contribution::{Kind, Record, State},
    github::Release,
    ids::RepositoryId,
};

pub(super) fn record(repository: RepositoryId, release: Release) -> Result<Option<Record>, Error> {
    if release.is_draft {
        return Ok(None);
    }
    let draft = Draft {
        repository,
        kind: Kind::Release,
        github_id: draft::id(release.github_id),
        number: None,
        url: release.url,
        author: release.author.as_ref(),
        state: if release.is_prerelease { State::Prerelease } else { State::Published },
        occurred_at: release.published_at.unwrap_or(release.created_at),
    };
    if release.published_at.is_none() {
        return Err(draft.refuse(Fault::NoDate(draft.state)));
    }
    let mut record = draft.into_record(&release.evidence)?;
    record.title = Some(release.name.filter(|name| !name.is_empty()).unwrap_or(release.tag));
    Ok(Some(record))
}
