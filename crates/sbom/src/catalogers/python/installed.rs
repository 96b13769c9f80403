//! Installed distributions, each by its own metadata.

use std::io::Read;

use sealift_layers::{File, FileError, LimitExceeded, Limits, Metadata, TreePath};
use sealift_model::Package;

use super::headers::Headers;
use crate::catalogers::text;
use crate::{Cataloger, Error, Facts};

/// Longest licence that is taken for the name of one; beyond, it is the text.
const MAX_LICENSE_CHARS: usize = 120;

/// Finds the distributions that are installed.
#[derive(Debug)]
pub(crate) struct Installed;

impl Cataloger for Installed {
    fn name(&self) -> &'static str {
        "python-installed"
    }

    /// PyPA specifications, "Recording installed projects"; setuptools docs, "Python Eggs".
    fn names(&self) -> &'static [&'static str] {
        &["METADATA", "PKG-INFO", "*.egg-info"]
    }

    fn wants(&self, path: TreePath<'_>, _: &Metadata, _: &[u8]) -> bool {
        let folder = path.parent().map(TreePath::file_name).unwrap_or_default();
        if is_left_over(folder) || is_left_over(path.file_name()) {
            return false;
        }
        match path.file_name() {
            b"METADATA" => folder.ends_with(b".dist-info"),
            b"PKG-INFO" => folder.ends_with(b".egg-info") || folder == b"EGG-INFO",
            name => name.ends_with(b".egg-info"),
        }
    }

    fn read(&self, file: &mut File<'_>, facts: &mut Facts) -> Result<(), Error> {
        let limits = file.limits();
        let mut bytes = Vec::new();
        let bounded = &mut file.stream().take(limits.max_document_bytes);
        bounded.read_to_end(&mut bytes).map_err(FileError::from)?;
        facts.package(distribution(&bytes, limits)?);
        Ok(())
    }
}

/// pip renames what it is about to uninstall, `~oo-1.0.dist-info`, and leaves it there when that
/// fails; it then ignores it as an invalid distribution.
fn is_left_over(name: &[u8]) -> bool {
    name.starts_with(b"~")
}

/// The distribution that the fields describe. Of a name or version given twice the first
/// counts, as for pip and `importlib.metadata`.
pub(super) fn distribution(bytes: &[u8], limits: &Limits) -> Result<Package, Error> {
    let text = text::any(bytes);
    let [mut name, mut version] = [const { String::new() }; 2];
    let mut licenses = Licenses::default();
    for (field, value) in Headers::of(&text) {
        match field.to_ascii_lowercase().as_str() {
            "name" if name.is_empty() => name = value,
            "version" if version.is_empty() => version = value,
            "license-expression" => licenses.expression = Some(value),
            "license" => licenses.free = Some(value),
            "classifier" => licenses.classifiers.extend(classified(&value)),
            _ => {}
        }
    }
    if name.is_empty() || version.is_empty() {
        if u64::try_from(bytes.len()).is_ok_and(|read| read >= limits.max_document_bytes) {
            return Err(LimitExceeded::new("max_document_bytes", limits.max_document_bytes).into());
        }
        let missing = if name.is_empty() { "a name" } else { "a version" };
        return Err(malformed(format!("without {missing}")));
    }
    let mut package = super::package(&name, &version)
        .ok_or_else(|| malformed(format!("{name:?} is not a name of a package")))?;
    package.licenses = licenses.declared();
    Ok(package)
}

fn malformed(reason: String) -> Error {
    Error::Malformed { format: "Python metadata", reason, line: None }
}

/// What the fields say of the licence, from the newest form to the oldest.
#[derive(Debug, Default)]
struct Licenses {
    /// PEP 639: an SPDX expression.
    expression: Option<String>,
    /// The name or the whole text of the licence.
    free: Option<String>,
    /// From "License ::" classifiers.
    classifiers: Vec<String>,
}

impl Licenses {
    fn declared(self) -> Vec<String> {
        let is_name = |license: &String| {
            !matches!(license.as_str(), "" | "UNKNOWN")
                && !license.contains('\n')
                && license.chars().count() <= MAX_LICENSE_CHARS
        };
        match self.expression.or(self.free).filter(is_name) {
            Some(license) => vec![license],
            None => self.classifiers,
        }
    }
}

/// `BSD License` of `License :: OSI Approved :: BSD License`.
fn classified(classifier: &str) -> Option<String> {
    let license = classifier.strip_prefix("License :: ")?.rsplit(" :: ").next()?.trim();
    (license != "OSI Approved").then(|| license.to_owned())
}

#[cfg(test)]
mod tests {
    use sealift_model::Evidence;

    use super::*;

    fn package(text: &str) -> Package {
        distribution(text.as_bytes(), &Limits::default()).unwrap()
    }

    #[test]
    fn the_first_version_counts() {
        let package = package("Name: a\nVersion: 1\nVersion: 2\nName: b\n");
        assert_eq!((package.name.as_str(), package.version.as_str()), ("a", "1"));
    }

    fn licenses(fields: &str) -> Vec<String> {
        package(&format!("Name: a\nVersion: 1\n{fields}")).licenses
    }

    #[test]
    fn wants_metadata_in_any_directory() {
        let wants = |path| Installed.wants(TreePath::from(path), &Metadata::new(0, 0), b"");
        for path in [
            "usr/lib/python3/dist-packages/six-1.16.0.egg-info",
            "opt/a-1.dist-info/METADATA",
            "a.egg-info/PKG-INFO",
            "site-packages/a.egg/EGG-INFO/PKG-INFO",
        ] {
            assert!(wants(path), "{path}");
        }
        for path in [
            "site-packages/~oo-1.0.dist-info/METADATA",
            "site-packages/~oo.egg-info",
            "METADATA",
            "PKG-INFO",
            "a.dist-info/RECORD",
            "a.egg-info/requires.txt",
        ] {
            assert!(!wants(path), "{path}");
        }
    }

    #[test]
    fn a_distribution() {
        let package = package("Metadata-Version: 2.1\nname: Foo.Bar\nVERSION: 1.0\n\nName: no");
        assert_eq!((package.id().as_str(), package.evidence), ("Foo.Bar@1.0", Evidence::Installed));
    }

    #[test]
    fn licences_from_the_newest_form_to_the_oldest() {
        let classifiers = "Classifier: License :: OSI Approved :: MIT License\n\
                           Classifier: License :: OSI Approved\nClassifier: Topic :: A\n";
        let with = |fields: &str| licenses(&format!("{classifiers}{fields}"));
        assert_eq!(with("License: BSD\nLicense-Expression: MIT OR 0BSD\n"), ["MIT OR 0BSD"]);
        assert_eq!(with("License: BSD\n"), ["BSD"]);
        assert_eq!(with("License: UNKNOWN\n"), ["MIT License"]);
        assert_eq!(with("License: Some text\n  over lines\n"), ["MIT License"]);
        assert_eq!(licenses(""), [""; 0]);
    }

    #[test]
    fn without_name_or_version_it_is_malformed() {
        for (text, missing) in [("", "a name"), ("Name: a\n", "a version")] {
            let error = distribution(text.as_bytes(), &Limits::default());
            assert!(error.unwrap_err().to_string().ends_with(missing));
        }
    }

    #[test]
    fn fields_beyond_the_limit() {
        let mut limits = Limits::default();
        limits.max_document_bytes = 16;
        let path = TreePath::from("a.egg-info");
        let mut file = File::from_bytes(path, b"Name: a\nSummary: long\n".to_vec(), &limits);
        let error = Installed.read(&mut file, &mut Facts::default()).unwrap_err();
        assert!(error.to_string().contains("max_document_bytes (16)"), "{error}");
    }
}
