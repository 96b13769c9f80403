//! Operating system distributions, as `os-release(5)` names them.

mod codename;
mod family;
mod osv;
mod support;
mod vendor;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Purl;

pub use family::Family;
pub use support::{Day, Support};

/// The distribution that an image or tree names: `ID` and `VERSION_ID` of its `os-release(5)`, or
/// what older releases have instead.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Distribution {
    /// `ID`, lower case, as `debian`; the namespace of its packages' purls.
    pub id: String,
    /// `VERSION_ID`, as `12`; rolling releases have none.
    pub version_id: Option<String>,
    /// The fullest version known, as `12.15` of `/etc/debian_version`; else `version_id`.
    pub full_version: Option<String>,
    /// `VERSION_CODENAME`, as `bookworm`.
    pub codename: Option<String>,
    /// `PRETTY_NAME`, for people.
    pub pretty_name: Option<String>,
    /// The family, when it is one of those known.
    pub family: Option<Family>,
}

impl Distribution {
    /// A distribution by `ID` and `VERSION_ID`.
    #[must_use]
    pub fn new(id: &str, version_id: Option<&str>) -> Self {
        let id = id.to_ascii_lowercase();
        Self {
            family: Family::from_id(&id),
            id,
            version_id: version_id.map(str::to_owned),
            full_version: version_id.map(str::to_owned),
            codename: None,
            pretty_name: None,
        }
    }

    /// A distribution from a name in foreign data, which is an `ID` or the name in reports (`alma`
    /// for `almalinux`), and its version.
    #[must_use]
    pub fn from_name(name: &str, version: Option<&str>) -> Self {
        let reported = || Family::from_report_name(name).and_then(Family::row);
        let id = match Family::from_id(name) {
            Some(_) => name,
            None => reported().and_then(|row| row.ids.first()).map_or(name, |id| id),
        };
        Self::new(id, version)
    }

    /// The distribution of a package of an operating system, from its purl: from the `distro`
    /// qualifier `<ID>-<VERSION_ID>`, or, as other programs write it, from a bare version or code
    /// name with the namespace as `ID`. Without a qualifier, from the namespace alone.
    #[must_use]
    pub fn from_purl(purl: &Purl) -> Option<Self> {
        let (namespace, distro) = match (purl.namespace(), purl.qualifier("distro")) {
            (None, None) => return None,
            (Some(namespace), None) => return Some(Self::from_name(namespace, None)),
            (None, Some(distro)) => return Some(Self::from_qualifier(distro)),
            (Some(namespace), Some(distro)) => (namespace, distro),
        };
        if distro.starts_with(|c: char| c.is_ascii_digit()) {
            return Some(Self::from_name(namespace, Some(distro)));
        }
        let named = Self::from_qualifier(distro);
        if named.version_id.is_some() || named.family.is_some() {
            return Some(named);
        }
        let mut by_namespace = Self::from_name(namespace, None);
        if by_namespace.id != named.id {
            by_namespace.codename = Some(distro.to_owned());
        }
        Some(by_namespace)
    }

    /// Reads the `distro` qualifier of a purl, `<ID>-<VERSION_ID>` or a bare `<ID>`.
    #[must_use]
    pub fn from_qualifier(distro: &str) -> Self {
        // The ID may hold dashes itself (opensuse-leap-15.6): the version starts with a digit.
        let version = distro
            .char_indices()
            .filter(|(_, c)| *c == '-')
            .map(|(at, _)| distro.split_at(at))
            .find(|(_, rest)| rest.chars().nth(1).is_some_and(|c| c.is_ascii_digit()));
        match version {
            Some((id, rest)) => Self::from_name(id, rest.get(1..)),
            None => Self::from_words(distro),
        }
    }

    /// Reads an ID, or one with a word behind it where other releases have a number:
    /// `debian-trixie`, `alpaquita-stream`.
    fn from_words(distro: &str) -> Self {
        let behind = distro.rsplit_once('-').filter(|_| Family::from_id(distro).is_none());
        let Some((id, word)) = behind.filter(|(id, _)| Family::from_id(id).is_some()) else {
            return Self::from_name(distro, None);
        };
        let mut named = Self::from_name(id, None);
        match named.family.and_then(|family| codename::version(family, word)) {
            Some(_) => named.codename = Some(word.to_owned()),
            None => named = Self::from_name(id, Some(word)),
        }
        named
    }

    /// The version of the release: `VERSION_ID`, else the version of the code name.
    #[must_use]
    pub fn release(&self) -> Option<&str> {
        let by_name = || codename::version(self.family?, self.codename.as_deref()?);
        self.version_id.as_deref().or_else(by_name)
    }

    /// The `distro` qualifier of its packages' purls: `<ID>-<VERSION_ID>`, `<ID>` without one.
    #[must_use]
    pub fn qualifier(&self) -> String {
        match &self.version_id {
            Some(version) => format!("{}-{version}", self.id),
            None => self.id.clone(),
        }
    }

    /// The name in reports: the family's, else the `ID`.
    #[must_use]
    pub fn report_name(&self) -> &str {
        self.family.map_or(&self.id, |family| family.report_name())
    }
}

impl fmt::Display for Distribution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.report_name())?;
        match &self.full_version {
            Some(version) => write!(f, " {version}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn qualifiers_lead_back() {
        for (text, id, version) in [
            ("debian-12", "debian", Some("12")),
            ("opensuse-leap-15.6", "opensuse-leap", Some("15.6")),
            ("wolfi", "wolfi", None),
            ("jessie", "jessie", None),
            ("alpaquita-stream", "alpaquita", Some("stream")),
            ("opensuse-tumbleweed", "opensuse-tumbleweed", None),
            ("", "", None),
        ] {
            let distribution = Distribution::from_qualifier(text);
            assert_eq!(
                (distribution.id.as_str(), distribution.version_id.as_deref()),
                (id, version)
            );
            assert_eq!(distribution.qualifier(), text);
        }
    }

    #[test]
    fn purls_of_others_name_their_distribution() {
        for (purl, id, version, codename) in [
            ("pkg:deb/debian/curl@7?distro=debian-12", "debian", Some("12"), None),
            ("pkg:apk/alpine/musl@1?distro=3.9.2", "alpine", Some("3.9.2"), None),
            ("pkg:apk/alpine/musl@1?distro=alpine-3.9.2", "alpine", Some("3.9.2"), None),
            ("pkg:rpm/alma/bash@5?distro=alma-9.0", "almalinux", Some("9.0"), None),
            ("pkg:rpm/redhat/bash@5?distro=rhel-9.4", "rhel", Some("9.4"), None),
            ("pkg:deb/debian/curl@7?distro=jessie", "debian", None, Some("jessie")),
            ("pkg:deb/debian/curl@7?distro=debian-sid", "debian", None, Some("sid")),
            (
                "pkg:rpm/opensuse.leap/a@5?distro=opensuse.leap-15.6",
                "opensuse.leap",
                Some("15.6"),
                None,
            ),
            ("pkg:apk/wolfi/bash@5?distro=wolfi", "wolfi", None, None),
            ("pkg:deb/ubuntu/curl@7", "ubuntu", None, None),
        ] {
            let found = Distribution::from_purl(&purl.parse().unwrap()).unwrap();
            assert_eq!(
                (found.id.as_str(), found.version_id.as_deref(), found.codename.as_deref()),
                (id, version, codename),
                "{purl}"
            );
        }
        assert_eq!(Distribution::from_purl(&"pkg:npm/a@1".parse().unwrap()), None);
    }

    #[test]
    fn a_code_name_stands_for_its_release() {
        for (purl, release) in [
            ("pkg:deb/debian/curl@7?distro=jessie", "8"),
            ("pkg:deb/debian/curl@7?distro=debian-trixie", "13"),
            ("pkg:deb/ubuntu/curl@7?distro=jammy", "22.04"),
            ("pkg:deb/ubuntu/curl@7?distro=ubuntu-24.04", "24.04"),
        ] {
            let found = Distribution::from_purl(&purl.parse().unwrap()).unwrap();
            assert_eq!(found.release(), Some(release), "{purl}");
        }
        assert_eq!(Distribution::new("debian", None).release(), None);
    }
}
