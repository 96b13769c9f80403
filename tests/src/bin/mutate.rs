//! Changes every accepted bundle of the test data and of the tests' own instance, byte by byte and
//! field by field, and fails when one that is not listed is still accepted:
//! `cargo run --release -p sealift-tests --bin mutate [-- SIZE [SEED]]`, where SIZE is that of a
//! sample.
#![expect(clippy::print_stdout, reason = "a person reads what came out")]

use std::process::ExitCode;
use std::thread;

use sealift_sigstore_verify::AwsLc;
use sealift_tests::mutation::{self, Exceptions, Share};
use sealift_tests::test_data;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1).map(|argument| argument.parse::<u64>());
    let share = match (arguments.next(), arguments.next()) {
        (None, _) => Share::All,
        (Some(Ok(size)), None) => Share::sample(size, 1),
        (Some(Ok(size)), Some(Ok(seed))) => Share::sample(size, seed),
        _ => {
            println!("usage: mutate [SIZE [SEED]]");
            return ExitCode::from(2);
        }
    };
    let mut all = mutation::own(&AwsLc);
    if let Some(data) = test_data() {
        all.extend(mutation::of_data(&data.join("sigstore"), &AwsLc));
    }
    let exceptions = Exceptions::checked_in();
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let tally = mutation::run(&all, &exceptions, share, threads);
    println!("{} documents: {tally}", all.len());
    let unused = if matches!(share, Share::All) { tally.unused(&exceptions) } else { vec![] };
    for label in &unused {
        println!("listed, and never accepted: {label}");
    }
    if tally.is_clean() && unused.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
