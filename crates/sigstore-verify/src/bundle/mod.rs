//! Sigstore bundles: all that is needed to verify one signature, in one JSON document
//! (protobuf-specs, `sigstore_bundle.proto`, versions 0.1 to 0.3).

mod content;
mod entry;
mod error;
mod material;
#[cfg(test)]
mod tests;
mod version;

pub use content::Content;
pub use error::BundleError;
pub use material::Material;
pub use version::BundleVersion;

use crate::certificate::Certificate;
use crate::dsse::{Envelope, EnvelopeError};
use crate::json::{self, Field, Names};
use crate::limits::Limits;
use crate::log::Entry;

/// A bundle: parsed, not verified. Nothing in it is proved before a verifier has checked it against
/// a trusted root or key and a policy.
#[derive(Clone, Debug)]
pub struct Bundle {
    version: BundleVersion,
    material: Material,
    entries: Vec<Entry>,
    timestamps: Vec<Vec<u8>>,
    content: Content,
    /// The bytes of the envelope, if it came as a file of its own.
    written: Option<Vec<u8>>,
}

impl Bundle {
    /// Reads a bundle by the JSON mapping of protocol buffers, which refuses unknown fields, and
    /// by what its version requires.
    ///
    /// # Errors
    /// When it is malformed, lacks what its version requires, or exceeds a limit.
    pub fn from_json(bytes: &[u8], limits: &Limits) -> Result<Self, BundleError> {
        if bytes.len() > limits.max_bundle_bytes {
            return Err(BundleError::TooLarge { bytes: bytes.len(), max: limits.max_bundle_bytes });
        }
        let document = json::parse(bytes, limits.max_json_depth)?;
        let root = Field::root(&document, Names::Proto);
        let version = BundleVersion::read(root)?;
        root.only(&["mediaType", "verificationMaterial", "messageSignature", "dsseEnvelope"])?;
        let material = root.get("verificationMaterial")?.only(&[
            "certificate",
            "x509CertificateChain",
            "publicKey",
            "tlogEntries",
            "timestampVerificationData",
        ])?;
        Ok(Self {
            version,
            material: Material::read(material, version, limits)?,
            entries: entry::read_all(material, version, limits)?,
            timestamps: material::read_timestamps(material, limits)?,
            content: Content::read(root, limits)?,
            written: None,
        })
    }

    /// Assembles a bundle from separate parts: a signature beside its artifact, or one described by
    /// an image's annotations. An entry then has a promise but no inclusion proof, as in version
    /// 0.1.
    #[must_use]
    pub fn from_parts(
        material: Material,
        entries: Vec<Entry>,
        timestamps: Vec<Vec<u8>>,
        content: Content,
    ) -> Self {
        let (version, written) = (BundleVersion::V01, None);
        Self { version, material, entries, timestamps, content, written }
    }

    /// Like [`Bundle::from_parts`], for an envelope in a file of its own. Timestamps may then also
    /// be over the bytes of this file, which include the signature.
    ///
    /// # Errors
    /// When the bytes are no envelope.
    pub fn from_envelope(
        material: Material,
        entries: Vec<Entry>,
        timestamps: Vec<Vec<u8>>,
        envelope: Vec<u8>,
        limits: &Limits,
    ) -> Result<Self, EnvelopeError> {
        let content = Content::Envelope(Envelope::from_json(&envelope, limits)?);
        let bundle = Self::from_parts(material, entries, timestamps, content);
        Ok(Self { written: Some(envelope), ..bundle })
    }

    /// The bundle with one more entry, which was looked up in a log.
    #[must_use]
    pub fn with_entry(mut self, entry: Entry) -> Self {
        self.entries.push(entry);
        self
    }

    /// The bundle with one more RFC 3161 timestamp over the signature, in DER.
    pub(crate) fn with_timestamp(mut self, timestamp: Vec<u8>) -> Self {
        self.timestamps.push(timestamp);
        self
    }

    /// The bundle with its signer replaced by that of a certificate that is stored elsewhere.
    #[must_use]
    pub fn with_certificate(mut self, leaf: Certificate) -> Self {
        self.material = Material::Certificate { leaf, intermediates: Vec::new() };
        self
    }

    /// The version of the format, from the media type.
    #[must_use]
    pub fn version(&self) -> BundleVersion {
        self.version
    }

    /// The signer, as the bundle states it.
    #[must_use]
    pub fn material(&self) -> &Material {
        &self.material
    }

    /// The log entries in document order; one may be repeated.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The RFC 3161 timestamps in DER, in document order; one may be repeated.
    #[must_use]
    pub fn timestamps(&self) -> &[Vec<u8>] {
        &self.timestamps
    }

    /// The bytes of an envelope in a file of its own, over which cosign requests the timestamp
    /// instead of over the signature.
    pub(crate) fn written_envelope(&self) -> Option<&[u8]> {
        self.written.as_deref()
    }

    /// The signature and what it covers.
    #[must_use]
    pub fn content(&self) -> &Content {
        &self.content
    }
}
