//! Ids are types: a member's id cannot be given where a term's is asked for.
//! It must not make an id out of anything but a UUID or GitHub's own number.

use std::{fmt, str::FromStr};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! uuid_ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, sqlx::Type, utoipa::ToSchema)]
        #[serde(transparent)]
        #[sqlx(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// A new UUIDv7 that sorts by `now`.
            pub fn new(now: DateTime<Utc>) -> Self {
                Self(uuid_v7(now))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    )+};
}

uuid_ids!(
    /// An institution: the tenant of every table of theirs.
    InstitutionId,
    /// A key that a system of an institution calls the API with.
    ApiKeyId,
    /// A key of whoever runs the program; it belongs to no institution.
    OperatorKeyId,
    /// Somebody who signs in, inside one institution.
    UserId,
    /// A key that signs checkpoints of an institution's log.
    AuditKeyId,
    /// A member's proof of a GitHub account, begun on a device.
    AccountProofId,
    /// A student or a member of the faculty, inside one institution.
    MemberId,
    /// That an account is a member's.
    BindingId,
    /// What somebody wants changed of whose an account is.
    AccountChangeId,
    /// A term of one institution.
    TermId,
    /// One immutable version of a policy of one institution.
    PolicyId,
    /// A repository as we know it, whatever it is called on GitHub today.
    RepositoryId,
    /// One fetch of one repository.
    SyncId,
    /// One scoring of one term under one policy.
    EvaluationId,
    /// What a person stated about a member's work.
    StatementId,
    /// One adoption of a policy for a term.
    TermPolicyId,
    /// What was proposed for one member in one term.
    AwardId,
    /// What a student says against an award.
    AppealId,
);

fn uuid_v7(now: DateTime<Utc>) -> Uuid {
    let seconds = u64::try_from(now.timestamp()).unwrap_or(0); // before 1970 only the order by time is lost
    Uuid::new_v7(uuid::Timestamp::from_unix(uuid::NoContext, seconds, now.timestamp_subsec_nanos()))
}
