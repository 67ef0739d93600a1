//! Listening, and stopping without losing anything.

use super::Console;
use axum::Router;
use std::{net::SocketAddr, time::Duration};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// Open requests get this long after a stop was asked for.
const GRACE: Duration = Duration::from_secs(10);

/// Answers until the token ends it, then lets what is open finish.
pub async fn serve(listener: TcpListener, console: Console, stop: CancellationToken) -> std::io::Result<()> {
    let router: Router = super::router(console);
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
