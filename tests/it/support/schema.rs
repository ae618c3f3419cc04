//! GitHub's published GraphQL schema, and whether an answer keeps to it.
//! It must not skip anything where the schema is not there.

use std::{collections::BTreeMap, path::Path, sync::LazyLock};

use apollo_compiler::{
    ExecutableDocument, Schema,
    ast::Type,
    executable::{Field, Selection, SelectionSet},
    schema::ExtendedType,
    validation::Valid,
};
use chrono::DateTime;
use serde_json::Value;

/// The published schema. Without it a test fails, and says what to do.
pub fn published() -> &'static Valid<Schema> {
    static SCHEMA: LazyLock<Valid<Schema>> = LazyLock::new(|| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/schemas/node_modules/@octokit/graphql-schema/schema.graphql");
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}: run tests/run", path.display()));
        Schema::parse_and_validate(text, path).unwrap_or_else(|broken| panic!("GitHub's schema is broken: {}", broken.errors))
    });
    &SCHEMA
}

/// The document as the schema understands it.
pub fn document(text: &str) -> Result<Valid<ExecutableDocument>, String> {
    ExecutableDocument::parse_and_validate(published(), text, "document.graphql").map_err(|broken| broken.errors.to_string())
}

/// Every place where `data` is not what the schema promises to whoever asks the document's one question.
pub fn violations(document: &ExecutableDocument, data: &Value) -> Vec<String> {
    let operation = document.operations.get(None).unwrap();
    let mut judge = Judge { document, found: Vec::new() };
    judge.object(&[&operation.selection_set], data, "data");
    judge.found
}

struct Judge<'d> {
    document: &'d ExecutableDocument,
    found: Vec<String>,
}

impl<'d> Judge<'d> {
    fn complain(&mut self, path: &str, what: impl std::fmt::Display) {
        self.found.push(format!("{path}: {what}"));
    }

    fn object(&mut self, selections: &[&'d SelectionSet], value: &Value, path: &str) {
        let Some(object) = value.as_object() else { return self.complain(path, format!("{value} is no object")) };
        let schema = published();
        let declared = selections[0].ty.as_str();
        let typename = object.get("__typename").and_then(Value::as_str).unwrap_or(declared);
        if schema.get_object(typename).is_none() {
            return self.complain(path, format!("`{typename}` is no type of an object"));
        }
        if typename != declared && !schema.is_subtype(declared, typename) {
            return self.complain(path, format!("a {typename} is no {declared}"));
        }
        let mut asked: BTreeMap<&str, Vec<&'d Field>> = BTreeMap::new();
        for selections in selections {
            self.collect(selections, typename, &mut asked);
        }
        for key in object.keys().filter(|key| !asked.contains_key(key.as_str())) {
            self.complain(path, format!("nobody asked for `{key}`"));
        }
        for (key, fields) in asked {
            match object.get(key) {
                None => self.complain(path, format!("`{key}` is missing")),
                Some(value) => self.value(&fields[0].definition.ty, &fields, value, &format!("{path}.{key}")),
            }
        }
    }

    fn collect(&self, selections: &'d SelectionSet, typename: &str, asked: &mut BTreeMap<&'d str, Vec<&'d Field>>) {
        let speaks_of = |condition: &str| condition == typename || published().is_subtype(condition, typename);
        for selection in &selections.selections {
            match selection {
                Selection::Field(field) => asked.entry(field.response_key().as_str()).or_default().push(field),
                Selection::InlineFragment(inline) => {
                    if inline.type_condition.as_ref().is_none_or(|condition| speaks_of(condition)) {
                        self.collect(&inline.selection_set, typename, asked);
                    }
                }
                Selection::FragmentSpread(spread) => {
                    let fragment = spread.fragment_def(self.document).unwrap();
                    if speaks_of(fragment.type_condition()) {
                        self.collect(&fragment.selection_set, typename, asked);
                    }
                }
            }
        }
    }

    fn value(&mut self, ty: &Type, fields: &[&'d Field], value: &Value, path: &str) {
        match ty {
            Type::NonNullNamed(_) | Type::NonNullList(_) if value.is_null() => {
                self.complain(path, "null where the schema promises a value")
            }
            Type::Named(_) | Type::List(_) if value.is_null() => {}
            Type::List(inner) | Type::NonNullList(inner) => match value.as_array() {
                None => self.complain(path, format!("{value} is no list")),
                Some(items) => {
                    for (at, item) in items.iter().enumerate() {
                        self.value(inner, fields, item, &format!("{path}[{at}]"));
                    }
                }
            },
            Type::Named(name) | Type::NonNullNamed(name) => match &published().types[name] {
                ExtendedType::Scalar(_) => {
                    if !is_scalar(name, value) {
                        self.complain(path, format!("{value} is no {name}"));
                    }
                }
                ExtendedType::Enum(words) => {
                    if !value.as_str().is_some_and(|word| words.values.contains_key(word)) {
                        self.complain(path, format!("{value} is no {name}"));
                    }
                }
                _ => {
                    let selections: Vec<&SelectionSet> = fields.iter().map(|field| &field.selection_set).collect();
                    self.object(&selections, value, path);
                }
            },
        }
    }
}

fn is_scalar(name: &str, value: &Value) -> bool {
    let text = value.as_str();
    match name {
        "Int" => value.as_i64().is_some_and(|number| i32::try_from(number).is_ok()),
        "Boolean" => value.is_boolean(),
        "String" | "ID" => text.is_some(),
        "BigInt" => text.is_some_and(|text| text.parse::<i64>().is_ok()),
        "DateTime" => text.is_some_and(|text| text.ends_with('Z') && DateTime::parse_from_rfc3339(text).is_ok()),
        "URI" => text.is_some_and(|text| url::Url::parse(text).is_ok()),
        "GitObjectID" => text.is_some_and(|text| text.len() == 40 && text.bytes().all(|b| b.is_ascii_hexdigit())),
        other => panic!("say in tests/it/support/schema.rs what a {other} looks like"),
    }
}
