//! Package URLs, after the package URL specification (ECMA-427, 1st edition).

mod builder;
mod error;
mod parse;
mod print;
mod serde;
mod types;

use std::collections::BTreeMap;

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
/// [`FromStr`](std::str::FromStr) holds a text to the specification and to the definition of its
/// type. [`Purl::parse_lenient`] is for purls that others wrote. A type without a definition
/// follows the general rules.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Purl {
    kind: String,
    namespace: Option<String>,
    name: String,
    version: Option<String>,
    qualifiers: BTreeMap<String, String>,
    subpath: Option<String>,
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
        &self.kind
    }

    /// The namespace, its segments joined by `/`, never empty: `org.apache.commons`.
    pub fn namespace(&self) -> Option<&str> {
        self.namespace.as_deref()
    }

    /// The name, never empty.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The version, never empty.
    pub fn version(&self) -> Option<&str> {
        self.version.as_deref()
    }

    /// Keys (lower case) and values (never empty), ordered by key.
    pub fn qualifiers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.qualifiers.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// The value of one qualifier; `key` is in lower case.
    pub fn qualifier(&self, key: &str) -> Option<&str> {
        self.qualifiers.get(key).map(String::as_str)
    }

    /// The path inside the package, without empty, `.` and `..` segments, never empty.
    pub fn subpath(&self) -> Option<&str> {
        self.subpath.as_deref()
    }
}
