//! A POST's answer together with the transaction that did what was asked: it is committed when the answer is known, and what is kept of
//! the answer with it.
//! It must not commit a refusal.

use std::sync::{Arc, Mutex, PoisonError};

use axum::{
    http::Extensions,
    response::{IntoResponse, Response},
};

use super::problem::Problem;
use crate::db::InstitutionTx;

/// What every POST answers that did something. Its handler does not commit.
pub(super) struct Done<T>(pub InstitutionTx, pub T);

impl<T: IntoResponse> IntoResponse for Done<T> {
    fn into_response(self) -> Response {
        let mut response = self.1.into_response();
        response.extensions_mut().insert(Open(Arc::new(Mutex::new(Some(self.0)))));
        response
    }
}

/// A transaction on its way to whoever commits it. Dropped, it never happened.
#[derive(Clone)]
struct Open(Arc<Mutex<Option<InstitutionTx>>>);

/// The transaction that came with an answer.
pub(super) fn take(extensions: &mut Extensions) -> Option<InstitutionTx> {
    extensions.remove::<Open>()?.0.lock().unwrap_or_else(PoisonError::into_inner).take()
}

/// Commits what came with an answer of which nothing is kept.
pub(super) async fn commit(mut response: Response) -> Result<Response, Problem> {
    if let Some(tx) = take(response.extensions_mut()) {
        tx.commit().await.map_err(Problem::database)?;
    }
    Ok(response)
}
