//! The attributes of a User by their names: which of them are kept, which a directory may send in vain, and which nobody knows.
//! It must not take a misspelt name for one that is not kept: what it says would be lost without a word.

use super::{
    ENTERPRISE, USER,
    message::{Kind, Refusal},
};

/// What a path leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Attribute {
    UserName,
    ExternalId,
    Active,
    DisplayName,
    /// The whole `name`.
    Name,
    Formatted,
    GivenName,
    FamilyName,
    UserType,
    Roles,
    /// The whole extension for enterprises.
    Enterprise,
    EmployeeNumber,
    Department,
    /// Ours to say: sent along, it says nothing.
    ReadOnly,
    /// RFC 7643 has it, and we have no use for it.
    Unkept,
}

const UNKEPT: [&str; 14] = [
    "nickname",
    "profileurl",
    "title",
    "preferredlanguage",
    "locale",
    "timezone",
    "password",
    "emails",
    "phonenumbers",
    "ims",
    "photos",
    "addresses",
    "entitlements",
    "x509certificates",
];
const UNKEPT_OF_NAME: [&str; 3] = ["middlename", "honorificprefix", "honorificsuffix"];
/// Some directories say inside it which schema it is of.
const UNKEPT_OF_ENTERPRISE: [&str; 5] = ["costcenter", "organization", "division", "manager", "schemas"];

/// Reads a path such as `userName`, `name.givenName`, `emails[type eq "work"].value` or one that begins with the name of a schema.
pub(super) fn attribute(path: &str) -> Result<Attribute, Refusal> {
    let lower = path.to_ascii_lowercase();
    let unknown = || Refusal::new(Kind::InvalidPath, format!("A User has no attribute `{path}`: see /scim/v2/Schemas."));
    let (user, enterprise) = (USER.to_ascii_lowercase(), ENTERPRISE.to_ascii_lowercase());
    if lower == enterprise {
        return Ok(Attribute::Enterprise);
    }
    if let Some(rest) = lower.strip_prefix(&enterprise) {
        return rest.strip_prefix([':', '.']).and_then(of_enterprise).ok_or_else(unknown);
    }
    let name = lower.strip_prefix(&user).and_then(|rest| rest.strip_prefix(':')).unwrap_or(&lower);
    of_user(name).ok_or_else(unknown)
}

fn of_enterprise(name: &str) -> Option<Attribute> {
    let (first, _) = parts(name)?;
    match first {
        "employeenumber" if name == first => Some(Attribute::EmployeeNumber),
        "department" if name == first => Some(Attribute::Department),
        _ => UNKEPT_OF_ENTERPRISE.contains(&first).then_some(Attribute::Unkept),
    }
}

fn of_user(name: &str) -> Option<Attribute> {
    let (first, rest) = parts(name)?;
    match (first, rest) {
        ("username", "") => Some(Attribute::UserName),
        ("externalid", "") => Some(Attribute::ExternalId),
        ("active", "") => Some(Attribute::Active),
        ("displayname", "") => Some(Attribute::DisplayName),
        ("usertype", "") => Some(Attribute::UserType),
        ("roles", "" | "value") => Some(Attribute::Roles),
        ("roles", "primary" | "display" | "type") => Some(Attribute::Unkept),
        ("name", "") => Some(Attribute::Name),
        ("name", "formatted") => Some(Attribute::Formatted),
        ("name", "givenname") => Some(Attribute::GivenName),
        ("name", "familyname") => Some(Attribute::FamilyName),
        ("name", part) => UNKEPT_OF_NAME.contains(&part).then_some(Attribute::Unkept),
        ("id" | "meta" | "schemas" | "groups", _) => Some(Attribute::ReadOnly),
        _ => UNKEPT.contains(&first).then_some(Attribute::Unkept),
    }
}

/// The name before and behind the dot; what stands in brackets says which of several is meant, and there is one at most.
fn parts(name: &str) -> Option<(&str, &str)> {
    let Some((first, rest)) = name.split_once('[') else { return Some(name.split_once('.').unwrap_or((name, ""))) };
    let (_, rest) = rest.rsplit_once(']')?;
    match (first, rest.strip_prefix('.')) {
        (_, None) if !rest.is_empty() => None,
        // Only what can be there several times is chosen from.
        ("username" | "externalid" | "active" | "displayname" | "usertype" | "name" | "employeenumber" | "department", _) => None,
        (first, rest) => Some((first, rest.unwrap_or_default())),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("userName", Some(Attribute::UserName))]
    #[case("USERNAME", Some(Attribute::UserName))]
    #[case("urn:ietf:params:scim:schemas:core:2.0:User:userName", Some(Attribute::UserName))]
    #[case("name", Some(Attribute::Name))]
    #[case("name.familyName", Some(Attribute::FamilyName))]
    #[case("name.middleName", Some(Attribute::Unkept))]
    #[case("name.nickName", None)]
    #[case("userName.value", None)]
    #[case("active[value eq true]", None)]
    #[case("emails[type eq \"work\"].value", Some(Attribute::Unkept))]
    #[case("emails[type eq \"a]b\"]", Some(Attribute::Unkept))]
    #[case("emails[type eq \"work\"", None)]
    #[case("emails[type eq \"work\"]value", None)]
    #[case("roles[primary eq \"True\"].value", Some(Attribute::Roles))]
    #[case("roles", Some(Attribute::Roles))]
    #[case("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User", Some(Attribute::Enterprise))]
    #[case("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber", Some(Attribute::EmployeeNumber))]
    #[case("urn:IETF:params:scim:schemas:extension:enterprise:2.0:User:Department", Some(Attribute::Department))]
    #[case("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value", Some(Attribute::Unkept))]
    #[case("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:userName", None)]
    #[case("urn:ietf:params:scim:schemas:extension:enterprise:2.0:Usr:employeeNumber", None)]
    #[case("employeeNumber", None)]
    #[case("emploeeNumber", None)]
    #[case("id", Some(Attribute::ReadOnly))]
    #[case("", None)]
    fn a_path_leads_to_what_it_names_and_to_nothing_like_it(#[case] path: &str, #[case] expected: Option<Attribute>) {
        assert_eq!(attribute(path).ok(), expected);
    }
}
