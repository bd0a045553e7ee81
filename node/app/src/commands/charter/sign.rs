//! `palabre charter sign`: adds this administration's signature to a charter file, or to a proposal that the node holds,
//! after showing what it changes. A node that runs here gets it.

use std::io;
use std::path::{Path, PathBuf};

use clap::Args;
use palabre_core::charter::difference::{Change, difference};
use palabre_core::charter::{Charter, CharterFile, CharterSignature, Jury, invariants, signature};
use palabre_core::id::{Code, NetworkId};
use palabre_core::keys::Secret;
use palabre_proto::v1;
use palabre_web::problem::Kind;
use palabre_web::views::Count;
use palabre_web::{breaches, text};
use serde::Serialize;

use super::{HashPrefix, changes, judge};
use crate::cli::Speech;
use crate::failure::Failure;
use crate::home::{self, founding, keys};
use crate::rules::{Known, hand_in};

/// `palabre charter sign`
#[derive(Debug, Args)]
pub(crate) struct Sign {
    /// The charter file, or the first digits of a proposal's hash.
    #[arg(value_name = "FILE_OR_ID")]
    file: PathBuf,
}

/// What came of a signature.
#[derive(Serialize)]
pub(crate) struct Signed {
    file: Option<PathBuf>,
    network: NetworkId,
    revision: u64,
    administration: Code,
    already: bool,
    #[serde(rename = "signed")]
    signers: Vec<Code>,
    threshold: usize,
    /// Signatures that are still needed.
    lacking: usize,
    changes: Vec<Change>,
    /// Whether the running node has it.
    handed_in: bool,
}

/// What a revision is judged by.
struct Ground {
    network: NetworkId,
    /// The revision before; none for a genesis, or when this machine does not know it.
    before: Option<Charter>,
    /// None for a genesis.
    known: Option<Known>,
}

impl Sign {
    pub(super) fn run(self, place: &Path, speech: Speech) -> Result<(), Failure> {
        let done = if self.file.exists() {
            sign(founding::read_charter(&self.file)?, Some(self.file), place, speech)?
        } else {
            sign(held(&self.file, place, speech)?, None, place, speech)?
        };
        speech.answer(&done, |speech| say(&done, speech));
        Ok(())
    }
}

/// The proposal that the node holds whose hash begins so. What cannot be one is a file that is not there.
fn held(name: &Path, place: &Path, speech: Speech) -> Result<CharterFile, Failure> {
    let missing = || Failure::reading(name, &io::Error::from(io::ErrorKind::NotFound));
    let digits: HashPrefix = name.to_string_lossy().parse().map_err(|_| missing())?;
    let known = Known::of(place, speech)?;
    let mut found = known.rules.revisions().proposals().filter(|p| digits.matches(&p.hash()));
    let charter = found.next().filter(|_| found.next().is_none()).ok_or_else(missing)?;
    Ok(CharterFile { charter: charter.clone(), signatures: Vec::new() })
}

/// Signs a revision with the key of this home, and hands it to the node that runs here. The signature is added to
/// `file`, where there is one.
pub(crate) fn sign(
    mut charter: CharterFile,
    file: Option<PathBuf>,
    place: &Path,
    speech: Speech,
) -> Result<Signed, Failure> {
    let secret = keys::administration(&home::peek(place)?)?;
    let name = file.clone().unwrap_or_else(|| PathBuf::from(charter.charter.hash().short()));
    let ground = Ground::of(&charter.charter, &name, place, speech)?;
    let administration = ground.keyholder(&charter.charter, &secret)?;
    let changes = ground.show_difference(&charter.charter, speech);
    ground.warn_of_another(&charter.charter, &secret, speech);
    let collected = ground.collect(&mut charter);
    let already = !charter.add(CharterSignature::sign(&charter.charter, &secret, &ground.network));
    if let Some(file) = file.as_ref().filter(|_| !already || collected) {
        crate::file::replace(file, &charter.encode())?;
    }
    let handed_in = ground.hand_in(&charter)?;
    let (signers, lacking) = ground.count(&charter);
    let threshold = ground.threshold(&charter.charter);
    Ok(Signed {
        file,
        network: ground.network,
        revision: charter.charter.revision,
        administration,
        already,
        signers,
        threshold,
        lacking,
        changes,
        handed_in,
    })
}

impl Ground {
    fn of(charter: &Charter, file: &Path, place: &Path, speech: Speech) -> Result<Self, Failure> {
        if let Some(network) = charter.founds() {
            let found = invariants::check(charter);
            if let Some(refounds) = charter.refounds.as_ref() {
                let (network, revision) = (refounds.network.to_string(), refounds.revision.short());
                let reason = refounds.reason.to_string();
                speech.remark(&text!("charter-refounds", network = network, revision = revision, reason = reason));
            }
            return if found.is_empty() {
                Ok(Self { network, before: None, known: None })
            } else {
                Err(Failure::new(Kind::Refused, text!("err-invariants", breaches = breaches::list(&found))))
            };
        }
        let known = Known::of(place, speech)?;
        judge::later(&known, charter, file)?;
        let before = charter.previous.and_then(|previous| known.rules.revisions().get(&previous)).cloned();
        Ok(Self { network: *known.rules.network(), before, known: Some(known) })
    }

    /// Whose key this is, among the keyholders of the revision or of the one before.
    fn keyholder(&self, charter: &Charter, secret: &Secret) -> Result<Code, Failure> {
        let key = secret.administration_key();
        let judges = [Some(charter), self.before.as_ref()];
        let mut found = judges.into_iter().flatten().filter_map(|judge| signature::keyholder_with(judge, &key));
        let refused = || Failure::new(Kind::Refused, text!("err-no-keyholder", key = key.to_string()));
        let code = found.next().ok_or_else(refused)?;
        match self.jury(charter) {
            Some(jury) if !jury.faithful.contains(&code) => {
                let (administration, faithful) = (code.to_string(), jury.faithful.into_iter().collect::<Vec<_>>());
                let counts = changes::list(&faithful);
                Err(Failure::new(
                    Kind::Refused,
                    text!("err-signed-both", administration = administration, counts = counts),
                ))
            }
            _ => Ok(code),
        }
    }

    /// Who counts under a settlement; nothing when the revision settles nothing.
    fn jury(&self, charter: &Charter) -> Option<Jury> {
        self.known.as_ref().and_then(|known| known.rules.revisions().jury_of(charter))
    }

    fn show_difference(&self, charter: &Charter, speech: Speech) -> Vec<Change> {
        let Some(before) = &self.before else {
            if charter.founds().is_none() {
                speech.remark(&text!("charter-before-unknown", before = charter.revision - 1));
            }
            return Vec::new();
        };
        let changes = difference(before, charter);
        if !speech.is_json() {
            speech.say(&text!("charter-signing", revision = charter.revision, before = before.revision));
            changes::say(&changes, speech);
        }
        changes
    }

    /// Two signatures of one keyholder under revisions of one number are how a dispute begins.
    fn warn_of_another(&self, charter: &Charter, secret: &Secret, speech: Speech) {
        let Some(known) = &self.known else { return };
        let revisions = known.rules.revisions();
        let signed = |other: &&Charter| {
            let key = secret.administration_key();
            revisions.signatures_of(&other.hash()).any(|signature| signature.key == key)
        };
        let rival = |other: &&Charter| {
            let (hash, settled) = (other.hash(), charter.settles.contains(&other.hash()));
            other.previous == charter.previous && hash != charter.hash() && !settled
        };
        if let Some(other) = revisions.all().into_iter().filter(rival).find(signed) {
            let hash = other.hash().short();
            speech.remark(&text!("charter-signed-another", revision = other.revision, hash = hash));
        }
    }

    /// Adds the signatures that the node has to the file; whether there are any.
    fn collect(&self, charter: &mut CharterFile) -> bool {
        let Some(known) = &self.known else { return false };
        let hash = charter.charter.hash();
        let held: Vec<CharterSignature> = known.rules.revisions().signatures_of(&hash).cloned().collect();
        held.into_iter().filter(|signature| charter.add(signature.clone())).count() > 0
    }

    /// Gives the node that runs here the revision and all its signatures.
    fn hand_in(&self, charter: &CharterFile) -> Result<bool, Failure> {
        let Some(client) = self.known.as_ref().and_then(|known| known.node.as_ref()) else { return Ok(false) };
        let rules = v1::Rules {
            charters: vec![charter.charter.bytes().to_vec()],
            signatures: charter.signatures.iter().map(CharterSignature::to_message).collect(),
            mandates: Vec::new(),
        };
        hand_in(client, &rules).map(|_| true)
    }

    /// How many must sign.
    fn threshold(&self, charter: &Charter) -> usize {
        self.jury(charter).map_or(charter.threshold as usize, |jury| jury.threshold())
    }

    /// Who has signed, and how many more are needed.
    fn count(&self, file: &CharterFile) -> (Vec<Code>, usize) {
        if let Some(jury) = self.jury(&file.charter) {
            let of_before = |before| signature::signers(&file.charter, before, &file.signatures, &self.network);
            let mut signed = self.before.as_ref().map(of_before).unwrap_or_default();
            signed.retain(|code| jury.faithful.contains(code));
            let lacking = jury.threshold().saturating_sub(signed.len());
            return (signed.into_iter().collect(), lacking);
        }
        let count = |judge: &Charter| {
            let signers = signature::signers(&file.charter, judge, &file.signatures, &self.network);
            let lacking = Count::of(judge, &signers).lacking();
            (signers, lacking)
        };
        let (mut signers, mut lacking) = count(&file.charter);
        if let Some((others, more)) = self.before.as_ref().map(count) {
            signers.extend(others);
            lacking = lacking.max(more);
        }
        (signers.into_iter().collect(), lacking)
    }
}

/// Says what came of a signature.
pub(crate) fn say(done: &Signed, speech: Speech) {
    let administration = done.administration.to_string();
    speech.say(&if done.already {
        text!("charter-signed-already", administration = administration)
    } else {
        text!("charter-signed", administration = administration)
    });
    speech.say(&text!("charter-signatures", signed = done.signers.len(), needed = done.threshold));
    let Some(file) = done.file.as_ref().map(|file| file.display().to_string()) else {
        return speech.say(&match done.lacking {
            0 => text!("charter-adopted", revision = done.revision),
            missing => text!("charter-signed-held", missing = missing),
        });
    };
    speech.say(&match (done.lacking, done.revision, done.handed_in) {
        (0, 1, _) => text!("charter-signed-enough", file = file),
        (0, revision, true) => text!("charter-adopted", revision = revision),
        (0, revision, false) => text!("charter-adopted-file", revision = revision, file = file),
        (missing, ..) => text!("charter-signed-next", file = file, missing = missing),
    });
}
