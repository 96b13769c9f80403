//! `bun.lock` (Bun docs, "Lockfile"): JSON with comments and with commas before a closing
//! bracket. Each member of `packages` is a list that begins with `name@version`.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use sealift_layers::{File, Metadata, TreePath};
use sealift_model::{Evidence, Location, Package, Scope};

use crate::catalogers::asked::Asked;
use crate::catalogers::json::{Document, Object, Value};
use crate::catalogers::shape::{Kind, Shape};
use crate::catalogers::text;
use crate::{Catalog, Cataloger, Error, Facts, MergedFacts};

/// Bun docs, "Lockfile".
const SHAPE: Shape = Shape {
    version: Some(("lockfileVersion", 1)),
    keys: &[("packages", Kind::Map), ("workspaces", Kind::Map)],
};

/// Finds the packages that Bun's lockfiles pin.
#[derive(Debug)]
pub(crate) struct Bun;

impl Cataloger for Bun {
    fn name(&self) -> &'static str {
        "npm-bun"
    }

    fn names(&self) -> &'static [&'static str] {
        &["bun.lock", "bun.lockb"]
    }

    fn wants(&self, path: TreePath<'_>, _: &Metadata, _: &[u8]) -> bool {
        matches!(path.file_name(), b"bun.lock" | b"bun.lockb") && !text::is_inside_package(path)
    }

    fn read(&self, file: &mut File<'_>, facts: &mut Facts) -> Result<(), Error> {
        if file.path().file_name() == b"bun.lockb" {
            let advice = "Bun's binary lockfile is not read; `bun install --save-text-lockfile` \
                          writes bun.lock";
            facts.problem(None, advice);
            return Ok(());
        }
        parse(file.bytes()?, facts)
    }

    /// Bun docs, "Lockfile": a text lockfile beside the binary one takes its place.
    fn assemble(&self, merged: &MergedFacts<'_>, catalog: &mut Catalog) {
        let is_text = |path: &str| merged.files.iter().any(|file| file.path == path);
        let mut counted = MergedFacts::new(merged.cataloger, Vec::new());
        let files = merged.files.iter();
        counted.files = files
            .filter(|file| !file.path.strip_suffix('b').is_some_and(is_text))
            .cloned()
            .collect();
        catalog.extend(&counted);
    }
}

fn parse(bytes: &[u8], facts: &mut Facts) -> Result<(), Error> {
    let plain = plain_json(bytes);
    let (document, lockfile) = Document::read(&plain, "bun.lock")?;
    document.check(&lockfile, &SHAPE, facts);
    let members = lockfile.object("packages").unwrap_or_default();
    let mut entries: BTreeMap<&str, Entry<'_>> = BTreeMap::new();
    for (path, value) in members.members() {
        let line = document.lines(value).map(|(first, _)| first);
        match Entry::of(value) {
            None => facts.problem(line, format!("{path:?} names no package")),
            Some(entry) if entry.is_project() => {}
            Some(entry) if entry.package().is_none() => {
                facts.problem(line, format!("{path:?} has no valid name and version"));
            }
            // As in JavaScript, the last of two equal names counts.
            Some(mut entry) => {
                entry.lines = document.lines(value);
                entries.insert(path, entry);
            }
        }
    }
    let tree = Tree::new(&entries);
    let mut packages = Vec::with_capacity(entries.len());
    for (path, entry) in &entries {
        let Some(mut package) = entry.package() else { continue };
        package.evidence = Evidence::Declared;
        package.locations = vec![Location::new("").on_lines(entry.lines)];
        package.depends_on = tree.needed_by(path, &entry.requires);
        packages.push(package);
    }
    asked(&lockfile, &tree).mark(&mut packages);
    packages.into_iter().for_each(|package| facts.package(package));
    Ok(())
}

/// The requests of the project and its workspaces. Packages that only one workspace has lie in a
/// folder of its name.
fn asked(lockfile: &Object<'_>, tree: &Tree<'_>) -> Asked {
    let mut asked = Asked::default();
    let workspaces = lockfile.object("workspaces").unwrap_or_default();
    for (place, workspace) in workspaces.members() {
        let Some(workspace) = workspace.as_object() else { continue };
        let folder = workspace.text("name").filter(|_| !place.is_empty()).unwrap_or_default();
        for (kind, scope) in [
            ("dependencies", Scope::Runtime),
            ("optionalDependencies", Scope::Runtime),
            ("peerDependencies", Scope::Runtime),
            ("devDependencies", Scope::Development),
        ] {
            let names = workspace.object(kind).map(|it| names(&it)).unwrap_or_default();
            for id in tree.needed_by(&folder, &names) {
                asked.add(scope, id);
            }
        }
    }
    asked
}

/// A member of `packages`.
#[derive(Debug)]
struct Entry<'a> {
    name: String,
    /// A version, or where it is fetched from.
    reference: String,
    requires: Vec<Cow<'a, str>>,
    lines: Option<(u64, u64)>,
}

impl<'a> Entry<'a> {
    fn of(value: Value<'a>) -> Option<Self> {
        let elements = value.as_array()?;
        let resolution = elements.first()?.as_text()?;
        let (at, _) = resolution.match_indices('@').find(|(at, _)| *at > 0)?;
        let (name, reference) = (resolution.get(..at)?, resolution.get(at + 1..)?);
        let info = elements.iter().find_map(|element| element.as_object()).unwrap_or_default();
        let names = |kind| info.object(kind).map(|it| names(&it)).unwrap_or_default();
        // Bun installs peers, too (Bun docs, "bun install").
        let kinds = ["dependencies", "optionalDependencies", "peerDependencies"];
        let requires = kinds.into_iter().flat_map(names).collect();
        let (name, reference) = (name.to_owned(), reference.to_owned());
        Some(Self { name, reference, requires, lines: None })
    }

    fn package(&self) -> Option<Package> {
        super::package(&self.name, self.version())
    }

    /// A part of the project, or the project itself.
    fn is_project(&self) -> bool {
        self.reference.starts_with("workspace:") || self.reference.starts_with("root:")
    }

    /// Empty for what is fetched from a place.
    fn version(&self) -> &str {
        match self.reference.contains([':', '/', '#']) {
            true => "",
            false => &self.reference,
        }
    }
}

fn names<'a>(object: &Object<'a>) -> Vec<Cow<'a, str>> {
    object.members().map(|(name, _)| name.clone()).collect()
}

/// Folders that are looked through for what a package needs. Real trees are a few deep.
const MAX_FOLDERS: usize = 64;

/// The entries by their folder and the name they have there. A path `a/@s/b` is the name `@s/b`
/// in the folder `a`.
#[derive(Debug)]
struct Tree<'e> {
    /// Numbers of folders by their paths.
    folders: HashMap<&'e str, usize>,
    ids: HashMap<(usize, &'e str), String>,
}

impl<'e> Tree<'e> {
    fn new(entries: &'e BTreeMap<&'e str, Entry<'e>>) -> Self {
        let mut tree = Self { folders: HashMap::new(), ids: HashMap::new() };
        for (path, entry) in entries {
            let (folder, name) = folder_and_name(path);
            let next = tree.folders.len();
            let folder = *tree.folders.entry(folder).or_insert(next);
            tree.ids.insert((folder, name), format!("{}@{}", entry.name, entry.version()));
        }
        tree
    }

    /// The dependencies of the package at `path`: for each name, the one in its own folder, else in
    /// the enclosing folder, and so on.
    fn needed_by(&self, path: &str, requires: &[Cow<'_, str>]) -> Vec<String> {
        let around = std::iter::successors(Some(path), |path| {
            (!path.is_empty()).then(|| folder_and_name(path).0)
        });
        let folders = around.take(MAX_FOLDERS).filter_map(|path| self.folders.get(path));
        let folders: Vec<usize> = folders.copied().collect();
        let needed = requires.iter().filter_map(|name| {
            folders.iter().find_map(|folder| self.ids.get(&(*folder, name.as_ref())))
        });
        let mut needed: Vec<String> = needed.cloned().collect();
        needed.sort_unstable();
        needed.dedup();
        needed
    }
}

fn folder_and_name(path: &str) -> (&str, &str) {
    let Some((before, last)) = path.rsplit_once('/') else { return ("", path) };
    let scope = before.rsplit('/').next().filter(|scope| scope.starts_with('@'));
    let name_length = scope.map_or(last.len(), |scope| scope.len() + 1 + last.len());
    let (folder, name) = path.split_at(path.len() - name_length);
    (folder.trim_end_matches('/'), name)
}

/// The text with spaces in place of comments and of commas before a closing bracket, so that
/// everything else stays where it is.
fn plain_json(bytes: &[u8]) -> Vec<u8> {
    let mut plain = bytes.to_vec();
    let mut last_comma = None;
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let rest = bytes.get(at..).unwrap_or_default();
        let length = match byte {
            b'"' => string_length(rest),
            b'/' => comment_length(rest),
            _ => 1,
        };
        match byte {
            b',' => last_comma = Some(at),
            b'}' | b']' => {
                if let Some(comma) = last_comma.take().and_then(|comma| plain.get_mut(comma)) {
                    *comma = b' ';
                }
            }
            b'/' if length > 1 => {
                let comment = plain.get_mut(at..at + length).unwrap_or_default();
                comment.iter_mut().filter(|byte| **byte != b'\n').for_each(|byte| *byte = b' ');
            }
            byte if byte.is_ascii_whitespace() => {}
            _ => last_comma = None,
        }
        at += length;
    }
    plain
}

fn string_length(rest: &[u8]) -> usize {
    let mut is_escaped = false;
    let end = rest.iter().skip(1).position(|byte| match byte {
        _ if is_escaped => {
            is_escaped = false;
            false
        }
        b'\\' => {
            is_escaped = true;
            false
        }
        byte => *byte == b'"',
    });
    end.map_or(rest.len(), |end| end + 2)
}

fn comment_length(rest: &[u8]) -> usize {
    match rest {
        [b'/', b'/', ..] => rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len()),
        [b'/', b'*', body @ ..] => {
            let end = body.windows(2).position(|end| end == b"*/");
            end.map_or(rest.len(), |end| end + 4)
        }
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::MergedFile;
    use crate::catalogers::declared::testing::facts_of;

    fn facts(text: &str) -> Facts {
        facts_of(&Bun, "bun.lock", text)
    }

    #[test]
    fn takes_what_is_pinned() {
        let facts = facts(
            r#"{ // written by bun
  "lockfileVersion": 1,
  "packages": {
    "a": ["a@7.2.0", "", { "dependencies": { "b": "^4", "p": "*" } }, "sha512-x"],
    "b": ["b@4.0.0", "", {}, "sha512-x",],
    "old": ["@s/a@6.1.0", "", { "dependencies": { "b": "^3" }, }, "sha512-,]"],
    "old/b": ["b@3.0.0", "", {}, "sha512-x"], /* , */
    "git": ["real@github:x/y#0123abc", {}, "x-y-0123abc"],
    "p": ["p@workspace:packages/p"],
  },
}"#,
        );
        assert_eq!(facts.problems, []);
        let found: Vec<_> = facts.packages().map(|it| (it.id(), it.depends_on.join(" "))).collect();
        let expected = [
            ("a@7.2.0", "b@4.0.0"),
            ("b@4.0.0", ""),
            ("real@", ""),
            ("@s/a@6.1.0", "b@3.0.0"),
            ("b@3.0.0", ""),
        ];
        let expected = expected.map(|(id, needs)| (id.to_owned(), needs.to_owned()));
        assert_eq!(found, expected);
        assert_eq!(facts.packages().next().unwrap().locations[0].lines, Some((4, 4)));
    }

    #[test]
    fn workspaces_tell_what_is_needed_to_develop() {
        let facts = facts(
            r#"{"workspaces": {
  "": {"name": "own", "dependencies": {"a": "^7"}, "devDependencies": {"c": "1", "p": "*"}},
  "packages/p": {"name": "p", "optionalDependencies": {"d": "2"}, "devDependencies": {"a": "6"}},
}, "packages": {
    "a": ["a@7.0.0", "", {"dependencies": {"b": "1"}}],
    "b": ["b@1.0.0"],
    "c": ["c@1.0.0", "", {"dependencies": {"b": "1"}}],
    "d": ["d@2.0.0"],
    "p": ["p@workspace:packages/p"],
    "p/a": ["a@6.0.0"],
}}"#,
        );
        let found: Vec<_> = facts.packages().map(|it| (it.id(), it.scope)).collect();
        let [run, dev] = [Scope::Runtime, Scope::Development];
        let rows = [
            ("a@7.0.0", run),
            ("b@1.0.0", run),
            ("c@1.0.0", dev),
            ("d@2.0.0", run),
            ("a@6.0.0", dev),
        ];
        assert_eq!(found, rows.map(|(id, scope)| (id.to_owned(), scope)));
    }

    #[test]
    fn peers_are_needed_to_run() {
        let facts = facts(
            r#"{"workspaces": {
  "": {"name": "own", "dependencies": {"a": "1"}, "devDependencies": {"b": "1", "c": "1", "d": "1"}},
  "p": {"name": "p", "peerDependencies": {"c": "1"}},
}, "packages": {
    "a": ["a@1.0.0", "", {"peerDependencies": {"b": "1"}}],
    "b": ["b@1.0.0"],
    "c": ["c@1.0.0"],
    "d": ["d@1.0.0"],
}}"#,
        );
        assert_eq!(facts.packages().next().unwrap().depends_on, ["b@1.0.0"]);
        let found: Vec<_> = facts.packages().map(|it| it.scope).collect();
        assert_eq!(found, [Scope::Runtime, Scope::Runtime, Scope::Runtime, Scope::Development]);
    }

    #[test]
    fn folders_and_names() {
        for (path, parts) in [
            ("a", ("", "a")),
            ("@s/a", ("", "@s/a")),
            ("a/b", ("a", "b")),
            ("a/@s/b", ("a", "@s/b")),
            ("@s/a/b", ("@s/a", "b")),
            ("", ("", "")),
        ] {
            assert_eq!(folder_and_name(path), parts);
        }
    }

    #[test]
    fn one_bad_entry_spoils_nothing_else() {
        let facts = facts(r#"{"packages": {"a": [1], "b": ["b@1.0.0"], "c": ["..@1.0.0"]}}"#);
        assert_eq!((facts.packages().count(), facts.problems.len()), (1, 2));
        assert_eq!(facts.problems[0].message, "\"a\" names no package");
    }

    #[test]
    fn a_binary_lockfile_is_said_not_to_be_read() {
        let limits = sealift_layers::Limits::default();
        let (mut binary, text) = (Facts::default(), facts(r#"{"packages": {"a": ["a@1.0.0"]}}"#));
        let mut file = File::from_bytes(TreePath::from("bun.lockb"), vec![0; 9], &limits);
        Bun.read(&mut file, &mut binary).unwrap();
        for (beside, problems) in [("p/bun.lock", 1), ("bun.lock", 0)] {
            let files = vec![MergedFile::new(beside, &text), MergedFile::new("bun.lockb", &binary)];
            let mut catalog = Catalog::default();
            Bun.assemble(&MergedFacts::new("npm-bun", files), &mut catalog);
            assert_eq!((catalog.packages().len(), catalog.diagnostics().len()), (1, problems));
        }
    }

    #[test]
    fn what_is_no_json_is_malformed() {
        assert!(parse(b"this is not json", &mut Facts::default()).is_err());
    }

    proptest! {
        #[test]
        fn json_is_left_as_it_is(text in r#"(\{"a":1,"b":\[2, 3\]\}|"[,\]/*]{0,5}"| )"#) {
            prop_assert_eq!(plain_json(text.as_bytes()), text.as_bytes());
        }

        #[test]
        fn never_panics_on_what_looks_right(text in r#"["/*,\]}\\ \n{a]{0,30}"#) {
            prop_assert_eq!(plain_json(text.as_bytes()).len(), text.len());
        }
    }
}
