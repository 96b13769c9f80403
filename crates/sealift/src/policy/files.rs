//! Reading a policy and the files that it names.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use sealift_http::{Client, UrlError};
use sealift_policy::rego::{IgnorePolicy, RegoLimits};
use sealift_policy::{
    Error, IgnoreFile, IgnoreFormat, Limits, Policy, Requirement, Signer, Suppressions, VexDocument,
};

use crate::verify::{LogSearch, TrustError, TrustedRoot, trusted_root};

/// The files that decide which findings count, as the caller names them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "the kinds of files that there are")]
pub struct PolicyFiles {
    /// `sealift.toml`. Paths in it are relative to its folder.
    pub policy: Option<PathBuf>,
    /// Ignore files.
    pub ignore: Vec<PathBuf>,
    /// VEX documents.
    pub vex: Vec<PathBuf>,
    /// Trivy's ignore policies, in Rego.
    pub ignore_policies: Vec<PathBuf>,
}

/// The content of the files.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct LoadedPolicy {
    /// The policy; the default where no file is named.
    pub policy: Policy,
    /// Everything that takes findings out, except the policy's own exceptions.
    pub suppressions: Suppressions,
    /// Messages for people: each file, and what in it does not count.
    pub messages: Vec<String>,
    folder: PathBuf,
}

impl PolicyFiles {
    /// Reads these files, then those that the policy names.
    ///
    /// # Errors
    /// The first file that cannot be read or has the wrong form.
    pub fn load(&self) -> Result<LoadedPolicy, PolicyFileError> {
        let mut loaded = LoadedPolicy::default();
        if let Some(path) = &self.policy {
            loaded.policy = Policy::read(&name(path), &bytes(path)?, &Limits::default())
                .map_err(|source| PolicyFileError::malformed(path, source))?;
            loaded.messages.push(format!("policy: {}", name(path)));
            let weaker = weaker(&loaded.policy).into_iter();
            loaded.messages.extend(weaker.map(|what| format!("warning: {}: {what}", name(path))));
            loaded.folder = path.parent().map(Path::to_owned).unwrap_or_default();
            beside(&loaded.folder, &mut loaded.policy);
        }
        let sources = loaded.policy.sources.clone();
        let folder = loaded.folder.clone();
        let named = sources.ignore.iter().map(|file| folder.join(file));
        for path in self.ignore.iter().cloned().chain(named) {
            loaded.ignore_file(&path)?;
        }
        let named = sources.vex.iter().map(|file| folder.join(file));
        for path in self.vex.iter().cloned().chain(named) {
            loaded.vex(&path)?;
        }
        for path in &self.ignore_policies {
            loaded.ignore_policy(path)?;
        }
        Ok(loaded)
    }
}

impl LoadedPolicy {
    fn ignore_file(&mut self, path: &Path) -> Result<(), PolicyFileError> {
        let name = name(path);
        let format = IgnoreFormat::of_name(&name);
        let file = IgnoreFile::read(&name, format, &bytes(path)?, &Limits::default())
            .map_err(|source| PolicyFileError::malformed(path, source))?;
        self.messages.push(format!("ignored by {name}: {} rules", file.rules.len()));
        self.messages
            .extend(file.warnings.iter().map(|warning| format!("warning: {name}: {warning}")));
        self.suppressions.ignore.push(file);
        Ok(())
    }

    fn ignore_policy(&mut self, path: &Path) -> Result<(), PolicyFileError> {
        let name = name(path);
        let limits = Limits::default();
        let policy = IgnorePolicy::read(&name, &bytes(path)?, &limits, &RegoLimits::default())
            .map_err(|source| PolicyFileError::malformed(path, source))?;
        self.messages.push(format!("ignored by {name}: what {} is true of", policy.rule()));
        self.suppressions.policies.push(policy);
        Ok(())
    }

    fn vex(&mut self, path: &Path) -> Result<(), PolicyFileError> {
        let name = name(path);
        let document = VexDocument::read(&name, &bytes(path)?, &Limits::default())
            .map_err(|source| PolicyFileError::malformed(path, source))?;
        let (form, statements) = (document.format.name(), document.statements.len());
        self.messages.push(format!("{form}: {name}: {statements} statements"));
        self.suppressions.vex.push(document);
        Ok(())
    }

    /// Everything that takes findings out, the policy's exceptions included.
    #[must_use]
    pub fn with_exceptions(self) -> Suppressions {
        let mut suppressions = self.suppressions;
        if !self.policy.exceptions.rules.is_empty() {
            suppressions.ignore.push(self.policy.exceptions);
        }
        suppressions
    }

    /// The transparency log in which missing entries are looked up: the one that the policy names,
    /// else the public one.
    ///
    /// # Errors
    /// When the policy names something that is no URL.
    pub fn log(&self, client: Client) -> Result<LogSearch, PolicyFileError> {
        log_of(&self.policy, client)
    }

    /// The trusted root that the policy names. Without one, an empty root where no requirement
    /// needs one: signatures by keys that need not be in a log.
    ///
    /// # Errors
    /// [`PolicyFileError::NoTrustedRoot`] where a root is needed and none is named, and when the
    /// root cannot be read.
    pub fn trusted_root(&self) -> Result<TrustedRoot, PolicyFileError> {
        let sources = &self.policy.sources;
        if let Some(file) = &sources.trusted_root {
            let path = PathBuf::from(file);
            let json = std::fs::read(&path)
                .map_err(|source| PolicyFileError::Io { path: path.clone(), source })?;
            return trusted_root(&json)
                .map_err(|source| PolicyFileError::TrustedRoot { path, source });
        }
        let is_key = |signer: &Signer| matches!(signer, Signer::Key(_));
        let needs_none =
            |requirement: &Requirement| is_key(&requirement.signer) && sources.insecure_ignore_tlog;
        let vex = sources.vex_signer.as_ref();
        let vex_needs_none = vex.is_none_or(|by| is_key(by) && sources.insecure_ignore_vex_tlog);
        if self.policy.gate.requirements.iter().all(needs_none) && vex_needs_none {
            Ok(TrustedRoot::default())
        } else {
            Err(PolicyFileError::NoTrustedRoot)
        }
    }
}

/// Why a file of [`PolicyFiles`] could not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PolicyFileError {
    /// The file cannot be opened or read.
    #[error("{}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The error of the system.
        source: io::Error,
    },
    /// The file has the wrong form.
    #[error("{}", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// 1-based line, where it is known.
        line: Option<u64>,
        /// What is wrong with it.
        source: Error,
    },
    /// The file is no trusted root.
    #[error("{}", path.display())]
    TrustedRoot {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: TrustError,
    },
    /// The policy names a transparency log by something that is no URL.
    #[error("rekor-url {url:?}")]
    Log {
        /// The name.
        url: String,
        /// What is wrong with it.
        source: UrlError,
    },
    /// A signature is required, and no trusted certificates and logs are named.
    #[error("no trusted root is named")]
    NoTrustedRoot,
}

impl PolicyFileError {
    fn malformed(path: &Path, source: Error) -> Self {
        Self::Malformed { path: path.to_owned(), line: source.line(), source }
    }
}

/// The log that a policy names, else the public one.
pub(super) fn log_of(policy: &Policy, client: Client) -> Result<LogSearch, PolicyFileError> {
    let url = policy.sources.rekor_url.as_deref();
    LogSearch::named(client, url).map_err(|source| {
        let url = url.unwrap_or(LogSearch::PUBLIC).to_owned();
        PolicyFileError::Log { url, source }
    })
}

/// The keys and the trusted root that a policy names lie beside it, as the other files do.
fn beside(folder: &Path, policy: &mut Policy) {
    let Policy { gate, sources, admission, .. } = policy;
    let asked = admission.rules.iter_mut().flat_map(|rule| &mut rule.gate.requirements);
    let asked = gate.requirements.iter_mut().chain(asked);
    let signers = asked.map(|requirement| &mut requirement.signer);
    let others = sources.vex_signer.iter_mut().chain(&mut sources.database_signer);
    let keys = signers.chain(others).filter_map(|signer| match signer {
        Signer::Key(file) => Some(file),
        _ => None,
    });
    for file in keys.chain(&mut sources.trusted_root) {
        *file = name(&folder.join(&*file));
    }
}

/// Settings of a policy that make it weaker than the default.
fn weaker(policy: &Policy) -> Vec<&'static str> {
    let Policy { gate, sources, .. } = policy;
    let weaker = [
        (sources.insecure_ignore_tlog, "signatures by a key need not be in a transparency log"),
        (
            sources.insecure_ignore_vex_tlog,
            "VEX attestations by a key need not be in a transparency log",
        ),
        (gate.allow_incomplete, "what is not seen whole may pass"),
    ];
    weaker.into_iter().filter(|(is_set, _)| *is_set).map(|(_, what)| what).collect()
}

fn name(path: &Path) -> String {
    path.display().to_string()
}

/// The bytes of a file that is named; of one that is too long, as many as tell that it is.
fn bytes(path: &Path) -> Result<Vec<u8>, PolicyFileError> {
    let most = u64::try_from(Limits::default().max_file_bytes).unwrap_or(u64::MAX);
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(most.saturating_add(1)).read_to_end(&mut bytes))
        .map_err(|source| PolicyFileError::Io { path: path.to_owned(), source })?;
    Ok(bytes)
}
