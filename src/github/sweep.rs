//! The order in which pull requests and issues are paged so that none is lost, whatever happens meanwhile on GitHub.
//! It must not know what the items are, only when each was last updated.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{lists::Paging, wire::Big};

/// What the order of a list is about.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Stub {
    #[serde(rename = "fullDatabaseId")]
    pub id: Big,
    pub updated_at: DateTime<Utc>,
}

/// The first time, everything is paged oldest first: nothing that happens meanwhile moves an item in that order.
///
/// After that, what changed last comes first, down to `floor`. An item that is updated while we page jumps to the front, over
/// the cursor, so after more than one page the front is looked at again, down to the newest update that the last look began
/// with, until a look needs one page only (it was a single moment on GitHub) or brings nothing new.
#[derive(Debug)]
pub(super) struct Sweep {
    pub paging: Paging,
    /// None: everything, oldest first.
    floor: Option<DateTime<Utc>>,
    /// The newest update when the present look began.
    newest: Option<DateTime<Utc>>,
    /// The present look has brought something new.
    brought_news: bool,
    /// What was delivered in this sweep, by the update that it had.
    delivered: HashMap<i64, DateTime<Utc>>,
    over: bool,
}

impl Sweep {
    pub fn new(since: Option<DateTime<Utc>>, page: u32) -> Self {
        Self { paging: Paging::new(page), floor: since, newest: None, brought_news: false, delivered: HashMap::new(), over: false }
    }

    pub fn is_over(&self) -> bool {
        self.over
    }

    pub fn order(&self) -> Value {
        match self.floor {
            None => json!({ "field": "CREATED_AT", "direction": "ASC" }),
            Some(_) => json!({ "field": "UPDATED_AT", "direction": "DESC" }),
        }
    }

    /// Whether an item is to be delivered. The floor itself is inside: two updates can share one second.
    pub fn wants(&self, stub: Stub) -> bool {
        self.floor.is_none_or(|floor| stub.updated_at >= floor) && self.delivered.get(&stub.id.0) != Some(&stub.updated_at)
    }

    /// Notes that a page was delivered, and goes on.
    pub fn advance(&mut self, page: &[Stub], next: Option<String>) {
        let Some(floor) = self.floor else {
            self.over = next.is_none();
            self.paging.after = next;
            return;
        };
        let is_first = self.paging.after.is_none();
        if is_first {
            self.newest = page.iter().map(|stub| stub.updated_at).max();
            self.brought_news = false;
        }
        self.brought_news |= page.iter().any(|&stub| self.wants(stub));
        self.delivered.extend(page.iter().filter(|stub| stub.updated_at >= floor).map(|stub| (stub.id.0, stub.updated_at)));
        let reached_floor = page.iter().any(|stub| stub.updated_at < floor);
        match next {
            Some(next) if !reached_floor => self.paging.after = Some(next),
            _ if is_first || !self.brought_news => self.over = true,
            _ => {
                self.paging.after = None;
                self.floor = self.newest.or(self.floor);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(second, 0).unwrap()
    }

    fn stub(id: i64, second: i64) -> Stub {
        Stub { id: Big(id), updated_at: at(second) }
    }

    #[test]
    fn the_first_sweep_pages_oldest_first_to_the_end() {
        let mut sweep = Sweep::new(None, 2);
        assert_eq!(sweep.order()["field"], "CREATED_AT");
        sweep.advance(&[stub(1, 50), stub(2, 10)], Some("a".into()));
        assert!(!sweep.is_over());
        sweep.advance(&[stub(3, 20)], None);
        assert!(sweep.is_over());
    }

    #[test]
    fn one_page_that_reaches_the_floor_is_enough() {
        let mut sweep = Sweep::new(Some(at(30)), 2);
        assert_eq!(sweep.order()["field"], "UPDATED_AT");
        assert!(sweep.wants(stub(1, 30)));
        assert!(!sweep.wants(stub(2, 29)));
        sweep.advance(&[stub(1, 30), stub(2, 29)], Some("a".into()));
        assert!(sweep.is_over());
    }

    #[test]
    fn after_several_pages_the_front_is_looked_at_until_one_page_holds_what_is_new() {
        let mut sweep = Sweep::new(Some(at(30)), 2);
        sweep.advance(&[stub(1, 50), stub(2, 45)], Some("a".into()));
        sweep.advance(&[stub(3, 40), stub(4, 20)], Some("b".into()));
        assert!(!sweep.is_over());
        assert_eq!(sweep.paging.after, None);
        // Item 5 stood at second 35 on the second page when the first was read; then it was updated and jumped over the cursor.
        assert!(sweep.wants(stub(5, 51)));
        assert!(!sweep.wants(stub(1, 50)), "delivered, and not updated since");
        assert!(!sweep.wants(stub(2, 45)), "older than what the last look began with");
        sweep.advance(&[stub(5, 51), stub(1, 50)], Some("a".into()));
        assert!(!sweep.is_over(), "the page may have ended in the second that the last look began with");
        sweep.advance(&[stub(2, 45)], None);
        assert!(!sweep.is_over(), "a look of two pages was no single moment either");
        sweep.advance(&[stub(5, 51), stub(1, 50)], Some("a".into()));
        assert!(sweep.is_over());
    }

    #[test]
    fn more_updates_in_one_second_than_a_page_holds_do_not_keep_the_sweep_going() {
        let mut sweep = Sweep::new(Some(at(30)), 2);
        let mut pages = 0;
        while !sweep.is_over() {
            assert!(pages < 6, "it goes on for ever");
            let (page, next) = if sweep.paging.after.is_none() {
                ([stub(1, 50), stub(2, 50)], Some("a".into()))
            } else {
                ([stub(3, 50), stub(4, 10)], None)
            };
            sweep.advance(&page, next);
            pages += 1;
        }
        assert_eq!(pages, 4);
    }

    #[test]
    fn a_look_that_needs_one_page_ends_the_sweep() {
        let mut sweep = Sweep::new(Some(at(30)), 3);
        sweep.advance(&[stub(1, 50), stub(2, 45), stub(3, 44)], Some("a".into()));
        sweep.advance(&[stub(4, 20)], None);
        sweep.advance(&[stub(5, 51), stub(1, 50), stub(2, 45)], Some("a".into()));
        assert!(sweep.is_over());
    }
}
