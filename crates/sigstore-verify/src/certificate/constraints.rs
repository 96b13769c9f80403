//! Name constraints of authorities: RFC 5280 4.2.1.10 and 6.1.4.
//!
//! Enforced for the forms that name a signer: email addresses, URIs and DNS names. An authority
//! that constrains any other form is refused, as is one with a distance in the tree of names,
//! which RFC 5280 does not have.

use super::error::CertificateError;
use super::names::{GeneralName, GeneralNames};
use crate::der::{Cursor, NotDer, context, context_constructed, tag};

/// What an authority may name.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct NameConstraints {
    permitted: Vec<Subtree>,
    excluded: Vec<Subtree>,
    /// A form is constrained that is not known here.
    unsupported: bool,
}

/// The names at or below a base.
#[derive(Clone, Debug, PartialEq)]
enum Subtree {
    Email(String),
    Dns(String),
    Uri(String),
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
                    None => constraints.unsupported = true,
                }
            }
        }
        Ok(constraints)
    }

    /// Whether a certificate below the authority may have its names.
    ///
    /// # Errors
    /// The first name that is excluded, or not within those permitted of its form.
    pub(super) fn check(&self, names: GeneralNames<'_>) -> Result<(), CertificateError> {
        if self.unsupported {
            return Err(CertificateError::UnsupportedNameConstraint);
        }
        for name in names {
            let name = name.map_err(|_| CertificateError::Malformed { part: "subjectAltName" })?;
            let Some((text, form)) = constrained(&name) else { continue };
            let refused = || CertificateError::NameOutsideConstraints { name: text.to_owned() };
            let holds = |subtree: &&Subtree| subtree.form() == form && subtree.holds(text);
            // What cannot be told is neither permitted nor passed by what excludes.
            if form == Form::Uri && host(text).is_none() && self.concerns(form) {
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

/// The forms of names that are constrained here.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Email,
    Dns,
    Uri,
}

fn constrained<'a>(name: &GeneralName<'a>) -> Option<(&'a str, Form)> {
    match name {
        GeneralName::Email(text) => Some((text, Form::Email)),
        GeneralName::Dns(text) => Some((text, Form::Dns)),
        GeneralName::Uri(text) => Some((text, Form::Uri)),
        GeneralName::Username(_) | GeneralName::Address(_) | GeneralName::Other { .. } => None,
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
        } else {
            Ok(None)
        }
    }

    fn form(&self) -> Form {
        match self {
            Self::Email(_) => Form::Email,
            Self::Dns(_) => Form::Dns,
            Self::Uri(_) => Form::Uri,
        }
    }

    /// Whether the subtree has a name of its form. A base without text has all names.
    fn holds(&self, name: &str) -> bool {
        match self {
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

fn host_or_below(host: &str, base: &str) -> bool {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    if base.starts_with('.') {
        host.len() > base.len() && host.ends_with(base)
    } else {
        host == base
    }
}

/// The host of a URI that names one; constraints speak neither of addresses nor of URIs without
/// a host.
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
    use super::*;

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
            assert_eq!(subtree.holds(name), holds, "{subtree:?} {name}");
        }
    }

    #[test]
    fn other_forms_are_not_overlooked() {
        // permittedSubtrees of a directoryName, and of an email address with a minimum.
        for der in [
            &[0x30, 0x08, 0xa0, 0x06, 0x30, 0x04, 0xa4, 0x02, 0x30, 0x00][..],
            &[0x30, 0x0a, 0xa0, 0x08, 0x30, 0x06, 0x81, 0x01, b'a', 0x80, 0x01, 0x01],
        ] {
            let constraints = NameConstraints::parse(Cursor::new(der)).unwrap();
            let none = GeneralNames::none();
            let refused = Err(CertificateError::UnsupportedNameConstraint);
            assert_eq!(constraints.check(none), refused);
        }
        assert!(NameConstraints::parse(Cursor::new(&[0x30, 0x00])).is_err());
    }
}
