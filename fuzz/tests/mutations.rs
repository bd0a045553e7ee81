//! The run with the stable compiler: every target on its seeds, then on random changes of them.
//!
//! `PALABRE_MUTATIONS` scales how many (100: as in every run), `PALABRE_SEED` repeats a run. What violates a property is
//! written to `target/fuzz-findings/`; the file's name is its target's.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::Path;
use std::{env, fs};

use palabre_fuzz::mutator::Mutator;
use palabre_fuzz::{TARGETS, Target};

/// What all targets together may cost in an ordinary run, in units of the cheapest input: about half a minute.
const BUDGET: u32 = 600_000;
/// The most that this process may ever have held in memory, in kibibytes: a node has 256 MiB (`docs/design.md` §7).
const MEMORY_MAX: u64 = 256 * 1024;

fn number(name: &str) -> Option<u64> {
    env::var(name).ok().and_then(|text| text.parse().ok())
}

/// Runs an input; when it violates a property, keeps it for whoever looks for the cause.
fn run(target: &Target, input: &[u8]) {
    let Err(violated) = catch_unwind(AssertUnwindSafe(|| (target.run)(input))) else { return };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/fuzz-findings");
    let file = folder.join(target.name);
    fs::create_dir_all(&folder).unwrap();
    fs::write(&file, input).unwrap();
    println!("{}: the input is in {}", target.name, file.display());
    resume_unwind(violated);
}

fn most_memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

#[test]
fn no_bytes_violate_a_property() {
    let seed = number("PALABRE_SEED").unwrap_or(20_260_101);
    let scale = number("PALABRE_MUTATIONS").unwrap_or(100);
    println!("PALABRE_SEED={seed}");
    let share = u64::from(BUDGET) * scale / 100 / TARGETS.len() as u64;
    for target in TARGETS {
        let seeds = (target.seeds)();
        assert!(!seeds.is_empty(), "{} begins with nothing", target.name);
        for input in &seeds {
            run(target, input);
        }
        let mut mutator = Mutator::new(seed);
        let inputs = share / u64::from(target.cost);
        for _ in 0..inputs {
            run(target, &mutator.mutate(&seeds, target.layout));
        }
        println!("{}: {} seeds, {inputs} changes, {} KiB of memory so far", target.name, seeds.len(), most_memory());
    }
    let memory = most_memory();
    assert!(memory <= MEMORY_MAX, "{memory} KiB of memory");
}

/// cargo fuzz builds what `TARGETS` lists, each from its own function.
#[test]
fn every_target_is_built_by_cargo_fuzz() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz_targets");
    let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap();
    let listed: Vec<_> = manifest.lines().filter_map(|line| line.strip_prefix("path = ")).collect();
    assert_eq!(listed, TARGETS.iter().map(|target| format!("\"{}.rs\"", target.name)).collect::<Vec<_>>());
    for target in TARGETS {
        let text = fs::read_to_string(folder.join(format!("{}.rs", target.name))).unwrap();
        assert!(
            text.contains(&format!("palabre_fuzz::targets::{}(data)", target.name)),
            "{} runs another",
            target.name
        );
    }
}
