//! Cuts a list into pages by opaque cursors.
//! It must not give a place in a list that moves a number: who pages while the list changes goes on behind the item that was last.

use std::{cmp::Ordering, rc::Rc};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::Value;

use super::{
    Refusal,
    arguments::Arguments,
    things::{Resolved, Thing},
};

/// Where an item stands in the order of its list.
type Place = (i64, i64);

/// A list before it is cut, in order.
pub(super) struct List<'w> {
    /// What GitHub calls the list's type.
    typename: &'static str,
    items: Vec<(Place, Thing<'w>)>,
    descends: bool,
}

/// One page of it.
pub(super) struct Page<'w> {
    pub typename: &'static str,
    pub items: Vec<(String, Thing<'w>)>,
    pub total: usize,
    pub has_next: bool,
    pub has_previous: bool,
}

impl<'w> List<'w> {
    /// A list that has no order but its own.
    pub fn plain(typename: &'static str, things: impl IntoIterator<Item = Thing<'w>>) -> Self {
        let items = (0..).zip(things).map(|(at, thing)| ((at, 0), thing)).collect();
        Self { typename, items, descends: false }
    }

    pub fn ordered(typename: &'static str, items: impl IntoIterator<Item = (Place, Thing<'w>)>, descends: bool) -> Self {
        let mut items: Vec<_> = items.into_iter().collect();
        items.sort_by(|(a, _), (b, _)| order(*a, *b, descends));
        Self { typename, items, descends }
    }

    /// The page that the arguments ask for.
    pub fn page(self, arguments: &mut Arguments) -> Result<Resolved<'w>, Refusal> {
        let (first, last) = (arguments.take_count("first")?, arguments.take_count("last")?);
        let after = arguments.take_text("after")?.map(|cursor| place(&cursor)).transpose()?;
        let before = arguments.take_text("before")?.map(|cursor| place(&cursor)).transpose()?;
        let name = self.typename.trim_end_matches("Connection");
        if first.is_none() && last.is_none() {
            let message = format!("You must provide a `first` or `last` value to properly paginate the `{name}` connection.");
            return Err(Refusal::new("MISSING_PAGINATION_BOUNDARIES", message));
        }
        let total = self.items.len();
        let is_behind = |at: Place| after.is_none_or(|after| order(at, after, self.descends) == Ordering::Greater);
        let is_before = |at: Place| before.is_none_or(|before| order(at, before, self.descends) == Ordering::Less);
        let start = self.items.iter().position(|(at, _)| is_behind(*at)).unwrap_or(total);
        let end = self.items.iter().rposition(|(at, _)| is_before(*at)).map_or(0, |at| at + 1).max(start);
        let end = first.map_or(end, |first| end.min(start + first));
        let start = last.map_or(start, |last| start.max(end.saturating_sub(last)));
        let items = self.items.into_iter().skip(start).take(end - start).map(|(at, thing)| (cursor(at), thing)).collect();
        let page = Page { typename: self.typename, items, total, has_next: end < total, has_previous: start > 0 };
        Ok(Resolved::One(Thing::Page(Rc::new(page))))
    }
}

/// Whatever page was asked for of a list that GitHub does not give.
pub(super) fn no_list<'w>(arguments: &mut Arguments) -> Resolved<'w> {
    for argument in ["first", "last", "after", "before"] {
        arguments.take(argument);
    }
    Resolved::NULL
}

fn order(a: Place, b: Place, descends: bool) -> Ordering {
    if descends { b.cmp(&a) } else { a.cmp(&b) }
}

fn cursor((major, minor): Place) -> String {
    STANDARD.encode(format!("cursor:v2:{major}:{minor}"))
}

fn place(cursor: &str) -> Result<Place, Refusal> {
    let read = || {
        let text = String::from_utf8(STANDARD.decode(cursor).ok()?).ok()?;
        let (major, minor) = text.strip_prefix("cursor:v2:")?.split_once(':')?;
        Some((major.parse().ok()?, minor.parse().ok()?))
    };
    read().ok_or_else(|| Refusal::new("INVALID_CURSOR_ARGUMENTS", format!("`{cursor}` does not appear to be a valid cursor.")))
}

impl<'w> Page<'w> {
    pub fn field(self: &Rc<Self>, name: &str) -> Option<Resolved<'w>> {
        Some(match name {
            "totalCount" => Resolved::Leaf(self.total.into()),
            "nodes" => Resolved::Many(self.items.iter().map(|(_, thing)| thing.clone()).collect()),
            "pageInfo" => Resolved::One(Thing::PageInfo(Rc::clone(self))),
            _ => return None,
        })
    }

    pub fn info(&self, name: &str) -> Option<Resolved<'w>> {
        let cursor = |item: Option<&(String, Thing<'w>)>| item.map_or(Value::Null, |(cursor, _)| cursor.as_str().into());
        Some(Resolved::Leaf(match name {
            "hasNextPage" => self.has_next.into(),
            "hasPreviousPage" => self.has_previous.into(),
            "startCursor" => cursor(self.items.first()),
            "endCursor" => cursor(self.items.last()),
            _ => return None,
        }))
    }
}
