//! What is said at the door, on a stream of `/palabre/admission/1`: one frame in, a few out.

use palabre_proto::{Message, v1};
use thiserror::Error;

use super::application::{Application, ApplicationError, SignedApplication};
use super::refusal::Refusal;
use super::wait::Wait;
use crate::charter::{Chain, ChainError, CharterSignature, Rules};
use crate::id::NodeKey;

/// Largest frame in bytes, either way (`docs/design.md` §4).
pub const FRAME_MAX: usize = 256 * 1024;
/// Bytes of rules after which a frame is closed: with the largest charter behind them they still fit.
const RULES_BYTES: usize = 48 * 1024;
/// Most frames of an answer: 16 MiB, far beyond what a region writes in twenty years.
pub const FRAMES_MAX: usize = 64;
/// Revisions that a stranger shows at once: those since the node was last here.
const CHARTERS_MAX: usize = 16;
/// Signatures that it shows: each costs a verification.
const SIGNATURES_MAX: usize = 128;
/// Mandates that it shows: its own chain.
const MANDATES_MAX: usize = 32;

/// Bytes of a proof after which it names no earlier revision: with the largest charter behind them it still fits a frame.
const PROOF_BYTES: usize = 32 * 1024;

/// Why a frame says nothing.
#[derive(Debug, Error)]
pub enum DoorError {
    /// Not protobuf.
    #[error("the frame is not valid protobuf")]
    Encoding(#[from] palabre_proto::DecodeError),
    /// Nothing in it.
    #[error("the frame says nothing")]
    Empty,
    /// An application that is malformed.
    #[error("the application is malformed")]
    Application(#[from] ApplicationError),
    /// More than a stranger shows.
    #[error("more revisions, signatures or mandates than a stranger shows")]
    TooMuch,
    /// Rules that are malformed.
    #[error("the rules are malformed")]
    Rules(#[from] ChainError),
    /// No answer, or more frames than one has.
    #[error("an answer has one to {FRAMES_MAX} frames")]
    Frames,
}

/// What a stranger says.
#[derive(Clone, Debug, PartialEq)]
pub struct Knock {
    /// What it wants.
    pub wants: Wants,
    /// The digest of the last answer that it heard; empty at first.
    pub known: Vec<u8>,
}

/// What a stranger wants.
#[derive(Clone, Debug, PartialEq)]
pub enum Wants {
    /// To be admitted.
    Application(Box<SignedApplication>),
    /// To be known as the member that these rules make it.
    Shown(Box<v1::Rules>),
}

/// What it hears.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Why not; none when it was taken.
    pub refusal: Option<Refusal>,
    /// The digest of the rules, to be named in the next knock.
    pub digest: Vec<u8>,
    /// The rules; none when they are the same as in the last answer.
    pub rules: Option<Chain>,
}

impl Knock {
    /// Parses a frame.
    pub fn decode(frame: &[u8]) -> Result<Self, DoorError> {
        let message = v1::Knock::decode(frame)?;
        let wants = match message.body.ok_or(DoorError::Empty)? {
            v1::knock::Body::Application(application) => {
                Wants::Application(Box::new(SignedApplication::parse(application)?))
            }
            v1::knock::Body::Shown(rules) => {
                let fits = rules.charters.len() <= CHARTERS_MAX
                    && rules.signatures.len() <= SIGNATURES_MAX
                    && rules.mandates.len() <= MANDATES_MAX;
                if !fits {
                    return Err(DoorError::TooMuch);
                }
                Wants::Shown(Box::new(rules))
            }
        };
        Ok(Self { wants, known: message.known })
    }

    /// Its frame.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let body = match &self.wants {
            Wants::Application(application) => v1::knock::Body::Application(application.to_message()),
            Wants::Shown(rules) => v1::knock::Body::Shown((**rules).clone()),
        };
        v1::Knock { body: Some(body), known: self.known.clone() }.encode_to_vec()
    }
}

/// What an applicant is given of the rules: revisions and signatures, to judge by itself what it waits for; mandates
/// once its administration has its key, since it then needs to know whom to trust.
#[must_use]
pub fn given(rules: &Rules, application: &Application) -> v1::Rules {
    let mut given = Chain::of(rules);
    if !matches!(Wait::of(rules, application), Wait::Mandate | Wait::Nothing) {
        given.mandates.clear();
    }
    given
}

/// What makes a node a member, for who has not heard of it: the newest revisions with their signatures, and the mandates
/// of its administration. None when the rules do not admit it.
#[must_use]
pub fn proof(rules: &Rules, node: &NodeKey) -> Option<v1::Rules> {
    let own = rules.mandate_of(node).filter(|_| rules.admits(node))?;
    let mut proof = v1::Rules::default();
    for charter in rules.revisions().line().rev().take(CHARTERS_MAX) {
        let signatures: Vec<v1::Signature> =
            rules.revisions().signatures_of(&charter.hash()).map(CharterSignature::to_message).collect();
        if proof.signatures.len() + signatures.len() > SIGNATURES_MAX || proof.encoded_len() > PROOF_BYTES {
            break;
        }
        proof.charters.push(charter.bytes().to_vec());
        proof.signatures.extend(signatures);
    }
    let chain = rules.mandates_of(&own.administration);
    proof.mandates = chain[chain.len().saturating_sub(MANDATES_MAX)..].to_vec();
    Some(proof)
}

/// The frames of an answer that takes what came, with the rules unless they are `known`.
#[must_use]
pub fn taken(rules: &v1::Rules, known: &[u8]) -> Vec<Vec<u8>> {
    let digest = blake3::hash(&rules.encode_to_vec()).as_bytes().to_vec();
    let verdict = v1::answer::Verdict::Kept as i32;
    if digest == known {
        return vec![v1::Answer { verdict, digest, rules: None }.encode_to_vec()];
    }
    let mut frames = in_frames(rules);
    let mut first = v1::Answer { verdict, digest, rules: None };
    first.rules = (!frames.is_empty()).then(|| frames.remove(0));
    let later = frames.into_iter().map(|rules| v1::Answer { rules: Some(rules), ..v1::Answer::default() });
    std::iter::once(first).chain(later).map(|answer| answer.encode_to_vec()).collect()
}

/// The frame of an answer that does not.
#[must_use]
pub fn refused(refusal: Refusal) -> Vec<Vec<u8>> {
    vec![v1::Answer { verdict: refusal.verdict() as i32, ..v1::Answer::default() }.encode_to_vec()]
}

fn in_frames(rules: &v1::Rules) -> Vec<v1::Rules> {
    let mut frames = vec![v1::Rules::default()];
    let mut add = |part: v1::Rules| {
        if let Some(frame) = frames.last_mut().filter(|frame| frame.encoded_len() < RULES_BYTES) {
            frame.charters.extend(part.charters);
            frame.signatures.extend(part.signatures);
            frame.mandates.extend(part.mandates);
        } else {
            frames.push(part);
        }
    };
    for charter in &rules.charters {
        add(v1::Rules { charters: vec![charter.clone()], ..v1::Rules::default() });
    }
    for signature in &rules.signatures {
        add(v1::Rules { signatures: vec![signature.clone()], ..v1::Rules::default() });
    }
    for mandate in &rules.mandates {
        add(v1::Rules { mandates: vec![mandate.clone()], ..v1::Rules::default() });
    }
    frames
}

impl Answer {
    /// Parses the frames of an answer.
    pub fn decode(frames: &[Vec<u8>]) -> Result<Self, DoorError> {
        if !(1..=FRAMES_MAX).contains(&frames.len()) {
            return Err(DoorError::Frames);
        }
        let mut answers = Vec::new();
        for frame in frames {
            answers.push(v1::Answer::decode(frame.as_slice())?);
        }
        let (refusal, digest) = (Refusal::of(answers[0].verdict), answers[0].digest.clone());
        let mut rules: Option<Chain> = None;
        for part in answers.into_iter().filter_map(|answer| answer.rules) {
            rules.get_or_insert_default().extend(Chain::parse(&part)?);
        }
        Ok(Self { refusal, digest, rules })
    }
}
