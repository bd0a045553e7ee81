//! One revision of the charter, parsed from its exact bytes.

use std::collections::{BTreeMap, BTreeSet};

use palabre_proto::{Message, v1};
use serde::Serialize;
use thiserror::Error;

use super::cutoff::{Cutoff, CutoffError, Ends};
use crate::acts::FieldError;
use crate::acts::fields::Reason;
use crate::id::{
    AdministrationKey, CharterHash, Code, CommissionId, CommissionIdError, IdError, MandateHash, NetworkId,
};
use crate::seal::SealedAudience;
use crate::time::Millis;

/// Largest charter in bytes: 24 administrations take about 6 KiB, checkpoints 80 bytes a log; fits a frame of sync.
pub const CHARTER_MAX: usize = 192 * 1024;
/// Most administrations: the region has 24 and some partners.
pub const ADMINISTRATIONS_MAX: usize = 256;

/// Why bytes are no charter.
#[derive(Debug, Error)]
pub enum CharterError {
    /// Longer than [`CHARTER_MAX`].
    #[error("the charter has {0} bytes; at most {CHARTER_MAX} are allowed")]
    TooLong(usize),
    /// Not protobuf.
    #[error("the charter is not valid protobuf")]
    Encoding(#[from] palabre_proto::DecodeError),
    /// A code, key or hash that is malformed.
    #[error("the field {field} of the charter is malformed")]
    Field {
        /// Its name in the `.proto` file.
        field: &'static str,
        /// What is wrong with it.
        #[source]
        source: IdError,
    },
    /// Revision 0.
    #[error("revisions count from 1")]
    RevisionZero,
    /// The genesis revision names none before it; every other one does.
    #[error("revision {0} and its `previous` do not fit: only revision 1 has none before it")]
    Previous(u64),
    /// A kind of administration or of office that this version does not know.
    #[error("{what} of kind {number} is unknown to this version")]
    Kind {
        /// Administration or office.
        what: &'static str,
        /// Its number on the wire.
        number: i32,
    },
    /// A text that names no commission.
    #[error(transparent)]
    Commission(#[from] CommissionIdError),
    /// More administrations than [`ADMINISTRATIONS_MAX`].
    #[error("{0} administrations; at most {ADMINISTRATIONS_MAX} are allowed")]
    TooMany(usize),
    /// A list of what counts of an administration, or a checkpoint, that is malformed.
    #[error("a cutoff or the checkpoint is malformed")]
    Cutoff(#[from] CutoffError),
    /// Two lists for one administration.
    #[error("{0} has two cutoffs: one list says what counts of it")]
    CutoffTwice(Code),
    /// A later revision names an old network.
    #[error("revision {0} names an old network: only a genesis does")]
    RefoundsLater(u64),
    /// The reason for founding anew does not fit.
    #[error("the reason for founding anew does not fit")]
    Reason(#[from] FieldError),
    /// The revision settles nothing: one hash alone, or one twice.
    #[error("a settlement names each of the revisions among which it decides, two or more, once")]
    Settles,
}

/// What kind of participant an administration is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AdministrationKind {
    /// A customs administration of the region.
    Member,
    /// The regional office (BRRC).
    RegionalOffice,
    /// From outside: WCO secretariat, donor, academia.
    Partner,
}

/// What an administration does for the group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OfficeKind {
    /// Held by the leader.
    Presidency,
    /// Led by the leader.
    Secretariat,
    /// Two members beside the leader in the secretariat.
    Assessor,
    /// Of the region.
    VicePresidency,
}

/// A name in the three languages of the house.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, serde::Deserialize)]
pub struct Names {
    /// French.
    pub fr: String,
    /// English.
    pub en: String,
    /// European Portuguese.
    pub pt: String,
}

/// A participant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Administration {
    /// Its code.
    pub code: Code,
    /// What kind of participant it is.
    pub kind: AdministrationKind,
    /// How it is called.
    pub names: Names,
    /// ISO 639-1 codes of the languages that it works in.
    pub languages: Vec<String>,
    /// Its key, once it has one.
    pub key: Option<AdministrationKey>,
    /// Its capital.
    pub capital: String,
    /// Thousandths of a degree north.
    pub latitude: i32,
    /// Thousandths of a degree east.
    pub longitude: i32,
    /// Kept in the charter, without rights.
    pub suspended: bool,
}

/// An office and who holds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Office {
    /// Which.
    pub kind: OfficeKind,
    /// By whom.
    pub administration: Code,
}

/// A commission: its host presides it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Commission {
    /// Its id.
    pub id: CommissionId,
    /// How it is called.
    pub names: Names,
    /// Who presides it.
    pub host: Code,
    /// Who sits in it.
    pub members: Vec<Code>,
}

/// What one author may add in a day before its entries wait (`docs/design.md` §7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, serde::Deserialize)]
pub struct Allowance {
    /// Entries.
    pub entries: u64,
    /// Bytes.
    pub bytes: u64,
    /// Urgent entries.
    pub urgent: u64,
}

/// Which network this one goes on from, and why: the last resort of a region that can change its charter no more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Refounding {
    /// The old network.
    pub network: NetworkId,
    /// Its last undisputed revision.
    pub revision: CharterHash,
    /// Why.
    pub reason: Reason,
}

/// A well-formed revision. Says nothing about invariants or signatures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Charter {
    bytes: Vec<u8>,
    hash: CharterHash,
    /// Its number, from 1.
    pub revision: u64,
    /// The revision before; none at genesis.
    pub previous: Option<CharterHash>,
    /// How the network is called.
    pub name: Names,
    /// When it was written.
    pub written: Millis,
    /// Date (YYYY-MM-DD) after which the node reminds of a review; never stops anything.
    pub review_by: String,
    /// The participants, in the charter's order.
    pub administrations: Vec<Administration>,
    /// Who does what for the group.
    pub offices: Vec<Office>,
    /// The commissions.
    pub commissions: Vec<Commission>,
    /// Whose keys count towards the threshold.
    pub keyholders: Vec<Code>,
    /// How many administrations among them must sign.
    pub threshold: u32,
    /// What one author may add in a day.
    pub allowance: Allowance,
    /// The heads of logs that its signers hold: what lies at or below them stands.
    pub checkpoint: Ends,
    /// The last mandate of each administration that its signers hold.
    pub mandates: BTreeMap<Code, MandateHash>,
    /// What still counts of those from whom it takes something away.
    pub cutoffs: BTreeMap<Code, Cutoff>,
    /// The adopted revisions of its number among which it decides; none in an ordinary revision.
    pub settles: BTreeSet<CharterHash>,
    /// The network that it goes on from; only in a genesis. Boxed: hardly any has it.
    pub refounds: Option<Box<Refounding>>,
}

impl Charter {
    /// Parses a revision from its exact bytes.
    pub fn parse(bytes: &[u8]) -> Result<Self, CharterError> {
        if bytes.len() > CHARTER_MAX {
            return Err(CharterError::TooLong(bytes.len()));
        }
        let message = v1::Charter::decode(bytes)?;
        if message.administrations.len() > ADMINISTRATIONS_MAX {
            return Err(CharterError::TooMany(message.administrations.len()));
        }
        let allowance = message.allowance.unwrap_or_default();
        Ok(Self {
            hash: CharterHash::from_bytes(*blake3::hash(bytes).as_bytes()),
            bytes: bytes.to_vec(),
            previous: previous(message.revision, &message.previous)?,
            revision: message.revision,
            name: message.name.unwrap_or_default().into(),
            written: Millis(message.written),
            review_by: message.review_by,
            administrations: message.administrations.into_iter().map(administration).collect::<Result<_, _>>()?,
            offices: message.offices.iter().map(office).collect::<Result<_, _>>()?,
            commissions: message.commissions.into_iter().map(commission).collect::<Result<_, _>>()?,
            keyholders: codes("keyholders", &message.keyholders)?,
            threshold: message.threshold,
            allowance: Allowance { entries: allowance.entries, bytes: allowance.bytes, urgent: allowance.urgent },
            checkpoint: Ends::parse(&message.checkpoint)?,
            mandates: message.mandate_checkpoint.iter().map(mandate_head).collect::<Result<_, _>>()?,
            cutoffs: cutoffs(&message.cutoffs)?,
            settles: settles(&message.settles)?,
            refounds: message
                .refounds
                .map(|refounds| refounding(message.revision, &refounds))
                .transpose()?
                .map(Box::new),
        })
    }

    /// The exact bytes that are signed.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// BLAKE3 of those bytes.
    #[must_use]
    pub const fn hash(&self) -> CharterHash {
        self.hash
    }

    /// In which order revisions join what is held: each after the one that it follows, and a settlement after those among
    /// which it decides.
    #[must_use]
    pub fn order(&self) -> (u64, usize, CharterHash) {
        (self.revision, self.settles.len(), self.hash)
    }

    /// The network that this revision founds, when it is a genesis.
    #[must_use]
    pub fn founds(&self) -> Option<NetworkId> {
        (self.revision == 1).then(|| NetworkId::from_bytes(*self.hash.as_bytes()))
    }

    /// The participant with this code.
    #[must_use]
    pub fn administration(&self, code: &Code) -> Option<&Administration> {
        self.administrations.iter().find(|a| a.code == *code)
    }

    /// Who holds an office; several for assessors.
    pub fn holders(&self, kind: OfficeKind) -> impl Iterator<Item = &Code> {
        self.offices.iter().filter(move |o| o.kind == kind).map(|o| &o.administration)
    }

    /// Whether an administration sits in the secretariat: its leader, the two assessors, the regional office. Each of
    /// them acts for it.
    #[must_use]
    pub fn in_secretariat(&self, code: &Code) -> bool {
        let kinds = [OfficeKind::Secretariat, OfficeKind::Assessor];
        let regional = |a: &Administration| a.kind == AdministrationKind::RegionalOffice;
        kinds.into_iter().any(|kind| self.holders(kind).any(|holder| holder == code))
            || self.administration(code).is_some_and(regional)
    }

    /// Whether an administration is in a sealed audience. Partners are in none (`docs/design.md` §1).
    #[must_use]
    pub fn in_audience(&self, audience: &SealedAudience, code: &Code) -> bool {
        let inside = self.administration(code).is_some_and(|a| a.kind != AdministrationKind::Partner);
        inside
            && match audience {
                SealedAudience::Region => true,
                SealedAudience::Secretariat => self.in_secretariat(code),
                SealedAudience::Members(codes) => codes.contains(code),
                SealedAudience::Commission(id) => {
                    let sits = |c: &Commission| c.id == *id && (c.host == *code || c.members.contains(code));
                    self.commissions.iter().any(sits)
                }
            }
    }
}

fn previous(revision: u64, bytes: &[u8]) -> Result<Option<CharterHash>, CharterError> {
    match (revision, bytes) {
        (0, _) => Err(CharterError::RevisionZero),
        (1, []) => Ok(None),
        (1, _) | (_, []) => Err(CharterError::Previous(revision)),
        (_, bytes) => CharterHash::try_from(bytes).map(Some).map_err(|source| field("previous", source)),
    }
}

const fn field(field: &'static str, source: IdError) -> CharterError {
    CharterError::Field { field, source }
}

fn code(name: &'static str, text: &str) -> Result<Code, CharterError> {
    text.parse().map_err(|source| field(name, source))
}

fn codes(name: &'static str, texts: &[String]) -> Result<Vec<Code>, CharterError> {
    texts.iter().map(|text| code(name, text)).collect()
}

fn administration(message: v1::Administration) -> Result<Administration, CharterError> {
    use v1::administration::Kind;
    let kind = match Kind::try_from(message.kind) {
        Ok(Kind::Member) => AdministrationKind::Member,
        Ok(Kind::RegionalOffice) => AdministrationKind::RegionalOffice,
        Ok(Kind::Partner) => AdministrationKind::Partner,
        _ => return Err(CharterError::Kind { what: "an administration", number: message.kind }),
    };
    let key = match message.key.as_slice() {
        [] => None,
        bytes => Some(AdministrationKey::try_from(bytes).map_err(|source| field("administrations.key", source))?),
    };
    Ok(Administration {
        code: code("administrations.code", &message.code)?,
        kind,
        names: message.names.unwrap_or_default().into(),
        languages: message.languages,
        key,
        capital: message.capital,
        latitude: message.latitude,
        longitude: message.longitude,
        suspended: message.suspended,
    })
}

fn office(message: &v1::Office) -> Result<Office, CharterError> {
    use v1::office::Kind;
    let kind = match Kind::try_from(message.kind) {
        Ok(Kind::Presidency) => OfficeKind::Presidency,
        Ok(Kind::Secretariat) => OfficeKind::Secretariat,
        Ok(Kind::Assessor) => OfficeKind::Assessor,
        Ok(Kind::VicePresidency) => OfficeKind::VicePresidency,
        _ => return Err(CharterError::Kind { what: "an office", number: message.kind }),
    };
    Ok(Office { kind, administration: code("offices.administration", &message.administration)? })
}

fn commission(message: v1::Commission) -> Result<Commission, CharterError> {
    Ok(Commission {
        id: message.id.parse()?,
        names: message.names.unwrap_or_default().into(),
        host: code("commissions.host", &message.host)?,
        members: codes("commissions.members", &message.members)?,
    })
}

fn mandate_head(message: &v1::MandateHead) -> Result<(Code, MandateHash), CharterError> {
    let hash = MandateHash::try_from(message.hash.as_slice());
    let hash = hash.map_err(|source| field("mandate_checkpoint.hash", source))?;
    Ok((code("mandate_checkpoint.administration", &message.administration)?, hash))
}

fn cutoffs(messages: &[v1::Cutoff]) -> Result<BTreeMap<Code, Cutoff>, CharterError> {
    let mut cutoffs = BTreeMap::new();
    for message in messages {
        let cutoff = Cutoff::parse(message)?;
        let code = cutoff.administration.clone();
        if cutoffs.insert(code.clone(), cutoff).is_some() {
            return Err(CharterError::CutoffTwice(code));
        }
    }
    Ok(cutoffs)
}

fn settles(hashes: &[Vec<u8>]) -> Result<BTreeSet<CharterHash>, CharterError> {
    let hash = |bytes: &Vec<u8>| CharterHash::try_from(bytes.as_slice()).map_err(|source| field("settles", source));
    let settles: BTreeSet<CharterHash> = hashes.iter().map(hash).collect::<Result<_, _>>()?;
    if settles.len() == hashes.len() && settles.len() != 1 { Ok(settles) } else { Err(CharterError::Settles) }
}

fn refounding(revision: u64, message: &v1::Refounding) -> Result<Refounding, CharterError> {
    if revision != 1 {
        return Err(CharterError::RefoundsLater(revision));
    }
    Ok(Refounding {
        network: NetworkId::try_from(message.network.as_slice()).map_err(|source| field("refounds.network", source))?,
        revision: CharterHash::try_from(message.revision.as_slice())
            .map_err(|source| field("refounds.revision", source))?,
        reason: message.reason.clone().try_into()?,
    })
}

impl From<v1::Names> for Names {
    fn from(names: v1::Names) -> Self {
        Self { fr: names.fr, en: names.en, pt: names.pt }
    }
}
