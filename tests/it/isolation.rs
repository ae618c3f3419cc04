//! The walls between institutions: as the catalogue states them, under random work of several, and after transactions that were left.

use std::collections::BTreeMap;

use accredit::{
    api,
    db::{
        Db, Error, InstitutionTx,
        api_keys::{self, ApiKeyEntry},
        institutions,
        members::{self, Profile},
        repositories::{self, Registration},
        terms,
    },
    model::{
        actor::{Actor, Person},
        api_key::ApiKey,
        clock::Clock,
        ids::{InstitutionId, MemberId, RepositoryId, TermId},
        institution::{Institution, Role},
        member::MemberRole,
        term::Term,
    },
};
use axum::{
    Router,
    body::{Body, to_bytes},
    http::Request,
};
use futures::poll;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use sqlx::{AssertSqlSafe, Executor as _, PgConnection};
use tower::ServiceExt as _;

use crate::support::{
    TestDatabase,
    app::{door, lenient, now},
    register,
};

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
const APPENDED: [&str; 13] = [
    "account_changes",
    "appeal_decisions",
    "appeals",
    "audit_entries",
    "audit_keys",
    "award_decisions",
    "awards",
    "bindings",
    "evaluation_coverage",
    "policies",
    "scores",
    "statements",
    "term_policies",
];

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
        // An account can go, with a person who is erased: tests/it/audit.rs shows that no other can.
        acts.retain(|act| !["delete from bindings", "delete from account_changes"].contains(&act.as_str()));
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
    terms: BTreeMap<String, TermId>,
    repositories: BTreeMap<String, RepositoryId>,
}

const OPERATIONS: usize = 10_000;

#[tokio::test]
async fn institutions_that_work_at_random_see_what_they_did_themselves_and_nothing_else() {
    let database = TestDatabase::new().await;
    let db = database.db();
    let mut random = ChaCha8Rng::seed_from_u64(42);
    let mut ids = Vec::new();
    for n in 0..5 {
        ids.push(found(db, &format!("u{n}")).await);
    }
    let mut oracles: Vec<Oracle> = ids.iter().map(|_| Oracle::default()).collect();
    let (mut own, mut foreign) = (0, 0);
    for _ in 0..OPERATIONS {
        let at = random.random_range(0..ids.len());
        // Ids that another institution has, or this one: what is done with them must touch no row but one's own.
        let of = random.random_range(0..ids.len());
        if at == of {
            own += 1
        } else {
            foreign += 1
        }
        let strange = oracles[of].pick(&mut random);
        let mut tx = db.begin_as(ids[at]).await.unwrap();
        let done = act(&mut tx, &mut random, &mut oracles[at], &strange, at == of).await;
        if done {
            tx.commit().await.unwrap();
        }
    }
    for (id, oracle) in ids.iter().zip(&oracles) {
        compare(db, *id, oracle).await;
        assert!(!oracle.members.is_empty() && !oracle.terms.is_empty() && !oracle.repositories.is_empty(), "the test did too little");
    }
    assert!(own > 1_000 && foreign > 5_000, "{own} {foreign}");
}

/// Ids of one institution, where it has any.
struct Strange {
    member: Option<MemberId>,
    term: Option<TermId>,
    repository: Option<RepositoryId>,
}

impl Oracle {
    fn pick(&self, random: &mut ChaCha8Rng) -> Strange {
        let mut one = |many: usize| random.random_range(0..many.max(1));
        let (member, term, repository) = (one(self.members.len()), one(self.terms.len()), one(self.repositories.len()));
        Strange {
            member: self.members.values().nth(member).copied(),
            term: self.terms.values().nth(term).copied(),
            repository: self.repositories.values().nth(repository).copied(),
        }
    }
}

/// One step in the name of one institution; numbers, codes and names are few, so that institutions want the same ones. Whether it is to last.
async fn act(tx: &mut InstitutionTx, random: &mut ChaCha8Rng, oracle: &mut Oracle, strange: &Strange, is_own: bool) -> bool {
    let word = format!("w{}", random.random_range(0..12));
    match random.random_range(0..9) {
        0 | 1 => {
            let written = members::insert(tx, MemberId::new(now()), &profile(&word), &Actor::Operator, now()).await;
            let id = written.as_ref().ok().copied();
            let is_new = !oracle.members.contains_key(&word);
            settle(written.map(|_| ()), is_new) && oracle.members.insert(word, id.unwrap()).is_none()
        }
        2 => {
            let Some(id) = strange.member else { return false };
            let removed = members::remove(tx, id, &Actor::Operator, now()).await.unwrap();
            assert_eq!(removed, is_own, "removed another institution's member");
            oracle.members.retain(|_, member| *member != id);
            is_own
        }
        3 => {
            let Some(id) = strange.member else { return false };
            let own = oracle.members.iter().find(|(_, member)| **member == id).map(|(number, _)| number.clone());
            let number = own.unwrap_or_else(|| "foreign".to_owned());
            let profile = Profile { name: "Replaced".into(), ..profile(&number) };
            let replaced = members::replace(tx, id, &profile, &Actor::Operator, now()).await.unwrap();
            assert_eq!(replaced, is_own, "replaced another institution's member");
            true
        }
        4 => {
            let day = "2025-09-01".parse().unwrap();
            let id = TermId::new(now());
            let term = Term { id, code: word.clone(), name: word.clone(), starts_on: day, ends_on: day };
            let written = terms::insert(tx, &term, now()).await;
            settle(written, !oracle.terms.contains_key(&word)) && oracle.terms.insert(word, id).is_none()
        }
        5 => {
            let Some(id) = strange.repository else { return false };
            // Facts are shared: who tracks the same repository has the same id for it.
            let tracked = oracle.repositories.values().any(|own| *own == id);
            assert_eq!(repositories::get(tx, id).await.unwrap().is_some(), tracked, "saw what another institution tracks");
            assert_eq!(repositories::untrack(tx, id, &Actor::Operator, now()).await.unwrap(), tracked, "untracked for another institution");
            oracle.repositories.retain(|_, own| *own != id);
            tracked
        }
        6 => {
            let registration =
                Registration { full_name: format!("shared/{word}").parse().unwrap(), category: "own".into(), members: Vec::new() };
            let is_new = !oracle.repositories.contains_key(registration.full_name.as_str());
            let tracked = repositories::track(tx, RepositoryId::new(now()), &registration, &Actor::Operator, now()).await;
            let id = tracked.as_ref().ok().copied();
            settle(tracked.map(|_| ()), is_new) && oracle.repositories.insert(format!("shared/{word}"), id.unwrap()).is_none()
        }
        7 => {
            if let Some(id) = strange.member {
                assert_eq!(members::get(tx, id).await.unwrap().is_some(), is_own, "saw another institution's member");
            }
            if let Some(id) = strange.term {
                assert_eq!(terms::get(tx, id).await.unwrap().is_some(), is_own, "saw another institution's term");
            }
            false
        }
        _ => {
            see(tx, oracle).await;
            false
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
    see(&mut db.begin_as(institution).await.unwrap(), oracle).await;
}

/// What the institution sees is what it did.
async fn see(tx: &mut InstitutionTx, oracle: &Oracle) {
    let seen = members::list(tx, None, 200).await.unwrap();
    let seen: BTreeMap<String, MemberId> = seen.into_iter().map(|member| (member.number, member.id)).collect();
    assert_eq!(seen, oracle.members);
    let seen = terms::list(tx, None, 200).await.unwrap();
    assert_eq!(seen.into_iter().map(|term| (term.code, term.id)).collect::<BTreeMap<_, _>>(), oracle.terms);
    let seen = repositories::list_all(tx).await.unwrap();
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

/// Two institutions ask through the HTTP door over one connection to the database, and every third caller leaves at a random moment.
#[tokio::test]
async fn requests_of_two_institutions_over_one_connection_get_their_own_answers_though_others_leave() {
    const REQUESTS: usize = 1_000;
    const AT_ONCE: usize = 8;
    let database = TestDatabase::new().await;
    let db = accredit::db::connect(database.options(), 1).await.unwrap();
    let router = api::router(door(&db, &Clock::fixed(now()), "http://127.0.0.1:9"), &lenient());
    let mut callers = Vec::new();
    for slug in ["a", "b"] {
        let institution = found(&db, slug).await;
        let key = key_of(&db, institution).await;
        let mut tx = db.begin_as(institution).await.unwrap();
        members::insert(&mut tx, MemberId::new(now()), &profile(&format!("of-{slug}")), &Actor::Operator, now()).await.unwrap();
        tx.commit().await.unwrap();
        callers.push((key, format!("of-{slug}")));
    }
    let mut random = ChaCha8Rng::seed_from_u64(7);
    let mut left = 0;
    let mut answered = 0;
    let mut asked = 0;
    let mut under_way = Vec::new();
    while asked < REQUESTS || !under_way.is_empty() {
        while asked < REQUESTS && under_way.len() < AT_ONCE {
            let (key, number) = &callers[random.random_range(0..2)];
            let leaves_after = random.random_range(0..3_u32).eq(&0).then(|| random.random_range(0..40_u32));
            // Every other one writes as well, so that what is left behind would be a write.
            let request = if random.random_range(0..2) == 0 { list(key) } else { write_and_list(key, asked) };
            under_way.push(UnderWay { answering: Box::pin(ask(router.clone(), request)), number, leaves_after });
            asked += 1;
        }
        let at = random.random_range(0..under_way.len());
        let one = &mut under_way[at];
        if one.leaves_after == Some(0) {
            drop(under_way.swap_remove(at));
            left += 1;
            continue;
        }
        one.leaves_after = one.leaves_after.map(|polls| polls - 1);
        if let std::task::Poll::Ready(numbers) = poll!(&mut one.answering) {
            assert_eq!(numbers, std::slice::from_ref(one.number), "another institution's answer");
            answered += 1;
            under_way.swap_remove(at);
        }
        tokio::task::yield_now().await;
    }
    assert!(left > 100 && answered > 500, "{left} left, {answered} answered");
    let named: Option<String> =
        sqlx::query_scalar("select nullif(current_setting('accredit.institution', true), '')").fetch_one(db.pool()).await.unwrap();
    assert_eq!(named, None, "an institution is still named");
    let unnamed: i64 = sqlx::query_scalar("select count(*) from members").fetch_one(db.pool()).await.unwrap();
    assert_eq!(unnamed, 0);
}

/// A request that is being answered, and after how often it is looked after its caller leaves.
struct UnderWay<'a> {
    answering: std::pin::Pin<Box<dyn Future<Output = Vec<String>>>>,
    number: &'a String,
    leaves_after: Option<u32>,
}

async fn key_of(db: &Db, institution: InstitutionId) -> String {
    let secret = *uuid::Uuid::new_v4().as_bytes();
    let key = ApiKey::new(institution, [secret, secret].concat().try_into().unwrap());
    let holder = Person { name: "A system".into(), member: None };
    let entry = ApiKeyEntry::new(Role::Staff, holder, None, now());
    let mut tx = db.begin_as(institution).await.unwrap();
    api_keys::insert(&mut tx, &entry, &key.hash(), &Actor::Operator).await.unwrap();
    tx.commit().await.unwrap();
    key.reveal().to_owned()
}

fn request(method: &str, path: &str, key: &str, body: String) -> Request<Body> {
    let request = Request::builder().method(method).uri(path).header("authorization", format!("Bearer {key}"));
    request.header("content-type", "application/json").body(Body::from(body)).unwrap()
}

fn list(key: &str) -> Vec<Request<Body>> {
    vec![request("GET", "/v1/members", key, String::new())]
}

/// Makes a term, and then shows whose members there are.
fn write_and_list(key: &str, n: usize) -> Vec<Request<Body>> {
    let term = format!(r#"{{"code":"t{n}","name":"T","starts_on":"2025-09-01","ends_on":"2025-09-30"}}"#);
    vec![request("POST", "/v1/terms", key, term), request("GET", "/v1/members", key, String::new())]
}

/// The numbers of the members that the last request shows.
async fn ask(router: Router, requests: Vec<Request<Body>>) -> Vec<String> {
    let mut body = Vec::new();
    for request in requests {
        let response = router.clone().oneshot(request).await.unwrap();
        assert!(response.status().is_success(), "{}", response.status());
        body = to_bytes(response.into_body(), usize::MAX).await.unwrap().to_vec();
    }
    let page: serde_json::Value = serde_json::from_slice(&body).unwrap();
    page["items"].as_array().unwrap().iter().map(|item| item["number"].as_str().unwrap().to_owned()).collect()
}
