//! What may follow what: every sequence of acts that is tried, and the sentences of the rule by themselves.

use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::model::{
    actor::Person,
    award::{AppealDecision, Manner, Proposal},
    ids::{ApiKeyId, AppealId, AwardId, MemberId, PolicyId, TermId, UserId},
    points::Points,
};

const MEMBER: MemberId = MemberId(Uuid::from_u128(7));

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn start() -> DateTime<Utc> {
    at("2026-03-02T08:00:00Z")
}

fn calendar() -> Calendar {
    Calendar::new(chrono_tz::Asia::Shanghai, &[])
}

fn award() -> Award {
    let proposal = Proposal {
        term: TermId(Uuid::nil()),
        member: MEMBER,
        evaluation: EvaluationId(Uuid::nil()),
        evaluated_at: start(),
        policy: PolicyId(Uuid::nil()),
        policy_name: "practice".into(),
        policy_hash: "h".into(),
        points: Points::from_thousandths(20_000),
        credits: Credits::new("2".parse().unwrap()),
        flagged: 0,
        unmet: 0,
        complete_until: Some(start()),
        complete: true,
        manner: Manner { notice_days: Some(5), appeal_days: Some(3), ..Manner::default() },
    };
    Award {
        id: AwardId(Uuid::nil()),
        proposal,
        generation: 1,
        supersedes: None,
        proposed_by: "program".into(),
        proposed_at: start(),
        number: "0020230001".into(),
        name: "Ada".into(),
        decisions: Vec::new(),
        appeals: Vec::new(),
    }
}

/// The program, the member, and two others.
fn actor(n: u8) -> Actor {
    let key =
        |name: &str, member| Actor::Key { id: ApiKeyId(Uuid::from_u128(u128::from(n))), holder: Person { name: name.to_owned(), member } };
    match n {
        0 => Actor::Program,
        1 => key("Ada", Some(MEMBER)),
        2 => key("Wang Fang", None),
        _ => key("Li Na", None),
    }
}

fn verdict(decision: Decision, credits: Option<&str>) -> Verdict {
    Verdict { decision, reason: Some("Seen".into()), credits: credits.map(|credits| Credits::new(credits.parse().unwrap())) }
}

/// Does what may be done, as the doors do it.
fn act(award: &mut Award, verdict: &Verdict, by: &Actor, now: DateTime<Utc>) -> Result<(), Refusal> {
    let is_approved = may_decide(award, &[], verdict, by, &[], now)?;
    let announced = is_approved.then(|| announce(award, &calendar(), now));
    let person = judge(award, by)?;
    award.decisions.push(Decided {
        decision: verdict.decision,
        reason: verdict.reason.clone(),
        by: by.to_string(),
        person,
        person_name: "x".into(),
        credits: verdict.credits,
        announced,
        at: now,
    });
    Ok(())
}

fn appeal() -> Appeal {
    Appeal {
        id: AppealId(Uuid::nil()),
        award: AwardId(Uuid::nil()),
        contribution_url: None,
        reason: "One is missing".into(),
        filed_by: "x".into(),
        on_behalf_of: None,
        filed_at: start(),
        decided: None,
    }
}

#[test]
fn an_approved_award_is_on_notice_for_its_working_days_and_then_final() {
    let mut award = award();
    act(&mut award, &verdict(Decision::Approve, None), &actor(2), start()).unwrap();
    let over = at("2026-03-09T16:00:00Z");
    assert_eq!(state(&award, &[], start()), AwardState::OnNotice);
    assert_eq!(state(&award, &[], over - chrono::TimeDelta::seconds(1)), AwardState::OnNotice);
    assert_eq!(state(&award, &[], over), AwardState::Final);
    act(&mut award, &verdict(Decision::Revoke, None), &actor(2), over).unwrap();
    assert_eq!(state(&award, &[], over), AwardState::Revoked);
}

#[test]
fn other_credits_than_were_proposed_need_a_second_person() {
    let mut award = award();
    act(&mut award, &verdict(Decision::Approve, Some("3")), &actor(2), start()).unwrap();
    assert_eq!(state(&award, &[], start()), AwardState::ToConfirm);
    let confirm = verdict(Decision::Confirm, None);
    assert_eq!(act(&mut award, &confirm, &actor(2), start()), Err(Refusal::SamePerson));
    assert_eq!(act(&mut award, &confirm, &actor(1), start()), Err(Refusal::Oneself));
    assert!(act(&mut award, &verdict(Decision::Approve, None), &actor(3), start()).is_err(), "not around it either");
    act(&mut award, &confirm, &actor(3), start()).unwrap();
    assert_eq!((state(&award, &[], start()), credits(&award).to_string()), (AwardState::OnNotice, "3".to_owned()));
}

#[test]
fn what_needs_a_look_is_not_approved_without_a_reason() {
    let plain = Verdict { decision: Decision::Approve, reason: None, credits: None };
    let clean = award();
    assert_eq!(may_decide(&clean, &[], &plain, &actor(2), &[], start()), Ok(true));
    assert_eq!(left_because(&clean, &[], &actor(2), &[], start()), None);
    let mut flagged = award();
    flagged.proposal.flagged = 1;
    let mut unmet = award();
    unmet.proposal.unmet = 1;
    let mut incomplete = award();
    incomplete.proposal.complete = false;
    for award in [flagged, unmet, incomplete] {
        assert_eq!(may_decide(&award, &[], &plain, &actor(2), &[], start()), Err(Refusal::NoReason));
        assert!(left_because(&award, &[], &actor(2), &[], start()).is_some());
    }
    assert_eq!(
        may_decide(&clean, &[], &Verdict { decision: Decision::Reject, ..plain.clone() }, &actor(2), &[], start()),
        Err(Refusal::NoReason)
    );
    let missing = ["mentor".to_owned()];
    assert_eq!(may_decide(&clean, &[], &plain, &actor(2), &missing, start()), Err(Refusal::Unconfirmed(missing.to_vec())));
}

#[test]
fn an_appeal_in_time_keeps_an_award_from_becoming_final() {
    let mut award = award();
    assert!(may_appeal(&award, &[], start()).is_err(), "nothing is approved");
    act(&mut award, &verdict(Decision::Approve, None), &actor(2), start()).unwrap();
    let (last, late) = (at("2026-03-05T15:59:59Z"), at("2026-03-05T16:00:00Z"));
    assert_eq!((may_appeal(&award, &[], last), may_appeal(&award, &[], late)), (Ok(()), Err(Refusal::TooLate)));
    award.appeals.push(appeal());
    assert_eq!(state(&award, &[], at("2027-01-01T00:00:00Z")), AwardState::UnderAppeal);
    assert_eq!(may_appeal(&award, &[], last), Err(Refusal::AppealPending));
    let settle = |by: u8, is_other| may_settle(&award, &[], &award.appeals[0], AppealDecision::Dismiss, &actor(by), is_other);
    assert_eq!(settle(1, true), Err(Refusal::Oneself));
    assert_eq!(settle(2, true), Err(Refusal::Approver));
    assert_eq!((settle(2, false), settle(3, true)), (Ok(()), Ok(())));
}

#[test]
fn the_award_that_takes_anothers_place_does_so_when_it_is_approved() {
    let (mut old, mut new) = (award(), award());
    act(&mut old, &verdict(Decision::Approve, None), &actor(2), start()).unwrap();
    new.generation = 2;
    assert_eq!(state(&old, std::slice::from_ref(&new), start()), AwardState::OnNotice);
    act(&mut new, &verdict(Decision::Approve, None), &actor(3), start()).unwrap();
    assert_eq!(state(&old, &[new], start()), AwardState::Superseded);
    let undecided = award();
    assert_eq!(state(&undecided, &[award()], start()), AwardState::Superseded, "what nobody decided gives way at once");
}

#[test]
fn a_report_says_what_people_gave_and_of_what_they_have_not_decided_nothing() {
    let told = |award: &Award, now| {
        let found = reported(std::slice::from_ref(award), now).unwrap();
        (found.state, found.given.map(|given| given.credits.to_string()), found.decided_by.len())
    };
    let over = at("2026-03-09T16:00:00Z");
    let mut given = award();
    assert_eq!(told(&given, start()), (AwardState::Proposed, None, 0));
    act(&mut given, &verdict(Decision::Approve, Some("3")), &actor(2), start()).unwrap();
    assert_eq!(told(&given, start()), (AwardState::ToConfirm, None, 1), "one of two has given nothing yet");
    act(&mut given, &verdict(Decision::Confirm, None), &actor(3), start()).unwrap();
    assert_eq!(told(&given, start()), (AwardState::OnNotice, Some("3".into()), 2));
    assert_eq!(told(&given, over), (AwardState::Final, Some("3".into()), 2));
    act(&mut given, &verdict(Decision::Revoke, None), &actor(2), over).unwrap();
    assert_eq!(told(&given, over), (AwardState::Revoked, Some("0".into()), 3));
    let mut refused = award();
    act(&mut refused, &verdict(Decision::Reject, None), &actor(2), start()).unwrap();
    assert_eq!(told(&refused, start()), (AwardState::Rejected, Some("0".into()), 1));
    // Another that was proposed since says nothing as long as the first holds.
    let mut first = award();
    act(&mut first, &verdict(Decision::Approve, None), &actor(2), start()).unwrap();
    let chain = [first, Award { generation: 2, ..award() }];
    assert_eq!(reported(&chain, over).map(|found| (found.state, found.given.is_some())), Some((AwardState::Final, true)));
    assert_eq!(reported(&[], over), None);
}

#[test]
fn whoever_confirms_in_another_guise_is_still_the_same_person() {
    let mut award = award();
    let signed_in = Actor::User { id: UserId(Uuid::from_u128(5)), person: Person { name: "Wang Fang".into(), member: None } };
    let approve = verdict(Decision::Approve, Some("3"));
    assert!(may_decide(&award, &[], &approve, &signed_in, &[], start()).is_ok());
    award.decisions.push(Decided {
        decision: Decision::Approve,
        reason: Some("More".into()),
        by: signed_in.to_string(),
        person: signed_in.person().unwrap(),
        person_name: "Wang Fang".into(),
        credits: approve.credits,
        announced: None,
        at: start(),
    });
    let confirm = verdict(Decision::Confirm, None);
    assert_eq!(act(&mut award, &confirm, &actor(2), start()), Err(Refusal::SamePerson), "a key of that name");
    assert_eq!(act(&mut award, &confirm, &actor(3), start()), Ok(()));
    award.appeals.push(appeal());
    let settle = |by: &Actor| may_settle(&award, &[], &award.appeals[0], AppealDecision::Dismiss, by, true);
    assert_eq!((settle(&actor(2)), settle(&signed_in)), (Err(Refusal::Approver), Err(Refusal::Approver)));
}

#[test]
fn a_short_number_is_masked_as_a_whole() {
    assert_eq!(mask("0020230001"), "00******01");
    assert_eq!((mask("1234567"), mask("")), ("*******".to_owned(), String::new()));
}

proptest! {
    #[test]
    fn no_sequence_of_acts_gives_credit_without_a_person_who_is_not_the_member(
        acts in prop::collection::vec((0_usize..Decision::ALL.len(), 0_u8..4, any::<bool>(), 0_i64..400), 0..12)
    ) {
        let mut award = award();
        let mut now = start();
        for (decision, by, other, hours) in acts {
            now += chrono::TimeDelta::hours(hours);
            let _ = act(&mut award, &verdict(Decision::ALL[decision], other.then_some("9")), &actor(by), now);
            let (state, others) = (state(&award, &[], now), [actor(2), actor(3)].map(|one| one.person().unwrap()));
            prop_assert!(award.decisions.iter().all(|one| others.contains(&one.person)));
            if let Standing::Approved(approval) = standing(&award) {
                prop_assert!(!approval.by.is_empty());
                let overridden = approval.credits != award.proposal.credits;
                prop_assert!(!overridden || (approval.by.len() == 2 && approval.by[0] != approval.by[1]));
                let approved_at = award.decisions.iter().rev().find(|one| one.announced.is_some()).unwrap().at;
                let shortest = calendar().after(approved_at, 5, Days::Working);
                prop_assert_eq!(state == AwardState::Final, now >= shortest);
            } else {
                prop_assert!(!matches!(state, AwardState::OnNotice | AwardState::Final));
            }
        }
    }
}
