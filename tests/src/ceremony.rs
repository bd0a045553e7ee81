//! What keyholders do together: revisions by threshold. And what is done with keys in the wrong hands: mandates that the
//! command line does not make.

use std::fs;
use std::path::Path;

use palabre_core::charter::{Mandate, NodeCutoff, RawMandate};
use palabre_core::id::{CharterHash, NetworkId, NodeKey};
use palabre_core::keys::Secret;
use palabre_proto::{Message, v1};
use palabre_store::secrets;
use serde_json::Value;

use crate::cli::text;
use crate::hostile::member::Member;
use crate::node::Node;
use crate::wait::{eventually, when};

/// Has a revision with these changes adopted: the first signer proposes it, each of them signs. Its file.
pub fn adopt(dir: &Path, name: &str, changes: &[&str], signers: &[&Node]) -> String {
    let file = dir.join(name).to_str().expect("a plain name").to_owned();
    let words = [&["charter", "propose", "-o", &file], changes].concat();
    signers[0].cli().json(&words).ok();
    for signer in signers {
        signer.cli().json(&["charter", "sign", &file]).ok();
    }
    file
}

/// Waits until all these nodes have this revision in force.
pub fn reaches<'a>(nodes: impl IntoIterator<Item = &'a Node>, revision: u64) {
    for node in nodes {
        eventually(&format!("{} is at revision {revision}", node.administration), || {
            let status = node.api().status().map_err(|error| error.to_string())?;
            when(status["revision"] == revision, || status["revision"].to_string())
        });
    }
}

/// Waits until all these nodes say the same of an act: its effect, and why it has none.
pub fn all_judge<'a>(nodes: impl IntoIterator<Item = &'a Node>, act: &str, effect: &str, reason: Option<&str>) {
    for node in nodes {
        eventually(&format!("{} holds the act and judges it", node.administration), || {
            let shown = node.api().json(&format!("acts/{act}")).map_err(|error| error.to_string())?;
            when(shown["effect"] == effect && shown["reason"].as_str() == reason, || shown.to_string())
        });
    }
}

/// The number of an administration's mandate in force, and its nodes, as a node sees it.
pub fn mandate_of(node: &Node, administration: &str) -> (u64, Vec<String>) {
    let shown = node.cli().json(&["mandate", "show"]).ok().value();
    let mandates = shown["mandates"].as_array().cloned().unwrap_or_default();
    let in_force = |m: &&Value| m["administration"] == administration && m["in_force"] == true;
    let mandate = mandates.iter().find(in_force).unwrap_or_else(|| panic!("no mandate of {administration}: {shown}"));
    let nodes = mandate["nodes"].as_array().cloned().unwrap_or_default();
    (mandate["number"].as_u64().expect("a number"), nodes.iter().map(|node| text(&node["node"])).collect())
}

/// Whoever has an administration's key, rightly or not, and signs what it likes.
pub struct Hand {
    secret: Secret,
    network: NetworkId,
    charter: CharterHash,
    before: Mandate,
}

impl Hand {
    /// The key, the founding charter and the first mandate in the home of a node.
    pub fn in_home(home: &Path) -> Self {
        let member = Member::of(home);
        let seed = secrets::read_seed(&home.join("keys/administration.key")).expect("an administration's key");
        let first = |raw: &&RawMandate| raw.unverified().hash == member.mandate;
        let before = member.mandates.iter().find(first).expect("a mandate of its own").unverified().clone();
        Self { secret: Secret::from_seed(&seed), network: member.network, charter: member.charter, before }
    }

    /// The second mandate of the administration, for these nodes, with what is to count of those that it drops.
    pub fn mandate(&self, nodes: &[&str], cutoffs: &[NodeCutoff]) -> RawMandate {
        let listed = |key: &&str| v1::MandatedNode {
            key: key.parse::<NodeKey>().expect("a node's key").as_bytes().to_vec(),
            ..v1::MandatedNode::default()
        };
        let message = v1::Mandate {
            administration: self.before.administration.to_string(),
            number: self.before.number + 1,
            previous: self.before.hash.as_bytes().to_vec(),
            charter: self.charter.as_bytes().to_vec(),
            written: 1,
            nodes: nodes.iter().map(listed).collect(),
            cutoffs: cutoffs.iter().map(NodeCutoff::to_message).collect(),
        };
        RawMandate::parse(RawMandate::sign(&message, &self.secret, &self.network)).expect("a mandate")
    }
}

/// A mandate as whoever carries it hands it in.
pub fn as_rules(mandate: &RawMandate) -> Vec<u8> {
    v1::Rules { mandates: vec![mandate.to_message()], ..v1::Rules::default() }.encode_to_vec()
}

/// The same as a file.
pub fn write_mandate(mandate: &RawMandate, file: &Path) {
    fs::write(file, mandate.to_message().encode_to_vec()).expect("a file");
}
