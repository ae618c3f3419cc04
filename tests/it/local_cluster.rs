//! The embedded cluster: started, shared, stopped, and found again after anything that can happen to it.

use std::{
    path::Path,
    process::{Command, Stdio},
};

use accredit::db::{self, local::Cluster};
use sqlx::{Connection as _, Executor as _, PgConnection};

use crate::support::cluster::reachable_directory;

/// A data directory that the server's account can enter; removed at the end.
struct DataDir(tempfile::TempDir);

impl DataDir {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        reachable_directory(dir.path());
        Self(dir)
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn server_pid(&self) -> i32 {
        let file = std::fs::read_to_string(self.path().join("data/postmaster.pid")).unwrap();
        file.lines().next().unwrap().parse().unwrap()
    }
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

async fn connect(cluster: &Cluster) -> PgConnection {
    PgConnection::connect_with(cluster.options().postgres()).await.unwrap()
}

async fn remember(cluster: &Cluster, word: &str) {
    let mut connection = connect(cluster).await;
    connection.execute("create table if not exists memory (word text)").await.unwrap();
    sqlx::query("insert into memory values ($1)").bind(word).execute(&mut connection).await.unwrap();
}

async fn memory(cluster: &Cluster) -> Vec<String> {
    sqlx::query_scalar("select word from memory order by word").fetch_all(&mut connect(cluster).await).await.unwrap()
}

#[test]
fn a_second_start_finds_the_data_of_the_first() {
    let dir = DataDir::new();
    let first = Cluster::start(dir.path()).unwrap();
    assert!(first.is_owner());
    block_on(async {
        db::migrate(&first.options()).await.unwrap();
        db::connect(&first.options(), 2).await.unwrap().check().await.unwrap();
        remember(&first, "kept").await;
    });
    first.stop().unwrap();
    assert!(!dir.path().join("data/postmaster.pid").exists(), "a clean stop leaves no lock behind");

    let second = Cluster::start(dir.path()).unwrap();
    assert_eq!(block_on(memory(&second)), ["kept"]);
    block_on(db::migrate(&second.options())).unwrap();
}

#[test]
fn a_server_that_was_killed_is_recovered_with_all_that_was_committed() {
    let dir = DataDir::new();
    let first = Cluster::start(dir.path()).unwrap();
    block_on(remember(&first, "committed"));
    kill(dir.server_pid(), "KILL");
    first.stop().unwrap();
    assert!(dir.path().join("data/postmaster.pid").exists(), "the lock of the killed server is stale");

    let second = Cluster::start(dir.path()).unwrap();
    assert_eq!(block_on(memory(&second)), ["committed"]);
}

#[test]
fn a_stale_lock_whose_number_another_program_has_by_now_is_no_hindrance() {
    let dir = DataDir::new();
    Cluster::start(dir.path()).unwrap().stop().unwrap();
    // Postgres believes such a lock where the process has the server's own account.
    let mut stranger = as_owner_of(&dir.path().join("data"), Command::new("/bin/sleep").arg("600")).spawn().unwrap();
    let lock = format!("{}\n{}\n1\n5432\n{}\n\n\n", stranger.id(), dir.path().join("data").display(), dir.path().join("sock").display());
    std::fs::write(dir.path().join("data/postmaster.pid"), lock).unwrap();

    let started = Cluster::start(dir.path());
    stranger.kill().unwrap();
    stranger.wait().unwrap();
    started.unwrap();
}

#[test]
fn a_server_whose_application_was_killed_is_stopped_before_the_next_one_starts() {
    let dir = DataDir::new();
    Cluster::start(dir.path()).unwrap().stop().unwrap();
    // An orphan as it is left where the kernel does not stop it: alive, and nobody holds the application's lock.
    let data = dir.path().join("data");
    let mut orphan = as_owner_of(
        &data,
        Command::new(postgres(&data)).arg("-D").arg(&data).arg("-k").arg(dir.path().join("sock")).args(["-h", ""]).stderr(Stdio::null()),
    )
    .current_dir(&data)
    .spawn()
    .unwrap();
    while !data.join("postmaster.pid").exists() {
        std::thread::yield_now();
    }
    let reaper = std::thread::spawn(move || orphan.wait());
    let cluster = Cluster::start(dir.path()).unwrap();
    assert!(cluster.is_owner());
    assert!(reaper.join().unwrap().unwrap().success());
}

#[test]
fn two_that_start_on_one_data_dir_at_once_share_the_server_that_one_of_them_owns() {
    let dir = DataDir::new();
    let both_wrote = std::sync::Barrier::new(2);
    let both_read = std::sync::Barrier::new(2);
    // The server stops with the thread that started it, so each stays until both have read.
    let start = |word: &str| {
        let cluster = Cluster::start(dir.path()).unwrap();
        block_on(remember(&cluster, word));
        both_wrote.wait();
        assert_eq!(block_on(memory(&cluster)), ["one", "other"]);
        both_read.wait();
        let is_owner = cluster.is_owner();
        cluster.stop().unwrap();
        is_owner
    };
    // The table is there first: two that make it at once are not what this is about.
    block_on_started(&dir, |cluster| block_on(async { connect(cluster).await.execute("create table memory (word text)").await.unwrap() }));
    let (one, other) = std::thread::scope(|scope| {
        let other = scope.spawn(|| start("other"));
        (start("one"), other.join().unwrap())
    });
    assert!(one != other, "exactly one of them owns the server");
}

#[test]
fn a_guest_leaves_without_stopping_the_server() {
    let dir = DataDir::new();
    let owner = Cluster::start(dir.path()).unwrap();
    let guest = Cluster::start(dir.path()).unwrap();
    assert!(owner.is_owner() && !guest.is_owner());
    block_on(remember(&guest, "seen by both"));
    guest.stop().unwrap();
    assert_eq!(block_on(memory(&owner)), ["seen by both"]);
}

#[test]
fn a_data_dir_whose_socket_would_have_too_long_a_name_is_refused_with_the_number_of_bytes() {
    let dir = DataDir::new();
    let long = dir.path().join("x".repeat(100));
    let error = Cluster::start(&long).unwrap_err().to_string();
    assert!(error.contains("data_dir is too long") && error.contains("107"), "{error}");
}

#[test]
fn a_start_that_was_killed_while_it_made_the_cluster_leaves_nothing_in_the_way() {
    let dir = DataDir::new();
    std::fs::create_dir(dir.path().join("data.unfinished")).unwrap();
    std::fs::write(dir.path().join("data.unfinished/PG_VERSION"), "15\n").unwrap();
    Cluster::start(dir.path()).unwrap().stop().unwrap();
    assert!(!dir.path().join("data.unfinished").exists());
}

fn block_on_started<T>(dir: &DataDir, work: impl FnOnce(&Cluster) -> T) -> T {
    let cluster = Cluster::start(dir.path()).unwrap();
    let value = work(&cluster);
    cluster.stop().unwrap();
    value
}

fn kill(pid: i32, signal: &str) {
    assert!(Command::new("kill").args(["-s", signal, &pid.to_string()]).status().unwrap().success());
}

/// A command that runs as whoever owns `path`.
fn as_owner_of<'a>(path: &Path, command: &'a mut Command) -> &'a mut Command {
    use std::os::unix::{fs::MetadataExt as _, process::CommandExt as _};
    let owner = std::fs::metadata(path).unwrap();
    if nix::unistd::geteuid().is_root() { command.uid(owner.uid()).gid(owner.gid()) } else { command }
}

/// The server's program, as the embedded cluster finds it.
fn postgres(data: &Path) -> std::path::PathBuf {
    // The first line of postmaster.opts is the command that started the server.
    let options = std::fs::read_to_string(data.join("postmaster.opts")).unwrap();
    options.split_whitespace().next().unwrap().into()
}
