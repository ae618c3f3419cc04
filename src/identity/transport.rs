//! The requests to a provider: with time limits, no redirects, and answers of a bounded size.
//! It must not ask any address but https, save on this machine.

use std::{future::Future, pin::Pin, time::Duration};

use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};
use url::Url;

use crate::model::sign_in::is_safe;

const MOST_BYTES: usize = 1024 * 1024;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Why there is no answer: without an address and without a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(super) struct Failed(pub &'static str);

#[derive(Debug, Clone)]
pub(super) struct Transport {
    http: reqwest::Client,
}

impl Transport {
    /// `limit`: how long one question may take.
    pub fn new(limit: Duration) -> Result<Self, reqwest::Error> {
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT_TIMEOUT.min(limit))
            .timeout(limit)
            .user_agent(concat!("accredit/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self { http })
    }

    async fn ask(self, request: HttpRequest) -> Result<HttpResponse, Failed> {
        let (parts, body) = request.into_parts();
        let url = Url::parse(&parts.uri.to_string()).map_err(|_| Failed("it named an address that is none"))?;
        if !is_safe(&url) {
            return Err(Failed("it named an address that is not https"));
        }
        let asked = self.http.request(parts.method, url).headers(parts.headers).body(body);
        let mut answer = asked.send().await.map_err(|why| failed(&why))?;
        let mut bytes = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(|why| failed(&why))? {
            bytes.extend_from_slice(&chunk);
            if bytes.len() > MOST_BYTES {
                return Err(Failed("its answer is too large"));
            }
        }
        let mut response = HttpResponse::new(bytes);
        *response.status_mut() = answer.status();
        std::mem::swap(response.headers_mut(), answer.headers_mut());
        Ok(response)
    }
}

impl<'c> AsyncHttpClient<'c> for Transport {
    type Error = Failed;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, Failed>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.clone().ask(request))
    }
}

fn failed(error: &reqwest::Error) -> Failed {
    Failed(if error.is_timeout() {
        "it took too long"
    } else if error.is_connect() {
        "no connection"
    } else {
        "the connection broke"
    })
}
