//! Seals secrets that must lie in the database: whoever has a copy of it alone reads none of them.
//! It must not show the key, and opens nothing for another purpose than the one it was sealed for.

use std::{fmt, str::FromStr};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use chacha20poly1305::{
    KeyInit as _, XChaCha20Poly1305, XNonce,
    aead::{Aead as _, Payload},
};

const KEY: usize = 32;
/// Long enough to be drawn at random each time.
pub const NONCE: usize = 24;

/// The key of this installation (XChaCha20-Poly1305).
#[derive(Clone)]
pub struct SealingKey(XChaCha20Poly1305);

impl fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealingKey(…)")
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    #[error("it must be 32 random bytes in base64: `openssl rand -base64 32` makes one")]
    NotAKey,
    #[error("a secret cannot be opened: secrets.key is not the one that it was sealed with, or the secret was changed")]
    Closed,
    #[error(
        "secrets.key is not set, and a secret must be sealed with it: make one with `openssl rand -base64 32`, set ACCREDIT__SECRETS__KEY to it, and keep it"
    )]
    NoKey,
    #[error("the secret could not be sealed")]
    NotSealed,
}

impl FromStr for SealingKey {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let key = BASE64_STANDARD.decode(text.trim()).ok().and_then(|key| <[u8; KEY]>::try_from(key).ok()).ok_or(Error::NotAKey)?;
        Ok(Self(XChaCha20Poly1305::new(&key.into())))
    }
}

impl SealingKey {
    /// Seals a secret for one purpose: `purpose` says whose it is and what for. `nonce` comes from the system's random numbers.
    pub fn seal(&self, secret: &[u8], purpose: &str, nonce: [u8; NONCE]) -> Result<Vec<u8>, Error> {
        let payload = Payload { msg: secret, aad: purpose.as_bytes() };
        let sealed = self.0.encrypt(&XNonce::from(nonce), payload).map_err(|_| Error::NotSealed)?;
        Ok([&nonce[..], &sealed].concat())
    }

    /// The secret, for the purpose for which it was sealed.
    pub fn open(&self, sealed: &[u8], purpose: &str) -> Result<Vec<u8>, Error> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE>().ok_or(Error::Closed)?;
        self.0.decrypt(&XNonce::from(*nonce), Payload { msg: sealed, aad: purpose.as_bytes() }).map_err(|_| Error::Closed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(byte: u8) -> SealingKey {
        BASE64_STANDARD.encode([byte; KEY]).parse().unwrap()
    }

    #[test]
    fn a_secret_is_opened_by_its_key_for_its_purpose_and_for_nothing_else() {
        let sealed = key(1).seal(b"secret", "audit of a", [9; NONCE]).unwrap();
        assert_eq!(key(1).open(&sealed, "audit of a").unwrap(), b"secret");
        assert_eq!(key(1).open(&sealed, "audit of b"), Err(Error::Closed));
        assert_eq!(key(2).open(&sealed, "audit of a"), Err(Error::Closed));
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert_eq!(key(1).open(&changed, "audit of a"), Err(Error::Closed), "{at}");
            assert_eq!(key(1).open(&sealed[..at], "audit of a"), Err(Error::Closed), "{at}");
        }
        assert!(!sealed.windows(6).any(|part| part == b"secret"));
    }

    #[test]
    fn what_is_no_key_is_refused_and_a_key_does_not_show_itself() {
        for text in ["", "x", "AAAA", &BASE64_STANDARD.encode([1; 31]), &BASE64_STANDARD.encode([1; 33])] {
            assert_eq!(text.parse::<SealingKey>().unwrap_err(), Error::NotAKey);
        }
        assert_eq!(format!("{:?}", key(7)), "SealingKey(…)");
    }
}
