//! Whose an account is, and from when to when: what was done with it in that time is the member's. Scoring, the database and every door ask here.
//! It must not know how somebody proves an account, nor who may change whose.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{
    account::AccountId,
    contribution::{Contribution, words},
    ids::{BindingId, MemberId},
};

words! {
    /// How it is known that an account is a member's.
    Proof {
        /// The member signed in at GitHub, in a browser.
        OauthWeb = "oauth_web",
        /// The member entered a code at GitHub.
        OauthDevice = "oauth_device",
        /// Somebody of the institution said so.
        Attested = "attested",
    }
}

/// One account of one member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    pub id: BindingId,
    pub member: MemberId,
    pub account: AccountId,
    /// A label, as it was last said of this account.
    pub login: String,
    pub proof: Proof,
    /// The key, the account or the operator, whose word it is; the program where nobody knows.
    pub bound_by: String,
    pub bound_at: DateTime<Utc>,
    pub unbound: Option<Unbound>,
    /// In which time what is done with it is the member's. `None`: it never was the member's account.
    pub span: Option<Span>,
}

/// That it is the member's no longer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unbound {
    pub by: String,
    pub at: DateTime<Utc>,
}

/// From a moment on, and before another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Span {
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub from: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub until: Option<DateTime<Utc>>,
}

impl Span {
    /// All time.
    pub const ALWAYS: Self = Self { from: None, until: None };

    pub fn contains(&self, at: DateTime<Utc>) -> bool {
        self.from.is_none_or(|from| from <= at) && self.until.is_none_or(|until| at < until)
    }
}

/// Since when what an account does is its new holder's: since it last was somebody's, whoever that was. Nobody's time is given away, and all
/// that lies before the first holder is the first holder's. `ended`: the spans of those who had it.
pub fn since(ended: impl IntoIterator<Item = Span>) -> Option<DateTime<Utc>> {
    ended.into_iter().filter_map(|span| span.until).max()
}

/// An account that is or was a member's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    pub account: AccountId,
    #[serde(flatten)]
    pub span: Span,
}

/// The accounts of one member: first those that are bound now, and each in the order in which they came. In a file a single one that always
/// was the member's is its number.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Accounts(Vec<Held>);

impl Accounts {
    pub const fn new(held: Vec<Held>) -> Self {
        Self(held)
    }

    /// One, and all that it ever did.
    pub fn one(account: AccountId) -> Self {
        Self(vec![Held { account, span: Span::ALWAYS }])
    }

    /// The one that stands for all where one is shown. `None`: there is none.
    pub fn shown(&self) -> Option<AccountId> {
        self.0.first().map(|held| held.account)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Held> {
        self.0.iter()
    }

    /// The member did it: with an account that was the member's at that time.
    pub fn did(&self, contribution: &Contribution) -> bool {
        contribution.account.is_some_and(|account| self.had(account, contribution.occurred_at))
    }

    /// The account was the member's at that time.
    pub fn had(&self, account: AccountId, at: DateTime<Utc>) -> bool {
        self.0.iter().any(|held| held.account == account && held.span.contains(at))
    }

    /// The account is or was the member's: then it is never another's word, whenever it was given.
    pub fn include(&self, account: AccountId) -> bool {
        self.0.iter().any(|held| held.account == account)
    }

    /// All that one account ever did is the member's, and there is no other.
    pub fn only(&self) -> Option<AccountId> {
        match self.0[..] {
            [Held { account, span: Span::ALWAYS }] => Some(account),
            _ => None,
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum AccountsWire {
    One(AccountId),
    Many(Vec<Held>),
}

impl Serialize for Accounts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.only() {
            Some(account) => account.serialize(serializer),
            None => self.0.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Accounts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match AccountsWire::deserialize(deserializer)? {
            AccountsWire::One(account) => Self::one(account),
            AccountsWire::Many(held) => Self(held),
        })
    }
}

/// One time that an account came to a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Came {
    pub account: AccountId,
    pub at: DateTime<Utc>,
    /// It had been another member's before.
    pub from_another: bool,
}

/// When a member last came to another account than the one before, or to one that had been another member's. `came`: oldest first.
pub fn changed_at(came: &[Came]) -> Option<DateTime<Utc>> {
    let others = came.windows(2).filter(|pair| pair[0].account != pair[1].account).map(|pair| pair[1].at);
    others.chain(came.iter().filter(|one| one.from_another).map(|one| one.at)).max()
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use rstest::rstest;

    use super::*;

    fn at(day: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::days(day)
    }

    fn span(from: Option<i64>, until: Option<i64>) -> Span {
        Span { from: from.map(at), until: until.map(at) }
    }

    /// One account's story: who has it from which day until which day. `None`: still.
    type Story<'a> = &'a [(char, i64, Option<i64>)];

    /// Whose what is done on a day is, once the whole story is known.
    fn whose(story: Story<'_>, day: i64) -> Option<char> {
        let mut spans: Vec<(char, Span)> = Vec::new();
        for (who, _, until) in story {
            let from = since(spans.iter().map(|(_, span)| *span));
            spans.push((*who, Span { from, until: until.map(at) }));
        }
        let mut found = spans.iter().filter(|(_, span)| span.contains(at(day))).map(|(who, _)| *who);
        let who = found.next();
        assert_eq!(found.next(), None, "day {day} is two people's");
        who
    }

    #[rstest]
    #[case::past_contributions_attach(&[('a', 10, None)], &[(0, Some('a')), (9, Some('a')), (10, Some('a')), (99, Some('a'))])]
    #[case::unbinding_loses_nothing(&[('a', 10, Some(20))], &[(0, Some('a')), (19, Some('a')), (20, None), (99, None)])]
    #[case::a_new_holder_gets_what_came_after(&[('a', 10, Some(20)), ('b', 30, None)],
        &[(0, Some('a')), (19, Some('a')), (20, Some('b')), (25, Some('b')), (99, Some('b'))])]
    #[case::handed_over_at_once(&[('a', 10, Some(20)), ('b', 20, None)], &[(19, Some('a')), (20, Some('b'))])]
    #[case::who_comes_back_gets_the_time_between(&[('a', 10, Some(20)), ('a', 30, None)], &[(0, Some('a')), (25, Some('a')), (99, Some('a'))])]
    #[case::and_back_again(&[('a', 10, Some(20)), ('b', 30, Some(40)), ('a', 50, None)],
        &[(0, Some('a')), (20, Some('b')), (39, Some('b')), (40, Some('a')), (45, Some('a')), (99, Some('a'))])]
    #[case::three_people(&[('a', 1, Some(2)), ('b', 3, Some(4)), ('c', 5, Some(6))],
        &[(0, Some('a')), (1, Some('a')), (2, Some('b')), (4, Some('c')), (5, Some('c')), (6, None)])]
    fn what_an_account_did_is_one_persons_or_nobodys(#[case] story: Story<'_>, #[case] days: &[(i64, Option<char>)]) {
        for (day, who) in days {
            assert_eq!(whose(story, *day), *who, "day {day}");
        }
    }

    #[test]
    fn a_former_account_is_never_another_but_what_it_does_now_is_not_the_members() {
        let former = Held { account: AccountId(2), span: span(None, Some(20)) };
        let accounts = Accounts::new(vec![Held { account: AccountId(1), span: span(Some(5), None) }, former]);
        assert_eq!(accounts.shown(), Some(AccountId(1)));
        assert!(accounts.include(AccountId(2)) && !accounts.include(AccountId(3)));
        let had = |account, day| accounts.had(AccountId(account), at(day));
        assert_eq!([had(1, 4), had(1, 5), had(2, 19), had(2, 20)], [false, true, true, false]);
    }

    #[test]
    fn a_single_account_is_a_number_in_a_file_and_others_say_their_time() {
        let text = |accounts: &Accounts| serde_json::to_string(accounts).unwrap();
        let one = Accounts::one(AccountId(7));
        assert_eq!(text(&one), "7");
        let held = Held { account: AccountId(8), span: span(None, Some(1)) };
        let two = Accounts::new(vec![Held { account: AccountId(7), span: Span::ALWAYS }, held]);
        assert_eq!(text(&two), r#"[{"account":7},{"account":8,"until":"1970-01-02T00:00:00Z"}]"#);
        for accounts in [one, two, Accounts::default()] {
            assert_eq!(serde_json::from_str::<Accounts>(&text(&accounts)).unwrap(), accounts);
        }
    }

    #[rstest]
    #[case::the_first(&[(1, 1, false)], None)]
    #[case::the_same_again(&[(1, 1, false), (1, 2, false)], None)]
    #[case::another(&[(1, 1, false), (2, 2, false)], Some(2))]
    #[case::another_twice(&[(1, 1, false), (2, 2, false), (2, 3, false)], Some(2))]
    #[case::back(&[(1, 1, false), (2, 2, false), (1, 3, false)], Some(3))]
    #[case::somebody_elses(&[(1, 1, true)], Some(1))]
    #[case::the_last_of_both(&[(1, 1, true), (2, 2, false), (2, 3, true)], Some(3))]
    fn another_account_and_somebody_elses_are_changes(#[case] came: &[(i64, i64, bool)], #[case] expected: Option<i64>) {
        let came: Vec<Came> =
            came.iter().map(|&(account, day, from_another)| Came { account: AccountId(account), at: at(day), from_another }).collect();
        assert_eq!(changed_at(&came), expected.map(at));
    }
}
