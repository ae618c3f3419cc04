//! What a person must look at before credit is given: signs that something may be wrong, each with its numbers.
//! It must not take anything away: a flag changes no points.

use std::collections::BTreeMap;

use chrono::{NaiveDate, TimeDelta, Weekday};
use rust_decimal::Decimal;

use super::{
    Code,
    case::{Case, Item},
    eligible::has_word,
    rules,
    verdict::{Exclusion, Judged, Verdict},
};
use crate::model::{
    account::AccountId,
    contribution::{Change, Contribution, Kind, State},
    policy::{Automation, Flags},
    score::Reason,
};

/// A few lines are moved in every change.
const MOVED_FROM: i64 = 20;
/// A changed account is looked at so many days long.
const ACCOUNT_DAYS: i64 = 14;
/// In a pull request that was open for longer, the dates of the commits can be in another week than the work.
const VOUCHED_DAYS: i64 = 7;
const SPAM: [&str; 2] = ["spam", "invalid"];

/// Those of one line. What earned nothing needs no look.
pub(super) fn of_line(case: &Case<'_>, judged: &Judged<'_>) -> Vec<Reason> {
    let (Item::Contribution(contribution), Verdict::Earned(_) | Verdict::Measured) = (judged.item, &judged.verdict) else {
        return Vec::new();
    };
    let change = contribution.change.as_deref();
    [
        instant_review(&case.policy.flags, contribution),
        change.and_then(|change| automation_mark(case, contribution, change)),
        case.context.copies.get(&contribution.key).map(|url| Reason::new(Code::Copied.as_str()).with("url", url)),
        change.and_then(|change| moved(contribution, change)),
        change.and_then(|change| unread(contribution, change)),
        rules::reverted_at(case, contribution).map(|at| {
            Reason::new(Code::Reverted.as_str()).with("number", contribution.number.unwrap_or_default()).with("day", case.day(at))
        }),
        contribution.gone_at.map(|at| Reason::new(Code::Gone.as_str()).with("day", case.day(at))),
        unvouched_time(contribution),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn instant_review(flags: &Flags, contribution: &Contribution) -> Option<Reason> {
    let (asked, answered, lines) = match contribution.key.kind {
        Kind::PullRequest => (contribution.occurred_at, contribution.change.as_ref()?.confirmed_at?, contribution.total_lines?),
        Kind::Review if contribution.state == State::Approved => {
            (contribution.parent_opened_at?, contribution.occurred_at, contribution.parent_lines?)
        }
        _ => return None,
    };
    let taken = answered - asked;
    let is_instant = taken < TimeDelta::minutes(i64::from(flags.instant_minutes)) && lines > flags.instant_lines;
    is_instant.then(|| Reason::new(Code::InstantReview.as_str()).with("minutes", taken.num_minutes().max(0)).with("lines", lines))
}

fn automation_mark(case: &Case<'_>, contribution: &Contribution, change: &Change) -> Option<Reason> {
    let must_declare = case.policy.eligibility.automation == Automation::Declare && !change.automation.is_empty();
    (must_declare && !case.is_declared(&contribution.key))
        .then(|| Reason::new(Code::AutomationMark.as_str()).with("mark", change.automation.join(", ")))
}

/// A commit's own clock says anything between the opening and the merge of the pull request that brought it.
fn unvouched_time(contribution: &Contribution) -> Option<Reason> {
    let reason = || Reason::new(Code::UnvouchedTime.as_str());
    if contribution.key.kind != Kind::Commit {
        return None;
    }
    if contribution.number.is_none() {
        return Some(reason());
    }
    let open = contribution.closed_at? - contribution.parent_opened_at?;
    (open > TimeDelta::days(VOUCHED_DAYS)).then(|| reason().with("days", open.num_days()))
}

fn moved(contribution: &Contribution, change: &Change) -> Option<Reason> {
    let moved = change.unchanged_lines?;
    let of = contribution.effective_lines?.saturating_add(moved);
    (moved > MOVED_FROM && moved > of / 2).then(|| Reason::new(Code::Moved.as_str()).with("lines", moved).with("of", of))
}

/// Most of it is too large for GitHub to show: whether more than white space changed is for a person to see.
fn unread(contribution: &Contribution, change: &Change) -> Option<Reason> {
    let (lines, of) = (change.unread_lines, contribution.effective_lines?);
    (lines > MOVED_FROM && lines > of / 2).then(|| Reason::new(Code::Unread.as_str()).with("lines", lines).with("of", of))
}

/// Those of the member.
pub(super) fn of_member(case: &Case<'_>, judged: &[Judged<'_>]) -> Vec<Reason> {
    let mut found = velocity(case, judged);
    found.extend(mutual_reviews(case, judged));
    found.extend(spam(case, judged));
    found.extend(account_changed(case));
    found
}

/// Pull requests that the member opened in the window, whatever they earned: each day, then each week, that has too many.
fn velocity(case: &Case<'_>, judged: &[Judged<'_>]) -> Vec<Reason> {
    let (mut days, mut weeks) = (BTreeMap::<NaiveDate, u32>::new(), BTreeMap::<NaiveDate, u32>::new());
    for contribution in own(case, judged).filter(|contribution| contribution.key.kind == Kind::PullRequest) {
        if case.context.window.contains(contribution.occurred_at) {
            let day = case.day(contribution.occurred_at);
            *days.entry(day).or_default() += 1;
            *weeks.entry(day.week(Weekday::Mon).first_day()).or_default() += 1;
        }
    }
    let too_many = |code: Code, counts: BTreeMap<NaiveDate, u32>, most: u32| {
        counts
            .into_iter()
            .filter(move |(_, items)| *items > most)
            .map(move |(day, items)| Reason::new(code.as_str()).with("items", items).with("day", day).with("most", most))
    };
    let flags = &case.policy.flags;
    too_many(Code::VelocityDay, days, flags.velocity_day).chain(too_many(Code::VelocityWeek, weeks, flags.velocity_week)).collect()
}

/// Contributions of the member's own accounts.
fn own<'a>(case: &Case<'a>, judged: &[Judged<'a>]) -> impl Iterator<Item = &'a Contribution> {
    let accounts = &case.subject.accounts;
    judged.iter().filter_map(|judged| judged.item.contribution()).filter(|contribution| accounts.did(contribution))
}

/// It was opened in the window, or merged or closed in it.
fn touches_window(case: &Case<'_>, contribution: &Contribution) -> bool {
    let window = case.context.window;
    window.contains(contribution.occurred_at) || contribution.closed_at.is_some_and(|at| window.contains(at))
}

/// Two people who mostly confirm each other: those whose word stands behind the member's pull requests, and those whose work the member
/// approved.
fn mutual_reviews(case: &Case<'_>, judged: &[Judged<'_>]) -> Vec<Reason> {
    let mut with: BTreeMap<AccountId, (u32, u32)> = BTreeMap::new();
    let (mut approvals, mut confirmed) = (0_u32, 0_u32);
    for contribution in own(case, judged).filter(|contribution| contribution.key.kind == Kind::Review) {
        if contribution.state == State::Approved && case.context.window.contains(contribution.occurred_at) {
            approvals += 1;
            if let Some(author) = contribution.parent_account {
                with.entry(author).or_default().0 += 1;
            }
        }
    }
    // Whatever they earned: an approval that is traded stands on a pull request that is still open, too.
    for contribution in own(case, judged).filter(|contribution| contribution.key.kind == Kind::PullRequest) {
        if touches_window(case, contribution) && !contribution.confirmed_by.is_empty() {
            confirmed += 1;
            for account in &contribution.confirmed_by {
                with.entry(*account).or_default().1 += 1;
            }
        }
    }
    let flags = &case.policy.flags;
    let is_most = |some: u32, of: u32| Decimal::from(some) > flags.mutual_part * Decimal::from(of);
    with.into_iter()
        .filter(|(account, (given, received))| {
            !case.subject.accounts.include(*account)
                && *given > 0
                && *received > 0
                && given + received >= flags.mutual_from
                && is_most(*given, approvals)
                && is_most(*received, confirmed)
        })
        .map(|(account, (given, received))| {
            Reason::new(Code::MutualReviews.as_str())
                .with("account", account.0)
                .with("given", given)
                .with("received", received)
                .with("part", flags.mutual_part)
        })
        .collect()
}

fn spam(case: &Case<'_>, judged: &[Judged<'_>]) -> Option<Reason> {
    let is_spam = |judged: &&Judged<'_>| {
        let (Verdict::Excluded(Exclusion::Label(_)), Some(contribution)) = (&judged.verdict, judged.item.contribution()) else {
            return false;
        };
        let is_called = |label: &String| SPAM.iter().any(|word| has_word(label, word));
        touches_window(case, contribution) && contribution.labels.iter().any(is_called)
    };
    let items = judged.iter().filter(is_spam).count();
    (items > 0 && items >= usize::try_from(case.policy.flags.spam_items).unwrap_or(usize::MAX))
        .then(|| Reason::new(Code::Spam.as_str()).with("items", items))
}

fn account_changed(case: &Case<'_>) -> Option<Reason> {
    let at = case.subject.account_changed_at?;
    let window = case.context.window;
    (window.from - TimeDelta::days(ACCOUNT_DAYS) <= at && at < window.until)
        .then(|| Reason::new(Code::AccountChanged.as_str()).with("day", case.day(at)))
}
