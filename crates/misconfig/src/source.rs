//! The given files, and their kinds.

use sealift_model::{Diagnostic, Impact};
use serde::Serialize;

use crate::charts::Charts;
use crate::ignore::Ignores;
use crate::{
    FileResult, LineCount, Options, Status, compose, detect, docker, excerpt, helm, kubernetes,
    terraform,
};

/// A file to check.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct SourceFile<'a> {
    /// Its path below the checked folder, with `/`.
    pub path: &'a str,
    /// Its content.
    pub bytes: &'a [u8],
    /// Its kind, if the caller knows it; otherwise it is detected by name and content.
    pub kind: Option<FileKind>,
}

impl<'a> SourceFile<'a> {
    /// A file with its content.
    #[must_use]
    pub fn new(path: &'a str, bytes: &'a [u8]) -> Self {
        Self { path, bytes, kind: None }
    }

    /// Sets the kind, whatever its name: for the output of `helm template`, or a Dockerfile with
    /// another name.
    #[must_use]
    pub fn of_kind(self, kind: FileKind) -> Self {
        Self { kind: Some(kind), ..self }
    }
}

/// The kind as which a file is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FileKind {
    /// A Dockerfile or Containerfile.
    Dockerfile,
    /// YAML or JSON documents of Kubernetes objects.
    Kubernetes,
    /// The output of `helm template` for a chart.
    Helm,
    /// A compose file.
    Compose,
    /// Terraform or OpenTofu, HCL or JSON syntax.
    Terraform,
    /// A plan in the form of `terraform show -json`.
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

    /// Its name in reports and in `--misconfig-scanners`.
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
static CHECKERS: &[(FileKind, Checker)] = &[
    (FileKind::Dockerfile, docker::check),
    (FileKind::Kubernetes, kubernetes::check),
    (FileKind::Helm, helm::check),
    (FileKind::Compose, compose::check),
    (FileKind::Terraform, terraform::check),
    (FileKind::TerraformPlan, terraform::plan::check),
];

/// Checks the files of known kinds, in the order of their paths.
#[must_use]
pub fn scan(files: &[SourceFile<'_>], options: &Options) -> Vec<FileResult> {
    let charts = Charts::among(files);
    let detected = |file: &SourceFile<'_>| {
        detect::kind(file.path, file.bytes).filter(|_| !charts.have(file.path))
    };
    let kind = |file: &SourceFile<'_>| file.kind.or_else(|| detected(file));
    let mut known: Vec<_> = files.iter().filter_map(|file| Some((kind(file)?, *file))).collect();
    known.sort_by_key(|(_, file)| file.path);
    let mut results = Vec::new();
    let mut room = Room { max: options.limits.max_failures, left: options.limits.max_failures };
    for (kind, check) in CHECKERS.iter().filter(|(kind, _)| options.kinds.contains(kind)) {
        let of_kind = known.iter().filter(|(other, _)| other == kind).map(|(_, file)| *file);
        let max = options.limits.max_file_bytes;
        let (fit, large): (Vec<_>, Vec<_>) = of_kind.partition(|file| file.bytes.len() <= max);
        results.extend(large.iter().map(|file| too_large(file, *kind, max)));
        // Modules of Terraform are of several files; of others what is too much goes at once.
        let at_once = if *kind == FileKind::Terraform { fit.len() } else { 1 };
        for files in fit.chunks(at_once.max(1)) {
            let mut found = check(files, options);
            for result in &mut found {
                // Before any is left out it is to be known which of them count.
                if result.misconfigurations.len() > room.left {
                    ignore_by_comments(result, files, options);
                }
                room.keep(result);
            }
            results.extend(found);
        }
    }
    if options.kinds.contains(&FileKind::Helm) {
        results.extend(charts.not_rendered(files));
    }
    if let Some(rego) = &options.rego {
        rego.check(&known, &mut results, options);
    }
    look_up_lines(&mut results, &known, options);
    results.sort_by(|left, right| left.path.cmp(&right.path));
    // Several compose files may include the same.
    results.dedup_by(|a, b| a.kind == FileKind::Compose && a.kind == b.kind && a.path == b.path);
    results
}

/// How many more failures may be reported.
struct Room {
    max: usize,
    left: usize,
}

impl Room {
    /// Leaves out failures over the limit, except the first of each check, so that the check does
    /// not pass.
    fn keep(&mut self, result: &mut FileResult) {
        let mut left_out = 0_usize;
        let mut last = None;
        result.misconfigurations.retain(|found| {
            // An ignored failure cannot represent one that counts.
            let is_first = match found.status {
                Status::Fail(_) => {
                    last.replace(found.check.id.clone()).as_ref() != Some(&found.check.id)
                }
                Status::Ignored(_) => false,
                _ => return true,
            };
            let fits = self.left > 0;
            self.left = self.left.saturating_sub(1);
            left_out += usize::from(!fits && !is_first);
            fits || is_first
        });
        if left_out > 0 {
            let message = format!(
                "{left_out} failures or more are left out: limit max_failures of {}",
                self.max
            );
            let diagnostic = Diagnostic::new("misconfig", message, Impact::Incomplete);
            result.diagnostics.push(diagnostic.at(&*result.path, None));
        }
    }
}

/// Has the comments of a file count for its failures; the files are in the order of their paths.
fn ignore_by_comments(result: &mut FileResult, files: &[SourceFile<'_>], options: &Options) {
    let at = files.binary_search_by(|file| file.path.cmp(&result.path));
    if let Some(file) = at.ok().and_then(|at| files.get(at)) {
        Ignores::read(file.bytes, options.now).apply(result);
    }
}

fn too_large(file: &SourceFile<'_>, kind: FileKind, max: usize) -> FileResult {
    let message = format!("not checked: {} bytes, and the limit is {max} bytes", file.bytes.len());
    let mut result = FileResult::new(file.path, kind);
    let diagnostic = Diagnostic::new("misconfig", message, Impact::Incomplete);
    result.diagnostics.push(diagnostic.at(file.path, None));
    result
}

/// Looks up the lines of each file: their comments, and the text that a report shows.
fn look_up_lines(
    results: &mut [FileResult],
    files: &[(FileKind, SourceFile<'_>)],
    options: &Options,
) {
    for result in results {
        let at = files.binary_search_by(|(_, file)| file.path.cmp(&result.path));
        if let Some((_, file)) = at.ok().and_then(|at| files.get(at)) {
            Ignores::read(file.bytes, options.now).apply(result);
            excerpt::fill(result, file.bytes);
            if options.line_count == LineCount::AsTrivy {
                kubernetes::count_as_trivy(result, file.bytes);
            }
        }
    }
}
