//! Why an item earned nothing, or nothing yet: the code of each exclusion and the values that its sentence needs.
//! It must not decide which exclusion holds: `rules` and `eligible` do.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use super::{
    Code,
    case::{Case, Item},
    licences,
    verdict::{Asked, Exclusion, Judged},
    words::{code, listed, said},
};
use crate::model::{policy::Requirement, score::Reason};

pub(super) fn excluded(case: &Case<'_>, judged: &Judged<'_>, exclusion: Exclusion<'_>) -> (Code, Reason) {
    let days = case.policy.eligibility.waiting_days;
    let with = |code: Code, fill: &dyn Fn(Reason) -> Reason| (code, fill(Reason::new(code.as_str())));
    let plain = |code: Code| with(code, &|reason| reason);
    let by_rule = |code: Code, asked: Asked<'_>| with(code, &|reason| reason.with("rule", asked.id));
    match exclusion {
        Exclusion::OtherAccount => plain(Code::OtherAccount),
        Exclusion::ShareNotBacked => plain(Code::ShareNotBacked),
        Exclusion::Bot => plain(Code::Bot),
        Exclusion::UntrackedRepository => plain(Code::UntrackedRepository),
        Exclusion::OwnRepository => plain(Code::OwnRepository),
        Exclusion::NoChange => plain(Code::NoChange),
        Exclusion::NoCommit => plain(Code::NoCommit),
        Exclusion::ByPerson(statement) => (Code::ExcludedByPerson, said(Code::ExcludedByPerson, statement)),
        Exclusion::Withdrawn(withdrawal) => (Code::Withdrawn, said(Code::Withdrawn, withdrawal)),
        Exclusion::Denied(repository) => with(Code::Denied, &|reason| reason.with("repository", &repository.full_name)),
        Exclusion::NotListed(repository) => with(Code::NotListed, &|reason| reason.with("repository", &repository.full_name)),
        Exclusion::Licence(licence) => with(Code::Licence, &|reason| reason.with("licence", licence_word(licence))),
        Exclusion::RepositoryAge { days, least } => with(Code::RepositoryAge, &|reason| reason.with("days", days).with("least", least)),
        Exclusion::OutsideContributors { people, least } => {
            with(Code::OutsideContributors, &|reason| reason.with("people", people).with("least", least))
        }
        Exclusion::RegisteredLate { at, last } => with(Code::RegisteredLate, &|reason| reason.with("day", case.day(at)).with("last", last)),
        Exclusion::Label(label) => with(Code::Label, &|reason| reason.with("label", label)),
        Exclusion::Automation(mark) => with(Code::Automation, &|reason| reason.with("mark", mark)),
        Exclusion::NoRule => with(Code::NoRule, &|reason| reason.with("kind", judged.item.kind())),
        Exclusion::CountedElsewhere(winner) => with(Code::CountedElsewhere, &|reason| reason.with("other", named(case, winner))),
        Exclusion::PaidBefore(term) => with(Code::PaidBefore, &|reason| reason.with("term", term)),
        Exclusion::Waiting { until } => with(Code::Waiting, &|reason| reason.with("until", case.day(until)).with("days", days)),
        Exclusion::WaitingAfterRevert { until, reverted } => with(Code::WaitingAfterRevert, &|reason| {
            reason.with("until", case.day(until)).with("days", days).with("reverted", case.day(reverted))
        }),
        Exclusion::StillOpen(asked) => by_rule(Code::StillOpen, asked),
        Exclusion::Requirement { asked, requirement } => by_rule(missing(requirement), asked),
        Exclusion::OutsideTerm(asked) => (Code::OutsideTerm, outside(case, judged, asked)),
        Exclusion::Category { .. }
        | Exclusion::Name(_)
        | Exclusion::State(_)
        | Exclusion::OpenedLate { .. }
        | Exclusion::ClosedLate { .. }
        | Exclusion::NotYetConfirmed { .. } => closest(case, judged, exclusion),
    }
}

/// What the closest rule or measure asks for, and what there is.
fn closest(case: &Case<'_>, judged: &Judged<'_>, exclusion: Exclusion<'_>) -> (Code, Reason) {
    let by = |why: Code, asked: Asked<'_>| code(why).with("rule", asked.id);
    match exclusion {
        Exclusion::Category { asked, category } => (Code::Category, by(Code::Category, asked).with("category", category)),
        Exclusion::Name(asked) => {
            let name = judged.item.statement().and_then(|statement| statement.name.as_deref()).unwrap_or_default();
            (Code::Name, by(Code::Name, asked).with("names", asked.selector.names.join(",")).with("name", name))
        }
        Exclusion::State(asked) => {
            let states = listed(asked.selector.states.iter().map(|state| state.as_str()));
            let state = judged.item.contribution().map_or("", |contribution| contribution.state.as_str());
            (Code::State, by(Code::State, asked).with("states", states).with("state", state))
        }
        Exclusion::OpenedLate { asked, at, last } => {
            (Code::OpenedLate, by(Code::OpenedLate, asked).with("day", day_there(case, asked, at)).with("last", last))
        }
        Exclusion::ClosedLate { asked, at, last } => {
            (Code::ClosedLate, by(Code::ClosedLate, asked).with("day", day_there(case, asked, at)).with("last", last))
        }
        Exclusion::NotYetConfirmed { asked, who } => (Code::NotYetConfirmed, by(Code::NotYetConfirmed, asked).with("who", who)),
        _ => (Code::NoRule, code(Code::NoRule).with("kind", judged.item.kind())),
    }
}

/// The day in the zone of the rule's last days.
fn day_there(case: &Case<'_>, asked: Asked<'_>, at: DateTime<Utc>) -> NaiveDate {
    at.with_timezone(&asked.selector.zone.unwrap_or(case.zone())).date_naive()
}

fn licence_word(licence: Option<&str>) -> &str {
    match licence {
        None => "none",
        Some(licences::UNKNOWN) => "unknown",
        Some(id) => id,
    }
}

/// How people know it: `owner/name#12`, or the name of what was stated.
fn named(case: &Case<'_>, item: Item<'_>) -> String {
    match item {
        Item::Statement(statement) => statement.name.clone().unwrap_or_else(|| statement.kind.to_string()),
        Item::Contribution(contribution) => {
            let repository = case.context.repositories.get(&contribution.key.repository).map_or("", |known| known.full_name.as_str());
            match contribution.number {
                Some(number) => format!("{repository}#{number}"),
                None => format!("{repository} {} {}", contribution.key.kind, contribution.key.github_id),
            }
        }
    }
}

const fn missing(requirement: Requirement) -> Code {
    match requirement {
        Requirement::Merged => Code::NotMerged,
        Requirement::ConfirmedByAnother => Code::NotConfirmed,
        Requirement::OnAnothersWork => Code::OwnWork,
        Requirement::OnAcceptedWork => Code::NotAccepted,
        Requirement::InOwnPullRequest => Code::NotInOwnPullRequest,
        Requirement::ReviewedMoreThanOnce => Code::NotReviewedMoreThanOnce,
        Requirement::SourceCode => Code::NoSourceCode,
        Requirement::ChangesLines => Code::NoLines,
    }
}

fn outside(case: &Case<'_>, judged: &Judged<'_>, asked: Asked<'_>) -> Reason {
    let window = case.context.window;
    code(Code::OutsideTerm)
        .with("dated_by", asked.selector.dated_by)
        .with("day", case.day(judged.counted_at))
        .with("from", case.day(window.from))
        .with("last", case.day(window.until - TimeDelta::nanoseconds(1)))
}
