//! stub
use crate::{db::Db, model::clock::Clock};

#[derive(Debug, Clone)]
pub struct Api {
    pub db: Db,
    pub clock: Clock,
}

pub fn router(_api: Api) -> axum::Router {
    axum::Router::new()
}

pub async fn serve(
    listener: tokio::net::TcpListener,
    router: axum::Router,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    axum::serve(listener, router).with_graceful_shutdown(stop).await
}
