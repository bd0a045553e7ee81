//! Runs scenarios of the simulator by seed and prints what each run has shown.
//!
//! ```text
//! cargo run --release -p palabre-core --example simulate -- node/core/scenarios/region.toml --seeds 100
//! ```
//!
//! With `--shrink FILE` the first run that fails is made as small as it goes and written there, to be run with the seed
//! that it names. Exit code 1 when a run has shown something that must not happen, 2 when it could not run.

use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use palabre_core::sim::shrink::Failing;
use palabre_core::sim::{self, Report, Scenario};

const USAGE: &str =
    "usage: simulate SCENARIO.toml [--seed FIRST] [--seeds COUNT] [--threads N] [--frames] [--shrink FILE.toml]";

/// Runs that making a failed one smaller may take: a quarter of an hour for most.
const TRIES: u64 = 1_000;

struct Arguments {
    scenario: String,
    first: u64,
    count: u64,
    threads: usize,
    frames: bool,
    shrink: Option<String>,
}

fn main() -> ExitCode {
    let arguments = match arguments(std::env::args().skip(1)) {
        Ok(arguments) => arguments,
        Err(why) => {
            eprintln!("{why}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match simulate(&arguments) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{}: {error}", arguments.scenario);
            ExitCode::from(2)
        }
    }
}

fn arguments(mut words: impl Iterator<Item = String>) -> Result<Arguments, String> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let mut arguments = Arguments { scenario: String::new(), first: 1, count: 1, threads, frames: false, shrink: None };
    while let Some(word) = words.next() {
        let mut number = || words.next().and_then(|n| n.parse().ok()).ok_or_else(|| format!("{word} wants a number"));
        match word.as_str() {
            "--seed" => arguments.first = number()?,
            "--seeds" => arguments.count = number()?,
            "--threads" => arguments.threads = usize::try_from(number()?).unwrap_or(1).max(1),
            "--frames" => arguments.frames = true,
            "--shrink" => arguments.shrink = Some(words.next().ok_or("--shrink wants a file")?),
            _ if arguments.scenario.is_empty() && !word.starts_with('-') => arguments.scenario = word,
            _ => return Err(format!("{word} is not understood")),
        }
    }
    if arguments.scenario.is_empty() { Err("which scenario?".to_owned()) } else { Ok(arguments) }
}

/// Runs all seeds on a few threads; true when every run was good.
fn simulate(arguments: &Arguments) -> Result<bool, Box<dyn std::error::Error>> {
    let scenario = Scenario::parse(&std::fs::read_to_string(&arguments.scenario)?)?;
    println!("{}", scenario.about);
    let next = AtomicU64::new(arguments.first);
    let end = arguments.first.saturating_add(arguments.count);
    let reports = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..arguments.threads {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= end {
                        return;
                    }
                    let report = sim::run(&scenario, seed);
                    if let Ok(report) = &report {
                        println!("{report}");
                        if arguments.frames {
                            print_frames(report);
                        }
                    }
                    if let Ok(mut all) = reports.lock() {
                        all.push(report);
                    }
                }
            });
        }
    });
    let reports = reports.into_inner().map_err(|_| "a run panicked")?.into_iter().collect::<Result<Vec<_>, _>>()?;
    summarize(&reports);
    let failed = reports.iter().find(|report| !report.is_good());
    if let (Some(file), Some(report)) = (&arguments.shrink, failed) {
        write_smallest(file, scenario, report)?;
    }
    Ok(reports.iter().all(Report::is_good))
}

/// Makes a failed run smaller and writes it as a scenario that says how to run it again.
fn write_smallest(file: &str, scenario: Scenario, failed: &Report) -> Result<(), Box<dyn std::error::Error>> {
    // Of the same kind: making it smaller must not lead to another mistake.
    let kind = |report: &Report| report.problems.first().map(std::mem::discriminant);
    let fails = |less: &Scenario, seed| sim::run(less, seed).is_ok_and(|report| kind(&report) == kind(failed));
    let smallest = sim::shrink::shrink(Failing { scenario, seed: failed.seed }, TRIES, fails);
    let again = format!("# Fails with --seed {}.\n", smallest.seed);
    std::fs::write(file, again + &smallest.scenario.to_toml()?)?;
    println!("{}\nwritten to {file}", sim::run(&smallest.scenario, smallest.seed)?);
    Ok(())
}

fn print_frames(report: &Report) {
    for (phase, tally) in [("before", &report.before), ("healing", &report.healing), ("quiet", &report.quiet)] {
        println!("  {phase}: {} connections, {} entries came", tally.connections, tally.entries);
        for (kind, count) in &tally.sync {
            println!("    {kind:<10} {:>7} frames {:>9} B", count.frames, count.bytes);
        }
        println!(
            "    gossip     {:>7} hops   {:>9} B, {} seen before",
            tally.gossip.frames, tally.gossip.bytes, tally.gossip_twice
        );
    }
}

fn summarize(reports: &[Report]) {
    let good = reports.iter().filter(|report| report.is_good()).count();
    let most = |of: fn(&Report) -> u64| reports.iter().map(of).max().unwrap_or_default();
    println!(
        "{good} of {} seeds good; at most {} % of the bytes lacked, {} % copies, {} s until all held the same",
        reports.len(),
        most(Report::percent),
        most(Report::copies_percent),
        most(|report| report.converged.unwrap_or_default() / 1_000),
    );
}
