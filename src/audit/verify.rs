//! Goes through the entries of a log in their order and names the first that is bad.
//! It must not go on after it: what follows a bad entry proves nothing.

use std::fmt;

use serde::Deserialize;

use super::{Checkpoint, tree::Tree};
use crate::model::audit::{Entry, GENESIS, Hash, link};

/// The first bad entry, and why it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bad {
    pub sequence: i64,
    pub why: Why,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// It cannot be read: it is not what this program writes.
    Unreadable(String),
    /// In its place stands another.
    Another { sequence: i64 },
    /// Its hash is not that of its text and of the entry before.
    Hash,
    /// It is not there, though a checkpoint was signed for so many entries.
    Missing { size: u64 },
    /// It hangs together with those before, but they are not those that a checkpoint of so many was signed for: one of them, from this on, was rewritten.
    Rewritten { size: u64 },
    /// What stands apart from it is not what it was written with.
    Details,
}

impl fmt::Display for Bad {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { sequence, why } = self;
        match why {
            Why::Unreadable(why) => write!(f, "entry {sequence} cannot be read: {why}"),
            Why::Another { sequence: other } => write!(f, "entry {sequence} is not in its place: entry {other} is"),
            Why::Hash => write!(f, "entry {sequence} was changed: its hash is not that of its text after the entry before"),
            Why::Missing { size } => write!(f, "entry {sequence} is missing: a checkpoint was signed for {size} entries"),
            Why::Rewritten { size } => {
                write!(
                    f,
                    "entry {sequence} or one after it, up to {size}, was rewritten: the checkpoint of {size} entries has another root"
                )
            }
            Why::Details => write!(f, "the details of entry {sequence} were changed: they are not what it was written with"),
        }
    }
}

impl std::error::Error for Bad {}

/// A log that holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verified {
    pub size: u64,
    /// The root of the tree over all entries.
    pub root: Hash,
    /// How many of the first entries a checkpoint vouches for: that nobody has rewritten them since.
    pub vouched: u64,
}

#[derive(Deserialize)]
struct Head {
    sequence: i64,
    details: Option<String>,
}

/// Takes the entries one after the other, from the first.
#[derive(Debug, Clone)]
pub struct Verifier {
    /// Those that are still ahead, the nearest last.
    checkpoints: Vec<Checkpoint>,
    tree: Tree,
    size: u64,
    vouched: u64,
    previous: Hash,
}

impl Verifier {
    /// Against these checkpoints, whose signatures the caller has checked.
    pub fn new(mut checkpoints: Vec<Checkpoint>) -> Self {
        checkpoints.sort_by_key(|checkpoint| std::cmp::Reverse(checkpoint.size));
        Self { checkpoints, tree: Tree::default(), size: 0, vouched: 0, previous: GENESIS }
    }

    /// The number that the next entry must have.
    pub fn expected(&self) -> i64 {
        i64::try_from(self.size).map_or(i64::MAX, |size| size.saturating_add(1))
    }

    /// The next entry, and what it committed to of its details.
    pub fn push(&mut self, entry: &Entry) -> Result<Option<String>, Bad> {
        self.vouch()?;
        let expected = self.expected();
        let bad = |why| Bad { sequence: expected, why };
        let head: Head = serde_json::from_str(&entry.text).map_err(|why| bad(Why::Unreadable(why.to_string())))?;
        for sequence in [entry.sequence, head.sequence] {
            if sequence != expected {
                return Err(bad(Why::Another { sequence }));
            }
        }
        if link(&self.previous, &entry.text) != entry.hash {
            return Err(bad(Why::Hash));
        }
        self.previous = entry.hash;
        self.tree.push(entry.text.as_bytes());
        self.size += 1;
        self.vouch()?;
        Ok(head.details)
    }

    /// Compares with the checkpoints of as many entries as there are by now.
    fn vouch(&mut self) -> Result<(), Bad> {
        while let Some(checkpoint) = self.checkpoints.pop_if(|nearest| nearest.size == self.size) {
            if checkpoint.root != self.tree.root() {
                let first = i64::try_from(self.vouched).map_or(i64::MAX, |vouched| vouched + 1);
                return Err(Bad { sequence: first, why: Why::Rewritten { size: checkpoint.size } });
            }
            self.vouched = self.size;
        }
        Ok(())
    }

    /// There are no more entries.
    pub fn finish(mut self) -> Result<Verified, Bad> {
        self.vouch()?;
        if let Some(ahead) = self.checkpoints.last() {
            return Err(Bad { sequence: self.expected(), why: Why::Missing { size: ahead.size } });
        }
        Ok(Verified { size: self.size, root: self.tree.root(), vouched: self.vouched })
    }
}
