//! How people of an institution sign in: its provider, and what the provider says of somebody.

use std::fmt;

use chrono::{DateTime, Utc};
use url::Url;

use super::fields;

/// An OpenID Connect provider, as an institution's administrator set it up. Accredit is a public client of it: every sign-in has a PKCE
/// proof of its own in place of a secret that would have to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provider {
    /// Its address, letter for letter as it calls itself.
    pub issuer: String,
    pub client_id: String,
    /// The claim that holds a member's number.
    pub number_claim: String,
    /// What is asked for besides `openid`.
    pub scopes: Vec<String>,
    pub updated_at: DateTime<Utc>,
}

pub const NUMBER_CLAIM: &str = "student_number";
pub const SCOPES: [&str; 2] = ["profile", "email"];

/// A provider to be set up, as it was given.
#[derive(Debug, Clone)]
pub struct NewProvider {
    pub issuer: String,
    pub client_id: String,
    pub number_claim: String,
    pub scopes: Vec<String>,
}

impl NewProvider {
    /// The provider, or each field that is wrong and why.
    pub fn check(self, now: DateTime<Utc>) -> Result<Provider, Vec<(&'static str, String)>> {
        let mut faults = Vec::new();
        let issuer = issuer(self.issuer).map_err(|why| faults.push(("issuer", why))).ok();
        let client_id = fields::text(self.client_id, fields::NAME).map_err(|why| faults.push(("client_id", why))).ok();
        let number_claim = fields::text(self.number_claim, fields::LABEL).map_err(|why| faults.push(("number_claim", why))).ok();
        let is_scope = |scope: &String| !scope.is_empty() && scope.len() <= fields::LABEL && scope.bytes().all(|b| b.is_ascii_graphic());
        if self.scopes.len() > MOST_SCOPES || !self.scopes.iter().all(is_scope) {
            faults.push(("scopes", format!("must be at most {MOST_SCOPES} words without blanks, such as profile")));
        }
        match (issuer, client_id, number_claim) {
            (Some(issuer), Some(client_id), Some(number_claim)) if faults.is_empty() => {
                Ok(Provider { issuer, client_id, number_claim, scopes: self.scopes, updated_at: now })
            }
            _ => Err(faults),
        }
    }
}

const MOST_SCOPES: usize = 20;

/// Whom the provider says that somebody is.
#[derive(Clone, PartialEq, Eq)]
pub struct Identity {
    pub issuer: String,
    pub subject: String,
    pub name: Option<String>,
    /// In small letters, and only one that the provider verified.
    pub email: Option<String>,
    pub number: Option<String>,
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity").field("issuer", &self.issuer).finish_non_exhaustive()
    }
}

/// The address of a provider: https, or http on this machine.
pub fn issuer(text: String) -> Result<String, String> {
    let url = Url::parse(&text)
        .map_err(|why| format!("`{text}` is not an address ({why}): write it as the provider does, such as https://login.example.edu"))?;
    if !url.username().is_empty() || url.password().is_some() || url.query().is_some() || url.fragment().is_some() {
        return Err("must be an address without a user, a password, a query or a fragment".to_owned());
    }
    if is_safe(&url) { Ok(text) } else { Err("must begin with https://; http:// is for a provider on this machine alone".to_owned()) }
}

/// Whether what is sent there can be read by the one who is meant alone.
pub fn is_safe(url: &Url) -> bool {
    url.scheme() == "https" || (url.scheme() == "http" && is_loopback(url))
}

pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// A path of ours to go to after the sign-in, and nothing that leads elsewhere.
pub fn is_path_of_ours(text: &str) -> bool {
    let plain = text.bytes().all(|byte| (0x21..0x7f).contains(&byte) && byte != b'\\');
    text.starts_with('/') && !text.starts_with("//") && plain && text.len() <= 1_000
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("https://login.example.edu", true)]
    #[case("https://login.example.edu/realms/staff", true)]
    #[case("http://127.0.0.1:4000", true)]
    #[case("http://[::1]:4000", true)]
    #[case("http://localhost:4000", true)]
    #[case("http://login.example.edu", false)]
    #[case("http://localhost.example.edu", false)]
    #[case("http://10.0.0.1", false)]
    #[case("ftp://login.example.edu", false)]
    #[case("https://user:word@login.example.edu", false)]
    #[case("https://login.example.edu/?a=b", false)]
    #[case("login.example.edu", false)]
    fn an_issuer_is_reached_over_https_or_is_on_this_machine(#[case] text: &str, #[case] fits: bool) {
        assert_eq!(issuer(text.to_owned()).is_ok(), fits);
    }

    #[rstest]
    #[case("/", true)]
    #[case("/v1/me?x=1#y", true)]
    #[case("", false)]
    #[case("v1/me", false)]
    #[case("//evil.example", false)]
    #[case("/\\evil.example", false)]
    #[case("/\tevil", false)]
    #[case("/a b", false)]
    #[case("/\r\nset-cookie: x", false)]
    #[case("https://evil.example", false)]
    fn one_is_led_back_to_a_path_of_ours_alone(#[case] text: &str, #[case] fits: bool) {
        assert_eq!(is_path_of_ours(text), fits);
    }
}
