//! Watches what the process may use of the machine: it says when file descriptors or memory run short, before it is
//! too late to say anything, and for an hour after it was (`docs/design.md` §8).

use std::fs;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use palabre_web::views::Concern;
use rustix::process::{Resource, getrlimit};
use tokio::time::{MissedTickBehavior, interval};
use tracing::{info, warn};

/// Time between two looks: often enough to see a shortage of some seconds.
const LOOK: Duration = Duration::from_secs(5);
/// From so many hundredths of a limit on it is short.
const SHORT_PERCENT: u64 = 90;
/// How long a shortage that is over is still told of.
const TOLD: Duration = Duration::from_hours(1);

/// What may run short.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Descriptors,
    Memory,
}

/// A shortage: the greatest use since it began, and when it was last seen.
#[derive(Clone, Copy, Debug)]
struct Shortage {
    used: u64,
    limit: u64,
    last: Instant,
    lasts: bool,
}

/// What is known of it.
#[derive(Debug, Default)]
struct Seen {
    descriptors: Option<Shortage>,
    memory: Option<Shortage>,
}

/// What the process lacks, for whoever asks.
#[derive(Clone, Debug)]
pub(super) struct Resources {
    ended_abruptly: bool,
    seen: Arc<Mutex<Seen>>,
}

impl Resources {
    /// Begins to watch. `ended_abruptly` is what the store has found out about the process before this one.
    pub(super) fn watch(ended_abruptly: bool) -> Self {
        let resources = Self { ended_abruptly, seen: Arc::default() };
        let own = resources.clone();
        tokio::spawn(async move {
            let mut looks = interval(LOOK);
            looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                looks.tick().await;
                own.look(Instant::now());
            }
        });
        resources
    }

    /// What a person should know of it now.
    pub(super) fn concerns(&self) -> Vec<Concern> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let told = |shortage: &Shortage| shortage.lasts || shortage.last.elapsed() < TOLD;
        let ago = |shortage: &Shortage| if shortage.lasts { 0 } else { shortage.last.elapsed().as_secs() };
        let descriptors = seen.descriptors.filter(told);
        let memory = seen.memory.filter(told);
        let ended = self.ended_abruptly.then_some(Concern::EndedAbruptly);
        let descriptors = descriptors.map(|s| Concern::Descriptors { used: s.used, limit: s.limit, ago: ago(&s) });
        let memory = memory.map(|s| Concern::Memory { used: s.used, limit: s.limit, ago: ago(&s) });
        ended.into_iter().chain(descriptors).chain(memory).collect()
    }

    fn look(&self, now: Instant) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        note(&mut seen.descriptors, Kind::Descriptors, descriptors(), now);
        note(&mut seen.memory, Kind::Memory, memory(), now);
    }
}

/// Notes a use and its limit; says in the log when a shortage begins and ends.
fn note(shortage: &mut Option<Shortage>, kind: Kind, found: Option<(u64, u64)>, now: Instant) {
    let Some((used, limit)) = found else {
        // Without a limit there is enough.
        return end(shortage, kind);
    };
    let lasted = shortage.is_some_and(|shortage| shortage.lasts);
    if is_short(used, limit) {
        if !lasted {
            warn!(?kind, used, limit, "nearly all of what the process may have is in use");
        }
        let most = if lasted { shortage.map_or(used, |before| before.used.max(used)) } else { used };
        *shortage = Some(Shortage { used: most, limit, last: now, lasts: true });
    } else {
        end(shortage, kind);
    }
}

fn end(shortage: &mut Option<Shortage>, kind: Kind) {
    if let Some(over) = shortage.as_mut().filter(|shortage| shortage.lasts) {
        info!(?kind, "there is enough again");
        over.lasts = false;
    }
}

const fn is_short(used: u64, limit: u64) -> bool {
    used.saturating_mul(100) >= limit.saturating_mul(SHORT_PERCENT)
}

/// Descriptors in use, and how many there may be. Without a limit there is no shortage.
fn descriptors() -> Option<(u64, u64)> {
    let limit = getrlimit(Resource::Nofile).current?;
    match fs::read_dir("/proc/self/fd") {
        // The look itself needs one.
        Ok(open) => Some((open.count().saturating_sub(1) as u64, limit)),
        Err(error) if is_exhausted(&error) => Some((limit, limit)),
        Err(_) => None,
    }
}

/// Whether the process, or the machine, has no descriptor left.
fn is_exhausted(error: &io::Error) -> bool {
    let errno = rustix::io::Errno::from_io_error(error);
    matches!(errno, Some(rustix::io::Errno::MFILE | rustix::io::Errno::NFILE))
}

/// Bytes of memory in use and how many there may be: of the address space where that is limited (`ulimit -v`), else of
/// what the service's group holds (`MemoryMax`).
fn memory() -> Option<(u64, u64)> {
    if let Some(limit) = getrlimit(Resource::As).current {
        let pages: u64 = fs::read_to_string("/proc/self/statm").ok()?.split(' ').next()?.parse().ok()?;
        return Some((pages.saturating_mul(rustix::param::page_size() as u64), limit));
    }
    let own = fs::read_to_string("/proc/self/cgroup").ok()?;
    let group = own.lines().find_map(|line| line.strip_prefix("0::"))?.trim_start_matches('/').to_owned();
    let folder = Path::new("/sys/fs/cgroup").join(group);
    let number = |file: &str| fs::read_to_string(folder.join(file)).ok()?.trim().parse::<u64>().ok();
    Some((number("memory.current")?, number("memory.max")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shortage_is_told_of_while_it_lasts_and_with_its_worst() {
        let mut shortage = None;
        let now = Instant::now();
        note(&mut shortage, Kind::Descriptors, Some((89, 100)), now);
        assert!(shortage.is_none());
        for used in [90, 97, 92] {
            note(&mut shortage, Kind::Descriptors, Some((used, 100)), now);
        }
        assert!(shortage.is_some_and(|s| s.lasts && s.used == 97), "{shortage:?}");
        note(&mut shortage, Kind::Descriptors, Some((20, 100)), now);
        assert!(shortage.is_some_and(|s| !s.lasts && s.used == 97), "{shortage:?}");
        note(&mut shortage, Kind::Descriptors, Some((95, 100)), now);
        assert!(shortage.is_some_and(|s| s.lasts && s.used == 95), "another one: {shortage:?}");
        note(&mut shortage, Kind::Descriptors, None, now);
        assert!(shortage.is_some_and(|s| !s.lasts), "the limit is gone: {shortage:?}");
    }

    #[test]
    fn a_process_knows_its_descriptors() {
        let (used, limit) = descriptors().unwrap();
        let _open: Vec<_> = (0..10).map(|_| fs::File::open("/dev/null").unwrap()).collect();
        assert!(descriptors().unwrap().0 >= used.saturating_add(5), "{used} of {limit}");
    }
}
