//! Making an archive: the charter and the mandates, then every record of the ledger once, then a seal over all of it.

use std::collections::HashSet;
use std::fs::{self, File};
use std::path::Path;

use palabre_core::archive::{Part, Seal};
use palabre_core::charter::{CharterSignature, Rules};
use palabre_core::keys::{KnownKeys, Secret};
use palabre_core::ledger::Record;
use palabre_proto::{Message, v1};
use palabre_store::ahead::{self, Prepared};
use palabre_store::archive::Writer;
use palabre_store::segments::ReadError;
use palabre_store::{Home, Segments};

use super::{Error, Reading};
use crate::clock::now;
use crate::file::{folder, unfinished};

/// An archive that was made.
pub(crate) struct Exported {
    /// What closes it.
    pub(crate) seal: Seal,
    /// Its bytes.
    pub(crate) size: u64,
    /// Places of the ledger that could not be read: what was there is missing, unless it was recorded twice.
    pub(crate) damaged: u64,
}

/// Writes all that the ledger of `home` holds to a new file, and reads it again before it bears its name.
pub(crate) fn export(home: &Home, rules: &Rules, secret: &Secret, to: &Path) -> Result<Exported, Error> {
    let passing = unfinished(to);
    let mut body = Body { out: Writer::begin(File::create(&passing)?)?, seen: HashSet::new(), damaged: 0 };
    let written = body.write(home, rules).and_then(|()| {
        body.out.flush()?;
        let reading = Reading::of(&passing)?;
        let seal = Seal {
            network: *rules.network(),
            node: secret.node_key(),
            made: now(),
            records: reading.records,
            hash: reading.hash,
            ledger: reading.folded.node.ledger_hash(),
            state: reading.state()?,
        };
        body.out.add(&Part::Seal(seal.sign(secret)).encode())?;
        body.out.finish()?;
        fs::rename(&passing, to)?;
        File::open(folder(to))?.sync_all()?;
        Ok(Exported { seal, size: fs::metadata(to)?.len(), damaged: body.damaged })
    });
    if written.is_err() {
        // Nobody shall take it for an archive; that it does not go away is of no consequence beside the error.
        drop(fs::remove_file(&passing));
    }
    written
}

/// What stands before the seal, while it is written.
struct Body {
    out: Writer<File>,
    /// Hashes of records, ids of entries.
    seen: HashSet<[u8; 32]>,
    damaged: u64,
}

impl Body {
    fn write(&mut self, home: &Home, rules: &Rules) -> Result<(), Error> {
        for record in records_of(rules) {
            self.add(*blake3::hash(&record).as_bytes(), record)?;
        }
        let keys: KnownKeys = rules.admitted().map(|(node, _)| node.key).collect();
        let judge = |records: Vec<Vec<u8>>| {
            let names = Record::verify_each(&records, rules.network(), &keys).into_iter().zip(&records);
            let names: Vec<_> = names.map(|(record, bytes)| record.ok().map(|record| name(&record, bytes))).collect();
            names.into_iter().zip(records).collect()
        };
        ahead::prepared(Segments::peek(&home.ledger())?, judge, |records| self.copy(records))
    }

    fn copy(&mut self, records: &mut dyn Iterator<Item = Result<Prepared<Judged>, ReadError>>) -> Result<(), Error> {
        for record in records {
            match record? {
                Prepared::Record { prepared: (Some(Some(name)), bytes), .. } => self.add(name, bytes)?,
                // Notes of this node to itself.
                Prepared::Record { prepared: (Some(None), _), .. } => {}
                Prepared::Record { prepared: (None, _), .. } | Prepared::Damage { .. } => self.damaged += 1,
            }
        }
        Ok(())
    }

    fn add(&mut self, name: [u8; 32], record: Vec<u8>) -> Result<(), Error> {
        if self.seen.insert(name) {
            self.out.add(&Part::Record(record).encode())?;
        }
        Ok(())
    }
}

/// A record of the ledger, and what it goes by: nothing when it is none for an archive, nothing at all when it does not
/// verify.
type Judged = (Option<Option<[u8; 32]>>, Vec<u8>);

fn name(record: &Record, bytes: &[u8]) -> Option<[u8; 32]> {
    match record {
        Record::Entry(entry) => Some(*entry.id().as_bytes()),
        Record::Fork(_) | Record::Charter(_) | Record::Signature(_) | Record::Mandate(_) => {
            Some(*blake3::hash(bytes).as_bytes())
        }
        Record::Mended(_) | Record::Opened(_) => None,
    }
}

/// `rules` as records: the revision that founds the network, its signatures, and all else after them.
fn records_of(rules: &Rules) -> Vec<Vec<u8>> {
    use v1::record::Kind;
    let revisions = rules.revisions();
    let mut records = Vec::new();
    for charter in revisions.all() {
        let hash = charter.hash();
        records.push(Kind::Charter(charter.bytes().to_vec()));
        let signatures = revisions.signatures_of(&hash).map(CharterSignature::to_message);
        records.extend(signatures.map(Kind::CharterSignature));
    }
    records.extend(rules.signed_mandates().into_iter().map(Kind::Mandate));
    records.into_iter().map(|kind| v1::Record { kind: Some(kind) }.encode_to_vec()).collect()
}
