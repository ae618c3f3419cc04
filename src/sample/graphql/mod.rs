//! Answers GraphQL questions about a world as GitHub does: the same shapes, the same errors, the same price.
//! It must not change the world, and must not know our documents: it answers any question about what it models.
//!
//! `limits` prices a question before it is answered, `execute` answers it, `things` says what the fields of each type are,
//! `pages` cuts lists.

mod actors;
mod arguments;
mod commits;
mod conversations;
mod execute;
mod limits;
mod pages;
mod pull_requests;
mod repositories;
mod things;

use std::collections::HashMap;

use apollo_compiler::ast::{Definition, Document, FragmentDefinition, OperationDefinition, OperationType};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::world::World;

/// What was posted.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Question {
    pub query: String,
    #[serde(default)]
    pub variables: Option<Map<String, Value>>,
    #[serde(default)]
    pub operation_name: Option<String>,
}

/// The body of the answer, and what the question costs.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Reply {
    pub body: Value,
    pub points: u64,
}

/// An error of GraphQL's.
#[derive(Debug, Clone, PartialEq)]
struct Refusal {
    kind: Option<&'static str>,
    message: String,
}

impl Refusal {
    fn new(kind: &'static str, message: impl Into<String>) -> Self {
        Self { kind: Some(kind), message: message.into() }
    }

    /// The question itself is wrong.
    fn plain(message: impl Into<String>) -> Self {
        Self { kind: None, message: message.into() }
    }

    fn json(&self, path: &[Value]) -> Value {
        let mut error = Map::new();
        if let Some(kind) = self.kind {
            error.insert("type".to_owned(), json!(kind));
        }
        if !path.is_empty() {
            error.insert("path".to_owned(), json!(path));
        }
        error.insert("message".to_owned(), json!(self.message));
        Value::Object(error)
    }
}

type Fragments<'d> = HashMap<&'d str, &'d FragmentDefinition>;

/// Answers; a question that is wrong as a whole is answered by errors alone.
pub(super) fn answer(world: &World, question: &Question) -> Reply {
    let refused = |refusal: Refusal| Reply { body: json!({ "errors": [refusal.json(&[])] }), points: 1 };
    let document = match Document::parse(question.query.as_str(), "question.graphql") {
        Ok(document) => document,
        Err(broken) => return refused(Refusal::plain(format!("Parse error: {}", broken.errors.to_string().trim()))),
    };
    let fragments: Fragments<'_> = document
        .definitions
        .iter()
        .filter_map(Definition::as_fragment_definition)
        .map(|fragment| (fragment.name.as_str(), &**fragment))
        .collect();
    let given = question.variables.clone().unwrap_or_default();
    let priced = operation(&document, question.operation_name.as_deref()).and_then(|operation| {
        let variables = arguments::variables(operation, given)?;
        let price = limits::price(operation, &fragments, &variables)?;
        Ok((operation, variables, price))
    });
    let (operation, variables, price) = match priced {
        Ok(priced) => priced,
        Err(refusal) => return refused(refusal),
    };
    let body = execute::execute(world, operation, &fragments, &variables);
    Reply { body, points: price.points }
}

fn operation<'d>(document: &'d Document, name: Option<&str>) -> Result<&'d OperationDefinition, Refusal> {
    let mut operations = document.definitions.iter().filter_map(Definition::as_operation_definition).map(|operation| &**operation);
    let found = match name {
        Some(name) => operations.find(|operation| operation.name.as_ref().is_some_and(|its| its == name)),
        None => operations.next().filter(|_| operations.next().is_none()),
    };
    let found = found.ok_or_else(|| Refusal::plain(format!("No operation named \"{}\"", name.unwrap_or_default())))?;
    match found.operation_type {
        OperationType::Query => Ok(found),
        other => Err(Refusal::plain(format!("the sample GitHub answers queries alone, no {other}"))),
    }
}
