//! Writes the seeds of every target as files, one folder for each, where cargo fuzz begins: `seeds DIR`.

use std::path::Path;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let Some(root) = env::args_os().nth(1) else {
        eprintln!("seeds DIR: writes DIR/TARGET/seed-NUMBER for every target");
        std::process::exit(2);
    };
    for target in palabre_fuzz::TARGETS {
        let folder = Path::new(&root).join(target.name);
        fs::create_dir_all(&folder)?;
        for (number, seed) in (target.seeds)().iter().enumerate() {
            fs::write(folder.join(format!("seed-{number:03}")), seed)?;
        }
        println!("{}", target.name);
    }
    Ok(())
}
