//! The three cookies: a session's, and those of a sign-in and of a proof of an account that were begun. And who may send them with a request that writes.
//! It must not let a page of somebody else write in a person's name.

use axum::http::{HeaderMap, HeaderValue, Method, header};
use chrono::TimeDelta;
use cookie::{Cookie, SameSite};
use url::Url;

use super::problem::Problem;
use crate::model::token::Token;

/// Which of the three.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Session,
    /// What ties a sign-in to the browser that began it.
    SignIn,
    /// What ties the proof of an account to the browser that began it.
    AccountProof,
}

/// The name of a cookie. Over https browsers take one that begins with `__Host-` from this host alone.
fn name(kind: Kind, public_url: &Url) -> &'static str {
    match (kind, public_url.scheme() == "https") {
        (Kind::Session, true) => "__Host-accredit-session",
        (Kind::Session, false) => "accredit-session",
        (Kind::SignIn, true) => "__Host-accredit-sign-in",
        (Kind::SignIn, false) => "accredit-sign-in",
        (Kind::AccountProof, true) => "__Host-accredit-account-proof",
        (Kind::AccountProof, false) => "accredit-account-proof",
    }
}

/// The token in the one cookie of this name; of two neither is believed.
pub(super) fn read(headers: &HeaderMap, kind: Kind, public_url: &Url) -> Option<Token> {
    let name = name(kind, public_url);
    let values = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut found = values.flat_map(|text| Cookie::split_parse(text.to_owned()).flatten()).filter(|cookie| cookie.name() == name);
    let only = found.next()?;
    if found.next().is_some() { None } else { only.value().parse().ok() }
}

/// A cookie for so long; `None` takes it away.
pub(super) fn write(kind: Kind, token: Option<(&Token, TimeDelta)>, public_url: &Url) -> Result<HeaderValue, Problem> {
    let (value, seconds) = token.map_or(("", 0), |(token, life)| (token.reveal(), life.num_seconds()));
    let cookie = Cookie::build((name(kind, public_url), value))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(public_url.scheme() == "https")
        .max_age(cookie::time::Duration::seconds(seconds));
    HeaderValue::try_from(cookie.to_string()).map_err(|why| Problem::broken(&why))
}

/// Whether a request that comes with a session may do what it asks: it reads, or a page of ours sent it. `Sec-Fetch-Site` tells, which no
/// page can set; of a browser that sends none, `Origin`.
pub(super) fn comes_from_us(method: &Method, headers: &HeaderMap, public_url: &Url) -> bool {
    if method.is_safe() {
        return true;
    }
    match (headers.get("sec-fetch-site"), headers.get(header::ORIGIN)) {
        (Some(site), _) => site == "same-origin",
        (None, Some(origin)) => origin.to_str().is_ok_and(|origin| origin == public_url.origin().ascii_serialization()),
        (None, None) => false,
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::model::ids::InstitutionId;

    fn url(text: &str) -> Url {
        text.parse().unwrap()
    }

    fn token() -> Token {
        Token::new(InstitutionId(uuid::Uuid::nil()), [7; 32])
    }

    fn headers(all: &[(&'static str, &str)]) -> HeaderMap {
        all.iter().map(|(name, value)| (name.parse::<header::HeaderName>().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn over_https_a_cookie_is_this_hosts_alone_and_no_script_sees_it() {
        let life = TimeDelta::hours(12);
        let set = write(Kind::Session, Some((&token(), life)), &url("https://credit.example.edu")).unwrap();
        let expected = format!("__Host-accredit-session={}; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=43200", token().reveal());
        assert_eq!(set.to_str().unwrap(), expected);
        let plain = write(Kind::Session, Some((&token(), life)), &url("http://127.0.0.1:8080")).unwrap();
        assert_eq!(plain.to_str().unwrap(), expected.replace("__Host-", "").replace(" Secure;", ""));
        let gone = write(Kind::SignIn, None, &url("http://127.0.0.1:8080")).unwrap();
        assert_eq!(gone.to_str().unwrap(), "accredit-sign-in=; HttpOnly; SameSite=Lax; Path=/; Max-Age=0");
    }

    #[test]
    fn a_cookie_is_read_under_its_own_name_and_only_where_there_is_one() {
        let (secure, plain) = (url("https://credit.example.edu"), url("http://127.0.0.1:8080"));
        let read = |text: String, at: &Url| read(&headers(&[("cookie", &text)]), Kind::Session, at).map(|token| token.hash());
        let (own, text) = (Some(token().hash()), token().reveal().to_owned());
        assert_eq!(read(format!("a=b; __Host-accredit-session={text}; c=d"), &secure), own);
        assert_eq!(read(format!("accredit-session={text}"), &plain), own);
        assert_eq!(read(format!("accredit-session={text}"), &secure), None);
        assert_eq!(read(format!("__Host-accredit-session={text}; __Host-accredit-session={text}"), &secure), None);
        assert_eq!(read("__Host-accredit-session=x".to_owned(), &secure), None);
    }

    #[rstest]
    #[case(Method::GET, &[("sec-fetch-site", "cross-site")], true)]
    #[case(Method::POST, &[("sec-fetch-site", "same-origin")], true)]
    #[case(Method::POST, &[("sec-fetch-site", "same-site"), ("origin", "https://credit.example.edu")], false)]
    #[case(Method::DELETE, &[("sec-fetch-site", "cross-site")], false)]
    #[case(Method::PATCH, &[("sec-fetch-site", "none")], false)]
    #[case(Method::POST, &[("origin", "https://credit.example.edu")], true)]
    #[case(Method::POST, &[("origin", "https://evil.example.edu")], false)]
    #[case(Method::PUT, &[("origin", "http://credit.example.edu")], false)]
    #[case(Method::POST, &[("origin", "null")], false)]
    #[case(Method::POST, &[], false)]
    fn only_a_page_of_ours_writes(#[case] method: Method, #[case] sent: &[(&'static str, &str)], #[case] may: bool) {
        assert_eq!(comes_from_us(&method, &headers(sent), &url("https://credit.example.edu/")), may);
    }
}
