//! A disk that knows which changes are durable: those of a file's bytes since it was synced are not, nor those of a
//! folder's names since that was.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Component, Path};

use super::recording::Change;

/// A file or folder, by its number on the disk.
pub(super) type Inode = usize;

/// A change of a file's bytes that is not durable yet.
#[derive(Clone, Debug)]
pub(super) enum DataChange {
    /// Bytes at an offset.
    Wrote(u64, Vec<u8>),
    /// Another length.
    Resized(u64),
}

/// A file.
#[derive(Clone, Debug, Default)]
pub(super) struct Content {
    /// What a cut leaves at least.
    pub(super) durable: Vec<u8>,
    /// What was done since.
    pub(super) pending: Vec<DataChange>,
}

/// The names in a folder.
pub(super) type Names = BTreeMap<String, Inode>;

#[derive(Clone, Debug)]
pub(super) enum Thing {
    File(Content),
    Folder {
        /// As programs see it.
        now: Names,
        /// What a cut leaves at least.
        durable: Names,
    },
}

/// A name: the folder, and the word in it.
pub(super) type Name = (Inode, String);

/// A change of names that is not durable yet.
#[derive(Clone, Debug)]
pub(super) enum NameChange {
    /// Something got a name.
    Added(Name, Inode),
    /// A name went away.
    Removed(Name, Inode),
    /// A name became another, in one step.
    Moved(Name, Name, Inode),
}

impl NameChange {
    fn names(&self) -> Vec<&Name> {
        match self {
            Self::Added(name, _) | Self::Removed(name, _) => vec![name],
            Self::Moved(from, to, _) => vec![from, to],
        }
    }

    fn touches(&self, folder: Inode) -> bool {
        self.names().iter().any(|(of, _)| *of == folder)
    }

    /// Does it in the names that `names` gives for a folder.
    pub(super) fn apply(&self, mut names: impl FnMut(Inode, &dyn Fn(&mut Names))) {
        let remove = |name: &Name, thing: Inode| {
            let word = name.1.clone();
            move |names: &mut Names| {
                if names.get(&word) == Some(&thing) {
                    names.remove(&word);
                }
            }
        };
        let add = |name: &Name, thing: Inode| {
            let word = name.1.clone();
            move |names: &mut Names| {
                names.insert(word.clone(), thing);
            }
        };
        match self {
            Self::Added(name, thing) => names(name.0, &add(name, *thing)),
            Self::Removed(name, thing) => names(name.0, &remove(name, *thing)),
            Self::Moved(from, to, thing) => {
                names(from.0, &remove(from, *thing));
                names(to.0, &add(to, *thing));
            }
        }
    }
}

/// The disk under one folder, while processes change it.
#[derive(Clone, Debug)]
pub struct Disk {
    root: String,
    pub(super) things: Vec<Thing>,
    /// In the order in which they were done.
    pub(super) pending: Vec<NameChange>,
    descriptors: BTreeMap<i32, Inode>,
}

/// The number of the folder itself.
pub(super) const ROOT: Inode = 0;

impl Disk {
    /// The disk as the folder is now, all of it durable.
    pub fn of(folder: &Path) -> Self {
        let root = folder.to_str().expect("temporary folders have plain names").to_owned();
        let mut disk = Self { root, things: Vec::new(), pending: Vec::new(), descriptors: BTreeMap::new() };
        disk.load(folder);
        disk
    }

    fn load(&mut self, folder: &Path) -> Inode {
        let number = self.add(Thing::Folder { now: Names::new(), durable: Names::new() });
        let mut names = Names::new();
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let inode = if path.is_dir() {
                self.load(&path)
            } else {
                let durable = fs::read(&path).expect("a file");
                self.add(Thing::File(Content { durable, pending: Vec::new() }))
            };
            names.insert(word_of(&path), inode);
        }
        self.things[number] = Thing::Folder { now: names.clone(), durable: names };
        number
    }

    fn add(&mut self, thing: Thing) -> Inode {
        self.things.push(thing);
        self.things.len() - 1
    }

    fn now(&mut self, folder: Inode) -> &mut Names {
        match &mut self.things[folder] {
            Thing::Folder { now, .. } => now,
            Thing::File(_) => panic!("a file has no names"),
        }
    }

    /// The name that a path means: its folder, which is there, and its last word.
    fn name(&mut self, path: &Path) -> Name {
        let relative = path.strip_prefix(&self.root).expect("what is recorded lies below the folder");
        let words: Vec<&str> = relative
            .components()
            .map(|part| match part {
                Component::Normal(word) => word.to_str().expect("names of a home are text"),
                other => panic!("{other:?} in a recorded path"),
            })
            .collect();
        let (last, folders) = words.split_last().expect("not the folder itself");
        let mut folder = ROOT;
        for word in folders {
            folder = *self.now(folder).get(*word).unwrap_or_else(|| panic!("{} is in no folder", path.display()));
        }
        (folder, (*last).to_owned())
    }

    fn change_names(&mut self, change: NameChange) {
        change.apply(|folder, edit| edit(self.now(folder)));
        self.pending.push(change);
    }

    /// Takes in the next change.
    pub fn apply(&mut self, change: &Change) {
        match change {
            Change::Began => self.descriptors.clear(),
            Change::Opened { descriptor, path, emptied, folder } => self.opened(*descriptor, path, *emptied, *folder),
            Change::Closed(descriptor) => drop(self.descriptors.remove(descriptor)),
            Change::Wrote { descriptor, offset, bytes } => {
                self.changed(*descriptor, DataChange::Wrote(*offset, bytes.clone()));
            }
            Change::Resized { descriptor, length } => self.changed(*descriptor, DataChange::Resized(*length)),
            Change::Synced(descriptor) => self.synced(*descriptor),
            Change::Renamed(from, to) => {
                let (from, to) = (self.name(from), self.name(to));
                let thing = self.now(from.0)[&from.1];
                self.change_names(NameChange::Moved(from, to, thing));
            }
            Change::Linked(from, to) => {
                let (from, to) = (self.name(from), self.name(to));
                let thing = self.now(from.0)[&from.1];
                self.change_names(NameChange::Added(to, thing));
            }
            Change::Removed(path) => {
                let name = self.name(path);
                let thing = self.now(name.0)[&name.1];
                self.change_names(NameChange::Removed(name, thing));
            }
            Change::MadeFolder(path) => {
                let name = self.name(path);
                let folder = self.add(Thing::Folder { now: Names::new(), durable: Names::new() });
                self.change_names(NameChange::Added(name, folder));
            }
        }
    }

    fn opened(&mut self, descriptor: i32, path: &Path, emptied: bool, folder: bool) {
        if path == Path::new(&self.root) {
            self.descriptors.insert(descriptor, ROOT);
            return;
        }
        let name = self.name(path);
        let there = self.now(name.0).get(&name.1).copied();
        let thing = there.unwrap_or_else(|| {
            assert!(!folder, "{} was never made", path.display());
            let file = self.add(Thing::File(Content::default()));
            self.change_names(NameChange::Added(name, file));
            file
        });
        self.descriptors.insert(descriptor, thing);
        if emptied && there.is_some() {
            self.changed(descriptor, DataChange::Resized(0));
        }
    }

    fn changed(&mut self, descriptor: i32, change: DataChange) {
        let thing = self.descriptors[&descriptor];
        match &mut self.things[thing] {
            Thing::File(content) => content.pending.push(change),
            Thing::Folder { .. } => panic!("nobody writes into a folder"),
        }
    }

    fn synced(&mut self, descriptor: i32) {
        let thing = self.descriptors[&descriptor];
        match &mut self.things[thing] {
            Thing::File(content) => {
                for change in std::mem::take(&mut content.pending) {
                    change.apply(&mut content.durable);
                }
            }
            Thing::Folder { .. } => self.folder_synced(thing),
        }
    }

    /// The names of a folder become durable, and with them what had to come before on the same names elsewhere: nothing
    /// comes back that was moved away.
    fn folder_synced(&mut self, folder: Inode) {
        let mut due: Vec<bool> = self.pending.iter().map(|change| change.touches(folder)).collect();
        for later in (0..due.len()).rev().filter(|index| due[*index]).collect::<Vec<_>>() {
            let names = self.pending[later].names();
            for (due, earlier) in due.iter_mut().zip(&self.pending[..later]) {
                *due |= earlier.names().iter().any(|name| names.contains(name));
            }
        }
        let mut due = due.into_iter();
        let (durable, pending): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.pending).into_iter().partition(|_| due.next().unwrap_or(false));
        self.pending = pending;
        for change in durable {
            change.apply(|folder, edit| {
                if let Thing::Folder { durable, .. } = &mut self.things[folder] {
                    edit(durable);
                }
            });
        }
    }

    /// What every cut leaves at least of the file at this path below the folder; nothing when its name may be lost.
    pub fn durable(&self, path: &Path) -> Option<&[u8]> {
        let mut thing = ROOT;
        for part in path.components() {
            let Thing::Folder { durable, .. } = &self.things[thing] else { return None };
            thing = *durable.get(part.as_os_str().to_str()?)?;
        }
        match &self.things[thing] {
            Thing::File(content) => Some(&content.durable),
            Thing::Folder { .. } => None,
        }
    }

    /// Changes that a cut may take back.
    pub fn at_risk(&self) -> usize {
        let data = self.things.iter().map(|thing| match thing {
            Thing::File(content) => content.pending.len(),
            Thing::Folder { .. } => 0,
        });
        self.pending.len() + data.sum::<usize>()
    }
}

impl DataChange {
    /// Does it, whole.
    pub(super) fn apply(&self, bytes: &mut Vec<u8>) {
        match self {
            Self::Wrote(offset, written) => write_at(bytes, *offset, written),
            Self::Resized(length) => bytes.resize(usize::try_from(*length).expect("a file fits in memory"), 0),
        }
    }
}

/// Writes into a file; what lies between its end and the offset reads as zeros.
pub(super) fn write_at(bytes: &mut Vec<u8>, offset: u64, written: &[u8]) {
    let start = usize::try_from(offset).expect("a file fits in memory");
    let end = start + written.len();
    if bytes.len() < end {
        bytes.resize(end, 0);
    }
    bytes[start..end].copy_from_slice(written);
}

fn word_of(path: &Path) -> String {
    path.file_name().and_then(|name| name.to_str()).expect("names of a home are text").to_owned()
}
