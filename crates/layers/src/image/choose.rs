//! Chooses an image of an index (`image-spec image-index.md`, version 1.1).

use std::cell::OnceCell;
use std::collections::HashSet;

use sealift_model::{BlobError, BlobSource, Descriptor, Diagnostic, Digest, Impact, Platform};

use super::ImageConfig;
use crate::document::{self, Document};
use crate::error::DocumentProblem;
use crate::media::{self, DocumentKind};
use crate::stream::length;
use crate::{Error, LimitExceeded, Limits};

/// Chooses a manifest from the entries of the index `root`, as container engines do: by the
/// platform alone, and the first of several at one level that fit equally well. Anything odd about
/// the choice is added to the diagnostics.
pub(super) fn choose(
    source: &dyn BlobSource,
    root: &Descriptor,
    entries: Vec<Descriptor>,
    asked: Option<&Platform>,
    limits: &Limits,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Descriptor, Error> {
    let default = Platform::new("linux", "amd64");
    let wanted = asked.unwrap_or(&default);
    let manifests = manifests(source, root, entries, wanted, limits)?;
    if let ([only], None) = (&manifests[..], asked) {
        return Ok(only.clone());
    }
    let mut available = Vec::new();
    for entry in &manifests {
        // An entry may lack a platform; then that of the config counts.
        let offered = match &entry.platform {
            Some(offered) => Some(offered.clone()),
            None => platform_of(source, entry, limits)?,
        };
        match offered {
            Some(offered) if accepts(wanted, &offered) => {
                diagnostics.extend(rivals(source, entry, &manifests, limits));
                return Ok(entry.clone());
            }
            offered => available.extend(offered),
        }
    }
    available.sort();
    available.dedup();
    Err(Error::NoPlatform { asked: asked.cloned(), available })
}

/// The most entries for the chosen platform that are compared. Builders list one image in several
/// compressions, at most.
const MAX_COMPARED: usize = 8;

/// Reports that an index has other images for exactly the chosen platform. Engines differ in which
/// of them they run. On Windows, the version of the system distinguishes them.
fn rivals(
    source: &dyn BlobSource,
    chosen: &Descriptor,
    manifests: &[Descriptor],
    limits: &Limits,
) -> Option<Diagnostic> {
    let platform = chosen.platform.as_ref().map(plain)?;
    let is_rival = |entry: &&Descriptor| {
        let offered = entry.platform.as_ref();
        entry.digest != chosen.digest
            && offered.is_some_and(|offered| is_same_platform(offered, &platform))
    };
    let own = OnceCell::new();
    let is_same_image = |entry: &Descriptor| {
        let own = own.get_or_init(|| config_of(source, chosen, limits));
        own.is_some() && *own == config_of(source, entry, limits)
    };
    let mut alike = manifests.iter().filter(is_rival).enumerate();
    let (_, rival) = alike.find(|(at, entry)| *at >= MAX_COMPARED || !is_same_image(entry))?;
    let rival = &rival.digest;
    let impact = if platform.os == "windows" { Impact::Note } else { Impact::Incomplete };
    let message = format!(
        "the index has several images for {platform}, and another engine may run another: \
         {} was read, {rival} was not",
        chosen.digest
    );
    Some(Diagnostic::new("layers", message, impact))
}

/// The config digest of a manifest, which is the id of the image: it covers the content of the
/// layers, but not their compression. None if the manifest cannot be read.
fn config_of(source: &dyn BlobSource, entry: &Descriptor, limits: &Limits) -> Option<Digest> {
    match document::load(source, entry, limits).ok()? {
        Document::Manifest { config, .. } => Some(config.digest),
        Document::Index(_) => None,
    }
}

/// Whether an image for `offered` runs on the platform `asked`.
pub(crate) fn accepts(asked: &Platform, offered: &Platform) -> bool {
    plain(asked).accepts(&plain(offered))
}

/// How well an image fits the requested platform, the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Suits {
    Exactly,
    /// It has a variant, but none was requested.
    AnyVariant,
    /// It does not name its platform.
    Unknown,
    Not,
}

impl Suits {
    pub(crate) fn of(asked: &Platform, offered: Option<&Platform>) -> Self {
        match offered.map(plain) {
            Some(offered) if offered == plain(asked) => Self::Exactly,
            Some(offered) if plain(asked).accepts(&offered) => Self::AnyVariant,
            None => Self::Unknown,
            Some(_) => Self::Not,
        }
    }
}

/// Whether container engines treat two platforms as the same.
pub(crate) fn is_same_platform(one: &Platform, other: &Platform) -> bool {
    plain(one) == plain(other)
}

/// The platform in the form that engines compare: names in lower case, the usual name of an
/// architecture, and without the variants that engines imply (containerd/platforms 1.0,
/// `Normalize`). A missing system is Linux, on which the engines run.
fn plain(platform: &Platform) -> Platform {
    let lower = |text: &str| text.to_lowercase();
    let variant = platform.variant.as_deref().map(lower).unwrap_or_default();
    let (architecture, variant) = match (lower(&platform.architecture).as_str(), variant.as_str()) {
        ("i386", _) => ("386".to_owned(), String::new()),
        ("amd64" | "x86_64" | "x86-64", "v1") => ("amd64".to_owned(), String::new()),
        ("x86_64" | "x86-64", _) => ("amd64".to_owned(), variant),
        ("arm64" | "aarch64", "8" | "v8") => ("arm64".to_owned(), String::new()),
        ("aarch64", _) => ("arm64".to_owned(), variant),
        ("arm", "7" | "v7") | ("armhf", _) => ("arm".to_owned(), String::new()),
        ("armel", _) => ("arm".to_owned(), "v6".to_owned()),
        ("arm", "5" | "6" | "8") => ("arm".to_owned(), format!("v{variant}")),
        (architecture, _) => (architecture.to_owned(), variant),
    };
    let os = match lower(&platform.os).as_str() {
        "" => "linux".to_owned(),
        "macos" => "darwin".to_owned(),
        os => os.to_owned(),
    };
    let mut plain = Platform::new(os, architecture);
    plain.variant = Some(variant).filter(|variant| !variant.is_empty());
    plain
}

fn platform_of(
    source: &dyn BlobSource,
    entry: &Descriptor,
    limits: &Limits,
) -> Result<Option<Platform>, Error> {
    match document::load(source, entry, limits)? {
        Document::Manifest { config, .. } if media::is_image_config(&config.media_type) => {
            let config = ImageConfig::load(source, &config, limits, &mut Vec::new())?;
            Ok(config.platform())
        }
        Document::Manifest { .. } | Document::Index(_) => Ok(None),
    }
}

/// All image manifests of an index and its nested indexes, without attestations, the best fitting
/// first at each level, in the order in which containerd visits them (`images.Manifest` in version
/// 2).
fn manifests(
    source: &dyn BlobSource,
    root: &Descriptor,
    entries: Vec<Descriptor>,
    wanted: &Platform,
    limits: &Limits,
) -> Result<Vec<Descriptor>, Error> {
    let mut found = Vec::new();
    let suits = |entry: &Descriptor| Suits::of(wanted, entry.platform.as_ref());
    let order = |entries: &mut [Descriptor]| entries.sort_by_key(suits);
    visit_in(source, Some(root), entries, limits, &order, &mut |entry| {
        if DocumentKind::of(&entry.media_type) == Some(DocumentKind::Manifest)
            && !is_attestation(entry)
        {
            found.push(entry.clone());
        }
        true
    })?;
    Ok(found)
}

/// Whether an entry is BuildKit's attestation of another entry, which has the unknown platform. Its
/// annotations do not count, since engines only look at the platform.
pub(crate) fn is_attestation(entry: &Descriptor) -> bool {
    entry
        .platform
        .as_ref()
        .is_some_and(|platform| platform.os == "unknown" && platform.architecture == "unknown")
}

/// Visits the entries of an index and its nested indexes in order, until `visitor` returns false.
pub(crate) fn visit(
    source: &dyn BlobSource,
    root: Option<&Descriptor>,
    entries: Vec<Descriptor>,
    limits: &Limits,
    visitor: &mut dyn FnMut(&Descriptor) -> bool,
) -> Result<(), Error> {
    visit_in(source, root, entries, limits, &|_| {}, visitor)
}

/// Like `visit`, with the entries of each index sorted by `order`.
fn visit_in(
    source: &dyn BlobSource,
    root: Option<&Descriptor>,
    entries: Vec<Descriptor>,
    limits: &Limits,
    order: &dyn Fn(&mut [Descriptor]),
    visitor: &mut dyn FnMut(&Descriptor) -> bool,
) -> Result<(), Error> {
    let ordered = |mut entries: Vec<Descriptor>| {
        order(&mut entries);
        entries.into_iter()
    };
    // The rest of the entries at each level, and the index that they belong to.
    let root = root.map(|root| root.digest.clone());
    let mut seen: HashSet<Digest> = root.iter().cloned().collect();
    let mut levels = vec![(root, ordered(entries))];
    while let Some((_, level)) = levels.last_mut() {
        let Some(entry) = level.next() else {
            levels.pop();
            continue;
        };
        if !visitor(&entry) {
            return Ok(());
        }
        if DocumentKind::of(&entry.media_type) != Some(DocumentKind::Index) {
            continue;
        }
        let is_above = levels.iter().any(|(index, _)| index.as_ref() == Some(&entry.digest));
        check(&entry, is_above, levels.len(), seen.len(), limits)?;
        if !seen.insert(entry.digest.clone()) {
            continue;
        }
        match document::load(source, &entry, limits) {
            Ok(Document::Index(entries)) => {
                levels.push((Some(entry.digest), ordered(entries)));
            }
            // A source may hold only a part of an index.
            Ok(Document::Manifest { .. }) | Err(Error::Blob(BlobError::Missing(_))) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn check(
    entry: &Descriptor,
    is_above: bool,
    depth: usize,
    indexes: usize,
    limits: &Limits,
) -> Result<(), Error> {
    let Limits { max_index_depth, max_indexes, .. } = *limits;
    if is_above {
        return Err(document::about(&entry.digest, DocumentProblem::Cycle));
    }
    if depth > max_index_depth {
        return Err(LimitExceeded::new("max_index_depth", length(max_index_depth)).into());
    }
    if indexes > max_indexes {
        return Err(LimitExceeded::new("max_indexes", length(max_indexes)).into());
    }
    Ok(())
}
