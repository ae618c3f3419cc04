//! What a pull request brings, as far as fairness asks for it: who committed, who reviewed, which files, which marks of machines.
//! It must not read the text of the change: nobody fetched it with the pull request. `diff` does, when somebody has.

use super::{
    attribution, automation,
    error::Fault,
    files::{self, Class},
    reverts,
};
use crate::model::{
    contribution::Change,
    github::{ChangedFile, PullRequest},
};

pub(super) fn change(pull_request: &PullRequest) -> Result<Change, Fault> {
    let files = pull_request.files.as_deref();
    let reviews = i64::try_from(attribution::reviews_by_others(pull_request)).unwrap_or(i64::MAX);
    if pull_request.commit_count < 0 {
        return Err(Fault::NegativeCommits(pull_request.commit_count));
    }
    let reverts = reverts::of(pull_request);
    Ok(Change {
        commits: Some(pull_request.commit_count),
        committers: attribution::committers(&pull_request.commits),
        co_authors: attribution::named_besides(&pull_request.commits),
        reviews,
        confirmed_at: attribution::confirmations(pull_request).into_values().min(),
        files: hashes(files.unwrap_or_default()),
        has_source: files.map(|files| files.iter().any(|file| files::is_source(&file.path))),
        unchanged_lines: None,
        unread_lines: 0,
        fingerprint: None,
        automation: automation::marks(pull_request),
        reverts: reverts.number,
        reverts_commit: reverts.commit,
        head: Some(pull_request.head_commit.clone()).filter(|head| !head.is_empty()),
    })
}

/// The files that people write, ordered, without repeats. Documentation only where there is nothing else: a change log that every pull
/// request adds a line to would make them all one work.
fn hashes(files: &[ChangedFile]) -> Vec<i64> {
    let of = |class| move |file: &&ChangedFile| files::class(&file.path) == class;
    let class = if files.iter().any(|file| of(Class::Written)(&file)) { Class::Written } else { Class::Documentation };
    let written = files.iter().filter(of(class));
    let mut hashes: Vec<i64> = written.map(|file| files::hash(&file.path)).collect();
    hashes.sort_unstable();
    hashes.dedup();
    hashes
}
