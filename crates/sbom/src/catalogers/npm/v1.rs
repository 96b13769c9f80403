//! `dependencies` of lockfile version 1: entries within entries, as the folders lie.

use std::borrow::Cow;

use super::tree::{Entry, Node, ROOT, Tree};
use super::{license, lock};
use crate::Facts;
use crate::catalogers::json::{Document, Object};

/// `node_modules` within `node_modules`. Each level reads its text once more; real trees have
/// fewer than twenty.
const MAX_DEPTH: u32 = 64;

/// The tree of `dependencies`. npm 6 docs, package-lock.json, "dependencies". The project's own
/// requirements are only in `package.json`.
pub(super) fn tree<'a>(
    document: &Document<'a>,
    dependencies: &Object<'a>,
    facts: &mut Facts,
) -> Tree<'a> {
    let mut tree = Tree::new(Vec::new());
    nest(document, dependencies, Depth { parent: ROOT, left: MAX_DEPTH }, &mut tree, facts);
    tree
}

/// Where in the tree the walk is.
#[derive(Clone, Copy)]
struct Depth {
    parent: usize,
    left: u32,
}

fn nest<'a>(
    document: &Document<'a>,
    dependencies: &Object<'a>,
    depth: Depth,
    tree: &mut Tree<'a>,
    facts: &mut Facts,
) {
    for (folder, value) in dependencies.members() {
        let lines = document.lines(value);
        let line = lines.map(|(first, _)| first);
        let Some(object) = value.as_object() else {
            facts.problem(line, format!("the entry of {folder:?} is not an object"));
            continue;
        };
        lock::check_version(folder, &object, line, facts);
        let requires = object.object("requires").unwrap_or_default();
        let requires = requires.members().map(|(name, _)| name.clone()).collect();
        // A link to a folder, which is a part of the project and says nothing of its version.
        let entry = (!is_folder(&object)).then(|| entry(folder, &object, lines));
        let place = tree.push(Node { parent: depth.parent, is_project: false, entry, requires });
        tree.nest(depth.parent, folder.clone(), place);
        let Some(inner) = object.object("dependencies") else { continue };
        match depth.left.checked_sub(1) {
            Some(left) => nest(document, &inner, Depth { parent: place, left }, tree, facts),
            None => facts.limit(line, format!("dependencies nest deeper than {MAX_DEPTH}")),
        }
    }
}

/// Whether the entry is of a folder, `file:packages/a`; `file:a.tgz` is an archive.
fn is_folder(object: &Object<'_>) -> bool {
    let written = object.text("version").unwrap_or_default();
    let path = written.strip_prefix("file:");
    path.is_some_and(|path| ![".tgz", ".tar.gz", ".tar"].iter().any(|end| path.ends_with(end)))
}

/// `version` is a version, or `npm:real-name@version` of an alias, or a URL without a version.
fn entry<'a>(folder: &Cow<'a, str>, object: &Object<'a>, lines: Option<(u64, u64)>) -> Entry<'a> {
    let written = object.text("version").unwrap_or_default();
    let (name, version) = match written.strip_prefix("npm:").and_then(|it| it.rsplit_once('@')) {
        Some((name, version)) if !name.is_empty() => {
            (Cow::Owned(name.to_owned()), Cow::Owned(version.to_owned()))
        }
        _ if lock::is_url(&written) => (folder.clone(), Cow::Borrowed("")),
        _ => (folder.clone(), written),
    };
    let licenses = license::of(object);
    Entry { name, version, scope: lock::scope(object), licenses, lines }
}

#[cfg(test)]
mod tests {
    use sealift_model::{Relationship, Scope};

    use crate::catalogers::npm::lock::tests::{facts, package, packages};

    #[test]
    fn entries_within_entries() {
        let found = packages(
            r#"{"lockfileVersion": 1, "dependencies": {
                "a": {"version": "1.0.0", "requires": {"b": "^2", "c": "*"}, "dependencies": {
                    "b": {"version": "2.0.0", "dev": true, "optional": true}
                }},
                "b": {"version": "npm:@s/b@1.0.0"},
                "c": {"version": "git+ssh://git@host/c.git#0123", "requires": true}
            }}"#,
        );
        let a = package(&found, "a@1.0.0");
        assert_eq!(a.depends_on, ["b@2.0.0", "c@"]);
        assert_eq!((a.scope, a.relationship), (Scope::Runtime, Relationship::Unstated));
        assert_eq!(a.locations[0].lines, Some((2, 4)));
        assert_eq!(package(&found, "b@2.0.0").scope, Scope::Development);
        package(&found, "@s/b@1.0.0");
        assert_eq!(package(&found, "c@").purl.version(), None);
    }

    #[test]
    fn folders_are_parts_of_the_project() {
        let found = packages(
            r#"{"lockfileVersion": 1, "dependencies": {
                "part": {"version": "file:packages/part", "requires": {"a": "1"}},
                "b": {"version": "file:b-1.0.0.tgz"},
                "a": {"version": "1.0.0", "requires": {"part": "*"}}
            }}"#,
        );
        let ids: Vec<_> = found.iter().map(|package| package.id()).collect();
        assert_eq!(ids, ["b@", "a@1.0.0"]);
    }

    #[test]
    fn depth_is_bounded() {
        let text = format!(
            "{{\"dependencies\": {}{{\"version\": \"1.0.0\"}}{}}}",
            "{\"a\": {\"version\": \"1.0.0\", \"dependencies\": ".repeat(1000),
            "}}".repeat(1000)
        );
        let facts = facts(&text);
        assert_eq!(facts.packages().count(), 1);
        assert!(facts.problems[0].message.contains("deeper than 64"), "{facts:?}");
        assert!(facts.problems[0].is_limit);
    }
}
