//! Julia: packages pinned by a manifest.
//!
//! | cataloger | reads | finds |
//! | --- | --- | --- |
//! | `julia-manifest` | `Manifest.toml` of formats 1 and 2, `Manifest-v1.11.toml`, `JuliaManifest.toml` | what is pinned, with what each needs and lines |
//!
//! It does not find: parts of the standard library, which have Julia's own version; packages in
//! folders of the project.

use sealift_layers::{File, Metadata, TreePath};
use sealift_model::{Ecosystem, Package, Purl, PurlError};
use toml::de::{DeTable, DeValue};

use crate::catalogers::declared::Declared;
use crate::catalogers::shape::Shape;
use crate::catalogers::toml_file::TomlFile;
use crate::{Cataloger, Error, Facts};

/// Pkg docs, "Manifest.toml".
const SHAPE: Shape = Shape { version: Some(("manifest_format", 2)), keys: &[] };

/// What a manifest says of itself, beside the packages in format 1.
const HEAD: [&str; 4] = ["julia_version", "manifest_format", "project_hash", "registries"];

/// Finds the packages that Julia's manifests pin.
#[derive(Debug)]
pub(crate) struct Manifest;

impl Cataloger for Manifest {
    fn name(&self) -> &'static str {
        "julia-manifest"
    }

    fn names(&self) -> &'static [&'static str] {
        &["*.toml"]
    }

    fn wants(&self, path: TreePath<'_>, _: &Metadata, _: &[u8]) -> bool {
        let name = path.file_name();
        matches!(name, b"Manifest.toml" | b"JuliaManifest.toml")
            || name.starts_with(b"Manifest-v") && name.ends_with(b".toml")
    }

    fn read(&self, file: &mut File<'_>, facts: &mut Facts) -> Result<(), Error> {
        let file = TomlFile::read(file.bytes()?, "Manifest.toml")?;
        file.check(&SHAPE, facts);
        // Format 2 has one level more; in format 1 every array is a package.
        let path: &[&str] = if file.table(&["deps"]).is_some() { &["deps"] } else { &[] };
        let mut found = Declared::default();
        for (name, entries) in file.members(path) {
            let is_head = path.is_empty() && HEAD.contains(&name);
            if !is_head && !entries.get_ref().is_array() {
                facts.problem(Some(file.line(entries)), format!("{name:?} is not a list"));
            }
            for value in entries.get_ref().as_array().into_iter().flat_map(|it| it.iter()) {
                let line = file.line(value);
                let Some(entry) = value.get_ref().as_table() else {
                    facts.problem(Some(line), format!("an entry of {name:?} is not a map"));
                    continue;
                };
                let text = |key: &str| entry.get(key).and_then(|value| value.get_ref().as_str());
                let (Some(uuid), Some(version)) = (text("uuid"), text("version")) else {
                    if entry.contains_key("version") {
                        facts
                            .problem(Some(line), format!("{name:?} has no valid uuid and version"));
                    }
                    continue;
                };
                if text("path").is_some() {
                    continue;
                }
                found.add(package(name, version, uuid), (line, line), required(entry), facts);
            }
        }
        found.report(facts);
        Ok(())
    }
}

/// `deps` is a list of names, or a table of them where two packages share a name.
fn required(entry: &DeTable<'_>) -> Vec<String> {
    let deps = entry.get("deps").map(|value| value.get_ref());
    let listed = deps.and_then(DeValue::as_array).into_iter().flat_map(|list| list.iter());
    let listed = listed.filter_map(|name| name.get_ref().as_str()).map(str::to_owned);
    let table = deps.and_then(DeValue::as_table).into_iter().flat_map(|table| table.keys());
    listed.chain(table.map(|key| key.get_ref().as_ref().to_owned())).collect()
}

fn package(name: &str, version: &str, uuid: &str) -> Result<Package, PurlError> {
    let purl = Purl::builder(Ecosystem::Julia.purl_type(), name).version(version);
    Ok(Package::new(Ecosystem::Julia, name, version, purl.qualifier("uuid", uuid).build()?))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::catalogers::declared::testing::{problem_lines, read, rows};

    #[test]
    fn takes_what_is_pinned() {
        let two = "manifest_format = \"2.0\"\n[[deps.A]]\ndeps = [\"B\", \"Dates\"]\nuuid = \"1-2\"\n\
                   version = \"2.0.0\"\n[[deps.B]]\nuuid = \"3-4\"\nversion = \"1.0.0\"\n\
                   [[deps.Dates]]\nuuid = \"5\"\n[[deps.Own]]\npath = \"x\"\nuuid = \"6\"\nversion = \"1\"\n";
        let (_, facts) = read(&Manifest, "Manifest.toml", two);
        assert_eq!(rows(&facts), ["A@2.0.0 2", "B@1.0.0 6"]);
        let first = facts.packages().next().unwrap();
        assert_eq!(first.depends_on, ["B@1.0.0"]);
        assert_eq!(first.purl.to_string(), "pkg:julia/A@2.0.0?uuid=1-2");
        let one = "[[A]]\nuuid = \"1\"\nversion = \"1.0.0\"\n";
        assert_eq!(rows(&read(&Manifest, "Manifest.toml", one).1), ["A@1.0.0 1"]);
        let odd = "[[A]]\nuuid = \"1\"\nversion = 1\n[[B]]\nuuid = \"2\"\n";
        assert_eq!(problem_lines(&read(&Manifest, "Manifest.toml", odd).1), [1]);
        assert!(read(&Manifest, "Manifest.toml", "no").0.is_err());
    }

    proptest! {
        #[test]
        fn facts_hold_together(text in "(\\[\\[(deps\\.)?A\\]\\]\n|uuid = \"1\"\n|version = \"1\"\n|deps = (\\[\"A\"\\]|\\{A=1\\})\n){0,8}") {
            crate::check::holds(&Manifest, "Manifest.toml", text)?;
        }
    }
}
