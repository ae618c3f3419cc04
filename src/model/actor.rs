//! Who does something: every decision, statement and entry of the log names one.
//! It must not be made from what a caller says: a door makes it from the key or the session that it checked.

use std::fmt;

use super::ids::{ApiKeyId, MemberId, UserId};

/// Who acts. Shown, it is an id, never a name: names stand where they can be erased.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// A key of the API, and who answers for it.
    Key { id: ApiKeyId, holder: Person },
    /// Somebody who signed in.
    User { id: UserId, person: Person },
    /// Whoever has the server's shell.
    Operator,
    /// The program itself, by a rule or a clock: it proposes, and never decides.
    Program,
}

/// A human, as far as is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub name: String,
    /// Who of the register that is, where it is known.
    pub member: Option<MemberId>,
}

/// One human, to tell two from one: whoever has two keys is still one. Of a key that is no member's it is the holder's name, in small
/// letters: two holders of one name are one person here, and one who goes by two names is two.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PersonKey(String);

impl PersonKey {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// One that was stored.
    pub fn stored(text: String) -> Self {
        Self(text)
    }
}

impl Actor {
    /// Which human acts. `None`: none does.
    pub fn person(&self) -> Option<PersonKey> {
        let person = |known: &Person, otherwise: String| PersonKey(known.member.map_or(otherwise, |member| format!("member:{member}")));
        match self {
            Self::Key { holder, .. } => Some(person(holder, format!("name:{}", holder.name.to_lowercase()))),
            Self::User { id, person: known } => Some(person(known, format!("user:{id}"))),
            Self::Operator => Some(PersonKey("name:operator".to_owned())),
            Self::Program => None,
        }
    }

    /// Whether it is this human who acts, who is called `name`. Somebody of whom only a name is known is everybody of that name.
    pub fn is(&self, person: &PersonKey, name: &str) -> bool {
        let called = |name: &str| PersonKey(format!("name:{}", name.to_lowercase()));
        self.person().is_some_and(|own| own == *person || own == called(name) || *person == called(&self.to_person().name))
    }

    /// The member who acts, where it is known to be one.
    pub fn member(&self) -> Option<MemberId> {
        match self {
            Self::Key { holder: person, .. } | Self::User { person, .. } => person.member,
            Self::Operator | Self::Program => None,
        }
    }

    /// What people call whoever acts, and who of the register that is.
    pub fn to_person(&self) -> Person {
        let unnamed = |name: &str| Person { name: name.to_owned(), member: None };
        match self {
            Self::Key { holder: person, .. } | Self::User { person, .. } => person.clone(),
            Self::Operator => unnamed("operator"),
            Self::Program => unnamed("program"),
        }
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key { id, .. } => id.fmt(f),
            Self::User { id, .. } => id.fmt(f),
            Self::Operator => f.write_str("operator"),
            Self::Program => f.write_str("program"),
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn key(n: u128, name: &str, member: Option<u128>) -> Actor {
        let holder = Person { name: name.to_owned(), member: member.map(|m| MemberId(Uuid::from_u128(m))) };
        Actor::Key { id: ApiKeyId(Uuid::from_u128(n)), holder }
    }

    #[test]
    fn two_keys_of_one_holder_are_one_person() {
        assert_eq!(key(1, "Wang Fang", None).person(), key(2, "wang fang", None).person());
        assert_ne!(key(1, "Wang Fang", None).person(), key(2, "Li Na", None).person());
    }

    #[test]
    fn a_member_is_one_person_whatever_they_come_with_and_whatever_they_are_called() {
        let member = Person { name: "Fang".to_owned(), member: Some(MemberId(Uuid::from_u128(7))) };
        let signed_in = Actor::User { id: UserId(Uuid::from_u128(3)), person: member };
        assert_eq!(key(1, "Wang Fang", Some(7)).person(), signed_in.person());
        assert_ne!(key(1, "Fang", None).person(), signed_in.person());
    }

    #[test]
    fn whoever_signs_in_and_has_a_key_in_the_same_name_is_one_person() {
        let (by_key, other) = (key(1, "Wang Fang", None), key(2, "Li Na", None));
        let signed_in =
            |n: u128| Actor::User { id: UserId(Uuid::from_u128(n)), person: Person { name: "Wang Fang".to_owned(), member: None } };
        let is = |one: &Actor, first: &Actor| one.is(&first.person().unwrap(), &first.to_person().name);
        assert!(is(&by_key, &signed_in(3)) && is(&signed_in(3), &by_key) && is(&by_key, &key(4, "wang fang", Some(7))));
        assert!(!is(&signed_in(3), &signed_in(4)), "the provider tells two of one name apart");
        assert!(!is(&by_key, &other) && !is(&Actor::Program, &Actor::Operator) && !is(&Actor::Operator, &by_key));
    }

    #[test]
    fn the_program_is_nobody_and_a_key_without_a_holder_is_the_operators() {
        assert_eq!(Actor::Program.person(), None);
        assert_eq!(Actor::Operator.person(), key(1, "operator", None).person());
    }
}
