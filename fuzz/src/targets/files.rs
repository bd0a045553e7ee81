//! Secret files.

use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;

use palabre_store::secrets;

use super::segments::folder;

/// A file that reads as a seed is written as one that reads as the same.
pub fn secret_file(data: &[u8]) {
    let folder = folder();
    let (path, copy) = (folder.path().join("secret"), folder.path().join("copy"));
    let mut file =
        std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path).expect("a new file");
    file.write_all(data).expect("room for a small file");
    if let Ok(seed) = secrets::read_seed(&path) {
        secrets::write_seed(&copy, &seed).expect("a seed is written");
        assert_eq!(*secrets::read_seed(&copy).expect("what was written is read"), *seed);
    }
}

pub(super) fn secrets() -> Vec<Vec<u8>> {
    let seed = hex::encode([0xa7; secrets::SEED_LEN]);
    vec![format!("{seed}\n").into_bytes(), format!("  {}\r\n", seed.to_uppercase()).into_bytes(), vec![b'0'; 5000]]
}
