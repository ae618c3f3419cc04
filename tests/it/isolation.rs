//! The walls between institutions: as the catalogue states them, under random work of several, and after transactions that were left.

use std::collections::{BTreeMap, BTreeSet};

use accredit::{
    db::{
        Db, Error, InstitutionTx, institutions,
        members::{self, Profile},
        repositories::{self, Registration},
        terms,
    },
    model::{
        actor::Actor,
        ids::{InstitutionId, MemberId, RepositoryId, TermId},
        institution::Institution,
        member::MemberRole,
        term::Term,
    },
};
use futures::poll;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use sqlx::{AssertSqlSafe, Executor as _, PgConnection};

use crate::support::{TestDatabase, app::now, register};

/// What is wrong with the walls. Every line is one complaint.
const COMPLAINTS: &str = "
with tenant as (
  select c.oid, c.relname, c.relrowsecurity, c.relforcerowsecurity, a.attnum
  from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'institution_id'
  where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p'))
select relname || ': row-level security is not enabled and forced' from tenant where not (relrowsecurity and relforcerowsecurity)
union all
select relname || ': no policy compares institution_id for reading and writing' from tenant where not exists (
  select from pg_policy p where p.polrelid = tenant.oid and p.polcmd = '*' and p.polroles = '{0}'
    and pg_get_expr(p.polqual, p.polrelid) = '(institution_id = current_institution())'
    and pg_get_expr(p.polwithcheck, p.polrelid) = '(institution_id = current_institution())')
union all
select relname || ': the policy ' || polname || ' opens another way in' from tenant join pg_policy p on p.polrelid = tenant.oid
  where p.polpermissive and p.polname <> 'own_institution' and (relname, p.polname, p.polcmd) <> ('institutions', 'operator_directory', 'r')
union all
select relname || ': institution_id may be absent' from tenant join pg_attribute a on a.attrelid = tenant.oid and a.attnum = tenant.attnum
  where not a.attnotnull
union all
select relname || ': the key ' || conname || ' does not begin with institution_id' from tenant join pg_constraint k on k.conrelid = tenant.oid
  where k.contype in ('p', 'u', 'f') and k.conkey[1] <> tenant.attnum and conname <> 'institutions_slug_key'
    and not (k.contype = 'f' and k.confrelid = 'repositories'::regclass)
union all
select c.relname || ': a materialized view keeps what nobody checks' from pg_class c
  where c.relnamespace = 'public'::regnamespace and c.relkind = 'm'
union all
select c.relname || ': the view reads with its owner''s rights' from pg_class c
  where c.relnamespace = 'public'::regnamespace and c.relkind = 'v' and not coalesce(c.reloptions, '{}') && '{security_invoker=true,security_invoker=on}'
union all
select p.proname || ': the function runs with its owner''s rights' from pg_proc p
  where p.pronamespace = 'public'::regnamespace and p.prosecdef
union all
select 'accredit_app may pass every wall' from pg_roles where rolname = 'accredit_app' and (rolsuper or rolbypassrls)
union all
select 'accredit_app owns ' || coalesce(objid::regclass::text, objid::text) from pg_shdepend
  where refobjid = 'accredit_app'::regrole and deptype = 'o' and dbid in (0, (select oid from pg_database where datname = current_database()))
order by 1";

async fn complaints(owner: &mut PgConnection) -> Vec<String> {
    sqlx::query_scalar(COMPLAINTS).fetch_all(owner).await.unwrap()
}

const TENANT_TABLES: &str =
    "select c.relname::text from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'institution_id'
    where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' order by 1";

#[tokio::test]
async fn every_table_of_an_institution_stands_behind_the_wall() {
    let database = TestDatabase::new().await;
    let mut owner = database.owner().await;
    let tables: Vec<String> = sqlx::query_scalar(TENANT_TABLES).fetch_all(&mut owner).await.unwrap();
    assert!(tables.len() >= 14, "{tables:?}");
    assert_eq!(complaints(&mut owner).await, Vec::<String>::new());
}

#[tokio::test]
async fn a_gap_in_the_wall_is_found() {
    let database = TestDatabase::new().await;
    let mut owner = database.owner().await;
    for (gap, complaint) in [
        ("create table leak (institution_id uuid not null)", "leak: row-level security is not enabled and forced"),
        ("alter table members no force row level security", "members: row-level security is not enabled and forced"),
        ("drop policy own_institution on terms", "terms: no policy compares institution_id for reading and writing"),
        ("create policy wide on scores for select using (true)", "scores: the policy wide opens another way in"),
        ("alter table policies add unique (hash)", "policies: the key policies_hash_key does not begin with institution_id"),
        ("create view everybody as select * from members", "everybody: the view reads with its owner's rights"),
        ("create materialized view kept as select 1 as one", "kept: a materialized view keeps what nobody checks"),
        ("create function f() returns int language sql security definer as 'select 1'", "f: the function runs with its owner's rights"),
        ("create table mine (x int); alter table mine owner to accredit_app", "accredit_app owns mine"),
    ] {
        owner.execute(gap).await.unwrap();
        let found = complaints(&mut owner).await;
        assert!(found.iter().any(|found| found == complaint), "{gap}: {found:?}");
    }
}

async fn found(db: &Db, slug: &str) -> InstitutionId {
    let institution = Institution {
        id: InstitutionId::new(now()),
        slug: slug.to_owned(),
        name: slug.to_owned(),
        timezone: chrono_tz::UTC,
        created_at: now(),
    };
    let mut tx = db.begin_as(institution.id).await.unwrap();
    institutions::insert(&mut tx, &institution).await.unwrap();
    tx.commit().await.unwrap();
    institution.id
}

#[tokio::test]
async fn queries_that_forget_the_institution_see_its_own_rows_and_nothing_without_one() {
    let database = TestDatabase::new().await;
    let db = database.db();
    let (a, b) = (found(db, "a").await, found(db, "b").await);
    register::fill(db, a, "a").await;
    register::fill(db, b, "b").await;
    let tables: Vec<String> = sqlx::query_scalar(TENANT_TABLES).fetch_all(&mut database.owner().await).await.unwrap();
    for table in tables.iter().filter(|table| *table != "idempotency_keys") {
        let seen = format!("select distinct institution_id from {table}");
        let mut tx = db.pool().begin().await.unwrap();
        let nobodys: Vec<uuid::Uuid> = sqlx::query_scalar(AssertSqlSafe(seen.clone())).fetch_all(&mut *tx).await.unwrap();
        assert!(nobodys.is_empty(), "{table} without an institution");
        for institution in [a, b] {
            name(&mut tx, institution).await;
            let own: Vec<uuid::Uuid> = sqlx::query_scalar(AssertSqlSafe(seen.clone())).fetch_all(&mut *tx).await.unwrap();
            assert_eq!(own, [institution.0], "{table}");
        }
        name(&mut tx, a).await;
        let moved = format!("update {table} set institution_id = '{b}'");
        let error = tx.execute(AssertSqlSafe(moved)).await.unwrap_err().to_string();
        let wall = if APPENDED.contains(&&**table) || table == "audit_details" { "permission denied" } else { "row-level security" };
        assert!(error.contains(wall), "{table}: {error}");
    }
}

/// What nobody may change or take away, not even in its own institution.
const APPENDED: [&str; 8] =
    ["account_links", "audit_entries", "audit_keys", "evaluation_coverage", "policies", "scores", "statements", "term_policies"];

#[tokio::test]
async fn what_is_appended_can_be_neither_changed_nor_taken_away() {
    let database = TestDatabase::new().await;
    let db = database.db();
    let a = found(db, "a").await;
    register::fill(db, a, "a").await;
    for table in APPENDED {
        let mut acts = vec![
            format!("update {table} set institution_id = institution_id"),
            format!("delete from {table}"),
            format!("truncate {table}"),
        ];
        // A link can go, with a person who is erased: tests/it/audit.rs shows that no other can.
        acts.retain(|act| act != "delete from account_links");
        for act in acts {
            let mut tx = db.pool().begin().await.unwrap();
            name(&mut tx, a).await;
            let error = tx.execute(AssertSqlSafe(act.clone())).await.unwrap_err().to_string();
            assert!(error.contains("permission denied"), "{act}: {error}");
        }
    }
}

async fn name(connection: &mut PgConnection, institution: InstitutionId) {
    sqlx::query("select set_config('accredit.institution', $1, true)").bind(institution.to_string()).execute(connection).await.unwrap();
}

/// What an institution should see, by what it did itself.
#[derive(Default)]
struct Oracle {
    members: BTreeMap<String, MemberId>,
    terms: BTreeSet<String>,
    repositories: BTreeMap<String, RepositoryId>,
}

#[tokio::test]
async fn institutions_that_work_at_random_see_what_they_did_themselves_and_nothing_else() {
    let database = TestDatabase::new().await;
    let db = database.db();
    let mut random = ChaCha8Rng::seed_from_u64(42);
    let mut ids = Vec::new();
    for n in 0..4 {
        ids.push(found(db, &format!("u{n}")).await);
    }
    let mut oracles: Vec<Oracle> = ids.iter().map(|_| Oracle::default()).collect();
    for _ in 0..400 {
        let at = random.random_range(0..ids.len());
        // An id that another institution has, or this one: what is done with it must touch no row but one's own.
        let of = random.random_range(0..ids.len());
        let strange = oracles[of].members.values().next().copied();
        let mut tx = db.begin_as(ids[at]).await.unwrap();
        let done = act(&mut tx, &mut random, &mut oracles[at], strange).await;
        if done {
            tx.commit().await.unwrap();
        }
        let looking = random.random_range(0..ids.len());
        compare(db, ids[looking], &oracles[looking]).await;
    }
    for (id, oracle) in ids.iter().zip(&oracles) {
        compare(db, *id, oracle).await;
        assert!(!oracle.members.is_empty() && !oracle.terms.is_empty() && !oracle.repositories.is_empty(), "the test did too little");
    }
}

/// One step in the name of one institution; numbers, codes and names are few, so that institutions want the same ones.
async fn act(tx: &mut InstitutionTx, random: &mut ChaCha8Rng, oracle: &mut Oracle, strange: Option<MemberId>) -> bool {
    let word = format!("w{}", random.random_range(0..12));
    match random.random_range(0..6) {
        0 | 1 => {
            let written = members::insert(tx, MemberId::new(now()), &profile(&word), &Actor::Operator, now()).await;
            let id = written.as_ref().ok().copied();
            let is_new = !oracle.members.contains_key(&word);
            settle(written.map(|_| ()), is_new) && oracle.members.insert(word, id.unwrap()).is_none()
        }
        2 => {
            let Some(id) = strange else { return false };
            let own = oracle.members.iter().find(|(_, member)| **member == id).map(|(number, _)| number.clone());
            let removed = members::remove(tx, id, &Actor::Operator, now()).await.unwrap();
            assert_eq!(removed, own.is_some(), "removed another institution's member");
            own.is_some_and(|number| oracle.members.remove(&number).is_some())
        }
        3 => {
            let Some(id) = strange else { return false };
            let own = oracle.members.iter().find(|(_, member)| **member == id).map(|(number, _)| number.clone());
            let number = own.clone().unwrap_or_else(|| "foreign".to_owned());
            let replaced =
                members::replace(tx, id, &Profile { name: "Replaced".into(), ..profile(&number) }, &Actor::Operator, now()).await.unwrap();
            assert_eq!(replaced, own.is_some(), "replaced another institution's member");
            true
        }
        4 => {
            let day = "2025-09-01".parse().unwrap();
            let term = Term { id: TermId::new(now()), code: word.clone(), name: word.clone(), starts_on: day, ends_on: day };
            let written = terms::insert(tx, &term, now()).await;
            settle(written, !oracle.terms.contains(&word)) && oracle.terms.insert(word)
        }
        _ => {
            let full_name = format!("shared/{word}");
            if let Some(id) = oracle.repositories.remove(&full_name) {
                assert!(repositories::untrack(tx, id, &Actor::Operator, now()).await.unwrap());
                return true;
            }
            let registration = Registration { full_name: full_name.parse().unwrap(), category: "own".into(), members: Vec::new() };
            let id = repositories::track(tx, RepositoryId::new(now()), &registration, &Actor::Operator, now()).await.unwrap();
            oracle.repositories.insert(full_name, id).is_none()
        }
    }
}

/// Whether it was written; it must have been exactly when the institution had none like it.
fn settle(written: Result<(), Error>, is_new: bool) -> bool {
    match written {
        Ok(()) => assert!(is_new, "written twice"),
        Err(Error::Conflict { .. }) => assert!(!is_new, "in conflict with another institution's row"),
        Err(other) => panic!("{other}"),
    }
    is_new
}

fn profile(number: &str) -> Profile {
    Profile { number: number.to_owned(), name: "Ada".into(), role: MemberRole::Student, unit: None, github_login: None }
}

async fn compare(db: &Db, institution: InstitutionId, oracle: &Oracle) {
    let mut tx = db.begin_as(institution).await.unwrap();
    let seen = members::list(&mut tx, None, 200).await.unwrap();
    let seen: BTreeMap<String, MemberId> = seen.into_iter().map(|member| (member.number, member.id)).collect();
    assert_eq!(seen, oracle.members);
    let seen = terms::list(&mut tx, None, 200).await.unwrap();
    assert_eq!(seen.into_iter().map(|term| term.code).collect::<BTreeSet<_>>(), oracle.terms);
    let seen = repositories::list_all(&mut tx).await.unwrap();
    let seen: BTreeMap<String, RepositoryId> = seen.into_iter().map(|tracked| (tracked.full_name.to_string(), tracked.id)).collect();
    assert_eq!(seen, oracle.repositories);
}

#[tokio::test]
async fn transactions_that_are_left_half_way_leave_nothing_to_the_next_institution() {
    let database = TestDatabase::new().await;
    // One connection: whatever is left behind, the next one finds it.
    let db = accredit::db::connect(database.options(), 1).await.unwrap();
    let (a, b) = (found(&db, "a").await, found(&db, "b").await);
    for (institution, number) in [(a, "of-a"), (b, "of-b")] {
        let mut tx = db.begin_as(institution).await.unwrap();
        members::insert(&mut tx, MemberId::new(now()), &profile(number), &Actor::Operator, now()).await.unwrap();
        tx.commit().await.unwrap();
    }
    let mut left = 0;
    for polls in 0..60 {
        let (leaving, next, expected) = if polls % 2 == 0 { (a, b, "of-b") } else { (b, a, "of-a") };
        left += usize::from(!leave_after(&db, leaving, polls / 2).await);
        let mut tx = db.begin_as(next).await.unwrap();
        let seen = members::list(&mut tx, None, 200).await.unwrap();
        assert_eq!(seen.iter().map(|member| &*member.number).collect::<Vec<_>>(), [expected], "after {polls} polls");
        drop(tx);
        let unnamed: i64 = sqlx::query_scalar("select count(*) from members").fetch_one(db.pool()).await.unwrap();
        assert_eq!(unnamed, 0, "an institution is still named after {polls} polls");
    }
    assert!(left > 0, "every transaction came to its end");
}

/// Begins in an institution's name, writes, and leaves after so many polls; says whether it came to the end.
async fn leave_after(db: &Db, institution: InstitutionId, polls: usize) -> bool {
    let mut working = std::pin::pin!(async {
        let mut tx = db.begin_as(institution).await.unwrap();
        members::insert(&mut tx, MemberId::new(now()), &profile("left"), &Actor::Operator, now()).await.unwrap();
    });
    for _ in 0..polls {
        if poll!(&mut working).is_ready() {
            return true;
        }
        tokio::task::yield_now().await;
    }
    false
}
