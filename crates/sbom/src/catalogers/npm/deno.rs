//! `deno.lock` (Deno docs, "Dependency management", "Lockfile") of versions 2 to 5.

use std::collections::{BTreeSet, HashMap};

use sealift_layers::{File, Metadata, TreePath};
use sealift_model::{Evidence, Location, Package};

use crate::catalogers::json::{Document, Object, Value};
use crate::catalogers::shape::{Kind, Shape};
use crate::catalogers::text;
use crate::{Cataloger, Error, Facts};

/// Longest version that npm reads (`semver`, `MAX_LENGTH`). A name of one byte may stand for a
/// package any number of times.
const MAX_VERSION_BYTES: usize = 256;

/// Deno 2.3 writes version 5.
const SHAPE: Shape = Shape {
    version: Some(("version", 5)),
    keys: &[
        ("npm", Kind::Map),
        ("npm.packages", Kind::Map),
        ("packages", Kind::Map),
        ("packages.npm", Kind::Map),
    ],
};

/// Finds the npm packages that Deno locked.
#[derive(Debug)]
pub(crate) struct Deno;

impl Cataloger for Deno {
    fn name(&self) -> &'static str {
        "npm-deno"
    }

    fn names(&self) -> &'static [&'static str] {
        &["deno.lock"]
    }

    fn wants(&self, path: TreePath<'_>, _: &Metadata, _: &[u8]) -> bool {
        path.file_name() == b"deno.lock" && !text::is_inside_package(path)
    }

    fn read(&self, file: &mut File<'_>, facts: &mut Facts) -> Result<(), Error> {
        let (document, lockfile) = Document::read(file.bytes()?, "deno.lock")?;
        document.check(&lockfile, &SHAPE, facts);
        let packages = packages_of(&lockfile).unwrap_or_default();
        let by_name = by_name(&packages);
        for (key, value) in packages.members() {
            let lines = document.lines(value);
            match package(key) {
                Some(mut package) => {
                    package.evidence = Evidence::Declared;
                    package.depends_on = required(value, &by_name);
                    package.locations = vec![Location::new("").on_lines(lines)];
                    facts.package(package);
                }
                None => {
                    let line = lines.map(|(first, _)| first);
                    facts.problem(line, format!("{key:?} has no valid name and version"));
                }
            }
        }
        Ok(())
    }
}

/// From version 4 on they stand at the top; version 3 has them below `packages`, version 2 has
/// `packages` below `npm`.
fn packages_of<'a>(lockfile: &Object<'a>) -> Option<Object<'a>> {
    match (lockfile.object("packages"), lockfile.object("npm")) {
        (Some(packages), _) => packages.object("npm"),
        (None, Some(npm)) => Some(npm.object("packages").unwrap_or(npm)),
        (None, None) => None,
    }
}

/// `name@version`, with the versions of peers behind underscores.
fn package(key: &str) -> Option<Package> {
    let (at, _) = key.match_indices('@').find(|(at, _)| *at > 0)?;
    let (name, version) = (key.get(..at)?, key.get(at + 1..)?);
    let version = version.split('_').next().filter(|version| !version.is_empty())?;
    super::package(name, version)
}

/// The first package of each name.
fn by_name(packages: &Object<'_>) -> HashMap<String, String> {
    let mut by_name = HashMap::new();
    for package in packages.members().filter_map(|(key, _)| package(key)) {
        if package.version.len() <= MAX_VERSION_BYTES {
            let id = package.id();
            by_name.entry(package.name).or_insert(id);
        }
    }
    by_name
}

/// `dependencies`: an object of keys, from version 4 on a list of keys, or of names where there is
/// one version alone.
fn required(value: Value<'_>, by_name: &HashMap<String, String>) -> Vec<String> {
    let entry = value.as_object().unwrap_or_default();
    let Some(dependencies) = entry.get("dependencies") else { return Vec::new() };
    let keys: Vec<_> = match (dependencies.as_object(), dependencies.as_array()) {
        (Some(object), _) => object.members().filter_map(|(_, key)| key.as_text()).collect(),
        (None, list) => {
            list.unwrap_or_default().into_iter().filter_map(|key| key.as_text()).collect()
        }
    };
    // Once each before they grow: many may be the same.
    let keys: BTreeSet<&str> = keys.iter().map(AsRef::as_ref).collect();
    let id = |key: &str| package(key).map(|it| it.id()).or_else(|| by_name.get(key).cloned());
    let ids: BTreeSet<String> = keys.into_iter().filter_map(id).collect();
    ids.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::catalogers::declared::testing::{problem_lines, read, rows};

    #[test]
    fn all_versions() {
        let four = r#"{"version": "4", "specifiers": {"npm:a@1": "1.0.0"}, "jsr": {"@s/j@1.0.0": {}},
            "npm": {
                "a@1.0.0_@s+b@2.0.0": {"integrity": "sha512-x", "dependencies": ["@s/b", "c@2.0.0"]},
                "@s/b@2.0.0": {},
                "c@1.0.0": {}, "c@2.0.0": {},
                "..@1": {}
            }}"#;
        let (outcome, facts) = read(&Deno, "deno.lock", four);
        assert!(outcome.is_ok());
        assert_eq!(rows(&facts), ["a@1.0.0 3", "@s/b@2.0.0 4", "c@1.0.0 5", "c@2.0.0 5"]);
        assert_eq!(problem_lines(&facts), [6]);
        assert_eq!(facts.packages().next().unwrap().depends_on, ["@s/b@2.0.0", "c@2.0.0"]);
        for older in [
            r#"{"version": "3", "packages": {"npm": {"a@1.0.0": {"dependencies": {"b": "b@2.0.0"}},
                "b@2.0.0": {}}}, "remote": {}}"#,
            r#"{"version": "2", "npm": {"specifiers": {}, "packages": {
                "a@1.0.0": {"dependencies": {"b": "b@2.0.0"}}, "b@2.0.0": {}}}}"#,
        ] {
            let found: Vec<_> = read(&Deno, "deno.lock", older).1.packages().cloned().collect();
            assert_eq!(found.iter().map(Package::id).collect::<Vec<_>>(), ["a@1.0.0", "b@2.0.0"]);
            assert_eq!(found[0].depends_on, ["b@2.0.0"]);
        }
        assert!(read(&Deno, "deno.lock", "{}").1.is_empty());
        assert!(read(&Deno, "deno.lock", "[]").0.is_err());
    }

    #[test]
    fn names_are_looked_up_once_a_file_and_stand_for_no_long_version() {
        let versions = (0..30_000).map(|at| format!(r#""x{at}@1": {{}}, "#)).collect::<String>();
        let names = (0..30_000).map(|at| format!(r#""y{at}", "#)).collect::<String>();
        let long = "1".repeat(257);
        let text = format!(
            r#"{{"npm": {{{versions} "long@{long}": {{}}, "a@1": {{}}, "a@2": {{}},
            "b@1": {{"dependencies": [{names} "long", "a", "a"]}}}}}}"#
        );
        let started = std::time::Instant::now();
        let facts = read(&Deno, "deno.lock", &text).1;
        assert!(started.elapsed().as_secs() < 60);
        assert_eq!(facts.packages().last().unwrap().depends_on, ["a@1"]);
    }

    proptest! {
        #[test]
        fn facts_hold_together(text in r#"(\{|\}|"npm": |"packages": |"a@1": |"dependencies": |\["a"\]|,){0,10}"#) {
            crate::check::holds(&Deno, "deno.lock", text)?;
        }
    }
}
