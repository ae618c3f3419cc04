//! The accounts behind logins, many in one request.
//! It must not put a login into the text of a document: logins travel as variables.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::{Map, Value, value::RawValue};

use super::{
    answer::GraphqlErrorWire,
    client::Client,
    error::Error,
    lists::Piece,
    wire::{self, Who},
};
use crate::model::account::Account;

/// How many logins one request asks for.
const MOST: usize = 100;
const DOCUMENT: &str = include_str!("accounts.graphql");
const VARIABLE: &str = "$login0: String!";
const ALIASED: &str = "user0: user(login: $login0) { ...Named }";

#[derive(Deserialize)]
struct DataWire<'a>(#[serde(borrow)] HashMap<&'a str, &'a RawValue>);

impl Client {
    /// The account of each login, in the order asked: None where no person has it. Organisations and bots are no persons.
    /// A login that GitHub could not have given out is not asked for.
    pub async fn accounts(&self, logins: &[String]) -> Result<Vec<Option<Account>>, Error> {
        let mut found = vec![None; logins.len()];
        let possible: Vec<usize> = (0..logins.len()).filter(|&at| is_possible(&logins[at])).collect();
        for some in possible.chunks(MOST) {
            let variables: Map<String, Value> =
                some.iter().enumerate().map(|(n, &at)| (format!("login{n}"), Value::from(logins[at].as_str()))).collect();
            let answer = self.ask_text("Accounts", &document(some.len()), Value::Object(variables)).await?;
            let answer = answer.only_with(|error| error.is_not_found() && is_of_an_account(error))?;
            let data: DataWire<'_> = answer.data()?;
            for (n, &at) in some.iter().enumerate() {
                let alias = format!("user{n}");
                let raw = data.0.get(alias.as_str()).ok_or_else(|| answer.protocol(format!("data: missing field `{alias}`")))?;
                if raw.get() != "null" {
                    let who: Who = Piece::new(raw, alias.as_str(), answer.request()).read()?;
                    found[at] = wire::account(Some(who));
                    continue;
                }
                if !answer.errors.iter().any(|e| e.path.first().and_then(Value::as_str) == Some(&alias)) {
                    return Err(answer.protocol(format!("{alias}: null, and no error says why")));
                }
            }
        }
        Ok(found)
    }
}

/// The error is about one of the aliases, not about the question.
fn is_of_an_account(error: &GraphqlErrorWire) -> bool {
    matches!(error.path.as_slice(), [Value::String(alias)] if alias.starts_with("user"))
}

/// GitHub's logins are at most 39 letters, digits and single hyphens; managed users have `_shortcode` behind them.
fn is_possible(login: &str) -> bool {
    (1..=64).contains(&login.len()) && login.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
}

/// The document for so many logins.
fn document(logins: usize) -> String {
    let variables: Vec<String> = (0..logins).map(|n| VARIABLE.replace('0', &n.to_string())).collect();
    let aliased: Vec<String> = (0..logins).map(|n| ALIASED.replace('0', &n.to_string())).collect();
    DOCUMENT.replace(VARIABLE, &variables.join(", ")).replace(ALIASED, &aliased.join("\n  "))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[test]
    fn the_document_for_many_repeats_the_document_for_one() {
        assert_eq!(document(1), DOCUMENT);
        let many = document(12);
        for n in 0..12 {
            assert!(many.contains(&format!("$login{n}: String!")));
            assert!(many.contains(&format!("user{n}: user(login: $login{n}) {{ ...Named }}")));
        }
    }

    #[rstest]
    #[case("octocat", true)]
    #[case("mona_acme", true)]
    #[case("a-1", true)]
    #[case("", false)]
    #[case("dependabot[bot]", false)]
    #[case("a\"){evil}", false)]
    #[case("学生", false)]
    fn only_what_can_be_a_login_is_asked_for(#[case] login: &str, #[case] possible: bool) {
        assert_eq!(is_possible(login), possible);
    }
}
