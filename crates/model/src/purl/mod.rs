//! Package URLs, after the package URL specification (ECMA-427, 1st edition).

mod builder;
mod error;
mod parse;
mod parts;
mod print;
mod serde;
mod types;

use std::cmp::Ordering;
use std::fmt;
use std::ops::Range;

pub use builder::PurlBuilder;
pub use error::{PurlComponent, PurlError};

/// A package URL: `pkg:type/namespace/name@version?qualifiers#subpath`.
///
/// Components are held decoded and in their type's canonical spelling, so that two purls are equal
/// exactly when their canonical texts are. [`Display`](std::fmt::Display) writes that text.
///
/// ```
/// use sealift_model::Purl;
///
/// let purl: Purl = "pkg:PyPI/Django_Rest@1.0".parse()?;
/// assert_eq!(purl.name(), "django-rest");
/// assert_eq!(purl.to_string(), "pkg:pypi/django-rest@1.0");
///
/// let built = Purl::builder("deb", "curl")
///     .namespace("debian")
///     .version("7.50.3-1+b1")
///     .qualifier("arch", "amd64")
///     .build()?;
/// assert_eq!(built.to_string(), "pkg:deb/debian/curl@7.50.3-1%2Bb1?arch=amd64");
/// # Ok::<(), sealift_model::PurlError>(())
/// ```
///
/// [`FromStr`](std::str::FromStr) requires a text to follow the specification and the definition of
/// its type. [`Purl::parse_lenient`] is for purls from other programs. A type without a definition
/// follows the general rules.
///
/// Lists of packages hold thousands of purls, so a purl is one piece of memory, with a second one
/// where it has qualifiers.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Purl {
    /// The components one behind the other, with nothing between them: type, namespace, name,
    /// version, subpath, then key and value of each qualifier.
    text: Box<str>,
    kind_end: usize,
    namespace_end: usize,
    name_end: usize,
    version_end: usize,
    subpath_end: usize,
    /// Where key and value end, ordered by key.
    qualifiers: Box<[(usize, usize)]>,
}

impl Purl {
    /// Starts a purl from its two required components; all are given decoded.
    pub fn builder(kind: &str, name: &str) -> PurlBuilder {
        PurlBuilder::new(kind, name)
    }

    /// Turns the purl back into a builder, to change a component.
    pub fn into_builder(self) -> PurlBuilder {
        PurlBuilder::from(self)
    }

    /// The type, in lower case: `deb`.
    pub fn kind(&self) -> &str {
        self.part(0..self.kind_end)
    }

    /// The namespace, its segments joined by `/`, never empty: `org.apache.commons`.
    pub fn namespace(&self) -> Option<&str> {
        some(self.part(self.kind_end..self.namespace_end))
    }

    /// The name, never empty.
    pub fn name(&self) -> &str {
        self.part(self.namespace_end..self.name_end)
    }

    /// The version, never empty.
    pub fn version(&self) -> Option<&str> {
        some(self.part(self.name_end..self.version_end))
    }

    /// Keys (lower case) and values (never empty), ordered by key.
    pub fn qualifiers(&self) -> impl Iterator<Item = (&str, &str)> {
        let mut start = self.subpath_end;
        self.qualifiers.iter().map(move |&(key_end, value_end)| {
            let key = self.part(start..key_end);
            start = value_end;
            (key, self.part(key_end..value_end))
        })
    }

    /// The value of one qualifier; `key` is in lower case.
    pub fn qualifier(&self, key: &str) -> Option<&str> {
        self.qualifiers().find_map(|(known, value)| (known == key).then_some(value))
    }

    /// The path inside the package, without empty, `.` and `..` segments, never empty.
    pub fn subpath(&self) -> Option<&str> {
        some(self.part(self.version_end..self.subpath_end))
    }

    fn part(&self, range: Range<usize>) -> &str {
        self.text.get(range).unwrap_or_default()
    }
}

fn some(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}

/// By type, namespace, name, version, qualifiers and subpath; a missing component sorts first.
impl Ord for Purl {
    fn cmp(&self, other: &Self) -> Ordering {
        self.kind()
            .cmp(other.kind())
            .then_with(|| self.namespace().cmp(&other.namespace()))
            .then_with(|| self.name().cmp(other.name()))
            .then_with(|| self.version().cmp(&other.version()))
            .then_with(|| self.qualifiers().cmp(other.qualifiers()))
            .then_with(|| self.subpath().cmp(&other.subpath()))
    }
}

impl PartialOrd for Purl {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Debug for Purl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Purl").field(&format_args!("{self}")).finish()
    }
}
