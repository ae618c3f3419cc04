//! The people of a roster beside the members of the register: who is new, who is changed and how, who is left out.
//! It must not remove anybody, nor take an account from one member for another.

use std::collections::HashMap;

use super::{
    Entry, Roster, Wish,
    mistake::{Field, Mistakes},
};
use crate::model::{
    ids::MemberId,
    member::MemberRole,
    roster::{ChangedField, Known},
};

/// Who is what.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Comparison<'a> {
    /// With the role that they are to have.
    pub added: Vec<(&'a Entry, MemberRole)>,
    pub changed: Vec<Change<'a>>,
    pub unchanged: usize,
    pub left_out: Vec<&'a Known>,
    /// People who are new, and of whom nobody says what they are.
    pub skipped: usize,
}

/// Of whom the file says something else than the register.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change<'a> {
    pub entry: &'a Entry,
    pub known: &'a Known,
}

impl<'a> Change<'a> {
    /// What is said of each field, and what is known. What is not said is absent.
    fn said(&self) -> impl Iterator<Item = (&'static str, &'a str, Option<&'a str>)> {
        let (named, known) = (&self.entry.named, self.known);
        let fields = [
            ("name", Some(&*named.name), Some(&*known.name)),
            ("role", named.role.map(MemberRole::as_str), Some(known.role.as_str())),
            ("unit", named.unit.as_deref(), known.unit.as_deref()),
            ("class", named.class.as_deref(), known.class.as_deref()),
            ("github_login", named.github_login.as_deref(), known.github_login.as_deref()),
        ];
        let said = fields.into_iter().filter_map(|(field, said, known)| Some((field, said?, known)));
        said.filter(|(_, said, known)| *known != Some(*said))
    }

    pub fn fields(&self) -> Vec<ChangedField> {
        let owned = |(field, said, known): (&'static str, &str, Option<&str>)| ChangedField {
            field,
            before: known.map(str::to_owned),
            after: Some(said.to_owned()),
        };
        self.said().map(owned).collect()
    }

    /// The login that is said, where it is another.
    pub fn login(&self) -> Option<&'a str> {
        self.said().find(|(field, ..)| *field == "github_login").map(|(_, said, _)| said)
    }
}

/// `removing`: whoever is left out goes, and is in nobody's way.
pub fn compare<'a>(roster: &'a Roster, known: &'a [Known], wish: &Wish, removing: bool) -> Result<Comparison<'a>, Mistakes> {
    let by_number: HashMap<&str, &Known> = known.iter().map(|member| (&*member.number, member)).collect();
    let mut found = Comparison::default();
    let mut named: HashMap<MemberId, &Entry> = HashMap::with_capacity(known.len().min(roster.entries.len()));
    for entry in &roster.entries {
        match by_number.get(&*entry.named.number) {
            Some(member) => {
                named.insert(member.id, entry);
                let change = Change { entry, known: member };
                match change.said().next() {
                    None => found.unchanged += 1,
                    Some(_) => found.changed.push(change),
                }
            }
            None => match entry.named.role.or(roster.newcomers) {
                Some(role) => found.added.push((entry, role)),
                None => found.skipped += 1,
            },
        }
    }
    found.left_out = match &roster.leaving {
        None => known.iter().filter(|member| !named.contains_key(&member.id)).collect(),
        Some(leaving) => {
            let known = leaving.iter().filter_map(|number| by_number.get(&**number).copied());
            known.filter(|member| !named.contains_key(&member.id)).collect()
        }
    };
    let mut mistakes = Mistakes::default();
    if !wish.accept_numbers {
        lost_zeros(&found, known, &mut mistakes);
    }
    let stays: Vec<&Known> = if removing {
        let goes: std::collections::HashSet<MemberId> = found.left_out.iter().map(|member| member.id).collect();
        known.iter().filter(|member| !goes.contains(&member.id)).collect()
    } else {
        known.iter().collect()
    };
    taken_logins(roster, &stays, &named, &by_number, &mut mistakes);
    mistakes.or(found)
}

/// New numbers that are known ones without their leading zeros.
fn lost_zeros(found: &Comparison<'_>, known: &[Known], mistakes: &mut Mistakes) {
    let padded: HashMap<&str, &str> = known
        .iter()
        .filter(|member| member.number.starts_with('0') && member.number.bytes().all(|byte| byte.is_ascii_digit()))
        .map(|member| (member.number.trim_start_matches('0'), &*member.number))
        .collect();
    for (entry, _) in &found.added {
        if let Some(whole) = padded.get(entry.named.number.trim_start_matches('0')) {
            let number = &entry.named.number;
            let message = format!(
                "{number} is new and the register has {whole}: were leading zeros lost? Where it is right, say so (accept_numbers)"
            );
            mistakes.add(entry.place, Field::Number, message);
        }
    }
}

/// Logins that would be two members'.
fn taken_logins(
    roster: &Roster,
    stays: &[&Known],
    named: &HashMap<MemberId, &Entry>,
    by_number: &HashMap<&str, &Known>,
    mistakes: &mut Mistakes,
) {
    // What a member keeps: the file names no other login.
    let keeps = |member: &Known| named.get(&member.id).is_none_or(|entry| entry.named.github_login.is_none());
    let kept: HashMap<String, &Known> = stays
        .iter()
        .filter(|member| keeps(member))
        .filter_map(|member| Some((member.github_login.as_ref()?.to_lowercase(), *member)))
        .collect();
    for entry in &roster.entries {
        let Some(login) = &entry.named.github_login else { continue };
        let Some(holder) = kept.get(&login.to_lowercase()) else { continue };
        if by_number.get(&*entry.named.number).is_none_or(|member| member.id != holder.id) {
            let message = format!("{login} is the login of the member {} already: one account, one person", holder.number);
            mistakes.add(entry.place, Field::GithubLogin, message);
        }
    }
}
