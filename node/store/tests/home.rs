//! A home lets one process in, and its secrets no stranger.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use palabre_store::Home;
use palabre_store::home::HomeError;
use palabre_store::secrets::{self, SecretError};

#[test]
fn a_home_is_made_once_and_for_its_owner_alone() {
    let parent = tempfile::tempdir().unwrap();
    let root = parent.path().join("node");
    assert!(matches!(Home::peek(&root), Err(HomeError::NotAHome { .. })));
    let home = Home::create(&root).unwrap();
    assert_eq!(Home::peek(&root).unwrap(), home);
    for folder in [home.root().to_owned(), home.keys(), home.ledger(), home.attachments(), home.index()] {
        assert_eq!(fs::metadata(folder).unwrap().permissions().mode() & 0o777, 0o700);
    }
    assert!(matches!(Home::create(&root), Err(HomeError::Exists { .. })));
}

#[test]
fn a_second_process_is_refused_and_told_who_holds_the_home() {
    let parent = tempfile::tempdir().unwrap();
    let home = Home::create(parent.path().join("node")).unwrap();
    let held = Home::open(home.root()).unwrap();
    match Home::open(home.root()).unwrap_err() {
        HomeError::Locked { pid, .. } => assert_eq!(pid, Some(std::process::id())),
        other => panic!("{other}"),
    }
    assert!(Home::peek(home.root()).is_ok(), "readers need no lock");
    drop(held);
    Home::open(home.root()).unwrap();
}

#[test]
fn a_home_that_lost_its_ledger_is_not_a_fresh_one() {
    let parent = tempfile::tempdir().unwrap();
    let home = Home::create(parent.path().join("node")).unwrap();
    for folder in [home.index(), home.search()] {
        fs::remove_dir(folder).unwrap();
        Home::open(home.root()).unwrap();
    }
    fs::rename(home.ledger(), parent.path().join("elsewhere")).unwrap();
    let error = Home::open(home.root()).unwrap_err();
    assert!(matches!(&error, HomeError::FolderMissing { path } if *path == home.ledger()), "{error}");
}

#[test]
fn a_seed_is_written_once_and_read_again() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("node.key");
    let seed = [0x5a; 32];
    secrets::write_seed(&path, &seed).unwrap();
    assert_eq!(*secrets::read_seed(&path).unwrap(), seed);
    assert_eq!(fs::read_to_string(&path).unwrap(), format!("{}\n", "5a".repeat(32)));
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o7777, 0o600);
    assert!(matches!(secrets::write_seed(&path, &[1; 32]), Err(SecretError::Exists { .. })));
    assert_eq!(*secrets::read_seed(&path).unwrap(), seed);
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "nothing else is left behind");
}

#[test]
fn a_writing_that_was_cut_short_does_not_stand_in_the_way() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("node.key");
    fs::write(dir.path().join("node.key.unfinished"), "5a5a").unwrap();
    secrets::write_seed(&path, &[0x5a; 32]).unwrap();
    assert_eq!(*secrets::read_seed(&path).unwrap(), [0x5a; 32]);
}

#[test]
fn a_secret_that_others_can_read_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("node.key");
    secrets::write_seed(&path, &[0x5a; 32]).unwrap();
    for mode in [0o640, 0o604, 0o620, 0o666, 0o610] {
        fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
        match secrets::read_seed(&path).unwrap_err() {
            SecretError::TooOpen { mode: found, .. } => assert_eq!(found, mode),
            other => panic!("{other}"),
        }
    }
    fs::set_permissions(&path, Permissions::from_mode(0o400)).unwrap();
    assert!(secrets::read_seed(&path).is_ok());
}

#[test]
fn what_is_no_seed_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    for (name, content) in [("short", "5a5a"), ("no hex", &"zz".repeat(32)), ("long", &"5a".repeat(33))] {
        let path = dir.path().join(name);
        secrets::write(&path, content.as_bytes()).unwrap();
        assert!(matches!(secrets::read_seed(&path), Err(SecretError::Format { .. })), "{name}");
    }
    assert!(matches!(secrets::write(&dir.path().join("x"), &[0; 5000]), Err(SecretError::TooLong { .. })));
    assert!(matches!(secrets::read(&dir.path().join("none")), Err(SecretError::Io { .. })));
}
