//! cosign's report of a vulnerability scan
//! (`https://cosign.sigstore.dev/attestation/vuln/v1`, `cosign specs/COSIGN_VULN_ATTESTATION_SPEC.md`).

use sealift_model::Timestamp;
use serde_json::{Value, json};

/// A scan and its result.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "these are the fields of the specification")]
pub struct ScanRecord {
    /// URI of the program that scanned.
    pub scanner: String,
    /// Its version.
    pub version: String,
    /// URI of the advisory database; empty if there was no database, or it has no URI.
    pub database: String,
    /// The day or version of the database.
    pub database_version: String,
    /// When the scan began.
    pub started: Timestamp,
    /// When the scan ended.
    pub finished: Timestamp,
    /// The report, as JSON.
    pub result: Value,
}

impl ScanRecord {
    /// The predicate.
    #[must_use]
    pub fn predicate(&self) -> Value {
        json!({
            "invocation": { "parameters": null, "uri": "", "event_id": "", "builder.id": "" },
            "scanner": {
                "uri": self.scanner,
                "version": self.version,
                "db": { "uri": self.database, "version": self.database_version },
                "result": self.result,
            },
            "metadata": {
                "scanStartedOn": self.started.to_string(),
                "scanFinishedOn": self.finished.to_string(),
            },
        })
    }
}
