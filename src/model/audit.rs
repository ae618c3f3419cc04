//! The log of what was decided: each entry is hashed together with the one before, so none can be changed, left out or put in between.
//! It must hold no name, number, login or word of a person: those are details, of which an entry holds only a salted hash.

use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::{actor::Actor, contribution::words, ids::MemberId};

words! {
    /// What was done.
    Action {
        InstitutionMade = "institution_made",
        KeyMade = "key_made",
        KeyRevoked = "key_revoked",
        KeyRotated = "key_rotated",
        UserInvited = "user_invited",
        /// Signed in for the first time, or for the first time by this provider's word.
        UserAdmitted = "user_admitted",
        UserChanged = "user_changed",
        UserDisabled = "user_disabled",
        SignedIn = "signed_in",
        SignedOut = "signed_out",
        SignInFailed = "sign_in_failed",
        SignInProviderSet = "sign_in_provider_set",
        SignInProviderRemoved = "sign_in_provider_removed",
        MemberRegistered = "member_registered",
        MemberChanged = "member_changed",
        MemberRemoved = "member_removed",
        MemberErased = "member_erased",
        /// What a directory calls a member.
        DirectoryNamesChanged = "directory_names_changed",
        /// Members came, changed or went by a file.
        RosterImported = "roster_imported",
        AccountLinked = "account_linked",
        AccountUnlinked = "account_unlinked",
        /// GitHub spoke for an account that cannot be the member's.
        AccountNotProved = "account_not_proved",
        AccountAttested = "account_attested",
        AccountChangeRequested = "account_change_requested",
        AccountChangeConfirmed = "account_change_confirmed",
        AccountChangeClosed = "account_change_closed",
        RepositoryRegistered = "repository_registered",
        RepositoryStopped = "repository_stopped",
        PolicyAdded = "policy_added",
        PolicyAdopted = "policy_adopted",
        StatementMade = "statement_made",
        StatementWithdrawn = "statement_withdrawn",
        StatementCountersigned = "statement_countersigned",
        EvaluationAsked = "evaluation_asked",
        ReportExported = "report_exported",
        AwardsProposed = "awards_proposed",
        AwardsApproved = "awards_approved",
        AwardApproved = "award_approved",
        AwardConfirmed = "award_confirmed",
        AwardRejected = "award_rejected",
        AwardSentBack = "award_sent_back",
        AwardRevoked = "award_revoked",
        AppealFiled = "appeal_filed",
        AppealGranted = "appeal_granted",
        AppealDismissed = "appeal_dismissed",
        HolidaysReplaced = "holidays_replaced",
        CheckpointKeyMade = "checkpoint_key_made",
    }
}

/// What is to be written into the log.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    pub action: Action,
    /// The id of what it was done to.
    pub subject: String,
    /// What anybody who reads the log may know for ever: ids, states, hashes, numbers.
    pub facts: Value,
    pub details: Option<Details>,
}

/// What an event says of a person: names, numbers, reasons.
#[derive(Debug, Clone, PartialEq)]
pub struct Details {
    /// With whom it goes, should that person be erased.
    pub member: Option<MemberId>,
    pub said: Value,
}

pub const HASH: usize = 32;
pub type Hash = [u8; HASH];
/// What the first entry is hashed with.
pub const GENESIS: Hash = [0; HASH];

/// An entry as it stands in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub sequence: i64,
    /// JSON, and the very bytes that were hashed.
    pub text: String,
    pub hash: Hash,
}

#[derive(Serialize)]
struct EntryText<'a> {
    sequence: i64,
    at: String,
    by: String,
    action: Action,
    subject: &'a str,
    facts: &'a Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    details: Option<String>,
}

impl Entry {
    /// The entry that follows one with the hash `previous`. `details`: the hash of what stands apart.
    pub fn next(
        sequence: i64,
        previous: &Hash,
        by: &Actor,
        event: &Event,
        details: Option<Hash>,
        at: DateTime<Utc>,
    ) -> serde_json::Result<Self> {
        let text = EntryText {
            sequence,
            // To the microsecond: Postgres keeps no more, and what is read back must be what was hashed.
            at: at.to_rfc3339_opts(SecondsFormat::Micros, true),
            by: by.to_string(),
            action: event.action,
            subject: &event.subject,
            facts: &event.facts,
            details: details.map(hex::encode),
        };
        let text = serde_json::to_string(&text)?;
        let hash = link(previous, &text);
        Ok(Self { sequence, text, hash })
    }
}

/// The hash of an entry.
pub fn link(previous: &Hash, text: &str) -> Hash {
    Sha256::new().chain_update(previous).chain_update(text.as_bytes()).finalize().into()
}

/// What an entry holds of its details.
pub fn commitment(salt: &Hash, details: &str) -> Hash {
    Sha256::new().chain_update(salt).chain_update(details.as_bytes()).finalize().into()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn event(subject: &str) -> Event {
        Event { action: Action::KeyMade, subject: subject.to_owned(), facts: json!({"role": "staff"}), details: None }
    }

    #[test]
    fn an_entry_says_who_did_what_to_what_and_when() {
        let at = "2026-02-01T08:00:00.000001Z".parse().unwrap();
        let entry = Entry::next(7, &GENESIS, &Actor::Operator, &event("k"), Some([1; HASH]), at).unwrap();
        let expected = format!(
            r#"{{"sequence":7,"at":"2026-02-01T08:00:00.000001Z","by":"operator","action":"key_made","subject":"k","facts":{{"role":"staff"}},"details":"{}"}}"#,
            "01".repeat(HASH)
        );
        assert_eq!(entry.text, expected);
    }

    #[test]
    fn a_hash_depends_on_the_entry_and_on_all_before_it() {
        let at = "2026-02-01T08:00:00Z".parse().unwrap();
        let first = Entry::next(1, &GENESIS, &Actor::Operator, &event("k"), None, at).unwrap();
        let other = Entry::next(1, &GENESIS, &Actor::Operator, &event("l"), None, at).unwrap();
        assert_ne!(first.hash, other.hash);
        let next = |after: &Entry| Entry::next(2, &after.hash, &Actor::Operator, &event("m"), None, at).unwrap();
        assert_eq!(next(&first).text, next(&other).text);
        assert_ne!(next(&first).hash, next(&other).hash);
    }
}
