//! The node's own acts: checked by the rules that every other node will apply, then signed, then made durable.

use super::Node;
use super::event::{Effect, Ticket, Write, WriteError};
use crate::acts::Act;
use crate::ledger::Draft;
use crate::ledger::header::{ATTACHMENTS_MAX, Audience, PAYLOAD_MAX};
use crate::registers::{self, Refusal};
use crate::state::{StateError, Storage};
use crate::time::Millis;

impl Node {
    /// Writes an act, or says why not; nothing is signed then.
    pub(super) fn write<S: Storage>(
        &mut self,
        storage: &S,
        ticket: Ticket,
        write: Write,
        clock: Millis,
        out: &mut Vec<Effect>,
    ) -> Result<(), StateError> {
        match self.draft(storage, write, clock)? {
            Ok(draft) => {
                let entry = self.own.write(draft, &self.secret, &self.network);
                self.take_own(entry, ticket, out);
            }
            Err(reason) => out.push(Effect::Refused { ticket, reason }),
        }
        Ok(())
    }

    fn draft<S: Storage>(
        &self,
        storage: &S,
        write: Write,
        clock: Millis,
    ) -> Result<Result<Draft, WriteError>, StateError> {
        let Some(mandate) = self.rules.mandate_of(&self.key) else { return Ok(Err(WriteError::NotMandated)) };
        if write.attachments.len() > ATTACHMENTS_MAX {
            return Ok(Err(WriteError::TooManyAttachments(write.attachments.len())));
        }
        let composed = match write.object {
            None => Act::opening(write.kind),
            Some(object) => {
                Act::on(object, &registers::before(storage, &object, &write.kind)?, write.kind).map(|(act, _)| act)
            }
        };
        let act = match composed {
            Ok(act) => act,
            Err(error) => return Ok(Err(WriteError::Act(error))),
        };
        let place = match registers::check(storage, &self.rules, &self.key, &act) {
            Ok(place) => place,
            Err(Refusal::Void(reason)) => return Ok(Err(WriteError::NotAllowed(reason))),
            Err(Refusal::Waits) => return Ok(Err(WriteError::Waits)),
            Err(Refusal::State(error)) => return Err(error),
        };
        let payload = act.encode();
        if payload.len() > PAYLOAD_MAX {
            return Ok(Err(WriteError::TooLarge(payload.len())));
        }
        Ok(Ok(Draft {
            payload,
            place,
            priority: write.priority,
            audience: Audience::Public,
            attachments: write.attachments,
            charter: self.rules.charter_hash(),
            mandate: mandate.hash,
            clock,
        }))
    }
}
