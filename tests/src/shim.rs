//! Small libraries in front of the C library (`LD_PRELOAD`): they record what a node does to its disk, or make the
//! machine under it fail in one way. Their sources are in `tests/faults`, built here with the C compiler.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Builds `tests/faults/NAME.c` into `folder`; nothing, and a word about it, without a C compiler.
///
/// # Panics
/// When it does not build.
pub fn build(name: &str, folder: &Path, test: &str) -> Option<PathBuf> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("faults").join(name).with_extension("c");
    let library = folder.join(name).with_extension("so");
    let mut compiler = Command::new("cc");
    compiler.args(["-O1", "-shared", "-fPIC", "-Wall", "-Wextra", "-Werror", "-o"]).arg(&library).arg(source);
    let Ok(status) = compiler.args(["-ldl", "-lpthread"]).status() else {
        skip(test, "no C compiler");
        return None;
    };
    assert!(status.success(), "{name}.c does not build");
    Some(library)
}

/// Says that a test, or a part of it, cannot run here; `scripts/test` counts these. Past the capture of the test runner.
pub fn skip(test: &str, why: &str) {
    let said = std::io::stderr().write_all(format!("skipped: {test}: {why}\n").as_bytes());
    said.expect("the standard error takes a line");
}
