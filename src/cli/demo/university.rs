//! The demonstration university of `seeds/`: read, registered, and given a sample GitHub to work on.
//! It must not hold a person or a date of its own: all of them stand in the seeds.

use anyhow::{Context as _, anyhow};
use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use serde::Deserialize;

use super::{
    super::{holiday as holidays, institution, output, repository, roster, term},
    Ground,
};
use crate::{
    db::Db,
    enrolment::Asked,
    model::{
        holiday::{self, Years},
        repository::FullName,
    },
    rosters::{self, Roster, Wish},
    sample::Recipe,
};

const UNIVERSITY: &str = include_str!("../../../seeds/university.toml");
const ROSTER: &str = include_str!("../../../seeds/roster.csv");
const HOLIDAYS: &str = include_str!("../../../seeds/holidays.csv");

pub(super) struct University {
    wire: UniversityWire,
    repositories: Vec<Repository>,
    roster: Roster,
    holidays: Years,
}

/// Who decides, and when.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DecisionsWire {
    pub staff: String,
    /// Numbers of the roster.
    pub reviewer: String,
    pub second: String,
    pub approved_at: DateTime<Utc>,
    pub confirmed_at: DateTime<Utc>,
    pub appealed_at: DateTime<Utc>,
    pub dismissed_at: DateTime<Utc>,
}

struct Repository {
    full_name: FullName,
    category: String,
    member_numbers: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UniversityWire {
    name: String,
    slug: String,
    timezone: Tz,
    unknown_to_github: Vec<String>,
    term: TermWire,
    decisions: DecisionsWire,
    sample: SampleWire,
    repository: Vec<RepositoryWire>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TermWire {
    code: String,
    name: String,
    starts_on: NaiveDate,
    ends_on: NaiveDate,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SampleWire {
    seed: u64,
    now: DateTime<Utc>,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
    pull_requests: usize,
    reviews: usize,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RepositoryWire {
    full_name: String,
    category: String,
    #[serde(default)]
    member_numbers: Vec<String>,
}

impl University {
    pub fn read() -> anyhow::Result<Self> {
        let mut wire: UniversityWire = toml::from_str(UNIVERSITY).context("seeds/university.toml")?;
        let roster = rosters::read(ROSTER.as_bytes(), &Wish::default()).context("seeds/roster.csv")?;
        let holidays = holiday::read_file(HOLIDAYS).map_err(|wrong| anyhow!("seeds/holidays.csv: {}", wrong.join("; ")))?;
        let repositories = std::mem::take(&mut wire.repository)
            .into_iter()
            .map(|one| Ok(Repository { full_name: one.full_name.parse()?, category: one.category, member_numbers: one.member_numbers }))
            .collect::<anyhow::Result<_>>()?;
        Ok(Self { wire, repositories, roster, holidays })
    }

    pub const fn decisions(&self) -> &DecisionsWire {
        &self.wire.decisions
    }

    /// What the sample GitHub is made of: everybody of the roster whose login it knows.
    pub fn recipe(&self) -> Recipe {
        let SampleWire { seed, now, from, until, pull_requests, reviews } = self.wire.sample;
        let logins = self.roster.entries.iter().filter_map(|person| person.named.github_login.clone());
        Recipe {
            seed,
            now,
            from,
            until,
            students: logins.filter(|login| !self.wire.unknown_to_github.contains(login)).collect(),
            repositories: self.repositories.iter().map(|one| one.full_name.clone()).collect(),
            pull_requests,
            reviews,
        }
    }

    /// The institution, its term, its holidays, its people and its repositories.
    pub async fn register(&self, db: &Db) -> anyhow::Result<Ground> {
        let wire = &self.wire;
        let institution = institution::create(db, &wire.name, &wire.slug, wire.timezone).await?;
        let TermWire { code, name, starts_on, ends_on } = &wire.term;
        let term = term::create(db, institution.id, code, name, (*starts_on, *ends_on)).await?;
        holidays::replace(db, institution.id, &self.holidays).await?;
        let imported = roster::import(db, institution.id, &self.roster, Asked::default()).await?;
        let mut tx = db.begin_as(institution.id).await?;
        for one in &self.repositories {
            repository::track(&mut tx, &one.full_name, &one.category, &one.member_numbers).await?;
        }
        tx.commit().await?;
        output::say(format_args!(
            "registered {}: {} people, {} repositories, the term {}",
            institution.name,
            imported.added,
            self.repositories.len(),
            term.code
        ));
        Ok(Ground { institution, term })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{member::MemberRole, roster::Named};

    #[test]
    fn the_seeds_hold_what_the_demonstration_promises() {
        let university = University::read().unwrap();
        let people: Vec<&Named> = university.roster.entries.iter().map(|entry| &entry.named).collect();
        let students = people.iter().filter(|person| person.role == Some(MemberRole::Student)).count();
        assert!(students >= 40 && students < people.len(), "students, and some of the faculty");
        assert!(people.iter().any(|person| person.github_login.is_none()));
        assert!(people.iter().all(|person| person.number.starts_with("00")), "leading zeros are shown to count");
        let recipe = university.recipe();
        assert!(recipe.repositories.len() >= 3 && recipe.pull_requests >= 600 && recipe.reviews >= 1_500);
        for login in &university.wire.unknown_to_github {
            assert!(people.iter().any(|person| person.github_login.as_ref() == Some(login)), "{login}");
            assert!(!recipe.students.contains(login));
        }
    }

    #[test]
    fn the_fetch_takes_place_after_the_term() {
        let UniversityWire { term, sample, timezone, .. } = University::read().unwrap().wire;
        let end = crate::model::term::start_of_day(term.ends_on.succ_opt().unwrap(), timezone);
        assert!(sample.now > end && sample.until <= sample.now && sample.from < sample.until);
    }

    #[test]
    fn those_who_decide_are_two_of_the_faculty_and_decide_in_order() {
        let university = University::read().unwrap();
        let DecisionsWire { reviewer, second, approved_at, confirmed_at, appealed_at, dismissed_at, .. } = university.decisions();
        for number in [reviewer, second] {
            assert!(
                university.roster.entries.iter().any(|one| one.named.number == *number && one.named.role == Some(MemberRole::Faculty)),
                "{number}"
            );
        }
        assert_ne!(reviewer, second);
        assert!(
            university.wire.sample.now < *approved_at
                && approved_at < confirmed_at
                && confirmed_at < appealed_at
                && appealed_at < dismissed_at
        );
        assert_eq!(university.holidays.keys().collect::<Vec<_>>(), [&2025, &2026]);
    }

    #[test]
    fn a_repository_of_a_students_own_belongs_to_somebody_of_the_roster() {
        let university = University::read().unwrap();
        let owned: Vec<_> = university.repositories.iter().flat_map(|one| &one.member_numbers).collect();
        assert!(!owned.is_empty());
        for number in owned {
            assert!(university.roster.entries.iter().any(|person| person.named.number == *number), "{number}");
        }
    }
}
