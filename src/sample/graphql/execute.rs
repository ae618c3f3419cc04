//! Walks a question through the world: fragments, aliases, lists, errors with their paths.
//! It must not answer half of a question that is wrong: GitHub then answers nothing but errors.

use apollo_compiler::ast::{Field, OperationDefinition, Selection};
use serde_json::{Map, Value, json};

use super::{
    Fragments, Refusal,
    arguments::Arguments,
    things::{Resolved, Thing},
};
use crate::sample::world::World;

/// The question does not fit the schema.
struct Misfit(Value);

impl Misfit {
    fn new(message: String, path: &[Value], code: &str) -> Self {
        Self(json!({ "message": message, "path": path, "locations": [], "extensions": { "code": code } }))
    }
}

struct Executor<'w, 'd> {
    world: &'w World,
    fragments: &'d Fragments<'d>,
    variables: &'d Map<String, Value>,
    path: Vec<Value>,
    errors: Vec<Value>,
}

/// The fields that stand under one name of the answer: their selections are one.
type Asked<'d> = Vec<(&'d str, Vec<&'d Field>)>;

pub(super) fn execute(world: &World, operation: &OperationDefinition, fragments: &Fragments<'_>, variables: &Map<String, Value>) -> Value {
    let mut executor = Executor { world, fragments, variables, path: Vec::new(), errors: Vec::new() };
    match executor.thing(&Thing::Query, &[&operation.selection_set]) {
        Err(Misfit(error)) => json!({ "errors": [error] }),
        Ok(data) if executor.errors.is_empty() => json!({ "data": data }),
        Ok(data) => json!({ "data": data, "errors": executor.errors }),
    }
}

impl<'w, 'd> Executor<'w, 'd> {
    fn thing(&mut self, thing: &Thing<'w>, selections: &[&'d [Selection]]) -> Result<Value, Misfit> {
        let mut asked = Asked::new();
        for selections in selections {
            self.collect(thing, selections, &mut asked)?;
        }
        let mut answer = Map::new();
        for (key, fields) in asked {
            self.path.push(key.into());
            let value = self.field(thing, &fields)?;
            self.path.pop();
            answer.insert(key.to_owned(), value);
        }
        Ok(Value::Object(answer))
    }

    fn collect(&self, thing: &Thing<'w>, selections: &'d [Selection], asked: &mut Asked<'d>) -> Result<(), Misfit> {
        for selection in selections {
            match selection {
                Selection::Field(field) => {
                    if let Some(directive) = field.directives.iter().next() {
                        return Err(self.misfit(format!("the sample GitHub does not know @{}", directive.name), "undefinedDirective"));
                    }
                    let key = field.response_name().as_str();
                    match asked.iter_mut().find(|(its, _)| *its == key) {
                        Some((_, fields)) => fields.push(field),
                        None => asked.push((key, vec![field])),
                    }
                }
                Selection::InlineFragment(inline) => {
                    if inline.type_condition.as_ref().is_none_or(|condition| thing.is(condition)) {
                        self.collect(thing, &inline.selection_set, asked)?;
                    }
                }
                Selection::FragmentSpread(spread) => {
                    // Pricing has looked up every fragment already.
                    let Some(fragment) = self.fragments.get(spread.fragment_name.as_str()) else { continue };
                    if thing.is(&fragment.type_condition) {
                        self.collect(thing, &fragment.selection_set, asked)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn field(&mut self, thing: &Thing<'w>, fields: &[&'d Field]) -> Result<Value, Misfit> {
        let Some(field) = fields.first() else { return Ok(Value::Null) };
        let name = field.name.as_str();
        if name == "__typename" {
            return Ok(thing.typename().into());
        }
        let mut arguments = Arguments::of(field, self.variables);
        let resolved = match thing.field(self.world, name, &mut arguments) {
            Ok(Some(resolved)) => resolved,
            Ok(None) => return Err(self.misfit(format!("Field '{name}' doesn't exist on type '{}'", thing.typename()), "undefinedField")),
            Err(refusal @ Refusal { kind: Some(_), .. }) => {
                self.errors.push(refusal.json(&self.path));
                return Ok(Value::Null);
            }
            Err(refusal) => return Err(self.misfit(refusal.message, "argumentLiteralsIncompatible")),
        };
        if let Some(argument) = arguments.first_left() {
            return Err(self.misfit(format!("Field '{name}' doesn't accept argument '{argument}'"), "argumentNotAccepted"));
        }
        let selections: Vec<&[Selection]> = fields.iter().map(|field| field.selection_set.as_slice()).collect();
        let is_bare = selections.iter().all(|selections| selections.is_empty());
        match resolved {
            Resolved::Leaf(Value::Null) => Ok(Value::Null),
            Resolved::Leaf(value) if is_bare => Ok(value),
            Resolved::Leaf(_) => Err(self.misfit(format!("Selections can't be made on scalars (field '{name}')"), "selectionMismatch")),
            _ if is_bare => Err(self.misfit(format!("Field must have selections (field '{name}')"), "selectionMismatch")),
            Resolved::One(thing) => self.thing(&thing, &selections),
            Resolved::Many(things) => {
                let mut values = Vec::with_capacity(things.len());
                for (at, thing) in things.iter().enumerate() {
                    self.path.push(at.into());
                    values.push(self.thing(thing, &selections)?);
                    self.path.pop();
                }
                Ok(Value::Array(values))
            }
        }
    }

    fn misfit(&self, message: String, code: &str) -> Misfit {
        Misfit::new(message, &self.path, code)
    }
}
