//! What people read: each code has its sentence in both languages, and a policy in plain words leaves nothing out.

use std::collections::{BTreeMap, BTreeSet};

use accredit::{
    messages::{self, Language},
    model::{
        contribution::{Kind, State},
        credit::Credits,
        points::Points,
        policy::*,
        score::{Answer, Line, Reason},
        statement::StatementKind,
    },
    scoring::{self, Code},
};
use rstest::rstest;
use rust_decimal::Decimal;

const CODES: &str = include_str!("../../src/scoring/code.rs");
const FILES: [(Language, [&str; 2]); 2] = [
    (Language::English, [include_str!("../../src/messages/en/words.ftl"), include_str!("../../src/messages/en/reasons.ftl")]),
    (Language::Chinese, [include_str!("../../src/messages/zh-CN/words.ftl"), include_str!("../../src/messages/zh-CN/reasons.ftl")]),
];

/// The values in brackets in the comment of each code: `[rule, names: or empty, from or below]`.
fn documented() -> BTreeMap<String, BTreeSet<String>> {
    let (mut found, mut comment, mut caps) = (BTreeMap::new(), String::new(), BTreeSet::new());
    for line in CODES.lines().map(str::trim) {
        if let Some(more) = line.strip_prefix("///") {
            comment.push_str(more);
        } else if let Some(code) = line.split("= \"").nth(1).and_then(|rest| rest.strip_suffix("\",")) {
            let values = names(&comment);
            // What all limits carry stands once, at the first.
            if code == "cap_item" {
                caps.clone_from(&values);
            }
            found.insert(code.to_owned(), if code.starts_with("cap_") && code != "cap_unit" { caps.clone() } else { values });
            comment.clear();
        } else {
            comment.clear();
        }
    }
    found
}

fn names(comment: &str) -> BTreeSet<String> {
    let is_name = |name: &&str| !name.is_empty() && *name != "empty" && name.chars().all(|c| c.is_ascii_lowercase() || c == '_');
    let lists = comment.split('[').skip(1).filter_map(|rest| rest.split(']').next());
    lists
        .flat_map(|list| list.split([',', ';']))
        .flat_map(|part| {
            let part = part.rsplit(" also ").next().unwrap_or(part);
            part.split(':').next().unwrap_or_default().split(" or ")
        })
        .map(|name| name.trim().trim_start_matches("and "))
        .filter(is_name)
        .map(str::to_owned)
        .collect()
}

/// The values that a message names, itself or through the messages that it names.
fn named(language: Language, code: &str) -> BTreeSet<String> {
    let files = FILES.iter().find(|(of, _)| *of == language).unwrap().1;
    let body = |id: &str| {
        files.iter().find_map(|text| {
            let from = format!("\n{text}").find(&format!("\n{id} ="))?;
            let rest = &text[from..];
            let end = rest.match_indices('\n').find(|(at, _)| rest[at + 1..].starts_with(|c: char| c.is_alphanumeric() || c == '#'));
            Some(rest[..end.map_or(rest.len(), |(at, _)| at)].to_owned())
        })
    };
    let (mut values, mut waiting) = (BTreeSet::new(), vec![code.to_owned()]);
    while let Some(id) = waiting.pop() {
        let body = body(&id).unwrap_or_else(|| panic!("no message {id} in {language}"));
        for part in body.split('{').skip(1).map(str::trim_start) {
            let word = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_' || *c == '-').collect::<String>();
            match part.strip_prefix('$').or_else(|| part.strip_prefix("COUNT($")) {
                Some(value) => drop(values.insert(word(value))),
                None if part.starts_with('"') => {}
                None => waiting.push(word(part)),
            }
        }
    }
    // What became of a limited item follows from the other values.
    values.remove("how");
    values
}

#[test]
fn every_code_has_a_sentence_in_both_languages_with_exactly_the_values_that_it_knows() {
    let documented = documented();
    for code in Code::ALL {
        for language in Language::ALL {
            assert_eq!(named(*language, code.as_str()), documented[code.as_str()], "{} in {language}", code.as_str());
        }
    }
}

#[test]
fn no_sentence_is_empty_or_lacks_a_value() {
    for (code, values) in documented() {
        for language in Language::ALL {
            let reason = values.iter().fold(Reason { code: code.clone().into(), values: BTreeMap::new() }, |mut reason, name| {
                reason.values.insert(name.clone().into(), if name == "count" { "weeks" } else { "7" }.into());
                reason
            });
            let sentence = messages::checked(*language, &reason).unwrap();
            assert!(sentence.chars().count() > 3 && !sentence.contains(['{', '}', '\n', '\u{2068}']), "{sentence}");
            for name in &values {
                let mut less = reason.clone();
                less.values.remove(name.as_str());
                let lacks = messages::checked(*language, &less);
                let either = ["from", "below", "rank", "team", "rest"].contains(&name.as_str()) && code != "size" && code != "outside_term";
                assert!(
                    lacks.is_err() || either || sentence_asks(*language, &code, name),
                    "{code} without {name} in {language}: {lacks:?}"
                );
            }
        }
    }
}

/// The value stands only in a form that this sentence did not take.
fn sentence_asks(language: Language, code: &str, name: &str) -> bool {
    (code.starts_with("cap_") || ["share", "unvouched_time"].contains(&code)) && named(language, code).contains(name)
}

#[test]
fn a_line_answers_what_its_code_answers() {
    for code in Code::ALL {
        let mut line: Line = serde_json::from_str(
            r#"{"carry": "in", "counted_at": "2025-10-01T00:00:00Z", "rule": null, "base": "0", "factors": [], "points": "0"}"#,
        )
        .unwrap();
        let is_not_yet = code.answer() == Answer::NotYet;
        *(if is_not_yet { &mut line.not_yet } else { &mut line.excluded }) = Some(Reason::new(code.as_str()));
        assert_eq!(line.answer(), code.answer(), "{}", code.as_str());
    }
}

#[rstest]
#[case::it_earned("1", false, false, Answer::Counted)]
#[case::it_took_away("-1", false, false, Answer::Counted)]
#[case::it_earned_nothing("0", false, false, Answer::Zero)]
#[case::only_a_measure_counted_it("0", true, false, Answer::Counted)]
#[case::a_person_must_look("1", false, true, Answer::Flagged)]
#[case::nothing_to_look_at("0", false, true, Answer::Zero)]
#[case::measured_and_a_person_must_look("0", true, true, Answer::Flagged)]
fn a_line_that_is_not_excluded_answers_by_its_points(
    #[case] points: &str,
    #[case] measured: bool,
    #[case] flagged: bool,
    #[case] answer: Answer,
) {
    let json = format!(
        r#"{{"carry": "in", "counted_at": "2025-10-01T00:00:00Z", "rule": null, "base": "0", "factors": [], "points": "{points}"}}"#
    );
    let mut line: Line = serde_json::from_str(&json).unwrap();
    line.measured_by.extend(measured.then_some("weeks".into()));
    line.flags.extend(flagged.then_some(Reason::new("gone")));
    assert_eq!(line.answer(), answer);
}

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn points(text: &str) -> Points {
    text.parse().unwrap()
}

fn credits(text: &str) -> Option<Credits> {
    Some(Credits::new(decimal(text)))
}

fn condition(measure: &str, from: &str) -> Condition {
    Condition { measure: measure.into(), reach: Reach::From(decimal(from)) }
}

/// A policy in which every key is set.
fn full() -> Policy {
    let selector = Selector {
        kinds: vec![ItemKind::Contribution(Kind::PullRequest)],
        states: vec![State::Merged, State::Closed],
        categories: vec!["community".into()],
        names: vec!["ospp".into()],
        requires: vec![Requirement::Merged],
        confirmed_by: vec!["mentor".into(), "committee".into()],
        dated_by: DatedBy::Closed,
        opened_by: Some("2025-09-30".parse().unwrap()),
        closed_by: Some("2025-10-31".parse().unwrap()),
        zone: Some(chrono_tz::Asia::Shanghai),
    };
    Policy {
        name: "Practice".into(),
        version: "1".into(),
        description: "What it is for".into(),
        hash: String::new(),
        audience: Audience::Students,
        years: Some(3),
        eligibility: Eligibility {
            own_repository: OwnRepository::Exclude,
            excluded_labels: vec!["spam".into(), "invalid".into()],
            waiting_days: 7,
            automation: Automation::Declare,
        },
        repositories: Repositories {
            osi_licence: true,
            min_age_days: Some(90),
            outside_contributors: Some(3),
            allow: vec!["o/*".into()],
            deny: vec!["o/spam".into()],
            registered_by: Some("2025-10-15".parse().unwrap()),
        },
        categories: BTreeMap::from([(
            "community".into(),
            Category { factor: Some(decimal("0.5")), own_repository: Some(OwnRepository::Count) },
        )]),
        rules: vec![Rule {
            id: "merged".into(),
            group: Some("work".into()),
            selector: selector.clone(),
            pay: Pay::Points(points("10")),
            points_in: BTreeMap::from([("course".into(), points("4"))]),
            size: vec![SizeStep { from: 0, factor: decimal("0.5") }],
        }],
        measures: vec![Measure {
            id: "weeks".into(),
            group: Some("spread".into()),
            count: Count::Weeks,
            selector,
            each_repository: true,
            serves_later_weeks: true,
            normalise: Normalise::Rank,
            pay: Some(Pay::Ladder(vec![
                LadderStep { from: Threshold::From(decimal("1")), points: points("1") },
                LadderStep { from: Threshold::Above(decimal("20")), points: points("2") },
            ])),
            when: Some(condition("accepted", "3")),
        }],
        factors: vec![GroupFactor { id: "late".into(), group: "work".into(), factor: decimal("0.6"), when: condition("accepted", "2") }],
        limits: vec![Limit {
            per: Per::Month,
            points: Some(points("20")),
            items: None,
            kinds: vec![ItemKind::Statement(StatementKind::TimeLog)],
            categories: vec!["course".into()],
            groups: vec!["work".into()],
        }],
        units: Some(Units { days: 7, same: Same::Files, bonus: decimal("0.1") }),
        works: Works { highest_only: true, teams: vec![vec![decimal("1")], vec![decimal("0.7"), decimal("0.3")]] },
        requirements: vec![condition("weeks", "10")],
        payout: Some(Payout { step: points("40"), per: PayoutPer::Month, most: Some(points("120")) }),
        credits: CreditRule {
            points_per_credit: points("40"),
            step: Credits::new(decimal("0.5")),
            rounding: Rounding::Down,
            minimum: Credits::new(decimal("1")),
            cap: credits("2"),
            lifetime_cap: credits("4"),
            needed: credits("3"),
        },
        flags: Flags::default(),
        decision: Decision {
            confirmed_by: vec!["mentor".into(), "committee".into()],
            notice_days: Some(5),
            appeal_days: Some(7),
            appeal_days_are: Days::Working,
            recorded_as: Some("85".into()),
        },
    }
}

type Edit = fn(&mut Policy);

/// One change of every thing that a policy can say.
const EDITS: &[Edit] = &[
    |p| p.name = "Other".into(),
    |p| p.version = "2".into(),
    |p| p.description = String::new(),
    |p| p.audience = Audience::Faculty,
    |p| p.audience = Audience::Everyone,
    |p| p.years = None,
    |p| p.years = Some(1),
    |p| p.eligibility.own_repository = OwnRepository::Count,
    |p| p.eligibility.excluded_labels.clear(),
    |p| p.eligibility.excluded_labels = vec!["spam, invalid".into()],
    |p| p.eligibility.waiting_days = 0,
    |p| p.eligibility.waiting_days = 1,
    |p| p.eligibility.automation = Automation::Allow,
    |p| p.eligibility.automation = Automation::Deny,
    |p| p.repositories = Repositories::default(),
    |p| p.repositories.osi_licence = false,
    |p| p.repositories.min_age_days = None,
    |p| p.repositories.outside_contributors = Some(1),
    |p| p.repositories.allow.clear(),
    |p| p.repositories.deny.clear(),
    |p| p.repositories.registered_by = None,
    |p| p.categories.clear(),
    |p| p.categories.get_mut("community").unwrap().factor = None,
    |p| p.categories.get_mut("community").unwrap().factor = Some(Decimal::ONE),
    |p| p.categories.get_mut("community").unwrap().own_repository = None,
    |p| p.categories.get_mut("community").unwrap().own_repository = Some(OwnRepository::Exclude),
    |p| p.rules.clear(),
    |p| p.rules.push(p.rules[0].clone()),
    |p| p.rules[0].id = "other".into(),
    |p| p.rules[0].group = None,
    |p| p.rules[0].selector.kinds = vec![ItemKind::Contribution(Kind::Review)],
    |p| p.rules[0].selector.states.clear(),
    |p| p.rules[0].selector.states.reverse(),
    |p| p.rules[0].selector.categories.clear(),
    |p| p.rules[0].selector.names.clear(),
    |p| p.rules[0].selector.requires.clear(),
    |p| p.rules[0].selector.requires = Requirement::ALL.to_vec(),
    |p| p.rules[0].selector.requires = vec![Requirement::SourceCode],
    |p| p.rules[0].selector.requires = vec![Requirement::ChangesLines],
    |p| p.rules[0].selector.confirmed_by.clear(),
    |p| p.rules[0].selector.confirmed_by.reverse(),
    |p| p.rules[0].selector.dated_by = DatedBy::Opened,
    |p| p.rules[0].selector.opened_by = None,
    |p| p.rules[0].selector.closed_by = None,
    |p| p.rules[0].selector.zone = None,
    |p| p.rules[0].selector.zone = Some(chrono_tz::UTC),
    |p| p.rules[0].pay = Pay::Points(points("11")),
    |p| p.rules[0].pay = Pay::Each { points: points("10"), most: None },
    |p| p.rules[0].pay = Pay::Each { points: points("10"), most: Some(points("10")) },
    |p| p.rules[0].pay = p.measures[0].pay.clone().unwrap(),
    |p| p.rules[0].points_in.clear(),
    |p| p.rules[0].points_in = BTreeMap::from([("community".into(), points("4"))]),
    |p| p.rules[0].size.clear(),
    |p| p.rules[0].size[0].from = 1,
    |p| p.rules[0].size[0].factor = decimal("0.25"),
    |p| p.measures.clear(),
    |p| p.measures[0].id = "other".into(),
    |p| p.measures[0].group = None,
    |p| p.measures[0].count = Count::Items,
    |p| p.measures[0].count = Count::Kinds,
    |p| p.measures[0].count = Count::Repositories,
    |p| p.measures[0].count = Count::LargestLines,
    |p| p.measures[0].count = Count::Hours,
    |p| p.measures[0].count = Count::Marks,
    |p| p.measures[0].count = Count::Openrank,
    |p| p.measures[0].count = Count::Activity,
    |p| p.measures[0].selector.kinds.clear(),
    |p| p.measures[0].selector.categories.clear(),
    |p| p.measures[0].each_repository = false,
    |p| p.measures[0].serves_later_weeks = false,
    |p| p.measures[0].normalise = Normalise::None,
    |p| p.measures[0].normalise = Normalise::Percentile,
    |p| p.measures[0].pay = None,
    |p| p.measures[0].pay = Some(Pay::Each { points: points("1"), most: None }),
    |p| p.measures[0].pay = Some(Pay::Ladder(vec![LadderStep { from: Threshold::From(decimal("1")), points: points("1") }])),
    |p| p.measures[0].pay = Some(Pay::Ladder(vec![LadderStep { from: Threshold::Above(decimal("1")), points: points("1") }])),
    |p| p.measures[0].when = None,
    |p| p.measures[0].when = Some(Condition { measure: "accepted".into(), reach: Reach::Below(decimal("3")) }),
    |p| p.factors.clear(),
    |p| p.factors[0].id = "other".into(),
    |p| p.factors[0].group = "spread".into(),
    |p| p.factors[0].factor = decimal("0.7"),
    |p| p.factors[0].when = condition("weeks", "2"),
    |p| p.factors[0].when.reach = Reach::Below(decimal("2")),
    |p| p.limits.clear(),
    |p| p.limits[0].per = Per::Item,
    |p| p.limits[0].per = Per::Kind,
    |p| p.limits[0].per = Per::Work,
    |p| p.limits[0].per = Per::Repository,
    |p| p.limits[0].per = Per::Category,
    |p| p.limits[0].per = Per::Group,
    |p| p.limits[0].per = Per::Day,
    |p| p.limits[0].per = Per::Week,
    |p| p.limits[0].per = Per::Term,
    |p| p.limits[0].points = Some(points("21")),
    |p| (p.limits[0].points, p.limits[0].items) = (None, Some(20)),
    |p| p.limits[0].kinds.clear(),
    |p| p.limits[0].categories.clear(),
    |p| p.limits[0].groups.clear(),
    |p| p.units = None,
    |p| p.units.as_mut().unwrap().days = 8,
    |p| p.units.as_mut().unwrap().same = Same::Repository,
    |p| p.units.as_mut().unwrap().bonus = Decimal::ZERO,
    |p| p.works.highest_only = false,
    |p| p.works.teams.clear(),
    |p| p.works.teams[1] = vec![decimal("0.6"), decimal("0.4")],
    |p| p.requirements.clear(),
    |p| p.requirements[0].measure = "other".into(),
    |p| p.requirements[0].reach = Reach::Below(decimal("10")),
    |p| p.payout = None,
    |p| p.payout.as_mut().unwrap().step = points("20"),
    |p| p.payout.as_mut().unwrap().per = PayoutPer::Term,
    |p| p.payout.as_mut().unwrap().most = None,
    |p| p.credits.points_per_credit = points("1"),
    |p| p.credits.step = Credits::new(decimal("0.2")),
    |p| p.credits.rounding = Rounding::Up,
    |p| p.credits.rounding = Rounding::HalfUp,
    |p| p.credits.rounding = Rounding::HalfEven,
    |p| p.credits.minimum = Credits::ZERO,
    |p| p.credits.cap = None,
    |p| p.credits.lifetime_cap = None,
    |p| p.credits.needed = None,
    |p| p.flags.velocity_day = 6,
    |p| p.flags.velocity_week = 16,
    |p| p.flags.instant_minutes = 3,
    |p| p.flags.instant_lines = 201,
    |p| p.flags.mutual_part = decimal("0.6"),
    |p| p.flags.mutual_from = 5,
    |p| p.flags.spam_items = 3,
    |p| p.decision.confirmed_by.clear(),
    |p| p.decision.confirmed_by.reverse(),
    |p| p.decision.notice_days = None,
    |p| p.decision.appeal_days = None,
    |p| p.decision.appeal_days_are = Days::Calendar,
    |p| p.decision.recorded_as = None,
];

#[test]
fn two_policies_that_differ_never_read_alike() {
    for language in Language::ALL {
        let mut seen = BTreeMap::from([(messages::explain(*language, &full()), 0)]);
        for (number, edit) in (1..).zip(EDITS) {
            let mut policy = full();
            edit(&mut policy);
            assert_ne!(policy, full(), "the {number}th edit changes nothing");
            let same = seen.insert(messages::explain(*language, &policy), number);
            assert_eq!(same, None, "the {number}th edit reads like this one in {language}");
        }
    }
}

#[test]
fn a_policy_in_plain_words_has_a_message_for_everything_it_says() {
    let seeds = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/seeds/policies")).unwrap();
    let seeds = seeds.map(|file| file.unwrap().path()).filter(|path| path.extension().is_some_and(|extension| extension == "toml"));
    let mut policies: Vec<Policy> =
        seeds.map(|path| scoring::policy::parse(&path.display().to_string(), &std::fs::read_to_string(&path).unwrap()).unwrap()).collect();
    assert!(!policies.is_empty());
    policies.push(full());
    policies.extend(EDITS.iter().map(|edit| {
        let mut policy = full();
        edit(&mut policy);
        policy
    }));
    for policy in policies {
        for language in Language::ALL {
            let text = messages::explain(*language, &policy);
            assert!(!text.contains("there is no message") && !text.contains("the message "), "{text}");
        }
    }
}
