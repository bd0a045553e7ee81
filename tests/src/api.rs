//! The HTTP API of a node, and its figures.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use reqwest::{Method, StatusCode, Url};
use serde_json::Value;

use crate::cli::text;
use crate::wait::{PATIENCE, block_on};

/// Speaks to one node over HTTP, as a national system would.
#[derive(Clone, Debug)]
pub struct Api {
    http: reqwest::Client,
    base: Url,
    token: String,
}

/// Why there is no answer of the kind that was hoped for.
#[derive(Debug)]
pub enum ApiError {
    /// Nobody answers, or the answer broke off.
    Unreached(reqwest::Error),
    /// The node refuses.
    Refused {
        /// The HTTP status.
        status: StatusCode,
        /// The body: what, why, what next.
        body: Value,
    },
}

impl std::fmt::Display for ApiError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unreached(error) => write!(f, "no answer: {error}"),
            Self::Refused { status, body } => write!(f, "{status}: {body}"),
        }
    }
}

impl Api {
    /// The API of the node in `home`, at `address` (`http://127.0.0.1:8700`).
    pub fn of(home: &Path, address: &str) -> Self {
        let token = fs::read_to_string(home.join("token")).expect("a home has a token");
        let http = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build().expect("a client");
        Self { http, base: Url::parse(address).expect("an address"), token: token.trim().to_owned() }
    }

    /// The same with another token.
    pub fn with_token(self, token: &str) -> Self {
        Self { token: token.to_owned(), ..self }
    }

    /// Where it is.
    pub fn base(&self) -> &Url {
        &self.base
    }

    fn send(&self, method: Method, path: &str, query: &[(&str, &str)], body: Vec<u8>) -> Result<Vec<u8>, ApiError> {
        let mut url = self.base.join(path).expect("a path");
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        let mut request = self.http.request(method, url).bearer_auth(&self.token);
        if !body.is_empty() {
            request = request.body(body);
        }
        block_on(async {
            let response = request.send().await.map_err(ApiError::Unreached)?;
            let status = response.status();
            let bytes = response.bytes().await.map_err(ApiError::Unreached)?;
            if status.is_success() {
                return Ok(bytes.to_vec());
            }
            let body = serde_json::from_slice(&bytes);
            let words = |_| Value::String(String::from_utf8_lossy(&bytes).into_owned());
            Err(ApiError::Refused { status, body: body.unwrap_or_else(words) })
        })
    }

    /// Gets bytes from a path such as `/health`.
    pub fn get(&self, path: &str) -> Result<Vec<u8>, ApiError> {
        self.send(Method::GET, path, &[], Vec::new())
    }

    /// Gets JSON from a path below `/api/v1/`.
    pub fn json(&self, path: &str) -> Result<Value, ApiError> {
        let bytes = self.get(&format!("/api/v1/{path}"))?;
        Ok(serde_json::from_slice(&bytes).expect("the API answers in JSON"))
    }

    /// Publishes a document that everybody reads; its id, once the node has acknowledged it.
    pub fn publish(&self, title: &str, content: &[u8]) -> Result<String, ApiError> {
        let query = [("title", title), ("lang", "fr"), ("file_name", "note.md"), ("audience", "public")];
        let bytes = self.send(Method::POST, "/api/v1/documents", &query, content.to_vec())?;
        let created: Value = serde_json::from_slice(&bytes).expect("the API answers in JSON");
        Ok(text(&created["id"]))
    }

    /// Hands in charter revisions, signatures and mandates (a `Rules`), as whoever carries them may.
    pub fn hand_in(&self, rules: Vec<u8>) -> Result<Value, ApiError> {
        let bytes = self.send(Method::POST, "/api/v1/rules", &[], rules)?;
        Ok(serde_json::from_slice(&bytes).expect("the API answers in JSON"))
    }

    /// The content of a document.
    pub fn content(&self, id: &str) -> Result<Vec<u8>, ApiError> {
        self.get(&format!("/api/v1/documents/{id}/content"))
    }

    /// How the node is.
    pub fn status(&self) -> Result<Value, ApiError> {
        self.json("status")
    }

    /// Its figures.
    pub fn metrics(&self) -> Result<Metrics, ApiError> {
        let bytes = self.get("/metrics")?;
        Ok(Metrics::parse(&String::from_utf8_lossy(&bytes)))
    }
}

/// The figures of a node at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Metrics(BTreeMap<String, f64>);

impl Metrics {
    /// Reads the text format of Prometheus.
    fn parse(text: &str) -> Self {
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        let pairs = lines.filter_map(|line| line.rsplit_once(' '));
        Self(pairs.filter_map(|(name, value)| Some((name.to_owned(), value.parse().ok()?))).collect())
    }

    /// A figure by its name.
    ///
    /// # Panics
    /// When there is none of that name.
    pub fn get(&self, name: &str) -> f64 {
        *self.0.get(name).unwrap_or_else(|| panic!("no {name} among {:?}", self.0.keys()))
    }

    /// Bytes of sync since the start of the process, both ways.
    pub fn sync_bytes(&self) -> f64 {
        self.get("palabre_sync_received_bytes_total") + self.get("palabre_sync_sent_bytes_total")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_read_by_name() {
        let text = "# HELP palabre_entries 99\n# TYPE palabre_entries gauge\npalabre_entries 12\npalabre_logs 3\n";
        let metrics = Metrics::parse(text);
        assert!((metrics.get("palabre_entries") - 12.0).abs() < f64::EPSILON);
        assert!((metrics.get("palabre_logs") - 3.0).abs() < f64::EPSILON);
    }
}
