//! Who gets in: whom the provider names, held against whom the institution knows.
//! It must not let anybody in whom neither an administrator invited nor the register names.

use chrono::{DateTime, Utc};

use crate::model::{
    ids::MemberId,
    institution::Role,
    member::Member,
    sign_in::Identity,
    user::{KnownAs, User},
};

/// Who is let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Admitted {
    pub user: User,
    pub how: How,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum How {
    /// As before.
    Known,
    /// Invited, and bound to the provider's word now, or the first time here.
    First,
    /// A member of the register who was no user yet.
    New,
}

/// Why somebody is not let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refused {
    Disabled,
    /// Neither invited nor on the register.
    Unknown,
    /// A student whose number is not the one of the member that they were.
    AnotherNumber,
    /// The member is a user already who may do more than a student, under another word of the provider.
    MemberTaken,
}

impl Refused {
    pub const fn code(self) -> &'static str {
        match self {
            Self::Disabled => "disabled",
            Self::Unknown => "unknown",
            Self::AnotherNumber => "another_number",
            Self::MemberTaken => "member_taken",
        }
    }

    /// What the person reads.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Disabled => "your access was ended",
            Self::Unknown => "you are not invited, and your number is not on the register",
            Self::AnotherNumber => "your number is not the one that you signed in with before",
            Self::MemberTaken => "another sign-in is already known for your number",
        }
    }
}

/// `found`: the users whom the identity's subject, e-mail or member names. `member`: who on the register has its number.
pub(super) fn admit(identity: &Identity, found: &[User], member: Option<&Member>, now: DateTime<Utc>) -> Result<Admitted, Refused> {
    let of_member = member.and_then(|member| found.iter().find(|user| user.member == Some(member.id)));
    let known = found.iter().find(|user| user.known_as.as_ref().is_some_and(|known| known.is(identity)));
    // Whom an earlier provider named is as good as not bound: nobody can come with its word any more.
    let is_open = |user: &&User| user.known_as.as_ref().is_none_or(|known| known.issuer != identity.issuer);
    let invited = || found.iter().filter(is_open).find(|user| identity.email.is_some() && user.email == identity.email);
    if let Some(user) = known.or_else(invited) {
        return enter(user, identity, member.filter(|_| of_member.is_none()), member.map(|member| member.id), now);
    }
    match (member, of_member) {
        (None, _) => Err(Refused::Unknown),
        (Some(member), None) => Ok(Admitted { user: new_student(identity, member, now), how: How::New }),
        // The number says who a student is, as far as a student's own results go.
        (Some(member), Some(user)) if user.role == Role::Student => enter(user, identity, None, Some(member.id), now),
        (Some(_), Some(_)) => Err(Refused::MemberTaken),
    }
}

/// `free`: the member who has the identity's number and is no user yet.
fn enter(
    user: &User,
    identity: &Identity,
    free: Option<&Member>,
    named: Option<MemberId>,
    now: DateTime<Utc>,
) -> Result<Admitted, Refused> {
    if user.disabled_at.is_some() {
        return Err(Refused::Disabled);
    }
    // Numbers are given anew, and so are accounts: a student sees a member only as long as the provider says so.
    if user.role == Role::Student && named != user.member {
        return Err(Refused::AnotherNumber);
    }
    let is_bound = user.known_as.as_ref().is_some_and(|known| known.is(identity));
    let how = if is_bound && user.signed_in_at.is_some() { How::Known } else { How::First };
    let user = User {
        // Of staff who are on the register too it must be known, so that nobody decides on oneself.
        member: user.member.or_else(|| free.map(|member| member.id)),
        known_as: Some(known_as(identity)),
        signed_in_at: Some(now),
        ..user.clone()
    };
    Ok(Admitted { user, how })
}

pub(super) fn known_as(identity: &Identity) -> KnownAs {
    KnownAs { issuer: identity.issuer.clone(), subject: identity.subject.clone() }
}

fn new_student(identity: &Identity, member: &Member, now: DateTime<Utc>) -> User {
    User {
        id: crate::model::ids::UserId::new(now),
        name: member.name.clone(),
        role: Role::Student,
        member: Some(member.id),
        known_as: Some(known_as(identity)),
        email: None,
        created_at: now,
        signed_in_at: Some(now),
        disabled_at: None,
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use uuid::Uuid;

    use super::*;
    use crate::model::{
        ids::UserId,
        member::{AccountState, MemberRole},
    };

    fn now() -> DateTime<Utc> {
        "2026-02-01T08:00:00Z".parse().unwrap()
    }

    fn identity() -> Identity {
        Identity {
            issuer: "https://login".into(),
            subject: "ada".into(),
            name: None,
            email: Some("ada@example.edu".into()),
            number: Some("001".into()),
        }
    }

    fn member(n: u128) -> Member {
        Member {
            id: MemberId(Uuid::from_u128(n)),
            number: "001".into(),
            name: "Ada".into(),
            role: MemberRole::Student,
            unit: None,
            class: None,
            github_login: None,
            account: None,
            account_state: AccountState::None,
            created_at: now(),
            updated_at: now(),
        }
    }

    /// Nobody yet: `with` says by what they are known.
    fn user(role: Role, with: impl FnOnce(&mut User)) -> User {
        let mut user = User {
            id: UserId(Uuid::from_u128(9)),
            name: "Ada".into(),
            role,
            member: None,
            known_as: None,
            email: None,
            created_at: now(),
            signed_in_at: None,
            disabled_at: None,
        };
        with(&mut user);
        user
    }

    fn bound(issuer: &str, subject: &str) -> Option<KnownAs> {
        Some(KnownAs { issuer: issuer.into(), subject: subject.into() })
    }

    #[test]
    fn nobody_gets_in_whom_nobody_knows() {
        assert_eq!(admit(&identity(), &[], None, now()), Err(Refused::Unknown));
        // An e-mail that the provider did not verify invites nobody.
        let invited = user(Role::Staff, |user| user.email = Some("ada@example.edu".into()));
        let unverified = Identity { email: None, ..identity() };
        assert_eq!(admit(&unverified, &[invited], None, now()), Err(Refused::Unknown));
        let nameless = user(Role::Staff, |user| user.known_as = bound("https://login", "eve"));
        assert_eq!(admit(&unverified, &[nameless], None, now()), Err(Refused::Unknown));
    }

    #[test]
    fn who_is_on_the_register_becomes_a_student_who_sees_that_member() {
        let admitted = admit(&identity(), &[], Some(&member(7)), now()).unwrap();
        assert_eq!((admitted.how, admitted.user.role, admitted.user.member), (How::New, Role::Student, Some(member(7).id)));
    }

    #[test]
    fn an_invitation_by_email_holds_once_and_then_the_subject_holds() {
        let invited = user(Role::Staff, |user| user.email = Some("ada@example.edu".into()));
        let first = admit(&identity(), &[invited], None, now()).unwrap();
        assert_eq!((first.how, &first.user.known_as), (How::First, &bound("https://login", "ada")));
        let renamed = Identity { email: None, ..identity() };
        assert_eq!(admit(&renamed, std::slice::from_ref(&first.user), None, now()).unwrap().how, How::Known);
        // Somebody else who got the address is not that person.
        let eve = Identity { subject: "eve".into(), ..identity() };
        assert_eq!(admit(&eve, std::slice::from_ref(&first.user), None, now()), Err(Refused::Unknown));
        // Under another provider the invitation holds anew.
        let moved = Identity { issuer: "https://new".into(), ..identity() };
        assert_eq!(admit(&moved, &[first.user], None, now()).unwrap().user.known_as, bound("https://new", "ada"));
    }

    #[test]
    fn staff_who_are_on_the_register_are_known_to_be_that_member() {
        let invited = user(Role::Reviewer, |user| user.email = Some("ada@example.edu".into()));
        let admitted = admit(&identity(), &[invited], Some(&member(7)), now()).unwrap();
        assert_eq!((admitted.user.role, admitted.user.member), (Role::Reviewer, Some(member(7).id)));
    }

    #[rstest]
    #[case(bound("https://login", "ada"), None)]
    #[case(None, Some("ada@example.edu"))]
    #[case(bound("https://login", "other"), None)]
    fn who_was_disabled_does_not_get_in_by_any_name(#[case] known_as: Option<KnownAs>, #[case] email: Option<&str>) {
        let disabled = user(Role::Student, |user| {
            (user.known_as, user.email) = (known_as, email.map(str::to_owned));
            (user.disabled_at, user.member) = (Some(now()), Some(member(7).id));
        });
        assert_eq!(admit(&identity(), &[disabled], Some(&member(7)), now()), Err(Refused::Disabled));
    }

    #[test]
    fn a_student_whose_number_is_another_now_is_not_let_in() {
        let student = user(Role::Student, |user| {
            user.known_as = bound("https://login", "ada");
            user.member = Some(member(7).id);
        });
        assert_eq!(admit(&identity(), std::slice::from_ref(&student), Some(&member(8)), now()), Err(Refused::AnotherNumber));
        assert_eq!(admit(&identity(), std::slice::from_ref(&student), None, now()), Err(Refused::AnotherNumber));
        assert!(admit(&identity(), &[student], Some(&member(7)), now()).is_ok());
    }

    #[test]
    fn a_number_alone_binds_a_student_anew_but_nobody_who_may_do_more() {
        let with = |role| {
            user(role, |user| {
                user.known_as = bound("https://old", "x");
                user.member = Some(member(7).id);
            })
        };
        let admitted = admit(&identity(), &[with(Role::Student)], Some(&member(7)), now()).unwrap();
        assert_eq!((admitted.how, admitted.user.known_as), (How::First, bound("https://login", "ada")));
        assert_eq!(admit(&identity(), &[with(Role::Staff)], Some(&member(7)), now()), Err(Refused::MemberTaken));
    }
}
