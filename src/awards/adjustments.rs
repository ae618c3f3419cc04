//! Who may countersign an adjustment: another human than who stated it, as for other credits than were proposed.
//! It must not look up who stated it: whoever calls says who that is.

use super::{Refusal, persons};
use crate::model::{
    actor::{Actor, PersonKey},
    statement::{Countersignature, Statement},
};

/// An adjustment as it is to be countersigned.
#[derive(Debug, Clone, Copy)]
pub struct Stated<'a> {
    pub statement: &'a Statement,
    /// Who wrote it. `None`: nobody knows any more.
    pub by: Option<&'a Actor>,
    /// In whose name, where that is another.
    pub on_behalf_of: Option<&'a str>,
    pub is_withdrawn: bool,
    /// The member has left the register.
    pub is_former: bool,
    pub countersigned: Option<&'a Countersignature>,
}

/// Who countersigns, where that is a human who may.
pub fn may_countersign(stated: Stated<'_>, by: &Actor) -> Result<PersonKey, Refusal> {
    let about = stated.statement.member;
    if !stated.statement.kind.needs_two() {
        return Err(Refusal::NeedsNoSecond(stated.statement.kind));
    }
    let first = stated.by.ok_or(Refusal::NobodyStated)?;
    let first_person = first.person().ok_or(Refusal::NobodyStated)?;
    if first.member() == Some(about) {
        return Err(Refusal::StatedByMember);
    }
    let person = persons::second(about, (&first_person, &first.to_person().name), by)?;
    // Whose word it is has said it already, whoever wrote it down.
    if stated.on_behalf_of.is_some_and(|name| name.to_lowercase() == by.to_person().name.to_lowercase()) {
        return Err(Refusal::SamePerson);
    }
    match stated {
        Stated { is_withdrawn: true, .. } => Err(Refusal::TakenBack),
        Stated { countersigned: Some(_), .. } => Err(Refusal::Countersigned),
        Stated { is_former: true, .. } => Err(Refusal::FormerMember),
        _ => Ok(person),
    }
}
