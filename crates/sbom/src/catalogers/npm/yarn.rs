//! `yarn.lock`, of Yarn 1 and of Yarn 2 and later.
//!
//! The former is a format of Yarn's own, the latter YAML, any of which Yarn takes. Both are written
//! as blocks of indented lines, and differ in `key "value"` against `key: value`.
//!
//! Neither shows which packages are only needed for development: the `package.json` beside it, and
//! those of the workspaces below, do.

use std::collections::{HashMap, HashSet};

use sealift_layers::{File, Metadata, TreePath};
use sealift_model::{Evidence, Impact, Location, Package, Relationship, Scope};

use crate::catalogers::asked::{Asked, by_lockfile};
use crate::catalogers::json::Document;
use crate::catalogers::shape::Kind;
use crate::catalogers::text;
use crate::catalogers::yaml::{Line, Yaml};
use crate::{Catalog, Cataloger, Error, Fact, Facts, MergedFacts, MergedFile};

/// Finds the packages that Yarn's lockfiles pin.
#[derive(Debug)]
pub(crate) struct Yarn;

impl Cataloger for Yarn {
    fn name(&self) -> &'static str {
        "npm-yarn"
    }

    fn names(&self) -> &'static [&'static str] {
        &["yarn.lock", "package.json"]
    }

    fn wants(&self, path: TreePath<'_>, _: &Metadata, _: &[u8]) -> bool {
        matches!(path.file_name(), b"yarn.lock" | b"package.json") && !text::is_inside_package(path)
    }

    fn read(&self, file: &mut File<'_>, facts: &mut Facts) -> Result<(), Error> {
        match file.path().file_name() {
            b"yarn.lock" => parse(file.bytes()?, facts),
            _ => parse_manifest(file.bytes()?, facts),
        }
    }

    fn assemble(&self, merged: &MergedFacts<'_>, catalog: &mut Catalog) {
        for (lock, manifests) in by_lockfile(merged, "yarn.lock") {
            let mut packages: Vec<Package> = lock.facts.packages().cloned().collect();
            if let Some(asked) = asked(lock, &manifests, &packages) {
                asked.mark(&mut packages);
            }
            for package in packages {
                catalog.add(package, lock, merged.cataloger);
            }
            catalog.add_problems(lock, merged.cataloger, Impact::Partial);
        }
    }
}

/// What the manifests ask for. None without the project's own manifest.
fn asked(
    lock: &MergedFile<'_>,
    manifests: &[&MergedFile<'_>],
    packages: &[Package],
) -> Option<Asked> {
    let folder = lock.path.strip_suffix("yarn.lock")?;
    let is_own = |file: &&MergedFile<'_>| file.path.strip_suffix("package.json") == Some(folder);
    manifests.iter().copied().find(is_own)?;
    let names = Names::of(lock, packages);
    let mut asked = Asked::default();
    for named in manifests.iter().flat_map(|file| file.facts.packages()) {
        for id in names.find(named) {
            asked.add(named.scope, id.to_owned());
        }
    }
    add_silent(lock, manifests, packages, &mut asked);
    Some(asked)
}

/// The names under which packages of a lockfile are requested.
#[derive(Default)]
struct Names<'l> {
    by_descriptor: HashMap<&'l str, Vec<&'l str>>,
    by_name: HashMap<&'l str, Vec<String>>,
}

impl<'l> Names<'l> {
    fn of(lock: &'l MergedFile<'_>, packages: &'l [Package]) -> Self {
        let mut names = Self::default();
        for (descriptor, id) in described(lock) {
            // Yarn docs, "Protocols": a request by path is bound to the package that makes it.
            let descriptor = descriptor.split("::").next().unwrap_or(descriptor);
            names.by_descriptor.entry(descriptor).or_default().push(id);
        }
        for package in packages {
            names.by_name.entry(&package.name).or_default().push(package.id());
        }
        names
    }

    /// The packages that a manifest's may mean. Yarn docs, "resolutions": what those replace is not
    /// described as it is asked for, and of several versions any may be meant.
    fn find(&self, asked: &Package) -> Vec<&str> {
        let (name, range) = split(&asked.version).unwrap_or((&asked.version, ""));
        let described = spellings(name, range)
            .into_iter()
            .find_map(|descriptor| self.by_descriptor.get(descriptor.as_str()));
        match described {
            Some(ids) => ids.clone(),
            None => {
                let named = self.by_name.get(asked.name.as_str());
                named.into_iter().flatten().map(String::as_str).collect()
            }
        }
    }
}

/// A descriptor as lockfiles may write it: from Yarn 2 on with the protocol that is the usual one,
/// though 2 and 3 leave it out where packages ask for each other.
fn spellings(name: &str, range: &str) -> [String; 2] {
    [format!("{name}@{range}"), format!("{name}@npm:{range}")]
}

/// Adds the parts of the project whose requests are only in the lockfile: folders beside it, and
/// workspaces without a manifest. Their dependencies may be needed to run.
fn add_silent(
    lock: &MergedFile<'_>,
    manifests: &[&MergedFile<'_>],
    packages: &[Package],
    asked: &mut Asked,
) {
    let folder = lock.path.strip_suffix("yarn.lock").unwrap_or_default();
    let folders: HashSet<&str> = manifests
        .iter()
        .filter_map(|file| file.path.strip_prefix(folder)?.strip_suffix("/package.json"))
        .collect();
    let mut workspaces: HashMap<&str, Vec<&str>> = HashMap::new();
    for (descriptor, id) in described(lock) {
        let path = split(descriptor).and_then(|(_, place)| place.strip_prefix("workspace:"));
        workspaces.entry(id).or_default().extend(path);
    }
    for part in packages.iter().filter(|it| it.relationship == Relationship::Workspace) {
        let id = part.id();
        let paths = workspaces.get(id.as_str()).map(Vec::as_slice).unwrap_or_default();
        if paths.iter().any(|path| folders.contains(path)) {
            continue;
        }
        if !paths.is_empty() {
            asked.add(Scope::Runtime, id.clone());
        }
        asked.add_silent(id);
    }
}

/// The descriptors of packages in the lockfile, with the packages.
fn described<'l>(lock: &'l MergedFile<'_>) -> impl Iterator<Item = (&'l str, &'l str)> {
    lock.facts.facts.iter().filter_map(|fact| match fact {
        Fact::Described { descriptor, package } => Some((descriptor.as_str(), package.as_str())),
        _ => None,
    })
}

/// What a `package.json` asks for, under the real names of aliases (npm docs, package.json,
/// "dependencies"), with the descriptor in place of the version. Errors in a manifest are no
/// problems of the lockfile.
fn parse_manifest(bytes: &[u8], facts: &mut Facts) -> Result<(), Error> {
    let (_, manifest) = Document::read(bytes, "package.json")?;
    for (kind, scope) in [
        ("dependencies", Scope::Runtime),
        ("optionalDependencies", Scope::Runtime),
        ("devDependencies", Scope::Development),
    ] {
        for (name, range) in manifest.object(kind).unwrap_or_default().members() {
            let descriptor = format!("{name}@{}", range.as_text().unwrap_or_default());
            if let Some(mut package) = super::package(asked_for(&descriptor), &descriptor) {
                package.scope = scope;
                facts.package(package);
            }
        }
    }
    Ok(())
}

fn parse(bytes: &[u8], facts: &mut Facts) -> Result<(), Error> {
    let text = text::utf8(bytes, "yarn.lock")?;
    // From Yarn 2 on the lockfile begins with what it says about itself.
    let yaml = text.contains("__metadata").then(|| Yaml::read(text, &[], facts));
    let entries = match &yaml {
        Some(yaml) => entries(yaml.lines().map(|line| Row::of_yaml(&line, facts)).collect(), facts),
        None => entries(rows(text), facts),
    };
    let packages: Vec<Option<Package>> = entries.iter().map(Entry::package).collect();
    let ids: Vec<Option<String>> =
        packages.iter().map(|package| package.as_ref().map(Package::id)).collect();
    let index = Index::of(&entries, &ids);
    let requires = |entry: &Entry<'_>| -> Vec<usize> {
        entry.requires.iter().filter_map(|(name, range)| index.find(name, range)).collect()
    };
    let projects = || entries.iter().filter(|entry| entry.is_project());
    let direct: HashSet<usize> = projects().flat_map(requires).collect();
    let states_direct = projects().next().is_some();
    let unclear = index.unclear(&entries);
    for ((at, entry), package) in entries.iter().enumerate().zip(packages) {
        if entry.is_root() {
            continue;
        }
        let Some(mut package) = package else {
            let problem = format!("{:?} has no valid name and version", entry.written);
            facts.problem(Some(entry.lines.0), problem);
            continue;
        };
        package.relationship = match entry.is_project() || entry.is_folder() {
            true => Relationship::Workspace,
            false if direct.contains(&at) => Relationship::Direct,
            false if states_direct => Relationship::Indirect,
            false => Relationship::Unstated,
        };
        if unclear.contains(&at) {
            package.scope = Scope::Runtime;
        }
        let needed = requires(entry).into_iter().filter_map(|at| ids.get(at)?.clone());
        package.depends_on = needed.collect();
        package.depends_on.sort_unstable();
        package.depends_on.dedup();
        for descriptor in entry.descriptors.iter().map(String::as_str).chain(entry.resolution) {
            let descriptor = descriptor.to_owned();
            facts.facts.push(Fact::Described { descriptor, package: package.id() });
        }
        facts.package(package);
    }
    Ok(())
}

/// Where the entries are.
struct Index<'e> {
    by_descriptor: HashMap<&'e str, usize>,
    /// By the name asked for, each package once.
    by_name: HashMap<&'e str, Vec<usize>>,
}

impl<'e> Index<'e> {
    fn of(entries: &'e [Entry<'_>], ids: &[Option<String>]) -> Self {
        let mut index = Self { by_descriptor: HashMap::new(), by_name: HashMap::new() };
        let mut known = HashSet::new();
        for ((at, entry), id) in entries.iter().enumerate().zip(ids) {
            for descriptor in &entry.descriptors {
                index.by_descriptor.insert(descriptor, at);
                let Some((name, _)) = split(descriptor) else { continue };
                if known.insert((name, id)) {
                    index.by_name.entry(name).or_default().push(at);
                }
            }
        }
        index
    }

    /// The entry that is meant. Yarn docs, "resolutions": what those replace keeps the range that
    /// it had where it is asked for, and the key has another; the only one of the name is it.
    fn find(&self, name: &str, range: &str) -> Option<usize> {
        self.described(name, range).or_else(|| match self.named(name) {
            [only] => Some(*only),
            _ => None,
        })
    }

    fn described(&self, name: &str, range: &str) -> Option<usize> {
        let mut spellings = spellings(name, range).into_iter();
        spellings.find_map(|descriptor| self.by_descriptor.get(descriptor.as_str()).copied())
    }

    fn named(&self, name: &str) -> &[usize] {
        self.by_name.get(name).map(Vec::as_slice).unwrap_or_default()
    }

    /// Entries of a name that some package needs without it being clear which entry is meant: each
    /// may be needed to run. The project's own needs are in the manifests.
    fn unclear(&self, entries: &[Entry<'_>]) -> HashSet<usize> {
        let packages = entries.iter().filter(|entry| !entry.is_project());
        let needed: HashSet<(&str, &str)> =
            packages.flat_map(|entry| entry.requires.iter().copied()).collect();
        let unknown: HashSet<&str> = needed
            .into_iter()
            .filter(|(name, range)| self.find(name, range).is_none())
            .map(|(name, _)| name)
            .collect();
        unknown.into_iter().flat_map(|name| self.named(name)).copied().collect()
    }
}

/// One block: `name@range, name@range:` and what is indented below it.
#[derive(Debug, Default)]
struct Entry<'a> {
    written: &'a str,
    /// The descriptors before the colon, without quotes.
    descriptors: Vec<String>,
    /// Real name, where Yarn 1 found another one than it was asked for.
    name: Option<&'a str>,
    version: Option<&'a str>,
    /// `name@protocol:reference`, from Yarn 2 on.
    resolution: Option<&'a str>,
    /// Names and ranges.
    requires: Vec<(&'a str, &'a str)>,
    lines: (u64, u64),
}

impl Entry<'_> {
    /// Yarn docs, "Workspaces": a folder of the project, by its path.
    fn is_project(&self) -> bool {
        self.reference().is_some_and(|reference| reference.starts_with("workspace:"))
    }

    /// Yarn docs, "Protocols": a folder beside the project. What it calls its version, if it has
    /// one, is no release of whoever has that name in the registry.
    fn is_folder(&self) -> bool {
        let ranges = self.descriptors.iter().filter_map(|descriptor| Some(split(descriptor)?.1));
        self.reference().into_iter().chain(ranges).any(|place| match place.split_once(':') {
            Some(("link" | "portal", _)) => true,
            Some(("file", path)) => !is_tarball(path),
            _ => false,
        })
    }

    fn is_root(&self) -> bool {
        self.reference() == Some("workspace:.")
    }

    fn reference(&self) -> Option<&str> {
        split(self.resolution?).map(|(_, reference)| reference)
    }

    fn package(&self) -> Option<Package> {
        let descriptor = self.descriptors.first()?;
        let name = match (self.name, self.resolution) {
            (Some(name), _) => name,
            (None, Some(resolution)) => split(resolution)?.0,
            (None, None) => asked_for(descriptor),
        };
        let version = self.version.filter(|version| !version.is_empty())?;
        let mut package = super::package(name, version)?;
        package.evidence = Evidence::Declared;
        package.locations = vec![Location::new("").on_lines(Some(self.lines))];
        Some(package)
    }
}

/// Whether a `file:` is one, before its hash and what Yarn binds it to.
fn is_tarball(path: &str) -> bool {
    let path = path.split(['#', ':']).next().unwrap_or(path);
    [".tgz", ".tar.gz", ".tar"].iter().any(|end| path.ends_with(end))
}

/// The name in a descriptor of Yarn 1; of an alias, `alias@npm:name@range`, the real one.
fn asked_for(descriptor: &str) -> &str {
    let (name, range) = split(descriptor).unwrap_or((descriptor, ""));
    // The range may be missing, `alias@npm:name`; one begins with no letter.
    let is_name = |real: &&str| real.starts_with(|c: char| c == '@' || c.is_ascii_alphabetic());
    match range.strip_prefix("npm:") {
        Some(real) => split(real).map(|(real, _)| real).or(Some(real).filter(is_name)),
        None => None,
    }
    .unwrap_or(name)
}

/// `@scope/name@range` in name and range.
fn split(descriptor: &str) -> Option<(&str, &str)> {
    let (at, _) = descriptor.match_indices('@').find(|(at, _)| *at > 0)?;
    Some((descriptor.get(..at)?, descriptor.get(at + 1..)?))
}

/// A line of a lockfile.
struct Row<'a> {
    number: u64,
    depth: usize,
    key: &'a str,
    value: &'a str,
    /// The head of an entry; `None` if the line begins no entry.
    head: Option<&'a str>,
}

impl<'a> Row<'a> {
    fn of_yaml(line: &Line<'a>, facts: &mut Facts) -> Self {
        let kind = match (line.indent, line.key) {
            (0, Some(_)) | (2, Some("dependencies" | "optionalDependencies")) => Some(Kind::Map),
            (2, Some("version" | "resolution")) => Some(Kind::Scalar),
            _ => None,
        };
        if let Some(kind) = kind {
            line.expect(kind, facts);
        }
        Self {
            number: line.number,
            depth: line.indent,
            key: line.key.unwrap_or(line.value),
            value: line.value,
            head: line.key,
        }
    }
}

/// The lines of Yarn's own format, and of YAML that is written as Yarn does.
fn rows(text: &str) -> Vec<Row<'_>> {
    let lines = text.lines().zip(1..).filter_map(|(line, number)| {
        let content = line.trim();
        if content.is_empty() || content.starts_with('#') {
            return None;
        }
        let depth = line.len() - line.trim_start().len();
        let (key, value) = match depth {
            0 => (content, ""),
            _ => member(content),
        };
        Some(Row { number, depth, key, value, head: content.strip_suffix(':') })
    });
    lines.collect()
}

fn entries<'a>(rows: Vec<Row<'a>>, facts: &mut Facts) -> Vec<Entry<'a>> {
    let mut entries: Vec<Entry<'a>> = Vec::new();
    let (mut in_entry, mut in_requires) = (false, false);
    for Row { number, depth, key, value, head } in rows {
        match depth {
            0 => {
                in_entry = false;
                match head {
                    Some("__metadata") => {}
                    Some(head) => {
                        entries.push(Entry::of(head, number));
                        in_entry = true;
                    }
                    None => facts.problem(Some(number), format!("{key:?} begins no entry")),
                }
            }
            depth if in_entry => {
                let Some(entry) = entries.last_mut() else { continue };
                entry.lines.1 = number;
                if depth <= 2 {
                    in_requires = matches!(key, "dependencies" | "optionalDependencies");
                    entry.set(key, value);
                } else if in_requires && depth == 4 {
                    entry.requires.push((key, value));
                }
            }
            _ => {}
        }
    }
    entries
}

impl<'a> Entry<'a> {
    fn of(written: &'a str, line: u64) -> Self {
        let descriptors = written.split(", ").map(|it| it.replace('"', "")).collect();
        Self { written, descriptors, lines: (line, line), ..Self::default() }
    }

    fn set(&mut self, key: &str, value: &'a str) {
        match key {
            "name" => self.name = Some(value),
            "version" => self.version = Some(value),
            "resolution" => self.resolution = Some(value),
            _ => {}
        }
    }
}

/// `key value` or `key: value`, each with or without quotes.
fn member(content: &str) -> (&str, &str) {
    let (key, value) = content.split_once(' ').unwrap_or((content, ""));
    (key.trim_end_matches(':').trim_matches('"'), value.trim().trim_matches('"'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::catalogers::declared::testing::facts_of;

    fn facts(text: &str) -> Facts {
        facts_of(&Yarn, "yarn.lock", text)
    }

    fn packages(text: &str) -> Vec<Package> {
        let facts = facts(text);
        assert!(facts.problems.is_empty(), "{facts:?}");
        facts.packages().cloned().collect()
    }

    #[test]
    fn yarn_1() {
        let found = packages(
            "# yarn lockfile v1\n\n\n\"@s/a@^1.0.0\", \"@s/a@^1.1.0\":\n  version \"1.2.0\"\n  \
             dependencies:\n    b \"^1 || ^2\"\n    \"c\" \"*\"\n\nb@^0.9, \"b@^1 || ^2\":\n  \
             \"version\" \"2.0.0\"\n\nalias@npm:@s/c@^1:\n  version \"1.0.0\"\n\n\
             \"d@git+ssh://git@host/x#1\":\n  name e\n  version \"1.0.0\"\n",
        );
        let ids: Vec<_> = found.iter().map(Package::id).collect();
        assert_eq!(ids, ["@s/a@1.2.0", "b@2.0.0", "@s/c@1.0.0", "e@1.0.0"]);
        assert_eq!(found[0].depends_on, ["b@2.0.0"]);
        assert_eq!(found[0].locations[0].lines, Some((4, 8)));
        assert_eq!(found[0].relationship, Relationship::Unstated);
    }

    #[test]
    fn yarn_2_and_later() {
        let found = packages(
            "__metadata:\n  version: 8\n\n\"root@workspace:.\":\n  version: 0.0.0-use.local\n  \
             resolution: \"root@workspace:.\"\n  dependencies:\n    x: \"npm:@s/a@^1\"\n\n\
             \"x@npm:@s/a@^1\":\n  version: 1.2.0\n  resolution: \"@s/a@npm:1.2.0\"\n  \
             dependencies:\n    b: ^1\n  peerDependencies:\n    c: 1\n\n\
             ? \"b@npm:^1, b@npm:^1.1\"\n:\n  version: 1.1.0\n  resolution: \"b@npm:1.1.0\"\n\n\
             \"w@workspace:packages/w\":\n  version: 0.0.0-use.local\n  \
             resolution: \"w@workspace:packages/w\"\n",
        );
        let found: Vec<_> = found.iter().map(|it| (it.id(), it.relationship)).collect();
        assert_eq!(
            found,
            [
                ("@s/a@1.2.0".to_owned(), Relationship::Direct),
                ("b@1.1.0".to_owned(), Relationship::Indirect),
                ("w@0.0.0-use.local".to_owned(), Relationship::Workspace),
            ]
        );
    }

    #[test]
    fn yarn_2_and_later_in_any_layout() {
        let lines = "__metadata:\n  version: 8\n\n\"a@npm:^1, a@npm:^1.1\":\n  version: 1.2.0\n  \
                     resolution: \"a@npm:1.2.0\"\n  dependencies:\n    b: \"npm:^1\"\n\n\
                     \"b@npm:^1\":\n  version: 1.1.0\n  resolution: \"b@npm:1.1.0\"\n";
        let single = lines.replace('"', "'");
        let quoted = lines.replace("__metadata", "\"__metadata\"");
        let wide = lines.replace("  ", "    ");
        let flow = "{__metadata: {version: 8}, 'a@npm:^1, a@npm:^1.1': {version: 1.2.0, resolution: \
                    'a@npm:1.2.0', dependencies: {b: npm:^1}}, 'b@npm:^1': {version: 1.1.0, \
                    resolution: 'b@npm:1.1.0'}}";
        let anchored = lines.replace("\"b@npm:^1\":", "&x \"b@npm:^1\":");
        for text in [lines, &single, &quoted, &wide, flow, &anchored] {
            let found = packages(text);
            let found: Vec<_> = found.iter().map(|it| (it.id(), it.depends_on.join(" "))).collect();
            let expected = [("a@1.2.0", "b@1.1.0"), ("b@1.1.0", "")];
            assert_eq!(
                found,
                expected.map(|(id, needs)| (id.to_owned(), needs.to_owned())),
                "{text}"
            );
        }
        for text in
            ["__metadata: {}\na: 7\n", "__metadata:\n  version: 8\n  x: [\n", "[__metadata]"]
        {
            assert!(!facts(text).problems.is_empty(), "{text}");
        }
    }

    #[test]
    fn manifests_tell_what_is_needed_to_develop() {
        let lock = "a@^1:\n  version \"1.0.0\"\n  dependencies:\n    b \"^1\"\n\nb@^1:\n  version \
                    \"1.1.0\"\n\n\"@s/c@*\":\n  version \"2.0.0\"\n  dependencies:\n    b \"^1\"\n    \
                    d \"^1\"\n\nd@^1:\n  version \"1.2.0\"\n\ne@^1:\n  version \"1.0.0\"\n";
        let own = r#"{"dependencies": {"a": "^1"}, "devDependencies": {"x": "npm:@s/c@*"}}"#;
        let part = r#"{"optionalDependencies": {"e": "1"}, "devDependencies": {"e": "1"}}"#;
        let manifests = [("package.json", own), ("p/package.json", part)];
        let scopes = |manifests: &[(&str, &str)]| -> Vec<Scope> {
            scopes(lock, manifests).into_iter().map(|(_, scope)| scope).collect()
        };
        let [run, dev] = [Scope::Runtime, Scope::Development];
        assert_eq!(scopes(&manifests), [run, run, dev, dev, run]);
        assert_eq!(scopes(&manifests[1..]), [Scope::Unstated; 5]);
    }

    #[test]
    fn of_several_versions_the_range_tells_which_is_meant() {
        let one = "a@1.0.0, a@^1:\n  version \"1.0.0\"\n\n\"a@^2 || ^3\":\n  version \"2.0.0\"\n\n\
                   tool@1:\n  version \"1.0.0\"\n  dependencies:\n    a \"^2 || ^3\"\n\n\
                   \"x@npm:a@3\":\n  version \"3.0.0\"\n\nz@2:\n  version \"2.0.0\"\n";
        let berry = "__metadata:\n  version: 8\n\n\"a@npm:^1, a@npm:^1.0.0\":\n  version: 1.0.0\n  \
                     resolution: \"a@npm:1.0.0\"\n\n\"a@npm:^2 || ^3\":\n  version: 2.0.0\n  \
                     resolution: \"a@npm:2.0.0\"\n\n\"tool@patch:tool@npm%3A1#./t.patch::locator=r\":\n  \
                     version: 1.0.0\n  resolution: \"tool@patch:tool@npm%3A1#./t.patch::hash=0\"\n  \
                     dependencies:\n    a: \"npm:^2 || ^3\"\n\n\"x@npm:a@3\":\n  version: 3.0.0\n  \
                     resolution: \"a@npm:3.0.0\"\n\n\"z@npm:2\":\n  version: 2.0.0\n  \
                     resolution: \"z@npm:2.0.0\"\n";
        let [run, dev] = [Scope::Runtime, Scope::Development];
        for (lock, tool) in [(one, "1"), (berry, "patch:tool@npm%3A1#./t.patch")] {
            // No key is called as z is asked for: resolutions replaced it.
            let manifest = format!(
                r#"{{"dependencies": {{"a": "^1", "z": "1"}}, "devDependencies": {{"tool": "{tool}", "x": "npm:a@3"}}}}"#
            );
            let found = scopes(lock, &[("package.json", &manifest)]);
            let found: Vec<(&str, Scope)> =
                found.iter().map(|(id, it)| (id.as_str(), *it)).collect();
            let rest = [("tool@1.0.0", dev), ("a@3.0.0", dev), ("z@2.0.0", run)];
            assert_eq!(found[..2], [("a@1.0.0", run), ("a@2.0.0", dev)]);
            assert_eq!(found[2..], rest);
        }
    }

    /// The scopes of a lockfile's packages among these manifests.
    fn scopes(lock: &str, manifests: &[(&str, &str)]) -> Vec<(String, Scope)> {
        let lock = facts(lock);
        let read = |(path, text): &(&str, &str)| {
            let mut facts = Facts::default();
            parse_manifest(text.as_bytes(), &mut facts).unwrap();
            ((*path).to_owned(), facts)
        };
        let manifests: Vec<(String, Facts)> = manifests.iter().map(read).collect();
        let mut files = vec![MergedFile::new("yarn.lock", &lock)];
        files.extend(manifests.iter().map(|(path, facts)| MergedFile::new(path.as_str(), facts)));
        let mut catalog = Catalog::default();
        Yarn.assemble(&MergedFacts::new("npm-yarn", files), &mut catalog);
        catalog.packages().iter().map(|package| (package.id(), package.scope)).collect()
    }

    #[test]
    fn folders_without_a_manifest_ask_for_what_they_need() {
        let one = "\"p@file:../p\":\n  version \"3.0.0\"\n  dependencies:\n    a \"1.0.0\"\n\n\
                   a@1.0.0:\n  version \"1.0.0\"\n";
        let berry = "__metadata:\n  version: 8\n\n\"p@portal:../p::locator=r%40workspace%3A.\":\n  \
                     version: 3.0.0\n  resolution: \"p@portal:../p::locator=r%40workspace%3A.\"\n  \
                     dependencies:\n    a: \"npm:1.0.0\"\n\n\"a@npm:1.0.0\":\n  version: 1.0.0\n  \
                     resolution: \"a@npm:1.0.0\"\n";
        for (lock, place) in [(one, "file:../p"), (berry, "portal:../p")] {
            for (kind, scope) in
                [("dependencies", Scope::Runtime), ("devDependencies", Scope::Development)]
            {
                let text = match kind {
                    "dependencies" => format!(
                        r#"{{"dependencies": {{"p": "{place}"}}, "devDependencies": {{"a": "1.0.0"}}}}"#
                    ),
                    _ => format!(r#"{{"devDependencies": {{"p": "{place}", "a": "1.0.0"}}}}"#),
                };
                let found = scopes(lock, &[("package.json", &text)]);
                let [(p, _), (a, of_a)] = &found[..] else { panic!("{found:?}") };
                assert_eq!((p.as_str(), a.as_str(), *of_a), ("p@3.0.0", "a@1.0.0", scope));
            }
        }
    }

    #[test]
    fn workspaces_without_a_manifest_may_need_all_to_run() {
        let lock = "__metadata:\n  version: 8\n\n\"p@workspace:*, p@workspace:parts/p\":\n  \
                    version: 0.0.0-use.local\n  resolution: \"p@workspace:parts/p\"\n  \
                    dependencies:\n    a: \"npm:1.0.0\"\n\n\"a@npm:1.0.0\":\n  version: 1.0.0\n  \
                    resolution: \"a@npm:1.0.0\"\n";
        let own = ("package.json", r#"{"devDependencies": {"a": "1.0.0"}}"#);
        let part = ("parts/p/package.json", r#"{"devDependencies": {"a": "1.0.0"}}"#);
        assert_eq!(scopes(lock, &[own])[1], ("a@1.0.0".to_owned(), Scope::Runtime));
        let develop = ("a@1.0.0".to_owned(), Scope::Development);
        assert_eq!(scopes(lock, &[own, part])[1], develop);
    }

    #[test]
    fn ranges_that_are_no_key_are_found_by_name() {
        let found = packages(
            "\"a@npm:^1\":\n  version: 1.0.0\n  resolution: \"a@npm:1.0.0\"\n  dependencies:\n    \
             b: \"npm:^4.0.0\"\n    c: \"npm:^4.0.0\"\n\n\"b@npm:5.0.0\":\n  version: 5.0.0\n  \
             resolution: \"b@npm:5.0.0\"\n\n\"b@patch:b@npm%3A5.0.0#x\":\n  version: 5.0.0\n  \
             resolution: \"b@patch:b@npm%3A5.0.0#x\"\n\n\"c@npm:1\":\n  version: 1.0.0\n  \
             resolution: \"c@npm:1.0.0\"\n\n\"c@npm:2\":\n  version: 2.0.0\n  \
             resolution: \"c@npm:2.0.0\"\n",
        );
        assert_eq!(found[0].depends_on, ["b@5.0.0"]);
        let scopes: Vec<Scope> = found.iter().map(|package| package.scope).collect();
        let [run, unstated] = [Scope::Runtime, Scope::Unstated];
        assert_eq!(scopes, [unstated, unstated, unstated, run, run]);
    }

    #[test]
    fn an_alias_without_a_range_has_its_real_name() {
        let found = packages(
            "\"x@npm:a\":\n  version \"1.0.0\"\n\n\"y@npm:@s/b\":\n  version \"1.0.0\"\n\n\
             \"c@npm:^1\":\n  version \"1.0.0\"\n",
        );
        let names: Vec<&str> = found.iter().map(|package| package.name.as_str()).collect();
        assert_eq!(names, ["a", "@s/b", "c"]);
    }

    #[test]
    fn folders_are_parts_of_the_project() {
        let one = packages(
            "\"a@file:./d/a\", a@^1:\n  version \"1.0.0\"\n\n\"b@link:./d/b\":\n  version \"0.0.0\"\n\n\
             \"c@file:./c-1.0.0.tgz\":\n  version \"1.0.0\"\n\nd@^1:\n  version \"1.0.0\"\n",
        );
        let berry = packages(
            "\"a@file:../a::locator=x%40workspace%3A.\":\n  version: 1.0.0\n  \
             resolution: \"a@file:../a#../a::hash=1&locator=x%40workspace%3A.\"\n\n\
             \"b@portal:./b::locator=x\":\n  version: 0.0.0-use.local\n  \
             resolution: \"b@portal:./b::locator=x\"\n\n\
             \"c@file:./c.tgz::locator=x\":\n  version: 1.0.0\n  \
             resolution: \"c@file:./c.tgz#./c.tgz::hash=1\"\n\n\
             \"d@npm:1\":\n  version: 1.0.0\n  resolution: \"d@npm:1.0.0\"\n",
        );
        for found in [one, berry] {
            let of: Vec<Relationship> = found.iter().map(|it| it.relationship).collect();
            let [part, other] = [Relationship::Workspace, Relationship::Unstated];
            assert_eq!(of, [part, part, other, other]);
        }
    }

    #[test]
    fn what_is_no_entry_is_told_with_its_line() {
        let facts = facts("<<<<<<< ours\na@1:\n  version \"1.0.0\"\nb@1:\n  resolved \"x\"\n");
        assert_eq!(facts.packages().count(), 1);
        let lines: Vec<_> = facts.problems.iter().map(|problem| problem.line.unwrap()).collect();
        assert_eq!(lines, [1, 4]);
    }

    proptest! {
        #[test]
        fn facts_hold_together(text in r#"([ab@:"\n ]|version|npm:|  |\? ){0,40}"#) {
            crate::check::holds(&Yarn, "yarn.lock", text)?;
        }
    }
}
