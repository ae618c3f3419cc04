//! How long a log of a million entries takes to verify (bound: 60 s), and how many entries a second concurrent writers get into the log of
//! one institution (bound: at least 500). `cargo bench --bench audit`
#![allow(clippy::unwrap_used, reason = "a bench may fail where it stands")]

mod support;

use std::time::Duration;

use accredit::{
    db::{Db, audit, institutions},
    model::{
        actor::Actor,
        audit::{Action, Details, Event},
        ids::InstitutionId,
        institution::Institution,
    },
    notary,
};
use serde_json::json;
use support::Ground;

const ENTRIES: u64 = 1_000_000;
const BATCH: u64 = 10_000;
const WRITERS: u64 = 4;
const EACH: u64 = 500;

fn main() {
    support::on_a_fresh_cluster(run);
}

async fn run(Ground { db, .. }: Ground) {
    let institution = found(&db).await;
    let (took, ()) = support::timed(write_at_once(&db, institution)).await;
    let rate = (WRITERS * EACH * 1_000).checked_div(u64::try_from(took.as_millis()).unwrap()).unwrap_or(u64::MAX);
    support::say("entries a second by concurrent writers, each in a transaction of its own (bound: at least 500)", rate);

    let mut written = 1 + WRITERS * EACH;
    while written < ENTRIES {
        let batch = BATCH.min(ENTRIES - written);
        write(&db, institution, batch).await;
        written += batch;
    }
    let (took, size) = support::timed(verify(&db, institution)).await;
    assert_eq!(size, ENTRIES);
    support::say("a million entries with their details verified, ms", took.as_millis());
    support::say("  in s (bound: at most 60)", format!("{:.1}", took.as_secs_f64()));
    assert!(took <= Duration::from_secs(60) && rate >= 500, "out of bounds");
    support::say_memory();
}

async fn found(db: &Db) -> InstitutionId {
    let now = support::term_start();
    let institution = Institution {
        id: InstitutionId::new(now),
        slug: "bench".into(),
        name: "Bench".into(),
        timezone: chrono_tz::Asia::Shanghai,
        created_at: now,
    };
    let mut tx = db.begin_as(institution.id).await.unwrap();
    institutions::insert(&mut tx, &institution).await.unwrap();
    tx.commit().await.unwrap();
    institution.id
}

async fn write_at_once(db: &Db, institution: InstitutionId) {
    let writers = (0..WRITERS).map(|_| {
        let db = db.clone();
        tokio::spawn(async move {
            for _ in 0..EACH {
                write(&db, institution, 1).await;
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
}

/// So many entries in one transaction, as an import makes them.
async fn write(db: &Db, institution: InstitutionId, entries: u64) {
    let event = Event {
        action: Action::StatementMade,
        subject: institution.to_string(),
        facts: json!({ "kind": "mark", "member": institution }),
        details: Some(Details { member: None, said: json!({ "reason": "Shown in the colloquium of the working group", "value": "4.5" }) }),
    };
    let mut tx = db.begin_as(institution).await.unwrap();
    for _ in 0..entries {
        audit::append(&mut tx, &Actor::Operator, &event, support::term_start());
    }
    tx.commit().await.unwrap();
}

async fn verify(db: &Db, institution: InstitutionId) -> u64 {
    let mut tx = db.begin_as_of_now(institution).await.unwrap();
    notary::verify(&mut tx, Vec::new(), |_| {}).await.unwrap().size
}
