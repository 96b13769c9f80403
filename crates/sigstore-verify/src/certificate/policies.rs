//! Policies of certificates: RFC 5280 4.2.1.4, 4.2.1.11 and 4.2.1.14.
//!
//! This verifier requires no particular policy: the set of RFC 5280 6.1.1 (c) is any-policy, and
//! none is required at the start. So a path can fail for its policies only if an authority itself
//! requires one.

use crate::der::{Cursor, NotDer, context, tag};

/// 1.3.6.1.5.5.7.2: what a policy may say beside its name, a URI (1) or a text (2), both for people.
const QUALIFIER_ARC: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x02];

/// Whether an extension, given by its last number in the arc of certificates and its value, is
/// about policies and refuses nothing.
pub(super) fn refuse_nothing(number: u8, value: Cursor<'_>) -> bool {
    let is_known = match number {
        32 => policies(value),
        36 => only_inhibits_mapping(value),
        54 => value.only(tag::INTEGER).and_then(|skipped| skipped.number()).map(|_| true),
        _ => Ok(false),
    };
    is_known.unwrap_or(false)
}

/// `CertificatePolicies`. One that is critical must be understood "including the optional
/// qualifier".
fn policies(value: Cursor<'_>) -> Result<bool, NotDer> {
    let mut list = value.only(tag::SEQUENCE)?.inside();
    let mut is_known = !list.is_empty();
    while !list.is_empty() {
        let mut policy = list.take(tag::SEQUENCE)?.inside();
        policy.oid()?;
        let qualifiers = policy.optional(tag::SEQUENCE)?;
        policy.finish()?;
        let Some(qualifiers) = qualifiers else { continue };
        let mut rest = qualifiers.inside();
        while !rest.is_empty() {
            let mut qualifier = rest.take(tag::SEQUENCE)?.inside();
            let kind = qualifier.oid()?;
            qualifier.any()?;
            qualifier.finish()?;
            is_known &= matches!(kind.split_last(), Some((1 | 2, QUALIFIER_ARC)));
        }
    }
    Ok(is_known)
}

/// `PolicyConstraints` without `requireExplicitPolicy`.
fn only_inhibits_mapping(value: Cursor<'_>) -> Result<bool, NotDer> {
    let mut fields = value.only(tag::SEQUENCE)?.inside();
    let required = fields.optional(context(0))?;
    let inhibited = fields.optional(context(1))?;
    fields.finish()?;
    Ok(required.is_none() && inhibited.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_refuses_nothing() {
        let policy = [0x30, 0x04, 0x06, 0x02, 0x2a, 0x03];
        let list = [&[0x30, 0x06], &policy[..]].concat();
        let with_qualifier = |last: u8| {
            let kind = [0x06, 0x08, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x02, last];
            let qualifier = [&[0x30, 0x0d][..], &kind, &[0x16, 0x01, b'x']].concat();
            let qualifiers = [&[0x30, 0x0f][..], &qualifier].concat();
            [&[0x30, 0x17, 0x30, 0x15, 0x06, 0x02, 0x2a, 0x03][..], &qualifiers].concat()
        };
        for (number, value, expected) in [
            (32, &list[..], true),
            (32, &with_qualifier(1), true),
            (32, &with_qualifier(3), false),
            (32, &[0x30, 0x00], false),
            (32, &list[..7], false),
            (36, &[0x30, 0x03, 0x81, 0x01, 0x00], true),
            (36, &[0x30, 0x03, 0x80, 0x01, 0x00], false),
            (36, &[0x30, 0x06, 0x80, 0x01, 0x00, 0x81, 0x01, 0x00], false),
            (36, &[0x30, 0x00], false),
            (54, &[0x02, 0x01, 0x00], true),
            (54, &[0x02, 0x01, 0xff], false),
            (33, &[0x30, 0x00], false),
        ] {
            let found = refuse_nothing(number, Cursor::new(value));
            assert_eq!(found, expected, "{number} {value:02x?}");
        }
    }
}
