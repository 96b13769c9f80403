//! Package URLs (placeholder until the real type lands).

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

/// A package URL.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Purl {
    kind: String,
    namespace: Option<String>,
    name: String,
    version: Option<String>,
    qualifiers: BTreeMap<String, String>,
    subpath: Option<String>,
}

/// Builds a [`Purl`].
#[derive(Clone, Debug)]
pub struct PurlBuilder(Purl);

impl Purl {
    /// Starts a purl.
    #[must_use]
    pub fn builder(kind: &str, name: &str) -> PurlBuilder {
        PurlBuilder(Self {
            kind: kind.to_owned(),
            namespace: None,
            name: name.to_owned(),
            version: None,
            qualifiers: BTreeMap::new(),
            subpath: None,
        })
    }
    /// The type.
    #[must_use]
    pub fn kind(&self) -> &str {
        &self.kind
    }
    /// The namespace.
    #[must_use]
    pub fn namespace(&self) -> Option<&str> {
        self.namespace.as_deref()
    }
    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
    /// The version.
    #[must_use]
    pub fn version(&self) -> Option<&str> {
        self.version.as_deref()
    }
    /// A qualifier.
    #[must_use]
    pub fn qualifier(&self, key: &str) -> Option<&str> {
        self.qualifiers.get(key).map(String::as_str)
    }
    /// The subpath.
    #[must_use]
    pub fn subpath(&self) -> Option<&str> {
        self.subpath.as_deref()
    }
}

impl PurlBuilder {
    /// Sets the namespace.
    #[must_use]
    pub fn namespace(mut self, namespace: &str) -> Self {
        self.0.namespace = Some(namespace.to_owned());
        self
    }
    /// Sets the version.
    #[must_use]
    pub fn version(mut self, version: &str) -> Self {
        self.0.version = Some(version.to_owned());
        self
    }
    /// Sets a qualifier.
    #[must_use]
    pub fn qualifier(mut self, key: &str, value: &str) -> Self {
        self.0.qualifiers.insert(key.to_owned(), value.to_owned());
        self
    }
    /// Sets the subpath.
    #[must_use]
    pub fn subpath(mut self, subpath: &str) -> Self {
        self.0.subpath = Some(subpath.to_owned());
        self
    }
    /// The purl.
    ///
    /// # Errors
    /// When it breaks the rules of its type.
    pub fn build(self) -> Result<Purl, PurlError> {
        Ok(self.0)
    }
}

impl fmt::Display for Purl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "pkg:{}/", self.kind)?;
        if let Some(namespace) = &self.namespace {
            write!(f, "{namespace}/")?;
        }
        f.write_str(&self.name)?;
        if let Some(version) = &self.version {
            write!(f, "@{version}")?;
        }
        Ok(())
    }
}

impl FromStr for Purl {
    type Err = PurlError;
    fn from_str(_: &str) -> Result<Self, PurlError> {
        Err(PurlError::Malformed)
    }
}

/// Why a text is no purl.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PurlError {
    /// It is not of the form.
    #[error("not a purl")]
    Malformed,
}
