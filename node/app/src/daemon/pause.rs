//! Whether the disk takes writes. While it does not, the node reads, says why, and looks again (`docs/design.md` §8).

use palabre_store::segments::AppendError;
use palabre_store::{Store, Trouble};
use palabre_web::views::{Health, Obstacle};
use tokio::sync::watch;
use tracing::{info, warn};

/// Tells everybody whether the disk takes writes.
pub(super) struct Pause {
    health: watch::Sender<Health>,
}

impl Pause {
    pub(super) fn new(health: watch::Sender<Health>) -> Self {
        Self { health }
    }

    /// A batch was not written. Said once, and again when the reason becomes another.
    pub(super) fn begin(&self, refused: &AppendError) {
        let paused = Health::Paused { obstacle: obstacle(refused.trouble()) };
        if self.health.send_replace(paused) != paused {
            warn!(%refused, "the disk takes no writes: writing pauses until it does");
        }
    }

    /// A batch was written.
    pub(super) fn end(&self) {
        if self.is_on() {
            info!("the disk takes writes again");
            self.health.send_replace(Health::Ok);
        }
    }

    /// Looks whether the disk takes writes again: nobody else may try for a long time.
    pub(super) fn look_again(&self, store: &mut Store) {
        if !self.is_on() {
            return;
        }
        match store.try_disk() {
            Ok(()) => self.end(),
            Err(refused) => self.begin(&refused),
        }
    }

    /// The node stops.
    pub(super) fn stop(&self) {
        self.health.send_replace(Health::Stopping);
    }

    fn is_on(&self) -> bool {
        matches!(*self.health.borrow(), Health::Paused { .. })
    }
}

/// Trouble with the disk in the words of the API.
pub(super) const fn obstacle(trouble: Trouble) -> Obstacle {
    match trouble {
        Trouble::Full => Obstacle::DiskFull,
        Trouble::ReadOnly => Obstacle::ReadOnly,
        Trouble::Missing => Obstacle::FolderMissing,
        Trouble::Exhausted => Obstacle::Exhausted,
        Trouble::Other => Obstacle::DiskFailing,
    }
}
