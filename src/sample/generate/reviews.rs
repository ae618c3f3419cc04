//! Reviews with their comments, and the conversation below a pull request.
//! It must not approve what its fate says that nobody approved.

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    Scene,
    dice::Dice,
    plan::{Fate, Plan},
    words,
};
use crate::{
    model::{account::AccountId, github::ReviewState},
    sample::world::{Comment, Repository, Review},
};

/// The reviews of a planned pull request, spread over its life.
pub(super) fn write(
    repository: &mut Repository,
    scene: &Scene<'_>,
    plan: &Plan,
    fate: Fate,
    span: TimeDelta,
    dice: &mut Dice,
) -> Vec<Review> {
    let count = i32::try_from(plan.reviews).unwrap_or(i32::MAX);
    let mut reviews = Vec::new();
    for nth in 0..count {
        let at = plan.created_at + step(span, nth, count);
        let is_last = nth + 1 == count;
        let (author, state) = one(scene, plan.author, fate, is_last, dice);
        let submitted_at = (state != ReviewState::Pending).then_some(at);
        let comments = match (plan.long_review && nth == 0, state) {
            (true, _) => 24,
            (_, ReviewState::Commented | ReviewState::ChangesRequested) => dice.between(1, 4),
            _ => i64::from(dice.one_in(3)),
        };
        let id = repository.next_id();
        let comments = (0..comments).map(|_| comment(repository, author, at, words::remark(dice))).collect();
        reviews.push(Review { id, author, state, created_at: at, submitted_at, body: words::verdict(dice), comments });
    }
    reviews
}

/// Whole seconds after the beginning, always before the end.
fn step(span: TimeDelta, nth: i32, count: i32) -> TimeDelta {
    TimeDelta::seconds((span * (nth + 1) / count.saturating_add(2)).num_seconds())
}

fn one(scene: &Scene<'_>, author: Option<AccountId>, fate: Fate, is_last: bool, dice: &mut Dice) -> (Option<AccountId>, ReviewState) {
    match dice.below(100) {
        0..8 => return (Some(scene.cast.review_bot), ReviewState::Commented),
        // Authors answer the remarks of others with a review of their own.
        8..14 => return (author, ReviewState::Commented),
        14 if fate == Fate::Open => return (scene.cast.other_than(author, dice), ReviewState::Pending),
        _ => {}
    }
    let reviewer = if dice.one_in(60) { None } else { scene.cast.other_than(author, dice) };
    if fate == Fate::SelfMerged {
        return (reviewer, ReviewState::Commented);
    }
    let state = match dice.below(100) {
        _ if is_last && matches!(fate, Fate::Merged | Fate::MergedByBot) => ReviewState::Approved,
        0..45 => ReviewState::Approved,
        45..82 => ReviewState::Commented,
        82..96 => ReviewState::ChangesRequested,
        _ => ReviewState::Dismissed,
    };
    (reviewer, state)
}

/// The conversation of an issue or a pull request.
pub(super) fn talk(
    repository: &mut Repository,
    scene: &Scene<'_>,
    from: DateTime<Utc>,
    span: TimeDelta,
    count: usize,
    dice: &mut Dice,
) -> Vec<Comment> {
    let count = i32::try_from(count).unwrap_or(i32::MAX);
    (0..count)
        .map(|nth| {
            let author = if dice.one_in(80) { None } else { scene.cast.other_than(None, dice) };
            comment(repository, author, from + step(span, nth, count), words::talk(dice))
        })
        .collect()
}

fn comment(repository: &mut Repository, author: Option<AccountId>, at: DateTime<Utc>, body: String) -> Comment {
    Comment { id: repository.next_id(), author, created_at: at, body }
}
