//! Registers: state folded from acts (`docs/design.md` §6).
//!
//! The state of an object is a function of the entries that have taken effect and of the rules, the same on every
//! node whatever came first. [`admit`] folds entries as they take effect, [`withdraw`] takes out those that a fork has
//! deprived of it, [`refold_all`] follows a change of the rules. Objects do not depend on one another.
//!
//! | module | what lives there |
//! |---|---|
//! | [`documents`], [`proofs`], [`audience_keys`] | one file for each kind of object: who may, what changes, how it reads |
//! | `admission` | entries come and go: which objects are folded on, which anew |
//! | `fold` | one object: which acts count, in which order |
//! | `cause`, `deed`, `pairs` | what an act is judged by, what it does, and what that changes |
//! | `tree` | one hash for all objects of an audience |
//! | `keys`, `candidate` | how all that lies in the state and in the records |

mod admission;
mod audience;
pub mod audience_keys;
mod candidate;
mod cause;
mod deed;
pub mod documents;
mod fold;
mod keys;
mod pairs;
pub mod proofs;
mod tree;
mod void;

pub use self::admission::{Changes, admit, admit_unread, refold_all, withdraw};
pub use self::audience::Audience;
pub use self::deed::{Upholding, upholding};
pub use self::pairs::Origin;
pub use self::void::{Refusal, Status, VoidReason};
pub use crate::acts::Register;

use self::candidate::Candidate;
use self::pairs::Pairs;
use crate::acts::{Act, Envelope, Kind};
use crate::charter::Rules;
use crate::id::{EntryId, NodeKey};
use crate::ledger::Header;
use crate::seal::Ring;
use crate::state::{State, StateError, Storage};

/// By what acts are read and judged.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    /// The rules.
    pub rules: &'a Rules,
    /// The keys that open what is sealed.
    pub ring: &'a Ring,
}

/// Whether `node` may act so now, on what is known here: the rules that the fold will use, before anything is signed.
/// Gives the place that its header must have.
pub fn check<S: Storage>(
    storage: &S,
    reader: Reader<'_>,
    node: &NodeKey,
    act: (&Act, &Audience),
) -> Result<u64, Refusal> {
    fold::check(storage, reader, node, act)
}

/// The audiences that have objects here: public, and the sealed ones whose keys the node has.
pub fn audiences(state: &impl State) -> Result<Vec<Audience>, StateError> {
    keys::audiences(state)
}

/// Who can read an object; nothing when the act that opened it is not known here.
pub fn audience_of(state: &impl State, object: &EntryId) -> Result<Option<Audience>, StateError> {
    Ok(keys::summary(state, object)?.and_then(|summary| summary.audience))
}

/// The hash over all objects of an audience: equal on every node that holds the same (see `tree` for how it is made).
pub fn root(state: &impl State, audience: &Audience) -> Result<[u8; 32], StateError> {
    tree::root(state, audience)
}

/// Brings the stored tree behind [`root`] nearer to what is folded, in at most `limit` of its 65,536 lowest nodes; whether
/// nothing is left to do. That makes `root` cheap until objects change again. Whenever there is time for it.
pub fn settle(state: &mut impl State, limit: usize) -> Result<bool, StateError> {
    for audience in keys::audiences(state)? {
        if !tree::settle(state, &audience, limit)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether no object is known.
pub fn is_empty(state: &impl State) -> Result<bool, StateError> {
    Ok(state.scan(keys::OBJECTS, None, 1)?.is_empty())
}

/// What has become of an entry, and which object it is about; nothing when it has not taken effect here or cannot be
/// read.
pub fn status(state: &impl State, id: &EntryId) -> Result<Option<(EntryId, Status)>, StateError> {
    Ok(keys::known(state, id)?.map(|known| (known.object, known.status)))
}

/// What an act says, opened.
#[derive(Clone, Debug)]
pub struct Said {
    /// The header of its entry.
    pub header: Header,
    /// Which object it is about.
    pub envelope: Envelope,
    /// The act; none when its content is malformed, or of a kind that this version does not know.
    pub act: Option<Act>,
}

/// What a known act says; nothing when it has not taken effect here, is damaged, cannot be read or has no envelope.
pub fn act(storage: &impl Storage, ring: &Ring, id: &EntryId) -> Result<Option<Said>, StateError> {
    let Some(candidate) = Candidate::read_known(storage, ring, id)? else { return Ok(None) };
    let act = Act::parse(&candidate.payload, &candidate.header).ok();
    Ok(candidate.envelope.ok().map(|envelope| Said { header: candidate.header, envelope, act }))
}

/// The heads of an object with their places: the acts in force that none in force builds on. The next act names them.
pub fn heads(state: &impl State, object: &EntryId) -> Result<Vec<(EntryId, u64)>, StateError> {
    let pairs = Pairs::load(state, object)?;
    pairs.ids(pairs::HEAD).map(|(id, value)| Ok((id, pairs::place(object, value)?))).collect()
}

/// What the next act of this kind on an object names as being before it: the heads, and the void act that it upholds.
pub fn before(state: &impl State, object: &EntryId, kind: &Kind) -> Result<Vec<(EntryId, u64)>, StateError> {
    let mut named = heads(state, object)?;
    if let Some(upheld) = kind.upholds() {
        named.extend(keys::known(state, upheld)?.map(|known| (*upheld, known.order.place)));
    }
    Ok(named)
}

/// At most `limit` acts of an object with their statuses, in the order of folding, after one of them.
pub fn history(
    state: &impl State,
    object: &EntryId,
    after: Option<&EntryId>,
    limit: usize,
) -> Result<Vec<(EntryId, Status)>, StateError> {
    let after = match after {
        Some(id) => keys::known(state, id)?.filter(|known| known.object == *object).map(|known| known.order),
        None => None,
    };
    let acts = keys::filed_after(state, object, after.as_ref(), limit)?;
    acts.iter()
        .map(|act| Ok((act.id, keys::known(state, &act.id)?.map_or(Status::Waiting, |known| known.status))))
        .collect()
}

/// At most `limit` objects whose ids begin with these bytes, in the order of ids.
pub fn objects_with_prefix(state: &impl State, prefix: &[u8], limit: usize) -> Result<Vec<EntryId>, StateError> {
    tree::objects(state, prefix, limit)
}

#[cfg(test)]
mod tests;
