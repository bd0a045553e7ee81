//! `GET /api/v1/documents/{id}/content`: a content on its way out.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::HeaderValue;
use axum::http::header::{
    CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, HeaderName,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::response::IntoResponse;

use super::super::answer::Answer;
use super::super::parameters::Parameters;
use super::find;
use crate::node::{Content, NodeHandle};

/// `GET /api/v1/documents/{id}/content?version=`
pub(in crate::api) async fn content<N: NodeHandle>(
    State(node): State<Arc<N>>,
    Path(id): Path<String>,
    mut parameters: Parameters,
) -> Answer<impl IntoResponse> {
    let version = parameters.maybe::<String>("version")?;
    parameters.end()?;
    let document = find(&*node, &id).await?;
    let version = match version {
        None => None,
        Some(version) => Some(find(&*node, &version).await?),
    };
    let content = node.content(document, version).await?;
    Ok((headers(&content), Body::from_stream(content.chunks)))
}

/// What was published is somebody's file: a browser must save it, never run it.
fn headers(content: &Content) -> [(HeaderName, HeaderValue); 6] {
    let value = |text: String, otherwise| HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(otherwise));
    [
        (CONTENT_TYPE, value(content.media_type.clone(), "application/octet-stream")),
        (CONTENT_LENGTH, HeaderValue::from(content.size)),
        (ETAG, value(format!("\"{}\"", content.hash), "\"\"")),
        (CONTENT_DISPOSITION, value(disposition(&content.file_name), "attachment")),
        (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (CONTENT_SECURITY_POLICY, HeaderValue::from_static("sandbox; default-src 'none'")),
    ]
}

/// To be saved under this name, in the encoding of RFC 8187.
fn disposition(file_name: &str) -> String {
    let encoded: String = file_name.bytes().map(encoded).collect();
    format!("attachment; filename*=UTF-8''{encoded}")
}

fn encoded(byte: u8) -> String {
    match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_keeps_its_accents() {
        assert_eq!(disposition("plan d'été.md"), "attachment; filename*=UTF-8''plan%20d%27%C3%A9t%C3%A9.md");
    }
}
