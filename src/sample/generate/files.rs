//! What pull requests change.
//! It must not make a lock file look like work, nor work like a lock file.

use super::{dice::Dice, plan::Kind};
use crate::model::github::ChangedFile;

/// Endings of what people write, by repository.
const ENDINGS: [&str; 3] = ["rs", "ts", "py"];
const STEMS: &[&str] =
    &["parser", "queue", "retry", "config", "storage", "metrics", "view", "search", "export", "loader", "cache", "router"];

/// The files, or None where there are too many for a list.
pub(super) fn draw(kind: Kind, repository: usize, dice: &mut Dice) -> Option<Vec<ChangedFile>> {
    let ending = ENDINGS[repository % ENDINGS.len()];
    let lock = if repository.is_multiple_of(3) { "Cargo.lock" } else { "package-lock.json" };
    let mut files = Vec::new();
    match kind {
        Kind::Feature => {
            for _ in 0..dice.between(2, 5) {
                files.push(file(format!("src/{}.{ending}", dice.word(STEMS)), dice.between(15, 180), dice.between(0, 40)));
            }
            files.push(file(format!("tests/{}.{ending}", dice.word(STEMS)), dice.between(10, 90), 0));
        }
        Kind::Fix => {
            files.push(file(format!("src/{}.{ending}", dice.word(STEMS)), dice.between(1, 45), dice.between(0, 30)));
            files.push(file(format!("tests/{}.{ending}", dice.word(STEMS)), dice.between(4, 40), 0));
        }
        Kind::Docs => files.push(file(format!("docs/{}.md", dice.word(STEMS)), dice.between(3, 120), dice.between(0, 20))),
        Kind::Tests => files.push(file(format!("tests/{}.{ending}", dice.word(STEMS)), dice.between(20, 200), dice.between(0, 10))),
        Kind::Dependency => {
            files.push(file("package.json", 1, 1));
            files.push(file(lock, dice.between(4, 60), dice.between(4, 60)));
        }
        Kind::LockBomb => files.push(file(lock, dice.between(2_100, 4_000), dice.between(900, 2_000))),
        Kind::Generated => {
            files.push(file("src/generated/bindings.pb.go", dice.between(800, 2_500), dice.between(300, 900)));
            files.push(file("vendor/quickhash/hash.c", dice.between(400, 900), 0));
            files.push(file("dist/app.min.js", 1, 1));
            files.push(file(format!("src/{}.{ending}", dice.word(STEMS)), dice.between(2, 12), 0));
        }
        Kind::Spam => files.push(file("README.md", 1, 1)),
        Kind::Sweeping => {
            for at in 0..dice.between(55, 120) {
                files.push(file(format!("src/{}/part_{at}.{ending}", dice.word(STEMS)), dice.between(1, 6), dice.between(1, 6)));
            }
        }
        Kind::Unlisted => return None,
    }
    // Two draws of one path are one file.
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files.dedup_by(|a, b| a.path == b.path);
    Some(files)
}

fn file(path: impl Into<String>, additions: i64, deletions: i64) -> ChangedFile {
    ChangedFile { path: path.into(), additions, deletions }
}
