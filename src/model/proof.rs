//! A member's proof of a GitHub account: how it is begun, and how it stands.
//! It must not show the code by which GitHub is asked.

use chrono::{DateTime, Utc};
use secrecy::SecretString;

use super::{contribution::words, ids::AccountProofId};

words! {
    /// How a proof stands that was begun on a device.
    ProofState {
        /// The code has not been entered yet.
        Waiting = "waiting",
        /// GitHub said whose account it is, and it is the member's now.
        Done = "done",
        /// Whoever entered the code said no.
        Denied = "denied",
        /// Nobody entered the code in time.
        Expired = "expired",
        /// GitHub said whose account it is, and it cannot be the member's, or GitHub did not say.
        Failed = "failed",
    }
}

words! {
    /// Why one failed.
    ProofFailure {
        /// The account is another member's at this institution.
        Taken = "taken",
        /// It is an organisation's or a machine's.
        NotAPerson = "not_a_person",
        /// GitHub took the code and did not say whose account it is.
        NotTold = "not_told",
        /// GitHub does not take the code, or not from this server.
        Refused = "refused",
    }
}

impl ProofFailure {
    /// What the person reads.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Taken => {
                "this GitHub account is another member's here: if it is yours, tell whoever administers Accredit at your institution"
            }
            Self::NotAPerson => "this GitHub account is no person's: sign in at GitHub with your own account, and begin again",
            Self::NotTold => "GitHub did not say whose account it is: begin again",
            Self::Refused => "GitHub does not take this code any more: begin again",
        }
    }
}

/// What GitHub gives for somebody to enter.
#[derive(Debug, Clone)]
pub struct DeviceCode {
    /// What GitHub is asked with.
    pub secret: SecretString,
    /// What the person enters.
    pub user_code: String,
    /// Where the person enters it.
    pub verification_uri: String,
    /// In seconds.
    pub lifetime: u32,
    /// How many seconds must pass between two questions.
    pub interval: u32,
}

/// A proof as its member sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountProof {
    pub id: AccountProofId,
    pub state: ProofState,
    pub user_code: String,
    pub verification_uri: String,
    pub expires_at: DateTime<Utc>,
    /// In seconds.
    pub interval: u32,
    /// From when on GitHub may be asked again.
    pub check_at: DateTime<Utc>,
    /// The login of the account that was proved.
    pub github_login: Option<String>,
    pub failure: Option<ProofFailure>,
}

impl AccountProof {
    /// As it stands at this moment: what nobody entered in time is over, though nobody noted it.
    pub fn at(self, now: DateTime<Utc>) -> Self {
        if self.state == ProofState::Waiting && now >= self.expires_at { Self { state: ProofState::Expired, ..self } } else { self }
    }
}
