//! What supervision asks: figures for Prometheus, and whether the node lives.

use std::fmt::Write;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;

use super::answer::Answer;
use crate::node::NodeHandle;
use crate::views::{Health, Metrics};

/// The media type of Prometheus' text format.
const PROMETHEUS: &str = "text/plain; version=0.0.4; charset=utf-8";

/// `GET /health`: 200 while the node reads and writes, 503 else.
pub(super) async fn health<N: NodeHandle>(State(node): State<Arc<N>>) -> impl IntoResponse {
    let health = node.health().await;
    let status = if health == Health::Ok { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(health))
}

/// `GET /metrics`
pub(super) async fn metrics<N: NodeHandle>(State(node): State<Arc<N>>) -> Answer<impl IntoResponse> {
    Ok(([(CONTENT_TYPE, PROMETHEUS)], exposition(&node.metrics().await?)))
}

/// The figures in Prometheus' text format. What only grows since the start ends in `_total`.
fn exposition(metrics: &Metrics) -> String {
    let figures = [
        ("palabre_entries", "Entries held without a gap.", metrics.entries),
        ("palabre_logs", "Logs held.", metrics.logs),
        ("palabre_forks", "Forked logs.", metrics.forks),
        ("palabre_ledger_bytes", "Bytes of the ledger segments.", metrics.ledger_bytes),
        ("palabre_attachment_bytes", "Bytes of the attachments held.", metrics.attachment_bytes),
        ("palabre_attachments_missing", "Attachments named and not held.", metrics.attachments_missing),
        ("palabre_peers_connected", "Peers connected.", metrics.peers_connected),
        ("palabre_lag_entries", "Entries that this node is behind.", metrics.lag_entries),
        ("palabre_start_time_seconds", "When the process started, since 1970.", metrics.started),
        ("palabre_sync_received_bytes_total", "Bytes of sync received.", metrics.sync_bytes_in),
        ("palabre_sync_sent_bytes_total", "Bytes of sync sent.", metrics.sync_bytes_out),
        ("palabre_gossip_received_bytes_total", "Bytes of gossip received.", metrics.gossip_bytes_in),
        ("palabre_gossip_sent_bytes_total", "Bytes of gossip sent.", metrics.gossip_bytes_out),
        ("palabre_attachments_received_bytes_total", "Attachment bytes received.", metrics.attachment_bytes_in),
        ("palabre_entries_received_total", "Whole entries received, each copy counted.", metrics.entries_in),
        ("palabre_attachments_sent_bytes_total", "Attachment bytes sent.", metrics.attachment_bytes_out),
        ("palabre_wire_received_bytes_total", "Bytes of all kinds received from peers.", metrics.wire_bytes_in),
        ("palabre_wire_sent_bytes_total", "Bytes of all kinds sent to peers.", metrics.wire_bytes_out),
    ];
    figures.into_iter().fold(String::new(), |mut text, (name, help, value)| {
        let kind = if name.ends_with("_total") { "counter" } else { "gauge" };
        // Writing to a String does not fail.
        let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_figure_has_its_help_type_and_value() {
        let text = exposition(&Metrics { entries: 7, sync_bytes_in: 1024, ..Metrics::default() });
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len() % 3, 0);
        for figure in lines.chunks(3) {
            let name = figure[2].split(' ').next().expect("a name");
            assert!(
                figure[0].starts_with(&format!("# HELP {name} ")) && figure[1].starts_with(&format!("# TYPE {name} "))
            );
        }
        assert!(text.contains("# TYPE palabre_entries gauge\npalabre_entries 7\n"));
        assert!(text.contains("palabre_sync_received_bytes_total counter\npalabre_sync_received_bytes_total 1024\n"));
    }
}
