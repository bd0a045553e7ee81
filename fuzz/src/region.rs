//! The region of these targets: a small network, what its nodes have written, and the member that is hostile.

use std::sync::LazyLock;

use palabre_core::acts::documents::{DocumentAct, Version};
use palabre_core::acts::{Act, Kind};
use palabre_core::fixtures::{Author, Network, Options};
use palabre_core::id::NetworkId;
use palabre_core::keys::{Purpose, Secret};
use palabre_core::ledger::entry::content_hash;
use palabre_core::ledger::{Attachment, Entry, ForkProof};
use palabre_proto::v1;

use crate::vectors;

/// Whose node is under test.
pub(crate) const HONEST: &str = "CI";
/// Whose node sends what nobody meant. It is mandated: what it signs is authentic.
pub(crate) const HOSTILE: &str = "SN";
/// A third member.
const OTHER: &str = "GH";

/// The content of the attachments of all entries here.
pub(crate) const CONTENT: &[u8] = b"Note sur le transit";

/// The network and what has been written in it.
pub(crate) struct Region {
    /// Rules and keys.
    pub network: Network,
    /// What the honest node holds.
    pub held: Vec<Entry>,
    /// What only the hostile one holds: more of a log that is known, and a log that is not.
    pub news: Vec<Entry>,
    /// Two entries of the hostile member with one place.
    pub fork: ForkProof,
}

/// Made once: keys and signatures cost more than all the rest.
pub(crate) static REGION: LazyLock<Region> = LazyLock::new(Region::new);

impl Region {
    fn new() -> Self {
        let network = Network::with(5, 1, Options { partner: true, suspended: &[], ..Options::default() });
        let (mut honest, mut other) = (network.author(HONEST, 1), network.author(OTHER, 1));
        let (mut hostile, mut second) = (network.author(HOSTILE, 1), network.author(HOSTILE, 2));
        let opener = publish(&mut honest, "Note");
        let revision = revise(&mut other, &opener, &opener, "Note, revue");
        let held = vec![
            revise(&mut honest, &opener, &revision, "Note, revue encore"),
            publish(&mut hostile, "Avis"),
            publish(&mut other, "Guide"),
            hostile.write(b"no act".to_vec(), 0, Vec::new()),
        ];
        let held = [vec![opener, revision], held].concat();
        let fork = {
            let (mut left, mut right) = (hostile.clone(), hostile.clone());
            ForkProof::new(&publish(&mut left, "Gauche"), &publish(&mut right, "Droite"))
                .expect("one place, two entries")
        };
        let mut news: Vec<Entry> = (0..3).map(|number| publish(&mut hostile, &format!("Avis {number}"))).collect();
        news.push(second.write(vec![7; 600], 3, Vec::new()));
        news.push(revise(&mut second, &held[0], &held[2], "Contestation"));
        Self { network, held, news, fork }
    }

    /// The secret of the hostile node.
    pub(crate) fn hostile(&self) -> &Secret {
        &self.network.seat(HOSTILE).node
    }

    /// The network, and the one of the test vectors: entries are authentic in one of them.
    pub(crate) fn networks(&self) -> [NetworkId; 2] {
        let theirs = vectors::bytes_of("entries.json", "network");
        let theirs = theirs.first().and_then(|id| NetworkId::try_from(id.as_slice()).ok());
        [*self.network.id(), theirs.expect("the vectors name their network")]
    }
}

/// What the hostile member can do, and chance cannot: sign. Headers without signature get its own.
pub(crate) fn sign_header(header: &[u8], signature: &mut Vec<u8>) {
    if signature.is_empty() {
        *signature = REGION.hostile().sign(Purpose::Entry, REGION.network.id(), header).0.to_vec();
    }
}

/// The same for both headers of a fork proof.
pub(crate) fn sign_fork(proof: &mut v1::ForkProof) {
    for header in [&mut proof.low, &mut proof.high].into_iter().flatten() {
        sign_header(&header.header, &mut header.signature);
    }
}

/// The same for a mandate of its administration.
pub(crate) fn sign_mandate(mandate: &mut v1::SignedMandate) {
    if mandate.signature.is_empty() {
        let administration = &REGION.network.seat(HOSTILE).administration;
        mandate.signature = administration.sign(Purpose::Mandate, REGION.network.id(), &mandate.mandate).0.to_vec();
    }
}

fn publish(author: &mut Author, title: &str) -> Entry {
    let act = Act::opening(Kind::Document(DocumentAct::Publish(version(title)))).expect("publishing opens");
    author.write(act.encode(), 0, content())
}

fn revise(author: &mut Author, opener: &Entry, after: &Entry, title: &str) -> Entry {
    let kind = Kind::Document(DocumentAct::Revise(version(title)));
    let heads = [(after.id(), after.header().place)];
    let (act, place) = Act::on(opener.id(), &heads, kind).expect("a revision names a head");
    author.write(act.encode(), place, content())
}

fn version(title: &str) -> Version {
    Version {
        title: title.parse().expect("a title"),
        language: "fr".parse().expect("a language"),
        content: 0,
        file_name: "note.txt".parse().expect("a file name"),
        media_type: "text/plain".parse().expect("a media type"),
    }
}

fn content() -> Vec<Attachment> {
    vec![Attachment { hash: content_hash(CONTENT), size: CONTENT.len() as u64 }]
}
