//! Which mandates are in force.

use palabre_proto::v1;

use super::deeds::{Accreditation, Written, checkpoint, cutoff, key, of};
use super::{Book, Story};

const ALL: [&str; 5] = ["CI", "SN", "GH", "CV", "BRRC"];

pub(super) fn add(book: &mut Book<'_>) {
    chains(book);
    dropping(book);
    rivals(book);
    re_keyed(book);
    cited(book);
}

fn chains(book: &mut Book<'_>) {
    let one = Accreditation::first(book.cast, "SN", |_| {});
    let two = one.with("SN 2");
    let three = two.with("SN 3");
    book.tell("mandates-three", "each after the one before", |s| {
        s.accredits("joins", &one, "SN");
        s.accredits("held", &one, "SN");
        s.accredits("joins", &two, "SN");
        s.accredits("joins", &three, "SN");
        s.in_force(&three);
    });
    book.tell("mandates-other-order", "a later one comes first, and again after it", |s| {
        s.accredits("joins", &one, "SN");
        s.accredits("not-following", &three, "SN");
        s.accredits("joins", &two, "SN");
        s.accredits("joins", &three, "SN");
        s.in_force(&three);
    });
    let jump = one.next(|message| message.number = 3);
    book.tell("mandate-jump", "mandate 3 follows mandate 1", |s| {
        s.accredits("joins", &one, "SN");
        s.accredits("number", &jump, "SN");
        s.in_force(&one);
    });
    let again = two.next(|message| message.number = 2);
    book.tell("mandate-number-again", "mandate 2 follows mandate 2", |s| {
        s.accredits("joins", &one, "SN");
        s.accredits("joins", &two, "SN");
        s.accredits("number", &again, "SN");
        s.in_force(&two);
    });
    let foreign = one.next(|message| "GH".clone_into(&mut message.administration));
    book.tell("mandate-of-another", "GH's mandate follows one of SN", |s| {
        s.accredits("joins", &one, "SN");
        s.accredits("not-following", &foreign, "GH");
        s.in_force(&one);
    });
    book.tell("mandate-by-another", "GH signs for SN", |s| s.accredits("signature", &one, "GH"));
    let strange = Accreditation::first(book.cast, "ML", |_| {});
    book.tell("mandate-of-a-stranger", "ML is in no revision", |s| s.accredits("stranger", &strange, "ML"));
}

fn dropping(book: &mut Book<'_>) {
    let one = Accreditation::first(book.cast, "SN", |_| {});
    let entry = Written::first(book.cast, "SN", 1, &book.genesis, &one);
    let silent = one.next(|message| message.nodes = vec![super::deeds::listed("SN 2")]);
    book.tell("dropped-in-silence", "a mandate that drops a node without a list does not count", |s| {
        s.accredits("joins", &one, "SN");
        s.accredits("joins", &silent, "SN");
        s.in_force(&one);
    });
    let after = silent.with("SN 3");
    book.tell("after-one-that-does-not-count", "nor does what follows it", |s| {
        s.accredits("joins", &one, "SN");
        s.accredits("joins", &silent, "SN");
        s.accredits("joins", &after, "SN");
        s.in_force(&one);
    });
    for (name, why, ends) in
        [("dropped", "with a list it counts", vec![&entry]), ("dropped-at-zero", "an empty list will do", vec![])]
    {
        let next = one.instead("SN 2", &ends);
        book.tell(name, why, |s| {
            s.accredits("joins", &one, "SN");
            s.accredits("joins", &next, "SN");
            s.in_force(&next);
        });
    }
    let both = one.next(|message| {
        message.cutoffs = vec![v1::NodeCutoff { node: message.nodes[0].key.clone(), logs: Vec::new() }];
    });
    book.tell("cut-and-listed", "a node is cut and listed", |s| s.accredits("node-cut", &both, "SN"));
    let foreign = Written::first(book.cast, "GH", 1, &book.genesis, &one);
    let other = one.instead("SN 2", &[&foreign]);
    book.tell("cut-of-another-node", "its list names a log of another node", |s| s.accredits("cutoff", &other, "SN"));
}

fn rivals(book: &mut Book<'_>) {
    let one = Accreditation::first(book.cast, "SN", |_| {});
    let (this, that) = (one.with("SN 2"), one.with("SN 3"));
    let both = |s: &mut Story<'_>| {
        s.accredits("joins", &one, "SN");
        s.accredits("joins", &this, "SN");
        s.accredits("joins", &that, "SN");
    };
    book.tell("mandates-of-one-number", "the one before governs", |s| {
        both(s);
        s.in_force(&one);
    });
    let named = book.genesis.next(|message| message.mandate_checkpoint = vec![checkpoint(&that)]);
    book.tell("mandate-named", "until a revision names one in its checkpoint", |s| {
        both(s);
        s.comes("joins", &named, &ALL);
        s.in_force(&that);
        s.governs(&named);
    });
    let end = book.genesis.next(|message| message.cutoffs = vec![cutoff("SN", Some(&this), &[])]);
    book.tell("mandate-named-by-a-list", "or in the list of what still counts", |s| {
        both(s);
        s.comes("joins", &end, &ALL);
        s.in_force(&this);
        s.governs(&end);
    });
    let later = that.with("SN 4");
    let named_later = book.genesis.next(|message| message.mandate_checkpoint = vec![checkpoint(&later)]);
    book.tell("mandate-named-by-what-follows", "or one that follows from it", |s| {
        both(s);
        s.accredits("joins", &later, "SN");
        s.comes("joins", &named_later, &ALL);
        s.in_force(&later);
        s.governs(&named_later);
    });
    let renamed = named.next(|message| message.mandate_checkpoint = vec![checkpoint(&this)]);
    book.tell("mandate-named-anew", "the newest revision that names one decides", |s| {
        both(s);
        s.comes("joins", &named, &ALL);
        s.comes("joins", &renamed, &ALL);
        s.in_force(&this);
        s.governs(&renamed);
    });
    book.tell("mandate-named-by-a-proposal", "a proposal names nothing", |s| {
        both(s);
        s.comes("joins", &named, &["CI", "SN", "GH"]);
        s.in_force(&one);
    });
    let other = Accreditation::first(book.cast, "SN", |message| message.nodes.push(super::deeds::listed("SN 2")));
    book.tell("first-mandates-two", "before number 1 there is none: neither governs", |s| {
        s.accredits("joins", &one, "SN");
        s.accredits("joins", &other, "SN");
    });
    let first = book.genesis.next(|message| message.mandate_checkpoint = vec![checkpoint(&other)]);
    book.tell("first-mandate-named", "until a revision names one", |s| {
        s.comes("joins", &first, &ALL);
        s.accredits("joins", &one, "SN");
        s.accredits("joins", &other, "SN");
        s.in_force(&other);
        s.governs(&first);
    });
}

/// SN has a new key from revision 2 on; a thief has the old one.
fn re_keyed(book: &mut Book<'_>) {
    let one = Accreditation::first(book.cast, "SN", |_| {});
    let two = book.genesis.next(|message| {
        key(message, "SN", "SN new");
        message.cutoffs = vec![cutoff("SN", Some(&one), &[])];
    });
    let stolen = one.with("thief");
    let rightful = one.next(|message| {
        message.charter = two.hash();
        message.nodes.push(super::deeds::listed("SN 2"));
    });
    let adopt = |s: &mut Story<'_>| {
        s.comes("joins", &two, &["CI", "GH", "CV", "BRRC"]);
        s.governs(&two);
    };
    book.tell("thief-before", "the thief's mandate came before the new key", |s| {
        s.accredits("joins", &one, "SN");
        s.accredits("joins", &stolen, "SN");
        adopt(s);
        s.in_force(&one);
    });
    book.tell("thief-after", "or was kept back until after it", |s| {
        s.accredits("joins", &one, "SN");
        adopt(s);
        s.accredits("joins", &stolen, "SN");
        s.in_force(&one);
    });
    book.tell("thief-and-owner", "the owner's next mandate is signed by the new key", |s| {
        s.accredits("joins", &one, "SN");
        adopt(s);
        s.accredits("joins", &stolen, "SN");
        s.accredits("joins", &rightful, "SN new");
        s.in_force(&rightful);
    });
    book.tell(
        "thief-signs-the-owners",
        "the thief signs the owner's bytes: both signatures are kept, one counts",
        |s| {
            s.accredits("joins", &one, "SN");
            adopt(s);
            s.accredits("joins", &rightful, "SN");
            s.accredits("joins", &rightful, "SN new");
            s.accredits("held", &rightful, "SN");
            s.in_force(&rightful);
        },
    );
    book.tell("old-key-cites-the-new", "the old key signs under the revision that replaced it", |s| {
        s.accredits("joins", &one, "SN");
        adopt(s);
        s.accredits("joins", &rightful, "SN");
        s.in_force(&one);
    });
    let none = book.genesis.next(|message| {
        key(message, "SN", "SN new");
        message.cutoffs = vec![cutoff("SN", None, &[])];
    });
    book.tell("no-mandate-counts", "the list names no mandate: those by the old key are gone", |s| {
        s.accredits("joins", &one, "SN");
        s.comes("joins", &none, &["CI", "GH", "CV", "BRRC"]);
        s.governs(&none);
    });
    book.tell("signed-anew", "the owner signs the same bytes with the new key", |s| {
        s.accredits("joins", &one, "SN");
        s.comes("joins", &none, &["CI", "GH", "CV", "BRRC"]);
        s.accredits("joins", &one, "SN new");
        s.governs(&none);
        s.in_force(&one);
    });
}

fn cited(book: &mut Book<'_>) {
    let one = Accreditation::first(book.cast, "SN", |_| {});
    let next = book.genesis.next_for(2031);
    let early = one.next(|message| message.charter = next.hash());
    book.tell("mandate-cites-a-proposal", "a mandate under a revision that is not adopted does not count yet", |s| {
        s.accredits("joins", &one, "SN");
        s.comes("joins", &next, &ALL[..3]);
        s.accredits("joins", &early, "SN");
        s.in_force(&one);
    });
    book.tell("mandate-cites-a-revision", "it counts once that is adopted", |s| {
        s.accredits("joins", &one, "SN");
        s.accredits("joins", &early, "SN");
        s.comes("joins", &next, &ALL);
        s.in_force(&early);
        s.governs(&next);
    });
    let two = one.with("SN 2");
    let suspended = book.genesis.next(|message| {
        of(message, "SN").suspended = true;
        message.cutoffs = vec![cutoff("SN", Some(&one), &[])];
    });
    book.tell(
        "mandate-of-a-suspended-one",
        "its key is as before: its mandates count, though its nodes may do nothing",
        |s| {
            s.accredits("joins", &one, "SN");
            s.comes("joins", &suspended, &ALL);
            s.accredits("joins", &two, "SN");
            s.in_force(&two);
            s.governs(&suspended);
        },
    );
    let disputing = book.genesis.next_for(2032);
    book.tell("mandate-cut-in-dispute", "a mandate that a disputed revision cuts does not count", |s| {
        s.accredits("joins", &one, "SN");
        s.accredits("joins", &two, "SN");
        s.comes("joins", &suspended, &ALL);
        s.comes("joins", &disputing, &ALL);
        s.in_force(&one);
        s.disputed(&[&suspended, &disputing]);
    });
}
