//! Measures the cost of scans: builds the command, makes the big image where it is missing, and
//! measures.

use crate::process::cargo;
use crate::{Outcome, bench_image, target};

pub(crate) fn run() -> Outcome {
    bench_image::ready()?;
    cargo(&["build", "--release", "--package", "sealift-cli", "--package", "sealift-benches"])?;
    let target = target()?;
    let command = target.join("release/sealift").display().to_string();
    let folder = target.join("bench").display().to_string();
    let run = ["run", "--release", "--quiet", "--package", "sealift-benches", "--"];
    cargo(&[&run[..], &[&command, &folder]].concat())
}
