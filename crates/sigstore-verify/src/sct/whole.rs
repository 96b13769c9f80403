//! The bytes that a log signed if the final certificate was submitted to it.

use super::list::Timestamp;

/// RFC 6962 3.2, the `digitally-signed` of a timestamp of a certificate: `x509_entry` is
/// `opaque ASN.1Cert<1..2^24-1>`. None where the certificate is too long.
pub(super) fn signed(timestamp: &Timestamp<'_>, der: &[u8]) -> Option<Vec<u8>> {
    const V1: u8 = 0;
    const CERTIFICATE_TIMESTAMP: u8 = 0;
    const X509_ENTRY: [u8; 2] = [0, 0];

    let [0, length @ ..] = u32::try_from(der.len()).ok()?.to_be_bytes() else { return None };
    let extensions = u16::try_from(timestamp.extensions.len()).ok()?;
    let mut out = Vec::with_capacity(der.len() + timestamp.extensions.len() + 32);
    out.extend_from_slice(&[V1, CERTIFICATE_TIMESTAMP]);
    out.extend_from_slice(&timestamp.milliseconds.to_be_bytes());
    out.extend_from_slice(&X509_ENTRY);
    out.extend_from_slice(&length);
    out.extend_from_slice(der);
    out.extend_from_slice(&extensions.to_be_bytes());
    out.extend_from_slice(timestamp.extensions);
    Some(out)
}
