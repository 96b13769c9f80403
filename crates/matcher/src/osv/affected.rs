//! The entries of a record about packages.

use sealift_model::Purl;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::fields::Fields;
use super::last_known;
use super::severity::{self, ScoreText, Specific};
use crate::database::value::{Event, Range};

/// Most bytes of a package's name. Go module paths are the longest, with less than 300.
const MAX_NAME_BYTES: usize = 4096;

/// One entry of `affected`.
#[derive(Debug, Default)]
pub(crate) struct AffectedPackage {
    /// With release: `Debian:12`.
    pub(crate) ecosystem: String,
    pub(crate) name: String,
    pub(crate) ranges: Vec<RangeSpec>,
    pub(crate) versions: Vec<String>,
    /// `nodejs:16`, if the package belongs to an RPM module.
    pub(crate) module: Option<String>,
    pub(crate) scores: Vec<ScoreText>,
    pub(crate) word: Option<String>,
    /// The part of the versions that could not be read.
    pub(crate) defect: Option<String>,
}

/// A range, with its kind by the numbers of [`Range`].
#[derive(Debug)]
pub(crate) struct RangeSpec {
    pub(crate) kind: u8,
    pub(crate) events: Vec<EventSpec>,
}

/// An event, with its kind by the numbers of [`Event`].
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct EventSpec {
    pub(crate) kind: u8,
    pub(crate) version: String,
}

#[derive(Deserialize)]
struct RawAffected<'a> {
    #[serde(borrow, default)]
    package: Option<&'a RawValue>,
    #[serde(borrow, default)]
    severity: Option<&'a RawValue>,
    #[serde(borrow, default)]
    ranges: Option<&'a RawValue>,
    #[serde(borrow, default)]
    versions: Option<&'a RawValue>,
    #[serde(borrow, default)]
    ecosystem_specific: Option<&'a RawValue>,
    #[serde(borrow, default)]
    database_specific: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct RawPackage {
    ecosystem: String,
    name: String,
    #[serde(default)]
    purl: Option<String>,
}

#[derive(Deserialize)]
struct RawRange<'a> {
    r#type: String,
    #[serde(borrow)]
    events: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
struct RawEvent {
    #[serde(default)]
    introduced: Option<String>,
    #[serde(default)]
    fixed: Option<String>,
    #[serde(default)]
    last_affected: Option<String>,
    #[serde(default)]
    limit: Option<String>,
}

/// Reads `affected`.
pub(super) fn read(fields: &mut Fields, raw: Option<&RawValue>) -> Vec<AffectedPackage> {
    let entries: Vec<&RawValue> = fields.read("affected", raw).unwrap_or_default();
    let numbered = entries.into_iter().enumerate();
    numbered
        .filter_map(|(index, raw)| {
            let name = format!("affected[{index}]");
            let raw: RawAffected<'_> = fields.read(&name, Some(raw))?;
            entry(fields, &name, &raw)
        })
        .collect()
}

fn entry(fields: &mut Fields, name: &str, raw: &RawAffected<'_>) -> Option<AffectedPackage> {
    // Without a package, it is about a repository (GIT), which no package can match.
    let package: RawPackage = fields.read(&format!("{name}.package"), raw.package)?;
    if [&package.ecosystem, &package.name].into_iter().any(|text| !is_name(text)) {
        fields.complain(format!("{name}.package: no name that a package could have"));
        return None;
    }
    let failures = fields.failures;
    let mut ranges = ranges(fields, &format!("{name}.ranges"), raw.ranges);
    let versions = fields.list(&format!("{name}.versions"), raw.versions);
    let defect = (fields.failures > failures).then(|| {
        let kept = fields.complaints.get(failures).map(String::as_str);
        kept.unwrap_or("its versions are malformed").to_owned()
    });
    let ours = Specific::read(fields, "ecosystem_specific", raw.ecosystem_specific);
    let theirs = Specific::read(fields, "database_specific", raw.database_specific);
    // If versions are listed, the list has everything that the range without end covers.
    if let Some(last_known) = theirs.last_known.as_deref().filter(|_| versions.is_empty()) {
        last_known::end(&mut ranges, &package.ecosystem, last_known);
    }
    Some(AffectedPackage {
        ecosystem: package.ecosystem,
        name: package.name,
        ranges,
        versions,
        module: package.purl.as_deref().and_then(module),
        scores: severity::scores(fields, &format!("{name}.severity"), raw.severity),
        word: ours.word.or(theirs.word),
        defect,
    })
}

/// Whether a text may be the name of an ecosystem or a package.
fn is_name(text: &str) -> bool {
    !text.is_empty() && text.len() <= MAX_NAME_BYTES && !text.contains(char::is_control)
}

fn ranges(fields: &mut Fields, name: &str, raw: Option<&RawValue>) -> Vec<RangeSpec> {
    let ranges = fields.list::<RawRange<'_>>(name, raw).into_iter();
    ranges
        .map(|range| RangeSpec {
            kind: match range.r#type.as_str() {
                "SEMVER" => Range::SEMVER,
                "ECOSYSTEM" => Range::ECOSYSTEM,
                "GIT" => Range::GIT,
                _ => Range::OTHER,
            },
            events: range
                .events
                .into_iter()
                .filter_map(|event| fields.read(&format!("{name}.events"), Some(event)))
                .flat_map(events)
                .collect(),
        })
        .collect()
}

/// The events of one object; the schema requires exactly one.
fn events(raw: RawEvent) -> Vec<EventSpec> {
    let named = [
        (Event::INTRODUCED, raw.introduced),
        (Event::FIXED, raw.fixed),
        (Event::LAST_AFFECTED, raw.last_affected),
        (Event::LIMIT, raw.limit),
    ];
    let known = named.into_iter();
    let mut events: Vec<_> =
        known.filter_map(|(kind, version)| Some(EventSpec { kind, version: version? })).collect();
    if events.is_empty() {
        events.push(EventSpec { kind: Event::OTHER, version: String::new() });
    }
    events
}

/// The module in a purl: `rpmmod` in Red Hat's, `modularitylabel` in scanners'.
fn module(purl: &str) -> Option<String> {
    if !purl.starts_with("pkg:rpm/") {
        return None;
    }
    let purl: Purl = Purl::parse_lenient(purl).ok()?;
    let module = purl.qualifier("rpmmod").or_else(|| purl.qualifier("modularitylabel"))?;
    Some(module.to_owned())
}

#[cfg(test)]
mod tests {
    use crate::osv::parse;

    fn affected(json: &str) -> Vec<super::AffectedPackage> {
        let record = format!(r#"{{"id": "X-1", "affected": [{json}]}}"#);
        parse(record.as_bytes()).unwrap().advisory.affected
    }

    #[test]
    fn what_is_wrong_with_versions_is_a_defect() {
        let package = r#""package": {"ecosystem": "npm", "name": "a"}"#;
        for versions in [
            r#""versions": ["1", 2]"#,
            r#""versions": "1""#,
            r#""ranges": [{"type": "SEMVER"}]"#,
            r#""ranges": [{"type": "SEMVER", "events": [{"introduced": 1}]}]"#,
            r#""ranges": {}"#,
        ] {
            let entries = affected(&format!("{{{package}, {versions}}}"));
            assert!(entries[0].defect.is_some(), "{versions}");
        }
        let entries = affected(&format!(r#"{{{package}, "severity": 5}}"#));
        assert_eq!(entries[0].defect, None);
    }

    #[test]
    fn an_entry_without_a_package_is_left_out() {
        assert!(affected(r#"{"ranges": []}, {"package": {"name": "a"}}"#).is_empty());
    }

    #[test]
    fn modules_stand_in_purls() {
        let entries = affected(
            r#"{"package": {"ecosystem": "Red Hat", "name": "a",
                            "purl": "pkg:rpm/redhat/a?rpmmod=nodejs:16"}}"#,
        );
        assert_eq!(entries[0].module.as_deref(), Some("nodejs:16"));
    }
}
