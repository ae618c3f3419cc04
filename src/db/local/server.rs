//! One server process: prepared, started, watched, stopped.
//! It must not decide whether this process may own it: whoever calls holds the lock.

use std::{
    fs,
    os::unix::process::CommandExt as _,
    path::{Path, PathBuf},
    process::{Child, Command},
    thread,
    time::{Duration, Instant},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

use super::{Directory, Error, POLL, PORT, binaries::Binaries, failed};
use crate::config::Environment;

/// How long a server may take to stop of itself before it is made to.
const STOP_TIMEOUT: Duration = Duration::from_secs(20);
const LOCK: &str = "postmaster.pid";

#[derive(Debug)]
pub(super) struct Server {
    child: Child,
    log: PathBuf,
}

impl Server {
    pub fn start(directory: &Directory, environment: &Environment) -> Result<Self, Error> {
        let data = directory.data();
        stop_orphan(&data)?;
        let binaries = Binaries::find(environment, made_by(&data)?)?;
        if !data.join("PG_VERSION").exists() {
            initialise(directory, &binaries)?;
        }
        directory.account.make_private(&data)?;
        directory.account.make_private(&directory.socket_dir())?;
        Self::spawn(directory, &binaries)
    }

    fn spawn(directory: &Directory, binaries: &Binaries) -> Result<Self, Error> {
        let (data, log_path) = (directory.data(), directory.path("postgres.log"));
        let log = start_log(&log_path)?;
        let errors = log.try_clone().map_err(|error| failed(log_path.display(), &error))?;
        let mut command = directory.account.command(&binaries.program("postgres"));
        command.arg("-D").arg(&data).arg("-k").arg(directory.socket_dir()).args(["-h", "", "-p", &PORT.to_string()]);
        command.args(["-c", "unix_socket_permissions=0700"]);
        // A group of its own: Ctrl-C reaches the application first, which then stops the server.
        command.current_dir(&data).stdout(log).stderr(errors).process_group(0);
        stop_with_this_thread(&mut command);
        let child = command.spawn().map_err(|error| failed(binaries.program("postgres").display(), &error))?;
        Ok(Self { child, log: log_path })
    }

    /// Waits until the server answers; an error when it ends or `limit` has passed before.
    pub async fn ready(&mut self, socket_dir: &Path, limit: Duration) -> Result<(), Error> {
        let deadline = Instant::now() + limit;
        loop {
            if let Some(status) = self.child.try_wait().map_err(|error| failed("postgres", &error))? {
                return Err(Error::Unusable(format!("Postgres ended while it started ({status}): {}", last_lines(&self.log))));
            }
            match super::ensure_database(socket_dir).await {
                Ok(()) => return Ok(()),
                Err(error) if Instant::now() > deadline => return Err(failed("Postgres did not become ready in time", &error)),
                Err(_) => tokio::time::sleep(POLL).await,
            }
        }
    }

    /// A fast shutdown: open transactions are rolled back, everything committed is on disk.
    pub fn stop(&mut self) -> Result<(), Error> {
        let watch = |error: &dyn std::error::Error| failed("stopping Postgres", error);
        if self.child.try_wait().map_err(|error| watch(&error))?.is_some() {
            return Ok(());
        }
        let pid = pid_of(&self.child)?;
        for signal in [Signal::SIGINT, Signal::SIGQUIT, Signal::SIGKILL] {
            kill(pid, signal).map_err(|error| watch(&error))?;
            let deadline = Instant::now() + STOP_TIMEOUT;
            while Instant::now() < deadline {
                if self.child.try_wait().map_err(|error| watch(&error))?.is_some() {
                    return Ok(());
                }
                thread::sleep(POLL);
            }
        }
        Err(Error::Unusable(format!("Postgres (process {pid}) does not stop: see {}", self.log.display())))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Err(error) = self.stop() {
            tracing::error!(%error, "the embedded Postgres was left running");
        }
    }
}

fn pid_of(child: &Child) -> Result<Pid, Error> {
    i32::try_from(child.id()).map(Pid::from_raw).map_err(|error| failed("the server's process number", &error))
}

/// Without this a killed application would leave a server behind that nobody stops.
#[cfg(target_os = "linux")]
#[expect(unsafe_code, reason = "there is no safe way to act between fork and exec")]
fn stop_with_this_thread(command: &mut Command) {
    let request = || nix::sys::prctl::set_pdeathsig(Signal::SIGINT).map_err(Into::into);
    // SAFETY: the closure makes one system call, which is async-signal-safe, and allocates nothing.
    unsafe { command.pre_exec(request) };
}

#[cfg(not(target_os = "linux"))]
fn stop_with_this_thread(_: &mut Command) {}

/// The major version of the data that is there.
fn made_by(data: &Path) -> Result<Option<u32>, Error> {
    let file = data.join("PG_VERSION");
    match fs::read_to_string(&file) {
        Ok(text) => text.trim().parse().map(Some).map_err(|error| failed(file.display(), &error)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => {
            Err(failed(format!("{} cannot be read; run as the account that owns it, or set another data_dir", file.display()), &error))
        }
    }
}

/// Makes the cluster beside its place and moves it there when it is whole: a start that was killed leaves nothing half made.
fn initialise(directory: &Directory, binaries: &Binaries) -> Result<(), Error> {
    let unfinished = directory.path("data.unfinished");
    if unfinished.exists() {
        fs::remove_dir_all(&unfinished).map_err(|error| failed(unfinished.display(), &error))?;
    }
    directory.account.make_private(&unfinished)?;
    let locale = if cfg!(target_os = "macos") { "--locale=C" } else { "--locale=C.UTF-8" };
    let mut initdb = directory.account.command(&binaries.program("initdb"));
    initdb.arg("-D").arg(&unfinished).args(["-U", super::SUPERUSER, "-A", "trust", "-E", "UTF8", locale]).current_dir(&unfinished);
    let output = initdb.output().map_err(|error| failed(binaries.program("initdb").display(), &error))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(Error::Unusable(format!("initdb failed ({}): {}", output.status, said.trim())));
    }
    fs::rename(&unfinished, directory.data()).map_err(|error| failed(directory.data().display(), &error))
}

/// A server whose application was killed is stopping by itself on Linux; elsewhere, or where it does not, it is stopped here.
fn stop_orphan(data: &Path) -> Result<(), Error> {
    let Some(pid) = orphan(data) else { return remove_misleading_lock(data) };
    tracing::warn!(%pid, "a Postgres of an earlier run is still there: waiting for it to stop");
    for signal in [Signal::SIGINT, Signal::SIGQUIT] {
        // It may end between the look and the signal.
        let _ = kill(pid, signal);
        let deadline = Instant::now() + STOP_TIMEOUT;
        while Instant::now() < deadline {
            if orphan(data).is_none() {
                return Ok(());
            }
            thread::sleep(POLL);
        }
    }
    Err(Error::Unusable(format!("a Postgres of an earlier run (process {pid}) uses {} and does not stop: stop it", data.display())))
}

/// Postgres takes its lock for valid as long as some process of its account has the number in it. A lock whose number is free it
/// recovers by itself, and more carefully: it also asks for children that a killed server left.
fn remove_misleading_lock(data: &Path) -> Result<(), Error> {
    let lock = data.join(LOCK);
    match locked_by(data) {
        Some(pid) if kill(pid, None).is_ok() => fs::remove_file(&lock).map_err(|error| failed(lock.display(), &error)),
        _ => Ok(()),
    }
}

/// The process that `postmaster.pid` names.
fn locked_by(data: &Path) -> Option<Pid> {
    let file = fs::read_to_string(data.join(LOCK)).ok()?;
    file.lines().next()?.trim().parse().ok().map(Pid::from_raw)
}

/// The process that `postmaster.pid` names, if it is alive and works in `data`: a number may belong to another program by now.
fn orphan(data: &Path) -> Option<Pid> {
    locked_by(data).filter(|pid| works_in(pid.as_raw(), data))
}

#[cfg(target_os = "linux")]
fn works_in(pid: i32, data: &Path) -> bool {
    match (fs::canonicalize(format!("/proc/{pid}/cwd")), fs::canonicalize(data)) {
        (Ok(directory), Ok(data)) => directory == data,
        _ => false,
    }
}

#[cfg(not(target_os = "linux"))]
fn works_in(pid: i32, data: &Path) -> bool {
    let listed = Command::new("/bin/ps").args(["-o", "command=", "-p", &pid.to_string()]).output();
    listed.is_ok_and(|output| String::from_utf8_lossy(&output.stdout).contains(&*data.to_string_lossy()))
}

/// Each start has a log of its own; the one before is kept as `postgres.log.1`.
fn start_log(path: &Path) -> Result<fs::File, Error> {
    match fs::rename(path, path.with_extension("log.1")) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(failed(path.display(), &error)),
        _ => fs::File::create(path).map_err(|error| failed(path.display(), &error)),
    }
}

fn last_lines(log: &Path) -> String {
    let text = fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    format!("{} (see {})", lines[lines.len().saturating_sub(3)..].join(" / "), log.display())
}
