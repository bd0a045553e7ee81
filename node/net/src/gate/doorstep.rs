//! How many may stand at the gate, and for how long: bounds on connections whose key is not admitted, or not known yet.

use crate::pace::{Pace, Rate};
use libp2p::PeerId;
use libp2p::core::Multiaddr;
use libp2p::multiaddr::Protocol;
use libp2p::swarm::ConnectionId;
use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use thiserror::Error;
use tokio::time::{Instant, Sleep, sleep_until};

/// How long a stranger stays. Five seconds are promised (`docs/design.md` §4); the rest is for saying goodbye.
const STAY: Duration = Duration::from_secs(4);

/// How long one stays that has said something valid: until it has heard a hundred kilobytes on 64 kbit/s.
const LONGER_STAY: Duration = Duration::from_mins(1);

/// Strangers at one time: enough for a few to be told apart in the log, too few to cost anything.
const STRANGERS: usize = 8;

/// Strangers at one time from one network address, so that one cannot keep the doorstep full for others.
const STRANGERS_PER_HOST: usize = 2;

/// Connections of one network address whose encryption is still being set up. A whole administration may stand behind
/// one address; an attacker must not fill the places that all addresses share.
const KNOCKING_PER_HOST: usize = 8;

/// Connections of one network address that are set up: each costs milliseconds, whoever it is. A demonstration of two
/// dozen nodes starts on one address; a site behind one address has a few nodes.
const ARRIVALS_PER_HOST: Rate = Rate { burst: 64, per_second: 8 };

/// The same of all addresses together. Who is turned away can still be dialed from here.
const ARRIVALS: Rate = Rate { burst: 128, per_second: 32 };

/// Addresses whose arrivals are counted; those that have been quiet are forgotten.
const HOSTS: usize = 1_024;

/// Why a connection is not even let onto the doorstep.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub(super) enum DoorstepFull {
    /// Too many connections in a short time.
    #[error("too many connections come in a short time")]
    Arrivals,
    /// Too many handshakes of this address are under way.
    #[error("{KNOCKING_PER_HOST} connections of this address are being set up already")]
    Knocking,
    /// Too many strangers.
    #[error("{STRANGERS} strangers are connected already")]
    Strangers,
    /// Too many strangers of this address.
    #[error("{STRANGERS_PER_HOST} strangers of this address are connected already")]
    Host,
    /// This stranger already has a connection.
    #[error("this stranger is connected already")]
    Peer,
}

/// The hosts whose connections are not (yet) known to be a member's.
#[derive(Default)]
pub(super) struct Doorstep {
    arrivals: Option<Pace>,
    arrivals_by_host: HashMap<IpAddr, Pace>,
    knocking: HashMap<ConnectionId, Option<IpAddr>>,
    strangers: HashMap<ConnectionId, Stranger>,
    timer: Option<Pin<Box<Sleep>>>,
}

struct Stranger {
    peer: PeerId,
    host: Option<IpAddr>,
    /// When it is shown out; none once it is.
    leaves: Option<Instant>,
}

impl Doorstep {
    /// A connection arrives; its key is not known yet.
    pub(super) fn knock(&mut self, connection: ConnectionId, from: &Multiaddr) -> Result<(), DoorstepFull> {
        self.arrive(from, Instant::now())?;
        let host = host(from);
        if host.is_some() && self.knocking.values().filter(|other| **other == host).count() >= KNOCKING_PER_HOST {
            return Err(DoorstepFull::Knocking);
        }
        self.knocking.insert(connection, host);
        Ok(())
    }

    /// Counts a connection before anything is done about it.
    fn arrive(&mut self, from: &Multiaddr, now: Instant) -> Result<(), DoorstepFull> {
        if self.arrivals_by_host.len() >= HOSTS {
            self.arrivals_by_host.retain(|_, pace| !pace.is_fresh(now));
        }
        let full = |_| DoorstepFull::Arrivals;
        if let Some(address) = address(from) {
            let of_host = self.arrivals_by_host.entry(address).or_insert_with(|| Pace::new(ARRIVALS_PER_HOST));
            of_host.take(now).map_err(full)?;
        }
        self.arrivals.get_or_insert_with(|| Pace::new(ARRIVALS)).take(now).map_err(full)
    }

    /// Its key is known: it stands here no longer, unless as a stranger.
    pub(super) fn known(&mut self, connection: ConnectionId) {
        self.knocking.remove(&connection);
    }

    /// A stranger enters, to leave after [`STAY`].
    pub(super) fn enter(&mut self, id: ConnectionId, peer: PeerId, from: &Multiaddr) -> Result<(), DoorstepFull> {
        let host = host(from);
        if self.strangers.len() >= STRANGERS {
            return Err(DoorstepFull::Strangers);
        }
        if self.strangers.values().any(|other| other.peer == peer) {
            return Err(DoorstepFull::Peer);
        }
        if host.is_some() && self.strangers.values().filter(|other| other.host == host).count() >= STRANGERS_PER_HOST {
            return Err(DoorstepFull::Host);
        }
        self.strangers.insert(id, Stranger { peer, host, leaves: Some(Instant::now() + STAY) });
        Ok(())
    }

    /// A stranger has said something valid.
    pub(super) fn let_stay(&mut self, connection: ConnectionId) {
        if let Some(stranger) = self.strangers.get_mut(&connection).filter(|stranger| stranger.leaves.is_some()) {
            stranger.leaves = Some(Instant::now() + LONGER_STAY);
        }
    }

    /// A connection is gone.
    pub(super) fn leave(&mut self, connection: ConnectionId) {
        self.knocking.remove(&connection);
        self.strangers.remove(&connection);
    }

    /// The next stranger whose time is up.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<(PeerId, ConnectionId)> {
        loop {
            let next = self
                .strangers
                .iter()
                .filter_map(|(id, stranger)| Some((stranger.leaves?, *id)))
                .min_by_key(|(at, _)| *at);
            let Some((until, connection)) = next else { return Poll::Pending };
            let timer = self.timer.get_or_insert_with(|| Box::pin(sleep_until(until)));
            if timer.deadline() != until {
                timer.as_mut().reset(until);
            }
            if timer.as_mut().poll(cx).is_pending() {
                return Poll::Pending;
            }
            self.timer = None;
            if let Some(stranger) = self.strangers.get_mut(&connection) {
                stranger.leaves = None;
                return Poll::Ready((stranger.peer, connection));
            }
        }
    }
}

/// The host that an address names. Loopback is none whose connections are few: it is this machine, and many nodes of a
/// demonstration.
fn host(from: &Multiaddr) -> Option<IpAddr> {
    // `::1` is all zeros once cut to its /64.
    address(from).filter(|ip| !ip.is_loopback() && !ip.is_unspecified())
}

/// An IPv4 address, or the /64 of an IPv6 one (what one customer gets).
fn address(from: &Multiaddr) -> Option<IpAddr> {
    match from.iter().next()? {
        Protocol::Ip4(ip) => Some(IpAddr::V4(ip)),
        Protocol::Ip6(ip) => Some(
            ip.to_ipv4_mapped()
                .map_or_else(|| IpAddr::V6(Ipv6Addr::from_bits(ip.to_bits() & !u128::from(u64::MAX))), IpAddr::V4),
        ),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn connection(number: usize) -> ConnectionId {
        ConnectionId::new_unchecked(number)
    }

    fn at(host: &str) -> Multiaddr {
        format!("/ip4/{host}/tcp/1000").parse().unwrap()
    }

    #[test]
    fn one_host_cannot_fill_the_doorstep() {
        let mut doorstep = Doorstep::default();
        for number in 0..KNOCKING_PER_HOST {
            doorstep.knock(connection(number), &at("192.0.2.1")).unwrap();
        }
        assert_eq!(doorstep.knock(connection(90), &at("192.0.2.1")), Err(DoorstepFull::Knocking));
        doorstep.knock(connection(91), &at("192.0.2.2")).unwrap();
        doorstep.known(connection(0));
        doorstep.knock(connection(90), &at("192.0.2.1")).unwrap();

        for number in 0..STRANGERS_PER_HOST {
            doorstep.enter(connection(number), PeerId::random(), &at("192.0.2.1")).unwrap();
        }
        assert_eq!(doorstep.enter(connection(90), PeerId::random(), &at("192.0.2.1")), Err(DoorstepFull::Host));
    }

    #[test]
    fn who_storms_the_door_is_turned_away_before_anything_is_set_up() {
        let mut doorstep = Doorstep::default();
        let begun = Instant::now();
        let mut enter = |times, from: &str, now| (0..times).filter(|_| doorstep.arrive(&at(from), now).is_ok()).count();
        assert_eq!(enter(1_000, "127.0.0.1", begun), ARRIVALS_PER_HOST.burst as usize);
        assert_eq!(enter(1, "192.0.2.1", begun), 1, "others still come in");
        let later = begun + Duration::from_secs(1);
        assert_eq!(enter(1_000, "127.0.0.1", later), ARRIVALS_PER_HOST.per_second as usize);
        let all: usize = (0..100).map(|host| enter(1_000, &format!("192.0.2.{host}"), later)).sum();
        assert!(all <= ARRIVALS.burst as usize);
        let much_later = begun + Duration::from_hours(1);
        assert_eq!(enter(1_000, "127.0.0.1", much_later), ARRIVALS_PER_HOST.burst as usize);
    }

    #[test]
    fn strangers_are_few_and_each_comes_once() {
        let mut doorstep = Doorstep::default();
        let first = PeerId::random();
        doorstep.enter(connection(0), first, &at("127.0.0.1")).unwrap();
        assert_eq!(doorstep.enter(connection(90), first, &at("127.0.0.1")), Err(DoorstepFull::Peer));
        for number in 1..STRANGERS {
            doorstep.enter(connection(number), PeerId::random(), &at("127.0.0.1")).unwrap();
        }
        assert_eq!(doorstep.enter(connection(90), PeerId::random(), &at("127.0.0.1")), Err(DoorstepFull::Strangers));
        doorstep.leave(connection(0));
        doorstep.enter(connection(90), PeerId::random(), &at("127.0.0.1")).unwrap();
    }

    #[test]
    fn who_says_something_valid_stays_longer() {
        let mut doorstep = Doorstep::default();
        let (first, second) = (connection(1), connection(2));
        doorstep.enter(first, PeerId::random(), &at("192.0.2.1")).unwrap();
        doorstep.enter(second, PeerId::random(), &at("192.0.2.1")).unwrap();
        assert!(doorstep.strangers[&first].leaves <= doorstep.strangers[&second].leaves);
        doorstep.let_stay(first);
        assert!(doorstep.strangers[&first].leaves > doorstep.strangers[&second].leaves);
    }

    #[test]
    fn a_customer_s_ipv6_addresses_are_one_host() {
        let host_of = |text: &str| host(&text.parse().unwrap());
        assert_eq!(host_of("/ip6/2001:db8:1:2::1/tcp/1"), host_of("/ip6/2001:db8:1:2:ffff::9/tcp/1"));
        assert_ne!(host_of("/ip6/2001:db8:1:2::1/tcp/1"), host_of("/ip6/2001:db8:1:3::1/tcp/1"));
        assert_eq!(host_of("/ip6/::ffff:192.0.2.1/tcp/1"), host_of("/ip4/192.0.2.1/tcp/1"));
        assert_eq!(host_of("/ip6/::1/tcp/1"), None);
        assert_eq!(host_of("/ip4/127.0.0.1/tcp/1"), None);
    }
}
