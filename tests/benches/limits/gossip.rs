//! Plain gossipsub between 23 processes on loopback: what a message needs to reach everybody with nothing else around.
//!
//! Each process is this program with the word [`WORD`]. It is told what to do line by line, and answers on its output;
//! whether it has seen a message it says over HTTP, as a node does.

use std::collections::HashSet;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use futures::StreamExt;
use libp2p::gossipsub::{self, IdentTopic, MessageAuthenticity};
use libp2p::swarm::SwarmEvent;
use libp2p::{Multiaddr, Swarm, SwarmBuilder, noise, tcp, yamux};
use palabre_tests::content;
use palabre_tests::wait::block_on;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

use crate::spread::until_all;

/// The argument that makes this program one of the processes.
pub(crate) const WORD: &str = "gossip-process";
/// Neighbours that each process dials: as many connections in all as a demo of this size has.
const DIALS: usize = 3;
/// Longest wait for a message: before there is a mesh, which takes some heartbeats of one second, none reaches all.
const PATIENCE: Duration = Duration::from_secs(2);
/// Messages after which there must be a mesh.
const MESH: u32 = 1000;
/// Time between two messages.
const APART: Duration = Duration::from_millis(200);

/// Numbers of the messages that a process has seen.
type Seen = Arc<Mutex<HashSet<u32>>>;

/// A process that gossips; it ends when this is dropped.
struct Gossiper {
    process: Child,
    orders: ChildStdin,
    answers: BufReader<ChildStdout>,
    /// Where others dial it.
    address: String,
    http: reqwest::Client,
    /// Where it says what it has seen.
    site: String,
}

impl Gossiper {
    fn start() -> Self {
        let program = std::env::current_exe().unwrap();
        let mut process = Command::new(program).arg(WORD).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (orders, answers) = (process.stdin.take().unwrap(), process.stdout.take().unwrap());
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let (address, site) = (String::new(), String::new());
        let mut gossiper = Self { process, orders, answers: BufReader::new(answers), address, http, site };
        gossiper.address = gossiper.answer();
        gossiper.site = gossiper.answer();
        gossiper
    }

    fn has_seen(&self, round: u32) -> bool {
        let asked = self.http.get(format!("http://{}/{round}", self.site)).send();
        block_on(async { asked.await.unwrap().status().is_success() })
    }

    /// What it answers to an order.
    fn order(&mut self, order: &str) -> String {
        writeln!(self.orders, "{order}").unwrap();
        self.answer()
    }

    fn answer(&mut self) -> String {
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        line.trim().to_owned()
    }
}

impl Drop for Gossiper {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

/// Seconds from publishing to the last of `count` processes, for each of `rounds` messages of `size` bytes.
pub(crate) fn rounds(count: usize, rounds: usize, size: usize) -> Vec<f64> {
    let mut gossipers: Vec<Gossiper> = (0..count).map(|_| Gossiper::start()).collect();
    for number in 1..count {
        for step in 1..=DIALS.min(number) {
            let other = gossipers[(number * 7 + step * 5) % number].address.clone();
            gossipers[number].order(&format!("dial {other}"));
        }
    }
    let mut seconds = Vec::new();
    for round in 1..=MESH {
        let author = round as usize % count;
        gossipers[author].order(&format!("publish {round} {size}"));
        let others = gossipers.iter_mut().enumerate().filter(|(number, _)| *number != author);
        let others = others.map(|(_, gossiper)| gossiper);
        match until_all(others, PATIENCE, |one| one.has_seen(round)) {
            Some(time) => seconds.push(time),
            // Only a mesh that loses nothing is measured.
            None => seconds.clear(),
        }
        if seconds.len() == rounds {
            return seconds;
        }
        thread::sleep(APART);
    }
    panic!("no message reaches all");
}

/// One of the processes: gossips until its input ends.
pub(crate) fn serve() {
    let (order, orders) = mpsc::unbounded_channel();
    thread::spawn(move || {
        let lines = std::io::stdin().lines().map_while(Result::ok);
        lines.for_each(|line| drop(order.send(line)));
    });
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(run(orders));
}

async fn run(mut orders: mpsc::UnboundedReceiver<String>) {
    let topic = IdentTopic::new("bench");
    let mut swarm = swarm(&topic);
    println!("{}", listen(&mut swarm).await);
    let site = TcpListener::bind("127.0.0.1:0").await.unwrap();
    println!("{}", site.local_addr().unwrap());
    let seen = Seen::default();
    tokio::spawn(tell(site, Arc::clone(&seen)));
    loop {
        tokio::select! {
            order = orders.recv() => match order {
                Some(order) => println!("{}", obey(&mut swarm, &topic, &order)),
                None => return,
            },
            event = swarm.select_next_some() => {
                if let SwarmEvent::Behaviour(gossipsub::Event::Message { message, .. }) = event
                    && let Some(round) = message.data.first_chunk::<4>()
                {
                    seen.lock().unwrap().insert(u32::from_be_bytes(*round));
                }
            }
        }
    }
}

/// Answers whoever asks over HTTP for the number of a message: 200 when it has been seen, else 404.
async fn tell(site: TcpListener, seen: Seen) {
    while let Ok((asking, _)) = site.accept().await {
        tokio::spawn(answer(asking, Arc::clone(&seen)));
    }
}

async fn answer(mut asking: TcpStream, seen: Seen) {
    let mut request = Vec::new();
    while let Ok(1..) = asking.read_buf(&mut request).await {
        if !request.ends_with(b"\r\n\r\n") {
            continue;
        }
        let text = String::from_utf8_lossy(&request);
        let number = text.split(['/', ' ']).nth(2).unwrap().parse().unwrap();
        let status = if seen.lock().unwrap().contains(&number) { "200 OK" } else { "404 Not Found" };
        asking.write_all(format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n").as_bytes()).await.unwrap();
        request.clear();
    }
}

fn obey(swarm: &mut Swarm<gossipsub::Behaviour>, topic: &IdentTopic, order: &str) -> &'static str {
    let words: Vec<&str> = order.split_whitespace().collect();
    match words[..] {
        ["dial", address] => swarm.dial(address.parse::<Multiaddr>().unwrap()).unwrap(),
        ["publish", round, size] => {
            let (number, size): (u32, usize) = (round.parse().unwrap(), size.parse().unwrap());
            let message = [&number.to_be_bytes(), content::noise(round, size - 4).as_slice()].concat();
            // Before there is a mesh nobody takes it: the round is not counted.
            drop(swarm.behaviour_mut().publish(topic.clone(), message));
        }
        _ => panic!("no order: {order}"),
    }
    "done"
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
        .with_swarm_config(|config| config.with_idle_connection_timeout(Duration::from_hours(1)))
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
