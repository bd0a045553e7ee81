//! A start before the node is admitted: it knocks until it is, and says meanwhile what it waits for.

use std::net::TcpListener;
use std::pin::Pin;
use std::time::Duration;

use palabre_core::admission::Wait;
use palabre_core::charter::Rules;
use palabre_web::views::Obstacle;
use tracing::{info, warn};

use super::waiting::Notice;
use super::{DaemonError, bind};
use crate::applicant::{Applicant, Knocked};
use crate::failure::Failure;
use crate::home::settings::Settings;
use palabre_web::catalogue::Lang;

/// Time between two knocks, at first.
const SOON: Duration = Duration::from_secs(3);
/// And after a while: people take hours, and each knock is a connection.
const LATER: Duration = Duration::from_mins(2);

/// Why the wait ends otherwise.
#[derive(Debug)]
pub(crate) enum Unadmitted {
    /// The node was stopped.
    Stopped,
    /// Something here failed.
    Failed(Failure),
    /// The API could not be served.
    Daemon(DaemonError),
}

/// Waits until the node may start; gives the rules that admit it.
pub(crate) async fn wait(
    mut applicant: Applicant,
    settings: &Settings,
    token: &zeroize::Zeroizing<String>,
    stop: &mut Pin<Box<impl Future<Output = ()>>>,
) -> Result<Rules, Unadmitted> {
    let notice = put_up(settings, token).map_err(Unadmitted::Daemon)?;
    let mut pause = SOON;
    let mut before: Option<Wait> = None;
    let rules = loop {
        knock(&mut applicant).await;
        let made = applicant.mandate_itself().await.map_err(Unadmitted::Failed)?;
        let waits = applicant.waits().map_err(Unadmitted::Failed)?;
        if let (Some(Wait::Nothing), Some(rules)) = (&waits, applicant.rules().map_err(Unadmitted::Failed)?) {
            break rules;
        }
        if waits == before && !made {
            pause = (pause * 3 / 2).min(LATER);
        } else {
            info!(waits = ?waits, "the node is not admitted yet");
            (before, pause) = (waits, SOON);
        }
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = stop.as_mut() => {
                notice.end().await;
                return Err(Unadmitted::Stopped);
            }
        }
    };
    info!("the node is admitted and starts");
    notice.end().await;
    Ok(rules)
}

fn put_up(settings: &Settings, token: &zeroize::Zeroizing<String>) -> Result<Notice, DaemonError> {
    let api: TcpListener = bind(settings.api).map_err(|source| DaemonError::Api { address: settings.api, source })?;
    Notice::put_up(&api, token.clone(), Obstacle::NotAdmitted).map_err(DaemonError::Serve)
}

/// Knocks at the doors in turn until one answers.
async fn knock(applicant: &mut Applicant) {
    for door in applicant.doors().to_vec() {
        match applicant.apply_at(&door).await {
            Ok(Knocked::Taken) => return,
            Ok(Knocked::Refused(refusal)) => warn!(door, %refusal, "the application is refused"),
            Ok(Knocked::Silent(why)) => info!(door, why, "nobody answers"),
            Err(failure) => {
                let words = failure.explain(Lang::En);
                warn!(door, why = format!("{} {}", words.what, words.why), "what was heard does not count");
            }
        }
    }
}
