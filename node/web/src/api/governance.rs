//! The charter's next revision, and rules that are handed in (`docs/design.md` §4).

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::{BytesRejection, JsonRejection};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use palabre_core::acts::KeyProof;
use palabre_core::charter::proposal::Changes;
use palabre_core::id::CharterHash;
use palabre_proto::{Message, v1};
use serde::Deserialize;

use super::answer::{Answer, Refusal};
use crate::node::NodeHandle;
use crate::problem::{Kind, Problem};
use crate::text;
use crate::views::{ApplicationList, Created, HandedInView, HistoryView, ProposalView};

/// `GET /api/v1/charter/history`
pub(super) async fn history<N: NodeHandle>(State(node): State<Arc<N>>) -> Answer<Json<HistoryView>> {
    Ok(Json(node.history().await?))
}

/// `POST /api/v1/charter/proposals`
pub(super) async fn propose<N: NodeHandle>(
    State(node): State<Arc<N>>,
    body: Result<Json<Changes>, JsonRejection>,
) -> Answer<Json<ProposalView>> {
    let Json(changes) = body.map_err(|error| unread(error.body_text()))?;
    Ok(Json(node.propose(changes).await?))
}

/// The body of a settlement.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SettlementBody {
    keep: CharterHash,
}

/// `POST /api/v1/charter/settlements`
pub(super) async fn settle<N: NodeHandle>(
    State(node): State<Arc<N>>,
    body: Result<Json<SettlementBody>, JsonRejection>,
) -> Answer<Json<ProposalView>> {
    let Json(body) = body.map_err(|error| unread(error.body_text()))?;
    Ok(Json(node.settle(body.keep).await?))
}

/// `POST /api/v1/charter/proofs`
pub(super) async fn prove<N: NodeHandle>(
    State(node): State<Arc<N>>,
    body: Result<Bytes, BytesRejection>,
) -> Answer<impl IntoResponse> {
    let body = body.map_err(|error| unread(error.body_text()))?;
    let proof = KeyProof::decode(&body).map_err(|error| unread(error.to_string()))?;
    let id = node.prove(proof).await?;
    Ok((StatusCode::CREATED, Json(Created { id })))
}

/// `GET /api/v1/rules`
pub(super) async fn rules<N: NodeHandle>(State(node): State<Arc<N>>) -> Answer<impl IntoResponse> {
    let rules = node.rules().await?;
    Ok(([(CONTENT_TYPE, "application/x-protobuf")], rules.encode_to_vec()))
}

/// `POST /api/v1/rules`
pub(super) async fn hand_in<N: NodeHandle>(
    State(node): State<Arc<N>>,
    body: Result<Bytes, BytesRejection>,
) -> Answer<Json<HandedInView>> {
    let body = body.map_err(|error| unread(error.body_text()))?;
    let rules = v1::Rules::decode(body).map_err(|error| unread(error.to_string()))?;
    Ok(Json(node.hand_in(rules).await?))
}

/// `GET /api/v1/applications`
pub(super) async fn applications<N: NodeHandle>(State(node): State<Arc<N>>) -> Answer<Json<ApplicationList>> {
    Ok(Json(node.applications().await?))
}

fn unread(detail: String) -> Refusal {
    Refusal(Problem::new(Kind::Usage, text!("err-body", detail = detail)))
}
