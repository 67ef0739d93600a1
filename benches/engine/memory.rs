//! The peak memory of a process that reads and checks one large desk, as Linux counts it.

use crate::library;
use firstline::{check, desk::Desk};
use jiff::civil::date;
use std::fs;

/// Prints the peak before and after; the files themselves are in the first already.
pub fn report() {
    let random = std::env::args().any(|argument| argument == "random");
    let files = if random { library::random() } else { library::written() };
    let bytes: usize = files.iter().map(|(_, bytes)| bytes.len()).sum();
    let (count, before) = (files.len(), peak());
    let desk = Desk::build(files);
    let built = peak();
    let findings = check::check(&desk, date(2026, 11, 21)).len();
    println!("{count} files, {} KiB, {findings} findings", bytes >> 10);
    println!("peak with the files alone {before} MiB, desk built {built} MiB, checked {} MiB", peak());
}

/// In MiB; 0 where the system does not say.
fn peak() -> usize {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<usize>().ok()).unwrap_or(0) >> 10
}
