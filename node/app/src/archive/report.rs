//! What an archive says, once it has been checked: who, what, and what of it counts.

use std::collections::BTreeMap;

use palabre_core::acts::Act;
use palabre_core::archive::Seal;
use palabre_core::id::{Code, EntryId, LogId, LogName, NetworkId, NodeKey, Sequence};
use palabre_core::ledger::book::{self, Located};
use palabre_core::registers::{self, Status, VoidReason};
use palabre_core::time::Millis;
use palabre_web::views::{AudienceName, Digest, HistoryView};
use serde::Serialize;

use super::{Error, Reading};

/// Entries looked at in one step.
const STEP: usize = 1_024;

/// What an archive says. Its JSON is that of `palabre verify`.
#[derive(Serialize)]
pub(crate) struct Report {
    pub(crate) network: NetworkId,
    /// Who sealed it.
    pub(crate) node: NodeKey,
    /// Whose node that is, under the charter and mandates of the archive.
    pub(crate) administration: Option<Code>,
    /// When, by its clock.
    pub(crate) made: Millis,
    /// The revision in force.
    pub(crate) revision: u64,
    pub(crate) charter: HistoryView,
    pub(crate) entries: u64,
    /// Entries that follow a gap in their log.
    pub(crate) ahead: u64,
    pub(crate) administrations: BTreeMap<Code, Share>,
    pub(crate) void: Vec<Void>,
    pub(crate) forks: Vec<Forked>,
    /// Hash of the frontier, as `palabre status` shows it.
    pub(crate) ledger: Digest,
    /// Hash of what is folded, as `palabre status` shows it.
    pub(crate) state: BTreeMap<AudienceName, Digest>,
}

/// What is from one administration.
#[derive(Default, Serialize)]
pub(crate) struct Share {
    pub(crate) entries: u64,
    pub(crate) in_force: u64,
    pub(crate) void: u64,
    /// Entries that something is missing for.
    pub(crate) waiting: u64,
    /// Entries that are sealed: what they do, only their readers can tell.
    pub(crate) sealed: u64,
    /// The clocks of its first and last entry, as they say.
    pub(crate) from: Option<Millis>,
    pub(crate) until: Option<Millis>,
}

/// An entry without effect.
#[derive(Serialize)]
pub(crate) struct Void {
    pub(crate) id: EntryId,
    pub(crate) administration: Option<Code>,
    pub(crate) author: NodeKey,
    pub(crate) log: LogId,
    pub(crate) sequence: u64,
    pub(crate) act: Option<String>,
    pub(crate) reason: String,
}

/// A log that was forked.
#[derive(Serialize)]
pub(crate) struct Forked {
    pub(crate) author: NodeKey,
    pub(crate) log: LogId,
    /// From here on nothing of it counts.
    pub(crate) sequence: u64,
}

impl Report {
    /// What `reading` says, sealed with `seal`.
    pub(crate) fn of(reading: &Reading, seal: &Seal) -> Result<Self, Error> {
        let node = &reading.folded.node;
        let (rules, ledger) = (node.rules(), node.ledger());
        let mut report = Self {
            network: seal.network,
            node: seal.node,
            administration: rules.administration_of(&seal.node).cloned(),
            made: seal.made,
            revision: rules.charter().revision,
            charter: HistoryView::of(rules.revisions()),
            entries: 0,
            ahead: ledger.ahead().count() as u64,
            administrations: BTreeMap::new(),
            void: Vec::new(),
            forks: Vec::new(),
            ledger: Digest(seal.ledger),
            state: BTreeMap::from([(AudienceName::public(), Digest(seal.state))]),
        };
        // Also of nodes that are revoked by now.
        let owners: BTreeMap<NodeKey, Code> = rules
            .mandates()
            .flat_map(|mandate| mandate.nodes.iter().map(|node| (node.key, mandate.administration.clone())))
            .collect();
        for log in ledger.heads().keys() {
            report.read_log(reading, log, owners.get(&log.author))?;
            if let Some(sequence) = ledger.forked_from(log) {
                report.forks.push(Forked { author: log.author, log: log.log, sequence: sequence.get() });
            }
        }
        Ok(report)
    }

    fn read_log(&mut self, reading: &Reading, log: &LogName, owner: Option<&Code>) -> Result<(), Error> {
        let mut from = Some(Sequence::FIRST);
        while let Some(first) = from {
            let step = book::locate_from(&reading.folded.store, log, first, STEP)?;
            for (sequence, located) in &step {
                let effect = self.count(reading, owner, located)?;
                if let Some(Status::Void(reason)) = effect {
                    self.void.push(Void::of(reading, (log, *sequence), owner, located, reason)?);
                }
            }
            from = step.last().filter(|_| step.len() == STEP).and_then(|(last, _)| Sequence::new(last.get() + 1));
        }
        Ok(())
    }

    fn count(&mut self, reading: &Reading, owner: Option<&Code>, located: &Located) -> Result<Option<Status>, Error> {
        let status = registers::status(&reading.folded.store, &located.id)?.map(|(_, status)| status);
        let sealed = status.is_none() && book::is_sealed(&reading.folded.store, located)?;
        self.entries += 1;
        if let Some(owner) = owner {
            self.administrations.entry(owner.clone()).or_default().count(status, sealed, located.clock);
        }
        Ok(status)
    }
}

impl Void {
    fn of(
        reading: &Reading,
        (log, sequence): (&LogName, Sequence),
        owner: Option<&Code>,
        located: &Located,
        reason: VoidReason,
    ) -> Result<Self, Error> {
        let entry = book::read_entry(&reading.folded.store, located)?;
        let act = entry.as_ref().and_then(|entry| Act::parse(entry.payload()?, entry.header()).ok());
        Ok(Self {
            id: located.id,
            administration: owner.cloned(),
            author: log.author,
            log: log.log,
            sequence: sequence.get(),
            act: act.map(|act| act.kind().word().to_owned()),
            reason: reason.code().to_owned(),
        })
    }
}

impl Share {
    fn count(&mut self, status: Option<Status>, sealed: bool, clock: Millis) {
        self.entries += 1;
        match status {
            Some(Status::InForce) => self.in_force += 1,
            Some(Status::Void(_)) => self.void += 1,
            None if sealed => self.sealed += 1,
            Some(Status::Waiting) | None => self.waiting += 1,
        }
        self.from = Some(self.from.map_or(clock, |from| from.min(clock)));
        self.until = Some(self.until.map_or(clock, |until| until.max(clock)));
    }
}
