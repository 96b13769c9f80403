//! The services to use: a signing configuration (protobuf-specs, `sigstore_trustroot.proto`,
//! `SigningConfig`, version 0.2), or URLs.

use sealift_http::Url;
use sealift_model::Timestamp;
use serde::Deserialize;

use super::error::{ConfigError, Service};

const MEDIA_TYPE: &str = "application/vnd.dev.sigstore.signingconfig.v0.2+json";
/// Supported versions of the interfaces.
const AUTHORITY_VERSIONS: &[u32] = &[1];
const LOG_VERSIONS: &[u32] = &[1, 2];
const TIMESTAMP_VERSIONS: &[u32] = &[1];
const ISSUER_VERSIONS: &[u32] = &[1];

/// The services that vouch for a signature.
#[derive(Clone, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "there are these services")]
pub struct Services {
    /// The certificate authority (Fulcio).
    pub authority: Option<Url>,
    /// Transparency logs (Rekor); each receives the signature.
    pub logs: Vec<LogService>,
    /// Timestamp authorities by their complete URLs; each returns a timestamp.
    pub timestamps: Vec<Url>,
    /// The issuer of identity tokens, for interactive logins.
    pub issuer: Option<Url>,
}

/// A transparency log.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a URL and its version")]
pub struct LogService {
    /// The URL of the log.
    pub url: Url,
    /// The version of its interface, 1 or 2.
    pub version: LogVersion,
}

/// The versions of Rekor's interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "there are two")]
pub enum LogVersion {
    /// `/api/v1/log/entries`.
    V1,
    /// `/api/v2/log/entries`.
    V2,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Document {
    media_type: String,
    #[serde(default)]
    ca_urls: Vec<Row>,
    #[serde(default)]
    oidc_urls: Vec<Row>,
    #[serde(default)]
    rekor_tlog_urls: Vec<Row>,
    #[serde(default)]
    tsa_urls: Vec<Row>,
    #[serde(default)]
    rekor_tlog_config: Choice,
    #[serde(default)]
    tsa_config: Choice,
}

#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    url: String,
    #[serde(default)]
    major_api_version: u32,
    valid_for: Option<ValidFor>,
    #[serde(default)]
    operator: String,
}

#[derive(Clone, Deserialize)]
struct ValidFor {
    start: Option<String>,
    end: Option<String>,
}

#[derive(Default, Deserialize)]
struct Choice {
    #[serde(default)]
    selector: Selector,
    #[serde(default)]
    count: usize,
}

#[derive(Clone, Copy, Default, Deserialize)]
enum Selector {
    #[serde(rename = "ALL")]
    All,
    #[default]
    #[serde(rename = "ANY", alias = "SERVICE_SELECTOR_UNDEFINED")]
    Any,
    #[serde(rename = "EXACT")]
    Exact,
}

impl Services {
    /// Chooses from a signing configuration: for each operator the newest supported version that is
    /// valid at `now`; of logs and timestamp authorities as many as the configuration requires.
    ///
    /// # Errors
    /// When the configuration is not one of version 0.2, has a malformed URL, or fewer services
    /// than it requires.
    pub fn from_signing_config(json: &[u8], now: Timestamp) -> Result<Self, ConfigError> {
        let document: Document = serde_json::from_slice(json).map_err(|error| {
            ConfigError::Malformed { line: error.line(), column: error.column() }
        })?;
        if document.media_type != MEDIA_TYPE {
            return Err(ConfigError::MediaType { found: document.media_type });
        }
        let one = |rows: &[Row], versions| {
            chosen(rows, versions, now).first().map(|row| row.url()).transpose()
        };
        let logs = chosen(&document.rekor_tlog_urls, LOG_VERSIONS, now);
        let logs = document.rekor_tlog_config.take(logs, Service::Log, now)?;
        let stamps = chosen(&document.tsa_urls, TIMESTAMP_VERSIONS, now);
        let stamps = document.tsa_config.take(stamps, Service::Timestamps, now)?;
        Ok(Self {
            authority: one(&document.ca_urls, AUTHORITY_VERSIONS)?,
            logs: logs.iter().map(|row| row.log()).collect::<Result<_, _>>()?,
            timestamps: stamps.iter().map(|row| row.url()).collect::<Result<_, _>>()?,
            issuer: one(&document.oidc_urls, ISSUER_VERSIONS)?,
        })
    }
}

impl Row {
    fn url(&self) -> Result<Url, ConfigError> {
        self.url.parse().map_err(|_| ConfigError::Url { url: self.url.clone() })
    }

    fn log(&self) -> Result<LogService, ConfigError> {
        let version = if self.major_api_version == 2 { LogVersion::V2 } else { LogVersion::V1 };
        Ok(LogService { url: self.url()?, version })
    }

    /// Both ends are inclusive. A time that cannot be read makes the row invalid.
    fn is_valid(&self, now: Timestamp) -> bool {
        let Some(window) = &self.valid_for else { return false };
        let Some(start) = self.start() else { return false };
        let end = window.end.as_ref().map(|end| end.parse::<Timestamp>());
        let is_open = match end {
            None => true,
            Some(Ok(end)) => now <= end,
            Some(Err(_)) => false,
        };
        start <= now && is_open
    }

    fn start(&self) -> Option<Timestamp> {
        self.valid_for.as_ref()?.start.as_ref()?.parse().ok()
    }
}

/// The newest service of each operator, the newest first.
fn chosen<'r>(rows: &'r [Row], versions: &[u32], now: Timestamp) -> Vec<&'r Row> {
    let spoken = |row: &&Row| versions.contains(&row.major_api_version) && row.is_valid(now);
    let mut rows: Vec<&Row> = rows.iter().filter(spoken).collect();
    rows.sort_by_key(|row| std::cmp::Reverse((row.major_api_version, row.start())));
    let mut seen: Vec<&str> = Vec::new();
    rows.retain(|row| {
        let is_new = row.operator.is_empty() || !seen.contains(&row.operator.as_str());
        seen.push(&row.operator);
        is_new
    });
    rows
}

impl Choice {
    fn take<'r>(
        &self,
        mut rows: Vec<&'r Row>,
        service: Service,
        now: Timestamp,
    ) -> Result<Vec<&'r Row>, ConfigError> {
        let wanted = match self.selector {
            Selector::All => rows.len(),
            Selector::Any => 1,
            Selector::Exact if rows.len() < self.count => {
                let (required, found) = (self.count, rows.len());
                return Err(ConfigError::TooFew { service, required, found, now });
            }
            Selector::Exact => self.count,
        };
        rows.truncate(wanted);
        Ok(rows)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn row(url: &str, version: u32, start: &str, end: Option<&str>, operator: &str) -> Value {
        let mut window = json!({ "start": start });
        if let (Some(end), Some(window)) = (end, window.as_object_mut()) {
            window.insert("end".into(), end.into());
        }
        let url = format!("https://{url}.example");
        json!({"url": url, "majorApiVersion": version, "validFor": window, "operator": operator})
    }

    fn logs(selector: Value, rows: &[Value]) -> Result<Vec<String>, ConfigError> {
        let document = json!({
            "mediaType": MEDIA_TYPE,
            "rekorTlogUrls": rows,
            "rekorTlogConfig": selector,
            "tsaConfig": {"selector": "ALL"},
        });
        let now = "2026-01-01T00:00:00Z".parse().unwrap();
        let services = Services::from_signing_config(document.to_string().as_bytes(), now)?;
        let named = |log: &LogService| format!("{} {:?}", log.url.host(), log.version);
        Ok(services.logs.iter().map(named).collect())
    }

    #[test]
    fn versions_windows_and_operators_decide() {
        let rows = [
            row("old", 1, "2020-01-01T00:00:00Z", Some("2025-01-01T00:00:00Z"), "a"),
            row("v1", 1, "2021-01-01T00:00:00Z", None, "a"),
            row("v2", 2, "2025-01-01T00:00:00Z", None, "a"),
            row("v3", 3, "2025-01-01T00:00:00Z", None, "a"),
            row("future", 2, "2027-01-01T00:00:00Z", None, "b"),
            row("other", 1, "2025-06-01T00:00:00Z", Some("2026-01-01T00:00:00Z"), "b"),
        ];
        let any = logs(json!({"selector": "ANY"}), &rows);
        assert_eq!(any, Ok(vec!["v2.example V2".to_owned()]));
        let all = ["v2.example V2".to_owned(), "other.example V1".to_owned()];
        assert_eq!(logs(json!({"selector": "ALL"}), &rows), Ok(all.to_vec()));
        assert_eq!(logs(json!({"selector": "EXACT", "count": 2}), &rows), Ok(all.to_vec()));
        let now = "2026-01-01T00:00:00Z".parse().unwrap();
        let (service, required, found) = (Service::Log, 3, 2);
        assert_eq!(
            logs(json!({"selector": "EXACT", "count": 3}), &rows),
            Err(ConfigError::TooFew { service, required, found, now })
        );
        assert_eq!(logs(json!({"selector": "ANY"}), &[]), Ok(Vec::new()));
    }

    #[test]
    fn what_is_no_configuration_is_refused() {
        let now = "2026-01-01T00:00:00Z".parse().unwrap();
        let refused = |text: &str| Services::from_signing_config(text.as_bytes(), now).unwrap_err();
        assert!(matches!(refused("{}"), ConfigError::Malformed { .. }));
        let found = "application/vnd.dev.sigstore.signingconfig.v0.1+json".to_owned();
        let text = json!({ "mediaType": found }).to_string();
        assert_eq!(refused(&text), ConfigError::MediaType { found });
        let rows = [row("a", 1, "2020-01-01T00:00:00Z", None, "")];
        let text = json!({"mediaType": MEDIA_TYPE, "rekorTlogUrls": rows}).to_string();
        let text = text.replace("https://a.example", "nowhere");
        assert_eq!(refused(&text), ConfigError::Url { url: "nowhere".into() });
    }
}
