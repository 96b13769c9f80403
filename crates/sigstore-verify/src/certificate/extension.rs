//! The extensions of a certificate: those that are known, and those that decide what it may do.

use super::constraints::NameConstraints;
use super::error::CertificateError;
use super::policies;
use crate::der::{Cursor, Element, NotDer, Span, context, context_constructed, oid_text, tag};

/// No certificate in use has more; Fulcio writes up to 30.
const MAX_EXTENSIONS: usize = 64;

/// An extension that is understood, by its object identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    SubjectKeyIdentifier,
    KeyUsage,
    SubjectAlternativeName,
    BasicConstraints,
    NameConstraints,
    AuthorityKeyIdentifier,
    ExtendedKeyUsage,
    /// RFC 6962 3.3.
    TimestampList,
    /// RFC 6962 3.1: the certificate was made to be logged, not to be used.
    Poison,
    /// The last number of the arc 1.3.6.1.4.1.57264.1.
    Fulcio(u8),
}

/// 1.3.6.1.4.1.57264.1: Fulcio's extensions about the signer.
pub(super) const FULCIO_ARC: &[u8] = &[0x2b, 0x06, 0x01, 0x04, 0x01, 0x83, 0xbf, 0x30, 0x01];

/// 1.3.6.1.4.1.11129.2.4: certificate transparency.
const TRANSPARENCY_ARC: &[u8] = &[0x2b, 0x06, 0x01, 0x04, 0x01, 0xd6, 0x79, 0x02, 0x04];

/// 2.5.29: extensions of certificates (RFC 5280 4.2.1).
const CERTIFICATE_ARC: &[u8] = &[0x55, 0x1d];

impl Kind {
    fn of(oid: &[u8]) -> Option<Self> {
        let (last, arc) = oid.split_last()?;
        match (arc, *last) {
            (CERTIFICATE_ARC, 14) => Some(Self::SubjectKeyIdentifier),
            (CERTIFICATE_ARC, 15) => Some(Self::KeyUsage),
            (CERTIFICATE_ARC, 17) => Some(Self::SubjectAlternativeName),
            (CERTIFICATE_ARC, 19) => Some(Self::BasicConstraints),
            (CERTIFICATE_ARC, 30) => Some(Self::NameConstraints),
            (CERTIFICATE_ARC, 35) => Some(Self::AuthorityKeyIdentifier),
            (CERTIFICATE_ARC, 37) => Some(Self::ExtendedKeyUsage),
            (TRANSPARENCY_ARC, 2) => Some(Self::TimestampList),
            (TRANSPARENCY_ARC, 3) => Some(Self::Poison),
            (FULCIO_ARC, number @ (1..=6 | 8..=24)) => Some(Self::Fulcio(number)),
            _ => None,
        }
    }
}

/// What the extensions of a certificate say.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Extensions {
    pub(crate) subject_key: Option<Span>,
    pub(crate) authority_key: Option<Span>,
    pub(crate) key_usage: Option<KeyUsage>,
    pub(crate) extended_key_usage: Option<ExtendedKeyUsage>,
    pub(crate) basic_constraints: Option<BasicConstraints>,
    pub(crate) name_constraints: Option<NameConstraints>,
    /// The value of the subject alternative name.
    pub(crate) alternative_name: Option<Span>,
    /// The values of Fulcio's extensions with the last number of each.
    pub(crate) fulcio: Vec<(u8, Span)>,
    pub(crate) timestamps: Option<TimestampList>,
    pub(crate) poisoned: bool,
    /// The first extension that is critical and not understood.
    pub(crate) unknown_critical: Option<String>,
}

/// The positions of the list of signed certificate timestamps in the certificate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct TimestampList {
    /// The whole extension, which the precertificate does not have.
    pub(crate) extension: Span,
    /// The value of the extension.
    pub(crate) value: Span,
    /// The `[3]` of the certificate that holds the extensions.
    pub(crate) tagged: Span,
    /// The extensions, without tag and length.
    pub(crate) all: Span,
}

/// RFC 5280 4.2.1.3, as far as it matters here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct KeyUsage {
    pub(crate) digital_signature: bool,
    pub(crate) certificate_sign: bool,
}

/// RFC 5280 4.2.1.12, as far as it matters here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ExtendedKeyUsage {
    pub(crate) critical: bool,
    pub(crate) any: bool,
    pub(crate) code_signing: bool,
    pub(crate) time_stamping: bool,
    /// How many purposes are named.
    pub(crate) purposes: usize,
}

/// RFC 5280 4.2.1.9.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BasicConstraints {
    pub(crate) critical: bool,
    pub(crate) authority: bool,
    /// How many further authorities may stand between this one and the end of a path.
    pub(crate) path_length: Option<u32>,
}

impl Extensions {
    /// Reads the `[3]` of a certificate: RFC 5280 4.1.2.9 and 4.2.
    pub(super) fn parse(tagged: Element<'_>) -> Result<Self, CertificateError> {
        let malformed = |_| CertificateError::Malformed { part: "extensions" };
        let list = tagged.inside().only(tag::SEQUENCE).map_err(malformed)?;
        let mut extensions = Self::default();
        let mut seen: Vec<&[u8]> = Vec::new();
        let mut rest = list.inside();
        if rest.is_empty() {
            return Err(malformed(NotDer));
        }
        while !rest.is_empty() {
            let extension = rest.take(tag::SEQUENCE).map_err(malformed)?;
            let mut fields = extension.inside();
            let oid = fields.oid().map_err(malformed)?;
            let critical = fields.flag().map_err(malformed)?;
            let value = fields.only(tag::OCTET_STRING).map_err(malformed)?;
            if seen.contains(&oid) {
                return Err(CertificateError::DuplicateExtension { oid: oid_text(oid) });
            }
            if seen.len() >= MAX_EXTENSIONS {
                return Err(CertificateError::TooManyExtensions { max: MAX_EXTENSIONS });
            }
            seen.push(oid);
            match Kind::of(oid) {
                Some(Kind::TimestampList) => {
                    extensions.timestamps = Some(TimestampList {
                        extension: extension.whole,
                        value: value.value,
                        tagged: tagged.whole,
                        all: list.value,
                    });
                }
                Some(kind) => extensions.add(kind, critical, value)?,
                None if critical && !refuses_nothing(oid, value) => {
                    extensions.unknown_critical.get_or_insert_with(|| oid_text(oid));
                }
                None => {}
            }
        }
        Ok(extensions)
    }

    fn add(
        &mut self,
        kind: Kind,
        critical: bool,
        value: Element<'_>,
    ) -> Result<(), CertificateError> {
        let inside = value.inside();
        let malformed = |part| move |_| CertificateError::Malformed { part };
        match kind {
            Kind::SubjectKeyIdentifier => {
                let key = inside.only(tag::OCTET_STRING);
                self.subject_key = Some(key.map_err(malformed("subjectKeyIdentifier"))?.value);
            }
            Kind::AuthorityKeyIdentifier => {
                let key = authority_key(inside);
                self.authority_key = key.map_err(malformed("authorityKeyIdentifier"))?;
            }
            Kind::KeyUsage => {
                let usage = KeyUsage::parse(inside);
                self.key_usage = Some(usage.map_err(malformed("keyUsage"))?);
            }
            Kind::ExtendedKeyUsage => {
                let usage = ExtendedKeyUsage::parse(inside, critical);
                self.extended_key_usage = Some(usage.map_err(malformed("extKeyUsage"))?);
            }
            Kind::BasicConstraints => {
                let constraints = BasicConstraints::parse(inside, critical);
                self.basic_constraints = Some(constraints.map_err(malformed("basicConstraints"))?);
            }
            Kind::NameConstraints => {
                let constraints = NameConstraints::parse(inside);
                self.name_constraints = Some(constraints.map_err(malformed("nameConstraints"))?);
            }
            Kind::SubjectAlternativeName => self.alternative_name = Some(value.value),
            Kind::Fulcio(number) => self.fulcio.push((number, value.value)),
            Kind::Poison => self.poisoned = true,
            // Its place is noted where the extension is read.
            Kind::TimestampList => {}
        }
        Ok(())
    }
}

/// Whether an extension that is not kept may be ignored even though it is critical.
fn refuses_nothing(oid: &[u8], value: Element<'_>) -> bool {
    match oid.split_last() {
        Some((last, CERTIFICATE_ARC)) => policies::refuse_nothing(*last, value.inside()),
        _ => false,
    }
}

/// RFC 5280 4.2.1.1. Issuer and serial number of the authority's certificate, which may stand
/// beside its key identifier, only help to find it.
fn authority_key(inside: Cursor<'_>) -> Result<Option<Span>, NotDer> {
    let mut fields = inside.only(tag::SEQUENCE)?.inside();
    let key = fields.optional(context(0))?;
    fields.optional(context_constructed(1))?;
    fields.optional(context(2))?;
    fields.finish()?;
    Ok(key.map(|key| key.value))
}

impl KeyUsage {
    const DIGITAL_SIGNATURE: u8 = 0x80;
    const CERTIFICATE_SIGN: u8 = 0x04;

    fn parse(inside: Cursor<'_>) -> Result<Self, NotDer> {
        let bits = inside.only(tag::BIT_STRING)?.bytes();
        let (unused, octets) = bits.split_first().ok_or(NotDer)?;
        // X.690 11.2.2: a list of named bits ends with the last that is set.
        let last_bit = match octets.last() {
            Some(last) => *unused < 8 && u32::from(*unused) == last.trailing_zeros(),
            None => *unused == 0,
        };
        if !last_bit {
            return Err(NotDer);
        }
        let first = octets.first().copied().unwrap_or_default();
        Ok(Self {
            digital_signature: first & Self::DIGITAL_SIGNATURE != 0,
            certificate_sign: first & Self::CERTIFICATE_SIGN != 0,
        })
    }
}

impl ExtendedKeyUsage {
    /// 2.5.29.37.0.
    const ANY: &[u8] = &[0x55, 0x1d, 0x25, 0x00];
    /// 1.3.6.1.5.5.7.3.3.
    const CODE_SIGNING: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x03];
    /// 1.3.6.1.5.5.7.3.8.
    const TIME_STAMPING: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x08];

    fn parse(inside: Cursor<'_>, critical: bool) -> Result<Self, NotDer> {
        let mut list = inside.only(tag::SEQUENCE)?.inside();
        let mut usage =
            Self { critical, any: false, code_signing: false, time_stamping: false, purposes: 0 };
        while !list.is_empty() {
            let purpose = list.oid()?;
            usage.any |= purpose == Self::ANY;
            usage.code_signing |= purpose == Self::CODE_SIGNING;
            usage.time_stamping |= purpose == Self::TIME_STAMPING;
            usage.purposes += 1;
        }
        if usage.purposes == 0 { Err(NotDer) } else { Ok(usage) }
    }
}

impl BasicConstraints {
    fn parse(inside: Cursor<'_>, critical: bool) -> Result<Self, NotDer> {
        let mut fields = inside.only(tag::SEQUENCE)?.inside();
        let authority = fields.flag()?;
        let path_length = fields.optional(tag::INTEGER)?;
        fields.finish()?;
        // A path length without an authority is refused: RFC 5280 4.2.1.9.
        if path_length.is_some() && !authority {
            return Err(NotDer);
        }
        let path_length = path_length.map(|length| length.number()).transpose()?;
        Ok(Self { critical, authority, path_length })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn key_usage_is_a_list_of_named_bits() {
        let parse = |bytes: &[u8]| KeyUsage::parse(Cursor::new(bytes));
        let usage = parse(&[0x03, 0x02, 0x07, 0x80]).unwrap();
        assert!(usage.digital_signature && !usage.certificate_sign);
        let usage = parse(&[0x03, 0x02, 0x01, 0x06]).unwrap();
        assert!(!usage.digital_signature && usage.certificate_sign);
        let none = parse(&[0x03, 0x01, 0x00]).unwrap();
        assert!(!none.digital_signature && !none.certificate_sign);
        assert!(parse(&[0x03, 0x03, 0x07, 0x80, 0x80]).is_ok(), "decipherOnly is the ninth");
        for (bytes, why) in [
            (&[0x03, 0x02, 0x00, 0x80][..], "zero bits at the end"),
            (&[0x03, 0x02, 0x07, 0x00], "no bit, yet one octet"),
            (&[0x03, 0x02, 0x08, 0x80], "eight unused bits"),
            (&[0x03, 0x01, 0x01], "unused bits of nothing"),
            (&[0x03, 0x00], "no count of unused bits"),
            (&[0x04, 0x02, 0x07, 0x80], "an octet string"),
        ] {
            assert_eq!(parse(bytes), Err(NotDer), "{why}");
        }
    }

    #[test]
    fn basic_constraints_default_to_no_authority() {
        let parse = |bytes: &[u8]| BasicConstraints::parse(Cursor::new(bytes), true);
        let leaf = parse(&[0x30, 0x00]).unwrap();
        assert!(!leaf.authority && leaf.path_length.is_none());
        let root = parse(&[0x30, 0x06, 0x01, 0x01, 0xff, 0x02, 0x01, 0x01]).unwrap();
        assert!(root.authority && root.path_length == Some(1));
        for (bytes, why) in [
            (&[0x30, 0x03, 0x01, 0x01, 0x00][..], "the default is written"),
            (&[0x30, 0x03, 0x02, 0x01, 0x00], "a path length of no authority"),
            (&[0x30, 0x06, 0x01, 0x01, 0xff, 0x02, 0x01, 0xff], "a negative path length"),
            (&[0x30, 0x07, 0x01, 0x01, 0xff, 0x02, 0x02, 0x00, 0x01], "a long integer"),
        ] {
            assert_eq!(parse(bytes), Err(NotDer), "{why}");
        }
    }
}
