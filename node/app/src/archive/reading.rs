//! Reading an archive: it is laid out as the ledger of a passing home, and folded there as any node folds its own.

use std::fs::File;
use std::path::Path;

use palabre_core::archive::{Part, RawSeal, Seal};
use palabre_core::charter::{Chain, Rules};
use palabre_core::id::ContentHash;
use palabre_core::registers::{self, Audience};
use palabre_proto::{Message, v1};
use palabre_store::archive::Reader;
use palabre_store::{Home, LockedHome, Segments, Settings};
use tempfile::TempDir;

use super::{Differs, Error};
use crate::daemon::{self, Folded};

/// Bytes of records that are laid out with one sync: few syncs, little memory.
const BATCH: usize = 4 * 1024 * 1024;

/// An archive that has been read and folded.
pub(crate) struct Reading {
    pub(crate) folded: Folded,
    /// Parts before the seal.
    pub(crate) records: u64,
    /// Hash of all before the seal, or before the end where there is none.
    pub(crate) hash: ContentHash,
    seal: Option<RawSeal>,
    /// Goes with the reading.
    _home: LockedHome,
    _dir: TempDir,
}

impl Reading {
    /// Reads and folds the archive in `file`. Each record is verified; what closes the archive is not yet.
    pub(crate) fn of(file: &Path) -> Result<Self, Error> {
        let dir = TempDir::with_prefix("palabre-archive-")?;
        Home::create(dir.path())?;
        let home = Home::open(dir.path())?;
        let laid = LaidOut::of(Reader::begin(File::open(file)?)?, &home)?;
        let folded = daemon::rebuild(&home, &laid.rules)?;
        if folded.counts.foreign > 0 {
            return Err(Error::Foreign(folded.counts.foreign));
        }
        Ok(Self { folded, records: laid.records, hash: laid.hash, seal: laid.seal, _home: home, _dir: dir })
    }

    /// The hash of what is folded for everybody.
    pub(crate) fn state(&self) -> Result<[u8; 32], Error> {
        Ok(registers::root(&self.folded.store, &Audience::Public)?)
    }

    /// What closes it, once it is found authentic and about this very content.
    pub(crate) fn seal(&self) -> Result<Seal, Error> {
        let seal = self.seal.as_ref().ok_or(Error::Unsealed)?.verify()?;
        let node = &self.folded.node;
        let differs = [
            (seal.network != *node.rules().network(), Differs::Network),
            (seal.records != self.records, Differs::Records),
            (seal.hash != self.hash, Differs::Bytes),
            (seal.ledger != node.ledger_hash(), Differs::Ledger),
            (seal.state != self.state()?, Differs::State),
        ];
        match differs.into_iter().find(|(differs, _)| *differs) {
            Some((_, what)) => Err(Error::Differs(what)),
            None => Ok(seal),
        }
    }
}

/// The parts of an archive as a ledger on disk.
struct LaidOut {
    /// What its first revision lays down; all later rules lie in the ledger.
    rules: Rules,
    records: u64,
    hash: ContentHash,
    seal: Option<RawSeal>,
}

impl LaidOut {
    fn of(mut reader: Reader<File>, home: &LockedHome) -> Result<Self, Error> {
        let (mut segments, _) = Segments::open(&home.ledger(), Settings::default())?;
        let (mut batch, mut size) = (Vec::new(), 0);
        let mut founding = v1::Rules::default();
        let (mut records, mut is_founding, mut seal) = (0, true, None);
        while let Some(part) = reader.next_part()? {
            let record = match Part::decode(part)? {
                _ if seal.is_some() => return Err(Error::BehindSeal),
                Part::Record(record) => record,
                Part::Seal(raw) => {
                    seal = Some((raw, reader.hash_before()));
                    continue;
                }
            };
            is_founding = is_founding && founds(&record, &mut founding);
            records += 1;
            size += record.len();
            batch.push(record);
            if size > BATCH {
                segments.append(&batch)?;
                (batch, size) = (Vec::new(), 0);
            }
        }
        segments.append(&batch)?;
        let (seal, hash) = seal.map_or_else(|| (None, reader.hash_before()), |(seal, hash)| (Some(seal), hash));
        Ok(Self { rules: Chain::parse(&founding)?.found()?, records, hash, seal })
    }
}

/// Gathers the revision that founds the network and its signatures, which come first; false once something else comes.
fn founds(record: &[u8], founding: &mut v1::Rules) -> bool {
    use v1::record::Kind;
    match v1::Record::decode(record).ok().and_then(|record| record.kind) {
        Some(Kind::Charter(charter)) if founding.charters.is_empty() => founding.charters.push(charter),
        Some(Kind::CharterSignature(signature)) if !founding.charters.is_empty() => founding.signatures.push(signature),
        _ => return false,
    }
    true
}
