//! Components in, a package URL out: where parsed and built purls meet.

use std::borrow::Cow;

use super::Purl;
use super::error::PurlError;
use super::types::{Namespace, Rules, rules};

/// How closely a purl must follow the definition of its type.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Strictness {
    /// The purl must have what the definition requires, and nothing that it prohibits.
    Strict,
    /// Only the general rules are.
    Lenient,
}

/// The components of a package URL, decoded, not yet in their canonical spelling.
pub(super) struct Parts<'t> {
    pub(super) kind: &'t str,
    pub(super) namespace: Cow<'t, str>,
    pub(super) name: Cow<'t, str>,
    pub(super) version: Cow<'t, str>,
    /// In the order given, keys perhaps in upper case or given twice.
    pub(super) qualifiers: Vec<(&'t str, Cow<'t, str>)>,
    pub(super) subpath: Cow<'t, str>,
}

impl Parts<'_> {
    /// Puts every component in its canonical spelling and makes the purl.
    pub(super) fn finish(self, strictness: Strictness) -> Result<Purl, PurlError> {
        let kind = canonical_type(self.kind)?;
        let rules = rules(&kind);
        let qualifiers = Qualifiers::canonical(self.qualifiers)?;
        let mut namespace = without_empty(self.namespace);
        let mut name = trimmed(self.name);
        if rules.name_is_path {
            (namespace, name) = split_path(&namespace, &name);
        }
        if name.is_empty() {
            return Err(PurlError::MissingName);
        }
        let version = (rules.spell_version)(self.version, &qualifiers);
        let namespace = (rules.spell_namespace)(namespace, &qualifiers);
        let name = (rules.spell_name)(name, &qualifiers);
        let subpath = without_climbing(self.subpath);
        let purl = assembled([&kind, &namespace, &name, &version, &subpath], &qualifiers);
        if strictness == Strictness::Strict {
            follows(&purl, rules)?;
        }
        Ok(purl)
    }
}

/// Keys in lower case with values that are not empty, ordered by key.
#[derive(Default)]
pub(super) struct Qualifiers<'t>(Vec<(Cow<'t, str>, Cow<'t, str>)>);

impl<'t> Qualifiers<'t> {
    pub(super) fn get(&self, key: &str) -> Option<&str> {
        self.0.iter().find_map(|(known, value)| (known == key).then_some(&**value))
    }

    /// ECMA-427 5.6.6: keys of ASCII letters, digits, `.`, `-` and `_`, a letter first, in lower
    /// case and unique; a pair with an empty value is no pair.
    fn canonical(pairs: Vec<(&'t str, Cow<'t, str>)>) -> Result<Self, PurlError> {
        let mut qualifiers = Vec::with_capacity(pairs.len());
        for (key, value) in pairs {
            let starts_well = key.starts_with(|c: char| c.is_ascii_alphabetic());
            let is_permitted = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_');
            if !starts_well || !key.bytes().all(is_permitted) {
                return Err(PurlError::InvalidQualifierKey { key: key.to_owned() });
            }
            if !value.is_empty() {
                qualifiers.push((ascii_lower(key), value));
            }
        }
        qualifiers.sort_by(|(a, _), (b, _)| a.cmp(b));
        let mut pairs = qualifiers.iter().zip(qualifiers.iter().skip(1));
        match pairs.find(|((key, _), (next, _))| key == next) {
            Some(((key, _), _)) => Err(PurlError::DuplicateQualifier { key: key.to_string() }),
            None => Ok(Self(qualifiers)),
        }
    }
}

/// The purl of type, namespace, name, version and subpath.
fn assembled(components: [&str; 5], qualifiers: &Qualifiers<'_>) -> Purl {
    let pairs = || qualifiers.0.iter();
    let of_pairs = pairs().map(|(key, value)| key.len() + value.len());
    let bytes = components.iter().map(|text| text.len()).chain(of_pairs).sum();
    let mut text = String::with_capacity(bytes);
    let mut push = |component: &str| {
        text.push_str(component);
        text.len()
    };
    let [kind_end, namespace_end, name_end, version_end, subpath_end] = components.map(&mut push);
    let ends = pairs().map(|(key, value)| (push(key), push(value))).collect();
    Purl {
        text: text.into_boxed_str(),
        kind_end,
        namespace_end,
        name_end,
        version_end,
        subpath_end,
        qualifiers: ends,
    }
}

/// Whether a purl is as the definition of its type wants it.
fn follows(purl: &Purl, rules: &Rules) -> Result<(), PurlError> {
    let kind = || purl.kind().to_owned();
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
    if !(rules.permits_name)(purl.name()) {
        return Err(PurlError::InvalidName { kind: kind(), name: purl.name().to_owned() });
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
fn canonical_type(kind: &str) -> Result<Cow<'_, str>, PurlError> {
    let starts_well = kind.starts_with(|c: char| c.is_ascii_alphabetic());
    let is_permitted = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-');
    if starts_well && kind.bytes().all(is_permitted) {
        Ok(ascii_lower(kind))
    } else {
        Err(PurlError::InvalidType { kind: kind.to_owned() })
    }
}

/// The segments of a path that are not empty.
fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|segment| !segment.is_empty())
}

/// Rejoins the segments of a path that are not empty.
fn without_empty(path: Cow<'_, str>) -> Cow<'_, str> {
    match path.starts_with('/') || path.ends_with('/') || path.contains("//") {
        true => Cow::Owned(segments(&path).collect::<Vec<_>>().join("/")),
        false => path,
    }
}

/// Rejoins the segments of a path that lead down.
fn without_climbing(path: Cow<'_, str>) -> Cow<'_, str> {
    if path.is_empty() {
        return path;
    }
    let down = segments(&path).filter(|segment| !matches!(*segment, "." | ".."));
    Cow::Owned(down.collect::<Vec<_>>().join("/"))
}

fn trimmed(name: Cow<'_, str>) -> Cow<'_, str> {
    match name.starts_with('/') || name.ends_with('/') {
        true => Cow::Owned(name.trim_matches('/').to_owned()),
        false => name,
    }
}

/// Cuts a whole path into the host in front and the path below it.
fn split_path<'t>(namespace: &str, name: &str) -> (Cow<'t, str>, Cow<'t, str>) {
    let path: Vec<&str> = segments(namespace).chain(segments(name)).collect();
    match path.as_slice() {
        [host, below @ ..] if !below.is_empty() => {
            (Cow::Owned((*host).to_owned()), Cow::Owned(below.join("/")))
        }
        _ => (Cow::default(), Cow::Owned(path.concat())),
    }
}

fn ascii_lower(text: &str) -> Cow<'_, str> {
    match text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        true => Cow::Owned(text.to_ascii_lowercase()),
        false => Cow::Borrowed(text),
    }
}
