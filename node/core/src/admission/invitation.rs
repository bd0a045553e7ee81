//! An invitation: one signed text that names the network, some addresses, and a code that is good for one application.

use std::fmt;
use std::str::FromStr;

use data_encoding::BASE64URL_NOPAD;
use palabre_proto::{Message, v1};
use thiserror::Error;

use crate::id::{Commitment, IdError, InvitationCode, NetworkId, NodeKey};
use crate::keys::{self, Purpose, Secret, SignatureBytes, SignatureError};
use crate::time::Millis;

/// How the text begins: a person sees what it is, a program which version.
const PREFIX: &str = "palabre1-";
/// Longest text: three addresses with names take about 600 characters.
const TEXT_MAX: usize = 2_048;
/// Addresses that an invitation names: one may be down, two may be; more make the text long.
pub const ADDRESSES_MAX: usize = 3;
/// Longest address in bytes: a name of 253 bytes and what stands around it.
const ADDRESS_MAX: usize = 384;
/// Context of the hash that binds a code to its invitation.
const COMMITMENT: &str = "palabre/invitation-code/1";

/// Why a text is no invitation.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum InvitationError {
    /// It does not begin as one.
    #[error("an invitation begins with {PREFIX}")]
    Prefix,
    /// Longer than any.
    #[error("an invitation has at most {TEXT_MAX} characters")]
    TooLong,
    /// Not base64url, or not in the one way to write it.
    #[error("the text is damaged: it was not copied whole")]
    Text,
    /// Not protobuf, or with anything beside what an invitation has.
    #[error("the invitation is malformed")]
    Encoding,
    /// A key, network, code or commitment of another length.
    #[error("the field {field} of the invitation is malformed")]
    Field {
        /// Its name in the `.proto` file.
        field: &'static str,
        /// What is wrong with it.
        #[source]
        source: IdError,
    },
    /// None, or too many, or too long ones.
    #[error("an invitation names one to {ADDRESSES_MAX} addresses")]
    Addresses,
    /// Not signed by the node that it names: something in it was changed.
    #[error("the signature of the invitation is not valid")]
    Signature(#[from] SignatureError),
    /// The code is another than the one that was signed for.
    #[error("the code does not belong to the invitation")]
    Code,
}

/// What an invitation says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// The network: the hash of its genesis.
    pub network: NetworkId,
    /// Who invites.
    pub node: NodeKey,
    /// Multiaddresses where an application can be handed in, each with the key of its node.
    pub addresses: Vec<String>,
    /// Until when.
    pub expires: Millis,
    /// What it says of its code.
    pub commitment: Commitment,
}

/// An invitation as it is handed over: with its signature and its code, neither of them checked.
#[derive(Clone, PartialEq, Eq)]
pub struct InvitationText {
    bytes: Vec<u8>,
    signature: SignatureBytes,
    code: InvitationCode,
    invitation: Invitation,
}

/// What an invitation says of a code.
#[must_use]
pub fn commitment(network: &NetworkId, code: &InvitationCode) -> Commitment {
    let mut hasher = blake3::Hasher::new_derive_key(COMMITMENT);
    hasher.update(network.as_bytes()).update(code.as_bytes());
    let mut bytes = [0; Commitment::LEN];
    bytes.copy_from_slice(&hasher.finalize().as_bytes()[..Commitment::LEN]);
    Commitment::from_bytes(bytes)
}

impl InvitationText {
    /// Invites: `secret` is the node's, `code` was drawn for this invitation.
    pub fn sign(
        network: NetworkId,
        addresses: Vec<String>,
        expires: Millis,
        code: InvitationCode,
        secret: &Secret,
    ) -> Result<Self, InvitationError> {
        let bytes = v1::Invitation {
            network: network.as_bytes().to_vec(),
            node: secret.node_key().as_bytes().to_vec(),
            addresses,
            expires: expires.0,
            commitment: commitment(&network, &code).as_bytes().to_vec(),
        }
        .encode_to_vec();
        let signature = secret.sign(Purpose::Invitation, &network, &bytes);
        Ok(Self { invitation: Invitation::parse(&bytes)?, bytes, signature, code })
    }

    /// Parses the message; checks neither signature nor code.
    pub fn parse(message: v1::InvitationText) -> Result<Self, InvitationError> {
        let field = |field| move |source| InvitationError::Field { field, source };
        Ok(Self {
            signature: SignatureBytes::try_from(message.signature.as_slice())?,
            code: InvitationCode::try_from(message.code.as_slice()).map_err(field("code"))?,
            invitation: Invitation::parse(&message.invitation)?,
            bytes: message.invitation,
        })
    }

    /// The message that stands for it.
    #[must_use]
    pub fn to_message(&self) -> v1::InvitationText {
        v1::InvitationText {
            invitation: self.bytes.clone(),
            signature: self.signature.0.to_vec(),
            code: self.code.as_bytes().to_vec(),
        }
    }

    /// Whether it is as it was signed, and the code the one that was drawn for it. Whether who signed it may invite is
    /// for others to say.
    pub fn verify(&self) -> Result<&Invitation, InvitationError> {
        let Invitation { network, node, .. } = &self.invitation;
        keys::verify(node.as_bytes(), Purpose::Invitation, network, &self.bytes, &self.signature)?;
        if commitment(network, &self.code) == self.invitation.commitment {
            Ok(&self.invitation)
        } else {
            Err(InvitationError::Code)
        }
    }

    /// What it says, unverified.
    #[must_use]
    pub const fn unverified(&self) -> &Invitation {
        &self.invitation
    }
}

impl Invitation {
    /// Strictly: an invitation lives for days, so whatever this version does not know is an error in it.
    fn parse(bytes: &[u8]) -> Result<Self, InvitationError> {
        let message = v1::Invitation::decode(bytes).map_err(|_| InvitationError::Encoding)?;
        if message.encode_to_vec() != bytes {
            return Err(InvitationError::Encoding);
        }
        let fit = |address: &String| !address.is_empty() && address.len() <= ADDRESS_MAX && address.is_ascii();
        if !(1..=ADDRESSES_MAX).contains(&message.addresses.len()) || !message.addresses.iter().all(fit) {
            return Err(InvitationError::Addresses);
        }
        let field = |field| move |source| InvitationError::Field { field, source };
        Ok(Self {
            network: NetworkId::try_from(message.network.as_slice()).map_err(field("network"))?,
            node: NodeKey::try_from(message.node.as_slice()).map_err(field("node"))?,
            addresses: message.addresses,
            expires: Millis(message.expires),
            commitment: Commitment::try_from(message.commitment.as_slice()).map_err(field("commitment"))?,
        })
    }
}

impl FromStr for InvitationText {
    type Err = InvitationError;

    /// The text as it was copied: ASCII spaces, tabs and line breaks within it do not matter, anything else does.
    fn from_str(text: &str) -> Result<Self, InvitationError> {
        if text.len() > 2 * TEXT_MAX {
            return Err(InvitationError::TooLong);
        }
        let text: String = text.chars().filter(|character| !character.is_ascii_whitespace()).collect();
        if text.len() > TEXT_MAX {
            return Err(InvitationError::TooLong);
        }
        let body = text.strip_prefix(PREFIX).ok_or(InvitationError::Prefix)?;
        let bytes = BASE64URL_NOPAD.decode(body.as_bytes()).map_err(|_| InvitationError::Text)?;
        let message = v1::InvitationText::decode(bytes.as_slice()).map_err(|_| InvitationError::Encoding)?;
        if message.encode_to_vec() != bytes {
            return Err(InvitationError::Encoding);
        }
        let invitation = Self::parse(message)?;
        invitation.verify()?;
        Ok(invitation)
    }
}

impl fmt::Display for InvitationText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PREFIX}{}", BASE64URL_NOPAD.encode(&self.to_message().encode_to_vec()))
    }
}

impl fmt::Debug for InvitationText {
    /// Without the code: whoever has it may apply.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InvitationText").field("invitation", &self.invitation).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{Network, WRITTEN};

    fn invitation() -> InvitationText {
        let network = Network::new(5, 1);
        let addresses = vec!["/ip4/192.0.2.1/tcp/8710/p2p/12D3".to_owned()];
        let secret = &network.seat("CI").node;
        InvitationText::sign(*network.id(), addresses, WRITTEN, InvitationCode::from_bytes([7; 16]), secret).unwrap()
    }

    #[test]
    fn a_text_comes_back_also_when_a_letter_has_wrapped_it() {
        let made = invitation();
        let text = made.to_string();
        assert_eq!(text.parse(), Ok(made.clone()));
        let wrapped = format!("  {}\r\n{}\n", &text[..60], &text[60..]);
        assert_eq!(wrapped.parse(), Ok(made));
    }

    #[test]
    fn no_character_can_be_changed_left_out_or_added() {
        let text = invitation().to_string();
        for at in 0..text.len() {
            let other = if text.as_bytes()[at] == b'A' { "B" } else { "A" };
            let changed = format!("{}{other}{}", &text[..at], &text[at + 1..]);
            assert!(changed.parse::<InvitationText>().is_err(), "changed at {at}");
            let cut = format!("{}{}", &text[..at], &text[at + 1..]);
            assert!(cut.parse::<InvitationText>().is_err(), "cut at {at}");
        }
        assert!(format!("{text}A").parse::<InvitationText>().is_err());
        assert_eq!("".parse::<InvitationText>(), Err(InvitationError::Prefix));
        assert_eq!("x".repeat(9_000).parse::<InvitationText>(), Err(InvitationError::TooLong));
    }

    #[test]
    fn another_code_is_told_apart_from_a_changed_text() {
        let mut message = invitation().to_message();
        message.code[0] ^= 1;
        assert_eq!(InvitationText::parse(message.clone()).unwrap().verify(), Err(InvitationError::Code));
        message.signature[0] ^= 1;
        let error = InvitationText::parse(message).unwrap().verify().unwrap_err();
        assert!(matches!(error, InvitationError::Signature(_)));
    }

    #[test]
    fn an_invitation_names_one_to_three_addresses() {
        let network = Network::new(5, 1);
        let sign = |addresses| {
            let secret = &network.seat("CI").node;
            InvitationText::sign(*network.id(), addresses, WRITTEN, InvitationCode::from_bytes([7; 16]), secret)
        };
        assert!(sign(vec!["/x".to_owned(); 3]).is_ok());
        for wrong in
            [vec![], vec!["/x".to_owned(); 4], vec!["x".repeat(385)], vec!["é".to_owned()], vec![String::new()]]
        {
            assert_eq!(sign(wrong), Err(InvitationError::Addresses));
        }
    }
}
