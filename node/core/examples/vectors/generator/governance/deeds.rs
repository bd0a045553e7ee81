//! Revisions, mandates and entries, and what changes from one to the next.

use palabre_proto::{Message, v1};

use crate::generator::cast::{Cast, NOON, administration, hash, node};

/// A revision of the charter.
#[derive(Clone)]
pub(super) struct Revision {
    pub(super) said: v1::Charter,
    pub(super) bytes: Vec<u8>,
}

impl Revision {
    pub(super) fn genesis(cast: &Cast) -> Self {
        Self { said: crate::generator::cast::genesis(), bytes: cast.charter.clone() }
    }

    pub(super) fn hash(&self) -> Vec<u8> {
        hash(&self.bytes)
    }

    /// The next one, with a change.
    pub(super) fn next(&self, change: impl FnOnce(&mut v1::Charter)) -> Self {
        let mut said = self.said.clone();
        said.revision += 1;
        said.previous = self.hash();
        (said.cutoffs, said.settles) = (Vec::new(), Vec::new());
        (said.checkpoint, said.mandate_checkpoint) = (Vec::new(), Vec::new());
        change(&mut said);
        Self { bytes: said.encode_to_vec(), said }
    }

    /// The next one, which has another date of review and changes nothing else.
    pub(super) fn next_for(&self, year: u16) -> Self {
        self.next(|message| message.review_by = format!("{year}-06-30"))
    }

    /// One that decides among revisions after this one.
    pub(super) fn settling(&self, among: &[&Self]) -> Self {
        self.next(|message| message.settles = among.iter().map(|one| one.hash()).collect())
    }
}

/// An administration of a charter.
pub(super) fn of<'a>(message: &'a mut v1::Charter, code: &str) -> &'a mut v1::Administration {
    let found = message.administrations.iter().position(|a| a.code == code).unwrap_or_default();
    &mut message.administrations[found]
}

/// Gives an administration the key that is called so.
pub(super) fn key(message: &mut v1::Charter, code: &str, key: &str) {
    of(message, code).key = administration(key).administration_key().as_bytes().to_vec();
}

/// Has GH assess instead of SN.
pub(super) fn rotate(message: &mut v1::Charter) {
    for office in message.offices.iter_mut().filter(|office| office.kind == 3 && office.administration == "SN") {
        "GH".clone_into(&mut office.administration);
    }
}

/// What still counts of an administration: its mandates up to one, and these ends.
pub(super) fn cutoff(code: &str, mandate: Option<&Accreditation>, ends: &[&Written]) -> v1::Cutoff {
    let mandate = mandate.map(Accreditation::hash).unwrap_or_default();
    v1::Cutoff { administration: code.to_owned(), mandate, logs: ends.iter().map(|end| end.head()).collect() }
}

/// Names a mandate in a checkpoint.
pub(super) fn checkpoint(mandate: &Accreditation) -> v1::MandateHead {
    let v1::Mandate { administration, number, .. } = mandate.said.clone();
    v1::MandateHead { administration, number, hash: mandate.hash() }
}

/// A mandate.
#[derive(Clone)]
pub(super) struct Accreditation {
    pub(super) said: v1::Mandate,
    pub(super) bytes: Vec<u8>,
}

impl Accreditation {
    /// The first of an administration, with a change.
    pub(super) fn first(cast: &Cast, code: &str, change: impl FnOnce(&mut v1::Mandate)) -> Self {
        let mut said = cast.mandate(code);
        change(&mut said);
        Self { bytes: said.encode_to_vec(), said }
    }

    pub(super) fn hash(&self) -> Vec<u8> {
        hash(&self.bytes)
    }

    /// The next one, with a change.
    pub(super) fn next(&self, change: impl FnOnce(&mut v1::Mandate)) -> Self {
        let mut said = self.said.clone();
        said.number += 1;
        said.previous = self.hash();
        said.cutoffs = Vec::new();
        change(&mut said);
        Self { bytes: said.encode_to_vec(), said }
    }

    /// The next one, with a further node.
    pub(super) fn with(&self, code: &str) -> Self {
        self.next(|message| message.nodes.push(listed(code)))
    }

    /// The next one, with another node instead of the present ones, of which these ends count.
    pub(super) fn instead(&self, code: &str, ends: &[&Written]) -> Self {
        self.next(|message| {
            message.cutoffs = message
                .nodes
                .iter()
                .map(|gone| v1::NodeCutoff {
                    node: gone.key.clone(),
                    logs: ends.iter().map(|end| end.head()).collect(),
                })
                .collect();
            message.nodes = vec![listed(code)];
        })
    }
}

/// The node that is called so, as a mandate lists it.
pub(super) fn listed(name: &str) -> v1::MandatedNode {
    v1::MandatedNode { key: node(name).node_key().as_bytes().to_vec(), label: name.to_owned(), ..Default::default() }
}

/// An entry, by the node that is called so.
#[derive(Clone)]
pub(super) struct Written {
    node: &'static str,
    header: v1::Header,
}

impl Written {
    /// The first entry of a log, under a revision and a mandate.
    pub(super) fn first(cast: &Cast, node: &'static str, log: u8, charter: &Revision, mandate: &Accreditation) -> Self {
        let header =
            v1::Header { charter: charter.hash(), mandate: mandate.hash(), ..cast.header_of(node, [log; 8], &[log]) };
        Self { node, header }
    }

    /// The one after it in its log, with a change.
    pub(super) fn next(&self, change: impl FnOnce(&mut v1::Header)) -> Self {
        let mut header = self.header.clone();
        (header.sequence, header.previous) = (header.sequence + 1, hash(&self.header.encode_to_vec()));
        change(&mut header);
        Self { node: self.node, header }
    }

    /// So many in a row, itself the first.
    pub(super) fn row<const N: usize>(&self) -> [Self; N] {
        let mut last = self.clone();
        std::array::from_fn(|place| {
            if place > 0 {
                last = last.next(|_| {});
            }
            last.clone()
        })
    }

    /// Another one in the same place.
    pub(super) fn instead(&self) -> Self {
        Self { node: self.node, header: v1::Header { clock: NOON + 1, ..self.header.clone() } }
    }

    /// As it stands in lists.
    pub(super) fn head(&self) -> v1::Head {
        let v1::Header { author, log, sequence, .. } = self.header.clone();
        v1::Head { author, log, sequence, id: hash(&self.header.encode_to_vec()) }
    }

    pub(super) fn bytes(&self, cast: &Cast) -> Vec<u8> {
        cast.entry(self.node, &self.header.encode_to_vec(), None).encode_to_vec()
    }
}
