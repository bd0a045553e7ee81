//! Who the attacker is: a node of the network by its home, or nobody.

use std::fs;
use std::path::Path;

use palabre_core::charter::{CharterFile, RawMandate};
use palabre_core::id::{CharterHash, LogId, MandateHash, NetworkId, NodeKey};
use palabre_core::keys::Secret;
use palabre_core::ledger::{Attachment, Audience, Draft, Entry, OwnLog, Priority};
use palabre_core::time::Millis;
use palabre_store::secrets;

/// A node's key and what entries must cite.
#[derive(Clone)]
pub struct Member {
    /// Its secret.
    pub secret: Secret,
    /// Its network.
    pub network: NetworkId,
    /// The charter revision of its home.
    pub charter: CharterHash,
    /// The same, as bytes.
    pub charter_bytes: Vec<u8>,
    /// Its administration's mandate.
    pub mandate: MandateHash,
    /// All mandates of its home.
    pub mandates: Vec<RawMandate>,
}

impl Member {
    /// The node that this home belongs to.
    pub fn of(home: &Path) -> Self {
        let seed = secrets::read_seed(&home.join("keys/node.key")).expect("a node's key");
        let secret = Secret::from_seed(&seed);
        let file =
            CharterFile::decode(&fs::read(home.join("charter/1.charter")).expect("a charter")).expect("a charter");
        let files = fs::read_dir(home.join("charter")).expect("a folder").flatten().map(|entry| entry.path());
        let files = files.filter(|path| path.extension().is_some_and(|end| end == "mandate"));
        let mandates: Vec<RawMandate> =
            files.map(|path| RawMandate::decode(&fs::read(path).expect("a mandate")).expect("a mandate")).collect();
        let own = |mandate: &&RawMandate| mandate.unverified().nodes.iter().any(|node| node.key == secret.node_key());
        Self {
            network: file.charter.founds().expect("a genesis"),
            charter: file.charter.hash(),
            charter_bytes: file.charter.bytes().to_vec(),
            mandate: mandates.iter().find(own).expect("a mandate of its own").unverified().hash,
            mandates,
            secret,
        }
    }

    /// Its node's key.
    pub fn key(&self) -> NodeKey {
        self.secret.node_key()
    }

    /// A new log in the name of `author`, whoever signs.
    pub fn pen(&self, author: NodeKey) -> Pen {
        Pen { log: OwnLog::open(author, LogId::from_bytes(random()), None), member: self.clone(), clock: Millis(CLOCK) }
    }
}

/// Some time in 2026, in milliseconds since 1970.
const CLOCK: u64 = 1_790_000_000_000;

/// Writes one log.
#[derive(Clone)]
pub struct Pen {
    /// The log.
    pub log: OwnLog,
    /// What its clock shows.
    pub clock: Millis,
    member: Member,
}

impl Pen {
    /// Signs the next entry with the member's own key.
    pub fn write(&mut self, payload: &[u8]) -> Entry {
        self.write_with(payload, Vec::new())
    }

    /// The same with attachments.
    pub fn write_with(&mut self, payload: &[u8], attachments: Vec<Attachment>) -> Entry {
        self.clock = self.clock.plus(1);
        let draft = Draft {
            payload: payload.to_vec(),
            place: 0,
            priority: Priority::Routine,
            audience: Audience::Public,
            attachments,
            charter: self.member.charter,
            mandate: self.member.mandate,
            clock: self.clock,
        };
        self.log.write(draft, &self.member.secret, &self.member.network)
    }
}

/// Random bytes.
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the system gives randomness");
    bytes
}
