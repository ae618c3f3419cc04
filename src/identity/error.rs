//! Why a provider could not say who somebody is. What it answered is not repeated: there are tokens in it.

/// What stands in a log and before people: no more than the words below.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    #[error("the sign-in provider does not answer ({0})")]
    Unreachable(&'static str),
    /// An answer, but none that can be used.
    #[error("the sign-in provider's answer cannot be used: {0}")]
    BadAnswer(String),
    /// It takes the code for none of its own: used before, made up, too old, or our client is not known there.
    #[error("the sign-in provider refused the sign-in ({0})")]
    Refused(String),
    /// The ID token is not to be believed.
    #[error("the sign-in provider's word is not to be believed: {0}")]
    NotBelieved(&'static str),
}

impl Error {
    /// A word of the provider, such as `invalid_grant`, or that it said none.
    pub fn word(text: &str) -> String {
        let plain = !text.is_empty() && text.len() <= 60 && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        if plain { text.to_owned() } else { "no word that can be repeated".to_owned() }
    }
}
