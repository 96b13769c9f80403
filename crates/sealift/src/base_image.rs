//! Which layers of an image are those of its base image.
//!
//! A base that the caller names counts, else the longest of a list of known ones; an image has a
//! base only when the base's diff-ids are its lowest. Where no base is named and no known one fits,
//! the image's history is used, which is a guess: see [`guess`].

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use sealift_layers::{History, Image, ImageConfig};
use sealift_model::{BaseEvidence, Diagnostic, Digest, Impact, Timestamp};
use sealift_report::BaseFacts;
use serde::Deserialize;

use crate::source::Opened;
use crate::{Error, ScanOptions, Target};

/// Bytes of a list of known bases: some hundred thousand of them.
const MAX_LIST_BYTES: u64 = 256 << 20;

/// What the caller knows about bases of images.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Bases {
    /// The base that the image has, as the caller says.
    pub named: Option<NamedBase>,
    /// Known bases, of which the longest that fits counts.
    pub known: KnownBases,
}

/// A base image that can be opened. Its config is read, its layers are not.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct NamedBase {
    /// Its name in reports.
    pub name: String,
    /// Where it is.
    pub image: Target,
}

impl NamedBase {
    /// A base by its name in reports.
    #[must_use]
    pub fn new(name: impl Into<String>, image: Target) -> Self {
        Self { name: name.into(), image }
    }
}

/// A list of known base images.
///
/// ```
/// let list = r#"{"bases": [{"name": "example.org/base:1.0",
///                           "diff_ids": ["sha256:0000000000000000000000000000000000000000000000000000000000000000"],
///                           "created": "2026-01-31T12:00:00Z"}]}"#;
/// assert!(sealift::KnownBases::from_json(list.as_bytes()).is_ok());
/// ```
///
/// `diff_ids` are those of `rootfs` in the base image's config, lowest first, at least one;
/// `created` may be missing, and other fields are ignored.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct KnownBases {
    bases: Vec<KnownBase>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "ListedBase")]
struct KnownBase {
    name: String,
    diff_ids: Vec<Digest>,
    created: Option<Timestamp>,
}

/// A base as a list writes it.
#[derive(Deserialize)]
struct ListedBase {
    name: String,
    diff_ids: Vec<Digest>,
    created: Option<Timestamp>,
}

/// A base without layers would be the base of every image.
#[derive(Debug, thiserror::Error)]
#[error("the base {name:?} has no diff_ids")]
struct NoDiffIds {
    name: String,
}

impl TryFrom<ListedBase> for KnownBase {
    type Error = NoDiffIds;

    fn try_from(listed: ListedBase) -> Result<Self, NoDiffIds> {
        let ListedBase { name, diff_ids, created } = listed;
        if diff_ids.is_empty() {
            return Err(NoDiffIds { name });
        }
        Ok(Self { name, diff_ids, created })
    }
}

impl KnownBases {
    /// Reads a list in JSON.
    ///
    /// # Errors
    /// When the bytes are not such a list.
    pub fn from_json(bytes: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(bytes)
    }

    /// Reads the list in a file.
    ///
    /// # Errors
    /// When the file cannot be read or is not such a list.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let mut bytes = Vec::new();
        let metadata = path.metadata().map_err(|source| Error::io(path, source))?;
        // Opening a pipe would wait for a writer, and a list that is cut says something else.
        if !metadata.is_file() || metadata.len() > MAX_LIST_BYTES {
            let reason = format!("not a regular file of at most {MAX_LIST_BYTES} bytes");
            return Err(Error::io(path, io::Error::new(io::ErrorKind::InvalidInput, reason)));
        }
        File::open(path)
            .and_then(|file| file.take(MAX_LIST_BYTES).read_to_end(&mut bytes))
            .map_err(|source| Error::io(path, source))?;
        Self::from_json(&bytes).map_err(|source| Error::Bases { path: path.to_owned(), source })
    }

    /// The longest that the image begins with, the first of equal ones.
    fn longest(&self, image: &ImageConfig) -> Option<&KnownBase> {
        let fitting = self.bases.iter().filter(|base| image.diff_ids.starts_with(&base.diff_ids));
        fitting.rev().max_by_key(|base| base.diff_ids.len())
    }
}

/// The base of an image, when it is known or can be guessed, with a note where the named base is
/// not the image's.
///
/// # Errors
/// When the named base cannot be read.
pub(crate) fn find(
    image: &ImageConfig,
    options: &ScanOptions,
) -> Result<(Option<BaseFacts>, Option<Diagnostic>), Error> {
    if let Some(named) = &options.bases.named {
        // Another base than the one that was named would not be what was asked for.
        return match open_named(named, image, options) {
            Ok(base) => Ok((Some(named_facts(named, &base)), None)),
            Err(NotBase::Unread(error)) => Err(error),
            Err(why) => {
                let message = format!("{} is not the base of this image: {why}", named.name);
                Ok((None, Some(Diagnostic::new("base", message, Impact::Note))))
            }
        };
    }
    Ok((listed(image, &options.bases.known).or_else(|| guessed(image)), None))
}

/// Why what is named is not the base of an image.
#[derive(Debug, thiserror::Error)]
enum NotBase {
    /// It cannot be read, so that nobody knows.
    #[error(transparent)]
    Unread(#[from] Error),
    /// There is none for the image's platform.
    #[error(transparent)]
    NoPlatform(sealift_layers::Error),
    #[error("it has no layers")]
    NoLayers,
    #[error("its layer {at} is {theirs}, the image's is {ours}")]
    OtherLayer {
        /// 1-based, the lowest first.
        at: usize,
        theirs: Digest,
        ours: Digest,
    },
    #[error("it has {theirs} layers, the image has {ours}")]
    MoreLayers { theirs: usize, ours: usize },
}

/// The config of the named base, of an index that for the image's own platform.
fn open_named(
    named: &NamedBase,
    image: &ImageConfig,
    options: &ScanOptions,
) -> Result<ImageConfig, NotBase> {
    let platform = image.platform();
    let source = Opened::find_for(&named.image, platform.as_ref(), &options.limits)?;
    let base = Image::open(&source, &source.root, platform.as_ref(), &options.limits);
    let base = base.map_err(|error| match error {
        error @ sealift_layers::Error::NoPlatform { .. } => NotBase::NoPlatform(error),
        error => NotBase::Unread(Error::layers(named.image.path(), error)),
    })?;
    is_base(&base.config, image)?;
    Ok(base.config)
}

/// Whether an image begins with the layers of a base; if not, why.
fn is_base(base: &ImageConfig, image: &ImageConfig) -> Result<(), NotBase> {
    let (ours, theirs) = (&image.diff_ids, &base.diff_ids);
    if theirs.is_empty() {
        return Err(NotBase::NoLayers);
    }
    let mut layers = (1..).zip(theirs.iter().zip(ours));
    if let Some((at, (theirs, ours))) = layers.find(|(_, (theirs, ours))| theirs != ours) {
        return Err(NotBase::OtherLayer { at, theirs: theirs.clone(), ours: ours.clone() });
    }
    if theirs.len() > ours.len() {
        return Err(NotBase::MoreLayers { theirs: theirs.len(), ours: ours.len() });
    }
    Ok(())
}

fn named_facts(named: &NamedBase, base: &ImageConfig) -> BaseFacts {
    let layers = base.diff_ids.len();
    let mut facts = BaseFacts::new(BaseEvidence::Named, layers);
    facts.name = Some(named.name.clone());
    facts.id = Some(base.digest.clone());
    facts.created = base.created.or_else(|| creation(base, layers));
    facts
}

fn listed(image: &ImageConfig, known: &KnownBases) -> Option<BaseFacts> {
    let base = known.longest(image)?;
    let layers = base.diff_ids.len();
    let mut facts = BaseFacts::new(BaseEvidence::Listed, layers);
    facts.name = Some(base.name.clone());
    facts.created = base.created.or_else(|| creation(image, layers));
    Some(facts)
}

fn guessed(image: &ImageConfig) -> Option<BaseFacts> {
    let layers = guess(image)?;
    let mut facts = BaseFacts::new(BaseEvidence::Guessed, layers);
    facts.created = creation(image, layers);
    Some(facts)
}

/// How many layers the base seems to have, by the history.
///
/// Images mostly end with `CMD` or `ENTRYPOINT`, which make no layer. Those at the end are the
/// image's own; the last one that a layer follows ended its base (so Trivy guesses, by `CMD`).
/// Besides, BuildKit marks what it makes: what came before the first of its unbroken marks at the
/// end is of the base, too, whatever tool had made that.
fn guess(image: &ImageConfig) -> Option<usize> {
    let history = &image.history;
    let layered = |steps: usize| history.iter().take(steps).filter(|it| !it.empty_layer).count();
    // Otherwise the steps cannot be told to be of these layers.
    if layered(history.len()) != image.diff_ids.len() {
        return None;
    }
    let own_end = history.iter().rposition(|step| !step.empty_layer)?;
    let before = history.get(..own_end)?;
    let by_command = before.iter().rposition(|step| step.empty_layer && ends_image(step));
    let is_marked = |step: &History| step.comment.starts_with("buildkit.");
    let by_mark = history
        .last()
        .filter(|step| is_marked(step))
        .and_then(|_| history.iter().rposition(|step| !is_marked(step)));
    let last = by_command.max(by_mark)?;
    Some(layered(last + 1)).filter(|layers| *layers > 0)
}

/// Whether a step is `CMD` or `ENTRYPOINT`, as the classic builder, Buildah and BuildKit write it.
fn ends_image(step: &History) -> bool {
    let written = step.created_by.trim_start();
    let written = written.strip_prefix("/bin/sh -c").unwrap_or(written).trim_start();
    let instruction = written.strip_prefix("#(nop)").unwrap_or(written).trim_start();
    ["CMD", "ENTRYPOINT"].iter().any(|word| {
        let rest = instruction.strip_prefix(word);
        rest.is_some_and(|rest| rest.starts_with([' ', '[']))
    })
}

/// When the last of the lowest `layers` was made, by the history.
pub(crate) fn creation(image: &ImageConfig, layers: usize) -> Option<Timestamp> {
    let steps = || image.history.iter().filter(|step| !step.empty_layer);
    if steps().count() != image.diff_ids.len() {
        return None;
    }
    steps().nth(layers.checked_sub(1)?)?.created
}
