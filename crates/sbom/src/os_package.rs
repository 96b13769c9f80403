//! Packages of an operating system: the entries of its package manager's database, and how they
//! become packages of an inventory.

use std::collections::HashMap;

use sealift_layers::LimitExceeded;
use sealift_model::{
    Diagnostic, Distribution, Ecosystem, Family, Impact, Location, Package, Purl, PurlError,
    SourcePackage,
};
use serde::{Deserialize, Serialize};

use crate::source_epoch::SourceEpochs;
use crate::{Catalog, Fact, Facts, MergedFacts, MergedFile};

/// Bytes of a package's name and of its version. Both are file names where packages are made
/// (`NAME_VERSION_ARCH.deb`), and those end at 255 on every file system in use.
pub(crate) const MAX_NAME_BYTES: usize = 255;

/// Packages of one database. All of Debian is a quarter of that.
const MAX_PACKAGES: usize = 250_000;

/// Bytes of one line of a package database. The longest known are `Provides` of a few 10,000.
pub(crate) const MAX_LINE_BYTES: usize = 1 << 20;

/// Bytes of one package database. A `status` with all of Debian installed has half of that.
pub(crate) const MAX_DATABASE_BYTES: u64 = 128 << 20;

/// A package in the database of an operating system's package manager, before the distribution and
/// the other packages are known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct OsPackage {
    /// Its name.
    pub name: String,
    /// Its full version, including the epoch.
    pub version: String,
    /// Its architecture, as the package manager names it.
    pub architecture: Option<String>,
    /// Its source package.
    pub source: Option<SourcePackage>,
    /// File name of the source RPM.
    pub source_rpm: Option<String>,
    /// The number before the colon in `version`, if a purl has it apart from the version.
    pub epoch: Option<u32>,
    /// Label of the RPM module that it belongs to.
    pub module_label: Option<String>,
    /// Licences, if the database has them.
    pub licenses: Vec<String>,
    /// Its maintainer.
    pub maintainer: Option<String>,
    /// Its dependencies.
    pub requires: Requirements,
    /// The names that it provides beside its own.
    pub provides: Requirements,
    /// First and last 1-based line of its record.
    pub lines: Option<(u64, u64)>,
}

impl OsPackage {
    /// A package with nothing but name and version.
    ///
    /// # Errors
    /// One sentence, when the name or the version is missing or longer than any can be.
    pub(crate) fn new(name: String, version: String) -> Result<Self, String> {
        for (what, text) in [("name", &name), ("version", &version)] {
            if text.is_empty() {
                return Err(format!("a package without {what}"));
            }
            if text.len() > MAX_NAME_BYTES {
                let length = text.len();
                return Err(format!("a {what} of {length} bytes, longest is {MAX_NAME_BYTES}"));
            }
        }
        Ok(Self {
            name,
            version,
            architecture: None,
            source: None,
            source_rpm: None,
            epoch: None,
            module_label: None,
            licenses: Vec::new(),
            maintainer: None,
            requires: Requirements::default(),
            provides: Requirements::default(),
            lines: None,
        })
    }

    /// `name@version`, the form of [`Package::depends_on`].
    fn id(&self) -> String {
        format!("{}@{}", self.name, self.version)
    }

    /// What others look for in a purl to find advisories, which are of sources, as Syft writes it:
    /// the source RPM, or of another source its name, and its version where that is another.
    fn upstream(&self) -> Option<String> {
        let source = self.source.as_ref().filter(|_| self.source_rpm.is_none());
        let Some(source) = source else { return self.source_rpm.clone() };
        let SourcePackage { name, version, .. } = source;
        match (*name == self.name, *version == self.version) {
            (true, true) => None,
            (false, true) => Some(name.clone()),
            (_, false) => Some(format!("{name}@{version}")),
        }
    }

    /// The package of an inventory that this is, with the distribution in its purl and without
    /// what it depends on.
    fn to_package(
        &self,
        ecosystem: Ecosystem,
        distribution: Option<&Distribution>,
    ) -> Result<Package, PurlError> {
        let epoch = self.epoch.map(|epoch| epoch.to_string());
        let version = epoch.as_ref().and_then(|epoch| self.version.strip_prefix(epoch.as_str()));
        let version = version.and_then(|version| version.strip_prefix(':'));
        let mut purl = Purl::builder(ecosystem.purl_type(), &self.name)
            .version(version.unwrap_or(&self.version));
        let upstream = self.upstream();
        let qualifiers = [
            ("arch", &self.architecture),
            ("epoch", &epoch),
            ("rpmmod", &self.module_label),
            ("upstream", &upstream),
        ];
        for (key, value) in qualifiers {
            if let Some(value) = value {
                purl = purl.qualifier(key, value.as_str());
            }
        }
        if let Some(distribution) = distribution {
            let distro = distribution.qualifier();
            purl = purl.namespace(distribution.id.as_str()).qualifier("distro", distro.as_str());
        }
        let mut package = Package::new(ecosystem, &self.name, &self.version, purl.build()?);
        package.licenses.clone_from(&self.licenses);
        package.source.clone_from(&self.source);
        package.architecture.clone_from(&self.architecture);
        package.module_label.clone_from(&self.module_label);
        package.maintainer.clone_from(&self.maintainer);
        package.locations = vec![Location::new("").on_lines(self.lines)];
        Ok(package)
    }
}

/// Names that a package needs or provides: a sequence, each with its alternatives. Stored as one
/// text, since a database has more of them than anything else.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Requirements(String);

impl Requirements {
    /// Adds a name, or several of which one is enough. Names contain no space and no `|`.
    pub(crate) fn push<'n>(&mut self, alternatives: impl IntoIterator<Item = &'n str>) {
        let start = self.0.len();
        for name in alternatives {
            let separator = if self.0.len() == start { ' ' } else { '|' };
            self.0.push(separator);
            self.0.push_str(name);
        }
    }

    /// The names, each with its alternatives.
    pub fn iter(&self) -> impl Iterator<Item = impl Iterator<Item = &str>> {
        self.0.split(' ').filter(|group| !group.is_empty()).map(|group| group.split('|'))
    }

    /// All names.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.iter().flatten()
    }
}

/// The packages of one database while it is read.
#[derive(Debug, Default)]
pub(crate) struct Records {
    /// Line of the first record, by name, architecture and version.
    first_lines: HashMap<(String, Option<String>, String), Option<u64>>,
}

impl Records {
    /// Takes up a package. More than [`MAX_PACKAGES`] are a problem; a second record of one is a
    /// note. Two versions of one are both kept, since which of them holds is not known.
    pub(crate) fn add(&mut self, package: OsPackage, facts: &mut Facts) {
        let line = package.lines.map(|(first, _)| first);
        let OsPackage { name, architecture, version, .. } = &package;
        let key = (name.clone(), architecture.clone(), version.clone());
        if let Some(earlier) = self.first_lines.get(&key) {
            let place = earlier.map(|line| format!(", as on line {line}")).unwrap_or_default();
            return facts.note(line, format!("another record of {name} {version}{place}"));
        }
        if self.first_lines.len() == MAX_PACKAGES {
            let max = u64::try_from(MAX_PACKAGES).unwrap_or(u64::MAX);
            return facts.limit(line, limit_message("packages of a database", max));
        }
        self.first_lines.insert(key, line);
        facts.facts.push(Fact::OsPackage(Box::new(package)));
    }
}

/// Reports a database that is larger than [`MAX_DATABASE_BYTES`]; only so much is read.
pub(crate) fn check_size(bytes: u64, facts: &mut Facts) {
    if bytes > MAX_DATABASE_BYTES {
        facts.limit(None, limit_message("bytes of a package database", MAX_DATABASE_BYTES));
    }
}

fn limit_message(limit: &'static str, max: u64) -> String {
    LimitExceeded::new(limit, max).to_string()
}

/// Turns what the files list into packages of the inventory, with the distribution and what each
/// depends on, and licences of `licenses` in place of none. A problem with a file means what
/// `impact_of` says.
pub(crate) fn assemble(
    ecosystem: Ecosystem,
    merged: &MergedFacts<'_>,
    licenses: &HashMap<&str, &[String]>,
    impact_of: impl Fn(&MergedFile<'_>) -> Impact,
    catalog: &mut Catalog,
) {
    let distribution = merged.distribution.filter(|found| may_have(found, ecosystem));
    let installed = Installed::new(merged.files.iter().flat_map(listed));
    let epochs = epochs_of_sources(ecosystem, merged);
    for file in &merged.files {
        let complain = |message| {
            let place = file.location("");
            let diagnostic = Diagnostic::new(merged.cataloger, message, Impact::Incomplete);
            diagnostic.at(place.path, place.layer)
        };
        for package in listed(file) {
            match package.to_package(ecosystem, distribution) {
                Ok(mut found) => {
                    found.depends_on = installed.needed_by(package);
                    if let Some(source) = &mut found.source {
                        epochs.complete(source);
                    }
                    if let Some(licenses) = licenses.get(package.name.as_str()) {
                        found.licenses = licenses.to_vec();
                    }
                    catalog.add(found, file, merged.cataloger);
                }
                Err(error) => {
                    catalog.diagnose(complain(format!("package {:?}: {error}", package.name)));
                }
            }
        }
        if let (Some(other), None, Some(_)) =
            (merged.distribution, distribution, listed(file).next())
        {
            let id = &other.id;
            catalog.diagnose(complain(format!("a database that {id}, the distribution, has not")));
        }
        catalog.add_problems(file, merged.cataloger, impact_of(file));
    }
}

/// Empty for ecosystems other than RPM: there, a source's version is complete.
fn epochs_of_sources(ecosystem: Ecosystem, merged: &MergedFacts<'_>) -> SourceEpochs {
    let files = merged.files.iter().filter(|_| ecosystem == Ecosystem::Rpm);
    let packages = files.flat_map(listed);
    SourceEpochs::of(packages.map(|it| (it.name.as_str(), it.version.as_str(), it.source.as_ref())))
}

/// Whether packages of the ecosystem can be the distribution's own.
fn may_have(distribution: &Distribution, ecosystem: Ecosystem) -> bool {
    let own = distribution.family.and_then(Family::packages);
    own.is_none_or(|own| own == ecosystem)
}

/// The packages that a file lists.
fn listed<'f>(file: &MergedFile<'f>) -> impl Iterator<Item = &'f OsPackage> {
    file.facts.facts.iter().filter_map(|fact| match fact {
        Fact::OsPackage(package) => Some(&**package),
        _ => None,
    })
}

/// All packages of a tree by the names that others need them under.
#[derive(Debug, Default)]
struct Installed<'p> {
    named: ByName<'p>,
    providing: ByName<'p>,
}

/// One package for each name, and one for each name on each architecture. Of several, the first:
/// which of them it is says little, and a hostile database may have very many.
#[derive(Debug, Default)]
struct ByName<'p> {
    any: HashMap<&'p str, &'p OsPackage>,
    same_architecture: HashMap<(&'p str, &'p str), &'p OsPackage>,
}

impl<'p> Installed<'p> {
    /// Takes up the packages of a tree.
    fn new(packages: impl IntoIterator<Item = &'p OsPackage>) -> Self {
        let mut installed = Self::default();
        for package in packages {
            installed.named.insert(&package.name, package);
            for name in package.provides.names() {
                installed.providing.insert(name, package);
            }
        }
        installed
    }

    /// `name@version` of what `package` needs and has, sorted. For alternatives, these are all
    /// packages installed by one of the names; if there is none, the packages that provide one of
    /// them.
    fn needed_by(&self, package: &OsPackage) -> Vec<String> {
        let mut needed = Vec::new();
        for alternatives in package.requires.iter() {
            let alternatives: Vec<&str> = alternatives.collect();
            let find = |by_name: &ByName<'p>| -> Vec<&'p OsPackage> {
                alternatives.iter().filter_map(|name| by_name.get(name, package)).collect()
            };
            let mut found = find(&self.named);
            if found.is_empty() {
                found = find(&self.providing);
                found.truncate(1);
            }
            needed.extend(found.into_iter().filter(|other| other.name != package.name));
        }
        let mut ids: Vec<String> = needed.into_iter().map(OsPackage::id).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    }
}

impl<'p> ByName<'p> {
    fn insert(&mut self, name: &'p str, package: &'p OsPackage) {
        self.any.entry(name).or_insert(package);
        if let Some(architecture) = &package.architecture {
            self.same_architecture.entry((name, architecture)).or_insert(package);
        }
    }

    fn get(&self, name: &str, of: &OsPackage) -> Option<&'p OsPackage> {
        let architecture = of.architecture.as_deref();
        let same = architecture.and_then(|arch| self.same_architecture.get(&(name, arch)));
        same.or_else(|| self.any.get(name)).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(
        name: &str,
        architecture: &str,
        requires: &[&[&str]],
        provides: &[&str],
    ) -> OsPackage {
        let mut package = OsPackage::new(name.into(), format!("1-{architecture}")).unwrap();
        package.architecture = Some(architecture.into());
        for alternatives in requires {
            package.requires.push(alternatives.iter().copied());
        }
        for name in provides {
            package.provides.push([*name]);
        }
        package
    }

    #[test]
    fn names_and_versions_are_there_and_bounded() {
        let long = "a".repeat(256);
        let refused = OsPackage::new(long, "1".into()).unwrap_err();
        assert_eq!(refused, "a name of 256 bytes, longest is 255");
        let refused = OsPackage::new("a".into(), String::new()).unwrap_err();
        assert_eq!(refused, "a package without version");
    }

    #[test]
    fn what_is_needed_is_found_by_name_then_by_what_provides_it() {
        let all = [
            package("libc", "i386", &[], &[]),
            package("libc", "amd64", &[], &[]),
            package("mawk", "amd64", &[], &["awk"]),
            package("base", "amd64", &[&["awk"], &["gone"], &["absent", "libc"]], &["base-api"]),
            package("cdebconf", "amd64", &[&["base-api", "mawk"], &["cdebconf"]], &[]),
        ];
        let installed = Installed::new(&all);
        assert_eq!(installed.needed_by(&all[3]), ["libc@1-amd64", "mawk@1-amd64"]);
        assert_eq!(installed.needed_by(&all[4]), ["mawk@1-amd64"]);
    }
}
