//! The running node: core's rules, the store and the network wired together.
//!
//! One thread, the [`engine`], owns the rules and the store: it takes jobs, makes what they append durable with one
//! sync for many, and hands out effects. One task, the [`wire`], carries bytes between the engine and the network. The
//! [`desk`] answers the HTTP API.

mod admission;
mod bearer;
mod desk;
mod door;
mod engine;
mod error;
mod files;
mod keeper;
mod opening;
mod pause;
mod refusals;
mod resources;
mod scrub;
mod verifier;
mod verify;
mod views;
mod waiting;
mod wire;

use std::future::Future;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

use palabre_core::keys::Secret;
use palabre_core::seal::SealingSecret;
use palabre_net::Config;
use palabre_store::LockedHome;
use tokio::sync::{mpsc, watch};
use tracing::info;

pub(crate) use admission::{Unadmitted, wait as wait_for_admission};
pub(crate) use error::DaemonError;
pub(crate) use opening::{Folded, rebuild};
pub(crate) use verify::{Damaged, verify};

use crate::home::settings::Settings;
use desk::Desk;

/// Jobs that may wait for the engine: beyond it the network waits, and with it the sockets.
const JOBS: usize = 256;

/// What a node needs to run, beside its home.
pub(crate) struct Setup {
    /// `node.toml`.
    pub(crate) settings: Settings,
    /// How the store keeps the ledger.
    pub(crate) store: palabre_store::Settings,
    /// The charter and mandates of the home, verified.
    pub(crate) rules: palabre_core::charter::Rules,
    /// The node's key.
    pub(crate) secret: Secret,
    /// What opens what is sealed for it.
    pub(crate) sealing: Vec<SealingSecret>,
    /// Opens the HTTP API.
    pub(crate) token: zeroize::Zeroizing<String>,
}

/// Runs the node in `home` until `stop`, then closes everything in good order.
pub(crate) async fn run(
    home: LockedHome,
    setup: Setup,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(), DaemonError> {
    let api = bind(setup.settings.api).map_err(|source| DaemonError::Api { address: setup.settings.api, source })?;
    let mut stop = Box::pin(stop);
    let Some(opened) = waiting::open(&home, &setup, &api, &mut stop).await? else { return Ok(()) };
    let network = *setup.rules.network();
    let config = Config {
        seed: setup.secret.seed(),
        network,
        listen: setup.settings.listen.clone(),
        mdns: setup.settings.mdns,
        metered: setup.settings.metered,
        agent: concat!("palabre/", env!("CARGO_PKG_VERSION")).to_owned(),
    };
    let attachments = opened.store.attachments().clone();
    let key = opened.node.key();
    let resources = resources::Resources::watch(opened.ended_abruptly);
    let (net, events) = palabre_net::start(config)?;
    let (jobs, queue) = mpsc::channel(JOBS);
    let (effects, done) = mpsc::unbounded_channel();
    let (health, watched) = watch::channel(palabre_web::views::Health::Ok);
    let engine = engine::start(opened, (jobs.downgrade(), queue), effects, health)?;
    scrub::start(&home, network, jobs.clone());
    let door = Arc::new(door::Door::open(jobs.clone(), crate::home::applications_file(&home)));
    let wire = wire::Wire::new(net.clone(), jobs.clone(), attachments.clone(), Arc::clone(&door));
    let heard = wire.heard();
    let carried = tokio::spawn(wire.run(events, done));
    let desk = Arc::new(Desk::new(jobs.clone(), net.clone(), attachments, heard, watched, resources, door));
    info!(node = %key, %network, api = %setup.settings.api, "the node runs");
    let api = tokio::net::TcpListener::from_std(api).map_err(DaemonError::Serve)?;
    let served = tokio::select! {
        served = palabre_web::serve(api, desk, setup.token, stop) => served,
        // The engine has ended by itself: the process ends with it, and whatever starts it again reads what is there.
        () = jobs.closed() => Ok(()),
    };
    info!("the node stops");
    drop(jobs.send(engine::Job::Stop).await);
    net.shutdown().await;
    carried.abort();
    let ended = tokio::task::block_in_place(|| engine.join());
    served.map_err(DaemonError::Serve)?;
    ended.unwrap_or(Err(DaemonError::EngineDied))
}

/// The API's socket. It stays the same while the node waits for its disk and after.
fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let listener = TcpListener::bind(address)?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}
