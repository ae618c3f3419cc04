//! What a directory says of somebody: a body, or the operations of a PATCH, attribute by attribute, and what becomes of a member by it.
//! It must not make a number of anything but a text, nor let one go that is not said any more.

use serde_json::{Map, Value};

use super::{
    ENTERPRISE, USER,
    message::{Kind, Refusal},
    path::{Attribute, attribute},
};
use crate::{
    api::fields,
    db::{
        directory::{DirectoryUser, Names},
        members::Profile,
    },
    model::member::MemberRole,
};

const PATCH: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
/// More operations than this are no change of one person.
const MOST_OPERATIONS: usize = 100;
/// The longest name at a directory.
const LONGEST: usize = 254;

/// Each attribute that was said: to a text, or to nothing at all.
#[derive(Debug, Default)]
pub(super) struct Said {
    user_name: Option<Option<String>>,
    external_id: Option<Option<String>>,
    active: Option<bool>,
    display_name: Option<Option<String>>,
    formatted: Option<Option<String>>,
    given_name: Option<Option<String>>,
    family_name: Option<Option<String>>,
    user_type: Option<MemberRole>,
    /// What `roles` say, which counts where `userType` is silent.
    role: Option<MemberRole>,
    employee_number: Option<Option<String>>,
    department: Option<Option<String>>,
}

/// How a member is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wish {
    pub names: Names,
    pub profile: Profile,
    pub active: bool,
}

impl Said {
    /// By the body of a POST or a PUT.
    pub fn by_body(body: &Value) -> Result<Self, Refusal> {
        let body = body.as_object().ok_or_else(|| Refusal::new(Kind::InvalidSyntax, "The body must be an object: a User."))?;
        require_schema(body, USER)?;
        let mut said = Self::default();
        said.set_all("", body, true)?;
        Ok(said)
    }

    /// By the operations of a PATCH, one after the other.
    pub fn by_operations(body: &Value) -> Result<Self, Refusal> {
        let syntax = |detail: &str| Refusal::new(Kind::InvalidSyntax, detail);
        let body = body.as_object().ok_or_else(|| syntax("The body must be an object with Operations."))?;
        require_schema(body, PATCH)?;
        let operations = field(body, "operations").and_then(Value::as_array).ok_or_else(|| syntax("Operations must be a list."))?;
        if operations.is_empty() || operations.len() > MOST_OPERATIONS {
            return Err(syntax(&format!("There must be 1 to {MOST_OPERATIONS} Operations.")));
        }
        let mut said = Self::default();
        for operation in operations {
            said.operate(operation.as_object().ok_or_else(|| syntax("An operation must be an object with op, path and value."))?)?;
        }
        Ok(said)
    }

    fn operate(&mut self, operation: &Map<String, Value>) -> Result<(), Refusal> {
        let syntax = |detail: &str| Refusal::new(Kind::InvalidSyntax, detail);
        let op = field(operation, "op").and_then(Value::as_str).map(str::to_ascii_lowercase);
        let path = match field(operation, "path") {
            None | Some(Value::Null) => None,
            Some(Value::String(path)) => Some(path.as_str()),
            Some(_) => return Err(Refusal::new(Kind::InvalidPath, "path must be a text.")),
        };
        let value = field(operation, "value");
        match (op.as_deref(), path, value) {
            (Some("add" | "replace"), Some(path), Some(value)) => self.set(path, value, false),
            (Some("add" | "replace"), None, Some(Value::Object(all))) => self.set_all("", all, false),
            (Some("add" | "replace"), None, Some(_)) => Err(syntax("Without a path, value must be an object of attributes.")),
            (Some("add" | "replace"), _, None) => Err(syntax("add and replace need a value.")),
            (Some("remove"), Some(path), _) => self.set(path, &Value::Null, false),
            (Some("remove"), None, _) => Err(Refusal::new(Kind::NoTarget, "remove needs a path.")),
            _ => Err(syntax("op must be add, replace or remove.")),
        }
    }

    /// `prefix`: of which each name in `all` is a part. `whole`: a User as a whole, in which what is ours to say is sent back to us.
    fn set_all(&mut self, prefix: &str, all: &Map<String, Value>, whole: bool) -> Result<(), Refusal> {
        all.iter().try_for_each(|(name, value)| self.set(&format!("{prefix}{name}"), value, whole))
    }

    fn set(&mut self, path: &str, value: &Value, whole: bool) -> Result<(), Refusal> {
        match attribute(path)? {
            Attribute::UserName => self.user_name = Some(text(path, value)?),
            Attribute::ExternalId => self.external_id = Some(text(path, value)?),
            Attribute::DisplayName => self.display_name = Some(text(path, value)?),
            Attribute::Formatted => self.formatted = Some(text(path, value)?),
            Attribute::GivenName => self.given_name = Some(text(path, value)?),
            Attribute::FamilyName => self.family_name = Some(text(path, value)?),
            Attribute::Department => self.department = Some(text(path, value)?),
            Attribute::EmployeeNumber => self.employee_number = Some(number(path, value)?),
            Attribute::UserType => self.user_type = user_type(path, value, whole)?,
            Attribute::Roles => self.role = one_of_roles(value)?,
            Attribute::Active => self.active = Some(boolean(value)?),
            Attribute::Name | Attribute::Enterprise => self.set_parts(path, value, whole)?,
            Attribute::ReadOnly if !whole => {
                return Err(Refusal::new(Kind::Mutability, format!("`{path}` is not a directory's to change.")));
            }
            Attribute::ReadOnly | Attribute::Unkept => {}
        }
        Ok(())
    }

    /// Of an attribute that has parts. Taken away as a whole, it takes away all of them.
    fn set_parts(&mut self, path: &str, value: &Value, whole: bool) -> Result<(), Refusal> {
        let of_name = attribute(path)? == Attribute::Name;
        let (prefix, parts) = if of_name {
            ("name.".to_owned(), ["formatted", "givenName", "familyName"].as_slice())
        } else {
            (format!("{ENTERPRISE}:"), ["employeeNumber", "department"].as_slice())
        };
        match value {
            Value::Object(all) => self.set_all(&prefix, all, whole),
            Value::Null => parts.iter().try_for_each(|part| self.set(&format!("{prefix}{part}"), &Value::Null, whole)),
            _ => Err(Refusal::value(format!("`{path}` must be an object."))),
        }
    }

    /// What becomes of a member (or of nobody yet) by what was said. `whole`: what was not said is not so, where it can be taken away.
    pub fn wish(self, before: Option<&DirectoryUser>, whole: bool) -> Result<Wish, Refusal> {
        let user_name = self.user_name(before, whole)?;
        let external_id = match &self.external_id {
            Some(said) => said.clone().map(|said| check("externalId", said, LONGEST)).transpose()?,
            None if whole => None,
            None => before.and_then(|before| before.names.external_id.clone()),
        };
        let (number, gives_number) = self.number(before, &user_name)?;
        let (name, gives_name) = self.name(before)?;
        let unit = match &self.department {
            Some(said) => said.clone().map(|said| check("department", said, fields::NAME)).transpose()?,
            None if whole => None,
            None => before.and_then(|before| before.profile.unit.clone()),
        };
        let role = match (self.user_type, self.role, before) {
            (Some(role), ..) | (None, Some(role), _) => role,
            (None, None, Some(before)) => before.profile.role,
            (None, None, None) => MemberRole::Student,
        };
        Ok(Wish {
            names: Names { user_name, external_id, gives_name, gives_number },
            profile: Profile { number, name, role, unit, github_login: before.and_then(|before| before.profile.github_login.clone()) },
            active: self.active.unwrap_or_else(|| before.is_none_or(|before| before.active)),
        })
    }

    fn user_name(&self, before: Option<&DirectoryUser>, whole: bool) -> Result<String, Refusal> {
        match (&self.user_name, before) {
            (Some(Some(said)), _) => check("userName", said.clone(), LONGEST),
            (None, Some(before)) if !whole => Ok(before.names.user_name.clone()),
            _ => Err(Refusal::value("`userName` is missing: every User has one.")),
        }
    }

    /// The number, and whether the directory gives one. It is never taken away: without one, whose results were they?
    fn number(&self, before: Option<&DirectoryUser>, user_name: &str) -> Result<(String, bool), Refusal> {
        match (&self.employee_number, before) {
            (Some(Some(said)), _) => Ok((check("employeeNumber", said.clone(), fields::LABEL)?, true)),
            (Some(None), Some(before)) if before.names.gives_number => {
                Err(Refusal::new(Kind::Mutability, "`employeeNumber` is a member's number: it can be replaced and not taken away."))
            }
            (_, Some(before)) if before.names.gives_number => Ok((before.profile.number.clone(), true)),
            (..) => {
                let number = fields::text(user_name.to_owned(), fields::LABEL).map_err(|why| {
                    Refusal::value(format!("`userName` {why} where it is the number as well: or say the number in `employeeNumber`."))
                })?;
                Ok((number, false))
            }
        }
    }

    /// The name, and whether the directory says it in one: `displayName` is it; as long as there is none, `name.formatted`, or else both
    /// of its parts.
    fn name(&self, before: Option<&DirectoryUser>) -> Result<(String, bool), Refusal> {
        if let Some(Some(said)) = &self.display_name {
            return Ok((check("displayName", said.clone(), fields::NAME)?, true));
        }
        let gives_name = self.display_name.is_none() && before.is_some_and(|before| before.names.gives_name);
        if let (true, Some(before)) = (gives_name, before) {
            return Ok((before.profile.name.clone(), true));
        }
        let formatted = self.formatted.clone().flatten();
        let joined = || Some(join(self.given_name.as_ref()?.as_deref()?, self.family_name.as_ref()?.as_deref()?));
        match (formatted.or_else(joined), before) {
            (Some(said), _) => Ok((check("name", said, fields::NAME)?, false)),
            (None, Some(before)) => Ok((before.profile.name.clone(), false)),
            (None, None) => Err(Refusal::value("There is no name: say `displayName`, `name.formatted`, or both parts of the name.")),
        }
    }
}

/// As people write it: in Chinese the family name comes first, and nothing in between.
fn join(given: &str, family: &str) -> String {
    let is_han = |text: &str| text.chars().any(|c| matches!(c, '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{323af}'));
    if is_han(given) && is_han(family) { format!("{family}{given}") } else { format!("{given} {family}") }
}

/// A field by its name, in whatever letters.
fn field<'v>(object: &'v Map<String, Value>, name: &str) -> Option<&'v Value> {
    object.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

/// Where a body says what it is, it must be that.
fn require_schema(body: &Map<String, Value>, schema: &str) -> Result<(), Refusal> {
    let fits = |one: &Value| one.as_str().is_some_and(|one| one.eq_ignore_ascii_case(schema));
    match field(body, "schemas") {
        None => Ok(()),
        Some(Value::Array(schemas)) if schemas.iter().all(Value::is_string) && schemas.iter().any(fits) => Ok(()),
        Some(_) => Err(Refusal::new(Kind::InvalidSyntax, format!("schemas must be a list with {schema}."))),
    }
}

/// A text, or nothing: RFC 7643 takes null and an empty list for that, and directories an empty text.
fn text(path: &str, value: &Value) -> Result<Option<String>, Refusal> {
    match value {
        Value::Null => Ok(None),
        Value::Array(none) if none.is_empty() => Ok(None),
        Value::String(text) if text.is_empty() => Ok(None),
        Value::String(text) => Ok(Some(text.clone())),
        _ => Err(Refusal::value(format!("`{path}` must be a text."))),
    }
}

/// A number is a text. An empty one is a mistake at the directory, and not no number.
fn number(path: &str, value: &Value) -> Result<Option<String>, Refusal> {
    match value {
        Value::Number(_) => Err(Refusal::value(format!("`{path}` must be a text: as a number it has lost its leading zeros."))),
        Value::String(text) if text.is_empty() => Err(Refusal::value(format!("`{path}` must not be empty."))),
        _ => text(path, value),
    }
}

/// Some directories write the boolean as a text.
fn boolean(value: &Value) -> Result<bool, Refusal> {
    match value {
        Value::Bool(value) => Ok(*value),
        Value::String(text) if text.eq_ignore_ascii_case("true") => Ok(true),
        Value::String(text) if text.eq_ignore_ascii_case("false") => Ok(false),
        _ => Err(Refusal::value("`active` must be true or false.")),
    }
}

fn role(path: &str, word: &str) -> Result<MemberRole, Refusal> {
    word.to_ascii_lowercase().parse().map_err(|why: String| Refusal::value(format!("{path}: {why}")))
}

/// It is never missing: a User as a whole may leave it out, and a change cannot take it away.
fn user_type(path: &str, value: &Value, whole: bool) -> Result<Option<MemberRole>, Refusal> {
    match text(path, value)? {
        Some(word) => role(path, &word).map(Some),
        None if whole => Ok(None),
        None => Err(Refusal::new(Kind::Mutability, "`userType` can be replaced and not taken away.")),
    }
}

/// The one role of ours among those that a directory names.
fn one_of_roles(value: &Value) -> Result<Option<MemberRole>, Refusal> {
    let several = match value {
        Value::Null => &[][..],
        Value::Array(several) => several,
        one => std::slice::from_ref(one),
    };
    let mut found = None;
    for one in several {
        let word = one.as_object().and_then(|role| field(role, "value")).unwrap_or(one);
        let word = word.as_str().ok_or_else(|| Refusal::value("`roles` must be texts, or objects with a text as value."))?;
        let Ok(role) = word.to_ascii_lowercase().parse::<MemberRole>() else { continue };
        if found.is_some_and(|found| found != role) {
            return Err(Refusal::value("`roles` name both student and faculty: say in `userType` which one counts."));
        }
        found = Some(role);
    }
    Ok(found)
}

fn check(path: &str, value: String, most: usize) -> Result<String, Refusal> {
    fields::text(value, most).map_err(|why| Refusal::value(format!("`{path}` {why}.")))
}

#[cfg(test)]
mod tests;
