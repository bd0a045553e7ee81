//! The applications that a node holds: few, each until its invitation expires, and one for each code.

use std::collections::BTreeMap;

use palabre_proto::{Message, v1};
use thiserror::Error;

use super::application::{Application, ApplicationError, SignedApplication};
use super::refusal::Refusal;
use crate::charter::Rules;
use crate::id::{ApplicationId, Commitment, NodeKey};
use crate::time::Millis;

/// Applications that are held: the whole region at once, and some beside.
pub const HELD_MAX: usize = 64;
/// Of those that one node has invited: so that one cannot fill the list.
const INVITED_MAX: usize = 16;
/// Milliseconds that an application is held at most, whatever its invitation says: sixty days.
const KEPT_MAX: u64 = 60 * 24 * 60 * 60 * 1000;

/// Why bytes are no list.
#[derive(Debug, Error)]
pub enum ListError {
    /// Not protobuf.
    #[error("this is no list of applications")]
    Encoding(#[from] palabre_proto::DecodeError),
    /// An application in it is malformed.
    #[error("an application in the list is malformed")]
    Application(#[from] ApplicationError),
}

/// One that is held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The application; verified when it came.
    pub application: SignedApplication,
    /// When it came.
    pub received: Millis,
}

impl Kept {
    fn says(&self) -> &Application {
        self.application.unverified()
    }

    fn until(&self) -> Millis {
        self.says().invitation.unverified().expires.min(self.received.plus(KEPT_MAX))
    }

    fn invited_by(&self) -> NodeKey {
        self.says().invitation.unverified().node
    }
}

/// The list. An application stays on it until its invitation expires, also when its node was admitted meanwhile: so its
/// code stays used.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Applications {
    by_code: BTreeMap<Commitment, Kept>,
}

impl Applications {
    /// Parses the bytes of the file that a node keeps.
    pub fn decode(bytes: &[u8]) -> Result<Self, ListError> {
        let mut list = Self::default();
        for kept in v1::Applications::decode(bytes)?.kept {
            let application = SignedApplication::parse(kept.application.unwrap_or_default())?;
            list.put(Kept { application, received: Millis(kept.received) });
        }
        Ok(list)
    }

    /// The bytes of that file.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let kept = self.by_code.values().map(|kept| v1::KeptApplication {
            application: Some(kept.application.to_message()),
            received: kept.received.0,
        });
        v1::Applications { kept: kept.collect() }.encode_to_vec()
    }

    /// Takes an application that comes at `now`; true when the list has changed.
    pub fn take(&mut self, application: SignedApplication, rules: &Rules, now: Millis) -> Result<bool, Refusal> {
        application.verify(rules, now)?;
        self.by_code.retain(|_, kept| kept.until() >= now);
        let said = application.unverified();
        let invitation = said.invitation.unverified();
        match self.by_code.get(&invitation.commitment) {
            Some(kept) if kept.says().node != said.node => return Err(Refusal::UsedCode),
            // The same node may put right what it has said.
            Some(kept) if kept.says().id == said.id || kept.says().written >= said.written => return Ok(false),
            Some(_) => {}
            None => {
                let beside = self.by_code.values().filter(|kept| kept.invited_by() == invitation.node).count();
                if self.by_code.len() >= HELD_MAX || beside >= INVITED_MAX {
                    return Err(Refusal::Full);
                }
            }
        }
        self.put(Kept { application, received: now });
        Ok(true)
    }

    fn put(&mut self, kept: Kept) {
        self.by_code.insert(kept.says().invitation.unverified().commitment, kept);
    }

    /// All of them, those that came first in front.
    #[must_use]
    pub fn all(&self) -> Vec<&Kept> {
        let mut all: Vec<&Kept> = self.by_code.values().collect();
        all.sort_by_key(|kept| (kept.received, kept.says().id));
        all
    }

    /// One of them.
    #[must_use]
    pub fn get(&self, id: &ApplicationId) -> Option<&Kept> {
        self.by_code.values().find(|kept| kept.says().id == *id)
    }
}
