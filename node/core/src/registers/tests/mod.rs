mod documents;
mod order;
mod proofs;
mod properties;
mod uphold;

use palabre_proto::{Message, v1};

use crate::acts::documents::DocumentAct;
use crate::acts::{Act, Kind};
use crate::charter::Rules;
use crate::fixtures::documents::{content, version};
use crate::fixtures::{Author, MapStorage, Network, Options, PARTNER};
use crate::id::EntryId;
use crate::ledger::{Entry, book};
use crate::registers::{self, Audience, Changes, Reader, Status, VoidReason};
use crate::seal::Ring;

/// Members CI (which holds the secretariat), SN, GH, CV, the regional office and a partner.
fn network() -> Network {
    Network::with(5, 1, Options { partner: true, suspended: &[], ..Options::default() })
}

fn reader<'a>(rules: &'a Rules, ring: &'a Ring) -> Reader<'a> {
    Reader { rules, ring }
}

/// A node that folds, and what it has been given.
struct Node {
    network: Network,
    rules: Rules,
    ring: Ring,
    storage: MapStorage,
}

impl Node {
    fn new() -> Self {
        let network = network();
        let ring = Ring::new(*network.id(), Vec::new());
        Self { rules: network.rules.clone(), network, ring, storage: MapStorage::default() }
    }

    fn author(&self, code: &str) -> Author {
        self.network.author(code, 1)
    }

    fn admit(&mut self, entries: &[&Entry]) -> Changes {
        for entry in entries {
            let position = self.storage.append(entry);
            book::note(&mut self.storage, entry, position).unwrap();
        }
        registers::admit(&mut self.storage, reader(&self.rules, &self.ring), entries).unwrap()
    }

    fn withdraw(&mut self, lost: &[&Entry]) {
        let ids: Vec<EntryId> = lost.iter().map(|entry| entry.id()).collect();
        registers::withdraw(&mut self.storage, reader(&self.rules, &self.ring), &ids).unwrap();
    }

    fn status(&self, entry: &Entry) -> Option<Status> {
        registers::status(&self.storage, &entry.id()).unwrap().map(|(_, status)| status)
    }

    fn void(&self, entry: &Entry) -> Option<VoidReason> {
        self.status(entry).and_then(Status::reason)
    }

    fn document(&self, opener: &Entry) -> Option<registers::documents::Document> {
        registers::documents::get(&self.storage, &self.ring, &opener.id()).unwrap()
    }

    /// Titles of the versions that stand, in the order of folding.
    fn current(&self, opener: &Entry) -> Vec<String> {
        self.document(opener).unwrap().current().map(|version| version.title.to_string()).collect()
    }

    fn root(&self) -> [u8; 32] {
        registers::root(&self.storage, &Audience::Public).unwrap()
    }
}

fn publish(author: &mut Author, title: &str) -> Entry {
    let act = Act::opening(Kind::Document(DocumentAct::Publish(version(title)))).unwrap();
    author.write(act.encode(), 0, content(title))
}

/// An act on an object of a kind that this program does not know.
fn of_unknown_kind(author: &mut Author, opener: &Entry) -> Entry {
    let object = opener.id().as_bytes().to_vec();
    let later = v1::ActEnvelope { after: vec![object.clone()], object };
    author.write(later.encode_to_vec(), 1, Vec::new())
}

fn revise(author: &mut Author, opener: &Entry, after: &[&Entry], title: &str) -> Entry {
    on(author, opener, after, DocumentAct::Revise(version(title)), 0)
}

fn withdraw(author: &mut Author, opener: &Entry, after: &[&Entry]) -> Entry {
    on(author, opener, after, DocumentAct::Withdraw(None), 0)
}

/// An act that stands so far beyond its right place.
fn on(author: &mut Author, opener: &Entry, after: &[&Entry], act: DocumentAct, beyond: i64) -> Entry {
    let heads: Vec<_> = after.iter().map(|entry| (entry.id(), entry.header().place)).collect();
    let (act, place) = Act::on(opener.id(), &heads, Kind::Document(act)).unwrap();
    author.write(act.encode(), place.saturating_add_signed(beyond), content("revision"))
}

/// An author whose node is not in the mandate that it cites.
fn stranger(network: &Network) -> Author {
    let mut author = network.author("SN", 1);
    author.secret = network.seat(PARTNER).administration.clone();
    author.log = crate::ledger::OwnLog::open(author.secret.node_key(), author.log.name().log, None);
    author
}
