//! Power cuts: what a running node did to its disk is recorded, and the disks that a cut could have left are made of it
//! (`docs/design.md` §8).
//!
//! | module | idea |
//! |---|---|
//! | [`recording`] | every change of a home, in order, as `tests/faults/record.c` wrote it down |
//! | [`disk`] | a disk that knows which of these changes are durable |
//! | [`survival`] | one of the states that a cut may leave: which other changes survive it, and how much of them |
//! | [`story`] | what is recorded: two nodes that write, are killed, rebuilt, stopped |
//! | [`dice`] | choices that follow from a seed |
//!
//! The disk promises what POSIX promises and no more, so less than ext4: a file's bytes and length are durable after
//! `fsync` or `fdatasync` of that file, a name after `fsync` of its folder. `sync_file_range` promises nothing. Of all
//! else any part may survive a cut: of data in sectors, of names each for itself; a rename survives whole or not at all.

pub mod dice;
pub mod disk;
pub mod recording;
pub mod story;
pub mod survival;

pub use dice::Dice;
pub use disk::Disk;
pub use recording::{Change, Recorded, Recording};
pub use story::Story;
pub use survival::Survival;
