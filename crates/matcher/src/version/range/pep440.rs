//! PyPI: version specifiers of PEP 440
//! (<https://packaging.python.org/specifications/version-specifiers/>), as `packaging` 26 reads
//! them. A pre-release is accepted like any other version: whether an installer prefers others is
//! its own choice.

use std::cmp::Ordering;

use super::RangeError;
use crate::version::pep440::{self, Version};
use crate::version::{MAX_BYTES, Parsed, VersionErrorKind, check_length};

/// Specifiers that must all accept a version, `>=1.2,!=1.5.*`; without any, every version is
/// accepted.
#[derive(Clone, Debug)]
pub struct SpecifierSet<'a>(Vec<Specifier<'a>>);

#[derive(Clone, Debug)]
struct Specifier<'a> {
    operator: Operator,
    text: &'a str,
    /// None for `===`, which compares text.
    version: Option<Version<'a>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    Arbitrary,
    Compatible,
    Equal,
    EqualPrefix,
    NotEqual,
    NotEqualPrefix,
    AtMost,
    AtLeast,
    Less,
    Greater,
}

const OPERATORS: [(&str, Operator); 8] = [
    ("===", Operator::Arbitrary),
    ("~=", Operator::Compatible),
    ("==", Operator::Equal),
    ("!=", Operator::NotEqual),
    ("<=", Operator::AtMost),
    (">=", Operator::AtLeast),
    ("<", Operator::Less),
    (">", Operator::Greater),
];

impl<'a> SpecifierSet<'a> {
    /// Reads specifiers with commas between them.
    ///
    /// # Errors
    /// When `packaging` refuses one of them.
    pub fn parse(text: &'a str) -> Result<Self, RangeError> {
        check_length(text, MAX_BYTES)?;
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        Ok(Self(parts.map(Specifier::parse).collect::<Result<_, _>>()?))
    }

    /// Whether all specifiers accept a version; always false for another scheme than
    /// [`Scheme::Pep440`](crate::Scheme::Pep440).
    pub fn contains(&self, version: &crate::Version<'_>) -> bool {
        let Parsed::Pep440(parsed) = &version.parsed else { return false };
        self.0.iter().all(|specifier| specifier.accepts(version.text, parsed))
    }
}

impl<'a> Specifier<'a> {
    fn parse(text: &'a str) -> Result<Self, VersionErrorKind> {
        let known = OPERATORS.iter().find(|(sign, _)| text.starts_with(sign));
        let (sign, operator) = *known.ok_or(VersionErrorKind::Unexpected { at: 0 })?;
        let text = text.get(sign.len()..).unwrap_or_default().trim();
        if text.is_empty() {
            return Err(VersionErrorKind::Incomplete);
        }
        let (operator, text) = match (operator, text.strip_suffix(".*")) {
            (Operator::Equal, Some(prefix)) => (Operator::EqualPrefix, prefix),
            (Operator::NotEqual, Some(prefix)) => (Operator::NotEqualPrefix, prefix),
            (operator, _) => (operator, text),
        };
        if operator == Operator::Arbitrary {
            let is_word = !text.contains(|c: char| c.is_whitespace() || matches!(c, ';' | ')'));
            return match is_word {
                true => Ok(Self { operator, text, version: None }),
                false => Err(VersionErrorKind::Unexpected { at: 0 }),
            };
        }
        let version = pep440::parse(text)?;
        let is_allowed = match operator {
            Operator::Equal | Operator::NotEqual => true,
            Operator::EqualPrefix | Operator::NotEqualPrefix => version.is_plain_release(),
            // "MUST NOT be used with a single segment version number"
            Operator::Compatible => !version.has_local() && version.segments().count() > 1,
            _ => !version.has_local(),
        };
        match is_allowed {
            true => Ok(Self { operator, text, version: Some(version) }),
            false => Err(VersionErrorKind::Incomplete),
        }
    }

    fn accepts(&self, text: &str, version: &Version<'_>) -> bool {
        let Some(bound) = &self.version else {
            return text.trim().eq_ignore_ascii_case(self.text);
        };
        let public = || version.clone().without_local();
        let order = || public().cmp(bound);
        let same_base = || version.compare_base(bound) == Ordering::Equal;
        match self.operator {
            Operator::Arbitrary => false,
            Operator::Equal => is_equal(version, bound),
            Operator::NotEqual => !is_equal(version, bound),
            Operator::EqualPrefix => starts_with(version, bound, 0),
            Operator::NotEqualPrefix => !starts_with(version, bound, 0),
            Operator::Compatible => order().is_ge() && starts_with(version, bound, 1),
            Operator::AtMost => order().is_le(),
            Operator::AtLeast => order().is_ge(),
            // "MUST NOT allow a pre-release of the specified version unless the specified version
            // is itself a pre-release"
            Operator::Less => {
                let is_its_own = version.is_prerelease()
                    && !bound.is_prerelease()
                    && (!bound.is_postrelease() || version.is_same_post(bound))
                    && same_base();
                version < bound && !is_its_own
            }
            // Likewise a post-release of it, and a local version in any case.
            Operator::Greater => {
                let is_its_own = version.is_postrelease()
                    && !bound.is_postrelease()
                    && version.is_same_phase(bound);
                version > bound && !((is_its_own || version.has_local()) && same_base())
            }
        }
    }
}

/// Compares for equality; a local label counts only if the specifier has one.
fn is_equal(version: &Version<'_>, bound: &Version<'_>) -> bool {
    match bound.has_local() {
        true => version == bound,
        false => version.clone().without_local() == *bound,
    }
}

/// Whether the release starts with that of `bound`, without its last `dropped` numbers; a shorter
/// release is padded with zeros.
fn starts_with(version: &Version<'_>, bound: &Version<'_>, dropped: usize) -> bool {
    let count = bound.segments().count().saturating_sub(dropped);
    version.has_epoch_of(bound)
        && version.padded_segments().take(count).eq(bound.segments().take(count))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::Scheme;

    fn accepts(set: &str, version: &str) -> bool {
        let version = Scheme::Pep440.parse(version).unwrap();
        SpecifierSet::parse(set).unwrap().contains(&version)
    }

    #[test]
    fn accepts_as_the_specification_says() {
        for (set, inside, outside) in [
            ("~=2.2", "2.9", "3.0"),
            ("~=1.4.5a4", "1.4.5", "1.5"),
            ("==1.1.*", "1.1.post1", "1.2"),
            ("== 3.1", "3.1.0+local", "3.1.1"),
            ("!=1.1.*, >1", "1.2", "1.1.5"),
            ("<3", "2.9", "3rc1"),
            (">1.7", "1.7.1", "1.7.0.post1"),
            (">1.7.post2", "1.7.post3", "1.7.0+local"),
            ("==1!2", "1!2.0", "2"),
            ("===1.0", "1.0", "1.0.0"),
            ("", "1", "0"),
        ] {
            assert!(accepts(set, inside), "{set:?} {inside}");
            assert!(set.is_empty() || !accepts(set, outside), "{set:?} {outside}");
        }
    }

    #[test]
    fn refuses_what_is_no_specifier() {
        for text in ["1.0", "~=1", ">=1.*", ">=1+local", "==1.0a1.*", "=1", "==", "=> 1"] {
            assert!(SpecifierSet::parse(text).is_err(), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(text in "[0-9.*<>=~!,+a -]{0,30}") {
            let version = Scheme::Pep440.parse("1.2a3").unwrap();
            let _ = SpecifierSet::parse(&text).map(|set| set.contains(&version));
        }
    }
}
