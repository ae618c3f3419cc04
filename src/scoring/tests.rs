use chrono::TimeDelta;
use proptest::prelude::*;
use rstest::rstest;

use super::*;
use crate::messages::{self, Language};
use crate::model::{
    contribution::{Key, Kind, State},
    policy::{ItemKind, Limit, Per},
    repository::RepositoryContext,
    score::{Line, Reason},
};

const PRACTICE: &str = include_str!("../../seeds/policies/practice.toml");

const ME: AccountId = AccountId(1);
const ANOTHER: AccountId = AccountId(2);
const MEMBER: MemberId = MemberId(uuid::Uuid::from_u128(1));
static SUBJECT: std::sync::LazyLock<Subject> = std::sync::LazyLock::new(|| Subject::new(MEMBER, ME));
const COMMUNITY: RepositoryId = RepositoryId(uuid::Uuid::from_u128(10));
/// Registered as the member's, in a category whose own work counts.
const COURSE: RepositoryId = RepositoryId(uuid::Uuid::from_u128(11));
/// Owned by the member's account.
const OWN: RepositoryId = RepositoryId(uuid::Uuid::from_u128(12));
/// Of a category that the policy does not know.
const STRANGE: RepositoryId = RepositoryId(uuid::Uuid::from_u128(13));
const UNTRACKED: RepositoryId = RepositoryId(uuid::Uuid::from_u128(14));

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// September 2025 in Shanghai.
fn context() -> Context {
    let repository = |id, name: &str, category: &str, owner, members: &[MemberId]| {
        let full_name = name.parse().unwrap();
        (
            id,
            RepositoryContext {
                id,
                full_name,
                category: category.into(),
                owner,
                members: members.to_vec(),
                license: Some("MIT".into()),
                github_created_at: Some(at("2020-01-01T00:00:00Z")),
                registered_at: at("2025-08-01T00:00:00Z"),
                outside_contributors: None,
            },
        )
    };
    Context {
        window: Window { from: at("2025-08-31T16:00:00Z"), until: at("2025-09-30T16:00:00Z") },
        zone: chrono_tz::Asia::Shanghai,
        repositories: HashMap::from([
            repository(COMMUNITY, "o/community", "community", Some(AccountId(9)), &[]),
            repository(COURSE, "o/course", "course", None, &[MEMBER]),
            repository(OWN, "me/own", "own", Some(ME), &[]),
            repository(STRANGE, "o/strange", "strange", None, &[]),
        ]),
        as_of: at("2026-01-01T00:00:00Z"),
        reverted: HashMap::new(),
        copies: HashMap::new(),
        shares: HashMap::new(),
    }
}

fn practice() -> Policy {
    policy::parse("practice.toml", PRACTICE).unwrap()
}

fn unlimited() -> Policy {
    Policy { limits: Vec::new(), ..practice() }
}

/// The practice rule book with these limits in place of its own.
fn limited_by(limits: &str) -> Policy {
    let (before, after) = (PRACTICE.find("[[limits]]").unwrap(), PRACTICE.find("[credits]").unwrap());
    policy::parse("p.toml", &format!("{}{limits}\n{}", &PRACTICE[..before], &PRACTICE[after..])).unwrap()
}

/// Merged by somebody else, of 50 lines, in a community project: 10 points.
fn merged(id: &str) -> Contribution {
    let key = Key { repository: COMMUNITY, kind: Kind::PullRequest, github_id: id.into() };
    Contribution {
        account: Some(ME),
        closed_at: Some(at("2025-09-12T02:00:00Z")),
        confirmed_by: vec![ANOTHER],
        effective_lines: Some(50),
        total_lines: Some(5_000),
        changed_files: Some(3),
        ..Contribution::bare(key, State::Merged, at("2025-09-10T02:00:00Z"))
    }
}

/// In a community project, on another's work.
fn done(id: &str, kind: Kind, state: State, day: &str) -> Contribution {
    Contribution {
        key: Key { kind, ..merged(id).key },
        state,
        occurred_at: at(&format!("2025-09-{day}:00Z")),
        closed_at: None,
        parent_account: Some(ANOTHER),
        confirmed_by: Vec::new(),
        effective_lines: None,
        ..merged(id)
    }
}

fn review(id: &str, day: &str) -> Contribution {
    done(id, Kind::Review, State::Approved, day)
}

fn in_repository(repository: RepositoryId, contribution: Contribution) -> Contribution {
    Contribution { key: Key { repository, ..contribution.key }, ..contribution }
}

fn sheet(policy: &Policy, contributions: &[Contribution]) -> ScoreSheet {
    score(policy, &SUBJECT, &context(), contributions)
}

fn only_line(policy: &Policy, contribution: Contribution) -> Line {
    let mut sheet = sheet(policy, &[contribution]);
    assert_eq!(sheet.lines.len(), 1);
    sheet.lines.remove(0)
}

fn said(reason: &Reason) -> String {
    messages::sentence(Language::English, reason)
}

fn points(text: &str) -> Points {
    text.parse().unwrap()
}

#[rstest]
#[case::a_merged_pull_request(merged("1"), "10")]
#[case::of_one_line(Contribution { effective_lines: Some(1), ..merged("1") }, "5")]
#[case::up_to_the_step(Contribution { effective_lines: Some(100), ..merged("1") }, "10")]
#[case::from_the_step_on(Contribution { effective_lines: Some(101), ..merged("1") }, "15")]
#[case::of_many_lines(Contribution { effective_lines: Some(1_000_000), ..merged("1") }, "20")]
#[case::a_bomb_of_lock_files(Contribution { effective_lines: Some(0), total_lines: Some(90_000), ..merged("1") }, "0")]
#[case::of_unknown_size(Contribution { effective_lines: None, ..merged("1") }, "10")]
#[case::of_unknown_files(Contribution { changed_files: None, ..merged("1") }, "10")]
#[case::in_a_course(in_repository(COURSE, merged("1")), "5")]
#[case::in_a_category_that_nobody_declared(in_repository(STRANGE, merged("1")), "10")]
#[case::a_decided_review(review("1", "10T00:00"), "4")]
#[case::a_commenting_review(done("1", Kind::Review, State::Commented, "10T00:00"), "2")]
#[case::a_dismissed_review(done("1", Kind::Review, State::Dismissed, "10T00:00"), "2")]
#[case::a_review_of_a_deleted_accounts_work(Contribution { parent_account: None, ..review("1", "10T00:00") }, "4")]
#[case::a_remark(done("1", Kind::ReviewComment, State::Published, "10T00:00"), "0.5")]
#[case::a_comment(done("1", Kind::IssueComment, State::Published, "10T00:00"), "0.2")]
#[case::a_release(done("1", Kind::Release, State::Published, "10T00:00"), "5")]
#[case::the_first_moment_of_the_term(Contribution { closed_at: Some(at("2025-08-31T16:00:00Z")), ..merged("1") }, "10")]
#[case::the_last_second_of_the_term(Contribution { closed_at: Some(at("2025-09-30T15:59:59Z")), ..merged("1") }, "10")]
#[case::opened_before_the_term_and_merged_in_it(Contribution { occurred_at: at("2024-01-01T00:00:00Z"), ..merged("1") }, "10")]
fn a_contribution_earns_what_its_rule_says(#[case] contribution: Contribution, #[case] earns: &str) {
    let line = only_line(&unlimited(), contribution);
    assert_eq!((line.points, line.excluded, line.limited), (points(earns), None, None));
    let product = line.factors.iter().fold(line.base.to_decimal(), |product, factor| product * factor.value);
    assert_eq!(product.normalize(), line.points.to_decimal(), "the line explains its points");
}

#[rstest]
#[case::anothers(Contribution { account: Some(ANOTHER), ..merged("1") }, Code::OtherAccount)]
#[case::nobodys(Contribution { account: None, ..merged("1") }, Code::OtherAccount)]
#[case::a_machines(Contribution { by_bot: true, ..merged("1") }, Code::Bot)]
#[case::in_a_repository_that_is_not_counted(in_repository(UNTRACKED, merged("1")), Code::UntrackedRepository)]
#[case::in_ones_own_repository(in_repository(OWN, merged("1")), Code::OwnRepository)]
#[case::labelled(Contribution { labels: vec!["good".into(), "spam".into()], ..merged("1") }, Code::Label)]
#[case::merged_without_a_change(Contribution { changed_files: Some(0), ..merged("1") }, Code::NoChange)]
#[case::a_commit(done("1", Kind::Commit, State::Published, "10T00:00"), Code::NoRule)]
#[case::not_planned(done("1", Kind::Issue, State::NotPlanned, "10T00:00"), Code::State)]
#[case::open(Contribution { state: State::Open, closed_at: None, ..merged("1") }, Code::NotMerged)]
#[case::closed_without_merging(Contribution { state: State::Closed, ..merged("1") }, Code::NotMerged)]
#[case::merged_by_oneself(Contribution { confirmed_by: Vec::new(), ..merged("1") }, Code::NotConfirmed)]
#[case::confirmed_by_oneself(Contribution { confirmed_by: vec![ME], ..merged("1") }, Code::NotConfirmed)]
#[case::a_review_of_ones_own_pull_request(Contribution { parent_account: Some(ME), ..review("1", "10T00:00") }, Code::OwnWork)]
#[case::before_the_term(Contribution { closed_at: Some(at("2025-08-31T15:59:59Z")), ..merged("1") }, Code::OutsideTerm)]
#[case::after_the_term(Contribution { closed_at: Some(at("2025-09-30T16:00:00Z")), ..merged("1") }, Code::OutsideTerm)]
#[case::completed_and_not_closed(done("1", Kind::Issue, State::Completed, "10T00:00"), Code::OutsideTerm)]
fn a_contribution_that_must_not_count_earns_nothing_and_says_why(#[case] contribution: Contribution, #[case] code: Code) {
    let line = only_line(&practice(), contribution);
    assert_eq!(line.excluded.map(|reason| reason.code.into_owned()), Some(code.as_str().to_owned()));
    assert_eq!((line.points, line.base, line.factors, line.limited), (Points::ZERO, Points::ZERO, Vec::new(), None));
}

#[test]
fn a_category_that_no_rule_names_is_the_reason_where_nothing_fits() {
    let text = PRACTICE.replace("kind = \"release\"", "kind = \"release\"\ncategories = [\"course\"]");
    let policy = policy::parse("p.toml", &text).unwrap();
    let line = only_line(&policy, done("1", Kind::Release, State::Published, "10T00:00"));
    assert_eq!(said(&line.excluded.unwrap()), "the rule release does not hold in repositories of the category community");
}

#[test]
fn points_of_a_category_stand_in_place_of_the_rules() {
    let text = PRACTICE.replace("points = 10\n", "points = 10\npoints_in = { course = 7 }\n");
    let policy = Policy { limits: Vec::new(), ..policy::parse("p.toml", &text).unwrap() };
    let line = only_line(&policy, in_repository(COURSE, merged("1")));
    assert_eq!((line.base, line.points), (points("7"), points("3.5")));
    assert_eq!(only_line(&policy, merged("1")).base, points("10"));
}

#[rstest]
#[case::a_machines(Contribution { by_bot: true, ..merged("1") }, "the account is a machine's")]
#[case::labelled(Contribution { labels: vec!["spam".into()], ..merged("1") }, "it has the label spam, which the policy leaves out")]
#[case::a_commit(done("1", Kind::Commit, State::Published, "10T00:00"), "the policy has no rule for commits")]
#[case::not_planned(
    done("1", Kind::Issue, State::NotPlanned, "10T00:00"),
    "the rule issue_solved asks for completed, and this is not planned"
)]
#[case::self_merged(Contribution { confirmed_by: Vec::new(), ..merged("1") },
    "the rule merged asks that another person merged it or stands by an approval of it, and nobody does")]
#[case::after_the_term(Contribution { closed_at: Some(at("2025-09-30T16:00:00Z")), ..merged("1") },
    "it was merged or closed on 2025-10-01, and the term is from 2025-09-01 to 2025-09-30")]
#[case::review_after_the_term(Contribution { occurred_at: at("2025-10-02T00:00:00Z"), ..review("1", "10T00:00") },
    "it was done on 2025-10-02, and the term is from 2025-09-01 to 2025-09-30")]
#[case::not_closed(
    done("1", Kind::Issue, State::Completed, "10T00:00"),
    "the rule issue_solved counts it on the day when it is closed, and it is not closed"
)]
fn a_reason_is_a_sentence(#[case] contribution: Contribution, #[case] sentence: &str) {
    assert_eq!(said(&only_line(&practice(), contribution).excluded.unwrap()), sentence);
}

#[rstest]
#[case::known(in_repository(COURSE, Contribution { effective_lines: Some(180), ..merged("1") }),
    &["size × 1.5: 180 effective lines, from 101 on", "category × 0.5: repositories of the category course"])]
#[case::one(Contribution { effective_lines: Some(1), ..merged("1") },
    &["size × 0.5: 1 effective line, from 1 on", "category × 1: repositories of the category community"])]
#[case::unknown(Contribution { effective_lines: None, ..merged("1") },
    &["size × 1: GitHub gave no list of changed files, so the size changes nothing", "category × 1: repositories of the category community"])]
#[case::of_no_size(in_repository(STRANGE, review("1", "10T00:00")), &[])]
fn a_factor_says_what_it_is_for(#[case] contribution: Contribution, #[case] says: &[&str]) {
    let factors = only_line(&unlimited(), contribution).factors;
    assert_eq!(factors.iter().map(|f| format!("{} × {}: {}", f.name, f.value, said(&f.reason))).collect::<Vec<_>>(), says);
}

/// Ten points each, in the order of their days; what counts of each, and the last line's reason.
#[rstest]
#[case::of_a_term("per='term'\npoints=25", &["10", "10", "5"], "cap_term",
    "the policy counts at most 25 points a term, of which 5 were left, so 5 of 10 points count")]
#[case::of_a_term_used_up("per='term'\npoints=20", &["10", "10", "0"], "cap_term",
    "the policy counts at most 20 points a term, and all of them are used up")]
#[case::of_one("per='item'\npoints=9.5", &["9.5", "9.5", "9.5"], "cap_item",
    "the policy counts at most 9.5 points for one contribution, so 9.5 of 10 points count")]
#[case::of_a_number("per='term'\nitems=2", &["10", "10", "0"], "cap_term",
    "the policy counts at most 2 contributions a term, and so many count already")]
#[case::of_a_kind("per='kind'\nitems=1\nkinds=['pull_request','review']", &["10", "0", "0"], "cap_kind",
    "the policy counts at most 1 contribution for each kind of contribution (pull requests, reviews), and so many count already")]
#[case::of_a_repository("per='repository'\npoints=1\ncategories=['community','own']", &["1", "0", "0"], "cap_repository",
    "the policy counts at most 1 point in each repository, in repositories of community, own only, and all of them are used up")]
#[case::of_a_category("per='category'\npoints=15", &["10", "5", "0"], "cap_category",
    "the policy counts at most 15 points in each category of repositories, and all of them are used up")]
#[case::of_a_day("per='day'\npoints=15", &["10", "10", "5"], "cap_day",
    "the policy counts at most 15 points a day, of which 5 were left, so 5 of 10 points count")]
fn a_limit_takes_contributions_by_date_and_says_what_was_left(
    #[case] limit: &str,
    #[case] counts: &[&str],
    #[case] code: &str,
    #[case] sentence: &str,
) {
    // The second and the third are of one day in Shanghai, and of two days in UTC.
    let on = |id, closed| Contribution { closed_at: Some(at(closed)), ..merged(id) };
    let contributions = [on("3", "2025-09-12T17:00:00Z"), on("2", "2025-09-12T16:00:00Z"), on("1", "2025-09-12T15:00:00Z")];
    let sheet = sheet(&limited_by(&format!("[[limits]]\n{limit}")), &contributions);
    assert_eq!(sheet.lines.iter().map(|line| line.points.to_string()).collect::<Vec<_>>(), counts);
    let limited = sheet.lines[2].limited.clone().unwrap();
    assert_eq!((&*limited.code, &*said(&limited)), (code, sentence));
}

#[test]
fn a_limit_on_one_kind_leaves_others_alone() {
    let policy = limited_by("[[limits]]\nper='day'\npoints=4\nkinds=['review']");
    let sheet = sheet(&policy, &[review("1", "12T01:00"), review("2", "12T02:00"), merged("3")]);
    assert_eq!(sheet.lines.iter().map(|line| line.points.to_string()).collect::<Vec<_>>(), ["4", "10", "0"]);
}

#[test]
fn the_tightest_limit_is_named_and_of_equals_the_first() {
    let policy = limited_by("[[limits]]\nper='term'\npoints=8\n[[limits]]\nper='kind'\npoints=3\n[[limits]]\nper='day'\npoints=3");
    let line = only_line(&policy, merged("1"));
    assert_eq!((line.points, line.limited.unwrap().code.into_owned()), (points("3"), "cap_kind".to_owned()));
}

#[test]
fn a_contribution_that_earns_nothing_takes_no_place() {
    let policy = limited_by("[[limits]]\nper='term'\nitems=1");
    let empty = Contribution { effective_lines: Some(0), closed_at: Some(at("2025-09-02T00:00:00Z")), ..merged("1") };
    let sheet = sheet(&policy, &[empty, merged("2")]);
    assert_eq!(sheet.lines.iter().map(|line| line.points.to_string()).collect::<Vec<_>>(), ["0", "10"]);
}

#[test]
fn of_one_moment_the_lower_key_is_first() {
    let policy = limited_by("[[limits]]\nper='term'\nitems=1");
    let sheet = sheet(&policy, &[merged("b"), merged("a")]);
    assert_eq!(&*sheet.lines[0].key().unwrap().github_id, "a");
    assert_eq!(sheet.lines[0].points, points("10"));
}

#[test]
fn nothing_done_is_an_empty_sheet_of_no_points() {
    assert_eq!(sheet(&practice(), &[]), ScoreSheet::default());
}

#[test]
fn a_line_is_kept_small_and_reads_back_as_it_was() {
    let sheet = sheet(&practice(), &[in_repository(COURSE, merged("1")), Contribution { by_bot: true, ..merged("2") }]);
    let json = serde_json::to_string(&sheet.lines).unwrap();
    assert!(!json.contains("limited"), "what is absent is not written: {json}");
    assert_eq!(serde_json::from_str::<Vec<Line>>(&json).unwrap(), sheet.lines);
}

#[test]
fn the_manual_explains_every_code() {
    let manual = include_str!("../../docs/SCORING.md");
    for code in Code::ALL {
        assert!(manual.contains(&format!("| `{}` |", code.as_str())), "docs/SCORING.md does not explain `{}`", code.as_str());
    }
}

// ---------------------------------------------------------------- what holds of every policy and every sheet

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
        prop_assert_eq!(total(&policy, &SUBJECT, &context(), &contributions), sheet.points);
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
        let of = |policy: &Policy| total(policy, &SUBJECT, &context(), &contributions);
        prop_assert!(of(&policy) <= of(&unlimited()));
    }

    #[test]
    fn a_limit_on_the_whole_term_gives_the_smaller_of_the_two(
        policy in any_policy(),
        contributions in any_contributions(),
        most in (1..60_000_i64).prop_map(Points::from_thousandths),
    ) {
        let of = |policy: &Policy| total(policy, &SUBJECT, &context(), &contributions);
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
