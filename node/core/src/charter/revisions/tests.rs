//! Which revisions are adopted and which govern follows from the set, in whatever order it came.

use palabre_proto::v1;

use super::*;
use crate::fixtures::Network;
use crate::fixtures::charters::{cutoff, revision_after, rotate};
use crate::keys::Secret;

/// The seven keyholders of a region of nine: 5 must sign.
const HOLDERS: [&str; 7] = ["CI", "SN", "GH", "CV", "BRRC", "BF", "BJ"];

fn region() -> (Network, Revisions) {
    let network = Network::new(9, 1);
    let revisions = network.rules.revisions().clone();
    (network, revisions)
}

/// A revision in which another name is all that has changed.
fn renamed(before: &Charter, name: &str) -> Charter {
    revision_after(before, |message| message.name = Some(v1::Names { fr: name.to_owned(), ..v1::Names::default() }))
}

#[test]
fn a_revision_is_adopted_by_a_threshold_whoever_is_away() {
    let (network, mut revisions) = region();
    let next = renamed(revisions.in_force(), "Deux");
    // The leader and the regional office are away.
    let five = ["SN", "GH", "CV", "BF", "BJ"];
    let joined = revisions.join(network.signed(&next, &five[..4])).unwrap();
    assert!(joined.revision && joined.signatures.len() == 4);
    assert_eq!((revisions.in_force().revision, revisions.proposals().count()), (1, 1));
    assert!(revisions.add_signature(&network.signed(&next, &five[4..]).signatures[0]));
    assert_eq!(revisions.in_force().hash(), next.hash());
    assert_eq!((revisions.proposals().count(), revisions.disputed().count()), (0, 0));
    assert!(!revisions.join(network.signed(&next, &five)).unwrap().is_anything(), "it is held already");
}

#[test]
fn a_signer_counts_once_and_an_administration_without_a_key_share_not_at_all() {
    let (network, mut revisions) = region();
    let next = renamed(revisions.in_force(), "Deux");
    let twice = ["SN", "GH", "CV", "BF", "BF", "CD"];
    let joined = revisions.join(network.signed(&next, &twice)).unwrap();
    assert_eq!(joined.signatures.len(), 4, "CD is no keyholder");
    assert_eq!(revisions.in_force().revision, 1);
}

#[test]
fn old_and_new_keyholders_must_both_reach_the_threshold() {
    let (network, mut revisions) = region();
    // BF and BJ give their shares to CD and CF.
    let next = revision_after(revisions.in_force(), |message| {
        message.keyholders = ["CI", "SN", "GH", "CV", "BRRC", "CD", "CF"].map(str::to_owned).to_vec();
    });
    revisions.join(network.signed(&next, &["CI", "SN", "GH", "BF", "BJ"])).unwrap();
    assert_eq!(revisions.in_force().revision, 1, "five of the old, three of the new");
    revisions.join(network.signed(&next, &["CD", "CF"])).unwrap();
    assert_eq!(revisions.in_force().revision, 2, "five of the new too");
    // An old keyholder's signature does not count for what follows.
    let third = renamed(&next, "Trois");
    revisions.join(network.signed(&third, &["CI", "SN", "GH", "CV", "BF", "BJ"])).unwrap();
    assert_eq!(revisions.in_force().revision, 2);
}

#[test]
fn what_cannot_follow_is_refused_with_its_rule() {
    let (network, mut revisions) = region();
    let genesis = revisions.in_force().clone();
    let jump = revision_after(&genesis, |message| message.revision = 3);
    let error = revisions.join(network.signed(&jump, &HOLDERS)).unwrap_err();
    assert!(matches!(&error, RevisionError::Succession(b) if b == &[SuccessionBreach::Number { before: 1, found: 3 }]));

    let after_nothing = revision_after(&renamed(&genesis, "jamais vu"), |_| ());
    let error = revisions.join(network.signed(&after_nothing, &HOLDERS)).unwrap_err();
    assert!(matches!(error, RevisionError::NotFollowing(3)));

    let other = Network::new(9, 2);
    let foreign = renamed(&other.genesis.charter, "Autre");
    assert!(matches!(revisions.join(other.signed(&foreign, &HOLDERS)), Err(RevisionError::NotFollowing(2))));
    assert!(matches!(revisions.join(other.genesis.clone()), Err(RevisionError::OtherNetwork)));

    let hostless = revision_after(&genesis, |message| "TD".clone_into(&mut message.commissions[0].host));
    assert!(matches!(revisions.join(network.signed(&hostless, &HOLDERS)), Err(RevisionError::Invariants(_))));

    let rotated = revision_after(&genesis, |message| rotate(message, "SN", "CD"));
    let error = revisions.join(network.signed(&rotated, &HOLDERS)).unwrap_err();
    assert!(
        matches!(&error, RevisionError::Succession(b) if matches!(b[0], SuccessionBreach::NoCutoff(..))),
        "{error}"
    );

    let unsigned = renamed(&genesis, "Personne");
    assert!(matches!(revisions.join(network.signed(&unsigned, &["CD"])), Err(RevisionError::Unsigned(2))));
    let stranger = Secret::from_seed(&[9; 32]);
    let forged =
        CharterFile { signatures: vec![CharterSignature::sign(&unsigned, &stranger, network.id())], charter: unsigned };
    assert!(matches!(revisions.join(forged), Err(RevisionError::Unsigned(2))));
    assert_eq!(revisions.all().len(), 1, "nothing of it was kept");
}

/// Two revisions of one number that three keyholders have signed both.
fn double_signed(network: &Network, genesis: &Charter) -> (CharterFile, CharterFile) {
    let (one, other) = (renamed(genesis, "Un"), renamed(genesis, "Autre"));
    let first = network.signed(&one, &["CI", "SN", "GH", "CV", "BRRC"]);
    (first, network.signed(&other, &["CI", "SN", "GH", "BF", "BJ"]))
}

#[test]
fn when_double_signing_adopts_two_the_last_undisputed_one_governs_until_the_faithful_settle_it() {
    let (network, mut revisions) = region();
    let genesis = revisions.in_force().clone();
    let (one, other) = double_signed(&network, &genesis);
    let hashes = [one.charter.hash(), other.charter.hash()];
    let after_one = renamed(&one.charter, "Après");
    revisions.join(one.clone()).unwrap();
    revisions.join(network.signed(&after_one, &HOLDERS[..5])).unwrap();
    assert_eq!(revisions.in_force().revision, 3);
    revisions.join(other).unwrap();
    assert_eq!((revisions.in_force().revision, revisions.disputed().count()), (1, 3));

    let settlement = revision_after(&genesis, |message| {
        message.name = Some(v1::Names { fr: "Accord".to_owned(), ..v1::Names::default() });
        message.settles = hashes.iter().map(|hash| hash.as_bytes().to_vec()).collect();
    });
    // Those who signed both do not count; of the four others two thirds are three.
    revisions.join(network.signed(&settlement, &["CI", "SN", "GH", "CV", "BF"])).unwrap();
    assert_eq!(revisions.in_force().revision, 1);
    revisions.join(network.signed(&settlement, &["BRRC"])).unwrap();
    assert_eq!(revisions.in_force().hash(), settlement.hash());
    assert_eq!(revisions.disputed().count(), 0);
    // The line goes on after the settlement, not after what it set aside.
    let next = renamed(&settlement, "Suite");
    revisions.join(network.signed(&next, &HOLDERS)).unwrap();
    assert_eq!(revisions.in_force().hash(), next.hash());
}

#[test]
fn a_settlement_names_revisions_that_are_adopted() {
    let (network, mut revisions) = region();
    let genesis = revisions.in_force().clone();
    let (one, other) = double_signed(&network, &genesis);
    let settlement = revision_after(&genesis, |message| {
        message.settles = [&one, &other].iter().map(|file| file.charter.hash().as_bytes().to_vec()).collect();
    });
    revisions.join(one).unwrap();
    assert!(matches!(revisions.join(network.signed(&settlement, &HOLDERS)), Err(RevisionError::Settles(2))));
    revisions.join(other).unwrap();
    revisions.join(network.signed(&settlement, &HOLDERS)).unwrap();
    assert_eq!(revisions.in_force().hash(), settlement.hash());
    let last = revisions.all().last().map(|charter| charter.hash());
    assert_eq!(last, Some(settlement.hash()), "whoever gets them in this order can take each");
}

#[test]
fn a_keyholder_cannot_fill_the_set_with_proposals() {
    let (network, revisions) = region();
    let genesis = revisions.in_force().clone();
    let many: Vec<CharterFile> =
        (0..20).map(|number| network.signed(&renamed(&genesis, &number.to_string()), &["CI"])).collect();
    let honest = network.signed(&renamed(&genesis, "SN"), &["SN"]);
    let gathered = |files: &mut dyn Iterator<Item = &CharterFile>| {
        let mut revisions = revisions.clone();
        for file in files {
            drop(revisions.join(file.clone()));
        }
        revisions
    };
    let forwards = gathered(&mut many.iter().chain([&honest]));
    let backwards = gathered(&mut [&honest].into_iter().chain(many.iter().rev()));
    let held = |revisions: &Revisions| revisions.all().into_iter().map(Charter::hash).collect::<Vec<_>>();
    assert_eq!(held(&forwards), held(&backwards));
    assert_eq!(forwards.proposals().count(), PROPOSALS_MAX + 1);
    assert!(forwards.get(&honest.charter.hash()).is_some());
}

#[test]
fn a_checkpoint_is_the_highest_of_the_line() {
    let (network, mut revisions) = region();
    let author = network.author("SN", 1);
    let head = |sequence| v1::Head {
        author: author.log.name().author.as_bytes().to_vec(),
        log: author.log.name().log.as_bytes().to_vec(),
        sequence,
        id: vec![7; 32],
    };
    for sequence in [5, 9, 3] {
        let next = revision_after(revisions.in_force(), |message| {
            message.checkpoint = vec![head(sequence)];
            message.cutoffs = vec![cutoff("SN", None, super::super::Ends::default())];
        });
        revisions.join(network.signed(&next, &HOLDERS)).unwrap();
    }
    assert_eq!(revisions.in_force().revision, 4);
    assert_eq!(revisions.checkpoint(&author.log.name()).map(|head| head.sequence.get()), Some(9));
}
