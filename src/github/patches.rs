//! The text of a pull request's change, file by file. Only the REST API gives it.
//! It must not be asked for without need: it costs a request for each pull request, out of a budget of its own.

use serde::Deserialize;

use super::{client::Client, error::Error};
use crate::model::{github::FilePatch, repository::FullName};

/// GitHub lists at most 3,000 files.
const LAST_PAGE: u32 = 30;

#[derive(Deserialize)]
struct FileWire {
    filename: String,
    additions: i64,
    deletions: i64,
    /// GitHub leaves it out where the file is no text, or the change too large.
    patch: Option<String>,
}

impl Client {
    /// Every changed file of a pull request, with the text of its change where GitHub gives it.
    pub async fn patches(&self, repository: &FullName, number: i64) -> Result<Vec<FilePatch>, Error> {
        let mut patches = Vec::new();
        for page in 1..=LAST_PAGE {
            let answer = self.get_page(&format!("/repos/{repository}/pulls/{number}/files?per_page=100&page={page}")).await?;
            let files = answer.items::<FileWire>()?.into_iter();
            patches.extend(files.map(|file| FilePatch {
                path: file.filename,
                additions: file.additions,
                deletions: file.deletions,
                patch: file.patch,
            }));
            if !answer.has_next {
                break;
            }
        }
        Ok(patches)
    }
}
