//! What one member's number was made of, as one value that a file can hold: whoever has it and the policy gets the same number.
//! It must not read a file, nor hold more of other people than scoring asks for.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};

use super::{Context, Subject, pairs};
use crate::model::{
    contribution::{Contribution, Key},
    credit::Credits,
    ids::RepositoryId,
    member_score::{self, ExplainedLine},
    policy::Policy,
    score::{Line, ScoreSheet},
    statement,
};

/// The form that this version writes and reads.
pub const VERSION: u32 = 1;

/// Everything that scoring read for one member, and what it found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bundle {
    /// The form of the file: `VERSION`.
    pub accredit_bundle: u32,
    /// What was found. It is compared, never read by scoring.
    pub found: Found,
    pub subject: Subject,
    /// Only what concerns the member of it.
    pub context: Context,
    pub contributions: Vec<Contribution>,
    /// Where a person can look at each contribution.
    #[serde(with = "pairs")]
    pub addresses: HashMap<Key, Address>,
    /// The policy's text, byte for byte: the hash beside every result is of these bytes.
    pub policy: String,
}

/// The result that the bundle explains.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    pub number: String,
    pub name: String,
    /// The term's code.
    pub term: String,
    pub credits: Credits,
    #[serde(flatten)]
    pub sheet: ScoreSheet,
}

/// What only people read of a contribution.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    pub url: String,
    pub title: Option<String>,
}

/// Facts that a bundle was not made with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lack {
    /// It has the work of other years, more or fewer.
    Years,
    /// How many people from outside contributed to each repository.
    OutsideContributors,
    /// The network scores of the class.
    Network,
    /// What earlier terms left under a policy of that name.
    Prior,
}

impl Lack {
    /// The word by which messages tell them apart.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Years => "years",
            Self::OutsideContributors => "outside_contributors",
            Self::Network => "network",
            Self::Prior => "prior",
        }
    }
}

/// Why a text is no bundle.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    #[error("this is no bundle: {0}; `accredit score --explain --bundle FILE` writes one")]
    NoBundle(String),
    #[error("the bundle is of form {0}, and this program reads form {VERSION}: use the version of accredit that wrote it")]
    Version(u32),
}

#[derive(Deserialize)]
struct Form {
    accredit_bundle: u32,
}

impl Bundle {
    /// What concerns the member, of a context that all members share.
    pub fn new(policy: String, subject: Subject, context: &Context, contributions: &[Contribution], found: Found) -> Self {
        let keys: HashSet<&Key> = contributions.iter().chain(&subject.shared).map(|contribution| &contribution.key).collect();
        let about = subject.statements.iter().filter_map(|statement| match &statement.about {
            Some(statement::About::Repository(id)) => Some(*id),
            Some(statement::About::Contribution(key)) => Some(key.repository),
            _ => None,
        });
        let repositories: HashSet<RepositoryId> = keys.iter().map(|key| key.repository).chain(about).collect();
        let numbers: HashSet<(RepositoryId, i64)> =
            contributions.iter().chain(&subject.shared).filter_map(|one| Some((one.key.repository, one.number?))).collect();
        let context = Context {
            window: context.window,
            zone: context.zone,
            as_of: context.as_of,
            repositories: kept(&context.repositories, |id| repositories.contains(id)),
            reverted: kept(&context.reverted, |number| numbers.contains(number)),
            copies: kept(&context.copies, |key| keys.contains(key)),
            shares: kept(&context.shares, |key| keys.contains(key)),
        };
        let contributions = contributions.to_vec();
        Self { accredit_bundle: VERSION, found, subject, context, contributions, addresses: HashMap::new(), policy }
    }

    pub fn read(text: &str) -> Result<Self, Unreadable> {
        let no_bundle = |why: String| Unreadable::NoBundle(why);
        let form: Form = serde_json::from_str(text).map_err(|error| no_bundle(error.to_string()))?;
        if form.accredit_bundle != VERSION {
            return Err(Unreadable::Version(form.accredit_bundle));
        }
        serde_path_to_error::deserialize(&mut serde_json::Deserializer::from_str(text)).map_err(|error| no_bundle(error.to_string()))
    }

    /// What another policy asks for that was not collected for the bundle's own. Without it the number would be another than the one in the
    /// database, and look as good.
    pub fn lacks(own: &Policy, other: &Policy) -> Option<Lack> {
        let outside = |policy: &Policy| policy.repositories.outside_contributors.unwrap_or(0);
        let (is_same_class, is_same_name) = (other.audience == own.audience, other.name == own.name);
        if other.years != own.years {
            Some(Lack::Years)
        } else if outside(other) > outside(own) {
            // They were counted up to the number that its own policy wants, and no further.
            Some(Lack::OutsideContributors)
        } else if other.asks_for_network() && !(own.asks_for_network() && is_same_class) {
            Some(Lack::Network)
        } else if other.asks_for_prior() && !(own.asks_for_prior() && is_same_name) {
            Some(Lack::Prior)
        } else {
            None
        }
    }

    /// What these facts are worth under a policy, its own or another.
    pub fn score(&self, policy: &Policy) -> ScoreSheet {
        super::score(policy, &self.subject, &self.context, &self.contributions)
    }

    /// The lines with what people read of each contribution.
    pub fn explained(&self, lines: &[Line]) -> Vec<ExplainedLine> {
        let contributions: HashMap<&Key, &Contribution> =
            self.contributions.iter().chain(&self.subject.shared).map(|contribution| (&contribution.key, contribution)).collect();
        let about = |key: &Key| {
            let (contribution, address) = (contributions.get(key)?, self.addresses.get(key)?);
            Some(member_score::About {
                url: address.url.clone(),
                repository: self.context.repositories.get(&key.repository)?.full_name.clone(),
                number: contribution.number,
                title: address.title.clone(),
                occurred_at: contribution.occurred_at,
            })
        };
        lines.iter().map(|line| ExplainedLine { line: line.clone(), about: line.key().and_then(about) }).collect()
    }

    /// The lines of another sheet that are not in the one that was found, and those that were found and are not in the other.
    pub fn differing<'a>(&'a self, other: &'a ScoreSheet) -> (Vec<&'a Line>, Vec<&'a Line>) {
        let without = |lines: &'a [Line], others: &[Line]| lines.iter().filter(|line| !others.contains(line)).collect();
        (without(&other.lines, &self.found.sheet.lines), without(&self.found.sheet.lines, &other.lines))
    }
}

fn kept<K: Clone + Eq + std::hash::Hash, V: Clone>(map: &HashMap<K, V>, concerns: impl Fn(&K) -> bool) -> HashMap<K, V> {
    map.iter().filter(|(key, _)| concerns(key)).map(|(key, value)| (key.clone(), value.clone())).collect()
}
