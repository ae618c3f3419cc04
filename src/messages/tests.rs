use std::collections::BTreeSet;

use fluent_bundle::FluentResource;
use rstest::rstest;

use super::{bundle::files, *};
use crate::model::{
    contribution::{Kind, State},
    score::Answer,
    statement::StatementKind,
};

/// The ids of all messages of a language, with their attributes.
fn ids(language: Language) -> BTreeSet<String> {
    let mut ids = BTreeSet::new();
    for (_, text) in files(language) {
        let mut message = "";
        for line in text.lines() {
            let named =
                |line: &str| line.split_once(" =").is_some_and(|(id, _)| id.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c)));
            match line.trim_start().strip_prefix('.') {
                Some(attribute) if line.starts_with("    .") => {
                    ids.insert(format!("{message}.{}", attribute.split(' ').next().unwrap()));
                }
                None if named(line) => {
                    message = line.split(' ').next().unwrap();
                    assert!(ids.insert(message.to_owned()), "{message} is written twice in {language}");
                }
                _ => {}
            }
        }
    }
    ids
}

#[test]
fn every_message_file_is_read_without_a_fault() {
    for (name, text) in Language::ALL.iter().flat_map(|language| files(*language)) {
        let faults = FluentResource::try_new(text.to_owned()).err().map(|(_, faults)| format!("{faults:?}"));
        assert_eq!(faults, None, "{name}");
        assert!(!text.chars().any(|c| ('\u{2066}'..='\u{2069}').contains(&c) || c == '\t'), "{name}: a mark of direction, or a tab");
    }
}

#[test]
fn what_is_said_in_one_language_is_said_in_the_other() {
    assert_eq!(ids(Language::English), ids(Language::Chinese));
}

#[test]
fn every_word_of_the_policy_language_has_a_message() {
    for language in Language::ALL {
        let has = |id: String| assert!(ids(*language).contains(&id), "{id} in {language}");
        Kind::ALL.iter().for_each(|kind| has(format!("kind-{kind}.many")));
        StatementKind::ALL.iter().for_each(|kind| has(format!("statement-{kind}.many")));
        State::ALL.iter().for_each(|state| has(format!("state-{state}")));
        Answer::ALL.iter().for_each(|answer| has(format!("answer-{answer}")));
    }
}

#[rstest]
#[case::one("1", "the policy counts at most 1 point a term, and all of them are used up", "评分办法规定每学期最多计 1 分，分数已用完")]
#[case::two("2", "the policy counts at most 2 points a term, and all of them are used up", "评分办法规定每学期最多计 2 分，分数已用完")]
#[case::a_part(
    "0.5",
    "the policy counts at most 0.5 points a term, and all of them are used up",
    "评分办法规定每学期最多计 0.5 分，分数已用完"
)]
fn a_number_takes_the_form_that_it_needs(#[case] points: &str, #[case] english: &str, #[case] chinese: &str) {
    let listed = |reason: Reason| ["kinds", "categories", "groups"].into_iter().fold(reason, |reason, name| reason.with(name, ""));
    let reason = listed(Reason::new("cap_term").with("points", points).with("items", "").with("counts", 0).with("earned", 10));
    assert_eq!(sentence(Language::English, &reason), english);
    assert_eq!(sentence(Language::Chinese, &reason), chinese);
}

#[rstest]
#[case::of_one("merged", "the rule r asks for merged, and this is open", "规则 r 要求状态为“已合并”，而此项为“未关闭”")]
#[case::of_two(
    "approved,changes_requested",
    "the rule r asks for approved or changes requested, and this is open",
    "规则 r 要求状态为“已批准或已要求修改”，而此项为“未关闭”"
)]
#[case::of_three(
    "open,closed,merged",
    "the rule r asks for open, closed or merged, and this is open",
    "规则 r 要求状态为“未关闭、已关闭或已合并”，而此项为“未关闭”"
)]
fn a_list_is_joined_as_the_language_joins_it(#[case] states: &str, #[case] english: &str, #[case] chinese: &str) {
    let reason = Reason::new("state").with("rule", "r").with("states", states).with("state", "open");
    assert_eq!(sentence(Language::English, &reason), english);
    assert_eq!(sentence(Language::Chinese, &reason), chinese);
}

#[test]
fn a_reason_that_lacks_a_value_or_has_no_message_is_an_error_and_is_shown_whole() {
    let stored_before = Reason::new("label");
    assert!(checked(Language::English, &stored_before).unwrap_err().contains("label"));
    assert_eq!(sentence(Language::English, &stored_before), "label");
    let unknown = Reason::new("moonlight").with("nights", 3);
    assert!(checked(Language::Chinese, &unknown).is_err());
    assert_eq!(sentence(Language::Chinese, &unknown), "moonlight nights=3");
}

#[test]
fn what_is_kept_of_credits_is_a_reason_or_the_sentence_of_an_earlier_version() {
    let reason = Reason::new("credits_none").with("points", 1).with("per_credit", 40).with("needed", "");
    let json = serde_json::to_string(&reason).unwrap();
    assert_eq!(kept(Language::English, &json), "1 point at 40 points a credit: no credits");
    assert_eq!(kept(Language::Chinese, &json), "1 分，每 40 分折合 1 学分：没有学分");
    assert_eq!(kept(Language::Chinese, "12.5 points are 1 credit"), "12.5 points are 1 credit");
}
