//! What a field that people fill in may hold, whichever door it comes through.
//! It must not repair anything: a value is as it was given, or refused with what to write.

use rust_decimal::Decimal;

/// The longest name of anything.
pub const NAME: usize = 200;
/// The longest reason that somebody gives.
pub const REASON: usize = 1_000;
/// The longest number, code or other label.
pub const LABEL: usize = 64;
/// The longest login that GitHub gives.
const LOGIN: usize = 39;
const WORD: usize = 40;
/// What stands in an address where the slug of an institution stands in others: `/v1/sign-in/…`.
const NO_SLUGS: [&str; 2] = ["callback", "provider"];

/// A text that people read: something, not too much, and nothing invisible in it.
pub fn text(value: String, most: usize) -> Result<String, String> {
    if value.trim().is_empty() {
        return Err("must not be empty".to_owned());
    }
    if value.trim() != value {
        return Err("must not begin or end with white space".to_owned());
    }
    if value.chars().count() > most {
        return Err(format!("must have at most {most} characters"));
    }
    if value.chars().any(char::is_control) {
        return Err("must not hold control characters".to_owned());
    }
    Ok(value)
}

/// What commands name an institution by.
pub fn slug(value: String) -> Result<String, String> {
    let letters = value.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if NO_SLUGS.contains(&&*value) {
        return Err("is a word of the API's addresses: choose another slug".to_owned());
    }
    if letters && !value.starts_with('-') && (1..=63).contains(&value.len()) {
        return Ok(value);
    }
    Err("must be 1 to 63 lower-case letters, digits and hyphens, such as linhai".to_owned())
}

/// An institution's word for a kind of repository.
pub fn category(value: String) -> Result<String, String> {
    word(value, "community")
}

/// A word that policies can refer to; `such_as` is one that fits.
pub fn word(value: String, such_as: &str) -> Result<String, String> {
    let mut letters = value.chars();
    let begins = letters.next().is_some_and(|c| c.is_ascii_lowercase());
    if begins && value.len() <= WORD && letters.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_') {
        return Ok(value);
    }
    Err(format!("must be a word of at most {WORD} of a-z, 0-9, - and _ that begins with a letter, such as {such_as}"))
}

/// An exact amount with at most three places, as people write it: neither signs in front but a minus, nor exponents, nor separators.
pub fn decimal(value: &str) -> Result<Decimal, String> {
    let refuse = || "must be a decimal with at most three places, such as 12.5".to_owned();
    let digits = value.strip_prefix('-').unwrap_or(value);
    let (whole, places) = digits.split_once('.').unwrap_or((digits, "0"));
    let are_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !are_digits(whole) || !are_digits(places) || places.trim_end_matches('0').len() > 3 {
        return Err(refuse());
    }
    Decimal::from_str_exact(value).map(|amount| amount.normalize()).map_err(|_| refuse())
}

/// A login as GitHub allows it.
pub fn github_login(value: String) -> Result<String, String> {
    let fits = !value.is_empty() && value.len() <= LOGIN && value.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    if fits {
        return Ok(value);
    }
    Err(format!("must be a GitHub login: at most {LOGIN} letters, digits and hyphens, without @ or a URL"))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("", "must not be empty")]
    #[case(" \t", "must not be empty")]
    #[case(" Ada", "must not begin or end with white space")]
    #[case("A\0da", "must not hold control characters")]
    #[case("A\u{9f}da", "must not hold control characters")]
    #[case("Adaaaa", "must have at most 5 characters")]
    fn a_text_that_nobody_could_read_is_refused(#[case] value: &str, #[case] why: &str) {
        assert_eq!(text(value.to_owned(), 5).unwrap_err(), why);
    }

    #[test]
    fn a_text_is_measured_in_characters_and_not_in_bytes() {
        assert_eq!(text("司马相如赋".to_owned(), 5).unwrap(), "司马相如赋");
    }

    #[rstest]
    #[case("community", true)]
    #[case("a", true)]
    #[case("own_2-b", true)]
    #[case("", false)]
    #[case("2own", false)]
    #[case("Own", false)]
    #[case("öwn", false)]
    #[case("own ", false)]
    #[case("abcdefghijabcdefghijabcdefghijabcdefghij", true)]
    #[case("abcdefghijabcdefghijabcdefghijabcdefghijk", false)]
    fn a_category_is_a_word(#[case] value: &str, #[case] fits: bool) {
        assert_eq!(category(value.to_owned()).is_ok(), fits);
    }

    #[rstest]
    #[case("12.5", Some("12.5"))]
    #[case("-0.001", Some("-0.001"))]
    #[case("7.000000", Some("7"))]
    #[case("0", Some("0"))]
    #[case("0.0001", None)]
    #[case("1e3", None)]
    #[case("1_000", None)]
    #[case("1,5", None)]
    #[case("+1", None)]
    #[case(".5", None)]
    #[case("5.", None)]
    #[case("-", None)]
    #[case("", None)]
    #[case("１", None)]
    #[case("99999999999999999999999999999999", None)]
    fn an_amount_is_written_in_one_way(#[case] value: &str, #[case] expected: Option<&str>) {
        assert_eq!(decimal(value).ok().map(|amount| amount.to_string()).as_deref(), expected);
    }

    #[rstest]
    #[case("octo-cat", true)]
    #[case("octocat_acme", true)]
    #[case("", false)]
    #[case("@octocat", false)]
    #[case("https://github.com/octocat", false)]
    #[case("octo\0cat", false)]
    fn a_login_is_as_github_allows_it(#[case] value: &str, #[case] fits: bool) {
        assert_eq!(github_login(value.to_owned()).is_ok(), fits);
    }
}
