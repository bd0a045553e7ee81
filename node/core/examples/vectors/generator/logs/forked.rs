//! Logs with forks: nothing from the forked sequence on has effect, and one proof stands.

use palabre_proto::v1;

use super::{Book, Script, Written, proof};
use crate::generator::cast::node;
use crate::generator::curve::{self, Pair};

pub(super) fn add(book: &mut Book<'_>) {
    conflicts(book);
    early_conflicts(book);
    proofs(book);
    lower_proofs(book);
    other_signatures(book);
}

fn conflicts(book: &mut Book<'_>) {
    let one = Written::first(book.cast, "CI", 1);
    let (two, other) = (one.next(), one.like_next(5));
    let three = two.next();
    let four = three.next();
    let stranger = Written::first(book.cast, "SN", 1);
    let play = |s: &mut Script<'_>| {
        s.entry("next", &one).entry("next", &two).entry("next", &three).entry("conflict", &other);
        s.entry("frozen", &three).entry("frozen", &four).entry("frozen", &two).entry("held", &one);
        s.entry("next", &stranger).entry("next", &stranger.next());
    };
    let why = "two entries 2: the log ends at entry 1, and other logs go on";
    book.add(("conflict", why), play, &[&one, &stranger.next()], &[(&two, &other)]);
    let play = |s: &mut Script<'_>| {
        s.entry("next", &stranger).entry("next", &one).entry("next", &other).entry("conflict", &two);
        s.entry("frozen", &three).entry("next", &stranger.next());
    };
    let why = "the same in another order: the same frontier";
    book.add(("conflict-other-order", why), play, &[&one, &stranger.next()], &[(&two, &other)]);
}

fn early_conflicts(book: &mut Book<'_>) {
    let one = Written::first(book.cast, "CI", 1);
    let other = one.other(5);
    let two = one.next();
    let play = |s: &mut Script<'_>| {
        s.entry("next", &one).entry("next", &two).entry("conflict", &other).entry("frozen", &one);
    };
    book.add(("conflict-first", "two entries 1: nothing of the log is left"), play, &[], &[(&one, &other)]);
    let (three, other) = (two.next(), two.like_next(5));
    let play = |s: &mut Script<'_>| {
        s.entry("next", &one).entry("ahead", &three).entry("ahead", &three.next()).entry("conflict", &other);
        s.entry("next", &two).entry("frozen", &three).entry("frozen", &three.next());
    };
    let why = "two entries 3 before entry 2 has come: what waited at or after 3 waits no more";
    book.add(("conflict-ahead", why), play, &[&two], &[(&three, &other)]);
}

fn proofs(book: &mut Book<'_>) {
    let one = Written::first(book.cast, "CI", 1);
    let (two, other) = (one.next(), one.like_next(5));
    let known = proof(book.cast, &two, &other);
    let play = |s: &mut Script<'_>| {
        s.fork("stands", &known).entry("frozen", &two).entry("frozen", &other).entry("next", &one);
        s.fork("yields", &known);
    };
    let why = "a proof may come before any entry of its log";
    book.add(("proof-first", why), play, &[&one], &[(&two, &other)]);
    let play = |s: &mut Script<'_>| {
        s.entry("next", &one).entry("next", &two).entry("next", &two.next()).fork("stands", &known);
    };
    let why = "a proof cuts the log that is held";
    book.add(("proof-cuts", why), play, &[&one], &[(&two, &other)]);
    let mut forged = known.clone();
    if let Some(high) = &mut forged.high {
        high.signature[40] ^= 1;
    }
    let play = |s: &mut Script<'_>| {
        s.entry("next", &one).entry("next", &two).fork("signature", &forged);
    };
    let why = "a proof that is not authentic changes nothing";
    book.add(("proof-forged", why), play, &[&two], &[]);
}

fn lower_proofs(book: &mut Book<'_>) {
    let one = Written::first(book.cast, "CI", 1);
    let (two, other_two) = (one.next(), one.like_next(5));
    let (three, other_three) = (two.next(), two.like_next(5));
    let (at_two, at_three) = (proof(book.cast, &two, &other_two), proof(book.cast, &three, &other_three));
    let play = |s: &mut Script<'_>| {
        s.entry("next", &one).entry("next", &two).entry("next", &three).fork("stands", &at_three);
        s.fork("stands", &at_two).fork("yields", &at_three).entry("frozen", &two);
    };
    let why = "of two proofs about one log the one with the lower sequence stands";
    book.add(("proof-lower-sequence", why), play, &[&one], &[(&two, &other_two)]);
    let play = |s: &mut Script<'_>| {
        s.entry("next", &one).fork("stands", &at_three).entry("next", &two).entry("conflict", &other_two);
    };
    let why = "below a known fork, another one is found";
    book.add(("conflict-below-proof", why), play, &[&one], &[(&two, &other_two)]);
    let mut branches = [one.like_next(1), one.like_next(2), one.like_next(3)];
    branches.sort_by_key(Written::id);
    let [low, middle, high] = &branches;
    let pairs = [(low, middle), (low, high), (middle, high)];
    let [first, second, third] = pairs.map(|(one, other)| proof(book.cast, one, other));
    let play = |s: &mut Script<'_>| {
        s.fork("stands", &third).fork("stands", &second).fork("stands", &first);
        s.fork("yields", &second).fork("yields", &third).fork("yields", &first).entry("next", &one);
    };
    let why = "of proofs about one sequence the one with the lowest pair of ids stands, lower id first";
    book.add(("proof-lower-ids", why), play, &[&one], &[(low, middle)]);
}

/// An author can sign one header in many ways; all mean the same.
fn other_signatures(book: &mut Book<'_>) {
    let one = Written::first(book.cast, "CI", 1);
    let (two, other) = (one.next(), one.like_next(5));
    let again = |entry: &Written| {
        let input = curve::input(&book.cast.network, &entry.bytes());
        let pair = Pair::of(&node("CI"));
        curve::signature(&curve::commitment(7, 0), 7, &pair, &input)
    };
    let signed = |entry: &Written| v1::SignedHeader { header: entry.bytes(), signature: again(entry) };
    let (low, high) = super::in_order(&two, &other);
    let same = v1::ForkProof { low: Some(signed(low)), high: Some(signed(high)) };
    let entry_again = v1::Entry { header: two.bytes(), signature: again(&two), payload: None };
    let first = proof(book.cast, &two, &other);
    let play = |s: &mut Script<'_>| {
        s.entry("next", &one).entry("next", &two).raw_entry("held", &entry_again);
        s.fork("stands", &same).fork("yields", &first);
    };
    let why = "other signatures under the same headers: the same entry, the same proof, the same frontier";
    book.add(("other-signatures", why), play, &[&one], &[(&two, &other)]);
}
