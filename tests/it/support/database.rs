//! A database for each test, made from a template that has been migrated once.
//! On the server that ACCREDIT_TEST_DATABASE_URL names, otherwise on an embedded one that the test process starts.

use std::{
    path::Path,
    process,
    sync::atomic::{AtomicU32, Ordering},
};

use accredit::db::{self, ConnectOptions, Db};
use sha2::{Digest as _, Sha256};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _, PgConnection};

use super::cluster;

/// Whoever makes a template on this server holds this advisory lock of the database `postgres`.
const TEMPLATE_LOCK: i64 = 0x0061_6363_7465_7374;
const CONNECTIONS: u32 = 5;

/// A database of one test: migrated, empty, dropped with this value.
pub struct TestDatabase {
    options: ConnectOptions,
    db: Db,
}

impl TestDatabase {
    pub async fn new() -> Self {
        let template = template(cluster::server()).await;
        let options = create(cluster::server(), &format!("template {template}")).await;
        let db = db::connect(&options, CONNECTIONS).await.expect("the test's database");
        Self { options, db }
    }

    /// As the application sees it: every connection is the role `accredit_app`.
    pub fn db(&self) -> &Db {
        &self.db
    }

    /// As its owner.
    pub fn options(&self) -> &ConnectOptions {
        &self.options
    }

    /// For a program that is given DATABASE_URL.
    pub fn url(&self) -> String {
        self.options.postgres().to_url_lossy().into()
    }

    /// A connection as the owner, who may look behind the walls (a superuser on test servers).
    pub async fn owner(&self) -> PgConnection {
        connect(&self.options).await
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        drop_database(&self.options);
    }
}

/// A database without any table of ours.
pub struct EmptyDatabase {
    options: ConnectOptions,
}

impl EmptyDatabase {
    pub async fn new() -> Self {
        Self { options: create(cluster::server(), "template template0").await }
    }

    pub fn options(&self) -> &ConnectOptions {
        &self.options
    }

    pub async fn owner(&self) -> PgConnection {
        connect(&self.options).await
    }
}

impl Drop for EmptyDatabase {
    fn drop(&mut self) {
        drop_database(&self.options);
    }
}

async fn connect(options: &ConnectOptions) -> PgConnection {
    PgConnection::connect_with(options.postgres()).await.unwrap_or_else(|error| panic!("{options}: {error}"))
}

async fn run(connection: &mut PgConnection, sql: String) {
    connection.execute(AssertSqlSafe(sql.clone())).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
}

async fn create(server: &ConnectOptions, how: &str) -> ConnectOptions {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let name = format!("accredit_test_{}_{}", process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let mut postgres = connect(&server.database("postgres")).await;
    run(&mut postgres, format!("drop database if exists {name} with (force)")).await;
    run(&mut postgres, format!("create database {name} {how}")).await;
    postgres.close().await.expect("closing");
    server.database(&name)
}

/// A destructor cannot wait for a future: a thread of its own can.
fn drop_database(options: &ConnectOptions) {
    let options = options.clone();
    let dropped = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let name = options.postgres().get_database().expect("a named database");
            let mut postgres = connect(&options.database("postgres")).await;
            run(&mut postgres, format!("drop database if exists {name} with (force)")).await;
            postgres.close().await.expect("closing");
        });
    });
    if dropped.join().is_err() && !std::thread::panicking() {
        panic!("the test's database could not be dropped");
    }
}

/// The template's name; it is made first where it is not there. Its name says which migrations it holds.
async fn template(server: &ConnectOptions) -> String {
    let name = format!("accredit_template_{}", migrations_hash());
    let mut postgres = connect(&server.database("postgres")).await;
    sqlx::query("select pg_advisory_lock($1)").bind(TEMPLATE_LOCK).execute(&mut postgres).await.expect("the template's lock");
    let there: bool = sqlx::query_scalar("select exists (select from pg_database where datname = $1)")
        .bind(&name)
        .fetch_one(&mut postgres)
        .await
        .expect("the list of databases");
    if !there {
        let unfinished = format!("{name}_unfinished");
        run(&mut postgres, format!("drop database if exists {unfinished} with (force)")).await;
        run(&mut postgres, format!("create database {unfinished} template template0")).await;
        db::migrate(&server.database(&unfinished)).await.expect("the template's migrations");
        run(&mut postgres, format!("alter database {unfinished} rename to {name}")).await;
    }
    postgres.close().await.expect("closing");
    name
}

/// Of everything that shapes a migrated database; the queue's own migrations come with its version in Cargo.lock.
fn migrations_hash() -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let migrations = std::fs::read_dir(root.join("migrations")).expect("migrations/");
    let mut files: Vec<_> = migrations.map(|entry| entry.expect("migrations/").path()).collect();
    files.extend(["src/db/rights.sql", "src/db/migrate.rs", "Cargo.lock"].map(|file| root.join(file)));
    files.sort();
    let mut hash = Sha256::new();
    for file in files {
        hash.update(std::fs::read(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display())));
    }
    hex::encode(&hash.finalize()[..8])
}
