//! The `ignore` list of `.grype.yaml`.

use sealift_matcher::Status;
use sealift_model::Ecosystem;
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::rule::{Condition, MatchKind, TextPattern};
use super::{IgnoreFile, Rule, Scope};
use crate::error::yaml;
use crate::pattern::PathPattern;
use crate::vex::VexStatus;
use crate::{Error, Limits};

/// The part of Grype's configuration that is read, and other settings that decide in Grype which
/// findings fail or are shown (Grype's documentation, "Configuration").
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
struct Configuration {
    ignore: Option<Vec<Entry>>,
    fail_on_severity: Option<Setting>,
    only_fixed: Option<Setting>,
    only_notfixed: Option<Setting>,
    ignore_wontfix: Option<Setting>,
    exclude: Option<Setting>,
}

/// A setting that only causes a warning, whatever its type; the list is read all the same.
#[derive(Deserialize)]
#[serde(untagged)]
enum Setting {
    Flag(bool),
    Text(String),
    List(Vec<IgnoredAny>),
    Other(IgnoredAny),
}

impl Setting {
    /// Whether it differs from Grype's default; flags may be written as texts.
    fn is_set(&self) -> bool {
        match self {
            Self::Flag(flag) => *flag,
            Self::Text(text) => !["", "false"].contains(&text.as_str()),
            Self::List(items) => !items.is_empty(),
            Self::Other(_) => true,
        }
    }
}

impl Configuration {
    /// Returns warnings for the settings that do not count here, though they change Grype's
    /// verdict.
    fn warnings(&self) -> Vec<String> {
        let settings = [
            ("fail-on-severity", &self.fail_on_severity),
            ("only-fixed", &self.only_fixed),
            ("only-notfixed", &self.only_notfixed),
            ("ignore-wontfix", &self.ignore_wontfix),
            ("exclude", &self.exclude),
        ];
        let set = settings
            .into_iter()
            .filter(|(_, setting)| setting.as_ref().is_some_and(Setting::is_set));
        set.map(|(key, _)| format!("{key} does not count: of this file only ignore does")).collect()
    }
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
struct Entry {
    vulnerability: String,
    include_aliases: bool,
    reason: String,
    namespace: String,
    fix_state: String,
    match_type: String,
    vex_status: String,
    vex_justification: String,
    package: Option<PackageEntry>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
struct PackageEntry {
    name: String,
    version: String,
    language: String,
    #[serde(rename = "type")]
    kind: String,
    location: String,
    upstream_name: String,
}

pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<IgnoreFile, Error> {
    let configuration: Configuration = yaml(bytes, limits)?;
    let warnings = configuration.warnings();
    let entries = configuration.ignore.into_iter().flatten().enumerate();
    let rules: Result<Vec<Rule>, Error> =
        entries.map(|(at, entry)| rule(&entry, &format!("ignore[{at}]"))).collect();
    Ok(IgnoreFile { rules: rules?, warnings, ..IgnoreFile::default() })
}

fn rule(entry: &Entry, place: &str) -> Result<Rule, Error> {
    let mut conditions = Vec::new();
    if let Some(id) = some(&entry.vulnerability) {
        let id = id.to_owned();
        conditions.push(match entry.include_aliases {
            true => Condition::AnyId(id),
            false => Condition::OwnId(id),
        });
    }
    conditions.extend(some(&entry.namespace).map(|text| Condition::Namespace(text.to_owned())));
    if let Some(word) = some(&entry.fix_state) {
        conditions.push(Condition::Status(match word {
            "fixed" => Some(Status::Fixed),
            "not-fixed" => Some(Status::Affected),
            // OSV's records never have these states.
            "wont-fix" | "unknown" => None,
            _ => return Err(unknown(place, "fix-state", word)),
        }));
    }
    if let Some(word) = some(&entry.match_type) {
        conditions.push(Condition::Match(match word {
            "exact-direct-match" => MatchKind::Direct,
            "exact-indirect-match" => MatchKind::Indirect,
            "cpe-match" => MatchKind::Cpe,
            _ => return Err(unknown(place, "match-type", word)),
        }));
    }
    if let Some(word) = some(&entry.vex_status) {
        let status =
            VexStatus::from_name(word).ok_or_else(|| unknown(place, "vex-status", word))?;
        conditions.push(Condition::Vex(status));
    }
    conditions.extend(
        some(&entry.vex_justification).map(|word| Condition::VexJustification(word.to_owned())),
    );
    if let Some(package) = &entry.package {
        of_package(package, &format!("{place}.package"), &mut conditions)?;
    }
    if conditions.is_empty() {
        return Err(Error::rule(place, "a rule without a condition would ignore everything"));
    }
    let mut rule = Rule::new(Scope::Vulnerabilities, conditions);
    rule.statement = some(&entry.reason).map(str::to_owned);
    Ok(rule)
}

fn of_package(
    package: &PackageEntry,
    place: &str,
    conditions: &mut Vec<Condition>,
) -> Result<(), Error> {
    let expression = |key: &str, text: &str| {
        TextPattern::expression(text)
            .map_err(|_| Error::rule(format!("{place}.{key}"), format!("{text} is no expression")))
    };
    if let Some(name) = some(&package.name) {
        conditions.push(Condition::Name(expression("name", name)?));
    }
    conditions.extend(some(&package.version).map(|text| Condition::Version(text.to_owned())));
    if let Some(language) = some(&package.language) {
        let ecosystems =
            ecosystems_of(language).ok_or_else(|| unknown(place, "language", language))?;
        conditions.push(Condition::Ecosystems(ecosystems));
    }
    if let Some(kind) = some(&package.kind) {
        let ecosystems = ecosystems_of_type(kind).ok_or_else(|| unknown(place, "type", kind))?;
        conditions.push(Condition::Ecosystems(ecosystems));
    }
    if let Some(location) = some(&package.location) {
        // Grype's paths begin at the root, ours have no leading slash.
        let pattern = PathPattern::new(location.trim_start_matches('/'))
            .map_err(|error| Error::rule(format!("{place}.location"), error))?;
        conditions.push(Condition::Paths(vec![pattern]));
    }
    if let Some(name) = some(&package.upstream_name) {
        conditions.push(Condition::SourceName(expression("upstream-name", name)?));
    }
    Ok(())
}

fn some(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}

fn unknown(place: &str, key: &str, word: &str) -> Error {
    Error::rule(format!("{place}.{key}"), format!("{word} is not known"))
}

/// Returns the ecosystems of a language in Syft's naming.
pub(super) fn ecosystems_of(language: &str) -> Option<&'static [Ecosystem]> {
    Some(match language {
        "c++" | "cpp" => &[Ecosystem::Conan],
        "dart" => &[Ecosystem::Pub],
        "dotnet" => &[Ecosystem::Nuget],
        "elixir" | "erlang" => &[Ecosystem::Hex],
        "go" => &[Ecosystem::Golang],
        "haskell" => &[Ecosystem::Hackage],
        "java" => &[Ecosystem::Maven],
        "javascript" => &[Ecosystem::Npm],
        "lua" => &[Ecosystem::Luarocks],
        "php" => &[Ecosystem::Composer],
        "python" => &[Ecosystem::Pypi, Ecosystem::Conda],
        "R" | "r" => &[Ecosystem::Cran],
        "ruby" => &[Ecosystem::Gem],
        "rust" => &[Ecosystem::Cargo],
        "swift" => &[Ecosystem::Swift, Ecosystem::Cocoapods],
        _ => return None,
    })
}

/// Returns the ecosystems of a package type in Syft's naming.
fn ecosystems_of_type(kind: &str) -> Option<&'static [Ecosystem]> {
    Some(match kind {
        "apk" => &[Ecosystem::Apk],
        "bitnami" => &[Ecosystem::Bitnami],
        "cocoapods" | "pod" => &[Ecosystem::Cocoapods],
        "conan" => &[Ecosystem::Conan],
        "conda" => &[Ecosystem::Conda],
        "dart-pub" => &[Ecosystem::Pub],
        "deb" => &[Ecosystem::Deb],
        "dotnet" => &[Ecosystem::Nuget],
        "gem" => &[Ecosystem::Gem],
        "github-action" | "github-action-workflow" => &[Ecosystem::GithubActions],
        "go-module" => &[Ecosystem::Golang],
        "hackage" => &[Ecosystem::Hackage],
        "hex" | "erlang-otp" => &[Ecosystem::Hex],
        "java-archive" | "jenkins-plugin" => &[Ecosystem::Maven],
        "lua-rocks" => &[Ecosystem::Luarocks],
        "npm" => &[Ecosystem::Npm],
        "php-composer" => &[Ecosystem::Composer],
        "python" => &[Ecosystem::Pypi],
        "R-package" => &[Ecosystem::Cran],
        "rpm" => &[Ecosystem::Rpm],
        "rust-crate" => &[Ecosystem::Cargo],
        "swift" => &[Ecosystem::Swift],
        // Packages of these types are not looked for here: such a rule suppresses nothing.
        "alpm"
        | "binary"
        | "graalvm-native-image"
        | "homebrew"
        | "linux-kernel"
        | "linux-kernel-module"
        | "msrc-kb"
        | "nix"
        | "opam"
        | "portage"
        | "terraform"
        | "wordpress-plugin" => &[],
        _ => return None,
    })
}
