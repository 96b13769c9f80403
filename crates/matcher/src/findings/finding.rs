//! The results of matching.

use std::sync::Arc;

use sealift_model::{Severity, Timestamp};

use crate::cvss::{CvssScore, CvssVersion};
use crate::evaluate::Reason;
use serde::{Serialize, Serializer};

/// A vulnerability of a package.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// Index of the package in [`Inventory::packages`](sealift_model::Inventory::packages).
    pub package: usize,
    /// The CVE if there is one, else the id of the preferred record.
    pub id: String,
    /// The records about it, the preferred one first. Not empty.
    pub record_ids: Vec<String>,
    /// Other ids of the same vulnerability, sorted; never one of a record that covers several.
    pub aliases: Vec<String>,
    /// One line; empty if no record has a title or description.
    pub title: String,
    /// The text of the record, usually Markdown; shared by the findings of a record.
    #[serde(serialize_with = "text")]
    pub description: Arc<str>,
    /// The severity.
    pub severity: Severity,
    /// The source of `severity`, an id of a [`DataSource`]; none for [`Severity::Unknown`].
    pub severity_source: Option<String>,
    /// The severity by each source, sorted by source.
    pub vendor_severity: Vec<(String, Severity)>,
    /// CVSS vectors and scores, by source and newest version first.
    pub cvss: Vec<CvssEntry>,
    /// Versions that fix it, above the installed one, ascending. If several releases are
    /// maintained, there is one for each.
    pub fixed_versions: Vec<String>,
    /// A subscription that the fixes require, `Ubuntu Pro`.
    pub fix_needs: Option<&'static str>,
    /// Whether there is a fix.
    pub status: Status,
    /// Links for further reading, unchanged from the records.
    pub references: Vec<String>,
    /// Kinds of weakness, `CWE-79`, sorted.
    pub cwe_ids: Vec<String>,
    /// When the first record was published.
    pub published: Option<Timestamp>,
    /// When the first record was last modified.
    pub modified: Option<Timestamp>,
    /// The entry in CISA's catalogue of known exploited vulnerabilities.
    pub kev: Option<Kev>,
    /// The probability that it is exploited.
    pub epss: Option<EpssScore>,
    /// The publisher of the first record.
    pub data_source: DataSource,
    /// Whether the package is malicious.
    pub malicious: bool,
}

/// Whether there is a fix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Status {
    /// The records know of no fix.
    Affected,
    /// A later version fixes it.
    Fixed,
}

/// A CVSS score.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CvssEntry {
    /// The source, an id of a [`DataSource`].
    pub source: String,
    /// The CVSS version.
    pub version: CvssVersion,
    /// The vector; none if the source gives only a score.
    pub vector: Option<String>,
    /// The score.
    pub score: CvssScore,
}

/// The entry of an exploited vulnerability in CISA's catalogue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Kev {
    /// Day on which it was added to the catalogue, `2021-12-10`.
    pub date_added: String,
    /// Day by which agencies must act.
    pub due_date: Option<String>,
    /// Whether ransomware is known to use it.
    pub ransomware: bool,
    /// Its name in the catalogue.
    pub name: Option<String>,
    /// The required action.
    pub required_action: Option<String>,
}

/// A score of the Exploit Prediction Scoring System.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct EpssScore {
    /// Probability that it is exploited in the next 30 days, 0 to 1.
    pub score: f64,
    /// Share of vulnerabilities with the same score or a lower one, 0 to 1.
    pub percentile: f64,
}

/// The publisher of a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct DataSource {
    /// A short stable name, `ghsa`.
    pub id: String,
    /// A name for people.
    pub name: String,
    /// Its URL.
    pub url: Option<String>,
}

/// A record that names a package, but for which it is undetermined whether the package is affected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Undetermined {
    /// Index of the package in [`Inventory::packages`](sealift_model::Inventory::packages).
    pub package: usize,
    /// The record.
    pub record_id: String,
    /// Why it is undetermined.
    pub reason: Reason,
}

fn text<S: Serializer>(text: &Arc<str>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(text)
}
