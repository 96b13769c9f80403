//! Parts of a scan by themselves, each compared with the least work that it needs: `cargo bench -p
//! sealift-benches`.
//!
//! Both run in turn in one thread; printed are the median times and their ratio.
#![expect(clippy::print_stdout, reason = "a bench prints what it measured")]

mod files;
mod image;
mod manifests;
mod matching;
mod versions;

use std::error::Error;
use std::hint::black_box;
use std::time::{Duration, Instant};

type Failure = Box<dyn Error>;

const ROUNDS: usize = 15;

fn main() -> Result<(), Failure> {
    println!("{:<28} {:>10} {:>10} {:>6}   beside", "", "us", "beside", "ratio");
    image::measure()?;
    files::measure()?;
    manifests::measure();
    versions::measure()?;
    matching::measure()
}

/// Runs both in turn and prints a row.
fn row<T, U>(name: &str, mut work: impl FnMut() -> T, beside: &str, mut least: impl FnMut() -> U) {
    let (mut works, mut leasts) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        leasts.push(timed(&mut least));
        works.push(timed(&mut work));
    }
    let (work, least) = (median(works), median(leasts));
    println!("{name:<28} {work:>10.1} {least:>10.1} {:>6.2}   {beside}", work / least);
}

fn timed<T>(work: &mut impl FnMut() -> T) -> Duration {
    let start = Instant::now();
    black_box(work());
    start.elapsed()
}

/// In microseconds.
fn median(mut times: Vec<Duration>) -> f64 {
    times.sort();
    times.get(times.len() / 2).map_or(f64::NAN, |time| time.as_secs_f64() * 1e6)
}
