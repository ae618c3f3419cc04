//! Rosters through the HTTP door: previewed, brought in whole or not at all, and nobody else's members touched.

use std::collections::BTreeMap;

use accredit::{
    db::accounts,
    model::{account::AccountId, actor::Actor},
};
use encoding_rs::GB18030;
use reqwest::Method;
use rust_xlsxwriter::Workbook;
use serde_json::{Value, json};

use crate::support::{
    Answer, TestApp,
    app::{Tenant, now},
};

const IMPORT: &str = "/v1/members/import";
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

async fn send(app: &TestApp, key: &str, query: &str, kind: &str, file: impl Into<Vec<u8>>) -> Answer {
    app.call(Method::POST, &format!("{IMPORT}{query}"), key, &[], Some((kind, file.into()))).await
}

async fn import(app: &TestApp, tenant: &Tenant, text: &str) -> Value {
    send(app, &tenant.staff, "", "text/csv", text).await.json(200)
}

fn counts(imported: &Value) -> [u64; 5] {
    ["added", "changed", "unchanged", "left_out", "removed"].map(|count| imported[count].as_u64().unwrap())
}

/// Everybody on the register, by number.
async fn members(app: &TestApp, tenant: &Tenant) -> BTreeMap<String, Value> {
    let page = app.get(&tenant.staff, "/v1/members?limit=200").await.json(200);
    page["items"].as_array().unwrap().iter().map(|one| (one["number"].as_str().unwrap().to_owned(), one.clone())).collect()
}

/// What the log says was done, of a new tenant's from its fifth key on.
async fn log(app: &TestApp, tenant: &Tenant) -> Vec<Value> {
    let page = app.get(&tenant.admin, "/v1/audit?limit=200").await.json(200);
    page["items"].as_array().unwrap()[5..].to_vec()
}

fn actions(log: &[Value]) -> Vec<&str> {
    log.iter().map(|entry| entry["action"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_preview_says_what_an_import_does_and_writes_nothing() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    import(&app, &tenant, "number,name,unit\n001,Ada,Maths\n002,Bo,\n003,Cy,\n").await;
    let mut owner = app.database.owner().await;
    let before = (super::conditions::rows(&mut owner).await, members(&app, &tenant).await);
    let file = "number,name,unit,class,github_login\n001,Augusta,Maths,M1,ada\n002,Bo,,,\n004,Di,Physics,,di\n";
    let preview = send(&app, &tenant.staff, "?dry_run=true", "text/csv", file).await.json(200);
    assert_eq!((super::conditions::rows(&mut owner).await, members(&app, &tenant).await), before);
    let mut expected = json!({
        "dry_run": true, "added": 1, "changed": 1, "unchanged": 1, "left_out": 1, "removed": 0, "skipped": 0,
        "file": {"format": "csv", "encoding": "utf-8", "separator": ",", "sheet": null, "ignored_columns": []},
        "added_members": [{"line": 4, "number": "004", "name": "Di", "role": "student", "unit": "Physics", "class": null, "github_login": "di"}],
        "changed_members": [{"line": 2, "number": "001", "fields": [
            {"field": "name", "before": "Ada", "after": "Augusta"},
            {"field": "class", "before": null, "after": "M1"},
            {"field": "github_login", "before": null, "after": "ada"},
        ]}],
        "left_out_members": [{"number": "003", "name": "Cy"}],
    });
    expected["file"]["sha256"] = preview["file"]["sha256"].clone();
    assert_eq!(preview, expected);
    let imported = import(&app, &tenant, file).await;
    expected["dry_run"] = json!(false);
    assert_eq!(imported, expected, "what was previewed was done");
    let after = members(&app, &tenant).await;
    assert_eq!(after.keys().collect::<Vec<_>>(), ["001", "002", "003", "004"], "who is left out stays");
    let ada = &after["001"];
    assert_eq!(
        (&ada["name"], &ada["unit"], &ada["class"], &ada["account_state"]),
        (&json!("Augusta"), &json!("Maths"), &json!("M1"), &json!("pending"))
    );
    assert_eq!(after["002"], before.1["002"], "nobody touched whom nothing was said of");
}

#[tokio::test]
async fn a_second_import_of_the_same_file_writes_nothing_and_is_not_in_the_log() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    let file = "学号，姓名，身份，院系，班级，GitHub账号\n001，林子涵，学生，计算机学院，计科2301，lin\n002，王芳，教师，，，\n";
    let first = import(&app, &tenant, file).await;
    assert_eq!(counts(&first), [2, 0, 0, 0, 0]);
    let told = log(&app, &tenant).await;
    assert_eq!(actions(&told), ["roster_imported"]);
    assert_eq!(
        told[0]["facts"],
        json!({"sha256": first["file"]["sha256"], "format": "csv", "added": 2, "changed": 0, "unchanged": 0, "left_out": 0, "removed": 0, "logins": 0})
    );
    let mut owner = app.database.owner().await;
    let before = super::conditions::rows(&mut owner).await;
    let again = import(&app, &tenant, file).await;
    assert_eq!((counts(&again), &again["added_members"]), ([0, 0, 2, 0, 0], &json!([])));
    // With less in it, too: what is not said stays.
    assert_eq!(counts(&import(&app, &tenant, "number,name\n001,林子涵\n002,王芳\n").await), [0, 0, 2, 0, 0]);
    assert_eq!(super::conditions::rows(&mut owner).await, before);
    assert_eq!(members(&app, &tenant).await["002"]["role"], "faculty");
}

#[tokio::test]
async fn a_roster_with_mistakes_is_refused_as_a_whole_and_every_line_is_named() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    import(&app, &tenant, "number,name,github_login\n0020230001,Ada,ada\n").await;
    let mut owner = app.database.owner().await;
    let before = super::conditions::rows(&mut owner).await;
    let refused = async |text: &str| send(&app, &tenant.staff, "", "text/csv", text).await.problem(422)["errors"].clone();
    let told = refused("number,name,github_login\n001,Bo,\n2.02E+11,Cy,\n,Di,not a login\n001,Ed,\n").await;
    let places: Vec<_> =
        told.as_array().unwrap().iter().map(|one| (one["line"].as_u64().unwrap(), one["field"].as_str().unwrap())).collect();
    assert_eq!(places, [(3, "number"), (4, "number"), (4, "github_login"), (5, "number")]);
    assert!(told[0]["message"].as_str().unwrap().contains("damaged by a spreadsheet"), "{told}");
    // What only the register can tell.
    let told = refused("number,name,github_login\nx1,Bo,\nx2,Cy,ADA\n20230001,Di,\n").await;
    assert_eq!(told[0]["line"], 3);
    assert!(told[0]["message"].as_str().unwrap().contains("0020230001"), "{told}");
    assert!(told[1]["message"].as_str().unwrap().contains("accept_numbers"), "it says what to do: {told}");
    let many = refused(&format!("number,name\n{}", ",x\n".repeat(120))).await;
    assert_eq!((many.as_array().unwrap().len(), &many[100]["message"]), (101, &json!("has 20 more mistakes")));
    assert_eq!(super::conditions::rows(&mut owner).await, before, "nothing is half done");
    let accepted = send(&app, &tenant.staff, "?accept_numbers=true", "text/csv", "number,name\n0020230001,Ada\n20230001,Di\n").await;
    assert_eq!(counts(&accepted.json(200)), [1, 0, 1, 0, 0]);
    let ignored = send(&app, &tenant.staff, "?ignore_columns=true", "text/csv", "序号,学号,姓名\n1,0020230001,Ada\n").await.json(200);
    assert_eq!(ignored["file"]["ignored_columns"], json!(["序号"]));
    send(&app, &tenant.staff, "?dryrun=true", "text/csv", "number,name\nx9,Di\n").await.problem(400);
}

#[tokio::test]
async fn whoever_is_left_out_is_removed_only_where_somebody_says_how_many() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    import(&app, &tenant, "number,name,github_login\n001,Ada,ada\n002,Bo,bo\n003,Cy,\n").await;
    let before = members(&app, &tenant).await;
    let file = "number,name,github_login\n001,Ada,bo\n";
    let conflict = send(&app, &tenant.staff, "?remove_left_out=1", "text/csv", file).await;
    conflict.problem(409);
    assert!(conflict.text().contains("2 are left out"), "{}", conflict.text());
    assert_eq!(members(&app, &tenant).await, before);
    let preview = send(&app, &tenant.staff, "?remove_left_out=2&dry_run=true", "text/csv", file).await.json(200);
    assert_eq!((counts(&preview), members(&app, &tenant).await), ([0, 1, 0, 2, 2], before.clone()));
    let done = send(&app, &tenant.staff, "?remove_left_out=2", "text/csv", file).await.json(200);
    assert_eq!(counts(&done), [0, 1, 0, 2, 2]);
    let after = members(&app, &tenant).await;
    assert_eq!(after.keys().collect::<Vec<_>>(), ["001"]);
    assert_eq!(after["001"]["github_login"], "bo", "a login is free once its member is gone");
    let told = log(&app, &tenant).await;
    assert_eq!(actions(&told[1..]), ["member_removed", "member_removed", "roster_imported"]);
    // Who comes back is the same person.
    import(&app, &tenant, "number,name,class\n003,Cyrus,C1\n").await;
    let back = &members(&app, &tenant).await["003"];
    assert_eq!((&back["id"], &back["name"], &back["class"]), (&before["003"]["id"], &json!("Cyrus"), &json!("C1")));
}

#[tokio::test]
async fn another_login_asks_for_a_change_of_the_account_and_the_same_in_other_letters_does_not() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    import(&app, &tenant, "number,name,github_login\n001,Ada,ada\n002,Bo,bo\n003,Cy,cy\n004,Di,di\n").await;
    let mut tx = app.database.db().begin_as(tenant.id).await.unwrap();
    for (number, login, account) in [("001", "ada", 1), ("002", "bo", 2), ("003", "cy", 3)] {
        let id = members(&app, &tenant).await[number]["id"].as_str().unwrap().parse().unwrap();
        accounts::link(&mut tx, id, login, Some(AccountId(account)), &Actor::Program, now()).await.unwrap();
    }
    tx.commit().await.unwrap();
    let before = log(&app, &tenant).await.len();
    // An empty cell takes nothing away; two change theirs for one another's; of whom nobody has an account, the login is looked up.
    import(&app, &tenant, "number,name,github_login\n001,Ada,bo\n002,Bo,ada\n003,Cy,\n004,Di,didi\n").await;
    let after = members(&app, &tenant).await;
    let account = |number: &str| {
        (after[number]["github_login"].as_str(), after[number]["account_state"].as_str(), after[number]["github_id"].as_i64())
    };
    assert_eq!(account("001"), (Some("bo"), Some("linked"), Some(1)), "nothing is unbound on one person's word");
    assert_eq!(account("002"), (Some("ada"), Some("linked"), Some(2)));
    assert_eq!(account("003"), (Some("cy"), Some("linked"), Some(3)));
    assert_eq!(account("004"), (Some("didi"), Some("pending"), None));
    let told = log(&app, &tenant).await;
    assert_eq!(actions(&told[before..]), ["account_change_requested", "account_change_requested", "roster_imported"]);
    assert_eq!(told[before + 2]["facts"]["logins"], 3);
    import(&app, &tenant, "number,name,github_login\n003,Cy,CY\n").await;
    let cy = &members(&app, &tenant).await["003"];
    assert_eq!((&cy["github_login"], &cy["account_state"]), (&json!("CY"), &json!("linked")));
    assert_eq!(actions(&log(&app, &tenant).await[before + 3..]), ["roster_imported"]);
}

#[tokio::test]
async fn whoever_comes_back_by_a_roster_still_has_the_account() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    import(&app, &tenant, "number,name,github_login\n001,Ada,ada\n002,Bo,bo\n").await;
    let before = members(&app, &tenant).await;
    let mut tx = app.database.db().begin_as(tenant.id).await.unwrap();
    for (number, login, account) in [("001", "ada", 1), ("002", "bo", 2)] {
        let id = before[number]["id"].as_str().unwrap().parse().unwrap();
        accounts::link(&mut tx, id, login, Some(AccountId(account)), &Actor::Program, now()).await.unwrap();
    }
    tx.commit().await.unwrap();
    for number in ["001", "002"] {
        app.delete(&tenant.staff, &format!("/v1/members/{}", before[number]["id"].as_str().unwrap())).await;
    }
    import(&app, &tenant, "number,name,github_login\n001,Ada,ada\n002,Bo,other\n").await;
    let after = members(&app, &tenant).await;
    for (number, login, account) in [("001", "ada", 1), ("002", "other", 2)] {
        let one = &after[number];
        assert_eq!((&one["id"], &one["github_login"]), (&before[number]["id"], &json!(login)));
        assert_eq!((&one["account_state"], &one["github_id"]), (&json!("linked"), &json!(account)));
    }
    assert_eq!((&after["001"]["account_change"], &after["002"]["account_change"]["state"]), (&json!(null), &json!("waiting")));
}

#[tokio::test]
async fn every_kind_of_file_comes_in_whatever_it_is_called() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    let gbk = GB18030.encode("学号\t姓名\r\n001\t㐂𠮷\r\n").0.into_owned();
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write_row(0, 0, ["number", "name"]).unwrap();
    sheet.write_row(1, 0, ["002", "Bo"]).unwrap();
    let book = book.save_to_buffer().unwrap();
    for (kind, file, format) in [
        ("text/csv; charset=gbk", gbk, "csv"),
        (XLSX, book.clone(), "xlsx"),
        ("application/json", br#"[{"number": "003", "name": "Cy"}]"#.to_vec(), "json"),
        ("application/zip", book, "xlsx"),
    ] {
        let imported = send(&app, &tenant.staff, "", kind, file).await.json(200);
        assert_eq!(imported["file"]["format"], format, "{kind}");
    }
    assert_eq!(members(&app, &tenant).await.keys().collect::<Vec<_>>(), ["001", "002", "003"]);
    assert_eq!(members(&app, &tenant).await["001"]["name"], "㐂𠮷");
    for kind in ["application/toml", "text/plain"] {
        send(&app, &tenant.staff, "", kind, "number,name\n1,a\n").await.problem(415);
    }
    send(&app, &tenant.reader, "", "text/csv", "number,name\n1,a\n").await.problem(403);
}

#[tokio::test]
async fn a_large_roster_comes_in_and_only_there_a_large_body_does() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    let padding = "x".repeat(190);
    let row = |n: usize| format!("00{:08},Student {n},student,Department {},{padding} {},student-{n}\n", 20_230_000 + n, n % 20, n % 100);
    let rows: String = (0..4_500).map(row).collect();
    let file = format!("number,name,role,unit,class,github_login\n{rows}");
    assert!(file.len() > 1024 * 1024);
    let headers = [("idempotency-key", "large")];
    let body = || Some(("text/csv", file.clone().into_bytes()));
    let imported = app.call(Method::POST, IMPORT, &tenant.staff, &headers, body()).await;
    assert_eq!(counts(&imported.json(200)), [4_500, 0, 0, 0, 0]);
    assert_eq!(imported.json(200)["added_members"].as_array().unwrap().len(), 100);
    let again = app.call(Method::POST, IMPORT, &tenant.staff, &headers, body()).await;
    assert_eq!((again.header("idempotency-replayed"), &again.body), (Some("true"), &imported.body));
    assert_eq!(counts(&import(&app, &tenant, &file.replace("Student", "Scholar")).await), [0, 4_500, 0, 0, 0]);
    assert_eq!(counts(&import(&app, &tenant, &file.replace("Student", "Scholar")).await), [0, 0, 4_500, 0, 0]);
    assert_eq!(actions(&log(&app, &tenant).await), ["roster_imported", "roster_imported"]);

    send(&app, &tenant.staff, "", "text/csv", vec![b'x'; 16 * 1024 * 1024 + 1]).await.problem(413);
    let text = app.call(Method::POST, "/v1/repositories/import", &tenant.staff, &[], body()).await;
    text.problem(413);
    app.call(Method::POST, "/v1/repositories/import", &tenant.staff, &headers, body()).await.problem(413);
}

#[tokio::test]
async fn another_institutions_members_are_neither_seen_nor_touched() {
    let app = TestApp::start().await;
    let (own, other) = (app.tenant("own").await, app.tenant("other").await);
    import(&app, &other, "number,name,unit,class,github_login\n001,Ada,Maths,M1,ada\n002,Bo,Maths,M2,\n").await;
    let before = members(&app, &other).await;
    let file = "number,name,github_login\n001,Somebody,ada\n";
    assert_eq!(counts(&import(&app, &own, file).await), [1, 0, 0, 0, 0], "theirs are not left out of ours");
    send(&app, &own.staff, "?remove_left_out=2", "text/csv", "number,name\n001,Somebody\n").await.problem(409);
    assert_eq!(counts(&send(&app, &own.staff, "?remove_left_out=0", "text/csv", file).await.json(200)), [0, 0, 1, 0, 0]);
    assert_eq!(members(&app, &other).await, before);
    assert_eq!(app.get(&own.reader, "/v1/units").await.json(200)["items"], json!([]));
}

#[tokio::test]
async fn of_two_imports_at_once_one_is_done_and_the_other_finds_it_done() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    let file: String = (0..300).map(|n| format!("x{n},Somebody\n")).collect();
    let file = format!("number,name\n{file}");
    let both = tokio::join!(send(&app, &tenant.staff, "", "text/csv", &*file), send(&app, &tenant.staff, "", "text/csv", &*file));
    let mut added = 0;
    for answer in [both.0, both.1] {
        match answer.status.as_u16() {
            200 => added += counts(&answer.json(200))[0],
            _ => assert!(answer.problem(409)["detail"].as_str().unwrap().contains("import the file again")),
        }
    }
    assert_eq!(added, 300);
    assert_eq!(actions(&log(&app, &tenant).await), ["roster_imported"]);
}

#[tokio::test]
async fn units_are_the_departments_and_classes_that_members_are_in() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    let file = "number,name,role,unit,class\n1,a,student,Maths,M1\n2,b,student,Maths,M1\n3,c,student,Maths,M2\n4,d,faculty,Maths,\n5,e,student,Physics,\n6,f,student,,Evening\n7,g,student,,\n";
    import(&app, &tenant, file).await;
    let unit = |unit: Option<&str>, class: Option<&str>, students: u32, faculty: u32| json!({"unit": unit, "class": class, "students": students, "faculty": faculty});
    let expected = [
        unit(None, Some("Evening"), 1, 0),
        unit(Some("Maths"), None, 3, 1),
        unit(Some("Maths"), Some("M1"), 2, 0),
        unit(Some("Maths"), Some("M2"), 1, 0),
        unit(Some("Physics"), None, 1, 0),
    ];
    let mut seen = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = app.get(&tenant.reader, &format!("/v1/units?limit=2&cursor={cursor}")).await.json(200);
        seen.extend(page["items"].as_array().unwrap().clone());
        let Some(next) = page["next"].as_str() else { break };
        next.clone_into(&mut cursor);
    }
    assert_eq!(seen, expected);
    let gone = members(&app, &tenant).await["5"]["id"].as_str().unwrap().to_owned();
    app.delete(&tenant.staff, &format!("/v1/members/{gone}")).await;
    assert_eq!(
        app.get(&tenant.reader, "/v1/units").await.json(200)["items"].as_array().unwrap().len(),
        4,
        "a unit is there as long as somebody is in it"
    );
}
