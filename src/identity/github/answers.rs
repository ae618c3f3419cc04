//! GitHub's answers, read: a token or a refusal (both come as 200), a device code, an account.
//! It must not take an answer for a yes that does not say so.

use secrecy::SecretString;
use serde::Deserialize;

use super::Error;
use crate::model::{
    account::{Account, AccountId, AccountKind},
    proof::DeviceCode,
};

/// What GitHub asks for where it says nothing, and what `slow_down` adds.
const INTERVAL: u32 = 5;
const LONGEST_INTERVAL: u32 = 600;
const LONGEST_LIFE: u32 = 3_600;
const LONGEST_WORD: usize = 255;

/// A token, for the one question of whose it is.
pub(super) struct Token(pub SecretString);

/// GitHub's no.
#[derive(Debug, Deserialize)]
pub(super) struct Refusal {
    #[serde(rename = "error")]
    pub word: String,
    interval: Option<u32>,
}

impl Refusal {
    pub fn interval(&self) -> u32 {
        self.interval.unwrap_or(2 * INTERVAL).clamp(INTERVAL, LONGEST_INTERVAL)
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum TokenWire {
    Refused(Refusal),
    Given { access_token: SecretString },
}

/// A refusal is looked for first: an answer that is both is a no.
pub(super) fn token(body: &[u8]) -> Result<Result<Token, Refusal>, Error> {
    match serde_json::from_slice(body) {
        Ok(TokenWire::Refused(refusal)) => Ok(Err(refusal)),
        Ok(TokenWire::Given { access_token }) => Ok(Ok(Token(access_token))),
        Err(_) => Err(Error::BadAnswer("it is neither a token nor a refusal")),
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum DeviceWire {
    Refused(Refusal),
    Given { device_code: SecretString, user_code: String, verification_uri: String, expires_in: u32, interval: Option<u32> },
}

impl DeviceWire {
    pub fn read(body: &[u8]) -> Result<Result<DeviceCode, Refusal>, Error> {
        match serde_json::from_slice(body) {
            Ok(Self::Refused(refusal)) => Ok(Err(refusal)),
            Ok(Self::Given { device_code, user_code, verification_uri, expires_in, interval }) => {
                if !is_word(&user_code) || !is_address(&verification_uri) {
                    return Err(Error::BadAnswer("its code for a person cannot be shown"));
                }
                let interval = interval.unwrap_or(INTERVAL).clamp(1, LONGEST_INTERVAL);
                Ok(Ok(DeviceCode { secret: device_code, user_code, verification_uri, lifetime: expires_in.min(LONGEST_LIFE), interval }))
            }
            Err(_) => Err(Error::BadAnswer("it is no device code")),
        }
    }
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.len() <= LONGEST_WORD && text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn is_address(text: &str) -> bool {
    is_word(text) && url::Url::parse(text).is_ok_and(|url| crate::model::sign_in::is_safe(&url))
}

#[derive(Deserialize)]
struct UserWire {
    id: i64,
    login: String,
    #[serde(rename = "type")]
    kind: String,
}

/// The account that a token speaks for.
pub(super) fn account(body: &[u8]) -> Result<Account, Error> {
    let user: UserWire = serde_json::from_slice(body).map_err(|_| Error::BadAnswer("it is no account"))?;
    if user.id <= 0 || !is_word(&user.login) {
        return Err(Error::BadAnswer("it is no account"));
    }
    let kind = match user.kind.as_str() {
        "User" => AccountKind::User,
        "Organization" => AccountKind::Organization,
        "Bot" => AccountKind::Bot,
        "Mannequin" => AccountKind::Mannequin,
        _ => return Err(Error::BadAnswer("it is an account of an unknown kind")),
    };
    Ok(Account { id: AccountId(user.id), login: user.login, kind })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use secrecy::ExposeSecret as _;

    use super::*;

    #[rstest]
    #[case(r#"{"access_token":"gho_x","scope":"","token_type":"bearer"}"#, Ok("gho_x"))]
    #[case(r#"{"error":"slow_down","error_description":"…","error_uri":"…","interval":10}"#, Err("slow_down"))]
    #[case(r#"{"error":"bad_verification_code","access_token":"gho_x"}"#, Err("bad_verification_code"))]
    fn a_token_is_read_and_a_refusal_goes_before_it(#[case] body: &str, #[case] expected: Result<&str, &str>) {
        let read = token(body.as_bytes()).unwrap();
        assert_eq!(read.as_ref().map(|t| t.0.expose_secret()).map_err(|r| r.word.as_str()), expected);
    }

    #[rstest]
    #[case("")]
    #[case("{}")]
    #[case("<!DOCTYPE html>")]
    #[case("access_token=gho_x&scope=&token_type=bearer")]
    #[case(r#"{"access_token":7}"#)]
    fn what_is_neither_is_an_error_that_repeats_nothing(#[case] body: &str) {
        assert!(matches!(token(body.as_bytes()), Err(Error::BadAnswer(why)) if !why.contains("gho_x")));
    }

    #[rstest]
    #[case(r#"{"device_code":"d","user_code":"A-B","verification_uri":"https://github.com/login/device","expires_in":900,"interval":5}"#, Some((900, 5)))]
    #[case(r#"{"device_code":"d","user_code":"A-B","verification_uri":"https://github.com/login/device","expires_in":900}"#, Some((900, 5)))]
    #[case(r#"{"device_code":"d","user_code":"A-B","verification_uri":"https://github.com/login/device","expires_in":90000,"interval":0}"#, Some((3600, 1)))]
    #[case(r#"{"device_code":"d","user_code":"A-B","verification_uri":"http://evil.example/","expires_in":900}"#, None)]
    #[case(r#"{"device_code":"d","user_code":"A B","verification_uri":"https://github.com/login/device","expires_in":900}"#, None)]
    #[case(r#"{"device_code":"d"}"#, None)]
    fn a_device_code_has_a_life_and_an_interval(#[case] body: &str, #[case] expected: Option<(u32, u32)>) {
        let read = DeviceWire::read(body.as_bytes()).ok().map(|read| read.unwrap());
        assert_eq!(read.map(|code| (code.lifetime, code.interval)), expected);
    }

    #[rstest]
    #[case(r#"{"id":7,"login":"ada","type":"User"}"#, Some(AccountKind::User))]
    #[case(r#"{"id":7,"login":"ada","type":"Organization"}"#, Some(AccountKind::Organization))]
    #[case(r#"{"id":7,"login":"ada","type":"Something"}"#, None)]
    #[case(r#"{"id":0,"login":"ada","type":"User"}"#, None)]
    #[case(r#"{"login":"ada","type":"User"}"#, None)]
    #[case(r#"{"id":7,"type":"User"}"#, None)]
    #[case(r#"{"id":"7","login":"ada","type":"User"}"#, None)]
    fn an_account_is_its_number_and_nothing_stands_in_for_it(#[case] body: &str, #[case] kind: Option<AccountKind>) {
        assert_eq!(account(body.as_bytes()).ok().map(|account| account.kind), kind);
    }

    #[rstest]
    #[case(None, 10)]
    #[case(Some(0), 5)]
    #[case(Some(15), 15)]
    #[case(Some(100_000), 600)]
    fn slow_down_waits_as_long_as_github_says_within_reason(#[case] interval: Option<u32>, #[case] waits: u32) {
        assert_eq!(Refusal { word: "slow_down".into(), interval }.interval(), waits);
    }
}
