//! The functions of bytes, and real bytes for each to begin with.

mod admission;
mod archive;
mod charter;
mod files;
mod index;
mod ledger;
mod net;
mod node;
mod seal;
mod segments;
mod sync;

pub use admission::{application, invitation, knock};
pub use archive::archive;
pub use charter::{charter_file, mandate, template};
pub use files::secret_file;
pub use index::index;
pub use ledger::{act, entry, fork_proof, header, record};
pub use net::{address, attachment, net_frames};
pub use node::{gossip, sync_frame, sync_packet};
pub use seal::{grant, sealed};
pub use segments::segments;
pub use sync::delivered;

/// How an input is made up, so that a change can respect it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// One object.
    Whole,
    /// Several messages, each behind its length.
    Chunks,
}

/// One function of bytes.
#[derive(Clone, Copy)]
pub struct Target {
    /// Its name: that of the function, and of the program that cargo fuzz builds.
    pub name: &'static str,
    /// The function.
    pub run: fn(&[u8]),
    /// Real bytes to begin with, the same at each call.
    pub seeds: fn() -> Vec<Vec<u8>>,
    /// How an input is made up.
    pub layout: Layout,
    /// What an input costs, relative to the cheapest: targets share the time of a run evenly.
    pub cost: u32,
}

const fn target(name: &'static str, run: fn(&[u8]), seeds: fn() -> Vec<Vec<u8>>, layout: Layout, cost: u32) -> Target {
    Target { name, run, seeds, layout, cost }
}

/// All of them.
pub const TARGETS: &[Target] = &[
    target("header", header, ledger::headers, Layout::Whole, 1),
    target("entry", entry, ledger::entries, Layout::Whole, 50),
    target("record", record, ledger::records, Layout::Whole, 30),
    target("fork_proof", fork_proof, ledger::fork_proofs, Layout::Whole, 100),
    target("act", act, ledger::acts, Layout::Whole, 1),
    target("charter_file", charter_file, charter::charter_files, Layout::Whole, 50),
    target("mandate", mandate, charter::mandates, Layout::Whole, 30),
    target("template", template, charter::templates, Layout::Whole, 50),
    target("invitation", invitation, admission::invitations, Layout::Whole, 20),
    target("application", application, admission::applications, Layout::Whole, 50),
    target("knock", knock, admission::knocks, Layout::Whole, 50),
    target("archive", archive, archive::archives, Layout::Whole, 50),
    target("delivered", delivered, sync::deliveries, Layout::Chunks, 50),
    target("sync_packet", sync_packet, node::packets, Layout::Chunks, 400),
    target("sync_frame", sync_frame, node::frames, Layout::Chunks, 400),
    target("gossip", gossip, node::gossips, Layout::Chunks, 400),
    target("index", index, index::pairs, Layout::Chunks, 200),
    target("segments", segments, segments::files, Layout::Whole, 200),
    target("secret_file", secret_file, files::secrets, Layout::Whole, 20),
    target("net_frames", net_frames, net::framed, Layout::Whole, 5),
    target("attachment", attachment, net::answers, Layout::Whole, 10),
    target("address", address, net::addresses, Layout::Whole, 1),
    target("grant", grant, seal::grants, Layout::Whole, 200),
    target("sealed", sealed, seal::payloads, Layout::Whole, 5),
];
