//! All that a machine holds of charter and mandates, as one file: what a node starts from, whatever revision is in
//! force (`docs/design.md` §4). A charter file is such a chain of one revision.

use std::collections::BTreeMap;

use palabre_proto::{Message, v1};
use thiserror::Error;

use super::file::CharterFile;
use super::mandate::{MandateError, RawMandate};
use super::revision::{Charter, CharterError};
use super::revisions::RevisionError;
use super::rules::{Rules, RulesError};
use super::signature::{CharterSignature, SignatureFormError};
use crate::id::{CharterHash, NetworkId};

/// Why bytes are no chain, or why one does not count.
#[derive(Debug, Error)]
pub enum ChainError {
    /// Not protobuf.
    #[error("this is no charter file")]
    Encoding(#[from] palabre_proto::DecodeError),
    /// A revision in it is malformed.
    #[error("a charter in the file is malformed")]
    Charter(#[from] CharterError),
    /// A signature in it is malformed.
    #[error("a signature in the file is malformed")]
    Signature(#[from] SignatureFormError),
    /// A mandate in it is malformed, or does not count.
    #[error("a mandate does not count")]
    Mandate(#[from] MandateError),
    /// Nothing begins it.
    #[error("the first revision is missing")]
    NoGenesis,
    /// It founds no network.
    #[error("the first revision founds no network")]
    Found(#[from] RulesError),
    /// A later revision does not join.
    #[error("revision {number} does not follow from those before it")]
    Revision {
        /// Its number.
        number: u64,
        /// Why.
        #[source]
        source: RevisionError,
    },
}

/// Revisions, their signatures and mandates: well formed, nothing verified.
#[derive(Clone, Debug, Default)]
pub struct Chain {
    charters: BTreeMap<CharterHash, CharterFile>,
    signatures: Vec<CharterSignature>,
    mandates: Vec<RawMandate>,
}

impl Chain {
    /// Parses the bytes of a file.
    pub fn decode(bytes: &[u8]) -> Result<Self, ChainError> {
        Self::parse(&v1::Rules::decode(bytes)?)
    }

    /// Parses what travels between nodes.
    pub fn parse(message: &v1::Rules) -> Result<Self, ChainError> {
        let mut chain = Self::default();
        for bytes in &message.charters {
            let charter = Charter::parse(bytes)?;
            chain.charters.insert(charter.hash(), CharterFile { charter, signatures: Vec::new() });
        }
        for signature in &message.signatures {
            chain.signatures.push(CharterSignature::parse(signature)?);
        }
        for mandate in &message.mandates {
            chain.mandates.push(RawMandate::parse(mandate.clone())?);
        }
        Ok(chain)
    }

    /// One mandate.
    #[must_use]
    pub fn of_mandate(mandate: RawMandate) -> Self {
        Self { mandates: vec![mandate], ..Self::default() }
    }

    /// All that `rules` hold, as it travels: each revision with its signatures, each mandate after the one that it
    /// follows.
    #[must_use]
    pub fn of(rules: &Rules) -> v1::Rules {
        v1::Rules {
            charters: rules.revisions().all().into_iter().map(|charter| charter.bytes().to_vec()).collect(),
            signatures: rules.signatures().map(CharterSignature::to_message).collect(),
            mandates: rules.signed_mandates(),
        }
    }

    /// Adds all of another chain.
    pub fn extend(&mut self, other: Self) {
        self.charters.extend(other.charters);
        self.signatures.extend(other.signatures);
        self.mandates.extend(other.mandates);
    }

    /// The network that its first revision founds, when it has one.
    #[must_use]
    pub fn network(&self) -> Option<NetworkId> {
        self.charters.values().find_map(|file| file.charter.founds())
    }

    /// The rules that it lays down, each part judged after what it follows.
    pub fn found(self) -> Result<Rules, ChainError> {
        let mut files = self.charters;
        for signature in self.signatures {
            if let Some(file) = files.get_mut(&signature.subject) {
                file.add(signature);
            }
        }
        let mut files: Vec<CharterFile> = files.into_values().collect();
        files.sort_by_key(|file| file.charter.order());
        let mut files = files.into_iter();
        let genesis = files.next().filter(|file| file.charter.founds().is_some()).ok_or(ChainError::NoGenesis)?;
        let mut rules = Rules::found(genesis)?;
        for file in files {
            let number = file.charter.revision;
            match rules.join(file) {
                // Of too many proposals the set keeps some: the others are no error of the chain.
                Ok(_) | Err(RevisionError::Crowded) => {}
                Err(source) => return Err(ChainError::Revision { number, source }),
            }
        }
        let mut mandates = self.mandates;
        mandates.sort_by_key(|mandate| mandate.unverified().number);
        for mandate in mandates {
            rules.add_mandate(mandate)?;
        }
        Ok(rules)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::charter::Ends;
    use crate::fixtures::Network;
    use crate::fixtures::charters::{cutoff, revision_after, rotate};

    /// A network of nine whose assessors have been rotated: revision 2 is adopted.
    fn rotated() -> (Network, Rules) {
        let network = Network::new(9, 1);
        let mut rules = network.rules.clone();
        let next = revision_after(rules.charter(), |message| {
            rotate(message, "SN", "CV");
            message.cutoffs = vec![cutoff("SN", None, Ends::default())];
        });
        let sign = |code| CharterSignature::sign(&next, &network.seat(code).administration, network.id());
        let signatures = ["CI", "SN", "GH", "CV", "BRRC"].map(sign).to_vec();
        rules.join(CharterFile { charter: next, signatures }).unwrap();
        assert_eq!(rules.charter().revision, 2);
        (network, rules)
    }

    #[test]
    fn a_chain_lays_down_the_same_rules_elsewhere() {
        let (_, rules) = rotated();
        let read = Chain::decode(&Chain::of(&rules).encode_to_vec()).unwrap().found().unwrap();
        assert_eq!((read.digest(), read.charter().revision), (rules.digest(), 2));
    }

    #[test]
    fn a_charter_file_is_a_chain_of_one_revision() {
        let (network, rules) = rotated();
        let mut chain = Chain::decode(&network.genesis.encode()).unwrap();
        assert_eq!(chain.network().as_ref(), Some(network.id()));
        let later = rules.charter();
        let signatures = rules.revisions().signatures_of(&later.hash()).cloned().collect();
        let later = Chain::decode(&CharterFile { charter: later.clone(), signatures }.encode()).unwrap();
        assert!(matches!(later.clone().found(), Err(ChainError::NoGenesis)));
        chain.extend(later);
        assert_eq!(chain.found().unwrap().charter().revision, 2);
    }

    #[test]
    fn what_does_not_follow_is_named() {
        let (_, rules) = rotated();
        let mut message = Chain::of(&rules);
        message.signatures.retain(|signature| signature.subject != rules.charter_hash().as_bytes());
        let error = Chain::parse(&message).unwrap().found().unwrap_err();
        assert!(matches!(error, ChainError::Revision { number: 2, source: RevisionError::Unsigned(2) }), "{error}");
        message.charters[0][0] ^= 0xff;
        assert!(Chain::parse(&message).is_err());
    }
}
