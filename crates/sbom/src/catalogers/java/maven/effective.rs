//! Resolves the dependencies of the projects of a tree: each project with what it inherits from
//! parents in the tree and imports from bills of materials in the tree (Maven, "Introduction to the
//! Dependency Mechanism").

use std::cell::Cell;
use std::collections::{HashMap, HashSet};

use sealift_model::{Diagnostic, Evidence, Impact, Location, Package, Relationship, Scope};

use super::interpolate::{fill_in, of_project};
use super::project::{MavenDependency, MavenProject};
use crate::catalogers::java;
use crate::catalogers::paths::{folder_of, joined};
use crate::{Catalog, Fact, MergedFacts, MergedFile, Problem};

/// Parents above one another, and bills of materials that one project imports, with all that those
/// import.
const MAX_LINEAGE: usize = 64;

/// Dependencies looked at, with each project anew what it inherits, and properties looked for, in
/// each parent anew. Two thousand modules with two thousand managed dependencies each stay below.
const MAX_STEPS: u32 = 20_000_000;

/// Adds what the projects of a tree depend on.
pub(super) fn report(merged: &MergedFacts<'_>, catalog: &mut Catalog) {
    let tree = Tree::of(merged);
    for at in 0..tree.projects.len() {
        for (file, package, note) in tree.dependencies(at) {
            if let Some(note) = note {
                let line = package.locations.first().and_then(|place| place.lines);
                let problem = Problem::new(line.map(|it| it.0), None, note);
                catalog.diagnose(file.diagnostic(&problem, merged.cataloger, Impact::Note));
            }
            catalog.add(package, file, merged.cataloger);
        }
    }
    if tree.steps.get() == 0 {
        let message = format!("not all projects were read: that took more than {MAX_STEPS} steps");
        catalog.diagnose(Diagnostic::new(merged.cataloger, message, Impact::Incomplete));
    }
}

/// A package that a file names, and what is odd about it.
type Found<'f, 'm> = (&'f MergedFile<'m>, Package, Option<String>);

/// Group, artifact, type and classifier, by which dependencies are told apart.
type Key = (String, String, String, String);

/// Group, artifact and version.
type Coordinates = (String, String, String);

struct Tree<'t> {
    projects: Vec<(&'t MergedFile<'t>, &'t MavenProject)>,
    by_path: HashMap<&'t str, usize>,
    by_coordinates: HashMap<Coordinates, usize>,
    /// The projects that are built together, each by the build that it is part of. Another project
    /// that merely lies in the tree does not replace what Maven would fetch.
    built: HashSet<(usize, Coordinates)>,
    reactors: Vec<usize>,
    steps: Cell<u32>,
}

/// What is managed for a dependency.
#[derive(Clone, Debug)]
struct Managed {
    version: Option<String>,
    scope: Option<String>,
}

impl<'t> Tree<'t> {
    fn of(merged: &'t MergedFacts<'t>) -> Self {
        let projects = merged.files.iter().filter_map(|file| {
            let project = file.facts.facts.iter().find_map(|fact| match fact {
                Fact::MavenProject(project) => Some(&**project),
                _ => None,
            });
            Some((file, project?))
        });
        let projects: Vec<_> = projects.collect();
        let by_path =
            projects.iter().zip(0..).map(|((file, _), at)| (file.path.as_str(), at)).collect();
        let steps = Cell::new(MAX_STEPS);
        let mut tree = Self {
            reactors: Vec::new(),
            projects,
            by_path,
            by_coordinates: HashMap::new(),
            built: HashSet::new(),
            steps,
        };
        let modules: Vec<_> = (0..tree.projects.len()).map(|at| tree.modules(at)).collect();
        tree.reactors = reactors(&modules);
        let coordinates: Vec<_> = (0..tree.projects.len())
            .filter_map(|at| {
                let lineage = tree.lineage(at);
                let value = |name| lineage.fill_in(&format!("${{project.{name}}}"));
                Some(((value("groupId")?, value("artifactId")?, value("version")?), at))
            })
            .collect();
        let built = coordinates.iter();
        let built = built.filter_map(|(name, at)| Some((*tree.reactors.get(*at)?, name.clone())));
        tree.built = built.collect();
        tree.by_coordinates = coordinates.into_iter().collect();
        tree
    }

    /// The projects in the tree that a project names as its modules ("POM Reference",
    /// "Aggregation").
    fn modules(&self, at: usize) -> Vec<usize> {
        let Some((file, project)) = self.projects.get(at) else { return Vec::new() };
        let folder = folder_of(&file.path);
        project.modules.iter().filter_map(|module| self.project_at(folder, module)).collect()
    }

    /// The project at a path from a folder, which leads to its file or to the folder of that.
    fn project_at(&self, folder: &str, relative: &str) -> Option<usize> {
        // Maven takes both kinds of slashes.
        let path = joined(folder, &relative.replace('\\', "/"))?;
        let found = self.by_path.get(path.as_str());
        found.or_else(|| self.by_path.get(joined(&path, "pom.xml")?.as_str())).copied()
    }

    /// A project and those that it inherits from, nearest first.
    fn lineage(&self, at: usize) -> Lineage<'_, 't> {
        let mut members = vec![at];
        let mut last = at;
        while let Some(parent) = self.parent(last) {
            if members.len() >= MAX_LINEAGE || members.contains(&parent) {
                break;
            }
            members.push(parent);
            last = parent;
        }
        Lineage { tree: self, members }
    }

    /// The parent at `relativePath` counts when it is the project that is meant ("POM Reference",
    /// "Inheritance"); otherwise Maven takes it from a repository.
    fn parent(&self, at: usize) -> Option<usize> {
        let (file, project) = self.projects.get(at)?;
        let parent = project.parent.as_ref()?;
        let relative = parent.relative_path.as_deref().unwrap_or("../pom.xml");
        let folder = folder_of(&file.path);
        let relative = Some(relative).filter(|relative| !relative.is_empty())?;
        let found = self.project_at(folder, relative)?;
        let (_, other) = self.projects.get(found)?;
        let above = other.parent.as_ref();
        let group = other.group.as_ref().or_else(|| above.map(|above| &above.group));
        let version = other.version.as_ref().or_else(|| above.map(|above| &above.version));
        let is_meant = other.artifact.as_ref() == Some(&parent.artifact)
            && group == Some(&parent.group)
            && version == Some(&parent.version);
        is_meant.then_some(found)
    }

    /// Counts one more step; false when there have been too many.
    fn step(&self) -> bool {
        let left = self.steps.get().saturating_sub(1);
        self.steps.set(left);
        left > 0
    }

    /// The dependencies of a project, its own first. Those that a parent in the tree declares have
    /// the parent's lines.
    fn dependencies(&self, at: usize) -> Vec<Found<'t, 't>> {
        let lineage = self.lineage(at);
        let managed = lineage.managed(&mut HashSet::from([at]));
        let (mut found, mut own) = (Vec::new(), HashSet::new());
        for (depth, member) in lineage.members.iter().enumerate() {
            let Some((file, project)) = self.projects.get(*member) else { continue };
            for dependency in &project.dependencies {
                if depth > 0 && !self.step() {
                    return found;
                }
                let key = lineage.key(dependency);
                let is_known = key.as_ref().is_some_and(|key| own.contains(key));
                if depth > 0 && is_known {
                    continue;
                }
                let managed = key.as_ref().and_then(|key| managed.get(key));
                if let Some((package, note)) = self.package(&lineage, dependency, managed) {
                    found.push((*file, package, note));
                }
                own.extend(key);
            }
        }
        found
    }

    /// The package of a dependency, and a note where its version is not to be had.
    fn package(
        &self,
        lineage: &Lineage<'_, 't>,
        dependency: &MavenDependency,
        managed: Option<&Managed>,
    ) -> Option<(Package, Option<String>)> {
        let name = |text: &str| lineage.fill_in(text).unwrap_or_else(|| text.to_owned());
        let (group, artifact) = (name(&dependency.group), name(&dependency.artifact));
        let written = dependency.version.as_ref();
        let written = written.or_else(|| managed.and_then(|managed| managed.version.as_ref()));
        let version = written.and_then(|version| single(&lineage.fill_in(version)?));
        let note = version.is_none().then(|| match written {
            Some(written) => {
                format!("{group}:{artifact}: no file says which version {written:?} is")
            }
            None => format!("{group}:{artifact}: no file in the tree says which version"),
        });
        let version = version.unwrap_or_default();
        let mut package = java::package(&group, &artifact, &version).ok()?;
        package.evidence = Evidence::Declared;
        let reactor = lineage.members.first().and_then(|at| self.reactors.get(*at));
        let name = (group, artifact, version);
        let is_built = reactor.is_some_and(|reactor| self.built.contains(&(*reactor, name)));
        package.relationship = match is_built {
            true => Relationship::Workspace,
            false => Relationship::Direct,
        };
        let scope = dependency.scope.as_ref();
        let scope = scope.or_else(|| managed.and_then(|managed| managed.scope.as_ref()));
        let scope = scope.and_then(|scope| lineage.fill_in(scope));
        package.scope = match scope.as_deref() {
            Some("test") => Scope::Development,
            _ if dependency.is_optional => Scope::Optional,
            _ => Scope::Runtime,
        };
        package.locations = vec![Location::new("").on_lines(Some(dependency.lines))];
        Some((package, note))
    }
}

/// For each project, the representative of all that are built together, given the modules that each
/// project names.
fn reactors(modules: &[Vec<usize>]) -> Vec<usize> {
    let mut beside: Vec<Vec<usize>> = vec![Vec::new(); modules.len()];
    for (at, named) in modules.iter().enumerate() {
        for module in named {
            for (one, other) in [(at, *module), (*module, at)] {
                beside.get_mut(one).into_iter().for_each(|all| all.push(other));
            }
        }
    }
    let mut reactors = vec![usize::MAX; modules.len()];
    for first in 0..modules.len() {
        let mut next = vec![first];
        while let Some(at) = next.pop() {
            let Some(reactor) = reactors.get_mut(at).filter(|it| **it == usize::MAX) else {
                continue;
            };
            *reactor = first;
            next.extend(beside.get(at).into_iter().flatten());
        }
    }
    reactors
}

/// A project with its parents, nearest first.
struct Lineage<'l, 't> {
    tree: &'l Tree<'t>,
    members: Vec<usize>,
}

impl<'t> Lineage<'_, 't> {
    fn projects(&self) -> impl Iterator<Item = &'t MavenProject> {
        self.members
            .iter()
            .filter_map(|at| self.tree.projects.get(*at))
            .map(|(_, project)| *project)
    }

    fn fill_in(&self, text: &str) -> Option<String> {
        fill_in(text, |name| self.lookup(name))
    }

    fn lookup(&self, name: &str) -> Option<&'t str> {
        let project = self.projects().next()?;
        let parent = project.parent.as_ref();
        let own = match of_project(name) {
            "artifactId" => project.artifact.as_ref(),
            "groupId" => project.group.as_ref().or(parent.map(|parent| &parent.group)),
            "version" => project.version.as_ref().or(parent.map(|parent| &parent.version)),
            "parent.groupId" => parent.map(|parent| &parent.group),
            "parent.artifactId" => parent.map(|parent| &parent.artifact),
            "parent.version" => parent.map(|parent| &parent.version),
            _ => None,
        };
        let property = || {
            let mut counted = self.projects().take_while(|_| self.tree.step());
            counted.find_map(|project| project.properties.get(name))
        };
        // A property called `version` counts before the old spelling of the project's.
        let found = match of_project(name) == name {
            true => property().or(own),
            false => own.or_else(property),
        };
        found.map(String::as_str)
    }

    fn key(&self, dependency: &MavenDependency) -> Option<Key> {
        let fill_in = |text: Option<&str>, default: &str| self.fill_in(text.unwrap_or(default));
        Some((
            self.fill_in(&dependency.group)?,
            self.fill_in(&dependency.artifact)?,
            fill_in(dependency.kind.as_deref(), "jar")?,
            fill_in(dependency.classifier.as_deref(), "")?,
        ))
    }

    /// The managed dependencies: the nearest entry first, imported ones last ("Importing
    /// Dependencies"). What is `imported` already is not imported again.
    fn managed(&self, imported: &mut HashSet<usize>) -> HashMap<Key, Managed> {
        let (mut managed, mut imports) = (HashMap::new(), Vec::new());
        for dependency in self.projects().flat_map(|project| &project.managed) {
            if !self.tree.step() {
                break;
            }
            let Some(key) = self.key(dependency) else { continue };
            let version = dependency.version.as_ref().and_then(|text| self.fill_in(text));
            if dependency.scope.as_deref() == Some("import") {
                imports.extend(version.map(|version| (key.0, key.1, version)));
            } else {
                let scope = dependency.scope.clone();
                managed.entry(key).or_insert(Managed { version, scope });
            }
        }
        for import in imports {
            let Some(at) = self.tree.by_coordinates.get(&import) else { continue };
            if imported.len() < MAX_LINEAGE && imported.insert(*at) {
                for (key, entry) in self.tree.lineage(*at).managed(imported) {
                    managed.entry(key).or_insert(entry);
                }
            }
        }
        managed
    }
}

/// The version that a text asks for, unless it is a range of several ("Dependency Version
/// Requirement Specification").
fn single(text: &str) -> Option<String> {
    let inner = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    let is_single = !inner.is_empty()
        && !inner.contains(['[', ']', '(', ')', ','])
        && !matches!(inner, "LATEST" | "RELEASE");
    is_single.then(|| inner.to_owned())
}
