//! Fetching files that can be taken up again, and small things.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::layout::Layout;
use super::transport::{Answer, Ask, Place, Resume, Transport, Validator};
use super::{Refusal, UpdateStep};

/// Bytes that are read at once.
const PIECE_BYTES: usize = 128 << 10;

/// The tools for fetching.
pub(super) struct Fetcher<'f> {
    pub(super) transport: &'f dyn Transport,
    pub(super) layout: &'f Layout,
    pub(super) step: &'f (dyn Fn(UpdateStep<'_>) + Sync),
}

/// A file in the folder of downloads, complete.
#[derive(Debug)]
pub(super) struct Downloaded {
    pub(super) path: PathBuf,
    pub(super) bytes: u64,
    pub(super) validator: Option<Validator>,
    /// Bytes that came just now.
    pub(super) fetched: u64,
}

/// Something small, with what it is known by.
pub(super) type Small = (Vec<u8>, Option<Validator>);

/// The result of fetching.
#[derive(Debug)]
pub(super) enum Fetched<T> {
    Unchanged,
    Absent,
    Got(T),
}

/// The origin of a download that has begun, kept beside it.
#[derive(Debug, Serialize, Deserialize)]
struct Origin {
    origin: String,
    validator: Option<Validator>,
    /// Bytes in all, when that is known.
    total: Option<u64>,
}

impl Fetcher<'_> {
    /// Fetches a file under the name `file`, unless it is still the one that `unless` names.
    /// Takes up an earlier download of the same state, and leaves one that breaks off for the
    /// next time.
    pub(super) fn file(
        &self,
        place: &Place<'_>,
        file: &str,
        unless: Option<&Validator>,
        max: u64,
    ) -> Result<Fetched<Downloaded>, Refusal> {
        let part = self.layout.partial(file);
        let beside = self.layout.partial(&format!("{file}.from"));
        let origin = self.transport.origin(place);
        let begun = fs::metadata(&part).map_or(0, |part| part.len());
        let known: Option<Origin> =
            fs::read(&beside).ok().and_then(|json| serde_json::from_slice(&json).ok());
        let known = known.filter(|known| known.origin == origin);
        let validator = known.as_ref().and_then(|known| known.validator.clone());
        let is_complete = known.as_ref().is_some_and(|known| known.total == Some(begun));
        let mut ask = Ask { unless, resume: None };
        match &validator {
            // Only asked whether it is still the one: it was fetched, and never came to be used.
            Some(validator) if is_complete => ask.unless = Some(validator),
            Some(of) if begun > 0 && of.is_strong() => {
                ask.resume = Some(Resume { bytes: begun, of })
            }
            _ => {}
        }
        let (start, total, validator, mut bytes) = match self.transport.get(place, &ask)? {
            Answer::Unchanged if is_complete => {
                return Ok(Fetched::Got(Downloaded {
                    path: part,
                    bytes: begun,
                    validator,
                    fetched: 0,
                }));
            }
            Answer::Unchanged => return Ok(Fetched::Unchanged),
            Answer::Absent => return Ok(Fetched::Absent),
            Answer::Bytes { start, total, validator, bytes } => (start, total, validator, bytes),
        };
        let from = || format!("{origin}/{}", place.path());
        let mut out = if start == 0 {
            let note = Origin { origin: origin.clone(), validator: validator.clone(), total };
            // In this order: a part is never taken for one of another state.
            drop(fs::remove_file(&part));
            let json = serde_json::to_vec(&note).unwrap_or_default();
            fs::write(&beside, json).map_err(Refusal::io(&beside))?;
            File::create(&part).map_err(Refusal::io(&part))?
        } else if start == begun {
            OpenOptions::new().append(true).open(&part).map_err(Refusal::io(&part))?
        } else {
            return Err(Refusal::Length { from: from(), expected: begun, actual: start });
        };
        let mut written = start;
        let mut piece = vec![0; PIECE_BYTES];
        loop {
            (self.step)(UpdateStep::Fetching { what: &place.path(), bytes: written, total });
            let read = bytes.read(&mut piece).map_err(|source| Refusal::BrokeOff {
                from: from(),
                bytes: written,
                source,
            })?;
            let Some(read) = piece.get(..read).filter(|read| !read.is_empty()) else { break };
            out.write_all(read).map_err(Refusal::io(&part))?;
            written += u64::try_from(read.len()).unwrap_or(u64::MAX);
            if written > max {
                self.forget(file);
                return Err(Refusal::TooLarge { from: from(), max });
            }
        }
        out.sync_all().map_err(Refusal::io(&part))?;
        if let Some(expected) = total.filter(|total| *total != written) {
            if written > expected {
                self.forget(file);
            }
            return Err(Refusal::Length { from: from(), expected, actual: written });
        }
        if total.is_none() {
            let note = Origin { origin, validator: validator.clone(), total: Some(written) };
            let json = serde_json::to_vec(&note).unwrap_or_default();
            fs::write(&beside, json).map_err(Refusal::io(&beside))?;
        }
        let fetched = written - start;
        Ok(Fetched::Got(Downloaded { path: part, bytes: written, validator, fetched }))
    }

    /// Fetches something into memory, unless it is still the one that `unless` names.
    pub(super) fn bytes(
        &self,
        place: &Place<'_>,
        unless: Option<&Validator>,
        max: u64,
    ) -> Result<Fetched<Small>, Refusal> {
        let from = || format!("{}/{}", self.transport.origin(place), place.path());
        let (total, validator, bytes) =
            match self.transport.get(place, &Ask { unless, resume: None })? {
                Answer::Unchanged => return Ok(Fetched::Unchanged),
                Answer::Absent => return Ok(Fetched::Absent),
                Answer::Bytes { total, validator, bytes, .. } => (total, validator, bytes),
            };
        let mut content = Vec::new();
        let read = bytes.take(max.saturating_add(1)).read_to_end(&mut content);
        let actual = u64::try_from(content.len()).unwrap_or(u64::MAX);
        read.map_err(|source| Refusal::BrokeOff { from: from(), bytes: actual, source })?;
        if actual > max {
            return Err(Refusal::TooLarge { from: from(), max });
        }
        match total.filter(|total| *total != actual) {
            Some(expected) => Err(Refusal::Length { from: from(), expected, actual }),
            None => Ok(Fetched::Got((content, validator))),
        }
    }

    /// Takes a download away: it is used, or of no use.
    pub(super) fn forget(&self, file: &str) {
        drop(fs::remove_file(self.layout.partial(file)));
        drop(fs::remove_file(self.layout.partial(&format!("{file}.from"))));
    }
}
