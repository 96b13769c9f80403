//! Reads `TrustedRoot` (`sigstore_trustroot.proto` of Sigstore's protobuf-specs) in its JSON form.
//!
//! Unknown fields are ignored, since new versions of the format add some, for example `operator`.

use crate::certificate::{Authority, Certificate};
use crate::crypto::Provider;
use crate::json::{self, Field, FieldErrorKind, Names, Value};
use crate::key_details::KeyDetails;
use crate::limits::Limits;

use super::{TransparencyLog, TrustError, TrustedRoot, UnsupportedLog, Window, time};

/// The forms of the media type in use; the fields do not depend on them.
const MEDIA_TYPES: &[&str] = &[
    "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
    "application/vnd.dev.sigstore.trustedroot.v0.1+json",
    "application/vnd.dev.sigstore.trustedroot.v0.2+json",
];

/// A `ClientTrustConfig`: a trusted root together with a signing configuration.
const CLIENT_CONFIG: &str = "application/vnd.dev.sigstore.clienttrustconfig.v0.1+json";

impl TrustedRoot {
    /// Reads the JSON form of a trusted root, or of a client's configuration with one in it
    /// (`ClientTrustConfig`), and checks the links between the certificates of each authority.
    ///
    /// Logs whose algorithms are not supported are skipped, see [`TrustedRoot::unsupported`].
    ///
    /// # Errors
    /// For any other fault: a root is trusted as a whole or not at all.
    pub fn from_json(
        bytes: &[u8],
        provider: &dyn Provider,
        limits: &Limits,
    ) -> Result<Self, TrustError> {
        if bytes.len() > limits.max_root_bytes {
            let (bytes, max) = (bytes.len(), limits.max_root_bytes);
            return Err(TrustError::TooLarge { bytes, max });
        }
        let document = json::parse(bytes, limits.max_json_depth)?;
        let mut root = Field::root(&document, Names::Proto);
        if root.get("mediaType")?.string()? == CLIENT_CONFIG {
            root = root.get("trustedRoot")?;
        }
        Reader { provider, limits }.root(root)
    }
}

struct Reader<'p> {
    provider: &'p dyn Provider,
    limits: &'p Limits,
}

impl Reader<'_> {
    fn root(&self, root: Field<'_>) -> Result<TrustedRoot, TrustError> {
        let media_type = root.get("mediaType")?;
        if !MEDIA_TYPES.contains(&media_type.string()?) {
            return Err(TrustError::MediaType { found: json::excerpt(media_type.string()?) });
        }
        let mut trusted = TrustedRoot::default();
        for field in root.list("certificateAuthorities", self.limits.max_root_parts)? {
            trusted = trusted.with_certificate_authority(self.authority(field)?);
        }
        for field in root.list("timestampAuthorities", self.limits.max_root_parts)? {
            trusted = trusted.with_timestamp_authority(self.authority(field)?);
        }
        for field in root.list("tlogs", self.limits.max_root_parts)? {
            match log(field)? {
                Ok(log) => {
                    refuse_ambiguous(field, &log, trusted.logs())?;
                    trusted = trusted.with_log(log);
                }
                Err(unsupported) => trusted.unsupported.push(unsupported),
            }
        }
        for field in root.list("ctlogs", self.limits.max_root_parts)? {
            match log(field)? {
                Ok(log) if log.id() != log.key().id() => {
                    let path = field.get("logId")?.get("keyId")?.path();
                    return Err(TrustError::LogId { path });
                }
                Ok(log) => trusted = trusted.with_ct_log(log),
                Err(unsupported) => trusted.unsupported.push(unsupported),
            }
        }
        Ok(trusted)
    }

    /// `CertificateAuthority`.
    fn authority(&self, field: Field<'_>) -> Result<Authority, TrustError> {
        let window = window(field.get("validFor")?)?;
        let list = field.get("certChain")?.get("certificates")?;
        let mut chain = Vec::new();
        for certificate in list.elements(self.limits.max_certificates)? {
            let bytes = certificate.get("rawBytes")?;
            let parsed = Certificate::from_der(&bytes.nonempty_bytes()?)
                .map_err(|source| TrustError::Certificate { path: bytes.path(), source })?;
            chain.push(parsed);
        }
        let root = chain.last().ok_or_else(|| list.error(FieldErrorKind::Missing))?;
        // "The root certificate MUST be self-signed, and so the subject and issuer are the same."
        if !root.is_self_issued() {
            return Err(TrustError::NoRootCertificate { path: list.path() });
        }
        let authority = Authority::new(chain, window, self.provider)
            .map_err(|source| TrustError::Authority { path: list.path(), source })?;
        let uri = text(field, "uri")?.to_owned();
        Ok(authority.with_uri(uri).with_subject(subject(field)?))
    }
}

/// `DistinguishedName` as text for people; all of it may be missing.
fn subject(authority: Field<'_>) -> Result<String, TrustError> {
    let Some(name) = authority.optional("subject")? else { return Ok(String::new()) };
    let parts = [text(name, "organization")?, text(name, "commonName")?];
    let parts: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    Ok(parts.join(", "))
}

/// `TransparencyLogInstance`, or why it cannot be used.
fn log(field: Field<'_>) -> Result<Result<TransparencyLog, UnsupportedLog>, TrustError> {
    const SHA2_256: u64 = 1;
    let hash = field.get("hashAlgorithm")?;
    if !matches!(hash.value(), Value::String(name) if name == "SHA2_256")
        && hash.unsigned(u64::MAX).ok() != Some(SHA2_256)
    {
        return Ok(Err(unsupported(hash)));
    }
    let public_key = field.get("publicKey")?;
    let window = window(public_key.get("validFor")?)?;
    let details_field = public_key.get("keyDetails")?;
    let Some(details) = KeyDetails::of(details_field)? else {
        return Ok(Err(unsupported(details_field)));
    };

    let bytes = public_key.get("rawBytes")?;
    let key = details
        .read(&bytes.nonempty_bytes()?)
        .map_err(|source| TrustError::Key { path: bytes.path(), source })?;
    if !details.fit(key.algorithm()) {
        let (path, details, key) = (details_field.path(), details.name, key.algorithm());
        return Err(TrustError::KeyDetails { path, details, key });
    }
    let base_url = text(field, "baseUrl")?.to_owned();
    let id = field.get("logId")?.get("keyId")?.nonempty_bytes()?;
    let log = TransparencyLog::new(base_url, key, details.scheme, window).with_id(id);
    Ok(Ok(match field.optional("checkpointKeyId")? {
        Some(id) => log.with_checkpoint_key_id(id.get("keyId")?.nonempty_bytes()?),
        None => log,
    }))
}

fn unsupported(field: Field<'_>) -> UnsupportedLog {
    let value = match field.value() {
        Value::String(text) => json::excerpt(text),
        _ => field.unsigned(u64::MAX).map(|number| number.to_string()).unwrap_or_default(),
    };
    UnsupportedLog { path: field.path(), value }
}

/// Refuses an id with two keys; the same key may be repeated with another validity.
fn refuse_ambiguous(
    field: Field<'_>,
    log: &TransparencyLog,
    others: &[TransparencyLog],
) -> Result<(), TrustError> {
    if others.iter().any(|other| other.id() == log.id() && other.key() != log.key()) {
        let path = field.get("logId")?.get("keyId")?.path();
        return Err(TrustError::AmbiguousLogId { path });
    }
    Ok(())
}

/// `TimeRange`. The start is optional in the format, but required here: without one, a part would
/// be trusted for all of the past.
fn window(field: Field<'_>) -> Result<Window, TrustError> {
    let read = |field: Field<'_>| {
        let time = time::parse(field.string()?);
        time.ok_or_else(|| TrustError::Time { path: field.path() })
    };
    let start = read(field.get("start")?)?;
    let end = field.optional("end")?.map(read).transpose()?;
    Window::new(start, end).map_err(|source| TrustError::Window { path: field.path(), source })
}

/// A string that may be missing, since the JSON mapping omits empty ones.
fn text<'v>(field: Field<'v>, name: &str) -> Result<&'v str, TrustError> {
    Ok(field.optional(name)?.map(Field::string).transpose()?.unwrap_or_default())
}
