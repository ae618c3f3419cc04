//! The commands as a shell runs them: exit statuses, results on standard output, everything else on standard error.

mod awards;

use accredit::{
    db,
    model::{api_key::ApiKey, clock::Clock, ids::InstitutionId, institution::Role},
    sample,
};
use chrono::{DateTime, TimeDelta, Utc};
use nix::sys::signal::Signal;
use rstest::rstest;
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

use crate::support::{
    TestApp, TestDatabase,
    cluster::reachable_directory,
    database::EmptyDatabase,
    program::{Ran, Running, run},
    register::{self, Register},
};

const POLICY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/seeds/policies/practice.toml");

/// A database, and the program pointed at it.
struct Shell {
    database: TestDatabase,
    url: String,
}

impl Shell {
    async fn new() -> Self {
        let database = TestDatabase::new().await;
        let url = database.url();
        Self { database, url }
    }

    /// With an institution called `linhai`.
    async fn with_institution() -> Self {
        let shell = Self::new().await;
        shell.run(&["institution", "create", "--name", "Linhai", "--slug", "linhai"]).ok();
        shell
    }

    fn variables(&self) -> Vec<(&str, &str)> {
        vec![("DATABASE_URL", &self.url)]
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        run(&self.variables(), arguments)
    }
}

fn file(text: &str) -> (tempfile::TempDir, String) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("file");
    std::fs::write(&path, text).unwrap();
    let path = path.to_str().unwrap().to_owned();
    (dir, path)
}

/// Two versions of a policy, the second of which pays twice as much.
fn two_policies() -> (tempfile::TempDir, [String; 2]) {
    let dir = tempfile::tempdir().unwrap();
    let paths = ["10", "20"].map(|points| {
        let text = format!(
            "name = \"plain\"\nversion = \"{points}\"\n[[rules]]\nid = \"merged\"\nkind = \"pull_request\"\npoints = {points}\n\
             [credits]\npoints_per_credit = 10\nstep = 1\n"
        );
        let path = dir.path().join(format!("{points}.toml"));
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    });
    (dir, paths)
}

/// One registered term, and a member whose one pull request counts in it.
async fn with_one_contribution() -> Shell {
    filled().await.0
}

/// The same, and what is there.
async fn filled() -> (Shell, InstitutionId, Register) {
    let shell = Shell::with_institution().await;
    shell.run(&["term", "create", "--code", "t", "--starts-on", "2025-09-01", "--ends-on", "2026-01-31"]).ok();
    let mut tx = shell.database.db().begin_as_operator().await.unwrap();
    let institution = db::institutions::list(&mut tx).await.unwrap()[0].id;
    tx.commit().await.unwrap();
    let own = register::fill(shell.database.db(), institution, "s").await;
    (shell, institution, own)
}

#[tokio::test]
async fn a_policy_on_trial_is_compared_with_a_stored_one_and_nothing_is_written() {
    let (shell, (_dir, [now, then])) = (with_one_contribution().await, two_policies());
    shell.run(&["policy", "add", &now]).ok();
    let ran = shell.run(&["policy", "diff", "plain@10", &then, "--term", "t"]).ok();
    assert!(ran.out.contains("20 → 40") && ran.out.contains("2 → 4"), "{ran:?}");
    assert!(ran.out.contains("https://github.example/pull/1: 10 (merged) → 20 (merged)"), "{ran:?}");
    assert!(ran.out.contains("1 of 2 differ"), "{ran:?}");
    let json = shell.run(&["policy", "diff", &now, &then, "--term", "t", "--lang", "zh", "--json"]).ok().json();
    assert_eq!((&json["before"]["points"], &json["after"]["points"]), (&json!("20"), &json!("40")));
    assert_eq!(json["members"][0]["lines"].as_array().unwrap().len(), 2);
    let same = shell.run(&["policy", "diff", &now, "plain@10", "--term", "t"]).ok();
    assert!(same.out.contains("nobody's result differs"), "{same:?}");
    shell.run(&["policy", "diff", "nothing", &then, "--term", "t"]).failed("is no file");
    let listed = shell.run(&["policy", "list", "--json"]).ok().json();
    assert!(listed.as_array().unwrap().iter().all(|policy| policy["version"] != "20"));
}

#[tokio::test]
async fn a_second_scoring_says_what_is_not_as_in_the_first() {
    let (shell, (_dir, [now, then])) = (with_one_contribution().await, two_policies());
    shell.run(&["policy", "add", &now]).ok();
    shell.run(&["policy", "add", &then]).ok();
    let first = shell.run(&["score", "--term", "t", "--policy", "plain@10"]).ok();
    assert!(!first.out.contains("before this one"), "{first:?}");
    let second = shell.run(&["score", "--term", "t", "--policy", "plain@20"]).ok();
    assert!(second.out.contains("since the scoring under this policy before this one") && second.out.contains("20 → 40"), "{second:?}");
    let third = shell.run(&["score", "--term", "t", "--policy", "plain@20", "--json"]).ok().json();
    assert_eq!(third["difference"]["members"], json!([]));
}

#[rstest]
#[case::nothing(&[])]
#[case::no_command(&["nonsense"])]
#[case::no_repository(&["repository", "add", "cargo"])]
#[case::no_role(&["key", "create", "--role", "king"])]
#[case::no_zone(&["institution", "create", "--name", "a", "--slug", "a", "--timezone", "Atlantis"])]
#[case::no_day(&["term", "create", "--code", "t", "--starts-on", "2025-02-30", "--ends-on", "2025-03-01"])]
#[case::no_format(&["report", "--term", "t", "--format", "doc"])]
#[case::no_address(&["demo", "--listen", "here"])]
#[case::no_port(&["serve", "--listen", "localhost:http"])]
fn wrong_usage_is_status_2_and_says_what_is_wrong(#[case] arguments: &[&str]) {
    let ran = run(&[], arguments);
    assert_eq!((ran.status, ran.out.as_str()), (2, ""), "{ran:?}");
    assert!(ran.err.contains("Usage") || ran.err.contains("--help"), "{ran:?}");
}

#[test]
fn an_unknown_setting_stops_every_command_before_it_does_anything() {
    for arguments in [&["migrate"][..], &["serve"], &["demo", "--once"]] {
        run(&[("ACCREDIT__DATABASE__ULR", "x")], arguments).failed("database.ulr");
    }
}

#[test]
fn the_manual_of_the_settings_is_printed_whatever_the_settings_are() {
    let ran = run(&[("ACCREDIT__DATABASE__ULR", "x")], &["settings"]).ok();
    assert!(ran.out.contains("max_connections"), "{ran:?}");
}

#[tokio::test]
async fn the_operators_first_steps() {
    let shell = Shell::new().await;
    shell.run(&["key", "create", "--role", "admin"]).failed("accredit institution create");
    shell.run(&["institution", "create", "--name", "Linhai", "--slug", "linhai", "--timezone", "Asia/Shanghai"]).ok();
    shell.run(&["institution", "create", "--name", "Other", "--slug", "linhai"]).failed("already");
    shell.run(&["institution", "create", "--name", "Other", "--slug", "Lin Hai"]).failed("the slug must be 1 to 63");
    let listed = shell.run(&["institution", "list", "--json"]).ok().json();
    assert_eq!(listed[0]["slug"], "linhai");

    let printed = shell.run(&["key", "create", "--role", "staff"]).ok();
    let key: ApiKey = printed.out.trim().parse().unwrap();
    let mut tx = shell.database.db().begin_as(key.institution).await.unwrap();
    let known = db::api_keys::take_by_hash(&mut tx, &key.hash(), Clock::System.now()).await.unwrap();
    assert_eq!(known.map(|known| (known.role, known.holder.name)), Some((Role::Staff, "operator".to_owned())));
    tx.commit().await.unwrap();
    let keys = shell.run(&["key", "list", "--json"]).ok();
    assert!(!keys.out.contains(printed.out.trim()), "a key is shown once");
    shell.run(&["key", "revoke", keys.json()[0]["id"].as_str().unwrap()]).ok();
    assert!(shell.run(&["key", "list", "--json"]).ok().json()[0]["revoked_at"].is_string());
}

#[tokio::test]
async fn a_key_is_rotated_once_and_its_successor_shown_once() {
    let shell = Shell::with_institution().await;
    let made = shell.run(&["key", "create", "--role", "staff", "--days", "30", "--json"]).ok().json();
    let id = made["id"].as_str().unwrap();
    let rotated = shell.run(&["key", "rotate", id, "--days", "2", "--json"]).ok().json();
    assert_ne!(rotated["key"], made["key"]);
    let keys = shell.run(&["key", "list", "--json"]).ok().json();
    assert_eq!(keys[1]["lineage_id"], made["id"]);
    assert!(keys[0]["expires_at"].as_str().unwrap() < keys[1]["expires_at"].as_str().unwrap(), "{keys}");
    shell.run(&["key", "rotate", id]).failed("revoke the one that is not needed first");
    shell.run(&["key", "revoke", id]).ok();
    shell.run(&["key", "rotate", id]).failed("not valid any more");
    shell.run(&["key", "rotate", &uuid::Uuid::nil().to_string()]).failed("accredit key list");
}

#[tokio::test]
async fn people_are_invited_disabled_and_let_in_again_and_their_provider_is_set_up() {
    let shell = Shell::with_institution().await;
    shell.run(&["institution", "create", "--name", "Other", "--slug", "callback"]).failed("choose another slug");
    shell.run(&["sign-in", "show"]).failed("accredit sign-in set");
    let set = |issuer: &str| shell.run(&["sign-in", "set", "--issuer", issuer, "--client-id", "accredit"]);
    set("http://login.example.edu").failed("--issuer must begin with https://");
    assert!(set("https://login.example.edu").ok().out.contains("/v1/sign-in/linhai"));
    let shown = shell.run(&["sign-in", "show", "--json"]).ok().json();
    assert_eq!((&shown["scopes"], &shown["has_client_secret"]), (&json!(["profile", "email"]), &json!(false)));
    let (_directory, secret) = file("hush hush\n");
    let (_other_directory, none) = file("\n");
    let with = |key: &str, more: &[&str]| {
        let variables = [shell.variables(), vec![("ACCREDIT__SECRETS__KEY", key)]].concat();
        let set = ["sign-in", "set", "--issuer", "https://login.example.edu", "--client-id", "accredit"];
        run(&variables, &[&set[..], more].concat())
    };
    let key = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    with("", &["--client-secret-file", &secret]).failed("secrets.key is not set");
    with(key, &["--client-secret-file", &none]).failed("must not be empty");
    with(key, &["--client-secret-file", "/nowhere"]).failed("cannot be read");
    let has_secret = |ran: Ran| {
        let ran = ran.ok();
        assert!(!ran.out.contains("hush") && !ran.err.contains("hush"), "{ran:?}");
        shell.run(&["sign-in", "show", "--json"]).ok().json()["has_client_secret"].clone()
    };
    assert_eq!(has_secret(with(key, &["--client-secret-file", &secret])), json!(true));
    assert_eq!(has_secret(with("", &[])), json!(true), "it stays where it is not spoken of");
    assert_eq!(has_secret(with("", &["--no-client-secret"])), json!(false));

    let invite = |email: &str| shell.run(&["user", "invite", "--name", "Wang Fang", "--role", "admin", "--email", email]);
    invite("nobody").failed("--email must be an e-mail address");
    invite("Fang@example.edu").ok();
    invite("fang@example.edu").failed("accredit user list");
    let users = shell.run(&["user", "list", "--json"]).ok().json();
    assert_eq!((&users[0]["email"], &users[0]["state"]), (&json!("fang@example.edu"), &json!("invited")));
    let id = users[0]["id"].as_str().unwrap();
    assert!(shell.run(&["user", "disable", id]).ok().out.contains("disabled"));
    assert!(shell.run(&["user", "enable", id]).ok().out.contains("invited"));
    assert!(shell.run(&["user", "change", id, "--role", "reader"]).ok().out.contains("reader"));
    shell.run(&["user", "change", id, "--role", "student"]).failed("a student sees one member");
    shell.run(&["sign-in", "remove"]).ok();
    shell.run(&["sign-in", "remove"]).failed("no sign-in provider");
}

#[tokio::test]
async fn where_there_are_several_institutions_a_command_must_name_one() {
    let shell = Shell::with_institution().await;
    shell.run(&["term", "list"]).ok();
    shell.run(&["institution", "create", "--name", "Other", "--slug", "other"]).ok();
    shell.run(&["term", "list"]).failed("linhai, other");
    shell.run(&["term", "list", "--institution", "nowhere"]).failed("linhai, other");
    shell.run(&["term", "list", "--institution", "other"]).ok();
}

#[tokio::test]
async fn a_roster_is_imported_once_and_a_second_time_changes_nothing() {
    let shell = Shell::with_institution().await;
    let (_dir, roster) = file("number,name,role,unit,github_login\n0020230001,林子涵,student,CS,lin\n007,Ann,faculty,,\n");
    let import = |more: &[&str]| {
        let imported = shell.run(&[&["roster", "import", &roster, "--json"], more].concat()).ok().json();
        ["added", "changed", "unchanged", "left_out", "removed"].map(|count| imported[count].as_u64().unwrap())
    };
    assert_eq!(import(&["--dry-run"]), [2, 0, 0, 0, 0]);
    assert_eq!(import(&[]), [2, 0, 0, 0, 0], "a dry run has written nothing");
    assert_eq!(import(&[]), [0, 0, 2, 0, 0]);
    std::fs::write(&roster, "number,name,class\n0020230001,林子晗,C1\n").unwrap();
    let preview = shell.run(&["roster", "import", &roster, "--dry-run"]).ok();
    let expected = "would be: 0 added, 1 changed, 0 unchanged, 1 left out (they stay)\n~ 0020230001 name: 林子涵 → 林子晗\n\
                    ~ 0020230001 class: nothing → C1\n- 007 Ann\n";
    assert_eq!((preview.out.as_str(), preview.err.as_str()), (expected, "csv, utf-8, split at ,\n"));
    assert_eq!(import(&[]), [0, 1, 0, 1, 0]);
    let shown = shell.run(&["member", "show", "0020230001", "--json"]).ok().json();
    assert_eq!(
        (&shown["name"], &shown["unit"], &shown["account_state"]),
        (&json!("林子晗"), &json!("CS"), &json!("pending")),
        "what is not said stays"
    );
    assert_eq!(shell.run(&["member", "list", "--json"]).ok().json().as_array().unwrap().len(), 2, "nobody is removed");
    shell.run(&["roster", "import", &roster, "--remove-left-out", "2"]).failed("1 are left out");
    assert_eq!(import(&["--remove-left-out", "1"]), [0, 0, 1, 1, 1]);
    assert_eq!(shell.run(&["member", "list", "--json"]).ok().json().as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_roster_with_a_mistake_is_refused_with_its_line_and_nothing_is_written() {
    let shell = Shell::with_institution().await;
    let (_dir, roster) = file("number,name\n1,a\n2,\n");
    shell.run(&["roster", "import", &roster]).failed("line 3");
    let (_dir, taken) = file("number,name,github_login\n1,a,lin\n");
    shell.run(&["roster", "import", &taken]).ok();
    let (_dir, again) = file("number,name,github_login\n3,c,\n4,d,LIN\n");
    shell.run(&["roster", "import", &again]).failed("line 3");
    let (_dir, more) = file("number,name,phone\n0012,c,1\n12,d,2\n");
    shell.run(&["roster", "import", &more]).failed("ignore_columns");
    shell.run(&["roster", "import", &more, "--ignore-columns"]).failed("accept_numbers");
    assert_eq!(shell.run(&["member", "list", "--json"]).ok().json().as_array().unwrap().len(), 1);
    assert_eq!(
        shell.run(&["roster", "import", &more, "--ignore-columns", "--accept-numbers"]).ok().out,
        "2 added, 0 changed, 0 unchanged, 1 left out (they stay)\n"
    );
}

/// The two doors share what they do: a file has the same result through either.
#[tokio::test]
async fn the_shell_and_the_api_make_the_same_of_a_file() {
    let app = TestApp::start().await;
    let (tenant, other) = (app.tenant("api").await, app.tenant("shell").await);
    let url = app.database.url();
    let (_dir, path) = file("");
    for text in
        ["工号;姓名;部门\n001;王芳;数学学院\n002;李雷;\n", "number,name,role\n001,Wang Fang,student\n003,Cy,\n", "number,name\n1,\n"]
    {
        std::fs::write(&path, text).unwrap();
        let ran = run(&[("DATABASE_URL", url.as_str())], &["roster", "import", &path, "--institution", "shell", "--json"]);
        let answer = app.call(reqwest::Method::POST, "/v1/members/import", &tenant.staff, &[], Some(("text/csv", text.into()))).await;
        if ran.status == 0 {
            assert_eq!(ran.json(), answer.json(200));
        } else {
            assert_eq!(answer.faults(422), ["name"]);
        }
        let members = async |key: &str| {
            let page = app.get(key, "/v1/members").await.json(200);
            let one = |one: &Value| ["number", "name", "role", "unit"].map(|field| one[field].clone());
            page["items"].as_array().unwrap().iter().map(one).collect::<Vec<_>>()
        };
        assert_eq!(members(&tenant.staff).await, members(&other.staff).await);
    }
}

#[tokio::test]
async fn repositories_are_registered_all_or_none() {
    let shell = Shell::with_institution().await;
    shell.run(&["repository", "add", "a/b", "a/c", "--category", "course", "--member", "7"]).failed("no member with the number 7");
    shell.run(&["repository", "add", "a/b", "A/B"]).failed("already");
    shell.run(&["repository", "add", "a/b", "--category", "Course Work"]).failed("the category must be a word");
    assert_eq!(shell.run(&["repository", "list", "--json"]).ok().json(), json!([]));
    shell.run(&["repository", "add", "a/b", "a/c", "--category", "course"]).ok();
    let listed = shell.run(&["repository", "list", "--json"]).ok().json();
    assert_eq!((listed.as_array().unwrap().len(), &listed[1]["category"]), (2, &json!("course")));
}

#[tokio::test]
async fn a_term_is_made_once_and_does_not_end_before_it_starts() {
    let shell = Shell::with_institution().await;
    let create = |from: &str, until: &str| shell.run(&["term", "create", "--code", "t", "--starts-on", from, "--ends-on", until]);
    create("2025-09-02", "2025-09-01").failed("ends_on must not be before starts_on");
    create("2025-09-01", "2025-09-01").ok();
    create("2025-09-01", "2025-09-01").failed("already");
    assert_eq!(shell.run(&["term", "list", "--json"]).ok().json()[0]["ends_on"], "2025-09-01");
}

#[tokio::test]
async fn a_policy_is_checked_without_a_database_and_the_same_file_is_added_once() {
    let checked = run(&[("DATABASE_URL", "postgres://nobody@127.0.0.1:1/none")], &["policy", "check", POLICY, "--json"]).ok().json();
    let (_dir, broken) = file("name = \"x\"\nunheard_of = 1\n");
    run(&[], &["policy", "check", &broken]).failed("unheard_of");
    run(&[], &["policy", "check", "/nowhere.toml"]).failed("/nowhere.toml");

    let shell = Shell::with_institution().await;
    let add = || shell.run(&["policy", "add", POLICY, "--json"]).ok().json();
    let (first, second) = (add(), add());
    assert_eq!((&first, &first["hash"]), (&second, &checked["hash"]));
    assert_eq!(shell.run(&["policy", "list", "--json"]).ok().json().as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn statements_are_made_listed_and_taken_back() {
    let shell = Shell::with_institution().await;
    let (_dir, roster) = file("number,name\n1,Ada\n2,Bo\n");
    shell.run(&["roster", "import", &roster]).ok();
    shell.run(&["term", "create", "--code", "t", "--starts-on", "2025-09-01", "--ends-on", "2026-01-31"]).ok();
    let mark = ["statement", "add", "--kind", "mark", "--member", "1", "--name", "difficulty", "--reason", "Shown in the colloquium"];
    let made = [&mark[..], &["--value", "-4.50", "--on", "2025-10-15", "--by", "Prof. Wang", "--json"]].concat();
    let made = shell.run(&made).ok().json();
    assert_eq!((&made["value"], &made["stated_by"], &made["on_behalf_of"]), (&json!("-4.5"), &json!("operator"), &json!("Prof. Wang")));
    shell.run(&[&mark[..], &["--value", "1.2345", "--rank", "1"]].concat()).failed("three places");
    shell.run(&["statement", "add", "--kind", "exclusion", "--member", "9", "--reason", "x"]).failed("no member has the number 9");
    shell.run(&["statement", "add", "--kind", "exclusion", "--member", "2", "--reason", "Left the class"]).ok();

    let id = made["id"].as_str().unwrap();
    let withdraw = || shell.run(&["statement", "withdraw", id, "--reason", "A slip of the pen", "--json"]);
    assert_eq!(withdraw().ok().json()["about"], id);
    withdraw().failed("was taken back already");
    shell.run(&["statement", "withdraw", "019c1837-3830-7f86-b36a-2cbc79b4761f", "--reason", "x"]).failed("accredit statement list");
    let list = |more: &[&str]| shell.run(&[&["statement", "list", "--json"], more].concat()).ok().json();
    assert_eq!(list(&[]).as_array().unwrap().len(), 3);
    assert_eq!(list(&["--term", "t"]).as_array().unwrap().len(), 1);
    assert_eq!(list(&["--member", "2", "--kind", "exclusion"]).as_array().unwrap().len(), 1);
    let table = shell.run(&["statement", "list"]).ok().out;
    assert!(table.contains("Prof. Wang") && table.contains("taken back"), "{table}");
}

#[tokio::test]
async fn a_file_of_statements_is_taken_as_a_whole_or_refused_with_its_lines() {
    let shell = Shell::with_institution().await;
    let (_dir, roster) = file("number,name\n1,Ada\n2,Bo\n");
    shell.run(&["roster", "import", &roster]).ok();
    let (_dir, bad) = file(
        "kind,member_number,value,happened_on,reason\ntime_log,1,20,2025-10-15,a\ntime_log,1,4.5,2025-10-15,a\ntime_log,3,1,2025-10-15,a\n",
    );
    shell.run(&["statement", "import", &bad]).failed("line 3");
    shell.run(&["statement", "import", &bad]).failed("line 4: member_number");
    let (_dir, unread) = file("kind,member_number,happened_on,reason\nmark,1,today,a\n");
    shell.run(&["statement", "import", &unread]).failed("line 2: happened_on");
    let (_dir, good) = file("kind,member_number,value,happened_on,reason\ntime_log,1,20,2025-10-15,a\ntime_log,2,4.5,2025-10-15,a\n");
    let stated = |more: &[&str]| shell.run(&[&["statement", "import", &good], more].concat()).ok().out;
    assert_eq!(stated(&["--dry-run"]), "would be: 2 stated\n");
    let count = || shell.run(&["statement", "list", "--json"]).ok().json().as_array().unwrap().len();
    assert_eq!(count(), 0, "a dry run has written nothing");
    assert_eq!(stated(&[]), "2 stated\n");
    assert_eq!(count(), 2);
}

#[tokio::test]
async fn a_term_is_scored_under_the_policy_that_was_adopted_for_it() {
    let shell = Shell::with_institution().await;
    shell.run(&["term", "create", "--code", "t", "--starts-on", "2025-09-01", "--ends-on", "2026-01-31"]).ok();
    let practice = std::fs::read_to_string(POLICY).unwrap();
    let other = practice.replacen("name = ", "name = \"outreach\" # ", 1);
    assert_ne!(practice, other);
    let (_dir, other) = file(&other);
    let (_dir2, of_faculty) = file(&format!("audience = \"faculty\"\n{practice}"));
    shell.run(&["policy", "add", &of_faculty]).ok();
    shell.run(&["policy", "add", &other]).ok();
    shell.run(&["score", "--term", "t"]).failed("accredit policy adopt");
    shell.run(&["policy", "adopt", "nothing", "--term", "t"]).failed("accredit policy list");
    shell.run(&["policy", "adopt", "outreach", "--term", "u"]).failed("accredit term list");
    shell.run(&["policy", "adopt", "outreach", "--term", "t", "--from", "1025-09-01"]).failed("--from must be in the years");
    let adopted = shell.run(&["policy", "adopt", "outreach", "--term", "t", "--from", "2025-09-01", "--json"]).ok().json();
    assert_eq!((&adopted["audience"], &adopted["adopted_from"]), (&json!("everyone"), &json!("2025-09-01")));
    let scored = shell.run(&["score", "--term", "t", "--json"]).ok().json();
    assert_eq!(scored["policy_hash"], adopted["policy_hash"]);
    shell.run(&["policy", "adopt", "outreach", "--term", "t", "--for", "faculty"]).failed("is written for everyone");
    shell.run(&["policy", "adopt", "Open-source practice", "--term", "t", "--from", "2025-09-01"]).ok();
    shell.run(&["score", "--term", "t"]).failed("say for whom with --for");
    let of_faculty = || shell.run(&["score", "--term", "t", "--for", "faculty", "--json"]).ok().json();
    let first = of_faculty();
    assert!(first["policy"].as_str().unwrap().starts_with("Open-source practice "), "{first}");
    assert_eq!(first.get("difference"), None, "the scoring of everyone is of other people");
    let second = of_faculty();
    assert_eq!(second["difference"]["from"], first["evaluation_id"]);
    let report = |more: &[&str]| shell.run(&[&["report", "--term", "t", "--format", "json"], more].concat());
    report(&[]).failed("t was scored for faculty, everyone: say whose with --for");
    assert_eq!(report(&["--for", "faculty"]).ok().json()["evaluation_id"], second["evaluation_id"]);
    assert_eq!(report(&["--for", "everyone"]).ok().json()["evaluation_id"], scored["evaluation_id"]);
    shell.run(&["term", "create", "--code", "u", "--starts-on", "2025-09-01", "--ends-on", "2026-01-31"]).ok();
    shell.run(&["policy", "adopt", "outreach", "--term", "u", "--from", "2099-01-01"]).ok();
    shell.run(&["score", "--term", "u"]).failed("one for everyone is from 2099-01-01 on");
}

#[tokio::test]
async fn an_empty_database_is_migrated_by_its_command_and_refused_before() {
    let database = EmptyDatabase::new().await;
    let url: String = sqlx::ConnectOptions::to_url_lossy(database.options().postgres()).into();
    let variables = [("DATABASE_URL", url.as_str())];
    run(&variables, &["institution", "list"]).failed("accredit migrate");
    run(&variables, &["migrate"]).ok();
    run(&variables, &["migrate"]).ok();
    run(&variables, &["institution", "list"]).ok();
}

#[tokio::test]
async fn what_needs_github_says_so_without_a_token() {
    let shell = Shell::with_institution().await;
    shell.run(&["repository", "add", "a/b"]).ok();
    shell.run(&["sync"]).failed("GITHUB_TOKEN");
    run(&[], &["demo", "--once", "--repository", "a/b"]).failed("GITHUB_TOKEN");
}

/// A small GitHub of the autumn of 2025 and the variables that point the program at it.
async fn sample_github(repositories: &[&str], students: &[&str]) -> (sample::Server, Vec<(&'static str, String)>) {
    sample_github_at("2026-02-10T00:00:00Z".parse().unwrap(), repositories, students).await
}

/// The same at another time: everything happened in the five months before it.
async fn sample_github_at(now: DateTime<Utc>, repositories: &[&str], students: &[&str]) -> (sample::Server, Vec<(&'static str, String)>) {
    let recipe = sample::Recipe {
        seed: 7,
        now,
        from: now - TimeDelta::days(160),
        until: now - TimeDelta::days(20),
        students: students.iter().map(|login| (*login).to_owned()).collect(),
        repositories: repositories.iter().map(|name| name.parse().unwrap()).collect(),
        pull_requests: 40,
        reviews: 80,
    };
    let server = sample::Server::start(sample::generate(&recipe)).await.unwrap();
    let variables = vec![
        ("ACCREDIT__GITHUB__BASE_URL", server.base_url().to_string()),
        ("ACCREDIT__GITHUB__TOKEN", server.token().expose_secret().to_owned()),
    ];
    (server, variables)
}

/// The program blocks; the sample GitHub must go on answering meanwhile.
async fn run_beside(variables: Vec<(&'static str, String)>, arguments: &[&str]) -> Ran {
    let arguments: Vec<String> = arguments.iter().map(|&argument| argument.to_owned()).collect();
    let ran = tokio::task::spawn_blocking(move || {
        let variables: Vec<(&str, &str)> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
        run(&variables, &arguments.iter().map(String::as_str).collect::<Vec<_>>())
    });
    ran.await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_term_from_the_roster_to_the_report() {
    let shell = Shell::with_institution().await;
    let (_github, mut variables) = sample_github(&["tidewater/tidemark"], &["lin", "ann"]).await;
    variables.push(("DATABASE_URL", shell.url.clone()));
    let (_dir, roster) = file("number,name,github_login\n0020230001,林子涵,lin\n0020230002,Ann,ann\n0020230003,Bo,\n");
    let run = |arguments: &'static [&'static str]| run_beside(variables.clone(), arguments);

    shell.run(&["roster", "import", &roster]).ok();
    run(&["repository", "add", "tidewater/tidemark"]).await.ok();
    run(&["term", "create", "--code", "t", "--starts-on", "2025-09-01", "--ends-on", "2026-01-31"]).await.ok();
    run(&["score", "--term", "t"]).await.failed("accredit policy add");
    run(&["policy", "add", POLICY]).await.ok();
    run(&["sync", "nobody/knows"]).await.failed("accredit repository add");
    let synced = run(&["sync", "--json"]).await.ok().json();
    assert_eq!(synced[0]["state"], "done");
    assert!(synced[0]["written"].as_i64().unwrap() > 0, "{synced}");
    let again = run(&["sync", "tidewater/tidemark", "--json"]).await.ok().json();
    assert_eq!(again[0]["written"], 0, "nothing has changed");

    run(&["report", "--term", "t", "--format", "csv"]).await.failed("accredit score");
    let scored = run(&["score", "--term", "t", "--json"]).await.ok().json();
    let states: Vec<_> = scored["scores"].as_array().unwrap().iter().map(|score| score["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["proposed", "proposed", "no_account"], "{scored}");
    let csv = run(&["report", "--term", "t", "--format", "csv"]).await.ok().out;
    assert!(csv.starts_with("\u{feff}number,name,unit,github_login,term,policy,policy_hash,points,credits,state"), "{csv}");
    assert_eq!(csv.lines().count(), 4);
    let json = run(&["report", "--term", "t", "--format", "json"]).await.ok().json();
    assert_eq!(json["evaluation_id"], scored["evaluation_id"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demonstration_on_a_real_repository_takes_the_people_seen_there_for_members() {
    let (github, mut variables) = sample_github_at(Clock::System.now(), &["tidewater/tidemark"], &["lin", "ann"]).await;
    let (place, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let data_dir = reachable_directory(place.path()).to_str().unwrap().to_owned();
    variables.push(("ACCREDIT__DATA_DIR", data_dir));
    let arguments = ["demo", "--once", "--repository", "tidewater/tidemark", "--out", out.path().to_str().unwrap()];
    let ran = run_beside(variables, &arguments).await.ok();
    assert!(!github.requests().is_empty());
    let report: Value = serde_json::from_slice(&std::fs::read(out.path().join("credit-report.json")).unwrap()).unwrap();
    let members = report["members"].as_array().unwrap();
    let lin = members.iter().find(|member| member["name"] == "lin").unwrap();
    assert!(lin["number"].as_str().unwrap().parse::<i64>().is_ok(), "GitHub's own number: {ran:?}");
    assert!(members.iter().all(|member| member["state"] == "proposed" && !member["name"].as_str().unwrap().ends_with("[bot]")));
    assert!(members.iter().all(|member| member["award"]["decided_by"] == json!([])) && ran.out.contains("nobody has decided on them"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_is_content_when_everything_is_right_and_otherwise_says_what_to_do() {
    let shell = Shell::new().await;
    let (_github, mut variables) = sample_github(&["tidewater/tidemark"], &["lin"]).await;
    variables.push(("DATABASE_URL", shell.url.clone()));
    let healthy = run_beside(variables, &["doctor", "--json"]).await.ok().json();
    assert!(healthy.as_array().unwrap().iter().all(|check| check["ok"] == true), "{healthy}");

    let told = |variables: &[(&str, &str)], what: &str| {
        let ran = run(variables, &["doctor"]);
        assert!(ran.status == 1 && ran.out.contains(what), "{what}: {ran:?}");
    };
    told(&shell.variables(), "GITHUB_TOKEN");
    told(&[("DATABASE_URL", "postgres://nobody:geheim@127.0.0.1:1/none")], "start the server there, or correct database.url");
    told(&[("ACCREDIT__DATABASE__ULR", "x")], "database.ulr");
    let empty = EmptyDatabase::new().await;
    let url: String = sqlx::ConnectOptions::to_url_lossy(empty.options().postgres()).into();
    told(&[("DATABASE_URL", &url)], "accredit migrate");
}

#[tokio::test]
async fn a_server_says_where_it_listens_answers_there_and_stops_when_it_is_told_to() {
    for (signal, more) in [(Signal::SIGTERM, &[][..]), (Signal::SIGINT, &["--no-worker"])] {
        let shell = Shell::new().await;
        let mut server = Running::start(&shell.variables(), &[&["serve", "--listen", "127.0.0.1:0"], more].concat());
        let line = server.line_with("listening on");
        let address = line.strip_prefix("listening on ").unwrap();
        let answer = reqwest::get(format!("{address}/healthz")).await.unwrap();
        assert_eq!(answer.status(), 200);
        assert_eq!(server.stop(signal), Some(0));
    }
}

#[tokio::test]
async fn a_busy_port_is_named() {
    let shell = Shell::new().await;
    let busy = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = busy.local_addr().unwrap().to_string();
    shell.run(&["serve", "--listen", &address]).failed(&address);
}

#[tokio::test]
async fn a_worker_stops_when_it_is_told_to() {
    let shell = Shell::new().await;
    let mut worker = Running::start(&shell.variables(), &["work"]);
    worker.line_with("working");
    assert_eq!(worker.stop(Signal::SIGTERM), Some(0));
}

#[tokio::test]
async fn the_network_scores_of_a_month_are_listed_and_a_month_that_is_not_over_has_none() {
    let shell = Shell::with_institution().await;
    shell.run(&["network"]).failed("no month has network scores");
    let mut tx = shell.database.db().begin_as_operator().await.unwrap();
    let institution = db::institutions::list(&mut tx).await.unwrap().remove(0).id;
    tx.commit().await.unwrap();
    register::fill(shell.database.db(), institution, "r").await;
    let october = shell.run(&["network", "--month", "2025-10", "--json"]).ok().json();
    // One pull request was opened and merged in October: √(4.0679 + 2.0339).
    assert_eq!((&october["month"], &october["members"][0]["activity"]), (&json!("2025-10"), &json!("2.47")));
    assert!(shell.run(&["network"]).ok().err.lines().any(|line| line.starts_with("of 20")));
    shell.run(&["network", "--month", "2199-01"]).failed("is the newest month that has");
    assert_eq!(shell.run(&["network", "--month", "October"]).status, 2);
}

#[tokio::test]
async fn accounts_are_listed_attested_and_asked_to_end_from_a_shell_which_is_one_person() {
    let shell = Shell::with_institution().await;
    let mut owner = shell.database.owner().await;
    let id: uuid::Uuid = sqlx::query_scalar("select institution_id from institutions").fetch_one(&mut owner).await.unwrap();
    register::fill(shell.database.db(), InstitutionId(id), "t").await;
    let listed = shell.run(&["member", "accounts", "00t1", "--json"]).ok().json();
    assert_eq!((&listed["bindings"][0]["github_login"], &listed["bindings"][0]["proof"]), (&json!("ada-t"), &json!("attested")));
    let waiting = listed["changes"][0]["id"].as_str().unwrap();
    assert_eq!(listed["changes"][0]["state"], "waiting");
    shell.run(&["member", "confirm-change", waiting, "--reason", "Seen"]).failed("a second person must confirm");
    shell.run(&["member", "unbind", "00t1", "ada-t", "--reason", "Sold"]).failed("waits already");
    shell.run(&["member", "withdraw-change", waiting, "--reason", "Not any more"]).ok();
    let asked = shell.run(&["member", "unbind", "00t1", "ADA-T", "--reason", "Sold"]).ok();
    assert!(asked.out.contains("waits for a second person and for fourteen days"), "{asked:?}");
    shell.run(&["member", "unbind", "00t1", "nobody", "--reason", "Sold"]).failed("has no account nobody");
    let table = shell.run(&["member", "accounts", "00t1"]).ok().out;
    assert!(table.contains("unbind") && table.contains("withdrawn") && table.contains("ada-t"), "{table}");
    let first = shell.run(&["member", "attest", "00t2", "loner", "--reason", "Shown"]).ok();
    assert!(first.out.contains("is bound once a worker has asked GitHub"), "{first:?}");
    shell.run(&["member", "accounts", "nobody"]).failed("has no member with the number nobody, and had none");
}
