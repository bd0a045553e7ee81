//! Logs without forks: in order, with gaps, with strangers in them.

use palabre_proto::v1;

use super::{Book, Script, Written};

pub(super) fn add(book: &mut Book<'_>) {
    in_order(book);
    gaps(book);
    wrong_previous(book);
    later_logs(book);
    refused(book);
    far_ahead(book);
}

fn in_order(book: &mut Book<'_>) {
    let one = Written::first(book.cast, "CI", 1);
    let two = one.next();
    let three = two.next();
    book.add(("nothing", "a node that holds nothing has a frontier, too"), |_| {}, &[], &[]);
    let play = |s: &mut Script<'_>| {
        s.entry("next", &one).entry("next", &two).entry("next", &three);
    };
    book.add(("one-log", "three entries in their order"), play, &[&three], &[]);
    let play = |s: &mut Script<'_>| {
        s.entry("next", &one).entry("held", &one).entry("next", &two).entry("held", &one).entry("held", &two);
    };
    book.add(("held", "entries that are held already"), play, &[&two], &[]);
    let (other, stranger) = (Written::first(book.cast, "CI", 2), Written::first(book.cast, "SN", 1));
    let later = stranger.next();
    let play = |s: &mut Script<'_>| {
        s.entry("next", &stranger).entry("next", &one).entry("next", &later).entry("next", &other);
    };
    let why = "heads are hashed in the order of author, then log, whatever came first";
    book.add(("three-logs", why), play, &[&one, &other, &later], &[]);
}

fn gaps(book: &mut Book<'_>) {
    let one = Written::first(book.cast, "CI", 1);
    let two = one.next();
    let three = two.next();
    let four = three.next();
    let play = |s: &mut Script<'_>| {
        s.entry("next", &one).entry("ahead", &four).entry("ahead", &three).entry("held", &four).entry("next", &two);
    };
    book.add(("gap-closed", "what waited ahead of a gap follows when it closes"), play, &[&four], &[]);
    let play = |s: &mut Script<'_>| {
        s.entry("next", &one).entry("ahead", &three).entry("ahead", &four);
    };
    book.add(("gap-open", "the head is the last entry before the gap"), play, &[&one], &[]);
    let play = |s: &mut Script<'_>| {
        s.entry("ahead", &two).entry("ahead", &three);
    };
    book.add(("beginning-missing", "a log whose first entry has not come has no head"), play, &[], &[]);
}

fn wrong_previous(book: &mut Book<'_>) {
    let one = Written::first(book.cast, "CI", 1);
    let two = one.next();
    let other_two = one.other(5).next();
    let play = |s: &mut Script<'_>| {
        s.entry("next", &one).entry("parted", &other_two).entry("next", &two);
    };
    book.add(("parted", "entry 2 names another entry 1 than the one that is held"), play, &[&two], &[]);
    let other_three = other_two.next();
    let play = |s: &mut Script<'_>| {
        s.entry("next", &one).entry("ahead", &other_three).entry("next", &two);
    };
    let why = "entry 3 waited and names another entry 2 than the one that came: it does not follow";
    book.add(("parted-ahead", why), play, &[&two], &[]);
    let three = two.next();
    let play = |s: &mut Script<'_>| {
        s.entry("next", &one).entry("ahead", &other_three).entry("next", &two).entry("conflict", &three);
    };
    let why = "and when the entry 3 comes that does follow, the two prove a fork";
    book.add(("parted-ahead-conflict", why), play, &[&two], &[(&three, &other_three)]);
}

fn later_logs(book: &mut Book<'_>) {
    let one = Written::first(book.cast, "CI", 1);
    let two = one.next();
    let later = Written::first(book.cast, "CI", 2).naming(two.id());
    let play = |s: &mut Script<'_>| {
        s.entry("next", &later).entry("next", &one);
    };
    let why = "a later log does not wait for the head that its first entry names";
    book.add(("later-log", why), play, &[&later, &one], &[]);
    let back = Written { code: "CI", said: v1::Header { clock: 0, place: 9, ..two.said.clone() } };
    let play = |s: &mut Script<'_>| {
        s.entry("next", &one).entry("next", &back);
    };
    let why = "a clock that goes back, and a place that nothing here explains, break no log";
    book.add(("clock-back", why), play, &[&back], &[]);
}

fn refused(book: &mut Book<'_>) {
    let one = Written::first(book.cast, "CI", 1);
    let two = one.next();
    let mut forged = book.cast.entry("CI", &two.bytes(), None);
    forged.signature[40] ^= 1;
    let play = |s: &mut Script<'_>| {
        s.entry("next", &one).raw_entry("signature", &forged).entry("next", &two);
    };
    book.add(("forged", "an entry that is not authentic leaves no trace"), play, &[&two], &[]);
}

fn far_ahead(book: &mut Book<'_>) {
    let one = Written::first(book.cast, "CI", 1);
    let two = one.next();
    let mut waiting = vec![two.next()];
    while waiting.len() < 65 {
        waiting.extend(waiting.last().map(Written::next));
    }
    let play = |s: &mut Script<'_>| {
        s.entry("next", &one);
        for entry in &waiting[..64] {
            s.entry("ahead", entry);
        }
        s.entry("too-far-ahead", &waiting[64]).entry("held", &waiting[0]).entry("next", &two);
    };
    let why = "64 entries wait ahead of a log, the 65th is not kept";
    book.add(("too-far-ahead", why), play, &[&waiting[63]], &[]);
}

impl Written {
    /// The same, with another entry named before it.
    fn naming(&self, previous: Vec<u8>) -> Self {
        Self { code: self.code, said: v1::Header { previous, ..self.said.clone() } }
    }
}
