//! Keys: the kind of an entry, then its subject.

use std::borrow::Cow;

use sealift_model::Ecosystem;

/// Kinds of entries, by the first byte of their keys. Older programs ignore unknown kinds, so a new
/// kind needs no new format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// OSV ecosystem with release, 0, normalised package name: the affected entries of all
    /// records, an array of [`Affected`](super::value::Affected).
    Package,
    /// Record id: its [`Record`](super::value::Record).
    Record,
    /// Id of a vulnerability: the records that name it, an array of
    /// [`Mention`](super::value::Mention).
    Mention,
    /// CVE id: its [`Exploited`](super::value::Exploited).
    Exploited,
    /// CVE id: its [`Epss`](super::value::Epss).
    Epss,
}

impl Kind {
    const ALL: [Self; 5] =
        [Self::Package, Self::Record, Self::Mention, Self::Exploited, Self::Epss];

    fn byte(self) -> u8 {
        match self {
            Self::Package => b'p',
            Self::Record => b'r',
            Self::Mention => b'a',
            Self::Exploited => b'k',
            Self::Epss => b'e',
        }
    }

    /// The kind of a key, if it is known.
    pub(crate) fn of(key: &[u8]) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| key.first() == Some(&kind.byte()))
    }

    /// The key of an entry of this kind about `subject`.
    pub(crate) fn key(self, subject: &str) -> Vec<u8> {
        let mut key = Vec::with_capacity(1 + subject.len());
        key.push(self.byte());
        key.extend(subject.as_bytes());
        key
    }
}

/// The key of the affected entries of a package; `ecosystem` is the OSV name with its release.
pub(crate) fn package(ecosystem: &str, name: &str) -> Vec<u8> {
    let mut key = Kind::Package.key(ecosystem);
    key.push(0);
    key.extend(normalised(ecosystem, name).as_bytes());
    key
}

/// The ecosystem without its release: `Debian` for `Debian:12`.
pub(crate) fn base(ecosystem: &str) -> &str {
    ecosystem.split_once(':').map_or(ecosystem, |(base, _)| base)
}

/// The normalised spelling of a name, which equal names share; names of distributions are
/// unchanged.
///
/// Go module paths that only differ in case share a spelling; matching distinguishes them.
pub(crate) fn normalised<'n>(ecosystem: &str, name: &'n str) -> Cow<'n, str> {
    let language = Ecosystem::from_osv(base(ecosystem));
    language.map_or(Cow::Borrowed(name), |language| language.folded_name(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_meet_as_their_ecosystem_has_it() {
        assert_eq!(normalised("PyPI", "Ruamel..yaml_Clib"), "ruamel-yaml-clib");
        assert_eq!(normalised("Debian:12", "LibX"), "LibX");
    }

    #[test]
    fn ecosystems_and_names_do_not_run_together() {
        assert_ne!(package("Debian:1", "2"), package("Debian:12", ""));
        assert_eq!(Kind::of(&package("npm", "a")), Some(Kind::Package));
        assert_eq!(Kind::of(b"?"), None);
    }
}
