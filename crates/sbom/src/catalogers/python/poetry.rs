//! `poetry.lock`.

use sealift_layers::{File, Metadata, TreePath};
use sealift_model::{Relationship, Scope};
use toml::de::DeValue;

use super::toml_lock::{Entry, Need, Pin, Pins, TomlLock};
use crate::catalogers::shape::{Kind, Shape};
use crate::catalogers::text;
use crate::{Cataloger, Error, Facts};

/// Poetry 2 writes version 2.1.
const SHAPE: Shape =
    Shape { version: Some(("metadata.lock-version", 2)), keys: &[("package", Kind::List)] };

/// Finds the packages that Poetry pins.
#[derive(Debug)]
pub(crate) struct Poetry;

impl Cataloger for Poetry {
    fn name(&self) -> &'static str {
        "python-poetry"
    }

    fn names(&self) -> &'static [&'static str] {
        &["poetry.lock"]
    }

    fn wants(&self, path: TreePath<'_>, _: &Metadata, _: &[u8]) -> bool {
        path.file_name() == b"poetry.lock" && !text::is_inside_package(path)
    }

    fn read(&self, file: &mut File<'_>, facts: &mut Facts) -> Result<(), Error> {
        parse(file.bytes()?, facts)
    }
}

fn parse(bytes: &[u8], facts: &mut Facts) -> Result<(), Error> {
    let lock = TomlLock::read(bytes, "poetry.lock", &SHAPE, facts)?;
    let mut pins = Pins::default();
    for entry in lock.entries("package") {
        let requires = entry.members("dependencies").map(|(name, _)| Need::named(name)).collect();
        let pin = Pin { scope: scope(entry), relationship: relationship(entry), requires };
        pins.add(entry, pin, facts);
    }
    pins.report(facts);
    Ok(())
}

/// A folder is a part of the project: its version is no release on PyPI.
fn relationship(entry: Entry<'_, '_>) -> Relationship {
    let mut source = entry.members("source");
    match source.any(|(key, value)| key == "type" && value.as_str() == Some("directory")) {
        true => Relationship::Workspace,
        false => Relationship::Unstated,
    }
}

/// `category` is of lock version 1, `groups` of 2.1; the versions between do not say. Whatever is
/// not in the main group is there for development.
fn scope(entry: Entry<'_, '_>) -> Scope {
    let is_main = match (entry.get("groups"), entry.text("category")) {
        (Some(_), _) => Some(entry.array("groups").any(|group| group.as_str() == Some("main"))),
        (None, Some(category)) => Some(category == "main"),
        (None, None) => None,
    };
    let is_optional = entry.get("optional").and_then(DeValue::as_bool) == Some(true);
    match is_main {
        Some(false) => Scope::Development,
        _ if is_optional => Scope::Optional,
        Some(true) => Scope::Runtime,
        None => Scope::Unstated,
    }
}

#[cfg(test)]
mod tests {
    use sealift_model::Package;

    use super::*;
    use crate::catalogers::declared::testing::facts_of;

    fn packages(text: &str) -> Vec<Package> {
        let facts = facts_of(&Poetry, "poetry.lock", text);
        assert!(facts.problems.is_empty(), "{facts:?}");
        facts.packages().cloned().collect()
    }

    #[test]
    fn a_lock_of_version_2() {
        let found = packages(
            "[[package]]\nname = \"Foo\"\nversion = \"1.0\"\n[package.dependencies]\n\
             bar_baz = {version = \"*\", optional = true}\n\n\
             [[package]]\nname = \"bar-baz\"\nversion = \"2.0\"\n",
        );
        assert_eq!(found[0].id(), "Foo@1.0");
        assert_eq!(found[0].depends_on, ["bar-baz@2.0"]);
    }

    #[test]
    fn folders_are_parts_of_the_project() {
        for (kind, expected) in [
            ("directory", Relationship::Workspace),
            ("file", Relationship::Unstated),
            ("git", Relationship::Unstated),
        ] {
            let found = packages(&format!(
                "[[package]]\nname = \"a\"\nversion = \"1\"\n[package.source]\n\
                 type = \"{kind}\"\nurl = \"../a\"\n"
            ));
            assert_eq!(found[0].relationship, expected, "{kind}");
        }
    }

    #[test]
    fn scopes() {
        for (fields, expected) in [
            ("category = \"main\"", Scope::Runtime),
            ("category = \"dev\"", Scope::Development),
            ("category = \"main\"\noptional = true", Scope::Optional),
            ("groups = [\"main\", \"dev\"]", Scope::Runtime),
            ("groups = [\"test\"]\noptional = true", Scope::Development),
            ("optional = true", Scope::Optional),
            ("optional = false", Scope::Unstated),
        ] {
            let text = format!("[[package]]\nname = \"a\"\nversion = \"1\"\n{fields}\n");
            assert_eq!(packages(&text)[0].scope, expected, "{fields}");
        }
    }
}
