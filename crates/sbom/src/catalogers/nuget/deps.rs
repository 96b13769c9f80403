//! `NAME.deps.json` (.NET SDK docs, "Runtime Configuration Files"): `libraries` by `name/version`,
//! and their dependencies in `targets`.

use std::collections::HashMap;

use sealift_layers::{File, Metadata, TreePath};
use sealift_model::{Evidence, Location, Relationship};

use super::needed;
use crate::catalogers::json::{Document, Object};
use crate::catalogers::shape::{Kind, Shape};
use crate::{Cataloger, Error, Facts};

/// How the name of the runtime's own package begins where it lies beside the program.
const RUNTIME_PACK: &str = "runtimepack.";

/// What is read of the file.
const SHAPE: Shape =
    Shape { version: None, keys: &[("libraries", Kind::Map), ("targets", Kind::Map)] };

/// Finds the libraries of published programs.
#[derive(Debug)]
pub(crate) struct Deps;

impl Cataloger for Deps {
    fn name(&self) -> &'static str {
        "nuget-deps"
    }

    fn names(&self) -> &'static [&'static str] {
        &["*.json"]
    }

    fn wants(&self, path: TreePath<'_>, _: &Metadata, _: &[u8]) -> bool {
        path.file_name().ends_with(b".deps.json")
    }

    fn read(&self, file: &mut File<'_>, facts: &mut Facts) -> Result<(), Error> {
        parse(file.bytes()?, facts)
    }
}

fn parse(bytes: &[u8], facts: &mut Facts) -> Result<(), Error> {
    const FORMAT: &str = "deps.json";
    let (document, root) = Document::read(bytes, FORMAT)?;
    document.check(&root, &SHAPE, facts);
    let Some(libraries) = root.object("libraries") else {
        let reason = "it has no libraries".to_owned();
        return Err(Error::Malformed { format: FORMAT, reason, line: None });
    };
    let mut ids = HashMap::new();
    for (key, _) in libraries.members() {
        if let Some((name, version)) = key.split_once('/') {
            ids.insert(name.to_lowercase(), format!("{}@{version}", plain(name)));
        }
    }
    let requires = requires(&root, &ids);
    for (key, value) in libraries.members() {
        let lines = document.lines(value);
        let entry = value.as_object().unwrap_or_default();
        let kind = entry.text("type").unwrap_or_default();
        if matches!(kind.as_ref(), "reference" | "referenceassembly") {
            continue;
        }
        let parts = key.split_once('/');
        let package = parts.and_then(|(name, version)| super::package(plain(name), version));
        let Some(mut package) = package else {
            let line = lines.map(|(first, _)| first);
            facts.problem(line, format!("{key:?} has no valid name and version"));
            continue;
        };
        package.evidence = Evidence::Installed;
        if kind == "project" {
            package.relationship = Relationship::Workspace;
        }
        package.depends_on = requires.get(key.as_ref()).cloned().unwrap_or_default();
        package.locations = vec![Location::new("").on_lines(lines)];
        facts.package(package);
    }
    Ok(())
}

fn plain(name: &str) -> &str {
    name.strip_prefix(RUNTIME_PACK).unwrap_or(name)
}

/// What each library needs, by its key, in the target that says so first.
pub(super) fn requires(
    root: &Object<'_>,
    ids: &HashMap<String, String>,
) -> HashMap<String, Vec<String>> {
    let mut requires = HashMap::new();
    let targets = root.object("targets").unwrap_or_default();
    for target in targets.members().filter_map(|(_, target)| target.as_object()) {
        for (key, value) in target.members() {
            let entry = value.as_object().unwrap_or_default();
            requires.entry(key.to_string()).or_insert_with(|| needed(&entry, ids));
        }
    }
    requires
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogers::declared::testing::facts_of;

    #[test]
    fn takes_the_libraries() {
        let text = r#"{"targets": {"net6.0": {"App/1.0.0": {"dependencies": {"A.B": "6.0.0"}}}},
            "libraries": {"App/1.0.0": {"type": "project"}, "A.B/6.0.0": {"type": "package"},
            "runtimepack.Microsoft.NETCore.App.Runtime.linux-x64/6.0.1": {"type": "runtimepack"},
            "Local/1.0.0.0": {"type": "reference"}, "nameless": {"type": "package"}}}"#;
        let facts = facts_of(&Deps, "a.deps.json", text);
        let found: Vec<_> = facts
            .packages()
            .map(|it| (it.id(), it.relationship, it.depends_on.join(" ")))
            .collect();
        let row =
            |id: &str, relationship, needs: &str| (id.to_owned(), relationship, needs.to_owned());
        assert_eq!(
            found,
            [
                row("App@1.0.0", Relationship::Workspace, "A.B@6.0.0"),
                row("A.B@6.0.0", Relationship::Unstated, ""),
                row("Microsoft.NETCore.App.Runtime.linux-x64@6.0.1", Relationship::Unstated, ""),
            ]
        );
        let told = "\"nameless\" has no valid name and version";
        assert_eq!((facts.problems[0].message.as_str(), facts.problems.len()), (told, 1));
        assert!(parse(b"{}", &mut Facts::default()).is_err());
    }
}
