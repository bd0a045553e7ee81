//! Charter signatures and mandates between neighbours: a union, judged by the keys of the charter alone.

use palabre_proto::v1::{self, sync_frame::Body};

use super::Node;
use super::event::{Effect, Fault};
use super::intake::Batch;
use crate::charter::{CharterSignature, RawMandate};
use crate::id::NodeKey;
use crate::ledger::Record;
use crate::sync::session::Digest;
use crate::time::Moment;

impl Node {
    /// Sends all that is held, once for each state of it.
    pub(super) fn send_rules(&mut self, peer: NodeKey, mine: Digest, out: &mut Vec<Effect>) {
        let Some(session) = self.sessions.get_mut(&peer) else { return };
        if session.sent_rules.replace(mine.rules) == Some(mine.rules) {
            return;
        }
        let rules = v1::Rules {
            charters: vec![self.rules.charter().bytes().to_vec()],
            signatures: self.rules.signatures().map(CharterSignature::to_message).collect(),
            mandates: self.rules.signed_mandates().collect(),
        };
        self.send(peer, Body::Rules(rules), out);
    }

    /// Takes in the rules of a peer, whoever carries them. What came before a fault counts all the same.
    pub(super) fn their_rules(&mut self, message: &v1::Rules, now: Moment, out: &mut Vec<Effect>) -> Result<(), Fault> {
        if message.charters.iter().any(|bytes| bytes != self.rules.charter().bytes()) {
            return Err(Fault::Charter);
        }
        let mut records = Vec::new();
        let outcome = self.unite(message, &mut records);
        if !records.is_empty() {
            self.digest = None;
            self.append(records, Batch::default(), out);
            out.push(self.admit(now));
        }
        outcome
    }

    fn unite(&mut self, message: &v1::Rules, records: &mut Vec<Record>) -> Result<(), Fault> {
        for signature in &message.signatures {
            let signature = CharterSignature::parse(signature).map_err(|_| Fault::Malformed("charter signature"))?;
            if self.rules.add_signature(signature.clone()) {
                records.push(Record::Signature(signature));
            }
        }
        for mandate in &message.mandates {
            let mandate = RawMandate::parse(mandate.clone())?;
            if self.rules.add_mandate(mandate.clone())? {
                records.push(Record::Mandate(mandate));
            }
        }
        Ok(())
    }
}
