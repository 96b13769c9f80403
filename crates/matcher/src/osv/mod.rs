//! OSV records (OSV schema 1.7), as their sources publish them.
//!
//! Reading is strict about everything that decides a match, and lenient about the rest: a record
//! with an invalid severity still says which versions are affected. What could not be read is
//! reported in [`Parsed::complaints`]; if it influences the verdict, it is also in
//! [`AffectedPackage::defect`], so that the verdict is undetermined.

mod affected;
mod fields;
mod last_known;
mod severity;

use serde::Deserialize;
use serde_json::value::RawValue;

pub(crate) use affected::AffectedPackage;
use fields::Fields;
pub(crate) use severity::ScoreText;

/// Most bytes of an id. Published ids have fewer than 50.
const MAX_ID_BYTES: usize = 512;
/// Most ids in one field of a record. The errata of a kernel name some 2,000.
const MAX_IDS: usize = 20_000;
/// Most bytes kept of a record's text. GitHub's limit is 65,535 characters.
const MAX_DETAILS_BYTES: usize = 256 * 1024;

/// A record and the complaints about it.
#[derive(Debug)]
pub(crate) struct Parsed {
    pub(crate) advisory: Advisory,
    /// One sentence each.
    pub(crate) complaints: Vec<String>,
}

/// The content of a record.
#[derive(Debug, Default)]
pub(crate) struct Advisory {
    pub(crate) id: String,
    pub(crate) modified: Option<String>,
    pub(crate) published: Option<String>,
    pub(crate) withdrawn: bool,
    pub(crate) aliases: Vec<String>,
    pub(crate) upstream: Vec<String>,
    pub(crate) related: Vec<String>,
    pub(crate) summary: String,
    pub(crate) details: String,
    pub(crate) scores: Vec<ScoreText>,
    /// The record's own severity word.
    pub(crate) word: Option<String>,
    pub(crate) affected: Vec<AffectedPackage>,
    pub(crate) references: Vec<String>,
    pub(crate) cwe_ids: Vec<String>,
}

/// Why a file is not a record.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RecordError {
    #[error("not an OSV record: {0}")]
    Json(#[from] serde_json::Error),
    #[error("not an OSV record: it has no id")]
    NoId,
    #[error("the id has {0} bytes, over the limit of {MAX_ID_BYTES}")]
    IdTooLong(usize),
}

/// The fields of a record as raw text, so that a malformed one does not affect the others.
#[derive(Deserialize)]
struct RawRecord<'a> {
    #[serde(borrow, default)]
    id: Option<&'a RawValue>,
    #[serde(borrow, default)]
    modified: Option<&'a RawValue>,
    #[serde(borrow, default)]
    published: Option<&'a RawValue>,
    #[serde(borrow, default)]
    withdrawn: Option<&'a RawValue>,
    #[serde(borrow, default)]
    aliases: Option<&'a RawValue>,
    #[serde(borrow, default)]
    upstream: Option<&'a RawValue>,
    #[serde(borrow, default)]
    related: Option<&'a RawValue>,
    #[serde(borrow, default)]
    summary: Option<&'a RawValue>,
    #[serde(borrow, default)]
    details: Option<&'a RawValue>,
    #[serde(borrow, default)]
    severity: Option<&'a RawValue>,
    #[serde(borrow, default)]
    affected: Option<&'a RawValue>,
    #[serde(borrow, default)]
    references: Option<&'a RawValue>,
    #[serde(borrow, default)]
    database_specific: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct RawReference {
    url: String,
}

/// Reads one record.
pub(crate) fn parse(bytes: &[u8]) -> Result<Parsed, RecordError> {
    let raw: RawRecord<'_> = serde_json::from_slice(bytes)?;
    let mut fields = Fields::default();
    let id: String = fields
        .read("id", raw.id)
        .filter(|id: &String| !id.trim().is_empty())
        .ok_or(RecordError::NoId)?;
    if id.len() > MAX_ID_BYTES {
        return Err(RecordError::IdTooLong(id.len()));
    }
    let specific =
        severity::Specific::read(&mut fields, "database_specific", raw.database_specific);
    let summary: String = fields.read("summary", raw.summary).unwrap_or_default();
    let mut scores = severity::scores(&mut fields, "severity", raw.severity);
    scores.extend(specific.scores);
    let references = fields.list::<RawReference>("references", raw.references);
    let advisory = Advisory {
        modified: fields.read("modified", raw.modified),
        published: fields.read("published", raw.published),
        withdrawn: fields.read::<String>("withdrawn", raw.withdrawn).is_some(),
        aliases: ids(&mut fields, "aliases", raw.aliases),
        upstream: ids(&mut fields, "upstream", raw.upstream),
        related: ids(&mut fields, "related", raw.related),
        details: details(&mut fields, raw.details),
        scores,
        word: specific.word.or_else(|| severity::word_of_summary(&id, &summary)),
        affected: affected::read(&mut fields, raw.affected),
        references: references.into_iter().map(|reference| reference.url).collect(),
        cwe_ids: specific.cwe_ids,
        summary,
        id,
    };
    Ok(Parsed { advisory, complaints: fields.complaints })
}

/// The ids of a list, without those that cannot be ids.
fn ids(fields: &mut Fields, name: &str, raw: Option<&RawValue>) -> Vec<String> {
    let mut ids: Vec<String> = fields.list(name, raw);
    let all = ids.len();
    ids.retain(|id| !id.is_empty() && id.len() <= MAX_ID_BYTES && !id.contains(char::is_control));
    if ids.len() < all {
        fields.complain(format!("{name}: {} texts that cannot be ids", all - ids.len()));
    }
    if ids.len() > MAX_IDS {
        fields.complain(format!("{name}: {} ids, of which {MAX_IDS} count", ids.len()));
        ids.truncate(MAX_IDS);
    }
    ids
}

fn details(fields: &mut Fields, raw: Option<&RawValue>) -> String {
    let mut details: String = fields.read("details", raw).unwrap_or_default();
    if details.len() > MAX_DETAILS_BYTES {
        fields.complain(format!("details: {} bytes, cut to {MAX_DETAILS_BYTES}", details.len()));
        let mut ends = (0..=MAX_DETAILS_BYTES).rev();
        details.truncate(ends.find(|end| details.is_char_boundary(*end)).unwrap_or(0));
    }
    details
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_makes_no_sense_does_not_spoil_the_rest() {
        let parsed = parse(
            br#"{"id": "X-1", "aliases": ["CVE-1", 7], "severity": [{"type": 3}, "CVSS"],
                "summary": null, "published": 2020, "references": {"url": "x"},
                "affected": [{"package": {"ecosystem": "npm", "name": "a"},
                              "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}]}]}]}"#,
        )
        .unwrap();
        assert_eq!(parsed.advisory.aliases, ["CVE-1"]);
        assert_eq!(parsed.advisory.affected.len(), 1);
        assert!(parsed.advisory.affected.iter().all(|affected| affected.defect.is_none()));
        let fields = ["severity[0]", "severity[1]", "references", "published", "aliases[1]"];
        for field in fields {
            assert!(parsed.complaints.iter().any(|text| text.starts_with(field)), "{field}");
        }
        assert_eq!(parsed.complaints.len(), fields.len());
    }

    #[test]
    fn a_file_without_an_id_is_no_record() {
        for text in ["", "[]", "{", "{}", r#"{"id": ""}"#, r#"{"id": 3}"#, "\u{feff}{}"] {
            assert!(parse(text.as_bytes()).is_err(), "{text}");
        }
        assert!(parse(b"{\"id\": \"\xff\"}").is_err());
        assert!(parse(r#"{"id": "a", "id": "b"}"#.as_bytes()).is_err());
        let deep = format!(r#"{{"id": "a", "x": {}"#, "[".repeat(1_000_000));
        assert!(parse(deep.as_bytes()).is_err());
    }
}
