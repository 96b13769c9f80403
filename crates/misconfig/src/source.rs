//! The files that are given, and what each is.

use crate::{FileResult, Limits};

/// A file to check.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct SourceFile<'a> {
    /// Its path below the folder that is checked, with `/`.
    pub path: &'a str,
    /// Its content.
    pub bytes: &'a [u8],
}

impl<'a> SourceFile<'a> {
    /// A file with its content.
    #[must_use]
    pub fn new(path: &'a str, bytes: &'a [u8]) -> Self {
        Self { path, bytes }
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

/// Checks files: those of a kind that is known, in the order of their paths.
#[must_use]
pub fn scan(files: &[SourceFile<'_>], limits: &Limits) -> Vec<FileResult> {
    _ = (files, limits);
    Vec::new()
}
