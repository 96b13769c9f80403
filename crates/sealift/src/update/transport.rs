//! Where exports come from.

use std::error::Error as StdError;
use std::fmt;
use std::io::Read;

use sealift_http::{Client, UrlError};
use serde::{Deserialize, Serialize};

use super::{ExportName, FolderMirror, HttpExports};

/// Something that is fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Place<'p> {
    /// All records of an export, as zip.
    Zip(&'p ExportName),
    /// Which of its records were changed when: lines `<time>,<id>`, newest first.
    Listing(&'p ExportName),
    /// One record.
    Record(&'p ExportName, &'p str),
    /// CISA's catalogue of known exploited vulnerabilities.
    Kev,
    /// FIRST's table of EPSS scores.
    Epss,
}

impl Place<'_> {
    /// Where it lies in a mirror: a path as in OSV's bucket, and the catalogues beside it.
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

/// What a server says by which it will know what it sent (RFC 9110 section 8.8).
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
    /// Whether it says that bytes are the same, not only what they mean: then a part can be added
    /// to another (RFC 9110 section 13.1.5).
    #[must_use]
    pub fn is_strong(&self) -> bool {
        matches!(self, Self::ETag(tag) if !tag.starts_with("W/"))
    }
}

/// How something is asked for.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct Ask<'a> {
    /// What is already there: nothing is sent when it is still the same.
    pub unless: Option<&'a Validator>,
    /// The part that is already there.
    pub resume: Option<Resume<'a>>,
}

/// The part of something that is already there.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a part is known by these two")]
pub struct Resume<'a> {
    /// Bytes.
    pub bytes: u64,
    /// Of which state they are.
    pub of: &'a Validator,
}

/// What a transport has to say.
#[non_exhaustive]
pub enum Answer {
    /// It is still what [`Ask::unless`] names.
    Unchanged,
    /// There is no such thing.
    Absent,
    /// Its bytes.
    Bytes {
        /// From where on: 0, or what [`Resume::bytes`] says.
        start: u64,
        /// How many they are in all, where that is known.
        total: Option<u64>,
        /// By what they are known.
        validator: Option<Validator>,
        /// The bytes from `start` on; ending early is an error where the length was announced.
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

/// Fetches exports: from their public places or from a mirror.
pub trait Transport: Sync {
    /// Where this comes from, as it is told and compared: what one place says of its files means
    /// nothing to another.
    fn origin(&self, place: &Place<'_>) -> String;

    /// Asks for something.
    ///
    /// # Errors
    /// When there is no answer, or one that is neither the thing nor that there is none.
    fn get(&self, place: &Place<'_>, ask: &Ask<'_>) -> Result<Answer, TransportError>;
}

/// The transport of a mirror that is named: an address of `http` or `https`, else a folder; without
/// one, that of the public places.
///
/// # Errors
/// When an address is none.
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

/// Why something could not be fetched.
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
