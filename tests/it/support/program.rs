//! The built program as a shell runs it: in an environment of the test's own, with nothing of the machine's settings.

use std::{
    io::{BufRead as _, BufReader},
    process::{Child, ChildStderr, Command, Stdio},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use serde_json::Value;

/// What a run of it left.
#[derive(Debug)]
pub struct Ran {
    pub status: i32,
    pub out: String,
    pub err: String,
}

impl Ran {
    #[track_caller]
    pub fn ok(self) -> Self {
        assert_eq!(self.status, 0, "{self:?}");
        self
    }

    /// Failed, with this on standard error, on one line of its own, and without a backtrace.
    #[track_caller]
    pub fn failed(self, told: &str) -> Self {
        assert_eq!(self.status, 1, "{self:?}");
        assert!(self.err.lines().any(|line| line.contains(told)), "{told}: {self:?}");
        assert!(!self.err.contains("backtrace") && !self.err.contains("panicked"), "{self:?}");
        self
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// A command with these variables and no others.
pub fn command(variables: &[(&str, &str)], arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_accredit"));
    // HOME and PATH: where the embedded Postgres is looked for; RUST_BACKTRACE: nobody is to see one.
    command.env_clear().env("HOME", "/nonexistent").env("PATH", "/usr/local/bin:/usr/bin:/bin").env("RUST_BACKTRACE", "1");
    command.envs(variables.iter().copied()).args(arguments);
    command
}

/// Runs it to its end.
pub fn run(variables: &[(&str, &str)], arguments: &[&str]) -> Ran {
    let output = command(variables, arguments).stdin(Stdio::null()).output().expect("the program");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    Ran { status: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
}

/// One that runs until it is told to stop. Killed where a test forgets it.
pub struct Running {
    child: Child,
    err: BufReader<ChildStderr>,
}

impl Running {
    pub fn start(variables: &[(&str, &str)], arguments: &[&str]) -> Self {
        let mut child = command(variables, arguments).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("the program");
        let err = BufReader::new(child.stderr.take().expect("piped"));
        Self { child, err }
    }

    /// Reads standard error up to the line that contains `awaited`.
    pub fn line_with(&mut self, awaited: &str) -> String {
        let mut seen = String::new();
        loop {
            let mut line = String::new();
            assert!(self.err.read_line(&mut line).expect("UTF-8") > 0, "no line with {awaited} in {seen}");
            if line.contains(awaited) {
                return line.trim_end().to_owned();
            }
            seen.push_str(&line);
        }
    }

    /// Tells it to stop, and gives back its exit status.
    pub fn stop(mut self, signal: Signal) -> Option<i32> {
        kill(Pid::from_raw(i32::try_from(self.child.id()).expect("a pid")), signal).expect("a signal");
        self.child.wait().expect("the program").code()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Over already: as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
