//! The names of all settings: their keys, and the variables that set them.
//! It must not know what a setting means.

/// All of them, as default.toml lists them.
pub(super) const KEYS: &[&str] = &[
    "data_dir",
    "database.url",
    "database.max_connections",
    "http.listen",
    "http.public_url",
    "http.allowed_origins",
    "http.requests_per_second",
    "http.request_burst",
    "sign_in.session_hours",
    "sign_in.idle_minutes",
    "github.base_url",
    "github.token",
    "github.oauth_client_id",
    "github.oauth_client_secret",
    "secrets.key",
    "worker.concurrency",
    "log.filter",
    "log.format",
];

/// The usual variables and the keys that they set, the weaker first.
pub(super) const USUAL: &[(&str, &str)] =
    &[("DATABASE_URL", "database.url"), ("GITHUB_TOKEN", "github.token"), ("RUST_LOG", "log.filter"), ("ACCREDIT_LOG", "log.filter")];

const PREFIX: &str = "ACCREDIT__";

/// `ACCREDIT__DATABASE__URL` is `database.url`; `None` for a variable that is not ours.
pub(super) fn of_variable(name: &str) -> Option<String> {
    Some(name.strip_prefix(PREFIX)?.to_lowercase().replace("__", "."))
}

/// The known key that looks most like `key`, for whoever mistyped it.
pub(super) fn nearest(key: &str) -> &'static str {
    // The last word is what people remember: `token` is nearer to `github.token` than to any other. A section alone is its first key.
    let last = |key: &str| key.rsplit('.').next().unwrap_or_default().to_owned();
    let distance = |known: &&&str| match known.strip_prefix(key) {
        Some(rest) if rest.starts_with('.') => 0,
        _ => strsim::damerau_levenshtein(known, key).min(1 + strsim::damerau_levenshtein(&last(known), &last(key))),
    };
    KEYS.iter().min_by_key(distance).copied().unwrap_or("data_dir")
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("database.ulr", "database.url")]
    #[case("token", "github.token")]
    #[case("http", "http.listen")]
    #[case("datadir", "data_dir")]
    #[case("github.baseurl", "github.base_url")]
    #[case("database.max_connection", "database.max_connections")]
    fn a_mistyped_key_is_answered_with_the_one_that_was_meant(#[case] typed: &str, #[case] meant: &str) {
        assert_eq!(nearest(typed), meant);
    }

    #[rstest]
    #[case("ACCREDIT__DATA_DIR", Some("data_dir"))]
    #[case("ACCREDIT__DATABASE__MAX_CONNECTIONS", Some("database.max_connections"))]
    #[case("ACCREDIT_CONFIG", None)]
    #[case("DATABASE_URL", None)]
    fn two_underscores_stand_for_a_dot(#[case] variable: &str, #[case] key: Option<&str>) {
        assert_eq!(of_variable(variable).as_deref(), key);
    }
}
