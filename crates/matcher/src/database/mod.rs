//! The advisory database: one file, read in place.

mod block;
mod blocks;
mod format;
mod info;
pub(crate) mod key;
pub(crate) mod list;
pub(crate) mod value;
mod verify;
mod write;

use minicbor::Decode;

pub use info::{EcosystemInfo, Info, OriginInfo, SourceInfo};
pub use verify::Verified;
pub(crate) use write::TreeWriter;

use crate::Error;
use blocks::Blocks;
pub(crate) use blocks::Leaf;
use key::Kind;
use list::List;
use value::{Affected, Epss, Exploited, Mention, Record};

/// Advisories by package, read from the bytes of one file on demand.
///
/// Opening takes the same time for any file size. Each block of the file is checked against its
/// checksum on first use, so no damage in a used block goes unnoticed, and [`verify`](Self::verify)
/// checks the whole file. A checksum reveals damage, but not who made the file.
#[derive(Debug)]
pub struct Database {
    blocks: Blocks,
    info: Info,
}

impl Database {
    /// Opens a database: bytes in memory, or a mapped file that does not change.
    ///
    /// # Errors
    /// When the bytes are not a database, have another format, are truncated, or are damaged in the
    /// header or the description.
    pub fn open(file: impl AsRef<[u8]> + Send + Sync + 'static) -> Result<Self, Error> {
        let blocks = Blocks::new(Box::new(file))?;
        let pointer = blocks.header().info;
        let value = verify::decode::<value::Info<'_>>(b"info", blocks.bytes(pointer)?)?;
        let info = Info::from_value(&value).ok_or(Error::Malformed { offset: pointer.offset })?;
        Ok(Self { blocks, info })
    }

    /// The database's description of itself.
    #[must_use]
    pub fn info(&self) -> &Info {
        &self.info
    }

    /// All entries about a package, sorted by record; `ecosystem` includes the release, and `name`
    /// may be in any equivalent spelling. Lookups in the order of names are fastest with `near`,
    /// the leaf of the previous one.
    pub(crate) fn affected<'d>(
        &'d self,
        near: &mut Option<Leaf<'d>>,
        ecosystem: &str,
        name: &str,
    ) -> Result<List<'d, Affected<'d>>, Error> {
        let value = self.blocks.get_near(near, &key::package(ecosystem, name))?;
        Ok(value.map(List::filling).unwrap_or_default())
    }

    pub(crate) fn record(&self, id: &str) -> Result<Option<Record<'_>>, Error> {
        self.get(&Kind::Record.key(id))
    }

    /// The records that name a vulnerability.
    pub(crate) fn mentions(&self, id: &str) -> Result<Vec<Mention<'_>>, Error> {
        Ok(self.get(&Kind::Mention.key(id))?.unwrap_or_default())
    }

    pub(crate) fn exploited(&self, cve: &str) -> Result<Option<Exploited<'_>>, Error> {
        self.get(&Kind::Exploited.key(cve))
    }

    pub(crate) fn epss(&self, cve: &str) -> Result<Option<Epss>, Error> {
        self.get(&Kind::Epss.key(cve))
    }

    fn get<'d, T: Decode<'d, ()>>(&'d self, key: &[u8]) -> Result<Option<T>, Error> {
        self.blocks.get(key)?.map(|value| verify::decode(key, value)).transpose()
    }
}
