//! One of the states that a cut may leave.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::{DirBuilder, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

use super::dice::Dice;
use super::disk::{Content, DataChange, Disk, Inode, Names, ROOT, Thing, write_at};

/// What survives of the changes that were not durable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Survival {
    /// Nothing.
    Nothing,
    /// Everything, as after a kill.
    Everything,
    /// Everything up to some moment, for each file another.
    Beginning,
    /// The same, and the last write is torn at some byte.
    Torn,
    /// Any sectors of any writes, whatever came before them.
    Sectors,
    /// The lengths of files, and zeros where bytes were written.
    Lengths,
}

/// All of them.
pub const SURVIVALS: [Survival; 6] = [
    Survival::Nothing,
    Survival::Everything,
    Survival::Beginning,
    Survival::Torn,
    Survival::Sectors,
    Survival::Lengths,
];

/// The smallest part of a disk that is written whole.
pub const SECTOR: usize = 512;

impl fmt::Display for Survival {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

impl Survival {
    /// Writes the state that a cut leaves of `disk` into `folder`, which is made.
    pub fn leave(self, disk: &Disk, dice: &mut Dice, folder: &Path) {
        let names = self.names(disk, dice);
        self.write(disk, &names, ROOT, folder, dice);
    }

    /// The names of each folder.
    fn names(self, disk: &Disk, dice: &mut Dice) -> BTreeMap<Inode, Names> {
        let folders = disk.things.iter().enumerate().filter_map(|(inode, thing)| match thing {
            Thing::Folder { durable, .. } => Some((inode, durable.clone())),
            Thing::File(_) => None,
        });
        let mut folders: BTreeMap<Inode, Names> = folders.collect();
        let all = disk.pending.len();
        let beginning = if all == 0 { 0 } else { dice.below(all + 1) };
        let likely = dice.below(101);
        for (index, change) in disk.pending.iter().enumerate() {
            let survives = match self {
                Self::Nothing => false,
                Self::Everything => true,
                Self::Beginning | Self::Torn => index < beginning,
                Self::Sectors | Self::Lengths => dice.chance(likely),
            };
            if survives {
                change.apply(|folder, edit| edit(folders.entry(folder).or_default()));
            }
        }
        folders
    }

    fn write(self, disk: &Disk, names: &BTreeMap<Inode, Names>, inode: Inode, path: &Path, dice: &mut Dice) {
        match &disk.things[inode] {
            Thing::File(content) => {
                // Keys that others may read stop a start.
                let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
                file.and_then(|mut file| file.write_all(&self.bytes(content, dice))).expect("a file is written");
            }
            Thing::Folder { .. } => {
                DirBuilder::new().mode(0o700).create(path).expect("a folder is made");
                for (word, inside) in names.get(&inode).into_iter().flatten() {
                    self.write(disk, names, *inside, &path.join(word), dice);
                }
            }
        }
    }

    fn bytes(self, content: &Content, dice: &mut Dice) -> Vec<u8> {
        let mut bytes = content.durable.clone();
        let pending = &content.pending;
        if pending.is_empty() || self == Self::Nothing {
            return bytes;
        }
        match self {
            Self::Nothing => {}
            Self::Everything => pending.iter().for_each(|change| change.apply(&mut bytes)),
            Self::Beginning => pending[..dice.below(pending.len() + 1)].iter().for_each(|c| c.apply(&mut bytes)),
            Self::Torn => {
                let (last, before) = pending[..=dice.below(pending.len())].split_last().expect("at least one");
                for change in before {
                    change.apply(&mut bytes);
                }
                tear(last, &mut bytes, dice);
            }
            Self::Sectors => {
                let likely = dice.below(101);
                for change in pending {
                    sectors(change, &mut bytes, likely, dice);
                }
            }
            Self::Lengths => {
                for change in pending {
                    match change {
                        DataChange::Wrote(offset, written) if *offset >= bytes.len() as u64 => {
                            write_at(&mut bytes, *offset, &vec![0; written.len()]);
                        }
                        DataChange::Wrote(..) => {}
                        resized @ DataChange::Resized(_) => resized.apply(&mut bytes),
                    }
                }
            }
        }
        bytes
    }
}

fn tear(change: &DataChange, bytes: &mut Vec<u8>, dice: &mut Dice) {
    match change {
        DataChange::Wrote(offset, written) => write_at(bytes, *offset, &written[..dice.below(written.len() + 1)]),
        DataChange::Resized(_) => {}
    }
}

/// The sectors of a write that survive. Sectors are those of the file, not of the write.
fn sectors(change: &DataChange, bytes: &mut Vec<u8>, likely: usize, dice: &mut Dice) {
    let DataChange::Wrote(offset, written) = change else {
        if dice.chance(likely) {
            change.apply(bytes);
        }
        return;
    };
    let mut done = 0;
    while done < written.len() {
        let at = offset + done as u64;
        let to_boundary = SECTOR - usize::try_from(at % SECTOR as u64).expect("below a sector");
        let length = to_boundary.min(written.len() - done);
        if dice.chance(likely) {
            write_at(bytes, at, &written[done..done + length]);
        }
        done += length;
    }
}
