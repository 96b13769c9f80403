//! `pdm.lock`.

use sealift_layers::{File, Metadata, TreePath};
use sealift_model::{Relationship, Scope};
use toml::de::DeValue;

use super::requirement::{Requirement, is_archive};
use super::toml_lock::{Entry, Need, Pin, Pins, TomlLock};
use crate::catalogers::shape::{Kind, Shape};
use crate::catalogers::text;
use crate::{Cataloger, Error, Facts};

/// PDM 2.17 writes version 4.5.0.
const SHAPE: Shape =
    Shape { version: Some(("metadata.lock_version", 4)), keys: &[("package", Kind::List)] };

/// Finds the packages that PDM pins.
#[derive(Debug)]
pub(crate) struct Pdm;

impl Cataloger for Pdm {
    fn name(&self) -> &'static str {
        "python-pdm"
    }

    fn names(&self) -> &'static [&'static str] {
        &["pdm.lock"]
    }

    fn wants(&self, path: TreePath<'_>, _: &Metadata, _: &[u8]) -> bool {
        path.file_name() == b"pdm.lock" && !text::is_inside_package(path)
    }

    fn read(&self, file: &mut File<'_>, facts: &mut Facts) -> Result<(), Error> {
        parse(file.bytes()?, facts)
    }
}

/// Extras have entries of their own, which repeat name and version.
fn parse(bytes: &[u8], facts: &mut Facts) -> Result<(), Error> {
    let lock = TomlLock::read(bytes, "pdm.lock", &SHAPE, facts)?;
    let mut pins = Pins::default();
    for entry in lock.entries("package") {
        let needed = entry.array("dependencies").filter_map(DeValue::as_str);
        let needs =
            needed.filter_map(|text| Some(Need::named(Requirement::parse(text).ok()?.name)));
        let requires = needs.collect();
        let pin = Pin { scope: scope(entry), relationship: relationship(entry), requires };
        pins.add(entry, pin, facts);
    }
    pins.report(facts);
    Ok(())
}

/// A folder is a part of the project: its version is no release on PyPI (PDM docs, "Local
/// dependencies"). A `path` may lead to an archive, too.
fn relationship(entry: Entry<'_, '_>) -> Relationship {
    match entry.text("path").filter(|path| !is_archive(path)) {
        Some("." | "./") => Relationship::Root,
        Some(_) => Relationship::Workspace,
        None => Relationship::Unstated,
    }
}

/// Groups are `default`, those of optional dependencies and those for development; a group of the
/// second kind may have any name, those of the third are called `dev` unless another name was
/// chosen, which only `pyproject.toml` has (PDM docs, "Manage dependencies").
fn scope(entry: Entry<'_, '_>) -> Scope {
    let mut groups = entry.array("groups").filter_map(DeValue::as_str).peekable();
    if groups.peek().is_none() {
        return Scope::Unstated;
    }
    let mut scope = Scope::Development;
    for group in groups {
        match group {
            "default" => return Scope::Runtime,
            "dev" => {}
            _ => scope = Scope::Optional,
        }
    }
    scope
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogers::declared::testing::facts_of;

    #[test]
    fn folders_are_parts_of_the_project() {
        for (fields, expected) in [
            ("path = \"./a\"\neditable = true", Relationship::Workspace),
            ("path = \"../a\"", Relationship::Workspace),
            ("path = \".\"\neditable = true", Relationship::Root),
            ("path = \"./a-1.whl\"", Relationship::Unstated),
            ("git = \"https://host/a\"\neditable = true", Relationship::Unstated),
            ("", Relationship::Unstated),
        ] {
            let text = format!("[[package]]\nname = \"a\"\nversion = \"1\"\n{fields}\n");
            let facts = facts_of(&Pdm, "pdm.lock", text);
            assert_eq!(facts.packages().next().unwrap().relationship, expected, "{fields}");
        }
    }

    #[test]
    fn scopes_and_dependencies() {
        let text = "[[package]]\nname = \"a\"\nversion = \"1\"\ngroups = [\"default\", \"dev\"]\n\
                    dependencies = [\"b[x]>=1; os_name == 'nt'\", \"c\"]\n\
                    [[package]]\nname = \"b\"\nversion = \"1\"\ngroups = [\"dev\"]\n\
                    [[package]]\nname = \"c\"\nversion = \"1\"\ngroups = [\"dev\", \"tmp\"]\n\
                    [[package]]\nname = \"d\"\nversion = \"1\"\n";
        let facts = facts_of(&Pdm, "pdm.lock", text);
        let scopes: Vec<_> = facts.packages().map(|package| package.scope).collect();
        let [runtime, dev] = [Scope::Runtime, Scope::Development];
        assert_eq!(scopes, [runtime, dev, Scope::Optional, Scope::Unstated]);
        assert_eq!(facts.packages().next().unwrap().depends_on, ["b@1", "c@1"]);
    }
}
