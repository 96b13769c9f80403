//! The common form of lockfiles in TOML: an array of tables, one for each package.

use std::collections::HashMap;

use sealift_model::{Ecosystem, Evidence, Location, Package, Relationship, Scope};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::catalogers::shape::Shape;
use crate::catalogers::text::LineIndex;
use crate::catalogers::toml_file::TomlFile;
use crate::{Error, Facts};

/// A lockfile in TOML.
#[derive(Debug)]
pub(super) struct TomlLock<'a>(TomlFile<'a>);

impl<'a> TomlLock<'a> {
    /// Reads a lockfile; values that do not fit the shape are problems.
    pub(super) fn read(
        bytes: &'a [u8],
        format: &'static str,
        shape: &Shape,
        facts: &mut Facts,
    ) -> Result<Self, Error> {
        let file = TomlFile::read(bytes, format)?;
        file.check(shape, facts);
        Ok(Self(file))
    }

    /// The table called `key`.
    pub(super) fn entry(&self, key: &str) -> Option<Entry<'_, 'a>> {
        self.0.get(&[key]).map(|value| Entry { lines: self.0.line_index(), value })
    }

    /// The tables of the array called `key`.
    pub(super) fn entries<'f>(
        &'f self,
        key: &str,
    ) -> impl Iterator<Item = Entry<'f, 'a>> + use<'f, 'a> {
        self.0.elements(&[key]).map(|value| Entry { lines: self.0.line_index(), value })
    }
}

/// One table of the array.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry<'t, 'a> {
    value: &'t Spanned<DeValue<'a>>,
    lines: &'t LineIndex,
}

impl<'t, 'a> Entry<'t, 'a> {
    pub(super) fn get(self, key: &str) -> Option<&'t DeValue<'a>> {
        Some(self.table()?.get(key)?.get_ref())
    }

    pub(super) fn text(self, key: &str) -> Option<&'t str> {
        self.get(key)?.as_str()
    }

    /// The elements of the array called `key`.
    pub(super) fn array(self, key: &str) -> impl Iterator<Item = &'t DeValue<'a>> {
        elements(self.get(key))
    }

    /// The members of the table called `key`.
    pub(super) fn members(self, key: &str) -> impl Iterator<Item = (&'t str, &'t DeValue<'a>)> {
        let table = self.get(key).and_then(DeValue::as_table);
        let members = table.into_iter().flat_map(|table| table.iter());
        members.map(|(name, value)| (name.get_ref().as_ref(), value.get_ref()))
    }

    /// From the table's head to the last of its keys and of those of its tables, which have only
    /// their heads' spans.
    fn lines(self) -> (u64, u64) {
        let first = self.lines.at(self.value.span().start);
        let inner = values(self.value).flat_map(|value| values(value).chain([value]));
        let end = inner.map(|value| value.span().end).max().unwrap_or_default();
        (first, self.lines.at(end.saturating_sub(1)).max(first))
    }

    fn table(self) -> Option<&'t DeTable<'a>> {
        self.value.get_ref().as_table()
    }
}

/// The elements of a value that is an array; none of another.
pub(super) fn elements<'t, 'a>(
    value: Option<&'t DeValue<'a>>,
) -> impl Iterator<Item = &'t DeValue<'a>> {
    value
        .and_then(DeValue::as_array)
        .into_iter()
        .flat_map(|array| array.iter())
        .map(Spanned::get_ref)
}

fn values<'t, 'a>(
    value: &'t Spanned<DeValue<'a>>,
) -> impl Iterator<Item = &'t Spanned<DeValue<'a>>> {
    value.get_ref().as_table().into_iter().flat_map(|table| table.values())
}

/// What an entry says besides name and version.
#[derive(Debug)]
pub(super) struct Pin<'t> {
    pub(super) scope: Scope,
    pub(super) relationship: Relationship,
    pub(super) requires: Vec<Need<'t>>,
}

/// A package that another one needs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Need<'t> {
    pub(super) name: &'t str,
    /// Stated where there are several of the name.
    pub(super) version: Option<&'t str>,
}

impl<'t> Need<'t> {
    /// One that is known by its name alone.
    pub(super) fn named(name: &'t str) -> Self {
        Self { name, version: None }
    }

    /// `{ name = "a", version = "1" }`.
    pub(super) fn read(dependency: &'t DeValue<'_>) -> Option<Self> {
        let text = |key| dependency.get(key)?.get_ref().as_str();
        Some(Self { name: text("name")?, version: text("version") })
    }
}

/// The packages of a lockfile in the making.
#[derive(Debug, Default)]
pub(super) struct Pins<'t>(Vec<(Package, Vec<Need<'t>>)>);

impl<'t> Pins<'t> {
    /// Adds the package of an entry; one without name is a problem, and so is one without
    /// version, unless it is the project.
    pub(super) fn add(&mut self, entry: Entry<'_, '_>, pin: Pin<'t>, facts: &mut Facts) {
        let is_project = matches!(pin.relationship, Relationship::Root | Relationship::Workspace);
        let version = entry.text("version").filter(|version| is_project || !version.is_empty());
        self.add_at(version.or(is_project.then_some("")), entry, pin, facts);
    }

    /// Adds the package of an entry at a version, which is empty if it is not known. A missing
    /// version is a problem, and so is a missing name.
    pub(super) fn add_at(
        &mut self,
        version: Option<&str>,
        entry: Entry<'_, '_>,
        pin: Pin<'t>,
        facts: &mut Facts,
    ) {
        let lines = entry.lines();
        let name = entry.text("name").unwrap_or_default();
        let package = version.and_then(|version| super::package(name, version));
        let Some(mut package) = package else {
            let problem = format!("package {name:?} has no valid name and version");
            return facts.problem(Some(lines.0), problem);
        };
        package.evidence = Evidence::Declared;
        package.scope = pin.scope;
        package.relationship = pin.relationship;
        package.locations = vec![Location::new("").on_lines(Some(lines))];
        self.0.push((package, pin.requires));
    }

    /// Hands the packages over, their dependencies resolved.
    pub(super) fn report(self, facts: &mut Facts) {
        let (packages, _) = self.resolve();
        packages.into_iter().for_each(|package| facts.package(package));
    }

    /// The packages, their dependencies resolved, and what resolves more.
    pub(super) fn resolve(self) -> (Vec<Package>, Ids) {
        let ids = Ids::of(self.0.iter().map(|(package, _)| package));
        let resolved = self.0.into_iter().map(|(mut package, requires)| {
            package.depends_on =
                requires.into_iter().filter_map(|need| ids.find(need)).map(str::to_owned).collect();
            package.depends_on.sort_unstable();
            package.depends_on.dedup();
            package
        });
        (resolved.collect(), ids)
    }
}

/// Which package of a lockfile is meant.
#[derive(Debug, Default)]
pub(super) struct Ids {
    /// None where a name has several versions.
    by_name: HashMap<String, Option<String>>,
    by_version: HashMap<String, String>,
}

impl Ids {
    fn of<'p>(packages: impl Iterator<Item = &'p Package>) -> Self {
        let mut ids = Self::default();
        for package in packages {
            let (name, id) = (folded(&package.name), package.id());
            ids.by_version.insert(format!("{name}@{}", package.version), id.clone());
            let known = ids.by_name.entry(name).or_insert_with(|| Some(id.clone()));
            if known.as_ref() != Some(&id) {
                *known = None;
            }
        }
        ids
    }

    /// The id of what is needed. Where there are several versions and none is stated, it hangs on
    /// markers which is meant: none.
    pub(super) fn find(&self, need: Need<'_>) -> Option<&str> {
        let name = folded(need.name);
        let exact =
            need.version.and_then(|version| self.by_version.get(&format!("{name}@{version}")));
        exact.or_else(|| self.by_name.get(&name)?.as_ref()).map(String::as_str)
    }
}

fn folded(name: &str) -> String {
    Ecosystem::Pypi.folded_name(name).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(text: &str) -> Facts {
        let mut facts = Facts::default();
        let shape = Shape { version: None, keys: &[] };
        let lock = TomlLock::read(text.as_bytes(), "test", &shape, &mut facts).unwrap();
        let mut pins = Pins::default();
        for entry in lock.entries("package") {
            let requires = entry.members("needs").map(|(name, _)| Need::named(name)).collect();
            let (scope, relationship) = (Scope::Unstated, Relationship::Unstated);
            pins.add(entry, Pin { scope, relationship, requires }, &mut facts);
        }
        pins.report(&mut facts);
        facts
    }

    #[test]
    fn lines_reach_over_the_inner_tables() {
        let facts = facts(
            "# head\n\n[[package]]\nname = \"Foo\"\nversion = \"1\"\n\n[package.needs]\nb_c = \"*\"\n\n\
             [[package]]\nname = \"b-c\"\nversion = \"2\"\n",
        );
        let found: Vec<_> = facts.packages().collect();
        assert_eq!(found[0].depends_on, ["b-c@2"]);
        assert_eq!(found[0].locations[0].lines, Some((3, 8)));
        assert_eq!(found[1].locations[0].lines, Some((10, 12)));
    }

    #[test]
    fn a_name_at_two_versions_is_no_certain_dependency() {
        let one = |version| format!("[[package]]\nname = \"a\"\nversion = \"{version}\"\n");
        let other = "[[package]]\nname = \"b\"\nversion = \"1\"\nneeds.a = \"*\"\n";
        let depends_on = |text: String| facts(&text).packages().last().unwrap().depends_on.clone();
        assert_eq!(depends_on(format!("{}{other}", one("1"))), ["a@1"]);
        assert_eq!(depends_on(format!("{}{}{other}", one("1"), one("1"))), ["a@1"]);
        assert_eq!(depends_on(format!("{}{}{other}", one("1"), one("2"))), [""; 0]);
    }

    #[test]
    fn one_bad_entry_spoils_nothing_else() {
        let facts = facts("package = [7, {name = \"a\"},\n{name = \"b\", version = \"1\"}]");
        assert_eq!(facts.packages().count(), 1);
        let lines: Vec<_> = facts.problems.iter().map(|problem| problem.line).collect();
        assert_eq!(lines, [Some(1), Some(1)]);
    }

    #[test]
    fn what_is_no_toml_is_malformed_at_its_line() {
        let deep = format!("\na = {}", "[".repeat(100_000));
        for (text, expected) in [("a = 1\nb is\n", 2), (deep.as_str(), 2)] {
            let error = TomlFile::read(text.as_bytes(), "test").unwrap_err();
            assert!(
                matches!(error, Error::Malformed { line: Some(line), .. } if line == expected),
                "{error:?}"
            );
        }
        assert_eq!(facts(""), Facts::default());
    }
}
