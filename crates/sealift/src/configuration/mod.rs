//! The configuration files of a tree, read and checked.

mod read;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use regex::Regex;
use sealift_layers::{ReadOptions, Tree};
use sealift_misconfig::{
    FileKind, FileResult, LineCount, Options, OtherFiles, RegoChecks, SourceFile, Status,
    VariableFile,
};
use sealift_model::{Diagnostic, Impact, Timestamp};
use sealift_sbom::Skip;

use self::read::{Kept, Wanted};
use crate::{Error, files, rego};

/// Which configuration files are checked, and how.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ConfigurationOptions {
    /// The kinds of files that are checked. Default: all.
    pub kinds: Vec<FileKind>,
    /// Files that count as a kind by their path, whatever their name is.
    pub patterns: Vec<FilePattern>,
    /// Values of Terraform variables; the last file wins.
    pub variable_files: Vec<VariableFile>,
    /// Files that are not in the tree and are checked, too: the output of `helm template`.
    pub rendered: Vec<RenderedChart>,
    /// The time at which ignore comments expire. Without it, a comment with a date has no effect.
    pub now: Option<Timestamp>,
    /// Whether checks that pass are reported, too. Default: no.
    pub lists_all: bool,
    /// How the lines of a manifest with several documents are counted. Default: as in the file.
    pub line_count: LineCount,
    /// Checks in Rego that are run, too.
    pub rego: Option<Arc<RegoChecks>>,
}

impl Default for ConfigurationOptions {
    fn default() -> Self {
        Self {
            kinds: FileKind::ALL.to_vec(),
            patterns: Vec::new(),
            variable_files: Vec::new(),
            rendered: Vec::new(),
            now: None,
            lists_all: false,
            line_count: LineCount::OfFile,
            rego: None,
        }
    }
}

impl ConfigurationOptions {
    /// Reads a file with values of Terraform variables; they win over those of earlier files.
    ///
    /// # Errors
    /// [`Error::Io`] when the file cannot be read.
    pub fn add_variable_file(&mut self, path: &Path) -> Result<(), Error> {
        let bytes = rego::document(path)?;
        self.variable_files.push(VariableFile::new(path.display().to_string(), bytes));
        Ok(())
    }
}

/// The files of a kind, by a pattern of their paths.
#[derive(Clone, Debug)]
pub struct FilePattern {
    kind: FileKind,
    path: Regex,
}

impl FilePattern {
    /// Reads `KIND:EXPRESSION`, as `dockerfile:.*\\.docker`.
    ///
    /// # Errors
    /// [`Error::FilePattern`] when the kind is unknown or the expression is invalid.
    pub fn new(text: &str) -> Result<Self, Error> {
        let failed = |reason: String| Error::FilePattern { pattern: text.to_owned(), reason };
        let (name, path) =
            text.split_once(':').ok_or_else(|| failed("there is no kind and `:`".to_owned()))?;
        let kind = FileKind::ALL.iter().find(|kind| kind.name() == name).copied();
        let kind = kind.ok_or_else(|| failed(format!("{name} is no kind of files")))?;
        let path = regex::RegexBuilder::new(path).size_limit(1 << 20).build();
        Ok(Self { kind, path: path.map_err(|error| failed(error.to_string()))? })
    }
}

/// The output of `helm template` for a chart. Each of its templates is checked under its own path.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RenderedChart {
    /// The chart's folder below the folder that is checked; empty for that folder itself.
    pub path: String,
    /// The output.
    pub bytes: Vec<u8>,
}

impl RenderedChart {
    /// A rendered chart.
    #[must_use]
    pub fn new(path: impl Into<String>, bytes: Vec<u8>) -> Self {
        Self { path: path.into(), bytes }
    }
}

/// Reads the configuration files of a folder and checks them. Returns the results, and what could
/// not be read.
pub(crate) fn check(
    folder: &Path,
    skip: &dyn Skip,
    options: &ConfigurationOptions,
    how: &ReadOptions<'_>,
) -> Result<(Vec<FileResult>, Vec<Diagnostic>), Error> {
    let mut checks = Options::default();
    let wanted = Wanted::new(skip, options, &checks.limits);
    let Tree { files, mut diagnostics, .. } =
        wanted.read_all(folder, how).map_err(|source| Error::layers(folder, source))?;
    let mut sources = Vec::new();
    for file in &files {
        match file.facts.as_ref() {
            Kept::Bytes(bytes) => {
                let source = SourceFile::new(&file.path, bytes);
                let kind = wanted.kind(&file.path);
                sources.push(kind.map_or(source, |kind| source.of_kind(kind)));
            }
            Kept::Unreadable(why, impact) => {
                let diagnostic = Diagnostic::new("misconfig", why, *impact);
                diagnostics.push(diagnostic.at(&*file.path, None));
            }
            Kept::NoRoom => {}
        }
    }
    diagnostics.extend(wanted.left_out(&files));
    let rendered: Vec<_> = options.rendered.iter().flat_map(templates).collect();
    let templates = rendered.iter().map(|(path, text)| SourceFile::new(path, text.as_bytes()));
    sources.extend(templates.map(|template| template.of_kind(FileKind::Helm)));
    checks.kinds.clone_from(&options.kinds);
    checks.variable_files.clone_from(&options.variable_files);
    checks.now = options.now;
    checks.line_count = options.line_count;
    checks.rego.clone_from(&options.rego);
    checks.other_files =
        Beside::of(folder).map(|beside| -> Arc<dyn OtherFiles> { Arc::new(beside) });
    let results = sealift_misconfig::scan(&sources, &checks);
    diagnostics.extend(results.iter().flat_map(told));
    Ok((results, diagnostics))
}

/// The files of the folder that is checked which Terraform's expressions read.
#[derive(Debug)]
struct Beside {
    /// Without links.
    folder: PathBuf,
}

impl Beside {
    fn of(folder: &Path) -> Option<Self> {
        folder.canonicalize().ok().filter(|folder| folder.is_dir()).map(|folder| Self { folder })
    }
}

impl OtherFiles for Beside {
    fn read(&self, path: &str, max_bytes: usize) -> Option<Vec<u8>> {
        let path = self.folder.join(path).canonicalize().ok()?;
        // A link that leads elsewhere would have a report quote what is no part of the folder.
        if !path.starts_with(&self.folder) || !path.metadata().ok()?.is_file() {
            return None;
        }
        files::read(&path, u64::try_from(max_bytes).ok()?).ok()
    }
}

/// The templates of a chart by their paths, each with what it became.
fn templates(chart: &RenderedChart) -> impl Iterator<Item = (String, String)> {
    let printed = String::from_utf8_lossy(&chart.bytes);
    let templates = sealift_misconfig::rendered_templates(&printed);
    let folder = chart.path.trim_end_matches('/');
    templates.into_iter().map(move |template| match folder {
        "" => (template.path, template.text),
        folder => (format!("{folder}/{}", template.path), template.text),
    })
}

/// Diagnostics for what could not be read of a file, and for checks that did not run.
fn told(result: &FileResult) -> impl Iterator<Item = Diagnostic> {
    let not_run = result.misconfigurations.iter().filter_map(|found| match &found.status {
        Status::NotRun(why) => {
            let message = format!("check {} did not run: {why}", found.check.id);
            // A gate of one's own that does not run must not open.
            let impact = if found.is_required { Impact::Incomplete } else { Impact::Partial };
            let diagnostic = Diagnostic::new("misconfig", message, impact);
            Some(diagnostic.at(&*result.path, None))
        }
        _ => None,
    });
    result.diagnostics.iter().cloned().chain(not_run)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn files_beside_are_those_of_the_folder() {
        let outside = tempfile::tempdir().unwrap();
        std::fs::write(outside.path().join("secret"), "s").unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a"), "abc").unwrap();
        std::os::unix::fs::symlink(outside.path().join("secret"), folder.path().join("link"))
            .unwrap();
        let beside = Beside::of(folder.path()).unwrap();
        assert_eq!(beside.read("a", 3).as_deref(), Some(b"abc".as_slice()));
        assert_eq!(beside.read("a", 2), None);
        for path in ["link", ".", "absent"] {
            assert_eq!(beside.read(path, 9), None, "{path}");
        }
    }
}
