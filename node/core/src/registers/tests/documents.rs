//! What stands of a document, and who may.

use super::*;
use crate::registers::documents::list;
use crate::registers::{Refusal, check, heads};

#[test]
fn a_published_document_is_listed_with_all_that_was_said_of_it() {
    let mut node = Node::new();
    let mut author = node.author("SN");
    let entry = publish(&mut author, "Guide du transit");
    let changes = node.admit(&[&entry]);
    assert_eq!(changes.objects, [entry.id()].into());
    assert_eq!(changes.statuses, [(entry.id(), Status::InForce)].into());
    let document = node.document(&entry).unwrap();
    assert_eq!(document.administration.as_str(), "SN");
    assert_eq!(document.author, entry.header().author);
    assert_eq!(document.opened, entry.header().clock);
    assert!(!document.withdrawn() && !document.incomplete);
    let [version] = &document.versions[..] else { panic!("{document:?}") };
    assert_eq!((version.title.as_str(), version.language.as_str()), ("Guide du transit", "fr"));
    assert_eq!((version.content, version.current), (content("Guide du transit")[0], true));
    assert_eq!((version.file_name.as_str(), version.media_type.as_str()), ("document.pdf", "application/pdf"));
    assert_eq!(version.origin.sequence, entry.header().sequence);
    assert_eq!(list(&node.storage, &node.ring, None, 10).unwrap(), [document]);
    assert_eq!(heads(&node.storage, &entry.id()).unwrap(), [(entry.id(), 0)]);
}

#[test]
fn concurrent_revisions_stand_side_by_side_until_one_names_them_all() {
    let mut node = Node::new();
    let (mut sn, mut ci) = (node.author("SN"), node.author("CI"));
    let mut sn_other = node.network.author("SN", 2);
    let opener = publish(&mut sn, "première");
    let one = revise(&mut sn, &opener, &[&opener], "une");
    let two = revise(&mut sn_other, &opener, &[&opener], "deux");
    let three = revise(&mut ci, &opener, &[&opener], "trois");
    node.admit(&[&opener, &one, &two, &three]);
    let mut current = node.current(&opener);
    current.sort();
    assert_eq!(current, ["deux", "trois", "une"]);
    assert_eq!(heads(&node.storage, &opener.id()).unwrap().len(), 3);
    let partly = revise(&mut sn, &opener, &[&one, &three], "une et trois");
    node.admit(&[&partly]);
    assert_eq!(node.current(&opener), ["deux", "une et trois"]);
    let merged = revise(&mut sn, &opener, &[&partly, &two], "ensemble");
    node.admit(&[&merged]);
    assert_eq!(node.current(&opener), ["ensemble"]);
    assert_eq!(node.document(&opener).unwrap().versions.len(), 6);
    assert_eq!(heads(&node.storage, &opener.id()).unwrap(), [(merged.id(), 3)]);
}

#[test]
fn members_and_the_regional_office_publish_and_partners_do_not() {
    let mut node = Node::new();
    for code in ["CI", "SN", "GH", "CV", "BRRC"] {
        let entry = publish(&mut node.author(code), code);
        node.admit(&[&entry]);
        assert_eq!(node.status(&entry), Some(Status::InForce), "{code}");
    }
    let mut partner = node.author(PARTNER);
    let entry = publish(&mut partner, "partenaire");
    let on_it = revise(&mut node.network.author("CI", 2), &entry, &[&entry], "suite");
    node.admit(&[&entry, &on_it]);
    assert_eq!(node.void(&entry), Some(VoidReason::NotAllowed));
    assert_eq!(node.void(&on_it), Some(VoidReason::OpenerVoid));
    assert_eq!(node.document(&entry), None);
    assert_eq!(list(&node.storage, &node.ring, None, 10).unwrap().len(), 5);
}

#[test]
fn only_the_publisher_and_the_secretariat_revise_and_withdraw() {
    let mut node = Node::new();
    let (mut sn, mut cv, mut ci) = (node.author("SN"), node.author("CV"), node.author("CI"));
    let opener = publish(&mut sn, "première");
    let foreign = revise(&mut cv, &opener, &[&opener], "du Cap-Vert");
    let foreign_end = withdraw(&mut cv, &opener, &[&opener]);
    node.admit(&[&opener, &foreign, &foreign_end]);
    assert_eq!(node.void(&foreign), Some(VoidReason::NotAllowed));
    assert_eq!(node.void(&foreign_end), Some(VoidReason::NotAllowed));
    assert_eq!(node.current(&opener), ["première"]);
    assert_eq!(heads(&node.storage, &opener.id()).unwrap(), [(opener.id(), 0)], "void acts are no heads");
    let own = revise(&mut sn, &opener, &[&opener], "deuxième");
    let secretariat = withdraw(&mut ci, &opener, &[&own]);
    node.admit(&[&own, &secretariat]);
    assert_eq!(node.current(&opener), ["deuxième"]);
    assert_eq!(node.document(&opener).unwrap().withdrawals[0].origin.administration.as_str(), "CI");
}

#[test]
fn the_assessors_and_the_regional_office_act_for_the_secretariat_too() {
    let mut node = Node::new();
    let opener = publish(&mut node.author("CV"), "première");
    let mut before = opener.clone();
    node.admit(&[&opener]);
    for code in ["SN", "GH", "BRRC"] {
        let next = revise(&mut node.author(code), &opener, &[&before], code);
        node.admit(&[&next]);
        assert_eq!(node.current(&opener), [code]);
        before = next;
    }
}

#[test]
fn a_version_replaces_what_its_author_knew_through_a_void_act() {
    let mut node = Node::new();
    let (mut sn, mut gh) = (node.author("SN"), node.author("GH"));
    let opener = publish(&mut sn, "première");
    let void = revise(&mut gh, &opener, &[&opener], "du Ghana");
    let later = revise(&mut sn, &opener, &[&void], "deuxième");
    assert_eq!(later.header().place, 2, "a void act keeps its place");
    node.admit(&[&opener, &void, &later]);
    assert_eq!(node.status(&later), Some(Status::InForce));
    assert_eq!(node.current(&opener), ["deuxième"]);
    assert_eq!(heads(&node.storage, &opener.id()).unwrap(), [(later.id(), 2)]);
}

#[test]
fn a_withdrawal_ends_what_its_author_knew_and_keeps_what_came_beside_it() {
    let mut node = Node::new();
    let (mut sn, mut ci) = (node.author("SN"), node.author("CI"));
    let opener = publish(&mut sn, "première");
    let end = withdraw(&mut ci, &opener, &[&opener]);
    let beside = revise(&mut sn, &opener, &[&opener], "à côté");
    let after = revise(&mut sn, &opener, &[&end, &beside], "après");
    let again = withdraw(&mut sn, &opener, &[&after]);
    node.admit(&[&opener, &end, &beside, &after, &again]);
    assert_eq!(node.status(&beside), Some(Status::InForce));
    assert_eq!(node.void(&after), Some(VoidReason::Withdrawn));
    assert_eq!(node.void(&again), Some(VoidReason::Withdrawn), "also through a void act");
    let document = node.document(&opener).unwrap();
    assert!(document.withdrawn());
    assert_eq!(node.current(&opener), ["à côté"]);
}

#[test]
fn what_the_fold_would_void_is_refused_before_signing() {
    let mut node = Node::new();
    let mut sn = node.author("SN");
    let opener = publish(&mut sn, "première");
    node.admit(&[&opener]);
    let heads = heads(&node.storage, &opener.id()).unwrap();
    let (revision, place) =
        Act::on(opener.id(), &heads, Kind::Document(DocumentAct::Revise(version("suite")))).unwrap();
    let opening = Act::opening(Kind::Document(DocumentAct::Publish(version("autre")))).unwrap();
    let check = |author: &Author, act: &Act| match check(
        &node.storage,
        reader(&node.rules, &node.ring),
        &author.secret.node_key(),
        (act, &Audience::Public),
    ) {
        Err(Refusal::Void(reason)) => Err(reason),
        other => Ok(other.unwrap()),
    };
    assert_eq!(check(&sn, &revision), Ok(place));
    assert_eq!(check(&node.author("CI"), &revision), Ok(place));
    assert_eq!(check(&node.author("CV"), &revision), Err(VoidReason::NotAllowed));
    assert_eq!(check(&node.author("CV"), &opening), Ok(0));
    assert_eq!(check(&node.author(PARTNER), &opening), Err(VoidReason::NotAllowed));
    assert_eq!(check(&stranger(&node.network), &opening), Err(VoidReason::NotMandated));
    let unheld = publish(&mut sn, "pas encore arrivé");
    let (on_unheld, _) =
        Act::on(unheld.id(), &[(unheld.id(), 0)], Kind::Document(DocumentAct::Withdraw(None))).unwrap();
    let refused = registers::check(
        &node.storage,
        reader(&node.rules, &node.ring),
        &sn.secret.node_key(),
        (&on_unheld, &Audience::Public),
    );
    assert!(matches!(refused, Err(Refusal::Waits)));
}

#[test]
fn documents_are_listed_newest_first_in_pages() {
    let mut node = Node::new();
    let (mut sn, mut gh) = (node.author("SN"), node.author("GH"));
    let entries: Vec<Entry> =
        (0..7).map(|n| publish(if n % 2 == 0 { &mut sn } else { &mut gh }, &format!("document {n}"))).collect();
    node.admit(&entries.iter().collect::<Vec<_>>());
    let whole = list(&node.storage, &node.ring, None, 100).unwrap();
    assert_eq!(whole.len(), 7);
    assert!(whole.is_sorted_by_key(|document| (std::cmp::Reverse(document.opened), document.id)));
    let mut paged = Vec::new();
    while let page @ [.., last] = &list(&node.storage, &node.ring, paged.last(), 3).unwrap()[..] {
        assert!(page.len() <= 3);
        paged.extend(page.iter().map(registers::documents::Document::cursor));
        assert_eq!(paged.last(), Some(&last.cursor()));
    }
    assert_eq!(paged, whole.iter().map(registers::documents::Document::cursor).collect::<Vec<_>>());
}
