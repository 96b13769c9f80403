//! `.trivyignore.yaml`: lists of rules for each kind of finding.

use std::collections::BTreeMap;

use sealift_model::{Purl, Timestamp};
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::rule::Condition;
use super::{IgnoreFile, Rule, Scope};
use crate::error::yaml;
use crate::pattern::PathPattern;
use crate::{Error, Limits};

#[derive(Default, Deserialize)]
#[serde(default, expecting = "lists of rules under `vulnerabilities` or another kind")]
struct Document {
    vulnerabilities: Option<Vec<Entry>>,
    misconfigurations: Option<Vec<Entry>>,
    secrets: Option<Vec<Entry>>,
    licenses: Option<Vec<Entry>>,
    #[serde(flatten)]
    unknown: BTreeMap<String, IgnoredAny>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Entry {
    id: Option<String>,
    paths: Option<Vec<String>>,
    purls: Option<Vec<String>>,
    expired_at: Option<String>,
    statement: Option<String>,
    /// Keys that Trivy does not know, either.
    #[serde(flatten)]
    unknown: BTreeMap<String, IgnoredAny>,
}

pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<IgnoreFile, Error> {
    let document: Document = yaml(bytes, limits)?;
    let mut file = IgnoreFile::default();
    let unknown = document.unknown.keys();
    file.warnings.extend(unknown.map(|key| format!("{key} is not known and counts for nothing")));
    for (list, entries, scope) in [
        ("vulnerabilities", document.vulnerabilities, Scope::Vulnerabilities),
        ("misconfigurations", document.misconfigurations, Scope::Misconfigurations),
        ("secrets", document.secrets, Scope::Secrets),
        ("licenses", document.licenses, Scope::Licenses),
    ] {
        for (at, entry) in entries.into_iter().flatten().enumerate() {
            let place = format!("{list}[{at}]");
            let unknown = entry.unknown.keys();
            let told =
                unknown.map(|key| format!("{place}.{key} is not known and counts for nothing"));
            file.warnings.extend(told);
            file.rules.push(rule(entry, scope, &place)?);
        }
    }
    Ok(file)
}

fn rule(entry: Entry, scope: Scope, place: &str) -> Result<Rule, Error> {
    let some = |text: Option<String>| text.filter(|text| !text.is_empty());
    let mut conditions: Vec<Condition> = some(entry.id).map(Condition::AnyId).into_iter().collect();
    let paths = entry.paths.unwrap_or_default();
    if !paths.is_empty() {
        conditions.push(Condition::Paths(path_patterns(&paths, place)?));
    }
    let purls = entry.purls.unwrap_or_default();
    if !purls.is_empty() && scope != Scope::Vulnerabilities {
        return Err(Error::rule(place, "only vulnerabilities are of packages with purls"));
    }
    if !purls.is_empty() {
        conditions.push(Condition::Purls(purl_patterns(&purls, place)?));
    }
    if conditions.is_empty() {
        return Err(Error::rule(place, "one of id, paths and purls is needed"));
    }
    let mut rule = Rule::new(scope, conditions);
    rule.expires = match some(entry.expired_at) {
        Some(text) => Some(day_or_time(&text).ok_or_else(|| {
            Error::rule(format!("{place}.expired_at"), format!("{text} is no day, as 2026-01-31"))
        })?),
        None => None,
    };
    rule.statement = some(entry.statement);
    Ok(rule)
}

pub(crate) fn path_patterns(paths: &[String], place: &str) -> Result<Vec<PathPattern>, Error> {
    let patterns = paths.iter().enumerate().map(|(at, path)| {
        PathPattern::new(path).map_err(|error| Error::rule(format!("{place}.paths[{at}]"), error))
    });
    patterns.collect()
}

pub(crate) fn purl_patterns(purls: &[String], place: &str) -> Result<Vec<Purl>, Error> {
    let patterns = purls.iter().enumerate().map(|(at, purl)| {
        Purl::parse_lenient(purl)
            .map_err(|error| Error::rule(format!("{place}.purls[{at}]"), error))
    });
    patterns.collect()
}

/// Reads a time, or a day, which means its start in UTC.
pub(crate) fn day_or_time(text: &str) -> Option<Timestamp> {
    Timestamp::from_day(text).or_else(|_| text.parse()).ok()
}
