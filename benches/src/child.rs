//! A run of a program, measured from outside.

use std::process::{Command, Stdio};
use std::time::Instant;

use wait4::Wait4;

use crate::Failure;

/// The cost of a run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cost {
    /// From start to end, in milliseconds.
    pub(crate) ms: f64,
    /// Processor time of all its threads, in milliseconds: other running programs affect it least.
    pub(crate) cpu_ms: f64,
    /// The most memory that was resident at once, in MiB.
    pub(crate) mib: f64,
}

/// The costs of many runs of the same command.
#[derive(Clone, Debug, Default)]
pub(crate) struct Costs(Vec<Cost>);

impl Costs {
    pub(crate) fn push(&mut self, cost: Cost) {
        self.0.push(cost);
    }

    /// The medians of the times, and the most memory of all.
    pub(crate) fn cost(&self) -> Cost {
        let median = |time: fn(&Cost) -> f64| {
            let mut times: Vec<f64> = self.0.iter().map(time).collect();
            times.sort_by(f64::total_cmp);
            times.get(times.len() / 2).copied().unwrap_or(f64::NAN)
        };
        let mib = self.0.iter().map(|cost| cost.mib).fold(0.0, f64::max);
        Cost { ms: median(|cost| cost.ms), cpu_ms: median(|cost| cost.cpu_ms), mib }
    }
}

/// Runs a command to its end and discards its output.
pub(crate) fn run(command: &mut Command) -> Result<Cost, Failure> {
    let start = Instant::now();
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let ended = command.spawn()?.wait4()?;
    let ms = start.elapsed().as_secs_f64() * 1e3;
    if !ended.status.success() {
        return Err(format!("{command:?} failed with {}", ended.status).into());
    }
    let kib = u32::try_from(ended.rusage.maxrss >> 10)?;
    let cpu = ended.rusage.utime + ended.rusage.stime;
    Ok(Cost { ms, cpu_ms: cpu.as_secs_f64() * 1e3, mib: f64::from(kib) / 1024.0 })
}
