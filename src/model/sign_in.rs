//! How people of an institution sign in: its provider, and what the provider says of somebody.

use std::fmt;

use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;
use url::Url;

use super::{
    fields,
    ids::InstitutionId,
    sealing::{self, NONCE, SealingKey},
};

/// An OpenID Connect provider, as an institution's administrator set it up. Every sign-in has a PKCE proof of its own; where the provider
/// asks for it, Accredit proves itself by a secret besides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provider {
    /// Its address, letter for letter as it calls itself.
    pub issuer: String,
    pub client_id: String,
    /// The claim that holds a member's number.
    pub number_claim: String,
    /// What is asked for besides `openid`.
    pub scopes: Vec<String>,
    /// By which it knows us. `None`: we are a public client.
    pub client_secret: Option<SealedSecret>,
    pub updated_at: DateTime<Utc>,
}

impl Provider {
    /// Whose the secret is and what for: opened for anything else, it stays closed, so it goes to no other provider.
    fn purpose(&self, institution: InstitutionId) -> String {
        json!(["client secret", institution, self.issuer, self.client_id]).to_string()
    }

    /// The same provider with this secret. `nonce` comes from the system's random numbers.
    pub fn with_secret(
        self,
        secret: &SecretString,
        institution: InstitutionId,
        key: Option<&SealingKey>,
        nonce: [u8; NONCE],
    ) -> Result<Self, sealing::Error> {
        let key = key.ok_or(sealing::Error::NoKey)?;
        let sealed = key.seal(secret.expose_secret().as_bytes(), &self.purpose(institution), nonce)?;
        Ok(Self { client_secret: Some(SealedSecret(sealed)), ..self })
    }

    /// The same provider with the secret of the one before, where that knows us by the same name.
    pub fn with_secret_of(self, before: Option<Self>) -> Self {
        let same = before.filter(|before| before.issuer == self.issuer && before.client_id == self.client_id);
        Self { client_secret: same.and_then(|before| before.client_secret), ..self }
    }

    /// The secret to be sent; `None`: there is none.
    pub fn secret(&self, institution: InstitutionId, key: Option<&SealingKey>) -> Result<Option<SecretString>, sealing::Error> {
        let Some(SealedSecret(sealed)) = &self.client_secret else { return Ok(None) };
        let secret = key.ok_or(sealing::Error::NoKey)?.open(sealed, &self.purpose(institution))?;
        String::from_utf8(secret).map(|secret| Some(secret.into())).map_err(|_| sealing::Error::Closed)
    }
}

/// A secret as it lies in the database.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedSecret(pub Vec<u8>);

impl fmt::Debug for SealedSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealedSecret(…)")
    }
}

/// A secret as it was given.
pub fn client_secret(text: String) -> Result<SecretString, String> {
    fields::text(text, LONGEST_SECRET).map(SecretString::from)
}

const LONGEST_SECRET: usize = 1_000;

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
                Ok(Provider { issuer, client_id, number_claim, scopes: self.scopes, client_secret: None, updated_at: now })
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
    use uuid::Uuid;

    use super::*;

    fn provider(issuer: &str, client_id: &str) -> Provider {
        let new = NewProvider { issuer: issuer.into(), client_id: client_id.into(), number_claim: "n".into(), scopes: Vec::new() };
        new.check("2026-02-01T08:00:00Z".parse().unwrap()).unwrap()
    }

    #[test]
    fn a_secret_is_opened_for_its_provider_alone_and_never_shows_itself() {
        let key: SealingKey = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=".parse().unwrap();
        let (own, other) = (InstitutionId(Uuid::from_u128(1)), InstitutionId(Uuid::from_u128(2)));
        let plain = provider("https://login.example.edu", "accredit");
        let secret = client_secret("hush hush".into()).unwrap();
        assert_eq!(plain.clone().with_secret(&secret, own, None, [7; NONCE]), Err(sealing::Error::NoKey));
        let held = plain.clone().with_secret(&secret, own, Some(&key), [7; NONCE]).unwrap();
        assert_eq!(held.secret(own, Some(&key)).unwrap().unwrap().expose_secret(), "hush hush");
        assert!(plain.secret(own, None).unwrap().is_none());
        assert_eq!(held.secret(own, None).unwrap_err(), sealing::Error::NoKey);
        let moved = |issuer: &str, client: &str| Provider { client_secret: held.client_secret.clone(), ..provider(issuer, client) };
        assert_eq!(held.secret(other, Some(&key)).unwrap_err(), sealing::Error::Closed);
        for provider in [moved("https://evil.example", "accredit"), moved("https://login.example.edu", "other")] {
            assert_eq!(provider.secret(own, Some(&key)).unwrap_err(), sealing::Error::Closed);
            assert_eq!(provider.with_secret_of(Some(held.clone())).client_secret, None, "another provider does not get it");
        }
        assert_eq!(plain.with_secret_of(Some(held.clone())).client_secret, held.client_secret);
        let shown = format!("{held:?} {secret:?}");
        assert!(!shown.contains("hush") && !shown.contains('7'), "{shown}");
    }

    #[rstest]
    #[case("")]
    #[case(" a")]
    #[case("a\nb")]
    fn what_is_no_secret_is_refused_without_being_repeated(#[case] text: &str) {
        assert!(client_secret(text.into()).is_err());
        let long = "secret".repeat(200);
        assert!(!client_secret(long).unwrap_err().contains("secret"));
    }

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
