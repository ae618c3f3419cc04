//! The names that a policy gives, so that one part can refer to another: ids of rules and measures, groups.
//! It must not note faults: a part that is faulty elsewhere still has its name.

use std::collections::BTreeSet;

use super::{
    reader::{Entry, Table},
    words,
};

pub(super) struct Names<'a> {
    pub rules: BTreeSet<&'a str>,
    /// Of measures, in the order of the text.
    measures: Vec<&'a str>,
    /// Those that are taken of each repository by itself.
    per_repository: BTreeSet<&'a str>,
    groups: BTreeSet<&'a str>,
}

impl<'a> Names<'a> {
    pub fn of(document: &Table<'a>) -> Self {
        let (rules, measures) = (document.elements("rules"), document.elements("measures"));
        let text = |entry: &Entry<'a>, key: &str| entry.inside(key).and_then(|entry| entry.as_text());
        Self {
            rules: rules.iter().filter_map(|rule| text(rule, "id")).collect(),
            measures: measures.iter().filter_map(|measure| text(measure, "id")).collect(),
            per_repository: measures
                .iter()
                .filter(|measure| measure.inside("each").is_some())
                .filter_map(|measure| text(measure, "id"))
                .collect(),
            groups: rules.iter().chain(&measures).filter_map(|entry| text(entry, "group")).collect(),
        }
    }

    /// A measure that has one amount, for conditions to ask for.
    pub fn measure(&self, entry: &Entry<'_>) -> Option<String> {
        let name = words::one_of(entry, "a measure that [[measures]] declares", &self.measures)?;
        if self.per_repository.contains(name) {
            entry.fault(format!(
                "`{name}` is taken of each repository, so it has no one amount to ask for: declare a measure without `each` and ask for that"
            ));
            return None;
        }
        Some(name.to_owned())
    }

    /// A group that a rule or a measure bears.
    pub fn group(&self, entry: &Entry<'_>) -> Option<String> {
        let groups: Vec<&str> = self.groups.iter().copied().collect();
        words::one_of(entry, "a group that a rule or a measure bears", &groups).map(str::to_owned)
    }

    pub fn has_groups(&self) -> bool {
        !self.groups.is_empty()
    }
}
