//! Invents a term of an invented university on an invented GitHub: always the same for the same recipe.
//! It must not name anybody who exists, and must not read a clock: every time lies between the recipe's times.
//!
//! `cast` says who there is, `plan` what will happen, `pull_requests` and `issues` write it down, `branch` makes the history of
//! the default branch of it, `dice` draws, `words` gives titles and texts.

mod branch;
mod cast;
mod dice;
mod files;
mod issues;
mod plan;
mod pull_requests;
mod releases;
mod reviews;
mod words;

use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};

use self::{cast::Cast, dice::Dice, plan::Plan};
use super::world::{Repository, World};
use crate::model::repository::FullName;

/// What the world is to be like. The same recipe makes the same world.
#[derive(Debug, Clone)]
pub struct Recipe {
    pub seed: u64,
    /// When the world is looked at: nothing in it is later.
    pub now: DateTime<Utc>,
    /// The term: most of the work lies in it, some before and, where `now` allows, after.
    pub from: DateTime<Utc>,
    pub until: DateTime<Utc>,
    /// Logins. A twelfth of them does nothing.
    pub students: Vec<String>,
    /// A repository whose owner is a student is that student's own; the others belong to organisations.
    pub repositories: Vec<FullName>,
    /// At least so many, of all repositories.
    pub pull_requests: usize,
    pub reviews: usize,
}

/// Where in time the world lies.
#[derive(Debug, Clone, Copy)]
struct Calendar {
    now: DateTime<Utc>,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
}

impl Calendar {
    fn of(recipe: &Recipe) -> Self {
        let now = recipe.now.trunc_subsecs(0);
        let from = recipe.from.trunc_subsecs(0).min(now - TimeDelta::days(1));
        Self { now, from, until: recipe.until.trunc_subsecs(0).clamp(from + TimeDelta::hours(1), now) }
    }

    /// Some moment at which something begins: one in twelve lies before the term, one in twenty after it.
    fn moment(&self, dice: &mut Dice) -> DateTime<Utc> {
        let (start, end) = match dice.below(60) {
            0..5 => (self.from - TimeDelta::days(60), self.from),
            5..8 if self.until < self.now => (self.until, self.now.min(self.until + TimeDelta::days(30))),
            _ => (self.from, self.until),
        };
        start + TimeDelta::seconds(dice.between(0, (end - start).num_seconds()))
    }
}

/// What every room of the generator works with.
struct Scene<'a> {
    cast: &'a Cast,
    calendar: Calendar,
    /// Which of the repositories it is.
    nth: usize,
}

/// Invents the world.
pub fn generate(recipe: &Recipe) -> World {
    let calendar = Calendar::of(recipe);
    let mut dice = Dice::new(recipe.seed);
    let mut world = World::new(calendar.now);
    let cast = Cast::gather(&mut world, recipe, &mut dice);
    let plans = plan::draw(recipe, &cast, calendar, &mut dice);
    for (nth, (name, plans)) in recipe.repositories.iter().zip(plans).enumerate() {
        let owner = cast.owner_of(&mut world, name);
        let created_at = calendar.from - TimeDelta::days(400);
        let repository = world.add_repository(name.clone(), owner, created_at);
        let scene = Scene { cast: &cast, calendar, nth };
        fill(repository, &scene, plans, &mut dice);
    }
    world
}

/// Everything in one repository. Issues and pull requests get their numbers in the order in which they were opened.
fn fill(repository: &mut Repository, scene: &Scene<'_>, plans: Vec<Plan>, dice: &mut Dice) {
    let mut issues = issues::draw(scene, plans.len() / 3, dice);
    let mut plans = plans;
    plans.sort_by_key(|plan| plan.created_at);
    issues.sort_by_key(|draft| draft.created_at);
    let (mut plans, mut issues) = (plans.into_iter().peekable(), issues.into_iter().peekable());
    let mut merges = Vec::new();
    for number in 1.. {
        let is_issue = match (plans.peek(), issues.peek()) {
            (None, None) => break,
            (Some(plan), Some(issue)) => issue.created_at <= plan.created_at,
            (plan, _) => plan.is_none(),
        };
        if is_issue {
            issues.next().into_iter().for_each(|draft| issues::write(repository, scene, number, &draft, dice));
        } else {
            merges.extend(plans.next().and_then(|plan| pull_requests::write(repository, scene, number, &plan, dice)));
        }
    }
    branch::write(repository, scene, merges, dice);
    releases::write(repository, scene, dice);
}
