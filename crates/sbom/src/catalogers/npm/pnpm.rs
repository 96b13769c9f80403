//! `pnpm-lock.yaml`, versions 5 to 9 of the lockfile (pnpm docs, "pnpm-lock.yaml";
//! `@pnpm/lockfile-file`).
//!
//! pnpm takes any YAML, and writes maps as indented lines, two spaces a level.

use std::collections::{HashMap, HashSet};

use sealift_layers::{File, Metadata, TreePath};
use sealift_model::{Evidence, Location, Package, Scope};

use crate::catalogers::asked::Asked;
use crate::catalogers::shape::{Kind, check_version};
use crate::catalogers::text;
use crate::catalogers::yaml::{Line, Yaml};
use crate::{Cataloger, Error, Facts};

const FORMAT: &str = "pnpm-lock.yaml";

/// The newest major version of the lockfile.
const NEWEST: u32 = 9;

/// Keys whose values pnpm writes in flow style or copies from packages, and that are not needed
/// here.
const UNREAD: [&str; 6] = ["resolution", "engines", "cpu", "os", "libc", "deprecated"];

/// Finds the packages that pnpm's lockfiles pin.
#[derive(Debug)]
pub(crate) struct Pnpm;

impl Cataloger for Pnpm {
    fn name(&self) -> &'static str {
        "npm-pnpm"
    }

    fn names(&self) -> &'static [&'static str] {
        &["pnpm-lock.yaml"]
    }

    fn wants(&self, path: TreePath<'_>, _: &Metadata, _: &[u8]) -> bool {
        path.file_name() == b"pnpm-lock.yaml" && !text::is_inside_package(path)
    }

    fn read(&self, file: &mut File<'_>, facts: &mut Facts) -> Result<(), Error> {
        parse(file.bytes()?, facts)
    }
}

fn parse(bytes: &[u8], facts: &mut Facts) -> Result<(), Error> {
    let yaml = Yaml::read(text::utf8(bytes, FORMAT)?, &UNREAD, facts);
    let lockfile = Lockfile::read(&yaml, facts);
    let (packages, unlisted) = packages(&lockfile, facts);
    let listed = packages.len();
    let by_key: Vec<(&str, Package)> = packages.into_iter().chain(unlisted).collect();
    let index = Index::of(lockfile.form, &by_key);
    let mut packages: Vec<Package> = by_key.into_iter().map(|(_, package)| package).collect();
    let mut requires = index.requires(&lockfile);
    for package in &mut packages {
        let needed = requires.remove(&package.id()).unwrap_or_default();
        package.depends_on =
            needed.into_iter().filter_map(|(name, place)| index.find(name, place)).collect();
        package.depends_on.sort_unstable();
        package.depends_on.dedup();
    }
    // Earlier versions state the scope of each package directly.
    if lockfile.form == Form::At {
        let mut asked = Asked::default();
        for (scope, name, reference) in &lockfile.asked {
            if let Some(id) = index.find(name, reference) {
                asked.add(*scope, id);
            }
        }
        asked.mark(&mut packages);
    }
    packages.truncate(listed);
    let is_listed: HashSet<String> = packages.iter().map(Package::id).collect();
    for mut package in packages {
        package.depends_on.retain(|id| is_listed.contains(id));
        facts.package(package);
    }
    Ok(())
}

/// By its key.
type Keyed<'a> = Vec<(&'a str, Package)>;

/// The packages, and stand-ins for what has no version, as folders have none: what those need is
/// needed, too, though they are no packages themselves.
fn packages<'a>(lockfile: &Lockfile<'a>, facts: &mut Facts) -> (Keyed<'a>, Keyed<'a>) {
    let (mut packages, mut unlisted) = (Vec::new(), Vec::new());
    // A snapshot repeats the key of a package.
    for entry in lockfile.entries.iter().filter(|entry| !entry.is_snapshot) {
        if let Some(package) = entry.package(lockfile.form) {
            packages.push((entry.key, package));
            continue;
        }
        if !entry.is_folder(lockfile.form) {
            let problem = format!("{:?} has no valid name and version", entry.key);
            facts.problem(Some(entry.lines.0), problem);
        }
        unlisted.extend(entry.stand_in(lockfile.form).map(|package| (entry.key, package)));
    }
    (packages, unlisted)
}

/// Which packages the keys and references of a lockfile mean.
struct Index<'a> {
    form: Form,
    ids: HashSet<String>,
    by_key: HashMap<&'a str, String>,
}

impl<'a> Index<'a> {
    fn of(form: Form, packages: &[(&'a str, Package)]) -> Self {
        let ids = packages.iter().map(|(_, package)| package.id()).collect();
        let keys = packages.iter().map(|(key, package)| (without_peers(key), package.id()));
        Self { form, ids, by_key: keys.collect() }
    }

    /// What each package requires, in all its entries.
    fn requires(&self, lockfile: &Lockfile<'a>) -> HashMap<String, Vec<(&'a str, &'a str)>> {
        let mut requires: HashMap<String, Vec<(&str, &str)>> = HashMap::new();
        for entry in &lockfile.entries {
            if let Some(id) = self.by_key.get(without_peers(entry.key)) {
                requires.entry(id.clone()).or_default().extend(&entry.requires);
            }
        }
        requires
    }

    fn find(&self, name: &str, reference: &str) -> Option<String> {
        let ids = self.form.referred(name, reference).into_iter();
        let found = ids.flatten().find(|id| self.ids.contains(id));
        // A package fetched from elsewhere is referred to by its source, not by its version, and by
        // its whole key if it has another name there.
        let place = without_peers(reference);
        let by_place = || self.by_key.get(format!("{name}@{place}").as_str());
        found.or_else(|| by_place().or_else(|| self.by_key.get(place)).cloned())
    }
}

/// How keys are written, by `lockfileVersion`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// Up to version 5: `/@scope/name/1.2.3_peers`, or a registry in place of the first slash.
    Slashes,
    /// Versions 6 to 8: `/@scope/name@1.2.3(peers)`, or a registry in place of the slash.
    SlashAt,
    /// From version 9 on: `@scope/name@1.2.3(peers)`.
    At,
}

impl Form {
    fn of(version: &str) -> Self {
        match version.split('.').next().and_then(|major| major.parse::<u32>().ok()) {
            Some(..=5) => Self::Slashes,
            Some(6..=8) => Self::SlashAt,
            _ => Self::At,
        }
    }

    /// Name and version in a key; the version may be a place to fetch from.
    fn split(self, key: &str) -> Option<(&str, &str)> {
        let key = without_peers(key);
        let key = match (self, key.strip_prefix('/')) {
            // The first releases with version 9 still wrote the slash.
            (_, Some(key)) => key,
            (Self::At, None) => key,
            (_, None) => key.split_once('/')?.1,
        };
        if self == Self::Slashes {
            let (name, version) = key.rsplit_once('/')?;
            return Some((name, version.split('_').next().unwrap_or(version)));
        }
        let (at, _) = key.match_indices('@').find(|(at, _)| *at > 0)?;
        Some((key.get(..at)?, key.get(at + 1..)?))
    }

    /// What an entry below `dependencies` may mean: a version, or the key of a package by another
    /// name.
    fn referred(self, name: &str, reference: &str) -> [Option<String>; 2] {
        let version = without_peers(reference);
        let version = match self {
            Self::Slashes => version.split('_').next().unwrap_or(version),
            _ => version,
        };
        let other = self.split(reference).map(|(name, version)| format!("{name}@{version}"));
        [Some(format!("{name}@{version}")), other]
    }
}

/// Peers stand in parentheses behind the version.
fn without_peers(text: &str) -> &str {
    text.split('(').next().unwrap_or(text)
}

/// An entry below `packages` or `snapshots`.
#[derive(Debug, Default)]
struct Entry<'a> {
    key: &'a str,
    is_snapshot: bool,
    /// Stated if the key does not have it.
    name: Option<&'a str>,
    version: Option<&'a str>,
    dev: Option<&'a str>,
    optional: bool,
    /// Names and references.
    requires: Vec<(&'a str, &'a str)>,
    lines: (u64, u64),
}

impl Entry<'_> {
    /// pnpm docs, "Package sources": `file:../folder`, from version 9 on behind the name. Earlier
    /// ones state its name and version.
    fn is_folder(&self, form: Form) -> bool {
        let of_name = form.split(self.key).map(|(_, reference)| reference);
        [Some(self.key), of_name].into_iter().flatten().any(|place| {
            let path = ["file:", "link:"].iter().find_map(|kind| place.strip_prefix(kind));
            path.is_some_and(|path| ![".tgz", ".tar.gz"].iter().any(|end| path.ends_with(end)))
        })
    }

    fn package(&self, form: Form) -> Option<Package> {
        let in_key = match self.key.starts_with("file:") || self.key.starts_with("link:") {
            true => None,
            false => form.split(self.key),
        };
        let is_version = |version: &&str| {
            version.starts_with(|c: char| c.is_ascii_digit()) && !version.contains(['/', ':'])
        };
        let version = self.version.or(in_key.map(|(_, version)| version).filter(is_version))?;
        let name = self.name.or(in_key.map(|(name, _)| name))?;
        let mut package = super::package(name, version)?;
        package.evidence = Evidence::Declared;
        package.scope = match (self.dev, self.optional) {
            (Some("true"), _) => Scope::Development,
            (_, true) => Scope::Optional,
            (Some(_), false) => Scope::Runtime,
            (None, false) => Scope::Unstated,
        };
        package.locations = vec![Location::new("").on_lines(Some(self.lines))];
        Some(package)
    }

    /// The package for an entry without a version: the place in its key makes it distinct.
    fn stand_in(&self, form: Form) -> Option<Package> {
        let (name, place) = form.split(self.key)?;
        super::package(name, place)
    }
}

#[derive(Debug)]
struct Lockfile<'a> {
    form: Form,
    entries: Vec<Entry<'a>>,
    /// What the projects below `importers` ask for: names and references.
    asked: Vec<(Scope, &'a str, &'a str)>,
}

/// The section of the file that a line is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Section {
    Importers,
    Packages,
    Snapshots,
    Other,
}

/// What below `packages` or `snapshots` a line belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Within {
    Nothing,
    Entry,
    /// An entry's map of packages that it needs.
    Requires,
    /// Already reported as a problem.
    Problem,
}

impl<'a> Lockfile<'a> {
    fn read(yaml: &'a Yaml<'_>, facts: &mut Facts) -> Self {
        let mut lockfile = Self { form: Form::At, entries: Vec::new(), asked: Vec::new() };
        let (mut section, mut within) = (Section::Other, Within::Nothing);
        let mut importer = Importer::default();
        for line in yaml.lines() {
            if line.indent == 0 {
                (section, within) = (lockfile.section(&line, facts), Within::Nothing);
                continue;
            }
            match section {
                Section::Importers => lockfile.asked.extend(importer.line(&line)),
                Section::Packages | Section::Snapshots => {
                    within = lockfile.entry(&line, section, within, facts);
                }
                Section::Other => {}
            }
        }
        lockfile
    }

    /// The section that a line without indentation begins.
    fn section(&mut self, line: &Line<'a>, facts: &mut Facts) -> Section {
        let section = match line.key {
            Some("importers") => Section::Importers,
            Some("packages") => Section::Packages,
            Some("snapshots") => Section::Snapshots,
            Some("lockfileVersion") => {
                check_version("lockfileVersion", line.value, NEWEST, line.number, facts);
                self.form = Form::of(line.value);
                return Section::Other;
            }
            Some(_) => return Section::Other,
            None => {
                let problem = format!("{:?} begins no section", line.value);
                facts.problem(Some(line.number), problem);
                return Section::Other;
            }
        };
        line.expect(Kind::Map, facts);
        section
    }

    /// Takes a line below `packages` or `snapshots`; what the next one belongs to.
    fn entry(
        &mut self,
        line: &Line<'a>,
        section: Section,
        within: Within,
        facts: &mut Facts,
    ) -> Within {
        let entry = self.entries.last_mut().filter(|_| line.indent > 2);
        match (within, entry, line.key) {
            (Within::Entry | Within::Requires, Some(entry), key) => {
                entry.lines.1 = line.number;
                key.map_or(within, |key| entry.line(line, key, within, facts))
            }
            (_, _, Some(key)) if line.indent == 2 && !line.is_item => {
                line.expect(Kind::Map, facts);
                self.entries.push(Entry {
                    key,
                    is_snapshot: section == Section::Snapshots,
                    lines: (line.number, line.number),
                    ..Entry::default()
                });
                Within::Entry
            }
            (Within::Problem, _, _) if line.indent > 2 => Within::Problem,
            (_, _, key) => {
                let problem = format!("{:?} is no entry", key.unwrap_or(line.value));
                facts.problem(Some(line.number), problem);
                Within::Problem
            }
        }
    }
}

/// Where below `importers` the lines are: `PROJECT:`, `dependencies:`, `NAME:`, `version: REFERENCE`,
/// each two spaces deeper.
#[derive(Debug, Default)]
struct Importer<'a> {
    scope: Option<Scope>,
    name: &'a str,
}

impl<'a> Importer<'a> {
    /// What the line says that the project asks for.
    fn line(&mut self, line: &Line<'a>) -> Option<(Scope, &'a str, &'a str)> {
        let key = line.key?;
        match line.indent {
            4 => {
                self.scope = match key {
                    "dependencies" | "optionalDependencies" => Some(Scope::Runtime),
                    "devDependencies" => Some(Scope::Development),
                    _ => None,
                };
            }
            6 => self.name = key,
            8 if key == "version" => return Some((self.scope?, self.name, line.value)),
            _ => {}
        }
        None
    }
}

impl<'a> Entry<'a> {
    /// Takes a line of the entry; what the next one belongs to.
    fn line(&mut self, line: &Line<'a>, key: &'a str, within: Within, facts: &mut Facts) -> Within {
        if line.indent != 4 {
            if line.indent == 6 && within == Within::Requires {
                self.requires.push((key, line.value));
            }
            return within;
        }
        let text = || Some(line.value);
        match key {
            "dependencies" | "optionalDependencies" => {
                line.expect(Kind::Map, facts);
                return Within::Requires;
            }
            "name" | "version" if !line.expect(Kind::Scalar, facts) => {}
            "name" => self.name = text(),
            "version" => self.version = text(),
            "dev" => self.dev = text(),
            "optional" => self.optional = line.value == "true",
            _ => {}
        }
        Within::Entry
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::catalogers::declared::testing::facts_of;

    fn facts(text: &str) -> Facts {
        facts_of(&Pnpm, "pnpm-lock.yaml", text)
    }

    #[test]
    fn any_layout_is_read() {
        let expected = [
            row("@s/a@1.0.0", Scope::Runtime, "b@2.0.0"),
            row("b@2.0.0", Scope::Runtime, ""),
            row("c@3.0.0", Scope::Development, ""),
        ];
        let lines = "lockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies:\n      '@s/a':\n        \
                     specifier: ^1\n        version: 1.0.0(b@2.0.0)\n    devDependencies:\n      c:\n        \
                     specifier: ^3\n        version: 3.0.0\npackages:\n  '@s/a@1.0.0':\n    \
                     cpu: [x]\n  b@2.0.0:\n    deprecated: 'it''s'\n  c@3.0.0: {}\nsnapshots:\n  \
                     '@s/a@1.0.0(b@2.0.0)':\n    dependencies:\n      b: 2.0.0\n  b@2.0.0: {}\n  \
                     c@3.0.0: {}\n";
        let wide = lines.replace("  ", "    ");
        let block = lines.replace("'it''s'", "|-\n      it\n      is");
        let anchored = lines.replace("b@2.0.0: {}\n  c@3.0.0: {}", "b@2.0.0: &b {}\n  c@3.0.0: *b");
        let flow = "{lockfileVersion: '9.0', importers: {.: {dependencies: {'@s/a': {version: \
                    1.0.0(b@2.0.0)}}, devDependencies: {c: {version: 3.0.0}}}}, packages: \
                    {'@s/a@1.0.0': {}, b@2.0.0: {}, c@3.0.0: {}}, snapshots: \
                    {'@s/a@1.0.0(b@2.0.0)': {dependencies: {b: 2.0.0}}}}";
        let json = "{\"lockfileVersion\": \"9.0\", \"importers\": {\".\": {\"dependencies\": {\"@s/a\": \
                    {\"version\": \"1.0.0\"}}, \"devDependencies\": {\"c\": {\"version\": \"3.0.0\"}}}},\n\
                    \t\"packages\": {\"@s/a@1.0.0\": {}, \"b@2.0.0\": {}, \"c@3.0.0\": {}},\n\
                    \t\"snapshots\": {\"@s/a@1.0.0\": {\"dependencies\": {\"b\": \"2.0.0\"}}}}";
        for text in [lines, &wide, &block, &anchored, flow, json] {
            assert_eq!(packages(text), expected, "{text}");
        }
        let long = format!(
            "lockfileVersion: '9.0'\npackages:\n  a@1.0.0: {{}}\n  b@2.0.0: {{}}\nsnapshots:\n  \
                            ? a@1.0.0({})\n  : dependencies:\n      b: 2.0.0\n",
            "x".repeat(2000)
        );
        let unstated = Scope::Unstated;
        let expected = [row("a@1.0.0", unstated, "b@2.0.0"), row("b@2.0.0", unstated, "")];
        assert_eq!(packages(&long), expected);
    }

    #[test]
    fn what_has_the_wrong_type_is_a_problem() {
        for (text, line) in [
            ("lockfileVersion: '9.0'\npackages: x\n", 2),
            ("lockfileVersion: '9.0'\npackages: [1]\n", 2),
            ("lockfileVersion: '9.0'\npackages: []\n", 2),
            ("lockfileVersion: '9.0'\npackages:\n- a@1.0.0\n", 3),
            ("lockfileVersion: '9.0'\npackages:\n  - a@1.0.0:\n", 3),
            ("lockfileVersion: '9.0'\nsnapshots: 7\n", 2),
            ("lockfileVersion: '9.0'\nimporters: []\n", 2),
            ("lockfileVersion: '9.0'\npackages:\n  a@1.0.0: 7\n", 3),
            ("lockfileVersion: '9.0'\npackages:\n  a@1.0.0:\n    version: []\n", 4),
            ("lockfileVersion: '9.0'\npackages:\n  a@1.0.0:\n    dependencies: []\n", 4),
            ("lockfileVersion: '9.0'\npackages:\n    - b: c\n", 3),
            ("- a\n", 1),
            ("hello", 1),
            ("[]", 1),
            ("%%%", 1),
            ("lockfileVersion: '99.0'\npackages: {}\n", 1),
            ("lockfileVersion: '9.0'\nfoo: [\n", 2),
            ("lockfileVersion: '9.0'\npackages:\n\ta@1.0.0: x: y\n", 3),
        ] {
            let facts = facts(text);
            let lines: Vec<_> = facts.problems.iter().filter_map(|it| it.line).collect();
            assert!(lines.contains(&line), "{text:?}: {facts:?}");
        }
    }

    /// Names with versions, scopes, and what each needs.
    fn packages(text: &str) -> Vec<(String, Scope, String)> {
        let facts = facts(text);
        assert!(facts.problems.is_empty(), "{facts:?}");
        let packages = facts.packages();
        packages.map(|it| (it.id(), it.scope, it.depends_on.join(" "))).collect()
    }

    fn row(id: &str, scope: Scope, needs: &str) -> (String, Scope, String) {
        (id.to_owned(), scope, needs.to_owned())
    }

    #[test]
    fn version_5() {
        let found = packages(
            "lockfileVersion: 5.4\n\ndependencies:\n  '@s/a': 1.0.0_b@2.0.0\n\npackages:\n\n  \
             /@s/a/1.0.0_b@2.0.0:\n    resolution: {integrity: sha512-x}\n    dependencies:\n      \
             b: 2.0.0\n      alias: /c/1.1.0\n    dev: false\n\n  registry.example/b/2.0.0:\n    \
             dev: true\n\n  /c/1.1.0:\n    optional: true\n    dev: false\n\n  file:../d:\n    \
             name: d\n    version: 0.1.0\n",
        );
        assert_eq!(
            found,
            [
                row("@s/a@1.0.0", Scope::Runtime, "b@2.0.0 c@1.1.0"),
                row("b@2.0.0", Scope::Development, ""),
                row("c@1.1.0", Scope::Optional, ""),
                row("d@0.1.0", Scope::Unstated, ""),
            ]
        );
    }

    #[test]
    fn version_6() {
        let found = packages(
            "lockfileVersion: '6.0'\n\npackages:\n\n  /@s/a@1.0.0(b@2.0.0):\n    dependencies:\n      \
             b: 2.0.0\n    dev: false\n\n  /b@2.0.0:\n    dev: false\n\n  \
             github.com/x/y/0123abc:\n    name: y\n    version: 3.0.0\n    dev: true\n",
        );
        assert_eq!(
            found,
            [
                row("@s/a@1.0.0", Scope::Runtime, "b@2.0.0"),
                row("b@2.0.0", Scope::Runtime, ""),
                row("y@3.0.0", Scope::Development, ""),
            ]
        );
    }

    #[test]
    fn version_9_with_snapshots() {
        let found = packages(
            "---\nlockfileVersion: '9.0'\n\npackages:\n\n  '@s/a@1.0.0':\n    engines: {node: '>=1'}\n\n  \
             b@2.0.0:\n    deprecated: >-\n      some: words\n\n  \
             y@https://host/y/tar.gz/0123abc:\n    version: 3.0.0\n\nsnapshots:\n\n  \
             '@s/a@1.0.0(b@2.0.0)':\n    dependencies:\n      b: 2.0.0\n      alias: b@2.0.0\n\n  \
             b@2.0.0: {}\n\n  ? y@https://host/y/tar.gz/0123abc\n  : dependencies:\n",
        );
        assert_eq!(
            found,
            [
                row("@s/a@1.0.0", Scope::Unstated, "b@2.0.0"),
                row("b@2.0.0", Scope::Unstated, ""),
                row("y@3.0.0", Scope::Unstated, ""),
            ]
        );
        let facts = facts("lockfileVersion: '9.0'\npackages:\n  b@2.0.0:\n    hasBin: true\n");
        let package = facts.packages().next().unwrap();
        assert_eq!(package.locations[0].lines, Some((3, 4)));
    }

    #[test]
    fn version_9_tells_by_its_projects_what_is_needed_to_develop() {
        let found = packages(
            "lockfileVersion: '9.0'\nimporters:\n\n  .:\n    dependencies:\n      a:\n        \
             specifier: ^1\n        version: 1.0.0(b@2.0.0)\n    devDependencies:\n      x:\n        \
             specifier: npm:@s/c\n        version: '@s/c@3.0.0'\n  p:\n    devDependencies:\n      \
             p2:\n        specifier: workspace:*\n        version: link:../p2\n\npackages:\n  \
             a@1.0.0: {}\n  b@2.0.0: {}\n  '@s/c@3.0.0': {}\n  d@4.0.0: {}\n\nsnapshots:\n  \
             a@1.0.0(b@2.0.0):\n    dependencies:\n      b: 2.0.0\n  '@s/c@3.0.0':\n    \
             dependencies:\n      b: 2.0.0\n      d: 4.0.0\n",
        );
        assert_eq!(
            found,
            [
                row("a@1.0.0", Scope::Runtime, "b@2.0.0"),
                row("b@2.0.0", Scope::Runtime, ""),
                row("@s/c@3.0.0", Scope::Development, "b@2.0.0 d@4.0.0"),
                row("d@4.0.0", Scope::Development, ""),
            ]
        );
    }

    #[test]
    fn what_is_no_entry_is_told_with_its_line() {
        let facts =
            facts("<<<<<<< ours\nlockfileVersion: '6.0'\npackages:\n  /a@1.0.0:\n  b\n  c:\n");
        assert_eq!(facts.packages().count(), 1);
        let told = facts.problems.iter().map(|problem| (problem.line, problem.message.as_str()));
        assert_eq!(
            told.collect::<Vec<_>>(),
            [
                (Some(2), "not valid YAML: mapping values are not allowed in this context"),
                (Some(1), "\"<<<<<<< ours\" begins no section"),
                (Some(5), "\"b\" is no entry"),
                (Some(6), "\"c\" has no valid name and version"),
            ]
        );
    }

    #[test]
    fn what_is_fetched_from_elsewhere_has_its_scope_too() {
        let mut facts = Facts::default();
        let text = "lockfileVersion: '9.0'\nimporters:\n  .:\n    devDependencies:\n      a:\n        \
                    specifier: file:a.tgz\n        version: file:a.tgz\npackages:\n  a@file:a.tgz:\n    \
                    resolution: {tarball: file:a.tgz}\n    version: 1.0.0\n";
        parse(text.as_bytes(), &mut facts).unwrap();
        let scopes: Vec<Scope> = facts.packages().map(|it| it.scope).collect();
        assert_eq!(scopes, [Scope::Development]);
    }

    #[test]
    fn what_is_fetched_from_elsewhere_needs_others_too() {
        let from_elsewhere = |key: &str, reference: &str, fields: &str| {
            facts(&format!(
                "lockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies:\n      a:\n        \
                 specifier: x\n        version: {reference}\n    devDependencies:\n      \
                 b:\n        specifier: 1.0.0\n        version: 1.0.0\npackages:\n  {key}:\n    \
                 {fields}\n  b@1.0.0: {{}}\n  c@1.0.0: {{}}\nsnapshots:\n  \
                 {key}(c@1.0.0):\n    dependencies:\n      b: 1.0.0\n  b@1.0.0: {{}}\n"
            ))
        };
        let git = "https://codeload.github.com/o/a/tar.gz/0123abc";
        for (key, reference, fields) in [
            ("a@file:a.tgz", "file:a.tgz", "version: 2.0.0"),
            (&*format!("a@{git}"), git, "version: 2.0.0"),
            // Asked for by another name.
            ("x@file:a.tgz", "x@file:a.tgz(c@1.0.0)", "version: 2.0.0"),
            ("a@file:../a", "file:../a(c@1.0.0)", "resolution: {directory: ../a, type: directory}"),
            ("a@file:a.tgz", "file:a.tgz", "resolution: {tarball: file:a.tgz}"),
        ] {
            let facts = from_elsewhere(key, reference, fields);
            let found: Vec<_> = facts.packages().collect();
            let needed = found.iter().find(|it| it.name == "b").unwrap();
            assert_eq!(needed.scope, Scope::Runtime, "{key}");
            let asked = found.iter().find(|it| it.version == "2.0.0");
            let asked = asked.map(|it| (it.scope, it.depends_on.join(" ")));
            let expected = (Scope::Runtime, "b@1.0.0".to_owned());
            assert_eq!(asked, fields.starts_with("version").then_some(expected), "{key}");
        }
    }

    #[test]
    fn folders_between_packages_are_gone_through() {
        let found = packages(
            "lockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies:\n      a:\n        \
             specifier: 1.0.0\n        version: 1.0.0\n    devDependencies:\n      b:\n        \
             specifier: 1.0.0\n        version: 1.0.0\npackages:\n  a@1.0.0: {}\n  \
             f@file:f: {}\n  g@file:g: {}\n  b@1.0.0: {}\nsnapshots:\n  a@1.0.0:\n    \
             dependencies:\n      f: file:f\n  f@file:f:\n    dependencies:\n      \
             g: file:g\n  g@file:g:\n    dependencies:\n      b: 1.0.0\n      f: file:f\n",
        );
        assert_eq!(found, [row("a@1.0.0", Scope::Runtime, ""), row("b@1.0.0", Scope::Runtime, "")]);
    }

    #[test]
    fn a_folder_without_a_version_is_nothing_wrong() {
        let mut facts = Facts::default();
        let text = "lockfileVersion: '9.0'\npackages:\n  a@file:../a:\n    \
                    resolution: {directory: ../a, type: directory}\n  b@file:b.tgz:\n    \
                    resolution: {tarball: file:b.tgz}\n    version: 1.0.0\n  c@file:c.tgz:\n    \
                    resolution: {tarball: file:c.tgz}\n";
        parse(text.as_bytes(), &mut facts).unwrap();
        assert_eq!(facts.packages().map(Package::id).collect::<Vec<_>>(), ["b@1.0.0"]);
        assert_eq!(facts.problems.iter().filter_map(|it| it.line).collect::<Vec<_>>(), [8]);
    }

    proptest! {
        #[test]
        fn facts_hold_together(
            text in "(lockfileVersion: [569]|(packages|snapshots|importers):|[@/ab'\"(:_?1.]{0,4}|\n {0,6}){0,40}",
        ) {
            crate::check::holds(&Pnpm, "pnpm-lock.yaml", text)?;
        }
    }
}
