//! Proofs of key: which keyholder had its key when (`docs/design.md` §4).
//!
//! * Whoever may act carries one. It counts when the key signed it that the charter gives the administration, which is a
//!   keyholder.
//! * It counts from no later than its carrier's clock: who signs with a clock that runs ahead proves nothing for the future.
//!
//! | suffix | value |
//! |---|---|
//! | `p` | `FoldedProof` |

use std::collections::BTreeMap;

use palabre_proto::{Message, v1};

use super::Register;
use super::cause::Cause;
use super::fold::RegisterRules;
use super::keys;
use super::pairs::Pairs;
use super::void::{Refusal, VoidReason};
use crate::acts::KeyProof;
use crate::charter::Charter;
use crate::id::{AdministrationKey, Code, EntryId};
use crate::state::{State, StateError, scan_all};
use crate::time::Millis;

/// Keyholders prove their key yearly: after so many milliseconds a proof is overdue.
pub const YEAR: u64 = 365 * 24 * 60 * 60 * 1000;

const PROOF: &[u8] = b"p";

impl RegisterRules for KeyProof {
    fn may(&self, _: &Pairs, cause: &Cause<'_>) -> Result<(), Refusal> {
        let charter = cause.actor.charter;
        let key = key_of(charter, &self.administration).ok_or(VoidReason::NotAllowed)?;
        self.check(&key, cause.actor.network).map_err(|_| VoidReason::OtherKey.into())
    }

    /// What it says is signed by the keyholder itself.
    fn may_uphold(&self, object: &Pairs, cause: &Cause<'_>, _: &Code) -> Result<(), Refusal> {
        self.may(object, cause)
    }

    fn apply(&self, object: &mut Pairs, cause: &Cause<'_>, _: EntryId) -> Result<(), Refusal> {
        let key = key_of(cause.actor.charter, &self.administration).ok_or(VoidReason::NotAllowed)?;
        let administration = self.administration.to_string();
        let at = self.at.min(cause.clock).0;
        let folded = v1::FoldedProof { administration, key: key.as_bytes().to_vec(), at };
        object.put(PROOF.to_vec(), folded.encode_to_vec());
        Ok(())
    }
}

/// The key of a keyholder.
fn key_of(charter: &Charter, code: &Code) -> Option<AdministrationKey> {
    charter.administration(code).filter(|_| charter.keyholders.contains(code)).and_then(|a| a.key)
}

/// When each keyholder of `charter` last proved the key that it has there.
pub fn last(state: &impl State, charter: &Charter) -> Result<BTreeMap<Code, Millis>, StateError> {
    let mut last: BTreeMap<Code, Millis> = BTreeMap::new();
    for (listed, _) in scan_all(state, &keys::listing_prefix(Register::Proofs))? {
        let object = Pairs::load(state, &keys::listed(state, &listed)?)?;
        let Some(value) = object.get(PROOF) else { continue };
        let (code, key, at) = object.decode(value, |folded: &v1::FoldedProof| {
            let key = AdministrationKey::try_from(folded.key.as_slice()).ok()?;
            Some((folded.administration.parse::<Code>().ok()?, key, Millis(folded.at)))
        })?;
        if key_of(charter, &code) == Some(key) {
            let known = last.entry(code).or_insert(at);
            *known = at.max(*known);
        }
    }
    Ok(last)
}
