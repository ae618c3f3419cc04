//! Awards: how one stands by what was decided on it, and who may decide what next.
//! It must not decide: people do, and nothing here makes an award of what no person approved.

mod adjustments;
mod appeals;
mod calendar;
mod persons;
mod refusal;
mod reported;

#[cfg(test)]
mod tests;

use chrono::{DateTime, Utc};

pub use adjustments::{Stated, may_countersign};
pub use appeals::{may_appeal, may_settle};
pub use calendar::Calendar;
pub use persons::has_approved;
pub use refusal::Refusal;
pub use reported::reported;

use crate::model::{
    actor::{Actor, PersonKey},
    award::{Announced, Appeal, Award, AwardState, Decided, Decision},
    credit::Credits,
    ids::{EvaluationId, StatementId},
    policy::Days,
    statement::{About, Statement, StatementKind},
    term::Term,
};

/// More than this is a slip of the finger.
const MOST_CREDITS: rust_decimal::Decimal = rust_decimal::Decimal::ONE_THOUSAND;

/// What people's decisions have made of an award by themselves: other awards, appeals and the time are not looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    Open { sent_back: bool },
    ToConfirm { by: PersonKey, credits: Credits },
    Approved(Approval),
    Rejected,
    Revoked,
}

/// With what an award was approved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    pub credits: Credits,
    pub announced: Announced,
    /// Who approved, and who confirmed.
    pub by: Vec<PersonKey>,
}

/// What the decisions on an award amount to. One that may not follow those before it counts for nothing.
pub fn standing(award: &Award) -> Standing {
    let proposed = award.proposal.credits;
    award.decisions.iter().fold(Standing::Open { sent_back: false }, |before, decided| next(&before, proposed, decided).unwrap_or(before))
}

/// What a decision makes of a standing; `None`: it may not follow.
fn next(before: &Standing, proposed: Credits, decided: &Decided) -> Option<Standing> {
    let person = || decided.person.clone();
    match (before, decided.decision) {
        (Standing::Open { .. }, Decision::Approve) => match (decided.credits, decided.announced) {
            (Some(credits), _) => Some(Standing::ToConfirm { by: person(), credits }),
            (None, Some(announced)) => Some(Standing::Approved(Approval { credits: proposed, announced, by: vec![person()] })),
            (None, None) => None,
        },
        (Standing::ToConfirm { by, credits }, Decision::Confirm) if *by != decided.person => {
            let announced = decided.announced?;
            Some(Standing::Approved(Approval { credits: *credits, announced, by: vec![by.clone(), person()] }))
        }
        (Standing::Open { .. } | Standing::ToConfirm { .. }, Decision::Reject) => Some(Standing::Rejected),
        (Standing::Open { .. } | Standing::ToConfirm { .. }, Decision::SendBack) => Some(Standing::Open { sent_back: true }),
        (Standing::Approved(_), Decision::Revoke) => Some(Standing::Revoked),
        _ => None,
    }
}

/// How an award stands at a moment. `later`: those after it in its chain.
pub fn state(award: &Award, later: &[Award], now: DateTime<Utc>) -> AwardState {
    match standing(award) {
        Standing::Rejected => AwardState::Rejected,
        Standing::Revoked => AwardState::Revoked,
        Standing::Open { .. } | Standing::ToConfirm { .. } if !later.is_empty() => AwardState::Superseded,
        Standing::Open { sent_back: false } => AwardState::Proposed,
        Standing::Open { sent_back: true } => AwardState::SentBack,
        Standing::ToConfirm { .. } => AwardState::ToConfirm,
        // One that took its place did so for good, also where it was revoked since.
        Standing::Approved(_) if later.iter().any(|one| matches!(standing(one), Standing::Approved(_) | Standing::Revoked)) => {
            AwardState::Superseded
        }
        Standing::Approved(_) if is_contested(award, later) => AwardState::UnderAppeal,
        Standing::Approved(approval) if now < approval.announced.final_from() => AwardState::OnNotice,
        Standing::Approved(_) => AwardState::Final,
    }
}

/// An appeal is not decided, or what was proposed because of one is not.
fn is_contested(award: &Award, later: &[Award]) -> bool {
    let waits = |appeal: &Appeal| appeal.decided.is_none();
    let granted = |appeal: &Appeal| appeal.decided.as_ref().is_some_and(|decided| decided.proposed.is_some());
    let is_open = later.last().is_some_and(|last| matches!(standing(last), Standing::Open { .. } | Standing::ToConfirm { .. }));
    award.appeals.iter().any(waits) || (is_open && award.appeals.iter().any(granted))
}

/// The credits that it gives, or would give.
pub fn credits(award: &Award) -> Credits {
    match standing(award) {
        Standing::Approved(Approval { credits, .. }) | Standing::ToConfirm { credits, .. } => credits,
        Standing::Open { .. } | Standing::Rejected | Standing::Revoked => award.proposal.credits,
    }
}

/// Where in a chain (oldest first) the award is that speaks for the member: the last one that was approved and not superseded, or else the
/// last one.
pub fn speaks(chain: &[Award], now: DateTime<Utc>) -> Option<usize> {
    let holds = |at: &usize| {
        matches!(state(&chain[*at], &chain[at + 1..], now), AwardState::OnNotice | AwardState::UnderAppeal | AwardState::Final)
    };
    (0..chain.len()).rev().find(holds).or_else(|| chain.len().checked_sub(1))
}

/// Whether a person must look at an award by itself: it is flagged, lacks something that the policy requires, or rests on incomplete facts.
pub const fn needs_a_look(award: &Award) -> bool {
    award.proposal.flagged > 0 || award.proposal.unmet > 0 || !award.proposal.complete
}

/// Whether an evaluation that was done at `evaluated` makes a new proposal. What a person gave stays; what nobody gave yet gives way to a
/// later evaluation.
pub fn makes_way(chain: &[Award], evaluated: (DateTime<Utc>, EvaluationId), now: DateTime<Utc>) -> bool {
    let Some(last) = chain.last() else { return true };
    let is_given = speaks(chain, now).is_some_and(|at| matches!(standing(&chain[at]), Standing::Approved(_)));
    !is_given && (last.proposal.evaluated_at, last.proposal.evaluation) < evaluated
}

/// What somebody wants to decide.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    pub decision: Decision,
    pub reason: Option<String>,
    pub credits: Option<Credits>,
}

/// Who decides, where that is a human who may: nobody decides on oneself, and the program on nobody.
pub fn judge(award: &Award, by: &Actor) -> Result<PersonKey, Refusal> {
    persons::judge(award.proposal.member, by)
}

/// Whether somebody may decide this now; whether the award is approved with it. `missing`: whose confirmations are not there.
pub fn may_decide(
    award: &Award,
    later: &[Award],
    verdict: &Verdict,
    by: &Actor,
    missing: &[String],
    now: DateTime<Utc>,
) -> Result<bool, Refusal> {
    judge(award, by)?;
    check_fields(award, verdict)?;
    let (standing, state) = (standing(award), state(award, later, now));
    let fits = match verdict.decision {
        Decision::Approve => matches!(state, AwardState::Proposed | AwardState::SentBack),
        Decision::Confirm => state == AwardState::ToConfirm,
        Decision::Reject | Decision::SendBack => {
            matches!(state, AwardState::Proposed | AwardState::ToConfirm)
                || (state == AwardState::SentBack && verdict.decision == Decision::Reject)
        }
        Decision::Revoke => matches!(state, AwardState::OnNotice | AwardState::UnderAppeal | AwardState::Final),
    };
    if !fits {
        return Err(Refusal::State { decision: verdict.decision, state });
    }
    let gives = matches!(verdict.decision, Decision::Approve | Decision::Confirm);
    if gives && !missing.is_empty() {
        return Err(Refusal::Unconfirmed(missing.to_vec()));
    }
    if let (Standing::ToConfirm { by: first, .. }, true) = (standing, gives) {
        persons::second(award.proposal.member, (&first, persons::name_of(award, &first)), by)?;
    }
    Ok(gives && verdict.credits.is_none())
}

fn check_fields(award: &Award, verdict: &Verdict) -> Result<(), Refusal> {
    if let Some(credits) = verdict.credits {
        let amount = credits.to_decimal();
        if verdict.decision != Decision::Approve || amount.is_sign_negative() || amount > MOST_CREDITS || amount.scale() > 3 {
            return Err(Refusal::Credits);
        }
    }
    let plain = verdict.decision == Decision::Approve && verdict.credits.is_none() && !needs_a_look(award);
    if verdict.reason.is_none() && !plain { Err(Refusal::NoReason) } else { Ok(()) }
}

/// Why an award is left when many are approved at once. `None`: it can be approved with them.
pub fn left_because(award: &Award, later: &[Award], by: &Actor, missing: &[String], now: DateTime<Utc>) -> Option<Refusal> {
    let proposal = &award.proposal;
    if proposal.flagged > 0 {
        return Some(Refusal::Flagged(proposal.flagged));
    }
    if proposal.unmet > 0 {
        return Some(Refusal::Unmet(proposal.unmet));
    }
    if !proposal.complete {
        return Some(Refusal::Incomplete);
    }
    // What was sent back is for somebody to look at.
    if state(award, later, now) == AwardState::SentBack {
        return Some(Refusal::State { decision: Decision::Approve, state: AwardState::SentBack });
    }
    let verdict = Verdict { decision: Decision::Approve, reason: None, credits: None };
    may_decide(award, later, &verdict, by, missing, now).err()
}

/// Whose confirmations of the whole term the policy asks for that are not among a member's statements.
pub fn missing_confirmations(award: &Award, statements: &[Statement], term: &Term) -> Vec<String> {
    let withdrawn =
        |id: StatementId| statements.iter().any(|one| one.kind == StatementKind::Withdrawal && one.about == Some(About::Statement(id)));
    let confirms = |name: &str| {
        statements.iter().any(|one| {
            one.kind == StatementKind::Confirmation
                && one.member == award.proposal.member
                && one.name.as_deref() == Some(name)
                && one.about.is_none()
                && (term.starts_on..=term.ends_on).contains(&one.happened_on)
                && !withdrawn(one.id)
        })
    };
    award.proposal.manner.confirmed_by.iter().filter(|name| !confirms(name)).cloned().collect()
}

/// What is announced when an award is approved now.
pub fn announce(award: &Award, calendar: &Calendar, now: DateTime<Utc>) -> Announced {
    let manner = &award.proposal.manner;
    Announced {
        // Without a public notice none is waited for.
        notice_until: manner.notice_days.map_or(now, |days| calendar.after(now, days, Days::Working)),
        appeal_until: manner.appeal_days.map(|days| calendar.after(now, days, manner.appeal_days_are)),
    }
}

/// A number of which nobody but its owner can tell whose it is: the first two and the last two characters, where at least four are between.
pub fn mask(number: &str) -> String {
    let length = number.chars().count();
    let shows = |at: usize| length >= 8 && (at < 2 || at >= length - 2);
    number.chars().enumerate().map(|(at, char)| if shows(at) { char } else { '*' }).collect()
}
