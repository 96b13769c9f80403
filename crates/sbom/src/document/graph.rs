//! The dependencies between packages.

use std::collections::{HashMap, HashSet};

use sealift_model::{Ecosystem, Evidence, Package, Relationship};

/// The dependencies among the packages of an inventory, by their places in it.
#[derive(Debug)]
pub(crate) struct Graph {
    /// For each package those that it needs, in rising order.
    pub(crate) needs: Vec<Vec<usize>>,
    /// The packages to hang below the subject so that each other package can be reached: those
    /// that the project asked for, those that nothing needs, and one of each circle. Packages of
    /// an operating system are not among them.
    pub(crate) entries: Vec<usize>,
}

impl Graph {
    pub(crate) fn of(packages: &[Package]) -> Self {
        let needs = needs(packages);
        let entries = entries(packages, &needs);
        Self { needs, entries }
    }
}

/// Several packages may answer to one `name@version`: one of the same architecture and kind of
/// evidence is meant before any other, the first before later ones.
fn needs(packages: &[Package]) -> Vec<Vec<usize>> {
    type Exact<'a> = (Ecosystem, &'a str, Option<&'a str>, Evidence);
    let ids: Vec<String> = packages.iter().map(Package::id).collect();
    let mut exact: HashMap<Exact<'_>, usize> = HashMap::new();
    let mut any: HashMap<(Ecosystem, &str), usize> = HashMap::new();
    for (at, (package, id)) in packages.iter().zip(&ids).enumerate() {
        let key = (package.ecosystem, id.as_str());
        any.entry(key).or_insert(at);
        exact
            .entry((key.0, key.1, package.architecture.as_deref(), package.evidence))
            .or_insert(at);
    }
    let find = |package: &Package, id: &str| {
        let architecture = package.architecture.as_deref();
        let found = exact.get(&(package.ecosystem, id, architecture, package.evidence));
        found.or_else(|| any.get(&(package.ecosystem, id))).copied()
    };
    let of_one = |(at, package): (usize, &Package)| {
        let mut needed: Vec<usize> =
            package.depends_on.iter().filter_map(|id| find(package, id)).collect();
        needed.retain(|other| *other != at);
        needed.sort_unstable();
        needed.dedup();
        needed
    };
    packages.iter().enumerate().map(of_one).collect()
}

fn entries(packages: &[Package], needs: &[Vec<usize>]) -> Vec<usize> {
    let needed: HashSet<usize> = needs.iter().flatten().copied().collect();
    let candidates = || {
        packages.iter().enumerate().filter(|(_, package)| !package.ecosystem.is_operating_system())
    };
    let asked_for = |package: &Package| {
        matches!(
            package.relationship,
            Relationship::Root | Relationship::Workspace | Relationship::Direct
        )
    };
    let mut reached = HashSet::new();
    let mut entries = Vec::new();
    for (at, package) in candidates() {
        if asked_for(package) || !needed.contains(&at) {
            entries.push(at);
            reach(at, needs, &mut reached);
        }
    }
    // The rest is in cycles.
    for (at, _) in candidates() {
        if !reached.contains(&at) {
            entries.push(at);
            reach(at, needs, &mut reached);
        }
    }
    entries.sort_unstable();
    entries
}

fn reach(from: usize, needs: &[Vec<usize>], reached: &mut HashSet<usize>) {
    let mut open = vec![from];
    while let Some(at) = open.pop() {
        if reached.insert(at) {
            open.extend(needs.get(at).into_iter().flatten());
        }
    }
}

#[cfg(test)]
mod tests {
    use sealift_model::Purl;

    use super::*;

    fn package(name: &str, needs: &[&str]) -> Package {
        let purl = Purl::builder("npm", name).version("1").build().unwrap();
        let mut package = Package::new(Ecosystem::Npm, name, "1", purl);
        package.depends_on = needs.iter().map(|name| format!("{name}@1")).collect();
        package
    }

    #[test]
    fn every_package_can_be_reached_from_an_entry() {
        let packages = [
            package("app", &["left", "missing", "app"]),
            package("left", &[]),
            package("ring-a", &["ring-b"]),
            package("ring-b", &["ring-a", "left"]),
        ];
        let graph = Graph::of(&packages);
        assert_eq!(graph.needs, [vec![1], vec![], vec![3], vec![1, 2]]);
        assert_eq!(graph.entries, [0, 2]);
    }

    #[test]
    fn the_same_architecture_is_meant_first() {
        let mut packages = ["amd64", "i386", "i386"].map(|architecture| {
            let mut package = package("libc6", &[]);
            package.architecture = Some(architecture.to_owned());
            package
        });
        packages[2] = package("bash", &["libc6@1"]);
        packages[2].depends_on = vec!["libc6@1".to_owned()];
        packages[2].architecture = Some("i386".to_owned());
        assert_eq!(Graph::of(&packages).needs[2], [1]);
        packages[2].architecture = Some("all".to_owned());
        assert_eq!(Graph::of(&packages).needs[2], [0]);
    }
}
