//! What a new revision says of all that is held: its checkpoint, and the lists of what still counts
//! (`docs/design.md` §4).

use std::collections::{BTreeMap, BTreeSet};

use palabre_proto::v1;

use super::cutoff::{Cutoff, Ends};
use super::mandate::Mandate;
use super::revision::Charter;
use super::rules::Rules;
use crate::id::{Code, LogName, NodeKey};
use crate::ledger::Head;

/// All that is held, and which mandates are the last rightful ones where that is not the one in force.
pub(super) struct Counted<'a> {
    rules: &'a Rules,
    heads: &'a BTreeMap<LogName, Head>,
    last: BTreeMap<Code, &'a Mandate>,
}

impl<'a> Counted<'a> {
    pub(super) const fn new(
        rules: &'a Rules,
        heads: &'a BTreeMap<LogName, Head>,
        last: BTreeMap<Code, &'a Mandate>,
    ) -> Self {
        Self { rules, heads, last }
    }

    /// The heads that are held, as far as mandates let them count. Those of nodes that nobody but a thief mandated are
    /// none.
    pub(super) fn checkpoint(&self) -> Ends {
        let foreign = self.foreign();
        let own = self.heads.iter().filter(|(log, _)| !foreign.contains(&log.author));
        Ends::of(own.filter_map(|(log, head)| Some((*log, self.rules.uncut(log, head)?))).collect())
    }

    /// The last mandate of each administration that counts.
    pub(super) fn mandates(&self, charter: &Charter) -> Vec<v1::MandateHead> {
        let last = charter.administrations.iter().filter_map(|administration| self.last(&administration.code));
        last.map(|mandate| v1::MandateHead {
            administration: mandate.administration.to_string(),
            number: mandate.number,
            hash: mandate.hash.as_bytes().to_vec(),
        })
        .collect()
    }

    /// What still counts of an administration: its last mandate, and its nodes' logs up to their heads.
    pub(super) fn cutoff(&self, code: &Code) -> Cutoff {
        let nodes = self.nodes(code);
        let logs = self.heads.iter().filter(|(log, _)| nodes.contains(&log.author)).map(|(log, head)| (*log, *head));
        Cutoff {
            administration: code.clone(),
            mandate: self.last(code).map(|mandate| mandate.hash),
            logs: Ends::of(logs.collect()),
        }
    }

    fn last(&self, code: &Code) -> Option<&Mandate> {
        self.last.get(code).copied().or_else(|| self.rules.mandate_in_force(code))
    }

    /// The nodes that have acted for an administration: of all its mandates, or of those up to the last rightful one.
    fn nodes(&self, code: &Code) -> BTreeSet<NodeKey> {
        let Some(last) = self.last.get(code) else { return nodes_of(self.all(code)) };
        let mut before = Some(last.hash);
        let chain = std::iter::from_fn(|| {
            let mandate = self.all(code).find(|mandate| Some(mandate.hash) == before)?;
            before = mandate.previous;
            Some(mandate)
        });
        nodes_of(chain)
    }

    /// Nodes that stand in mandates alone that do not count.
    fn foreign(&self) -> BTreeSet<NodeKey> {
        let foreign = |code| nodes_of(self.all(code)).difference(&self.nodes(code)).copied().collect::<Vec<_>>();
        self.last.keys().flat_map(foreign).collect()
    }

    fn all(&self, code: &Code) -> impl Iterator<Item = &'a Mandate> {
        self.rules.mandates().filter(move |mandate| mandate.administration == *code)
    }
}

fn nodes_of<'a>(mandates: impl Iterator<Item = &'a Mandate>) -> BTreeSet<NodeKey> {
    mandates.flat_map(|mandate| mandate.nodes.iter().map(|node| node.key)).collect()
}
