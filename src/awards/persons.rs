//! Which people: nobody decides on oneself, and the second of two is another human. The one rule of awards, appeals and adjustments.
//! It must not know what is decided.

use super::{Approval, Refusal};
use crate::model::{
    actor::{Actor, PersonKey},
    award::Award,
    ids::MemberId,
};

/// Who decides about a member, where that is a human who may.
pub(super) fn judge(about: MemberId, by: &Actor) -> Result<PersonKey, Refusal> {
    let person = by.person().ok_or(Refusal::NoPerson)?;
    if by.member() == Some(about) { Err(Refusal::Oneself) } else { Ok(person) }
}

/// Whether it is one of those with whom the award was approved.
pub fn has_approved(award: &Award, approval: &Approval, by: &Actor) -> bool {
    approval.by.iter().any(|person| by.is(person, name_of(award, person)))
}

/// What somebody who decided on the award is called.
pub(super) fn name_of<'a>(award: &'a Award, person: &PersonKey) -> &'a str {
    award.decisions.iter().rev().find(|decided| decided.person == *person).map_or("", |decided| &decided.person_name)
}

/// Who stands behind it as the second person, after the first, who is called `name`.
pub(super) fn second(about: MemberId, (first, name): (&PersonKey, &str), by: &Actor) -> Result<PersonKey, Refusal> {
    let person = judge(about, by)?;
    if by.is(first, name) { Err(Refusal::SamePerson) } else { Ok(person) }
}
