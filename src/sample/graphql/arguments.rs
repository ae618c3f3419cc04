//! Variables and arguments: from the document and the request into JSON.
//! It must not let an argument pass unheard: what a field does not take is refused.

use apollo_compiler::{
    Node,
    ast::{Argument, Field, OperationDefinition, Type, Value as Literal},
};
use serde_json::{Map, Number, Value};

use super::Refusal;

/// The arguments of one field, to be taken one by one.
pub(super) struct Arguments(Map<String, Value>);

impl Arguments {
    pub fn of(field: &Field, variables: &Map<String, Value>) -> Self {
        Self(resolve(&field.arguments, variables))
    }

    /// An argument that is null is one that is not given.
    pub fn take(&mut self, name: &str) -> Option<Value> {
        self.0.remove(name).filter(|value| !value.is_null())
    }

    pub fn take_text(&mut self, name: &str) -> Result<Option<String>, Refusal> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(other) => Err(Refusal::plain(format!("Argument '{name}' has an invalid value ({other}). Expected a String."))),
        }
    }

    pub fn require_text(&mut self, name: &str) -> Result<String, Refusal> {
        self.take_text(name)?.ok_or_else(|| Refusal::plain(format!("Field is missing the required argument: {name}")))
    }

    pub fn take_count(&mut self, name: &str) -> Result<Option<usize>, Refusal> {
        let count = |value: Value| value.as_u64().and_then(|n| usize::try_from(n).ok()).ok_or(value);
        self.take(name)
            .map(|value| {
                count(value).map_err(|value| Refusal::plain(format!("Argument '{name}' has an invalid value ({value}). Expected an Int.")))
            })
            .transpose()
    }

    /// Whatever nobody took.
    pub fn first_left(&self) -> Option<&str> {
        self.0.keys().next().map(String::as_str)
    }
}

/// The variables of an operation: given, or by default, or an error where one must be there.
pub(super) fn variables(operation: &OperationDefinition, mut given: Map<String, Value>) -> Result<Map<String, Value>, Refusal> {
    let mut variables = Map::new();
    for definition in &operation.variables {
        let name = definition.name.as_str();
        let default = || definition.default_value.as_ref().and_then(|value| literal(value, &Map::new()));
        let value = given.remove(name).or_else(default);
        let is_required = matches!(*definition.ty, Type::NonNullNamed(_) | Type::NonNullList(_));
        if is_required && value.as_ref().is_none_or(Value::is_null) {
            return Err(Refusal::plain(format!("Variable ${name} of type {} was provided invalid value", definition.ty)));
        }
        if let Some(value) = value {
            variables.insert(name.to_owned(), value);
        }
    }
    Ok(variables)
}

pub(super) fn resolve(arguments: &[Node<Argument>], variables: &Map<String, Value>) -> Map<String, Value> {
    let one = |argument: &Node<Argument>| literal(&argument.value, variables).map(|value| (argument.name.to_string(), value));
    arguments.iter().filter_map(one).collect()
}

/// A literal as JSON; a variable that was not given is no value at all. An enum value is its name.
fn literal(value: &Literal, variables: &Map<String, Value>) -> Option<Value> {
    Some(match value {
        Literal::Null => Value::Null,
        Literal::Enum(name) => Value::from(name.as_str()),
        Literal::Variable(name) => variables.get(name.as_str())?.clone(),
        Literal::String(text) => Value::from(text.as_str()),
        Literal::Boolean(yes) => Value::Bool(*yes),
        Literal::Int(number) => number.as_str().parse::<Number>().map_or(Value::Null, Value::Number),
        Literal::Float(number) => number.as_str().parse::<Number>().map_or(Value::Null, Value::Number),
        Literal::List(items) => items.iter().filter_map(|item| literal(item, variables)).collect(),
        Literal::Object(fields) => {
            fields.iter().filter_map(|(name, value)| Some((name.to_string(), literal(value, variables)?))).collect::<Map<_, _>>().into()
        }
    })
}
