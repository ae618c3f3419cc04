//! The codes by which machines know how points became credits, and the values of each.
//! It must not write sentences: `messages` has one for each.

/// How. Every reason carries [points, per_credit, credits: those that are given, prior: credits of earlier terms, total: both together,
/// needed: in all, or empty]; what it carries beside these stands in brackets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Code {
    /// The points are none, or fewer than none.
    None,
    /// Divided and rounded [step, rounding].
    Credits,
    /// What was rounded is below the minimum, so it is none [step, rounding, rounded, minimum].
    Minimum,
    /// What was rounded is more than the cap [step, rounding, rounded, cap].
    Cap,
    /// Together with those of earlier terms it would be more than the lifetime cap, so only the rest is given; none, where that is below
    /// the minimum [step, rounding, rounded, lifetime_cap].
    LifetimeCap,
    /// A requirement of the policy is not met, so there is none [measures: those that fall short, a list].
    Unmet,
}

impl Code {
    pub const ALL: &[Self] = &[Self::None, Self::Credits, Self::Minimum, Self::Cap, Self::LifetimeCap, Self::Unmet];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "credits_none",
            Self::Credits => "credits",
            Self::Minimum => "credits_minimum",
            Self::Cap => "credits_cap",
            Self::LifetimeCap => "credits_lifetime_cap",
            Self::Unmet => "credits_unmet",
        }
    }
}
