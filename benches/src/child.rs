//! A run of a program, measured from outside.

use std::process::{Command, Stdio};
use std::time::Instant;

use wait4::Wait4;

use crate::Failure;

/// What a run costs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cost {
    /// From start to end, in milliseconds.
    pub(crate) ms: f64,
    /// The most memory that was resident at once, in MiB.
    pub(crate) mib: f64,
}

/// What many runs of the same cost.
#[derive(Clone, Debug, Default)]
pub(crate) struct Costs(Vec<Cost>);

impl Costs {
    pub(crate) fn push(&mut self, cost: Cost) {
        self.0.push(cost);
    }

    /// The median of the times, and the most memory of all.
    pub(crate) fn cost(&self) -> Cost {
        let mut times: Vec<f64> = self.0.iter().map(|cost| cost.ms).collect();
        times.sort_by(f64::total_cmp);
        let ms = times.get(times.len() / 2).copied().unwrap_or(f64::NAN);
        Cost { ms, mib: self.0.iter().map(|cost| cost.mib).fold(0.0, f64::max) }
    }
}

/// Runs a command to its end, its output read by nobody.
pub(crate) fn run(command: &mut Command) -> Result<Cost, Failure> {
    let start = Instant::now();
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let ended = command.spawn()?.wait4()?;
    let ms = start.elapsed().as_secs_f64() * 1e3;
    if !ended.status.success() {
        return Err(format!("{command:?} failed with {}", ended.status).into());
    }
    let kib = u32::try_from(ended.rusage.maxrss >> 10)?;
    Ok(Cost { ms, mib: f64::from(kib) / 1024.0 })
}
