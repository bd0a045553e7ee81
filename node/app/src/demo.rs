//! A whole network on this machine: real nodes, each a process of its own with its own home (`docs/design.md` §9).
//!
//! | module | what lives there |
//! |---|---|
//! | `founding` | homes, keys, charter and mandates of the network; or those of an earlier run |
//! | `ports` | free ports for each node |
//! | `children` | the processes, and how they end with this one |
//! | `samples` | the documents that are published |
//! | `ready` | when the network is whole |
//! | `record` | `demo.json`, and the table of what runs where |

mod children;
mod founding;
mod ports;
mod ready;
mod record;
mod samples;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use multiaddr::{Multiaddr, Protocol};
use palabre_core::id::{Code, NodeKey};
use palabre_web::text;
use tempfile::TempDir;
use tokio::signal::unix::{SignalKind, signal};

use crate::cli::Speech;
use crate::failure::{Failure, internal};
use children::Children;

/// A node of the demo.
#[derive(Clone, Debug)]
struct DemoNode {
    administration: Code,
    node: NodeKey,
    home: PathBuf,
    /// Its HTTP API.
    api: SocketAddr,
    /// Its port for other nodes, TCP and QUIC alike.
    port: u16,
}

impl DemoNode {
    /// Where the other nodes reach it.
    fn addresses(&self) -> [Multiaddr; 2] {
        let host = Multiaddr::from(std::net::Ipv4Addr::LOCALHOST);
        [host.clone().with(Protocol::Tcp(self.port)), host.with(Protocol::Udp(self.port)).with(Protocol::QuicV1)]
    }
}

/// The folder of the demo: one that the user named stays, another goes with the demo.
enum Folder {
    Named(PathBuf),
    Passing(TempDir),
}

impl Folder {
    fn open(named: Option<PathBuf>) -> Result<Self, Failure> {
        let Some(dir) = named else {
            let dir = tempfile::Builder::new().prefix("palabre-demo-").tempdir();
            return dir.map(Self::Passing).map_err(|error| Failure::writing(&std::env::temp_dir(), &error));
        };
        std::fs::create_dir_all(&dir).map_err(|error| Failure::writing(&dir, &error))?;
        // Children and readers of demo.json may stand elsewhere.
        dir.canonicalize().map(Self::Named).map_err(|error| Failure::reading(&dir, &error))
    }

    fn path(&self) -> &Path {
        match self {
            Self::Named(dir) => dir,
            Self::Passing(dir) => dir.path(),
        }
    }
}

/// Runs the demo until it is told to stop.
pub(crate) fn run(nodes: usize, dir: Option<PathBuf>, port: u16, speech: Speech) -> Result<(), Failure> {
    let folder = Folder::open(dir)?;
    let dir = folder.path();
    record::forget(dir)?;
    let network = founding::network(dir, nodes, port)?;
    speech.remark(&text!("demo-starting", count = network.nodes.len(), dir = dir.display().to_string()));
    crate::client::block_on(async {
        let mut children = Children::start(&network.nodes, dir, speech.lang())?;
        let done = tokio::select! {
            stopped = stopped() => stopped,
            failed = live(&network, dir, speech, &mut children) => failed,
        };
        speech.remark(&text!("demo-stopping"));
        children.stop().await;
        done
    })?;
    match folder {
        Folder::Named(dir) => speech.remark(&text!("demo-kept", dir = dir.display().to_string())),
        Folder::Passing(dir) => dir.close().map_err(|error| Failure::writing(&std::env::temp_dir(), &error))?,
    }
    Ok(())
}

/// Brings the network up, says so, and watches over it. It ends only with a failure.
async fn live(network: &founding::Network, dir: &Path, speech: Speech, children: &mut Children) -> Result<(), Failure> {
    let clients = ready::clients(&network.nodes, speech.lang())?;
    children.or_ended(ready::answer(&clients)).await?;
    let published = if network.is_new { samples::publish(&clients).await? } else { 0 };
    let listening = children.or_ended(ready::level(&clients, published)).await?;
    let record = record::Record::new(&network.nodes, listening, children);
    record.write(dir)?;
    record.say(dir, published, speech);
    loop {
        let (node, status) = children.next_end().await;
        let (administration, home) = (node.administration.to_string(), node.home.display().to_string());
        speech.remark(&text!("demo-child-ended", administration = administration, status = status, home = home));
    }
}

/// Ends when the demo shall stop: SIGTERM or SIGINT.
async fn stopped() -> Result<(), Failure> {
    let (mut terminate, mut interrupt) = match (signal(SignalKind::terminate()), signal(SignalKind::interrupt())) {
        (Ok(terminate), Ok(interrupt)) => (terminate, interrupt),
        (Err(error), _) | (_, Err(error)) => return Err(internal(&error)),
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}
