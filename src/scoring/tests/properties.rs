//! What holds of every policy and every sheet.
//! No example has its place here.

use super::*;

fn any_contribution() -> impl Strategy<Value = Contribution> {
    let repository = prop::sample::select(vec![COMMUNITY, COMMUNITY, COURSE, OWN, STRANGE, UNTRACKED]);
    let kind_and_state =
        prop::sample::select(Kind::ALL.to_vec()).prop_flat_map(|kind| (Just(kind), prop::sample::select(kind.states().to_vec())));
    let account = prop::sample::select(vec![Some(ME), Some(ME), Some(ME), Some(ANOTHER), None]);
    let hours = || -100..900_i64;
    let confirmed = prop::sample::subsequence(vec![ME, ANOTHER], 0..=2);
    let lines = prop::option::of(0..700_i64);
    (repository, kind_and_state, account, prop::bool::weighted(0.1), (hours(), prop::option::of(hours())), confirmed, lines, any::<bool>())
        .prop_map(|(repository, (kind, state), account, by_bot, (opened, closed), confirmed_by, effective_lines, on_own)| {
            let hour = |hours| at("2025-09-01T00:00:00Z") + TimeDelta::hours(hours);
            Contribution {
                account,
                by_bot,
                closed_at: closed.map(hour),
                parent_account: Some(if on_own { ME } else { ANOTHER }),
                confirmed_by,
                effective_lines,
                ..Contribution::bare(Key { repository, kind, github_id: "".into() }, state, hour(opened))
            }
        })
}

/// With distinct keys, as the table has them.
fn any_contributions() -> impl Strategy<Value = Vec<Contribution>> {
    prop::collection::vec(any_contribution(), 0..40).prop_map(|mut contributions| {
        for (number, contribution) in contributions.iter_mut().enumerate() {
            contribution.key.github_id = number.to_string().into();
        }
        contributions
    })
}

fn any_limit() -> impl Strategy<Value = Limit> {
    let most =
        prop_oneof![(1..40_000_i64).prop_map(|t| (Some(Points::from_thousandths(t)), None)), (1..6_u32).prop_map(|n| (None, Some(n)))];
    let kinds = prop::sample::subsequence(Kind::ALL.to_vec(), 0..=3);
    let categories = prop::sample::subsequence(vec!["community".to_owned(), "course".to_owned()], 0..=2);
    (prop::sample::select(Per::ALL.to_vec()), most, kinds, categories).prop_map(|(per, (points, items), kinds, categories)| {
        let (points, items) = if per == Per::Item { (points.or(Some(Points::from_thousandths(3_000))), None) } else { (points, items) };
        Limit { per, points, items, kinds: kinds.into_iter().map(ItemKind::Contribution).collect(), categories, groups: Vec::new() }
    })
}

fn any_policy() -> impl Strategy<Value = Policy> {
    prop::collection::vec(any_limit(), 0..5).prop_map(|limits| Policy { limits, ..practice() })
}

/// Base times factors, as the line shows them.
fn earned(line: &Line) -> Points {
    let factor = line.factors.iter().fold(Decimal::ONE, |product, factor| product * factor.value);
    line.base.scaled(factor).unwrap()
}

/// What of a sheet a limit counts together, told anew: the points and the number of those that count.
fn used(limit: &Limit, sheet: &ScoreSheet) -> Vec<(Points, usize)> {
    let mut accounts: HashMap<String, (Points, usize)> = HashMap::new();
    let repositories = context().repositories;
    for line in sheet.lines.iter().filter(|line| !line.points.is_zero()) {
        let category = &repositories[&line.key().unwrap().repository].category;
        let counted = (limit.kinds.is_empty() || limit.kinds.contains(&ItemKind::Contribution(line.key().unwrap().kind)))
            && (limit.categories.is_empty() || limit.categories.contains(category));
        let account = match limit.per {
            Per::Item => line.key().unwrap().github_id.to_string(),
            Per::Kind => line.key().unwrap().kind.to_string(),
            Per::Repository => line.key().unwrap().repository.to_string(),
            Per::Category => category.clone(),
            Per::Day => (line.counted_at + TimeDelta::hours(8)).date_naive().to_string(),
            Per::Group => line.rule.as_deref().unwrap_or_default().to_owned(),
            Per::Week => (line.counted_at + TimeDelta::hours(8)).date_naive().week(chrono::Weekday::Mon).first_day().to_string(),
            Per::Month => (line.counted_at + TimeDelta::hours(8)).format("%Y-%m").to_string(),
            Per::Term => String::new(),
        };
        if counted {
            let used = accounts.entry(account).or_default();
            *used = (used.0 + line.points, used.1 + 1);
        }
    }
    accounts.into_values().collect()
}

proptest! {
    #[test]
    fn the_lines_add_up_and_the_total_is_theirs(policy in any_policy(), contributions in any_contributions()) {
        let sheet = sheet(&policy, &contributions);
        prop_assert_eq!(sheet.lines.len(), contributions.len());
        prop_assert_eq!(sheet.lines.iter().map(|line| line.points).sum::<Points>(), sheet.points);
        prop_assert_eq!(total(&policy, &SUBJECT, &context(), &contributions).points, sheet.points);
    }

    #[test]
    fn the_order_in_which_contributions_come_changes_nothing(
        policy in any_policy(),
        (sorted, shuffled) in any_contributions().prop_flat_map(|c| (Just(c.clone()), Just(c).prop_shuffle())),
    ) {
        prop_assert_eq!(sheet(&policy, &sorted), sheet(&policy, &shuffled));
    }

    #[test]
    fn every_line_counts_or_says_why_not(policy in any_policy(), contributions in any_contributions()) {
        for line in sheet(&policy, &contributions).lines {
            let (earned, excluded, limited) = (earned(&line), line.excluded.is_some(), line.limited.is_some());
            prop_assert!(!(excluded && limited));
            prop_assert_eq!(limited, line.points < earned, "{:?}", line);
            prop_assert!(line.points <= earned);
            prop_assert_eq!(excluded, line.points.is_zero() && !limited && (line.base.is_zero() || line.rule.is_none()), "{:?}", line);
            prop_assert!(!excluded || line.points.is_zero());
        }
    }

    #[test]
    fn no_limit_is_ever_exceeded(policy in any_policy(), contributions in any_contributions()) {
        let sheet = sheet(&policy, &contributions);
        for limit in &policy.limits {
            for (points, items) in used(limit, &sheet) {
                prop_assert!(limit.points.is_none_or(|most| points <= most), "{:?}: {}", limit, points);
                prop_assert!(limit.items.is_none_or(|most| items <= most as usize), "{:?}: {}", limit, items);
            }
        }
    }

    #[test]
    fn limits_never_give(policy in any_policy(), contributions in any_contributions()) {
        let of = |policy: &Policy| total(policy, &SUBJECT, &context(), &contributions).points;
        prop_assert!(of(&policy) <= of(&unlimited()));
    }

    #[test]
    fn a_limit_on_the_whole_term_gives_the_smaller_of_the_two(
        policy in any_policy(),
        contributions in any_contributions(),
        most in (1..60_000_i64).prop_map(Points::from_thousandths),
    ) {
        let of = |policy: &Policy| total(policy, &SUBJECT, &context(), &contributions).points;
        let mut capped = policy.clone();
        capped.limits.push(Limit { per: Per::Term, points: Some(most), items: None, kinds: Vec::new(), categories: Vec::new(), groups: Vec::new() });
        prop_assert_eq!(of(&capped), of(&policy).min(most));
    }

    #[test]
    fn machines_owners_and_those_who_merge_alone_earn_nothing(policy in any_policy(), contributions in any_contributions()) {
        let lines = sheet(&policy, &contributions).lines;
        let paid = |c: &Contribution| lines.iter().any(|line| line.key() == Some(&c.key) && !line.points.is_zero());
        for c in &contributions {
            let alone = c.key.kind == Kind::PullRequest && !c.confirmed_by.contains(&ANOTHER);
            prop_assert!(!(c.by_bot || c.key.repository == OWN || alone || c.account != Some(ME)) || !paid(c), "{:?}", c);
        }
    }
}
