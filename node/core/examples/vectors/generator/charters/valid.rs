//! Charters with which a network can be founded.

use palabre_proto::{Message, v1};

use super::Book;
use crate::generator::cast::{self, Cast, KEYHOLDERS, charter_file, charter_signature, genesis, hash, office, texts};
use crate::generator::wire;

pub(super) fn add(book: &mut Book, cast: &Cast) {
    let charter = genesis();
    let why = "four of five keyholders have signed, as many as must: the charter of the other files";
    book.valid_file("threshold", why, &charter, &cast.charter, &cast.charter_file(), &KEYHOLDERS[..4]);
    book.valid("all-signed", "all five have signed", &charter);
    contents(book);
    limits(book);
    encodings(book);
    stray_signatures(book);
}

fn contents(book: &mut Book) {
    let base = genesis();
    let mut vacant = base.clone();
    vacant.offices.truncate(2);
    vacant.commissions.clear();
    book.valid(
        "offices-vacant",
        "offices may be vacant and commissions are data: the presidency must be held",
        &vacant,
    );
    let mut wide = base.clone();
    wide.offices.push(office(v1::office::Kind::Secretariat, "BRRC"));
    wide.offices.push(office(v1::office::Kind::VicePresidency, "SN"));
    book.valid("secretariat-of-two", "the leader stands first in the secretariat; others may follow", &wide);
    let few = v1::Charter { keyholders: texts(&["CI", "SN", "BRRC"]), threshold: 2, ..base.clone() };
    let file = charter_file(&few.encode_to_vec(), &["SN", "BRRC"]);
    let why = "two of three is two thirds; the leader need not be among them";
    book.valid_file("two-of-three", why, &few, &few.encode_to_vec(), &file, &["SN", "BRRC"]);
    let one = v1::Charter { keyholders: texts(&["CI"]), threshold: 1, ..base.clone() };
    let file = charter_file(&one.encode_to_vec(), &["CI"]);
    book.valid_file("one-of-one", "one keyholder", &one, &one.encode_to_vec(), &file, &["CI"]);
    let unanimous = v1::Charter { threshold: 5, ..base.clone() };
    book.valid("unanimous", "a threshold of all", &unanimous);
    for date in ["2027-02-29", "0000-12-31", "9999-04-30", "2030-01-01"] {
        let why = format!("{date}: a month from 01 to 12, a day that it has in some year");
        book.valid(&format!("review-by-{date}"), &why, &v1::Charter { review_by: date.to_owned(), ..base.clone() });
    }
    let mut least = base.clone();
    (least.allowance, least.name, least.written) = (None, None, 0);
    book.valid("bare", "name, date and allowance have defaults", &least);
    let mut coded = base;
    coded.commissions[0].id = "a-".repeat(16);
    coded.administrations[6].code = "A23456789012".into();
    book.valid("names-longest", "a code of 12 characters, a commission of 32", &coded);
}

fn limits(book: &mut Book) {
    let base = genesis();
    let longest = wire::padded(&base.encode_to_vec(), 196_608);
    book.valid_bytes("longest", "196,608 bytes, most of them an unknown field", &base, &longest);
    let mut many = base;
    while many.administrations.len() < 256 {
        many.administrations.push(bare_member(many.administrations.len()));
    }
    book.valid("administrations-most", "256 administrations", &many);
}

/// An administration of which nothing is known but its code.
pub(super) fn bare_member(number: usize) -> v1::Administration {
    let kind = v1::administration::Kind::Member as i32;
    v1::Administration { code: format!("M{number}"), kind, ..v1::Administration::default() }
}

fn encodings(book: &mut Book) {
    let base = genesis();
    let plain = base.encode_to_vec();
    let unknown = [plain.clone(), wire::bytes(100, &[0xff])].concat();
    book.valid_bytes("unknown-field", "an unknown field is kept and part of what is signed", &base, &unknown);
    let mut said = base.clone();
    let renamed = v1::Names { fr: "Réseau".to_owned(), en: "Network".to_owned(), pt: String::new() };
    said.name = Some(renamed);
    let nameless = v1::Charter { name: None, ..base.clone() }.encode_to_vec();
    let [fr, wrong, en] =
        [(1, "Réseau"), (2, "Wrong"), (2, "Network")].map(|(n, t)| wire::bytes(3, &wire::bytes(n, t.as_bytes())));
    let why = "a message that stands several times is merged, and of each of its fields the last counts";
    book.valid_bytes("name-in-parts", why, &said, &[fr, wrong, nameless, en].concat());
    let mut marked = base;
    if let Some(name) = &mut marked.name {
        name.fr = "\u{feff}Réseau\u{0}🌍".into();
    }
    book.valid("name-unicode", "a text is any UTF-8: a byte-order mark, a zero and an astral character stay", &marked);
}

/// Signatures that do not count harm nothing.
fn stray_signatures(book: &mut Book) {
    let charter = genesis();
    let bytes = charter.encode_to_vec();
    let sign = |code: &str| charter_signature(&bytes, code);
    let mut forged = sign("BRRC");
    forged.signature[40] ^= 1;
    let elsewhere = v1::Signature { subject: hash(b"another charter"), ..sign("BRRC") };
    let signatures = vec![
        sign("TG"),
        forged,
        sign("CV"),
        elsewhere,
        sign("CI"),
        sign("GH"),
        sign("CI"),
        v1::Signature { key: cast::NO_POINT.to_vec(), ..sign("BRRC") },
        sign("SN"),
    ];
    let file = v1::CharterFile { charter: bytes.clone(), signatures }.encode_to_vec();
    let why = "signatures of others, under something else, doubled or forged do not count and do no harm";
    book.valid_file("stray-signatures", why, &charter, &bytes, &file, &["CI", "CV", "GH", "SN"]);
}
