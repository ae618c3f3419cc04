use super::*;
use crate::model::{
    award::AwardState,
    contribution::{Key, Kind, State},
    credit::Credits,
    credit_report::{Given, PolicyLabel, ReportedAward, RepositoryCoverage},
    ids::EvaluationId,
    ids::{AwardId, InstitutionId, MemberId, RepositoryId, TermId},
    institution::Institution,
    member_score::{About, Computed},
    member_score::{ExplainedLine, MemberScore},
    points::Points,
    score::{Factor, Line, Reason, Source},
    term::Term,
};

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn line(thousandths: i64) -> ExplainedLine {
    ExplainedLine {
        line: Line {
            source: Source::Contribution {
                key: Key { repository: RepositoryId(uuid::Uuid::nil()), kind: Kind::PullRequest, github_id: "7".into() },
                state: State::Merged,
            },
            counted_at: at("2025-10-01T00:00:00Z"),
            rule: Some("merged".into()),
            base: Points::from_thousandths(10_000),
            basis: Vec::new(),
            factors: vec![Factor {
                name: "size".into(),
                value: "1.20".parse().unwrap(),
                reason: Reason::new("size").with("lines", 25).with("from", 20),
            }],
            points: Points::from_thousandths(thousandths),
            excluded: None,
            limited: None,
            not_yet: None,
            flags: Vec::new(),
            measured_by: Vec::new(),
        },
        about: Some(About {
            url: "https://github.com/o/r/pull/1".into(),
            repository: "o/r".parse().unwrap(),
            number: Some(1),
            title: Some("=cmd".into()),
            occurred_at: at("2025-09-30T00:00:00Z"),
        }),
    }
}

fn row(number: &str, name: &str, thousandths: Option<&[i64]>) -> CreditRow {
    let lines: Vec<ExplainedLine> = thousandths.unwrap_or_default().iter().copied().map(line).collect();
    CreditRow {
        score: MemberScore {
            member: MemberId(uuid::Uuid::nil()),
            number: number.into(),
            name: name.into(),
            unit: Some("软件学院, 2班".into()),
            github_login: Some("lin".into()),
            computed: thousandths.map(|t| Computed {
                points: Points::from_thousandths(t.iter().sum()),
                credits: Credits::new("0.50".parse().unwrap()),
                credits_reason: "r".into(),
            }),
            contributions: i64::try_from(lines.len()).unwrap(),
            carried: Points::ZERO,
            flags: Vec::new(),
            unmet: Vec::new(),
            flagged: 0,
        },
        lines,
        award: None,
    }
}

fn award(state: AwardState, credits: Option<&str>) -> ReportedAward {
    let given = |credits: &str| Given { credits: Credits::new(credits.parse().unwrap()), final_from: Some(at("2026-02-24T16:00:00Z")) };
    ReportedAward {
        id: AwardId(uuid::Uuid::nil()),
        state,
        evaluation: EvaluationId(uuid::Uuid::nil()),
        points: Points::from_thousandths(12_000),
        policy_hash: "cd".repeat(32),
        recorded_as: Some("85".into()),
        given: credits.map(given),
        decided_by: vec!["Wang Fang".into()],
    }
}

fn report(rows: Vec<CreditRow>, coverage: &[Option<&str>]) -> CreditReport {
    CreditReport {
        institution: Institution {
            id: InstitutionId(uuid::Uuid::nil()),
            slug: "u".into(),
            name: "U".into(),
            timezone: chrono_tz::Asia::Shanghai,
            created_at: at("2025-01-01T00:00:00Z"),
        },
        term: Term {
            id: TermId(uuid::Uuid::nil()),
            code: "2025-2026-1".into(),
            name: "Autumn".into(),
            starts_on: "2025-09-01".parse().unwrap(),
            ends_on: "2026-01-31".parse().unwrap(),
        },
        evaluation: EvaluationId(uuid::Uuid::nil()),
        policy: PolicyLabel { name: "practice".into(), version: "1".into(), hash: "ab".repeat(32) },
        coverage: coverage.iter().map(|c| RepositoryCoverage { repository: "o/r".parse().unwrap(), complete_until: c.map(at) }).collect(),
        rows,
    }
}

fn csv_rows(report: &CreditReport) -> Vec<Vec<String>> {
    let bytes = render(report, Format::Csv).unwrap();
    let text = std::str::from_utf8(&bytes).unwrap().strip_prefix('\u{feff}').expect("a byte order mark");
    let mut reader = ::csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    reader.records().map(|r| r.unwrap().iter().map(str::to_owned).collect()).collect()
}

#[test]
fn the_csv_begins_with_the_promised_columns_and_keeps_leading_zeros() {
    let rows = csv_rows(&report(vec![row("0020230001", "林", Some(&[12_000]))], &[Some("2026-02-01T00:00:00Z")]));
    assert_eq!(
        rows[0].join(","),
        "number,name,unit,github_login,term,policy,policy_hash,points,credits,state,contributions,complete_until,flags,unmet,found_credits,award_id"
    );
    let hash = "ab".repeat(32);
    let expected = [
        "0020230001",
        "林",
        "软件学院, 2班",
        "lin",
        "2025-2026-1",
        "practice 1",
        &hash,
        "12",
        "0.5",
        "proposed",
        "1",
        "2026-02-01T00:00:00Z",
        "0",
        "0",
        "0.5",
        "",
    ];
    assert_eq!(rows[1], expected);
}

#[rstest::rstest]
#[case::nobody_has_decided(Some(&[12_000][..]), award(AwardState::Proposed, None), "proposed", "0.5")]
#[case::one_of_two_has(Some(&[12_000][..]), award(AwardState::ToConfirm, None), "to_confirm", "0.5")]
#[case::other_credits_were_given(Some(&[12_000][..]), award(AwardState::Final, Some("1.5")), "final", "1.5")]
#[case::none_were(Some(&[12_000][..]), award(AwardState::Rejected, Some("0")), "rejected", "0")]
#[case::the_account_was_unlinked_since(None, award(AwardState::OnNotice, Some("0.5")), "on_notice", "0.5")]
fn what_people_decided_is_reported_in_the_place_of_what_was_found(
    #[case] found: Option<&[i64]>,
    #[case] award: ReportedAward,
    #[case] state: &str,
    #[case] credits: &str,
) {
    let (id, by) = (award.id.to_string(), award.decided_by.clone());
    let row = CreditRow { award: Some(award), ..row("1", "Lin", found) };
    let report = report(vec![row], &[]);
    let csv = csv_rows(&report).remove(1);
    let found = found.map(|_| "0.5");
    assert_eq!((csv[9].as_str(), csv[8].as_str(), csv[14].as_str(), &csv[15]), (state, credits, found.unwrap_or_default(), &id));
    let json: serde_json::Value = serde_json::from_slice(&render(&report, Format::Json).unwrap()).unwrap();
    let member = &json["members"][0];
    assert_eq!((&member["state"], &member["credits"]), (&state.into(), &credits.into()));
    assert_eq!((member["found_credits"].as_str(), &member["award"]["decided_by"]), (found, &by.into()));
}

#[test]
fn the_csv_says_how_much_a_person_must_look_at_and_how_much_is_not_met() {
    let mut flagged = row("1", "A", Some(&[12_000]));
    flagged.score.flagged = 2;
    flagged.score.unmet = vec![Reason::new("requirement")];
    let rows = csv_rows(&report(vec![flagged, row("2", "B", None)], &[]));
    assert_eq!((&rows[1][12..14], &rows[2][12..14]), (&["2".to_owned(), "1".to_owned()][..], &[String::new(), String::new()][..]));
}

#[test]
fn a_member_without_an_account_has_empty_points_and_not_zero() {
    let report = report(vec![row("1", "A", None)], &[Some("2026-02-01T00:00:00Z")]);
    assert_eq!(csv_rows(&report)[1][7..10], ["", "", "no_account"]);
    let json: serde_json::Value = serde_json::from_slice(&render(&report, Format::Json).unwrap()).unwrap();
    assert!(json["members"][0]["points"].is_null() && json["members"][0]["credits"].is_null());
}

#[test]
fn a_text_that_a_spreadsheet_would_run_is_disarmed() {
    for name in ["=1+1", "+1", "-1", "@x", "\tx", "＝1", "＋1", "－1", "＠x"] {
        let rows = csv_rows(&report(vec![row("1", name, Some(&[0]))], &[]));
        assert_eq!(rows[1][1], format!("'{name}"));
    }
}

#[test]
fn the_totals_of_the_csv_are_the_sums_of_the_lines_of_the_json() {
    let report = report(vec![row("1", "A", Some(&[12_000, 500, 0])), row("2", "B", Some(&[1]))], &[]);
    let json: serde_json::Value = serde_json::from_slice(&render(&report, Format::Json).unwrap()).unwrap();
    for (cells, member) in csv_rows(&report)[1..].iter().zip(json["members"].as_array().unwrap()) {
        let sum: Points =
            member["lines"].as_array().unwrap().iter().map(|l| l["points"].as_str().unwrap().parse::<Points>().unwrap()).sum();
        assert_eq!(cells[7], sum.to_string());
    }
}

#[test]
fn a_report_is_complete_only_up_to_its_least_complete_repository() {
    let dates = |coverage: &[Option<&str>]| report(vec![], coverage).complete_until();
    assert_eq!(dates(&[Some("2026-02-01T00:00:00Z"), Some("2026-01-01T00:00:00Z")]), Some(at("2026-01-01T00:00:00Z")));
    assert_eq!(dates(&[Some("2026-02-01T00:00:00Z"), None]), None, "one was never fetched to the end");
    assert_eq!(dates(&[]), None, "nothing is tracked");
}
