//! Compares pairs of versions: `order SCHEME < pairs.tsv`.
//!
//! Reads lines `a<TAB>operator<TAB>b` or `a<TAB>b` and prints `a<TAB>operator<TAB>b` with the
//! operator that it finds: `<`, `=`, `>`, or `?` when it cannot read one of the two. Then the
//! reason is on stderr and the exit status is 1.
#![expect(clippy::print_stderr, reason = "an example prints its answer")]

use std::cmp::Ordering;
use std::error::Error;
use std::io::{self, BufRead, BufWriter, Write};
use std::process::ExitCode;

use sealift_matcher::{Scheme, VersionError};

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let Some(scheme) = arguments.next().as_deref().and_then(Scheme::from_name) else {
        let names: Vec<_> = Scheme::ALL.iter().map(|scheme| scheme.name()).collect();
        eprintln!("usage: order SCHEME < pairs.tsv\nschemes: {}", names.join(" "));
        return Ok(ExitCode::from(2));
    };
    let mut output = BufWriter::new(io::stdout().lock());
    let mut all_read = true;
    for line in io::stdin().lock().lines() {
        let line = line?;
        let columns: Vec<_> = line.split('\t').collect();
        let ([left, right] | [left, _, right]) = columns[..] else {
            return Err(format!("neither two nor three columns: {line}").into());
        };
        let operator = operator(scheme, left, right).unwrap_or_else(|error| {
            eprintln!("{left} and {right}: {error}");
            all_read = false;
            '?'
        });
        writeln!(output, "{left}\t{operator}\t{right}")?;
    }
    output.flush()?;
    Ok(if all_read { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn operator(scheme: Scheme, left: &str, right: &str) -> Result<char, VersionError> {
    let order = scheme.parse(left)?.compare(&scheme.parse(right)?);
    Ok(match order {
        Some(Ordering::Less) => '<',
        Some(Ordering::Equal) => '=',
        Some(Ordering::Greater) => '>',
        None => '?',
    })
}
