//! Who must sign: a threshold of the keyholders before and after, each administration once.

use palabre_core::id::NetworkId;
use palabre_core::keys::Purpose;
use palabre_proto::{Message, v1};

use super::deeds::{Revision, cutoff, key};
use super::{Book, Story};
use crate::generator::cast::{administration, founded, revision_signature, texts};

pub(super) fn add(book: &mut Book<'_>) {
    threshold(book);
    signatures(book);
    order(book);
    networks(book);
    keyholders(book);
    re_keyed(book);
}

fn threshold(book: &mut Book<'_>) {
    let next = book.genesis.next_for(2031);
    book.tell("adopted", "four of five have signed", |s| {
        s.comes("joins", &next, &["CI", "SN", "GH", "CV"]);
        s.governs(&next);
    });
    book.tell("one-short", "three have signed, four must: the genesis governs", |s| {
        s.comes("joins", &next, &["CI", "SN", "GH"]);
    });
    book.tell("in-parts", "signatures come one by one", |s| {
        for code in ["CI", "SN", "GH", "CV"] {
            s.comes("joins", &next, &[code]);
        }
        s.comes("held", &next, &["CI"]);
        s.comes("held", &next, &[]);
        s.governs(&next);
    });
    book.tell("duplicated", "administrations count, not signatures", |s| {
        s.comes("joins", &next, &["CI", "SN", "GH", "GH", "CI"]);
        s.comes("held", &next, &["GH"]);
    });
    book.tell("unsigned", "nobody proposes it", |s| s.comes("unsigned", &next, &[]));
    book.tell("stranger", "a partner and a suspended member that is no keyholder propose nothing", |s| {
        s.comes("unsigned", &next, &["WCO", "TG"]);
        s.comes("joins", &next, &["CI", "SN", "GH", "WCO", "TG"]);
    });
    let later = next.next_for(2032);
    book.tell("two-in-a-row", "each after the one before", |s| {
        s.comes("joins", &next, &["CI", "SN", "GH", "CV"]);
        s.comes("joins", &later, &["BRRC", "SN", "GH", "CV"]);
        s.governs(&later);
    });
}

fn signatures(book: &mut Book<'_>) {
    let next = book.genesis.next_for(2031);
    let network = book.cast.network;
    let right = revision_signature(&next.bytes, "CV", &network);
    let signed = |purpose, network: &NetworkId| v1::Signature {
        signature: administration("CV").sign(purpose, network, &next.bytes).0.to_vec(),
        ..right.clone()
    };
    let fourths = [
        (
            "fourth-by-hash",
            "the fourth is for a network that the revision would found",
            signed(Purpose::Charter, &founded(&next.bytes)),
        ),
        (
            "fourth-of-network",
            "the fourth is for another network",
            signed(Purpose::Charter, &NetworkId::from_bytes([7; 32])),
        ),
        ("fourth-as-mandate", "the fourth has the prefix of mandates", signed(Purpose::Mandate, &network)),
        (
            "fourth-of-genesis",
            "the fourth names the genesis",
            v1::Signature { subject: book.genesis.hash(), ..right.clone() },
        ),
        ("fourth-of-another", "the fourth says that it is by BRRC", key_of(&right, "BRRC")),
    ];
    for (name, why, fourth) in fourths {
        book.tell(name, why, |s| {
            let mut signatures: Vec<_> =
                ["CI", "SN", "GH"].iter().map(|code| revision_signature(&next.bytes, code, &network)).collect();
            signatures.push(fourth);
            s.comes_with("joins", &next, signatures);
        });
    }
}

fn key_of(signature: &v1::Signature, code: &str) -> v1::Signature {
    v1::Signature { key: administration(code).administration_key().as_bytes().to_vec(), ..signature.clone() }
}

fn order(book: &mut Book<'_>) {
    let two = book.genesis.next_for(2031);
    let three = two.next_for(2032);
    book.tell("three-first", "revision 3 comes before revision 2, and again after it", |s| {
        s.comes("not-following", &three, &["CI", "SN", "GH", "CV"]);
        s.comes("joins", &two, &["CI", "SN", "GH", "CV"]);
        s.comes("joins", &three, &["CI", "SN", "GH", "CV"]);
        s.governs(&three);
    });
    book.tell("after-a-proposal", "revision 2 is not adopted: nothing follows it", |s| {
        s.comes("joins", &two, &["CI", "SN", "GH"]);
        s.comes("not-following", &three, &["CI", "SN", "GH", "CV"]);
    });
    let jump = book.genesis.next(|message| message.revision = 3);
    book.tell("jump", "N+2: revision 3 follows revision 1", |s| s.breaks("succession", &["number"], &jump));
    let again = two.next(|message| message.revision = 2);
    book.tell("number-again", "revision 2 follows revision 2", |s| {
        s.comes("joins", &two, &["CI", "SN", "GH", "CV"]);
        s.breaks("succession", &["number"], &again);
        s.governs(&two);
    });
}

fn networks(book: &mut Book<'_>) {
    let mut other = crate::generator::cast::genesis();
    other.written += 1;
    let other = Revision { bytes: other.encode_to_vec(), said: other };
    book.tell("other-genesis", "the genesis of another network", |s| {
        let signatures = ["CI", "SN", "GH", "CV"].iter();
        let network = founded(&other.bytes);
        let signatures = signatures.map(|code| revision_signature(&other.bytes, code, &network)).collect();
        s.comes_with("other-network", &other, signatures);
    });
    let proposal = other.next_for(2031);
    book.tell("other-proposal", "a proposal of another network, with the same keyholders", |s| {
        s.comes("not-following", &proposal, &["CI", "SN", "GH", "CV"]);
    });
    let ours = book.genesis.next_for(2031);
    book.tell("signed-elsewhere", "all have signed it for another network", |s| {
        let network = founded(&other.bytes);
        let signatures = ["CI", "SN", "GH", "CV"].iter();
        let signatures = signatures.map(|code| revision_signature(&ours.bytes, code, &network)).collect();
        s.comes_with("unsigned", &ours, signatures);
    });
}

fn keyholders(book: &mut Book<'_>) {
    let more = book.genesis.next(|message| {
        message.keyholders.push("TG".to_owned());
        message.threshold = 5;
    });
    book.tell("old-threshold-only", "four of the old five, and four of the new six where five must", |s| {
        s.comes("joins", &more, &["CI", "SN", "GH", "CV"]);
    });
    book.tell("both-thresholds", "the newcomer's signature counts towards the new threshold", |s| {
        s.comes("joins", &more, &["CI", "SN", "GH", "CV", "TG"]);
        s.governs(&more);
    });
    book.tell("newcomer-not-of-old", "the newcomer's signature does not count towards the old threshold", |s| {
        s.comes("joins", &more, &["CI", "SN", "GH", "TG"]);
    });
    let few = book.genesis.next(|message| {
        message.keyholders = texts(&["CI", "SN", "TG"]);
        message.threshold = 2;
    });
    book.tell("new-threshold-only", "all of the new three, and two of the old five", |s| {
        s.comes("joins", &few, &["CI", "SN", "TG"]);
    });
    let raised = book.genesis.next(|message| message.threshold = 5);
    book.tell("threshold-raised", "it demands five signatures, and counts for itself", |s| {
        s.comes("joins", &raised, &["CI", "SN", "GH", "CV"]);
    });
    let without = book.genesis.next(|message| {
        message.keyholders = texts(&["CI", "SN", "GH", "CV"]);
        message.threshold = 3;
    });
    book.tell("keyholder-leaves", "BRRC signs the revision by which it is no keyholder any more", |s| {
        s.comes("joins", &without, &["CI", "SN", "GH", "BRRC"]);
        s.governs(&without);
    });
    let after = without.next_for(2031);
    book.tell("former-keyholder", "after it, BRRC does not count", |s| {
        s.comes("joins", &without, &["CI", "SN", "GH", "BRRC"]);
        s.comes("joins", &after, &["CI", "SN", "BRRC"]);
        s.comes("joins", &after, &["CV"]);
        s.governs(&after);
    });
}

/// SN has a new key from revision 2 on.
fn re_keyed(book: &mut Book<'_>) {
    let two = book.genesis.next(|message| {
        key(message, "SN", "SN new");
        message.cutoffs = vec![cutoff("SN", None, &[])];
    });
    let three = two.next_for(2031);
    let adopt = |s: &mut Story<'_>| s.comes("joins", &two, &["CI", "GH", "CV", "BRRC"]);
    book.tell("old-key", "an old keyholder's key", |s| {
        adopt(s);
        s.comes("joins", &three, &["CI", "GH", "CV", "SN"]);
        s.governs(&two);
    });
    book.tell("new-key", "its new key counts", |s| {
        adopt(s);
        s.comes("joins", &three, &["CI", "GH", "CV", "SN new"]);
        s.governs(&three);
    });
    book.tell("new-key-too-early", "by the old keyholders' keys three have signed", |s| {
        s.comes("joins", &two, &["CI", "GH", "CV", "SN new"]);
    });
    book.tell("old-key-of-the-next", "by the new keyholders' keys three have signed", |s| {
        s.comes("joins", &two, &["CI", "GH", "CV", "SN"]);
    });
    book.tell("both-keys", "with both keys SN counts in both thresholds", |s| {
        s.comes("joins", &two, &["CI", "GH", "CV", "SN", "SN new"]);
        s.governs(&two);
    });
    book.tell("both-keys-once", "with both keys SN counts once in each", |s| {
        s.comes("joins", &two, &["CI", "GH", "SN", "SN new"]);
    });
}
