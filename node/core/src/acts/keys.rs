//! Acts on audience keys (`docs/design.md` §5): a key is granted, or asked for. They are public: a grant names nobody, and
//! a request says nothing but who asks. What they change is in [`crate::registers::audience_keys`].

use palabre_proto::v1;
use palabre_proto::v1::act::Kind as Wire;

use super::{ActError, ObjectAct, Register};
use crate::seal::grant::Grant;

/// A grant of an audience key. Whom it is for, only they can tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrantAct(pub Grant);

/// A request for the keys that the author is entitled to and does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestAct;

impl GrantAct {
    pub(super) fn parse(message: v1::KeyGrant) -> Result<Self, ActError> {
        Grant::parse(message).map(Self).map_err(|error| ActError::Grant(Box::new(error)))
    }
}

impl ObjectAct for GrantAct {
    fn to_wire(&self) -> Wire {
        Wire::Grant(self.0.to_message())
    }

    fn register(&self) -> Option<Register> {
        Some(Register::Keys)
    }

    fn opens(&self) -> bool {
        true
    }

    fn word(&self) -> &'static str {
        "key-grant"
    }
}

impl ObjectAct for RequestAct {
    fn to_wire(&self) -> Wire {
        Wire::Request(v1::KeyRequest {})
    }

    fn register(&self) -> Option<Register> {
        Some(Register::Keys)
    }

    fn opens(&self) -> bool {
        true
    }

    fn word(&self) -> &'static str {
        "key-request"
    }
}
