//! Certificates that are part of a configuration.

use sealift_model::Timestamp;
use x509_cert::Certificate;
use x509_cert::der::DecodePem;

/// Until when a certificate in PEM is good; none where it cannot be read.
pub(super) fn not_after(pem: &str) -> Option<Timestamp> {
    let begin = pem.find("-----BEGIN CERTIFICATE-----")?;
    let end = pem.get(begin..)?.find("-----END CERTIFICATE-----")? + begin;
    let pem = format!("{}-----END CERTIFICATE-----\n", pem.get(begin..end)?);
    let certificate = Certificate::from_pem(pem).ok()?;
    let until = certificate.tbs_certificate().validity().not_after.to_unix_duration();
    Timestamp::from_unix_seconds(i64::try_from(until.as_secs()).ok()?).ok()
}
