//! Name constraints of authorities: RFC 5280 4.2.1.10 and 6.1.4.
//!
//! Constraints are enforced for the forms of names that identify a signer: email addresses, URIs,
//! DNS names and IP addresses. If an authority constrains another form, every certificate with a
//! name of that form is refused. If a constraint has a minimum or maximum depth, which RFC 5280
//! does not allow, every certificate is refused.

use std::net::IpAddr;

use super::Certificate;
use super::error::CertificateError;
use super::names::{self, GeneralName};
use crate::der::{Cursor, NotDer, context, context_constructed, tag};

/// The names that an authority may certify.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct NameConstraints {
    permitted: Vec<Subtree>,
    excluded: Vec<Subtree>,
    /// Forms that are constrained in a way that is not evaluated.
    unknown: Vec<&'static str>,
    /// Whether some constraint cannot be evaluated at all.
    unsupported: bool,
}

/// The names at or below a base.
#[derive(Clone, Debug, PartialEq)]
enum Subtree {
    Email(String),
    Dns(String),
    Uri(String),
    /// An address and a mask, both of one version.
    Addresses(IpAddr, IpAddr),
}

impl NameConstraints {
    pub(super) fn parse(inside: Cursor<'_>) -> Result<Self, NotDer> {
        let mut fields = inside.only(tag::SEQUENCE)?.inside();
        let mut constraints = Self::default();
        let permitted = fields.optional(context_constructed(0))?;
        let excluded = fields.optional(context_constructed(1))?;
        fields.finish()?;
        if permitted.is_none() && excluded.is_none() {
            return Err(NotDer);
        }
        for (list, into) in
            [(permitted, &mut constraints.permitted), (excluded, &mut constraints.excluded)]
        {
            let Some(list) = list else { continue };
            let mut rest = list.inside();
            while !rest.is_empty() {
                let mut subtree = rest.take(tag::SEQUENCE)?.inside();
                let base = subtree.any()?;
                // RFC 5280 4.2.1.10: the minimum is zero, its default, and there is no maximum.
                constraints.unsupported |= !subtree.is_empty();
                match Subtree::of(base.tag, base.bytes())? {
                    Some(subtree) => into.push(subtree),
                    None => constraints.unknown.push(names::form(base.tag).ok_or(NotDer)?),
                }
            }
        }
        Ok(constraints)
    }

    /// Checks that a certificate below the authority may have its names.
    ///
    /// # Errors
    /// The first name that is excluded, or not within those permitted of its form.
    pub(super) fn check(&self, certificate: &Certificate) -> Result<(), CertificateError> {
        // RFC 5280 4.2.1.10: constraints of this form concern the subject, too.
        let has_subject = certificate.has_subject();
        if self.unsupported || has_subject && self.unknown.contains(&names::DIRECTORY_NAME) {
            return Err(CertificateError::UnsupportedNameConstraint);
        }
        for name in certificate.alternative_names()? {
            let name = name.map_err(|_| CertificateError::Malformed { part: "subjectAltName" })?;
            let form = match Form::of(&name) {
                Ok(form) => form,
                Err(unknown) if self.unknown.contains(&unknown) => {
                    return Err(CertificateError::UnsupportedNameConstraint);
                }
                Err(_) => continue,
            };
            let refused = || CertificateError::NameOutsideConstraints { name: shown(&name) };
            let holds = |subtree: &&Subtree| subtree.form() == form && subtree.holds(&name);
            // An undecidable name is neither permitted nor does it get past an exclusion.
            let is_vague = matches!(name, GeneralName::Uri(uri) if host(uri).is_none());
            if is_vague && self.concerns(form) {
                return Err(refused());
            }
            if self.excluded.iter().any(|subtree| holds(&subtree)) {
                return Err(refused());
            }
            let mut permitted = self.permitted.iter().filter(|s| s.form() == form).peekable();
            if permitted.peek().is_some() && !permitted.any(|subtree| holds(&subtree)) {
                return Err(refused());
            }
        }
        Ok(())
    }

    fn concerns(&self, form: Form) -> bool {
        self.permitted.iter().chain(&self.excluded).any(|subtree| subtree.form() == form)
    }
}

/// The forms of names whose constraints are enforced.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Email,
    Dns,
    Uri,
    Address,
}

impl Form {
    /// The form of a name, or its RFC 5280 name if constraints on it are not enforced.
    fn of(name: &GeneralName<'_>) -> Result<Self, &'static str> {
        match name {
            GeneralName::Email(_) => Ok(Self::Email),
            GeneralName::Dns(_) => Ok(Self::Dns),
            GeneralName::Uri(_) => Ok(Self::Uri),
            GeneralName::Address(_) => Ok(Self::Address),
            GeneralName::Username(_) => Err("otherName"),
            GeneralName::Other { form } => Err(form),
        }
    }
}

/// A name as shown to people.
fn shown(name: &GeneralName<'_>) -> String {
    match name {
        GeneralName::Address(address) => address.to_string(),
        GeneralName::Email(text)
        | GeneralName::Dns(text)
        | GeneralName::Uri(text)
        | GeneralName::Username(text)
        | GeneralName::Other { form: text } => (*text).to_owned(),
    }
}

impl Subtree {
    fn of(tag: u8, value: &[u8]) -> Result<Option<Self>, NotDer> {
        let text = || match std::str::from_utf8(value) {
            Ok(text) if text.is_ascii() => Ok(text.to_ascii_lowercase()),
            _ => Err(NotDer),
        };
        if tag == context(1) {
            // The local part of an address keeps its case: RFC 5280 7.5.
            let address = text()?;
            let given = std::str::from_utf8(value).map_err(|_| NotDer)?;
            let kept = given
                .rsplit_once('@')
                .map(|(local, host)| format!("{local}@{}", host.to_ascii_lowercase()));
            Ok(Some(Self::Email(kept.unwrap_or(address))))
        } else if tag == context(2) {
            Ok(Some(Self::Dns(text()?)))
        } else if tag == context(6) {
            Ok(Some(Self::Uri(text()?)))
        } else if tag == context(7) {
            addresses(value).map(Some)
        } else {
            Ok(None)
        }
    }

    fn form(&self) -> Form {
        match self {
            Self::Email(_) => Form::Email,
            Self::Dns(_) => Form::Dns,
            Self::Uri(_) => Form::Uri,
            Self::Addresses(..) => Form::Address,
        }
    }

    /// Whether the subtree contains a name of its form.
    fn holds(&self, name: &GeneralName<'_>) -> bool {
        match (self, name) {
            (Self::Addresses(base, mask), GeneralName::Address(address)) => {
                is_within(*address, *base, *mask)
            }
            (_, GeneralName::Email(text) | GeneralName::Dns(text) | GeneralName::Uri(text)) => {
                self.holds_text(text)
            }
            _ => false,
        }
    }

    /// Like `holds`, for a name that is text. An empty base contains all names.
    fn holds_text(&self, name: &str) -> bool {
        match self {
            Self::Addresses(..) => false,
            Self::Email(base) | Self::Dns(base) | Self::Uri(base) if base.is_empty() => true,
            // A mailbox, all mailboxes of a host, or with a leading dot those of a domain.
            Self::Email(base) => match name.rsplit_once('@') {
                Some((local, host)) if base.contains('@') => {
                    *base == format!("{local}@{}", host.to_ascii_lowercase())
                }
                Some((_, host)) => host_or_below(host, base),
                None => false,
            },
            // The base, or more labels to its left; with a leading dot only the latter.
            Self::Dns(base) => {
                host_or_below(name, base) || host_or_below(name, &format!(".{base}"))
            }
            // A host, or with a leading dot the hosts of a domain.
            Self::Uri(base) => host(name).is_some_and(|host| host_or_below(host, base)),
        }
    }
}

/// RFC 5280 4.2.1.10: "eight (8) octets" for IPv4, "32 octets" for IPv6, an address and a mask "in
/// the style of RFC 4632", which is ones and then zeros.
fn addresses(value: &[u8]) -> Result<Subtree, NotDer> {
    let (base, mask) = value.split_at_checked(value.len() / 2).ok_or(NotDer)?;
    let address = |bytes| names::address(bytes).ok_or(NotDer);
    let (base, mask) = (address(base)?, address(mask)?);
    let is_prefix = match mask {
        IpAddr::V4(mask) => mask.to_bits().leading_ones() + mask.to_bits().trailing_zeros() == 32,
        IpAddr::V6(mask) => mask.to_bits().leading_ones() + mask.to_bits().trailing_zeros() == 128,
    };
    if is_prefix && base.is_ipv4() == mask.is_ipv4() {
        Ok(Subtree::Addresses(base, mask))
    } else {
        Err(NotDer)
    }
}

fn is_within(address: IpAddr, base: IpAddr, mask: IpAddr) -> bool {
    match (address, base, mask) {
        (IpAddr::V4(address), IpAddr::V4(base), IpAddr::V4(mask)) => address & mask == base & mask,
        (IpAddr::V6(address), IpAddr::V6(base), IpAddr::V6(mask)) => address & mask == base & mask,
        _ => false,
    }
}

fn host_or_below(host: &str, base: &str) -> bool {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    if base.starts_with('.') {
        host.len() > base.len() && host.ends_with(base)
    } else {
        host == base
    }
}

/// The host of a URI; none if it has no host or its host is an address, which constraints do not
/// cover.
fn host(uri: &str) -> Option<&str> {
    let (_, rest) = uri.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let address = authority.rsplit_once('@').map_or(authority, |(_, address)| address);
    let host = address.split_once(':').map_or(address, |(host, _)| host);
    let named = !host.is_empty() && host.parse::<std::net::Ipv4Addr>().is_err();
    (named && !host.starts_with('[')).then_some(host)
}

#[cfg(test)]
mod tests {
    use super::super::made::{ALTERNATIVE_NAME, Recipe, extension};
    use super::*;
    use crate::der::made::{sequence, tlv};

    #[test]
    fn subtrees_hold_what_the_specification_says() {
        let email = |base: &str| Subtree::of(context(1), base.as_bytes()).unwrap().unwrap();
        let dns = |base: &str| Subtree::of(context(2), base.as_bytes()).unwrap().unwrap();
        let uri = |base: &str| Subtree::of(context(6), base.as_bytes()).unwrap().unwrap();
        for (subtree, name, holds) in [
            (email("a@Example.com"), "a@example.COM", true),
            (email("a@example.com"), "A@example.com", false),
            (email("example.com"), "b@example.com", true),
            (email("example.com"), "b@mail.example.com", false),
            (email(".example.com"), "b@mail.example.com", true),
            (email(".example.com"), "b@example.com", false),
            (email("example.com"), "example.com", false),
            (email(""), "anyone@example.com", true),
            (dns("example.com"), "example.com", true),
            (dns("example.com"), "a.Example.com", true),
            (dns("example.com"), "badexample.com", false),
            (uri("example.com"), "https://user@example.com:80/path?x#y", true),
            (uri("example.com"), "https://a.example.com/", false),
            (uri(".example.com"), "https://a.example.com/", true),
            (uri(".example.com"), "https://example.com/", false),
            (uri(".example.com"), "https://x/?.example.com", false),
            (uri("10.0.0.1"), "https://10.0.0.1/", false),
            (uri("example.com"), "urn:example.com", false),
        ] {
            assert_eq!(subtree.holds_text(name), holds, "{subtree:?} {name}");
        }
    }

    #[test]
    fn addresses_are_those_of_a_prefix() {
        let subtree = |base: &[u8]| Subtree::of(context(7), base);
        for (base, address, holds) in [
            (&[10, 1, 0, 0, 255, 255, 0, 0][..], "10.1.2.3", true),
            (&[10, 1, 0, 0, 255, 255, 0, 0], "10.2.2.3", false),
            (&[0; 8], "10.2.2.3", true),
            (&[0; 8], "::1", false),
            (&[0; 32], "::1", true),
            (&[0; 32], "10.2.2.3", false),
        ] {
            let name = GeneralName::Address(address.parse().unwrap());
            assert_eq!(subtree(base).unwrap().unwrap().holds(&name), holds, "{base:?} {address}");
        }
        for base in [&[10, 0, 0, 0][..], &[10, 0, 0, 0, 255, 0, 255, 0], &[0; 9], &[0; 16], &[]] {
            assert_eq!(subtree(base), Err(NotDer), "{base:?}");
        }
    }

    #[test]
    fn other_forms_are_not_overlooked() {
        let constraints = |der: &[u8]| NameConstraints::parse(Cursor::new(der)).unwrap();
        let refused = Err(CertificateError::UnsupportedNameConstraint);
        let name = |tag, value: &[u8]| {
            let names = sequence(&[&tlv(tag, value)]);
            Recipe::leaf().with(2, extension(ALTERNATIVE_NAME, true, &names)).certificate()
        };
        let leaf = Recipe::leaf().certificate();
        // permittedSubtrees of a directoryName: of a subject, and among the other names.
        let directory = [0x30, 0x08, 0xa0, 0x06, 0x30, 0x04, 0xa4, 0x02, 0x30, 0x00];
        let directory = constraints(&directory);
        assert_eq!(directory.check(&leaf), Ok(()), "no subject");
        assert_eq!(directory.check(&Recipe::intermediate().certificate()), refused);
        assert_eq!(directory.check(&name(0xa4, &[0x30, 0x00])), refused);
        // excludedSubtrees of a registeredID.
        let registered = constraints(&[0x30, 0x07, 0xa1, 0x05, 0x30, 0x03, 0x88, 0x01, 0x2a]);
        assert_eq!(registered.check(&leaf), Ok(()));
        assert_eq!(registered.check(&name(0x88, &[0x2a])), refused);
        // An email address with a minimum.
        let distant = [0x30, 0x0a, 0xa0, 0x08, 0x30, 0x06, 0x81, 0x01, b'a', 0x80, 0x01, 0x01];
        assert_eq!(constraints(&distant).check(&leaf), refused);
        assert!(NameConstraints::parse(Cursor::new(&[0x30, 0x00])).is_err());
    }
}
