//! The HTTP API: JSON under `/api/v1`, figures under `/metrics`, and `/health` (`docs/design.md` §9).
//!
//! | module | what lives there |
//! |---|---|
//! | `routes` | every address, in one list; `openapi.json` describes the same |
//! | `access` | who may call: this machine, with the token |
//! | `answer` | how results and problems become responses |
//! | `parameters` | the query of a request, named parameter by named parameter |
//! | `waiting` | the answers of a node that cannot open its ledger yet |
//! | `documents`, `governance`, `network`, `metrics` | what the addresses do |

mod access;
mod acts;
mod answer;
mod documents;
mod governance;
mod metrics;
mod network;
mod parameters;
mod routes;
mod waiting;

use std::future::Future;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::{oneshot, watch};

use crate::node::NodeHandle;
use crate::views::Obstacle;
use access::Access;

/// How long open requests may take to end once the node stops.
const GRACE: Duration = Duration::from_secs(5);

/// Serves the API of `node` until `stop`. Callers show `token`. An address beyond loopback is refused: the token
/// travels in clear, and whoever has it acts for the administration.
pub async fn serve<N: NodeHandle>(
    listener: TcpListener,
    node: Arc<N>,
    token: impl AsRef<str>,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let app = routes::router(node, Access::new(token.as_ref()));
    serve_app(listener, app, stop).await
}

/// As [`serve`] for a node that cannot open its ledger yet: `/health` and everything else say what it waits for.
pub async fn serve_waiting(
    listener: TcpListener,
    obstacle: watch::Receiver<Obstacle>,
    token: impl AsRef<str>,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let app = waiting::router(obstacle, Access::new(token.as_ref()));
    serve_app(listener, app, stop).await
}

async fn serve_app(
    listener: TcpListener,
    app: Router,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let address = listener.local_addr()?;
    if !address.ip().is_loopback() {
        let why = format!("{address} is not on loopback (127.0.0.1 or [::1])");
        return Err(io::Error::new(io::ErrorKind::InvalidInput, why));
    }
    let (tell, stopping) = oneshot::channel();
    let stop = async move {
        stop.await;
        // Nobody listens any more when the server has ended by itself.
        let _ = tell.send(());
    };
    let served = axum::serve(listener, app).with_graceful_shutdown(stop);
    tokio::select! {
        ended = served => ended,
        () = async {
            // The sender lives as long as the server: it is dropped unsent only when that has ended.
            let _ = stopping.await;
            tokio::time::sleep(GRACE).await;
        } => Ok(()),
    }
}
