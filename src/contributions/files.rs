//! Tells by its path whether people wrote a file: lock files, vendored, generated and minified ones are a machine's or somebody else's.
//! It must not read a file's text (nobody fetched it), nor leave out what people usually write.
//!
//! Sources: GitHub linguist's `vendor.yml` and the rules of its `generated.rb` that ask for a path, and the lock files that the manuals of
//! the common package managers name. Left out on purpose, because students write such files: linguist's rules for `cache/`, `deps/`,
//! `env/`, `.github/`, `.gitignore`, `testdata/`, `fixtures/`, `docs/`, `packages/`, `*.d.ts`, `Jenkinsfile`, and for libraries whose names
//! are common words (`bootstrap.js`, `controls.js`, `react.js`).

/// Who wrote it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// A person, as far as its path tells.
    Written,
    /// A package manager, as a record of what it chose.
    Lock,
    /// Somebody else: a copy of another project.
    Vendored,
    /// A program, from other files.
    Generated,
    /// A program, from a script or a style sheet.
    Minified,
}

/// The class of a file by its path in the repository. Letters' case does not matter.
pub(super) fn class(path: &str) -> Class {
    let path = path.to_ascii_lowercase();
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", &path));
    let in_folder = |list: &[&str]| folders.split('/').any(|folder| list.contains(&folder));
    let ends = |list: &[&str]| list.iter().any(|ending| name.ends_with(ending));
    if LOCK_FILES.contains(&name) || ends(LOCK_ENDINGS) {
        Class::Lock
    } else if in_folder(VENDORED_FOLDERS) || VENDORED_FILES.contains(&name) || is_jquery(name) {
        Class::Vendored
    } else if ends(MINIFIED_ENDINGS) {
        Class::Minified
    } else if in_folder(GENERATED_FOLDERS) || GENERATED_FILES.contains(&name) || ends(GENERATED_ENDINGS) || says_generated(name) {
        Class::Generated
    } else {
        Class::Written
    }
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

const VENDORED_FOLDERS: &[&str] = &[
    ".yarn",
    "3rd-party",
    "3rd_party",
    "3rdparty",
    "bower_components",
    "carthage",
    "extern",
    "external",
    "externals",
    "godeps",
    "node_modules",
    "pods",
    "third-party",
    "third_party",
    "thirdparty",
    "vendor",
    "vendors",
];

const VENDORED_FILES: &[&str] = &[
    "aclocal.m4",
    "config.guess",
    "config.sub",
    "configure",
    "cpplint.py",
    "erlang.mk",
    "gradlew",
    "gradlew.bat",
    "libtool.m4",
    "ltoptions.m4",
    "ltsugar.m4",
    "ltversion.m4",
    "lt~obsolete.m4",
    "mvnw",
    "mvnw.cmd",
    "ppport.h",
];

const MINIFIED_ENDINGS: &[&str] = &[".min.js", ".min.mjs", ".min.cjs", ".min.css", "-min.js", "-min.css"];

const GENERATED_FOLDERS: &[&str] = &[".idea", ".sqlx", "__generated__", "__snapshots__", "dist", "htmlcov"];

const GENERATED_FILES: &[&str] = &[".pnp.cjs", ".pnp.js", ".pnp.loader.mjs", "cargo.toml.orig"];

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

/// `jquery.js`, `jquery-3.7.1.js`, `jquery-ui.css`: copies that are kept beside one's own scripts, which are called `jquery.mine.js`.
fn is_jquery(name: &str) -> bool {
    let versioned = name.starts_with("jquery-") && (name.ends_with(".js") || name.ends_with(".css"));
    name == "jquery.js" || versioned
}

/// `schema_generated.rs`, `types.generated.ts`, `zz_generated.deepcopy.go`.
fn says_generated(name: &str) -> bool {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    name.starts_with("zz_generated.") || stem.ends_with("_generated") || stem.ends_with(".generated")
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::{Class::*, *};

    #[rstest]
    #[case("Cargo.lock", Lock)]
    #[case("web/package-lock.json", Lock)]
    #[case("web/pnpm-lock.yaml", Lock)]
    #[case("build-configuration/Gemfile.lock", Lock)]
    #[case("go.sum", Lock)]
    #[case("infra/.terraform.lock.hcl", Lock)]
    #[case("esy.lock/index.json", Written)]
    #[case("node_modules/left-pad/index.js", Vendored)]
    #[case("ios/Pods/AFNetworking/A.m", Vendored)]
    #[case("src/Third_Party/zlib/inflate.c", Vendored)]
    #[case("vendor/github.com/x/y.go", Vendored)]
    #[case("src/vendor.rs", Written)]
    #[case("src/vendoring/mod.rs", Written)]
    #[case("js/jquery-3.7.1.js", Vendored)]
    #[case("js/jquery.mine.js", Written)]
    #[case("gradlew", Vendored)]
    #[case("static/app.min.js", Minified)]
    #[case("static/app-min.css", Minified)]
    #[case("static/admin.js", Written)]
    #[case("src/schema.pb.go", Generated)]
    #[case("src/schema_pb2.py", Generated)]
    #[case("src/types.generated.ts", Generated)]
    #[case("src/parser_generated.rs", Generated)]
    #[case("pkg/zz_generated.deepcopy.go", Generated)]
    #[case("src/generated_names.rs", Written)]
    #[case("tests/snapshots/cli.snap", Generated)]
    #[case(".sqlx/query-0a.json", Generated)]
    #[case("app/dist/index.js", Generated)]
    #[case("static/app.js.map", Generated)]
    #[case("src/lib.rs", Written)]
    #[case("README.md", Written)]
    #[case("draft-ietf-mls-protocol.md", Written)]
    #[case(".github/workflows/ci.yml", Written)]
    #[case("src/cache/lru.rs", Written)]
    #[case("types/index.d.ts", Written)]
    #[case("tests/fixtures/roster.csv", Written)]
    #[case("Makefile", Written)]
    #[case("文档/说明.md", Written)]
    fn a_path_tells_who_wrote_a_file(#[case] path: &str, #[case] expected: Class) {
        assert_eq!(class(path), expected);
    }

    #[test]
    fn the_lists_are_in_lower_case_as_paths_are_compared() {
        let lists = [
            LOCK_FILES,
            LOCK_ENDINGS,
            VENDORED_FOLDERS,
            VENDORED_FILES,
            MINIFIED_ENDINGS,
            GENERATED_FOLDERS,
            GENERATED_FILES,
            GENERATED_ENDINGS,
        ];
        for word in lists.into_iter().flatten() {
            assert_eq!(*word, word.to_ascii_lowercase());
        }
    }
}
