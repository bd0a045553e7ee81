//! Format version 1 is frozen.

use std::fs;

use crate::generator;
use crate::vector::folder;

#[test]
fn the_vectors_are_those_that_the_generator_makes() {
    for file in generator::files() {
        let path = folder().join(file.name);
        let there = fs::read_to_string(&path).unwrap_or_default();
        assert!(
            there == file.text,
            "{} is not what the generator makes: an encoder, a hash, a signature or a limit has changed. Format version \
             1 is frozen (docs/design.md §3): other programs rely on these bytes. If a vector was added or put right, \
             write the files again: cargo run -p palabre-core --example vectors -- proto/vectors",
            path.display()
        );
    }
    let here = fs::read_dir(folder()).unwrap().count();
    assert_eq!(here, generator::files().len(), "a file lies in {} that no generator makes", folder().display());
}
