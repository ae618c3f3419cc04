//! Every key of the policy language, table by table. docs/SCORING.md explains each; a test holds it to that.

/// The tables by the name that the manual gives them, with their keys.
pub const KEYS: &[(&str, &[&str])] = &[
    ("policy", POLICY),
    ("[eligibility]", ELIGIBILITY),
    ("[categories.NAME]", CATEGORY),
    ("[[rules]]", RULE),
    ("size", SIZE),
    ("[[limits]]", LIMIT),
    ("[credits]", CREDITS),
];

pub(super) const POLICY: &[&str] = &["name", "version", "description", "eligibility", "categories", "rules", "limits", "credits"];
pub(super) const ELIGIBILITY: &[&str] = &["own_repository", "excluded_labels"];
pub(super) const CATEGORY: &[&str] = &["factor", "own_repository"];
pub(super) const RULE: &[&str] = &["id", "kind", "states", "categories", "requires", "dated_by", "points", "points_in", "size"];
pub(super) const SIZE: &[&str] = &["from", "factor"];
pub(super) const LIMIT: &[&str] = &["per", "points", "items", "kinds", "categories"];
pub(super) const CREDITS: &[&str] = &["points_per_credit", "step", "rounding", "minimum", "cap"];
