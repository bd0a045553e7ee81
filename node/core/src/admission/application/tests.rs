use super::*;
use crate::admission::door::{self, Answer, Knock, Wants};
use crate::admission::list::Applications;
use crate::admission::wait::Wait;
use crate::charter::CharterSignature;
use crate::charter::proposal::{Changes, propose};
use crate::fixtures::{Network, Options, WRITTEN};
use crate::id::InvitationCode;

const DAY: u64 = 24 * 60 * 60 * 1000;

fn code(text: &str) -> Code {
    text.parse().unwrap()
}

fn secret(number: u8) -> Secret {
    Secret::from_seed(&[number; 32])
}

fn invite(network: &Network, by: &str, number: u8) -> InvitationText {
    let addresses = vec!["/ip4/192.0.2.1/tcp/8710".to_owned()];
    let drawn = InvitationCode::from_bytes([number; 16]);
    InvitationText::sign(*network.id(), addresses, WRITTEN.plus(DAY), drawn, &network.seat(by).node).unwrap()
}

fn message(invitation: &InvitationText, administration: &str, node: &Secret) -> v1::Application {
    v1::Application {
        invitation: Some(invitation.to_message()),
        administration: administration.to_owned(),
        node: node.node_key().as_bytes().to_vec(),
        label: "Réserve".to_owned(),
        contact: "Afi, +228 22 00 00 00".to_owned(),
        language: "fr".to_owned(),
        written: WRITTEN.0,
        ..v1::Application::default()
    }
}

/// A node of an administration that the charter lists with its key.
fn of_listed(network: &Network, administration: &str) -> SignedApplication {
    let message = message(&invite(network, "CI", 1), administration, &secret(1));
    SignedApplication::sign(&message, network.id(), &secret(1), None).unwrap()
}

fn with_newcomer(mut message: v1::Application, key: &Secret) -> v1::Application {
    let name = "Organisation mondiale des douanes".to_owned();
    message.newcomer = Some(v1::Newcomer {
        key: key.administration_key().as_bytes().to_vec(),
        kind: v1::administration::Kind::Partner as i32,
        names: Some(v1::Names { fr: name.clone(), en: name.clone(), pt: name }),
        languages: vec!["fr".to_owned(), "en".to_owned()],
    });
    message
}

/// A node of an administration that the charter does not list.
fn of_new(network: &Network) -> SignedApplication {
    let message = with_newcomer(message(&invite(network, "CI", 1), "OMD", &secret(1)), &secret(2));
    SignedApplication::sign(&message, network.id(), &secret(1), Some(&secret(2))).unwrap()
}

#[test]
fn applications_of_both_kinds_are_taken_and_come_back_from_the_file() {
    let network = Network::new(5, 1);
    let mut list = Applications::default();
    assert_eq!(list.take(of_listed(&network, "SN"), &network.rules, WRITTEN), Ok(true));
    assert_eq!(list.take(of_listed(&network, "SN"), &network.rules, WRITTEN), Ok(false), "once more is nothing new");
    assert_eq!(Applications::decode(&list.encode()).unwrap(), list);
    let mut list = Applications::default();
    let application = of_new(&network);
    assert_eq!(list.take(application.clone(), &network.rules, WRITTEN), Ok(true));
    assert_eq!(list.get(&application.unverified().id).unwrap().application, application);
}

#[test]
fn what_is_not_right_about_an_invitation_is_refused_each_for_its_reason() {
    let (network, other) = (Network::new(5, 1), Network::new(5, 2));
    let judge = |application: &SignedApplication, now| application.verify(&network.rules, now).map(drop);
    let good = of_listed(&network, "SN");
    assert_eq!(judge(&good, WRITTEN.plus(DAY)), Ok(()));
    assert_eq!(judge(&good, WRITTEN.plus(DAY + 1)), Err(Refusal::Expired));
    assert_eq!(judge(&of_listed(&other, "SN"), WRITTEN), Err(Refusal::OtherNetwork));
    let changed = |change: &dyn Fn(&mut v1::InvitationText)| {
        let mut text = invite(&network, "CI", 1).to_message();
        change(&mut text);
        let mut message = message(&invite(&network, "CI", 1), "SN", &secret(1));
        message.invitation = Some(text);
        SignedApplication::sign(&message, network.id(), &secret(1), None).unwrap()
    };
    assert_eq!(judge(&changed(&|text| text.code[3] ^= 1), WRITTEN), Err(Refusal::WrongCode));
    assert_eq!(judge(&changed(&|text| text.signature[3] ^= 1), WRITTEN), Err(Refusal::Signature));
    let later = changed(&|text| {
        let mut said = v1::Invitation::decode(text.invitation.as_slice()).unwrap();
        said.expires += DAY;
        text.invitation = said.encode_to_vec();
    });
    assert_eq!(judge(&later, WRITTEN), Err(Refusal::Signature), "nobody lengthens an invitation");
}

#[test]
fn members_invite_and_partners_and_strangers_do_not() {
    let network = Network::with(5, 1, Options { partner: true, suspended: &[], ..Options::default() });
    let judge = |invitation: &InvitationText| {
        let message = message(invitation, "SN", &secret(1));
        let signed = SignedApplication::sign(&message, network.id(), &secret(1), None).unwrap();
        signed.verify(&network.rules, WRITTEN).map(drop)
    };
    assert_eq!(judge(&invite(&network, "BRRC", 1)), Ok(()));
    assert_eq!(judge(&invite(&network, "WCO", 1)), Err(Refusal::NotEntitled));
    let (drawn, addresses) = (InvitationCode::from_bytes([1; 16]), vec!["/x".to_owned()]);
    let stranger = InvitationText::sign(*network.id(), addresses, WRITTEN.plus(DAY), drawn, &secret(9)).unwrap();
    assert_eq!(judge(&stranger), Err(Refusal::NotEntitled));
}

#[test]
fn keys_must_be_shown_and_must_fit_the_charter() {
    let network = Network::new(5, 1);
    let sign = |message: &v1::Application, node: &Secret, administration: Option<&Secret>| {
        let signed = SignedApplication::sign(message, network.id(), node, administration)?;
        Ok::<_, ApplicationError>(signed.verify(&network.rules, WRITTEN).map(drop))
    };
    let plain = message(&invite(&network, "CI", 1), "SN", &secret(1));
    assert_eq!(sign(&plain, &secret(3), None).unwrap(), Err(Refusal::Signature), "not the node's key");
    let new = with_newcomer(message(&invite(&network, "CI", 1), "OMD", &secret(1)), &secret(2));
    assert_eq!(sign(&new, &secret(1), Some(&secret(3))).unwrap(), Err(Refusal::Signature), "not the newcomer's key");
    assert!(matches!(sign(&new, &secret(1), None), Err(ApplicationError::Signature(_))));
    assert!(matches!(sign(&plain, &secret(1), Some(&secret(2))), Err(ApplicationError::Signature(_))));
    let unknown = message(&invite(&network, "CI", 1), "OMD", &secret(1));
    assert_eq!(sign(&unknown, &secret(1), None).unwrap(), Err(Refusal::NoKey));
    let taken = with_newcomer(plain, &secret(2));
    assert_eq!(sign(&taken, &secret(1), Some(&secret(2))).unwrap(), Err(Refusal::OtherKey));
}

#[test]
fn a_code_serves_one_node_and_one_inviter_cannot_fill_the_list() {
    let network = Network::new(5, 1);
    let mut list = Applications::default();
    let apply = |by: &str, number: u8, node: u8, written: u64| {
        let mut message = message(&invite(&network, by, number), "SN", &secret(node));
        message.written += written;
        SignedApplication::sign(&message, network.id(), &secret(node), None).unwrap()
    };
    assert_eq!(list.take(apply("CI", 1, 1, 0), &network.rules, WRITTEN), Ok(true));
    assert_eq!(list.take(apply("CI", 1, 2, 0), &network.rules, WRITTEN), Err(Refusal::UsedCode));
    assert_eq!(list.take(apply("CI", 1, 1, 5), &network.rules, WRITTEN), Ok(true), "the same node puts it right");
    assert_eq!(list.take(apply("CI", 1, 1, 0), &network.rules, WRITTEN), Ok(false), "and nobody puts it back");
    for number in 2..=16 {
        assert_eq!(list.take(apply("CI", number, number, 0), &network.rules, WRITTEN), Ok(true));
    }
    assert_eq!(list.take(apply("CI", 17, 17, 0), &network.rules, WRITTEN), Err(Refusal::Full));
    assert_eq!(list.take(apply("GH", 17, 17, 0), &network.rules, WRITTEN), Ok(true));
    assert_eq!(list.all().len(), 17);
    let later = WRITTEN.plus(2 * DAY);
    let addresses = vec!["/x".to_owned()];
    let drawn = InvitationCode::from_bytes([99; 16]);
    let ci = &network.seat("CI").node;
    let fresh = InvitationText::sign(*network.id(), addresses, later, drawn, ci).unwrap();
    let fresh = SignedApplication::sign(&message(&fresh, "SN", &secret(5)), network.id(), &secret(5), None).unwrap();
    assert_eq!(list.take(fresh, &network.rules, later), Ok(true), "what has expired makes room");
    assert_eq!(list.all().len(), 1);
}

#[test]
fn texts_that_would_disguise_something_are_refused() {
    let network = Network::new(5, 1);
    let invitation = invite(&network, "CI", 1);
    let changes: [&dyn Fn(&mut v1::Application); 8] = [
        &|m| m.label.clear(),
        &|m| m.label = "x".repeat(LINE_MAX + 1),
        &|m| m.contact = "\u{1b}[2J".to_owned(),
        &|m| m.language = "French".to_owned(),
        &|m| m.addresses = vec!["/x".to_owned(); 9],
        &|m| m.administration = "ci".to_owned(),
        &|m| m.invitation = None,
        &|m| m.newcomer.as_mut().unwrap().kind = v1::administration::Kind::RegionalOffice as i32,
    ];
    for (number, change) in changes.iter().enumerate() {
        let mut message = with_newcomer(message(&invitation, "OMD", &secret(1)), &secret(2));
        change(&mut message);
        assert!(SignedApplication::sign(&message, network.id(), &secret(1), Some(&secret(2))).is_err(), "{number}");
    }
}

#[test]
fn the_fingerprint_stands_for_the_keys_and_the_administration() {
    let network = Network::new(5, 1);
    let of = |application: &SignedApplication| application.unverified().fingerprint();
    let first = of(&of_listed(&network, "SN"));
    assert_eq!(first, of(&of_listed(&network, "SN")));
    assert_ne!(first, of(&of_listed(&network, "GH")));
    assert_ne!(first, of(&of_new(&network)));
    assert!(first.0.iter().all(|number| *number < 2048));
    assert_eq!(Fingerprint::of(&[0xff; 32]), Fingerprint([2047; 6]));
    let mut bits = [0; 32];
    bits[1] = 0x20;
    assert_eq!(Fingerprint::of(&bits), Fingerprint([1, 0, 0, 0, 0, 0]));
}

#[test]
fn a_new_administration_waits_for_a_proposal_its_signatures_and_its_mandate() {
    let network = Network::new(5, 1);
    let mut rules = network.rules.clone();
    let application = of_new(&network);
    let said = application.unverified();
    assert_eq!(Wait::of(&rules, said), Wait::Proposal);
    assert!(door::given(&rules, said).mandates.is_empty(), "who is not in the charter learns no mandate");
    let admit = [(said.administration.clone(), said.newcomer.clone().unwrap())].into();
    let next =
        propose(&rules, &std::collections::BTreeMap::new(), &Changes { admit, ..Changes::default() }, WRITTEN).unwrap();
    rules.join(network.signed(&next, &["CI", "SN", "BRRC"])).unwrap();
    let missing: Vec<Code> = ["CV", "GH"].map(code).to_vec();
    let signed: Vec<Code> = ["BRRC", "CI", "SN"].map(code).to_vec();
    let (hash, threshold) = (next.hash(), 4);
    assert_eq!(Wait::of(&rules, said), Wait::Signatures { revision: 2, hash, threshold, signed, missing, lacking: 1 });
    rules.add_signature(&CharterSignature::sign(&next, &network.seat("GH").administration, network.id()));
    assert_eq!(Wait::of(&rules, said), Wait::Mandate);
    assert_eq!(door::given(&rules, said).mandates.len(), 5);
}

#[test]
fn what_makes_a_node_a_member_counts_where_nobody_has_heard_of_it() {
    let network = Network::new(5, 1);
    let mut theirs = network.rules_without(&["GH"]);
    let gh = network.seat("GH").node.node_key();
    assert!(!theirs.admits(&gh));
    let proof = door::proof(&network.rules, &gh).unwrap();
    let knock = Knock { wants: Wants::Shown(Box::new(proof.clone())), known: Vec::new() };
    assert_eq!(Knock::decode(&knock.encode()).unwrap(), knock, "it is no more than a stranger shows");
    for mandate in proof.mandates {
        theirs.add_mandate(crate::charter::RawMandate::parse(mandate).unwrap()).unwrap();
    }
    assert!(theirs.admits(&gh));
    assert_eq!(door::proof(&network.rules, &secret(9).node_key()), None);
}

#[test]
fn what_is_said_at_the_door_comes_back_and_rules_that_are_known_are_not_said_again() {
    let network = Network::new(9, 1);
    let application = of_listed(&network, "SN");
    let knock = Knock { wants: Wants::Application(Box::new(application.clone())), known: vec![1] };
    assert_eq!(Knock::decode(&knock.encode()).unwrap(), knock);
    let given = door::given(&network.rules, application.unverified());
    let frames = door::taken(&given, &[]);
    let answer = Answer::decode(&frames).unwrap();
    assert_eq!(answer.refusal, None);
    assert_eq!(answer.rules.unwrap().found().unwrap().digest(), network.rules.digest());
    let again = Answer::decode(&door::taken(&given, &answer.digest)).unwrap();
    assert!(again.rules.is_none() && again.digest == answer.digest);
    let refused = Answer::decode(&door::refused(Refusal::UsedCode)).unwrap();
    assert_eq!((refused.refusal, refused.rules.is_none()), (Some(Refusal::UsedCode), true));
    assert!(Answer::decode(&[]).is_err());
    let much = v1::Rules { charters: vec![Vec::new(); 17], ..v1::Rules::default() };
    let much = v1::Knock { body: Some(v1::knock::Body::Shown(much)), known: Vec::new() };
    assert!(matches!(Knock::decode(&much.encode_to_vec()), Err(door::DoorError::TooMuch)));
}
