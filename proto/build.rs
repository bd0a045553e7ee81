//! Generates the Rust types from the `.proto` files with `protox`, so that no `protoc` is needed.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    const FILES: [&str; 8] = [
        "palabre/v1/ledger.proto",
        "palabre/v1/charter.proto",
        "palabre/v1/acts.proto",
        "palabre/v1/registers.proto",
        "palabre/v1/sync.proto",
        "palabre/v1/admission.proto",
        "palabre/v1/archive.proto",
        "palabre/v1/seal.proto",
    ];
    for file in FILES {
        println!("cargo:rerun-if-changed={file}");
    }
    let descriptors = protox::compile(FILES, ["."])?;
    prost_build::Config::new().compile_fds(descriptors)?;
    Ok(())
}
