//! `places.json`: whether an entry stands where its act says, judged with the payloads.

use palabre_proto::{Message, v1};
use serde::Serialize;

use super::cast::{Cast, administration, hash, publishing, revising, signed_mandate};
use super::shapes::{Case, File, hex};
use super::wire;

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

/// One object as a node holds it, and an entry that comes.
struct Scene<'a> {
    cast: &'a Cast,
    opening: Acted,
    vectors: Vec<PlaceVector>,
}

impl Scene<'_> {
    fn say(&mut self, verdict: &'static str, (name, why): (&str, &str), held: &[&Acted], entry: &Acted) {
        let held = held.iter().map(|entry| entry.encoded(self.cast)).collect();
        let entry = entry.encoded(self.cast);
        self.vectors.push(PlaceVector { case: Case::new(verdict, name, why), held, entry });
    }

    /// The entry that comes: CV's, on the object, after these.
    fn at(&self, place: u64, after: &[&Acted]) -> Acted {
        self.by("CV", 9, place, after)
    }

    fn by(&self, code: &'static str, number: u8, place: u64, after: &[&Acted]) -> Acted {
        Acted::after(self.cast, code, number, place, &self.opening, after)
    }

    /// The entry that comes, with any payload.
    fn with(&self, place: u64, payload: Vec<u8>) -> Acted {
        Acted::at(self.cast, "CV", 9, place, payload)
    }
}

pub(super) fn file(cast: &Cast) -> File {
    let mut scene = Scene { cast, opening: Acted::opening(cast, "CI", 0), vectors: Vec::new() };
    places(&mut scene);
    broken(&mut scene);
    envelopes(&mut scene);
    let about = "Whether `entry` stands in its place for a node that holds the entries `held`, in the network of \
                 `charter` (a message CharterFile) and `mandates` (messages SignedMandate). All entries are messages \
                 Entry. proto/README.md says how.";
    let mandate = |code| {
        let bytes = cast.mandate(code).encode_to_vec();
        hex(&signed_mandate(&bytes, &administration(code), &cast.network).encode_to_vec())
    };
    let mandates = ["CI", "SN", "GH", "CV"].map(mandate).to_vec();
    let charter = hex(&cast.charter_file());
    File::of("places.json", &PlacesFile { about, charter, mandates, vectors: scene.vectors })
}

fn places(scene: &mut Scene<'_>) {
    let opening = scene.opening.clone();
    let second = scene.by("SN", 2, 1, &[&opening]);
    let third = scene.by("CI", 3, 2, &[&second]);
    let branch = scene.by("GH", 4, 1, &[&opening]);
    let held = [&opening, &second, &third, &branch];
    let (zero, one) = (Acted::opening(scene.cast, "CV", 0), Acted::opening(scene.cast, "CV", 1));
    scene.say("in-place", ("opening", "an act after none has place 0"), &[], &zero);
    scene.say("wrong-place", ("opening-1", "an act after none, at place 1"), &[], &one);
    let mut say = |verdict, name, why, place, after: &[&Acted]| {
        let entry = scene.at(place, after);
        scene.say(verdict, (name, why), &held, &entry);
    };
    say("in-place", "after-one", "after place 0 comes place 1", 1, &[&opening]);
    say("wrong-place", "after-one-0", "after place 0, at place 0", 0, &[&opening]);
    say("wrong-place", "after-one-2", "after place 0, at place 2", 2, &[&opening]);
    say("in-place", "after-two", "after places 2 and 1 comes place 3", 3, &[&third, &branch]);
    say("in-place", "after-two-turned", "in whatever order they are named", 3, &[&branch, &third]);
    say("wrong-place", "after-two-least", "the greatest counts, not the least", 2, &[&third, &branch]);
    say("wrong-place", "after-two-count", "places are not counted", 4, &[&third, &branch]);
    say("wrong-place", "place-greatest", "at the greatest place there is", u64::MAX, &[&third]);
    let (late, two) = (scene.at(2, &[&second]), scene.at(2, &[&opening, &second]));
    scene.say("waits", ("after-missing", "after an entry that has not come"), &[&opening], &late);
    scene.say("waits", ("after-one-missing", "after two, of which one has not come"), &[&opening], &two);
    let why = "after an entry that has not come, and one that is not before its place";
    let late = scene.at(2, &[&branch, &third]);
    scene.say("wrong-place", ("after-missing-and-late", why), &[&opening, &second, &third], &late);
    let why = "after an entry that waits itself";
    let last = scene.at(3, &[&third]);
    scene.say("waits", ("after-waiting", why), &[&opening, &third], &last);
}

/// Nothing can be built on what has no place.
fn broken(scene: &mut Scene<'_>) {
    let opening = scene.opening.clone();
    let misplaced = scene.by("SN", 2, 2, &[&opening]);
    let built = scene.at(3, &[&misplaced]);
    let why = "after an act that is out of place itself";
    scene.say("broken-after", ("after-misplaced", why), &[&opening, &misplaced], &built);
    let again = scene.by("GH", 3, 3, &[&misplaced]);
    let why = "and so on";
    let last = scene.at(4, &[&again]);
    scene.say("broken-after", ("after-broken", why), &[&opening, &misplaced, &again], &last);
    let why = "after an act that has not come, and one that is out of place";
    let absent = scene.by("CI", 4, 1, &[&opening]);
    let both = scene.at(3, &[&absent, &misplaced]);
    scene.say("broken-after", ("after-missing-and-misplaced", why), &[&opening, &misplaced], &both);
    let foreign = Acted::opening(scene.cast, "SN", 0);
    let built = scene.at(1, &[&foreign]);
    scene.say("foreign-after", ("after-foreign", "after an act on another object"), &[&opening, &foreign], &built);
    let both = scene.at(1, &[&opening, &foreign]);
    let why = "after acts on its own and on another object";
    scene.say("foreign-after", ("after-both", why), &[&opening, &foreign], &both);
}

/// Payloads that name no object and no past.
fn envelopes(scene: &mut Scene<'_>) {
    let opening = scene.opening.clone();
    let id = opening.id();
    let mut say = |verdict, name, why, place, payload: Vec<u8>| {
        let entry = scene.with(place, payload);
        scene.say(verdict, (name, why), &[&opening], &entry);
    };
    let act = |object: &[u8], after: &[&[u8]]| {
        let after: Vec<_> = after.iter().map(|id| wire::bytes(2, id)).collect();
        [wire::bytes(1, object), after.concat()].concat()
    };
    say("no-act", "no-protobuf", "a payload that is no protobuf", 0, b"\xff".to_vec());
    say("no-act", "object-31", "an object of 31 bytes", 1, act(&id[1..], &[&id]));
    say("no-act", "after-33", "an act before it of 33 bytes", 1, act(&id, &[&[1; 33]]));
    say("no-act", "after-twice", "an act before it twice", 1, act(&id, &[&id, &id]));
    say("no-act", "after-none", "on an object, and after nothing", 1, act(&id, &[]));
    say("no-act", "after-without-object", "after something, and on no object", 1, act(&[], &[&id]));
    let many: Vec<Vec<u8>> = (0..65).map(|n| vec![n; 32]).collect();
    let many: Vec<&[u8]> = many.iter().map(Vec::as_slice).collect();
    say("no-act", "after-65", "after 65 acts, one more than there may be", 1, act(&id, &many));
    say("waits", "after-64", "after 64 acts, none of which has come", 1, act(&id, &many[..64]));
    say("in-place", "kind-unknown", "a kind that no version knows yet keeps its place", 1, {
        [act(&id, &[&id]), wire::bytes(1000, b"?")].concat()
    });
    say("in-place", "kind-malformed", "a malformed kind as well", 1, [act(&id, &[&id]), wire::number(16, 1)].concat());
    say("in-place", "payload-empty", "nothing at all opens an object of no kind", 0, Vec::new());
}
