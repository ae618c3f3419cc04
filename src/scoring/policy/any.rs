//! Policies of every shape for property tests: whatever `policy()` gives is one that `parse` accepts, except for its hash.
//! It must not be asked for one particular policy: write that as TOML.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use proptest::{
    collection::vec,
    option,
    prelude::*,
    sample::{select, subsequence},
};
use rust_decimal::Decimal;

use super::{bounds, general, limits, pay, selector, shadow};
use crate::model::{contribution::State, credit::Credits, points::Points, policy::*};

const CATEGORIES: &[&str] = &["community", "course", "own"];
const GROUPS: &[&str] = &["base", "work"];
const PEOPLE: &[&str] = &["mentor", "committee", "dean-2"];
const NAMES: &[&str] = &["difficulty", "maintainer", "ospp"];
const REPOSITORIES: &[&str] = &["acme/*", "acme/engine", "other/docs.io", "other/*", "x-y/z_1"];

/// Any policy.
pub fn policy() -> BoxedStrategy<Policy> {
    let parts = (rules(), measures(), factors(), limit_list(), conditions());
    (frame(), parts)
        .prop_map(|(frame, (rules, measures, factors, limits, requirements))| {
            coherent(Policy { rules, measures, factors, limits, requirements, ..frame })
        })
        .boxed()
}

/// Everything but what refers to other parts.
fn frame() -> BoxedStrategy<Policy> {
    let general = (text(), text(), option::of(text()), word(Audience::ALL), option::of(1..=10_u32));
    let gates = (eligibility(), repositories(), categories());
    let pays = (option::of(units()), works(), option::of(payout()), credits());
    (general, gates, pays, flags(), decision())
        .prop_map(|(general, gates, pays, flags, decision)| Policy {
            name: general.0,
            version: general.1,
            description: general.2.unwrap_or_default(),
            hash: String::new(),
            audience: general.3,
            years: general.4,
            eligibility: gates.0,
            repositories: gates.1,
            categories: gates.2,
            rules: Vec::new(),
            measures: Vec::new(),
            factors: Vec::new(),
            limits: Vec::new(),
            units: pays.0,
            works: pays.1,
            requirements: Vec::new(),
            payout: pays.2,
            credits: pays.3,
            flags,
            decision,
        })
        .boxed()
}

fn word<T: Copy + std::fmt::Debug + 'static>(all: &'static [T]) -> BoxedStrategy<T> {
    select(all).boxed()
}

fn some<T: Clone + std::fmt::Debug + 'static>(all: &'static [T], most: usize) -> BoxedStrategy<Vec<T>> {
    subsequence(all, 0..=most.min(all.len())).prop_shuffle().boxed()
}

fn names(all: &'static [&'static str]) -> BoxedStrategy<Vec<String>> {
    some(all, 2).prop_map(|names| names.into_iter().map(str::to_owned).collect()).boxed()
}

fn text() -> BoxedStrategy<String> {
    "[\\x00-\\x7f你💡é\u{85}\u{feff}]{0,8}x[\\x00-\\x7f]{0,4}".boxed()
}

fn decimal(least: i64, most: i64, places: u32) -> BoxedStrategy<Decimal> {
    (least..=most).prop_map(move |number| Decimal::new(number, places).normalize()).boxed()
}

fn points(least: i64) -> BoxedStrategy<Points> {
    prop_oneof![Just(least * 1000), least..=1_000_000, (least..=1000).prop_map(|whole| whole * 1000)]
        .prop_map(Points::from_thousandths)
        .boxed()
}

fn day() -> BoxedStrategy<NaiveDate> {
    (0..700_i64).prop_map(|days| NaiveDate::from_ymd_opt(2025, 1, 1).unwrap() + chrono::Days::new(days.unsigned_abs())).boxed()
}

fn eligibility() -> BoxedStrategy<Eligibility> {
    let labels =
        some(&["spam", "won't fix", "type: invalid", "无效"], 4).prop_map(|labels| labels.into_iter().map(str::to_owned).collect());
    (word(OwnRepository::ALL), labels, 0..=366_u32, word(Automation::ALL))
        .prop_map(|(own_repository, excluded_labels, waiting_days, automation)| Eligibility {
            own_repository,
            excluded_labels,
            waiting_days,
            automation,
        })
        .boxed()
}

fn repositories() -> BoxedStrategy<Repositories> {
    (any::<bool>(), option::of(1..=36_500_u32), option::of(1..=9_u32), names(REPOSITORIES), names(REPOSITORIES), option::of(day()))
        .prop_map(|(osi_licence, min_age_days, outside_contributors, mut allow, deny, registered_by)| {
            allow.retain(|name| !deny.iter().any(|denied| general::covers(denied, name)));
            Repositories { osi_licence, min_age_days, outside_contributors, allow, deny, registered_by }
        })
        .boxed()
}

fn categories() -> BoxedStrategy<BTreeMap<String, Category>> {
    let category = (option::of(decimal(0, 3000, 3)), option::of(word(OwnRepository::ALL)))
        .prop_map(|(factor, own_repository)| Category { factor, own_repository });
    proptest::collection::btree_map(select(CATEGORIES).prop_map(str::to_owned), category, 0..=3).boxed()
}

fn any_selector(kinds: BoxedStrategy<Vec<ItemKind>>) -> BoxedStrategy<Selector> {
    let zone = option::of(word(&[chrono_tz::Asia::Shanghai, chrono_tz::UTC, chrono_tz::America::Argentina::Buenos_Aires]));
    let words = (kinds, some(State::ALL, 4), names(CATEGORIES), names(NAMES), some(Requirement::ALL, 3), names(PEOPLE));
    (words, word(DatedBy::ALL), option::of(day()), option::of(day()), zone)
        .prop_map(|(words, dated_by, opened_by, closed_by, zone)| {
            let (kinds, states, categories, names, requires, confirmed_by) = words;
            fitting(Selector { kinds, states, categories, names, requires, confirmed_by, dated_by, opened_by, closed_by, zone })
        })
        .boxed()
}

/// Without what its kinds cannot have.
fn fitting(mut it: Selector) -> Selector {
    let kinds = it.kinds.clone();
    let is_contribution = |kind: &ItemKind| kind.contribution().is_some();
    if kinds.is_empty() || kinds.iter().any(is_contribution) {
        it.names.clear();
    }
    if !kinds.iter().all(is_contribution) {
        it.states.clear();
        it.opened_by = None;
    }
    if !kinds.iter().all(|kind| selector::can_close(*kind)) {
        (it.dated_by, it.closed_by) = (DatedBy::Opened, None);
    }
    let can_be = |kind: &ItemKind, state: &State| kind.contribution().is_some_and(|kind| kind.states().contains(state));
    it.states.retain(|state| kinds.is_empty() || kinds.iter().any(|kind| can_be(kind, state)));
    for kind in kinds.iter().filter_map(|kind| kind.contribution()).filter(|_| !it.states.is_empty()).collect::<Vec<_>>() {
        if !kind.states().iter().any(|state| it.states.contains(state)) {
            it.states.push(kind.states()[0]);
        }
    }
    let meets = |kind: &ItemKind, requirement| kind.contribution().is_some_and(|kind| selector::required_of(requirement).1.contains(&kind));
    it.requires.retain(|requirement| kinds.iter().all(|kind| meets(kind, *requirement)));
    if !it.states.is_empty() && !it.states.contains(&State::Merged) {
        it.requires.retain(|requirement| *requirement != Requirement::Merged);
    }
    if it.opened_by > it.closed_by && it.closed_by.is_some() {
        it.opened_by = None;
    }
    if it.opened_by.is_none() && it.closed_by.is_none() {
        it.zone = None;
    }
    if !ItemKind::ALL.iter().any(|kind| selector::can_meet(&it, *kind)) {
        it.requires.clear();
        it.states.clear();
    }
    it
}

fn ladder() -> BoxedStrategy<Vec<LadderStep>> {
    vec((decimal(0, 500_000, 3), any::<bool>(), points(0)), 1..4)
        .prop_map(|mut steps| {
            steps.sort();
            steps.dedup_by_key(|(amount, above, _)| (*amount, *above));
            let from = |amount, above| if above { Threshold::Above(amount) } else { Threshold::From(amount) };
            steps.into_iter().map(|(amount, above, points)| LadderStep { from: from(amount, above), points }).collect()
        })
        .boxed()
}

fn by_amount() -> BoxedStrategy<Pay> {
    let each = (points(0), option::of(points(1))).prop_map(|(points, most)| Pay::Each { points, most });
    prop_oneof![each, ladder().prop_map(Pay::Ladder)].boxed()
}

fn group() -> BoxedStrategy<Option<String>> {
    option::of(select(GROUPS).prop_map(str::to_owned)).boxed()
}

fn rules() -> BoxedStrategy<Vec<Rule>> {
    let kind = word(ItemKind::ALL).prop_map(|kind| vec![kind]).boxed();
    let pay = prop_oneof![points(0).prop_map(Pay::Points), by_amount()];
    let points_in = proptest::collection::btree_map(select(CATEGORIES).prop_map(str::to_owned), points(0), 0..=2);
    let size = vec((1..100_000_i64, decimal(0, 3000, 3)), 0..3);
    let rule = (group(), any_selector(kind), pay, points_in, size).prop_map(|(group, selector, pay, points_in, size)| {
        let mut steps: BTreeMap<i64, Decimal> = size.into_iter().collect();
        if let Some(factor) = steps.values().next().copied() {
            steps.insert(0, factor);
        }
        let size = steps.into_iter().map(|(from, factor)| SizeStep { from, factor }).collect();
        Rule { id: String::new(), group, selector, pay, points_in, size }
    });
    vec(rule, 0..5).boxed()
}

fn measures() -> BoxedStrategy<Vec<Measure>> {
    let traits = (any::<bool>(), any::<bool>(), word(Normalise::ALL));
    let measure =
        (group(), word(Count::ALL), any_selector(some(ItemKind::ALL, 3)), traits, option::of(by_amount()), option::of(condition()))
            .prop_map(|(group, count, selector, (each_repository, serves_later_weeks, normalise), pay, when)| {
                let of_network = matches!(count, Count::Openrank | Count::Activity);
                let each = !of_network && !matches!(count, Count::Repositories | Count::Weeks);
                let selector = match super::measures::kind_of(count) {
                    Some(kind) => fitting(Selector { kinds: vec![kind], ..selector }),
                    None if of_network => Selector::default(),
                    None => selector,
                };
                Measure {
                    id: String::new(),
                    group,
                    count,
                    selector,
                    each_repository: each_repository && each,
                    serves_later_weeks: serves_later_weeks && count == Count::Weeks,
                    normalise: if of_network { normalise } else { Normalise::None },
                    when: when.filter(|_| pay.is_some()),
                    pay,
                }
            });
    vec(measure, 0..5).boxed()
}

/// Its measure is a number as yet: `coherent` makes it the id of one.
fn condition() -> BoxedStrategy<Condition> {
    (0..8_usize, any::<bool>(), decimal(1, 100_000, 3))
        .prop_map(|(measure, from, amount)| Condition {
            measure: measure.to_string(),
            reach: if from { Reach::From(amount) } else { Reach::Below(amount) },
        })
        .boxed()
}

fn conditions() -> BoxedStrategy<Vec<Condition>> {
    vec(condition(), 0..3).boxed()
}

fn factors() -> BoxedStrategy<Vec<GroupFactor>> {
    let factor = (select(GROUPS), decimal(0, 2000, 3), condition()).prop_map(|(group, factor, when)| GroupFactor {
        id: String::new(),
        group: group.to_owned(),
        factor,
        when,
    });
    vec(factor, 0..3).boxed()
}

fn limit_list() -> BoxedStrategy<Vec<Limit>> {
    let limit = (word(Per::ALL), points(1), option::of(1..=100_u32), some(ItemKind::ALL, 3), names(CATEGORIES), names(GROUPS)).prop_map(
        |(per, points, items, kinds, categories, groups)| {
            let items = items.filter(|_| per != Per::Item);
            Limit { per, points: items.is_none().then_some(points), items, kinds, categories, groups }
        },
    );
    vec(limit, 0..4).boxed()
}

fn units() -> BoxedStrategy<Units> {
    (1..=366_u32, word(Same::ALL), decimal(0, 1000, 3)).prop_map(|(days, same, bonus)| Units { days, same, bonus }).boxed()
}

fn works() -> BoxedStrategy<Works> {
    let teams = (0..4_usize).prop_flat_map(|rows| (1..=rows).map(|people| vec(decimal(0, 1000, 3), people)).collect::<Vec<_>>());
    (any::<bool>(), teams).prop_map(|(highest_only, teams)| Works { highest_only, teams }).boxed()
}

fn payout() -> BoxedStrategy<Payout> {
    (points(1), word(PayoutPer::ALL), option::of(1..=20_i64))
        .prop_map(|(step, per, steps)| Payout { step, per, most: steps.map(|steps| Points::from_thousandths(step.thousandths() * steps)) })
        .boxed()
}

fn credits() -> BoxedStrategy<CreditRule> {
    let amounts = (option::of(1..=40_i64), 0..=20_i64, option::of(0..=20_i64), option::of(1..=20_i64));
    (points(1), select(&[100_i64, 200, 250, 500, 1000][..]), word(Rounding::ALL), amounts)
        .prop_map(|(points_per_credit, step, rounding, amounts)| {
            let steps = |number: i64| Credits::new(Decimal::new(step * number, 3));
            let (cap, minimum, more, needed) = amounts;
            let minimum = cap.map_or(minimum, |cap| minimum.min(cap));
            let lifetime_cap = more.map(|more| minimum + more + 1);
            CreditRule {
                points_per_credit,
                step: steps(1),
                rounding,
                minimum: steps(minimum),
                cap: cap.map(steps),
                lifetime_cap: lifetime_cap.map(steps),
                needed: needed.map(|needed| steps(lifetime_cap.map_or(needed, |most| needed.min(most)))),
            }
        })
        .boxed()
}

fn flags() -> BoxedStrategy<Flags> {
    let other = (0..=50_u32, 0..=100_u32, 0..=60_u32, 0..=5000_i64, decimal(0, 1000, 3), 2..=20_u32, 1..=9_u32).prop_map(
        |(velocity_day, velocity_week, instant_minutes, instant_lines, mutual_part, mutual_from, spam_items)| Flags {
            velocity_day,
            velocity_week,
            instant_minutes,
            instant_lines,
            mutual_part,
            mutual_from,
            spam_items,
        },
    );
    prop_oneof![Just(Flags::default()), other].boxed()
}

fn decision() -> BoxedStrategy<Decision> {
    (names(PEOPLE), option::of(1..=366_u32), option::of(1..=366_u32), word(Days::ALL), option::of(text()))
        .prop_map(|(confirmed_by, notice_days, appeal_days, days, recorded_as)| Decision {
            confirmed_by,
            notice_days,
            appeal_days,
            appeal_days_are: if appeal_days.is_some() { days } else { Days::Calendar },
            recorded_as,
        })
        .boxed()
}

/// Gives ids, and makes every part refer to something that is there.
fn coherent(mut policy: Policy) -> Policy {
    let declared: Vec<String> = policy.categories.keys().cloned().collect();
    let only_declared = |names: &mut Vec<String>| names.retain(|name| declared.contains(name));
    policy.rules.iter_mut().for_each(|rule| only_declared(&mut rule.selector.categories));
    policy.measures.iter_mut().for_each(|measure| only_declared(&mut measure.selector.categories));
    policy.limits.iter_mut().for_each(|limit| only_declared(&mut limit.categories));
    policy.rules.iter_mut().for_each(|rule| fit_rule(rule, &declared));
    for (number, rule) in policy.rules.iter_mut().enumerate() {
        rule.id = format!("r{number}");
    }
    for number in (1..policy.rules.len()).rev() {
        if policy.rules[..number].iter().any(|earlier| shadow::takes_all_of(earlier, &policy.rules[number])) {
            policy.rules.remove(number);
        }
    }
    refer_to_measures(&mut policy);
    if policy.rules.is_empty() && policy.measures.iter().all(|measure| measure.pay.is_none()) {
        let selector = Selector { kinds: vec![ItemKind::ALL[0]], ..Selector::default() };
        let pay = Pay::Points(Points::from_thousandths(1));
        policy.rules.push(Rule { id: "only".to_owned(), group: None, selector, pay, points_in: BTreeMap::new(), size: Vec::new() });
    }
    refer_to_groups(&mut policy);
    hold_bounds(&mut policy);
    policy
}

fn fit_rule(rule: &mut Rule, declared: &[String]) {
    let kind = rule.selector.kinds[0];
    if pay::amount_of(kind).is_none() && !matches!(rule.pay, Pay::Points(_)) {
        rule.pay = Pay::Points(Points::from_thousandths(2500));
    }
    if kind != ItemKind::ALL[0] {
        rule.size.clear();
    }
    let only_in = rule.selector.categories.clone();
    rule.points_in.retain(|name, _| declared.contains(name) && (only_in.is_empty() || only_in.contains(name)));
}

fn refer_to_measures(policy: &mut Policy) {
    for (number, measure) in policy.measures.iter_mut().enumerate() {
        measure.id = format!("m{number}");
    }
    let whole: Vec<String> = policy.measures.iter().filter(|measure| !measure.each_repository).map(|measure| measure.id.clone()).collect();
    let refer = |condition: &mut Condition| {
        let number: usize = condition.measure.parse().unwrap();
        condition.measure = whole.get(number % whole.len().max(1)).cloned().unwrap_or_default();
        !whole.is_empty()
    };
    for measure in &mut policy.measures {
        // Only earlier ones: so there is no circle.
        measure.when = measure.when.take().and_then(|mut when| (refer(&mut when) && when.measure < measure.id).then_some(when));
    }
    policy.factors.retain_mut(|factor| refer(&mut factor.when));
    policy.requirements.retain_mut(refer);
    let mut asked = BTreeSet::new();
    policy.requirements.retain(|requirement| asked.insert(requirement.measure.clone()));
}

fn refer_to_groups(policy: &mut Policy) {
    let of_rules = policy.rules.iter().filter_map(|rule| rule.group.clone());
    let borne: BTreeSet<String> = of_rules.chain(policy.measures.iter().filter_map(|measure| measure.group.clone())).collect();
    policy.factors.retain(|factor| borne.contains(&factor.group));
    for (number, factor) in policy.factors.iter_mut().enumerate() {
        factor.id = format!("f{number}");
    }
    for limit in &mut policy.limits {
        limit.groups.retain(|group| borne.contains(group));
        if limit.per == Per::Group && borne.is_empty() {
            limit.per = Per::Term;
        }
    }
    for number in (1..policy.limits.len()).rev() {
        if policy.limits[..number].iter().any(|earlier| limits::is_same(earlier, &policy.limits[number])) {
            policy.limits.remove(number);
        }
    }
}

/// Says `most` where it must be said.
fn hold_bounds(policy: &mut Policy) {
    let most = Some(Points::from_thousandths(7000));
    for number in 0..policy.rules.len() {
        if !bounds::rule_holds(&policy.rules[number], policy) {
            if let Pay::Each { most: bound, .. } = &mut policy.rules[number].pay {
                *bound = most;
            }
        }
    }
    for number in 0..policy.measures.len() {
        if !bounds::measure_holds(&policy.measures[number], policy) {
            if let Some(Pay::Each { most: bound, .. }) = &mut policy.measures[number].pay {
                *bound = most;
            }
        }
    }
}
