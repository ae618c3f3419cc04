//! Awards, appeals, holidays and second signatures from a shell: what the API does, and whoever has the shell is one person.

use accredit::{
    db::statements,
    model::{
        actor::{Actor, Person},
        statement::{Draft, StatementKind, Whose},
    },
};
use serde_json::{Value, json};

use super::{file, filled};
use crate::support::app::now;

const TERM: &str = "2025-2026-1-s";

fn ids(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn awards_are_proposed_listed_shown_and_decided_on() {
    let (shell, _, own) = filled().await;
    let award = own.award.to_string();
    let proposed = shell.run(&["award", "propose", "--term", TERM, "--json"]).ok().json();
    assert_eq!((&proposed["proposed"], &proposed["present"], &proposed["without_account"]), (&json!(0), &json!(1), &json!(1)));
    let listed = shell.run(&["award", "list", "--term", TERM, "--json"]).ok().json();
    assert_eq!(listed.as_array().unwrap().len(), 3);
    let sent_back = shell.run(&["award", "list", "--state", "sent_back", "--member", "00s1", "--json"]).ok().json();
    assert_eq!((ids(&sent_back), &sent_back[0]["credits"]), (vec![award.as_str()], &json!("1")));
    assert!(shell.run(&["award", "list"]).ok().out.contains("sent_back"));
    let left = shell.run(&["award", "approve-all", "--term", TERM]).ok();
    assert!(left.out.contains("0 approved, 1 left for a person") && left.out.contains(&award), "{left:?}");
    shell.run(&["award", "decide", &award, "--decision", "approve"]).failed("only an award without flags");
    let other =
        shell.run(&["award", "decide", &award, "--decision", "approve", "--credits", "2.5", "--reason", "More", "--json"]).ok().json();
    assert_eq!((&other["state"], &other["decisions"][1]["name"]), (&json!("to_confirm"), &json!("operator")));
    shell.run(&["award", "decide", &award, "--decision", "confirm", "--reason", "Mine"]).failed("a second person must stand behind it");
    shell.run(&["award", "decide", &award, "--decision", "send_back", "--reason", "As found"]).ok();
    let given = shell.run(&["award", "decide", &award, "--decision", "approve", "--reason", "As found"]).ok();
    assert!(given.out.contains("on_notice, final from") && given.out.contains("approve by operator: As found"), "{given:?}");
    let shown = shell.run(&["award", "show", &award, "--json"]).ok().json();
    assert_eq!((&shown["state"], shown["decisions"].as_array().unwrap().len()), (&json!("on_notice"), 4));
    let report = shell.run(&["report", "--term", TERM, "--format", "json"]).ok().json();
    let member = &report["members"][0];
    assert_eq!((&member["state"], &member["award"]["id"]), (&json!("on_notice"), &json!(award)));
    for unknown in [&["award", "show"][..], &["award", "decide", "--decision", "approve"]] {
        shell.run(&[unknown, &[&own.term.to_string()]].concat()).failed("has no award");
    }
}

#[tokio::test]
async fn appeals_are_listed_filed_and_decided_on_once() {
    let (shell, _, own) = filled().await;
    let (award, appeal) = (own.award.to_string(), own.appeal.to_string());
    let open = shell.run(&["appeal", "list", "--open", "--json"]).ok().json();
    assert_eq!(ids(&open), [appeal.as_str()]);
    assert_eq!(shell.run(&["appeal", "list", "--member", "00s1", "--json"]).ok().json().as_array().unwrap().len(), 2);
    shell.run(&["appeal", "decide", &appeal, "--decision", "grant", "--reason", "Right"]).failed("names the evaluation");
    let dismissed = shell.run(&["appeal", "decide", &appeal, "--decision", "dismiss", "--reason", "None is"]).ok();
    assert!(dismissed.out.contains("dismiss by operator: None is"), "{dismissed:?}");
    shell.run(&["appeal", "decide", &appeal, "--decision", "dismiss", "--reason", "Again"]).failed("decided once");
    let filed = ["appeal", "file", &award, "--reason", "It counts", "--by", "Ada Lovelace", "--json"];
    shell.run(&filed).failed("an appeal is against an award that was approved");
    shell.run(&["award", "decide", &award, "--decision", "approve", "--reason", "As found"]).ok();
    let elsewhere = [&filed[..], &["--about", "https://github.example/pull/9"]].concat();
    shell.run(&elsewhere).failed("no line of the award");
    let made = shell.run(&filed).ok().json();
    assert_eq!((&made["on_behalf_of"], &made["filed_by"], &made["decided"]), (&json!("Ada Lovelace"), &json!("operator"), &Value::Null));
    assert_eq!(shell.run(&["award", "show", &award, "--json"]).ok().json()["state"], "under_appeal");
    // Nobody else holds a key that decides.
    shell.run(&["appeal", "decide", made["id"].as_str().unwrap(), "--decision", "dismiss", "--reason", "It does not"]).ok();
    shell.run(&["appeal", "decide", &award, "--decision", "dismiss", "--reason", "x"]).failed("has no appeal");
}

#[tokio::test]
async fn the_holidays_of_the_seeds_are_taken_year_by_year_and_a_bad_file_changes_nothing() {
    let (shell, _, _) = filled().await;
    let seeds = concat!(env!("CARGO_MANIFEST_DIR"), "/seeds/holidays.csv");
    let taken = shell.run(&["holiday", "replace", seeds]).ok();
    assert_eq!(taken.out, "2025: 33 days\n2026: 39 days\n");
    let listed = shell.run(&["holiday", "list", "--year", "2026", "--json"]).ok().json();
    let listed = listed.as_array().unwrap();
    assert_eq!(listed.len(), 39, "and New Year of the register was replaced");
    let working: Vec<_> = listed.iter().filter(|one| one["working"] == true).map(|one| one["day"].as_str().unwrap()).collect();
    assert_eq!(working, ["2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"]);
    assert!(shell.run(&["holiday", "list"]).ok().out.contains("2025-10-06  Monday"));
    let (_dir, bad) = file("day,working,name\n2026-01-01,,\n2026-01-01,,\n2027-01-01,no,\n");
    let refused = shell.run(&["holiday", "replace", &bad]);
    assert!(refused.err.contains("line 3: 2026-01-01 is there twice") && refused.err.contains("line 4: working `no`"), "{refused:?}");
    assert_eq!(refused.status, 1);
    let (_dir, one) = file("day\n2026-01-01\n");
    assert_eq!(shell.run(&["holiday", "replace", &one, "--json"]).ok().json(), json!([{"year": 2026, "days": 1}]));
    assert_eq!(shell.run(&["holiday", "list", "--json"]).ok().json().as_array().unwrap().len(), 34, "2025 stays");
}

#[tokio::test]
async fn whoever_has_the_shell_countersigns_what_another_stated_and_not_what_was_stated_in_it() {
    let (shell, institution, own) = filled().await;
    let waiting = shell.run(&["statement", "list", "--waiting", "--json"]).ok().json();
    assert_eq!(ids(&waiting), [own.adjustment.to_string()]);
    assert!(waiting[0]["waits_for"].as_str().unwrap().contains("second person"));
    let sign = |id: &str| shell.run(&["statement", "countersign", id, "--reason", "I was there"]);
    sign(&own.adjustment.to_string()).failed("a second person must stand behind it");
    let draft = Draft {
        kind: StatementKind::Adjustment,
        member: Whose::Id(own.member),
        name: None,
        value: Some("-1.5".into()),
        rank: None,
        team: None,
        about: None,
        happened_on: "2025-10-15".parse().unwrap(),
        until_on: None,
        on_behalf_of: None,
        reason: "Handed in late".into(),
    };
    let by = Actor::Key { id: own.api_key, holder: Person { name: "A system".into(), member: None } };
    let mut tx = shell.database.db().begin_as(institution).await.unwrap();
    let stated = statements::record(&mut tx, &by, &[&draft], now()).await.unwrap().unwrap()[0].to_string();
    tx.commit().await.unwrap();
    let listed = shell.run(&["statement", "list"]).ok();
    assert!(listed.out.lines().any(|line| line.contains(&stated) && line.contains("waits for a second person")), "{listed:?}");
    assert!(sign(&stated).ok().out.contains("countersigned by operator"));
    sign(&stated).failed("countersigned already");
    sign(&own.term.to_string()).failed("there is no such thing");
}
