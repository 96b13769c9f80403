//! Components in, a package URL out: where parsed and built purls meet.

use std::collections::BTreeMap;

use super::Purl;
use super::error::PurlError;
use super::types::{Namespace, Rules, rules};

/// A package URL in the making; see [`Purl::builder`].
///
/// All components are given decoded. An empty one is the same as none.
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

/// How closely a purl must follow the definition of its type.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Strictness {
    /// What the definition requires or prohibits is held against the purl.
    Strict,
    /// Only the general rules are.
    Lenient,
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

    /// Puts every component in its canonical spelling and makes the purl.
    ///
    /// # Errors
    /// The type, a qualifier's key or the name is not possible, or the definition of the type
    /// forbids what is given.
    pub fn build(self) -> Result<Purl, PurlError> {
        self.finish(Strictness::Strict)
    }

    pub(super) fn finish(self, strictness: Strictness) -> Result<Purl, PurlError> {
        let kind = canonical_type(&self.kind)?;
        let rules = rules(&kind);
        let qualifiers = canonical_qualifiers(self.qualifiers)?;
        let mut namespace = segments(&self.namespace).collect::<Vec<_>>().join("/");
        let mut name = self.name.trim_matches('/').to_owned();
        if rules.name_is_path {
            (namespace, name) = split_path(&namespace, &name);
        }
        if name.is_empty() {
            return Err(PurlError::MissingName);
        }
        let version = (rules.spell_version)(self.version, &qualifiers);
        let subpath = segments(&self.subpath)
            .filter(|segment| !matches!(*segment, "." | ".."))
            .collect::<Vec<_>>()
            .join("/");
        let purl = Purl {
            kind,
            namespace: some((rules.spell_namespace)(namespace, &qualifiers)),
            name: (rules.spell_name)(name, &qualifiers),
            version: some(version),
            qualifiers,
            subpath: some(subpath),
        };
        if strictness == Strictness::Strict {
            follows(&purl, rules)?;
        }
        Ok(purl)
    }
}

impl From<Purl> for PurlBuilder {
    fn from(purl: Purl) -> Self {
        Self {
            kind: purl.kind,
            namespace: purl.namespace.unwrap_or_default(),
            name: purl.name,
            version: purl.version.unwrap_or_default(),
            qualifiers: purl.qualifiers.into_iter().collect(),
            subpath: purl.subpath.unwrap_or_default(),
        }
    }
}

/// Whether a purl is as the definition of its type wants it.
fn follows(purl: &Purl, rules: &Rules) -> Result<(), PurlError> {
    let kind = || purl.kind.clone();
    let namespace = purl.namespace().unwrap_or_default();
    match rules.namespace {
        Namespace::Prohibited if !namespace.is_empty() => {
            return Err(PurlError::NamespaceProhibited {
                kind: kind(),
                namespace: namespace.to_owned(),
            });
        }
        Namespace::AtLeast(count) if segments(namespace).count() < count => {
            return Err(PurlError::NamespaceRequired { kind: kind(), segments: count });
        }
        Namespace::Prohibited | Namespace::AtLeast(_) => {}
    }
    if !(rules.permits_name)(&purl.name) {
        return Err(PurlError::InvalidName { kind: kind(), name: purl.name.clone() });
    }
    if let Some(version) = purl.version().filter(|version| !(rules.permits_version)(version)) {
        return Err(PurlError::InvalidVersion { kind: kind(), version: version.to_owned() });
    }
    match rules.required_qualifier {
        Some(key) if purl.qualifier(key).is_none() => {
            Err(PurlError::QualifierRequired { kind: kind(), key })
        }
        _ => Ok(()),
    }
}

/// ECMA-427 5.6.2: ASCII letters and digits, `.` and `-`; a letter first; lower case.
fn canonical_type(kind: &str) -> Result<String, PurlError> {
    let starts_well = kind.starts_with(|c: char| c.is_ascii_alphabetic());
    let is_permitted = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-');
    if starts_well && kind.bytes().all(is_permitted) {
        Ok(kind.to_ascii_lowercase())
    } else {
        Err(PurlError::InvalidType { kind: kind.to_owned() })
    }
}

/// ECMA-427 5.6.6: keys of ASCII letters, digits, `.`, `-` and `_`, a letter first, in lower case
/// and unique; a pair with an empty value is no pair.
fn canonical_qualifiers(
    pairs: Vec<(String, String)>,
) -> Result<BTreeMap<String, String>, PurlError> {
    let mut qualifiers = BTreeMap::new();
    for (key, value) in pairs {
        let starts_well = key.starts_with(|c: char| c.is_ascii_alphabetic());
        let is_permitted = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_');
        if !starts_well || !key.bytes().all(is_permitted) {
            return Err(PurlError::InvalidQualifierKey { key });
        }
        if value.is_empty() {
            continue;
        }
        let key = key.to_ascii_lowercase();
        if qualifiers.contains_key(&key) {
            return Err(PurlError::DuplicateQualifier { key });
        }
        qualifiers.insert(key, value);
    }
    Ok(qualifiers)
}

/// The segments of a path that are not empty.
fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|segment| !segment.is_empty())
}

/// Cuts a whole path into the host in front and the path below it.
fn split_path(namespace: &str, name: &str) -> (String, String) {
    let path: Vec<&str> = segments(namespace).chain(segments(name)).collect();
    match path.as_slice() {
        [host, below @ ..] if !below.is_empty() => ((*host).to_owned(), below.join("/")),
        _ => (String::new(), path.concat()),
    }
}

fn some(text: String) -> Option<String> {
    Some(text).filter(|text| !text.is_empty())
}
