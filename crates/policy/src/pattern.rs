//! Patterns of paths and package URLs.

use globset::{GlobBuilder, GlobMatcher};
use sealift_model::{Ecosystem, Purl};

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

/// Whether a package URL matches a pattern: a part that the pattern leaves out may have any value,
/// the namespace too.
pub(crate) fn purl_matches(pattern: &Purl, purl: &Purl) -> bool {
    let named = match pattern.namespace() {
        None => same_text(pattern, pattern.name(), purl, purl.name()),
        Some(_) => same_name(pattern, purl),
    };
    named && matches!(compare_below(pattern, purl), Comparison::Equal)
}

/// How a package URL compares with the one in a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Comparison {
    /// The statement names this package.
    Equal,
    /// The same package, with the difference that the text describes.
    Near(String),
    /// It is another package.
    Other,
}

/// Compares a package with the one in a statement: a part that the statement leaves out may have
/// any value, the others must be equal.
pub(crate) fn compare(stated: &Purl, purl: &Purl) -> Comparison {
    match same_name(stated, purl) {
        true => compare_below(stated, purl),
        false => Comparison::Other,
    }
}

/// Whether type, namespace and name are equal, by the ecosystem's comparison of names.
fn same_name(stated: &Purl, purl: &Purl) -> bool {
    let namespaces = match (stated.namespace(), purl.namespace()) {
        (Some(stated_one), Some(own)) => same_text(stated, stated_one, purl, own),
        (None, None) => true,
        _ => false,
    };
    namespaces && same_text(stated, stated.name(), purl, purl.name())
}

/// Whether a part of the name is the same in both purls.
///
/// A Go module path keeps its case in our purls, and the purl specification has it in lower case: a
/// path in lower case matches any case; of two with capitals, the case must be equal.
fn same_text(stated: &Purl, text: &str, purl: &Purl, own: &str) -> bool {
    if stated.kind() != purl.kind() {
        return false;
    }
    let Some(ecosystem) = Ecosystem::from_purl_type(purl.kind()).filter(|_| text != own) else {
        return text == own;
    };
    let told_apart = ecosystem == Ecosystem::Golang && has_capitals(stated) && has_capitals(purl);
    !told_apart && ecosystem.folded_name(text) == ecosystem.folded_name(own)
}

fn has_capitals(purl: &Purl) -> bool {
    let is_capital = |part: &str| part.contains(char::is_uppercase);
    is_capital(purl.name()) || purl.namespace().is_some_and(is_capital)
}

/// Compares the parts after the name.
fn compare_below(stated: &Purl, purl: &Purl) -> Comparison {
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
    fn names_are_compared_as_their_ecosystem_compares_them() {
        for (stated, package, same) in [
            ("pkg:pypi/ruamel-yaml@0.18", "pkg:pypi/ruamel.yaml@0.18", true),
            ("pkg:pypi/ruamel.yaml@0.18", "pkg:pypi/ruamel-yaml@0.18", true),
            ("pkg:pypi/ruamel@0.18", "pkg:pypi/ruamel-yaml@0.18", false),
            ("pkg:nuget/newtonsoft.json", "pkg:nuget/Newtonsoft.Json@9.0.1", true),
            ("pkg:golang/github.com/azure/x", "pkg:golang/github.com/Azure/x@v1.0.0", true),
            ("pkg:golang/github.com/Azure/x", "pkg:golang/github.com/azure/x@v1.0.0", true),
            ("pkg:golang/github.com/Azure/x", "pkg:golang/github.com/AZURE/x@v1.0.0", false),
            ("pkg:golang/github.com/Azure/x", "pkg:golang/github.com/azure/X@v1.0.0", false),
            ("pkg:npm/jsonstream", "pkg:npm/JSONStream@1.0.0", false),
            ("pkg:cargo/ab", "pkg:npm/ab@1.0.0", false),
        ] {
            let (stated, package) = (purl(stated), purl(package));
            assert_eq!(compare(&stated, &package) == Comparison::Equal, same, "{stated}");
            assert_eq!(purl_matches(&stated, &package), same, "{stated}");
        }
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
