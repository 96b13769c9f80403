//! `packages` of lockfile versions 2 and 3: one entry for each folder, by its path.

use std::borrow::Cow;

use hashbrown::HashMap;
use sealift_layers::Limits;

use super::tree::{Entry, Node, ROOT, Tree};
use super::{license, lock};
use crate::Facts;
use crate::catalogers::json::{Document, Object};

/// The tree of `packages`. npm docs, package-lock.json, "packages": the keys are paths from the
/// project's root, whose own key is empty.
pub(super) fn tree<'a>(
    document: &Document<'a>,
    packages: &Object<'a>,
    limits: &Limits,
    facts: &mut Facts,
) -> Tree<'a> {
    let root = packages.object("").unwrap_or_default();
    let folders = folders(document, packages, limits, facts);
    let mut tree = Tree::new(requires(&root, true));
    let mut places = HashMap::new();
    places.insert("", ROOT);
    for folder in folders.iter().filter(|folder| !folder.is_link()) {
        // A workspace or a folder required by its path: its version is no release of the package
        // with that name in the registry. One that is never published has none.
        let is_project = !folder.is_below_store();
        let entry = Some(folder.entry()).filter(|it| !is_project || !it.version.is_empty());
        let requires = requires(&folder.object, is_project);
        places.insert(&folder.path, tree.push(Node { parent: ROOT, is_project, entry, requires }));
    }
    for folder in folders.iter().filter(|folder| folder.is_below_store()) {
        let parent = places.get(folder.parent()).copied().unwrap_or(ROOT);
        let name = Cow::Owned(folder.name().to_owned());
        if folder.is_link() {
            // npm docs, package-lock.json, "link": `resolved` is then the path of the folder.
            let target = folder.object.text("resolved").unwrap_or_default();
            if let Some(place) = places.get(target.as_ref()) {
                tree.link(parent, name, *place);
            }
        } else if let Some(place) = places.get(folder.path.as_ref()) {
            tree.nest(parent, name, *place);
        }
    }
    tree
}

/// One entry other than the root's.
struct Folder<'a> {
    path: Cow<'a, str>,
    object: Object<'a>,
    lines: Option<(u64, u64)>,
}

impl<'a> Folder<'a> {
    /// The path of the store in which it lies, if any, and what it is called there.
    fn split(&self) -> (Option<&str>, &str) {
        match self.path.rsplit_once("node_modules/") {
            Some((parent, name)) if parent.is_empty() || parent.ends_with('/') => {
                (Some(parent), name)
            }
            _ => (None, &self.path),
        }
    }

    fn is_below_store(&self) -> bool {
        self.split().0.is_some()
    }

    /// Path of the folder in whose `node_modules` it lies.
    fn parent(&self) -> &str {
        self.split().0.unwrap_or_default().trim_end_matches('/')
    }

    /// The name of the package: `@scope/name` of `node_modules/@scope/name`, else the last
    /// component.
    fn name(&self) -> &str {
        match self.split() {
            (Some(_), name) => name,
            (None, path) => path.rsplit('/').next().unwrap_or(path),
        }
    }

    fn is_link(&self) -> bool {
        self.object.flag("link")
    }

    /// `name` is given where it differs from the folder's: for aliases.
    fn entry(&self) -> Entry<'a> {
        let own_name = self.object.text("name");
        let version = self.object.text("version").unwrap_or_default();
        Entry {
            name: own_name.unwrap_or_else(|| Cow::Owned(self.name().to_owned())),
            version: if lock::is_url(&version) { Cow::Borrowed("") } else { version },
            scope: lock::scope(&self.object),
            licenses: license::of(&self.object),
            lines: self.lines,
        }
    }
}

fn folders<'a>(
    document: &Document<'a>,
    packages: &Object<'a>,
    limits: &Limits,
    facts: &mut Facts,
) -> Vec<Folder<'a>> {
    let max = limits.max_path_bytes;
    let mut folders = Vec::new();
    for (path, value) in packages.members().filter(|(path, _)| !path.is_empty()) {
        let lines = document.lines(value);
        let line = lines.map(|(first, _)| first);
        match value.as_object() {
            _ if path.len() > max => {
                facts.limit(line, format!("limit exceeded: max_path_bytes ({max})"));
            }
            Some(object) => {
                lock::check_version(path, &object, line, facts);
                folders.push(Folder { path: path.clone(), object, lines });
            }
            None => facts.problem(line, format!("the entry of {path:?} is not an object")),
        }
    }
    folders
}

/// The names that a folder's code needs; for a project, also those needed to build it.
fn requires<'a>(object: &Object<'a>, of_project: bool) -> Vec<Cow<'a, str>> {
    let mut names = Vec::new();
    for dependencies in dependencies(object, of_project) {
        names.extend(dependencies.members().map(|(name, _)| name.clone()));
    }
    names
}

fn dependencies<'a>(object: &Object<'a>, of_project: bool) -> impl Iterator<Item = Object<'a>> {
    ["dependencies", "optionalDependencies", "peerDependencies", "devDependencies"]
        .into_iter()
        .filter(move |kind| of_project || *kind != "devDependencies")
        .filter_map(|kind| object.object(kind))
}

#[cfg(test)]
mod tests {
    use sealift_model::{Relationship, Scope};

    use crate::catalogers::npm::lock::tests::{package, packages};

    #[test]
    fn aliases_go_by_their_real_name() {
        let found = packages(
            r#"{"lockfileVersion": 3, "packages": {
                "": {"dependencies": {"b": "npm:@s/a@^1"}},
                "node_modules/b": {"name": "@s/a", "version": "1.0.0"}
            }}"#,
        );
        let a = package(&found, "@s/a@1.0.0");
        assert_eq!(a.relationship, Relationship::Direct);
        assert_eq!(a.locations[0].lines, Some((3, 3)));
    }

    #[test]
    fn dependencies_are_the_nearest_ones() {
        let found = packages(
            r#"{"packages": {
                "": {"dependencies": {"a": "1"}, "devDependencies": {"b": "1"}},
                "node_modules/a": {"version": "1.0.0", "dependencies": {"b": "2", "c": "1"}},
                "node_modules/a/node_modules/b": {"version": "2.0.0", "peerDependencies": {"c": "1"}},
                "node_modules/b": {"version": "1.0.0", "dev": true},
                "node_modules/c": {"version": "1.0.0", "optional": true, "dependencies": {"x": "1"}}
            }}"#,
        );
        let a = package(&found, "a@1.0.0");
        assert_eq!(a.depends_on, ["b@2.0.0", "c@1.0.0"]);
        assert_eq!((a.scope, a.relationship), (Scope::Runtime, Relationship::Direct));
        let b = package(&found, "b@2.0.0");
        assert_eq!(b.depends_on, ["c@1.0.0"]);
        assert_eq!((b.scope, b.relationship), (Scope::Runtime, Relationship::Indirect));
        let b = package(&found, "b@1.0.0");
        assert_eq!((b.scope, b.relationship), (Scope::Development, Relationship::Direct));
        assert_eq!(package(&found, "c@1.0.0").scope, Scope::Optional);
        assert_eq!(found.len(), 4);
    }

    #[test]
    fn one_package_in_two_folders() {
        let found = packages(
            r#"{"packages": {
                "node_modules/a": {"version": "1.0.0", "dev": true},
                "node_modules/b/node_modules/a": {"version": "1.0.0"}
            }}"#,
        );
        let [a] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!(a.scope, Scope::Runtime);
        assert_eq!(a.relationship, Relationship::Unstated);
        let lines: Vec<_> = a.locations.iter().map(|location| location.lines).collect();
        assert_eq!(lines, [Some((2, 2)), Some((3, 3))]);
    }

    #[test]
    fn what_is_left_out_only_where_both_are() {
        let found = packages(
            r#"{"packages": {
                "node_modules/a": {"version": "1.0.0", "devOptional": true},
                "node_modules/b": {"version": "1.0.0", "dev": true, "optional": true},
                "node_modules/c": {"version": "1.0.0", "dev": true},
                "node_modules/b/node_modules/c": {"version": "1.0.0", "optional": true}
            }}"#,
        );
        assert_eq!(package(&found, "a@1.0.0").scope, Scope::DevelopmentOrOptional);
        assert_eq!(package(&found, "b@1.0.0").scope, Scope::Development);
        assert_eq!(package(&found, "c@1.0.0").scope, Scope::DevelopmentOrOptional);
    }

    #[test]
    fn a_folder_beside_the_same_release_of_the_registry_hides_nothing() {
        let (folder, installed) = ("vendor/a", "node_modules/a");
        for (first, second) in [(folder, installed), (installed, folder)] {
            let found = packages(&format!(
                r#"{{"packages": {{
                    "": {{"dependencies": {{"b": "1"}}}},
                    "node_modules/b": {{"version": "1.0.0", "dependencies": {{"a": "1"}}}},
                    "{first}": {{"name": "a", "version": "1.0.0"}},
                    "{second}": {{"name": "a", "version": "1.0.0"}}
                }}}}"#
            ));
            assert_eq!(package(&found, "a@1.0.0").relationship, Relationship::Indirect);
        }
    }

    #[test]
    fn workspaces_and_what_is_required_by_path() {
        let found = packages(
            r#"{"packages": {
                "": {"workspaces": ["packages/*"], "dependencies": {"lib": "file:vendor/lib"}},
                "node_modules/app": {"resolved": "packages/app", "link": true},
                "node_modules/lib": {"resolved": "vendor/lib", "link": true},
                "packages/app": {"version": "0.0.1", "dependencies": {"a": "1", "lib": "*"}},
                "packages/app/node_modules/a": {"version": "1.0.0"},
                "packages/docs": {},
                "vendor/lib": {"version": "2.0.0", "dependencies": {"b": "1"}},
                "node_modules/b": {"version": "1.0.0"}
            }}"#,
        );
        assert_eq!(package(&found, "a@1.0.0").relationship, Relationship::Direct);
        assert_eq!(package(&found, "b@1.0.0").relationship, Relationship::Direct);
        let lib = package(&found, "lib@2.0.0");
        assert_eq!(lib.relationship, Relationship::Workspace);
        assert_eq!(lib.depends_on, ["b@1.0.0"]);
        let app = package(&found, "app@0.0.1");
        assert_eq!(app.relationship, Relationship::Workspace);
        assert_eq!(app.depends_on, ["a@1.0.0", "lib@2.0.0"]);
        assert_eq!(found.len(), 4, "a workspace without version is none");
    }
}
