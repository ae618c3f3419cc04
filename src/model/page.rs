//! A page of a list: `{"items": […], "next": "cursor" or null}`.

use serde::Serialize;

/// The largest page that a caller may ask for.
pub const MAX_LIMIT: u16 = 200;
/// The page that a caller gets who does not ask.
pub const DEFAULT_LIMIT: u16 = 50;

/// Some items of a list and where to go on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// Give it as `cursor` to get the next page; absent on the last one.
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// Makes a page out of `limit + 1` fetched rows: the surplus row says that there is more. `cursor_of` names the last item kept.
    pub fn cut(mut items: Vec<T>, limit: u16, cursor_of: impl FnOnce(&T) -> String) -> Self {
        let more = items.len() > usize::from(limit);
        items.truncate(usize::from(limit));
        let next = if more { items.last().map(cursor_of) } else { None };
        Self { items, next }
    }

    pub fn map<U>(self, each: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(each).collect(), next: self.next }
    }
}
