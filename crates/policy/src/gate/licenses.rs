//! Licences that must not be there.

use sealift_model::{Distribution, Package};
use spdx::{Expression, ParseMode};

use super::Action;
use crate::ignore::Rule;
use crate::pattern::PathPattern;

/// A licence that must not be there.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ForbiddenLicense {
    /// Its SPDX id, where `*` stands for anything: `AGPL-3.0*`.
    pub pattern: String,
    /// What follows. Default: failing.
    pub action: Action,
    matcher: PathPattern,
}

impl ForbiddenLicense {
    /// A licence that fails the gate.
    ///
    /// # Errors
    /// The pattern cannot be read.
    pub fn new(pattern: impl Into<String>) -> Result<Self, String> {
        let pattern = pattern.into();
        let matcher =
            PathPattern::new(&pattern.to_ascii_lowercase()).map_err(|error| error.to_string())?;
        Ok(Self { pattern, action: Action::Fail, matcher })
    }

    fn matches(&self, license: &str) -> bool {
        self.matcher.matches(&license.to_ascii_lowercase())
    }
}

/// The worst that follows from a package's licences: the licence, and the rule against it.
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

/// The rule against a licence; of an expression, when no choice that it leaves is free of one.
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
    /// Those that count.
    pub(super) rules: Vec<&'r Rule>,
    /// The distribution of what is judged.
    pub(super) distribution: Option<&'r Distribution>,
}

impl Accepting<'_> {
    /// Whether rules accept a licence: an expression when they accept each of its parts.
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
        self.rules.iter().any(|rule| rule.accepts_license(part, package, self.distribution))
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
            let none = Accepting { rules: Vec::new(), distribution: None };
            let found = worst(&package(license), &forbidden, &none);
            assert_eq!(found.is_some(), is_forbidden, "{license}");
        }
    }

    #[test]
    fn an_expression_is_accepted_when_each_part_is() {
        let forbidden = [ForbiddenLicense::new("*GPL-*").unwrap()];
        let accepting = |lines: &str| {
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
            let rules = accepting(lines);
            let accepting = Accepting { rules: rules.iter().collect(), distribution: None };
            let found = worst(&package(license), &forbidden, &accepting);
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
            let rules = file.rules.iter().collect();
            let accepting = Accepting { rules, distribution: Some(&debian) };
            let found = worst(&package, &forbidden, &accepting);
            assert_eq!(found.is_none(), accepted, "{ecosystem}");
        }
    }
}
