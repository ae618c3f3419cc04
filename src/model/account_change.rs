//! What somebody wants changed of whose an account is, and who may say what about it: two people and, where an account ends, fourteen days.
//! It must not write, nor read a clock.

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    account::AccountId,
    actor::{Actor, PersonKey},
    contribution::words,
    ids::{AccountChangeId, BindingId, MemberId},
};

/// How long it takes at least until an account ends.
pub const WAIT: TimeDelta = TimeDelta::days(14);

words! {
    ChangeKind {
        /// One more account, beside those that are bound.
        Add = "add",
        /// One ends, and another comes in its place.
        Replace = "replace",
        /// One ends.
        Unbind = "unbind",
    }
}

words! {
    /// How a wanted change stands.
    ChangeState {
        /// A second person must confirm it.
        Waiting = "waiting",
        /// It takes effect at `effective_from`, or once GitHub has said which account it is.
        Confirmed = "confirmed",
        Done = "done",
        Rejected = "rejected",
        Withdrawn = "withdrawn",
        /// Something else was wanted instead.
        Superseded = "superseded",
        /// The login is that of an account that is bound already: it was only renamed.
        Unneeded = "unneeded",
        /// GitHub knows no such login.
        NotFound = "not_found",
        /// The account is another member's: one account, one person.
        Taken = "taken",
    }
}

words! {
    /// What a second person says.
    ChangeDecision {
        Confirm = "confirm",
        Reject = "reject",
    }
}

/// Who said something, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// The key, the account or the operator.
    pub by: String,
    /// The human. `None`: the program.
    pub person: Option<PersonKey>,
    pub name: String,
    pub reason: Option<String>,
    pub at: DateTime<Utc>,
}

impl Said {
    pub fn new(by: &Actor, reason: Option<&str>, at: DateTime<Utc>) -> Self {
        Self { by: by.to_string(), person: by.person(), name: by.to_person().name, reason: reason.map(str::to_owned), at }
    }
}

/// What is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    Add {
        login: String,
    },
    Replace {
        binding: BindingId,
        login: String,
    },
    /// `mistaken`: it never was the member's account.
    Unbind {
        binding: BindingId,
        mistaken: bool,
    },
}

impl Wanted {
    pub const fn kind(&self) -> ChangeKind {
        match self {
            Self::Add { .. } => ChangeKind::Add,
            Self::Replace { .. } => ChangeKind::Replace,
            Self::Unbind { .. } => ChangeKind::Unbind,
        }
    }

    /// Which one ends.
    pub const fn binding(&self) -> Option<BindingId> {
        match self {
            Self::Add { .. } => None,
            Self::Replace { binding, .. } | Self::Unbind { binding, .. } => Some(*binding),
        }
    }

    /// Which one comes.
    pub fn login(&self) -> Option<&str> {
        match self {
            Self::Add { login } | Self::Replace { login, .. } => Some(login),
            Self::Unbind { .. } => None,
        }
    }

    pub const fn is_mistaken(&self) -> bool {
        matches!(self, Self::Unbind { mistaken: true, .. })
    }

    /// When it can take effect at the earliest.
    pub fn effective_from(&self, requested_at: DateTime<Utc>) -> DateTime<Utc> {
        match self {
            Self::Add { .. } => requested_at,
            Self::Replace { .. } | Self::Unbind { .. } => requested_at + WAIT,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountChange {
    pub id: AccountChangeId,
    pub member: MemberId,
    pub wanted: Wanted,
    /// What GitHub said that the wanted login is. `None`: nothing is wanted, or it was not asked yet.
    pub account: Option<AccountId>,
    pub requested: Said,
    pub effective_from: DateTime<Utc>,
    pub confirmed: Option<Said>,
    /// How it ended: never `Waiting` nor `Confirmed`.
    pub closed: Option<(ChangeState, Said)>,
}

/// Why somebody may not say something about a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    NoPerson,
    Oneself,
    SamePerson,
    /// It is confirmed already.
    Confirmed,
    Closed(ChangeState),
}

impl Refusal {
    /// Whether it is a matter of who asks.
    pub const fn is_about_who_asks(self) -> bool {
        matches!(self, Self::NoPerson | Self::Oneself | Self::SamePerson)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoPerson => f.write_str("only a person decides"),
            Self::Oneself => f.write_str("nobody decides on oneself: leave it to another reviewer"),
            Self::SamePerson => f.write_str("a second person must confirm: who asked for the change cannot"),
            Self::Confirmed => f.write_str("the change is confirmed already: reject it, or let it take effect"),
            Self::Closed(state) => write!(f, "the change is {state} already: ask for another"),
        }
    }
}

impl AccountChange {
    pub fn state(&self) -> ChangeState {
        match (&self.closed, &self.confirmed) {
            (Some((state, _)), _) => *state,
            (None, Some(_)) => ChangeState::Confirmed,
            (None, None) => ChangeState::Waiting,
        }
    }

    /// Whether it takes effect at that moment: a second person stands behind it, its days are over, and GitHub has said which account comes.
    pub fn is_due(&self, now: DateTime<Utc>) -> bool {
        self.state() == ChangeState::Confirmed && self.effective_from <= now && (self.wanted.login().is_none() || self.account.is_some())
    }

    /// Whether somebody may decide that: another human than who asked for it, and never the member.
    pub fn may_decide(&self, decision: ChangeDecision, by: &Actor) -> Result<(), Refusal> {
        by.person().ok_or(Refusal::NoPerson)?;
        if by.member() == Some(self.member) {
            return Err(Refusal::Oneself);
        }
        match (decision, self.state()) {
            (ChangeDecision::Confirm, ChangeState::Waiting) if self.is_askers(by) => Err(Refusal::SamePerson),
            (ChangeDecision::Confirm, ChangeState::Waiting) | (ChangeDecision::Reject, ChangeState::Waiting | ChangeState::Confirmed) => {
                Ok(())
            }
            (ChangeDecision::Confirm, ChangeState::Confirmed) => Err(Refusal::Confirmed),
            (_, closed) => Err(Refusal::Closed(closed)),
        }
    }

    /// Whether it is who asked: by the same key or the same sign-in, who may have been linked to the register since, or in another guise.
    fn is_askers(&self, by: &Actor) -> bool {
        self.requested.by == by.to_string() || self.requested.person.as_ref().is_some_and(|first| by.is(first, &self.requested.name))
    }

    /// Whether it can still be withdrawn.
    pub fn may_withdraw(&self) -> Result<(), Refusal> {
        match self.state() {
            ChangeState::Waiting | ChangeState::Confirmed => Ok(()),
            closed => Err(Refusal::Closed(closed)),
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use uuid::Uuid;

    use super::*;
    use crate::model::{
        actor::Person,
        ids::{ApiKeyId, UserId},
    };

    fn at(day: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::days(day)
    }

    const MEMBER: MemberId = MemberId(Uuid::nil());

    fn person(name: &str) -> Actor {
        let member = (name == "member").then_some(MEMBER);
        let id = Uuid::from_u128(name.bytes().fold(0, |id, byte| id * 256 + u128::from(byte)));
        Actor::Key { id: ApiKeyId(id), holder: Person { name: name.to_owned(), member } }
    }

    fn signed_in(id: u128, name: &str, member: Option<u128>) -> Actor {
        let member = member.map(|member| MemberId(Uuid::from_u128(member)));
        Actor::User { id: UserId(Uuid::from_u128(id)), person: Person { name: name.to_owned(), member } }
    }

    fn unbinding(requested_by: &Actor) -> AccountChange {
        let wanted = Wanted::Unbind { binding: BindingId(Uuid::nil()), mistaken: false };
        AccountChange {
            id: AccountChangeId(Uuid::nil()),
            member: MEMBER,
            effective_from: wanted.effective_from(at(0)),
            wanted,
            account: None,
            requested: Said::new(requested_by, Some("sold"), at(0)),
            confirmed: None,
            closed: None,
        }
    }

    #[rstest]
    #[case::a_second_person("fang", "na", Ok(()))]
    #[case::the_same("fang", "Fang", Err(Refusal::SamePerson))]
    #[case::a_second_person_for_the_member("member", "na", Ok(()))]
    #[case::the_member_for_oneself("member", "member", Err(Refusal::Oneself))]
    #[case::the_member_for_somebody("fang", "member", Err(Refusal::Oneself))]
    fn a_change_is_confirmed_by_a_second_person_and_never_by_the_member(
        #[case] requests: &str,
        #[case] confirms: &str,
        #[case] expected: Result<(), Refusal>,
    ) {
        assert_eq!(unbinding(&person(requests)).may_decide(ChangeDecision::Confirm, &person(confirms)), expected);
    }

    #[rstest]
    #[case::with_a_key_and_signed_in(person("Fang"), signed_in(1, "fang", None), Err(Refusal::SamePerson))]
    #[case::signed_in_and_with_a_key(signed_in(1, "Fang", Some(7)), person("fang"), Err(Refusal::SamePerson))]
    #[case::linked_to_the_register_since(signed_in(1, "Fang", None), signed_in(1, "Fang Li", Some(7)), Err(Refusal::SamePerson))]
    #[case::two_who_sign_in(signed_in(1, "Fang", None), signed_in(2, "Na", Some(7)), Ok(()))]
    fn whoever_comes_in_another_guise_is_no_second_person(
        #[case] requests: Actor,
        #[case] confirms: Actor,
        #[case] expected: Result<(), Refusal>,
    ) {
        assert_eq!(unbinding(&requests).may_decide(ChangeDecision::Confirm, &confirms), expected);
    }

    #[test]
    fn the_program_confirms_nothing_and_what_it_asked_for_a_person_does() {
        assert_eq!(unbinding(&person("fang")).may_decide(ChangeDecision::Confirm, &Actor::Program), Err(Refusal::NoPerson));
        assert_eq!(unbinding(&Actor::Program).may_decide(ChangeDecision::Confirm, &person("fang")), Ok(()));
    }

    #[test]
    fn neither_a_second_person_nor_fourteen_days_are_enough_alone() {
        let mut change = unbinding(&person("fang"));
        assert!(!change.is_due(at(99)), "nobody confirmed");
        change.confirmed = Some(Said::new(&person("na"), None, at(1)));
        assert_eq!([13, 14].map(|day| change.is_due(at(day))), [false, true]);
        assert_eq!(change.may_decide(ChangeDecision::Confirm, &person("li")), Err(Refusal::Confirmed));
        assert_eq!(change.may_decide(ChangeDecision::Reject, &person("fang")), Ok(()), "who asked may still stop it");
        change.closed = Some((ChangeState::Rejected, Said::new(&person("li"), None, at(2))));
        assert!(!change.is_due(at(99)));
        assert_eq!(change.may_withdraw(), Err(Refusal::Closed(ChangeState::Rejected)));
    }

    #[test]
    fn one_more_account_waits_for_the_second_person_and_for_github_and_for_no_days() {
        let wanted = Wanted::Add { login: "ada".into() };
        let mut change = AccountChange { effective_from: wanted.effective_from(at(0)), wanted, ..unbinding(&person("fang")) };
        change.confirmed = Some(Said::new(&person("na"), None, at(0)));
        assert!(!change.is_due(at(0)), "GitHub has not said which account it is");
        change.account = Some(AccountId(1));
        assert!(change.is_due(at(0)));
    }
}
