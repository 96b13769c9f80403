//! Tasks of the project: `cargo xtask TASK`.
#![forbid(unsafe_code)]
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "tasks talk to a person")]

mod bench;
mod bench_image;
mod demo;
mod documents;
mod example_image;
mod lint;
mod mutate;
mod process;
mod python;
mod setup;
mod test;
mod zip;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

type Failure = Box<dyn Error + Send + Sync>;
type Outcome = Result<(), Failure>;

/// A task by its name on the command line.
struct Task {
    name: &'static str,
    does: &'static str,
    run: fn() -> Outcome,
}

const TASKS: &[Task] = &[
    Task { name: "demo", does: "scan the example image, without network", run: demo::run },
    Task { name: "test", does: "run all tests", run: test::run },
    Task { name: "test-python", does: "run the tests of the Python binding", run: python::test },
    Task { name: "lint", does: "check format, lints, docs, licences", run: lint::run },
    Task { name: "mutate", does: "change all that is signed, bit by bit", run: mutate::run },
    Task { name: "bench", does: "measure what scans cost", run: bench::run },
    Task { name: "bench-image", does: "make the image for `bench`", run: bench_image::ready },
    Task { name: "setup", does: "install the tools that the lints need", run: setup::run },
    Task { name: "example-image", does: "make examples/image anew", run: example_image::write },
];

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (Some(name), None) = (arguments.next(), arguments.next()) else { return usage() };
    let Some(task) = TASKS.iter().find(|task| task.name == name) else { return usage() };
    match (task.run)() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("cargo xtask {name}: {error}");
            ExitCode::FAILURE
        }
    }
}

fn usage() -> ExitCode {
    eprintln!("usage: cargo xtask TASK, where TASK is one of");
    for task in TASKS {
        eprintln!("  {:<14} {}", task.name, task.does);
    }
    ExitCode::from(2)
}

/// The project's root folder.
fn root() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here)
}

/// The folder that cargo builds into: this program lies in a profile's folder below it.
fn target() -> Result<PathBuf, Failure> {
    let program = std::env::current_exe()?;
    Ok(program.ancestors().nth(2).ok_or("this program lies in no folder of a profile")?.to_owned())
}
