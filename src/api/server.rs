//! The server: accepts connections, so many at once, and lets those in hand finish before it stops.
//! It must not wait for a caller that never sends its header: axum's own server would; nor let such callers keep others out.

use std::{
    collections::BTreeMap,
    io,
    net::IpAddr,
    pin::pin,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::Router;
use hyper::{Request, body::Incoming, server::conn::http1};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore, oneshot},
    time::{self, Instant},
};
use tower::ServiceExt as _;

/// How long a caller may take to send a request's header; an idle connection is closed after as long.
const HEADER_TIMEOUT: Duration = Duration::from_secs(10);
const MOST_CONNECTIONS: usize = 1_024;
/// How long a caller may be silent and yet keep its place when there is no room: under load it may have spoken and not been heard.
const PATIENCE: Duration = Duration::from_secs(1);
/// How long requests in hand may take once the server was told to stop.
const LAST_MOMENTS: Duration = Duration::from_secs(10);
/// After an `accept` that failed for want of file handles: some close meanwhile.
const BREATHER: Duration = Duration::from_millis(200);

/// The address that a request came from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Peer(pub IpAddr);

/// Answers connections of `listener` until `stop` is done, then finishes the requests in hand.
pub async fn serve(listener: TcpListener, router: Router, stop: impl Future<Output = ()> + Send + 'static) -> io::Result<()> {
    Server { most: MOST_CONNECTIONS, header_timeout: HEADER_TIMEOUT, patience: PATIENCE }.serve(listener, router, stop).await
}

/// How many connections there may be, and how long each may take to ask something.
struct Server {
    most: usize,
    header_timeout: Duration,
    patience: Duration,
}

impl Server {
    async fn serve(&self, listener: TcpListener, router: Router, stop: impl Future<Output = ()> + Send + 'static) -> io::Result<()> {
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new()).header_read_timeout(self.header_timeout);
        let door = Door { listener, slots: Arc::new(Semaphore::new(self.most)), silent: Silent::default(), patience: self.patience };
        let graceful = GracefulShutdown::new();
        let mut stop = pin!(stop);
        loop {
            let (slot, stream, peer) = tokio::select! {
                next = door.next() => next,
                () = &mut stop => break,
            };
            let (number, dropped) = door.silent.insert();
            let silent = door.silent.clone();
            let service = router.clone().map_request(move |mut request: Request<Incoming>| {
                silent.remove(number);
                request.extensions_mut().insert(Peer(peer));
                request
            });
            let answering = graceful.watch(http.serve_connection(TokioIo::new(stream), TowerToHyperService::new(service)));
            let silent = door.silent.clone();
            tokio::spawn(async move {
                tokio::select! {
                    ended = answering => if let Err(error) = ended {
                        tracing::debug!(%error, "a connection ended early");
                    },
                    Ok(()) = dropped => tracing::debug!("a connection that had said nothing made room"),
                }
                silent.remove(number);
                drop(slot);
            });
        }
        drop(door);
        if time::timeout(LAST_MOMENTS, graceful.shutdown()).await.is_err() {
            tracing::warn!("some requests took too long and were cut off");
        }
        Ok(())
    }
}

/// Where connections come in, and how many may be there.
struct Door {
    listener: TcpListener,
    slots: Arc<Semaphore>,
    silent: Silent,
    patience: Duration,
}

impl Door {
    /// The next connection. Where there is no room, the one goes that has said nothing for the longest time.
    async fn next(&self) -> (Option<OwnedSemaphorePermit>, TcpStream, IpAddr) {
        let (stream, peer) = self.accept().await;
        let slots = Arc::clone(&self.slots);
        if let Ok(slot) = Arc::clone(&slots).try_acquire_owned() {
            return (Some(slot), stream, peer);
        }
        // Nobody closes the semaphore.
        let slot = tokio::select! {
            slot = Arc::clone(&slots).acquire_owned() => slot.ok(),
            () = self.silent.make_room(self.patience) => slots.acquire_owned().await.ok(),
        };
        (slot, stream, peer)
    }

    /// Whatever keeps a connection from coming, the listener stays.
    async fn accept(&self) -> (TcpStream, IpAddr) {
        loop {
            match self.listener.accept().await {
                Ok((stream, peer)) => {
                    if let Err(error) = stream.set_nodelay(true) {
                        tracing::debug!(%error, "a connection is gone already");
                    }
                    return (stream, peer.ip());
                }
                Err(error) if is_the_callers(&error) => {}
                Err(error) => {
                    tracing::error!(%error, "no connection can be accepted");
                    // Most often file handles are wanting.
                    self.silent.drop_oldest();
                    time::sleep(BREATHER).await;
                }
            }
        }
    }
}

/// The connections on which no request has come yet, in the order in which they were opened.
#[derive(Clone, Default)]
struct Silent(Arc<Mutex<Numbered>>);

#[derive(Default)]
struct Numbered {
    next: u64,
    waiting: BTreeMap<u64, (Instant, oneshot::Sender<()>)>,
}

impl Silent {
    /// The connection's number, and the sign that it must go.
    fn insert(&self) -> (u64, oneshot::Receiver<()>) {
        let (drop_it, dropped) = oneshot::channel();
        let mut numbered = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let number = numbered.next;
        numbered.next += 1;
        numbered.waiting.insert(number, (Instant::now(), drop_it));
        (number, dropped)
    }

    /// It has said something, or is gone.
    fn remove(&self, number: u64) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).waiting.remove(&number);
    }

    /// Lets the oldest one go as soon as it has been silent for so long; never, where there is none.
    async fn make_room(&self, patience: Duration) {
        loop {
            let oldest = self.0.lock().unwrap_or_else(PoisonError::into_inner).waiting.first_key_value().map(|(_, (since, _))| *since);
            match oldest {
                None => std::future::pending().await,
                Some(since) if since.elapsed() >= patience => return self.drop_oldest(),
                Some(since) => time::sleep_until(since + patience).await,
            }
        }
    }

    fn drop_oldest(&self) {
        let oldest = self.0.lock().unwrap_or_else(PoisonError::into_inner).waiting.pop_first();
        if let Some((_, (_, drop_it))) = oldest {
            // Gone by itself meanwhile: as good.
            let _ = drop_it.send(());
        }
    }
}

fn is_the_callers(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

#[cfg(test)]
mod tests {
    use axum::routing;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    async fn door_for(most: usize) -> (std::net::SocketAddr, oneshot::Sender<()>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().route("/", routing::get(|| std::future::ready("well")));
        let (stop, stopped) = oneshot::channel::<()>();
        // Nobody is closed for saying nothing, so that only room can be the reason.
        let server = Server { most, header_timeout: Duration::from_secs(3_600), patience: Duration::ZERO };
        let stopped = async {
            // Dropping the sender is the sign.
            let _ = stopped.await;
        };
        tokio::spawn(async move { server.serve(listener, router, stopped).await });
        (address, stop)
    }

    async fn half_open(address: std::net::SocketAddr) -> TcpStream {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(b"GET / HTTP/1.1\r\nHost: a").await.unwrap();
        stream
    }

    async fn ask(stream: &mut TcpStream, connection: &str) -> String {
        stream.write_all(format!("GET / HTTP/1.1\r\nHost: a\r\nConnection: {connection}\r\n\r\n").as_bytes()).await.unwrap();
        let mut answer = vec![0; 4096];
        let read = time::timeout(Duration::from_secs(60), stream.read(&mut answer)).await.expect("kept out").unwrap();
        String::from_utf8_lossy(&answer[..read]).into_owned()
    }

    #[tokio::test]
    async fn connections_that_say_nothing_make_room_for_those_that_do() {
        let (address, _stop) = door_for(4).await;
        let mut silent = Vec::new();
        for _ in 0..4 {
            silent.push(half_open(address).await);
        }
        for _ in 0..3 {
            let mut caller = TcpStream::connect(address).await.unwrap();
            assert!(ask(&mut caller, "close").await.starts_with("HTTP/1.1 200"), "kept out");
        }
        let mut nothing = [0; 1];
        assert_eq!(silent[0].read(&mut nothing).await.unwrap_or(0), 0, "the oldest one is still there");
    }

    #[tokio::test]
    async fn a_connection_that_has_asked_something_is_not_dropped_for_another() {
        let (address, _stop) = door_for(2).await;
        let mut first = TcpStream::connect(address).await.unwrap();
        assert!(ask(&mut first, "keep-alive").await.starts_with("HTTP/1.1 200"));
        let mut silent = Vec::new();
        for _ in 0..8 {
            silent.push(half_open(address).await);
        }
        assert!(ask(&mut first, "keep-alive").await.starts_with("HTTP/1.1 200"), "dropped");
    }
}
