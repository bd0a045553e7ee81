//! Who may call: programs on this machine that can read the token in the node's home.
//!
//! A web page cannot: its requests to this address carry the name of its own site as `Host` (DNS rebinding), and it
//! does not know the token.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, HOST};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::answer::Refusal;
use crate::problem::{Kind, Problem};
use crate::text;

/// What opens the API. Of the token only a hash is kept: comparing hashes tells nothing by its duration.
#[derive(Clone)]
pub(super) struct Access(Arc<blake3::Hash>);

/// What anyone on this machine may ask: whether the node lives, and what the API is.
pub(super) const OPEN: [&str; 2] = ["/health", "/api/v1/openapi.json"];

impl Access {
    pub(super) fn new(token: &str) -> Self {
        Self(Arc::new(blake3::hash(token.trim().as_bytes())))
    }

    /// Whether this is the token. `blake3::Hash` compares in constant time.
    fn opens(&self, token: &str) -> bool {
        *self.0 == blake3::hash(token.as_bytes())
    }

    fn judge(&self, request: &Request) -> Result<(), Problem> {
        let host = header(request, HOST.as_str());
        if !is_this_machine(host) {
            return Err(Problem::new(Kind::Refused, text!("err-host", host = host)));
        }
        if OPEN.contains(&request.uri().path()) {
            return Ok(());
        }
        match header(request, AUTHORIZATION.as_str()).split_once(' ') {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") && self.opens(token.trim()) => Ok(()),
            _ => Err(Problem::new(Kind::Refused, text!("err-token")).with_status(401)),
        }
    }
}

/// Lets in who may call.
pub(super) async fn guard(State(access): State<Access>, request: Request, next: Next) -> Response {
    match access.judge(&request) {
        Ok(()) => next.run(request).await,
        Err(problem) => Refusal(problem).into_response(),
    }
}

fn header<'a>(request: &'a Request, name: &str) -> &'a str {
    request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// Whether a `Host` names this machine, with a port or without.
fn is_this_machine(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) && !name.ends_with(':') => name,
        _ => host,
    };
    ["127.0.0.1", "localhost", "[::1]"].contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_this_machine_are_answered() {
        for host in ["127.0.0.1", "127.0.0.1:8700", "localhost:80", "[::1]:8700", "[::1]"] {
            assert!(is_this_machine(host), "{host}");
        }
        for host in ["", "palabre.example", "127.0.0.1.palabre.example:8700", "0.0.0.0:8700", "10.0.0.1", "::1"] {
            assert!(!is_this_machine(host), "{host}");
        }
    }
}
