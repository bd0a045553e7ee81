//! Who is dialled, and when others are.

use super::*;
use crate::fixtures::Network;

/// The neighbours of one node among seven others, all with an address in the configuration.
fn among_seven() -> (Neighbours, Network, Vec<NodeKey>) {
    let network = Network::new(8, 1);
    let keys: Vec<NodeKey> = network.seats.iter().map(|seat| seat.node.node_key()).collect();
    let configured = keys.iter().map(|key| (*key, vec!["/ip4/192.0.2.1/tcp/8710".to_owned()])).collect();
    let mut neighbours = Neighbours::new(keys[0], Link { metered: false }, configured, 1);
    neighbours.admit(keys[1..].to_vec());
    neighbours.begin(Moment::default());
    (neighbours, network, keys[1..].to_vec())
}

fn dialed(neighbours: &mut Neighbours, network: &Network, millis: u64) -> BTreeSet<NodeKey> {
    let mut out = Vec::new();
    neighbours.plan(&network.rules, Moment::default().plus(millis), &mut out);
    out.into_iter()
        .filter_map(|effect| if let Effect::Dial { peer, .. } = effect { Some(peer) } else { None })
        .collect()
}

#[test]
fn four_are_dialed_and_no_more_while_they_may_answer() {
    let (mut neighbours, network, _) = among_seven();
    assert_eq!(dialed(&mut neighbours, &network, 0).len(), 4);
    assert!(dialed(&mut neighbours, &network, 1_000).is_empty());
}

#[test]
fn machines_that_answer_nothing_do_not_hold_up_the_others() {
    let (mut neighbours, network, others) = among_seven();
    let mut asked = dialed(&mut neighbours, &network, 0);
    asked.extend(dialed(&mut neighbours, &network, PROMISING));
    assert_eq!(asked, others.into_iter().collect(), "all have been dialed once the first have not answered");
}

#[test]
fn who_is_left_alone_is_not_dialed_earlier_because_a_dial_has_failed() {
    let (mut neighbours, _, others) = among_seven();
    let until = Moment::default().plus(60_000);
    neighbours.paused(others[0], "a fault".to_owned(), until);
    neighbours.failed(&others[0], None, Moment::default());
    assert_eq!(neighbours.known[&others[0]].not_before, until);
}

#[test]
fn of_whom_no_address_is_known_another_is_dialed_in_its_place() {
    let (mut neighbours, network, others) = among_seven();
    // The region's own mandates have no addresses here: only the last four are known to be anywhere.
    neighbours.configured.retain(|key, _| others[3..].contains(key));
    let mut asked = BTreeSet::new();
    for second in 0..4 {
        asked.extend(dialed(&mut neighbours, &network, second * 1_000));
    }
    assert_eq!(asked, others[3..].iter().copied().collect());
}

#[test]
fn nothing_is_planned_before_anything_happens_or_is_due() {
    let (mut neighbours, network, others) = among_seven();
    dialed(&mut neighbours, &network, 0);
    assert_eq!(neighbours.due, Moment::default().plus(PROMISING));
    connected(&mut neighbours, &others);
    assert_eq!(neighbours.due, Moment::default());
    dialed(&mut neighbours, &network, 1_000);
    assert_eq!(neighbours.due, Moment::default().plus(SURPLUS), "there is one connection more than is kept");
    neighbours.disconnected(&others[0], Moment::default().plus(2_000));
    assert_eq!(neighbours.due, Moment::default());
}

/// The neighbours connected to these, each since the start.
fn connected(neighbours: &mut Neighbours, peers: &[NodeKey]) {
    for peer in peers {
        neighbours.connected(*peer, Moment::default());
    }
}

#[test]
fn who_had_more_connections_than_it_keeps_is_left_alone_by_those_who_have_others() {
    let (mut neighbours, network, others) = among_seven();
    connected(&mut neighbours, &others[..3]);
    neighbours.says_full(&others[2], true);
    neighbours.disconnected(&others[2], Moment::default());
    // All others together would make four with it.
    for other in &others[3..] {
        neighbours.paused(*other, String::new(), Moment::default().plus(2 * FULL_ON_RING));
    }
    assert!(dialed(&mut neighbours, &network, PAUSE_FIRST).is_empty());
    assert!(dialed(&mut neighbours, &network, 15_000).is_empty());
    neighbours.disconnected(&others[0], Moment::default());
    neighbours.disconnected(&others[1], Moment::default());
    let all: BTreeSet<NodeKey> = dialed(&mut neighbours, &network, FULL_ON_RING);
    assert_eq!(all, others[..3].iter().copied().collect(), "who is alone dials everybody");
}

/// Every one of `peers` was connected and has closed for want of room.
fn all_full(neighbours: &mut Neighbours, peers: &[NodeKey]) {
    connected(neighbours, peers);
    for peer in peers {
        neighbours.says_full(peer, true);
        neighbours.disconnected(peer, Moment::default());
    }
}

#[test]
fn a_few_who_know_each_other_and_take_all_others_for_full_do_not_stay_alone() {
    let (mut neighbours, network, mut others) = among_seven();
    others.sort_by_key(|other| neighbours.ring(other));
    let (full, near) = others.split_at(5);
    connected(&mut neighbours, near);
    all_full(&mut neighbours, full);
    assert!(dialed(&mut neighbours, &network, PAUSE_FIRST).is_empty(), "they have just said that there is no room");
    let next: BTreeSet<NodeKey> = dialed(&mut neighbours, &network, FULL_ON_RING);
    assert_eq!(next, BTreeSet::from([full[0]]), "the next on the ring has room for the one before it");
}

#[test]
fn when_a_neighbour_is_lost_those_who_were_full_may_have_lost_one_too() {
    let (mut neighbours, network, others) = among_seven();
    let (full, near) = others.split_at(4);
    connected(&mut neighbours, near);
    all_full(&mut neighbours, full);
    neighbours.disconnected(&near[0], Moment::default());
    let asked = dialed(&mut neighbours, &network, FULL_ON_RING);
    assert!(full.iter().filter(|one| asked.contains(one)).count() >= 2, "{asked:?}");
}

#[test]
fn a_node_is_full_when_it_will_close_a_connection() {
    let (mut neighbours, _, others) = among_seven();
    connected(&mut neighbours, &others[..HIGH]);
    assert!(!neighbours.is_full());
    connected(&mut neighbours, &others[..=HIGH]);
    assert!(neighbours.is_full());
}
