//! The door to the database: migrations, the application's role, the queue, the pool.

use accredit::db::{self, queue};
use accredit::model::{ids::SyncId, job::SyncRepository};
use sqlx::Executor as _;
use uuid::Uuid;

use crate::support::{TestDatabase, database::EmptyDatabase, proxy::Proxy};

#[tokio::test]
async fn the_migrations_apply_to_an_empty_database_and_the_second_time_change_nothing() {
    let database = EmptyDatabase::new().await;
    db::migrate(database.options()).await.unwrap();
    let once = dump(&mut database.owner().await).await;
    db::migrate(database.options()).await.unwrap();
    assert_eq!(dump(&mut database.owner().await).await, once);
}

#[tokio::test]
async fn processes_that_migrate_at_once_take_turns() {
    let database = EmptyDatabase::new().await;
    let (a, b, c) = tokio::join!(db::migrate(database.options()), db::migrate(database.options()), db::migrate(database.options()));
    a.unwrap();
    b.unwrap();
    c.unwrap();
    db::connect(database.options(), 1).await.unwrap().check().await.unwrap();
}

/// An owner who is no superuser is bound by the walls as well, and a migration comes in nobody's name.
#[tokio::test]
async fn the_links_that_are_there_are_taken_over_by_an_owner_whom_the_walls_bind() {
    let database = EmptyDatabase::new().await;
    let mut owner = database.owner().await;
    for migration in [include_str!("../../migrations/0001_create_house.sql"), include_str!("../../migrations/0002_add_change_facts.sql")] {
        sqlx::raw_sql(migration).execute(&mut owner).await.unwrap();
    }
    let before = "
        insert into institutions values ('00000000-0000-7000-8000-000000000001', 'a', 'A', 'UTC', now());
        insert into members (institution_id, member_id, number, name, role, github_login, github_id, account_state, created_at, updated_at)
          select '00000000-0000-7000-8000-000000000001', gen_random_uuid(), n::text, 'Ada', 'student', 'ada' || n,
            case when n < 3 then n end, case when n < 3 then 'linked' else 'pending' end, now(), '2025-10-01T00:00:00Z'
          from generate_series(1, 3) as n;
        do $$ declare owned record; begin
          create role accredit_test_plain_owner nologin;
        exception when duplicate_object or unique_violation then null; end $$;
        do $$ declare owned record; begin
          for owned in select oid::regclass as name from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' loop
            execute format('alter table %s owner to accredit_test_plain_owner', owned.name);
          end loop;
        end $$;
        grant create, usage on schema public to accredit_test_plain_owner;
        set role accredit_test_plain_owner";
    sqlx::raw_sql(before).execute(&mut owner).await.unwrap();
    sqlx::raw_sql(include_str!("../../migrations/0003_create_statements.sql")).execute(&mut owner).await.unwrap();
    sqlx::raw_sql("reset role").execute(&mut owner).await.unwrap();
    let links: Vec<(i64, String)> =
        sqlx::query_as("select github_id, to_char(linked_at at time zone 'UTC', 'YYYY-MM-DD') from account_links order by 1")
            .fetch_all(&mut owner)
            .await
            .unwrap();
    assert_eq!(links, [(1, "2025-10-01".to_owned()), (2, "2025-10-01".to_owned())]);
    let forced: bool =
        sqlx::query_scalar("select relforcerowsecurity from pg_class where oid = 'members'::regclass").fetch_one(&mut owner).await.unwrap();
    assert!(forced, "the wall stands again");
}

/// What was linked is bound for the time in which it was linked: whoever came to another account, and an account that came to another.
#[tokio::test]
async fn the_accounts_that_were_linked_are_bound_for_their_time_and_an_account_is_one_persons() {
    let database = EmptyDatabase::new().await;
    let mut owner = database.owner().await;
    let mut files: Vec<_> =
        std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations")).unwrap().map(|file| file.unwrap()).collect();
    files.retain(|file| file.file_name().to_str().unwrap().ends_with(".sql") && *file.file_name() < *"0014");
    files.sort_by_key(|file| file.file_name());
    for file in files {
        sqlx::raw_sql(sqlx::AssertSqlSafe(std::fs::read_to_string(file.path()).unwrap())).execute(&mut owner).await.unwrap();
    }
    // 1 came from account 10 to 11; 2 had 12 and left, 3 has it since; 4 had 13 and its login was taken away; 5 was linked and never noted.
    let before = "
        insert into institutions values ('00000000-0000-7000-8000-000000000001', 'a', 'A', 'UTC', now());
        insert into members (institution_id, member_id, number, name, role, github_login, github_id, account_state, created_at, updated_at, removed_at)
          select '00000000-0000-7000-8000-000000000001', ('00000000-0000-7000-8000-00000000000' || n)::uuid, n::text, 'Ada', 'student', login,
            account, case when login is null then 'none' else 'linked' end, now(), '2025-12-01T00:00:00Z', removed
          from (values (1, 'one', 11, null), (2, 'two', 12, '2025-11-01T00:00:00Z'::timestamptz), (3, 'three', 12, null), (4, null, null, null),
            (5, 'five', 14, null)) as m (n, login, account, removed);
        insert into account_links (institution_id, member_id, github_id, linked_at)
          select '00000000-0000-7000-8000-000000000001', ('00000000-0000-7000-8000-00000000000' || n)::uuid, account, at::timestamptz
          from (values (1, 10, '2025-09-01Z'), (1, 10, '2025-09-02Z'), (1, 11, '2025-10-01Z'), (2, 12, '2025-09-01Z'), (3, 12, '2025-11-15Z'),
            (4, 13, '2025-09-01Z')) as l (n, account, at);
        do $$ begin
          create role accredit_test_plain_owner nologin;
        exception when duplicate_object or unique_violation then null; end $$;
        do $$ declare owned record; begin
          for owned in select oid::regclass as name from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' loop
            execute format('alter table %s owner to accredit_test_plain_owner', owned.name);
          end loop;
          for owned in select oid::regprocedure as name from pg_proc where pronamespace = 'public'::regnamespace loop
            execute format('alter function %s owner to accredit_test_plain_owner', owned.name);
          end loop;
        end $$;
        grant create, usage on schema public to accredit_test_plain_owner;
        set role accredit_test_plain_owner";
    sqlx::raw_sql(before).execute(&mut owner).await.unwrap();
    sqlx::raw_sql(include_str!("../../migrations/0014_create_bindings.sql")).execute(&mut owner).await.unwrap();
    sqlx::raw_sql("reset role").execute(&mut owner).await.unwrap();
    let bound: Vec<String> = sqlx::query_scalar(
        "select format('%s %s %s %s', right(member_id::text, 1), github_id, login,
           translate(format('%s-%s', to_char(lower(span) at time zone 'UTC', 'MMDD'), to_char(upper(span) at time zone 'UTC', 'MMDD')), ' ', ''))
         from bindings order by member_id, bound_at",
    )
    .fetch_all(&mut owner)
    .await
    .unwrap();
    assert_eq!(bound, ["1 10 10 -1001", "1 11 one -", "2 12 12 -1115", "3 12 three 1115-", "4 13 13 -1201", "5 14 five -"]);
    let forced: bool =
        sqlx::query_scalar("select bool_and(relforcerowsecurity) from pg_class where oid in ('members'::regclass, 'bindings'::regclass)")
            .fetch_one(&mut owner)
            .await
            .unwrap();
    assert!(forced, "the walls stand");
}

/// Every table and function with its number, and every right and policy.
async fn dump(owner: &mut sqlx::PgConnection) -> Vec<String> {
    sqlx::query_scalar(
        "select format('%s %s %s', oid, oid::regclass, relacl) from pg_class where relnamespace::regnamespace::text in ('public', 'graphile_worker')
         union all select format('%s %s', oid, oid::regprocedure) from pg_proc where pronamespace::regnamespace::text in ('public', 'graphile_worker')
         union all select format('%s %s %s', oid, polname, polrelid::regclass) from pg_policy order by 1",
    )
    .fetch_all(owner)
    .await
    .unwrap()
}

#[tokio::test]
async fn a_database_that_was_never_migrated_is_refused_with_the_command_that_helps() {
    let database = EmptyDatabase::new().await;
    // A server on which nothing was ever migrated has not even the role.
    let refused = match db::connect(database.options(), 1).await {
        Ok(db) => db.check().await,
        Err(error) => Err(error),
    };
    let error = refused.unwrap_err().to_string();
    assert!(error.contains("accredit migrate"), "{error}");
}

#[tokio::test]
async fn the_application_cannot_say_that_a_migration_was_applied() {
    let database = TestDatabase::new().await;
    for sql in ["delete from _sqlx_migrations", "update _sqlx_migrations set success = false", "create table public.mine (x int)"] {
        let error = database.db().pool().execute(sql).await.unwrap_err().to_string();
        assert!(error.contains("permission denied"), "{sql}: {error}");
    }
}

#[tokio::test]
async fn the_application_cannot_delete_what_results_point_at() {
    let database = TestDatabase::new().await;
    for table in ["institutions", "members", "terms", "policies", "evaluations"] {
        let sql = format!("delete from {table}");
        let error = database.db().pool().execute(sqlx::AssertSqlSafe(sql)).await.unwrap_err().to_string();
        assert!(error.contains("permission denied"), "{table}: {error}");
    }
}

#[tokio::test]
async fn a_job_exists_exactly_when_the_transaction_that_asked_for_it_is_committed() {
    let database = TestDatabase::new().await;
    let db = database.db();
    let job = SyncRepository { repository_id: accredit::model::ids::RepositoryId(Uuid::nil()), sync_id: SyncId(Uuid::nil()) };

    let mut rolled_back = db.begin().await.unwrap();
    queue::enqueue(&mut rolled_back, &job, None).await.unwrap();
    drop(rolled_back);
    assert_eq!(jobs(&database).await, 0);

    let mut committed = db.begin().await.unwrap();
    queue::enqueue(&mut committed, &job, None).await.unwrap();
    queue::enqueue(&mut committed, &job, None).await.unwrap();
    committed.commit().await.unwrap();
    assert_eq!(jobs(&database).await, 1, "two waiting jobs with one key are one job");
}

async fn jobs(database: &TestDatabase) -> i64 {
    sqlx::query_scalar("select count(*) from graphile_worker._private_jobs").fetch_one(&mut database.owner().await).await.unwrap()
}

/// sqlx gives a connection back to the pool inside a transaction when `begin()` is dropped while its answer is under way; what is
/// written on it next is acknowledged and never committed.
#[tokio::test]
async fn a_write_after_a_begin_that_was_cancelled_is_not_lost() {
    let database = TestDatabase::new().await;
    let proxy = Proxy::before(database.options(), &database.url()).await;
    let db = db::connect(&proxy.options, 1).await.unwrap();
    for account in 1..=3_i64 {
        cancel_a_begin(&proxy, &db).await;
        sqlx::query("insert into accounts (github_id, login, kind, seen_at) values ($1, 'ada', 'user', now())")
            .bind(account)
            .execute(db.pool())
            .await
            .unwrap();
        let seen: i64 = sqlx::query_scalar("select count(*) from accounts").fetch_one(&mut database.owner().await).await.unwrap();
        assert_eq!(seen, account, "another connection does not see what was acknowledged");
    }
}

/// Leaves a `begin` whose BEGIN the server has and whose answer nobody has seen.
async fn cancel_a_begin(proxy: &Proxy, db: &db::Db) {
    proxy.arm();
    let begin = db.begin();
    tokio::select! {
        _ = begin => panic!("the answer was to be held back"),
        () = proxy.held() => {}
    }
    proxy.release();
}
