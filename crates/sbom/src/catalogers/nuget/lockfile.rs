//! `packages.lock.json` (NuGet docs, "PackageReference in project files", "Locking dependencies"):
//! the resolved packages by name, for each framework.

use std::collections::{HashMap, HashSet};

use sealift_layers::{File, Metadata, TreePath};
use sealift_model::{Evidence, Location, Relationship};

use super::needed;
use crate::catalogers::json::{Document, Object};
use crate::catalogers::shape::{Kind, Shape};
use crate::{Cataloger, Error, Facts};

const NAME: &str = "packages.lock.json";
/// Version 1, 2 with central package management, 3 with aliases.
const SHAPE: Shape = Shape { version: Some(("version", 3)), keys: &[("dependencies", Kind::Map)] };

/// Finds the packages that NuGet locked.
#[derive(Debug)]
pub(crate) struct Lockfile;

impl Cataloger for Lockfile {
    fn name(&self) -> &'static str {
        "nuget-lock"
    }

    fn names(&self) -> &'static [&'static str] {
        &["*.json"]
    }

    fn wants(&self, path: TreePath<'_>, _: &Metadata, _: &[u8]) -> bool {
        let name = path.file_name();
        name == NAME.as_bytes() || is_of_project(name)
    }

    fn read(&self, file: &mut File<'_>, facts: &mut Facts) -> Result<(), Error> {
        let needs_keys = is_of_project(file.path().file_name());
        let (document, root) = Document::read(file.bytes()?, NAME)?;
        let has_keys = ["version", "dependencies"].iter().all(|key| root.get(key).is_some());
        if has_keys || !needs_keys {
            read_frameworks(&document, &root, facts);
        }
        Ok(())
    }
}

/// Whether a name is that of one project's lockfile, which NuGet takes before the other where
/// several projects share a folder: `packages.PROJECT.lock.json` (`GetNuGetLockFilePath` in
/// NuGet's `PackagesLockFileUtilities`). Another tool's file may be called so, too.
fn is_of_project(name: &[u8]) -> bool {
    let inner = name.strip_prefix(b"packages.").and_then(|rest| rest.strip_suffix(b".lock.json"));
    inner.is_some_and(|project| !project.is_empty())
}

fn read_frameworks<'a>(document: &Document<'a>, root: &Object<'a>, facts: &mut Facts) {
    document.check(root, &SHAPE, facts);
    let frameworks = root.object("dependencies").unwrap_or_default();
    for (name, value) in frameworks.members() {
        match value.as_object() {
            Some(framework) => read_framework(document, &framework, facts),
            None => {
                let line = document.lines(value).map(|(first, _)| first);
                facts.problem(line, format!("framework {name:?} is no object"));
            }
        }
    }
}

fn read_framework<'a>(document: &Document<'a>, framework: &Object<'a>, facts: &mut Facts) {
    let mut ids = HashMap::new();
    for (name, value) in framework.members() {
        if let Some(version) = value.as_object().and_then(|entry| entry.text("resolved")) {
            ids.insert(name.to_lowercase(), format!("{name}@{version}"));
        }
    }
    let asked = of_projects(framework);
    for (name, value) in framework.members() {
        let lines = document.lines(value);
        let entry = value.as_object().unwrap_or_default();
        let kind = entry.text("type").unwrap_or_default();
        // Another project of the same solution has no version.
        if kind == "Project" {
            continue;
        }
        let version = entry.text("resolved").unwrap_or_default();
        let Some(mut package) = super::package(name, &version) else {
            let line = lines.map(|(first, _)| first);
            facts.problem(line, format!("{name:?} has no valid name and version"));
            continue;
        };
        package.evidence = Evidence::Declared;
        package.relationship = match kind.as_ref() {
            "Direct" => Relationship::Direct,
            "Transitive" | "CentralTransitive" if asked.contains(&name.to_lowercase()) => {
                Relationship::Direct
            }
            "Transitive" | "CentralTransitive" => Relationship::Indirect,
            _ => Relationship::Unstated,
        };
        package.depends_on = needed(&entry, &ids);
        package.locations = vec![Location::new("").on_lines(lines)];
        facts.package(package);
    }
}

/// What the other projects of the solution require, in lower case.
fn of_projects(framework: &Object<'_>) -> HashSet<String> {
    let mut asked = HashSet::new();
    for (_, value) in framework.members() {
        let entry = value.as_object().unwrap_or_default();
        if entry.text("type").is_some_and(|kind| kind == "Project") {
            let needs = entry.object("dependencies").unwrap_or_default();
            asked.extend(needs.members().map(|(name, _)| name.to_lowercase()));
        }
    }
    asked
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogers::declared::testing::{read, rows, wants};

    #[test]
    fn a_project_may_have_a_lockfile_of_its_own() {
        let path = "src/packages.My_App.lock.json";
        let text = r#"{"version": 1, "dependencies": {"net6.0": {
            "A": {"type": "Direct", "resolved": "1.0.0"}}}}"#;
        assert!(wants(&Lockfile, path) && wants(&Lockfile, NAME));
        assert!(!wants(&Lockfile, "packages..lock.json") && !wants(&Lockfile, "app.lock.json"));
        assert_eq!(rows(&read(&Lockfile, path, text).1), ["A@1.0.0 2"]);
        let (outcome, facts) = read(&Lockfile, path, r#"{"dependencies": {"a": 7}}"#);
        assert_eq!((outcome.is_ok(), facts), (true, Facts::default()), "not NuGet's");
    }

    #[test]
    fn takes_what_is_locked() {
        let text = "{\"version\": 1, \"dependencies\": {\"net8.0\": {\n\
            \"A.B\": {\"type\": \"Direct\", \"resolved\": \"13.0.1\", \"dependencies\": {\"c\": \"6.0.0\"}},\n\
            \"C\": {\"type\": \"Transitive\", \"resolved\": \"9.0.0\"},\n\
            \"E\": {\"type\": \"Transitive\", \"resolved\": \"1.0.0\"},\n\
            \"app\": {\"type\": \"Project\", \"dependencies\": {\"e\": \"1.0.0\"}}, \"d\": 7}, \"net9.0\": 1}}";
        let (_, facts) = read(&Lockfile, NAME, text);
        let found: Vec<_> = facts
            .packages()
            .map(|it| (it.id(), it.relationship, it.depends_on.join(" ")))
            .collect();
        let expected = [
            ("A.B@13.0.1".to_owned(), Relationship::Direct, "C@9.0.0".to_owned()),
            ("C@9.0.0".to_owned(), Relationship::Indirect, String::new()),
            ("E@1.0.0".to_owned(), Relationship::Direct, String::new()),
        ];
        assert_eq!(found, expected);
        let first = facts.packages().next().unwrap();
        assert_eq!(first.purl.to_string(), "pkg:nuget/A.B@13.0.1");
        assert_eq!(first.locations[0].lines, Some((2, 2)));
        assert_eq!(facts.problems.len(), 2);
    }
}
