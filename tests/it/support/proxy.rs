//! A proxy before Postgres that can hold back the answer to a BEGIN: so a test can leave exactly then.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use accredit::db::ConnectOptions;
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::{TcpListener, TcpStream, UnixStream},
    sync::{Notify, watch},
};

/// What a transaction of ours begins with; what the pool says before it hands a connection out is in capitals.
const BEGIN: &[u8] = b"begin;";

pub struct Proxy {
    pub options: ConnectOptions,
    gate: Arc<Gate>,
}

struct Gate {
    armed: AtomicBool,
    held: Notify,
    open: watch::Sender<bool>,
}

impl Proxy {
    pub async fn before(server: &ConnectOptions, url: &str) -> Self {
        let gate = Arc::new(Gate { armed: AtomicBool::new(false), held: Notify::new(), open: watch::Sender::new(true) });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut url: url::Url = url.parse().unwrap();
        url.set_host(Some("127.0.0.1")).unwrap();
        url.set_port(Some(listener.local_addr().unwrap().port())).unwrap();
        let kept: Vec<(String, String)> = url.query_pairs().into_owned().filter(|(name, _)| name != "host" && name != "port").collect();
        url.query_pairs_mut().clear().extend_pairs(kept);
        tokio::spawn(accept(listener, server.clone(), Arc::clone(&gate)));
        Self { options: ConnectOptions::from_url(&url.to_string().into()).unwrap(), gate }
    }

    /// From now on the answer to the next BEGIN is held back.
    pub fn arm(&self) {
        self.gate.armed.store(true, Ordering::SeqCst);
    }

    /// Waits until a BEGIN has gone out whose answer is held back.
    pub async fn held(&self) {
        self.gate.held.notified().await;
    }

    /// Lets the answer through.
    pub fn release(&self) {
        self.gate.open.send_replace(true);
    }
}

async fn accept(listener: TcpListener, server: ConnectOptions, gate: Arc<Gate>) {
    loop {
        let (client, _) = listener.accept().await.unwrap();
        let options = server.postgres();
        // A socket's directory can be given as the host.
        let socket = options.get_socket().cloned().or_else(|| options.get_host().starts_with('/').then(|| options.get_host().into()));
        match socket {
            Some(directory) => {
                let path = directory.join(format!(".s.PGSQL.{}", options.get_port()));
                let (from, to) = UnixStream::connect(path).await.unwrap().into_split();
                pump(client, from, to, &gate);
            }
            None => {
                let (from, to) = TcpStream::connect((options.get_host(), options.get_port())).await.unwrap().into_split();
                pump(client, from, to, &gate);
            }
        }
    }
}

fn pump(
    client: TcpStream,
    mut from_server: impl AsyncRead + Unpin + Send + 'static,
    mut to_server: impl AsyncWrite + Unpin + Send + 'static,
    gate: &Arc<Gate>,
) {
    let (mut from_client, mut to_client) = client.into_split();
    let asking = Arc::clone(gate);
    tokio::spawn(async move {
        let mut buffer = [0; 8192];
        while let Ok(read @ 1..) = from_client.read(&mut buffer).await {
            let begins = buffer[..read].windows(BEGIN.len()).any(|bytes| bytes == BEGIN);
            let holds = begins && asking.armed.swap(false, Ordering::SeqCst);
            if holds {
                asking.open.send_replace(false);
            }
            if to_server.write_all(&buffer[..read]).await.is_err() {
                return;
            }
            if holds {
                asking.held.notify_one();
            }
        }
    });
    let mut open = gate.open.subscribe();
    tokio::spawn(async move {
        let mut buffer = [0; 8192];
        while let Ok(read @ 1..) = from_server.read(&mut buffer).await {
            if open.wait_for(|open| *open).await.is_err() || to_client.write_all(&buffer[..read]).await.is_err() {
                return;
            }
        }
    });
}
