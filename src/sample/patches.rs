//! Answers `GET /repos/{owner}/{name}/pulls/{number}/files` as GitHub's REST API does: a page of files with the text of their changes.
//! It must not give a patch that has other numbers than its file.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::world::{PullRequest, Repository, World};
use crate::model::github::ChangedFile;

/// GitHub gives no text of a larger change.
const LARGEST: i64 = 3_000;

/// One page, and whether another follows it.
pub(super) struct Page {
    pub files: Value,
    pub has_next: bool,
}

/// None: the world has no such thing.
pub(super) fn answer(world: &World, path: &str, query: &str) -> Option<Page> {
    let (name, number) = path.strip_prefix("/repos/")?.strip_suffix("/files")?.split_once("/pulls/")?;
    let repository = world.repository(name)?;
    let it = repository.pull_request(number.parse().ok()?)?;
    let argument = |name: &str| query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('=')?.parse::<usize>().ok());
    let (size, page) = (argument("per_page").unwrap_or(30).clamp(1, 100), argument("page").unwrap_or(1).max(1));
    let all = it.files.as_deref().unwrap_or_default();
    let files = all.iter().skip((page - 1) * size).take(size).map(|changed| file(repository, it, changed));
    Some(Page { files: files.collect(), has_next: all.len() > page * size })
}

fn file(repository: &Repository, of: &PullRequest, it: &ChangedFile) -> Value {
    let changes = it.additions + it.deletions;
    let mut file = json!({
        "sha": "bbcd538c8e72b8c175046e27cc8f907076331401", "filename": it.path, "status": "modified",
        "additions": it.additions, "deletions": it.deletions, "changes": changes,
    });
    let given = of.patches.get(&it.path).cloned();
    if let Some(patch) = given.or_else(|| (1..=LARGEST).contains(&changes).then(|| invented(repository, of, it))) {
        file["patch"] = patch.into();
    }
    file
}

/// So many lines, each of them only here.
fn invented(repository: &Repository, of: &PullRequest, it: &ChangedFile) -> String {
    let mut patch = format!("@@ -1,{} +1,{} @@", it.deletions, it.additions);
    for (mark, word, count) in [('-', "before", it.deletions), ('+', "after", it.additions)] {
        for nth in 0..count {
            // Writing into a text cannot fail.
            let _ = write!(patch, "\n{mark}line {nth} of {} {word} {}#{}", it.path, repository.id, of.number);
        }
    }
    patch
}
