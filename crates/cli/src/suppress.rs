//! Files that suppress findings: finding, reading and naming them.

use std::path::PathBuf;

use sealift::escape;
use sealift::policy::{LoadedPolicy, PolicyFileError, PolicyFiles, Sources, Unused};

use crate::args::SuppressArgs;
use crate::failure::Failure;
use crate::vex;

/// The file that is read from the working directory, even if that is the folder scanned.
const IGNORE_FILE: &str = ".trivyignore";
const POLICY_FILE: &str = "sealift.toml";

/// The most rules and statements that are named one by one.
const NAMED: usize = 10;

/// The word of Trivy's `--vex` for the attestations on the image.
const ATTESTED: &str = "oci";
/// The word of Trivy's `--vex` for repositories of VEX documents.
const REPOSITORY: &str = "repo";

/// Reads the files that flags and `sealift.toml` name, and those in the working directory.
pub(crate) fn load(args: &SuppressArgs) -> Result<LoadedPolicy, Failure> {
    let is_no_file = |path: &PathBuf, word: &str| path.as_os_str() == word && !path.exists();
    if args.vex.iter().any(|path| is_no_file(path, REPOSITORY)) {
        return Err(Failure::NotYet {
            what: format!("--vex {REPOSITORY}"),
            hint: "name the file of a VEX document",
        });
    }
    let is_attested = |path: &&PathBuf| is_no_file(path, ATTESTED);
    let is_absent = |path: &&PathBuf| path.ends_with(IGNORE_FILE) && !path.exists();
    let absent = args.ignorefile.as_ref().filter(is_absent);
    let ignore = match &args.ignorefile {
        // A file with the default name may be absent; without it more findings count.
        Some(_) if absent.is_some() => None,
        Some(path) => Some(path.clone()),
        None => in_working_directory(IGNORE_FILE),
    };
    let files = PolicyFiles {
        policy: args.policy_file.clone().or_else(|| in_working_directory(POLICY_FILE)),
        ignore: ignore.into_iter().collect(),
        vex: args.vex.iter().filter(|path| !is_attested(path)).cloned().collect(),
        ignore_policies: args.ignore_policy.iter().cloned().collect(),
    };
    let mut loaded = files.load().map_err(unusable)?;
    if let Some(path) = absent {
        loaded
            .messages
            .push(format!("warning: {} is not there and ignores nothing", path.display()));
    }
    let is_asked = args.vex.iter().any(|path| is_attested(&path));
    vex::set_signer(&mut loaded.policy.sources, &args.vex_signer, is_asked)?;
    Ok(loaded)
}

/// The files that `sealift.toml` in the working directory names.
pub(crate) fn sources() -> Result<Sources, Failure> {
    let policy = in_working_directory(POLICY_FILE);
    let files = PolicyFiles { policy, ..PolicyFiles::default() };
    files.load().map(|loaded| loaded.policy.sources).map_err(unusable)
}

/// Names each document on stderr, and its parts that have no effect.
pub(crate) fn say(messages: &[String]) {
    for line in messages {
        eprintln!("{}", escape::terminal(line));
    }
}

/// Prints which rules and statements suppress nothing; those that surely were meant to are named
/// one by one.
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
    let hint = match error {
        PolicyFileError::Io { .. } => "check that the file is there and may be read",
        _ => "mend the file, or name another",
    };
    let error = match error {
        PolicyFileError::Io { source, .. } => source.into(),
        PolicyFileError::Malformed { source, .. } => source.into(),
        PolicyFileError::TrustedRoot { source, .. } => source.into(),
        error => error.into(),
    };
    Failure::Unusable { what, error, hint }
}
