//! The sections of a report: packages in groups, as in Trivy's reports.

use std::borrow::Cow;
use std::collections::BTreeMap;

use sealift_matcher::Finding;
use sealift_model::{Ecosystem, Evidence, Package, Relationship};

use crate::Report;

/// Where the packages of a cataloger stand in a report.
#[derive(Clone, Copy)]
enum Place {
    /// In one section under a display name.
    Together(&'static str),
    /// In a section for each file.
    EachFile,
}

struct Row {
    cataloger: &'static str,
    kind: &'static str,
    place: Place,
}

const fn row(cataloger: &'static str, kind: &'static str, place: Place) -> Row {
    Row { cataloger, kind, place }
}

/// The result types and display names of Trivy's JSON reports, by our catalogers.
const CATALOGERS: &[Row] = &[
    row("cargo-lock", "cargo", Place::EachFile),
    row("cargo-manifest", "cargo", Place::EachFile),
    row("cocoapods-lock", "cocoapods", Place::EachFile),
    row("composer-installed", "composer-vendor", Place::EachFile),
    row("composer-lock", "composer", Place::EachFile),
    row("conan-file", "conan", Place::EachFile),
    row("conan-lock", "conan", Place::EachFile),
    row("conda-installed", "conda-pkg", Place::Together("Conda")),
    row("go-mod", "gomod", Place::EachFile),
    row("go-program", "gobinary", Place::EachFile),
    row("go-vendor", "gomod", Place::EachFile),
    row("hex-gleam", "hex", Place::EachFile),
    row("hex-mix", "hex", Place::EachFile),
    row("java-archive", "jar", Place::Together("Java")),
    row("java-gradle", "gradle", Place::EachFile),
    row("java-gradle-catalog", "gradle", Place::EachFile),
    row("java-gradle-verification", "gradle", Place::EachFile),
    row("java-pom", "pom", Place::EachFile),
    row("java-sbt", "sbt", Place::EachFile),
    row("npm-bun", "bun", Place::EachFile),
    row("npm-deno", "deno", Place::EachFile),
    row("npm-installed", "node-pkg", Place::Together("Node.js")),
    row("npm-lock", "npm", Place::EachFile),
    row("npm-pnpm", "pnpm", Place::EachFile),
    row("npm-yarn", "yarn", Place::EachFile),
    row("nuget-assets", "nuget", Place::EachFile),
    row("nuget-config", "nuget-config", Place::EachFile),
    row("nuget-deps", "dotnet-core", Place::EachFile),
    row("nuget-lock", "nuget", Place::EachFile),
    row("nuget-project", "packages-props", Place::EachFile),
    row("pub-lock", "pub", Place::EachFile),
    row("python-archive", "python-pkg", Place::Together("Python")),
    row("python-installed", "python-pkg", Place::Together("Python")),
    row("python-pdm", "pdm", Place::EachFile),
    row("python-pipfile", "pipenv", Place::EachFile),
    row("python-poetry", "poetry", Place::EachFile),
    row("python-project", "pip", Place::EachFile),
    row("python-pylock", "pylock", Place::EachFile),
    row("python-requirements", "pip", Place::EachFile),
    row("python-uv", "uv", Place::EachFile),
    row("ruby-installed", "gemspec", Place::Together("Ruby")),
    row("ruby-lock", "bundler", Place::EachFile),
    row("rust-program", "rustbinary", Place::EachFile),
    row("swift-resolved", "swift", Place::EachFile),
];

/// The same for packages of which only the ecosystem is known, as those of an SBOM.
fn of_ecosystem(ecosystem: Ecosystem) -> (&'static str, &'static str) {
    match ecosystem {
        Ecosystem::Bitnami => ("bitnami", "Bitnami"),
        Ecosystem::Cargo => ("rustbinary", "Rust"),
        Ecosystem::Composer => ("composer-vendor", "PHP"),
        Ecosystem::Conda => ("conda-pkg", "Conda"),
        Ecosystem::Gem => ("gemspec", "Ruby"),
        Ecosystem::Golang => ("gobinary", "Go"),
        Ecosystem::Hex => ("hex", "Hex"),
        Ecosystem::Maven => ("jar", "Java"),
        Ecosystem::Npm => ("node-pkg", "Node.js"),
        Ecosystem::Nuget => ("dotnet-core", ".NET"),
        Ecosystem::Pypi => ("python-pkg", "Python"),
        other => (other.purl_type(), other.purl_type()),
    }
}

/// The order and identity of a section.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    hidden: bool,
    class: Class,
    kind: String,
    target: String,
}

/// The kind of a section.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Class {
    /// Packages of the operating system.
    OperatingSystem,
    /// Packages of a language.
    Language,
}

impl Class {
    /// The word of Trivy's `Class`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::OperatingSystem => "os-pkgs",
            Self::Language => "lang-pkgs",
        }
    }
}

/// A group of packages in a report, with their findings.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Section<'r> {
    /// The name of the section: `nginx:latest (debian 12.1)`, `Node.js`, `usr/bin/server`.
    pub target: String,
    /// Operating system or language.
    pub class: Class,
    /// Trivy's `Type`: `debian`, `node-pkg`, `gobinary`.
    pub kind: String,
    /// Whether upper layers hide these packages, so that a running container does not have them.
    pub hidden: bool,
    /// The packages, each with its path in this section.
    pub packages: Vec<Entry<'r>>,
}

/// A package in a section.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Entry<'r> {
    /// The package.
    pub package: &'r Package,
    /// The index of the location that counts in this section.
    pub location: usize,
    /// Its findings, most severe first, then by id.
    pub findings: Vec<&'r Finding>,
}

impl<'r> Entry<'r> {
    /// The path of the package in this section, as reports write it: the path in an archive follows
    /// the archive's name as if that were a folder. Packages of the operating system have none.
    #[must_use]
    pub fn path(&self) -> Option<Cow<'r, str>> {
        crate::json::file_path(self)
    }

    /// The paths of all locations, as reports write them; that of this section first.
    pub fn paths(&self) -> impl Iterator<Item = Cow<'r, str>> {
        let others = (0..self.package.locations.len()).filter(|at| *at != self.location);
        let places = std::iter::once(self.location).chain(others);
        let package = self.package;
        places.filter_map(move |location| Entry { package, location, findings: Vec::new() }.path())
    }
}

impl<'r> Section<'r> {
    /// The whole title: `Node.js (hidden by upper layers)`.
    #[must_use]
    pub fn title(&self) -> Cow<'_, str> {
        match self.hidden {
            true => Cow::Owned(format!("{} (hidden by upper layers)", self.target)),
            false => Cow::Borrowed(&self.target),
        }
    }

    /// All findings of the section, package by package.
    pub fn findings(&self) -> impl Iterator<Item = &'r Finding> {
        self.packages.iter().flat_map(|entry| entry.findings.iter().copied())
    }
}

/// The sections of a report: the operating system first, then languages by type and target. There
/// is a section for the operating system whenever a distribution is known and its packages were
/// looked for.
#[must_use]
pub fn sections(report: &Report) -> Vec<Section<'_>> {
    let mut findings: BTreeMap<usize, Vec<&Finding>> = BTreeMap::new();
    for finding in report.findings() {
        findings.entry(finding.package).or_default().push(finding);
    }
    for list in findings.values_mut() {
        list.sort_by(|a, b| b.severity.cmp(&a.severity).then_with(|| a.id.cmp(&b.id)));
    }
    let mut found: BTreeMap<Key, Vec<Entry<'_>>> = BTreeMap::new();
    if let Some(distribution) = &report.inventory.distribution
        && report.covers_system
    {
        let target = format!("{} ({distribution})", report.artifact.name);
        let kind = distribution.report_name().to_owned();
        let key = Key { hidden: false, class: Class::OperatingSystem, kind, target };
        found.insert(key, Vec::new());
    }
    for (index, package) in report.inventory.packages.iter().enumerate() {
        for (key, location) in places(report, package) {
            let findings = findings.get(&index).cloned().unwrap_or_default();
            found.entry(key).or_default().push(Entry { package, location, findings });
        }
    }
    found.into_iter().map(section).collect()
}

fn section((key, mut packages): (Key, Vec<Entry<'_>>)) -> Section<'_> {
    packages.sort_by(|a, b| sort_key(a).cmp(&sort_key(b)));
    let Key { hidden, class, kind, target } = key;
    Section { target, class, kind, hidden, packages }
}

/// The sections that a package stands in, with the location that counts there.
fn places(report: &Report, package: &Package) -> Vec<(Key, usize)> {
    if package.ecosystem.is_operating_system() {
        return vec![(system_key(report, package), 0)];
    }
    let row = CATALOGERS.iter().find(|row| row.cataloger == package.cataloger);
    let (kind, display) = of_ecosystem(package.ecosystem);
    let key = |kind: &str, target: String| Key {
        hidden: package.hidden.is_some(),
        class: Class::Language,
        kind: kind.to_owned(),
        target,
    };
    match row.map(|row| (row.kind, row.place)) {
        Some((kind, Place::Together(display))) => vec![(key(kind, display.to_owned()), 0)],
        None if package.evidence == Evidence::Installed => {
            vec![(key(kind, display.to_owned()), 0)]
        }
        declared => {
            let kind = declared.map_or(kind, |(kind, _)| kind);
            let mut files: Vec<(Key, usize)> = Vec::new();
            for (at, location) in package.locations.iter().enumerate() {
                let key = key(kind, location.path.clone());
                if files.iter().all(|(known, _)| *known != key) {
                    files.push((key, at));
                }
            }
            files
        }
    }
}

fn system_key(report: &Report, package: &Package) -> Key {
    let name = &report.artifact.name;
    let (kind, target) = match &report.inventory.distribution {
        Some(distribution) => {
            (distribution.report_name().to_owned(), format!("{name} ({distribution})"))
        }
        None => (package.ecosystem.purl_type().to_owned(), name.clone()),
    };
    let hidden = package.hidden.is_some();
    Key { hidden, class: Class::OperatingSystem, kind, target }
}

fn sort_key<'e>(entry: &'e Entry<'_>) -> impl Ord + 'e {
    let package = entry.package;
    // Trivy has those of unknown relationship last.
    let unstated = package.relationship == Relationship::Unstated;
    (
        unstated,
        package.relationship,
        &package.name,
        &package.version,
        package.locations.get(entry.location),
    )
}

#[cfg(test)]
mod tests {
    use sealift_model::{Location, Purl};

    use super::*;
    use crate::example;

    fn described(report: &Report) -> Vec<String> {
        let describe = |section: &Section<'_>| {
            let places = section.packages.iter().map(|entry| {
                let place = &entry.package.locations[entry.location];
                format!("{} at {place}", entry.package.name)
            });
            let places = places.collect::<Vec<_>>().join(", ");
            let (target, class, kind) = (&section.target, section.class.name(), &section.kind);
            format!("{target} | {class} | {kind} | {places}")
        };
        sections(report).iter().map(describe).collect()
    }

    #[test]
    fn lockfiles_stand_for_themselves_and_what_is_installed_stands_together() {
        assert_eq!(
            described(&example::report()),
            [
                "shop:1.4 (debian 12) | os-pkgs | debian | zlib1g at var/lib/dpkg/status:1",
                "Java | lang-pkgs | jar | org.example:core at app/shop.jar:lib/core.jar",
                "a/package-lock.json | lang-pkgs | npm | left-pad at a/package-lock.json",
                "b/package-lock.json | lang-pkgs | npm | left-pad at b/package-lock.json",
            ]
        );
    }

    #[test]
    fn a_distribution_is_told_without_packages_and_packages_without_a_distribution() {
        let mut report = example::report();
        report.matches = None;
        let zlib = report.inventory.packages.remove(0);
        assert_eq!(described(&report)[0], "shop:1.4 (debian 12) | os-pkgs | debian | ");
        report.inventory.packages = vec![zlib];
        report.covers_system = false;
        assert_eq!(described(&report).len(), 1, "what is there is told in any case");
        report.inventory.distribution = None;
        let told = "shop:1.4 | os-pkgs | deb | zlib1g at var/lib/dpkg/status:1";
        assert_eq!(described(&report), [told]);
    }

    #[test]
    fn the_root_comes_first_and_what_is_unstated_last() {
        let mut report = example::report();
        report.matches = None;
        report.inventory.packages.clear();
        for (name, relationship) in [
            ("a", Relationship::Unstated),
            ("b", Relationship::Indirect),
            ("c", Relationship::Direct),
            ("d", Relationship::Root),
        ] {
            let purl = Purl::builder("golang", name).build().unwrap();
            let mut package = Package::new(Ecosystem::Golang, name, "v1", purl);
            package.relationship = relationship;
            package.cataloger = "go-program".to_owned();
            package.locations = vec![Location::new("srv")];
            report.inventory.packages.push(package);
        }
        let told = "srv | lang-pkgs | gobinary | d at srv, c at srv, b at srv, a at srv";
        assert_eq!(described(&report)[1], told);
    }

    #[test]
    fn findings_stand_with_their_package() {
        let report = example::report();
        let found: Vec<Vec<&str>> = sections(&report)
            .iter()
            .map(|section| section.findings().map(|finding| finding.id.as_str()).collect())
            .collect();
        assert_eq!(found, [vec!["CVE-2030-0002"], vec!["CVE-2030-0001"], vec![], vec![]]);
    }
}
