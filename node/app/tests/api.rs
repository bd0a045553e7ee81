//! The HTTP API of a running node, as another program sees it.

#![allow(clippy::expect_used, reason = "a test that cannot go on fails")]

mod palabre;

use palabre::{Node, found};
use reqwest::{Client, Method, Response, StatusCode};
use serde_json::Value;

struct Caller {
    http: Client,
    base: String,
    token: String,
}

impl Caller {
    fn of(node: &Node) -> Self {
        let http = Client::builder().no_proxy().build().expect("a client");
        Self { http, base: format!("http://127.0.0.1:{}", node.api), token: node.token() }
    }

    async fn send(&self, method: Method, path: &str, body: impl Into<reqwest::Body>) -> Response {
        let request = self.http.request(method, format!("{}{path}", self.base)).bearer_auth(&self.token);
        request.body(body).send().await.expect("an answer")
    }

    async fn get(&self, path: &str) -> Response {
        self.send(Method::GET, path, "").await
    }
}

async fn code(response: Response) -> (u16, String) {
    let status = response.status().as_u16();
    let body: Value = response.json().await.expect("a problem is JSON");
    (status, body["error"]["code"].as_str().expect("a code").to_owned())
}

#[tokio::test]
async fn the_api_is_for_this_machine_and_its_token_and_does_what_it_describes() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut node = Node::init(dir.path(), "CI");
    found(dir.path(), &[("CI", &node)]);
    node.run();
    let caller = Caller::of(&node);
    who_may_call(&caller).await;
    what_is_described_answers(&caller).await;
    requests_that_make_no_sense(&caller).await;
    the_life_of_a_document(&caller).await;
    figures(&caller).await;
    assert_eq!(node.stop(), Some(0));
}

async fn who_may_call(caller: &Caller) {
    let url = format!("{}/api/v1/status", caller.base);
    let plain = caller.http.get(&url).send().await.expect("an answer");
    assert_eq!(code(plain).await, (401, "token".to_owned()));
    let wrong = caller.http.get(&url).bearer_auth("0".repeat(64)).send().await.expect("an answer");
    assert_eq!(code(wrong).await, (401, "token".to_owned()));
    let rebound = caller.http.get(&url).bearer_auth(&caller.token).header("Host", "evil.example");
    assert_eq!(code(rebound.send().await.expect("an answer")).await, (403, "host".to_owned()));
    for path in ["/health", "/api/v1/openapi.json"] {
        let open = caller.http.get(format!("{}{path}", caller.base)).send().await.expect("an answer");
        assert_eq!(open.status(), StatusCode::OK, "{path}");
    }
}

/// Every address and method of the description is served: with parameters that name nothing, what answers is a
/// problem of its own, never that there is no such address.
async fn what_is_described_answers(caller: &Caller) {
    let api: Value = caller.get("/api/v1/openapi.json").await.json().await.expect("JSON");
    for (path, methods) in api["paths"].as_object().expect("paths") {
        let asked = path.replace("{id}", &"0".repeat(64)).replace("{node}", "ZZ");
        for method in methods.as_object().expect("methods").keys() {
            let name = Method::from_bytes(method.to_uppercase().as_bytes()).expect("a method");
            let response = caller.send(name, &asked, "").await;
            if !response.status().is_success() {
                let (status, code) = code(response).await;
                assert!(!["route", "method"].contains(&code.as_str()), "{method} {path}: {status} {code}");
            }
        }
    }
}

async fn requests_that_make_no_sense(caller: &Caller) {
    for (method, path, status, expected) in [
        (Method::GET, "/api/v1/nothing", 404, "route"),
        (Method::DELETE, "/api/v1/documents", 405, "method"),
        (Method::GET, "/api/v1/documents/1234567", 400, "object-prefix"),
        (Method::GET, "/api/v1/documents/12345678", 404, "object-unknown"),
        (Method::POST, "/api/v1/documents?lang=fr", 400, "parameter"),
        (Method::POST, "/api/v1/documents?title=T&lang=de", 400, "parameter"),
        (Method::POST, "/api/v1/documents?title=T&lang=fr&titel=T", 400, "parameter"),
        (Method::POST, "/api/v1/documents?title=T&lang=fr&audience=regions", 400, "audience"),
        (Method::POST, "/api/v1/documents?title=%20&lang=fr", 400, "field"),
        (Method::POST, "/api/v1/documents?title=T&lang=fr&file_name=a%2Fb", 400, "field"),
        (Method::GET, "/api/v1/logs/ZZ", 404, "node-unknown"),
        (Method::GET, "/api/v1/logs/CI?limit=501", 400, "parameter"),
        (Method::GET, "/api/v1/logs/CI?before=0", 400, "parameter"),
    ] {
        let response = caller.send(method, path, "x").await;
        assert_eq!(code(response).await, (status, expected.to_owned()), "{path}");
    }
    let large = vec![0; 16 * 1024 * 1024 + 1];
    let response = caller.send(Method::POST, "/api/v1/documents?title=T&lang=fr", large).await;
    assert_eq!(code(response).await, (413, "too-large".to_owned()));
    let list: Value = caller.get("/api/v1/documents").await.json().await.expect("JSON");
    assert_eq!(list["documents"].as_array().map(Vec::len), Some(0), "nothing of it was kept");
}

async fn the_life_of_a_document(caller: &Caller) {
    let path = "/api/v1/documents?title=Plan&lang=fr&file_name=plan.md";
    let published = caller.send(Method::POST, path, "first").await;
    assert_eq!(published.status(), StatusCode::CREATED);
    let at = published.headers()["location"].to_str().expect("text").to_owned();
    let id = published.json::<Value>().await.expect("JSON")["id"].as_str().expect("an id").to_owned();
    assert_eq!(at, format!("/api/v1/documents/{id}"));
    let revised = caller.send(Method::POST, &format!("{at}/revisions?file_name=plan.md"), "second").await;
    assert_eq!(revised.status(), StatusCode::CREATED);
    let content = caller.get(&format!("{at}/content")).await;
    assert_eq!(content.headers()["content-disposition"], "attachment; filename*=UTF-8''plan.md");
    assert_eq!(content.headers()["x-content-type-options"], "nosniff");
    assert_eq!(content.text().await.expect("text"), "second");
    let first = caller.get(&format!("{at}/content?version={id}")).await;
    assert_eq!(first.text().await.expect("text"), "first");
    let view: Value = caller.get(&at).await.json().await.expect("JSON");
    assert_eq!((&view["title"], &view["versions"][0]["stands"]), (&"Plan".into(), &false.into()));
    let withdraw = |body: &'static str| {
        let request = caller.http.post(format!("{}{at}/withdrawal", caller.base)).bearer_auth(&caller.token);
        request.header("Content-Type", "application/json").body(body).send()
    };
    assert_eq!(code(withdraw("{}").await.expect("an answer")).await, (400, "body".to_owned()));
    assert_eq!(withdraw(r#"{"reason":"old"}"#).await.expect("an answer").status(), StatusCode::CREATED);
    assert_eq!(code(withdraw(r#"{"reason":"old"}"#).await.expect("an answer")).await, (403, "withdrawn".to_owned()));
    // The first entry grants the key of the region, to which the document is sealed.
    let log: Value = caller.get("/api/v1/logs/CI?limit=2").await.json().await.expect("JSON");
    let entries = log["logs"][0]["entries"].as_array().expect("entries");
    let sequences: Vec<u64> = entries.iter().filter_map(|entry| entry["sequence"].as_u64()).collect();
    assert_eq!(sequences, [4, 3]);
}

async fn figures(caller: &Caller) {
    let text = caller.get("/metrics").await.text().await.expect("text");
    assert!(text.lines().any(|line| line == "palabre_entries 4"), "{text}");
    assert!(text.lines().any(|line| line == "palabre_peers_connected 0"), "{text}");
}
