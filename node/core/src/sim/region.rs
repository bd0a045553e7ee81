//! The network that is simulated: the region's own charter template, signed by keys from the seed, and a mandate for
//! every administration that runs a node.

use std::collections::BTreeMap;

use palabre_proto::v1;
use thiserror::Error;

use super::sealing;
use crate::charter::template::{Template, TemplateError};
use crate::charter::{CharterFile, CharterSignature, MandateError, RawMandate, Rules, RulesError};
use crate::id::{Code, NodeKey};
use crate::keys::Secret;
use crate::seal::suite::SUITE;
use crate::time::Millis;

/// When the charter was written, and when virtual time begins: 1 January 2026, 00:00 UTC.
pub const WRITTEN: Millis = Millis(1_767_225_600_000);

/// The charter template as it is handed to the region.
const TEMPLATE: &str = include_str!("../../../../config/charter.toml");

/// Why a region cannot be made.
#[derive(Debug, Error)]
pub enum RegionError {
    /// The template makes no charter.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// The charter founds no network.
    #[error("the template's charter founds no network")]
    Genesis,
    /// The charter does not stand.
    #[error(transparent)]
    Rules(#[from] RulesError),
    /// A mandate does not count.
    #[error(transparent)]
    Mandate(#[from] MandateError),
}

/// A network and the keys of its nodes.
pub struct Region {
    /// Charter and all mandates.
    pub rules: Rules,
    /// The nodes' secrets. Node `i` belongs to administration `i`, counted round and round.
    pub secrets: Vec<Secret>,
}

impl Region {
    /// A region whose administrations run so many nodes together.
    ///
    /// `administrations`: how many run them; 0 for all.
    /// `seals`: whether nodes have sealing keys.
    pub fn new(nodes: usize, administrations: usize, seals: bool, seed: u64) -> Result<Self, RegionError> {
        let template = Template::parse(TEMPLATE)?;
        let codes: Vec<Code> = template.administrations.iter().map(|a| a.code.clone()).collect();
        let keys: BTreeMap<Code, _> =
            codes.iter().map(|code| (code.clone(), administration(seed, code).administration_key())).collect();
        let charter = template.found(&keys, WRITTEN)?;
        let network = charter.founds().ok_or(RegionError::Genesis)?;
        let sign = |code| CharterSignature::sign(&charter, &administration(seed, code), &network);
        let signatures = template.keyholders.iter().map(sign).collect();
        let hash = charter.hash();
        let mut rules = Rules::found(CharterFile { charter, signatures })?;
        let secrets: Vec<Secret> = (0..nodes).map(|node| secret(seed, &format!("node {node}"))).collect();
        let running = if administrations == 0 { codes.len() } else { administrations.min(codes.len()) };
        for (number, code) in codes.iter().take(running).enumerate() {
            let own: Vec<NodeKey> = secrets.iter().skip(number).step_by(running).map(Secret::node_key).collect();
            if own.is_empty() {
                continue;
            }
            let message = v1::Mandate {
                administration: code.to_string(),
                number: 1,
                charter: hash.as_bytes().to_vec(),
                written: WRITTEN.0,
                nodes: own.iter().map(|key| mandated(key, seals)).collect(),
                ..v1::Mandate::default()
            };
            rules.add_mandate(RawMandate::parse(RawMandate::sign(&message, &administration(seed, code), &network))?)?;
        }
        Ok(Self { rules, secrets })
    }
}

pub(super) fn mandated(key: &NodeKey, seals: bool) -> v1::MandatedNode {
    let sealing = sealing::secret(key).filter(|_| seals).map(|secret| secret.public().to_bytes());
    v1::MandatedNode {
        key: key.as_bytes().to_vec(),
        label: key.short(),
        // One lasting address: a simulated node can always be dialled, the network decides whether it answers.
        addresses: vec![format!("/dns4/{}.example/tcp/4001", key.short())],
        sealing: sealing.into_iter().map(|key| v1::SealingKey { suite: SUITE.to_owned(), key }).collect(),
        ..v1::MandatedNode::default()
    }
}

pub(super) fn administration(seed: u64, code: &Code) -> Secret {
    secret(seed, &format!("administration {code}"))
}

pub(super) fn secret(seed: u64, whose: &str) -> Secret {
    let mut hasher = blake3::Hasher::new_derive_key("palabre simulator secret");
    hasher.update(&seed.to_le_bytes()).update(whose.as_bytes());
    Secret::from_seed(hasher.finalize().as_bytes())
}
