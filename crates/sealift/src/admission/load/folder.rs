//! Reads documents from files and folders.

use std::fmt;
use std::path::{Path, PathBuf};

use sealift_policy::Limits;
use sealift_policy::admission::Document;
use serde_json::Value;

use crate::files::{self, Unread};

/// Why files cannot be used.
#[derive(Debug)]
#[non_exhaustive]
pub struct LoadError {
    /// The file, or the name of a text; empty where the error concerns no file.
    pub path: PathBuf,
    /// The 1-based line in the file, where it is known.
    pub line: Option<u64>,
    /// What is wrong.
    pub reason: String,
}

impl std::error::Error for LoadError {}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display().to_string();
        // A policy's error message already begins with its place.
        if !self.reason.starts_with(&path) {
            write!(f, "{path}: ")?;
        }
        f.write_str(&self.reason)
    }
}

impl From<Unread> for LoadError {
    fn from(Unread { path, source }: Unread) -> Self {
        Self { path, line: None, reason: source.to_string() }
    }
}

impl LoadError {
    /// An error about one of these named documents; the message itself begins with the name and
    /// place.
    pub(in crate::admission) fn placed<'n>(
        names: impl Iterator<Item = &'n str>,
        error: impl ToString,
    ) -> Self {
        let whole = error.to_string();
        let reason = whole.strip_prefix("Rego: ").unwrap_or(&whole);
        // Of `a` and `a.rego`, the longer name is the right one.
        let named = names.filter_map(|name| Some((name, reason.strip_prefix(name)?)));
        let Some((name, rest)) = named.max_by_key(|(name, _)| name.len()) else {
            return wrong(Path::new(""), whole);
        };
        let line = rest.strip_prefix(':').and_then(|rest| rest.split(':').next()?.parse().ok());
        Self { line, ..wrong(Path::new(name), reason) }
    }
}

/// The extensions of files with objects; the next constant has those with policies.
const OBJECTS: [&str; 3] = ["yaml", "yml", "json"];
pub(in crate::admission) const POLICIES: [&str; 4] = ["yaml", "yml", "json", "rego"];

/// Reads the objects in a file, or in all YAML and JSON of a folder, by name.
///
/// # Errors
/// The first file that cannot be read.
pub fn objects(path: &Path) -> Result<Vec<Document>, LoadError> {
    let mut documents = Vec::new();
    for file in listed(path, &OBJECTS)? {
        documents.extend(read(&file.display().to_string(), &bytes(&file)?)?);
    }
    Ok(documents)
}

/// Keeps the documents that are objects; empty ones are left out.
///
/// # Errors
/// The first document with content but no kind: nothing would judge it.
pub fn of_kinds(documents: Vec<Document>) -> Result<Vec<Document>, LoadError> {
    let is_empty = |value: &Value| match value {
        Value::Null => true,
        Value::Object(members) => members.is_empty(),
        _ => false,
    };
    let said = documents.into_iter().filter(|document| !is_empty(&document.value));
    said.map(|document| match document.kind() {
        "" => {
            let reason = format!("document {} has no kind", document.number);
            Err(wrong(Path::new(&document.source), reason))
        }
        _ => Ok(document),
    })
    .collect()
}

/// Reads the documents of one file.
pub(in crate::admission) fn read(name: &str, bytes: &[u8]) -> Result<Vec<Document>, LoadError> {
    let read = Document::read(name, bytes, &Limits::default());
    read.map_err(|error| wrong(Path::new(name), error))
}

/// Lists the file itself, or the files of a folder, sorted by name.
pub(in crate::admission) fn listed(
    path: &Path,
    endings: &[&str],
) -> Result<Vec<PathBuf>, LoadError> {
    Ok(files::listed(path, endings)?)
}

pub(in crate::admission) fn bytes(path: &Path) -> Result<Vec<u8>, LoadError> {
    let most = u64::try_from(Limits::default().max_file_bytes).unwrap_or(u64::MAX);
    Ok(files::read(path, most)?)
}

pub(in crate::admission) fn wrong(path: &Path, reason: impl ToString) -> LoadError {
    LoadError { path: path.to_owned(), line: None, reason: reason.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_told_with_its_document() {
        let told = |error: &str| {
            let error = LoadError::placed(["a", "a.rego", "b.yaml"].into_iter(), error);
            (error.path.display().to_string(), error.line, error.to_string())
        };
        let (rego, yaml) =
            ("a.rego:3:21: an expression is missing", "b.yaml, document 2, X y: spec");
        assert_eq!(told(&format!("Rego: {rego}")), ("a.rego".into(), Some(3), rego.into()));
        assert_eq!(told(yaml), ("b.yaml".into(), None, yaml.into()));
        assert_eq!(told("Rego: no rule"), (String::new(), None, "Rego: no rule".into()));
    }

    #[test]
    fn the_case_of_an_ending_does_not_matter() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["a.YAML", "b.Yml", "c.JSON", "d.Rego", "e.txt", ".f.yaml"] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        let files = listed(folder.path(), &POLICIES).unwrap();
        let names: Vec<_> = files.iter().filter_map(|file| file.file_name()?.to_str()).collect();
        assert_eq!(names, ["a.YAML", "b.Yml", "c.JSON", "d.Rego"]);
    }

    #[test]
    fn what_is_of_no_kind_is_not_left_out() {
        let good = "---\n---\n{}\n---\n# nothing\n---\nkind: Pod\n";
        assert_eq!(of_kinds(read("a.yaml", good.as_bytes()).unwrap()).unwrap().len(), 1);
        for bad in ["kid: Pod", "kind: 3", "- kind: Pod", "Pod", "kind: ''"] {
            let text = format!("kind: Pod\n---\n{bad}\n");
            let refused = of_kinds(read("a.yaml", text.as_bytes()).unwrap()).unwrap_err();
            assert_eq!(refused.to_string(), "a.yaml: document 2 has no kind", "{bad}");
        }
    }
}
