//! The mandate after the one in force: with further nodes, or without one.

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use palabre_core::charter::{Charter, RawMandate, Rules};
use palabre_core::id::{Code, NetworkId};
use palabre_core::keys::Secret;
use palabre_proto::{Message, v1};
use palabre_web::problem::Kind;
use palabre_web::text;

use crate::failure::{Failure, chain, internal};

/// The administration whose key this is, under a revision of the charter.
pub(super) fn administration_of(charter: &Charter, secret: &Secret) -> Result<Code, Failure> {
    let key = secret.administration_key();
    let found = charter.administrations.iter().find(|administration| administration.key == Some(key));
    let refused = || Failure::new(Kind::Refused, text!("err-no-administration", key = key.to_string()));
    found.map(|administration| administration.code.clone()).ok_or_else(refused)
}

/// What follows the mandate in force: the next number, the same nodes, nothing cut. The first of all when there is none.
pub(super) fn next(rules: &Rules, administration: &Code) -> Result<v1::Mandate, Failure> {
    let charter = rules.charter().hash().as_bytes().to_vec();
    let Some(before) = rules.mandate_in_force(administration) else {
        return Ok(v1::Mandate {
            administration: administration.to_string(),
            number: 1,
            charter,
            ..v1::Mandate::default()
        });
    };
    // Its bytes, not its parsed form: what this version does not know of a node stays in the list.
    let held = rules.signed_mandates();
    let bytes = held.iter().map(|signed| &signed.mandate).find(|bytes| blake3::hash(bytes) == *before.hash.as_bytes());
    let message = bytes.map(|bytes| v1::Mandate::decode(bytes.as_slice())).transpose();
    let message = message.map_err(|error| internal(&error))?.unwrap_or_default();
    Ok(v1::Mandate {
        number: before.number + 1,
        previous: before.hash.as_bytes().to_vec(),
        charter,
        cutoffs: Vec::new(),
        ..message
    })
}

/// Signs a mandate, dated now, and reads it back as anybody will: what would be refused elsewhere is not handed out.
pub(super) fn sign(
    message: v1::Mandate,
    charter: &Charter,
    secret: &Secret,
    network: &NetworkId,
) -> Result<RawMandate, Failure> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let written = u64::try_from(now.as_millis()).unwrap_or(u64::MAX);
    let signed = RawMandate::sign(&v1::Mandate { written, ..message }, secret, network);
    let refused = |error| Failure::new(Kind::Refused, text!("err-mandate", detail = chain(&error)));
    let raw = RawMandate::parse(signed).map_err(refused)?;
    raw.verify(charter, network).map_err(refused)?;
    Ok(raw)
}

/// Writes a mandate where it is wanted as a file.
pub(super) fn write(mandate: &RawMandate, file: Option<&Path>) -> Result<(), Failure> {
    file.map_or(Ok(()), |file| crate::file::create(file, &mandate.to_message().encode_to_vec()))
}

/// A mandate as it is handed in.
pub(super) fn as_rules(mandate: &RawMandate) -> v1::Rules {
    v1::Rules { mandates: vec![mandate.to_message()], ..v1::Rules::default() }
}
