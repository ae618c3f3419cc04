//! The people of a roster beside the register.

use uuid::Uuid;

use super::*;
use crate::model::{ids::MemberId, roster::Known};

fn known(id: u128, number: &str, login: Option<&str>) -> Known {
    Known {
        id: MemberId(Uuid::from_u128(id)),
        number: number.into(),
        name: "Ada".into(),
        role: MemberRole::Student,
        unit: Some("Maths".into()),
        class: None,
        github_login: login.map(str::to_owned),
        is_bound: false,
    }
}

/// Added, changed, unchanged and left out, by number.
fn counted(text: &str, known: &[Known]) -> (Vec<String>, Vec<String>, usize, Vec<String>) {
    let roster = read_text(text).unwrap();
    let found = compare(&roster, known, &Wish::default(), false).unwrap();
    let added = found.added.iter().map(|(entry, _)| entry.named.number.clone()).collect();
    let fields = |change: &Change<'_>| change.fields().iter().map(|field| field.field).collect::<Vec<_>>().join(" ");
    let changed = found.changed.iter().map(|change| format!("{}: {}", change.known.number, fields(change))).collect();
    (added, changed, found.unchanged, found.left_out.iter().map(|member| member.number.clone()).collect())
}

fn refused(text: &str, known: &[Known], removing: bool) -> String {
    compare(&read_text(text).unwrap(), known, &Wish::default(), removing).unwrap_err().to_string()
}

#[test]
fn who_is_new_changed_unchanged_and_left_out_is_told_apart_by_number() {
    let known = [known(1, "001", None), known(2, "002", Some("bo")), known(3, "003", None)];
    let text = "number,name,role,unit,class,github_login\n001,Ada,student,Maths,,\n002,Ada,faculty,Physics,P1,Bo\n004,Di,,,,\n";
    let (added, changed, unchanged, left_out) = counted(text, &known);
    assert_eq!((added, unchanged, left_out), (vec!["004".to_owned()], 1, vec!["003".to_owned()]));
    assert_eq!(changed, ["002: role unit class github_login"]);
}

#[test]
fn what_the_file_does_not_say_changes_nothing() {
    let known = [known(1, "001", Some("ada"))];
    assert_eq!(counted("number,name\n001,Ada\n", &known), (vec![], vec![], 1, vec![]));
    assert_eq!(counted("number,name,unit,github_login\n001,Ada,,\n", &known), (vec![], vec![], 1, vec![]));
    assert_eq!(counted("工号,姓名\n001,Ada\n", &known).2, 1, "the column's name speaks of who is new alone");
}

#[test]
fn a_new_number_that_is_a_known_one_without_its_zeros_is_flagged() {
    let known = [known(1, "0020230001", None)];
    let error = refused("number,name\nx1,Bo\n20230001,Ada\n", &known, false);
    assert!(error.starts_with("line 3: the number 20230001 is new and the register has 0020230001"), "{error}");
    let roster = read_text("number,name\n20230001,Ada\n").unwrap();
    assert!(compare(&roster, &known, &Wish { accept_numbers: true, ..Wish::default() }, false).is_ok());
}

#[test]
fn a_login_is_one_members_when_all_is_done() {
    let known = [known(1, "001", Some("ada")), known(2, "002", Some("bo")), known(3, "003", Some("Cy"))];
    let error = refused("number,name,github_login\n009,Di,\n001,Ada,cY\n", &known, false);
    assert!(error.starts_with("line 3: the github_login cY is the login of the member 003 already"), "{error}");
    assert!(refused("number,name,github_login\n009,Di,bo\n", &known, false).starts_with("line 2"));
    // Two change theirs for one another's, and one takes what another gives up.
    assert_eq!(counted("number,name,github_login\n001,Ada,bo\n002,Ada,ada\n", &known).1.len(), 2);
    assert_eq!(counted("number,name,github_login\n001,Ada,new\n009,Di,ada\n", &known).0, ["009"]);
    // Whoever is removed is in nobody's way.
    let roster = read_text("number,name,github_login\n001,Ada,\n002,Ada,\n009,Di,cy\n").unwrap();
    assert!(compare(&roster, &known, &Wish::default(), false).is_err());
    assert!(compare(&roster, &known, &Wish::default(), true).is_ok());
}

#[test]
fn of_changes_alone_nobody_is_left_out_but_who_is_named() {
    let known = [known(1, "001", None), known(2, "002", None), known(3, "003", None)];
    let mut roster = read_text("number,name\n001,Ada\n009,Di\n").unwrap();
    roster.leaving = Some(["003".into(), "404".into(), "001".into()].into());
    roster.newcomers = None;
    let found = compare(&roster, &known, &Wish::default(), false).unwrap();
    assert_eq!(found.left_out.iter().map(|member| &*member.number).collect::<Vec<_>>(), ["003"]);
    assert_eq!((found.added.len(), found.skipped), (0, 1), "nobody knows what 009 is");
}
