//! A content on its way in: its media type, and its bytes with a limit.

use std::io;

use axum::body::Body;
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use futures::StreamExt;

use super::super::answer::Refusal;
use crate::node::{CONTENT_MAX, Chunks, too_large};

/// The media type that the caller gives, without parameters; else that of bytes of which nothing is known.
pub(super) fn media_type(headers: &HeaderMap) -> String {
    let given = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = given.split(';').next().unwrap_or_default().trim();
    if essence.is_empty() { "application/octet-stream".to_owned() } else { essence.to_ascii_lowercase() }
}

/// The bytes of a body. They end with an error when they pass [`CONTENT_MAX`]; a length that says so beforehand is
/// refused at once.
pub(super) fn chunks(headers: &HeaderMap, body: Body) -> Result<Chunks, Refusal> {
    let length = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if length.is_some_and(|length| length > CONTENT_MAX) {
        return Err(Refusal(too_large()));
    }
    let mut seen = 0;
    let chunks = body.into_data_stream().map(move |chunk| {
        let chunk = chunk.map_err(io::Error::other)?;
        seen += chunk.len() as u64;
        if seen > CONTENT_MAX { Err(io::ErrorKind::FileTooLarge.into()) } else { Ok(chunk) }
    });
    Ok(chunks.boxed())
}
