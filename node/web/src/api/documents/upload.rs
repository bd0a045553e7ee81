//! A content on its way in: its media type, and its bytes with a limit.

use std::io;

use axum::body::{Body, BodyDataStream};
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

/// Most bytes beyond the limit that are read and thrown away: a caller hears a refusal only when it has sent everything.
const DRAINED_MAX: u64 = 4 * CONTENT_MAX;

/// The bytes of a body. They end with an error when they pass [`CONTENT_MAX`]; what follows is read up to
/// [`DRAINED_MAX`], so that the caller can read why.
pub(super) async fn chunks(headers: &HeaderMap, body: Body) -> Result<Chunks, Refusal> {
    let length = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    let stream = body.into_data_stream();
    if length.is_some_and(|length| length > CONTENT_MAX) {
        drain(stream).await;
        return Err(Refusal(too_large()));
    }
    let limited = futures::stream::try_unfold((stream, 0), |(mut stream, seen)| async move {
        let Some(chunk) = stream.next().await.transpose().map_err(io::Error::other)? else { return Ok(None) };
        let seen = seen + chunk.len() as u64;
        if seen > CONTENT_MAX {
            drain(stream).await;
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        Ok(Some((chunk, (stream, seen))))
    });
    Ok(limited.boxed())
}

async fn drain(mut stream: BodyDataStream) {
    let mut left = DRAINED_MAX;
    while let Some(Ok(chunk)) = stream.next().await {
        left = left.saturating_sub(chunk.len() as u64);
        if left == 0 {
            return;
        }
    }
}
