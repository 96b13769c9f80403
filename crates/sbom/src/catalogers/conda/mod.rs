//! Conda: what is installed in its environments.
//!
//! | cataloger | reads | finds |
//! | --- | --- | --- |
//! | `conda-installed` | `conda-meta/NAME-VERSION-BUILD.json` | the package, with its licence, build and channel |
//!
//! What it cannot find: which package needs which; packages that only lie in Conda's cache. Python
//! packages are found a second time by their own metadata.

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
        &["*.json"]
    }

    fn wants(&self, path: TreePath<'_>, _: &Metadata, _: &[u8]) -> bool {
        path.file_name().ends_with(b".json")
            && path.parent().is_some_and(|folder| folder.file_name() == b"conda-meta")
    }

    fn read(&self, file: &mut File<'_>, facts: &mut Facts) -> Result<(), Error> {
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
}
