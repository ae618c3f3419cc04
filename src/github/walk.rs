//! The way through a history from a new tip down to what is known already: every commit between, and no further.
//! It must not stop by date: a branch merged today brings commits of years ago.

use std::collections::{BTreeSet, HashSet};

use super::lists::Paging;
use crate::model::github::Commit;

/// One page of commits. See commits.graphql for what it costs.
const PAGE: u32 = 100;

#[derive(Debug)]
pub(super) struct Walk {
    /// The commit whose history is being paged.
    from: String,
    pub paging: Paging,
    /// Whoever is in it has all its ancestors in it.
    known: HashSet<String>,
    seen: HashSet<String>,
    /// The tip, or parents of what was seen: neither seen nor known yet. The walk is over when there is none.
    owed: BTreeSet<String>,
}

impl Walk {
    pub fn new(tip: Option<&str>, known: HashSet<String>) -> Self {
        let owed = tip.filter(|tip| !known.contains(*tip)).map(str::to_owned).into_iter().collect();
        Self { from: tip.unwrap_or_default().to_owned(), paging: Paging::new(PAGE), known, seen: HashSet::new(), owed }
    }

    pub fn is_over(&self) -> bool {
        self.owed.is_empty()
    }

    /// The commit to ask the history of.
    pub fn from(&self) -> Option<&str> {
        (!self.is_over()).then_some(self.from.as_str())
    }

    /// Takes a page and gives back what was new in it.
    ///
    /// A page that brought nothing new lies in known country. What is still owed is then far below: a walk of its own begins
    /// there, instead of paging through years of known commits. That one's first commit is owed, so every walk gets on.
    pub fn advance(&mut self, page: Vec<Commit>, next: Option<String>) -> Result<Vec<Commit>, String> {
        if self.paging.after.is_none() && page.first().map(|commit| &commit.oid) != Some(&self.from) {
            return Err(format!("node.object.history: it does not begin with the commit {} that was asked for", self.from));
        }
        let mut fresh = Vec::new();
        for commit in page {
            self.owed.remove(&commit.oid);
            if self.known.contains(&commit.oid) || !self.seen.insert(commit.oid.clone()) {
                continue;
            }
            let unmet = |oid: &&String| !self.seen.contains(*oid) && !self.known.contains(*oid);
            self.owed.extend(commit.parents.iter().filter(unmet).cloned());
            fresh.push(commit);
        }
        match (next, self.owed.first()) {
            (Some(next), _) if !fresh.is_empty() => self.paging.after = Some(next),
            (_, Some(owed)) => {
                self.from.clone_from(owed);
                self.paging.after = None;
            }
            (_, None) => {}
        }
        Ok(fresh)
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    fn commit(oid: &str, parents: &[&str]) -> Commit {
        Commit {
            oid: oid.to_owned(),
            url: String::new(),
            headline: String::new(),
            committed_at: DateTime::UNIX_EPOCH,
            authored_at: DateTime::UNIX_EPOCH,
            authors: Vec::new(),
            additions: None,
            deletions: None,
            parents: parents.iter().map(|&p| p.to_owned()).collect(),
            brought_by: None,
            evidence: Default::default(),
        }
    }

    fn known(oids: &[&str]) -> HashSet<String> {
        oids.iter().map(|&oid| oid.to_owned()).collect()
    }

    fn oids(commits: &[Commit]) -> Vec<&str> {
        commits.iter().map(|c| c.oid.as_str()).collect()
    }

    #[test]
    fn nothing_is_walked_where_there_is_no_tip_or_the_tip_is_known() {
        assert!(Walk::new(None, HashSet::new()).is_over());
        assert!(Walk::new(Some("a"), known(&["a"])).is_over());
    }

    #[test]
    fn the_walk_ends_when_every_parent_is_known_though_the_history_goes_on() {
        let mut walk = Walk::new(Some("c"), known(&["a", "b"]));
        let fresh = walk.advance(vec![commit("c", &["b"]), commit("b", &["a"])], Some("cursor".into())).unwrap();
        assert_eq!(oids(&fresh), ["c"]);
        assert!(walk.is_over());
    }

    #[test]
    fn an_old_branch_is_walked_from_its_own_tip_when_the_page_between_is_all_known() {
        let mut walk = Walk::new(Some("merge"), known(&["b", "a"]));
        walk.advance(vec![commit("merge", &["b", "old2"])], Some("1".into())).unwrap();
        assert_eq!(walk.from(), Some("merge"));
        let fresh = walk.advance(vec![commit("b", &["a"])], Some("2".into())).unwrap();
        assert!(fresh.is_empty());
        assert_eq!((walk.from(), walk.paging.after.as_deref()), (Some("old2"), None));
        let fresh = walk.advance(vec![commit("old2", &["old1"]), commit("old1", &["a"])], None).unwrap();
        assert_eq!(oids(&fresh), ["old2", "old1"]);
        assert!(walk.is_over());
    }

    #[test]
    fn a_parent_that_comes_before_its_child_is_not_owed() {
        let mut walk = Walk::new(Some("c"), HashSet::new());
        let page = vec![commit("c", &["a", "b"]), commit("a", &[]), commit("b", &["a"])];
        assert_eq!(walk.advance(page, None).unwrap().len(), 3);
        assert!(walk.is_over());
    }

    #[test]
    fn a_history_that_begins_elsewhere_is_refused() {
        let mut walk = Walk::new(Some("c"), HashSet::new());
        assert!(walk.advance(vec![commit("b", &[])], None).unwrap_err().contains("c"));
        assert!(walk.advance(Vec::new(), None).is_err());
    }
}
