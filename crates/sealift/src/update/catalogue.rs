//! Bringing a catalogue up to date.

use std::fs::{self, File};
use std::io::Read;

use sealift_matcher::{Builder, CatalogueKind, ReadSource};

use super::Refusal;
use super::download::{Downloaded, Fetched, Fetcher};
use super::export::shrunk;
use super::layout::Layout;
use super::state::{CatalogueState, Stored};
use super::transport::Place;

/// One of the catalogues.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Catalogue {
    Kev,
    Epss,
}

/// The result of asking for a catalogue.
#[derive(Debug)]
pub(super) enum Candidate {
    Same(CatalogueState),
    Absent,
    New(CatalogueState),
}

impl Catalogue {
    pub(super) const ALL: [Self; 2] = [Self::Kev, Self::Epss];

    /// As it is called in reports.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Kev => "kev.json",
            Self::Epss => "epss",
        }
    }

    fn kind(self) -> CatalogueKind {
        match self {
            Self::Kev => CatalogueKind::Kev,
            Self::Epss => CatalogueKind::Epss,
        }
    }

    fn place(self) -> Place<'static> {
        match self {
            Self::Kev => Place::Kev,
            Self::Epss => Place::Epss,
        }
    }

    /// Asks whether it has changed, and fetches it when it has.
    pub(super) fn refresh(
        self,
        fetcher: &Fetcher<'_>,
        last: &CatalogueState,
        now: i64,
        generation: u64,
    ) -> Result<Candidate, Refusal> {
        let origin = fetcher.transport.origin(&self.place());
        let known = last.file.as_ref().filter(|_| last.origin == origin);
        let unless = known.and_then(|file| file.validator.as_ref());
        let max = sealift_matcher::Limits::default().max_catalogue_bytes;
        let arrived = match fetcher.file(&self.place(), self.name(), unless, max)? {
            Fetched::Unchanged => {
                return Ok(Candidate::Same(CatalogueState { checked: now, ..last.clone() }));
            }
            // A mirror need not have it.
            Fetched::Absent => return Ok(Candidate::Absent),
            Fetched::Got(arrived) => arrived,
        };
        let suffix = match self {
            Self::Kev => "kev.json",
            Self::Epss if is_gzip(&arrived) => "epss.csv.gz",
            Self::Epss => "epss.csv",
        };
        let file = format!("{generation:06}-{suffix}");
        let stored = Stored { file, bytes: arrived.bytes, validator: arrived.validator.clone() };
        let path = fetcher.layout.stored(&stored.file);
        fs::rename(&arrived.path, &path).map_err(Refusal::io(&path))?;
        fetcher.forget(self.name());
        let state = CatalogueState { origin, checked: now, file: Some(stored), records: 0 };
        Ok(Candidate::New(state))
    }

    /// Reads the catalogue of a state, which must not have lost too much since the last one.
    pub(super) fn read(
        self,
        builder: &Builder,
        layout: &Layout,
        state: &mut CatalogueState,
        before: u64,
    ) -> Result<Option<ReadSource>, Refusal> {
        let Some(stored) = &state.file else { return Ok(None) };
        let name = match self {
            Self::Kev => "kev.json",
            Self::Epss => "epss.csv.gz",
        };
        let read = builder.read_catalogue(self.kind(), name, &layout.stored(&stored.file))?;
        state.records = read.records();
        shrunk(before, state.records)?;
        Ok(Some(read))
    }
}

/// Whether it is compressed with gzip (RFC 1952 section 2.3.1), whatever its name.
fn is_gzip(arrived: &Downloaded) -> bool {
    let mut start = [0; 2];
    let read = File::open(&arrived.path).and_then(|mut file| file.read_exact(&mut start));
    read.is_ok() && start == [0x1f, 0x8b]
}
