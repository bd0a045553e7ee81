//! `places.json`: whether an entry stands where its act says, judged with the payloads.

use palabre_proto::{Message, v1};
use serde::Serialize;

use super::cast::{Cast, administration, hash, publishing, revising, signed_mandate};
use super::shapes::{Case, File, hex};

#[derive(Serialize)]
struct PlacesFile {
    about: &'static str,
    charter: String,
    mandates: Vec<String>,
    vectors: Vec<PlaceVector>,
}

#[derive(Serialize)]
struct PlaceVector {
    #[serde(flatten)]
    case: Case,
    held: Vec<String>,
    entry: String,
}

/// An entry with its act.
#[derive(Clone)]
struct Acted {
    code: &'static str,
    said: v1::Header,
    payload: Vec<u8>,
}

impl Acted {
    /// Opens an object, as the first entry in a log of its own.
    fn opening(cast: &Cast, code: &'static str, place: u64) -> Self {
        Self::at(cast, code, 1, place, publishing(1))
    }

    /// A further act on the object, after these.
    fn after(cast: &Cast, code: &'static str, number: u8, place: u64, object: &Self, after: &[&Self]) -> Self {
        let ids = after.iter().map(|entry| entry.id()).collect();
        Self::at(cast, code, number, place, revising(u32::from(number), object.id(), ids))
    }

    fn at(cast: &Cast, code: &'static str, number: u8, place: u64, payload: Vec<u8>) -> Self {
        let said = v1::Header { place, ..cast.header_of(code, [number; 8], &payload) };
        Self { code, said, payload }
    }

    fn id(&self) -> Vec<u8> {
        hash(&self.said.encode_to_vec())
    }

    fn encoded(&self, cast: &Cast) -> String {
        hex(&cast.entry(self.code, &self.said.encode_to_vec(), Some(&self.payload)).encode_to_vec())
    }
}

pub(super) fn file(cast: &Cast) -> File {
    let opening = Acted::opening(cast, "CI", 0);
    let second = Acted::after(cast, "SN", 2, 1, &opening, &[&opening]);
    let third = Acted::after(cast, "CI", 3, 2, &opening, &[&second]);
    let branch = Acted::after(cast, "GH", 4, 1, &opening, &[&opening]);
    let held = [&opening, &second, &third, &branch];
    let mut vectors = Vec::new();
    let mut say = |verdict, name: &str, why: &str, held: &[&Acted], entry: &Acted| {
        let held = held.iter().map(|entry| entry.encoded(cast)).collect();
        vectors.push(PlaceVector { case: Case::new(verdict, name, why), held, entry: entry.encoded(cast) });
    };
    let at = |place, after: &[&Acted]| Acted::after(cast, "CV", 9, place, &opening, after);
    say("in-place", "opening", "an act after none has place 0", &[], &Acted::opening(cast, "CV", 0));
    say("wrong-place", "opening-1", "an act after none, at place 1", &[], &Acted::opening(cast, "CV", 1));
    say("in-place", "after-one", "after place 0 comes place 1", &held, &at(1, &[&opening]));
    say("wrong-place", "after-one-0", "after place 0, at place 0", &held, &at(0, &[&opening]));
    say("wrong-place", "after-one-2", "after place 0, at place 2", &held, &at(2, &[&opening]));
    say("in-place", "after-two", "after places 2 and 1 comes place 3", &held, &at(3, &[&third, &branch]));
    say("in-place", "after-two-turned", "in whatever order they are named", &held, &at(3, &[&branch, &third]));
    say("wrong-place", "after-two-least", "the greatest counts, not the least", &held, &at(2, &[&third, &branch]));
    say("wrong-place", "after-two-count", "places are not counted", &held, &at(4, &[&third, &branch]));
    say("wrong-place", "place-greatest", "at the greatest place there is", &held, &at(u64::MAX, &[&third]));
    say("waits", "after-missing", "after an entry that has not come", &[&opening], &at(2, &[&second]));
    say(
        "waits",
        "after-one-missing",
        "after two, of which one has not come",
        &[&opening],
        &at(2, &[&opening, &second]),
    );
    let about = "Whether `entry` stands in its place for a node that holds the entries `held`, in the network of \
                 `charter` (a message CharterFile) and `mandates` (messages SignedMandate). All entries are messages \
                 Entry. proto/README.md says how.";
    let mandate = |code| {
        let bytes = cast.mandate(code).encode_to_vec();
        hex(&signed_mandate(&bytes, &administration(code), &cast.network).encode_to_vec())
    };
    let mandates = ["CI", "SN", "GH", "CV"].map(mandate).to_vec();
    File::of("places.json", &PlacesFile { about, charter: hex(&cast.charter_file()), mandates, vectors })
}
