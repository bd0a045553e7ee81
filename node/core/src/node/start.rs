//! From disk to a running node: the index is loaded, the segments' tail is folded, the own log is chosen.

use std::collections::{BTreeMap, VecDeque};

use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};

use super::allowance::Allowances;
use super::conduct::Conducts;
use super::fetch::Fetches;
use super::gossip::Announced;
use super::intake::{Batch, Intake};
use super::neighbours::Neighbours;
use super::sealing::Sealing;
use super::want::Wants;
use super::{Effect, Hashes, Link, Node};
use crate::charter::Rules;
use crate::id::{EntryId, LogId, LogName, NodeKey};
use crate::keys::{KnownKeys, Secret};
use crate::ledger::book::{self, Verdict};
use crate::ledger::{Entry, Ledger, OwnLog, Record};
use crate::seal::{Ring, SealingSecret};
use crate::state::{Position, State, StateError, Storage};
use crate::time::{Millis, Moment, Steady};

/// Who the node is.
pub struct Identity {
    /// The node's key.
    pub secret: Secret,
    /// What opens grants for it: the key that its mandate lists, and former ones. None: it reads what is public.
    pub sealing: Vec<SealingSecret>,
    /// Randomness for log ids, audience keys and choices; a new one at every start.
    pub seed: [u8; 32],
    /// How it behaves towards its link.
    pub link: Link,
    /// Addresses of nodes from the configuration.
    pub peers: BTreeMap<NodeKey, Vec<String>>,
}

/// What the disk told at the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// The own log may go further than what is on disk: the index was lost after an unclean stop, the segments end before
    /// the head that it knew, or a record is damaged. Then a new log is opened (`docs/design.md` §3).
    pub tail_doubtful: bool,
}

impl Node {
    /// A node whose index is loaded. Its rules follow by [`Node::load_rules`], the segments' tail by [`Node::replay`] for
    /// each record and [`Node::replayed`], then [`Node::begin`].
    pub fn load<S: Storage>(storage: &S, rules: Rules, identity: Identity) -> Result<Self, StateError> {
        let key = identity.secret.node_key();
        let network = *rules.network();
        let mut rng = ChaCha20Rng::from_seed(identity.seed);
        let own = OwnLog::open(key, draw(&mut rng), None);
        let mut node = Self {
            key,
            network,
            ledger: Ledger::load(storage, &network)?,
            neighbours: Neighbours::new(key, identity.link, identity.peers, rng.next_u64()),
            secret: identity.secret,
            rules,
            keys: KnownKeys::default(),
            sealing: Sealing::new(Ring::new(network, identity.sealing)),
            beside: false,
            unverified: VecDeque::new(),
            own,
            own_is_recorded: false,
            rng,
            intake: Intake::default(),
            sessions: BTreeMap::new(),
            wants: Wants::default(),
            announced: Announced::default(),
            fetches: Fetches::default(),
            conducts: Conducts::default(),
            allowances: Allowances::load(storage)?,
            admitted_at: Moment::default(),
            steady: Steady::default(),
            digest: None,
            hashes: Hashes::Behind,
            behind_since: None,
            rules_are_noted: false,
            unrecorded: Vec::new(),
        };
        node.know_keys();
        Ok(node)
    }

    /// What peers deliver is handed out by [`Effect::Verify`] from now on, and the node goes on meanwhile.
    pub fn verify_beside(&mut self) {
        self.beside = true;
    }

    /// The rules have changed: these nodes sign from now on.
    pub(super) fn know_keys(&mut self) {
        self.keys.replace(self.rules.admitted().map(|(node, _)| node.key));
        self.sealing.stir(self.rules.authors().copied());
    }

    /// Folds one record of the segments that the index has not folded yet.
    pub fn replay<S: Storage>(
        &mut self,
        storage: &mut S,
        record: &Record,
        position: Position,
    ) -> Result<(), StateError> {
        match record {
            Record::Entry(entry) => self.replay_entry(storage, entry, position),
            Record::Fork(proof) => {
                self.note_before_folding(storage)?;
                let lost = self.ledger.add_fork(storage, proof, position)?;
                self.lose(storage, &lost)?;
                self.stand_by_checkpoint(storage, &proof.log())
            }
            Record::Charter(_) | Record::Signature(_) | Record::Mandate(_) => {
                Self::remember_rule(storage, record, position)
            }
            Record::Opened(log) => Self::note_opened(storage, *log),
            Record::Mended(_) => Ok(()),
        }
    }

    fn replay_entry<S: Storage>(
        &mut self,
        storage: &mut S,
        entry: &Entry,
        position: Position,
    ) -> Result<(), StateError> {
        match self.ledger.judge(storage, entry)? {
            // What is on disk counts, however far ahead.
            Verdict::Next | Verdict::Ahead | Verdict::TooFarAhead => {
                let effective = self.fold(storage, entry, position)?;
                self.want_attachments(storage, entry, &effective)?;
                self.advance_branch(storage, &entry.header().log_name())
            }
            Verdict::Named => self.named_durable(storage, entry, position),
            Verdict::Held => self.ledger.relocate(storage, entry, position),
            Verdict::Conflict(_) | Verdict::Parted | Verdict::Frozen => self.ledger.set_aside(storage, entry, position),
        }
    }

    /// Chooses the own log and says who may connect.
    ///
    /// The log that goes on is the one that was opened last on this disk. Which own entries are held does not tell: those
    /// of an earlier log may have come back from peers, and not all of them yet.
    pub fn begin<S: Storage>(&mut self, storage: &S, facts: Facts, now: Millis) -> Result<Vec<Effect>, StateError> {
        let now = self.steady.advance(now);
        self.neighbours.begin(now);
        let mut out = vec![self.admit(now)];
        let opened = storage.get(OPENED)?.and_then(|log| LogId::try_from(log.as_slice()).ok());
        let name = opened.map(|log| LogName { author: self.key, log });
        match name.filter(|name| !facts.tail_doubtful && !self.is_broken(name)) {
            Some(name) => {
                self.own = match self.ledger.heads().get(&name) {
                    Some(head) => OwnLog::resume(name, head),
                    None => OwnLog::open(self.key, name.log, self.last_own(storage)?),
                };
                self.own_is_recorded = true;
            }
            None => self.open_new_log(storage, &mut out)?,
        }
        Ok(out)
    }

    /// Whether an own log cannot be continued: forked, or with a gap behind which entries are held.
    fn is_broken(&self, log: &LogName) -> bool {
        self.ledger.forked_from(log).is_some() || self.ledger.ahead().any(|(ahead, ..)| ahead == *log)
    }

    /// The own head that was recorded last.
    fn last_own<S: Storage>(&self, storage: &S) -> Result<Option<EntryId>, StateError> {
        let mut last: Option<(Position, EntryId)> = None;
        for (log, head) in self.ledger.logs_of(self.key) {
            let Some(located) = book::locate(storage, log, head.sequence)? else { continue };
            last = last.max(Some((located.position, located.id)));
        }
        Ok(last.map(|(_, id)| id))
    }

    /// Opens a new own log: peers may hold entries of the present one that are unknown here.
    pub(super) fn open_new_log<S: Storage>(&mut self, storage: &S, out: &mut Vec<Effect>) -> Result<(), StateError> {
        self.own = OwnLog::open(self.key, draw(&mut self.rng), self.last_own(storage)?);
        self.own_is_recorded = false;
        self.append(vec![Record::Opened(self.own.name().log)], Batch::default(), out);
        Ok(())
    }

    /// The record of the log that the node writes is durable.
    pub(super) fn note_opened<S: State>(storage: &mut S, log: LogId) -> Result<(), StateError> {
        storage.put(OPENED.to_vec(), log.as_bytes().to_vec())
    }

    /// Who may connect and is dialled: those whom the rules admit, without those who are left alone for what they did.
    pub(super) fn admit(&mut self, now: Moment) -> Effect {
        let mut keys: Vec<NodeKey> =
            self.rules.admitted().map(|(node, _)| node.key).filter(|key| *key != self.key).collect();
        self.neighbours.admit(keys.clone());
        keys.retain(|key| !self.conducts.is_paused(key, now));
        self.know_keys();
        Effect::Admit(keys)
    }
}

/// Key of the index under which the log is that was opened last.
const OPENED: &[u8] = b"l";

fn draw(rng: &mut ChaCha20Rng) -> LogId {
    let mut bytes = [0; LogId::LEN];
    rng.fill_bytes(&mut bytes);
    LogId::from_bytes(bytes)
}
