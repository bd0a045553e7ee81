//! What threads have taken of the processors, in seconds.

use std::fs;
use std::thread;

/// Ticks of the clock in which Linux counts what a process took: a hundred a second everywhere.
const TICK: f64 = 0.01;

/// How many there are.
pub(crate) fn cores() -> f64 {
    thread::available_parallelism().map_or(1, usize::from) as f64
}

/// What all threads of this process took, those included that have ended.
pub(crate) fn of_process() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap();
    // Behind the name, in brackets: user and system time are the 14th and 15th field of the line.
    let fields = stat.rsplit_once(')').unwrap().1.split_whitespace();
    TICK * fields.skip(11).take(2).map(|ticks| ticks.parse::<f64>().unwrap()).sum::<f64>()
}

/// What this thread took.
pub(crate) fn of_thread() -> f64 {
    let stat = fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    stat.split_whitespace().next().unwrap().parse::<f64>().unwrap() / 1e9
}
