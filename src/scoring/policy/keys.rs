//! Every key of the policy language, table by table. docs/SCORING.md explains each; a test holds it to that.

/// The tables by the name that the manual gives them, with their keys.
pub const KEYS: &[(&str, &[&str])] = &[
    ("The policy itself", POLICY),
    ("[eligibility]", ELIGIBILITY),
    ("[repositories]", REPOSITORIES),
    ("[categories.NAME]", CATEGORY),
    ("[[rules]]", RULE),
    ("Which items are meant", SELECTOR),
    ("What they earn", PAY),
    ("Steps of size", SIZE),
    ("Steps of a ladder", LADDER),
    ("[[measures]]", MEASURE),
    ("Conditions", CONDITION),
    ("[[factors]]", FACTOR),
    ("[[limits]]", LIMIT),
    ("[units]", UNITS),
    ("[works]", WORKS),
    ("[[requirements]]", CONDITION),
    ("[payout]", PAYOUT),
    ("[credits]", CREDITS),
    ("[flags]", FLAGS),
    ("[decision]", DECISION),
];

pub(super) const POLICY: &[&str] = &[
    "name",
    "version",
    "description",
    "audience",
    "years",
    "eligibility",
    "repositories",
    "categories",
    "rules",
    "measures",
    "factors",
    "limits",
    "units",
    "works",
    "requirements",
    "payout",
    "credits",
    "flags",
    "decision",
];
pub(super) const ELIGIBILITY: &[&str] = &["own_repository", "excluded_labels", "waiting_days", "automation"];
pub(super) const REPOSITORIES: &[&str] = &["licence", "min_age_days", "outside_contributors", "allow", "deny", "registered_by"];
pub(super) const CATEGORY: &[&str] = &["factor", "own_repository"];
/// And those of a selector and of what it pays.
pub(super) const RULE: &[&str] = &["id", "group", "kind", "points", "points_in", "size"];
pub(super) const SELECTOR: &[&str] =
    &["states", "categories", "names", "requires", "confirmed_by", "dated_by", "opened_by", "closed_by", "zone"];
pub(super) const PAY: &[&str] = &["points_each", "most", "ladder"];
pub(super) const SIZE: &[&str] = &["from", "factor"];
pub(super) const LADDER: &[&str] = &["from", "above", "points"];
/// And those of a selector and of what it pays.
pub(super) const MEASURE: &[&str] = &["id", "group", "count", "kinds", "each", "serves_later_weeks", "normalise", "when"];
pub(super) const CONDITION: &[&str] = &["measure", "from", "below"];
pub(super) const FACTOR: &[&str] = &["id", "group", "factor", "when"];
pub(super) const LIMIT: &[&str] = &["per", "points", "items", "kinds", "categories", "groups"];
pub(super) const UNITS: &[&str] = &["days", "same", "bonus"];
pub(super) const WORKS: &[&str] = &["highest_only", "teams", "over_one"];
pub(super) const PAYOUT: &[&str] = &["step", "per", "most"];
pub(super) const CREDITS: &[&str] = &["points_per_credit", "step", "rounding", "minimum", "cap", "lifetime_cap", "needed"];
pub(super) const FLAGS: &[&str] =
    &["velocity_day", "velocity_week", "instant_minutes", "instant_lines", "mutual_part", "mutual_from", "spam_items"];
pub(super) const DECISION: &[&str] = &["confirmed_by", "notice_days", "appeal_days", "appeal_days_are", "recorded_as"];
