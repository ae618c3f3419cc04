//! An API key: 256 random bits behind the id of the institution that it belongs to.
//! It must not show itself in `Debug`, and is never stored: only its hash is.

use std::{fmt, str::FromStr};

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::ids::InstitutionId;

/// So that a leaked one is recognised by whoever finds it.
const PREFIX: &str = "accredit";
const SECRET_BYTES: usize = 32;

/// `accredit_<institution>_<secret>`.
#[derive(Debug)]
pub struct ApiKey {
    pub institution: InstitutionId,
    text: SecretString,
}

/// SHA-256 of a key's text. The secret has 256 random bits, so no slow hash is needed.
#[derive(Clone, PartialEq, Eq)]
pub struct KeyHash(pub [u8; 32]);

impl fmt::Debug for KeyHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyHash(…)")
    }
}

/// Why a text is not a key. It does not repeat the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not an API key of Accredit: it must look like accredit_<institution>_<secret>")]
pub struct NotApiKey;

impl ApiKey {
    /// A key made of `secret`, which must come from the system's random numbers.
    pub fn new(institution: InstitutionId, secret: [u8; SECRET_BYTES]) -> Self {
        let text = format!("{PREFIX}_{}_{}", institution.0.simple(), BASE64_URL_SAFE_NO_PAD.encode(secret));
        Self { institution, text: text.into() }
    }

    pub fn hash(&self) -> KeyHash {
        hash(&self.text)
    }

    /// The key itself: to be shown once, to whoever asked for it.
    pub fn reveal(&self) -> &str {
        self.text.expose_secret()
    }
}

/// `accredit_operator_<secret>`: a key of whoever runs the program. It belongs to no institution.
#[derive(Debug)]
pub struct OperatorKey {
    text: SecretString,
}

/// Stands where another key has its institution, and is no institution's id.
const OPERATOR: &str = "operator";

impl OperatorKey {
    /// A key made of `secret`, which must come from the system's random numbers.
    pub fn new(secret: [u8; SECRET_BYTES]) -> Self {
        Self { text: format!("{PREFIX}_{OPERATOR}_{}", BASE64_URL_SAFE_NO_PAD.encode(secret)).into() }
    }

    pub fn hash(&self) -> KeyHash {
        hash(&self.text)
    }

    /// The key itself: to be shown once, to whoever asked for it.
    pub fn reveal(&self) -> &str {
        self.text.expose_secret()
    }
}

/// A key of either kind, as a caller brings it.
#[derive(Debug)]
pub enum AnyKey {
    Institution(ApiKey),
    Operator(OperatorKey),
}

impl AnyKey {
    pub fn hash(&self) -> KeyHash {
        match self {
            Self::Institution(key) => key.hash(),
            Self::Operator(key) => key.hash(),
        }
    }
}

impl FromStr for AnyKey {
    type Err = NotApiKey;

    fn from_str(text: &str) -> Result<Self, NotApiKey> {
        let (whose, secret) =
            text.strip_prefix(PREFIX).and_then(|rest| rest.strip_prefix('_')).and_then(|rest| rest.split_once('_')).ok_or(NotApiKey)?;
        if !BASE64_URL_SAFE_NO_PAD.decode(secret).is_ok_and(|bytes| bytes.len() == SECRET_BYTES) {
            return Err(NotApiKey);
        }
        if whose == OPERATOR {
            return Ok(Self::Operator(OperatorKey { text: text.into() }));
        }
        let institution = InstitutionId(Uuid::try_parse(whose).map_err(|_| NotApiKey)?);
        Ok(Self::Institution(ApiKey { institution, text: text.into() }))
    }
}

fn hash(text: &SecretString) -> KeyHash {
    KeyHash(Sha256::digest(text.expose_secret().as_bytes()).into())
}

impl FromStr for ApiKey {
    type Err = NotApiKey;

    fn from_str(text: &str) -> Result<Self, NotApiKey> {
        match text.parse()? {
            AnyKey::Institution(key) => Ok(key),
            AnyKey::Operator(_) => Err(NotApiKey),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> ApiKey {
        ApiKey::new(InstitutionId(Uuid::from_u128(7)), [0xfb; SECRET_BYTES])
    }

    #[test]
    fn a_key_reads_back_with_the_same_hash_and_names_its_institution() {
        let read: ApiKey = key().reveal().parse().unwrap();
        assert_eq!(read.hash(), key().hash());
        assert_eq!(read.institution, InstitutionId(Uuid::from_u128(7)));
    }

    #[test]
    fn a_key_does_not_show_itself_in_debug() {
        let shown = format!("{:?} {:?}", key(), key().hash());
        assert!(!shown.contains("-_v7") && !shown.contains(&hex::encode(key().hash().0)), "{shown}");
    }

    #[test]
    fn an_operators_key_is_told_from_an_institutions() {
        let operators = OperatorKey::new([7; SECRET_BYTES]);
        assert!(operators.reveal().starts_with("accredit_operator_"));
        let read: AnyKey = operators.reveal().parse().unwrap();
        assert!(matches!(&read, AnyKey::Operator(_)) && read.hash() == operators.hash());
        assert!(operators.reveal().parse::<ApiKey>().is_err());
        assert!(matches!(key().reveal().parse().unwrap(), AnyKey::Institution(_)));
        assert!(!format!("{read:?}").contains("BwcH"));
    }

    #[test]
    fn what_is_not_a_key_is_refused_without_repeating_it() {
        let cut = &key().reveal()[..60].to_owned();
        for text in ["", "accredit", "accredit_x_y", "ghp_0123456789", cut] {
            let error = text.parse::<ApiKey>().unwrap_err().to_string();
            assert!(text.is_empty() || text == "accredit" || !error.contains(text), "{error}");
        }
    }
}
