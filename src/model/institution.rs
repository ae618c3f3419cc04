//! An institution and the roles that its keys carry.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::{contribution::words, ids::InstitutionId};

/// A university, or whoever awards credit: the tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Institution {
    pub id: InstitutionId,
    pub slug: String,
    pub name: String,
    /// Terms begin and end at midnight of this zone.
    pub timezone: Tz,
    pub created_at: DateTime<Utc>,
}

words! {
    /// What a key or a person who signed in may do.
    Role {
        /// Sees what is theirs.
        Student = "student",
        /// Reads everything of the institution.
        Reader = "reader",
        /// Also decides: on awards and on appeals.
        Reviewer = "reviewer",
        /// Reads, and registers members, repositories, terms and policies, fetches, evaluates and proposes. Does not decide.
        Staff = "staff",
        /// All of that, and who may do what: keys and people.
        Admin = "admin",
    }
}

impl Role {
    /// Whether this role may do what `needed` may. What a student may see of themselves, whoever reads everything may see too.
    pub const fn covers(self, needed: Self) -> bool {
        match needed {
            Self::Student => true,
            Self::Reader => !matches!(self, Self::Student),
            Self::Reviewer => matches!(self, Self::Reviewer | Self::Admin),
            Self::Staff => matches!(self, Self::Staff | Self::Admin),
            Self::Admin => matches!(self, Self::Admin),
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(Role::Student, &[Role::Student])]
    #[case(Role::Reader, &[Role::Student, Role::Reader])]
    #[case(Role::Reviewer, &[Role::Student, Role::Reader, Role::Reviewer])]
    #[case(Role::Staff, &[Role::Student, Role::Reader, Role::Staff])]
    #[case(Role::Admin, Role::ALL)]
    fn whoever_registers_does_not_decide_and_whoever_decides_does_not_register(#[case] role: Role, #[case] may: &[Role]) {
        let covered: Vec<Role> = Role::ALL.iter().copied().filter(|needed| role.covers(*needed)).collect();
        assert_eq!(covered, may);
    }
}
