//! Runs the built command on hostile input and prints what each case costs.
//!
//! `cargo run -p sealift-tests --example bad_input -- target/release/sealift [WORD]`, where WORD
//! picks the cases with it in their name. Each case is made in a folder of its own, has an
//! expected exit status and words that must be said, and passes only when it also stays within
//! [`run::MAX_SECONDS`] and [`run::MAX_MIB`], no thread panics and nothing raw reaches a terminal.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a program that tests, and prints what it found"
)]

mod archives;
mod case;
mod databases;
mod directories;
mod documents;
mod files;
mod layers;
mod layout;
mod output;
mod run;
mod tar;
mod tree;
mod zip;

use std::path::Path;
use std::process::{Command, ExitCode, Stdio};

use case::{Case, Place};

/// The groups of cases, in the order of the table.
const GROUPS: &[fn() -> Vec<Case>] = &[
    documents::cases,
    layers::cases,
    tree::cases,
    directories::cases,
    archives::cases,
    files::cases,
    databases::cases,
    output::cases,
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["--make", name, folder, database] => make(name, Path::new(folder), Path::new(database)),
        ["--case", name, command, database] => one(name, Path::new(command), Path::new(database)),
        [command] => table(command, ""),
        [command, word] => table(command, word),
        _ => {
            println!("usage: bad_input COMMAND [WORD]");
            ExitCode::from(2)
        }
    }
}

/// Runs each case with the word in its name, in a process of its own: what a process has needed
/// itself counts as the memory of its children, too.
fn table(command: &str, word: &str) -> ExitCode {
    let advisories = tempfile::tempdir().expect("a folder for the database");
    let database = databases::build(Path::new(command), advisories.path());
    println!("| case | exit | first line of stderr | s | MiB | |\n|---|---|---|---|---|---|");
    let (mut cases, mut failed) = (0, 0);
    for case in all().filter(|case| case.name.contains(word)) {
        let database = database.display().to_string();
        let status = own(&["--case", case.name, command, &database]).status();
        cases += 1;
        failed += usize::from(!status.expect("the case runs").success());
    }
    println!("\nbad input: {cases} cases, {} as expected, {failed} not", cases - failed);
    ExitCode::from(u8::from(failed > 0 || cases == 0))
}

/// Prints the row of one case.
fn one(name: &str, command: &Path, database: &Path) -> ExitCode {
    let case = named(name);
    let place = tempfile::tempdir().expect("a folder for the case");
    let folder = place.path().display().to_string();
    let made = own(&["--make", name, &folder, &database.display().to_string()])
        .stderr(Stdio::inherit())
        .output()
        .expect("the case is made");
    let arguments: Vec<String> = serde_json::from_slice(&made.stdout).expect("its arguments");
    let outcome = run::run(command, case.within, &arguments, place.path());
    let problems = case.judge(&outcome);
    let verdict = if problems.is_empty() { "as expected".into() } else { problems.join("; ") };
    println!("| {} | {outcome} | {verdict} |", case.name);
    ExitCode::from(u8::from(!problems.is_empty()))
}

/// Makes the input of a case and prints the arguments that read it.
fn make(name: &str, folder: &Path, database: &Path) -> ExitCode {
    let arguments = (named(name).make)(&Place { folder, database });
    println!("{}", serde_json::json!(arguments));
    ExitCode::SUCCESS
}

/// This program with other arguments.
fn own(arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    command.args(arguments);
    command
}

fn all() -> impl Iterator<Item = Case> {
    GROUPS.iter().flat_map(|group| group())
}

fn named(name: &str) -> Case {
    all().find(|case| case.name == name).expect("a case of this name")
}
