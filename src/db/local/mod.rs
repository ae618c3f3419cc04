//! The embedded cluster: a private Postgres under `data_dir`, for whoever names no server.
//! The first process on a directory owns and starts the server; others share it while it runs. It listens on a Unix socket alone.
//! It must not be started from a thread that ends before the server should: on Linux the server stops with its thread.

mod account;
mod binaries;
mod download;
mod server;

use std::{
    fs::{self, File, TryLockError},
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use sqlx::{
    AssertSqlSafe, Connection as _, Executor as _, PgConnection,
    postgres::{PgConnectOptions, PgSslMode},
};

use self::{account::Account, server::Server};
use super::{ConnectOptions, Error};
use crate::config::Environment;

const DATABASE: &str = "accredit";
const SUPERUSER: &str = "postgres";
const PORT: u16 = 5432;
/// Recovery after a crash may take a while.
const START_TIMEOUT: Duration = Duration::from_secs(120);
/// Whoever holds it runs the server.
const LOCK: &str = "accredit.lock";
const POLL: Duration = Duration::from_millis(20);

/// A running server. The owner's stops when it is dropped; a guest's is left alone.
#[derive(Debug)]
pub struct Cluster {
    socket_dir: PathBuf,
    server: Option<Server>,
    /// Held as long as the server is ours; free again after the server has stopped.
    _lock: Option<File>,
}

impl Cluster {
    /// Starts the server under `data_dir`, or joins the one that another process runs there. Blocks; call it from the main thread.
    pub fn start(data_dir: &Path) -> Result<Self, Error> {
        Self::start_with(data_dir, &Environment::read())
    }

    /// The same with other surroundings.
    pub fn start_with(data_dir: &Path, environment: &Environment) -> Result<Self, Error> {
        let directory = Directory::open(data_dir)?;
        let lock = File::options().create(true).append(true).open(directory.path(LOCK));
        let lock = lock.map_err(|error| directory.denied(&error))?;
        let deadline = Instant::now() + START_TIMEOUT;
        while Instant::now() < deadline {
            match lock.try_lock() {
                Ok(()) => return Self::own(&directory, environment, lock),
                Err(TryLockError::WouldBlock) => {
                    if block_on(ensure_database(&directory.socket_dir())).is_ok() {
                        return Ok(Self { socket_dir: directory.socket_dir(), server: None, _lock: None });
                    }
                }
                Err(TryLockError::Error(error)) => return Err(directory.denied(&error)),
            }
            thread::sleep(POLL);
        }
        Err(Error::Unusable(format!(
            "another process runs the cluster in {} and its server does not answer: stop that process, or set another data_dir",
            directory.root.display()
        )))
    }

    /// Whether a process runs the cluster under `data_dir` now.
    pub fn is_in_use(data_dir: &Path) -> bool {
        File::open(data_dir.join(LOCK)).is_ok_and(|lock| matches!(lock.try_lock(), Err(TryLockError::WouldBlock)))
    }

    fn own(directory: &Directory, environment: &Environment, lock: File) -> Result<Self, Error> {
        let mut server = Server::start(directory, environment)?;
        let socket_dir = directory.socket_dir();
        block_on(server.ready(&socket_dir, START_TIMEOUT))?;
        Ok(Self { socket_dir, server: Some(server), _lock: Some(lock) })
    }

    /// The cluster's database, as its owner.
    pub fn options(&self) -> ConnectOptions {
        ConnectOptions(options(&self.socket_dir).database(DATABASE))
    }

    /// Whether this process started the server, and will stop it.
    pub fn is_owner(&self) -> bool {
        self.server.is_some()
    }

    /// Stops the server if it is ours, and waits until it has stopped.
    pub fn stop(mut self) -> Result<(), Error> {
        self.server.take().map_or(Ok(()), |mut server| server.stop())
    }
}

/// What lies under `data_dir`: `data/` (Postgres's own), `sock/`, `postgres.log`, `accredit.lock`.
struct Directory {
    root: PathBuf,
    account: Account,
}

impl Directory {
    fn open(data_dir: &Path) -> Result<Self, Error> {
        let root = std::path::absolute(data_dir).map_err(|error| failed(format!("data_dir {}", data_dir.display()), &error))?;
        let made = fs::create_dir_all(&root);
        made.map_err(|error| failed(format!("data_dir {} cannot be made; set another data_dir", root.display()), &error))?;
        let account = Account::for_cluster(&root.join("data"))?;
        let directory = Self { root, account };
        directory.require_short_socket_path()?;
        directory.account.require_entry(&directory.root)?;
        Ok(directory)
    }

    /// The kernel keeps a socket's path in 108 bytes (104 on macOS), the last of them zero.
    fn require_short_socket_path(&self) -> Result<(), Error> {
        let most = if cfg!(target_os = "macos") { 103 } else { 107 };
        let path = self.socket_dir().join(format!(".s.PGSQL.{PORT}"));
        let bytes = path.as_os_str().len();
        if bytes <= most {
            return Ok(());
        }
        Err(Error::Unusable(format!(
            "data_dir is too long: the server's socket {} would take {bytes} bytes of the {most} that the system allows; set a shorter data_dir",
            path.display()
        )))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    fn data(&self) -> PathBuf {
        self.path("data")
    }

    fn socket_dir(&self) -> PathBuf {
        self.path("sock")
    }

    fn denied(&self, error: &std::io::Error) -> Error {
        failed(format!("data_dir {} cannot be used; run as the account that owns it, or set another data_dir", self.root.display()), error)
    }
}

fn failed(what: impl std::fmt::Display, error: &dyn std::error::Error) -> Error {
    Error::Unusable(format!("{what}: {error}"))
}

fn options(socket_dir: &Path) -> PgConnectOptions {
    PgConnectOptions::new_without_pgpass()
        .socket(socket_dir)
        .port(PORT)
        .username(SUPERUSER)
        .password("")
        .ssl_mode(PgSslMode::Disable)
        .application_name("accredit")
}

/// Ready means a real connection, to a cluster that has our database.
async fn ensure_database(socket_dir: &Path) -> Result<(), sqlx::Error> {
    let mut connection = PgConnection::connect_with(&options(socket_dir).database(SUPERUSER)).await?;
    let there: bool =
        sqlx::query_scalar("select exists (select from pg_database where datname = $1)").bind(DATABASE).fetch_one(&mut connection).await?;
    if !there {
        connection.execute(AssertSqlSafe(format!("create database {DATABASE}"))).await?;
    }
    connection.close().await
}

/// On a thread of its own, because the caller may already be inside a runtime.
fn block_on<F: Future<Output: Send> + Send>(future: F) -> F::Output {
    thread::scope(|scope| {
        let waiting = scope.spawn(|| match tokio::runtime::Builder::new_current_thread().enable_all().build() {
            Ok(runtime) => runtime.block_on(future),
            Err(error) => panic!("no runtime: {error}"),
        });
        waiting.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}
