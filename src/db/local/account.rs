//! Whom the server runs as: Postgres refuses to run as root, so root lends it another account.
//! It must not change anything outside `data_dir`.

use std::{
    fs::{self, Permissions},
    os::unix::{
        fs::{MetadataExt as _, PermissionsExt as _},
        process::CommandExt as _,
    },
    path::Path,
    process::{Command, Stdio},
};

use nix::unistd::{Gid, Uid, User, chown, geteuid};

use super::{Error, failed};

/// The account of the server's processes and files.
#[derive(Debug, Clone, Copy)]
pub(super) enum Account {
    /// Our own.
    Same,
    /// Another one; only root can.
    Other(Uid, Gid),
}

impl Account {
    /// The account that owns `data` already, else `postgres`, else `nobody`; our own where we are not root.
    pub fn for_cluster(data: &Path) -> Result<Self, Error> {
        if !geteuid().is_root() {
            return Ok(Self::Same);
        }
        match fs::metadata(data) {
            Ok(found) if found.uid() != 0 => return Ok(Self::Other(Uid::from_raw(found.uid()), Gid::from_raw(found.gid()))),
            _ => {}
        }
        for name in ["postgres", "nobody"] {
            let found = User::from_name(name).map_err(|error| failed(format!("looking for the account {name}"), &error))?;
            if let Some(user) = found {
                return Ok(Self::Other(user.uid, user.gid));
            }
        }
        Err(Error::Unusable(
            "Postgres does not run as root and there is neither an account `postgres` nor `nobody` to lend it: make one with `useradd --system postgres`, or run as an ordinary user".into(),
        ))
    }

    /// A command that runs as this account, in an empty environment. Its other groups are dropped with root's rights.
    pub fn command(self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.env_clear().env("LC_ALL", "C").stdin(Stdio::null());
        if let Self::Other(uid, gid) = self {
            command.uid(uid.as_raw()).gid(gid.as_raw());
        }
        command
    }

    /// Makes a directory that only this account enters.
    pub fn make_private(self, directory: &Path) -> Result<(), Error> {
        let denied = |error: &dyn std::error::Error| failed(format!("{} cannot be prepared", directory.display()), error);
        fs::create_dir_all(directory).map_err(|error| denied(&error))?;
        if let Self::Other(uid, gid) = self {
            chown(directory, Some(uid), Some(gid)).map_err(|error| denied(&error))?;
        }
        fs::set_permissions(directory, Permissions::from_mode(0o700)).map_err(|error| {
            Error::Unusable(format!(
                "{} belongs to another account ({error}): run as that account, or set another data_dir",
                directory.display()
            ))
        })
    }

    /// An error unless this account can walk to `directory`: a home with mode 0700 on the way would stop it.
    pub fn require_entry(self, directory: &Path) -> Result<(), Error> {
        let Self::Other(uid, _) = self else { return Ok(()) };
        let entered = self.command(Path::new("/bin/sh")).args(["-c", "cd \"$0\""]).arg(directory).stderr(Stdio::null()).status();
        if entered.map_err(|error| failed("/bin/sh", &error))?.success() {
            return Ok(());
        }
        let name = User::from_uid(uid).ok().flatten().map_or_else(|| uid.to_string(), |user| user.name);
        Err(Error::Unusable(format!(
            "data_dir {} cannot be entered by the account {name}, which runs Postgres when we are root: set a data_dir that it can reach, such as /var/lib/accredit",
            directory.display()
        )))
    }
}
