//! The authorization code flow with PKCE: where to send a browser, and what its code is worth.
//! It must not keep anything between the two: what it is checked with comes from the browser's secret.

use std::{sync::Arc, time::Duration};

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use openidconnect::{
    AccessToken, AdditionalClaims, AuthType, AuthorizationCode, ClaimsVerificationError, ClientId, ClientSecret, CsrfToken, Nonce,
    OAuth2TokenResponse as _, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RequestTokenError, Scope, SignatureVerificationError,
    SubjectIdentifier, TokenResponse as _, UserInfoClaims, UserInfoError,
    core::{CoreAuthenticationFlow, CoreClient, CoreClientAuthMethod, CoreGenderClaim, CoreIdToken, CoreJwsSigningAlgorithm},
};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use url::Url;

use super::{
    Error,
    book::{Book, Description},
    claims,
    transport::{Failed, Transport},
};
use crate::model::{
    sign_in::{Identity, Provider, is_safe},
    token::Token,
};

/// How long one question to a provider may take.
const LIMIT: Duration = Duration::from_secs(10);
/// Signatures that need the provider's own key. Never `none`, and none that a client could make.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// Asks providers. Clones share what those said of themselves.
#[derive(Debug, Clone)]
pub struct Client {
    transport: Transport,
    book: Book,
}

/// A sign-in as one browser began it.
#[derive(Debug, Clone, Copy)]
pub struct Begun<'a> {
    pub provider: &'a Provider,
    /// By which the provider knows us.
    pub secret: Option<&'a SecretString>,
    /// Where the provider sends the browser back to.
    pub redirect: &'a Url,
    pub state: &'a Token,
    /// What this browser alone has: the PKCE verifier and the nonce are made from it.
    pub browser: &'a Token,
}

impl Begun<'_> {
    fn verifier(&self) -> PkceCodeVerifier {
        PkceCodeVerifier::new(self.browser.derive("pkce"))
    }

    fn nonce(&self) -> Nonce {
        Nonce::new(self.browser.derive("nonce"))
    }
}

/// Whatever else a provider says.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Others(Map<String, Value>);

impl AdditionalClaims for Others {}

impl Client {
    pub fn new() -> Result<Self, Error> {
        Self::with_limit(LIMIT)
    }

    /// One that waits so long for each answer.
    pub fn with_limit(limit: Duration) -> Result<Self, Error> {
        let transport = Transport::new(limit).map_err(|_| Error::Unreachable("no client can be made on this machine"))?;
        Ok(Self { book: Book::new(transport.clone()), transport })
    }

    /// Where to send the browser.
    pub async fn begin(&self, begun: &Begun<'_>, now: DateTime<Utc>) -> Result<Url, Error> {
        let description = self.book.read(&begun.provider.issuer, now).await?;
        if !is_safe(description.authorization_endpoint().url()) {
            return Err(Error::BadAnswer("its authorization endpoint is not https".to_owned()));
        }
        let (state, nonce) = (begun.state.reveal().to_owned(), begun.nonce());
        let (url, ..) = client(begun, &description)?
            .authorize_url(CoreAuthenticationFlow::AuthorizationCode, move || CsrfToken::new(state), move || nonce)
            .add_scopes(begun.provider.scopes.iter().cloned().map(Scope::new))
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&begun.verifier()))
            .url();
        Ok(url)
    }

    /// Who signed in, by the code that the browser brought back.
    pub async fn finish(&self, begun: &Begun<'_>, code: String, now: DateTime<Utc>) -> Result<Identity, Error> {
        let description = self.book.read(&begun.provider.issuer, now).await?;
        let client = client(begun, &description)?;
        let exchange = client
            .exchange_code(AuthorizationCode::new(code))
            .map_err(|_| Error::BadAnswer("it names no token endpoint".to_owned()))?
            .set_pkce_verifier(begun.verifier());
        let answer = exchange.request_async(&self.transport).await.map_err(exchange_failed)?;
        let token = answer.id_token().ok_or_else(|| Error::BadAnswer("there is no ID token in it".to_owned()))?;
        let subject = self.believe(begun, &description, token, now).await?;
        let mut said = payload(token)?;
        if claims::lacks(&said, begun.provider) && client.user_info_url().is_some() {
            for (claim, value) in user_info(&client, &self.transport, answer.access_token().clone(), subject).await? {
                said.entry(claim).or_insert(value);
            }
        }
        claims::identity(&said, begun.provider)
    }

    /// Whom a token names that is signed by the provider, and meant for this sign-in. A key that is not known yet is asked for once.
    async fn believe(
        &self,
        begun: &Begun<'_>,
        description: &Arc<Description>,
        token: &CoreIdToken,
        now: DateTime<Utc>,
    ) -> Result<SubjectIdentifier, Error> {
        match verify(begun, description, token, now) {
            Err(ClaimsVerificationError::SignatureVerification(SignatureVerificationError::NoMatchingKey)) => {
                let renewed = self.book.renew(&begun.provider.issuer, description, now).await?;
                verify(begun, &renewed, token, now)
            }
            verified => verified,
        }
        .map_err(|why| not_believed(&why))
    }
}

fn verify(
    begun: &Begun<'_>,
    description: &Description,
    token: &CoreIdToken,
    now: DateTime<Utc>,
) -> Result<SubjectIdentifier, ClaimsVerificationError> {
    // Without the secret: a signature must be the provider's own.
    let client = CoreClient::from_provider_metadata(description.clone(), ClientId::new(begun.provider.client_id.clone()), None);
    let verifier = client.id_token_verifier().set_allowed_algs(ALGORITHMS).set_time_fn(move || now);
    Ok(token.claims(&verifier, &begun.nonce())?.subject().clone())
}

/// We, as the provider knows us.
fn client(begun: &Begun<'_>, description: &Description) -> Result<Ready, Error> {
    let secret = begun.secret.map(|secret| ClientSecret::new(secret.expose_secret().to_owned()));
    let way = if secret.is_some() { way_of_the_secret(description)? } else { AuthType::RequestBody };
    Ok(CoreClient::from_provider_metadata(description.clone(), ClientId::new(begun.provider.client_id.clone()), secret)
        .set_auth_type(way)
        .set_redirect_uri(RedirectUrl::from_url(begun.redirect.clone())))
}

/// In a header, which every provider takes that does not say otherwise; in the body where it takes it in no other way.
fn way_of_the_secret(description: &Description) -> Result<AuthType, Error> {
    let Some(ways) = description.token_endpoint_auth_methods_supported() else { return Ok(AuthType::BasicAuth) };
    if ways.contains(&CoreClientAuthMethod::ClientSecretBasic) {
        Ok(AuthType::BasicAuth)
    } else if ways.contains(&CoreClientAuthMethod::ClientSecretPost) {
        Ok(AuthType::RequestBody)
    } else {
        Err(Error::BadAnswer("it takes no client secret, neither in a header nor in the body".to_owned()))
    }
}

type Ready = CoreClient<
    openidconnect::EndpointSet,
    openidconnect::EndpointNotSet,
    openidconnect::EndpointNotSet,
    openidconnect::EndpointNotSet,
    openidconnect::EndpointMaybeSet,
    openidconnect::EndpointMaybeSet,
>;

/// What the provider says of this subject when it is asked; it is checked that it speaks of the same.
async fn user_info(
    client: &Ready,
    transport: &Transport,
    token: AccessToken,
    subject: SubjectIdentifier,
) -> Result<Map<String, Value>, Error> {
    let asked = client.user_info(token, Some(subject)).map_err(|_| Error::BadAnswer("it names no userinfo endpoint".to_owned()))?;
    let said: UserInfoClaims<Others, CoreGenderClaim> = asked.request_async(transport).await.map_err(|why| match why {
        UserInfoError::Request(Failed(why)) => Error::Unreachable(why),
        UserInfoError::ClaimsVerification(_) => Error::NotBelieved("its userinfo speaks of somebody else"),
        _ => Error::BadAnswer("its userinfo is not what OpenID Connect says".to_owned()),
    })?;
    match serde_json::to_value(&said) {
        Ok(Value::Object(said)) => Ok(said),
        _ => Err(Error::BadAnswer("its userinfo is not what OpenID Connect says".to_owned())),
    }
}

/// All claims of a token that was verified.
fn payload(token: &CoreIdToken) -> Result<Map<String, Value>, Error> {
    let text = token.to_string();
    let payload = text.split('.').nth(1).and_then(|part| BASE64_URL_SAFE_NO_PAD.decode(part).ok());
    payload.and_then(|bytes| serde_json::from_slice(&bytes).ok()).ok_or_else(|| Error::BadAnswer("its ID token cannot be read".to_owned()))
}

fn exchange_failed<T: openidconnect::ErrorResponse + std::fmt::Display>(error: RequestTokenError<Failed, T>) -> Error {
    match error {
        RequestTokenError::Request(Failed(why)) => Error::Unreachable(why),
        // `invalid_grant: words`: the words are not ours to repeat.
        RequestTokenError::ServerResponse(said) => {
            Error::Refused(Error::word(said.to_string().split([':', ' ']).next().unwrap_or_default()))
        }
        RequestTokenError::Parse(..) | RequestTokenError::Other(_) => {
            Error::BadAnswer("what came for the code is not what OpenID Connect says".to_owned())
        }
    }
}

fn not_believed(error: &ClaimsVerificationError) -> Error {
    Error::NotBelieved(match error {
        ClaimsVerificationError::Expired(_) => "its ID token is too old",
        ClaimsVerificationError::InvalidAudience(_) => "its ID token is for another program",
        ClaimsVerificationError::InvalidIssuer(_) => "its ID token is another provider's",
        ClaimsVerificationError::InvalidNonce(_) => "its ID token is for another sign-in",
        ClaimsVerificationError::SignatureVerification(_) => "its ID token is not signed by it",
        _ => "its ID token is not what OpenID Connect says",
    })
}
