use super::{BundleError, BundleVersion};
use crate::certificate::Certificate;
use crate::json::{Field, FieldErrorKind};
use crate::limits::Limits;

/// What a bundle says about its signer.
#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "a bundle has one, and most have a certificate")]
#[expect(clippy::exhaustive_enums, reason = "the alternatives of VerificationMaterial.content")]
pub enum Material {
    /// A certificate.
    Certificate {
        /// The signer's own.
        leaf: Certificate,
        /// Certificates that may link it to a trusted authority; never trusted by themselves.
        intermediates: Vec<Certificate>,
    },
    /// A key that the verifier must already know.
    PublicKey {
        /// A hint that identifies the key; may be empty.
        hint: String,
    },
}

impl Material {
    pub(super) fn read(
        material: Field<'_>,
        version: BundleVersion,
        limits: &Limits,
    ) -> Result<Self, BundleError> {
        let certificate = material.optional("certificate")?;
        let chain = material.optional("x509CertificateChain")?;
        let key = material.optional("publicKey")?;
        match (certificate, chain, key) {
            (Some(certificate), None, None) => Self::read_single(certificate, version),
            (None, Some(chain), None) => Self::read_chain(chain, version, limits),
            (None, None, Some(key)) => Self::read_key(key),
            (None, None, None) => {
                Err(material.member_error("certificate", FieldErrorKind::Missing).into())
            }
            _ => Err(material.error(FieldErrorKind::SetTwice).into()),
        }
    }

    /// The field came with version 0.3; a reader of an older version does not know it.
    fn read_single(certificate: Field<'_>, version: BundleVersion) -> Result<Self, BundleError> {
        if version < BundleVersion::V03 {
            return Err(of_other_version(certificate, version));
        }
        Ok(Self::Certificate { leaf: read_certificate(certificate)?, intermediates: Vec::new() })
    }

    /// Reads `VerificationMaterial.content`: the first certificate "MUST be a leaf certificate
    /// conveying the signing key"; "when used in a 0.3 bundle [...] X509CertificateChain MUST NOT
    /// be used". "Signers MUST NOT include root CA certificates", yet verifiers "SHOULD handle"
    /// bundles that have superfluous ones. cosign 3 writes a chain into a 0.3 bundle for a private
    /// authority, and reads it if its options allow that.
    fn read_chain(
        chain: Field<'_>,
        version: BundleVersion,
        limits: &Limits,
    ) -> Result<Self, BundleError> {
        if version >= BundleVersion::V03 && !limits.allow_certificate_chain {
            return Err(of_other_version(chain, version));
        }
        let fields =
            chain.only(&["certificates"])?.list("certificates", limits.max_certificates)?;
        let Some((first, rest)) = fields.split_first() else {
            return Err(chain.member_error("certificates", FieldErrorKind::Missing).into());
        };
        let leaf = read_certificate(*first)?;
        let mut intermediates = Vec::with_capacity(rest.len());
        for (field, position) in rest.iter().zip(1..) {
            let certificate = read_certificate(*field)?;
            if certificate.is_self_issued() && position < rest.len() {
                return Err(BundleError::RootCertificate { path: field.path() });
            }
            intermediates.push(certificate);
        }
        Ok(Self::Certificate { leaf, intermediates })
    }

    fn read_key(key: Field<'_>) -> Result<Self, BundleError> {
        let hint = key.only(&["hint"])?.optional("hint")?.map(Field::string).transpose()?;
        Ok(Self::PublicKey { hint: hint.unwrap_or_default().to_owned() })
    }
}

/// The DER of each RFC 3161 timestamp (`TimestampVerificationData`).
pub(super) fn read_timestamps(
    material: Field<'_>,
    limits: &Limits,
) -> Result<Vec<Vec<u8>>, BundleError> {
    let Some(data) = material.optional("timestampVerificationData")? else {
        return Ok(Vec::new());
    };
    data.only(&["rfc3161Timestamps"])?
        .list("rfc3161Timestamps", limits.max_timestamps)?
        .into_iter()
        .map(|one| Ok(one.only(&["signedTimestamp"])?.get("signedTimestamp")?.nonempty_bytes()?))
        .collect()
}

fn read_certificate(field: Field<'_>) -> Result<Certificate, BundleError> {
    let bytes = field.only(&["rawBytes"])?.get("rawBytes")?.nonempty_bytes()?;
    Certificate::from_vec(bytes)
        .map_err(|source| BundleError::Certificate { path: field.path(), source })
}

fn of_other_version(field: Field<'_>, version: BundleVersion) -> BundleError {
    BundleError::MaterialOfOtherVersion { path: field.path(), version }
}
