//! The extensions in which Fulcio describes the identity that a certificate is issued to.

use super::Certificate;
use super::error::CertificateError;
use crate::der::{Cursor, tag};

/// An extension of the arc 1.3.6.1.4.1.57264.1.
///
/// Names and meaning are those of `docs/oid-info.md` of Fulcio, <https://github.com/sigstore/fulcio>;
/// its number is the last of the object identifier. 1 to 6 hold raw text and are superseded, from
/// 8 on the value is a DER UTF8String. 7 is no extension, but a form of subject alternative name.
///
/// | Number | Name |
/// | --- | --- |
/// | 1 | Issuer (raw text) |
/// | 2 | GitHub Workflow Trigger |
/// | 3 | GitHub Workflow SHA |
/// | 4 | GitHub Workflow Name |
/// | 5 | GitHub Workflow Repository |
/// | 6 | GitHub Workflow Ref |
/// | 8 | Issuer (V2) |
/// | 9 | Build Signer URI |
/// | 10 | Build Signer Digest |
/// | 11 | Runner Environment |
/// | 12 | Source Repository URI |
/// | 13 | Source Repository Digest |
/// | 14 | Source Repository Ref |
/// | 15 | Source Repository Identifier |
/// | 16 | Source Repository Owner URI |
/// | 17 | Source Repository Owner Identifier |
/// | 18 | Build Config URI |
/// | 19 | Build Config Digest |
/// | 20 | Build Trigger |
/// | 21 | Run Invocation URI |
/// | 22 | Source Repository Visibility At Signing |
/// | 23 | Deployment Environment |
/// | 24 | Token Subject |
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum FulcioExtension {
    /// 1: who vouches for the identity, as raw text. Superseded by [`IssuerV2`](Self::IssuerV2).
    Issuer,
    /// 2: the event that started a GitHub workflow. Superseded by
    /// [`BuildTrigger`](Self::BuildTrigger).
    GithubWorkflowTrigger,
    /// 3: the commit that a GitHub workflow ran on. Superseded by
    /// [`SourceRepositoryDigest`](Self::SourceRepositoryDigest).
    GithubWorkflowSha,
    /// 4: the name of a GitHub workflow.
    GithubWorkflowName,
    /// 5: the repository of a GitHub workflow, `owner/name`. Superseded by
    /// [`SourceRepositoryUri`](Self::SourceRepositoryUri).
    GithubWorkflowRepository,
    /// 6: the git ref that a GitHub workflow ran on. Superseded by
    /// [`SourceRepositoryRef`](Self::SourceRepositoryRef).
    GithubWorkflowRef,
    /// 8: who vouches for the identity: the issuer of the OpenID Connect token.
    IssuerV2,
    /// 9: the build instructions that signed.
    BuildSignerUri,
    /// 10: the exact version of those instructions.
    BuildSignerDigest,
    /// 11: whether the build ran on the platform's machines or on self-hosted ones.
    RunnerEnvironment,
    /// 12: the repository of the source.
    SourceRepositoryUri,
    /// 13: the exact version of the source.
    SourceRepositoryDigest,
    /// 14: the branch or tag of the source.
    SourceRepositoryRef,
    /// 15: an id of the repository that never changes.
    SourceRepositoryIdentifier,
    /// 16: the owner of the repository.
    SourceRepositoryOwnerUri,
    /// 17: an id of the owner that never changes.
    SourceRepositoryOwnerIdentifier,
    /// 18: the build instructions at the top, which may have called those that signed.
    BuildConfigUri,
    /// 19: the exact version of those.
    BuildConfigDigest,
    /// 20: what started the build.
    BuildTrigger,
    /// 21: the run of the build.
    RunInvocationUri,
    /// 22: whether the repository was public at that time.
    SourceRepositoryVisibility,
    /// 23: the environment that the build deployed to.
    DeploymentEnvironment,
    /// 24: the subject of the token.
    TokenSubject,
}

/// Every extension with its number and its name, ordered by number.
const TABLE: [(FulcioExtension, u8, &str); 23] = [
    (FulcioExtension::Issuer, 1, "Issuer"),
    (FulcioExtension::GithubWorkflowTrigger, 2, "GitHub Workflow Trigger"),
    (FulcioExtension::GithubWorkflowSha, 3, "GitHub Workflow SHA"),
    (FulcioExtension::GithubWorkflowName, 4, "GitHub Workflow Name"),
    (FulcioExtension::GithubWorkflowRepository, 5, "GitHub Workflow Repository"),
    (FulcioExtension::GithubWorkflowRef, 6, "GitHub Workflow Ref"),
    (FulcioExtension::IssuerV2, 8, "Issuer (V2)"),
    (FulcioExtension::BuildSignerUri, 9, "Build Signer URI"),
    (FulcioExtension::BuildSignerDigest, 10, "Build Signer Digest"),
    (FulcioExtension::RunnerEnvironment, 11, "Runner Environment"),
    (FulcioExtension::SourceRepositoryUri, 12, "Source Repository URI"),
    (FulcioExtension::SourceRepositoryDigest, 13, "Source Repository Digest"),
    (FulcioExtension::SourceRepositoryRef, 14, "Source Repository Ref"),
    (FulcioExtension::SourceRepositoryIdentifier, 15, "Source Repository Identifier"),
    (FulcioExtension::SourceRepositoryOwnerUri, 16, "Source Repository Owner URI"),
    (FulcioExtension::SourceRepositoryOwnerIdentifier, 17, "Source Repository Owner Identifier"),
    (FulcioExtension::BuildConfigUri, 18, "Build Config URI"),
    (FulcioExtension::BuildConfigDigest, 19, "Build Config Digest"),
    (FulcioExtension::BuildTrigger, 20, "Build Trigger"),
    (FulcioExtension::RunInvocationUri, 21, "Run Invocation URI"),
    (FulcioExtension::SourceRepositoryVisibility, 22, "Source Repository Visibility At Signing"),
    (FulcioExtension::DeploymentEnvironment, 23, "Deployment Environment"),
    (FulcioExtension::TokenSubject, 24, "Token Subject"),
];

/// The last number of the extensions that hold raw text.
const LAST_RAW: u8 = 6;

impl FulcioExtension {
    /// Every extension, ordered by number.
    pub fn all() -> impl Iterator<Item = Self> {
        TABLE.iter().map(|(extension, ..)| *extension)
    }

    /// Its name, as in the table above.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.row().map_or("", |(_, _, name)| name)
    }

    /// The last number of its object identifier.
    #[must_use]
    pub fn number(self) -> u8 {
        self.row().map_or(0, |(_, number, _)| *number)
    }

    /// Its object identifier: `1.3.6.1.4.1.57264.1.9`.
    #[must_use]
    pub fn oid(self) -> String {
        oid(self.number())
    }

    fn row(self) -> Option<&'static (Self, u8, &'static str)> {
        TABLE.iter().find(|(extension, ..)| *extension == self)
    }

    fn from_number(number: u8) -> Option<Self> {
        TABLE.iter().find(|(_, known, _)| *known == number).map(|(extension, ..)| *extension)
    }
}

fn oid(number: u8) -> String {
    format!("1.3.6.1.4.1.57264.1.{number}")
}

/// What Fulcio's extensions in one certificate say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Extensions {
    values: Vec<(FulcioExtension, String)>,
}

impl Extensions {
    pub(super) fn of(certificate: &Certificate) -> Result<Self, CertificateError> {
        let found = certificate.extensions.fulcio.iter();
        let mut values = found
            .filter_map(|(number, value)| {
                let extension = FulcioExtension::from_number(*number)?;
                let text = text(*number, value.of(&certificate.der));
                Some(text.map(|text| (extension, text.to_owned())))
            })
            .collect::<Result<Vec<_>, _>>()?;
        values.sort_unstable_by_key(|(extension, _)| *extension);
        Ok(Self { values })
    }

    /// The text of one extension, where the certificate has it.
    #[must_use]
    pub fn get(&self, extension: FulcioExtension) -> Option<&str> {
        let found = self.values.iter().find(|(known, _)| *known == extension);
        found.map(|(_, value)| value.as_str())
    }

    /// The extensions of the certificate with their texts, ordered by number.
    pub fn iter(&self) -> impl Iterator<Item = (FulcioExtension, &str)> {
        self.values.iter().map(|(extension, value)| (*extension, value.as_str()))
    }
}

fn text(number: u8, value: &[u8]) -> Result<&str, CertificateError> {
    let refused = || CertificateError::ExtensionNotText { oid: oid(number) };
    let text = if number <= LAST_RAW {
        value
    } else {
        Cursor::new(value).only(tag::UTF8_STRING).map_err(|_| refused())?.bytes()
    };
    std::str::from_utf8(text).map_err(|_| refused())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_every_extension_once_in_order() {
        assert!(TABLE.is_sorted_by_key(|(extension, ..)| *extension));
        assert!(TABLE.is_sorted_by(|a, b| a.1 < b.1));
        for extension in FulcioExtension::all() {
            assert_eq!(FulcioExtension::from_number(extension.number()), Some(extension));
        }
        assert_eq!(FulcioExtension::TokenSubject.oid(), "1.3.6.1.4.1.57264.1.24");
        assert_eq!(FulcioExtension::BuildSignerUri.name(), "Build Signer URI");
    }

    #[test]
    fn text_is_raw_up_to_six_and_der_from_eight() {
        assert_eq!(text(5, b"a/b"), Ok("a/b"));
        assert_eq!(text(9, b"\x0c\x03a/b"), Ok("a/b"));
        let refused = |number| Err(CertificateError::ExtensionNotText { oid: oid(number) });
        assert_eq!(text(5, b"\xff"), refused(5), "not UTF-8");
        assert_eq!(text(9, b"a/b"), refused(9), "not DER");
        assert_eq!(text(9, b"\x13\x03a/b"), refused(9), "a PrintableString");
        assert_eq!(text(9, b"\x0c\x03a/bc"), refused(9), "trailing bytes");
    }
}
