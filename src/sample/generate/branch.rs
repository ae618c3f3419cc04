//! The history of the default branch: squashed pull requests, merge commits, pushes without a pull request.
//! It must not write a commit that is older than its parents.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Scene, dice::Dice, pull_requests::Merge};
use crate::{
    model::account::AccountId,
    sample::world::{GitAuthor, Lines, PullRequest, Repository},
};

/// How long before its pull request a branch was begun: long enough for its commits.
const BEGUN_BEFORE: TimeDelta = TimeDelta::hours(2);
const BETWEEN_COMMITS: TimeDelta = TimeDelta::minutes(5);

/// The tips that the branch has had.
struct Tips(Vec<(DateTime<Utc>, String)>);

impl Tips {
    fn at(&self, moment: DateTime<Utc>) -> Vec<String> {
        let after = self.0.partition_point(|(at, _)| *at <= moment);
        self.0[..after].last().map(|(_, oid)| oid.clone()).into_iter().collect()
    }
}

pub(super) fn write(repository: &mut Repository, scene: &Scene<'_>, merges: Vec<Merge>, dice: &mut Dice) {
    let start = repository.created_at;
    let first = scene.cast.student_of(scene.nth).or_else(|| scene.cast.maintainers.first().copied());
    let lines = Lines { additions: 840, deletions: 0 };
    let root = repository.add_commit(start, "Initial commit", vec![author(first)], Some(lines), Vec::new());
    repository.push(&root, start);
    let mut tips = Tips(vec![(start, root)]);
    let mut order: Vec<(DateTime<Utc>, usize, usize)> = Vec::new();
    for (at, pull_request) in repository.pull_requests.iter().enumerate() {
        let commits = merges.iter().find(|merge| merge.number == pull_request.number).map_or(1, |merge| merge.commits);
        // Whatever was not merged stands on a branch that is complete by then.
        order.push((pull_request.merged_at.unwrap_or(DateTime::<Utc>::MAX_UTC), at, commits));
    }
    order.sort_unstable();
    for (merged_at, at, commits) in order {
        let pull_request = repository.pull_requests[at].clone();
        let oids = commits_of(repository, scene, &tips, &pull_request, commits, dice);
        repository.pull_requests[at].commits = oids.clone();
        if pull_request.merged_at.is_some() {
            let oid = merge(repository, scene, &pull_request, oids, dice);
            repository.pull_requests[at].merge_commit = Some(oid.clone());
            repository.push(&oid, merged_at);
            tips.0.push((merged_at, oid));
            if dice.one_in(15) {
                push(repository, scene, &mut tips, merged_at, dice);
            }
        }
    }
}

/// The commits on the pull request's own branch.
fn commits_of(repository: &mut Repository, scene: &Scene<'_>, tips: &Tips, of: &PullRequest, count: usize, dice: &mut Dice) -> Vec<String> {
    let mut at = of.created_at - BEGUN_BEFORE;
    let mut parents = tips.at(at);
    let mut oids = Vec::new();
    for nth in 0..count {
        at += BETWEEN_COMMITS;
        let mut authors = vec![if dice.one_in(7) { stranger(of.author) } else { author(of.author) }];
        if nth == 0 && dice.one_in(9) {
            authors.extend(scene.cast.other_than(of.author, dice).map(|other| author(Some(other))));
        }
        let headline =
            if nth == 0 { of.title.clone() } else { dice.word(&["Address review", "Fix the tests", "Format", "Add a test"]).to_owned() };
        let oid = repository.add_commit(
            at,
            &headline,
            authors,
            Some(Lines { additions: dice.between(1, 40), deletions: dice.between(0, 9) }),
            parents,
        );
        parents = vec![oid.clone()];
        oids.push(oid);
    }
    oids
}

/// What the merge leaves on the default branch: two in three are squashed, and some of those by a bot or in the merger's name.
fn merge(repository: &mut Repository, scene: &Scene<'_>, of: &PullRequest, commits: Vec<String>, dice: &mut Dice) -> String {
    let at = of.merged_at.unwrap_or(of.updated_at);
    let tip = repository.head.clone();
    let is_by_bot = of.merged_by == Some(scene.cast.merge_bot);
    let headline = format!("{} (#{})", of.title, of.number);
    if !is_by_bot && dice.one_in(3) {
        let parents = tip.into_iter().chain(commits.last().cloned()).collect();
        return repository.add_commit(at, &format!("Merge pull request #{}", of.number), vec![author(of.merged_by)], of.lines, parents);
    }
    let mut authors = vec![if is_by_bot || dice.one_in(10) { author(of.merged_by) } else { author(of.author) }];
    let co_authors = commits.first().and_then(|oid| repository.commits.get(oid)).map(|commit| commit.authors[1..].to_vec());
    authors.extend(co_authors.unwrap_or_default());
    repository.add_commit(at, &headline, authors, of.lines, tip.into_iter().collect())
}

/// A commit that no pull request brought, now and then by somebody whom GitHub does not know.
fn push(repository: &mut Repository, scene: &Scene<'_>, tips: &mut Tips, at: DateTime<Utc>, dice: &mut Dice) {
    let who = if dice.one_in(4) { GitAuthor::stranger("Wandering Committer") } else { author(dice.pick(&scene.cast.maintainers).copied()) };
    let parents = repository.head.clone().into_iter().collect();
    let oid = repository.add_commit(
        at,
        "Tidy up the changelog",
        vec![who],
        Some(Lines { additions: dice.between(1, 12), deletions: 2 }),
        parents,
    );
    repository.push(&oid, at);
    tips.0.push((at, oid));
}

fn author(account: Option<AccountId>) -> GitAuthor {
    GitAuthor { name: Some("A. Committer".to_owned()), account }
}

/// Somebody who committed from an address that GitHub does not know to be theirs.
fn stranger(account: Option<AccountId>) -> GitAuthor {
    GitAuthor::stranger(&account.map_or_else(|| "somebody".to_owned(), |id| format!("laptop of {id}")))
}
