//! Writes the test vectors of format version 1 into a folder: `cargo run -p palabre-core --example vectors -- proto/vectors`.
//!
//! The same bytes each time: nothing here is random and no clock is read. `proto/README.md` says how to read them.

use std::path::PathBuf;
use std::process::ExitCode;
use std::{env, fs};

mod generator;

fn main() -> ExitCode {
    let Some(folder) = env::args_os().nth(1).map(PathBuf::from) else {
        eprintln!("Which folder? For example: cargo run -p palabre-core --example vectors -- proto/vectors");
        return ExitCode::from(2);
    };
    for file in generator::files() {
        let path = folder.join(file.name);
        if let Err(error) = fs::write(&path, file.text) {
            eprintln!("{} cannot be written: {error}. Does the folder exist?", path.display());
            return ExitCode::FAILURE;
        }
        println!("{}", path.display());
    }
    ExitCode::SUCCESS
}
