//! The way to the running node: its HTTP API on loopback, with the token in its home.

use std::path::Path;
use std::time::Duration;

use palabre_web::catalogue::Lang;
use palabre_web::problem::{Kind, ProblemBody};
use palabre_web::text;
use reqwest::header::{ACCEPT_LANGUAGE, AUTHORIZATION, CONTENT_TYPE};
use reqwest::{Method, Request, Response, Url};
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use crate::failure::{Failure, chain};
use crate::home::{self, keys, settings::Settings};

/// How long the node may take to accept a connection on loopback before it counts as not running.
const CONNECT: Duration = Duration::from_secs(5);

/// How long the node may be silent within an exchange: it answers at once, or after a slow disk's sync.
const SILENCE: Duration = Duration::from_mins(2);

/// Speaks to one running node.
#[derive(Clone)]
pub(crate) struct Client {
    http: reqwest::Client,
    base: Url,
    home: String,
    authorization: Zeroizing<String>,
    lang: Lang,
}

/// An answer in JSON: as it came, for `--json`, and as a view, for people.
pub(crate) struct Answer<T> {
    /// As it came.
    pub(crate) raw: String,
    /// What it says.
    pub(crate) view: T,
}

impl Client {
    /// The client of the node in this home.
    pub(crate) fn of(place: &Path, lang: Lang) -> Result<Self, Failure> {
        let home = home::peek(place)?;
        let settings = Settings::read(&home.settings())?;
        let token = keys::token(&home)?;
        let base = format!("http://{}/api/v1/", settings.api);
        let failed = |detail: String| Failure::new(Kind::Failure, text!("err-internal", detail = detail));
        Ok(Self {
            // A proxy of the environment has no business between a command and its node.
            http: reqwest::Client::builder()
                .no_proxy()
                .connect_timeout(CONNECT)
                .read_timeout(SILENCE)
                .build()
                .map_err(|e| failed(chain(&e)))?,
            base: Url::parse(&base).map_err(|error| failed(error.to_string()))?,
            home: place.display().to_string(),
            authorization: Zeroizing::new(format!("Bearer {}", *token)),
            lang,
        })
    }

    /// A request to `path` below `/api/v1/`, its segments and the query encoded as they must be.
    pub(crate) fn request(&self, method: Method, path: &[&str], query: &[(&str, &str)]) -> Request {
        let mut url = self.base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        Request::new(method, url)
    }

    /// Sends a request and waits for the head of the answer; anything but success is a failure in words.
    pub(crate) async fn send(&self, mut request: Request) -> Result<Response, Failure> {
        let headers = request.headers_mut();
        if let Ok(mut value) = reqwest::header::HeaderValue::from_str(&self.authorization) {
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
        }
        headers.insert(ACCEPT_LANGUAGE, reqwest::header::HeaderValue::from_static(self.lang.code()));
        let response = self.http.execute(request).await.map_err(|error| self.unreached(&error))?;
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        let kind = Kind::of_status(status.as_u16());
        match response.json::<ProblemBody>().await {
            Ok(body) => Err(Failure::FromNode { kind, words: Box::new(body.error) }),
            Err(_) => Err(Failure::new(
                kind,
                text!("err-answer", address = self.base.authority().to_owned(), status = status.to_string()),
            )),
        }
    }

    /// Sends a request whose answer is JSON.
    pub(crate) async fn ask<T: DeserializeOwned>(&self, request: Request) -> Result<Answer<T>, Failure> {
        let response = self.send(request).await?;
        let raw = response.text().await.map_err(|error| self.unreached(&error))?;
        let view = serde_json::from_str(&raw).map_err(|error| {
            let address = self.base.authority().to_owned();
            Failure::new(Kind::Failure, text!("err-answer", address = address, status = error.to_string()))
        })?;
        Ok(Answer { raw, view })
    }

    /// Gets JSON.
    pub(crate) async fn get<T: DeserializeOwned>(
        &self,
        path: &[&str],
        query: &[(&str, &str)],
    ) -> Result<Answer<T>, Failure> {
        self.ask(self.request(Method::GET, path, query)).await
    }

    /// Posts bytes of a media type; the answer is JSON.
    pub(crate) async fn post<T: DeserializeOwned>(
        &self,
        path: &[&str],
        query: &[(&str, &str)],
        media_type: &str,
        body: Vec<u8>,
    ) -> Result<Answer<T>, Failure> {
        let mut request = self.request(Method::POST, path, query);
        if let Ok(value) = reqwest::header::HeaderValue::from_str(media_type) {
            request.headers_mut().insert(CONTENT_TYPE, value);
        }
        *request.body_mut() = Some(body.into());
        self.ask(request).await
    }

    /// What an exchange that did not come to its end means.
    pub(crate) fn unreached(&self, error: &reqwest::Error) -> Failure {
        let address = self.base.authority().to_owned();
        if error.is_connect() || error.is_timeout() {
            let home = self.home.clone();
            return Failure::new(Kind::NotRunning, text!("err-not-running", address = address, home = home));
        }
        Failure::new(Kind::Failure, text!("err-broken-off", address = address, detail = chain(error)))
    }
}

/// Runs what speaks to a node, to its end, on this thread.
pub(crate) fn block_on<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime =
        runtime.map_err(|error| Failure::new(Kind::Failure, text!("err-internal", detail = error.to_string())))?;
    runtime.block_on(work)
}
