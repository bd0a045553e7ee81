//! Documents: what describes one is in the query, its content is the body. So a body is never copied into a form, and
//! streams from the caller to the disk.

mod content;
mod upload;

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, State};
use axum::http::header::LOCATION;
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use palabre_core::id::EntryId;
use palabre_core::registers::Audience;
use palabre_core::seal::SealedAudience;
use serde::Deserialize;

use super::answer::{Answer, Refusal};
use super::parameters::Parameters;
use crate::node::{EntryPrefix, NewDocument, NewVersion, NodeHandle, Revision, Withdrawal};
use crate::problem::{Kind, Problem};
use crate::text;
use crate::views::{Created, DocumentList, DocumentView};

pub(super) use content::content;

/// The name of a file that was sent without one.
const UNNAMED: &str = "document";

/// `GET /api/v1/documents`
pub(super) async fn list<N: NodeHandle>(State(node): State<Arc<N>>) -> Answer<Json<DocumentList>> {
    Ok(Json(DocumentList { documents: node.documents().await? }))
}

/// `GET /api/v1/documents/{id}`
pub(super) async fn show<N: NodeHandle>(
    State(node): State<Arc<N>>,
    Path(id): Path<String>,
) -> Answer<Json<DocumentView>> {
    let id = find(&*node, &id).await?;
    Ok(Json(node.document(id).await?))
}

/// `POST /api/v1/documents?title=&lang=&file_name=&audience=&urgent=`
pub(super) async fn publish<N: NodeHandle>(
    State(node): State<Arc<N>>,
    mut parameters: Parameters,
    headers: HeaderMap,
    body: Body,
) -> Answer<impl IntoResponse> {
    let version = NewVersion {
        title: parameters.must("title")?,
        lang: parameters.must("lang")?,
        file_name: parameters.maybe("file_name")?.unwrap_or_else(|| UNNAMED.to_owned()),
        media_type: upload::media_type(&headers),
    };
    let audience = audience(parameters.maybe::<String>("audience")?)?;
    let document = NewDocument { version, audience, urgent: parameters.maybe("urgent")?.unwrap_or(false) };
    parameters.end()?;
    let id = node.publish(document, upload::chunks(&headers, body).await?).await?;
    Ok(created(id))
}

/// The audience with this word; without one, the region (`docs/design.md` §5).
fn audience(word: Option<String>) -> Result<Audience, Refusal> {
    let word = word.unwrap_or_else(|| SealedAudience::Region.to_string());
    if word == Audience::Public.to_string() {
        return Ok(Audience::Public);
    }
    match word.parse() {
        Ok(audience) => Ok(Audience::Sealed(audience)),
        Err(_) => Err(Problem::new(Kind::Usage, text!("err-audience", audience = word)).into()),
    }
}

/// `POST /api/v1/documents/{id}/revisions?title=&lang=&file_name=&urgent=`
pub(super) async fn revise<N: NodeHandle>(
    State(node): State<Arc<N>>,
    Path(id): Path<String>,
    mut parameters: Parameters,
    headers: HeaderMap,
    body: Body,
) -> Answer<impl IntoResponse> {
    let revision = Revision {
        title: parameters.maybe("title")?,
        lang: parameters.maybe("lang")?,
        file_name: parameters.maybe("file_name")?.unwrap_or_else(|| UNNAMED.to_owned()),
        media_type: upload::media_type(&headers),
        urgent: parameters.maybe("urgent")?.unwrap_or(false),
    };
    parameters.end()?;
    let document = find(&*node, &id).await?;
    let id = node.revise(document, revision, upload::chunks(&headers, body).await?).await?;
    Ok((StatusCode::CREATED, Json(Created { id })))
}

/// The body of a withdrawal.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WithdrawalBody {
    reason: String,
}

/// `POST /api/v1/documents/{id}/withdrawal`
pub(super) async fn withdraw<N: NodeHandle>(
    State(node): State<Arc<N>>,
    Path(id): Path<String>,
    body: Result<Json<WithdrawalBody>, JsonRejection>,
) -> Answer<impl IntoResponse> {
    let Json(body) =
        body.map_err(|error| Refusal(Problem::new(Kind::Usage, text!("err-body", detail = error.body_text()))))?;
    let document = find(&*node, &id).await?;
    let id = node.withdraw(document, Withdrawal { reason: body.reason }).await?;
    Ok((StatusCode::CREATED, Json(Created { id })))
}

/// The answer to a document that was published.
fn created(id: EntryId) -> impl IntoResponse {
    (StatusCode::CREATED, [(LOCATION, format!("/api/v1/documents/{id}"))], Json(Created { id }))
}

/// The entry whose id begins with what the caller gave.
pub(super) async fn find<N: NodeHandle>(node: &N, text: &str) -> Result<EntryId, Refusal> {
    let prefix: EntryPrefix =
        text.parse().map_err(|_| Problem::new(Kind::Usage, text!("err-object-prefix", id = text)))?;
    Ok(node.find(prefix).await?)
}
