//! A secret that names its institution: a session's, or the state of a sign-in that was begun.
//! It must not show itself in `Debug`, and is never stored: only its hash is.

use std::str::FromStr;

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::{api_key::KeyHash, ids::InstitutionId};

pub const SECRET_BYTES: usize = 32;

/// `<institution>.<secret>`, in letters that a cookie and an address may hold.
#[derive(Debug)]
pub struct Token {
    pub institution: InstitutionId,
    text: SecretString,
}

/// Why a text is no token. It does not repeat the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is no token of Accredit")]
pub struct NotToken;

impl Token {
    /// One made of `secret`, which must come from the system's random numbers.
    pub fn new(institution: InstitutionId, secret: [u8; SECRET_BYTES]) -> Self {
        let text = format!("{}.{}", institution.0.simple(), BASE64_URL_SAFE_NO_PAD.encode(secret));
        Self { institution, text: text.into() }
    }

    pub fn hash(&self) -> KeyHash {
        KeyHash(Sha256::digest(self.text.expose_secret().as_bytes()).into())
    }

    /// 43 characters that only who has the token can know, another for each purpose.
    pub fn derive(&self, purpose: &str) -> String {
        let hash = Sha256::new().chain_update(purpose.as_bytes()).chain_update([0]).chain_update(self.reveal().as_bytes()).finalize();
        BASE64_URL_SAFE_NO_PAD.encode(hash)
    }

    /// The token itself: for the browser alone.
    pub fn reveal(&self) -> &str {
        self.text.expose_secret()
    }
}

impl FromStr for Token {
    type Err = NotToken;

    fn from_str(text: &str) -> Result<Self, NotToken> {
        let (institution, secret) = text.split_once('.').ok_or(NotToken)?;
        let institution = Uuid::try_parse(institution).map_err(|_| NotToken)?;
        match BASE64_URL_SAFE_NO_PAD.decode(secret) {
            Ok(bytes) if bytes.len() == SECRET_BYTES => Ok(Self { institution: InstitutionId(institution), text: text.into() }),
            _ => Err(NotToken),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token() -> Token {
        Token::new(InstitutionId(Uuid::from_u128(7)), [0xfb; SECRET_BYTES])
    }

    #[test]
    fn a_token_reads_back_names_its_institution_and_does_not_show_itself() {
        let read: Token = token().reveal().parse().unwrap();
        assert_eq!((read.hash(), read.institution), (token().hash(), InstitutionId(Uuid::from_u128(7))));
        let shown = format!("{read:?} {:?}", read.hash());
        assert!(!shown.contains("-_v7") && !shown.contains(&hex::encode(read.hash().0)), "{shown}");
    }

    #[test]
    fn what_is_derived_differs_by_purpose_and_by_token() {
        let other = Token::new(InstitutionId(Uuid::from_u128(7)), [1; SECRET_BYTES]);
        assert_eq!(token().derive("a").len(), 43);
        assert_eq!(token().derive("a"), token().derive("a"));
        assert_ne!(token().derive("a"), token().derive("b"));
        assert_ne!(token().derive("a"), other.derive("a"));
    }

    #[test]
    fn what_is_no_token_is_refused() {
        for text in ["", ".", "a.b", &token().reveal()[..60], &format!("{}x", token().reveal())] {
            assert!(text.parse::<Token>().is_err(), "{text}");
        }
    }
}
