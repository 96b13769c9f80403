//! What the checks of configuration files say, as reports have it.

use sealift_misconfig::{Check, Failure, FileKind, FileResult, Lines, Status};

use crate::Counts;

/// What the checks of configuration files say.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Configuration {
    /// The files, by path.
    pub files: Vec<FileResult>,
    /// Whether checks that pass, and failures that do not count, are listed in JSON, too.
    /// Default: no.
    pub lists_all: bool,
}

impl Configuration {
    /// What was said of files.
    #[must_use]
    pub fn new(files: Vec<FileResult>) -> Self {
        Self { files, lists_all: false }
    }

    /// What fails, each with its file and check.
    pub fn failures(&self) -> impl Iterator<Item = (&FileResult, &Check, &Failure)> {
        self.files
            .iter()
            .flat_map(|file| file.failures().map(move |(check, failure)| (file, check, failure)))
    }

    /// How many failures there are of each severity.
    #[must_use]
    pub fn counts(&self) -> Counts {
        counts(self.failures().map(|(_, check, _)| check))
    }

    /// How many failures do not count.
    #[must_use]
    pub fn ignored(&self) -> usize {
        let found = self.files.iter().flat_map(|file| &file.misconfigurations);
        found.filter(|found| matches!(found.status, Status::Ignored(_))).count()
    }
}

/// How many of the checks there are of each severity.
pub(crate) fn counts<'c>(checks: impl Iterator<Item = &'c Check>) -> Counts {
    let mut counts = Counts::default();
    checks.for_each(|check| counts.add(check.severity));
    counts
}

/// The page that tells of a check; none of those that only we have.
pub(crate) fn page(check: &Check) -> Option<String> {
    let known = PROVIDERS.iter().any(|(prefix, _)| check.id.starts_with(prefix));
    let safe = check.id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let page = || format!("https://avd.aquasec.com/misconfig/{}", check.id.to_ascii_lowercase());
    (known && safe).then(page)
}

/// What a check is about, by the beginning of its id: Trivy's `Provider`.
const PROVIDERS: &[(&str, &str)] = &[
    ("DS-", "Dockerfile"),
    ("KSV-", "Kubernetes"),
    ("KCV-", "Kubernetes"),
    ("KUBE-", "Kubernetes"),
    ("AWS-", "AWS"),
    ("AZU-", "Azure"),
    ("GCP-", "Google"),
    ("DIG-", "DigitalOcean"),
    ("GIT-", "GitHub"),
    ("NIF-", "Nifcloud"),
    ("OCI-", "Oracle"),
    ("OPNSTK-", "OpenStack"),
];

/// Trivy's `Provider` of a check.
pub(crate) fn provider(check: &Check) -> Option<&'static str> {
    let known = PROVIDERS.iter().find(|(prefix, _)| check.id.starts_with(prefix));
    known.map(|(_, provider)| *provider)
}

/// What people call a kind of file.
pub(crate) fn kind_name(kind: FileKind) -> &'static str {
    match kind {
        FileKind::Dockerfile => "Dockerfile",
        FileKind::Kubernetes => "Kubernetes",
        FileKind::Helm => "Helm",
        FileKind::Compose => "Compose",
        FileKind::Terraform => "Terraform",
        FileKind::TerraformPlan => "Terraform Plan",
        _ => "Configuration",
    }
}

/// A file and the lines in it that fail: `app/Dockerfile:3-5`.
pub(crate) fn place(path: &str, lines: Option<Lines>) -> String {
    match lines {
        None => path.to_owned(),
        Some(Lines { start, end }) if start == end => format!("{path}:{start}"),
        Some(Lines { start, end }) => format!("{path}:{start}-{end}"),
    }
}
