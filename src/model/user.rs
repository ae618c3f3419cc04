//! Somebody who signs in: what they may do, and by what they are known.

use chrono::{DateTime, Utc};
use serde_json::json;

use super::{
    actor::{Actor, Person},
    audit::{Action, Details, Event},
    contribution::words,
    fields,
    ids::{MemberId, UserId},
    institution::Role,
    sign_in::Identity,
};

words! {
    /// Whether somebody may sign in.
    UserState {
        /// May, and has not yet.
        Invited = "invited",
        /// Has signed in.
        Active = "active",
        /// May not.
        Disabled = "disabled",
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    pub id: UserId,
    pub name: String,
    pub role: Role,
    /// Who of the register that is, where it is known.
    pub member: Option<MemberId>,
    /// The provider's word for them. `None`: invited by e-mail, and not signed in yet.
    pub known_as: Option<KnownAs>,
    /// By which they were invited, in small letters.
    pub email: Option<String>,
    pub created_at: DateTime<Utc>,
    pub signed_in_at: Option<DateTime<Utc>>,
    pub disabled_at: Option<DateTime<Utc>>,
}

/// Somebody's name at a provider: the only one that stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownAs {
    pub issuer: String,
    pub subject: String,
}

impl KnownAs {
    pub fn is(&self, identity: &Identity) -> bool {
        self.issuer == identity.issuer && self.subject == identity.subject
    }
}

impl User {
    pub fn state(&self) -> UserState {
        match (self.disabled_at, self.signed_in_at) {
            (Some(_), _) => UserState::Disabled,
            (None, Some(_)) => UserState::Active,
            (None, None) => UserState::Invited,
        }
    }

    pub fn actor(&self) -> Actor {
        Actor::User { id: self.id, person: Person { name: self.name.clone(), member: self.member } }
    }

    /// What the log holds of something that was done to this user.
    pub fn event(&self, action: Action) -> Event {
        let known_as = self.known_as.as_ref();
        Event {
            action,
            subject: self.id.to_string(),
            facts: json!({ "role": self.role, "state": self.state() }),
            details: Some(Details {
                member: self.member,
                said: json!({
                    "name": self.name,
                    "email": self.email,
                    "issuer": known_as.map(|known| &known.issuer),
                    "subject": known_as.map(|known| &known.subject),
                }),
            }),
        }
    }
}

/// Somebody to be invited, as it was given.
#[derive(Debug, Clone)]
pub struct NewUser {
    pub name: String,
    pub role: Role,
    pub member: Option<MemberId>,
    pub known_as: Option<KnownAs>,
    pub email: Option<String>,
}

impl NewUser {
    /// The user, or each field that is wrong and why.
    pub fn check(self, now: DateTime<Utc>) -> Result<User, Vec<(&'static str, String)>> {
        let mut faults = Vec::new();
        let name = fields::text(self.name, fields::NAME).map_err(|why| faults.push(("name", why))).ok();
        let email = self.email.map(|email| email_address(&email)).transpose().map_err(|why| faults.push(("email", why))).ok().flatten();
        if let Some(known_as) = &self.known_as {
            for (field, value) in [("issuer", &known_as.issuer), ("subject", &known_as.subject)] {
                if let Err(why) = fields::text(value.clone(), LONGEST) {
                    faults.push((field, why));
                }
            }
        }
        if self.known_as.is_none() && email.is_none() && faults.is_empty() {
            faults.push(("email", "is missing: say by which email, or by which issuer and subject, the person is known".to_owned()));
        }
        if self.role == Role::Student && self.member.is_none() {
            faults.push(("member_id", "is missing: a student sees one member, so it must say whom".to_owned()));
        }
        let Some(name) = name.filter(|_| faults.is_empty()) else { return Err(faults) };
        Ok(User {
            id: UserId::new(now),
            name,
            role: self.role,
            member: self.member,
            known_as: self.known_as,
            email,
            created_at: now,
            signed_in_at: None,
            disabled_at: None,
        })
    }
}

/// The longest address and the longest subject.
const LONGEST: usize = 254;

/// An address in small letters. Whether it is somebody's, the provider says.
fn email_address(text: &str) -> Result<String, String> {
    let fits = text.split_once('@').is_some_and(|(who, host)| !who.is_empty() && host.contains('.') && !host.contains('@'));
    if !fits || text.chars().any(|c| c.is_whitespace() || c.is_control()) || text.chars().count() > LONGEST {
        return Err(format!("must be an e-mail address of at most {LONGEST} characters, such as wang.fang@example.edu"));
    }
    Ok(text.to_lowercase())
}
