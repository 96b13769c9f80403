//! `package-lock.json` and its kin.

use std::collections::HashSet;

use sealift_layers::{File, Limits, Metadata, TreePath};
use sealift_model::{Impact, Scope};

use super::{v1, v2};
use crate::catalogers::json::{Document, Object};
use crate::catalogers::shape::{Kind, Shape};
use crate::catalogers::text;
use crate::{Catalog, Cataloger, Error, Facts, MergedFacts};

/// npm docs, package-lock.json, "lockfileVersion".
const SHAPE: Shape = Shape {
    version: Some(("lockfileVersion", 3)),
    keys: &[("packages", Kind::Map), ("dependencies", Kind::Map)],
};

/// Finds the packages that npm's lockfiles pin.
#[derive(Debug)]
pub(crate) struct Lockfile;

impl Cataloger for Lockfile {
    fn name(&self) -> &'static str {
        "npm-lock"
    }

    fn names(&self) -> &'static [&'static str] {
        &["package-lock.json", "npm-shrinkwrap.json", ".package-lock.json"]
    }

    fn wants(&self, path: TreePath<'_>, _: &Metadata, _: &[u8]) -> bool {
        match path.file_name() {
            b"package-lock.json" | b"npm-shrinkwrap.json" => !text::is_inside_package(path),
            // npm docs, package-lock.json, "Hidden Lockfiles": one in the project's own store.
            b".package-lock.json" => path.parent().is_some_and(|store| {
                store.file_name() == b"node_modules"
                    && store.parent().is_none_or(|project| !text::is_inside_package(project))
            }),
            _ => false,
        }
    }

    fn read(&self, file: &mut File<'_>, facts: &mut Facts) -> Result<(), Error> {
        let limits = file.limits();
        parse(file.bytes()?, limits, facts)
    }

    /// npm docs, npm-shrinkwrap.json: when both are there, `package-lock.json` is ignored.
    fn assemble(&self, merged: &MergedFacts<'_>, catalog: &mut Catalog) {
        let shrinkwrapped: HashSet<&str> = merged
            .files
            .iter()
            .filter_map(|file| file.path.strip_suffix("npm-shrinkwrap.json"))
            .collect();
        let mut counted = MergedFacts::new(merged.cataloger, Vec::new());
        for file in &merged.files {
            let folder = file.path.strip_suffix("package-lock.json");
            if folder.is_some_and(|folder| shrinkwrapped.contains(folder)) {
                catalog.add_problems(file, merged.cataloger, Impact::Partial);
            } else {
                counted.files.push(file.clone());
            }
        }
        catalog.extend(&counted);
    }
}

/// Reads a lockfile of any version. One of version 2 says everything twice; `packages` says more.
fn parse(bytes: &[u8], limits: &Limits, facts: &mut Facts) -> Result<(), Error> {
    let (document, lockfile) = Document::read(bytes, "npm lockfile")?;
    document.check(&lockfile, &SHAPE, facts);
    let tree = if let Some(packages) = lockfile.object("packages") {
        v2::tree(&document, &packages, limits, facts)
    } else if let Some(dependencies) = lockfile.object("dependencies") {
        v1::tree(&document, &dependencies, facts)
    } else {
        return Ok(());
    };
    tree.report(facts);
    Ok(())
}

/// What an entry is needed for. npm docs, package-lock.json: `devOptional` is needed for
/// development, and as an optional dependency of something that is not; `dev` with `optional` is
/// an optional dependency of what is needed for development.
pub(super) fn scope(entry: &Object<'_>) -> Scope {
    if entry.flag("dev") {
        Scope::Development
    } else if entry.flag("devOptional") {
        Scope::DevelopmentOrOptional
    } else if entry.flag("optional") {
        Scope::Optional
    } else {
        Scope::Runtime
    }
}

/// Adds a problem for an entry whose version is no text: it is listed without one.
pub(super) fn check_version(place: &str, entry: &Object<'_>, line: Option<u64>, facts: &mut Facts) {
    if entry.get("version").is_some_and(|version| version.as_text().is_none()) {
        facts.problem(line, format!("the version of {place:?} is not a text"));
    }
}

/// Whether a `version` is a place to fetch from: `git+ssh://...`, `file:...`, `github:user/repo`.
pub(super) fn is_url(version: &str) -> bool {
    version.contains([':', '/'])
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;
    use sealift_model::{Evidence, Package};

    use super::*;
    use crate::MergedFile;
    use crate::catalogers::declared::testing::facts_of;

    pub(crate) fn facts(text: &str) -> Facts {
        facts_of(&Lockfile, "package-lock.json", text)
    }

    pub(crate) fn packages(text: &str) -> Vec<Package> {
        let facts = facts(text);
        assert!(facts.problems.is_empty(), "{facts:?}");
        facts.packages().cloned().collect()
    }

    pub(crate) fn package<'a>(packages: &'a [Package], id: &str) -> &'a Package {
        let found = packages.iter().find(|package| package.id() == id);
        found.unwrap_or_else(|| panic!("no {id} in {packages:#?}"))
    }

    #[test]
    fn wants_the_projects_lockfiles_only() {
        let wants = |path| Lockfile.wants(TreePath::from(path), &Metadata::new(0, 0), b"");
        for path in [
            "package-lock.json",
            "srv/npm-shrinkwrap.json",
            "node_modules/.package-lock.json",
            "srv/node_modules/.package-lock.json",
        ] {
            assert!(wants(path), "{path}");
        }
        for path in [
            "node_modules/a/package-lock.json",
            "node_modules/a/node_modules/.package-lock.json",
            "srv/.package-lock.json",
        ] {
            assert!(!wants(path), "{path}");
        }
    }

    #[test]
    fn a_shrinkwrap_beside_it_takes_precedence() {
        let with = |version| {
            facts(&format!(r#"{{"packages": {{"node_modules/a": {{"version": "{version}"}}}}}}"#))
        };
        let (lock, shrinkwrap) = (with("1.0.0"), with("2.0.0"));
        let files = vec![
            MergedFile::new("a/npm-shrinkwrap.json", &shrinkwrap),
            MergedFile::new("a/package-lock.json", &lock),
        ];
        let mut catalog = Catalog::default();
        Lockfile.assemble(&MergedFacts::new("npm-lock", files), &mut catalog);
        let [a] = catalog.packages() else { panic!("{catalog:?}") };
        assert_eq!((a.version.as_str(), a.evidence), ("2.0.0", Evidence::Declared));
    }

    #[test]
    fn one_bad_entry_spoils_nothing_else() {
        let facts = facts(
            r#"{"packages": {"node_modules/a": {"version": "1.0.0"},
                "node_modules/b": 7, "node_modules/..": {"version": "1.0.0"}}}"#,
        );
        assert_eq!(facts.packages().count(), 1);
        let lines: Vec<_> = facts.problems.iter().map(|problem| problem.line).collect();
        assert_eq!(lines, [Some(2), Some(2)]);
    }

    #[test]
    fn nothing_pinned_is_nothing_wrong() {
        assert_eq!(facts(r#"{"lockfileVersion": 1}"#), Facts::default());
    }

    proptest! {
        #[test]
        fn facts_hold_together(
            paths in prop::collection::vec("(node_modules/[ab@/]{0,4}/?){0,3}", 0..8),
            key in "(packages|dependencies)",
        ) {
            let entries: Vec<_> = paths
                .iter()
                .map(|path| format!(r#""{path}": {{"version": "1", "dependencies": {{"a": "1"}}}}"#))
                .collect();
            let text = format!(r#"{{"{key}": {{{}}}}}"#, entries.join(","));
            crate::check::holds(&Lockfile, "package-lock.json", text)?;
        }
    }
}
