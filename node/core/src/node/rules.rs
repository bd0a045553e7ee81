//! Charter revisions, their signatures and mandates between neighbours: a union, judged by keyholders' and
//! administrations' keys alone, whoever carries them.

use std::collections::BTreeMap;

use palabre_proto::Message;
use palabre_proto::v1::{self, sync_frame::Body};

use super::Node;
use super::event::{Effect, Fault};
use super::intake::Batch;
use crate::charter::{Charter, CharterFile, CharterSignature, MandateError, RawMandate, RevisionError, Rules};
use crate::id::{CharterHash, NodeKey};
use crate::ledger::Record;
use crate::registers;
use crate::state::{Position, State, StateError, Storage, scan_all};
use crate::sync::session::Digest;

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
}

impl Gathered {
    /// Unites them with what is held, each after what it follows; what is new, as records. What came before a fault
    /// counts all the same.
    fn unite(mut self, rules: &mut Rules, records: &mut Vec<Record>) -> Result<(), Fault> {
        self.charters.sort_by_key(|charter| charter.revision);
        for charter in std::mem::take(&mut self.charters) {
            let bytes = charter.bytes().to_vec();
            let signatures = self.signatures.remove(&charter.hash()).unwrap_or_default();
            match rules.join(CharterFile { charter, signatures }) {
                Ok(joined) => {
                    records.extend(joined.revision.then_some(Record::Charter(bytes)));
                    records.extend(joined.signatures.into_iter().map(Record::Signature));
                }
                Err(RevisionError::NotFollowing(_) | RevisionError::Crowded | RevisionError::Settles(_)) => {}
                Err(_) => return Err(Fault::Charter),
            }
        }
        for signature in self.signatures.into_values().flatten() {
            if rules.add_signature(&signature) {
                records.push(Record::Signature(signature));
            }
        }
        self.mandates.sort_by_key(|mandate| mandate.unverified().number);
        for mandate in self.mandates {
            match rules.add_mandate(mandate.clone()) {
                Ok(true) => records.push(Record::Mandate(mandate)),
                Ok(false) | Err(MandateError::NotFollowing { .. } | MandateError::TooManyMandates(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }
}

impl TryFrom<&v1::Rules> for Gathered {
    type Error = Fault;

    fn try_from(message: &v1::Rules) -> Result<Self, Fault> {
        let mut gathered = Self::default();
        for bytes in &message.charters {
            gathered.charters.push(Charter::parse(bytes).map_err(|_| Fault::Charter)?);
        }
        for signature in &message.signatures {
            let signature = CharterSignature::parse(signature).map_err(|_| Fault::Malformed("charter signature"))?;
            gathered.signatures.entry(signature.subject).or_default().push(signature);
        }
        for mandate in &message.mandates {
            gathered.mandates.push(RawMandate::parse(mandate.clone())?);
        }
        Ok(gathered)
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

    /// Takes in the rules of a peer, whoever carries them.
    pub(super) fn their_rules(&mut self, message: &v1::Rules, out: &mut Vec<Effect>) -> Result<(), Fault> {
        let mut records = Vec::new();
        let outcome = Gathered::try_from(message)?.unite(&mut self.rules, &mut records);
        self.record_rules(records, out);
        outcome
    }

    /// What is new goes to the disk; who may connect follows at once.
    fn record_rules(&mut self, records: Vec<Record>, out: &mut Vec<Effect>) {
        if records.is_empty() {
            return;
        }
        self.digest = None;
        self.append(records, Batch::default(), out);
        out.push(self.admit());
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

    /// Reads the rules that the index knows of, once it is loaded, and again when the segments' tail has been replayed.
    pub fn load_rules<S: Storage>(&mut self, storage: &S) -> Result<(), StateError> {
        let mut gathered = Gathered::default();
        for (_, value) in scan_all(storage, RECORDED)? {
            let Some(bytes) = Position::from_bytes(&value).map(|at| storage.record(at)).transpose()?.flatten() else {
                continue;
            };
            match Record::verify(&bytes, &self.network) {
                Ok(Record::Charter(bytes)) => gathered.charters.extend(Charter::parse(&bytes)),
                Ok(Record::Signature(s)) => gathered.signatures.entry(s.subject).or_default().push(s),
                Ok(Record::Mandate(mandate)) => gathered.mandates.push(mandate),
                _ => {}
            }
        }
        // What is on disk was judged when it came; what does not count any more is of no consequence.
        drop(gathered.unite(&mut self.rules, &mut Vec::new()));
        Ok(())
    }

    /// Folds the registers anew when they were folded while other rules governed.
    pub fn fold_under_rules<S: Storage>(&mut self, storage: &mut S) -> Result<(), StateError> {
        let governing = self.rules.governing_digest();
        if storage.get(FOLDED_UNDER)?.as_deref() == Some(&governing) {
            return Ok(());
        }
        registers::refold_all(storage, &self.rules)?;
        storage.put(FOLDED_UNDER.to_vec(), governing.to_vec())
    }
}
