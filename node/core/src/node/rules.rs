//! Charter revisions, their signatures and mandates between neighbours: a union, judged by keyholders' and
//! administrations' keys alone, whoever carries them.

use std::collections::BTreeMap;

use palabre_proto::Message;
use palabre_proto::v1::{self, sync_frame::Body};

use super::event::{Effect, Fault, HandedIn, RuleError, Ticket, WriteError};
use super::intake::Batch;
use super::{Hashes, Node};
use crate::charter::{Charter, CharterFile, CharterSignature, RawMandate, Rules};
use crate::id::{CharterHash, LogName, NodeKey};
use crate::ledger::Record;
use crate::registers;
use crate::state::{Position, State, StateError, Storage, scan_all};
use crate::sync::session::Digest;
use crate::time::Moment;

/// Keys of the index under which the positions of recorded rules are.
const RECORDED: &[u8] = b"c";
/// Key of the index under which stands what governed when the registers were folded.
const FOLDED_UNDER: &[u8] = b"u";
/// Bytes of rules after which a frame is closed: with the largest charter behind them they still fit into one.
const FRAME_BYTES: usize = 48 * 1024;

/// Rules from anywhere, parsed and not judged.
#[derive(Default)]
struct Gathered {
    charters: Vec<Charter>,
    signatures: BTreeMap<CharterHash, Vec<CharterSignature>>,
    mandates: Vec<RawMandate>,
    /// What is wrong with the others.
    refused: Vec<RuleError>,
}

impl Gathered {
    fn parse(message: &v1::Rules) -> Self {
        let mut gathered = Self::default();
        for bytes in &message.charters {
            match Charter::parse(bytes) {
                Ok(charter) => gathered.charters.push(charter),
                Err(error) => gathered.refused.push(error.into()),
            }
        }
        for signature in &message.signatures {
            match CharterSignature::parse(signature) {
                Ok(signature) => gathered.signatures.entry(signature.subject).or_default().push(signature),
                Err(error) => gathered.refused.push(error.into()),
            }
        }
        for mandate in &message.mandates {
            match RawMandate::parse(mandate.clone()) {
                Ok(mandate) => gathered.mandates.push(mandate),
                Err(error) => gathered.refused.push(error.into()),
            }
        }
        gathered
    }

    /// Rules as they were recorded: judged when they came.
    fn add_recorded(&mut self, record: Record) {
        match record {
            Record::Charter(bytes) => self.charters.extend(Charter::parse(&bytes).ok()),
            Record::Signature(signature) => self.signatures.entry(signature.subject).or_default().push(signature),
            Record::Mandate(mandate) => self.mandates.push(mandate),
            Record::Entry(_) | Record::Fork(_) | Record::Mended(_) | Record::Opened(_) => {}
        }
    }

    /// Unites them with what is held, each after what it follows; what is new, as records.
    fn unite(mut self, rules: &mut Rules) -> (Vec<Record>, HandedIn) {
        let (mut records, mut handed) = (Vec::new(), HandedIn { refused: self.refused, ..HandedIn::default() });
        self.charters.sort_by_key(Charter::order);
        for charter in self.charters {
            let (hash, bytes) = (charter.hash(), charter.bytes().to_vec());
            let signatures = self.signatures.remove(&hash).unwrap_or_default();
            match rules.join(CharterFile { charter, signatures }) {
                Ok(joined) => {
                    if joined.revision {
                        handed.revisions.push(hash);
                        records.push(Record::Charter(bytes));
                    }
                    handed.signatures += joined.signatures.len();
                    records.extend(joined.signatures.into_iter().map(Record::Signature));
                }
                Err(error) => handed.refused.push(error.into()),
            }
        }
        for signature in self.signatures.into_values().flatten() {
            if rules.add_signature(&signature) {
                handed.signatures += 1;
                records.push(Record::Signature(signature));
            }
        }
        self.mandates.sort_by_key(|mandate| mandate.unverified().number);
        for mandate in self.mandates {
            match rules.add_mandate(mandate.clone()) {
                Ok(true) => {
                    handed.mandates.push(mandate.unverified().hash);
                    records.push(Record::Mandate(mandate));
                }
                Ok(false) => {}
                Err(error) => handed.refused.push(error.into()),
            }
        }
        (records, handed)
    }
}

impl Node {
    /// Sends all that is held, once for each state of it.
    pub(super) fn send_rules(&mut self, peer: NodeKey, mine: Digest, out: &mut Vec<Effect>) {
        let Some(session) = self.sessions.get_mut(&peer) else { return };
        if session.sent_rules.replace(mine.rules) == Some(mine.rules) {
            return;
        }
        for frame in self.rules_in_frames() {
            self.send(peer, Body::Rules(frame), out);
        }
    }

    /// All that is held, each after what it follows: a revision together with its signatures.
    fn rules_in_frames(&self) -> Vec<v1::Rules> {
        let mut frames = vec![v1::Rules::default()];
        let mut add = |part: &dyn Fn(&mut v1::Rules)| {
            if frames.last().is_none_or(|frame| frame.encoded_len() >= FRAME_BYTES) {
                frames.push(v1::Rules::default());
            }
            if let Some(frame) = frames.last_mut() {
                part(frame);
            }
        };
        let revisions = self.rules.revisions();
        for charter in revisions.all() {
            add(&|frame| {
                frame.charters.push(charter.bytes().to_vec());
                frame.signatures.extend(revisions.signatures_of(&charter.hash()).map(CharterSignature::to_message));
            });
        }
        for mandate in self.rules.signed_mandates() {
            add(&|frame| frame.mandates.push(mandate.clone()));
        }
        frames
    }

    /// Takes in the rules of a peer, whoever carries them. What counts of them counts, whatever comes beside it.
    pub(super) fn their_rules(&mut self, message: &v1::Rules, now: Moment, out: &mut Vec<Effect>) -> Result<(), Fault> {
        let (records, handed) = Gathered::parse(message).unite(&mut self.rules);
        self.record_rules(records, Batch::default(), now, out);
        let fault = handed.refused.into_iter().find(|error| !error.is_honest());
        fault.map_or(Ok(()), |error| Err(error.into()))
    }

    /// Takes in rules from a file. They are acknowledged once they are durable.
    pub(super) fn hand_in(&mut self, ticket: Ticket, message: &v1::Rules, now: Moment, out: &mut Vec<Effect>) {
        if !self.unrecorded.is_empty() {
            // Some of it may be held and not be on the disk yet.
            out.push(Effect::Refused { ticket, reason: WriteError::Disk });
            return;
        }
        let (records, handed) = Gathered::parse(message).unite(&mut self.rules);
        if records.is_empty() {
            out.push(Effect::HandedIn { ticket, handed });
            return;
        }
        self.record_rules(records, Batch { handed: Some((ticket, handed)), ..Batch::default() }, now, out);
    }

    /// What is new goes to the disk; who may connect follows at once.
    fn record_rules(&mut self, records: Vec<Record>, batch: Batch, now: Moment, out: &mut Vec<Effect>) {
        if records.is_empty() {
            return;
        }
        self.digest = None;
        self.rules_are_noted = false;
        self.append(records.clone(), Batch { rules: records, ..batch }, out);
        out.push(self.admit(now));
    }

    /// Goes on with rules that the disk has refused: they count here, and no peer will send them again.
    pub(super) fn record_again(&mut self, now: Moment, out: &mut Vec<Effect>) {
        if !self.intake.is_refused(now) {
            let records = std::mem::take(&mut self.unrecorded);
            self.record_rules(records, Batch::default(), now, out);
        }
    }

    /// Rules are few: the index keeps where they are recorded, and they are read again at each start.
    pub(super) fn remember_rule<S: State>(
        storage: &mut S,
        record: &Record,
        position: Position,
    ) -> Result<(), StateError> {
        let name = blake3::hash(&record.encode());
        storage.put([RECORDED, name.as_bytes().as_slice()].concat(), position.to_bytes().to_vec())
    }

    /// Reads the rules that the index knows of, once it is loaded, and takes those that `tail` holds: the records of the
    /// segments that the index does not count, entries left out. By all of them the tail is folded, once.
    pub fn load_rules<S: Storage>(&mut self, storage: &mut S, tail: Vec<Record>) -> Result<(), StateError> {
        self.read_rules(storage, tail)?;
        self.load_ring(storage)?;
        if storage.get(FOLDED_UNDER)?.is_none() && registers::is_empty(storage)? {
            // A new index: what is folded from here on need not be folded again.
            storage.put(FOLDED_UNDER.to_vec(), self.rules.governing_digest().to_vec())?;
        }
        Ok(())
    }

    /// The segments' tail has been replayed: the rules in it count, and what was folded without them is folded anew.
    pub fn replayed<S: Storage>(&mut self, storage: &mut S) -> Result<(), StateError> {
        self.read_rules(storage, Vec::new())?;
        self.fold_under_rules(storage)
    }

    /// Before anything is folded: rules may govern by now of which the disk does not know yet. Should the node stop before it
    /// does, everything is folded anew.
    pub(super) fn note_before_folding<S: State>(&mut self, storage: &mut S) -> Result<(), StateError> {
        if std::mem::replace(&mut self.rules_are_noted, true) {
            return Ok(());
        }
        match storage.get(FOLDED_UNDER)? {
            Some(noted) if noted != self.rules.governing_digest() => storage.remove(FOLDED_UNDER),
            _ => Ok(()),
        }
    }

    fn read_rules<S: Storage>(&mut self, storage: &S, tail: Vec<Record>) -> Result<(), StateError> {
        let mut gathered = Gathered::default();
        for (_, value) in scan_all(storage, RECORDED)? {
            let Some(bytes) = Position::from_bytes(&value).map(|at| storage.record(at)).transpose()?.flatten() else {
                continue;
            };
            if let Ok(record) = Record::verify(&bytes, &self.network) {
                gathered.add_recorded(record);
            }
        }
        for record in tail {
            gathered.add_recorded(record);
        }
        // What is on disk was judged when it came; what does not count any more is of no consequence.
        drop(gathered.unite(&mut self.rules));
        self.know_keys();
        Ok(())
    }

    /// Folds the registers anew when they were folded while other rules governed.
    pub fn fold_under_rules<S: Storage>(&mut self, storage: &mut S) -> Result<(), StateError> {
        let forked: Vec<LogName> = self.ledger.forked().collect();
        for log in &forked {
            self.stand_by_checkpoint(storage, log)?;
        }
        let governing = self.rules.governing_digest();
        if storage.get(FOLDED_UNDER)?.as_deref() == Some(&governing) {
            return Ok(());
        }
        let changes = registers::refold_all(storage, self.reader())?;
        self.follow(storage, changes)?;
        self.hashes = Hashes::Behind;
        storage.put(FOLDED_UNDER.to_vec(), governing.to_vec())
    }
}
