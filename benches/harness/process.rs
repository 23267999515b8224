//! CPU time, wake-ups and memory of a process, from `/proc`.

use std::{fs, path::Path, time::Duration};

/// CPU time, user and system, of all live threads, from `schedstat`: the clock ticks of `/proc/PID/stat`
/// are too coarse for an idle process.
pub fn cpu_time(process: u32) -> Duration {
    let nanoseconds = threads(process, "schedstat").map(|text| {
        let first = text.split_whitespace().next().map(str::parse::<u64>);
        first.and_then(Result::ok).expect("nanoseconds on the CPU")
    });
    Duration::from_nanos(nanoseconds.sum())
}

/// Voluntary context switches of all threads.
pub fn wake_ups(process: u32) -> u64 {
    let switches = threads(process, "status").map(|text| {
        let line = text
            .lines()
            .find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"))
            .map(|count| count.trim().parse::<u64>());
        line.and_then(Result::ok).expect("a count of switches")
    });
    switches.sum()
}

/// Peak resident memory in bytes.
pub fn peak_memory(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).expect("it lives");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kib.expect("a size in kB") * 1024
}

/// A file of `/proc` for each thread of a process.
fn threads(process: u32, file: &str) -> impl Iterator<Item = String> {
    let folder = Path::new("/proc").join(process.to_string()).join("task");
    fs::read_dir(folder)
        .expect("this figure needs Linux's /proc and a process that lives")
        .filter_map(move |thread| fs::read_to_string(thread.ok()?.path().join(file)).ok())
}
