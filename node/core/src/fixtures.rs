//! A small region for tests: a signed genesis, mandates, keys from a seed, and authors that write real entries.
//!
//! Everything follows from the number of administrations and the seed, so that a failing test fails again.

#![expect(clippy::expect_used, clippy::missing_panics_doc, reason = "a fixture that cannot be made is a failed test")]

pub mod charters;
pub mod documents;
pub mod prose;

use std::collections::BTreeMap;

use palabre_proto::{Message, v1};

use crate::charter::revision::Allowance;
use crate::charter::template::{Holder, Participant, Seats, Share, Template, Threshold};
use crate::charter::{
    AdministrationKind, Charter, CharterFile, CharterSignature, Names, OfficeKind, RawMandate, Rules,
};
use crate::id::{CharterHash, Code, ContentHash, LogId, MandateHash, NetworkId};
use crate::keys::Secret;
use crate::ledger::{Attachment, Audience, Draft, Entry, OwnLog, Priority, Record};
use crate::seal::SealingSecret;
use crate::seal::suite::SUITE;
use crate::state::{MapState, Pair, Position, State, StateError, Storage};
use crate::time::Millis;

/// Members of the region and its office, in the order in which they run: the demo's order, then the alphabet's.
pub const CODES: [&str; 25] = [
    "CI", "SN", "GH", "CV", "BRRC", "BF", "BJ", "CD", "CF", "CG", "CM", "GA", "GM", "GN", "GQ", "GW", "LR", "ML", "MR",
    "NE", "NG", "SL", "ST", "TD", "TG",
];
/// A partner, listed in every charter of these fixtures.
pub const PARTNER: &str = "WCO";
/// When the fixtures' charters were written: 1 January 2026, 00:00 UTC.
pub const WRITTEN: Millis = Millis(1_767_225_600_000);

/// How many of those that run count towards the threshold (`docs/design.md` §9).
const KEYHOLDERS: usize = 7;

/// A network whose genesis is signed and whose nodes are mandated.
#[derive(Clone, Debug)]
pub struct Network {
    /// The genesis with a threshold of signatures.
    pub genesis: CharterFile,
    /// The rules with every mandate.
    pub rules: Rules,
    /// Who runs a node, in the order of [`CODES`]; a partner last, where there is one.
    pub seats: Vec<Seat>,
}

/// One administration that runs a node.
#[derive(Clone)]
pub struct Seat {
    /// Its code.
    pub code: Code,
    /// The administration's secret.
    pub administration: Secret,
    /// Its node's secret.
    pub node: Secret,
    /// What opens what is sealed for that node.
    pub sealing: SealingSecret,
    /// Its signed mandate, which lists that node.
    pub mandate: RawMandate,
}

impl std::fmt::Debug for Seat {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Seat({})", self.code)
    }
}

/// What the charter of a fixture says beside its defaults.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options<'a> {
    /// Whether the partner runs a node too.
    pub partner: bool,
    /// Administrations that the charter suspends.
    pub suspended: &'a [&'a str],
    /// Whether mandates list sealing keys.
    pub seals: bool,
}

impl Network {
    /// `running` administrations run a node each. The charter lists them, the regional office and a partner.
    #[must_use]
    pub fn new(running: usize, seed: u64) -> Self {
        Self::with(running, seed, Options::default())
    }

    /// As [`Network::new`], with options.
    #[must_use]
    pub fn with(running: usize, seed: u64, options: Options<'_>) -> Self {
        assert!((1..=CODES.len()).contains(&running), "a network of {running} administrations");
        let codes: Vec<Code> = CODES[..running].iter().map(|text| code(text)).collect();
        let charter = found(&codes, seed, &options);
        let network = charter.founds().expect("a genesis founds a network");
        let signatures = codes
            .iter()
            .take(KEYHOLDERS)
            .map(|code| CharterSignature::sign(&charter, &secret(seed, "administration", code), &network))
            .collect();
        let genesis = CharterFile { charter, signatures };
        let mut rules = Rules::found(genesis.clone()).expect("the fixture's genesis keeps every invariant");
        let runs = codes.into_iter().chain(options.partner.then(|| code(PARTNER)));
        let seats: Vec<Seat> =
            runs.map(|code| Seat::new(code, seed, (&network, genesis.charter.hash()), options.seals)).collect();
        for seat in &seats {
            rules.add_mandate(seat.mandate.clone()).expect("the fixture's mandate counts");
        }
        Self { genesis, rules, seats }
    }

    /// Its id.
    #[must_use]
    pub const fn id(&self) -> &NetworkId {
        self.rules.network()
    }

    /// The rules as a node holds them that has not received the mandates of `missing`.
    #[must_use]
    pub fn rules_without(&self, missing: &[&str]) -> Rules {
        let mut rules = Rules::found(self.genesis.clone()).expect("the fixture's genesis keeps every invariant");
        for seat in self.seats.iter().filter(|seat| !missing.contains(&seat.code.as_str())) {
            rules.add_mandate(seat.mandate.clone()).expect("the fixture's mandate counts");
        }
        rules
    }

    /// The administration with this code.
    #[must_use]
    pub fn seat(&self, code: &str) -> &Seat {
        self.seats.iter().find(|seat| seat.code.as_str() == code).expect("the administration runs a node")
    }

    /// A new log of this administration's node.
    #[must_use]
    pub fn author(&self, code: &str, log: u64) -> Author {
        let seat = self.seat(code);
        Author {
            secret: seat.node.clone(),
            log: OwnLog::open(seat.node.node_key(), LogId::from_bytes(log.to_be_bytes()), None),
            network: *self.id(),
            charter: self.genesis.charter.hash(),
            mandate: seat.mandate.unverified().hash,
            clock: WRITTEN,
        }
    }
}

impl Seat {
    fn new(code: Code, seed: u64, (network, charter): (&NetworkId, CharterHash), seals: bool) -> Self {
        let administration = secret(seed, "administration", &code);
        let node = secret(seed, "node", &code);
        let material = blake3::derive_key("palabre fixtures sealing", node.node_key().as_bytes());
        let sealing = SealingSecret::from_seed(&material).expect("a secret is 32 bytes");
        let listed = seals.then(|| v1::SealingKey { suite: SUITE.to_owned(), key: sealing.public().to_bytes() });
        let message = v1::Mandate {
            administration: code.to_string(),
            number: 1,
            charter: charter.as_bytes().to_vec(),
            written: WRITTEN.0,
            nodes: vec![v1::MandatedNode {
                key: node.node_key().as_bytes().to_vec(),
                label: format!("{code} 1"),
                sealing: listed.into_iter().collect(),
                ..v1::MandatedNode::default()
            }],
            ..v1::Mandate::default()
        };
        let mandate = RawMandate::parse(RawMandate::sign(&message, &administration, network))
            .expect("the fixture's mandate is well formed");
        Self { code, administration, node, sealing, mandate }
    }
}

/// Writes the entries of one log.
#[derive(Clone)]
pub struct Author {
    /// The node's secret.
    pub secret: Secret,
    /// The log being written.
    pub log: OwnLog,
    /// The network that signatures are made for.
    pub network: NetworkId,
    /// The charter revision that entries cite.
    pub charter: CharterHash,
    /// The mandate that entries cite.
    pub mandate: MandateHash,
    /// The author's clock: goes on by a second with each entry.
    pub clock: Millis,
}

impl Author {
    /// Signs the next entry, public and routine.
    pub fn write(&mut self, payload: Vec<u8>, place: u64, attachments: Vec<Attachment>) -> Entry {
        let draft = Draft {
            payload,
            place,
            priority: Priority::Routine,
            audience: Audience::Public,
            attachments,
            charter: self.charter,
            mandate: self.mandate,
            clock: self.clock,
        };
        self.clock = self.clock.plus(1000);
        self.log.write(draft, &self.secret, &self.network)
    }
}

/// A node's storage in memory: state and records.
#[derive(Clone, Debug, Default)]
pub struct MapStorage {
    /// The pairs.
    pub state: MapState,
    /// The records, in order of arrival; the offset of a [`Position`] is the index here.
    pub records: Vec<Vec<u8>>,
    /// Small attachments held.
    pub attachments: BTreeMap<ContentHash, Vec<u8>>,
}

impl MapStorage {
    /// Records an entry.
    pub fn append(&mut self, entry: &Entry) -> Position {
        self.records.push(Record::Entry(Box::new(entry.clone())).encode());
        Position { segment: 1, offset: self.records.len() as u64 - 1 }
    }
}

impl State for MapStorage {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StateError> {
        self.state.get(key)
    }

    fn put(&mut self, key: Vec<u8>, value: Vec<u8>) -> Result<(), StateError> {
        self.state.put(key, value)
    }

    fn remove(&mut self, key: &[u8]) -> Result<(), StateError> {
        self.state.remove(key)
    }

    fn scan(&self, prefix: &[u8], after: Option<&[u8]>, limit: usize) -> Result<Vec<Pair>, StateError> {
        self.state.scan(prefix, after, limit)
    }
}

impl Storage for MapStorage {
    fn record(&self, at: Position) -> Result<Option<Vec<u8>>, StateError> {
        Ok(usize::try_from(at.offset).ok().and_then(|index| self.records.get(index)).cloned())
    }

    fn holds_attachment(&self, hash: &ContentHash) -> bool {
        self.attachments.contains_key(hash)
    }

    fn small_attachment(&self, hash: &ContentHash) -> Option<Vec<u8>> {
        self.attachments.get(hash).cloned()
    }
}

/// The secret that a seed gives to somebody, as administration or as node.
#[must_use]
pub fn secret(seed: u64, role: &str, code: &Code) -> Secret {
    let material = format!("{seed}/{role}/{code}");
    Secret::from_seed(&blake3::derive_key("palabre fixtures secret", material.as_bytes()))
}

fn found(running: &[Code], seed: u64, options: &Options<'_>) -> Charter {
    let office = code("BRRC");
    let partner = code(PARTNER);
    let mut listed = running.to_vec();
    if !listed.contains(&office) {
        listed.push(office.clone());
    }
    listed.push(partner);
    let keys = listed.iter().map(|code| (code.clone(), secret(seed, "administration", code).administration_key()));
    let charter = template(&listed, running, &office).found(&keys.collect(), WRITTEN).expect("the fixture's charter");
    if options.suspended.is_empty() {
        return charter;
    }
    let mut message = v1::Charter::decode(charter.bytes()).expect("a charter decodes");
    for administration in &mut message.administrations {
        administration.suspended = options.suspended.contains(&administration.code.as_str());
    }
    Charter::parse(&message.encode_to_vec()).expect("the fixture's charter")
}

fn template(listed: &[Code], running: &[Code], office: &Code) -> Template {
    let members: Vec<Code> = running.iter().filter(|code| *code != office).cloned().collect();
    let leader = &members[0];
    let holder = |kind, administration: &Code| Holder { kind, administration: administration.clone() };
    let mut offices = vec![holder(OfficeKind::Presidency, leader), holder(OfficeKind::Secretariat, leader)];
    offices.extend(members.iter().skip(1).take(2).map(|code| holder(OfficeKind::Assessor, code)));
    let seats = |id: &str| Seats {
        id: id.to_owned(),
        names: names(id),
        host: leader.clone(),
        members: members.iter().take(5).cloned().collect(),
    };
    Template {
        name: names("Essai"),
        review_by: "2029-01-01".to_owned(),
        threshold: Threshold::Share(Share::TwoThirds),
        keyholders: running.iter().take(KEYHOLDERS).cloned().collect(),
        allowance: Allowance { entries: 20_000, bytes: 256 << 20, urgent: 200 },
        administrations: listed.iter().map(|code| participant(code, office)).collect(),
        offices,
        commissions: ["governance", "solutions", "collaboration"].map(seats).to_vec(),
    }
}

fn participant(code: &Code, office: &Code) -> Participant {
    let kind = match code.as_str() {
        PARTNER => AdministrationKind::Partner,
        _ if code == office => AdministrationKind::RegionalOffice,
        _ => AdministrationKind::Member,
    };
    Participant {
        code: code.clone(),
        kind,
        names: names(code.as_str()),
        languages: vec!["fr".to_owned()],
        capital: code.to_string(),
        latitude: 5.345,
        longitude: -4.024,
    }
}

fn names(text: &str) -> Names {
    Names { fr: text.to_owned(), en: text.to_owned(), pt: text.to_owned() }
}

fn code(text: &str) -> Code {
    text.parse().expect("a code of the fixtures")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::charter::Standing;

    #[test]
    fn every_number_of_administrations_makes_a_network_that_stands() {
        for running in 1..=CODES.len() {
            let network = Network::new(running, 1);
            assert_eq!(network.rules.admitted().count(), running);
        }
        assert_ne!(Network::new(3, 1).id(), Network::new(3, 2).id());
        assert_eq!(Network::new(3, 1).id(), Network::new(3, 1).id());
    }

    #[test]
    fn entries_of_the_fixtures_have_the_standing_that_is_asked_for() {
        let network = Network::with(3, 1, Options { partner: true, suspended: &["GH"], ..Options::default() });
        let without = network.rules_without(&["SN"]);
        let standing = |rules: &Rules, code| {
            let entry = network.author(code, 1).write(b"payload".to_vec(), 0, Vec::new());
            match rules.standing(entry.header(), &|_, _| Ok(None)).unwrap() {
                Standing::Acts { kind, .. } => Ok(kind),
                Standing::Suspended => Err("suspended"),
                Standing::Unknown => Err("unknown"),
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(standing(&network.rules, PARTNER), Ok(AdministrationKind::Partner));
        assert_eq!(standing(&network.rules, "GH"), Err("suspended"));
        assert_eq!(standing(&network.rules, "SN"), Ok(AdministrationKind::Member));
        assert_eq!(standing(&without, "SN"), Err("unknown"));
    }
}
