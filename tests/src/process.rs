//! Processes: signals, and whether they are still there.

use std::fs;
use std::path::Path;

use rustix::process::{Pid, Resource, Rlimit, Signal, kill_process, prlimit};

/// Sends a signal. A process that has ended already does not mind.
pub fn signal(pid: u32, signal: Signal) {
    let raw = i32::try_from(pid).ok().and_then(Pid::from_raw).expect("a process id");
    match kill_process(raw, signal) {
        Ok(()) | Err(rustix::io::Errno::SRCH) => {}
        Err(error) => panic!("process {pid} does not take {signal:?}: {error}"),
    }
}

/// Whether the process runs: one that has ended and whose parent has not looked yet does not.
pub fn runs(pid: u32) -> bool {
    // pid (name) state …: the name may hold anything, so the state is looked for behind its last bracket.
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let state = stat.rsplit_once(')').and_then(|(_, rest)| rest.trim_start().chars().next());
    state.is_some_and(|state| !matches!(state, 'Z' | 'X'))
}

/// The running processes whose command line names something in `dir`.
pub fn working_in(dir: &Path) -> Vec<u32> {
    let dir = dir.display().to_string();
    let entries = fs::read_dir("/proc").expect("/proc is there").flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    pids.filter(|pid| *pid != std::process::id())
        .filter(|pid| {
            let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
            String::from_utf8_lossy(&line).contains(&dir)
        })
        .filter(|pid| runs(*pid))
        .collect()
}

/// Ticks of the clock in which `/proc` counts processor time, a second: 100 on every Linux that user space sees.
const TICKS: f64 = 100.0;

/// Seconds of processor time that the process has used.
pub fn processor_time(pid: u32) -> Option<f64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // Fields 14 and 15, user and system; the first behind the last bracket is field 3.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    Some((fields.get(11)?.parse::<f64>().ok()? + fields.get(12)?.parse::<f64>().ok()?) / TICKS)
}

/// Limits the address space of a running process so that what it has now is so many hundredths of it; without a number
/// lifts the limit.
pub fn limit_address_space(pid: u32, percent: Option<u64>) {
    let process = i32::try_from(pid).ok().and_then(Pid::from_raw).expect("a process id");
    let pages = fs::read_to_string(format!("/proc/{pid}/statm")).expect("a running process");
    let pages: u64 = pages.split(' ').next().and_then(|pages| pages.parse().ok()).expect("its pages");
    let current = percent.map(|percent| pages * rustix::param::page_size() as u64 * 100 / percent);
    // The upper limit stays: lowering it could not be taken back.
    let Rlimit { maximum, .. } =
        prlimit(Some(process), Resource::As, Rlimit { current, maximum: None }).expect("a process of the same user");
    assert_eq!(maximum, None, "the tests run without a limit");
}

/// Kilobytes of memory that the process holds now (`VmRSS`) and held at most (`VmHWM`).
pub fn memory(pid: u32) -> Option<(u64, u64)> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let field = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        line.trim_start_matches(':').trim().trim_end_matches("kB").trim().parse::<u64>().ok()
    };
    Some((field("VmRSS")?, field("VmHWM")?))
}

/// Processor time that the process has used so far, in its own code and in the system's.
///
/// # Panics
/// When it does not run.
pub fn cpu(pid: u32) -> std::time::Duration {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).expect("the process runs");
    // pid (name) state ppid pgrp session tty tpgid flags minflt cminflt majflt cmajflt utime stime …
    let fields: Vec<&str> = stat.rsplit_once(')').expect("a name").1.split_whitespace().collect();
    let ticks = |place: usize| fields[place].parse::<u64>().expect("a number of ticks");
    // Linux counts in hundredths of a second here, whatever its own clock does.
    std::time::Duration::from_millis((ticks(11) + ticks(12)) * 10)
}
