//! `Pipfile.lock`.

use sealift_layers::{File, Metadata, TreePath};
use sealift_model::{Evidence, Location, Package, Relationship, Scope};

use super::requirement::is_archive;
use crate::catalogers::json::{Document, Value};
use crate::catalogers::text;
use crate::{Cataloger, Error, Facts};

/// Finds the packages that Pipenv pins.
#[derive(Debug)]
pub(crate) struct Pipfile;

impl Cataloger for Pipfile {
    fn name(&self) -> &'static str {
        "python-pipfile"
    }

    fn names(&self) -> &'static [&'static str] {
        &["Pipfile.lock"]
    }

    fn wants(&self, path: TreePath<'_>, _: &Metadata, _: &[u8]) -> bool {
        path.file_name() == b"Pipfile.lock" && !text::is_inside_package(path)
    }

    fn read(&self, file: &mut File<'_>, facts: &mut Facts) -> Result<(), Error> {
        parse(file.bytes()?, facts)
    }
}

/// Pipenv docs, "Package categories": `default`, `develop` and any others, each an object by
/// package; `_meta` is none of them.
fn parse(bytes: &[u8], facts: &mut Facts) -> Result<(), Error> {
    let (document, lock) = Document::read(bytes, "Pipfile.lock")?;
    for (category, value) in lock.members().filter(|(category, _)| *category != "_meta") {
        let scope = match category.as_ref() {
            "default" => Scope::Runtime,
            "develop" => Scope::Development,
            _ => Scope::Optional,
        };
        if value.as_object().is_none() {
            let line = document.lines(value).map(|(first, _)| first);
            facts.problem(line, format!("category {category:?} is not a map"));
        }
        for (name, value) in value.as_object().unwrap_or_default().members() {
            let is_folder = is_folder(value);
            let lines = document.lines(value);
            match package(name, value) {
                Ok(mut package) => {
                    package.scope = scope;
                    // A part of the project: its version is no release on PyPI.
                    if is_folder {
                        package.relationship = Relationship::Workspace;
                    }
                    package.locations = vec![Location::new("").on_lines(lines)];
                    facts.package(package);
                }
                // A folder has a version only where Pipenv could read it there.
                Err(_) if is_folder => {}
                Err(problem) => facts.problem(lines.map(|(first, _)| first), problem),
            }
        }
    }
    Ok(())
}

/// Whether an entry is a folder: its `path` may lead to an archive, too.
fn is_folder(entry: Value<'_>) -> bool {
    let path = entry.as_object().and_then(|entry| entry.text("path"));
    path.is_some_and(|path| !is_archive(&path))
}

/// The package of an entry, which pins it with `==`; one taken from a repository or a folder has
/// no version.
fn package(name: &str, entry: Value<'_>) -> Result<Package, String> {
    let pinned = entry.as_object().and_then(|entry| entry.text("version"));
    let version = pinned.as_deref().map(|pinned| pinned.trim_start_matches('=').trim());
    let Some(version) = version.filter(|version| !version.is_empty()) else {
        return Err(format!("{name:?} has no version"));
    };
    let package = super::package(name, version);
    let mut package = package.ok_or_else(|| format!("{name:?} is not a name of a package"))?;
    package.evidence = Evidence::Declared;
    Ok(package)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogers::declared::testing::facts_of;

    #[test]
    fn folders_are_parts_of_the_project() {
        for (fields, expected) in [
            (r#""path": "./a", "editable": true"#, Relationship::Workspace),
            (r#""path": "../a""#, Relationship::Workspace),
            (r#""path": "./a-1.whl""#, Relationship::Unstated),
            (r#""git": "https://host/a", "editable": true"#, Relationship::Unstated),
        ] {
            let text = format!(r#"{{"default": {{"a": {{{fields}, "version": "==0.1"}}}}}}"#);
            let facts = facts_of(&Pipfile, "Pipfile.lock", text);
            let package = facts.packages().next().unwrap();
            assert_eq!(
                (package.id().as_str(), package.relationship),
                ("a@0.1", expected),
                "{fields}"
            );
        }
    }

    #[test]
    fn categories() {
        let text = r#"{"_meta": {"sources": [{}]},
            "default": {"Foo": {"version": "==1.0"},
                "b": {"git": "https://host/b"},
                "app": {"editable": true, "path": "."}, "d": {"path": "d-1.whl"}},
            "develop": {"Foo": {"version": "==1.0"}},
            "docs": {"c": {"version": "==2.0"}}}"#;
        let facts = facts_of(&Pipfile, "Pipfile.lock", text);
        let found: Vec<_> = facts.packages().map(|package| (package.id(), package.scope)).collect();
        assert_eq!(
            found,
            [
                ("Foo@1.0".to_owned(), Scope::Runtime),
                ("Foo@1.0".to_owned(), Scope::Development),
                ("c@2.0".to_owned(), Scope::Optional),
            ]
        );
        let lines: Vec<_> = facts.problems.iter().filter_map(|problem| problem.line).collect();
        assert_eq!(lines, [3, 4]);
    }
}
