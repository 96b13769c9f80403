//! `uv.lock`.

use std::collections::HashSet;

use sealift_layers::{File, Metadata, TreePath};
use sealift_model::{Relationship, Scope};
use toml::de::DeValue;

use super::toml_lock::{Entry, Pin, Pins, TomlLock, elements};
use crate::catalogers::text;
use crate::{Cataloger, Error, Facts};

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
    let lock = TomlLock::read(bytes, "uv.lock")?;
    let mut wanted = Wanted::default();
    for project in lock.entries("package").filter(|entry| folder(*entry).is_some()) {
        wanted.add(project);
    }
    let mut pins = Pins::default();
    for entry in lock.entries("package") {
        let name = entry.text("name").unwrap_or_default();
        let requires = entry.array("dependencies").filter_map(name_of).map(str::to_owned);
        let (scope, relationship) = match folder(entry) {
            Some(".") => (Scope::Unstated, Relationship::Root),
            Some(_) => (Scope::Unstated, Relationship::Workspace),
            None => (wanted.scope(name), wanted.relationship(name)),
        };
        pins.add(entry, Pin { scope, relationship, requires: requires.collect() }, facts);
    }
    pins.report(facts);
    Ok(())
}

/// The source of the project and of its workspace members, which have no version when it is
/// computed (uv docs, "Project structure and files").
fn folder<'t>(entry: Entry<'t, '_>) -> Option<&'t str> {
    let mut source = entry.members("source");
    source.find(|(kind, _)| matches!(*kind, "virtual" | "editable"))?.1.as_str()
}

fn name_of<'t>(dependency: &'t DeValue<'_>) -> Option<&'t str> {
    dependency.get("name")?.get_ref().as_str()
}

/// Names that the project asks for itself.
#[derive(Debug, Default)]
struct Wanted<'t> {
    to_run: HashSet<&'t str>,
    as_extra: HashSet<&'t str>,
    to_develop: HashSet<&'t str>,
    has_project: bool,
}

impl<'t> Wanted<'t> {
    fn add(&mut self, project: Entry<'t, '_>) {
        self.has_project = true;
        self.to_run.extend(project.array("dependencies").filter_map(name_of));
        for (extra, members) in project.members("optional-dependencies") {
            let names = if extra == "dev" { &mut self.to_develop } else { &mut self.as_extra };
            names.extend(elements(Some(members)).filter_map(name_of));
        }
        for (_, members) in project.members("dev-dependencies") {
            self.to_develop.extend(elements(Some(members)).filter_map(name_of));
        }
    }

    /// What a dependency group asks for itself is for development, as is what an extra called
    /// `dev` asks for; other extras are optional. What those need in turn the lockfile does not
    /// mark: it counts as needed to run.
    fn scope(&self, name: &str) -> Scope {
        if self.to_run.contains(name) {
            Scope::Runtime
        } else if self.to_develop.contains(name) {
            Scope::Development
        } else if self.as_extra.contains(name) {
            Scope::Optional
        } else if self.has_project {
            Scope::Runtime
        } else {
            Scope::Unstated
        }
    }

    fn relationship(&self, name: &str) -> Relationship {
        let is_direct =
            || [&self.to_run, &self.as_extra, &self.to_develop].iter().any(|it| it.contains(name));
        match self.has_project {
            true if is_direct() => Relationship::Direct,
            true => Relationship::Indirect,
            false => Relationship::Unstated,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

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
        let mut facts = Facts::default();
        parse(text.as_bytes(), &mut facts).unwrap();
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

    proptest! {
        #[test]
        fn never_panics(text: String) {
            let _ = parse(text.as_bytes(), &mut Facts::default());
        }
    }
}
