//! `places.json`: whether an entry stands in its place, judged with the payloads by folding them.

use palabre_core::ledger::{Record, book};
use palabre_core::registers::{self, Reader, Status};
use palabre_core::seal::Ring;

use crate::logs::Memory;
use crate::vector::{bytes, file, judge_all, list};
use crate::{entries, mandates};

#[test]
fn every_place_gets_its_verdict() {
    let file = file("places.json");
    let rules = mandates::mandated(mandates::rules(&file["charter"]), &file["mandates"]);
    let ring = Ring::new(*rules.network(), Vec::new());
    let reader = Reader { rules: &rules, ring: &ring };
    judge_all(&file["vectors"], (7, 23), |vector| {
        let mut memory = Memory::default();
        let last = list(&vector["held"]).iter().chain([&vector["entry"]]).map(|entry| {
            let entry = entries::verify(&bytes(entry), rules.network()).unwrap();
            let position = memory.append(&Record::Entry(Box::new(entry.clone())));
            book::note(&mut memory, &entry, position).unwrap();
            registers::admit(&mut memory, reader, &[&entry]).unwrap();
            entry.id()
        });
        let last = last.last().unwrap();
        let (_, status) = registers::status(&memory, &last).unwrap().unwrap();
        match status {
            Status::Waiting => "waits",
            Status::Void(reason) if reason.is_broken() => reason.code(),
            // Whether the act counts is another question: who may, and whether its content is well formed.
            Status::InForce | Status::Void(_) => "in-place",
        }
        .to_owned()
    });
}
