//! The bytes that a log signed: the certificate without its timestamps, as it was logged.

use super::list::Timestamp;
use crate::certificate::Certificate;
use crate::der::{Cursor, NotDer, context_constructed, tag, write_header};

/// The signed part of the precertificate: that of the certificate without the extension for
/// timestamps, with only the enclosing lengths adjusted (RFC 6962 3.2, `tbs_certificate`).
///
/// The precertificate had one more extension, the poison, which is omitted as well. Fulcio signs it
/// with the key that signs certificates, so the issuer is the same.
pub(super) fn tbs(certificate: &Certificate) -> Result<Vec<u8>, NotDer> {
    let list = certificate.timestamp_list().ok_or(NotDer)?;
    let der = certificate.der();
    let tbs = Cursor::within(der, certificate.tbs_span()).only(tag::SEQUENCE)?;
    let before = list.all.until(list.extension).of(der);
    let after = list.all.after(list.extension).of(der);
    let rest = before.len() + after.len();

    let mut sequence = Vec::with_capacity(8);
    write_header(tag::SEQUENCE, rest, &mut sequence)?;
    let mut tagged = Vec::with_capacity(16);
    write_header(context_constructed(3), sequence.len() + rest, &mut tagged)?;
    tagged.append(&mut sequence);

    let fields = tbs.value.until(list.tagged).of(der);
    let mut out = Vec::with_capacity(tbs.encoded().len());
    write_header(tag::SEQUENCE, fields.len() + tagged.len() + rest, &mut out)?;
    for part in [fields, &tagged, before, after] {
        out.extend_from_slice(part);
    }
    Ok(out)
}

/// RFC 6962 3.2, the `digitally-signed` of a timestamp of a precertificate:
///
/// ```text
/// Version sct_version;
/// SignatureType signature_type = certificate_timestamp;
/// uint64 timestamp;
/// LogEntryType entry_type;
/// struct { opaque issuer_key_hash[32]; TBSCertificate tbs_certificate; };
/// CtExtensions extensions;
/// ```
///
/// where `TBSCertificate` is `opaque <1..2^24-1>`. None where the certificate is too long.
pub(super) fn signed(
    timestamp: &Timestamp<'_>,
    issuer: &Certificate,
    tbs: &[u8],
) -> Option<Vec<u8>> {
    const V1: u8 = 0;
    const CERTIFICATE_TIMESTAMP: u8 = 0;
    const PRECERT_ENTRY: [u8; 2] = [0, 1];

    let [0, length @ ..] = u32::try_from(tbs.len()).ok()?.to_be_bytes() else { return None };
    let extensions = u16::try_from(timestamp.extensions.len()).ok()?;
    let mut out = Vec::with_capacity(tbs.len() + timestamp.extensions.len() + 64);
    out.extend_from_slice(&[V1, CERTIFICATE_TIMESTAMP]);
    out.extend_from_slice(&timestamp.milliseconds.to_be_bytes());
    out.extend_from_slice(&PRECERT_ENTRY);
    out.extend_from_slice(issuer.public_key().id());
    out.extend_from_slice(&length);
    out.extend_from_slice(tbs);
    out.extend_from_slice(&extensions.to_be_bytes());
    out.extend_from_slice(timestamp.extensions);
    Some(out)
}
