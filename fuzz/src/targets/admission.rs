//! Invitations, applications, and what is said at the door.

use palabre_core::admission::door::{self, Answer, Knock, Wants};
use palabre_core::admission::{Applications, InvitationText, SignedApplication, Wait};
use palabre_core::fixtures::WRITTEN;
use palabre_core::id::InvitationCode;
use palabre_core::keys::{Purpose, Secret};
use palabre_proto::{Message, v1};

use crate::region::{HONEST, HOSTILE, REGION};
use crate::vectors;

/// The new node, and the key of a newcomer: what bears no signature of theirs is signed.
fn secrets() -> (Secret, Secret) {
    (Secret::from_seed(&[21; 32]), Secret::from_seed(&[22; 32]))
}

/// An invitation has one text, but for white space, and what it says was signed.
pub fn invitation(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(invitation) = text.parse::<InvitationText>() else { return };
    let plain: String = text.chars().filter(|character| !character.is_ascii_whitespace()).collect();
    assert_eq!(invitation.to_string(), plain, "an invitation with two texts");
    invitation.verify().expect("what parses as text was signed");
}

/// An application keeps its exact bytes; one that is verified is on the list once, and comes back from the file.
pub fn application(data: &[u8]) {
    let Ok(mut message) = v1::SignedApplication::decode(data) else { return };
    sign(&mut message);
    let Ok(application) = SignedApplication::parse(message.clone()) else { return };
    assert_eq!(application.to_message(), message);
    let rules = &REGION.network.rules;
    let mut list = Applications::default();
    let taken = list.take(application.clone(), rules, WRITTEN);
    assert_eq!(taken.is_ok(), application.verify(rules, WRITTEN).is_ok());
    assert_eq!(list.all().len(), usize::from(taken.is_ok()));
    assert!(!list.take(application.clone(), rules, WRITTEN).unwrap_or(false), "an application is new twice");
    assert_eq!(Applications::decode(&list.encode()).expect("a list reads as it was written"), list);
    let _ = (application.unverified().fingerprint(), Wait::of(rules, application.unverified()));
}

/// What is said at the door is said the same again, and so is the answer.
pub fn knock(data: &[u8]) {
    if let Ok(knock) = Knock::decode(data) {
        assert_eq!(Knock::decode(&knock.encode()).expect("what was said can be said again"), knock);
        let given = match &knock.wants {
            Wants::Application(application) => door::given(&REGION.network.rules, application.unverified()),
            Wants::Shown(rules) => (**rules).clone(),
        };
        let frames = door::taken(&given, &knock.known);
        assert!(frames.iter().all(|frame| frame.len() <= door::FRAME_MAX), "a frame beyond the limit");
    }
    if let Ok(answer) = Answer::decode(&[data.to_vec()]) {
        let _ = answer.rules.map(palabre_core::charter::Chain::found);
    }
}

/// Signs what bears no signature, as a member that invites its own newcomer could.
fn sign(message: &mut v1::SignedApplication) {
    let (node, newcomer) = secrets();
    let sign = |secret: &Secret, bytes: &[u8]| secret.sign(Purpose::Application, REGION.network.id(), bytes).0.to_vec();
    if message.signature.is_empty() {
        message.signature = sign(&node, &message.application);
    }
    let brings = v1::Application::decode(message.application.as_slice()).is_ok_and(|said| said.newcomer.is_some());
    if brings && message.administration_signature.is_empty() {
        message.administration_signature = sign(&newcomer, &message.application);
    }
}

fn invite() -> InvitationText {
    let addresses = vec!["/ip4/192.0.2.1/tcp/8710".to_owned()];
    let secret = &REGION.network.seat(HONEST).node;
    let code = InvitationCode::from_bytes([7; 16]);
    InvitationText::sign(*REGION.network.id(), addresses, WRITTEN, code, secret).expect("an invitation")
}

fn unsigned() -> Vec<v1::SignedApplication> {
    let (node, newcomer) = secrets();
    let listed = v1::Application {
        invitation: Some(invite().to_message()),
        administration: HOSTILE.to_owned(),
        node: node.node_key().as_bytes().to_vec(),
        label: "Réserve".to_owned(),
        addresses: vec!["/ip4/192.0.2.9/tcp/8710".to_owned()],
        contact: "Afi".to_owned(),
        language: "fr".to_owned(),
        written: WRITTEN.0,
        newcomer: None,
        sealing: Vec::new(),
    };
    let name = || "Organisation".to_owned();
    let new = v1::Application {
        administration: "OMD".to_owned(),
        newcomer: Some(v1::Newcomer {
            key: newcomer.administration_key().as_bytes().to_vec(),
            kind: v1::administration::Kind::Partner as i32,
            names: Some(v1::Names { fr: name(), en: name(), pt: name() }),
            languages: vec!["fr".to_owned()],
        }),
        ..listed.clone()
    };
    let bare =
        |said: v1::Application| v1::SignedApplication { application: said.encode_to_vec(), ..Default::default() };
    vec![bare(listed), bare(new)]
}

pub(super) fn invitations() -> Vec<Vec<u8>> {
    let mut seeds = vec![invite().to_string().into_bytes()];
    seeds.extend(vectors::texts_of("invitations.json", "text").into_iter().filter(|text| text.len() < 2_048));
    seeds
}

pub(super) fn applications() -> Vec<Vec<u8>> {
    let signed = unsigned().into_iter().map(|mut message| {
        sign(&mut message);
        message
    });
    unsigned().into_iter().chain(signed).map(|message| message.encode_to_vec()).collect()
}

pub(super) fn knocks() -> Vec<Vec<u8>> {
    let mut signed = unsigned();
    signed.iter_mut().for_each(sign);
    let rules = palabre_core::charter::Chain::of(&REGION.network.rules);
    let applied = signed.into_iter().map(v1::knock::Body::Application);
    let said = applied.chain([v1::knock::Body::Shown(rules.clone())]);
    let said = said.map(|body| v1::Knock { body: Some(body), known: vec![1; 32] }.encode_to_vec());
    said.chain(door::taken(&rules, &[])).collect()
}
