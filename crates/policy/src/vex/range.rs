//! Ranges of versions in the notation `vers` (package-url/purl-spec, VERSION-RANGE-SPEC.rst).

use std::cmp::Ordering;

use sealift_matcher::Scheme;
use sealift_model::Purl;

use super::decoded;
use crate::pattern::Comparison;

/// The most comparators in one range: advisories have a few, and each is read for each package.
const MAX_CONSTRAINTS: usize = 100;

/// A range of the versions of a package: `vers:maven/>=1.0|<2.0`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct VersionRange {
    /// The range as written.
    pub text: String,
    /// The purl type whose order of versions it uses.
    kind: &'static str,
    scheme: Scheme,
    /// The constraints in ascending order; none where every version is in the range.
    constraints: Vec<(Comparator, String)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comparator {
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// The two-character signs come first, since the others are their prefixes.
const COMPARATORS: [(&str, Comparator); 5] = [
    (">=", Comparator::GreaterOrEqual),
    ("<=", Comparator::LessOrEqual),
    ("!=", Comparator::Unequal),
    ("<", Comparator::Less),
    (">", Comparator::Greater),
];

/// The name in `vers`, the purl type, and the order of versions.
const SCHEMES: [(&str, &str, Scheme); 15] = [
    ("alpine", "apk", Scheme::Alpine),
    ("alpm", "alpm", Scheme::Alpm),
    ("apk", "apk", Scheme::Alpine),
    ("cargo", "cargo", Scheme::Cargo),
    ("composer", "composer", Scheme::Packagist),
    ("deb", "deb", Scheme::Debian),
    ("gem", "gem", Scheme::RubyGems),
    ("golang", "golang", Scheme::Go),
    ("hex", "hex", Scheme::Hex),
    ("maven", "maven", Scheme::Maven),
    ("npm", "npm", Scheme::Npm),
    ("nuget", "nuget", Scheme::NuGet),
    ("pub", "pub", Scheme::Pub),
    ("pypi", "pypi", Scheme::Pep440),
    ("rpm", "rpm", Scheme::Rpm),
];

impl VersionRange {
    /// Reads a range. Returns nothing where the text is not a `vers` range, its scheme is not known
    /// here, its versions are not ascending, or its intervals contradict each other.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let bare: String = text.chars().filter(|c| !matches!(c, ' ' | '\t')).collect();
        let (name, list) = bare.strip_prefix("vers:")?.split_once('/')?;
        let (_, kind, scheme) = SCHEMES.into_iter().find(|(known, ..)| *known == name)?;
        let constraints = match list {
            "*" => Vec::new(),
            _ => constraints(list, scheme)?,
        };
        Some(Self { text: text.to_owned(), kind, scheme, constraints })
    }

    /// Compares a package with the range.
    pub(crate) fn compare(&self, purl: &Purl) -> Comparison {
        let Some(version) = purl.version() else {
            return Comparison::Near(format!(
                "the version is not known, and {} is stated",
                self.text
            ));
        };
        let epoch = purl.qualifier("epoch").filter(|_| !version.contains(':'));
        let version = epoch.map_or(version.to_owned(), |epoch| format!("{epoch}:{version}"));
        match self.contains(purl.kind(), &version) {
            Some(true) => Comparison::Equal,
            Some(false) => {
                Comparison::Near(format!("the version is {version} and not in {}", self.text))
            }
            None => Comparison::Near(format!(
                "the version {version} cannot be compared with {}",
                self.text
            )),
        }
    }

    /// "Checking if a version is contained within a range"; none where that cannot be decided.
    fn contains(&self, kind: &str, version: &str) -> Option<bool> {
        if kind != self.kind {
            return None;
        }
        let version = self.scheme.parse(version).ok()?;
        // The last bound below the version, and the first one above it.
        let (mut below, mut above) = (None, None);
        for (comparator, bound) in &self.constraints {
            let order = version.compare(&self.scheme.parse(bound).ok()?)?;
            match (order, comparator) {
                (Ordering::Equal, _) => return Some(comparator.includes_its_version()),
                (_, Comparator::Equal | Comparator::Unequal) => {}
                (Ordering::Greater, _) => below = Some(*comparator),
                (Ordering::Less, _) => above = above.or(Some(*comparator)),
            }
        }
        Some(match (below, above) {
            (Some(bound), _) => bound.is_lower_end(),
            (None, Some(bound)) => !bound.is_lower_end(),
            (None, None) => self.constraints.is_empty(),
        })
    }
}

impl Comparator {
    fn includes_its_version(self) -> bool {
        matches!(self, Self::Equal | Self::LessOrEqual | Self::GreaterOrEqual)
    }

    /// Whether this comparator begins an interval.
    fn is_lower_end(self) -> bool {
        matches!(self, Self::Greater | Self::GreaterOrEqual)
    }

    fn is_end(self) -> bool {
        !matches!(self, Self::Equal | Self::Unequal)
    }
}

fn constraints(list: &str, scheme: Scheme) -> Option<Vec<(Comparator, String)>> {
    let mut constraints: Vec<(Comparator, String)> = Vec::new();
    for text in list.split('|').filter(|text| !text.is_empty()) {
        let written = COMPARATORS.into_iter().find_map(|(signs, comparator)| {
            text.strip_prefix(signs).map(|version| (comparator, version))
        });
        let (comparator, version) = written.unwrap_or((Comparator::Equal, text));
        let version = decoded(version);
        let parsed = scheme.parse(&version).ok()?;
        if let Some((_, last)) = constraints.last()
            && parsed.compare(&scheme.parse(last).ok()?)? != Ordering::Greater
        {
            return None;
        }
        constraints.push((comparator, version));
        if constraints.len() > MAX_CONSTRAINTS {
            return None;
        }
    }
    let ends: Vec<Comparator> =
        constraints.iter().map(|(comparator, _)| *comparator).filter(|it| it.is_end()).collect();
    let alternate = ends.iter().zip(ends.iter().skip(1));
    let alternate = alternate
        .fold(true, |so_far, (one, next)| so_far && one.is_lower_end() != next.is_lower_end());
    // The range has exclusions only: by the rules for checking it contains nothing, by their
    // explanation everything else.
    let names_some = constraints.iter().any(|(comparator, _)| *comparator != Comparator::Unequal);
    (alternate && names_some).then_some(constraints)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contains(range: &str, version: &str) -> Option<bool> {
        let range = VersionRange::parse(range).unwrap();
        range.contains(range.kind, version)
    }

    #[test]
    fn versions_are_in_a_range_or_not() {
        for (range, inside, outside) in [
            ("vers:maven/>=2.0.0", &["2.0.0", "3"][..], &["1.9", "2.0.0-rc1"][..]),
            ("vers:maven/<2.0.0", &["1.0.0"], &["2.0.0", "2.1"]),
            ("vers:npm/1.2.3|>=2.0.0|<5.0.0", &["1.2.3", "2.0.0", "4.9.9"], &["1.2.4", "5.0.0"]),
            ("vers:npm/<=1.0.0|>3.0.0", &["0.1.0", "1.0.0", "3.0.1"], &["2.0.0", "3.0.0"]),
            ("vers:gem/>=2.2.0|!= 2.2.1|<2.3.0", &["2.2.0", "2.2.2"], &["2.2.1", "2.3.0"]),
            ("vers:deb/<1:1.2.13-2", &["1:1.2.13-1", "9.0"], &["1:1.2.13-2"]),
            ("vers:deb/<1%3A1.2.13-2", &["1:1.2.13-1"], &["2:0"]),
            ("vers:golang/<1.3.0", &["v1.2.0"], &["v1.3.0"]),
            ("vers:alpine/1.2.3-r0", &["1.2.3-r0"], &["1.2.3-r1"]),
            ("vers:pypi/*", &["1.0"], &[]),
        ] {
            for version in inside {
                assert_eq!(contains(range, version), Some(true), "{version} {range}");
            }
            for version in outside {
                assert_eq!(contains(range, version), Some(false), "{version} {range}");
            }
        }
    }

    #[test]
    fn what_cannot_be_compared_is_neither() {
        assert_eq!(contains("vers:npm/<2.0.0", "latest"), None);
        assert_eq!(VersionRange::parse("vers:npm/<2.0.0").unwrap().contains("pypi", "1.0.0"), None);
    }

    #[test]
    fn ranges_that_mean_nothing_certain_are_not_read() {
        let many: Vec<String> = (0..=MAX_CONSTRAINTS).map(|at| at.to_string()).collect();
        for text in [
            "<2.0.0",
            "vls:<2.0.0",
            "vers:npm",
            "vers:npm/",
            "vers:npm/|",
            "vers:npm/<",
            "vers:npm/<latest",
            "vers:npm/!=1.0.0",
            "vers:npm/<2.0.0|>=1.0.0",
            "vers:npm/1.0.0|1.0.0",
            "vers:npm/>=1.0.0|>=2.0.0",
            "vers:npm/<1.0.0|<2.0.0",
            "vers:npm/*|1.0.0",
            "vers:generic/<2.0.0",
            &format!("vers:pypi/{}", many.join("|")),
        ] {
            assert_eq!(VersionRange::parse(text), None, "{text}");
        }
    }

    #[test]
    fn an_epoch_may_be_a_qualifier() {
        let range = VersionRange::parse("vers:rpm/<1:2.0-1").unwrap();
        let compare = |purl: &str| range.compare(&purl.parse().unwrap());
        assert_eq!(compare("pkg:rpm/redhat/a@1.0-1?epoch=1"), Comparison::Equal);
        assert_eq!(compare("pkg:rpm/redhat/a@9.0-1"), Comparison::Equal);
        assert_eq!(
            compare("pkg:rpm/redhat/a@1.0-1?epoch=2"),
            Comparison::Near("the version is 2:1.0-1 and not in vers:rpm/<1:2.0-1".to_owned())
        );
    }
}
