//! The shapes that every document's answer is made of, and how they are read.
//! It must not fill in anything: a key that is not there is an error, even where its value may be null.

use serde::{Deserialize, Deserializer, de};
use serde_json::value::RawValue;

use super::error::{Error, Request};
use crate::model::account::{Account, AccountId, AccountKind};

/// Reads one piece of JSON; the error begins with the path of the field.
pub(super) fn read<'a, T: Deserialize<'a>>(json: &'a str, whole: &str, request: &Request) -> Result<T, Error> {
    let mut reader = serde_json::Deserializer::from_str(json);
    serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let path = error.path().to_string();
        let path = if path == "." { whole.to_owned() } else { format!("{whole}.{path}") };
        Error::Protocol { what: format!("{path}: {}", error.inner()), request: request.clone() }
    })
}

/// A field that may be null and must be there: serde takes a missing `Option` for null unless told otherwise.
pub(super) fn nullable<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    Option::deserialize(deserializer)
}

/// One page of a list: its nodes as they came.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ListWire<'a> {
    pub page_info: PageInfoWire,
    #[serde(borrow)]
    pub nodes: Vec<&'a RawValue>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PageInfoWire {
    has_next_page: bool,
    #[serde(deserialize_with = "nullable")]
    end_cursor: Option<String>,
}

impl PageInfoWire {
    /// Where the next page begins; `current` is where this one began. A cursor that does not move would never end.
    pub fn next(self, current: Option<&str>, request: &Request) -> Result<Option<String>, Error> {
        let refuse = |what: &str| Err(Error::Protocol { what: format!("pageInfo.endCursor: {what}"), request: request.clone() });
        match self.end_cursor {
            _ if !self.has_next_page => Ok(None),
            None => refuse("absent, although there is a next page"),
            Some(next) if Some(next.as_str()) == current => refuse("the same as the page before"),
            Some(next) => Ok(Some(next)),
        }
    }
}

/// A thing of which only the node id is asked.
#[derive(Debug, Deserialize)]
pub(super) struct IdWire {
    pub id: String,
}

/// GitHub's 64-bit numbers: `BigInt` is written as text, `Int` as a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Big(pub i64);

impl<'de> Deserialize<'de> for Big {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = Big;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a whole number of 64 bits, as a number or as text")
            }

            fn visit_i64<E: de::Error>(self, value: i64) -> Result<Big, E> {
                Ok(Big(value))
            }

            fn visit_u64<E: de::Error>(self, value: u64) -> Result<Big, E> {
                i64::try_from(value).map(Big).map_err(E::custom)
            }

            fn visit_str<E: de::Error>(self, value: &str) -> Result<Big, E> {
                value.parse().map(Big).map_err(|_| E::invalid_value(de::Unexpected::Str(value), &self))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

/// Somebody. `None` inside: an Enterprise's account that no GitHub user stands behind, so nobody with a number.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "ActorWire")]
pub(super) struct Who(Option<Account>);

/// The account of a field that is null when the account was deleted.
pub(super) fn account(who: Option<Who>) -> Option<Account> {
    who.and_then(|who| who.0)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ActorWire {
    #[serde(rename = "__typename")]
    typename: String,
    login: String,
    database_id: Option<i64>,
    user: Option<EnterpriseUserWire>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct EnterpriseUserWire {
    database_id: i64,
}

impl TryFrom<ActorWire> for Who {
    type Error = String;

    fn try_from(actor: ActorWire) -> Result<Self, String> {
        let kind = match actor.typename.as_str() {
            "User" => AccountKind::User,
            "Bot" => AccountKind::Bot,
            "Organization" => AccountKind::Organization,
            "Mannequin" => AccountKind::Mannequin,
            "EnterpriseUserAccount" => {
                let login = actor.login;
                let id = actor.user.map(|user| AccountId(user.database_id));
                return Ok(Self(id.map(|id| Account { id, login, kind: AccountKind::EnterpriseUser })));
            }
            other => return Err(format!("`{other}` is no kind of account that we know")),
        };
        let id = actor.database_id.ok_or_else(|| format!("the {} `{}` has no databaseId", actor.typename, actor.login))?;
        Ok(Self(Some(Account { id: AccountId(id), login: actor.login, kind })))
    }
}

/// How long a text is, in characters: what may be kept of it without keeping it.
pub(super) fn length(text: &str) -> i64 {
    i64::try_from(text.chars().count()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[derive(Debug, Deserialize)]
    struct SampleWire {
        #[serde(deserialize_with = "nullable")]
        author: Option<Who>,
        id: Big,
    }

    fn sample(json: &str) -> Result<SampleWire, String> {
        read(json, "node", &Request(Some("R1".to_owned()))).map_err(|e: Error| e.to_string())
    }

    #[rstest]
    #[case("12345678901", Ok(12_345_678_901))]
    #[case("\"12345678901\"", Ok(12_345_678_901))]
    #[case("\"12x\"", Err("node.id"))]
    #[case("18446744073709551615", Err("node.id"))]
    #[case("1.5", Err("node.id"))]
    #[case("null", Err("node.id"))]
    fn a_big_number_is_read_from_text_and_from_a_number(#[case] json: &str, #[case] expected: Result<i64, &str>) {
        let read = sample(&format!(r#"{{"author": null, "id": {json}}}"#));
        match expected {
            Ok(id) => assert_eq!(read.unwrap().id, Big(id)),
            Err(path) => assert!(read.unwrap_err().contains(path)),
        }
    }

    #[rstest]
    #[case(r#"{"id": 1}"#, "author")]
    #[case(r#"{"author": {"__typename": "User", "login": "a"}, "id": 1}"#, "node.author: the User `a` has no databaseId")]
    #[case(r#"{"author": {"__typename": "User", "databaseId": 1}, "id": 1}"#, "login")]
    #[case(r#"{"author": {"__typename": "Team", "login": "a", "databaseId": 1}, "id": 1}"#, "`Team`")]
    fn what_the_schema_promises_and_is_not_there_is_named_with_the_request(#[case] json: &str, #[case] names: &str) {
        let error = sample(json).unwrap_err();
        assert!(error.contains(names) && error.contains("GitHub request R1"), "{error}");
    }

    #[rstest]
    #[case("null", None)]
    #[case(r#"{"__typename": "Bot", "login": "renovate", "databaseId": 7}"#, Some((7, AccountKind::Bot)))]
    #[case(r#"{"__typename": "EnterpriseUserAccount", "login": "a_co", "user": {"databaseId": 8}}"#, Some((8, AccountKind::EnterpriseUser)))]
    #[case(r#"{"__typename": "EnterpriseUserAccount", "login": "a_co", "user": null}"#, None)]
    fn an_account_is_a_number_or_it_is_absent(#[case] json: &str, #[case] expected: Option<(i64, AccountKind)>) {
        let read = account(sample(&format!(r#"{{"author": {json}, "id": 1}}"#)).unwrap().author);
        assert_eq!(read.map(|a| (a.id.0, a.kind)), expected);
    }

    #[rstest]
    #[case(r#"{"hasNextPage": false, "endCursor": null}"#, Ok(None))]
    #[case(r#"{"hasNextPage": true, "endCursor": "b"}"#, Ok(Some("b")))]
    #[case(r#"{"hasNextPage": true, "endCursor": "a"}"#, Err(()))]
    #[case(r#"{"hasNextPage": true, "endCursor": null}"#, Err(()))]
    fn a_cursor_that_does_not_lead_on_is_an_error(#[case] json: &str, #[case] expected: Result<Option<&str>, ()>) {
        let page: PageInfoWire = serde_json::from_str(json).unwrap();
        let next = page.next(Some("a"), &Request::default()).map_err(|_| ());
        assert_eq!(next, expected.map(|c| c.map(str::to_owned)));
    }
}
