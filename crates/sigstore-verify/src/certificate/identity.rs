//! The signer that a certificate names.

use std::fmt;

use super::error::CertificateError;
use super::fulcio::{Extensions, FulcioExtension};
use super::names::{GeneralName, GeneralNames};
use super::{Certificate, Profile};
use crate::der::Cursor;

/// The identity in a certificate: read, and only as trustworthy as the certificate's path.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CertificateIdentity {
    /// Who signed.
    pub subject: SubjectAlternativeName,
    /// The issuer of the OpenID Connect token, which vouches for the subject.
    pub issuer: Option<String>,
    /// The values of Fulcio's extensions.
    pub extensions: Extensions,
    /// The rules by which it is read. Under [`Profile::Ordinary`] no issuer is required, and an
    /// absent one is compared as an empty text.
    pub profile: Profile,
}

/// A subject alternative name of a signer's certificate (RFC 5280 4.2.1.6).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SubjectAlternativeName {
    /// An email address, rfc822Name.
    Email(String),
    /// A URI: a workflow, a SPIFFE id, a service account.
    Uri(String),
    /// A user name, Fulcio's otherName 1.3.6.1.4.1.57264.1.7: `user!domain`.
    OtherName(String),
    /// A DNS name; never one of Fulcio's.
    Dns(String),
    /// An address, as `192.0.2.1`; never one of Fulcio's.
    Address(String),
}

impl SubjectAlternativeName {
    /// The name without its form.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Email(name)
            | Self::Uri(name)
            | Self::OtherName(name)
            | Self::Dns(name)
            | Self::Address(name) => name,
        }
    }

    /// Fulcio's certificate specification, "Issued Certificate": exactly one name, an email address
    /// or a URI, and the otherName of its `oid-info.md`.
    fn parse(names: GeneralNames<'_>) -> Result<Self, CertificateError> {
        let mut names = names;
        let malformed = |_| CertificateError::Malformed { part: "subjectAltName" };
        let name = names.next().ok_or(CertificateError::NoAlternativeName)?.map_err(malformed)?;
        if names.next().transpose().map_err(malformed)?.is_some() {
            return Err(CertificateError::SeveralAlternativeNames);
        }
        match name {
            GeneralName::Email(email) => {
                let address = email.rsplit_once('@');
                let whole =
                    address.is_some_and(|(user, host)| !user.is_empty() && !host.is_empty());
                checked(email, whole, "rfc822Name").map(Self::Email)
            }
            GeneralName::Uri(uri) => {
                checked(uri, has_scheme(uri), "uniformResourceIdentifier").map(Self::Uri)
            }
            GeneralName::Username(name) => checked(name, true, "otherName").map(Self::OtherName),
            GeneralName::Dns(_) => {
                Err(CertificateError::UnsupportedAlternativeName { form: "dNSName" })
            }
            GeneralName::Address(_) => {
                Err(CertificateError::UnsupportedAlternativeName { form: "iPAddress" })
            }
            GeneralName::Other { form } => {
                Err(CertificateError::UnsupportedAlternativeName { form })
            }
        }
    }

    /// Reads every name that could be a signer's, and ignores all others.
    fn parse_all(names: GeneralNames<'_>) -> Result<Vec<Self>, CertificateError> {
        let mut found = Vec::new();
        for name in names {
            let name = name.map_err(|_| CertificateError::Malformed { part: "subjectAltName" })?;
            let name = match name {
                GeneralName::Email(name) => Self::Email(name.to_owned()),
                GeneralName::Uri(name) => Self::Uri(name.to_owned()),
                GeneralName::Username(name) => Self::OtherName(name.to_owned()),
                GeneralName::Dns(name) => Self::Dns(name.to_owned()),
                GeneralName::Address(address) => Self::Address(address.to_canonical().to_string()),
                GeneralName::Other { .. } => continue,
            };
            if !name.as_str().is_empty() && !name.as_str().chars().any(char::is_control) {
                found.push(name);
            }
        }
        if found.is_empty() { Err(CertificateError::NoAlternativeName) } else { Ok(found) }
    }
}

impl fmt::Display for SubjectAlternativeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

fn checked(name: &str, valid: bool, form: &'static str) -> Result<String, CertificateError> {
    if name.is_empty() {
        Err(CertificateError::EmptyAlternativeName)
    } else if name.chars().any(char::is_control) {
        Err(CertificateError::ControlInAlternativeName)
    } else if name.contains('*') {
        Err(CertificateError::WildcardAlternativeName)
    } else if !valid {
        Err(CertificateError::InvalidAlternativeName { form })
    } else {
        Ok(name.to_owned())
    }
}

/// RFC 5280 4.2.1.6: a URI is not relative; it has a scheme (RFC 3986 3.1) and a rest.
fn has_scheme(uri: &str) -> bool {
    let Some((scheme, rest)) = uri.split_once(':') else { return false };
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
    scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.bytes().all(allowed)
        && !rest.is_empty()
}

impl Certificate {
    /// The signer that the certificate names. Reading it proves nothing; the proof is the
    /// certificate's path to an authority.
    ///
    /// # Errors
    /// When there is not exactly one subject alternative name of a form that names a signer, when
    /// that name is invalid (empty, a pattern, with a control character), when an extension of
    /// Fulcio does not hold text, or when the two extensions for the issuer disagree.
    pub fn identity(&self) -> Result<CertificateIdentity, CertificateError> {
        let subject = SubjectAlternativeName::parse(self.alternative_names()?)?;
        self.identity_of(subject, Profile::Sigstore)
    }

    /// The signers that the certificate names by the rules of an authority: for Sigstore exactly
    /// [one](Self::identity), for others any number.
    ///
    /// # Errors
    /// Those of [`Certificate::identity`]; for other authorities, when no name could be a signer's.
    pub(crate) fn identities(
        &self,
        profile: Profile,
    ) -> Result<Vec<CertificateIdentity>, CertificateError> {
        if profile == Profile::Sigstore {
            return Ok(vec![self.identity()?]);
        }
        let names = SubjectAlternativeName::parse_all(self.alternative_names()?)?;
        names.into_iter().map(|subject| self.identity_of(subject, profile)).collect()
    }

    fn identity_of(
        &self,
        subject: SubjectAlternativeName,
        profile: Profile,
    ) -> Result<CertificateIdentity, CertificateError> {
        let extensions = Extensions::of(self)?;
        let issuer = issuer(&extensions)?.map(ToOwned::to_owned);
        Ok(CertificateIdentity { subject, issuer, extensions, profile })
    }

    pub(super) fn alternative_names(&self) -> Result<GeneralNames<'_>, CertificateError> {
        let Some(span) = self.extensions.alternative_name else { return Ok(GeneralNames::none()) };
        GeneralNames::parse(Cursor::within(&self.der, span))
            .map_err(|_| CertificateError::Malformed { part: "subjectAltName" })
    }
}

/// The issuer: the newer of the two extensions is preferred, and both must agree.
fn issuer(extensions: &Extensions) -> Result<Option<&str>, CertificateError> {
    let old = extensions.get(FulcioExtension::Issuer);
    let new = extensions.get(FulcioExtension::IssuerV2);
    if let (Some(old), Some(new)) = (old, new)
        && old != new
    {
        let (old, new) = (old.to_owned(), new.to_owned());
        return Err(CertificateError::IssuersDisagree { old, new });
    }
    let issuer = new.or(old);
    if issuer == Some("") {
        return Err(CertificateError::EmptyIssuerExtension);
    }
    Ok(issuer)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(der: &[u8]) -> Result<SubjectAlternativeName, CertificateError> {
        let value = Cursor::new(der);
        let names = GeneralNames::parse(value);
        SubjectAlternativeName::parse(
            names.map_err(|_| CertificateError::Malformed { part: "subjectAltName" })?,
        )
    }

    fn sequence(content: &[u8]) -> Vec<u8> {
        let mut der = vec![0x30, u8::try_from(content.len()).unwrap()];
        der.extend_from_slice(content);
        der
    }

    fn name(tag: u8, text: &str) -> Vec<u8> {
        let mut der = vec![tag, u8::try_from(text.len()).unwrap()];
        der.extend_from_slice(text.as_bytes());
        der
    }

    #[test]
    fn one_name_of_a_known_form() {
        let is = |tag, text: &str| parse(&sequence(&name(tag, text)));
        let text = || "a@b.test".to_owned();
        assert_eq!(is(0x81, "a@b.test"), Ok(SubjectAlternativeName::Email(text())));
        let uri = "spiffe://b.test/a".to_owned();
        assert_eq!(is(0x86, &uri), Ok(SubjectAlternativeName::Uri(uri)));
    }

    #[test]
    fn odd_names_are_refused() {
        use CertificateError as E;

        for (tag, text, expected) in [
            (0x81, "", E::EmptyAlternativeName),
            (0x81, "a\0@b.test", E::ControlInAlternativeName),
            (0x81, "*@b.test", E::WildcardAlternativeName),
            (0x81, "b.test", E::InvalidAlternativeName { form: "rfc822Name" }),
            (0x81, "a@", E::InvalidAlternativeName { form: "rfc822Name" }),
            (0x81, "\u{e4}@b.test", E::Malformed { part: "subjectAltName" }),
            (0x82, "b.test", E::UnsupportedAlternativeName { form: "dNSName" }),
            (0x86, "/path", E::InvalidAlternativeName { form: "uniformResourceIdentifier" }),
            (0x86, "https:", E::InvalidAlternativeName { form: "uniformResourceIdentifier" }),
            (0x86, "https://b.test/\n", E::ControlInAlternativeName),
            (0x87, "\x7f\0\0\x01", E::UnsupportedAlternativeName { form: "iPAddress" }),
            (0x87, "\x7f\0\0", E::Malformed { part: "subjectAltName" }),
            (0xa1, "a@b.test", E::Malformed { part: "subjectAltName" }),
            (0x89, "", E::Malformed { part: "subjectAltName" }),
            (0x0c, "a@b.test", E::Malformed { part: "subjectAltName" }),
        ] {
            assert_eq!(parse(&sequence(&name(tag, text))), Err(expected), "{tag:x} {text:?}");
        }
        assert_eq!(parse(&sequence(&[])), Err(E::NoAlternativeName));
        let two = [name(0x81, "a@b.test"), name(0x81, "a@b.test")].concat();
        assert_eq!(parse(&sequence(&two)), Err(E::SeveralAlternativeNames));
        let broken = [name(0x81, "a@b.test"), vec![0x81]].concat();
        assert_eq!(parse(&sequence(&broken)), Err(E::Malformed { part: "subjectAltName" }));
    }

    #[test]
    fn of_an_ordinary_authority_there_may_be_several_names() {
        let names = [
            name(0x81, "a@b.test"),
            name(0x87, "\x7f\0\0\x01"),
            name(0x82, "*.b.test"),
            name(0x86, ""),
            name(0x88, "\x2a"),
        ];
        let parse_all = |der: &[u8]| {
            let names = GeneralNames::parse(Cursor::new(der)).unwrap();
            let names = SubjectAlternativeName::parse_all(names)?;
            Ok(names.iter().map(|name| name.as_str().to_owned()).collect::<Vec<_>>())
        };
        let all = parse_all(&sequence(&names.concat()));
        assert_eq!(all.unwrap(), ["a@b.test", "127.0.0.1", "*.b.test"]);
        assert_eq!(parse_all(&sequence(&names[3])), Err(CertificateError::NoAlternativeName));
    }

    #[test]
    fn a_user_name_is_fulcios_other_name() {
        let mut fields = b"\x06\x0a\x2b\x06\x01\x04\x01\x83\xbf\x30\x01\x07".to_vec();
        fields.extend_from_slice(b"\xa0\x07\x0c\x05a!b.c");
        let other = |fields: &[u8]| {
            let mut der = sequence(fields);
            der[0] = 0xa0;
            parse(&sequence(&der))
        };
        assert_eq!(other(&fields), Ok(SubjectAlternativeName::OtherName("a!b.c".to_owned())));
        let mut printable = fields.clone();
        printable[14] = 0x13;
        assert_eq!(other(&printable), Err(CertificateError::Malformed { part: "subjectAltName" }));
        let mut kind = fields;
        kind[11] = 0x08;
        let refused = CertificateError::UnsupportedAlternativeName { form: "otherName" };
        assert_eq!(other(&kind), Err(refused));
    }
}
