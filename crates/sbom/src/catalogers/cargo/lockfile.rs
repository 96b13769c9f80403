//! `Cargo.lock`, versions 1 to 4 (The Cargo Book, "Cargo.toml vs Cargo.lock"; the layout is that of
//! `cargo::core::resolver::encode`). The manifests of the project's crates show which packages are
//! only needed to build or test.

use std::collections::{HashMap, HashSet};

use sealift_layers::{File, Metadata, TreePath};
use sealift_model::{Evidence, Impact, Location, Package, Relationship, Scope};
use toml::Spanned;
use toml::de::DeValue;

use super::manifest;
use crate::catalogers::asked::{Asked, by_lockfile};
use crate::catalogers::shape::{Kind, Shape};
use crate::catalogers::text;
use crate::catalogers::toml_file::TomlFile;
use crate::{Catalog, Cataloger, Error, Fact, Facts, MergedFacts, MergedFile};

/// Finds the crates that a lockfile pins.
#[derive(Debug)]
pub(crate) struct Lockfile;

const FORMAT: &str = "Cargo.lock";

/// Cargo 1.78 and later write version 4.
const SHAPE: Shape =
    Shape { version: Some(("version", 4)), keys: &[("package", Kind::List), ("root", Kind::Map)] };

impl Cataloger for Lockfile {
    fn name(&self) -> &'static str {
        "cargo-lock"
    }

    fn names(&self) -> &'static [&'static str] {
        &["Cargo.lock", "Cargo.toml"]
    }

    fn wants(&self, path: TreePath<'_>, _: &Metadata, _: &[u8]) -> bool {
        matches!(path.file_name(), b"Cargo.lock" | b"Cargo.toml")
            && !text::is_inside_package(path)
            && !is_in_registry(path)
    }

    fn read(&self, file: &mut File<'_>, facts: &mut Facts) -> Result<(), Error> {
        match file.path().file_name() {
            b"Cargo.lock" => parse(file.bytes()?, facts),
            _ => manifest::parse_scopes(file.bytes()?, facts),
        }
    }

    fn assemble(&self, merged: &MergedFacts<'_>, catalog: &mut Catalog) {
        for (lock, manifests) in by_lockfile(merged, FORMAT) {
            let mut packages: Vec<Package> = lock.facts.packages().cloned().collect();
            asked(&packages, &manifests).mark(&mut packages);
            for package in packages {
                catalog.add(package, lock, merged.cataloger);
            }
            catalog.add_problems(lock, merged.cataloger, Impact::Partial);
        }
    }
}

/// The requests of the project's crates, by their manifests. A crate that no manifest mentions
/// counts as needed to run. So do all requests of a crate that inherits an unknown name.
fn asked(packages: &[Package], manifests: &[&MergedFile<'_>]) -> Asked {
    let inheritable = inheritable(manifests);
    let mut scopes: HashMap<(&str, &str), Scope> = HashMap::new();
    let mut unclear: HashSet<&str> = HashSet::new();
    for file in manifests {
        let (own, needed): (Vec<_>, Vec<_>) =
            file.facts.packages().partition(|it| it.relationship == Relationship::Root);
        for (own, needed) in own.iter().flat_map(|own| needed.iter().map(move |it| (own, it))) {
            let name = match needed.relationship {
                Relationship::Indirect => inheritable.get(needed.name.as_str()).copied(),
                _ => Some(needed.name.as_str()),
            };
            let Some(name) = name else {
                unclear.insert(&own.name);
                continue;
            };
            let known = scopes.entry((&own.name, name)).or_insert(needed.scope);
            if needed.scope == Scope::Runtime {
                *known = Scope::Runtime;
            }
        }
    }
    let is_own =
        |it: &&Package| matches!(it.relationship, Relationship::Root | Relationship::Workspace);
    let mut asked = Asked::default();
    for own in packages.iter().filter(is_own) {
        for id in &own.depends_on {
            let name = id.rsplit_once('@').map_or(id.as_str(), |(name, _)| name);
            let scope = scopes.get(&(own.name.as_str(), name)).copied();
            let scope = scope.filter(|_| !unclear.contains(own.name.as_str()));
            asked.add(scope.unwrap_or(Scope::Runtime), id.clone());
        }
    }
    asked
}

/// The real names of inheritable dependencies, by the name in the workspace. A name that two
/// workspaces define differently is left out.
fn inheritable<'m>(manifests: &[&'m MergedFile<'_>]) -> HashMap<&'m str, &'m str> {
    let mut names: HashMap<&str, Option<&str>> = HashMap::new();
    for fact in manifests.iter().flat_map(|file| &file.facts.facts) {
        if let Fact::Inheritable { name, package: Some(package) } = fact {
            let known = names.entry(name).or_insert(Some(&package.name));
            *known = known.filter(|known| *known == package.name);
        }
    }
    names.into_iter().filter_map(|(name, package)| Some((name, package?))).collect()
}

/// Whether a file is of a crate that Cargo unpacked: `registry/src/INDEX/CRATE/Cargo.lock`, or
/// `git/checkouts/REPOSITORY/COMMIT/Cargo.lock`.
pub(super) fn is_in_registry(path: TreePath<'_>) -> bool {
    let parts: Vec<&[u8]> = path.components().collect();
    parts.windows(2).any(|pair| matches!(pair, [b"registry", b"src"] | [b"git", b"checkouts"]))
}

fn parse(bytes: &[u8], facts: &mut Facts) -> Result<(), Error> {
    let file = TomlFile::read(bytes, FORMAT)?;
    file.check(&SHAPE, facts);
    // Before Cargo 0.20 the project itself stood apart.
    let root = file.get(&["root"]);
    let mut entries = Vec::new();
    for value in root.into_iter().chain(file.elements(&["package"])) {
        let line = file.line(value);
        match Entry::new(value) {
            Some(entry) => entries.push((entry, line)),
            None => facts.problem(Some(line), "a package without name and version"),
        }
    }
    let graph = Graph::of(entries.iter().map(|(entry, _)| entry));
    for (entry, line) in &entries {
        match entry.package(&graph) {
            Ok(mut package) => {
                let last = file.line_index().at(entry.end.saturating_sub(1)).max(*line);
                package.locations = vec![Location::new("").on_lines(Some((*line, last)))];
                facts.package(package);
            }
            Err(error) => {
                facts.problem(Some(*line), format!("crate {:?}: {error}", entry.name));
            }
        }
    }
    Ok(())
}

/// One `[[package]]`.
struct Entry<'t> {
    name: &'t str,
    version: &'t str,
    /// The source of the crate; `None` for the project's own.
    source: Option<&'t str>,
    /// `name`, `name version` or `name version (source)`: as much as is unambiguous.
    dependencies: Vec<&'t str>,
    /// Offset behind its last value.
    end: usize,
}

impl<'t> Entry<'t> {
    fn new(value: &'t Spanned<DeValue<'_>>) -> Option<Self> {
        let table = value.get_ref().as_table()?;
        let text = |key: &str| table.get(key)?.get_ref().as_str();
        let dependencies = table.get("dependencies").and_then(|it| it.get_ref().as_array());
        let dependencies = dependencies.into_iter().flat_map(|list| list.iter());
        Some(Self {
            name: text("name").filter(|name| !name.is_empty())?,
            version: text("version").filter(|version| !version.is_empty())?,
            source: text("source"),
            dependencies: dependencies.filter_map(|it| it.get_ref().as_str()).collect(),
            end: table.values().map(|value| value.span().end).max()?,
        })
    }

    fn package(&self, graph: &Graph<'_>) -> Result<Package, sealift_model::PurlError> {
        let mut package = super::package(self.name, self.version)?;
        package.evidence = Evidence::Declared;
        package.relationship = graph.relationship(self);
        package.depends_on = self.dependencies.iter().filter_map(|it| graph.id(it)).collect();
        Ok(package)
    }
}

/// What the entries say about each other.
struct Graph<'t> {
    /// The versions of each name.
    versions: HashMap<&'t str, HashSet<&'t str>>,
    /// Names of the project's own crates that another one needs.
    needed: HashSet<&'t str>,
    /// Crates that the project's own ask for, as `name@version`.
    direct: HashSet<String>,
    /// How many crates are the project's own.
    own: usize,
}

impl<'t> Graph<'t> {
    fn of<'e>(entries: impl Iterator<Item = &'e Entry<'t>> + Clone) -> Self
    where
        't: 'e,
    {
        let mut versions: HashMap<_, HashSet<_>> = HashMap::new();
        for entry in entries.clone() {
            versions.entry(entry.name).or_default().insert(entry.version);
        }
        let own = entries.clone().filter(|entry| entry.source.is_none());
        let needed = entries.flat_map(|entry| entry.dependencies.iter().map(name_of)).collect();
        let own_count = own.clone().count();
        let mut graph = Self { versions, needed, direct: HashSet::new(), own: own_count };
        let direct = own.flat_map(|entry| &entry.dependencies).filter_map(|it| graph.id(it));
        graph.direct = direct.collect();
        graph
    }

    /// A project of one crate is that crate; of several, each is a part.
    fn relationship(&self, entry: &Entry<'_>) -> Relationship {
        let is_own = entry.source.is_none();
        let id = format!("{}@{}", entry.name, entry.version);
        match (is_own, self.direct.contains(&id)) {
            (true, _) if self.own == 1 && !self.needed.contains(entry.name) => Relationship::Root,
            (true, _) => Relationship::Workspace,
            (false, true) => Relationship::Direct,
            (false, false) if self.own > 0 => Relationship::Indirect,
            (false, false) => Relationship::Unstated,
        }
    }

    /// `name@version` of a dependency; a name alone is of the one version that is listed.
    fn id(&self, dependency: &str) -> Option<String> {
        let mut words = dependency.split(' ');
        let name = words.next()?;
        let versions = self.versions.get(name)?;
        let version = match words.next() {
            Some(version) => versions.get(version)?,
            None => versions.iter().next().filter(|_| versions.len() == 1)?,
        };
        Some(format!("{name}@{version}"))
    }
}

fn name_of<'t>(dependency: &&'t str) -> &'t str {
    dependency.split(' ').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::catalogers::declared::testing::facts_of;

    fn facts(text: &str) -> Facts {
        facts_of(&Lockfile, "Cargo.lock", text)
    }

    fn entry(name: &str, version: &str, rest: &str) -> String {
        format!("[[package]]\nname = \"{name}\"\nversion = \"{version}\"\n{rest}\n")
    }

    const REGISTRY: &str = "source = \"registry+https://github.com/rust-lang/crates.io-index\"";

    #[test]
    fn reads_crates_their_edges_and_lines() {
        let text = [
            "version = 4\n".to_owned(),
            entry("app", "0.1.0", "dependencies = [\n \"a 2.0.0\",\n \"b\",\n]"),
            entry("a", "1.0.0", REGISTRY),
            entry("a", "2.0.0", REGISTRY),
            entry("b", "1.0.0", &format!("{REGISTRY}\ndependencies = [\"a 1.0.0 (registry+x)\"]")),
        ]
        .concat();
        let facts = facts(&text);
        let [app, old, new, b] = &facts.packages().collect::<Vec<_>>()[..] else { panic!() };
        assert_eq!(app.depends_on, ["a@2.0.0", "b@1.0.0"]);
        assert_eq!((app.relationship, app.evidence), (Relationship::Root, Evidence::Declared));
        assert_eq!(app.locations[0].lines, Some((2, 8)));
        assert_eq!(b.depends_on, ["a@1.0.0"]);
        assert_eq!((old.id(), new.id()), ("a@1.0.0".to_owned(), "a@2.0.0".to_owned()));
        let relationships = [old, new, b].map(|it| it.relationship);
        let (direct, indirect) = (Relationship::Direct, Relationship::Indirect);
        assert_eq!(relationships, [indirect, direct, direct]);
    }

    #[test]
    fn several_own_crates_are_a_workspace() {
        let text = [entry("a", "1.0.0", ""), entry("b", "1.0.0", "dependencies = [\"c\"]")]
            .concat()
            + &entry("c", "1.0.0", REGISTRY);
        let found: Vec<_> = facts(&text).packages().map(|it| it.relationship).collect();
        let expected = [Relationship::Workspace, Relationship::Workspace, Relationship::Direct];
        assert_eq!(found, expected);
    }

    #[test]
    fn manifests_tell_what_is_needed_to_build_or_test() {
        let lock = [
            entry("app", "0.1.0", "dependencies = [\"a\", \"b\", \"c\", \"part\"]"),
            entry("part", "0.1.0", "dependencies = [\"d\"]"),
            entry("a", "1.0.0", &format!("{REGISTRY}\ndependencies = [\"e\"]")),
            entry("b", "1.0.0", &format!("{REGISTRY}\ndependencies = [\"e\", \"f\"]")),
            entry("c", "1.0.0", REGISTRY),
            entry("d", "1.0.0", REGISTRY),
            entry("e", "1.0.0", REGISTRY),
            entry("f", "1.0.0", REGISTRY),
        ]
        .concat();
        let lock = facts(&lock);
        let mut manifest = Facts::default();
        let text = "[package]\nname = \"app\"\nversion.workspace = true\n[dependencies]\n\
            a.workspace = true\n[workspace.dependencies]\na = \"1\"\n[dev-dependencies]\na = \"1\"\nx = { package = \"b\", version = \"1\" }\n\
            part = { path = \"part\" }\n[target.'cfg(unix)'.build-dependencies]\nc = \"1\"\n";
        manifest::parse_scopes(text.as_bytes(), &mut manifest).expect("well-formed");
        let files =
            vec![MergedFile::new("Cargo.lock", &lock), MergedFile::new("Cargo.toml", &manifest)];
        let mut catalog = Catalog::default();
        Lockfile.assemble(&MergedFacts::new("cargo-lock", files), &mut catalog);
        let found: Vec<_> =
            catalog.packages().iter().map(|it| (it.name.as_str(), it.scope)).collect();
        let [run, dev, unstated] = [Scope::Runtime, Scope::Development, Scope::Unstated];
        let expected = [
            ("app", unstated),
            ("part", unstated),
            ("a", run),
            ("b", dev),
            ("c", dev),
            ("d", run),
            ("e", run),
            ("f", dev),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn inherited_names_are_the_workspaces() {
        let lock = [
            entry("app", "0.1.0", "dependencies = [\"bar 1.0.0\", \"bar 2.0.0\", \"c\"]"),
            entry("bar", "1.0.0", REGISTRY),
            entry("bar", "2.0.0", REGISTRY),
            entry("c", "1.0.0", REGISTRY),
        ]
        .concat();
        let lock = facts(&lock);
        let manifest = |text: &str| {
            let mut facts = Facts::default();
            manifest::parse_scopes(text.as_bytes(), &mut facts).expect("well-formed");
            facts
        };
        let part = manifest(
            "[package]\nname = \"app\"\n[dependencies]\nfoo.workspace = true\n\
             [dev-dependencies]\nbar = \"2\"\nc = \"1\"\n",
        );
        let scopes = |root: &str| {
            let root = manifest(root);
            let files = vec![
                MergedFile::new("Cargo.lock", &lock),
                MergedFile::new("Cargo.toml", &root),
                MergedFile::new("app/Cargo.toml", &part),
            ];
            let mut catalog = Catalog::default();
            Lockfile.assemble(&MergedFacts::new("cargo-lock", files), &mut catalog);
            catalog.packages().iter().skip(1).map(|it| it.scope).collect::<Vec<_>>()
        };
        let [run, dev] = [Scope::Runtime, Scope::Development];
        let renamed = "[workspace.dependencies]\nfoo = { package = \"bar\", version = \"1\" }\n";
        assert_eq!(scopes(renamed), [run, run, dev]);
        assert_eq!(scopes("[workspace.dependencies]\nfoo = \"1\"\n"), [dev, dev, dev]);
        assert_eq!(scopes("[workspace]\n"), [run, run, run]);
    }

    #[test]
    fn reads_the_root_of_old_lockfiles() {
        let text = "[root]\nname = \"app\"\nversion = \"1.0.0\"\ndependencies = [\"a 1.0.0 (x)\"]\n"
            .to_owned() + &entry("a", "1.0.0", REGISTRY);
        let facts = facts(&text);
        assert_eq!(facts.packages().next().expect("the root").depends_on, ["a@1.0.0"]);
    }

    #[test]
    fn one_bad_entry_spoils_nothing_else() {
        let facts = facts(&format!("[[package]]\nname = \"a\"\n{}", entry("b", "1.0.0", "")));
        assert_eq!(facts.packages().count(), 1);
        assert_eq!(facts.problems[0].line, Some(1));
    }

    #[test]
    fn what_is_no_toml_is_malformed_at_its_line() {
        let error = parse(b"version = 4\nthis is\n", &mut Facts::default()).expect_err("no TOML");
        assert!(matches!(error, Error::Malformed { line: Some(2), .. }));
    }

    #[test]
    fn lockfiles_in_cargos_folders_are_not_the_projects() {
        let wants =
            |path: &str| Lockfile.wants(TreePath::from(path), &Metadata::new(1, 0o644), b"");
        assert!(wants("app/Cargo.lock") && wants("Cargo.lock") && !wants("app/cargo.lock"));
        assert!(!wants("root/.cargo/registry/src/index/a-1.0.0/Cargo.lock"));
        assert!(!wants("root/.cargo/git/checkouts/a-1/b/Cargo.lock"));
    }

    proptest! {
        #[test]
        fn facts_hold_together(text in "(\\[\\[package\\]\\]\n|name = \"a ?\"\n|version = \"1\"\n|dependencies = \\[\"[a 1()]{0,6}\"\\]\n|.{0,6}){0,8}") {
            crate::check::holds(&Lockfile, "Cargo.lock", text)?;
        }
    }
}
