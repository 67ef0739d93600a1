//! Listening, and stopping without losing anything.

use super::{Console, guard::Guard};
use std::sync::Arc;
use std::{net::SocketAddr, time::Duration};
use tokio::net::TcpListener;

/// Open requests get this long after a stop was asked for.
const GRACE: Duration = Duration::from_secs(10);

/// Answers until the console's token ends it, then lets what is open finish.
pub async fn serve(listener: TcpListener, guard: Guard, console: Console) -> std::io::Result<()> {
    let (store, stop) = (Arc::clone(console.app().store()), console.stop.clone());
    let router = guard.protect(super::routes(console), store);
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let asked = stop.clone();
    let server = axum::serve(listener, service).with_graceful_shutdown(async move { asked.cancelled().await });
    tokio::select! {
        ended = async { server.await } => ended,
        () = async { stop.cancelled().await; tokio::time::sleep(GRACE).await } => {
            tracing::warn!("some requests were still open {} s after the stop; they were cut", GRACE.as_secs());
            Ok(())
        }
    }
}
