//! What charter and mandates say of the author of an entry.

use palabre_proto::{Message, v1};
use serde::Serialize;

use crate::generator::cast::{Cast, administration, hash, signed_mandate};
use crate::generator::shapes::{Case, hex};

#[derive(Serialize)]
pub(super) struct StandingVector {
    #[serde(flatten)]
    case: Case,
    #[serde(skip_serializing_if = "Option::is_none")]
    administration: Option<&'static str>,
    mandates: Vec<String>,
    entry: String,
}

/// Verdict, name and reason.
type Words = (&'static str, &'static str, &'static str);

pub(super) fn all(cast: &Cast) -> Vec<StandingVector> {
    let mut vectors = Vec::new();
    let ours = cast.header("CI");
    let signed = |code: &str| encoded(cast, &cast.mandate(code));
    let mut say =
        |(verdict, name, why): Words, administration, mandates: &[&String], code: &str, header: &v1::Header| {
            let entry = hex(&cast.entry(code, &header.encode_to_vec(), None).encode_to_vec());
            let mandates = mandates.iter().map(|mandate| (*mandate).clone()).collect();
            vectors.push(StandingVector { case: Case::new(verdict, name, why), administration, mandates, entry });
        };
    let (ci, sn, tg, wco) = (signed("CI"), signed("SN"), signed("TG"), signed("WCO"));
    let all = [&ci, &sn, &tg, &wco];
    say(("acts", "acts", "the node acts for the administration whose mandate lists it"), Some("CI"), &all, "CI", &ours);
    say(("acts", "partner", "so does the node of a partner"), Some("WCO"), &all, "WCO", &cast.header("WCO"));
    say(
        ("waits", "charter-unknown", "the entry cites a revision that is not held"),
        None,
        &all,
        "CI",
        &v1::Header { charter: vec![9; 32], ..ours.clone() },
    );
    say(("waits", "mandate-unknown", "the entry cites a mandate that is not held"), None, &[&sn, &tg], "CI", &ours);
    say(
        ("not-mandated", "mandate-of-another", "the mandate that the entry cites does not list the node"),
        None,
        &all,
        "CI",
        &v1::Header { mandate: cast.mandate_hash("SN"), ..ours.clone() },
    );
    say(
        ("suspended", "suspended", "the administration is suspended in the charter"),
        None,
        &all,
        "TG",
        &cast.header("TG"),
    );
    say(
        ("not-mandated", "suspended-of-another", "not listed, and the administration suspended"),
        None,
        &all,
        "CI",
        &v1::Header { mandate: cast.mandate_hash("TG"), ..ours.clone() },
    );
    disputed(cast, &mut say, &ours, &ci);
    vectors
}

/// Two mandates of one number: neither governs.
fn disputed(
    cast: &Cast,
    say: &mut impl FnMut(Words, Option<&'static str>, &[&String], &str, &v1::Header),
    ours: &v1::Header,
    ci: &String,
) {
    let other = v1::Mandate { written: 1, ..cast.mandate("CI") };
    let rival = encoded(cast, &other);
    say(
        ("waits", "disputed", "the administration has signed two different mandates 1"),
        None,
        &[ci, &rival],
        "CI",
        ours,
    );
    say(("waits", "disputed-other-order", "whichever came first"), None, &[&rival, ci], "CI", ours);
    let cited = v1::Header { mandate: hash(&other.encode_to_vec()), ..ours.clone() };
    say(("waits", "disputed-rival", "whichever is cited"), None, &[ci, &rival], "CI", &cited);
    say(("acts", "held-twice", "the same mandate twice is no dispute"), Some("CI"), &[ci, ci], "CI", ours);
}

fn encoded(cast: &Cast, mandate: &v1::Mandate) -> String {
    let signer = administration(&mandate.administration);
    hex(&signed_mandate(&mandate.encode_to_vec(), &signer, &cast.network).encode_to_vec())
}
