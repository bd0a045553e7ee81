//! Plain gossipsub between 23 swarms on loopback: what a message needs to reach everybody with nothing else around.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use futures::StreamExt;
use libp2p::gossipsub::{self, IdentTopic, MessageAuthenticity};
use libp2p::swarm::SwarmEvent;
use libp2p::{Multiaddr, Swarm, SwarmBuilder, noise, tcp, yamux};
use tokio::sync::mpsc;
use tokio::time::timeout;

/// Neighbours that each swarm dials: as many connections in all as a demo of this size has.
const DIALS: usize = 3;
/// Longest wait for a mesh and for a message.
const PATIENCE: Duration = Duration::from_mins(1);

/// What a swarm's task is told, and what it tells.
enum Order {
    Publish(Vec<u8>),
}

/// Seconds from publishing to the last of `count` swarms, for each of `rounds` messages of `size` bytes.
pub(crate) fn rounds(count: usize, rounds: usize, size: usize) -> Vec<f64> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let topic = IdentTopic::new("bench");
        let (heard, mut hearing) = mpsc::unbounded_channel();
        let mut orders = Vec::new();
        let mut addresses: Vec<Multiaddr> = Vec::new();
        for number in 0..count {
            let mut swarm = swarm(&topic);
            let listening = listen(&mut swarm).await;
            for step in 1..=DIALS.min(addresses.len()) {
                swarm.dial(addresses[(number * 7 + step * 5) % addresses.len()].clone()).unwrap();
            }
            addresses.push(listening);
            let (order, taking) = mpsc::unbounded_channel();
            orders.push(order);
            tokio::spawn(run(number, swarm, topic.clone(), taking, heard.clone()));
        }
        // A mesh needs some heartbeats of one second; then every message must reach everybody.
        let mut seconds = Vec::new();
        let mut round = 0_u32;
        while seconds.len() < rounds {
            round += 1;
            assert!(round < 1000, "no message reaches all");
            let message =
                [&round.to_be_bytes(), palabre_tests::content::noise(&round.to_string(), size - 4).as_slice()].concat();
            let begun = Instant::now();
            orders[round as usize % count].send(Order::Publish(message)).unwrap();
            match timeout(Duration::from_secs(2), all_but_one(count, round, &mut hearing)).await {
                Ok(()) => seconds.push(begun.elapsed().as_secs_f64()),
                Err(_) => seconds.clear(),
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        seconds
    })
}

async fn all_but_one(count: usize, round: u32, hearing: &mut mpsc::UnboundedReceiver<(usize, u32)>) {
    let mut reached = HashSet::new();
    while reached.len() < count - 1 {
        let Some((number, heard)) = hearing.recv().await else { return };
        if heard == round {
            reached.insert(number);
        }
    }
}

fn swarm(topic: &IdentTopic) -> Swarm<gossipsub::Behaviour> {
    let mut swarm = SwarmBuilder::with_new_identity()
        .with_tokio()
        .with_tcp(tcp::Config::default().nodelay(true), noise::Config::new, yamux::Config::default)
        .unwrap()
        .with_behaviour(|key| {
            let signed = MessageAuthenticity::Signed(key.clone());
            gossipsub::Behaviour::new(signed, gossipsub::Config::default()).unwrap()
        })
        .unwrap()
        .with_swarm_config(|config| config.with_idle_connection_timeout(PATIENCE))
        .build();
    swarm.behaviour_mut().subscribe(topic).unwrap();
    swarm
}

async fn listen(swarm: &mut Swarm<gossipsub::Behaviour>) -> Multiaddr {
    swarm.listen_on("/ip4/127.0.0.1/tcp/0".parse().unwrap()).unwrap();
    loop {
        if let SwarmEvent::NewListenAddr { address, .. } = swarm.select_next_some().await {
            return address.with_p2p(*swarm.local_peer_id()).unwrap();
        }
    }
}

async fn run(
    number: usize,
    mut swarm: Swarm<gossipsub::Behaviour>,
    topic: IdentTopic,
    mut orders: mpsc::UnboundedReceiver<Order>,
    heard: mpsc::UnboundedSender<(usize, u32)>,
) {
    loop {
        tokio::select! {
            order = orders.recv() => match order {
                // Before there is a mesh nobody takes it: the round is not counted.
                Some(Order::Publish(bytes)) => drop(swarm.behaviour_mut().publish(topic.clone(), bytes)),
                None => return,
            },
            event = swarm.select_next_some() => {
                if let SwarmEvent::Behaviour(gossipsub::Event::Message { message, .. }) = event
                    && let Some(round) = message.data.first_chunk::<4>()
                {
                    let _ = heard.send((number, u32::from_be_bytes(*round)));
                }
            }
        }
    }
}
