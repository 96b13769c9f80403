//! `Cargo.toml` (The Cargo Book, "The Manifest Format"): the crate itself and its requirements, those
//! inherited from its workspace included, if no lockfile pins them.

use std::collections::HashMap;

use sealift_layers::{File, Metadata, TreePath};
use sealift_model::{Evidence, Impact, Location, Package, Relationship, Scope};
use toml::Spanned;
use toml::de::DeValue;

use super::lockfile::is_in_registry;
use super::package;
use crate::catalogers::paths::{folder_of, joined};
use crate::catalogers::shape::{Kind, Shape};
use crate::catalogers::toml_file::TomlFile;
use crate::catalogers::{declared, text};
use crate::{Catalog, Cataloger, Error, Fact, Facts, MergedFacts, MergedFile};

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

/// Bytes of the longest name and version that can be inherited, for which a short name may stand in
/// any number of places. Names on crates.io have 64 characters at most.
const MAX_INHERITED_BYTES: usize = 256;

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
        let workspaces = Workspaces::of(merged);
        for file in declared::unlocked(merged) {
            catalog.add_problems(file, merged.cataloger, Impact::Partial);
            for package in workspaces.packages(file) {
                catalog.add(package, file, merged.cataloger);
            }
        }
    }
}

fn parse(bytes: &[u8], facts: &mut Facts) -> Result<(), Error> {
    let file = TomlFile::read(bytes, FORMAT)?;
    add_workspace(&file, facts)?;
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

/// Adds what others inherit from the manifest, and the place of the workspace that it names as its
/// own.
///
/// # Errors
/// A value of the wrong kind, for which Cargo refuses the manifest.
fn add_workspace(file: &TomlFile<'_>, facts: &mut Facts) -> Result<(), Error> {
    for (name, value) in file.members(&["workspace", "dependencies"]) {
        let package = requested(file, name, value, facts)?.filter(|it| {
            let bytes = it.name.len().saturating_add(it.version.len());
            if bytes > MAX_INHERITED_BYTES {
                facts.problem(Some(file.line(value)), format!("{name:?} names a package too long"));
            }
            bytes <= MAX_INHERITED_BYTES
        });
        let package = package.map(Box::new);
        facts.facts.push(Fact::Inheritable { name: name.to_owned(), package });
    }
    if let Some(value) = file.get(&["package", "workspace"])
        && let Some(folder) = value.get_ref().as_str()
    {
        let path = format!("{folder}/{FORMAT}");
        facts.facts.push(Fact::Includes { path, line: file.line(value) });
    }
    Ok(())
}

/// What a crate's dependencies are for: the crate, then each by its real name, without versions,
/// wherever it comes from. What is inherited has the workspace's name for it and is indirect; the
/// real names are in the workspace's own manifest (The Cargo Book, "Workspaces").
pub(super) fn parse_scopes(bytes: &[u8], facts: &mut Facts) -> Result<(), Error> {
    let file = TomlFile::read(bytes, FORMAT)?;
    let text = |value: Option<&Spanned<DeValue<'_>>>| Some(value?.get_ref().as_str()?.to_owned());
    let real_name = |value: &Spanned<DeValue<'_>>| text(value.get_ref().as_table()?.get("package"));
    for (name, value) in file.members(&["workspace", "dependencies"]) {
        let package = package(&real_name(value).unwrap_or_else(|| name.to_owned()), "");
        let package = package.ok().map(Box::new);
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

/// Adds a dependency.
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
    if let Some(mut package) = requested(file, name, value, facts)? {
        package.scope = scope;
        declared::add(Ok(package), file.line(value), facts);
    }
    Ok(())
}

/// What a dependency asks for: a package of a registry, or of a repository at one commit. One of a
/// folder is a part of the project, one of a branch or a tag is whatever is there today. What is
/// inherited has the workspace's name for it and is indirect.
///
/// # Errors
/// A value of the wrong kind, for which Cargo refuses the manifest.
fn requested(
    file: &TomlFile<'_>,
    name: &str,
    value: &Spanned<DeValue<'_>>,
    facts: &mut Facts,
) -> Result<Option<Package>, Error> {
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
    if text("path").is_some() {
        return Ok(None);
    }
    let is_commit = |rev: &str| rev.bytes().all(|byte| byte.is_ascii_hexdigit());
    if text("git").is_some() && !text("rev").is_some_and(is_commit) {
        facts.note(Some(line), format!("{name:?} is of a repository, at no one commit"));
        return Ok(None);
    }
    let is_inherited = member("workspace").is_some();
    let requirement = value.get_ref().as_str().or_else(|| text("version")).unwrap_or_default();
    let version = requirement.strip_prefix('=').map(str::trim).filter(|it| !it.contains(','));
    let (name, version) = match is_inherited {
        true => (name, ""),
        false => (text("package").unwrap_or(name), version.unwrap_or_default()),
    };
    match package(name, version) {
        Ok(mut package) => {
            package.relationship =
                if is_inherited { Relationship::Indirect } else { Relationship::Direct };
            Ok(Some(package))
        }
        Err(error) => {
            facts.problem(Some(line), format!("not a package: {error}"));
            Ok(None)
        }
    }
}

/// What the members of workspaces inherit (The Cargo Book, "Specifying Dependencies", "Inheriting
/// a dependency from a workspace"), by the folder of the workspace's manifest and the name there.
struct Workspaces<'m>(HashMap<&'m str, HashMap<&'m str, Option<&'m Package>>>);

impl<'m> Workspaces<'m> {
    fn of(merged: &'m MergedFacts<'_>) -> Self {
        let mut workspaces: HashMap<&str, HashMap<&str, Option<&Package>>> = HashMap::new();
        for file in &merged.files {
            for fact in &file.facts.facts {
                if let Fact::Inheritable { name, package } = fact {
                    let names = workspaces.entry(folder_of(&file.path)).or_default();
                    names.insert(name, package.as_deref());
                }
            }
        }
        Self(workspaces)
    }

    /// The packages of a manifest, those that it inherits as the workspace has them. One that no
    /// workspace in the tree explains has no version.
    fn packages(&self, file: &MergedFile<'_>) -> impl Iterator<Item = Package> {
        let names = self.names_for(file);
        file.facts.packages().filter_map(move |package| {
            let mut package = package.clone();
            if package.relationship == Relationship::Indirect {
                package.relationship = Relationship::Direct;
                if let Some(meant) = names.and_then(|names| names.get(package.name.as_str())) {
                    let meant = (*meant)?;
                    package.name.clone_from(&meant.name);
                    package.version.clone_from(&meant.version);
                    package.purl.clone_from(&meant.purl);
                }
            }
            Some(package)
        })
    }

    /// The names that a manifest inherits from its workspace: the one that it names, else the
    /// nearest in its folder or above (The Cargo Book, "Workspaces").
    fn names_for(&self, file: &MergedFile<'_>) -> Option<&HashMap<&'m str, Option<&'m Package>>> {
        let folder = folder_of(&file.path);
        let named = file.facts.facts.iter().find_map(|fact| match fact {
            Fact::Includes { path, .. } => Some(joined(folder, path)),
            _ => None,
        });
        if let Some(root) = named {
            return self.0.get(folder_of(&root?));
        }
        let mut above = std::iter::successors(Some(folder), |folder| {
            (!folder.is_empty()).then(|| folder_of(folder))
        });
        above.find_map(|folder| self.0.get(folder))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::catalogers::declared::testing::{problem_lines, read, rows};

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

    /// `name@version` of what is found in manifests at paths.
    fn found(files: &[(&str, &str)]) -> Vec<String> {
        let read = |(path, text): &(&str, &str)| read(&Manifest, path, text).1;
        let facts: Vec<Facts> = files.iter().map(read).collect();
        let merged = files.iter().zip(&facts).map(|((path, _), it)| MergedFile::new(*path, it));
        let mut catalog = Catalog::default();
        let merged = MergedFacts::new(Manifest.name(), merged.collect());
        Manifest.assemble(&merged, &mut catalog);
        assert!(catalog.packages().iter().all(|it| it.relationship == Relationship::Direct));
        catalog.packages().iter().map(|it| it.purl.to_string()).collect()
    }

    const ROOT: &str = "[workspace.dependencies]\ntime = \"=0.1.43\"\nregex = \"1\"\n\
        own = { path = \"own\" }\nalias = { package = \"real\", version = \"=2.0.0\" }\n\
        branch = { git = \"https://host/branch\" }\n";

    const MEMBER: &str = "[dependencies]\ntime = { workspace = true }\nregex.workspace = true\n\
        own.workspace = true\nbranch.workspace = true\nunknown.workspace = true\n\
        [dev-dependencies]\nalias = { workspace = true, features = [\"x\"] }\n";

    #[test]
    fn what_is_inherited_is_as_the_workspace_has_it() {
        let expected = ["time@0.1.43", "regex", "unknown", "real@2.0.0"];
        let expected = expected.map(|it| format!("pkg:cargo/{it}"));
        for (root, member) in [("Cargo.toml", "m/Cargo.toml"), ("a/Cargo.toml", "a/b/m/Cargo.toml")]
        {
            assert_eq!(found(&[(root, ROOT), (member, MEMBER)]), expected, "{member}");
        }
        let both = format!("{ROOT}{MEMBER}");
        assert_eq!(found(&[("Cargo.toml", &both)]), expected, "the root may be a package, too");
        let elsewhere = format!("package.workspace = \"../root\"\n{MEMBER}");
        let files = [("m/Cargo.toml", elsewhere.as_str()), ("root/Cargo.toml", ROOT)];
        assert_eq!(found(&files), expected, "the workspace is named");
    }

    #[test]
    fn what_no_workspace_explains_has_no_version() {
        let names = ["time", "regex", "own", "branch", "unknown", "alias"];
        let expected = names.map(|it| format!("pkg:cargo/{it}"));
        assert_eq!(found(&[("m/Cargo.toml", MEMBER)]), expected);
        assert_eq!(found(&[("a/Cargo.toml", ROOT), ("m/Cargo.toml", MEMBER)]), expected);
        let outside = format!("package.workspace = \"../..\"\n{MEMBER}");
        assert_eq!(found(&[("Cargo.toml", ROOT), ("m/Cargo.toml", &outside)]), expected);
    }

    #[test]
    fn a_name_that_is_inherited_is_short() {
        let root =
            format!("[workspace.dependencies]\ntime = {{ package = \"{}\" }}\n", "x".repeat(257));
        let (_, facts) = read(&Manifest, "Cargo.toml", root);
        assert_eq!(problem_lines(&facts), [2]);
    }

    proptest! {
        #[test]
        fn facts_hold_together(text in "(\\[(package|dependencies|target\\.a\\.dependencies)\\]\n|a = \"=1\"\n|version = \\{git=1\\}\n|name = \"a\"\n){0,8}") {
            crate::check::holds(&Manifest, "Cargo.toml", text)?;
        }
    }
}
