//! `invitations.json`: invitations as text, each judged alone.

use palabre_core::id::InvitationCode;
use palabre_core::keys::Purpose;
use palabre_proto::{Message, v1};
use serde::Serialize;

use super::cast::{Cast, NO_POINT, NOON, node};
use super::shapes::{Case, File, hex};
use super::wire;

/// How the text begins.
const PREFIX: &str = "palabre1-";
/// Of base64url (RFC 4648 §5), by hand: what no encoder would write is needed too.
const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const CODE: [u8; InvitationCode::LEN] = [0x5a; InvitationCode::LEN];

#[derive(Serialize)]
struct InvitationsFile {
    about: &'static str,
    vectors: Vec<InvitationVector>,
}

#[derive(Serialize)]
struct InvitationVector {
    #[serde(flatten)]
    case: Case,
    text: String,
    #[serde(flatten)]
    said: Option<Said>,
}

/// What a reader must find in a valid invitation.
#[derive(Serialize)]
struct Said {
    network: String,
    node: String,
    addresses: Vec<String>,
    expires: String,
    commitment: String,
    code: String,
}

/// The vectors collected so far.
struct Book<'a> {
    cast: &'a Cast,
    vectors: Vec<InvitationVector>,
}

pub(super) fn file(cast: &Cast) -> File {
    let mut book = Book { cast, vectors: Vec::new() };
    book.valid_ones();
    book.texts();
    book.encodings();
    book.fields();
    book.signatures();
    let about = "Each `text` is an invitation. proto/README.md, section 11, says how it is judged.";
    File::of("invitations.json", &InvitationsFile { about, vectors: book.vectors })
}

impl Book<'_> {
    /// CI's node invites.
    fn invitation(&self) -> v1::Invitation {
        v1::Invitation {
            network: self.cast.network.as_bytes().to_vec(),
            node: node("CI").node_key().as_bytes().to_vec(),
            addresses: vec!["/dns4/palabre.example/tcp/8710".to_owned()],
            expires: NOON,
            commitment: self.commitment(),
        }
    }

    fn commitment(&self) -> Vec<u8> {
        let mut hasher = blake3::Hasher::new_derive_key("palabre/invitation-code/1");
        hasher.update(self.cast.network.as_bytes()).update(&CODE);
        hasher.finalize().as_bytes()[..16].to_vec()
    }

    /// Exact bytes of an invitation, signed by CI's node.
    fn signed(&self, invitation: Vec<u8>) -> v1::InvitationText {
        let signature = node("CI").sign(Purpose::Invitation, &self.cast.network, &invitation).0.to_vec();
        v1::InvitationText { invitation, signature, code: CODE.to_vec() }
    }

    fn push(&mut self, verdict: &'static str, name: &str, why: &str, text: String) {
        self.vectors.push(InvitationVector { case: Case::new(verdict, name, why), text, said: None });
    }

    fn refused(&mut self, verdict: &'static str, name: &str, why: &str, message: &v1::InvitationText) {
        self.push(verdict, name, why, text(&message.encode_to_vec()));
    }

    fn valid(&mut self, name: &str, why: &str, invitation: &v1::Invitation, change: impl Fn(String) -> String) {
        let message = self.signed(invitation.encode_to_vec());
        let said = Said {
            network: hex(&invitation.network),
            node: hex(&invitation.node),
            addresses: invitation.addresses.clone(),
            expires: invitation.expires.to_string(),
            commitment: hex(&invitation.commitment),
            code: hex(&CODE),
        };
        let (case, text) = (Case::new("valid", name, why), change(text(&message.encode_to_vec())));
        self.vectors.push(InvitationVector { case, text, said: Some(said) });
    }

    fn valid_ones(&mut self) {
        let plain = self.invitation();
        self.valid("plain", "one address", &plain, |text| text);
        self.valid("wrapped", "a letter has wrapped it", &plain, |text| {
            format!(" {}\r\n\t{}\n", &text[..70], &text[70..])
        });
        let three =
            v1::Invitation { addresses: vec!["/a".to_owned(), "/b".to_owned(), "/c".to_owned()], ..plain.clone() };
        self.valid("three-addresses", "as many addresses as there may be", &three, |text| text);
        let long = v1::Invitation { addresses: vec!["x".repeat(384)], ..plain.clone() };
        self.valid("address-384", "the longest address", &long, |text| text);
        let never = v1::Invitation { expires: 0, ..plain.clone() };
        self.valid("expires-0", "whether it has expired is not judged here", &never, |text| text);
        let always = v1::Invitation { expires: u64::MAX, ..plain };
        self.valid("expires-max", "the greatest time", &always, |text| text);
    }

    fn texts(&mut self) {
        let good = text(&self.signed(self.invitation().encode_to_vec()).encode_to_vec());
        let body = good[PREFIX.len()..].to_owned();
        self.push("prefix", "empty", "nothing at all", String::new());
        self.push("prefix", "no-prefix", "without its beginning", body.clone());
        self.push("prefix", "prefix-2", "of another version", format!("palabre2-{body}"));
        self.push("prefix", "prefix-capital", "the beginning has one spelling", format!("Palabre1-{body}"));
        self.push("text-too-long", "text-2049", "at most 2,048 characters", format!("{PREFIX}{}", "A".repeat(2_040)));
        self.push("text-too-long", "spaces-4097", "4,096 characters with what is left out", " ".repeat(4_097));
        self.push("base64url", "padded", "no padding", format!("{good}=="));
        self.push("base64url", "plus", "base64 of another kind", format!("{PREFIX}+{}", &body[1..]));
        self.push(
            "base64url",
            "no-break-space",
            "white space of ASCII alone is left out",
            format!("{PREFIX}\u{a0}{body}"),
        );
        self.push("base64url", "one-letter-over", "a length that no bytes have", format!("{good}{}", over(&body)));
        self.push("base64url", "trailing-bits", "bits that stand for nothing are 0", trailing(&good));
        self.push("encoding", "cut", "the end is missing", format!("{PREFIX}{}", &body[..body.len() / 4 * 4 - 8]));
    }

    fn encodings(&mut self) {
        let plain = self.invitation().encode_to_vec();
        let good = self.signed(plain.clone());
        let unknown = [good.encode_to_vec(), wire::bytes(4, b"more")].concat();
        self.push("encoding", "text-unknown-field", "a field that the text does not have", text(&unknown));
        let twice = [good.encode_to_vec(), wire::bytes(3, &CODE)].concat();
        self.push("encoding", "text-code-twice", "a field that stands twice", text(&twice));
        let invitation = [plain.clone(), wire::bytes(6, b"more")].concat();
        self.refused("encoding", "unknown-field", "a field that an invitation does not have", &self.signed(invitation));
        let cut = plain[..plain.len() - 1].to_vec();
        self.refused("encoding", "invitation-cut", "the invitation ends early", &self.signed(cut));
        let address = [plain, wire::bytes(3, b"\xff")].concat();
        self.refused("encoding", "address-not-utf-8", "an address that is not UTF-8", &self.signed(address));
    }

    fn fields(&mut self) {
        let mut say = |word, name: &str, why: &str, change: &dyn Fn(&mut v1::Invitation)| {
            let mut invitation = self.invitation();
            change(&mut invitation);
            let message = self.signed(invitation.encode_to_vec());
            self.refused(word, name, why, &message);
        };
        say("addresses", "addresses-0", "an invitation names an address", &|i| i.addresses.clear());
        say("addresses", "addresses-4", "at most three", &|i| i.addresses = vec!["/a".to_owned(); 4]);
        say("addresses", "address-empty", "an empty address", &|i| i.addresses[0].clear());
        say("addresses", "address-385", "an address of 385 bytes", &|i| i.addresses[0] = "x".repeat(385));
        say("addresses", "address-not-ascii", "addresses are ASCII", &|i| i.addresses = vec!["/dns4/é".to_owned()]);
        say("field-length", "network-31", "a network of 31 bytes", &|i| i.network.truncate(31));
        say("field-length", "node-33", "a key of 33 bytes", &|i| i.node.push(0));
        say("field-length", "commitment-missing", "no commitment", &|i| i.commitment.clear());
        let good = self.signed(self.invitation().encode_to_vec());
        let code = v1::InvitationText { code: CODE[..15].to_vec(), ..good.clone() };
        self.refused("field-length", "code-15", "a code of 15 bytes", &code);
        let signature = v1::InvitationText { signature: good.signature[..63].to_vec(), ..good };
        self.refused("signature-length", "signature-63", "a signature of 63 bytes", &signature);
    }

    fn signatures(&mut self) {
        let good = self.signed(self.invitation().encode_to_vec());
        let mut flipped = good.clone();
        flipped.signature[7] ^= 1;
        self.refused("signature", "signature-changed", "a bit of the signature is another", &flipped);
        let later = v1::Invitation { expires: NOON + 1, ..self.invitation() };
        let later = v1::InvitationText { invitation: later.encode_to_vec(), ..good.clone() };
        self.refused("signature", "expires-later", "somebody has lengthened it", &later);
        let elsewhere = v1::Invitation { addresses: vec!["/dns4/other.example/tcp/1".to_owned()], ..self.invitation() };
        let elsewhere = v1::InvitationText { invitation: elsewhere.encode_to_vec(), ..good.clone() };
        self.refused("signature", "address-changed", "somebody leads to another door", &elsewhere);
        let other = v1::Invitation { node: node("SN").node_key().as_bytes().to_vec(), ..self.invitation() };
        self.refused(
            "signature",
            "another-node",
            "signed by another than it names",
            &self.signed(other.encode_to_vec()),
        );
        let nobody = v1::Invitation { node: NO_POINT.to_vec(), ..self.invitation() };
        self.refused("key", "no-point", "a key that is no point", &self.signed(nobody.encode_to_vec()));
        let entry = node("CI").sign(Purpose::Entry, &self.cast.network, &good.invitation).0.to_vec();
        let entry = v1::InvitationText { signature: entry, ..good.clone() };
        self.refused("signature", "purpose", "the signature of an entry is none of an invitation", &entry);
        let mut code = good;
        code.code[15] ^= 1;
        self.refused("commitment", "another-code", "the code is not the one that was signed for", &code);
        let bare = v1::Invitation { commitment: CODE.to_vec(), ..self.invitation() };
        self.refused(
            "commitment",
            "commitment-bare",
            "the code stands there itself",
            &self.signed(bare.encode_to_vec()),
        );
    }
}

fn text(bytes: &[u8]) -> String {
    format!("{PREFIX}{}", base64url(bytes))
}

/// RFC 4648 §5, without padding.
fn base64url(bytes: &[u8]) -> String {
    let groups = bytes.chunks(3).map(|group| {
        let bits = group.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - group.len()));
        let letter = |at: usize| char::from(LETTERS[(bits >> (18 - 6 * at)) as usize & 63]);
        (0..=group.len()).map(letter).collect::<String>()
    });
    groups.collect()
}

/// Letters after which a length is one more than a multiple of four.
fn over(body: &str) -> String {
    "A".repeat((5 - body.len() % 4) % 4)
}

/// The last letter with one of the bits set that stand for nothing.
fn trailing(good: &str) -> String {
    let last = good.as_bytes()[good.len() - 1];
    let at = LETTERS.iter().position(|letter| *letter == last).unwrap_or_default();
    format!("{}{}", &good[..good.len() - 1], char::from(LETTERS[at | 1]))
}
