//! Every address of the API, in one list. `openapi.json` describes the same; a test compares the two.

use std::sync::Arc;

use axum::http::header::CONTENT_TYPE;
use axum::http::{Method, Uri};
use axum::response::IntoResponse;
use axum::routing::{MethodRouter, get, post};
use axum::{Router, middleware};

use super::access::{self, Access};
use super::answer::{self, Refusal};
use super::{acts, documents, governance, metrics, network};
use crate::node::NodeHandle;
use crate::problem::{Kind, Problem};
use crate::text;

/// What describes the API for programs (`OpenAPI` 3.1).
const OPENAPI: &str = include_str!("openapi.json");

/// A method, an address, and what answers.
struct Route<N> {
    #[cfg_attr(not(test), expect(dead_code, reason = "the test reads it to compare the list with openapi.json"))]
    method: &'static str,
    path: &'static str,
    answer: MethodRouter<Arc<N>>,
}

fn routes<N: NodeHandle>() -> Vec<Route<N>> {
    let read = |path, answer| Route { method: "get", path, answer };
    let write = |path, answer| Route { method: "post", path, answer };
    vec![
        read("/health", get(metrics::health::<N>)),
        read("/metrics", get(metrics::metrics::<N>)),
        read("/api/v1/openapi.json", get(openapi)),
        read("/api/v1/status", get(network::status::<N>)),
        read("/api/v1/peers", get(network::peers::<N>)),
        read("/api/v1/peers/{node}/why", get(network::why::<N>)),
        read("/api/v1/charter", get(network::charter::<N>)),
        read("/api/v1/charter/history", get(governance::history::<N>)),
        write("/api/v1/charter/proposals", post(governance::propose::<N>)),
        write("/api/v1/charter/proofs", post(governance::prove::<N>)),
        write("/api/v1/charter/settlements", post(governance::settle::<N>)),
        read("/api/v1/rules", get(governance::rules::<N>)),
        write("/api/v1/rules", post(governance::hand_in::<N>)),
        read("/api/v1/applications", get(governance::applications::<N>)),
        read("/api/v1/logs/{node}", get(network::logs::<N>)),
        read("/api/v1/acts/{id}", get(acts::show::<N>)),
        write("/api/v1/acts/{id}/upholding", post(acts::uphold::<N>)),
        read("/api/v1/documents", get(documents::list::<N>)),
        write("/api/v1/documents", post(documents::publish::<N>)),
        read("/api/v1/documents/{id}", get(documents::show::<N>)),
        read("/api/v1/documents/{id}/content", get(documents::content::<N>)),
        write("/api/v1/documents/{id}/revisions", post(documents::revise::<N>)),
        write("/api/v1/documents/{id}/withdrawal", post(documents::withdraw::<N>)),
    ]
}

/// The whole API of a node.
pub(super) fn router<N: NodeHandle>(node: Arc<N>, access: Access) -> Router {
    routes()
        .into_iter()
        .fold(Router::new(), |router, route: Route<N>| router.route(route.path, route.answer))
        .fallback(nothing)
        .method_not_allowed_fallback(no_method)
        .with_state(node)
        .layer(middleware::from_fn_with_state(access, access::guard))
        .layer(middleware::from_fn(answer::speak))
}

pub(super) async fn openapi() -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], OPENAPI)
}

async fn nothing(uri: Uri) -> Refusal {
    Refusal(Problem::new(Kind::NotFound, text!("err-route", path = uri.path())))
}

async fn no_method(method: Method, uri: Uri) -> Refusal {
    let text = text!("err-method", method = method.as_str(), path = uri.path());
    Refusal(Problem::new(Kind::Usage, text).with_status(405))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::node::nobody::Nobody;

    #[test]
    fn what_is_served_is_described_and_what_is_described_is_served() {
        let api: serde_json::Value = serde_json::from_str(OPENAPI).expect("openapi.json is JSON");
        let paths = api["paths"].as_object().expect("it has paths");
        let described: BTreeSet<(&str, &str)> = paths
            .iter()
            .flat_map(|(path, methods)| {
                methods.as_object().into_iter().flatten().map(|(m, _)| (path.as_str(), m.as_str()))
            })
            .collect();
        let served: BTreeSet<(&str, &str)> =
            routes::<Nobody>().iter().map(|route| (route.path, route.method)).collect();
        assert_eq!(served, described);
    }

    #[test]
    fn what_is_open_to_all_is_said_to_be_so() {
        let api: serde_json::Value = serde_json::from_str(OPENAPI).expect("openapi.json is JSON");
        for (path, methods) in api["paths"].as_object().expect("it has paths") {
            let open = methods["get"]["security"].as_array().is_some_and(Vec::is_empty);
            assert_eq!(open, access::OPEN.contains(&path.as_str()), "{path}");
        }
    }

    #[test]
    fn every_reference_leads_somewhere() {
        let api: serde_json::Value = serde_json::from_str(OPENAPI).expect("openapi.json is JSON");
        let references: Vec<&str> =
            OPENAPI.split("\"$ref\": \"#").skip(1).filter_map(|r| r.split('"').next()).collect();
        assert!(references.len() > 50);
        for reference in references {
            assert!(api.pointer(reference).is_some(), "{reference}");
        }
    }
}
