//! Patterns of paths and package URLs.

use globset::{GlobBuilder, GlobMatcher};
use sealift_model::Purl;

/// A pattern of paths: `*` and `?` stop at `/`, `**` does not, `{a,b}` and `[a-z]` are choices.
#[derive(Clone, Debug)]
pub(crate) struct PathPattern(GlobMatcher);

impl PathPattern {
    pub(crate) fn new(pattern: &str) -> Result<Self, globset::Error> {
        let glob = GlobBuilder::new(pattern).literal_separator(true).build()?;
        Ok(Self(glob.compile_matcher()))
    }

    pub(crate) fn matches(&self, path: &str) -> bool {
        self.0.is_match(path)
    }
}

/// Whether a package URL is one of those that a pattern means: what the pattern leaves out may be
/// anything, the namespace too.
pub(crate) fn purl_matches(pattern: &Purl, purl: &Purl) -> bool {
    let namespace = pattern.namespace().is_none() || pattern.namespace() == purl.namespace();
    namespace && matches!(compare_below(pattern, purl), Comparison::Equal)
}

/// How a package URL stands to one that a statement names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Comparison {
    /// It is meant.
    Equal,
    /// It is the same package, and differs in what the text says.
    Near(String),
    /// It is another package.
    Other,
}

/// Compares a package with the one that a statement names: what is absent there may be anything,
/// what is present must be equal.
pub(crate) fn compare(stated: &Purl, purl: &Purl) -> Comparison {
    if stated.namespace() == purl.namespace() {
        compare_below(stated, purl)
    } else {
        Comparison::Other
    }
}

fn compare_below(stated: &Purl, purl: &Purl) -> Comparison {
    if stated.kind() != purl.kind() || stated.name() != purl.name() {
        return Comparison::Other;
    }
    let differs = |what: &str, stated: &str, actual: Option<&str>| match actual {
        Some(actual) => Comparison::Near(format!("{what} is {actual} and not {stated}")),
        None => Comparison::Near(format!("{what} is not known, and {stated} is stated")),
    };
    if let Some(version) = stated.version()
        && !purl.version().is_some_and(|actual| same_version(stated.kind(), version, actual))
    {
        return differs("the version", version, purl.version());
    }
    for (key, value) in stated.qualifiers() {
        let actual = purl.qualifier(key);
        if actual != Some(value) {
            return differs(&format!("the qualifier {key}"), value, actual);
        }
    }
    match stated.subpath() {
        Some(subpath) if purl.subpath() != Some(subpath) => {
            differs("the subpath", subpath, purl.subpath())
        }
        _ => Comparison::Equal,
    }
}

/// Go's versions are written with and without a leading `v`.
fn same_version(kind: &str, stated: &str, actual: &str) -> bool {
    let bare = |version: &str| -> String {
        let version =
            if kind == "golang" { version.strip_prefix('v') } else { None }.unwrap_or(version);
        version.to_owned()
    };
    stated == actual || bare(stated) == bare(actual)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn purl(text: &str) -> Purl {
        text.parse().unwrap()
    }

    #[test]
    fn what_is_absent_matches_anything_and_what_is_present_must_be_equal() {
        let package = purl("pkg:deb/debian/zlib1g@1.2?arch=amd64&distro=debian-12");
        for stated in [
            "pkg:deb/debian/zlib1g",
            "pkg:deb/debian/zlib1g@1.2",
            "pkg:deb/debian/zlib1g?distro=debian-12",
        ] {
            assert_eq!(compare(&purl(stated), &package), Comparison::Equal, "{stated}");
        }
        for (stated, difference) in [
            ("pkg:deb/debian/zlib1g@1.3", "the version is 1.2 and not 1.3"),
            (
                "pkg:deb/debian/zlib1g?distro=debian-12.5",
                "the qualifier distro is debian-12 and not debian-12.5",
            ),
            ("pkg:deb/debian/zlib1g?epoch=1", "the qualifier epoch is not known, and 1 is stated"),
        ] {
            let near = Comparison::Near(difference.to_owned());
            assert_eq!(compare(&purl(stated), &package), near, "{stated}");
        }
        for stated in ["pkg:deb/ubuntu/zlib1g", "pkg:deb/debian/zlib", "pkg:rpm/debian/zlib1g"] {
            assert_eq!(compare(&purl(stated), &package), Comparison::Other, "{stated}");
        }
    }

    #[test]
    fn versions_of_go_have_a_v_or_none() {
        let package = purl("pkg:golang/example.org/a@v1.2.0");
        assert_eq!(compare(&purl("pkg:golang/example.org/a@1.2.0"), &package), Comparison::Equal);
        let npm = purl("pkg:npm/a@v1");
        assert!(matches!(compare(&purl("pkg:npm/a@1"), &npm), Comparison::Near(_)));
    }

    #[test]
    fn a_pattern_may_leave_the_namespace_out() {
        let pattern = Purl::parse_lenient("pkg:deb/zlib1g").unwrap();
        assert!(purl_matches(&pattern, &purl("pkg:deb/debian/zlib1g@1.2?distro=debian-12")));
        assert!(!purl_matches(&purl("pkg:deb/ubuntu/zlib1g"), &purl("pkg:deb/debian/zlib1g@1")));
    }

    #[test]
    fn a_star_stops_at_a_slash() {
        let matches = |pattern: &str, path| PathPattern::new(pattern).unwrap().matches(path);
        assert!(matches("usr/lib/**/*.json", "usr/lib/a/b/package.json"));
        assert!(matches("usr/*/x", "usr/lib/x"));
        assert!(!matches("usr/*", "usr/lib/x"));
        assert!(matches("{a,b}/x", "b/x"));
        assert!(PathPattern::new("a[").is_err());
    }
}
