//! Settings in tables: who overrules whom, what is refused and how, and that no secret is ever shown.

use rstest::rstest;
use secrecy::ExposeSecret as _;

use super::*;
use crate::config::{MANUAL, keys::KEYS};

fn load(file: &str, variables: &[(&str, &str)]) -> Result<Settings, Error> {
    let written = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(written.path(), file).unwrap();
    Settings::load(Some(written.path()), &variables.iter().copied().collect())
}

fn refused(file: &str, variables: &[(&str, &str)]) -> String {
    load(file, variables).unwrap_err().to_string()
}

#[test]
fn without_a_file_and_without_variables_the_manual_holds() {
    let settings = Settings::load(None, &Variables::default()).unwrap();
    assert_eq!(settings.http.listen, "127.0.0.1:8080");
    assert_eq!(settings.github.base_url.as_str(), "https://api.github.com/");
    assert_eq!((settings.database.max_connections, settings.worker.concurrency), (10, 2));
    assert_eq!(settings.data_dir, Environment::read().data_dir);
    assert_eq!((settings.log.filter.as_str(), settings.log.format), ("warn,accredit=info,tower_http=info", LogFormat::Human));
    assert!(settings.database.url.is_none() && settings.github.token.is_none() && settings.http.public_url.is_none());
}

#[rstest]
#[case("allowed_origins = [\"https://a.example\", \"http://localhost:3000\"]", &[], &["https://a.example", "http://localhost:3000"])]
#[case("", &[("ACCREDIT__HTTP__ALLOWED_ORIGINS", "https://a.example, https://b.example")], &["https://a.example", "https://b.example"])]
#[case("", &[], &[])]
fn the_sites_that_may_call_are_listed_one_by_one(#[case] line: &str, #[case] variables: &[(&str, &str)], #[case] origins: &[&str]) {
    assert_eq!(load(&format!("[http]\n{line}"), variables).unwrap().http.allowed_origins, origins);
}

#[rstest]
#[case("\"*\"")]
#[case("\"https://a.example/\"")]
#[case("\"https://a.example/path\"")]
#[case("\"https://A.example\"")]
#[case("\"a.example\"")]
#[case("\"null\"")]
#[case("\"file:///a\"")]
fn what_is_no_site_may_not_be_allowed_to_call(#[case] origin: &str) {
    let why = refused(&format!("[http]\nallowed_origins = [{origin}]"), &[]);
    assert!(why.contains("http.allowed_origins") && why.contains("https://credit.example.edu"), "{why}");
}

/// The keys of a section, whether commented out or not, in the order of the manual.
fn keys_of_the_manual() -> Vec<String> {
    let mut section = String::new();
    let mut keys = Vec::new();
    for line in MANUAL.lines() {
        let line = line.strip_prefix("# ").unwrap_or(line);
        match line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            Some(name) => section = format!("{name}."),
            None => keys.extend(line.split_once(" = ").map(|(key, _)| format!("{section}{key}")).filter(|key| !key.contains(' '))),
        }
    }
    keys
}

#[test]
fn the_manual_lists_every_key_and_no_other() {
    assert_eq!(keys_of_the_manual(), KEYS);
}

#[rstest]
#[case::the_file_over_the_manual("[http]\nlisten = \"[::1]:1\"", &[], "[::1]:1")]
#[case::a_variable_over_the_file("[http]\nlisten = \"[::1]:1\"", &[("ACCREDIT__HTTP__LISTEN", "0.0.0.0:2")], "0.0.0.0:2")]
#[case::an_empty_variable_is_not_set("[http]\nlisten = \"[::1]:1\"", &[("ACCREDIT__HTTP__LISTEN", "")], "[::1]:1")]
fn the_stronger_layer_holds(#[case] file: &str, #[case] variables: &[(&str, &str)], #[case] listen: &str) {
    assert_eq!(load(file, variables).unwrap().http.listen, listen);
}

#[rstest]
#[case(&[("DATABASE_URL", "postgres://usual")], "postgres://usual")]
#[case(&[("DATABASE_URL", "postgres://usual"), ("ACCREDIT__DATABASE__URL", "postgres://ours")], "postgres://ours")]
#[case(&[], "postgres://file")]
fn our_own_variable_is_stronger_than_the_usual_one(#[case] variables: &[(&str, &str)], #[case] url: &str) {
    let settings = load("[database]\nurl = \"postgres://file\"", variables).unwrap();
    assert_eq!(settings.database.url.unwrap().expose_secret(), url);
}

#[test]
fn the_usual_names_of_the_token_and_the_log_work_too() {
    let settings = load("", &[("GITHUB_TOKEN", "ghp_x"), ("RUST_LOG", "error"), ("ACCREDIT_LOG", "debug")]).unwrap();
    assert_eq!(settings.github.token.unwrap().expose_secret(), "ghp_x");
    assert_eq!(settings.log.filter, "debug");
}

#[test]
fn the_variable_accredit_config_names_the_file_when_the_command_line_does_not() {
    let written = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(written.path(), "data_dir = \"/srv/credit\"").unwrap();
    let variables: Variables = [("ACCREDIT_CONFIG", written.path().to_str().unwrap())].into_iter().collect();
    assert_eq!(Settings::load(None, &variables).unwrap().data_dir, PathBuf::from("/srv/credit"));
}

#[rstest]
#[case::in_the_file("[database]\nulr = \"x\"", &[], "database.ulr", "`database.url`")]
#[case::a_value_where_a_section_belongs("database = \"x\"", &[], "`database`", "`database.url`")]
#[case::a_section_where_a_value_belongs("[github.token]\nghp_x = 1", &[], "github.token.ghp_x", "settings file")]
#[case::in_a_variable("", &[("ACCREDIT__GITHUB__TOKENS", "x")], "github.tokens", "ACCREDIT__GITHUB__TOKENS")]
#[case::a_single_underscore("", &[("ACCREDIT__DATABASE_URL", "x")], "database_url", "`database.url`")]
fn an_unknown_key_is_named_with_its_origin_and_the_nearest_known(
    #[case] file: &str,
    #[case] variables: &[(&str, &str)],
    #[case] key: &str,
    #[case] hint: &str,
) {
    let error = refused(file, variables);
    assert!(error.contains(key) && error.contains(hint), "{error}");
}

#[rstest]
#[case("[database]\nmax_connections = \"many\"", &[], "database.max_connections")]
#[case("[database]\nmax_connections = -1", &[], "database.max_connections")]
#[case("[database]\nmax_connections = 3", &[], "from 6 to")]
#[case("[worker]\nconcurrency = 0", &[], "worker.concurrency")]
#[case("", &[("ACCREDIT__WORKER__CONCURRENCY", "two")], "ACCREDIT__WORKER__CONCURRENCY")]
#[case("data_dir = 5", &[], "data_dir")]
#[case("[http]\nlisten = \"8080\"", &[], "http.listen")]
#[case("[http]\npublic_url = \"credit.example\"", &[], "http.public_url")]
#[case("[github]\nbase_url = \"ftp://x\"", &[], "github.base_url")]
#[case("[log]\nformat = \"xml\"", &[], "log.format")]
fn a_value_that_cannot_be_is_refused_with_its_key_and_its_origin(
    #[case] file: &str,
    #[case] variables: &[(&str, &str)],
    #[case] named: &str,
) {
    let error = refused(file, variables);
    assert!(error.contains(named), "{error}");
}

#[rstest]
#[case::of_the_wrong_type("[github]\ntoken = [\"geheim\"]", &[])]
#[case::a_table("[github]\ntoken = { geheim = 1 }", &[])]
#[case::without_quotes("[github]\n# the token\ntoken = geheim", &[])]
#[case::broken_off("[database]\nurl = \"postgres://a:geheim@h/d", &[])]
#[case::twice("[github]\ntoken = \"geheim\"\ntoken = \"geheim\"", &[])]
#[case::in_an_address("", &[("ACCREDIT__GITHUB__BASE_URL", "https://geheim@host/")])]
#[case::in_a_number("", &[("ACCREDIT__WORKER__CONCURRENCY", "geheim")])]
fn a_refused_value_is_never_repeated(#[case] file: &str, #[case] variables: &[(&str, &str)]) {
    let error = load(file, variables).unwrap_err();
    // A key is repeated, because it is what is wrong; here the secret stands as a key only in `a_table`.
    let shown = format!("{error} {error:?}").replace("github.token.geheim", "");
    assert!(!shown.contains("geheim"), "{shown}");
}

#[test]
fn a_file_that_is_not_toml_is_refused_with_its_line() {
    let error = refused("[github]\n# the token\ntoken = geheim", &[]);
    assert!(error.contains("line 3"), "{error}");
}

#[test]
fn secrets_do_not_show_themselves_in_debug() {
    let settings = load("", &[("DATABASE_URL", "postgres://a:geheim@h/d"), ("GITHUB_TOKEN", "geheim")]).unwrap();
    assert!(!format!("{settings:?}").contains("geheim"));
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let error = Settings::load(Some(Path::new("/nowhere/accredit.toml")), &Variables::default()).unwrap_err();
    assert!(error.to_string().contains("/nowhere/accredit.toml"), "{error}");
}
