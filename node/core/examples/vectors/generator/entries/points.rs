//! Signatures on which readers disagree that are less than strict: points of small and of mixed order, encodings that
//! are not canonical, an S that is not below L.

use palabre_proto::{Message, v1};

use super::Book;
use crate::generator::curve::{self, Challenge, Encoded, Pair};

pub(super) fn add_valid(book: &mut Book<'_>) {
    let why = "a key of mixed order: k reduced modulo L is a multiple of 8 and the small part falls out; not reduced, it \
               would stay";
    mixed_key(book, "mixed-key", why, "valid", |k| k.reduced_mod_8() == 0 && k.raw_mod_8() != 0);
    let why = "R and key of mixed order whose small parts cancel each other";
    mixed_both(book, "mixed-key-and-r", why, "valid", 1);
}

pub(super) fn add_refused(book: &mut Book<'_>) {
    mixed_orders(book);
    small_keys(book);
    small_commitments(book);
    encodings(book);
    great_s(book);
}

fn mixed_orders(book: &mut Book<'_>) {
    let why = "a key of mixed order: the equation holds times 8 only";
    mixed_key(book, "cofactored-key", why, "signature", |k| k.reduced_mod_8() != 0 && k.raw_mod_8() != 0);
    let why = "a key of mixed order: the equation holds times 8, or with a k that was not reduced modulo L";
    mixed_key(book, "unreduced-k", why, "signature", |k| k.reduced_mod_8() != 0 && k.raw_mod_8() == 0);
    let pair = Pair::plain(11);
    let header = header_of(book, &pair.key, 0);
    for (part, order) in [(1, "8"), (2, "4"), (4, "2")] {
        let commitment = curve::commitment(1, part);
        let signature = curve::signature(&commitment, 1, &pair, &curve::input(&book.cast.network, &header));
        let (name, why) = (
            format!("cofactored-r-{order}"),
            format!("R with a part of order {order}: the equation holds times 8 only"),
        );
        book.refused_signature("signature", &name, &why, &header, &signature);
    }
    let why = "R of order 8 and a key of mixed order: the equation holds, and R alone is too small";
    mixed_both(book, "small-r-mixed-key", why, "signature", 0);
}

/// A key of mixed order and an ordinary R, for the first nonce whose challenge fits.
fn mixed_key(book: &mut Book<'_>, name: &str, why: &str, verdict: &'static str, fits: impl Fn(&Challenge) -> bool) {
    let pair = Pair::mixed(11);
    let said = said_of(book, &pair.key, 0);
    let header = said.encode_to_vec();
    let input = curve::input(&book.cast.network, &header);
    let signature = curve::first_that(|nonce| {
        let commitment = curve::commitment(nonce, 0);
        let challenge = Challenge::of(&commitment, &pair.key, &input);
        fits(&challenge).then(|| curve::signature(&commitment, nonce, &pair, &input))
    });
    judge(book, verdict, name, why, &said, &signature);
}

/// A key of mixed order and an R that cancels its small part, for the first clock where one does. With nonce 0 that R
/// is of small order.
fn mixed_both(book: &mut Book<'_>, name: &str, why: &str, verdict: &'static str, nonce: u64) {
    let pair = Pair::mixed(11);
    let (said, signature) = curve::first_that(|clock| {
        let said = said_of(book, &pair.key, clock);
        let input = curve::input(&book.cast.network, &said.encode_to_vec());
        cancelling(&pair, nonce, &input).map(|signature| (said, signature))
    });
    judge(book, verdict, name, why, &said, &signature);
}

/// R = nonce · B + a point of order 8 that takes away what k makes of the small part of the key.
fn cancelling(pair: &Pair, nonce: u64, input: &[u8]) -> Option<Vec<u8>> {
    (1..8).step_by(2).find_map(|part| {
        let commitment = curve::commitment(nonce, part);
        let k = Challenge::of(&commitment, &pair.key, input).reduced_mod_8();
        (k + part).is_multiple_of(8).then(|| curve::signature(&commitment, nonce, pair, input))
    })
}

/// Whoever takes such a key takes the same signature for many headers.
fn small_keys(book: &mut Book<'_>) {
    let why = "the identity as key: the equation holds for every header";
    forged(book, "signature", "small-key-1", why, curve::near_zero(1, 0));
    for (index, order) in [(4, "2"), (2, "4"), (1, "8")] {
        let key = curve::torsion(index).compress().to_bytes();
        let (said, signature) = curve::first_that(|clock| {
            let said = said_of(book, &key, clock);
            let input = curve::input(&book.cast.network, &said.encode_to_vec());
            let commitment = curve::commitment(5, 0);
            let k = Challenge::of(&commitment, &key, &input).reduced_mod_8();
            (k == 0).then(|| (said, curve::signature(&commitment, 5, &Pair::bare(key), &input)))
        });
        let (name, why) = (format!("small-key-{order}"), format!("a key of order {order}: the equation holds"));
        book.refused_signature("signature", &name, &why, &said.encode_to_vec(), &signature);
    }
}

fn small_commitments(book: &mut Book<'_>) {
    let pair = Pair::plain(11);
    let header = header_of(book, &pair.key, 0);
    let input = curve::input(&book.cast.network, &header);
    let mut say = |name: &str, why: &str, commitment: Encoded| {
        let signature = curve::signature(&commitment, 0, &pair, &input);
        book.refused_signature("signature", name, why, &header, &signature);
    };
    say("small-r-1", "R is the identity: the equation holds", curve::near_zero(1, 0));
    say("small-r-2", "R is of order 2: the equation holds times 8 only", curve::near_the_prime(0xec, 0x7f));
    say("small-r-8", "R is of order 8: the equation holds times 8 only", curve::torsion(1).compress().to_bytes());
    say("r-sign-of-zero", "R is the identity with a sign on its x of 0", curve::near_zero(1, 0x80));
    say("r-beyond-prime", "R is the identity with y = p + 1", curve::near_the_prime(0xee, 0x7f));
    say("r-no-point", "R is no point", curve::near_zero(2, 0));
}

/// Keys that are not the canonical encoding of a point.
fn encodings(book: &mut Book<'_>) {
    let why = "the identity as key, with y = p + 1: the equation holds";
    forged(book, "key", "key-beyond-prime", why, curve::near_the_prime(0xee, 0x7f));
    let why = "a key with y = p, where 0 is canonical";
    forged(book, "key", "key-prime", why, curve::near_the_prime(0xed, 0x7f));
    let why = "a key with y = p + 3, a point of full order where it is read modulo p";
    forged(book, "key", "key-prime-3", why, curve::near_the_prime(0xf0, 0x7f));
    let why = "a key with y = 2^255 - 1 and a sign";
    forged(book, "key", "key-all-ones", why, curve::near_the_prime(0xff, 0xff));
    let why = "the identity as key, with a sign on its x of 0: the equation holds";
    forged(book, "key", "key-sign-of-zero", why, curve::near_zero(1, 0x80));
    let why = "the point of order 2 as key, with a sign on its x of 0";
    forged(book, "key", "key-sign-of-zero-2", why, curve::near_the_prime(0xec, 0xff));
    let why = "a key whose y belongs to no point";
    forged(book, "key", "key-no-point", why, curve::near_zero(2, 0));
}

/// R = S · B, which is all that the equation asks where the key is the identity.
fn forged(book: &mut Book<'_>, word: &'static str, name: &str, why: &str, key: Encoded) {
    let header = header_of(book, &key, 0);
    let input = curve::input(&book.cast.network, &header);
    let signature = curve::signature(&curve::commitment(5, 0), 5, &Pair::bare(key), &input);
    book.refused_signature(word, name, why, &header, &signature);
}

fn great_s(book: &mut Book<'_>) {
    let header = book.cast.header("CI").encode_to_vec();
    let signature = book.cast.sign("CI", &header);
    let mut say = |name: &str, why: &str, signature: &[u8]| {
        book.refused_signature("signature", name, why, &header, signature);
    };
    say("s-plus-l", "S + L: the equation holds", &curve::with_greater_s(&signature, 1));
    say(
        "s-plus-8l",
        "S + 8 L: the equation holds, and the highest bits are set",
        &curve::with_greater_s(&signature, 8),
    );
    say("s-is-l", "S = L", &[&signature[..32], &curve::L].concat());
    say("s-all-ones", "S = 2^256 - 1", &[&signature[..32], &[0xff; 32]].concat());
}

fn judge(book: &mut Book<'_>, verdict: &'static str, name: &str, why: &str, said: &v1::Header, signature: &[u8]) {
    let header = said.encode_to_vec();
    if verdict == "valid" {
        let entry = v1::Entry { header: header.clone(), signature: signature.to_vec(), payload: None };
        book.valid_entry(name, why, said, &header, &entry.encode_to_vec());
    } else {
        book.refused_signature(verdict, name, why, &header, signature);
    }
}

fn said_of(book: &Book<'_>, key: &Encoded, clock: u64) -> v1::Header {
    v1::Header { author: key.to_vec(), clock, ..book.cast.header("CI") }
}

fn header_of(book: &Book<'_>, key: &Encoded, clock: u64) -> Vec<u8> {
    said_of(book, key, clock).encode_to_vec()
}
