//! `pyproject.toml` and `setup.py`: the requirements of a project, if no lockfile pins them.
//!
//! In `pyproject.toml`, these count: `project.dependencies` and `project.optional-dependencies`
//! (PEP 621), `dependency-groups` (PEP 735), and Poetry's tables. `setup.py` is a program: only the
//! texts in lists after `install_requires =` and similar names are read.

use std::borrow::Cow;

use sealift_layers::{File, Metadata, TreePath};
use sealift_model::Scope;
use toml::Spanned;
use toml::de::DeValue;

use super::requirement::Requirement;
use super::setup_py;
use crate::catalogers::shape::{Kind, Shape};
use crate::catalogers::toml_file::TomlFile;
use crate::catalogers::{declared, text};
use crate::{Catalog, Cataloger, Error, Fact, Facts, MergedFacts};

/// The tables that name what a project asks for.
const SHAPE: Shape = Shape {
    version: None,
    keys: &[
        ("project.dependencies", Kind::List),
        ("project.optional-dependencies", Kind::Map),
        ("dependency-groups", Kind::Map),
        ("tool.pdm.dev-dependencies", Kind::Map),
        ("tool.uv.dev-dependencies", Kind::List),
        ("tool.poetry.dependencies", Kind::Map),
        ("tool.poetry.dev-dependencies", Kind::Map),
        ("tool.poetry.group", Kind::Map),
    ],
};

/// Finds what Python projects ask for.
#[derive(Debug)]
pub(crate) struct Project;

impl Cataloger for Project {
    fn name(&self) -> &'static str {
        "python-project"
    }

    fn names(&self) -> &'static [&'static str] {
        &[
            "pyproject.toml",
            "setup.py",
            "Pipfile.lock",
            "pdm.lock",
            "poetry.lock",
            "pylock.toml",
            "uv.lock",
        ]
    }

    fn wants(&self, path: TreePath<'_>, _: &Metadata, _: &[u8]) -> bool {
        (matches!(path.file_name(), b"pyproject.toml" | b"setup.py") || is_lockfile(path))
            && !text::is_inside_package(path)
    }

    fn read(&self, file: &mut File<'_>, facts: &mut Facts) -> Result<(), Error> {
        if is_lockfile(file.path()) {
            facts.facts.push(Fact::PinsAll);
            return Ok(());
        }
        if file.path().file_name() == b"setup.py" {
            setup_py::parse(&text::any(file.bytes()?), facts);
            return Ok(());
        }
        parse(file.bytes()?, facts)
    }

    fn assemble(&self, merged: &MergedFacts<'_>, catalog: &mut Catalog) {
        declared::extend_unlocked(merged, catalog);
    }
}

fn is_lockfile(path: TreePath<'_>) -> bool {
    let name = path.file_name();
    matches!(name, b"Pipfile.lock" | b"pdm.lock" | b"poetry.lock" | b"pylock.toml" | b"uv.lock")
}

fn parse(bytes: &[u8], facts: &mut Facts) -> Result<(), Error> {
    let file = TomlFile::read(bytes, "pyproject.toml")?;
    file.check(&SHAPE, facts);
    for value in file.elements(&["project", "dependencies"]) {
        add(&file, value, Scope::Runtime, facts);
    }
    let groups = [
        (["project", "optional-dependencies"].as_slice(), Scope::Optional),
        (&["dependency-groups"], Scope::Development),
        (&["tool", "pdm", "dev-dependencies"], Scope::Development),
    ];
    for (path, scope) in groups {
        for (name, group) in file.members(path) {
            if !group.get_ref().is_array() {
                facts.problem(Some(file.line(group)), format!("group {name:?} is not a list"));
            }
            for value in group.get_ref().as_array().into_iter().flat_map(|it| it.iter()) {
                add(&file, value, scope, facts);
            }
        }
    }
    // uv docs, "Managing dependencies": the form that it had before there were groups.
    for value in file.elements(&["tool", "uv", "dev-dependencies"]) {
        add(&file, value, Scope::Development, facts);
    }
    for (name, value) in file.members(&["tool", "poetry", "dependencies"]) {
        add_poetry(&file, name, value, Scope::Runtime, facts);
    }
    // Poetry docs, "Dependency groups": the form that it had before there were groups.
    for (name, value) in file.members(&["tool", "poetry", "dev-dependencies"]) {
        add_poetry(&file, name, value, Scope::Development, facts);
    }
    for (group, _) in file.members(&["tool", "poetry", "group"]) {
        for (name, value) in file.members(&["tool", "poetry", "group", group, "dependencies"]) {
            add_poetry(&file, name, value, Scope::Development, facts);
        }
    }
    Ok(())
}

/// Adds a requirement; a table in a group includes another group.
fn add(file: &TomlFile<'_>, value: &Spanned<DeValue<'_>>, scope: Scope, facts: &mut Facts) {
    let line = file.line(value);
    // PDM docs, "Editable dependencies": a part of the project, as in requirements files.
    let written = value.get_ref().as_str();
    if written.is_some_and(|text| text.starts_with("-e ")) {
        return;
    }
    match written.map(Requirement::parse) {
        Some(Ok(requirement)) => add_package(requirement, scope, line, facts),
        Some(Err(error)) => facts.problem(Some(line), error.to_string()),
        None if value.get_ref().is_table() => {}
        None => facts.problem(Some(line), "a requirement that is no text"),
    }
}

/// Adds what a requirement names.
pub(super) fn add_package(
    requirement: Requirement<'_>,
    scope: Scope,
    line: u64,
    facts: &mut Facts,
) {
    let Requirement { name, pinned, .. } = requirement;
    let package = super::package(name, &pinned.unwrap_or_default()).map(|mut package| {
        package.scope = scope;
        package
    });
    declared::add(package.ok_or(sealift_model::PurlError::MissingName), line, facts);
}

/// Poetry writes `name = "^1.0"` or a table with `version`; a version without operator is that one
/// (Poetry docs, "Exact requirements").
fn add_poetry(
    file: &TomlFile<'_>,
    name: &str,
    value: &Spanned<DeValue<'_>>,
    scope: Scope,
    facts: &mut Facts,
) {
    if name == "python" {
        return;
    }
    let table = value.get_ref().as_table().and_then(|table| table.get("version"));
    let version = value.get_ref().as_str().or_else(|| table?.get_ref().as_str());
    let version = version.unwrap_or_default().trim().trim_start_matches('=').trim();
    let is_exact = version.starts_with(|c: char| c.is_ascii_digit())
        && !version.contains(['*', ',', '|', ' ']);
    let pinned = is_exact.then_some(Cow::Borrowed(version));
    add_package(Requirement { name, pinned, trailing: "" }, scope, file.line(value), facts);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::MergedFile;
    use crate::catalogers::declared::testing::{problem_lines, read, rows};

    const TEXT: &str = "[project]\ndependencies = [\n\"a==1.0; os_name == 'nt'\",\n\"b>=2\",\n7]\n\
        [project.optional-dependencies]\nx = [\"c == 3.*\"]\n\
        [dependency-groups]\ndev = [\"d===4\", {include-group = \"x\"}]\n\
        [tool.poetry.dependencies]\npython = \"^3\"\ne = \"5.0\"\nf = { version = \"^6\" }\n";

    #[test]
    fn takes_names_and_pinned_versions() {
        let (_, facts) = read(&Project, "pyproject.toml", TEXT);
        assert_eq!(rows(&facts), ["a@1.0 3", "b@ 4", "c@ 7", "d@4 9", "e@5.0 12", "f@ 13"]);
        assert_eq!(problem_lines(&facts), [5]);
        let scopes: Vec<Scope> = facts.packages().map(|it| it.scope).collect();
        assert_eq!(scopes[1..4], [Scope::Runtime, Scope::Optional, Scope::Development]);
        assert!(read(&Project, "pyproject.toml", "no").0.is_err());
    }

    #[test]
    fn takes_what_is_needed_to_develop() {
        let text = "[tool.uv]\ndev-dependencies = [\"a==1\"]\n\
                    [tool.pdm.dev-dependencies]\ntest = [\"b==2\", \"-e file:///c\"]\n\
                    [tool.poetry.dev-dependencies]\nd = \"3.0\"\n";
        let (_, facts) = read(&Project, "pyproject.toml", text);
        assert_eq!(rows(&facts), ["b@2 4", "a@1 2", "d@3.0 6"]);
        assert!(facts.packages().all(|it| it.scope == Scope::Development));
        assert_eq!(problem_lines(&facts), [0; 0]);
    }

    #[test]
    fn a_lockfile_beside_or_above_says_it_all() {
        let read = |path: &'static str| (path, read(&Project, path, TEXT).1);
        for (paths, expected) in [
            (["a/pyproject.toml", "b/uv.lock"], 6),
            (["a/pyproject.toml", "a/uv.lock"], 0),
            (["a/b/pyproject.toml", "uv.lock"], 0),
            (["a/pyproject.toml", "a/b/uv.lock"], 6),
        ] {
            let files = paths.map(read);
            let merged = files.iter().map(|(path, facts)| MergedFile::new(*path, facts)).collect();
            let mut catalog = Catalog::default();
            Project.assemble(&MergedFacts::new(Project.name(), merged), &mut catalog);
            assert_eq!(catalog.packages().len(), expected, "{paths:?}");
        }
    }

    proptest! {
        #[test]
        fn facts_hold_together(text in "(\\[project\\]\n|dependencies = |\\[\"a==1\"\\]\n|\\[tool.poetry.group.x.dependencies\\]\n|a = \"1\"\n){0,8}") {
            crate::check::holds(&Project, "pyproject.toml", text)?;
        }
    }
}
