//! `osv-scanner.toml`.

use std::collections::HashSet;

use sealift_model::{Ecosystem, Family, Timestamp};
use serde::Deserialize;

use super::rule::{Condition, List, TextPattern};
use super::trivy_yaml::day_or_time;
use super::{IgnoreFile, Rule, Scope};
use crate::error::toml;
use crate::{Error, Limits};

/// OSV-Scanner's configuration; OSV-Scanner, too, refuses other keys (`tryLoadConfig`).
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase", deny_unknown_fields)]
struct Configuration {
    ignored_vulns: Vec<Ignored>,
    package_overrides: Vec<Override>,
    go_version_override: String,
    scan_go_mod_version: bool,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
struct Ignored {
    id: String,
    ignore_until: Option<toml::value::Datetime>,
    reason: String,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
struct Override {
    name: String,
    name_is_regex: bool,
    version: String,
    ecosystem: String,
    group: String,
    ignore: bool,
    vulnerability: Vulnerability,
    license: License,
    effective_until: Option<toml::value::Datetime>,
    reason: String,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Vulnerability {
    ignore: bool,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct License {
    ignore: bool,
    #[serde(rename = "override")]
    instead: Vec<String>,
}

pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<IgnoreFile, Error> {
    let configuration: Configuration = toml(bytes, limits)?;
    let mut file = IgnoreFile::default();
    if !configuration.go_version_override.is_empty() {
        file.warnings.push("GoVersionOverride does not count: versions are as found".to_owned());
    }
    if configuration.scan_go_mod_version {
        file.warnings.push("ScanGoModVersion does not count: versions are as found".to_owned());
    }
    let mut seen = HashSet::new();
    for (at, ignored) in configuration.ignored_vulns.into_iter().enumerate() {
        let place = format!("IgnoredVulns[{at}]");
        if ignored.id.is_empty() {
            return Err(Error::rule(place, "an id is needed"));
        }
        if !seen.insert(ignored.id.clone()) {
            let id = ignored.id;
            file.warnings.push(format!("{place}: {id} is there twice, and the first entry counts"));
            continue;
        }
        let conditions = vec![Condition::AnyId(ignored.id)];
        let mut rule = Rule::new(Scope::Vulnerabilities, conditions);
        rule.expires = until(ignored.ignore_until, &format!("{place}.ignoreUntil"))?;
        rule.statement = Some(ignored.reason).filter(|reason| !reason.is_empty());
        file.rules.push(rule);
    }
    for (at, package) in configuration.package_overrides.iter().enumerate() {
        of_package(package, &format!("PackageOverrides[{at}]"), &mut file)?;
    }
    Ok(file)
}

fn of_package(package: &Override, place: &str, file: &mut IgnoreFile) -> Result<(), Error> {
    if !package.license.instead.is_empty() {
        file.warnings
            .push(format!("{place}.license.override does not count: licences are as found"));
    }
    let conditions = conditions(package, place)?;
    let mut add = |scope, list| -> Result<(), Error> {
        let mut rule = Rule::new(scope, conditions.clone());
        rule.list = Some(list);
        rule.expires = until(package.effective_until, &format!("{place}.effectiveUntil"))?;
        rule.statement = Some(package.reason.clone()).filter(|reason| !reason.is_empty());
        file.rules.push(rule);
        Ok(())
    };
    if package.ignore {
        add(Scope::Vulnerabilities, List::Packages)?;
        add(Scope::Licenses, List::Packages)?;
    }
    if package.vulnerability.ignore {
        add(Scope::Vulnerabilities, List::Vulnerabilities)?;
    }
    if package.license.ignore {
        add(Scope::Licenses, List::Licenses)?;
    }
    Ok(())
}

fn conditions(package: &Override, place: &str) -> Result<Vec<Condition>, Error> {
    let mut conditions = Vec::new();
    if !package.name.is_empty() {
        conditions.push(Condition::OsvName(match package.name_is_regex {
            true => TextPattern::expression(&package.name).map_err(|_| {
                let problem = format!("{} is no expression", package.name);
                Error::rule(format!("{place}.name"), problem)
            })?,
            false => TextPattern::Text(package.name.clone()),
        }));
    }
    if !package.version.is_empty() {
        conditions.push(Condition::Version(package.version.clone()));
    }
    if !package.ecosystem.is_empty() {
        conditions.push(ecosystem(&package.ecosystem, place)?);
    }
    if !package.group.is_empty() {
        conditions.push(Condition::Group(package.group.clone()));
    }
    if conditions.is_empty() {
        return Err(Error::rule(place, "one of name, version, ecosystem and group is needed"));
    }
    Ok(conditions)
}

/// Reads an ecosystem by OSV's name: a language, or a distribution with or without its release.
fn ecosystem(name: &str, place: &str) -> Result<Condition, Error> {
    if let Some(language) = Ecosystem::from_osv(name) {
        return Ok(Condition::Ecosystem(language));
    }
    match Family::from_osv(name) {
        Some(_) => Ok(Condition::Distribution(name.to_owned())),
        None => {
            let problem = format!("{name} is no ecosystem of OSV");
            Err(Error::rule(format!("{place}.ecosystem"), problem))
        }
    }
}

/// Reads a time, or a day, which means its start in UTC.
fn until(time: Option<toml::value::Datetime>, place: &str) -> Result<Option<Timestamp>, Error> {
    let Some(time) = time else { return Ok(None) };
    let text = time.to_string();
    let zoned = |text: &str| day_or_time(&format!("{text}Z"));
    let read = day_or_time(&text).or_else(|| zoned(&text));
    read.map(Some).ok_or_else(|| Error::rule(place, format!("{text} is neither a day nor a time")))
}
