//! What a question costs and whether GitHub would hear it at all, by the page sizes that it asks for.
//! It must not look at the world: GitHub prices what could come, not what comes.

use apollo_compiler::ast::{Field, OperationDefinition, Selection};
use serde_json::{Map, Value};

use super::{Fragments, Refusal, arguments};

const LONGEST_PAGE: u64 = 100;
const MOST_NODES: u64 = 500_000;
/// So many lookups make one point.
const LOOKUPS_PER_POINT: u64 = 100;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Price {
    pub nodes: u64,
    pub points: u64,
}

struct Meter<'a> {
    fragments: &'a Fragments<'a>,
    variables: &'a Map<String, Value>,
    nodes: u64,
    /// Lists that have to be looked up: each as often as there are things that it hangs on.
    lookups: u64,
}

pub(super) fn price(operation: &OperationDefinition, fragments: &Fragments<'_>, variables: &Map<String, Value>) -> Result<Price, Refusal> {
    let mut meter = Meter { fragments, variables, nodes: 0, lookups: 0 };
    meter.read(&operation.selection_set, 1, 0)?;
    if meter.nodes > MOST_NODES {
        let message = format!("This query requests up to {} possible nodes which exceeds the maximum limit of {MOST_NODES}.", meter.nodes);
        return Err(Refusal::new("MAX_NODE_LIMIT_EXCEEDED", message));
    }
    let points = (meter.lookups + LOOKUPS_PER_POINT / 2) / LOOKUPS_PER_POINT;
    Ok(Price { nodes: meter.nodes, points: points.max(1) })
}

impl Meter<'_> {
    /// `parents`: how many things there can be that these fields are asked of.
    fn read(&mut self, selections: &[Selection], parents: u64, depth: usize) -> Result<(), Refusal> {
        if depth > 50 {
            return Err(Refusal::plain("Query has depth of more than 50"));
        }
        for selection in selections {
            match selection {
                Selection::Field(field) => self.field(field, parents, depth)?,
                Selection::InlineFragment(inline) => self.read(&inline.selection_set, parents, depth + 1)?,
                Selection::FragmentSpread(spread) => {
                    let name = spread.fragment_name.as_str();
                    let fragment =
                        *self.fragments.get(name).ok_or_else(|| Refusal::plain(format!("Fragment {name} was used, but not defined")))?;
                    self.read(&fragment.selection_set, parents, depth + 1)?;
                }
            }
        }
        Ok(())
    }

    fn field(&mut self, field: &Field, parents: u64, depth: usize) -> Result<(), Refusal> {
        let arguments = arguments::resolve(&field.arguments, self.variables);
        let size = ["first", "last"].into_iter().find_map(|name| Some((name, arguments.get(name)?.as_u64()?)));
        let mut children = parents;
        match size {
            Some((argument, size)) if size > LONGEST_PAGE => {
                let name = &field.name;
                let message = format!(
                    "Requesting {size} records on the `{name}` connection exceeds the `{argument}` limit of {LONGEST_PAGE} records."
                );
                return Err(Refusal::new("EXCESSIVE_PAGINATION", message));
            }
            Some((_, size)) => {
                self.lookups = self.lookups.saturating_add(parents);
                children = parents.saturating_mul(size);
                self.nodes = self.nodes.saturating_add(children);
            }
            None => {}
        }
        self.read(&field.selection_set, children, depth + 1)
    }
}

#[cfg(test)]
mod tests {
    use apollo_compiler::ast::Document;
    use rstest::rstest;
    use serde_json::json;

    use super::*;

    fn priced(text: &str) -> Result<Price, String> {
        let document = Document::parse(text, "q").unwrap();
        let operation = document.definitions[0].as_operation_definition().unwrap();
        let variables = json!({ "first": 25 });
        price(operation, &Fragments::new(), variables.as_object().unwrap()).map_err(|refusal| refusal.message)
    }

    /// The first two are the examples of GitHub's own documentation.
    #[rstest]
    #[case::fifty_repositories_with_their_issues(
        "{ viewer { repositories(first: 50) { nodes { issues(first: 10) { nodes { id } } } } } }",
        Price { nodes: 550, points: 1 }
    )]
    #[case::their_labels_too(
        "{ viewer { repositories(first: 100) { nodes { issues(first: 50) { nodes { labels(first: 60) { nodes { id } } } } } } } }",
        Price { nodes: 305_100, points: 51 }
    )]
    #[case::no_list_at_all("{ viewer { login } }", Price { nodes: 0, points: 1 })]
    #[case::the_last_of_a_list("{ a(last: 1) { b(first: 100) { c } } }", Price { nodes: 101, points: 1 })]
    #[case::a_variable("query Q($first: Int!) { a(first: $first) { b } }", Price { nodes: 25, points: 1 })]
    fn a_question_costs_what_github_says_it_costs(#[case] text: &str, #[case] expected: Price) {
        assert_eq!(priced(text), Ok(expected));
    }

    #[rstest]
    #[case("{ a(first: 101) { b } }", "Requesting 101 records on the `a` connection")]
    #[case("{ a(first: 100) { b(first: 100) { c(first: 50) { d } } } }", "up to 510100 possible nodes")]
    fn a_question_that_asks_for_too_much_is_refused(#[case] text: &str, #[case] says: &str) {
        assert!(priced(text).unwrap_err().contains(says));
    }
}
