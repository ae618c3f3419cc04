//! The house: who may import whom, and what may be named where. docs/ARCHITECTURE.md says why.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// Each room, and the rooms that it may import. A room may always import itself.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("config", &["model"]),
    ("telemetry", &["model", "config"]),
    ("shutdown", &["model"]),
    ("github", &["model", "config"]),
    ("identity", &["model"]),
    ("db", &["model", "config"]),
    ("sample", &["model"]),
    ("contributions", &["model"]),
    ("messages", &["model"]),
    ("scoring", &["model", "messages"]),
    ("credits", &["model", "messages"]),
    ("network", &["model"]),
    ("awards", &["model"]),
    ("rosters", &["model"]),
    ("decisions", &["model", "db", "scoring", "awards"]),
    ("enrolment", &["model", "db", "rosters"]),
    ("reports", &["model", "messages"]),
    ("audit", &["model"]),
    ("notary", &["model", "db", "audit"]),
    ("jobs", &["model", "config", "messages", "github", "db", "contributions", "scoring", "credits", "network"]),
    (
        "api",
        &["model", "config", "messages", "identity", "db", "scoring", "reports", "awards", "decisions", "rosters", "enrolment", "notary"],
    ),
    ("app", &["model", "config", "telemetry", "shutdown", "github", "identity", "db", "jobs", "api"]),
    (
        "cli",
        &[
            "model",
            "config",
            "telemetry",
            "shutdown",
            "messages",
            "github",
            "db",
            "sample",
            "contributions",
            "scoring",
            "credits",
            "reports",
            "awards",
            "decisions",
            "rosters",
            "enrolment",
            "audit",
            "notary",
            "jobs",
            "api",
            "app",
        ],
    ),
    ("main", &["cli"]),
    ("lib", &[]),
];

/// Libraries that stay in their rooms.
const NAMED_ONLY_IN: &[(&str, &[&str])] = &[
    ("octocrab", &["github"]),
    // In model/ for derives alone, which the next rule holds it to.
    ("sqlx", &["db", "model"]),
    ("axum", &["api", "sample", "app"]),
    ("graphile_worker", &["db", "jobs"]),
    ("clap", &["cli"]),
    ("openidconnect", &["identity"]),
    ("reqwest", &["identity"]),
    ("fluent_bundle", &["messages"]),
    ("calamine", &["rosters"]),
    ("encoding_rs", &["rosters"]),
    ("zip", &["rosters"]),
];

const THINKING: &[&str] = &["model", "messages", "contributions", "scoring", "network", "credits", "awards", "rosters", "reports", "audit"];
const NEVER_IN_THINKING_ROOMS: &[&str] = &["async fn", ".await", "tokio", "Utc::now", "std::env", "std::fs", "std::net", "f32", "f64"];

struct Source {
    path: PathBuf,
    /// `src/db/local/server.rs` and `src/app.rs` are in the rooms `db` and `app`.
    room: String,
    /// Without comments and without what stands in quotation marks.
    code: String,
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    collect(&root, &root, &mut found);
    assert!(found.len() > 50, "the sources were not found in {}", root.display());
    found
}

fn collect(root: &Path, directory: &Path, found: &mut Vec<Source>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(root, &path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let inside = path.strip_prefix(root).unwrap().to_owned();
            let room = inside.iter().next().unwrap().to_string_lossy().trim_end_matches(".rs").to_owned();
            let code = code_of(&fs::read_to_string(&path).unwrap());
            found.push(Source { path: inside, room, code });
        }
    }
}

fn code_of(text: &str) -> String {
    let mut code = String::new();
    for line in text.lines() {
        let line = line.split("//").next().unwrap_or_default();
        for (at, part) in line.split('"').enumerate() {
            if at % 2 == 0 {
                code.push_str(part);
            }
        }
        code.push('\n');
    }
    code
}

/// The rooms that the code imports by `crate::room`, or by `crate::{room, other::{…}}`.
fn imports(code: &str) -> BTreeSet<String> {
    let mut rooms = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        // `pub(in crate::db)` and `$crate::` are no imports, but name no other room either.
        let rest = &code[at + "crate::".len()..];
        if let Some(group) = rest.strip_prefix('{') {
            rooms.extend(heads_of_group(group));
        } else {
            rooms.insert(word(rest));
        }
    }
    rooms.retain(|room| !room.is_empty());
    rooms
}

/// The first words of the members of a `{…}` group, of which `group` is what follows the brace.
fn heads_of_group(group: &str) -> Vec<String> {
    let (mut depth, mut heads, mut expecting) = (1, Vec::new(), true);
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 1 => expecting = true,
            c if expecting && depth == 1 && (c.is_alphabetic() || c == '_') => {
                heads.push(word(&group[at..]));
                expecting = false;
            }
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    heads
}

fn word(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

#[test]
fn imports_go_downwards_or_stay_in_their_room() {
    let rooms: BTreeSet<&str> = MAY_IMPORT.iter().map(|(room, _)| *room).collect();
    let mut wrong = Vec::new();
    for source in sources() {
        let Some((_, allowed)) = MAY_IMPORT.iter().find(|(room, _)| *room == source.room) else {
            wrong.push(format!("{}: the room `{}` is not in the plan of the house", source.path.display(), source.room));
            continue;
        };
        for import in imports(&source.code) {
            let is_room = rooms.contains(import.as_str());
            if is_room && import != source.room && !allowed.contains(&import.as_str()) {
                wrong.push(format!("{}: `{}` must not import `{import}`", source.path.display(), source.room));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn libraries_are_named_only_in_their_rooms() {
    let mut wrong = Vec::new();
    for source in sources() {
        for (library, rooms) in NAMED_ONLY_IN {
            let named = source.code.contains(&format!("{library}::")) || source.code.contains(&format!("use {library}"));
            if named && !rooms.contains(&source.room.as_str()) {
                wrong.push(format!("{}: `{library}` is named outside {}", source.path.display(), rooms.join(", ")));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_model_knows_of_sqlx_and_utoipa_only_as_derives() {
    for source in sources().iter().filter(|source| source.room == "model") {
        for line in source.code.lines().filter(|line| line.contains("sqlx::") || line.contains("utoipa::")) {
            assert!(line.contains("derive("), "{}: {line}", source.path.display());
        }
    }
}

#[test]
fn thinking_rooms_do_no_io_read_no_clock_and_use_no_float() {
    let mut wrong = Vec::new();
    // Their tests may read the rule books that are shipped.
    let is_test = |source: &Source| source.path.components().any(|part| part.as_os_str() == "tests");
    for source in sources().iter().filter(|source| THINKING.contains(&source.room.as_str()) && !is_test(source)) {
        for word in NEVER_IN_THINKING_ROOMS {
            // The clock itself stands in the model: it is the one place that reads the system's.
            if source.code.contains(word) && source.path != Path::new("model/clock.rs") {
                wrong.push(format!("{}: `{word}` in a thinking room", source.path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_file_says_what_it_does_first() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for source in sources() {
        let text = fs::read_to_string(root.join(&source.path)).unwrap();
        assert!(text.starts_with("//! ") || source.path.ends_with("tests.rs"), "{}: no `//!` in the first line", source.path.display());
    }
}

#[test]
fn a_forbidden_arrow_is_seen_in_every_form() {
    for code in [
        "use crate::api::router;",
        "use crate::{\n    db::{self, Error},\n    api::{a, b},\n};",
        "crate::api::serve()",
        "use crate::{api};",
    ] {
        assert!(imports(code).contains("api"), "{code}");
    }
    assert!(!imports("use crate::{db::{api, x}, model};").contains("api"));
    assert!(!imports(&code_of("// use crate::api;\nlet x = \"crate::api\";")).contains("api"));
}
