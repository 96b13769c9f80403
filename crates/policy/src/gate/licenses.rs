//! Licences that must not be there.

use sealift_model::Package;
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

/// Why a text is no pattern of licences: a choice in brackets or braces is not of its form.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct LicensePatternError(globset::Error);

impl ForbiddenLicense {
    /// A licence that fails the gate.
    ///
    /// # Errors
    /// The pattern cannot be read.
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

/// The worst that follows from a package's licences: the licence, and the rule against it.
pub(super) fn worst<'p>(
    package: &Package,
    forbidden: &'p [ForbiddenLicense],
    accepting: &[&Rule],
) -> Option<(String, &'p ForbiddenLicense)> {
    let found = package.licenses.iter().filter_map(|license| {
        let rule = against(license, forbidden)?;
        (!is_accepted(license, package, accepting)).then(|| (license.clone(), rule))
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

/// Whether rules accept a licence: an expression when they accept each of its parts.
fn is_accepted(license: &str, package: &Package, rules: &[&Rule]) -> bool {
    let accepts = |part: &str| rules.iter().any(|rule| rule.accepts_license(part, package));
    if accepts(license) {
        return true;
    }
    match Expression::parse_mode(license, ParseMode::LAX) {
        Ok(expression) => parts(&expression).iter().all(|part| accepts(part)),
        Err(_) => false,
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
            let found = worst(&package(license), &forbidden, &[]);
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
            let rules: Vec<&Rule> = rules.iter().collect();
            let found = worst(&package(license), &forbidden, &rules);
            assert_eq!(found.is_none(), accepted, "{license} with {lines:?}");
        }
    }
}
