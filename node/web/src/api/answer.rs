//! How results and problems become responses.

use axum::Json;
use axum::extract::Request;
use axum::http::header::{ACCEPT_LANGUAGE, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::catalogue::Lang;
use crate::node::NodeError;
use crate::problem::{Problem, ProblemBody};

/// A problem on its way to a response. It becomes words in [`speak`], which knows the caller's language.
#[derive(Debug)]
pub(super) struct Refusal(pub(super) Problem);

/// What a handler answers.
pub(super) type Answer<T> = Result<T, Refusal>;

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self(problem)
    }
}

impl From<NodeError> for Refusal {
    fn from(error: NodeError) -> Self {
        if let NodeError::Internal(source) = &error {
            tracing::error!(error = %source, "a request failed");
        }
        Self(error.into())
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.0.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = status.into_response();
        response.extensions_mut().insert(self.0);
        response
    }
}

/// Puts problems into words: in the language that `Accept-Language` asks for, else in English.
pub(super) async fn speak(request: Request, next: Next) -> Response {
    let asked = request.headers().get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let lang = asked.and_then(Lang::of_header).unwrap_or(Lang::En);
    let mut response = next.run(request).await;
    let Some(problem) = response.extensions_mut().remove::<Problem>() else { return response };
    let status = response.status();
    let mut worded = (status, Json(ProblemBody { error: problem.explain(lang) })).into_response();
    if status == StatusCode::UNAUTHORIZED {
        worded.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    worded
}
