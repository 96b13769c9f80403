//! Building package URLs.

use super::Purl;
use super::error::PurlError;
use super::parts::{Parts, Strictness};

/// A package URL in progress; see [`Purl::builder`].
///
/// All components are given decoded. An empty component is the same as none.
#[derive(Clone, Debug)]
pub struct PurlBuilder {
    kind: String,
    namespace: String,
    name: String,
    version: String,
    /// In the order given, keys perhaps in upper case or given twice.
    qualifiers: Vec<(String, String)>,
    subpath: String,
}

impl PurlBuilder {
    pub(super) fn new(kind: &str, name: &str) -> Self {
        Self {
            kind: kind.to_owned(),
            namespace: String::new(),
            name: name.to_owned(),
            version: String::new(),
            qualifiers: Vec::new(),
            subpath: String::new(),
        }
    }

    /// Sets the namespace, its segments separated by `/`.
    #[must_use]
    pub fn namespace(mut self, namespace: impl Into<String>) -> Self {
        self.namespace = namespace.into();
        self
    }

    /// Sets the version.
    #[must_use]
    pub fn version(mut self, version: impl Into<String>) -> Self {
        self.version = version.into();
        self
    }

    /// Adds a qualifier; its key is put in lower case.
    #[must_use]
    pub fn qualifier(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.qualifiers.push((key.into(), value.into()));
        self
    }

    /// Sets the path inside the package.
    #[must_use]
    pub fn subpath(mut self, subpath: impl Into<String>) -> Self {
        self.subpath = subpath.into();
        self
    }

    /// Brings every component into its canonical spelling and makes the purl.
    ///
    /// # Errors
    /// When the type, a qualifier's key or the name is invalid, or the definition of the type
    /// forbids a component.
    pub fn build(self) -> Result<Purl, PurlError> {
        self.parts().finish(Strictness::Strict)
    }

    fn parts(&self) -> Parts<'_> {
        let qualifiers = self.qualifiers.iter();
        Parts {
            kind: &self.kind,
            namespace: self.namespace.as_str().into(),
            name: self.name.as_str().into(),
            version: self.version.as_str().into(),
            qualifiers: qualifiers.map(|(key, value)| (&**key, value.as_str().into())).collect(),
            subpath: self.subpath.as_str().into(),
        }
    }
}

impl From<Purl> for PurlBuilder {
    fn from(purl: Purl) -> Self {
        let qualifiers = purl.qualifiers();
        Self {
            kind: purl.kind().to_owned(),
            namespace: purl.namespace().unwrap_or_default().to_owned(),
            name: purl.name().to_owned(),
            version: purl.version().unwrap_or_default().to_owned(),
            qualifiers: qualifiers.map(|(key, value)| (key.to_owned(), value.to_owned())).collect(),
            subpath: purl.subpath().unwrap_or_default().to_owned(),
        }
    }
}
