//! Upholding: an act on an object of any kind that brings a void act of it into effect (`docs/design.md` §4). Who may is
//! said by the register of what is upheld; how it takes effect is in `registers::fold`.

use palabre_proto::v1;
use palabre_proto::v1::act::Kind as Wire;

use super::{ActError, ObjectAct, Register};
use crate::id::EntryId;

/// Names a void act of the same object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UpholdAct {
    /// The void act: one of those that the upholding names as being before it.
    pub act: EntryId,
}

impl UpholdAct {
    pub(super) fn parse(message: &v1::UpholdAct) -> Result<Self, ActError> {
        let act = EntryId::try_from(message.act.as_slice()).map_err(|_| ActError::Upheld)?;
        Ok(Self { act })
    }
}

impl ObjectAct for UpholdAct {
    fn to_wire(&self) -> Wire {
        Wire::Uphold(v1::UpholdAct { act: self.act.as_bytes().to_vec() })
    }

    fn register(&self) -> Option<Register> {
        None
    }

    fn opens(&self) -> bool {
        false
    }

    fn word(&self) -> &'static str {
        "uphold"
    }
}
