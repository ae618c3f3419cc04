//! What a provider says of somebody, read as an [`Identity`].
//! It must not take an e-mail for anybody's that the provider has not verified.

use serde_json::{Map, Value};

use super::Error;
use crate::model::{
    fields,
    sign_in::{Identity, Provider},
};

const LONGEST_SUBJECT: usize = 255;
const LONGEST_EMAIL: usize = 254;

/// Whether something that can be asked for is still missing.
pub(super) fn lacks(claims: &Map<String, Value>, provider: &Provider) -> bool {
    [provider.number_claim.as_str(), "email", "name"].iter().any(|claim| !claims.contains_key(*claim))
}

/// The identity in claims that have been verified.
pub(super) fn identity(claims: &Map<String, Value>, provider: &Provider) -> Result<Identity, Error> {
    let text = |claim: &str| claims.get(claim).and_then(Value::as_str);
    let subject = text("sub").filter(|subject| !subject.is_empty() && subject.len() <= LONGEST_SUBJECT && !subject.contains('\0'));
    let subject = subject.ok_or_else(|| Error::BadAnswer("it does not say who signed in (sub)".to_owned()))?;
    // Some providers write the boolean as a text.
    let verified = claims.get("email_verified").is_some_and(|said| said == &Value::Bool(true) || said == "true");
    let email = text("email").filter(|email| verified && email.len() <= LONGEST_EMAIL && !email.contains('\0')).map(str::to_lowercase);
    let name = text("name").and_then(|name| fields::text(name.trim().to_owned(), fields::NAME).ok());
    Ok(Identity {
        issuer: provider.issuer.clone(),
        subject: subject.to_owned(),
        name,
        email,
        number: claims.get(&provider.number_claim).and_then(number),
    })
}

/// A number is text; a provider that writes it as a JSON number has lost its leading zeros, so that is taken for none.
fn number(value: &Value) -> Option<String> {
    value.as_str().and_then(|text| fields::text(text.to_owned(), fields::LABEL).ok())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::json;

    use super::*;

    fn provider() -> Provider {
        Provider {
            issuer: "https://login.example.edu".into(),
            client_id: "accredit".into(),
            number_claim: "student_number".into(),
            scopes: Vec::new(),
            client_secret: None,
            updated_at: "2026-02-01T08:00:00Z".parse().unwrap(),
        }
    }

    fn read(claims: Value) -> Result<Identity, Error> {
        identity(claims.as_object().unwrap(), &provider())
    }

    #[rstest]
    #[case(json!(true), Some("ada@example.edu"))]
    #[case(json!("true"), Some("ada@example.edu"))]
    #[case(json!(false), None)]
    #[case(json!("yes"), None)]
    #[case(json!(1), None)]
    #[case(json!(null), None)]
    fn an_email_is_taken_only_where_the_provider_verified_it(#[case] verified: Value, #[case] email: Option<&str>) {
        let read = read(json!({"sub": "s", "email": "Ada@Example.edu", "email_verified": verified})).unwrap();
        assert_eq!(read.email.as_deref(), email);
    }

    #[rstest]
    #[case(json!("0020230001"), Some("0020230001"))]
    #[case(json!(20230001), None)]
    #[case(json!(""), None)]
    #[case(json!(["0020230001"]), None)]
    #[case(json!(" 1"), None)]
    fn a_number_is_a_text_and_nothing_is_made_into_one(#[case] said: Value, #[case] number: Option<&str>) {
        assert_eq!(read(json!({"sub": "s", "student_number": said})).unwrap().number.as_deref(), number);
    }

    #[rstest]
    #[case(json!({}))]
    #[case(json!({"sub": ""}))]
    #[case(json!({"sub": 7}))]
    #[case(json!({"sub": "x".repeat(256)}))]
    fn without_a_subject_there_is_nobody(#[case] claims: Value) {
        assert!(read(claims).is_err());
    }
}
