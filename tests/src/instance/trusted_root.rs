//! The trusted root of an instance (`application/vnd.dev.sigstore.trustedroot+json`).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::key::SecretKey;
use super::{Instance, LogKind};

impl Instance {
    /// The trusted root, as JSON to change and print.
    #[must_use]
    pub fn trusted_root(&self) -> Value {
        let logs: Vec<_> = self
            .logs
            .iter()
            .map(|log| {
                let mut json = self.log(&format!("https://{}", log.host), &log.id(), &log.key);
                if log.kind != LogKind::Rekor1 {
                    json["checkpointKeyId"] = json!({"keyId": STANDARD.encode(&log.id()[..4])});
                }
                json
            })
            .collect();
        let ct_log = self.log(&self.ct_log.url, &self.ct_log.id(), &self.ct_log.key);
        let (ca, tsa) = (&self.authority, &self.timestamp_authority);
        json!({
            "mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
            "tlogs": logs,
            "ctlogs": [ct_log],
            "certificateAuthorities": [self.chain("fulcio", ca.chain(), ca.validity())],
            "timestampAuthorities": [self.chain("tsa", &tsa.chain(), tsa.validity())],
        })
    }

    fn log(&self, url: &str, id: &[u8], key: &SecretKey) -> Value {
        json!({
            "baseUrl": url,
            "hashAlgorithm": "SHA2_256",
            "publicKey": {
                "rawBytes": STANDARD.encode(key.public_der()),
                "keyDetails": key.details(),
                "validFor": {"start": time(self.validity.0)},
            },
            "logId": {"keyId": STANDARD.encode(id)},
        })
    }

    fn chain(&self, service: &str, chain: &[Vec<u8>], (start, end): (i64, i64)) -> Value {
        let certificates: Vec<_> =
            chain.iter().map(|der| json!({"rawBytes": STANDARD.encode(der)})).collect();
        json!({
            "subject": {"organization": self.organization, "commonName": service},
            "uri": format!("https://{service}.{}", self.organization),
            "certChain": {"certificates": certificates},
            "validFor": {"start": time(start), "end": time(end)},
        })
    }
}

/// RFC 3339.
pub(super) fn time(at: i64) -> String {
    jiff::Timestamp::from_second(at).unwrap().to_string()
}
