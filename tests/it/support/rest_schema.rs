//! The types of GitHub's REST API as it publishes them, and whether an answer keeps to one.
//! It must not skip anything where they are not there.

use std::path::Path;

use chrono::DateTime;
use serde_json::Value;

/// Every place where `answer` is not what the published type promises. The types are TypeScript that a program wrote: one field a line.
pub fn violations(type_name: &str, answer: &Value) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/schemas/node_modules/@octokit/openapi-types/types.d.ts");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}: run tests/run", path.display()));
    let start = format!("\n    \"{type_name}\": {{\n");
    let (_, rest) = text.split_once(&start).unwrap_or_else(|| panic!("GitHub publishes no type {type_name}"));
    let (body, _) = rest.split_once("\n    };").unwrap();
    let mut found = Vec::new();
    let mut known = Vec::new();
    let mut format = None;
    // A field of the type itself stands six blanks in; what is deeper belongs to an object that none of ours has.
    for line in body.lines().filter(|line| !line.starts_with("       ")) {
        let line = line.trim();
        if let Some(comment) = line.strip_prefix("/** Format: ") {
            format = comment.strip_suffix(" */");
            continue;
        }
        let Some((name, kinds)) = line.trim_end_matches(';').split_once(": ").filter(|_| !line.starts_with('/')) else { continue };
        let required = name.strip_suffix('?');
        let name = required.unwrap_or(name);
        known.push(name);
        match answer.get(name) {
            None if required.is_none() => found.push(format!("`{name}` is missing")),
            Some(value) if !fits(kinds, format, value) => found.push(format!("{name}: {value} is no {kinds}")),
            _ => {}
        }
        format = None;
    }
    assert!(known.len() > 20, "the type {type_name} was not read: {known:?}");
    found.extend(answer.as_object().unwrap().keys().filter(|key| !known.contains(&key.as_str())).map(|key| format!("`{key}` is no field")));
    found
}

fn fits(kinds: &str, format: Option<&str>, value: &Value) -> bool {
    kinds.split(" | ").any(|kind| match kind {
        "string" => value.as_str().is_some_and(|text| match format {
            Some("uri") => url::Url::parse(text).is_ok(),
            Some("date-time") => DateTime::parse_from_rfc3339(text).is_ok(),
            _ => true,
        }),
        "number" | "bigint" => value.is_i64() || value.is_u64(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        other => panic!("say in tests/it/support/rest_schema.rs what {other} looks like"),
    })
}
