//! A start on a machine that does not let the ledger be opened: no room, a disk that can only be read, no descriptors.
//! The node waits until it is mended, and says meanwhile what it waits for (`docs/design.md` §8).

use std::error::Error;
use std::io;
use std::net::TcpListener;
use std::pin::Pin;
use std::time::Duration;

use palabre_store::{LockedHome, Trouble, trouble_behind};
use palabre_web::views::Obstacle;
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;
use tracing::{info, warn};
use zeroize::Zeroizing;

use super::opening::{self, Opened};
use super::{DaemonError, Setup, pause};
use crate::failure::chain;

/// Time between two attempts: an attempt may read the whole index.
const AGAIN: Duration = Duration::from_secs(2);

/// Opens what is in `home`. Nothing when `stop` came first.
pub(super) async fn open<S: Future<Output = ()>>(
    home: &LockedHome,
    setup: &Setup,
    api: &TcpListener,
    stop: &mut Pin<Box<S>>,
) -> Result<Option<Opened>, DaemonError> {
    let mut notice: Option<Notice> = None;
    loop {
        let error = match tokio::task::block_in_place(|| opening::open(home, setup)) {
            Ok(opened) => {
                if let Some(notice) = notice {
                    notice.end().await;
                    info!("what kept the node from starting is mended");
                }
                return Ok(Some(opened));
            }
            Err(error) => error,
        };
        let Some(obstacle) = obstacle(&error) else { return Err(error) };
        match &notice {
            Some(notice) if notice.says(obstacle) => {}
            _ => warn!(error = chain(&error), "the node cannot start yet: it waits until this is mended"),
        }
        if let Some(notice) = &notice {
            notice.change(obstacle);
        } else {
            notice = Some(Notice::put_up(api, setup.token.clone(), obstacle).map_err(DaemonError::Serve)?);
        }
        tokio::select! {
            () = tokio::time::sleep(AGAIN) => {}
            () = stop.as_mut() => return Ok(None),
        }
    }
}

/// What somebody can mend while the node waits.
fn obstacle(error: &(dyn Error + 'static)) -> Option<Obstacle> {
    match trouble_behind(error)? {
        trouble @ (Trouble::Full | Trouble::ReadOnly | Trouble::Exhausted) => Some(pause::obstacle(trouble)),
        // What is missing at a start may be a disk that is not mounted, or was never there: its words say more.
        Trouble::Missing | Trouble::Other => None,
    }
}

/// The API while the node waits.
pub(super) struct Notice {
    says: watch::Sender<Obstacle>,
    take_down: oneshot::Sender<()>,
    served: JoinHandle<io::Result<()>>,
}

impl Notice {
    pub(super) fn put_up(api: &TcpListener, token: Zeroizing<String>, obstacle: Obstacle) -> io::Result<Self> {
        let (says, said) = watch::channel(obstacle);
        let (take_down, end) = oneshot::channel::<()>();
        let listener = tokio::net::TcpListener::from_std(api.try_clone()?)?;
        let served = tokio::spawn(palabre_web::serve_waiting(listener, said, token, async {
            // It is dropped only when the node does not wait any more.
            let _ = end.await;
        }));
        Ok(Self { says, take_down, served })
    }

    fn says(&self, obstacle: Obstacle) -> bool {
        *self.says.borrow() == obstacle
    }

    fn change(&self, obstacle: Obstacle) {
        self.says.send_replace(obstacle);
    }

    pub(super) async fn end(self) {
        // The server may have ended by itself; the next one says more.
        let _ = self.take_down.send(());
        let _ = self.served.await;
    }
}
