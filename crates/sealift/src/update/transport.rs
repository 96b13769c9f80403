//! The sources of exports.

use std::error::Error as StdError;
use std::fmt;
use std::io::Read;

use sealift_http::{Client, UrlError};
use serde::{Deserialize, Serialize};

use super::{ExportName, FolderMirror, HttpExports};

/// A file that can be fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Place<'p> {
    /// All records of an export, as zip.
    Zip(&'p ExportName),
    /// The changes of its records: lines `<time>,<id>`, newest first.
    Listing(&'p ExportName),
    /// One record.
    Record(&'p ExportName, &'p str),
    /// CISA's catalogue of known exploited vulnerabilities.
    Kev,
    /// FIRST's table of EPSS scores.
    Epss,
}

impl Place<'_> {
    /// The path in a mirror: as in OSV's bucket, with the catalogues beside it.
    #[must_use]
    pub fn path(&self) -> String {
        match self {
            Self::Zip(export) => format!("{export}/all.zip"),
            Self::Listing(export) => format!("{export}/modified_id.csv"),
            Self::Record(export, id) => format!("{export}/{id}.json"),
            Self::Kev => "kev.json".to_owned(),
            Self::Epss => "epss_scores-current.csv.gz".to_owned(),
        }
    }
}

/// What a server sends to recognise a state of a file (RFC 9110 section 8.8).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(clippy::exhaustive_enums, reason = "HTTP has these two")]
pub enum Validator {
    /// An entity tag, with its quotation marks.
    ETag(String),
    /// The time of the last change.
    LastModified(String),
}

impl Validator {
    /// Whether the same validator means the same bytes, and not only the same meaning: then a part
    /// can be added to another (RFC 9110 section 13.1.5).
    #[must_use]
    pub fn is_strong(&self) -> bool {
        matches!(self, Self::ETag(tag) if !tag.starts_with("W/"))
    }
}

/// The conditions of a request.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct Ask<'a> {
    /// The state that the caller has: when it is still current, nothing is sent.
    pub unless: Option<&'a Validator>,
    /// The part that the caller has.
    pub resume: Option<Resume<'a>>,
}

/// The part of a file that the caller has.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a part is known by these two")]
pub struct Resume<'a> {
    /// Its bytes.
    pub bytes: u64,
    /// The state to which it belongs.
    pub of: &'a Validator,
}

/// The answer of a transport.
#[non_exhaustive]
pub enum Answer {
    /// [`Ask::unless`] is still current.
    Unchanged,
    /// The file does not exist.
    Absent,
    /// The bytes of the file.
    Bytes {
        /// The position of the first byte: 0, or that of [`Resume::bytes`].
        start: u64,
        /// The bytes of the whole file, where known.
        total: Option<u64>,
        /// The state of the file.
        validator: Option<Validator>,
        /// The bytes from `start` on. Where the length was announced, an early end is an error.
        bytes: Box<dyn Read + Send>,
    },
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unchanged => f.write_str("Unchanged"),
            Self::Absent => f.write_str("Absent"),
            Self::Bytes { start, total, validator, .. } => f
                .debug_struct("Bytes")
                .field("start", start)
                .field("total", total)
                .field("validator", validator)
                .finish_non_exhaustive(),
        }
    }
}

/// Fetches exports from their public places or from a mirror.
pub trait Transport: Sync {
    /// The name of the source, which is reported and compared: a validator of one source means
    /// nothing to another.
    fn origin(&self, place: &Place<'_>) -> String;

    /// Fetches a file.
    ///
    /// # Errors
    /// When there is no answer, or an answer that is neither the file nor its absence.
    fn get(&self, place: &Place<'_>, ask: &Ask<'_>) -> Result<Answer, TransportError>;
}

/// The transport for a mirror: an address of `http` or `https`, else a folder. Without a mirror,
/// the transport of the public places.
///
/// # Errors
/// When an address is invalid.
pub fn named_transport(
    mirror: Option<&str>,
    client: Client,
) -> Result<Box<dyn Transport + Send>, UrlError> {
    Ok(match mirror {
        None => Box::new(HttpExports::public(client)),
        Some(url) if url.starts_with("http://") || url.starts_with("https://") => {
            Box::new(HttpExports::mirror(client, url)?)
        }
        Some(folder) => Box::new(FolderMirror::new(folder)),
    })
}

/// Why a file could not be fetched.
#[derive(Debug, thiserror::Error)]
#[error("{from}: {source}")]
#[non_exhaustive]
pub struct TransportError {
    /// Where it was asked for.
    pub from: String,
    /// Why.
    pub source: Box<dyn StdError + Send + Sync>,
}

impl TransportError {
    /// An error about the file or address `from`.
    pub fn new(
        from: impl Into<String>,
        source: impl Into<Box<dyn StdError + Send + Sync>>,
    ) -> Self {
        Self { from: from.into(), source: source.into() }
    }
}
