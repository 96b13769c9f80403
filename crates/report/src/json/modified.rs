//! One entry of `ExperimentalModifiedFindings`.

use serde::Serialize;

use super::finding::JsonFinding;
use crate::sections::Entry;
use crate::{Modified, Report};

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct JsonModified<'r> {
    #[serde(rename = "Type")]
    kind: &'static str,
    status: &'static str,
    #[serde(skip_serializing_if = "str::is_empty")]
    statement: &'r str,
    source: &'r str,
    #[serde(skip_serializing_if = "str::is_empty")]
    place: &'r str,
    /// The day on which it counts again.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires: Option<String>,
    finding: JsonFinding<'r>,
}

impl<'r> JsonModified<'r> {
    pub(super) fn new(report: &'r Report, entry: &Entry<'r>, modified: &'r Modified) -> Self {
        Self {
            kind: "vulnerability",
            status: modified.status,
            statement: &modified.statement,
            source: &modified.source,
            place: &modified.place,
            expires: modified.expires.map(sealift_model::Timestamp::day),
            finding: JsonFinding::new(report, entry, &modified.finding),
        }
    }
}
