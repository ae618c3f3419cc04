//! stub
pub async fn signal() {
    std::future::pending::<()>().await;
}
