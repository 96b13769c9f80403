//! Files that say what does not count: found, read and named.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use sealift::escape;
use sealift::policy::{
    IgnoreFile, IgnoreFormat, Limits, Policy, Sources, Suppressions, Unused, VexDocument,
};

use crate::args::SuppressArgs;
use crate::failure::Failure;

/// What is read from the working directory, also when that is what is scanned.
const IGNORE_FILE: &str = ".trivyignore";
const POLICY_FILE: &str = "sealift.toml";

/// Rules and statements that are named one by one.
const NAMED: usize = 10;

/// What Trivy's `--vex` takes that is no file.
const NO_FILES: [&str; 2] = ["repo", "oci"];

/// What was read.
#[derive(Default)]
pub(crate) struct Files {
    pub(crate) policy: Policy,
    /// All but the policy's own exceptions.
    pub(crate) suppressions: Suppressions,
    /// What is to be told: each file, and what of it does not count.
    told: Vec<String>,
}

/// What `sealift.toml` of the working directory names.
pub(crate) fn sources() -> Result<Sources, Failure> {
    let Some(path) = in_working_directory(POLICY_FILE) else { return Ok(Sources::default()) };
    let policy = Policy::read(&name(&path), &bytes(&path)?, &Limits::default());
    policy.map(|policy| policy.sources).map_err(|error| unusable(&path, error))
}

impl Files {
    /// Reads what flags name, what `sealift.toml` names, and what lies in the working directory.
    pub(crate) fn new(args: &SuppressArgs) -> Result<Self, Failure> {
        let mut read = Self::default();
        let policy = args.policy_file.clone().or_else(|| in_working_directory(POLICY_FILE));
        if let Some(path) = policy {
            let bytes = bytes(&path)?;
            read.policy = Policy::read(&name(&path), &bytes, &Limits::default())
                .map_err(|error| unusable(&path, error))?;
            read.told.push(format!("policy: {}", name(&path)));
        }
        let own = args.ignorefile.clone().or_else(|| in_working_directory(IGNORE_FILE));
        let sources = read.policy.sources.clone();
        let folder = args.policy_file.as_deref().and_then(Path::parent).unwrap_or(Path::new(""));
        let named = sources.ignore.iter().map(|file| folder.join(file));
        for path in own.into_iter().chain(named) {
            read.ignore_file(&path)?;
        }
        let named = sources.vex.iter().map(|file| folder.join(file));
        for path in args.vex.iter().cloned().chain(named) {
            read.vex(&path)?;
        }
        Ok(read)
    }

    fn ignore_file(&mut self, path: &Path) -> Result<(), Failure> {
        let name = name(path);
        let format = IgnoreFormat::of_name(&name);
        let file = IgnoreFile::read(&name, format, &bytes(path)?, &Limits::default())
            .map_err(|error| unusable(path, error))?;
        self.told.push(format!("ignored by {name}: {} rules", file.rules.len()));
        self.told.extend(file.warnings.iter().map(|warning| format!("warning: {name}: {warning}")));
        self.suppressions.ignore.push(file);
        Ok(())
    }

    fn vex(&mut self, path: &Path) -> Result<(), Failure> {
        let name = name(path);
        if NO_FILES.contains(&name.as_str()) && !path.exists() {
            return Err(Failure::NotYet {
                what: format!("--vex {name}"),
                hint: "name the file of a VEX document",
            });
        }
        let document = VexDocument::read(&name, &bytes(path)?, &Limits::default())
            .map_err(|error| unusable(path, error))?;
        let (form, statements) = (document.format.name(), document.statements.len());
        self.told.push(format!("{form}: {name}: {statements} statements"));
        self.suppressions.vex.push(document);
        Ok(())
    }

    /// Names each file on stderr, and what of it does not count.
    pub(crate) fn say(&self) {
        for line in &self.told {
            eprintln!("{}", escape::terminal(line));
        }
    }

    /// All that takes findings out, the policy's exceptions too.
    pub(crate) fn with_exceptions(self) -> Suppressions {
        let mut suppressions = self.suppressions;
        if !self.policy.exceptions.rules.is_empty() {
            suppressions.ignore.push(self.policy.exceptions);
        }
        suppressions
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

fn name(path: &Path) -> String {
    path.display().to_string()
}

/// The bytes of a file that is named; of one that is too long, as many as tell that it is.
fn bytes(path: &Path) -> Result<Vec<u8>, Failure> {
    let most = u64::try_from(Limits::default().max_file_bytes).unwrap_or(u64::MAX);
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(most.saturating_add(1)).read_to_end(&mut bytes))
        .map_err(|error| unusable(path, error))?;
    Ok(bytes)
}

fn unusable(path: &Path, error: impl std::error::Error + Send + Sync + 'static) -> Failure {
    Failure::Unusable {
        what: path.display().to_string(),
        error: error.into(),
        hint: "mend the file, or name another",
    }
}
