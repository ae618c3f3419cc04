//! Which attributes of an answer a directory wants to see: `attributes` and `excludedAttributes` (RFC 7644, 3.9).
//! It must not leave out what every answer holds: `schemas` and `id`.

use serde_json::Value;

use super::{ENTERPRISE, USER};

const ALWAYS: [&str; 2] = ["schemas", "id"];

/// `attributes` and `excludedAttributes` as they were given, with commas between the names.
#[derive(Debug, Default)]
pub(super) struct Projection {
    only: Option<Vec<String>>,
    without: Vec<String>,
}

impl Projection {
    pub fn new(only: Option<&str>, without: Option<&str>) -> Self {
        let names = |list: &str| list.split(',').map(normal).filter(|name| !name.is_empty()).collect::<Vec<_>>();
        Self { only: only.map(names).filter(|names| !names.is_empty()), without: without.map(names).unwrap_or_default() }
    }

    /// What is left of a resource.
    pub fn of(&self, mut resource: Value) -> Value {
        if let Value::Object(fields) = &mut resource {
            if let Some(only) = &self.only {
                fields.retain(|name, value| keep(only, &name.to_lowercase(), value));
            }
            fields.retain(|name, value| !drop_named(&self.without, &name.to_lowercase(), value));
        }
        resource
    }
}

/// A name in small letters, without the schema that goes without saying, and with a dot before the attribute of another one.
fn normal(name: &str) -> String {
    let name = name.trim().to_lowercase();
    let (user, enterprise) = (format!("{}:", USER.to_lowercase()), ENTERPRISE.to_lowercase());
    match name.strip_prefix(&enterprise).and_then(|rest| rest.strip_prefix(':')) {
        Some(part) => format!("{enterprise}.{part}"),
        None => name.strip_prefix(&user).map_or(name.clone(), str::to_owned),
    }
}

fn keep(only: &[String], name: &str, value: &mut Value) -> bool {
    if ALWAYS.contains(&name) || only.iter().any(|wanted| wanted == name) {
        return true;
    }
    let parts = parts_of(only, name);
    if let (false, Value::Object(fields)) = (parts.is_empty(), value) {
        fields.retain(|part, _| parts.contains(&part.to_lowercase()));
        return !fields.is_empty();
    }
    false
}

fn drop_named(without: &[String], name: &str, value: &mut Value) -> bool {
    if ALWAYS.contains(&name) {
        return false;
    }
    if let Value::Object(fields) = value {
        let parts = parts_of(without, name);
        fields.retain(|part, _| !parts.contains(&part.to_lowercase()));
    }
    without.iter().any(|unwanted| unwanted == name)
}

fn parts_of(names: &[String], name: &str) -> Vec<String> {
    names.iter().filter_map(|wanted| Some(wanted.strip_prefix(name)?.strip_prefix('.')?.to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::json;

    use super::*;

    #[rstest]
    #[case(None, None, "active,id,name.familyName,name.formatted,schemas,urn.department,urn.employeeNumber")]
    #[case(Some("active"), None, "active,id,schemas")]
    #[case(Some(" Active , name.formatted"), None, "active,id,name.formatted,schemas")]
    #[case(Some("urn:ietf:params:scim:schemas:core:2.0:User:active"), None, "active,id,schemas")]
    #[case(Some("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department"), None, "id,schemas,urn.department")]
    #[case(Some("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"), None, "id,schemas,urn.department,urn.employeeNumber")]
    #[case(Some("nobody"), None, "id,schemas")]
    #[case(None, Some("id,schemas,active,name"), "id,schemas,urn.department,urn.employeeNumber")]
    #[case(None, Some("name.familyName"), "active,id,name.formatted,schemas,urn.department,urn.employeeNumber")]
    fn an_answer_holds_what_is_wanted(#[case] only: Option<&str>, #[case] without: Option<&str>, #[case] expected: &str) {
        let user = json!({"schemas": [], "id": "1", "active": true, "name": {"formatted": "A", "familyName": "B"},
            ENTERPRISE: {"employeeNumber": "1", "department": "D"}});
        let left = Projection::new(only, without).of(user);
        let mut names = Vec::new();
        for (name, value) in left.as_object().unwrap() {
            let name = if name == ENTERPRISE { "urn" } else { name };
            match value.as_object() {
                Some(parts) => names.extend(parts.keys().map(|part| format!("{name}.{part}"))),
                None => names.push(name.to_owned()),
            }
        }
        names.sort();
        assert_eq!(names.join(","), expected);
    }
}
