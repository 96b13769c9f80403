//! The catalogues beside the records: KEV and EPSS.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use flate2::read::MultiGzDecoder;
use sealift_model::Timestamp;
use serde::Deserialize;

use super::Limits;
use super::prepare::encode;
use crate::database::key::Kind;
use crate::database::value::{Epss, Exploited};

/// A catalogue as entries of the database.
#[derive(Debug, Default)]
pub(super) struct Catalogue {
    pub(super) entries: BTreeMap<Vec<u8>, Vec<u8>>,
    pub(super) newest: Option<Timestamp>,
    /// Number of rows that could not be read.
    unreadable: u64,
    /// The fault of the first of them.
    first: Option<String>,
}

impl Catalogue {
    fn complain(&mut self, complaint: impl FnOnce() -> String) {
        self.unreadable += 1;
        self.first.get_or_insert_with(complaint);
    }

    /// A sentence about the rows that could not be read.
    pub(super) fn complaint(&self) -> Option<String> {
        let first = self.first.as_ref()?;
        Some(format!("{} rows could not be read, the first: {first}", self.unreadable))
    }
}

/// Why a catalogue could not be read at all.
#[derive(Debug, thiserror::Error)]
pub(super) enum CatalogueError {
    #[error("cannot be read: {0}")]
    Io(#[from] std::io::Error),
    #[error("more than {0} bytes (max_catalogue_bytes)")]
    TooLarge(u64),
    #[error("not a KEV catalogue: {0}")]
    Json(#[from] serde_json::Error),
    #[error("not a table of EPSS scores: it has no line cve,epss,percentile")]
    NoHeader,
}

/// The catalogue of known exploited vulnerabilities, as CISA publishes it (schema 1.1).
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Kev {
    #[serde(default)]
    date_released: Option<String>,
    vulnerabilities: Vec<serde_json::Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct KevEntry {
    #[serde(rename = "cveID")]
    cve_id: String,
    date_added: String,
    #[serde(default)]
    due_date: Option<String>,
    #[serde(default)]
    known_ransomware_campaign_use: Option<String>,
    #[serde(default)]
    vulnerability_name: Option<String>,
    #[serde(default)]
    required_action: Option<String>,
}

/// Reads a KEV catalogue.
pub(super) fn kev(path: &Path, limits: &Limits) -> Result<Catalogue, CatalogueError> {
    let kev: Kev = serde_json::from_slice(&read(File::open(path)?, limits)?)?;
    let mut catalogue = Catalogue {
        newest: kev.date_released.and_then(|time| time.parse().ok()),
        ..Catalogue::default()
    };
    for (index, entry) in kev.vulnerabilities.into_iter().enumerate() {
        let entry = match serde_json::from_value::<KevEntry>(entry) {
            Ok(entry) if is_cve(&entry.cve_id) => entry,
            Ok(_) => {
                catalogue.complain(|| format!("vulnerabilities[{index}]: no CVE"));
                continue;
            }
            Err(error) => {
                catalogue.complain(|| format!("vulnerabilities[{index}]: {error}"));
                continue;
            }
        };
        let value = Exploited {
            date_added: &entry.date_added,
            due_date: entry.due_date.as_deref(),
            ransomware: entry.known_ransomware_campaign_use.as_deref() == Some("Known"),
            name: entry.vulnerability_name.as_deref(),
            action: entry.required_action.as_deref(),
        };
        catalogue.entries.insert(Kind::Exploited.key(&entry.cve_id), encode(&value));
    }
    Ok(catalogue)
}

/// Reads a table of EPSS scores: a comment with the day, a header, a row for each CVE.
pub(super) fn epss(path: &Path, limits: &Limits) -> Result<Catalogue, CatalogueError> {
    let file = File::open(path)?;
    let bytes = match path.extension().is_some_and(|extension| extension == "gz") {
        true => read(MultiGzDecoder::new(std::io::BufReader::new(file)), limits)?,
        false => read(file, limits)?,
    };
    let text = String::from_utf8_lossy(&bytes);
    let mut lines = text.lines().enumerate();
    let mut catalogue = Catalogue::default();
    loop {
        let (_, line) = lines.next().ok_or(CatalogueError::NoHeader)?;
        match line.strip_prefix('#') {
            Some(comment) => catalogue.newest = score_date(comment),
            None if line.trim() == "cve,epss,percentile" => break,
            None => return Err(CatalogueError::NoHeader),
        }
    }
    for (index, line) in lines.filter(|(_, line)| !line.trim().is_empty()) {
        match row(line) {
            Some((cve, value)) => {
                catalogue.entries.insert(Kind::Epss.key(cve), encode(&value));
            }
            None => catalogue.complain(|| format!("line {}: no score", index + 1)),
        }
    }
    Ok(catalogue)
}

/// The day in `model_version:v2025.03.14,score_date:2026-01-01T00:00:00+0000`.
fn score_date(comment: &str) -> Option<Timestamp> {
    let (_, date) = comment.split_once("score_date:")?;
    format!("{}T00:00:00Z", date.get(..10)?).parse().ok()
}

fn row(line: &str) -> Option<(&str, Epss)> {
    let mut fields = line.trim().split(',');
    let cve = fields.next().filter(|cve| is_cve(cve))?;
    let mut share = || fields.next()?.parse().ok().filter(|share| (0.0..=1.0).contains(share));
    Some((cve, Epss { score: share()?, percentile: share()? }))
}

fn is_cve(id: &str) -> bool {
    id.starts_with("CVE-") && id.len() < 64
}

fn read(from: impl Read, limits: &Limits) -> Result<Vec<u8>, CatalogueError> {
    let max = limits.max_catalogue_bytes;
    let mut bytes = Vec::new();
    from.take(max.saturating_add(1)).read_to_end(&mut bytes)?;
    match u64::try_from(bytes.len()).is_ok_and(|bytes| bytes <= max) {
        true => Ok(bytes),
        false => Err(CatalogueError::TooLarge(max)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_hold_two_shares_of_one() {
        let (cve, value) = row("CVE-2021-44228,0.94432,0.99994").unwrap();
        assert_eq!((cve, value.score, value.percentile), ("CVE-2021-44228", 0.94432, 0.99994));
        for line in ["CVE-1", "CVE-1,0.5", "CVE-1,2,0.5", "CVE-1,NaN,0.5", "X,0.5,0.5"] {
            assert_eq!(row(line), None, "{line}");
        }
    }

    #[test]
    fn the_day_of_the_scores_is_read() {
        let comment = "model_version:v2025.03.14,score_date:2026-01-02T12:55:00+0000";
        assert_eq!(score_date(comment).unwrap().to_string(), "2026-01-02T00:00:00Z");
        assert_eq!(score_date("model_version:1"), None);
    }
}
