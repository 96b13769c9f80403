//! Conda: packages installed in its environments.
//!
//! | cataloger | reads | finds |
//! | --- | --- | --- |
//! | `conda-installed` | `conda-meta/NAME-VERSION-BUILD.json` | the package, with its licence, build and channel |
//!
//! It does not find: the requirements in an `environment.yml`, which is reported; the dependencies
//! between packages; packages that are only in Conda's cache. Python packages are found a second
//! time by their own metadata.

use sealift_layers::{File, Metadata, TreePath};
use sealift_model::{Ecosystem, Package, Purl, PurlError};

use crate::catalogers::json::{Document, Object};
use crate::{Cataloger, Error, Facts};

const FORMAT: &str = "conda-meta";

/// Finds the packages of Conda environments.
#[derive(Debug)]
pub(crate) struct Installed;

impl Cataloger for Installed {
    fn name(&self) -> &'static str {
        "conda-installed"
    }

    fn names(&self) -> &'static [&'static str] {
        &["*.json", "environment.yml", "environment.yaml"]
    }

    fn wants(&self, path: TreePath<'_>, _: &Metadata, head: &[u8]) -> bool {
        let in_environment = path.parent().is_some_and(|it| it.file_name() == b"conda-meta");
        path.file_name().ends_with(b".json") && in_environment
            || is_declaration(path) && declares_environment(head)
    }

    fn read(&self, file: &mut File<'_>, facts: &mut Facts) -> Result<(), Error> {
        if is_declaration(file.path()) {
            let advice = "Conda's environment files are not read; what is installed in an \
                          environment is";
            facts.problem(None, advice);
            return Ok(());
        }
        let (_, record) = Document::read(file.bytes()?, FORMAT)?;
        let (name, version) = (record.text("name"), record.text("version"));
        let (Some(name), Some(version)) = (name, version) else {
            let reason = "it has no name or no version".to_owned();
            return Err(Error::Malformed { format: FORMAT, reason, line: None });
        };
        match package(&name, &version, &record) {
            Ok(package) => facts.package(package),
            Err(error) => facts.problem(None, format!("{name:?}: {error}")),
        }
        Ok(())
    }
}

fn is_declaration(path: TreePath<'_>) -> bool {
    matches!(path.file_name(), b"environment.yml" | b"environment.yaml")
}

/// Whether a file begins as Conda's do ("Creating an environment file manually"): other programs
/// have files of that name.
fn declares_environment(head: &[u8]) -> bool {
    let is_condas =
        |line: &[u8]| line.starts_with(b"channels:") || line.starts_with(b"dependencies:");
    head.split(|byte| *byte == b'\n').any(is_condas)
}

/// purl types, "conda": build, channel and subdir are qualifiers.
fn package(name: &str, version: &str, record: &Object<'_>) -> Result<Package, PurlError> {
    let mut purl = Purl::builder(Ecosystem::Conda.purl_type(), name).version(version);
    for (key, member) in [("build", "build"), ("channel", "channel"), ("subdir", "subdir")] {
        purl = purl.qualifier(key, record.text(member).unwrap_or_default());
    }
    let mut package = Package::new(Ecosystem::Conda, name, version, purl.build()?);
    package.licenses = record.text("license").into_iter().map(Into::into).collect();
    Ok(package)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogers::declared::testing::{read, wants};

    const PATH: &str = "opt/conda/conda-meta/a-1-0.json";

    #[test]
    fn takes_what_is_installed() {
        let text = r#"{"name": "a", "version": "1.0", "build": "py39_0", "license": "MIT"}"#;
        let (_, facts) = read(&Installed, PATH, text);
        let package = facts.packages().next().unwrap();
        assert_eq!(package.purl.to_string(), "pkg:conda/a@1.0?build=py39_0");
        assert_eq!(package.licenses, ["MIT"]);
        for text in ["{}", r#"{"name": "a"}"#, r#"{"version": "1"}"#, "no JSON"] {
            assert!(read(&Installed, PATH, text).0.is_err(), "{text}");
        }
        assert!(wants(&Installed, PATH) && !wants(&Installed, "opt/conda/conda-meta/history"));
    }

    #[test]
    fn what_is_asked_for_is_told_as_not_read() {
        let text = b"name: x\nchannels: [conda-forge]\ndependencies:\n  - openssl=1.1.1k\n";
        let wants = |path, head| Installed.wants(TreePath::from(path), &Metadata::new(9, 0), head);
        for path in ["environment.yml", "a/environment.yaml"] {
            assert!(wants(path, text));
            assert!(!wants(path, b"name: production\nurl: https://example.org\n"));
            let (_, facts) = read(&Installed, path, text);
            assert_eq!((facts.packages().count(), facts.problems.len()), (0, 1));
        }
    }
}
