//! Swift: packages resolved by the Swift Package Manager.
//!
//! | cataloger | reads | finds |
//! | --- | --- | --- |
//! | `swift-resolved` | `Package.resolved` of versions 1 to 3 | what is pinned, by the address of its repository, with lines |
//!
//! It does not find: the version of a package that is pinned to a branch or a commit; packages of a
//! registry without an address, and of folders; the dependencies between packages.

use sealift_layers::{File, Metadata, TreePath};
use sealift_model::{Ecosystem, Package, Purl, PurlError, repository_of};

use crate::catalogers::declared;
use crate::catalogers::json::{Document, Value};
use crate::catalogers::shape::{Kind, Shape};
use crate::{Cataloger, Error, Facts};

/// Swift 5.10 writes version 3.
const SHAPE: Shape = Shape {
    version: Some(("version", 3)),
    keys: &[("pins", Kind::List), ("object.pins", Kind::List)],
};

/// Finds the packages that the Swift Package Manager pinned.
#[derive(Debug)]
pub(crate) struct Resolved;

impl Cataloger for Resolved {
    fn name(&self) -> &'static str {
        "swift-resolved"
    }

    /// Packages below `.build` and `SourcePackages` were fetched.
    fn names(&self) -> &'static [&'static str] {
        &["Package.resolved"]
    }

    fn wants(&self, path: TreePath<'_>, _: &Metadata, _: &[u8]) -> bool {
        path.file_name() == b"Package.resolved"
            && !path.components().any(|it| matches!(it, b".build" | b"SourcePackages"))
    }

    fn read(&self, file: &mut File<'_>, facts: &mut Facts) -> Result<(), Error> {
        let (document, root) = Document::read(file.bytes()?, "Package.resolved")?;
        document.check(&root, &SHAPE, facts);
        // Version 1 has the pins one level deeper and calls the address otherwise.
        let inner = root.object("object").unwrap_or_default();
        let pins = root.get("pins").or_else(|| inner.get("pins"));
        for value in pins.and_then(Value::as_array).unwrap_or_default() {
            let line = document.lines(value).map_or(1, |(first, _)| first);
            let pin = value.as_object().unwrap_or_default();
            let address = pin.text("location").or_else(|| pin.text("repositoryURL"));
            let state = pin.object("state").unwrap_or_default();
            let version = state.text("version").unwrap_or_default();
            match address.as_deref().and_then(repository_of) {
                Some(name) => declared::add(package(&name, &version), line, facts),
                None => facts.problem(Some(line), "a pin without the address of a repository"),
            }
        }
        Ok(())
    }
}

fn package(name: &str, version: &str) -> Result<Package, PurlError> {
    let (namespace, bare) = name.rsplit_once('/').unwrap_or(("", name));
    let purl = Purl::builder(Ecosystem::Swift.purl_type(), bare).namespace(namespace);
    Ok(Package::new(Ecosystem::Swift, name, version, purl.version(version).build()?))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::catalogers::declared::testing::{problem_lines, read, rows};

    #[test]
    fn takes_the_pins_of_each_version() {
        let old = "{\"object\": {\"pins\": [\n{\"package\": \"A\", \"repositoryURL\": \
                   \"git@host.example:o/a.git\", \"state\": {\"version\": \"1.0.0\"}}]}, \"version\": 1}";
        let new = "{\"pins\": [\n{\"location\": \"https://host.example/o/a\", \"state\": \
                   {\"branch\": \"main\"}},\n{\"kind\": \"registry\", \"location\": \"\"},\n\
                   {\"location\": \"https://host.example/a\"}], \"version\": 3}";
        let (_, facts) = read(&Resolved, "Package.resolved", old);
        assert_eq!(rows(&facts), ["host.example/o/a@1.0.0 2"]);
        let purl = facts.packages().next().unwrap().purl.to_string();
        assert_eq!(purl, "pkg:swift/host.example/o/a@1.0.0");
        let (_, facts) = read(&Resolved, "Package.resolved", new);
        assert_eq!(rows(&facts), ["host.example/o/a@ 2"]);
        assert_eq!(problem_lines(&facts), [3, 4]);
        assert!(read(&Resolved, "Package.resolved", "not").0.is_err());
    }

    proptest! {
        #[test]
        fn any_address_is_read_or_refused(address: String) {
            let text = serde_json::json!({ "pins": [{ "location": address }] }).to_string();
            prop_assert!(!read(&Resolved, "Package.resolved", &text).1.is_empty());
            crate::check::holds(&Resolved, "Package.resolved", text)?;
        }
    }
}
