//! End-to-end measurements of the command, and the ratios that count: what `cargo xtask bench`
//! prints.
//!
//! Every run is a process of its own, so that its time is that from start to report and its memory
//! its own. All take turns, round after round, so that a busy moment of the machine affects all of
//! them.
#![expect(clippy::print_stdout, reason = "a bench prints what it measured")]

mod bare;
mod child;
mod open;
mod plan;
mod purls;

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use crate::child::{Cost, Costs};
use crate::plan::{Limits, Plan};

type Failure = Box<dyn Error>;

/// The upper limit for the program's size.
const MAX_PROGRAM_BYTES: u64 = 15_000_000;

const USAGE: &str = "usage: sealift-bench SEALIFT FOLDER [ROUNDS]
       sealift-bench bare IMAGE
where SEALIFT is the command and FOLDER has the big image, `big` and `big.tar`";

fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let first = arguments.next().ok_or(USAGE)?;
    let folder = PathBuf::from(arguments.next().ok_or(USAGE)?);
    if first == "bare" {
        return bare::read(&folder);
    }
    let rounds = arguments.next().map_or(Ok(7), |rounds| rounds.parse())?;
    measure(Path::new(&first), &folder, rounds)
}

fn measure(sealift: &Path, folder: &Path, rounds: u32) -> Result<(), Failure> {
    let mut plan = Plan::new(sealift, folder)?;
    let mut costs = vec![Costs::default(); plan.rows.len()];
    // The first round reads files into the page cache and does not count.
    for round in 0..=rounds {
        for (row, costs) in plan.rows.iter_mut().zip(&mut costs) {
            let cost = child::run(&mut row.command)?;
            if round > 0 {
                costs.push(cost);
            }
        }
    }
    println!("{:<30} {:>9} {:>9} {:>7} {:>6}   limit", "", "ms", "cpu ms", "MiB", "ratio");
    let mut before = None;
    for (row, costs) in plan.rows.iter().zip(&costs) {
        let cost = costs.cost();
        println!("{}", line(row.name, row.limits, cost, before));
        before = Some(cost);
    }
    let (cost, limits) = open::measure(&plan.database)?;
    println!("{}", line("open the database", limits, cost, None));
    println!("{}", size_line(fs::metadata(sealift)?.len()));
    Ok(())
}

fn size_line(bytes: u64) -> String {
    let mark = if bytes < MAX_PROGRAM_BYTES { "" } else { " (!)" };
    format!("{:<30} {bytes:>9} bytes   {MAX_PROGRAM_BYTES}{mark}", "the program itself")
}

/// A row of the table; `before` is the cost of the row above.
fn line(name: &str, limits: Limits, cost: Cost, before: Option<Cost>) -> String {
    let ratio = before.filter(|_| limits.ratio.is_some()).map(|before| cost.ms / before.ms);
    let shown = ratio.map_or_else(String::new, |ratio| format!("{ratio:.2}"));
    let verdict = limits.verdict(cost, ratio);
    let Cost { ms, cpu_ms, mib } = cost;
    format!("{name:<30} {ms:>9.2} {cpu_ms:>9.2} {mib:>7.1} {shown:>6}   {verdict}")
}
