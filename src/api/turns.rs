//! How many requests of one institution are answered at the same time: fewer than there are connections to the database, so that
//! whatever one institution asks for, the others find one.
//! It must not count a caller whose key is not known: nobody can take another's turn.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{auth::Caller, problem::Problem};
use crate::model::ids::InstitutionId;

/// How many more may wait for their turn; a connection each is all that they hold.
const WAITING: usize = 400;
/// When whoever found no place to wait in may come again.
const AGAIN: u64 = 1;

/// The queues of all institutions that have called.
#[derive(Clone)]
pub(super) struct Turns {
    at_once: usize,
    queues: Arc<Mutex<HashMap<InstitutionId, Queue>>>,
}

#[derive(Clone)]
struct Queue {
    places: Arc<Semaphore>,
    turns: Arc<Semaphore>,
}

/// A request's turn, which lasts as long as somebody holds it: its caller may have left before it is done.
#[derive(Clone)]
pub(super) struct Turn(#[expect(dead_code, reason = "held, not read")] Arc<(OwnedSemaphorePermit, OwnedSemaphorePermit)>);

impl Turns {
    pub fn new(at_once: usize) -> Self {
        Self { at_once, queues: Arc::default() }
    }

    fn queue(&self, institution: InstitutionId) -> Queue {
        let new = || Queue { places: Arc::new(Semaphore::new(self.at_once + WAITING)), turns: Arc::new(Semaphore::new(self.at_once)) };
        self.queues.lock().unwrap_or_else(PoisonError::into_inner).entry(institution).or_insert_with(new).clone()
    }

    async fn wait(&self, institution: InstitutionId) -> Result<Turn, Problem> {
        let Queue { places, turns } = self.queue(institution);
        let place = places.try_acquire_owned().map_err(|_| Problem::too_many(AGAIN))?;
        let turn = turns.acquire_owned().await.map_err(|why| Problem::broken(&why))?;
        Ok(Turn(Arc::new((place, turn))))
    }
}

pub(super) async fn take(State(turns): State<Turns>, mut request: Request, next: Next) -> Result<Response, Problem> {
    let Some(institution) = request.extensions().get::<Caller>().map(|caller| caller.institution) else {
        return Ok(next.run(request).await);
    };
    let turn = turns.wait(institution).await?;
    request.extensions_mut().insert(turn.clone());
    let response = next.run(request).await;
    drop(turn);
    Ok(response)
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn an_institution_that_has_its_share_waits_and_another_does_not() {
        let turns = Turns::new(2);
        let (one, other) = (InstitutionId(Uuid::from_u128(1)), InstitutionId(Uuid::from_u128(2)));
        let take = |institution| turns.wait(institution).now_or_never();
        let (first, second) = (take(one).unwrap().unwrap(), take(one).unwrap().unwrap());
        let mut third = Box::pin(turns.wait(one));
        assert!(third.as_mut().now_or_never().is_none(), "a third at once");
        assert!(take(other).unwrap().is_ok(), "another institution waits too");
        drop(first.clone());
        assert!(third.as_mut().now_or_never().is_none(), "a turn ends with the last who holds it");
        drop(first);
        assert!(third.now_or_never().unwrap().is_ok());
        drop(second);
    }

    #[test]
    fn whoever_finds_no_place_to_wait_in_is_told_to_come_again() {
        let turns = Turns::new(1);
        let one = InstitutionId(Uuid::from_u128(1));
        let held = turns.wait(one).now_or_never().unwrap().unwrap();
        let mut waiting: Vec<_> = (0..WAITING).map(|_| Box::pin(turns.wait(one))).collect();
        assert!(waiting.iter_mut().all(|turn| turn.as_mut().now_or_never().is_none()));
        assert!(turns.wait(one).now_or_never().unwrap().is_err());
        drop(waiting);
        drop(held);
        assert!(turns.wait(one).now_or_never().unwrap().is_ok());
    }
}
