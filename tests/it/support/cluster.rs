//! The server of the test databases: the one that ACCREDIT_TEST_DATABASE_URL names, or an embedded one of this process.

use std::{
    fs::{self, File},
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    sync::{OnceLock, mpsc},
    thread,
};

use accredit::db::{ConnectOptions, local::Cluster};
use sha2::{Digest as _, Sha256};
use sqlx::{Connection as _, Executor as _, PgConnection};

/// Its account may make databases.
#[expect(clippy::disallowed_methods, reason = "the test command is the door here")]
pub fn server() -> &'static ConnectOptions {
    static SERVER: OnceLock<ConnectOptions> = OnceLock::new();
    SERVER.get_or_init(|| match std::env::var("ACCREDIT_TEST_DATABASE_URL") {
        Ok(url) => ConnectOptions::from_url(&url.into()).expect("ACCREDIT_TEST_DATABASE_URL"),
        Err(_) => embedded(),
    })
}

/// Starts a cluster that stops with this process.
fn embedded() -> ConnectOptions {
    let (started, options) = mpsc::channel();
    // The server stops with the thread that starts it: this one is never done. A test's own thread would be.
    thread::spawn(move || {
        let (slot, _held) = free_slot();
        let cluster = Cluster::start(&slot).expect("the embedded cluster of the tests");
        unsafe_and_fast(&cluster.options());
        started.send(cluster.options()).expect("somebody waits");
        loop {
            thread::park();
        }
    });
    options.recv().expect("the embedded cluster of the tests")
}

/// A directory for this checkout that no other test run uses now. It is kept, for the next run starts faster on it.
fn free_slot() -> (PathBuf, File) {
    let checkout = hex::encode(&Sha256::digest(env!("CARGO_MANIFEST_DIR"))[..4]);
    for number in 0..100 {
        let slot = reachable_directory(&std::env::temp_dir().join(format!("accredit-test-{}-{checkout}-{number}", nix::unistd::geteuid())));
        let lock = File::create(slot.join("test.lock")).expect("the slot's lock");
        if lock.try_lock().is_ok() {
            return (slot, lock);
        }
    }
    panic!("a hundred test runs at once");
}

/// A directory that the server's account can enter, whichever that is.
pub fn reachable_directory(path: &Path) -> PathBuf {
    fs::create_dir_all(path).expect("a directory for a cluster");
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("a directory for a cluster");
    path.to_owned()
}

/// Nobody misses test data after a power cut.
fn unsafe_and_fast(options: &ConnectOptions) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let mut connection = PgConnection::connect_with(options.postgres()).await.expect("the embedded cluster of the tests");
        for sql in ["alter system set fsync = off", "alter system set synchronous_commit = off", "select pg_reload_conf()"] {
            connection.execute(sql).await.expect(sql);
        }
        let left: Vec<String> = sqlx::query_scalar(
            "select format('drop database %I with (force)', datname) from pg_database where datname ~ '^accredit_test_'",
        )
        .fetch_all(&mut connection)
        .await
        .expect("databases of runs that were killed");
        for sql in left {
            connection.execute(sqlx::AssertSqlSafe(sql)).await.expect("dropping what a killed run left");
        }
        connection.close().await.expect("closing");
    });
}
