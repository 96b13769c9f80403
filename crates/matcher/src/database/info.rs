//! The database's description of itself.

use sealift_model::Timestamp;

use super::{key, value};

/// The sources of a database, its build time, and the ecosystems with advisories.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Info {
    /// When it was built.
    pub built: Timestamp,
    /// Its sources, sorted by name.
    pub sources: Vec<SourceInfo>,
    /// The ecosystems with advisories, including their release if they have one, sorted by name.
    pub ecosystems: Vec<EcosystemInfo>,
    /// The publishers of its content, sorted by name; empty in a database of an older version.
    pub origins: Vec<OriginInfo>,
}

/// A publisher of advisories, with their licence. It must be named wherever the database is passed
/// on.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OriginInfo {
    /// Its own name, `GitHub Advisory Database`; the prefix of its ids if the name is not known.
    pub name: String,
    /// Its URL.
    pub url: Option<String>,
    /// Licence of the data, an SPDX identifier; none if no licence is stated.
    pub license: Option<String>,
    /// Number of its records in the database.
    pub records: u64,
}

/// One source of a database: a zip, a folder of records, a catalogue.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SourceInfo {
    /// Its path below the build folder, such as `Debian/all.zip` or `kev.json`.
    pub name: String,
    /// Number of records read from it, including withdrawn ones.
    pub records: u64,
    /// The newest modification time of its records or of the catalogue itself, which shows the age
    /// of the advisories, whenever the database was built.
    pub newest: Option<Timestamp>,
}

/// An ecosystem with advisories.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct EcosystemInfo {
    /// Its OSV name, with the release: `Debian:12`, `npm`.
    pub name: String,
    /// Number of records that name it.
    pub records: u64,
    /// Number of its packages in these records.
    pub packages: u64,
}

impl Info {
    /// The ecosystem with exactly this name.
    #[must_use]
    pub fn ecosystem(&self, name: &str) -> Option<&EcosystemInfo> {
        let index = self.ecosystems.binary_search_by(|known| known.name.as_str().cmp(name));
        self.ecosystems.get(index.ok()?)
    }

    /// All releases of an ecosystem, given without a release: for `Debian`, also `Debian:12`.
    pub(crate) fn releases<'i, 'n>(
        &'i self,
        base: &'n str,
    ) -> impl Iterator<Item = &'i str> + use<'i, 'n> {
        let start = self.ecosystems.partition_point(|known| known.name.as_str() < base);
        let names = self.ecosystems.iter().skip(start).map(|known| known.name.as_str());
        let names = names.take_while(move |name| name.starts_with(base));
        names.filter(move |name| key::base(name) == base)
    }

    /// The information as it is read back: times have whole seconds.
    pub(crate) fn new(
        built: Timestamp,
        sources: Vec<SourceInfo>,
        ecosystems: Vec<EcosystemInfo>,
        origins: Vec<OriginInfo>,
    ) -> Self {
        let info = Self { built, sources, ecosystems, origins };
        Self::from_value(&info.to_value()).unwrap_or(info)
    }

    pub(super) fn from_value(value: &value::Info<'_>) -> Option<Self> {
        let mut info = Self {
            built: Timestamp::from_unix_seconds(value.built).ok()?,
            sources: value.sources.iter().map(SourceInfo::from_value).collect::<Option<_>>()?,
            ecosystems: value.ecosystems.iter().map(EcosystemInfo::from_value).collect(),
            origins: value.origins.iter().map(OriginInfo::from_value).collect(),
        };
        info.ecosystems.sort_by(|a, b| a.name.cmp(&b.name));
        Some(info)
    }

    pub(crate) fn to_value(&self) -> value::Info<'_> {
        value::Info {
            built: self.built.unix_seconds(),
            sources: self.sources.iter().map(SourceInfo::to_value).collect(),
            ecosystems: self.ecosystems.iter().map(EcosystemInfo::to_value).collect(),
            origins: self.origins.iter().map(OriginInfo::to_value).collect(),
        }
    }
}

impl OriginInfo {
    fn from_value(value: &value::Origin<'_>) -> Self {
        Self {
            name: value.name.to_owned(),
            url: value.url.map(str::to_owned),
            license: value.license.map(str::to_owned),
            records: value.records,
        }
    }

    fn to_value(&self) -> value::Origin<'_> {
        value::Origin {
            name: &self.name,
            url: self.url.as_deref(),
            license: self.license.as_deref(),
            records: self.records,
        }
    }
}

impl SourceInfo {
    fn from_value(value: &value::Source<'_>) -> Option<Self> {
        let newest = value.newest.map(Timestamp::from_unix_seconds).transpose().ok()?;
        Some(Self { name: value.name.to_owned(), records: value.records, newest })
    }

    fn to_value(&self) -> value::Source<'_> {
        value::Source {
            name: &self.name,
            records: self.records,
            newest: self.newest.map(Timestamp::unix_seconds),
        }
    }
}

impl EcosystemInfo {
    fn from_value(value: &value::Ecosystem<'_>) -> Self {
        Self { name: value.name.to_owned(), records: value.records, packages: value.packages }
    }

    fn to_value(&self) -> value::Ecosystem<'_> {
        value::Ecosystem { name: &self.name, records: self.records, packages: self.packages }
    }
}
