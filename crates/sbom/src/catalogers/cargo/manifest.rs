//! `Cargo.toml` (The Cargo Book, "The Manifest Format"): the crate itself and what it asks for,
//! where no lockfile says what it gets.

use sealift_layers::{File, Metadata, TreePath};
use sealift_model::{Evidence, Location, Relationship, Scope};
use toml::Spanned;
use toml::de::DeValue;

use super::lockfile::is_in_registry;
use super::package;
use crate::catalogers::shape::{Kind, Shape};
use crate::catalogers::toml_file::TomlFile;
use crate::catalogers::{declared, text};
use crate::{Catalog, Cataloger, Error, Fact, Facts, MergedFacts};

/// The Cargo Book, "The Manifest Format".
const SHAPE: Shape = Shape {
    version: None,
    keys: &[
        ("package", Kind::Map),
        ("dependencies", Kind::Map),
        ("build-dependencies", Kind::Map),
        ("dev-dependencies", Kind::Map),
        ("target", Kind::Map),
        ("workspace.dependencies", Kind::Map),
    ],
};

/// Finds what crates ask for.
#[derive(Debug)]
pub(crate) struct Manifest;

const FORMAT: &str = "Cargo.toml";

/// The tables of dependencies.
const TABLES: [(&str, Scope); 3] = [
    ("dependencies", Scope::Runtime),
    ("build-dependencies", Scope::Development),
    ("dev-dependencies", Scope::Development),
];

impl Cataloger for Manifest {
    fn name(&self) -> &'static str {
        "cargo-manifest"
    }

    fn names(&self) -> &'static [&'static str] {
        &["Cargo.toml", "Cargo.lock"]
    }

    fn wants(&self, path: TreePath<'_>, _: &Metadata, _: &[u8]) -> bool {
        matches!(path.file_name(), b"Cargo.toml" | b"Cargo.lock")
            && !text::is_inside_package(path)
            && !is_in_registry(path)
    }

    fn read(&self, file: &mut File<'_>, facts: &mut Facts) -> Result<(), Error> {
        if file.path().file_name() == b"Cargo.lock" {
            facts.facts.push(Fact::PinsAll);
            return Ok(());
        }
        parse(file.bytes()?, facts)
    }

    fn assemble(&self, merged: &MergedFacts<'_>, catalog: &mut Catalog) {
        declared::extend_unlocked(merged, catalog);
    }
}

fn parse(bytes: &[u8], facts: &mut Facts) -> Result<(), Error> {
    let file = TomlFile::read(bytes, FORMAT)?;
    file.check(&SHAPE, facts);
    for (table, scope) in TABLES {
        for (name, value) in file.members(&[table]) {
            add(&file, name, value, scope, facts)?;
        }
        for (target, _) in file.members(&["target"]) {
            for (name, value) in file.members(&["target", target, table]) {
                add(&file, name, value, scope, facts)?;
            }
        }
    }
    // A version that the workspace gives is in another file.
    let own = |key| file.get(&["package", key]).and_then(|value| value.get_ref().as_str());
    if let (Some(name), Some(version)) = (own("name"), own("version")) {
        let line = file.get(&["package"]).map_or(1, |value| file.line(value));
        match package(name, version) {
            Ok(mut package) => {
                package.evidence = Evidence::Declared;
                package.relationship = Relationship::Root;
                package.locations = vec![Location::new("").on_lines(Some((line, line)))];
                facts.package(package);
            }
            Err(error) => facts.problem(Some(line), format!("crate {name:?}: {error}")),
        }
    }
    Ok(())
}

/// What a crate's dependencies are for: the crate, then each by its real name, without versions,
/// wherever it comes from. What is inherited has the workspace's name for it and is indirect; the
/// real names are told by the workspace's own manifest (The Cargo Book, "Workspaces").
pub(super) fn parse_scopes(bytes: &[u8], facts: &mut Facts) -> Result<(), Error> {
    let file = TomlFile::read(bytes, FORMAT)?;
    let text = |value: Option<&Spanned<DeValue<'_>>>| Some(value?.get_ref().as_str()?.to_owned());
    let real_name = |value: &Spanned<DeValue<'_>>| text(value.get_ref().as_table()?.get("package"));
    for (name, value) in file.members(&["workspace", "dependencies"]) {
        let package = real_name(value).unwrap_or_else(|| name.to_owned());
        facts.facts.push(Fact::Inheritable { name: name.to_owned(), package });
    }
    let Some(own) = text(file.get(&["package", "name"])) else { return Ok(()) };
    let mut add = |name: &str, scope, relationship| {
        if let Ok(mut package) = package(name, "") {
            (package.scope, package.relationship) = (scope, relationship);
            facts.package(package);
        }
    };
    add(&own, Scope::Unstated, Relationship::Root);
    for (table, scope) in TABLES {
        let of_targets = file.members(&["target"]).into_iter().map(|(target, _)| target);
        let of_targets = of_targets.flat_map(|target| file.members(&["target", target, table]));
        for (name, value) in file.members(&[table]).into_iter().chain(of_targets) {
            let is_inherited =
                value.get_ref().as_table().is_some_and(|table| table.contains_key("workspace"));
            if is_inherited {
                add(name, scope, Relationship::Indirect);
            } else {
                add(real_name(value).as_deref().unwrap_or(name), scope, Relationship::Direct);
            }
        }
    }
    Ok(())
}

/// Adds a dependency: of a registry, or of a repository at one commit. One of a folder is a part of
/// the project, one of a branch or a tag is whatever stands there today.
///
/// # Errors
/// A value of the wrong kind, for which Cargo refuses the manifest.
fn add(
    file: &TomlFile<'_>,
    name: &str,
    value: &Spanned<DeValue<'_>>,
    scope: Scope,
    facts: &mut Facts,
) -> Result<(), Error> {
    let line = file.line(value);
    let table = value.get_ref().as_table();
    let member = |key: &str| table.and_then(|table| table.get(key)).map(Spanned::get_ref);
    let is_text = |key| member(key).is_none_or(DeValue::is_str);
    let is_whole = ["version", "git", "rev", "path", "package"].into_iter().all(is_text);
    if !is_whole || !(value.get_ref().is_str() || table.is_some()) {
        let reason = format!("dependency {name:?} is not of the format");
        return Err(Error::Malformed { format: FORMAT, reason, line: Some(line) });
    }
    let text = |key| member(key).and_then(DeValue::as_str);
    if text("path").is_some() || member("workspace").is_some() {
        return Ok(());
    }
    let is_commit = |rev: &str| rev.bytes().all(|byte| byte.is_ascii_hexdigit());
    if text("git").is_some() && !text("rev").is_some_and(is_commit) {
        facts.note(Some(line), format!("{name:?} is of a repository, at no one commit"));
        return Ok(());
    }
    let requirement = value.get_ref().as_str().or_else(|| text("version")).unwrap_or_default();
    let version = requirement.strip_prefix('=').map(str::trim).filter(|it| !it.contains(','));
    let package = package(text("package").unwrap_or(name), version.unwrap_or_default());
    let package = package.map(|mut package| {
        package.scope = scope;
        package.relationship = Relationship::Direct;
        package
    });
    declared::add(package, line, facts);
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::catalogers::declared::testing::{read, rows};

    #[test]
    fn takes_the_crate_and_what_it_asks_for() {
        let text = "[package]\nname = \"own\"\nversion = \"0.1.0\"\n[dependencies]\na = \"1.0\"\n\
            b = \"=2.0.1\"\nc = { git = \"https://host/c\", rev = \"0abc\" }\n\
            d = { git = \"https://host/d\", tag = \"1\" }\ne = { path = \"../e\" }\n\
            [target.'cfg(unix)'.dev-dependencies]\n\
            h = { package = \"i\", version = \"= 3.0.0\" }\n";
        let (outcome, facts) = read(&Manifest, "Cargo.toml", text);
        assert!(outcome.is_ok());
        assert_eq!(rows(&facts), ["a@ 5", "b@2.0.1 6", "c@ 7", "i@3.0.0 11", "own@0.1.0 1"]);
        assert_eq!((facts.problems.len(), facts.notes.len()), (0, 1));
        assert_eq!(facts.packages().nth(3).unwrap().scope, Scope::Development);
        for text in ["no", "[dependencies]\na = 7\n", "[dependencies]\na = { git = {} }\n"] {
            assert!(read(&Manifest, "Cargo.toml", text).0.is_err(), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(text in "(\\[(package|dependencies|target\\.a\\.dependencies)\\]\n|a = \"=1\"\n|version = \\{git=1\\}\n|name = \"a\"\n){0,8}") {
            let _ = read(&Manifest, "Cargo.toml", text);
        }
    }
}
