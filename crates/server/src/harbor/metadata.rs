//! The scanner's description of itself.

use sealift::Scanner;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::media::{CONSUMED, ReportKind, SBOMS};

/// The scanner's name.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Named {
    name: &'static str,
    vendor: &'static str,
    version: &'static str,
}

impl Named {
    pub(super) const OURS: Self =
        Self { name: "sealift", vendor: "sealift", version: env!("CARGO_PKG_VERSION") };
}

/// The age at which a database is expected to be replaced.
const DAY_SECONDS: i64 = 24 * 3600;

/// The metadata, including the dates of the database if there is one.
pub(super) fn metadata(scanner: Option<&Scanner>) -> Value {
    let about_vulnerabilities =
        [ReportKind::Vulnerabilities, ReportKind::OldVulnerabilities, ReportKind::Raw];
    let mut properties = Map::new();
    let mut say = |name: &str, value: String| {
        properties.insert(format!("harbor.scanner-adapter/{name}"), Value::String(value))
    };
    say("scanner-type", "os-package-vulnerability".to_owned());
    if let Some(database) = scanner.and_then(Scanner::database) {
        let built = database.info().built;
        say("vulnerability-database-updated-at", built.to_string());
        let next = sealift::Timestamp::from_unix_seconds(built.unix_seconds() + DAY_SECONDS);
        if let Ok(next) = next {
            say("vulnerability-database-next-update-at", next.to_string());
        }
    }
    json!({
        "scanner": Named::OURS,
        "capabilities": [
            {
                "type": "vulnerability",
                "consumes_mime_types": CONSUMED,
                "produces_mime_types": about_vulnerabilities.map(ReportKind::name),
            },
            {
                "type": "sbom",
                "consumes_mime_types": CONSUMED,
                "produces_mime_types": [ReportKind::Sbom.name()],
                "additional_attributes": {"sbom_media_types": SBOMS},
            },
        ],
        "properties": properties,
    })
}
