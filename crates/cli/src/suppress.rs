//! Files that say what does not count: found, read and named.

use std::path::PathBuf;

use sealift::escape;
use sealift::policy::{LoadedPolicy, PolicyFileError, PolicyFiles, Unused};

use crate::args::SuppressArgs;
use crate::failure::Failure;

/// What is read from the working directory, also when that is what is scanned.
const IGNORE_FILE: &str = ".trivyignore";
const POLICY_FILE: &str = "sealift.toml";

/// Rules and statements that are named one by one.
const NAMED: usize = 10;

/// What Trivy's `--vex` takes that is no file.
const NO_FILES: [&str; 2] = ["repo", "oci"];

/// Reads what flags name, what `sealift.toml` names, and what lies in the working directory.
pub(crate) fn load(args: &SuppressArgs) -> Result<LoadedPolicy, Failure> {
    let is_missing =
        |path: &&PathBuf| NO_FILES.iter().any(|name| path.as_os_str() == *name) && !path.exists();
    if let Some(path) = args.vex.iter().find(is_missing) {
        return Err(Failure::NotYet {
            what: format!("--vex {}", path.display()),
            hint: "name the file of a VEX document",
        });
    }
    let ignore = args.ignorefile.clone().or_else(|| in_working_directory(IGNORE_FILE));
    let files = PolicyFiles {
        policy: args.policy_file.clone().or_else(|| in_working_directory(POLICY_FILE)),
        ignore: ignore.into_iter().collect(),
        vex: args.vex.clone(),
    };
    files.load().map_err(unusable)
}

/// Names each file on stderr, and what of it does not count.
pub(crate) fn say(read: &LoadedPolicy) {
    for line in &read.told {
        eprintln!("{}", escape::terminal(line));
    }
}

/// Says which rules and statements take nothing out: those that surely were meant to, one by one.
pub(crate) fn say_unused(unused: &[Unused], all: bool) {
    let (remarkable, others): (Vec<&Unused>, Vec<&Unused>) =
        unused.iter().partition(|unused| unused.reason.is_remarkable());
    let named = if all { remarkable.len() } else { NAMED };
    for unused in remarkable.iter().take(named) {
        eprintln!("warning: {}", escape::terminal(&unused.to_string()));
    }
    if let Some(more) = remarkable.len().checked_sub(named).filter(|more| *more > 0) {
        eprintln!("warning: {more} more nearly fit or have expired, see --debug");
    }
    match others.len() {
        0 => {}
        _ if all => {
            for unused in others {
                eprintln!("takes nothing out: {}", escape::terminal(&unused.to_string()));
            }
        }
        count => eprintln!("{count} rules and statements take nothing out, see --debug"),
    }
}

fn in_working_directory(name: &str) -> Option<PathBuf> {
    Some(PathBuf::from(name)).filter(|path| path.is_file())
}

pub(crate) fn unusable(error: PolicyFileError) -> Failure {
    let what = error.to_string();
    let error = match error {
        PolicyFileError::Io { source, .. } => source.into(),
        PolicyFileError::Malformed { source, .. } => source.into(),
        PolicyFileError::TrustedRoot { source, .. } => source.into(),
        error => error.into(),
    };
    Failure::Unusable { what, error, hint: "mend the file, or name another" }
}
