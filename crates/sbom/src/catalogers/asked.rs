//! The scope and relationship of locked packages, where only the project's manifests state them.

use std::collections::{BTreeMap, HashMap, HashSet};

use sealift_model::{Package, Relationship, Scope};

use crate::{MergedFacts, MergedFile};

/// Each lockfile of that name with the other files that it is nearest to, beside or above them.
pub(super) fn by_lockfile<'m, 'a>(
    merged: &'m MergedFacts<'a>,
    lockfile: &str,
) -> Vec<(&'m MergedFile<'a>, Vec<&'m MergedFile<'a>>)> {
    let mut projects: BTreeMap<&str, (&MergedFile<'a>, Vec<&MergedFile<'a>>)> = BTreeMap::new();
    let (locks, others): (Vec<_>, Vec<_>) =
        merged.files.iter().partition(|file| folder_and_name(&file.path).1 == lockfile);
    for lock in locks {
        projects.insert(folder_and_name(&lock.path).0, (lock, Vec::new()));
    }
    for other in others {
        let above = std::iter::successors(Some(folder_and_name(&other.path).0), |folder| {
            Some(folder_and_name(folder.strip_suffix('/')?).0)
        });
        let nearest = above.into_iter().find(|folder| projects.contains_key(folder));
        if let Some((_, manifests)) = nearest.and_then(|folder| projects.get_mut(folder)) {
            manifests.push(other);
        }
    }
    projects.into_values().collect()
}

/// A path in the folder with its slash, and the name.
fn folder_and_name(path: &str) -> (&str, &str) {
    path.split_at(path.rfind('/').map_or(0, |slash| slash + 1))
}

/// What a project itself asks for, by `name@version`.
#[derive(Debug, Default)]
pub(super) struct Asked {
    to_run: HashSet<String>,
    to_develop: HashSet<String>,
    silent: HashSet<String>,
}

impl Asked {
    pub(super) fn add(&mut self, scope: Scope, id: String) {
        let list =
            if scope == Scope::Development { &mut self.to_develop } else { &mut self.to_run };
        list.insert(id);
    }

    /// Adds a part of the project without known requests: its dependencies have the scope of the
    /// part itself.
    pub(super) fn add_silent(&mut self, id: String) {
        self.silent.insert(id);
    }

    /// Marks packages that are needed only to build or test, and among the rest those needed to
    /// run. A package without a known request keeps its scope, and so do its dependencies: the
    /// request may just be unknown. The same applies to one that its file says is needed to run.
    /// Parts of the project request themselves, except the silent ones.
    pub(super) fn mark(&self, packages: &mut [Package]) {
        let scopes = self.scopes(packages);
        for (package, scope) in packages.iter_mut().zip(scopes) {
            if !is_of_project(package) {
                package.scope = scope;
            }
        }
    }

    fn scopes(&self, packages: &[Package]) -> Vec<Scope> {
        let mut needs: HashMap<String, Vec<&str>> = HashMap::new();
        for package in packages.iter().filter(|package| !self.asks_itself(package)) {
            let ids = package.depends_on.iter().map(String::as_str);
            needs.entry(package.id()).or_default().extend(ids);
        }
        let to_run = reached(&self.to_run, &needs);
        let to_develop = reached(&self.to_develop, &needs);
        let is_kept = |package: &&Package| {
            let id = package.id();
            let is_asked = to_run.contains(id.as_str()) || to_develop.contains(id.as_str());
            !self.asks_itself(package) && (!is_asked || package.scope == Scope::Runtime)
        };
        let kept = packages.iter().filter(is_kept).map(Package::id).collect();
        let kept = reached(&kept, &needs);
        let scope_of = |package: &Package| {
            let id = package.id();
            match (to_run.contains(id.as_str()), to_develop.contains(id.as_str())) {
                (false, true) if !kept.contains(id.as_str()) => Scope::Development,
                (true, _) if package.scope == Scope::Unstated => Scope::Runtime,
                _ => package.scope,
            }
        };
        packages.iter().map(scope_of).collect()
    }

    fn asks_itself(&self, package: &Package) -> bool {
        is_of_project(package) && !self.silent.contains(&package.id())
    }
}

fn is_of_project(package: &Package) -> bool {
    matches!(package.relationship, Relationship::Root | Relationship::Workspace)
}

/// Everything that these need, themselves included.
fn reached<'p>(
    from: &'p HashSet<String>,
    needs: &'p HashMap<String, Vec<&'p str>>,
) -> HashSet<&'p str> {
    let mut reached: HashSet<&str> = HashSet::new();
    let mut open: Vec<&str> = from.iter().map(String::as_str).collect();
    while let Some(id) = open.pop() {
        if reached.insert(id) {
            open.extend(needs.get(id).into_iter().flatten());
        }
    }
    reached
}

#[cfg(test)]
mod tests {
    use sealift_model::{Ecosystem, Purl};

    use super::*;
    use crate::Facts;

    fn package(name: &str, needs: &[&str]) -> Package {
        let purl = Purl::builder("npm", name).version("1").build().unwrap();
        let mut package = Package::new(Ecosystem::Npm, name, "1", purl);
        package.depends_on = needs.iter().map(|name| format!("{name}@1")).collect();
        package
    }

    #[test]
    fn what_runs_counts_before_what_builds() {
        let mut part = package("part", &["a"]);
        part.relationship = Relationship::Workspace;
        let mut packages = [
            package("a", &["b", "a"]),
            package("b", &[]),
            package("c", &["b", "d", "part"]),
            package("d", &[]),
            package("e", &[]),
            part,
        ];
        packages[1].scope = Scope::Optional;
        let mut asked = Asked::default();
        asked.add(Scope::Runtime, "a@1".to_owned());
        asked.add(Scope::Development, "c@1".to_owned());
        asked.mark(&mut packages);
        let scopes: Vec<Scope> = packages.iter().map(|package| package.scope).collect();
        let [dev, unstated] = [Scope::Development, Scope::Unstated];
        assert_eq!(scopes, [Scope::Runtime, Scope::Optional, dev, dev, unstated, unstated]);
    }

    #[test]
    fn what_somebody_unknown_needs_is_not_only_for_development() {
        let mut packages = [
            package("unasked", &["a"]),
            package("tool", &["a", "b", "c"]),
            package("a", &["d"]),
            package("b", &[]),
            package("c", &["e"]),
            package("d", &[]),
            package("e", &[]),
        ];
        packages[4].scope = Scope::Runtime;
        let mut asked = Asked::default();
        asked.add(Scope::Development, "tool@1".to_owned());
        asked.mark(&mut packages);
        let scopes: Vec<Scope> = packages.iter().map(|package| package.scope).collect();
        let [run, dev, unstated] = [Scope::Runtime, Scope::Development, Scope::Unstated];
        assert_eq!(scopes, [unstated, dev, unstated, dev, run, unstated, unstated]);
    }

    #[test]
    fn what_silent_parts_need_is_needed_as_they_are() {
        let parts = [("run", "a"), ("dev", "b"), ("unasked", "c"), ("speaks", "d")];
        let mut packages: Vec<Package> = parts.map(|(part, need)| package(part, &[need])).into();
        for part in &mut packages {
            part.relationship = Relationship::Workspace;
        }
        packages.extend(["a", "b", "c", "d"].map(|name| package(name, &[])));
        let mut asked = Asked::default();
        for part in ["run@1", "dev@1", "unasked@1"] {
            asked.add_silent(part.to_owned());
        }
        asked.add(Scope::Runtime, "run@1".to_owned());
        for id in ["a@1", "b@1", "c@1", "d@1", "dev@1"] {
            asked.add(Scope::Development, id.to_owned());
        }
        asked.mark(&mut packages);
        let scopes: Vec<Scope> = packages.iter().map(|package| package.scope).collect();
        let [run, dev, unstated] = [Scope::Runtime, Scope::Development, Scope::Unstated];
        assert_eq!(scopes[..4], [unstated; 4]);
        assert_eq!(scopes[4..], [run, dev, unstated, dev]);
    }

    #[test]
    fn each_manifest_belongs_to_the_nearest_lockfile() {
        let facts = Facts::default();
        let paths = ["a/m", "a/b/c/m", "a/b/lock", "a/lock", "m", "ab/m"];
        let files = paths.iter().map(|path| MergedFile::new(*path, &facts)).collect();
        let merged = MergedFacts::new("x", files);
        let found: Vec<(&str, Vec<&str>)> = by_lockfile(&merged, "lock")
            .into_iter()
            .map(|(lock, manifests)| {
                (&*lock.path, manifests.iter().map(|manifest| &*manifest.path).collect())
            })
            .collect();
        assert_eq!(found, [("a/lock", vec!["a/m"]), ("a/b/lock", vec!["a/b/c/m"])]);
    }
}
