//! What the surroundings say besides the settings: where programs are found and where files may go.
//! It must not be read anywhere else: a value of this type is handed on.

use std::{collections::BTreeMap, path::PathBuf};

/// The parts of the process's environment that Accredit looks at.
#[derive(Debug, Clone)]
pub struct Environment {
    /// Where to look for Postgres before anywhere else.
    pub pg_bin_dir: Option<PathBuf>,
    /// The directories of `PATH`.
    pub path: Vec<PathBuf>,
    /// For what can be downloaded again.
    pub cache_dir: PathBuf,
    /// Where an embedded cluster lives when no setting says so.
    pub data_dir: PathBuf,
}

impl Environment {
    #[expect(clippy::disallowed_methods, reason = "config/ is where the environment is read")]
    pub fn read() -> Self {
        let root = nix::unistd::geteuid().is_root();
        let home = std::env::var_os("HOME").map(PathBuf::from).unwrap_or_else(|| PathBuf::from("/"));
        let place = |variable: &str, in_home: &str, of_root: &str| match std::env::var_os(variable).map(PathBuf::from) {
            // Postgres does not run as root, and the account that it runs as cannot enter root's home.
            _ if root => PathBuf::from(of_root),
            Some(given) if given.is_absolute() => given.join("accredit"),
            _ => home.join(in_home).join("accredit"),
        };
        Self {
            pg_bin_dir: std::env::var_os("PG_BIN_DIR").filter(|dir| !dir.is_empty()).map(PathBuf::from),
            path: std::env::var_os("PATH").map(|path| std::env::split_paths(&path).collect()).unwrap_or_default(),
            cache_dir: place("XDG_CACHE_HOME", ".cache", "/var/cache/accredit"),
            data_dir: place("XDG_DATA_HOME", ".local/share", "/var/lib/accredit"),
        }
    }

    /// The program called `name`, where `PATH` has it.
    pub fn program(&self, name: &str) -> Option<PathBuf> {
        self.path.iter().map(|dir| dir.join(name)).find(|file| file.is_file())
    }
}

/// The environment's variables, for `Settings::load`. No `Debug`: secrets are among them. An empty one is not set.
#[derive(Clone, Default)]
pub struct Variables(BTreeMap<String, String>);

impl Variables {
    /// Those of this process. What is not Unicode shows its replacement characters in the message that refuses it.
    #[expect(clippy::disallowed_methods, reason = "config/ is where the environment is read")]
    pub fn read() -> Self {
        std::env::vars_os().map(|(name, value)| (name.to_string_lossy().into_owned(), value.to_string_lossy().into_owned())).collect()
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for Variables {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(variables: I) -> Self {
        Self(variables.into_iter().map(|(name, value)| (name.into(), value.into())).filter(|(_, value)| !value.is_empty()).collect())
    }
}
