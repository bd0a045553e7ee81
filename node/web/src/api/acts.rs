//! Acts on any kind of object: what has become of one, and to uphold one that is void (`docs/design.md` §4).

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;

use super::answer::Answer;
use super::documents::find;
use crate::node::NodeHandle;
use crate::views::{ActView, Created};

/// `GET /api/v1/acts/{id}`
pub(super) async fn show<N: NodeHandle>(State(node): State<Arc<N>>, Path(id): Path<String>) -> Answer<Json<ActView>> {
    let id = find(&*node, &id).await?;
    Ok(Json(node.act(id).await?))
}

/// `POST /api/v1/acts/{id}/upholding`
pub(super) async fn uphold<N: NodeHandle>(
    State(node): State<Arc<N>>,
    Path(id): Path<String>,
) -> Answer<impl IntoResponse> {
    let id = find(&*node, &id).await?;
    let id = node.uphold(id).await?;
    Ok((StatusCode::CREATED, Json(Created { id })))
}
