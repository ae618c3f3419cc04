//! Finds rules that could never be asked, because an earlier one takes whatever they could.
//! It must not guess: a rule is shadowed only where that is proved key by key.

use crate::model::{
    contribution::{Kind, State},
    policy::{Rule, Selector},
};

/// Whatever `later` could take, `earlier` takes.
pub(super) fn takes_all_of(earlier: &Rule, later: &Rule) -> bool {
    let (wide, narrow) = (&earlier.selector, &later.selector);
    wide.kinds == narrow.kinds
        && within(&narrow.categories, &wide.categories)
        && within(&narrow.names, &wide.names)
        && states(narrow).iter().all(|state| states(wide).contains(state))
        && wide.requires.iter().all(|requirement| narrow.requires.contains(requirement))
        // What these ask for may come later, and then it matters which rule asked.
        && (wide.confirmed_by.is_empty() || wide.confirmed_by == narrow.confirmed_by)
        && (wide.opened_by.is_none() || (wide.opened_by, wide.zone) == (narrow.opened_by, narrow.zone))
        && (wide.closed_by.is_none() || (wide.closed_by, wide.zone) == (narrow.closed_by, narrow.zone))
}

/// Of two lists of which an empty one does not narrow.
fn within(narrow: &[String], wide: &[String]) -> bool {
    wide.is_empty() || (!narrow.is_empty() && narrow.iter().all(|name| wide.contains(name)))
}

fn states(selector: &Selector) -> Vec<State> {
    if selector.states.is_empty() {
        selector.kinds.iter().filter_map(|kind| kind.contribution()).flat_map(Kind::states).copied().collect()
    } else {
        selector.states.clone()
    }
}
