//! May an item count at all? Whose it is, where it was done, and what must never be paid. The first reason is the one that is said.
//! It must not know rules: what an item is worth is not asked here.

use chrono::{DateTime, Utc};

use super::{
    case::{Case, Item, Place, end_of_day},
    licences,
    shares::{self, Share},
    verdict::Exclusion,
};
use crate::model::{
    contribution::{Contribution, State},
    policy::{Automation, OwnRepository, Policy},
    repository::RepositoryContext,
};

/// The item's place and, where several people share it, the member's part.
pub(super) fn admit<'a>(case: &Case<'a>, item: Item<'a>) -> Result<(Place<'a>, Option<Share>), Exclusion<'a>> {
    match item {
        Item::Contribution(contribution) => {
            let share = shares::of_member(case, contribution)?;
            if contribution.by_bot {
                return Err(Exclusion::Bot);
            }
            excluded_by_person(case, item)?;
            let repository = case.context.repositories.get(&contribution.key.repository).ok_or(Exclusion::UntrackedRepository)?;
            counts_there(case, repository, contribution.occurred_at)?;
            untouched(case, contribution)?;
            Ok((Place { repository: Some(repository), category: &repository.category }, share))
        }
        Item::Statement(statement) => {
            let share = shares::of_statement(case, statement)?;
            excluded_by_person(case, item)?;
            let Some(id) = case.repository_of(statement) else { return Ok((Place { repository: None, category: "" }, None)) };
            let repository = case.context.repositories.get(&id).ok_or(Exclusion::UntrackedRepository)?;
            counts_there(case, repository, case.happened_at(statement))?;
            Ok((Place { repository: Some(repository), category: &repository.category }, share))
        }
    }
}

fn excluded_by_person<'a>(case: &Case<'a>, item: Item<'a>) -> Result<(), Exclusion<'a>> {
    case.exclusion(item).map_or(Ok(()), |statement| Err(Exclusion::ByPerson(statement)))
}

/// Whether work of that moment in that repository counts for this member.
fn counts_there<'a>(case: &Case<'a>, repository: &'a RepositoryContext, at: DateTime<Utc>) -> Result<(), Exclusion<'a>> {
    let Policy { categories, eligibility, repositories: wanted, .. } = case.policy;
    let own =
        repository.owner.is_some_and(|owner| case.subject.accounts.include(owner)) || repository.members.contains(&case.subject.member);
    let of_category = || categories.get(&repository.category).and_then(|category| category.own_repository);
    if own && of_category().unwrap_or(eligibility.own_repository) == OwnRepository::Exclude {
        return Err(Exclusion::OwnRepository);
    }
    if is_listed(&wanted.deny, repository) {
        return Err(Exclusion::Denied(repository));
    }
    if !wanted.allow.is_empty() && !is_listed(&wanted.allow, repository) {
        return Err(Exclusion::NotListed(repository));
    }
    if wanted.osi_licence && !repository.license.as_deref().is_some_and(licences::is_osi_approved) {
        // Of a repository that was never fetched nobody knows it.
        let known = repository.license.as_deref().or(repository.github_created_at.is_none().then_some(licences::UNKNOWN));
        return Err(Exclusion::Licence(known));
    }
    if let Some(least) = wanted.min_age_days {
        let days = repository.github_created_at.map_or(0, |created| (at - created).num_days().max(0));
        if days < i64::from(least) {
            return Err(Exclusion::RepositoryAge { days, least });
        }
    }
    if let Some(least) = wanted.outside_contributors {
        let people = repository.outside_contributors.unwrap_or(0);
        if people < i64::from(least) {
            return Err(Exclusion::OutsideContributors { people, least });
        }
    }
    match wanted.registered_by {
        Some(last) if repository.registered_at >= end_of_day(last, case.zone()) => {
            Err(Exclusion::RegisteredLate { at: repository.registered_at, last })
        }
        _ => Ok(()),
    }
}

/// `owner/name` or `owner/*`, whatever the case of the letters.
fn is_listed(list: &[String], repository: &RepositoryContext) -> bool {
    list.iter().any(|entry| match entry.strip_suffix("/*") {
        Some(owner) => owner.eq_ignore_ascii_case(repository.full_name.owner()),
        None => entry.eq_ignore_ascii_case(repository.full_name.as_str()),
    })
}

/// What a contribution itself must not be.
fn untouched<'a>(case: &Case<'a>, contribution: &'a Contribution) -> Result<(), Exclusion<'a>> {
    let change = contribution.change.as_deref();
    if contribution.state == State::Merged {
        // Pushing the base branch onto one's own makes GitHub show a pull request as merged that brought nothing.
        if contribution.changed_files == Some(0) {
            return Err(Exclusion::NoChange);
        }
        if change.is_some_and(|change| change.commits == Some(0)) {
            return Err(Exclusion::NoCommit);
        }
    }
    let words = &case.policy.eligibility.excluded_labels;
    if let Some(label) = contribution.labels.iter().find(|label| words.iter().any(|word| has_word(label, word))) {
        return Err(Exclusion::Label(label));
    }
    if case.policy.eligibility.automation == Automation::Deny {
        if let Some(mark) = change.and_then(|change| change.automation.first()) {
            return Err(Exclusion::Automation(mark));
        }
        if case.is_declared(&contribution.key) {
            return Err(Exclusion::Automation("declared"));
        }
    }
    Ok(())
}

/// `type: spam` has the word `spam`, `spammy` has not. Chinese writes no space: `垃圾spam` has it.
pub(super) fn has_word(label: &str, word: &str) -> bool {
    let is_apart = |neighbour: Option<char>| neighbour.is_none_or(|c| !c.is_ascii_alphanumeric() && c != '_');
    !word.is_empty()
        && label.char_indices().any(|(at, _)| {
            let end = at + word.len();
            label.get(at..end).is_some_and(|part| part.eq_ignore_ascii_case(word))
                && is_apart(label[..at].chars().next_back())
                && is_apart(label[end..].chars().next())
        })
}
