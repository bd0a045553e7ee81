//! `forks.json`: fork proofs.

use palabre_core::id::NetworkId;
use palabre_core::ledger::ForkProof;
use palabre_proto::{Message, v1};

use crate::vector::{bytes, file, judge_all, text};
use crate::words;

#[test]
fn every_proof_gets_its_verdict() {
    let file = file("forks.json");
    let network = text(&file["network"]).parse().unwrap();
    judge_all(&file["vectors"], (6, 16), |vector| match verify(&bytes(&vector["proof"]), &network) {
        Ok(proof) => {
            let (low, high) = proof.ids();
            assert_eq!(vector["author"], proof.log().author.to_string(), "{}", vector["name"]);
            assert_eq!(vector["log"], proof.log().log.to_string(), "{}", vector["name"]);
            assert_eq!(vector["sequence"], proof.sequence().to_string(), "{}", vector["name"]);
            assert_eq!(vector["low"], low.to_string(), "{}", vector["name"]);
            assert_eq!(vector["high"], high.to_string(), "{}", vector["name"]);
            assert_eq!(vector["hash"], proof.hash().to_string(), "{}", vector["name"]);
            "valid".to_owned()
        }
        Err(word) => word.to_owned(),
    });
}

/// A proof, or the word for what is wrong with it.
pub(crate) fn verify(proof: &[u8], network: &NetworkId) -> Result<ForkProof, &'static str> {
    let message = v1::ForkProof::decode(proof).map_err(|_| "encoding")?;
    ForkProof::verify(message, network).map_err(|error| words::fork(&error))
}
