//! What a bundle has not, of what another policy asks for.
//! That a bundle gives its number again is tested from the outside.

use super::*;
use crate::model::policy::Audience;

type Change = fn(&mut Policy);

fn asking(change: Change) -> Policy {
    let mut policy = practice();
    change(&mut policy);
    policy
}

const NOTHING: Change = |_| ();
const RANKED: Change = |policy| policy.measures.push(measure("rank", Count::Openrank, &[]));
const LIFETIME: Change = |policy| policy.credits.lifetime_cap = Some(Credits::ZERO);
const NEEDED: Change = |policy| policy.credits.needed = Some(Credits::ZERO);
const TWO_OUTSIDERS: Change = |policy| policy.repositories.outside_contributors = Some(2);
const THREE_OUTSIDERS: Change = |policy| policy.repositories.outside_contributors = Some(3);
const THREE_YEARS: Change = |policy| policy.years = Some(3);

#[rstest]
#[case::the_same(NOTHING, NOTHING, None)]
#[case::other_rules(NOTHING, (|policy| policy.rules.clear()) as Change, None)]
#[case::more_years(NOTHING, THREE_YEARS, Some(Lack::Years))]
#[case::fewer_years(THREE_YEARS, NOTHING, Some(Lack::Years))]
#[case::outsiders(NOTHING, TWO_OUTSIDERS, Some(Lack::OutsideContributors))]
#[case::more_outsiders(TWO_OUTSIDERS, THREE_OUTSIDERS, Some(Lack::OutsideContributors))]
#[case::fewer_outsiders(THREE_OUTSIDERS, TWO_OUTSIDERS, None)]
#[case::network(NOTHING, RANKED, Some(Lack::Network))]
#[case::the_same_class(RANKED, RANKED, None)]
#[case::network_for_nothing(RANKED, NOTHING, None)]
#[case::prior(NOTHING, LIFETIME, Some(Lack::Prior))]
#[case::the_same_prior(NEEDED, LIFETIME, None)]
fn a_policy_that_asks_for_what_was_not_collected_is_told_so(#[case] own: Change, #[case] other: Change, #[case] lack: Option<Lack>) {
    assert_eq!(Bundle::lacks(&asking(own), &asking(other)), lack);
}

#[test]
fn the_network_is_that_of_one_class_and_what_is_carried_that_of_one_name() {
    let of_faculty = Policy { audience: Audience::Faculty, ..asking(RANKED) };
    assert_eq!(Bundle::lacks(&asking(RANKED), &of_faculty), Some(Lack::Network));
    let renamed = Policy { name: "other".into(), ..asking(NEEDED) };
    assert_eq!(Bundle::lacks(&asking(NEEDED), &renamed), Some(Lack::Prior));
}
