//! The log in the database: what enters it, that writers take turns, what a checkpoint proves, and that a second verifier agrees.

mod erasure;

use std::{fs, path::Path, process::Command};

use accredit::{
    audit::{Checkpoint, Note, SigningKey, Verifier, Why, write_line},
    db::{self, Db, InstitutionTx, members::Profile},
    model::{
        actor::Actor,
        audit::{Action, Entry, Event, GENESIS},
        ids::{InstitutionId, MemberId},
        member::MemberRole,
    },
    notary,
};
use serde_json::{Value, json};
use sqlx::Executor as _;

use crate::support::{
    TestApp,
    app::now,
    program,
    register::{self, policy_text},
};

async fn entries(tx: &mut InstitutionTx) -> Vec<Entry> {
    db::audit::list(tx, 0, 10_000).await.unwrap()
}

/// What the log says was done, oldest first, with what it was done to.
async fn told(db: &Db, institution: InstitutionId) -> Vec<Value> {
    let all = entries(&mut db.begin_as(institution).await.unwrap()).await;
    all.iter().map(|entry| serde_json::from_str(&entry.text).unwrap()).collect()
}

async fn verified(db: &Db, institution: InstitutionId, checkpoints: Vec<Checkpoint>) -> Result<u64, notary::Error> {
    let mut tx = db.begin_as_of_now(institution).await.unwrap();
    notary::verify(&mut tx, checkpoints, |_| {}).await.map(|verified| verified.size)
}

fn profile(number: &str) -> Profile {
    Profile { number: number.into(), name: "Ada".into(), role: MemberRole::Student, unit: None, github_login: None }
}

#[tokio::test]
async fn every_decision_of_every_door_is_in_the_log_with_who_made_it() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    let member = app.post(&tenant.staff, "/v1/members", json!({"number": "001", "name": "Ada", "role": "student"})).await.json(201);
    let member = format!("/v1/members/{}", member["id"].as_str().unwrap());
    app.patch(&tenant.staff, &member, json!({"name": "Augusta", "unit": "Mathematics"})).await.json(200);
    app.patch(&tenant.staff, &member, json!({"name": "Augusta"})).await.json(200);
    let repository = app.post(&tenant.staff, "/v1/repositories", json!({"full_name": "a/b", "category": "own"})).await.json(201);
    app.delete(&tenant.staff, &format!("/v1/repositories/{}", repository["id"].as_str().unwrap())).await;
    let policy = app.call("POST".parse().unwrap(), "/v1/policies", &tenant.staff, &[], Some(("application/toml", policy_text("1").into())));
    let policy = policy.await.json(201);
    let term = json!({"code": "t", "name": "T", "starts_on": "2025-09-01", "ends_on": "2026-01-31"});
    let term = app.post(&tenant.staff, "/v1/terms", term).await.json(201);
    app.post(&tenant.staff, &format!("/v1/terms/{}/policies", term["id"].as_str().unwrap()), json!({"policy_id": policy["id"]})).await;
    app.post(&tenant.staff, "/v1/evaluations", json!({"term_id": term["id"], "policy_id": policy["id"]})).await.json(202);
    let adjustment = json!({"kind": "adjustment", "member_number": "001", "value": "1", "happened_on": "2025-10-15", "reason": "A talk"});
    let statement = app.post(&tenant.staff, "/v1/statements", adjustment).await.json(201);
    let withdrawals = format!("/v1/statements/{}/withdrawals", statement["id"].as_str().unwrap());
    app.post(&tenant.staff, &withdrawals, json!({"reason": "A slip"})).await.json(201);
    app.delete(&tenant.staff, &member).await;

    let log = told(app.database.db(), tenant.id).await;
    let done: Vec<&str> = log.iter().map(|entry| entry["action"].as_str().unwrap()).collect();
    let made = ["institution_made", "key_made", "key_made", "key_made", "key_made"];
    let rest = [
        "member_registered",
        "member_changed",
        "repository_registered",
        "repository_stopped",
        "policy_added",
        "policy_adopted",
        "evaluation_asked",
        "statement_made",
        "statement_withdrawn",
        "member_removed",
    ];
    assert_eq!(done, [&made[..], &rest[..]].concat());
    assert_eq!(log[0]["by"], "operator");
    assert!(log[5..].iter().all(|entry| entry["by"] == log[5]["by"] && entry["by"] != "operator"), "{log:?}");
    assert_eq!(log[6]["facts"], json!({"fields": ["name", "unit"]}));
    assert_eq!(log[9]["facts"], json!({"hash": policy["hash"]}));
    assert_eq!(log[13]["facts"]["withdraws"], statement["id"]);
    let chain = log.iter().map(ToString::to_string).collect::<String>();
    for personal in ["Ada", "Augusta", "Mathematics", "001", "A talk", "A slip"] {
        assert!(!chain.contains(&format!("\"{personal}\"")), "{personal} is in the chain");
    }
    let page = app.get(&tenant.admin, "/v1/audit?limit=7").await.json(200);
    assert_eq!(page["items"][6]["details"]["after"], json!({"name": "Augusta", "unit": "Mathematics"}));
    let next = app.get(&tenant.admin, &format!("/v1/audit?limit=200&cursor={}", page["next"].as_str().unwrap())).await.json(200);
    assert_eq!(
        (next["items"][0]["sequence"].clone(), next["items"].as_array().unwrap().len(), next["next"].clone()),
        (json!(8), 8, Value::Null)
    );
    assert_eq!(verified(app.database.db(), tenant.id, Vec::new()).await.unwrap(), 15);
}

#[tokio::test]
async fn a_report_that_leaves_the_house_is_in_the_log_with_the_hash_of_the_file() {
    use sha2::{Digest as _, Sha256};
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    let own = register::fill(app.database.db(), tenant.id, "own").await;
    let report = app.get(&tenant.reader, &format!("/v1/reports/credits?evaluation_id={}&format=csv", own.evaluation)).await;
    let last = told(app.database.db(), tenant.id).await.pop().unwrap();
    assert_eq!((last["action"].as_str(), last["subject"].clone()), (Some("report_exported"), json!(own.evaluation)));
    assert_eq!(last["facts"], json!({"format": "csv", "rows": 2, "sha256": hex::encode(Sha256::digest(&report.body))}));
}

#[tokio::test]
async fn what_is_rolled_back_left_or_refused_is_not_in_the_log() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    let before = told(app.database.db(), tenant.id).await.len();
    let mut tx = app.database.db().begin_as(tenant.id).await.unwrap();
    db::members::insert(&mut tx, MemberId::new(now()), &profile("1"), &Actor::Operator, now()).await.unwrap();
    drop(tx);
    let mut tx = app.database.db().begin_as(tenant.id).await.unwrap();
    db::members::insert(&mut tx, MemberId::new(now()), &profile("1"), &Actor::Operator, now()).await.unwrap();
    assert!(db::members::insert(&mut tx, MemberId::new(now()), &profile("1"), &Actor::Operator, now()).await.is_err());
    assert!(tx.commit().await.is_err());
    assert_eq!(told(app.database.db(), tenant.id).await.len(), before);
    assert!(app.get(&tenant.reader, "/v1/members").await.json(200)["items"].as_array().unwrap().is_empty());
}

#[tokio::test]
async fn writers_at_the_same_time_take_turns_and_leave_one_chain() {
    let app = TestApp::start().await;
    let (tenant, other) = (app.tenant("own").await, app.tenant("other").await);
    let before = told(app.database.db(), tenant.id).await.len();
    let writers = (0..8).map(|writer| {
        let (db, own, other) = (app.database.db().clone(), tenant.id, other.id);
        tokio::spawn(async move {
            for n in 0..25 {
                let mut tx = db.begin_as(if n % 5 == 0 { other } else { own }).await.unwrap();
                for part in 0..2 {
                    let number = format!("{writer}-{n}-{part}");
                    db::members::insert(&mut tx, MemberId::new(now()), &profile(&number), &Actor::Operator, now()).await.unwrap();
                }
                tx.commit().await.unwrap();
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
    assert_eq!(verified(app.database.db(), tenant.id, Vec::new()).await.unwrap(), u64::try_from(before).unwrap() + 8 * 20 * 2);
    assert_eq!(verified(app.database.db(), other.id, Vec::new()).await.unwrap(), u64::try_from(before).unwrap() + 8 * 5 * 2);
}

#[tokio::test]
async fn whoever_changes_the_tables_is_found_out_by_the_log_or_by_a_checkpoint() {
    let app = TestApp::start().await;
    let tenant = app.tenant("own").await;
    register::fill(app.database.db(), tenant.id, "own").await;
    let note = app.get(&tenant.reader, "/v1/audit/checkpoint").await;
    assert_eq!(note.header("content-type"), Some("text/plain; charset=utf-8"));
    let note: Note = note.text().parse().unwrap();
    let keys = {
        let mut tx = app.database.db().begin_as(tenant.id).await.unwrap();
        db::audit_keys::list(&mut tx).await.unwrap()
    };
    let key = accredit::audit::VerifierKey::new(&notary::name(tenant.id), &keys[0].public_key).unwrap();
    let checkpoint = note.open(&[key]).unwrap();
    assert_eq!(verified(app.database.db(), tenant.id, vec![checkpoint.clone()]).await.unwrap(), checkpoint.size);

    let mut owner = app.database.owner().await;
    owner.execute("set session_replication_role = replica; create table kept as select * from audit_entries; create table told as select * from audit_details").await.unwrap();
    let details: i64 =
        sqlx::query_scalar("select min(sequence) from audit_details where details like '%Ada%'").fetch_one(&mut owner).await.unwrap();
    for (act, bad) in [
        ("update audit_entries set entry = replace(entry, '\"by\"', '\"By\"') where sequence = 7", 7),
        ("update audit_entries set hash = sha256(hash) where sequence = 7", 7),
        ("delete from audit_entries where sequence = 7", 7),
        (
            "update audit_entries set sequence = 1007 - sequence + 8 where sequence in (7, 8); update audit_entries set sequence = sequence - 1000 where sequence > 1000",
            7,
        ),
        ("update audit_entries set sequence = sequence + 1000 where sequence >= 9", 9),
        ("update audit_details set details = replace(details, 'Ada', 'Eve')", details),
        ("delete from audit_entries where sequence >= 12", 12),
    ] {
        owner.execute(act).await.unwrap();
        let error = verified(app.database.db(), tenant.id, vec![checkpoint.clone()]).await.unwrap_err();
        let notary::Error::Bad(found) = error else { panic!("{act}: {error}") };
        assert_eq!(found.sequence, bad, "{act}: {found}");
        if bad != 12 {
            app.get(&tenant.reader, "/v1/audit/checkpoint").await.problem(409);
        }
        owner.execute("delete from audit_entries; delete from audit_details; insert into audit_entries select * from kept; insert into audit_details select * from told").await.unwrap();
    }
    owner.execute("delete from audit_entries").await.unwrap();
    let error = verified(app.database.db(), tenant.id, vec![checkpoint.clone()]).await.unwrap_err();
    let notary::Error::Bad(found) = error else { panic!("{error}") };
    assert_eq!((found.sequence, found.why), (1, Why::Missing { size: checkpoint.size }));
}

/// A log that is damaged, by what was done to it, and the checkpoint of the whole one.
fn damaged() -> (Vec<(String, Vec<Entry>)>, String, String) {
    let write = |log: &mut Vec<Entry>, count: usize, what: &str| {
        for _ in 0..count {
            let sequence = i64::try_from(log.len()).unwrap() + 1;
            let previous = log.last().map_or(GENESIS, |last| last.hash);
            let event = Event { action: Action::KeyMade, subject: format!("{what} 密钥 {sequence}"), facts: json!({}), details: None };
            log.push(Entry::next(sequence, &previous, &Actor::Operator, &event, None, now()).unwrap());
        }
    };
    let mut whole = Vec::new();
    write(&mut whole, 1_000, "key");
    let mut verifier = Verifier::new(Vec::new());
    for entry in &whole {
        verifier.push(entry).unwrap();
    }
    let signing = SigningKey::new("accredit/x", &[5; 32]);
    let verified = verifier.finish().unwrap();
    let note = signing.sign(verified.size, verified.root);
    let mut kinds = vec![("whole".to_owned(), whole.clone())];
    for at in [0, 1, 498, 511, 998, 999] {
        let mut damage = |what: &str, act: &dyn Fn(&mut Vec<Entry>)| {
            let mut log = whole.clone();
            act(&mut log);
            kinds.push((format!("{what} at {at}"), log));
        };
        damage("flipped", &|log| log[at].text = log[at].text.replace("key ", "kez "));
        damage("hash flipped", &|log| log[at].hash[31] ^= 1);
        damage("left out", &|log| drop(log.remove(at)));
        damage("swapped", &|log| log.swap(at, at.saturating_sub(1)));
        damage("put in", &|log| log.insert(at, log[at / 2].clone()));
        damage("cut off", &|log| log.truncate(at));
        damage("rolled back", &|log| {
            log.truncate(at);
            write(log, 1_000 - at, "another past");
        });
    }
    (kinds, note, signing.verifier().to_string())
}

#[test]
fn the_second_verifier_names_the_same_first_bad_entry() {
    let (kinds, note, key) = damaged();
    let directory = tempfile::tempdir().unwrap();
    let (log, checkpoint) = (directory.path().join("log"), directory.path().join("checkpoint"));
    fs::write(&checkpoint, &note).unwrap();
    let (log_name, checkpoint_name) = (log.to_str().unwrap(), checkpoint.to_str().unwrap());
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/verify_audit.py");
    let mut bad = 0;
    for (what, entries) in kinds {
        fs::write(&log, entries.iter().map(|entry| write_line(entry).unwrap() + "\n").collect::<String>()).unwrap();
        let ours = program::run(&[], &["audit", "verify", "--log", log_name, "--checkpoint", checkpoint_name, "--key", &key]);
        let theirs = Command::new("python3").arg(&script).args([log_name, "--checkpoint", checkpoint_name, "--key", &key]).output();
        let theirs = theirs.expect("python3 must be installed: sudo apt-get install python3");
        let said = String::from_utf8(theirs.stderr).unwrap();
        assert_eq!(theirs.status.code(), Some(ours.status), "{what}: {ours:?} {said}");
        if ours.status == 1 {
            bad += 1;
            assert_eq!(ours.err.trim().trim_start_matches("accredit: "), said.trim(), "{what}");
        }
    }
    // Of the first entry there is none before to swap it with.
    assert_eq!(bad, 6 * 7 - 1);
    for (note, key) in
        [(note.replacen("1000", "1001", 1), key.clone()), (note, SigningKey::new("accredit/x", &[6; 32]).verifier().to_string())]
    {
        fs::write(&checkpoint, &note).unwrap();
        program::run(&[], &["audit", "verify", "--log", log_name, "--checkpoint", checkpoint_name, "--key", &key]).failed("checkpoint");
        let theirs =
            Command::new("python3").arg(&script).args([log_name, "--checkpoint", checkpoint_name, "--key", &key]).output().unwrap();
        assert!(String::from_utf8(theirs.stderr).unwrap().contains("the checkpoint cannot be used"));
    }
}

#[tokio::test]
async fn the_shell_shows_signs_exports_and_verifies_and_a_rotated_key_leaves_old_checkpoints_good() {
    let app = TestApp::start().await;
    app.tenant("own").await;
    let (url, directory) = (app.database.url(), tempfile::tempdir().unwrap());
    let file = |name: &str| directory.path().join(name).to_str().unwrap().to_owned();
    let (log, first, second) = (file("log"), file("first"), file("second"));
    let sealed = [("DATABASE_URL", url.as_str()), ("ACCREDIT__SECRETS__KEY", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")];
    program::run(&sealed[..1], &["audit", "checkpoint"]).failed("openssl rand -base64 32");
    program::run(&sealed, &["audit", "key"]).failed("`accredit audit checkpoint` makes its key");
    program::run(&sealed, &["audit", "checkpoint", "-o", &first]).ok();
    let old = program::run(&sealed[..1], &["audit", "key"]).ok().out;
    let keys = program::run(&sealed, &["audit", "key", "--rotate"]).ok().out;
    assert!(keys.lines().count() == 2 && keys.ends_with(&old), "{keys}");
    program::run(&sealed, &["audit", "checkpoint", "-o", &second]).ok();
    let verify = ["audit", "verify", "--checkpoint", &first, "--checkpoint", &second];
    assert_eq!(program::run(&sealed[..1], &verify).ok().out, "the log holds: 7 entries\n");
    program::run(&sealed[..1], &["audit", "verify", "--checkpoint", &second, "--key", old.trim()]).failed("no key of this log");
    program::run(&sealed[..1], &["audit", "export", "-o", &log]).ok();
    let offline = ["audit", "verify", "--log", &log, "--checkpoint", &first, "--key", old.trim()];
    assert!(program::run(&[], &offline).ok().err.contains("only 6 of them stand behind a checkpoint"));
    let shown = program::run(&sealed[..1], &["audit", "list", "--json"]).ok().out;
    let last: Value = serde_json::from_str(shown.lines().last().unwrap()).unwrap();
    assert_eq!((last["entry"]["action"].as_str(), last["entry"]["by"].as_str()), (Some("checkpoint_key_made"), Some("operator")));
    let another = [sealed[0], ("ACCREDIT__SECRETS__KEY", "BBECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")];
    program::run(&another, &["audit", "checkpoint"]).failed("secrets.key is not the one");
}
