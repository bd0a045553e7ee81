//! The node's own acts: checked by the rules that every other node will apply, then signed, then made durable.

use super::Node;
use super::event::{Effect, Ticket, Write, WriteError};
use crate::acts::Act;
use crate::ledger::Draft;
use crate::ledger::header::{ATTACHMENTS_MAX, Audience, PAYLOAD_MAX};
use crate::registers::{self, Audience as Readers, Refusal};
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
        match self.draft(storage, write, clock, out)? {
            Ok(draft) => {
                let entry = self.own.write(draft, &self.secret, &self.network);
                self.take_own(entry, Some(ticket), out);
            }
            Err(reason) => out.push(Effect::Refused { ticket, reason }),
        }
        Ok(())
    }

    fn draft<S: Storage>(
        &mut self,
        storage: &S,
        write: Write,
        clock: Millis,
        out: &mut Vec<Effect>,
    ) -> Result<Result<Draft, WriteError>, StateError> {
        let Some(mandate) = self.rules.mandate_of(&self.key).map(|mandate| mandate.hash) else {
            return Ok(Err(WriteError::NotMandated));
        };
        if write.attachments.len() > ATTACHMENTS_MAX {
            return Ok(Err(WriteError::TooManyAttachments(write.attachments.len())));
        }
        let readers = match &write.object {
            None => write.audience,
            Some(object) => registers::audience_of(storage, object)?.unwrap_or_default(),
        };
        let opened = if readers == Readers::Public { 0 } else { write.attachments.len() };
        if write.files.len() != opened {
            return Ok(Err(WriteError::Files));
        }
        let composed = match write.object {
            None => Act::opening(write.kind),
            Some(object) => {
                Act::on(object, &registers::before(storage, &object, &write.kind)?, write.kind).map(|(act, _)| act)
            }
        };
        let act = match composed {
            Ok(act) => act.with_files(write.files),
            Err(error) => return Ok(Err(WriteError::Act(error))),
        };
        let place = match registers::check(storage, self.reader(), &self.key, (&act, &readers)) {
            Ok(place) => place,
            Err(Refusal::Void(reason)) => return Ok(Err(WriteError::NotAllowed(reason))),
            Err(Refusal::Waits) => return Ok(Err(WriteError::Waits)),
            Err(Refusal::State(error)) => return Err(error),
        };
        let plain = act.encode();
        if plain.len() > PAYLOAD_MAX {
            return Ok(Err(WriteError::TooLarge(plain.len())));
        }
        let (payload, audience) = match &readers {
            Readers::Public => (plain, Audience::Public),
            Readers::Sealed(readers) => match self.seal(&plain, readers, clock, out) {
                Ok(sealed) => sealed,
                Err(reason) => return Ok(Err(reason)),
            },
        };
        Ok(Ok(Draft {
            payload,
            place,
            priority: write.priority,
            audience,
            attachments: write.attachments,
            charter: self.rules.charter_hash(),
            mandate,
            clock,
        }))
    }
}
