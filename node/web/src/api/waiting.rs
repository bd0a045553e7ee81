//! What a node answers that cannot open its ledger yet: what keeps it from that.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::routing::get;
use axum::{Json, Router, middleware};
use tokio::sync::watch;

use super::access::{self, Access};
use super::answer::{self, Refusal};
use super::routes::openapi;
use crate::node::NodeError;
use crate::views::{Health, Obstacle};

type Seen = State<watch::Receiver<Obstacle>>;

/// `/health` and the description of the API answer as ever, everything else with what the node waits for.
pub(super) fn router(obstacle: watch::Receiver<Obstacle>, access: Access) -> Router {
    Router::new()
        .route("/health", get(health))
        .route("/api/v1/openapi.json", get(openapi))
        .fallback(anything)
        .with_state(obstacle)
        .layer(middleware::from_fn_with_state(access, access::guard))
        .layer(middleware::from_fn(answer::speak))
}

async fn health(State(obstacle): Seen) -> impl IntoResponse {
    (StatusCode::SERVICE_UNAVAILABLE, Json(Health::Paused { obstacle: *obstacle.borrow() }))
}

async fn anything(State(obstacle): Seen) -> Refusal {
    NodeError::Waiting(*obstacle.borrow()).into()
}
