//! Why GitHub did not say whose account it is. What it answered is not repeated: there may be a token in it.

/// What stands in a log and before people: no more than the words below.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    #[error("GitHub does not answer ({0})")]
    Unreachable(&'static str),
    #[error("GitHub answered {0}")]
    Status(u16),
    #[error("GitHub's answer cannot be used: {0}")]
    BadAnswer(&'static str),
    /// It takes the code for none of its own, or does not know our app. The word is GitHub's.
    #[error("GitHub refused ({0})")]
    Refused(String),
    /// The code is used up, and the account was not told.
    #[error("GitHub gave its word and then did not say whose account it is")]
    Lost,
}

impl Error {
    /// A word such as `bad_verification_code`.
    pub fn refused(word: &str) -> Self {
        Self::Refused(super::super::Error::word(word))
    }

    /// What went wrong once the code had been exchanged: asking again would be in vain.
    pub(super) fn after_the_token(self) -> Self {
        match self {
            Self::Unreachable(_) | Self::Status(_) | Self::BadAnswer(_) => Self::Lost,
            other => other,
        }
    }
}
