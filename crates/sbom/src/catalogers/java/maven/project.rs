//! The content of a `pom.xml`, with each value as written (Maven, "POM Reference" 4.0.0).

use std::collections::{BTreeMap, HashSet};

use serde::{Deserialize, Serialize};

/// A Maven project by its own file, without what it inherits.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct MavenProject {
    /// `groupId`; if missing, that of the parent.
    pub group: Option<String>,
    /// `artifactId`.
    pub artifact: Option<String>,
    /// `version`; if missing, that of the parent.
    pub version: Option<String>,
    /// The project that it inherits from.
    pub parent: Option<MavenParent>,
    /// `modules`, including those of profiles that are active by default: folders or files, by
    /// their paths relative to its own folder.
    pub modules: Vec<String>,
    /// Its properties, including those of profiles that are active by default.
    pub properties: BTreeMap<String, String>,
    /// `dependencyManagement`, including that of profiles that are active by default.
    pub managed: Vec<MavenDependency>,
    /// `dependencies`, including those of profiles that are active by default.
    pub dependencies: Vec<MavenDependency>,
}

impl MavenProject {
    /// The project with its profiles that are active, which count before it ("Introduction to Build
    /// Profiles"); of double declarations, the last counts. Maven does so in each file, before it
    /// looks at parents and fills in properties.
    pub(super) fn with_profiles(mut self, active: Vec<Self>) -> Self {
        // Of two managed entries, the first counts, unless something is merged into it.
        let is_import = |managed: &MavenDependency| managed.scope.as_deref() == Some("import");
        let is_merged = self.parent.is_some()
            || self.managed.iter().any(is_import)
            || active.iter().any(|profile| !profile.managed.is_empty());
        for profile in active {
            self.modules.extend(profile.modules);
            self.properties.extend(profile.properties);
            self.managed.extend(profile.managed);
            self.dependencies.extend(profile.dependencies);
        }
        if is_merged {
            keep_last(&mut self.managed);
        }
        keep_last(&mut self.dependencies);
        self
    }
}

/// Leaves of several dependencies that are alike the last.
fn keep_last(dependencies: &mut Vec<MavenDependency>) {
    let mut known = HashSet::new();
    dependencies.reverse();
    dependencies.retain(|dependency| {
        let MavenDependency { group, artifact, kind, classifier, .. } = dependency;
        let kind = kind.as_deref().unwrap_or("jar").to_owned();
        known.insert((group.clone(), artifact.clone(), kind, classifier.clone()))
    });
    dependencies.reverse();
}

/// The parent that a project names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct MavenParent {
    /// `groupId`.
    pub group: String,
    /// `artifactId`.
    pub artifact: String,
    /// `version`.
    pub version: String,
    /// `relativePath`; empty if the parent must not be looked for in the tree, none if the default
    /// applies.
    pub relative_path: Option<String>,
}

/// One `dependency`, either required or managed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct MavenDependency {
    /// `groupId`.
    pub group: String,
    /// `artifactId`.
    pub artifact: String,
    /// `version`.
    pub version: Option<String>,
    /// `type`; if missing, `jar`.
    pub kind: Option<String>,
    /// `classifier`.
    pub classifier: Option<String>,
    /// `scope`; if missing here and in the management, `compile`.
    pub scope: Option<String>,
    /// Whether it is `optional`.
    pub is_optional: bool,
    /// First and last 1-based line.
    pub lines: (u64, u64),
}
