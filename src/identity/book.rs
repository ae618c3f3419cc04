//! What providers say of themselves, their keys too, kept for a while: whoever signs in next need not ask again.
//! It must not hold a lock while a provider is asked, nor keep a failure.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use chrono::{DateTime, TimeDelta, Utc};
use futures::{
    FutureExt as _,
    future::{BoxFuture, Shared},
};
use openidconnect::{DiscoveryError, IssuerUrl, core::CoreProviderMetadata};

use super::{
    Error,
    transport::{Failed, Transport},
};

pub(super) type Description = CoreProviderMetadata;

/// How long what a provider said is believed.
const LIFE: TimeDelta = TimeDelta::minutes(10);
/// Of more providers than this, those that were asked longest ago are asked again.
const MOST: usize = 256;

/// A question that all who need the answer wait for.
type Asking = Shared<BoxFuture<'static, Result<Arc<Description>, Error>>>;

struct Page {
    asked_at: DateTime<Utc>,
    asking: Asking,
}

#[derive(Clone)]
pub(super) struct Book {
    transport: Transport,
    pages: Arc<Mutex<HashMap<String, Page>>>,
}

impl fmt::Debug for Book {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Book(…)")
    }
}

impl Book {
    pub fn new(transport: Transport) -> Self {
        Self { transport, pages: Arc::default() }
    }

    /// What a provider says of itself, or said not long ago.
    pub async fn read(&self, issuer: &str, now: DateTime<Utc>) -> Result<Arc<Description>, Error> {
        self.wait(issuer, now, |page| page.asked_at <= now && now - page.asked_at < LIFE).await
    }

    /// The same, and anew where nobody has learnt anything newer than `known`.
    pub async fn renew(&self, issuer: &str, known: &Arc<Description>, now: DateTime<Utc>) -> Result<Arc<Description>, Error> {
        self.wait(issuer, now, |page| !matches!(page.asking.peek(), Some(Ok(read)) if Arc::ptr_eq(read, known))).await
    }

    async fn wait(&self, issuer: &str, now: DateTime<Utc>, serves: impl FnOnce(&Page) -> bool) -> Result<Arc<Description>, Error> {
        let asking = self.asking(issuer, now, serves);
        let answer = asking.clone().await;
        if answer.is_err() {
            let mut pages = self.pages();
            if pages.get(issuer).is_some_and(|page| page.asking.ptr_eq(&asking)) {
                pages.remove(issuer);
            }
        }
        answer
    }

    /// The question that is under way or was answered, where it serves; otherwise a new one.
    fn asking(&self, issuer: &str, now: DateTime<Utc>, serves: impl FnOnce(&Page) -> bool) -> Asking {
        let mut pages = self.pages();
        if let Some(page) = pages.get(issuer).filter(|page| serves(page)) {
            return page.asking.clone();
        }
        if pages.len() >= MOST && !pages.contains_key(issuer) {
            let oldest = pages.iter().min_by_key(|(_, page)| page.asked_at).map(|(issuer, _)| issuer.clone());
            oldest.map(|issuer| pages.remove(&issuer));
        }
        // A task of its own: it ends as well where whoever asked first has left.
        let answer = tokio::spawn(discover(self.transport.clone(), issuer.to_owned()));
        let asking = answer.map(|answer| answer.unwrap_or(Err(Error::Unreachable("the question was broken off")))).boxed().shared();
        pages.insert(issuer.to_owned(), Page { asked_at: now, asking: asking.clone() });
        asking
    }

    fn pages(&self) -> MutexGuard<'_, HashMap<String, Page>> {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The provider's own description and its keys, as they are now.
async fn discover(transport: Transport, issuer: String) -> Result<Arc<Description>, Error> {
    let issuer = IssuerUrl::new(issuer).map_err(|_| Error::BadAnswer("its issuer is no address".to_owned()))?;
    let found = CoreProviderMetadata::discover_async(issuer, &transport).await;
    found.map(Arc::new).map_err(|why| match why {
        DiscoveryError::Request(Failed(why)) => Error::Unreachable(why),
        DiscoveryError::Response(status, ..) => Error::BadAnswer(format!("it answered {status} when it was asked to describe itself")),
        DiscoveryError::Validation(_) => Error::BadAnswer("it calls itself by another issuer".to_owned()),
        _ => Error::BadAnswer("its description of itself is not what OpenID Connect says".to_owned()),
    })
}
