//! Our GraphQL documents against GitHub's published schema and GitHub's limits.

use std::{collections::BTreeMap, path::Path};

use accredit::{github::Client, sample};
use apollo_compiler::{
    ExecutableDocument,
    ast::Value,
    executable::{Selection, SelectionSet},
};

use crate::support::schema;

/// Every document of the fetcher, by the name of its file.
pub fn all() -> BTreeMap<String, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/github");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let documents = files.filter(|path| path.extension().is_some_and(|extension| extension == "graphql"));
    documents.map(|path| (path.file_stem().unwrap().to_str().unwrap().to_owned(), std::fs::read_to_string(path).unwrap())).collect()
}

#[test]
fn every_document_is_valid_against_the_published_schema() {
    let documents = all();
    assert!(documents.len() >= 13, "where have the documents gone? {:?}", documents.keys());
    let broken: Vec<String> =
        documents.iter().filter_map(|(name, text)| schema::document(text).err().map(|error| format!("{name}: {error}"))).collect();
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn a_field_that_github_does_not_have_is_noticed() {
    let error = schema::document("query Q { viewer { shoeSize } }").unwrap_err();
    assert!(error.contains("shoeSize"), "{error}");
}

#[tokio::test]
async fn the_document_for_many_accounts_is_valid_too() {
    let world = sample::World::new("2026-01-01T00:00:00Z".parse().unwrap());
    let server = sample::Server::start(world).await.unwrap();
    let client = Client::new(&server.base_url(), Some(&server.token())).unwrap();
    let logins: Vec<String> = (0..130).map(|n| format!("student-{n}")).collect();
    client.accounts(&logins).await.unwrap();
    let asked = server.requests();
    assert_eq!(asked.len(), 2);
    for question in asked {
        let document = schema::document(&question.document).unwrap();
        assert_eq!(document.operations.get(None).unwrap().variables.len(), question.variables.len());
    }
}

/// GitHub's two limits on a question, whatever page size its variables ask for.
#[test]
fn no_document_can_ask_for_more_than_github_allows() {
    for (name, text) in all() {
        let document = schema::document(&text).unwrap();
        let operation = document.operations.get(None).unwrap();
        let nodes = nodes(&document, &operation.selection_set, 1, &name);
        assert!(nodes <= 500_000, "{name} can ask for {nodes} nodes");
    }
}

/// The most nodes that can come; a page size that is a variable counts as the largest.
fn nodes(document: &ExecutableDocument, selections: &SelectionSet, parents: u64, name: &str) -> u64 {
    let one = |selection: &Selection| match selection {
        Selection::InlineFragment(inline) => nodes(document, &inline.selection_set, parents, name),
        Selection::FragmentSpread(spread) => nodes(document, &spread.fragment_def(document).unwrap().selection_set, parents, name),
        Selection::Field(field) => {
            let size = ["first", "last"].iter().find_map(|argument| field.specified_argument_by_name(argument));
            let size = size.map(|value| match &**value {
                Value::Int(size) => size.as_str().parse::<u64>().unwrap(),
                _ => 100,
            });
            let is_list = field.ty().inner_named_type().ends_with("Connection");
            assert_eq!(is_list, size.is_some(), "{name}: {} is a list without a page size", field.name);
            assert!(size.is_none_or(|size| size <= 100), "{name}: {} asks for a page that is too long", field.name);
            let children = parents * size.unwrap_or(1);
            size.map_or(0, |_| children) + nodes(document, &field.selection_set, children, name)
        }
    };
    selections.selections.iter().map(one).sum()
}
