//! Writes planned pull requests down.
//! It must not let anything happen after `now`: what would have, has not happened yet.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    Scene,
    dice::Dice,
    files, issues,
    plan::{Fate, Kind, Plan},
    reviews, words,
};
use crate::{
    model::{account::AccountId, github::PullRequestState, repository::FullName},
    sample::world::{Lines, PullRequest, Repository},
};

/// What the default branch is to be told of.
pub(super) struct Merge {
    pub number: i64,
    pub commits: usize,
}

/// Writes it; what comes back is everything that has commits, merged or not.
pub(super) fn write(repository: &mut Repository, scene: &Scene<'_>, number: i64, plan: &Plan, dice: &mut Dice) -> Option<Merge> {
    let hours = dice.between(3, if plan.kind == Kind::Sweeping { 400 } else { 200 });
    let life = TimeDelta::hours(hours) + TimeDelta::seconds(dice.between(0, 3599));
    let end = plan.created_at + life;
    // What would end after now is still open.
    let fate = match plan.fate {
        Fate::Draft => Fate::Draft,
        _ if end >= scene.calendar.now => Fate::Open,
        fate => fate,
    };
    let span = (end.min(scene.calendar.now) - plan.created_at).max(TimeDelta::zero());
    let files = files::draw(plan.kind, scene.nth, dice);
    let lines = files.as_deref().map_or(Lines { additions: 182_400, deletions: 0 }, Lines::of);
    let is_first = !repository.pull_requests.iter().any(|other| other.author == plan.author);
    let is_merged = matches!(fate, Fate::Merged | Fate::SelfMerged | Fate::MergedByBot);
    let mut pull_request = PullRequest {
        id: repository.next_id(),
        number,
        title: words::title(plan.kind, scene.nth, dice),
        author: plan.author,
        association: scene.cast.association(plan.author, scene.nth, is_first).to_owned(),
        state: state(fate),
        is_draft: fate == Fate::Draft,
        created_at: plan.created_at,
        updated_at: plan.created_at,
        closed_at: (is_merged || fate == Fate::Closed).then_some(end),
        merged_at: is_merged.then_some(end),
        merged_by: merger(scene, plan.author, fate, dice),
        base: repository.default_branch.clone(),
        head: format!("patch-{number}"),
        body: String::new(),
        merge_commit: None,
        patches: BTreeMap::new(),
        head_repository: fork(repository, plan),
        labels: labels(plan.kind, dice),
        lines: Some(lines),
        changed_files: files.as_ref().map_or(Some(3_412), |files| i64::try_from(files.len()).ok()),
        files,
        commits: Vec::new(),
        closes: Vec::new(),
        reviews: Vec::new(),
        comments: Vec::new(),
    };
    pull_request.reviews = reviews::write(repository, scene, plan, fate, span, dice);
    pull_request.comments = reviews::talk(repository, scene, plan.created_at, span, plan.comments, dice);
    if is_merged && plan.kind == Kind::Fix {
        pull_request.closes = issues::close_one(repository, number, pull_request.merged_by, end, dice);
    }
    pull_request.updated_at = last_deed(&pull_request);
    repository.pull_requests.push(pull_request);
    Some(Merge { number, commits: plan.commits })
}

fn state(fate: Fate) -> PullRequestState {
    match fate {
        Fate::Merged | Fate::SelfMerged | Fate::MergedByBot => PullRequestState::Merged,
        Fate::Open | Fate::Draft => PullRequestState::Open,
        Fate::Closed => PullRequestState::Closed,
    }
}

fn merger(scene: &Scene<'_>, author: Option<AccountId>, fate: Fate, dice: &mut Dice) -> Option<AccountId> {
    match fate {
        Fate::Merged => scene.cast.maintainer_other_than(author, dice),
        Fate::SelfMerged => author,
        Fate::MergedByBot => Some(scene.cast.merge_bot),
        Fate::Open | Fate::Draft | Fate::Closed => None,
    }
}

/// Where it comes from: the same name under another owner.
fn fork(repository: &Repository, plan: &Plan) -> Option<FullName> {
    if plan.lost_fork || plan.author.is_none() {
        return None;
    }
    if plan.kind == Kind::Dependency {
        return Some(repository.name.clone());
    }
    format!("fork-of-{}/{}", plan.author?.0, repository.name.name()).parse().ok()
}

fn labels(kind: Kind, dice: &mut Dice) -> Vec<String> {
    let labels: &[&str] = match kind {
        Kind::Feature | Kind::Sweeping => &["enhancement"],
        Kind::Fix => &["bug", "needs backport"],
        Kind::Docs => &["documentation"],
        Kind::Tests => &["tests"],
        Kind::Dependency | Kind::LockBomb => &["dependencies"],
        Kind::Generated | Kind::Unlisted => &[],
        Kind::Spam if dice.percent(50) => &["spam"],
        Kind::Spam => &["invalid"],
    };
    let few = if dice.one_in(6) { labels.len() } else { labels.len().min(1) };
    labels[..few].iter().map(|&label| label.to_owned()).collect()
}

fn last_deed(it: &PullRequest) -> DateTime<Utc> {
    let reviews = it.reviews.iter().flat_map(|review| review.comments.iter().map(|c| c.created_at).chain([review.created_at]));
    let comments = it.comments.iter().map(|comment| comment.created_at);
    reviews.chain(comments).chain(it.closed_at).fold(it.created_at, DateTime::max)
}
