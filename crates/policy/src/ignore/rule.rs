//! One rule and its conditions.

use std::borrow::Cow;

use regex::Regex;
use sealift_matcher::{Finding, Status, distribution_of};
use sealift_model::{Distribution, Ecosystem, Package, Purl, Timestamp};

use crate::pattern::{PathPattern, purl_matches};
use crate::vex::VexStatus;

/// One entry of an ignore file or of the exceptions in `sealift.toml`: a finding that meets all of
/// its conditions does not count.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Rule {
    /// The name of its file.
    pub source: String,
    /// The line in the file, where it is known.
    pub line: Option<u64>,
    /// The kinds of findings that it covers.
    pub scope: Scope,
    /// The instant at which it expires.
    pub expires: Option<Timestamp>,
    /// The reason, in the author's words.
    pub statement: Option<String>,
    pub(crate) conditions: Vec<Condition>,
    /// The list that it belongs to: the first rule of a list that matches decides, even an expired
    /// one.
    pub(crate) list: Option<List>,
}

/// The lists of OSV-Scanner in which only one entry counts for a package
/// (`internal/config/config.go`, `filterPackageVersionEntries`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum List {
    /// Overrides that ignore a package.
    Packages,
    /// Overrides that ignore vulnerabilities.
    Vulnerabilities,
    /// Overrides that ignore licences.
    Licenses,
}

/// The kinds of findings that a rule covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Scope {
    /// Anything that its id names: vulnerabilities, checks, secrets, licences.
    Anything,
    /// Vulnerabilities.
    Vulnerabilities,
    /// Checks of configuration files.
    Misconfigurations,
    /// Secrets.
    Secrets,
    /// Licences.
    Licenses,
}

/// One condition of a rule.
#[derive(Clone, Debug)]
pub(crate) enum Condition {
    /// The finding's id, an id of its records, or an alias.
    AnyId(String),
    /// The finding's id, or an id of its records, but not an alias.
    OwnId(String),
    Paths(Vec<PathPattern>),
    Purls(Vec<Purl>),
    Name(TextPattern),
    /// The name that OSV-Scanner uses for a package.
    OsvName(TextPattern),
    Version(String),
    Ecosystem(Ecosystem),
    /// A distribution by OSV's name, with or without a release.
    Distribution(String),
    /// The ecosystems of a language; there may be several.
    Ecosystems(&'static [Ecosystem]),
    /// A group of dependencies.
    Group(String),
    Status(Option<Status>),
    SourceName(TextPattern),
    Match(MatchKind),
    Namespace(String),
    Vex(VexStatus),
    VexJustification(String),
}

/// A literal text, or an expression that must match a whole text.
#[derive(Clone, Debug)]
pub(crate) enum TextPattern {
    Text(String),
    Expression(Regex),
}

impl TextPattern {
    /// Compiles an expression that must match the whole text, with ASCII classes as in Go.
    pub(crate) fn expression(text: &str) -> Result<Self, regex::Error> {
        let whole = format!("^(?:{text})$");
        let built = regex::RegexBuilder::new(&whole).size_limit(1 << 20).build()?;
        Ok(Self::Expression(built))
    }

    fn matches(&self, text: &str) -> bool {
        match self {
            Self::Text(expected) => expected == text,
            Self::Expression(expression) => expression.is_match(text),
        }
    }
}

/// How a package was matched, in Grype's terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MatchKind {
    /// By the package itself.
    Direct,
    /// By its source package.
    Indirect,
    /// By a CPE, which is not used here.
    Cpe,
}

/// A finding, with everything that rules look at.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Subject<'s> {
    pub(crate) finding: &'s Finding,
    pub(crate) package: &'s Package,
    pub(crate) distribution: Option<&'s Distribution>,
    /// The place of the finding, as reports name it.
    pub(crate) target: &'s str,
    /// The path of the package there.
    pub(crate) path: &'s str,
    pub(crate) vex: Option<(VexStatus, Option<&'s str>)>,
}

impl Rule {
    pub(crate) fn new(scope: Scope, conditions: Vec<Condition>) -> Self {
        let source = String::new();
        Self { source, line: None, scope, expires: None, statement: None, conditions, list: None }
    }

    /// Whether the rule counts at this time: it expires at the instant that it names.
    #[must_use]
    pub fn counts_at(&self, now: Timestamp) -> bool {
        self.expires.is_none_or(|end| now < end)
    }

    /// The id that the rule names.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.conditions.iter().find_map(|condition| match condition {
            Condition::AnyId(id) | Condition::OwnId(id) => Some(id.as_str()),
            _ => None,
        })
    }

    /// Whether the rule accepts a licence, in all places of the package.
    pub(crate) fn accepts_license(
        &self,
        license: &str,
        package: &Package,
        distribution: Option<&Distribution>,
    ) -> bool {
        matches!(self.scope, Scope::Anything | Scope::Licenses)
            && self.conditions.iter().all(|condition| match condition {
                Condition::AnyId(id) | Condition::OwnId(id) => id == license,
                Condition::Paths(patterns) => package
                    .locations
                    .iter()
                    .all(|place| patterns.iter().any(|pattern| pattern.matches(&place.path))),
                Condition::Name(name) => name.matches(&package.name),
                Condition::OsvName(name) => name.matches(&osv_name(package)),
                Condition::Version(version) => *version == package.version,
                Condition::Ecosystem(ecosystem) => *ecosystem == package.ecosystem,
                Condition::Distribution(name) => is_of(package, distribution, name),
                _ => false,
            })
    }

    /// Whether the rule accepts that a check fails in a file; `names` recognises the check's ids.
    pub(crate) fn accepts_misconfiguration(
        &self,
        names: &dyn Fn(&str) -> bool,
        path: &str,
    ) -> bool {
        matches!(self.scope, Scope::Anything | Scope::Misconfigurations)
            && self.conditions.iter().all(|condition| match condition {
                Condition::AnyId(id) | Condition::OwnId(id) => names(id),
                Condition::Paths(patterns) => patterns.iter().any(|pattern| pattern.matches(path)),
                _ => false,
            })
    }

    /// Returns the rule's place in its file; `at` is its number, from 0.
    pub(crate) fn place(&self, at: usize) -> String {
        match self.line {
            Some(line) => format!("line {line}"),
            None => format!("rule {}", at.saturating_add(1)),
        }
    }

    /// Whether a vulnerability meets every condition.
    pub(crate) fn matches(&self, subject: &Subject<'_>) -> bool {
        matches!(self.scope, Scope::Anything | Scope::Vulnerabilities)
            && self.conditions.iter().all(|condition| condition.holds(subject))
    }
}

impl Condition {
    fn holds(&self, subject: &Subject<'_>) -> bool {
        let Subject { finding, package, .. } = subject;
        match self {
            Self::AnyId(id) => has_own_id(finding, id) || is_among(&finding.aliases, id),
            Self::OwnId(id) => has_own_id(finding, id),
            Self::Paths(patterns) => patterns
                .iter()
                .any(|pattern| pattern.matches(subject.target) || pattern.matches(subject.path)),
            Self::Purls(patterns) => {
                patterns.iter().any(|pattern| purl_matches(pattern, &package.purl))
            }
            Self::Name(name) => name.matches(&package.name),
            Self::OsvName(name) => name.matches(&osv_name(package)),
            Self::Version(version) => *version == package.version,
            Self::Ecosystem(ecosystem) => *ecosystem == package.ecosystem,
            Self::Distribution(name) => is_of(package, subject.distribution, name),
            Self::Ecosystems(ecosystems) => ecosystems.contains(&package.ecosystem),
            Self::Group(group) => is_in_group(package, group),
            Self::Status(status) => *status == Some(finding.status),
            Self::SourceName(name) => {
                package.source.as_ref().is_some_and(|source| name.matches(&source.name))
            }
            Self::Match(kind) => *kind == match_kind(package),
            Self::Namespace(namespace) => is_in_namespace(subject, namespace),
            Self::Vex(status) => subject.vex.is_some_and(|(known, _)| known == *status),
            Self::VexJustification(word) => {
                subject.vex.is_some_and(|(_, known)| known == Some(word.as_str()))
            }
        }
    }
}

fn has_own_id(finding: &Finding, id: &str) -> bool {
    finding.id.eq_ignore_ascii_case(id) || is_among(&finding.record_ids, id)
}

fn is_among(ids: &[String], id: &str) -> bool {
    ids.iter().any(|known| known.eq_ignore_ascii_case(id))
}

/// Returns the name that OSV-Scanner uses to look up a package's advisories: the source package for
/// Debian and Alpine and their relatives, the normalised name for Python
/// (`internal/imodels/imodels.go`, `Name`).
fn osv_name(package: &Package) -> Cow<'_, str> {
    match (package.ecosystem, &package.source) {
        (Ecosystem::Deb | Ecosystem::Apk, Some(source)) => Cow::Borrowed(&source.name),
        (Ecosystem::Pypi, _) => package.ecosystem.folded_name(&package.name),
        _ => Cow::Borrowed(&package.name),
    }
}

/// Whether a package belongs to a distribution in OSV's naming; a name without release means any.
fn is_of(package: &Package, distribution: Option<&Distribution>, name: &str) -> bool {
    package.ecosystem.is_operating_system()
        && distribution_of(package, distribution)
            .is_some_and(|own| own.osv_ecosystems().iter().any(|known| known == name))
}

fn is_in_group(package: &Package, group: &str) -> bool {
    match group {
        "dev" | "development" | "test" => package.scope.is_of_development(),
        "optional" => package.scope.is_optional(),
        _ => false,
    }
}

fn match_kind(package: &Package) -> MatchKind {
    match &package.source {
        Some(source) if source.name != package.name => MatchKind::Indirect,
        _ => MatchKind::Direct,
    }
}

/// Matches Grype's namespaces: `<provider>:distro:<id>:<version>`, `github:language:<language>`.
fn is_in_namespace(subject: &Subject<'_>, namespace: &str) -> bool {
    let parts: Vec<&str> = namespace.split(':').collect();
    match parts.as_slice() {
        [_, "distro", id, version] => subject.distribution.is_some_and(|distribution| {
            let known = distribution.version_id.as_deref().unwrap_or_default();
            let major = known.split('.').next().unwrap_or_default();
            subject.package.ecosystem.is_operating_system()
                && distribution.id == *id
                && (known == *version || major == *version)
        }),
        ["github", "language", language] => {
            let ids = std::iter::once(&subject.finding.id).chain(&subject.finding.record_ids);
            super::grype::ecosystems_of(language)
                .is_some_and(|ecosystems| ecosystems.contains(&subject.package.ecosystem))
                && ids.into_iter().any(|id| id.starts_with("GHSA-"))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use sealift_model::SourcePackage;

    use super::*;

    #[test]
    fn the_name_by_which_osv_scanner_knows_a_package() {
        for (ecosystem, name, source, expected) in [
            (Ecosystem::Deb, "zlib1g", Some("zlib"), "zlib"),
            (Ecosystem::Deb, "bash", None, "bash"),
            (Ecosystem::Apk, "libcrypto3", Some("openssl"), "openssl"),
            (Ecosystem::Rpm, "openssl-libs", Some("openssl"), "openssl-libs"),
            (Ecosystem::Pypi, "Ruamel_yaml", None, "ruamel-yaml"),
            (Ecosystem::Npm, "A_b", None, "A_b"),
        ] {
            let purl = "pkg:generic/a".parse().unwrap();
            let mut package = Package::new(ecosystem, name, "1", purl);
            package.source = source.map(|source| SourcePackage::new(source, "1"));
            assert_eq!(osv_name(&package), expected, "{name}");
        }
    }
}
