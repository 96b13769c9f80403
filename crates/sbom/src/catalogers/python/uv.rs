//! `uv.lock`.

use std::collections::HashSet;

use sealift_layers::{File, Metadata, TreePath};
use sealift_model::{Package, Relationship, Scope};
use toml::de::DeValue;

use super::toml_lock::{Entry, Ids, Need, Pin, Pins, TomlLock, elements};
use crate::catalogers::asked::Asked;
use crate::catalogers::shape::{Kind, Shape};
use crate::catalogers::text;
use crate::{Cataloger, Error, Facts};

/// uv docs, "Lockfile versioning".
const SHAPE: Shape = Shape {
    version: Some(("version", 1)),
    keys: &[("package", Kind::List), ("manifest", Kind::Map)],
};

/// Finds the packages that uv pins.
#[derive(Debug)]
pub(crate) struct Uv;

impl Cataloger for Uv {
    fn name(&self) -> &'static str {
        "python-uv"
    }

    fn names(&self) -> &'static [&'static str] {
        &["uv.lock"]
    }

    fn wants(&self, path: TreePath<'_>, _: &Metadata, _: &[u8]) -> bool {
        path.file_name() == b"uv.lock" && !text::is_inside_package(path)
    }

    fn read(&self, file: &mut File<'_>, facts: &mut Facts) -> Result<(), Error> {
        parse(file.bytes()?, facts)
    }
}

fn parse(bytes: &[u8], facts: &mut Facts) -> Result<(), Error> {
    let lock = TomlLock::read(bytes, "uv.lock", &SHAPE, facts)?;
    let mut pins = Pins::default();
    for entry in lock.entries("package") {
        let relationship = match folder(entry) {
            Some(".") => Relationship::Root,
            Some(_) => Relationship::Workspace,
            None => Relationship::Unstated,
        };
        let pin = Pin { scope: Scope::Unstated, relationship, requires: requires(entry) };
        pins.add(entry, pin, facts);
    }
    let (mut packages, ids) = pins.resolve();
    let mut wanted = Wanted::default();
    for project in lock.entries("package").filter(|entry| folder(*entry).is_some()) {
        wanted.add(project, &ids);
    }
    if let Some(manifest) = lock.entry("manifest") {
        wanted.add_manifest(manifest, &ids);
    }
    wanted.mark(&mut packages);
    packages.into_iter().for_each(|package| facts.package(package));
    Ok(())
}

/// The folder of the project, of a member of its workspace or of what it takes from a folder; these
/// have no version when it is computed (uv docs, "Project structure and files").
fn folder<'t>(entry: Entry<'t, '_>) -> Option<&'t str> {
    let mut source = entry.members("source");
    source.find(|(kind, _)| matches!(*kind, "virtual" | "editable" | "directory"))?.1.as_str()
}

/// The dependencies of a package and of its requested extras: only these are in the lockfile. A
/// project requests its own extras itself.
fn requires<'t>(entry: Entry<'t, '_>) -> Vec<Need<'t>> {
    let is_project = folder(entry).is_some();
    let extras = entry.members("optional-dependencies").filter(|_| !is_project);
    let of_extras = extras.flat_map(|(_, members)| elements(Some(members)));
    entry.array("dependencies").chain(of_extras).filter_map(Need::read).collect()
}

/// What the project asks for itself, by id.
#[derive(Debug, Default)]
struct Wanted {
    asked: Asked,
    to_run: HashSet<String>,
    as_extra: HashSet<String>,
    to_develop: HashSet<String>,
    direct: HashSet<String>,
    has_project: bool,
}

impl Wanted {
    /// What a dependency group asks for is for development, as is what an extra called `dev` asks
    /// for; other extras are optional.
    fn add(&mut self, project: Entry<'_, '_>, ids: &Ids) {
        self.has_project = true;
        self.ask(Scope::Runtime, project.array("dependencies"), ids);
        for (extra, members) in project.members("optional-dependencies") {
            let scope = if extra == "dev" { Scope::Development } else { Scope::Optional };
            self.ask(scope, elements(Some(members)), ids);
        }
        for (_, members) in project.members("dev-dependencies") {
            self.ask(Scope::Development, elements(Some(members)), ids);
        }
    }

    /// What no member of the workspace asks for: the groups of a root that is no project itself,
    /// and what a script needs (uv docs, "Locking dependencies" of scripts).
    fn add_manifest(&mut self, manifest: Entry<'_, '_>, ids: &Ids) {
        for (_, members) in manifest.members("dependency-groups") {
            self.has_project = true;
            self.ask(Scope::Development, elements(Some(members)), ids);
        }
        self.has_project |= manifest.get("requirements").is_some();
        self.ask(Scope::Runtime, manifest.array("requirements"), ids);
    }

    fn ask<'t>(
        &mut self,
        scope: Scope,
        dependencies: impl Iterator<Item = &'t DeValue<'t>>,
        ids: &Ids,
    ) {
        for id in dependencies.filter_map(Need::read).filter_map(|need| ids.find(need)) {
            self.asked.add(scope, id.to_owned());
            self.direct.insert(id.to_owned());
            match scope {
                Scope::Runtime => drop(self.to_run.insert(id.to_owned())),
                Scope::Optional => drop(self.as_extra.insert(id.to_owned())),
                _ => drop(self.to_develop.insert(id.to_owned())),
            }
        }
    }

    /// Marks what each package is needed for, and whether the project itself asks for it.
    fn mark(&self, packages: &mut [Package]) {
        let others = packages.iter_mut().filter(|it| it.relationship == Relationship::Unstated);
        for package in others.filter(|_| self.has_project) {
            let id = package.id();
            package.relationship = match self.direct.contains(&id) {
                true => Relationship::Direct,
                false => Relationship::Indirect,
            };
            if self.as_extra.contains(&id) && !self.to_run.contains(&id) {
                package.scope = Scope::Optional;
            }
        }
        self.asked.mark(packages);
        self.prefer_development(packages);
    }

    /// What is asked for to develop and by another extra is for development, unless something that
    /// runs needs it; what it needs in turn stays.
    fn prefer_development(&self, packages: &mut [Package]) {
        let runs = packages.iter().filter(|it| it.scope != Scope::Development);
        let needed: HashSet<String> = runs.flat_map(|it| it.depends_on.iter().cloned()).collect();
        for package in packages.iter_mut().filter(|it| it.scope == Scope::Optional) {
            let id = package.id();
            if self.to_develop.contains(&id) && !needed.contains(&id) {
                package.scope = Scope::Development;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogers::declared::testing::facts_of;

    #[test]
    fn what_the_project_asks_for_itself() {
        let one = |name: &str| {
            format!(
                "[[package]]\nname = \"{name}\"\nversion = \"1\"\nsource = {{ registry = \"x\" }}\n"
            )
        };
        let text = format!(
            "{}dependencies = [{{ name = \"d\", marker = \"x\" }}]\n{}{}{}\
             [[package]]\nname = \"root\"\nsource = {{ editable = \".\" }}\n\
             dependencies = [{{ name = \"a\" }}]\n\
             [package.optional-dependencies]\nextra = [{{ name = \"b\" }}]\n\
             [package.dev-dependencies]\ndev = [{{ name = \"a\" }}, {{ name = \"c\" }}]\n",
            one("a"),
            one("b"),
            one("c"),
            one("d")
        );
        let facts = facts_of(&Uv, "uv.lock", text);
        let found: Vec<_> =
            facts.packages().map(|it| (it.id(), it.scope, it.relationship)).collect();
        let (direct, indirect) = (Relationship::Direct, Relationship::Indirect);
        assert_eq!(
            found,
            [
                ("a@1".to_owned(), Scope::Runtime, direct),
                ("b@1".to_owned(), Scope::Optional, direct),
                ("c@1".to_owned(), Scope::Development, direct),
                ("d@1".to_owned(), Scope::Runtime, indirect),
                ("root@".to_owned(), Scope::Unstated, Relationship::Root),
            ]
        );
        assert_eq!(facts.packages().next().unwrap().depends_on, ["d@1"]);
    }

    #[test]
    fn what_no_member_of_the_workspace_asks_for() {
        let one = |name: &str, needs: &str| {
            format!(
                "[[package]]\nname = \"{name}\"\nversion = \"1\"\n\
                 source = {{ registry = \"x\" }}\ndependencies = [{needs}]\n"
            )
        };
        let text = format!(
            "[manifest]\nrequirements = [{{ name = \"a\", specifier = \"==1\" }}]\n\
             [manifest.dependency-groups]\ndev = [{{ name = \"b\", specifier = \"==1\" }}]\n{}{}{}{}",
            one("a", "{ name = \"c\" }"),
            one("b", "{ name = \"c\" }, { name = \"d\" }"),
            one("c", ""),
            one("d", ""),
        );
        let facts = facts_of(&Uv, "uv.lock", text);
        let found: Vec<_> = facts.packages().map(|it| (it.scope, it.relationship)).collect();
        let [run, dev] = [Scope::Runtime, Scope::Development];
        let (direct, indirect) = (Relationship::Direct, Relationship::Indirect);
        assert_eq!(found, [(run, direct), (dev, direct), (run, indirect), (dev, indirect)]);
    }

    #[test]
    fn what_only_development_pulls_in_is_for_development() {
        let one = |name: &str, version: &str, rest: &str| {
            format!(
                "[[package]]\nname = \"{name}\"\nversion = \"{version}\"\n\
                 source = {{ registry = \"x\" }}\n{rest}\n"
            )
        };
        let text = [
            "[[package]]\nname = \"app\"\nsource = { virtual = \".\" }\n\
             dependencies = [{ name = \"flask\" }, { name = \"both\", version = \"1\" }]\n\
             [package.dev-dependencies]\ndev = [{ name = \"pytest\", extra = [\"x\"] }]\n\
             [[package]]\nname = \"lib\"\nversion = \"1\"\nsource = { directory = \"../lib\" }\n",
            &one("flask", "1", "dependencies = [{ name = \"jinja2\" }]"),
            &one("jinja2", "1", ""),
            &one("both", "1", ""),
            &one("both", "2", ""),
            &one(
                "pytest",
                "1",
                "dependencies = [{ name = \"iniconfig\" }, { name = \"jinja2\" }]\n\
                 [package.optional-dependencies]\nx = [{ name = \"both\", version = \"2\" }]",
            ),
            &one("iniconfig", "1", ""),
        ]
        .concat();
        let facts = facts_of(&Uv, "uv.lock", text);
        let found: Vec<_> = facts
            .packages()
            .map(|it| (it.id(), it.scope, it.relationship == Relationship::Direct))
            .collect();
        let row = |id: &str, scope, is_direct| (id.to_owned(), scope, is_direct);
        assert_eq!(
            found,
            [
                row("app@", Scope::Unstated, false),
                row("lib@1", Scope::Unstated, false),
                row("flask@1", Scope::Runtime, true),
                row("jinja2@1", Scope::Runtime, false),
                row("both@1", Scope::Runtime, true),
                row("both@2", Scope::Development, false),
                row("pytest@1", Scope::Development, true),
                row("iniconfig@1", Scope::Development, false),
            ]
        );
    }

    #[test]
    fn what_an_extra_asks_for_too_is_for_development_unless_it_is_needed_to_run() {
        let one = |name: &str, needs: &str| {
            format!(
                "[[package]]\nname = \"{name}\"\nversion = \"1\"\n\
                 source = {{ registry = \"x\" }}\ndependencies = [{needs}]\n"
            )
        };
        let text = format!(
            "{}{}{}[[package]]\nname = \"app\"\nsource = {{ virtual = \".\" }}\n\
             dependencies = [{{ name = \"c\" }}]\n[package.optional-dependencies]\n\
             dev = [{{ name = \"a\" }}, {{ name = \"b\" }}]\n\
             test = [{{ name = \"a\" }}, {{ name = \"b\" }}]\n",
            one("a", ""),
            one("b", ""),
            one("c", "{ name = \"b\" }"),
        );
        let facts = facts_of(&Uv, "uv.lock", text);
        let scopes: Vec<_> = facts.packages().map(|it| it.scope).collect();
        let [development, optional] = [Scope::Development, Scope::Optional];
        assert_eq!(scopes, [development, optional, Scope::Runtime, Scope::Unstated]);
    }
}
