//! What holds of every policy and every sheet: ten thousand of each, made from a few random bits, so that making them costs little.
//! No example has its place here.

use std::sync::LazyLock;

use super::{units::sized, *};
use crate::model::policy::OwnRepository;

static CONTEXT: LazyLock<Context> = LazyLock::new(context);

/// Random bits, spent one choice after the other.
struct Bits(u64);

impl Bits {
    fn below(&mut self, most: u64) -> u64 {
        let chosen = self.0 % most;
        self.0 /= most;
        chosen
    }

    fn one_in(&mut self, many: u64) -> bool {
        self.below(many) == 0
    }

    fn signed(&mut self, most: u64) -> i64 {
        i64::try_from(self.below(most)).unwrap()
    }

    fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[usize::try_from(self.below(all.len() as u64)).unwrap()]
    }
}

/// Hours from a week before the term to a week after it.
fn hour(bits: &mut Bits) -> DateTime<Utc> {
    CONTEXT.window.from + TimeDelta::hours(bits.signed(1_050) - 150)
}

fn contribution(number: usize, bits: u64) -> Contribution {
    let mut bits = Bits(bits);
    let kind = if bits.one_in(2) { Kind::PullRequest } else { bits.of(Kind::ALL) };
    let state = if bits.one_in(2) { kind.states()[kind.states().len() - 1] } else { bits.of(kind.states()) };
    let key =
        Key { repository: bits.of(&[COMMUNITY, COMMUNITY, COURSE, OWN, STRANGE, UNTRACKED]), kind, github_id: number.to_string().into() };
    let opened = hour(&mut bits);
    let closed = opened + TimeDelta::hours(bits.signed(200));
    let change = Change {
        files: vec![bits.signed(3)],
        reviews: bits.signed(3),
        committers: if bits.one_in(2) { vec![ME] } else { Vec::new() },
        ..Change::default()
    };
    Contribution {
        account: bits.of(&[Some(ME), Some(ME), Some(ME), Some(ME), Some(ANOTHER), None]),
        number: (!bits.one_in(4)).then(|| bits.signed(3)),
        by_bot: bits.one_in(12),
        closed_at: (!bits.one_in(4)).then_some(closed),
        parent_account: Some(bits.of(&[ME, ANOTHER, ANOTHER])),
        parent_accepted: Some(bits.one_in(2)),
        confirmed_by: bits.of(&[&[][..], &[ME], &[ANOTHER], &[ANOTHER], &[ME, ANOTHER]]).to_vec(),
        effective_lines: (!bits.one_in(6)).then(|| bits.signed(700)),
        ..changed(Contribution::bare(key, state, opened), change)
    }
}

fn contributions(most: usize) -> impl Strategy<Value = Vec<Contribution>> {
    prop::collection::vec(any::<u64>(), 0..=most)
        .prop_map(|all| all.into_iter().enumerate().map(|(number, bits)| contribution(number, bits)).collect())
}

const STATED: [StatementKind; 9] = [
    StatementKind::Mark,
    StatementKind::TimeLog,
    StatementKind::Role,
    StatementKind::Achievement,
    StatementKind::Adjustment,
    StatementKind::Exclusion,
    StatementKind::Declaration,
    StatementKind::Confirmation,
    StatementKind::Withdrawal,
];

fn one_statement(number: usize, bits: u64) -> Statement {
    let mut bits = Bits(bits);
    let kind = bits.of(&STATED);
    let key = Key { repository: COMMUNITY, kind: Kind::PullRequest, github_id: bits.below(8).to_string().into() };
    let of = match (kind, bits.below(4)) {
        (StatementKind::Withdrawal, _) | (_, 0) => Some(About::Statement(StatementId(uuid::Uuid::from_u128(bits.below(6).into())))),
        (_, 1) => None,
        (StatementKind::Role, _) => Some(About::Repository(bits.of(&[COMMUNITY, COURSE]))),
        _ => Some(About::Contribution(key)),
    };
    let day = format!("2025-{}", bits.of(&["08-30", "09-01", "09-10", "09-10", "09-22", "09-30", "10-02"]));
    let value = Decimal::new(bits.signed(20_000) - if kind == StatementKind::Adjustment { 10_000 } else { 0 }, 3);
    let name = bits.of(&["a", "b"]);
    Statement { value: Some(value), about: of, waiting: bits.one_in(3), ..named(number as u128, kind, name, &day) }
}

fn subjects() -> impl Strategy<Value = Subject> {
    (prop::collection::vec(any::<u64>(), 0..5), 0..30_000_i64).prop_map(|(stated, carried)| Subject {
        prior: Prior { carried: Points::from_thousandths((carried - 20_000).max(0)), ..Prior::default() },
        ..stating(stated.into_iter().enumerate().map(|(number, bits)| one_statement(number, bits)))
    })
}

fn one_limit(bits: u64) -> Limit {
    let mut bits = Bits(bits);
    let per = bits.of(Per::ALL);
    let of_points = per == Per::Item || bits.one_in(2);
    let (most, items) = (Points::from_thousandths(1 + bits.signed(40_000)), u32::try_from(1 + bits.below(5)).unwrap());
    let kinds = bits.of(&[&[][..], &[], &[Kind::PullRequest], &[Kind::PullRequest, Kind::Review]]);
    Limit {
        per,
        points: of_points.then_some(most),
        items: (!of_points).then_some(items),
        kinds: kinds.iter().copied().map(ItemKind::Contribution).collect(),
        categories: bits.of(&[&[][..], &[], &["community"], &["community", "course"]]).iter().map(|name| (*name).to_owned()).collect(),
        groups: bits.of(&[&[][..], &[], &["code"], &["code", "talk"]]).iter().map(|name| (*name).to_owned()).collect(),
    }
}

fn limits() -> impl Strategy<Value = Vec<Limit>> {
    prop::collection::vec(any::<u64>(), 0..4).prop_map(|all| all.into_iter().map(one_limit).collect())
}

/// The practice rules in two groups, and rules for what people state.
static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    let group = |kind: ItemKind| if kind == ItemKind::Contribution(Kind::PullRequest) { "code" } else { "talk" };
    let of_code = practice().rules.into_iter().map(|rule| Rule { group: Some(group(rule.selector.kinds[0]).into()), ..rule });
    let stated = [StatementKind::Mark, StatementKind::TimeLog, StatementKind::Role, StatementKind::Achievement];
    of_code.chain(stated.map(|kind| Rule { pay: each("0.7"), ..rule(kind.as_str(), statement_kind(kind)) })).collect()
});

const COUNTS: [Count; 7] = [Count::Items, Count::Kinds, Count::Repositories, Count::Weeks, Count::LargestLines, Count::Hours, Count::Marks];

fn one_measure(number: usize, bits: u64) -> Measure {
    let mut bits = Bits(bits);
    let pay = bits.of(&[0, 1, 2]);
    let pay = match pay {
        0 => None,
        1 => Some(Pay::Each { points: points("0.3"), most: Some(points("2")) }),
        _ => Some(ladder(&[("1", "1"), ("3", "2.5"), ("100", "4")])),
    };
    let mut measure = measure(&format!("m{number}"), bits.of(&COUNTS), &[]);
    measure.selector.requires = if bits.one_in(3) { vec![Requirement::Merged] } else { Vec::new() };
    measure.selector.dated_by = bits.of(DatedBy::ALL);
    let kinds = bits.of(&[&[][..], &[], &[Kind::PullRequest]]);
    measure.selector.kinds = kinds.iter().copied().map(ItemKind::Contribution).collect();
    let group = bits.of(&["code", "talk"]);
    let when = bits.one_in(2).then(|| from(&format!("m{}", bits.below(3)), "2"));
    Measure { group: Some(group.into()), pay, each_repository: bits.one_in(3), serves_later_weeks: bits.one_in(2), when, ..measure }
}

/// Without limits.
fn policies() -> impl Strategy<Value = Policy> {
    (any::<u64>(), prop::collection::vec(any::<u64>(), 0..4)).prop_map(|(bits, measures)| {
        let mut bits = Bits(bits);
        let mut policy = Policy { rules: RULES.clone(), limits: Vec::new(), ..practice() };
        policy.measures = measures.into_iter().enumerate().map(|(number, bits)| one_measure(number, bits)).collect();
        policy.eligibility.waiting_days = if bits.one_in(3) { 7 } else { 0 };
        policy.units = bits.one_in(2).then(|| Units { days: 7, same: bits.of(Same::ALL), bonus: Decimal::new(bits.signed(3), 1) });
        policy.works.highest_only = bits.one_in(2);
        if bits.one_in(2) {
            let when = if bits.one_in(2) { from("m0", "1") } else { below("m0", "2") };
            let factor = Decimal::new(1 + bits.signed(20), 1);
            policy.factors = vec![GroupFactor { id: "f".into(), group: "code".into(), factor, when }];
        }
        policy.payout = bits.one_in(3).then(|| Payout { step: points("4"), per: bits.of(PayoutPer::ALL), most: Some(points("20")) });
        policy.requirements = if bits.one_in(3) { vec![from("m1", "3")] } else { Vec::new() };
        policy
    })
}

fn limited() -> impl Strategy<Value = Policy> {
    (policies(), limits()).prop_map(|(policy, limits)| Policy { limits, ..policy })
}

/// Base times factors, as the line shows them.
fn earned(line: &Line) -> Points {
    let factor = line.factors.iter().map(|factor| factor.value).product();
    line.base.scaled(factor).unwrap()
}

/// What of a sheet a limit counts together, told anew: the points and the number of the lines that count.
fn used(policy: &Policy, limit: &Limit, sheet: &ScoreSheet, statements: &[Statement], done: &[Contribution]) -> Vec<(Points, usize)> {
    let number = |line: &Line| done.iter().find(|contribution| line.key() == Some(&contribution.key)).and_then(|found| found.number);
    let mut accounts: HashMap<String, (Points, usize)> = HashMap::new();
    for line in sheet.lines.iter().filter(|line| !line.points.is_zero()) {
        let (kind, repository) = match &line.source {
            Source::Contribution { key, .. } => (ItemKind::Contribution(key.kind), Some(key.repository)),
            Source::Statement { kind: StatementKind::Adjustment, .. } | Source::Carry { .. } => continue,
            Source::Statement { statement, kind } => (ItemKind::Statement(*kind), ground(statements, *statement)),
            Source::Measure { measure, repository, .. } => {
                if let Some(account) = account_of_measure(policy, limit, measure, *repository) {
                    let used = accounts.entry(account).or_default();
                    *used = (used.0 + line.points, used.1);
                }
                continue;
            }
        };
        let category = repository.and_then(|id| CONTEXT.repositories.get(&id)).map_or("", |known| &known.category);
        let group = policy.rules.iter().find(|rule| line.rule.as_deref() == Some(&rule.id)).and_then(|rule| rule.group.clone());
        let counted = (limit.kinds.is_empty() || limit.kinds.contains(&kind))
            && (limit.categories.is_empty() || limit.categories.iter().any(|name| name == category))
            && (limit.groups.is_empty() || group.as_ref().is_some_and(|group| limit.groups.contains(group)));
        let day = (line.counted_at + TimeDelta::hours(8)).date_naive();
        let account = match limit.per {
            Per::Item => Some(format!("{:?}", line.source)),
            Per::Kind => Some(kind.to_string()),
            Per::Work => number(line).map(|number| format!("{repository:?} {number}")),
            Per::Repository => repository.map(|id| id.to_string()),
            Per::Category => repository.map(|_| category.to_owned()),
            Per::Group => group,
            Per::Day => Some(day.to_string()),
            Per::Week => Some(day.week(chrono::Weekday::Mon).first_day().to_string()),
            Per::Month => Some(day.format("%Y-%m").to_string()),
            Per::Term => Some(String::new()),
        };
        if let Some(account) = account.filter(|_| counted) {
            let used = accounts.entry(account).or_default();
            *used = (used.0 + line.points, used.1 + 1);
        }
    }
    accounts.into_values().collect()
}

/// Measures use up limits of groups and of the term that count points, and one about kinds if it is about all that they count. None of them
/// names categories here: of those only one that is taken of each repository lies in some.
fn account_of_measure(policy: &Policy, limit: &Limit, id: &str, repository: Option<RepositoryId>) -> Option<String> {
    let measure = policy.measures.iter().find(|measure| measure.id == id)?;
    let kinds = &measure.selector.kinds;
    let category = repository.and_then(|id| CONTEXT.repositories.get(&id)).map(|known| &known.category);
    let counted = limit.points.is_some()
        && (limit.kinds.is_empty() || (!kinds.is_empty() && kinds.iter().all(|kind| limit.kinds.contains(kind))))
        && (limit.categories.is_empty() || category.is_some_and(|category| limit.categories.contains(category)))
        && (limit.groups.is_empty() || measure.group.as_ref().is_some_and(|group| limit.groups.contains(group)));
    match limit.per {
        Per::Group if counted => measure.group.clone(),
        Per::Term if counted => Some(String::new()),
        _ => None,
    }
}

/// The repository that a statement rests on, told anew.
fn ground(statements: &[Statement], id: StatementId) -> Option<RepositoryId> {
    let mut id = id;
    for _ in 0..10 {
        match statements.iter().find(|statement| statement.id == id)?.about.as_ref()? {
            About::Contribution(key) => return Some(key.repository),
            About::Repository(repository) => return Some(*repository),
            About::Statement(next) => id = *next,
        }
    }
    None
}

/// What the items of a member are worth before anything looks at them together, and what measures that only ask for more make of them:
/// without limits, units, works, groups' factors and payout.
fn raw(policy: Policy) -> Policy {
    let works = Works { highest_only: false, ..policy.works };
    Policy { limits: Vec::new(), units: None, factors: Vec::new(), payout: None, works, ..policy }
}

fn of(policy: &Policy, contributions: &[Contribution]) -> Points {
    total(policy, &SUBJECT, &CONTEXT, contributions).points
}

/// A pull request of so many lines cut into pieces on one file, a few days apart at most, in some order.
fn sliced(pieces: &[(u16, u8)]) -> Vec<Contribution> {
    let mut opened = CONTEXT.window.from;
    let one = merged("");
    let slice = |(number, (lines, hours)): (usize, &(u16, u8))| {
        opened += TimeDelta::hours(i64::from(*hours) % 36);
        let slice = Contribution {
            occurred_at: opened,
            closed_at: Some(opened + TimeDelta::hours(1)),
            effective_lines: Some(i64::from(*lines)),
            key: Key { github_id: number.to_string().into(), ..one.key.clone() },
            ..one.clone()
        };
        changed(slice, Change { files: vec![7], ..Change::default() })
    };
    pieces.iter().enumerate().map(slice).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn the_lines_add_up_and_the_total_is_theirs(policy in limited(), subject in subjects(), contributions in contributions(10)) {
        let sheet = score(&policy, &subject, &CONTEXT, &contributions);
        prop_assert_eq!(sheet.lines.iter().map(|line| line.points).sum::<Points>(), sheet.points);
        let total = total(&policy, &subject, &CONTEXT, &contributions);
        prop_assert_eq!((total.points, total.carried, &total.unmet), (sheet.points, sheet.carried, &sheet.unmet));
        prop_assert!(contributions.iter().all(|c| sheet.lines.iter().filter(|line| line.key() == Some(&c.key)).count() == 1));
        prop_assert_eq!(&sheet, &score(&policy, &subject, &CONTEXT, &contributions));
    }

    #[test]
    fn what_is_paid_and_carried_is_what_was_earned_and_carried_in(policy in limited(), subject in subjects(), contributions in contributions(10)) {
        let sheet = score(&policy, &subject, &CONTEXT, &contributions);
        let earned: Points = sheet.lines.iter().filter(|line| !matches!(line.source, Source::Carry { .. })).map(|line| line.points).sum();
        prop_assert_eq!(sheet.points + sheet.carried, earned + subject.prior.carried);
    }

    #[test]
    fn order_and_duplicates_change_nothing(
        policy in limited(),
        subject in subjects(),
        contributions in contributions(8),
        (turn, twice) in (0..8_usize, 0..8_usize),
    ) {
        let expected = score(&policy, &subject, &CONTEXT, &contributions);
        let mut turned = contributions;
        turned.extend(turned.iter().take(twice).cloned().collect::<Vec<_>>());
        let by = turn.min(turned.len());
        turned.rotate_left(by);
        turned.reverse();
        let mut statements = subject.statements.clone();
        statements.extend(statements.iter().take(twice).cloned().collect::<Vec<_>>());
        statements.reverse();
        let shared = turned.iter().take(turn).cloned().collect();
        let other = Subject { statements, shared, ..subject };
        prop_assert_eq!(score(&policy, &other, &CONTEXT, &turned), expected);
    }

    #[test]
    fn every_line_counts_or_says_why_not(policy in limited(), subject in subjects(), contributions in contributions(10)) {
        for line in score(&policy, &subject, &CONTEXT, &contributions).lines {
            let earned = earned(&line);
            let (silent, limited) = (line.excluded.is_some() || line.not_yet.is_some(), line.limited.is_some());
            let reasons = [line.excluded.is_some(), line.not_yet.is_some(), limited];
            prop_assert!(reasons.iter().filter(|there| **there).count() <= 1, "{:?}", line);
            prop_assert_eq!(limited, line.points < earned, "{:?}", line);
            prop_assert!(line.points <= earned, "{:?}", line);
            prop_assert!(!silent || (line.points.is_zero() && line.base.is_zero()), "{:?}", line);
            let explained = silent || limited || !line.points.is_zero() || !line.measured_by.is_empty() || line.rule.is_some();
            prop_assert!(explained || !matches!(line.source, Source::Contribution { .. }), "{:?}", line);
            prop_assert_eq!(answer(&line) == Answer::NotYet, line.not_yet.is_some());
        }
    }

    #[test]
    fn no_cap_is_ever_exceeded(policy in limited(), subject in subjects(), contributions in contributions(12)) {
        let sheet = score(&policy, &subject, &CONTEXT, &contributions);
        for limit in &policy.limits {
            for (points, items) in used(&policy, limit, &sheet, &subject.statements, &contributions) {
                prop_assert!(limit.points.is_none_or(|most| points <= most), "{:?}: {}", limit, points);
                prop_assert!(limit.items.is_none_or(|most| items <= most as usize), "{:?}: {}", limit, items);
            }
        }
    }

    #[test]
    fn a_cap_of_the_term_holds_for_items_and_measures_together(
        policy in policies(),
        contributions in contributions(10),
        most in 1..60_000_i64,
    ) {
        let capped = Policy { limits: vec![limit(Per::Term, "1")], payout: None, ..policy.clone() };
        let most = Points::from_thousandths(most);
        let capped = Policy { limits: capped.limits.into_iter().map(|limit| Limit { points: Some(most), ..limit }).collect(), ..capped };
        prop_assert_eq!(of(&capped, &contributions), of(&Policy { payout: None, ..policy }, &contributions).min(most));
    }

    #[test]
    fn limits_units_and_works_never_give(policy in limited(), contributions in contributions(10)) {
        // A factor can hold for few items, and units make few of many.
        let with = Policy { payout: None, factors: Vec::new(), ..policy };
        let without = Policy { limits: Vec::new(), units: None, ..with.clone() };
        prop_assert!(of(&with, &contributions) <= of(&without, &contributions));
    }

    #[test]
    fn one_more_accepted_contribution_never_lowers_a_raw_score(
        policy in policies(),
        subject in subjects(),
        contributions in contributions(8),
        (day, lines) in (1..=30_u32, prop::option::of(0..700_i64)),
    ) {
        let policy = raw(policy);
        let accepted = Contribution { closed_at: Some(at(&format!("2025-09-{day:02}T02:00:00Z"))), effective_lines: lines, ..merged("accepted") };
        let before = total(&policy, &subject, &CONTEXT, &contributions);
        let more = [contributions, vec![accepted]].concat();
        let after = total(&policy, &subject, &CONTEXT, &more);
        prop_assert!(after.points >= before.points);
        prop_assert!(after.unmet.len() <= before.unmet.len());
    }

    #[test]
    fn cutting_work_into_slices_never_gains_more_than_the_bonus(
        pieces in prop::collection::vec((0..400_u16, any::<u8>()), 1..8),
        (same, bonus) in (prop::sample::select(Same::ALL.to_vec()), 0..5_i64),
        factor in 0..30_i64,
        (of_group, of_items, each_repository) in (1..30_i64, 0..3_usize, any::<bool>()),
    ) {
        let bonus = Decimal::new(bonus, 1);
        let mut rule = sized();
        // Whatever the steps are worth, even where more lines are worth less.
        rule.size[1].factor = Decimal::new(factor, 1);
        rule.group = Some("code".into());
        // What many items earn, and what they let their group earn, slices do not gain either.
        let items = Measure { group: Some("code".into()), ..measure("items", Count::Items, &[]) };
        let ladder = Pay::Ladder((1..4).map(|n| LadderStep { from: Threshold::From(n.into()), points: Points::from_thousandths(n * n * 700) }).collect());
        let paid = Measure { id: "paid".into(), each_repository, pay: Some(ladder), ..items.clone() };
        let when = [from("items", "2"), from("items", "1"), below("items", "2")][of_items].clone();
        let group = GroupFactor { id: "f".into(), group: "code".into(), factor: Decimal::new(of_group, 1), when };
        let units = Some(Units { days: 7, same, bonus });
        let policy = Policy { units, measures: vec![items, paid], factors: vec![group], ..with_rules([rule]) };
        let whole = sliced(&[(pieces.iter().map(|(lines, _)| lines).sum(), 0)]);
        let most = of(&policy, &whole).scaled(Decimal::ONE + bonus).unwrap();
        let slices = sliced(&pieces);
        prop_assert!(slices.len() == 1 || of(&policy, &slices) <= most, "{} > {}", of(&policy, &slices), most);
    }

    #[test]
    fn changes_of_white_space_add_nothing(policy in limited(), contributions in contributions(8), unchanged in 0..10_000_i64) {
        let spaced: Vec<Contribution> = contributions
            .iter()
            .map(|contribution| {
                let change = contribution.change.as_deref().cloned().unwrap_or_default();
                let total_lines = contribution.total_lines.map(|lines| lines + unchanged);
                changed(Contribution { total_lines, ..contribution.clone() }, Change { unchanged_lines: Some(unchanged), ..change })
            })
            .collect();
        prop_assert_eq!(of(&policy, &spaced), of(&policy, &contributions));
    }

    #[test]
    fn machines_owners_and_those_who_merge_alone_earn_nothing(policy in limited(), contributions in contributions(10)) {
        let lines = score(&policy, &SUBJECT, &CONTEXT, &contributions).lines;
        let paid = |c: &Contribution| lines.iter().any(|line| line.key() == Some(&c.key) && !line.points.is_zero());
        prop_assert_eq!(policy.eligibility.own_repository, OwnRepository::Exclude);
        for c in &contributions {
            let alone = c.key.kind == Kind::PullRequest && !c.confirmed_by.contains(&ANOTHER);
            prop_assert!(!(c.by_bot || c.key.repository == OWN || alone || c.account != Some(ME)) || !paid(c), "{:?}", c);
        }
    }
}
