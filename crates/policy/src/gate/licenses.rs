//! Licences that are forbidden.

use std::collections::BTreeSet;

use sealift_model::{Distribution, Package, Timestamp};
use spdx::{Expression, ParseMode};

use super::Action;
use crate::ignore::{List, Rule};
use crate::pattern::PathPattern;

/// A forbidden licence.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ForbiddenLicense {
    /// Its SPDX id, where `*` matches any text: `AGPL-3.0*`.
    pub pattern: String,
    /// The action of the gate. Default: fail.
    pub action: Action,
    matcher: PathPattern,
}

/// Why a text is not a licence pattern: brackets or braces in it have the wrong form.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct LicensePatternError(globset::Error);

impl ForbiddenLicense {
    /// A forbidden licence, which fails the gate.
    ///
    /// # Errors
    /// The pattern is invalid.
    pub fn new(pattern: impl Into<String>) -> Result<Self, LicensePatternError> {
        let pattern = pattern.into();
        let matcher =
            PathPattern::new(&pattern.to_ascii_lowercase()).map_err(LicensePatternError)?;
        Ok(Self { pattern, action: Action::Fail, matcher })
    }

    fn matches(&self, license: &str) -> bool {
        self.matcher.matches(&license.to_ascii_lowercase())
    }
}

/// Returns the package's licence with the most severe rule against it, and that rule.
pub(super) fn worst<'p>(
    package: &Package,
    forbidden: &'p [ForbiddenLicense],
    accepting: &Accepting<'_>,
) -> Option<(String, &'p ForbiddenLicense)> {
    let found = package.licenses.iter().filter_map(|license| {
        let rule = against(license, forbidden)?;
        (!accepting.accepts(license, package)).then(|| (license.clone(), rule))
    });
    found.max_by_key(|(_, rule)| rule.action)
}

/// Returns the rule against a licence; of an expression, only where each choice in it is forbidden.
fn against<'p>(license: &str, forbidden: &'p [ForbiddenLicense]) -> Option<&'p ForbiddenLicense> {
    let rule_of = |part: &str| {
        let rules = forbidden.iter().filter(|rule| rule.matches(part));
        rules.max_by_key(|rule| rule.action)
    };
    let Ok(expression) = Expression::parse_mode(license, ParseMode::LAX) else {
        return rule_of(license);
    };
    let whole = rule_of(license);
    if whole.is_some() {
        return whole;
    }
    if expression.evaluate(|part| rule_of(&part.to_string()).is_none()) {
        return None;
    }
    parts(&expression).iter().filter_map(|part| rule_of(part)).max_by_key(|rule| rule.action)
}

/// The rules that may accept licences.
pub(super) struct Accepting<'r> {
    /// The rules of all files, file by file.
    pub(super) rules: &'r [&'r Rule],
    /// The time for which rules are checked for expiry.
    pub(super) now: Timestamp,
    /// The distribution of the scanned image.
    pub(super) distribution: Option<&'r Distribution>,
}

impl Accepting<'_> {
    /// Whether rules accept a licence; an expression needs each of its parts accepted.
    fn accepts(&self, license: &str, package: &Package) -> bool {
        if self.accepts_part(license, package) {
            return true;
        }
        match Expression::parse_mode(license, ParseMode::LAX) {
            Ok(expression) => {
                parts(&expression).iter().all(|part| self.accepts_part(part, package))
            }
            Err(_) => false,
        }
    }

    fn accepts_part(&self, part: &str, package: &Package) -> bool {
        let mut decided: BTreeSet<(&str, List)> = BTreeSet::new();
        self.rules.iter().any(|rule| {
            rule.accepts_license(part, package, self.distribution)
                && rule.list.is_none_or(|list| decided.insert((&rule.source, list)))
                && rule.counts_at(self.now)
        })
    }
}

/// The licences of an expression, each with its exception.
fn parts(expression: &Expression) -> Vec<String> {
    expression.requirements().map(|part| part.req.to_string()).collect()
}

#[cfg(test)]
mod tests {
    use sealift_model::Ecosystem;

    use super::*;
    use crate::{IgnoreFile, IgnoreFormat, Limits};

    fn package(license: &str) -> Package {
        let purl = "pkg:npm/a@1".parse().unwrap();
        let mut package = Package::new(Ecosystem::Npm, "a", "1", purl);
        package.licenses = vec![license.to_owned()];
        package
    }

    fn accepting<'r>(
        rules: &'r [&'r Rule],
        distribution: Option<&'r Distribution>,
    ) -> Accepting<'r> {
        Accepting { rules, now: crate::tests::day("2029-06-01"), distribution }
    }

    #[test]
    fn a_choice_that_is_free_is_enough() {
        let forbidden = [ForbiddenLicense::new("AGPL-3.0*").unwrap()];
        for (license, is_forbidden) in [
            ("AGPL-3.0-only", true),
            ("agpl-3.0-or-later", true),
            ("MIT", false),
            ("MIT OR AGPL-3.0-only", false),
            ("MIT AND AGPL-3.0-only", true),
            ("AGPL-3.0-only OR AGPL-3.0-or-later", true),
            ("AGPL-3.0 of my own", true),
            ("something of my own", false),
        ] {
            let found = worst(&package(license), &forbidden, &accepting(&[], None));
            assert_eq!(found.is_some(), is_forbidden, "{license}");
        }
    }

    #[test]
    fn what_is_no_pattern_is_said() {
        let why = ForbiddenLicense::new("AGPL[").unwrap_err();
        assert!(why.to_string().contains("'agpl['"), "{why}");
    }

    #[test]
    fn an_expression_is_accepted_when_each_part_is() {
        let forbidden = [ForbiddenLicense::new("*GPL-*").unwrap()];
        let read = |lines: &str| {
            let (limits, format) = (Limits::default(), IgnoreFormat::Trivy);
            IgnoreFile::read("x", format, lines.as_bytes(), &limits).unwrap().rules
        };
        for (license, lines, accepted) in [
            ("GPL-2.0-only", "GPL-2.0-only", true),
            ("GPL-2.0-only AND LGPL-2.1-only", "GPL-2.0-only", false),
            ("GPL-2.0-only AND LGPL-2.1-only", "GPL-2.0-only\nLGPL-2.1-only", true),
            (
                "GPL-2.0-only WITH Classpath-exception-2.0",
                "GPL-2.0-only WITH Classpath-exception-2.0 exp:2030-01-01",
                true,
            ),
            ("GPL-2.0-only WITH Classpath-exception-2.0", "GPL-2.0-only", false),
        ] {
            let rules = read(lines);
            let rules: Vec<&Rule> = rules.iter().collect();
            let found = worst(&package(license), &forbidden, &accepting(&rules, None));
            assert_eq!(found.is_none(), accepted, "{license} with {lines:?}");
        }
    }

    #[test]
    fn a_rule_for_a_distribution_is_for_no_other() {
        let forbidden = [ForbiddenLicense::new("GPL-*").unwrap()];
        let mut package = package("GPL-2.0-only");
        package.ecosystem = Ecosystem::Deb;
        package.purl = "pkg:deb/debian/a@1".parse().unwrap();
        let debian = Distribution::new("debian", Some("12"));
        for (ecosystem, accepted) in [("Debian:12", true), ("Debian", true), ("Debian:11", false)] {
            let text =
                format!("[[PackageOverrides]]\necosystem = '{ecosystem}'\nlicense.ignore = true");
            let (format, limits) = (IgnoreFormat::OsvScanner, Limits::default());
            let file = IgnoreFile::read("x", format, text.as_bytes(), &limits).unwrap();
            let rules: Vec<&Rule> = file.rules.iter().collect();
            let found = worst(&package, &forbidden, &accepting(&rules, Some(&debian)));
            assert_eq!(found.is_none(), accepted, "{ecosystem}");
        }
    }

    #[test]
    fn the_first_override_of_a_package_decides() {
        let forbidden = [ForbiddenLicense::new("GPL-*").unwrap()];
        let rule = "[[PackageOverrides]]\nname = 'a'\nlicense.ignore = true\n";
        let expired = format!("{rule}effectiveUntil = 2029-01-01\n");
        for (text, accepted) in [
            (rule.to_owned(), true),
            (expired.clone(), false),
            (format!("{rule}{expired}"), true),
            (format!("{expired}{rule}"), false),
        ] {
            let (format, limits) = (IgnoreFormat::OsvScanner, Limits::default());
            let file = IgnoreFile::read("x", format, text.as_bytes(), &limits).unwrap();
            let rules: Vec<&Rule> = file.rules.iter().collect();
            let found = worst(&package("GPL-2.0-only"), &forbidden, &accepting(&rules, None));
            assert_eq!(found.is_none(), accepted, "{text}");
        }
    }
}
