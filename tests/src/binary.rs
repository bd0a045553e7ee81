//! The program under test.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The `palabre` program of the profile that the tests themselves are built with.
///
/// `PALABRE_BIN` names one that is built already. Else cargo is asked for it once: when nothing has changed that takes a
/// moment, and no test ever runs against a program older than its source.
pub fn palabre() -> &'static Path {
    static PALABRE: OnceLock<PathBuf> = OnceLock::new();
    PALABRE.get_or_init(|| match std::env::var_os("PALABRE_BIN") {
        Some(named) => PathBuf::from(named),
        None => build(),
    })
}

fn build() -> PathBuf {
    let test = std::env::current_exe().expect("the system knows this program's path");
    // target/PROFILE/deps/NAME-HASH, and target/PROFILE/NAME for a program.
    let above = test.ancestors().skip(1).find(|dir| dir.file_name().is_some_and(|name| name != "deps"));
    let profile_dir = above.expect("tests lie below the folder of their profile");
    let profile = match profile_dir.file_name().and_then(|name| name.to_str()) {
        Some("debug") | None => "dev",
        Some(name) => name,
    };
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built = Command::new(cargo)
        .args(["build", "--quiet", "--locked", "--package", "palabre", "--profile", profile])
        .arg("--target-dir")
        .arg(profile_dir.parent().expect("a profile's folder lies in the target folder"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .status()
        .expect("cargo runs");
    assert!(built.success(), "palabre does not build");
    profile_dir.join("palabre")
}

/// The root of the project.
pub fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ lies in the project")
}
