//! The node, the other nodes, the charter and the logs.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use palabre_core::id::{Code, NodeKey, Sequence};

use super::answer::{Answer, Refusal};
use super::parameters::{Parameters, wrong};
use crate::node::{LogQuery, NodeHandle};
use crate::problem::{Kind, Problem};
use crate::text;
use crate::views::{CharterView, LogList, PeerList, PeerWhy, StatusView};

/// `GET /api/v1/status`
pub(super) async fn status<N: NodeHandle>(State(node): State<Arc<N>>) -> Answer<Json<StatusView>> {
    Ok(Json(node.status().await?))
}

/// `GET /api/v1/peers`
pub(super) async fn peers<N: NodeHandle>(State(node): State<Arc<N>>) -> Answer<Json<PeerList>> {
    Ok(Json(PeerList { peers: node.peers().await? }))
}

/// `GET /api/v1/peers/{node}/why`
pub(super) async fn why<N: NodeHandle>(State(node): State<Arc<N>>, Path(name): Path<String>) -> Answer<Json<PeerWhy>> {
    let (peer, _) = named(&*node, &name).await?;
    Ok(Json(node.peer_why(peer).await?))
}

/// `GET /api/v1/charter`
pub(super) async fn charter<N: NodeHandle>(State(node): State<Arc<N>>) -> Answer<Json<CharterView>> {
    Ok(Json(node.charter().await?))
}

/// `GET /api/v1/logs/{node}`
pub(super) async fn logs<N: NodeHandle>(
    State(node): State<Arc<N>>,
    Path(name): Path<String>,
    mut parameters: Parameters,
) -> Answer<Json<LogList>> {
    let before = parameters.maybe::<u64>("before")?;
    let before = before.map(|number| Sequence::new(number).ok_or_else(|| wrong("before", text!("parameter-zero"))));
    let limit = parameters.maybe("limit")?.unwrap_or(LogQuery::LIMIT_DEFAULT);
    if limit > LogQuery::LIMIT_MAX {
        return Err(wrong("limit", text!("parameter-beyond", most = LogQuery::LIMIT_MAX)));
    }
    let query = LogQuery { log: parameters.maybe("log")?, before: before.transpose()?, limit };
    parameters.end()?;
    let (author, administration) = named(&*node, &name).await?;
    Ok(Json(LogList { node: author, administration, logs: node.logs(author, query).await? }))
}

/// The node that a name means: a whole key, the beginning of a known one, or the code of an administration that has
/// one node.
async fn named<N: NodeHandle>(node: &N, name: &str) -> Result<(NodeKey, Option<Code>), Refusal> {
    let own = node.status().await?;
    let peers = node.peers().await?.into_iter().map(|peer| (peer.node, peer.administration));
    let known: Vec<_> = std::iter::once((own.node, own.administration)).chain(peers).collect();
    if let Ok(key) = name.parse::<NodeKey>() {
        let administration = known.into_iter().find(|(node, _)| *node == key).and_then(|(_, code)| code);
        return Ok((key, administration));
    }
    let digits = name.len() >= 8 && name.bytes().all(|b| b.is_ascii_hexdigit());
    let digits = digits.then(|| name.to_ascii_lowercase());
    let code = name.to_ascii_uppercase();
    let mut meant = known.into_iter().filter(|(node, administration)| {
        administration.as_ref().is_some_and(|own| own.as_str() == code)
            || digits.as_ref().is_some_and(|digits| node.to_string().starts_with(digits))
    });
    match (meant.next(), meant.next()) {
        (Some(node), None) => Ok(node),
        (None, _) => Err(Problem::new(Kind::NotFound, text!("err-node-unknown", node = name)).into()),
        (Some(_), Some(_)) => Err(Problem::new(Kind::Usage, text!("err-node-ambiguous", node = name)).into()),
    }
}
