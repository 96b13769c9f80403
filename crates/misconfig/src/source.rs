//! The files that are given, and the kinds that they are of.

use crate::{FileResult, Options, detect, docker, terraform};

/// A file to check.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct SourceFile<'a> {
    /// Its path below the folder that is checked, with `/`.
    pub path: &'a str,
    /// Its content.
    pub bytes: &'a [u8],
    /// What it is, where the caller knows; otherwise its name and content say.
    pub kind: Option<FileKind>,
}

impl<'a> SourceFile<'a> {
    /// A file with its content.
    #[must_use]
    pub fn new(path: &'a str, bytes: &'a [u8]) -> Self {
        Self { path, bytes, kind: None }
    }

    /// The same file as one of a kind, whatever it is called: what `helm template` printed, a
    /// Dockerfile of another name.
    #[must_use]
    pub fn of_kind(self, kind: FileKind) -> Self {
        Self { kind: Some(kind), ..self }
    }
}

/// What a file is read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum FileKind {
    /// A Dockerfile or Containerfile.
    Dockerfile,
    /// YAML or JSON documents of Kubernetes objects.
    Kubernetes,
    /// What `helm template` prints of a chart.
    Helm,
    /// A compose file.
    Compose,
    /// Terraform or OpenTofu, HCL or JSON syntax.
    Terraform,
    /// A plan as `terraform show -json` prints it.
    TerraformPlan,
}

impl FileKind {
    /// Every kind.
    pub const ALL: &[Self] = &[
        Self::Dockerfile,
        Self::Kubernetes,
        Self::Helm,
        Self::Compose,
        Self::Terraform,
        Self::TerraformPlan,
    ];

    /// Its name, as reports and `--misconfig-scanners` have it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Dockerfile => "dockerfile",
            Self::Kubernetes => "kubernetes",
            Self::Helm => "helm",
            Self::Compose => "compose",
            Self::Terraform => "terraform",
            Self::TerraformPlan => "terraformplan",
        }
    }
}

/// What checks the files of one kind: all of them at once, since some lean on one another.
type Checker = fn(&[SourceFile<'_>], &Options) -> Vec<FileResult>;

/// What checks each kind. A kind that is added adds a line here.
static CHECKERS: &[(FileKind, Checker)] =
    &[(FileKind::Dockerfile, docker::check), (FileKind::Terraform, terraform::check)];

/// Checks files: those of a kind that is known, in the order of their paths.
#[must_use]
pub fn scan(files: &[SourceFile<'_>], options: &Options) -> Vec<FileResult> {
    let kind = |file: &SourceFile<'_>| file.kind.or_else(|| detect::kind(file.path, file.bytes));
    let mut known: Vec<_> = files.iter().filter_map(|file| Some((kind(file)?, *file))).collect();
    known.sort_by_key(|(_, file)| file.path);
    let mut results = Vec::new();
    for (kind, check) in CHECKERS.iter().filter(|(kind, _)| options.kinds.contains(kind)) {
        let of_kind = known.iter().filter(|(other, _)| other == kind);
        let of_kind: Vec<_> = of_kind.map(|(_, file)| *file).collect();
        if !of_kind.is_empty() {
            results.extend(check(&of_kind, options));
        }
    }
    results.sort_by(|left, right| left.path.cmp(&right.path));
    results
}
