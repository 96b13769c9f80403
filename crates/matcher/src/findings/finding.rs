//! What matching finds.

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
    /// The CVE where there is one, else the id of the most telling record.
    pub id: String,
    /// The records that say so, the most telling first. Not empty.
    pub record_ids: Vec<String>,
    /// Other ids of the same vulnerability, sorted; never one of a record that covers several.
    pub aliases: Vec<String>,
    /// One line; empty when no record has anything to say.
    pub title: String,
    /// The record's own text, Markdown as a rule; shared by the findings of a record.
    #[serde(serialize_with = "text")]
    pub description: Arc<str>,
    /// How bad it is.
    pub severity: Severity,
    /// Whose word `severity` is, an id of a [`DataSource`]; none for [`Severity::Unknown`].
    pub severity_source: Option<String>,
    /// What each source says of how bad it is, sorted by source.
    pub vendor_severity: Vec<(String, Severity)>,
    /// CVSS vectors and scores, by source and newest version first.
    pub cvss: Vec<CvssEntry>,
    /// Versions that repair it, above the installed one, ascending. Where releases are kept up
    /// side by side there is one for each.
    pub fixed_versions: Vec<String>,
    /// What the repairs are not to be had without, `Ubuntu Pro`.
    pub fix_needs: Option<&'static str>,
    /// Whether there is a repair.
    pub status: Status,
    /// Links for further reading, as the records have them.
    pub references: Vec<String>,
    /// Kinds of weakness, `CWE-79`, sorted.
    pub cwe_ids: Vec<String>,
    /// When the first record was published.
    pub published: Option<Timestamp>,
    /// When the first record was last modified.
    pub modified: Option<Timestamp>,
    /// What CISA's catalogue of known exploited vulnerabilities says.
    pub kev: Option<Kev>,
    /// How likely it is to be exploited.
    pub epss: Option<EpssScore>,
    /// Where the first record comes from.
    pub data_source: DataSource,
    /// Whether the package was made to do harm.
    pub malicious: bool,
}

/// Whether there is a repair.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Status {
    /// There is none that the records know of.
    Affected,
    /// A later version repairs it.
    Fixed,
}

/// A CVSS score.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CvssEntry {
    /// Who says so, an id of a [`DataSource`].
    pub source: String,
    /// The version that scored it.
    pub version: CvssVersion,
    /// The vector; none where the source gives a bare score.
    pub vector: Option<String>,
    /// The score.
    pub score: CvssScore,
}

/// What CISA's catalogue says of a vulnerability that is known to be exploited.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Kev {
    /// Day on which it was added, `2021-12-10`.
    pub date_added: String,
    /// Day by which agencies must act.
    pub due_date: Option<String>,
    /// Whether ransomware is known to use it.
    pub ransomware: bool,
    /// Its name there.
    pub name: Option<String>,
    /// What is to be done.
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

/// Who publishes a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct DataSource {
    /// A short stable name, `ghsa`.
    pub id: String,
    /// The name for people.
    pub name: String,
    /// Where to find it.
    pub url: Option<String>,
}

/// A record that names a package, where it stays open whether the package is affected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Undetermined {
    /// Index of the package in [`Inventory::packages`](sealift_model::Inventory::packages).
    pub package: usize,
    /// The record.
    pub record_id: String,
    /// Why it stays open.
    pub reason: Reason,
}

fn text<S: Serializer>(text: &Arc<str>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(text)
}
