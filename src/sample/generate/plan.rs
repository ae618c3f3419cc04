//! What will happen: every pull request with its kind, its author and its fate, before anything is written down.
//! It must not leave to chance that a case occurs: each has its place in every sixty.

use chrono::{DateTime, Utc};

use super::{Calendar, Recipe, cast::Cast, dice::Dice};
use crate::model::account::AccountId;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Feature,
    Fix,
    Docs,
    Tests,
    /// A bot raises a version.
    Dependency,
    /// Thousands of lines, all of them in a lock file.
    LockBomb,
    /// Files that a program wrote or that came from elsewhere.
    Generated,
    Spam,
    /// More files than one page holds.
    Sweeping,
    /// More than GitHub would list the files of.
    Unlisted,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// Merged by somebody else, as a rule after an approval.
    Merged,
    /// By its author, whom nobody approved.
    SelfMerged,
    /// By a bot that rewrites it.
    MergedByBot,
    Open,
    Draft,
    Closed,
}

#[derive(Debug, Clone)]
pub(super) struct Plan {
    pub kind: Kind,
    /// None: the account was deleted since.
    pub author: Option<AccountId>,
    pub fate: Fate,
    pub created_at: DateTime<Utc>,
    pub reviews: usize,
    pub comments: usize,
    pub commits: usize,
    /// The fork was deleted since.
    pub lost_fork: bool,
    /// One of its reviews has more comments than a page holds.
    pub long_review: bool,
}

/// The plans of each repository, in the recipe's order.
pub(super) fn draw(recipe: &Recipe, cast: &Cast, calendar: Calendar, dice: &mut Dice) -> Vec<Vec<Plan>> {
    let shares: Vec<(usize, usize)> = (0..recipe.repositories.len()).map(|nth| (nth, share(cast, nth))).collect();
    let mut plans: Vec<Vec<Plan>> = vec![Vec::new(); recipe.repositories.len()];
    // Every student has one before anybody has two.
    let mut newcomers: Vec<AccountId> = cast.students.iter().rev().map(|(student, _)| *student).collect();
    for nth in 0..recipe.pull_requests {
        let Some(&repository) = dice.weighed(&shares) else { break };
        let mut plan = special(nth, calendar.moment(dice), dice);
        match plan.kind {
            _ if nth % 60 == 19 => plan.author = None,
            Kind::Dependency => plan.author = Some(cast.dependency_bot),
            Kind::Spam => plan.author = dice.pick(&cast.outsiders).copied(),
            _ => plan.author = author(cast, repository, &mut newcomers, dice),
        }
        if plan.fate == Fate::Merged && plan.author.is_some() && plan.author == cast.student_of(repository) {
            plan.fate = Fate::SelfMerged;
        }
        plans[repository].push(plan);
    }
    share_reviews(recipe.reviews, &mut plans, dice);
    plans
}

/// How much of the work happens in a repository: little in a student's own.
fn share(cast: &Cast, repository: usize) -> usize {
    match cast.student_of(repository) {
        Some(_) => 8,
        None if repository == 0 => 55,
        None => 37,
    }
}

fn author(cast: &Cast, repository: usize, newcomers: &mut Vec<AccountId>, dice: &mut Dice) -> Option<AccountId> {
    if let Some(owner) = cast.student_of(repository).filter(|_| dice.percent(70)) {
        return Some(owner);
    }
    match dice.below(20) {
        0..15 => newcomers.pop().or_else(|| cast.student(dice)),
        15..18 => dice.pick(&cast.maintainers).copied(),
        _ => dice.pick(&cast.outsiders).copied(),
    }
}

/// The nth plan: one of the cases that must occur, or whatever the dice say.
fn special(nth: usize, created_at: DateTime<Utc>, dice: &mut Dice) -> Plan {
    let kind = match dice.below(10) {
        0..4 => Kind::Fix,
        4..7 => Kind::Feature,
        7..9 => Kind::Docs,
        _ => Kind::Tests,
    };
    let fate = match dice.below(100) {
        0..76 => Fate::Merged,
        76..80 => Fate::SelfMerged,
        80..88 => Fate::MergedByBot,
        88..92 => Fate::Open,
        _ => Fate::Closed,
    };
    let (comments, commits) = (dice.below(4), 1 + dice.below(3));
    let mut plan = Plan {
        kind,
        author: None,
        fate,
        created_at,
        reviews: dice.below(4),
        comments,
        commits,
        lost_fork: dice.one_in(40),
        long_review: false,
    };
    match nth % 60 {
        0 => (plan.kind, plan.fate) = (Kind::LockBomb, Fate::Merged),
        3 | 17 | 33 | 43 | 53 => (plan.kind, plan.reviews) = (Kind::Dependency, plan.reviews.min(1)),
        7 => (plan.kind, plan.fate) = (Kind::Generated, Fate::Merged),
        11 => plan.commits = 12,
        13 => (plan.kind, plan.fate, plan.reviews) = (Kind::Spam, Fate::Closed, 0),
        23 => (plan.fate, plan.reviews) = (Fate::SelfMerged, 0),
        29 => plan.fate = Fate::Draft,
        31 => (plan.kind, plan.fate) = (Kind::Sweeping, Fate::Merged),
        37 => (plan.reviews, plan.long_review) = (14, true),
        41 => plan.comments = 34,
        47 => plan.kind = Kind::Unlisted,
        49 => plan.lost_fork = true,
        51 => plan.fate = Fate::MergedByBot,
        _ => {}
    }
    plan
}

/// Gives out reviews until there are enough.
fn share_reviews(wanted: usize, plans: &mut [Vec<Plan>], dice: &mut Dice) {
    let takes = |plan: &Plan| !matches!(plan.kind, Kind::Spam | Kind::Dependency) && plan.fate != Fate::SelfMerged;
    let mut takers: Vec<&mut Plan> = plans.iter_mut().flatten().collect();
    let mut missing = wanted.saturating_sub(takers.iter().map(|plan| plan.reviews).sum());
    takers.retain(|plan| takes(plan));
    while missing > 0 && !takers.is_empty() {
        let at = dice.below(takers.len());
        takers[at].reviews += 1;
        missing -= 1;
    }
}
