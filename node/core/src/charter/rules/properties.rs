//! All nodes agree: whatever revisions, signatures and mandates there are, in whatever order and pieces they come, the
//! same govern and every entry has the same standing.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::sample::Index;

use super::*;
use crate::acts::{Act, DocumentAct, Kind};
use crate::charter::{Ends, NodeCutoff};
use crate::fixtures::charters::{cutoff, re_key, revision_after, rotate};
use crate::fixtures::documents::{content, version};
use crate::fixtures::{Author, Network, Seat};
use crate::keys::Secret;
use crate::ledger::{Entry, Head, OwnLog};

const HOLDERS: [&str; 7] = ["CI", "SN", "GH", "CV", "BRRC", "BF", "BJ"];
/// Who loses something.
const LOSERS: [&str; 2] = ["SN", "GH"];
/// Entries of each log.
const ENTRIES: usize = 4;
/// Entries of the other branch of each log, the first of which they have in common.
const FORGED: usize = 3;

/// What somebody signs.
#[derive(Clone, Debug)]
pub(crate) enum Deed {
    /// A revision after one that there is.
    Revise { after: Index, change: Change, signers: u8 },
    /// A decision between all that were signed after one.
    Settle { after: Index, signers: u8 },
    /// A mandate after one that there is, by the old key or by the new one.
    Mandate { of: Index, after: Index, charter: Index, nodes: u8, cut: Option<Index>, new_key: bool },
}

#[derive(Clone, Debug)]
pub(crate) enum Change {
    Rename(u8),
    Rotate { who: Index, cut: Index, mandate: Index },
    Suspend { who: Index, cut: Index, mandate: Index },
    ReKey { who: Index, cut: Index, mandate: Index },
    Checkpoint { who: Index, at: Index, mandate: Index },
}

pub(crate) fn deed() -> impl Strategy<Value = Deed> {
    let who = || (any::<Index>(), any::<Index>(), any::<Index>());
    let change = prop_oneof![
        any::<u8>().prop_map(Change::Rename),
        who().prop_map(|(who, cut, mandate)| Change::Rotate { who, cut, mandate }),
        who().prop_map(|(who, cut, mandate)| Change::Suspend { who, cut, mandate }),
        who().prop_map(|(who, cut, mandate)| Change::ReKey { who, cut, mandate }),
        who().prop_map(|(who, at, mandate)| Change::Checkpoint { who, at, mandate }),
    ];
    // Most revisions find enough signers, some just not.
    let signers = || prop_oneof![4 => Just(0x7f_u8), 2 => any::<u8>()];
    let mandate = (any::<Index>(), any::<Index>(), any::<Index>(), any::<u8>(), any::<Option<Index>>(), any::<bool>());
    prop_oneof![
        4 => (any::<Index>(), change, signers()).prop_map(|(after, change, signers)| Deed::Revise { after, change, signers }),
        1 => (any::<Index>(), signers()).prop_map(|(after, signers)| Deed::Settle { after, signers }),
        3 => mandate.prop_map(|(of, after, charter, nodes, cut, new_key)| {
            Deed::Mandate { of, after, charter, nodes, cut, new_key }
        }),
    ]
}

/// All that has been signed, in pieces as they may travel.
pub(crate) struct World {
    pub(crate) network: Network,
    charters: Vec<Charter>,
    mandates: BTreeMap<&'static str, Vec<Mandate>>,
    pub(crate) entries: BTreeMap<&'static str, Vec<Entry>>,
    pub(crate) pieces: Vec<Piece>,
}

#[derive(Clone, Debug)]
pub(crate) enum Piece {
    Charter(CharterFile),
    Mandate(RawMandate),
}

impl World {
    pub(crate) fn of(deeds: &[Deed]) -> Self {
        let network = Network::new(9, 1);
        let write = |code: &'static str| {
            let mut author = network.author(code, 1);
            let mut entries = vec![publish(&mut author, code)];
            // Whoever has the node's key writes another branch, which a checkpoint may name.
            let mut thief = author.clone();
            entries.extend((1..ENTRIES).map(|number| publish(&mut author, &format!("{code} {number}"))));
            entries.extend((1..FORGED).map(|number| publish(&mut thief, &format!("{code} faux {number}"))));
            (code, entries)
        };
        let first = |code: &'static str| (code, vec![network.seat(code).mandate.unverified().clone()]);
        let mut world = Self {
            charters: vec![network.genesis.charter.clone()],
            mandates: LOSERS.map(first).into(),
            entries: LOSERS.map(write).into(),
            pieces: Vec::new(),
            network,
        };
        for deed in deeds {
            world.add(deed);
        }
        world.write_late();
        world
    }

    fn add(&mut self, deed: &Deed) {
        match deed {
            Deed::Revise { after, change, signers } => {
                let before = after.get(&self.charters).clone();
                let next = revision_after(&before, |message| self.change(change, message));
                self.sign(next, *signers);
            }
            Deed::Settle { after, signers } => {
                let before = after.get(&self.charters).clone();
                let rivals = self.charters.iter().filter(|charter| charter.previous == Some(before.hash()));
                let settles: BTreeSet<_> = rivals.map(|charter| charter.hash().as_bytes().to_vec()).collect();
                if settles.len() > 1 {
                    self.sign(
                        revision_after(&before, |message| message.settles = settles.into_iter().collect()),
                        *signers,
                    );
                }
            }
            Deed::Mandate { of, after, charter, nodes, cut, new_key } => {
                let code = *of.get(&LOSERS);
                let before = after.get(&self.mandates[code]).clone();
                let mut seat: Seat = self.network.seat(code).clone();
                if *new_key {
                    seat.administration = new_key_of(code);
                }
                let own = seat.node.clone();
                let listed: Vec<Secret> = [own.clone(), node(1), node(2)]
                    .into_iter()
                    .enumerate()
                    .filter(|(bit, _)| nodes >> bit & 1 == 1)
                    .map(|(_, secret)| secret)
                    .collect();
                let drops = nodes & 1 == 0;
                let cutoffs: Vec<NodeCutoff> = cut
                    .filter(|_| drops)
                    .into_iter()
                    .map(|at| NodeCutoff { node: own.node_key(), logs: self.ends(code, at) })
                    .collect();
                let listed: Vec<&Secret> = listed.iter().collect();
                let raw = seat.mandate_after(&before, charter.get(&self.charters), &listed, &cutoffs, &self.network);
                self.mandates.get_mut(code).unwrap().push(raw.unverified().clone());
                self.pieces.push(Piece::Mandate(raw));
            }
        }
    }

    fn change(&self, change: &Change, message: &mut v1::Charter) {
        let lists = |who: &Index, at: &Index, mandate: &Index| {
            let code = *who.get(&LOSERS);
            (code, cutoff(code, Some(mandate.get(&self.mandates[code]).hash), self.ends(code, *at)))
        };
        match change {
            Change::Rename(name) => message.review_by = format!("2030-01-{:02}", 1 + name % 28),
            Change::Rotate { who, cut, mandate } => {
                let (code, list) = lists(who, cut, mandate);
                rotate(message, code, "CD");
                message.cutoffs = vec![list];
            }
            Change::Suspend { who, cut, mandate } => {
                let (code, list) = lists(who, cut, mandate);
                message.administrations.iter_mut().filter(|a| a.code == code).for_each(|a| a.suspended ^= true);
                message.cutoffs = vec![list];
            }
            Change::ReKey { who, cut, mandate } => {
                let (code, list) = lists(who, cut, mandate);
                re_key(message, code, &new_key_of(code));
                message.cutoffs = vec![list];
            }
            Change::Checkpoint { who, at, mandate } => {
                let code = *who.get(&LOSERS);
                let named = mandate.get(&self.mandates[code]);
                message.checkpoint = self.ends(code, *at).to_messages();
                message.mandate_checkpoint = vec![v1::MandateHead {
                    administration: code.to_owned(),
                    number: named.number,
                    hash: named.hash.as_bytes().to_vec(),
                }];
            }
        }
    }

    fn ends(&self, code: &str, at: Index) -> Ends {
        let entry = at.get(&self.entries[code]);
        Ends::of([(entry.header().log_name(), Head { sequence: entry.header().sequence, id: entry.id() })].into())
    }

    /// The revision comes in pieces, each with one signature.
    fn sign(&mut self, charter: Charter, signers: u8) {
        for (bit, code) in HOLDERS.iter().enumerate() {
            if signers >> bit & 1 == 1 {
                self.pieces.push(Piece::Charter(self.network.signed(&charter, &[code])));
            }
        }
        self.charters.push(charter);
    }

    /// Entries that cite any revision and any mandate that there is.
    fn write_late(&mut self) {
        for code in LOSERS {
            let seat = self.network.seat(code).clone();
            for secret in [seat.node.clone(), node(1)] {
                for (number, charter) in self.charters.iter().enumerate() {
                    for (further, mandate) in self.mandates[code].iter().enumerate() {
                        let mut author = self.network.author(code, 100 + 100 * number as u64 + further as u64);
                        author.log = OwnLog::open(secret.node_key(), author.log.name().log, None);
                        (author.secret, author.charter, author.mandate) =
                            (secret.clone(), charter.hash(), mandate.hash);
                        self.entries.get_mut(code).unwrap().push(publish(&mut author, "tard"));
                    }
                }
            }
        }
    }

    /// The rules of a node to whom the pieces came in this order, again and again as neighbours tell them.
    fn rules(&self, order: &[Piece]) -> Rules {
        let mut rules = self.network.rules.clone();
        loop {
            let before = rules.digest();
            for piece in order {
                match piece.clone() {
                    Piece::Charter(file) => drop(rules.join(file)),
                    Piece::Mandate(raw) => drop(rules.add_mandate(raw)),
                }
            }
            if rules.digest() == before {
                return rules;
            }
        }
    }

    fn standings(&self, rules: &Rules) -> Vec<String> {
        let ids: BTreeMap<_, _> = self
            .entries
            .values()
            .flatten()
            .map(|entry| ((entry.header().log_name(), entry.header().sequence), entry.id()))
            .collect();
        let id_at = |log: &LogName, at| Ok(ids.get(&(*log, at)).copied());
        let standing = |entry: &Entry| match rules.standing(entry.header(), &id_at).unwrap() {
            Standing::Acts { administration, kind, charter } => {
                format!("{administration} {kind:?} {:?}", charter.hash())
            }
            other => format!("{other:?}"),
        };
        self.entries.values().flatten().map(standing).collect()
    }
}

fn publish(author: &mut Author, title: &str) -> Entry {
    let act = Act::opening(Kind::Document(DocumentAct::Publish(version(title)))).unwrap();
    author.write(act.encode(), 0, content(title))
}

fn new_key_of(code: &str) -> Secret {
    Secret::from_seed(blake3::hash(code.as_bytes()).as_bytes())
}

fn node(number: u8) -> Secret {
    Secret::from_seed(&[number; 32])
}

/// What governs, for people.
fn told(rules: &Rules) -> String {
    let revisions: Vec<_> = rules.revisions().line().map(Charter::hash).collect();
    let disputed: Vec<_> = rules.revisions().disputed().map(Charter::hash).collect();
    let held: Vec<_> = rules.mandates().map(|mandate| (mandate.hash, rules.mandates.counts(mandate))).collect();
    let rivals: Vec<_> = rules.disputed_mandates().map(|mandate| mandate.hash).collect();
    format!("{revisions:?} disputed {disputed:?}, mandates {held:?} disputed {rivals:?}")
}

proptest! {
    #[test]
    fn all_nodes_agree_in_whatever_order_it_came(
        (deeds, seed) in (proptest::collection::vec(deed(), 1..14), any::<u64>())
    ) {
        let world = World::of(&deeds);
        let mut shuffled = world.pieces.clone();
        shuffled.sort_by_cached_key(|piece| {
            *blake3::keyed_hash(&[7; 32], format!("{seed}{piece:?}").as_bytes()).as_bytes()
        });
        let (one, other) = (world.rules(&world.pieces), world.rules(&shuffled));
        prop_assert_eq!(told(&one), told(&other));
        prop_assert_eq!(one.governing_digest(), other.governing_digest());
        prop_assert_eq!(one.digest(), other.digest());
        prop_assert_eq!(world.standings(&one), world.standings(&other));
    }
}
