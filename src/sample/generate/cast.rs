//! Who there is: students, maintainers and others outside the institution, bots.
//! It must not name anybody who exists.

use super::{Recipe, dice::Dice};
use crate::{
    model::{
        account::{AccountId, AccountKind},
        repository::FullName,
    },
    sample::world::World,
};

const MAINTAINERS: &[&str] = &["mara-lindqvist", "tobias-okafor", "yuki-sandoval", "priya-halloran", "emeka-varga", "lena-castellano"];
const OUTSIDERS: &[&str] = &[
    "joao-petrenko",
    "sofia-amsel",
    "dmitri-quist",
    "aisha-brandvold",
    "noor-takeda",
    "felix-moreau-lang",
    "ines-kowalczyk",
    "rafael-ostrom",
    "greta-nwosu",
    "pavel-lindgren",
];

pub(super) struct Cast {
    /// Those that do something, each with how much of the work falls to them.
    pub students: Vec<(AccountId, usize)>,
    pub maintainers: Vec<AccountId>,
    pub outsiders: Vec<AccountId>,
    pub dependency_bot: AccountId,
    pub review_bot: AccountId,
    pub merge_bot: AccountId,
    /// A placeholder from before the project came to GitHub.
    pub mannequin: AccountId,
    /// Which repositories, in the recipe's order, are a student's own.
    pub own: Vec<Option<AccountId>>,
}

impl Cast {
    pub fn gather(world: &mut World, recipe: &Recipe, dice: &mut Dice) -> Self {
        let all: Vec<AccountId> = recipe.students.iter().map(|login| world.add_person(login, AccountKind::User)).collect();
        let own: Vec<Option<AccountId>> = recipe
            .repositories
            .iter()
            .map(|name| world.person_called(name.owner()).filter(|owner| all.contains(&owner.id)).map(|owner| owner.id))
            .collect();
        let mut students = Vec::new();
        for (at, student) in all.into_iter().enumerate() {
            match at % 12 {
                11 if !own.contains(&Some(student)) => {}
                0 | 5 => students.push((student, 9)),
                _ => students.push((student, 1 + dice.below(4))),
            }
        }
        let mut people = |logins: &[&str]| logins.iter().map(|login| user(world, login)).collect();
        let (maintainers, outsiders) = (people(MAINTAINERS), people(OUTSIDERS));
        Self {
            students,
            maintainers,
            outsiders,
            dependency_bot: world.add_person("bump-lane", AccountKind::Bot),
            review_bot: world.add_person("second-reader", AccountKind::Bot),
            merge_bot: world.add_person("merge-lane", AccountKind::Bot),
            mannequin: world.add_person("imported-ada-verne", AccountKind::Mannequin),
            own,
        }
    }

    /// The account that a repository belongs to.
    pub fn owner_of(&self, world: &mut World, name: &FullName) -> AccountId {
        match world.person_called(name.owner()) {
            Some(owner) => owner.id,
            None => world.add_person(name.owner(), AccountKind::Organization),
        }
    }

    /// The student whose own repository it is.
    pub fn student_of(&self, repository: usize) -> Option<AccountId> {
        self.own.get(repository).copied().flatten()
    }

    pub fn student(&self, dice: &mut Dice) -> Option<AccountId> {
        dice.weighed(&self.students).copied()
    }

    /// Some human who is not that one.
    pub fn other_than(&self, author: Option<AccountId>, dice: &mut Dice) -> Option<AccountId> {
        (0..8).find_map(|_| {
            let drawn = match dice.below(10) {
                0..4 => dice.pick(&self.maintainers).copied(),
                4..9 => self.student(dice),
                _ => dice.pick(&self.outsiders).copied(),
            };
            drawn.filter(|drawn| Some(*drawn) != author)
        })
    }

    /// A maintainer who is not that one.
    pub fn maintainer_other_than(&self, author: Option<AccountId>, dice: &mut Dice) -> Option<AccountId> {
        let others: Vec<AccountId> = self.maintainers.iter().copied().filter(|id| Some(*id) != author).collect();
        dice.pick(&others).copied()
    }

    /// GitHub's word for what somebody is to a repository.
    pub fn association(&self, author: Option<AccountId>, repository: usize, is_first: bool) -> &'static str {
        match author {
            None => "NONE",
            Some(id) if self.student_of(repository) == Some(id) => "OWNER",
            Some(id) if self.maintainers.contains(&id) => "MEMBER",
            Some(_) if is_first => "FIRST_TIME_CONTRIBUTOR",
            Some(_) => "CONTRIBUTOR",
        }
    }
}

/// A person of that login, who may be a student already.
fn user(world: &mut World, login: &str) -> AccountId {
    match world.person_called(login) {
        Some(person) => person.id,
        None => world.add_person(login, AccountKind::User),
    }
}
