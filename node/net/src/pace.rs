//! So many at once, then so many in a second: what anybody outside may cause is paced before it costs.

use libp2p::core::transport::{DialOpts, ListenerId, TransportError, TransportEvent};
use libp2p::core::{Multiaddr, Transport};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::time::{Instant, Sleep, sleep};

/// How many of something may happen.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rate {
    /// At once.
    pub(crate) burst: u32,
    /// In a second, from then on.
    pub(crate) per_second: u32,
}

/// Counts what happens against a [`Rate`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    rate: Rate,
    /// When as many will be allowed again as at the beginning; none before anything has happened.
    full_at: Option<Instant>,
}

impl Pace {
    pub(crate) const fn new(rate: Rate) -> Self {
        Self { rate, full_at: None }
    }

    /// One more happens at `now`, unless there have been too many: then says how long to wait.
    pub(crate) fn take(&mut self, now: Instant) -> Result<(), Duration> {
        let each = Duration::from_secs(1) / self.rate.per_second;
        let full_at = self.full_at.map_or(now, |last| last.max(now)) + each;
        let over = full_at.duration_since(now).saturating_sub(each * self.rate.burst);
        if over.is_zero() {
            self.full_at = Some(full_at);
            Ok(())
        } else {
            Err(over)
        }
    }

    /// Whether nothing has happened for so long that everything is allowed again.
    pub(crate) fn is_fresh(&self, now: Instant) -> bool {
        self.full_at.is_none_or(|last| last <= now)
    }
}

/// A pace that one waits for.
pub(crate) struct Gate {
    pace: Pace,
    open: bool,
    wait: Option<Pin<Box<Sleep>>>,
}

impl Gate {
    pub(crate) fn new(rate: Rate) -> Self {
        Self { pace: Pace::new(rate), open: false, wait: None }
    }

    /// Ready when something may happen. [`Gate::pass`] says that it has.
    pub(crate) fn poll_open(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        while !self.open {
            if let Some(wait) = &mut self.wait {
                ready!(wait.as_mut().poll(cx));
                self.wait = None;
            }
            match self.pace.take(Instant::now()) {
                Ok(()) => self.open = true,
                Err(wait) => self.wait = Some(Box::pin(sleep(wait))),
            }
        }
        Poll::Ready(())
    }

    /// It has happened. The next one may have to wait.
    pub(crate) fn pass(&mut self) {
        self.open = false;
    }
}

/// Connections that are taken from the system's queue: beyond it they wait there, at no cost, and time out.
const ACCEPTED: Rate = Rate { burst: 256, per_second: 200 };

/// A transport that takes connections at a pace.
pub(crate) struct Accepting<T> {
    inner: T,
    gate: Gate,
}

impl<T> Accepting<T> {
    pub(crate) fn new(inner: T) -> Self {
        Self { inner, gate: Gate::new(ACCEPTED) }
    }
}

impl<T: Transport + Unpin> Transport for Accepting<T> {
    type Output = T::Output;
    type Error = T::Error;
    type ListenerUpgrade = T::ListenerUpgrade;
    type Dial = T::Dial;

    fn listen_on(&mut self, id: ListenerId, address: Multiaddr) -> Result<(), TransportError<Self::Error>> {
        self.inner.listen_on(id, address)
    }

    fn remove_listener(&mut self, id: ListenerId) -> bool {
        self.inner.remove_listener(id)
    }

    fn dial(&mut self, address: Multiaddr, options: DialOpts) -> Result<Self::Dial, TransportError<Self::Error>> {
        self.inner.dial(address, options)
    }

    fn poll(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<TransportEvent<Self::ListenerUpgrade, Self::Error>> {
        ready!(self.gate.poll_open(cx));
        let event = ready!(Pin::new(&mut self.inner).poll(cx));
        if event.is_upgrade() {
            self.gate.pass();
        }
        Poll::Ready(event)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_then_one_by_one() {
        let mut pace = Pace::new(Rate { burst: 3, per_second: 10 });
        let begun = Instant::now();
        assert_eq!([(); 4].map(|()| pace.take(begun).is_ok()), [true, true, true, false]);
        let wait = pace.take(begun).unwrap_err();
        assert_eq!(wait, Duration::from_millis(100));
        assert!(pace.take(begun + wait).is_ok());
        assert!(!pace.is_fresh(begun + wait) && pace.is_fresh(begun + Duration::from_secs(1)));
    }
}
