//! Power cuts: what a running node did to its disk is recorded, and the disks that a cut could have left are made of it
//! (`docs/design.md` §8).
//!
//! | module | idea |
//! |---|---|
//! | [`recording`] | every change of a home, in order, as `tests/faults/record.c` wrote it down |
//! | [`disk`] | a disk that knows which of these changes are durable |
//! | [`survival`] | one of the states that a cut may leave: which other changes survive it, and how much of them |
//! | [`story`] | what is recorded: two nodes that write, are killed, rebuilt, stopped |
//! | [`batch`] | what is left of a batch that was not synced |
//! | [`dice`] | choices that follow from a seed |
//!
//! The disk promises what POSIX promises and no more, so less than ext4: a file's bytes and length are durable after
//! `fsync` or `fdatasync` of that file, a name after `fsync` of its folder. `sync_file_range` promises nothing. Of all
//! else any part may survive a cut: of data in sectors, of names each for itself; a rename survives whole or not at all.

pub mod batch;
pub mod dice;
pub mod disk;
pub mod recording;
pub mod story;
pub mod survival;

pub use batch::{Batch, Left};
pub use dice::Dice;
pub use disk::Disk;
pub use recording::{Change, Recorded, Recording};
pub use story::Story;
pub use survival::Survival;

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::{Path, PathBuf};

    use super::{Change, Dice, Disk, Survival, survival::SURVIVALS};

    fn file(descriptor: i32, path: &Path) -> Change {
        Change::Opened { descriptor, path: path.to_owned(), emptied: false, folder: false }
    }

    fn wrote(descriptor: i32, offset: u64, bytes: &[u8]) -> Change {
        Change::Wrote { descriptor, offset, bytes: bytes.to_vec() }
    }

    /// The files that a cut after these changes may leave, for every way to survive and many seeds: name and content.
    fn left(changes: impl Fn(&Path) -> Vec<Change>, survivals: &[Survival]) -> Vec<Vec<(PathBuf, Vec<u8>)>> {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("home");
        fs::create_dir(&root).unwrap();
        let mut disk = Disk::of(&root);
        for change in changes(&root) {
            disk.apply(&change);
        }
        let mut found = Vec::new();
        for survival in survivals {
            for seed in 0..40 {
                let state = folder.path().join(format!("{survival}-{seed}"));
                survival.leave(&disk, &mut Dice::of(&seed.to_string()), &state);
                let files = fs::read_dir(&state).unwrap().map(|entry| entry.unwrap().path());
                let mut files: Vec<_> = files
                    .map(|path| (path.strip_prefix(&state).unwrap().to_owned(), fs::read(&path).unwrap()))
                    .collect();
                files.sort();
                found.push(files);
            }
        }
        found
    }

    fn folder(descriptor: i32, root: &Path) -> Change {
        Change::Opened { descriptor, path: root.to_owned(), emptied: false, folder: true }
    }

    #[test]
    fn what_was_synced_with_its_name_survives_every_cut() {
        let changes = |root: &Path| {
            let path = root.join("a");
            vec![file(3, &path), wrote(3, 0, b"durable"), Change::Synced(3), folder(4, root), Change::Synced(4)]
        };
        let expected = vec![(PathBuf::from("a"), b"durable".to_vec())];
        assert!(left(changes, &SURVIVALS).into_iter().all(|files| files == expected));
    }

    #[test]
    fn a_name_whose_folder_was_not_synced_may_be_lost_although_the_file_was() {
        let changes = |root: &Path| vec![file(3, &root.join("a")), wrote(3, 0, b"x"), Change::Synced(3)];
        let found = left(changes, &SURVIVALS);
        assert!(found.contains(&Vec::new()));
        assert!(found.contains(&vec![(PathBuf::from("a"), b"x".to_vec())]));
    }

    #[test]
    fn bytes_that_were_not_synced_may_be_lost_torn_or_zero() {
        let changes = |root: &Path| {
            let path = root.join("a");
            let (first, second) = (vec![1; 1000], vec![2; 1000]);
            let named = vec![file(3, &path), folder(4, root), Change::Synced(4)];
            [named, vec![wrote(3, 0, &first), wrote(3, 1000, &second)]].concat()
        };
        let contents = |survival| -> Vec<Vec<u8>> {
            left(changes, &[survival]).into_iter().map(|files| files[0].1.clone()).collect()
        };
        assert!(contents(Survival::Nothing).iter().all(Vec::is_empty));
        assert!(contents(Survival::Everything).iter().all(|bytes| bytes.len() == 2000));
        assert!(contents(Survival::Torn).iter().any(|bytes| bytes.len() % 1000 != 0));
        assert!(contents(Survival::Lengths).iter().all(|bytes| *bytes == vec![0; 2000]));
        // The second write without the first.
        assert!(contents(Survival::Sectors).iter().any(|bytes| bytes.ends_with(&[2]) && bytes.starts_with(&[0])));
    }

    #[test]
    fn a_rename_survives_whole_or_not_at_all() {
        let changes = |root: &Path| {
            let (from, to) = (root.join("new"), root.join("name"));
            let written =
                vec![file(3, &from), wrote(3, 0, b"x"), Change::Synced(3), folder(4, root), Change::Synced(4)];
            [written, vec![Change::Renamed(from, to)]].concat()
        };
        let found = left(changes, &SURVIVALS);
        let only = |name: &str| vec![(PathBuf::from(name), b"x".to_vec())];
        assert!(found.iter().all(|files| *files == only("new") || *files == only("name")));
        assert!(found.contains(&only("new")) && found.contains(&only("name")));
    }
}
