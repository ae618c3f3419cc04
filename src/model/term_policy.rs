//! Which policy holds in a term from which day on, and for whom. Adoptions are appended: a later one follows an earlier one.
//! It must not know what a policy says.

use std::fmt;

use chrono::{DateTime, NaiveDate, Utc};

use super::{
    ids::{PolicyId, TermId, TermPolicyId},
    policy::Audience,
};

/// One adoption.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TermPolicy {
    pub id: TermPolicyId,
    pub term: TermId,
    pub audience: Audience,
    pub policy: PolicyId,
    /// The first day, in the institution's zone, on which it is in force.
    pub adopted_from: NaiveDate,
    /// Who adopted it: a key, or the operator.
    pub adopted_by: String,
    pub adopted_at: DateTime<Utc>,
}

/// What the adoptions of a term say about a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InForce {
    /// Nobody adopted anything that is in force by then.
    Nothing,
    Policy(PolicyId),
    /// Several hold, each for others: somebody must say for whom.
    Several(Vec<Audience>),
}

/// The policy that holds on `day`: for `audience` (or, where nothing was adopted for them, for everyone), or the only one that holds.
pub fn in_force(adoptions: &[TermPolicy], audience: Option<Audience>, day: NaiveDate) -> InForce {
    let newest = |wanted: Audience| {
        let held = adoptions.iter().filter(|one| one.audience == wanted && one.adopted_from <= day);
        held.max_by_key(|one| (one.adopted_from, one.adopted_at, one.id))
    };
    if let Some(audience) = audience {
        let held = newest(audience).or_else(|| newest(Audience::Everyone));
        return held.map_or(InForce::Nothing, |one| InForce::Policy(one.policy));
    }
    let held: Vec<_> = Audience::ALL.iter().filter_map(|audience| newest(*audience)).collect();
    match held.as_slice() {
        [] => InForce::Nothing,
        [first, rest @ ..] if rest.iter().all(|one| one.policy == first.policy) => InForce::Policy(first.policy),
        several => InForce::Several(several.iter().map(|one| one.audience).collect()),
    }
}

/// No policy is in force on a day, though some were adopted for the term.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotInForce {
    pub day: NaiveDate,
    /// For whom was asked. `None`: for whomever.
    pub audience: Option<Audience>,
    /// When the next ones begin, each with those for whom it is: of whom was asked for, or else of all.
    pub coming: Vec<(Audience, NaiveDate)>,
    /// For whom one is in force, where it is not for whom was asked.
    pub held_for: Vec<Audience>,
}

impl NotInForce {
    pub fn of(adoptions: &[TermPolicy], audience: Option<Audience>, day: NaiveDate) -> Self {
        let is_meant = |of: Audience| audience.is_none_or(|wanted| of == wanted || of == Audience::Everyone);
        let first =
            |of: &Audience| adoptions.iter().filter(|one| one.audience == *of && one.adopted_from > day).map(|one| one.adopted_from).min();
        let coming = |of: &Audience| Some((*of, first(of)?));
        let is_held = |of: &Audience| adoptions.iter().any(|one| one.audience == *of && one.adopted_from <= day);
        Self {
            day,
            audience,
            coming: Audience::ALL.iter().filter(|of| is_meant(**of)).filter_map(coming).collect(),
            held_for: Audience::ALL.iter().copied().filter(is_held).collect(),
        }
    }
}

impl fmt::Display for NotInForce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no policy is in force for this term on {}", self.day)?;
        if let Some(audience) = self.audience {
            write!(f, " for {audience}")?;
        }
        for (audience, from) in &self.coming {
            write!(f, "; one for {audience} is from {from} on")?;
        }
        match self.held_for.as_slice() {
            [] => Ok(()),
            held => write!(f, "; policies are in force for {}", held.iter().map(|one| one.as_str()).collect::<Vec<_>>().join(", ")),
        }
    }
}

/// Why a policy that was written for `written_for` cannot be adopted for `audience`: it scores exactly those whom its own text names.
pub fn misfit(written_for: Audience, audience: Audience) -> Option<String> {
    (written_for != audience)
        .then(|| format!("the policy is written for {written_for}: adopt it for them, or write another `audience` into a new version"))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use uuid::Uuid;

    use super::*;

    /// `(policy, audience, from)`, adopted one after the other.
    fn adopted(adoptions: &[(u128, Audience, &str)]) -> Vec<TermPolicy> {
        let one = |(at, (policy, audience, from)): (usize, &(u128, Audience, &str))| TermPolicy {
            id: TermPolicyId(Uuid::from_u128(u128::try_from(at).unwrap())),
            term: TermId(Uuid::nil()),
            audience: *audience,
            policy: PolicyId(Uuid::from_u128(*policy)),
            adopted_from: from.parse().unwrap(),
            adopted_by: "operator".into(),
            adopted_at: DateTime::from_timestamp(i64::try_from(at).unwrap(), 0).unwrap(),
        };
        adoptions.iter().enumerate().map(one).collect()
    }

    const EVERYONE: Audience = Audience::Everyone;
    const STUDENTS: Audience = Audience::Students;
    const FACULTY: Audience = Audience::Faculty;

    #[rstest]
    #[case::before_the_first(&[(1, EVERYONE, "2025-09-01")], "2025-08-31", None)]
    #[case::on_its_first_day(&[(1, EVERYONE, "2025-09-01")], "2025-09-01", Some(1))]
    #[case::a_later_one_follows(&[(1, EVERYONE, "2025-09-01"), (2, EVERYONE, "2025-10-01")], "2025-10-01", Some(2))]
    #[case::not_yet_followed(&[(1, EVERYONE, "2025-09-01"), (2, EVERYONE, "2025-10-01")], "2025-09-30", Some(1))]
    #[case::a_correction_of_the_same_day(&[(1, EVERYONE, "2025-09-01"), (2, EVERYONE, "2025-09-01")], "2025-09-01", Some(2))]
    #[case::one_that_was_put_in_between(&[(1, EVERYONE, "2025-10-01"), (2, EVERYONE, "2025-09-15")], "2025-10-05", Some(1))]
    fn the_newest_that_has_begun_is_in_force(
        #[case] adoptions: &[(u128, Audience, &str)],
        #[case] day: &str,
        #[case] expected: Option<u128>,
    ) {
        let expected = expected.map_or(InForce::Nothing, |policy| InForce::Policy(PolicyId(Uuid::from_u128(policy))));
        let mut adoptions = adopted(adoptions);
        assert_eq!(in_force(&adoptions, None, day.parse().unwrap()), expected);
        adoptions.reverse();
        assert_eq!(in_force(&adoptions, Some(STUDENTS), day.parse().unwrap()), expected, "in another order, for some of everyone");
    }

    #[test]
    fn where_several_hold_somebody_must_say_for_whom() {
        let adoptions = adopted(&[(1, STUDENTS, "2025-09-01"), (2, FACULTY, "2025-09-01")]);
        let day = "2025-09-01".parse().unwrap();
        assert_eq!(in_force(&adoptions, None, day), InForce::Several(vec![STUDENTS, FACULTY]));
        assert_eq!(in_force(&adoptions, Some(FACULTY), day), InForce::Policy(adoptions[1].policy));
        assert_eq!(in_force(&adoptions, Some(EVERYONE), day), InForce::Nothing);
        let same = adopted(&[(1, STUDENTS, "2025-09-01"), (1, FACULTY, "2025-09-01")]);
        assert_eq!(in_force(&same, None, day), InForce::Policy(same[0].policy));
    }

    #[rstest]
    #[case::not_yet(None, "2025-09-01", "on 2025-09-01; one for students is from 2025-10-01 on; one for faculty is from 2025-11-01 on")]
    #[case::not_yet_for_them(
        Some(FACULTY),
        "2025-10-01",
        "on 2025-10-01 for faculty; one for faculty is from 2025-11-01 on; policies are in force for students"
    )]
    #[case::for_others(Some(EVERYONE), "2025-12-01", "on 2025-12-01 for everyone; policies are in force for students, faculty")]
    fn where_none_is_in_force_it_is_said_from_when_one_is_and_for_whom(
        #[case] audience: Option<Audience>,
        #[case] day: &str,
        #[case] said: &str,
    ) {
        let adoptions = adopted(&[(1, STUDENTS, "2025-10-01"), (2, FACULTY, "2025-11-01"), (3, FACULTY, "2025-12-01")]);
        let day = day.parse().unwrap();
        assert_eq!(in_force(&adoptions, audience, day), InForce::Nothing);
        assert_eq!(NotInForce::of(&adoptions, audience, day).to_string(), format!("no policy is in force for this term {said}"));
    }

    #[rstest]
    #[case(STUDENTS, STUDENTS, true)]
    #[case(STUDENTS, FACULTY, false)]
    #[case(STUDENTS, EVERYONE, false)]
    #[case(EVERYONE, FACULTY, false)]
    #[case(EVERYONE, EVERYONE, true)]
    fn a_policy_is_adopted_for_those_that_it_is_written_for(#[case] written_for: Audience, #[case] audience: Audience, #[case] fits: bool) {
        assert_eq!(misfit(written_for, audience).is_none(), fits);
    }
}
