//! An application: what a new node, and a new administration, hand in with an invitation.

use palabre_proto::{Message, v1};
use thiserror::Error;

use super::invitation::{InvitationError, InvitationText};
use super::refusal::Refusal;
use crate::acts::fields::{FieldError, Language, check_line};
use crate::charter::mandate::SEALING_MAX;
use crate::charter::{AdministrationKind, Names, Newcomer, Rules};
use crate::id::{AdministrationKey, ApplicationId, Code, IdError, NetworkId, NodeKey};
use crate::keys::{self, Purpose, Secret, SignatureBytes, SignatureError};
use crate::seal::SealingKey;
use crate::seal::suite::SUITE;
use crate::time::Millis;

/// Largest application in bytes: every field at its longest, and an invitation.
pub const APPLICATION_MAX: usize = 8 * 1024;
/// Longest label, name and contact, in characters: one line of a page.
pub const LINE_MAX: usize = 120;
/// Addresses of the new node: as many as a mandate lists.
const ADDRESSES_MAX: usize = 8;
/// Longest of them in bytes.
const ADDRESS_MAX: usize = 384;
/// Languages that an administration works in.
const LANGUAGES_MAX: usize = 8;
/// Context of the fingerprint.
const FINGERPRINT: &str = "palabre/fingerprint/1";

/// Why bytes are no application.
#[derive(Debug, Error)]
pub enum ApplicationError {
    /// Longer than [`APPLICATION_MAX`].
    #[error("the application has {0} bytes; at most {APPLICATION_MAX} are allowed")]
    TooLong(usize),
    /// Not protobuf.
    #[error("this is no application")]
    Encoding(#[from] palabre_proto::DecodeError),
    /// A code or key that is malformed.
    #[error("the field {field} of the application is malformed")]
    Field {
        /// Its name in the `.proto` file.
        field: &'static str,
        /// What is wrong with it.
        #[source]
        source: IdError,
    },
    /// A text that does not fit.
    #[error("a text of the application does not fit")]
    Text(#[from] FieldError),
    /// Too many addresses or languages, or too long ones.
    #[error("the application has too many addresses or languages, or too long ones")]
    TooMany,
    /// Too many sealing keys, or malformed ones.
    #[error("the application has too many sealing keys, or malformed ones")]
    Sealing,
    /// A kind of participant that does not apply.
    #[error("a member or a partner applies, nobody of kind {0}")]
    Kind(i32),
    /// Its invitation.
    #[error("the invitation in the application is malformed")]
    Invitation(#[from] InvitationError),
    /// It has none.
    #[error("the application has no invitation")]
    NoInvitation,
    /// A signature that has not 64 bytes, or none where one is due.
    #[error("a signature of the application is missing or malformed")]
    Signature(#[from] SignatureError),
}

/// What an application says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Application {
    /// BLAKE3 of its bytes.
    pub id: ApplicationId,
    /// The invitation that it answers.
    pub invitation: InvitationText,
    /// Whose node.
    pub administration: Code,
    /// The node.
    pub node: NodeKey,
    /// What the administration calls it.
    pub label: String,
    /// Addresses of it that last, if any.
    pub addresses: Vec<String>,
    /// What audience keys are to be wrapped to for it, as its mandate lists them.
    pub sealing: Vec<v1::SealingKey>,
    /// Whom to telephone.
    pub contact: String,
    /// In which language the applicant reads the fingerprint's words.
    pub language: Language,
    /// When it was written.
    pub written: Millis,
    /// The administration, when the charter gives it no key yet.
    pub newcomer: Option<Newcomer>,
}

/// An application as it came: well formed, its signatures not verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedApplication {
    bytes: Vec<u8>,
    signature: SignatureBytes,
    administration_signature: Option<SignatureBytes>,
    application: Application,
}

/// Six numbers below 2,048 that stand for the keys that apply: what two people compare by telephone. 66 bits: who wants
/// other keys with the same six needs more trials than anybody makes while an invitation lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fingerprint(pub [u16; 6]);

impl SignedApplication {
    /// Signs an application with the node's key, and with that of a newcomer.
    pub fn sign(
        message: &v1::Application,
        network: &NetworkId,
        node: &Secret,
        administration: Option<&Secret>,
    ) -> Result<Self, ApplicationError> {
        let application = message.encode_to_vec();
        let sign = |secret: &Secret| secret.sign(Purpose::Application, network, &application).0.to_vec();
        let (signature, administration_signature) = (sign(node), administration.map(sign).unwrap_or_default());
        Self::parse(v1::SignedApplication { application, signature, administration_signature })
    }

    /// Parses the message.
    pub fn parse(message: v1::SignedApplication) -> Result<Self, ApplicationError> {
        let application = Application::parse(&message.application)?;
        let of_newcomer = application.newcomer.is_some();
        let administration_signature =
            of_newcomer.then(|| SignatureBytes::try_from(message.administration_signature.as_slice())).transpose()?;
        if !of_newcomer && !message.administration_signature.is_empty() {
            return Err(SignatureError::Length.into());
        }
        Ok(Self {
            signature: SignatureBytes::try_from(message.signature.as_slice())?,
            administration_signature,
            bytes: message.application,
            application,
        })
    }

    /// Parses the bytes of a file.
    pub fn decode(bytes: &[u8]) -> Result<Self, ApplicationError> {
        Self::parse(v1::SignedApplication::decode(bytes)?)
    }

    /// The message that stands for it, byte for byte as it came.
    #[must_use]
    pub fn to_message(&self) -> v1::SignedApplication {
        v1::SignedApplication {
            application: self.bytes.clone(),
            signature: self.signature.0.to_vec(),
            administration_signature: self.administration_signature.map(|s| s.0.to_vec()).unwrap_or_default(),
        }
    }

    /// What it says, unverified.
    #[must_use]
    pub const fn unverified(&self) -> &Application {
        &self.application
    }

    /// Whether it may be put before people at `now`, by the rules that are held. It gives no right.
    pub fn verify(&self, rules: &Rules, now: Millis) -> Result<&Application, Refusal> {
        self.check_invitation(rules, now)?;
        self.check_signatures(rules.network())?;
        let Application { administration, newcomer, .. } = &self.application;
        let key = rules.charter().administration(administration).and_then(|listed| listed.key);
        match (key, newcomer.as_ref().map(|newcomer| newcomer.key)) {
            (None, None) => Err(Refusal::NoKey),
            (Some(key), Some(brought)) if key != brought => Err(Refusal::OtherKey),
            _ => Ok(&self.application),
        }
    }

    fn check_invitation(&self, rules: &Rules, now: Millis) -> Result<(), Refusal> {
        let invitation = self.application.invitation.unverified();
        if invitation.network != *rules.network() {
            return Err(Refusal::OtherNetwork);
        }
        self.application.invitation.verify().map_err(|error| match error {
            InvitationError::Code => Refusal::WrongCode,
            _ => Refusal::Signature,
        })?;
        if !may_invite(rules, &invitation.node) {
            return Err(Refusal::NotEntitled);
        }
        if invitation.expires < now { Err(Refusal::Expired) } else { Ok(()) }
    }

    fn check_signatures(&self, network: &NetworkId) -> Result<(), Refusal> {
        let check = |key: &[u8; 32], signature: &SignatureBytes| {
            keys::verify(key, Purpose::Application, network, &self.bytes, signature).map_err(|_| Refusal::Signature)
        };
        check(self.application.node.as_bytes(), &self.signature)?;
        match (&self.application.newcomer, &self.administration_signature) {
            (Some(newcomer), Some(signature)) => check(newcomer.key.as_bytes(), signature),
            _ => Ok(()),
        }
    }
}

/// Members and the regional office invite, by a node under a mandate in force; partners do not.
#[must_use]
pub fn may_invite(rules: &Rules, node: &NodeKey) -> bool {
    let kind = rules.administration_of(node).and_then(|code| rules.charter().administration(code)).map(|a| a.kind);
    rules.admits(node) && kind.is_some_and(|kind| kind != AdministrationKind::Partner)
}

impl Application {
    fn parse(bytes: &[u8]) -> Result<Self, ApplicationError> {
        if bytes.len() > APPLICATION_MAX {
            return Err(ApplicationError::TooLong(bytes.len()));
        }
        let message = v1::Application::decode(bytes)?;
        let fits = |address: &String| !address.is_empty() && address.len() <= ADDRESS_MAX && address.is_ascii();
        if message.addresses.len() > ADDRESSES_MAX || !message.addresses.iter().all(fits) {
            return Err(ApplicationError::TooMany);
        }
        let sealing = |sealing: &v1::SealingKey| sealing.suite != SUITE || SealingKey::from_bytes(&sealing.key).is_ok();
        if message.sealing.len() > SEALING_MAX || !message.sealing.iter().all(sealing) {
            return Err(ApplicationError::Sealing);
        }
        check_line("label", &message.label, LINE_MAX)?;
        check_line("contact", &message.contact, LINE_MAX)?;
        Ok(Self {
            id: ApplicationId::from_bytes(*blake3::hash(bytes).as_bytes()),
            invitation: InvitationText::parse(message.invitation.ok_or(ApplicationError::NoInvitation)?)?,
            administration: message.administration.parse().map_err(|source| field("administration", source))?,
            node: NodeKey::try_from(message.node.as_slice()).map_err(|source| field("node", source))?,
            label: message.label,
            addresses: message.addresses,
            sealing: message.sealing,
            contact: message.contact,
            language: message.language.parse()?,
            written: Millis(message.written),
            newcomer: message.newcomer.map(newcomer).transpose()?,
        })
    }

    /// What people compare: the keys that apply, for whom, and in which network.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        let mut hasher = blake3::Hasher::new_derive_key(FINGERPRINT);
        hasher.update(self.invitation.unverified().network.as_bytes()).update(self.node.as_bytes());
        match &self.newcomer {
            Some(newcomer) => hasher.update(&[1]).update(newcomer.key.as_bytes()),
            None => hasher.update(&[0]),
        };
        hasher.update(self.administration.as_str().as_bytes());
        Fingerprint::of(hasher.finalize().as_bytes())
    }
}

impl Fingerprint {
    /// The first 66 bits, eleven for each number.
    fn of(hash: &[u8; 32]) -> Self {
        let mut first = [0; 16];
        first.copy_from_slice(&hash[..16]);
        let bits = u128::from_be_bytes(first);
        let mut numbers = [0; 6];
        let mut shift = 128;
        for number in &mut numbers {
            shift -= 11;
            *number = u16::try_from((bits >> shift) & 0x7ff).unwrap_or_default();
        }
        Self(numbers)
    }
}

const fn field(field: &'static str, source: IdError) -> ApplicationError {
    ApplicationError::Field { field, source }
}

fn newcomer(message: v1::Newcomer) -> Result<Newcomer, ApplicationError> {
    use v1::administration::Kind;
    let kind = match Kind::try_from(message.kind) {
        Ok(Kind::Member) => AdministrationKind::Member,
        Ok(Kind::Partner) => AdministrationKind::Partner,
        _ => return Err(ApplicationError::Kind(message.kind)),
    };
    let names = message.names.unwrap_or_default();
    for name in [&names.fr, &names.en, &names.pt] {
        check_line("name", name, LINE_MAX)?;
    }
    if message.languages.len() > LANGUAGES_MAX {
        return Err(ApplicationError::TooMany);
    }
    for language in &message.languages {
        language.parse::<Language>()?;
    }
    Ok(Newcomer {
        kind,
        names: Names { fr: names.fr, en: names.en, pt: names.pt },
        languages: message.languages,
        key: AdministrationKey::try_from(message.key.as_slice()).map_err(|source| field("newcomer.key", source))?,
    })
}

#[cfg(test)]
mod tests;
