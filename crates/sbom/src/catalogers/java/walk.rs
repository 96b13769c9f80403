//! Walks from an archive to those nested in it.

use std::borrow::Cow;

use sealift_layers::{LimitExceeded, Limits, TreePath};
use sealift_model::{Location, Package, PurlError};

use super::Kind;
use super::identity::{Clues, Identity};
use super::manifest::Manifest;
use super::pom::Pom;
use super::properties::PomProperties;
use crate::catalogers::archive::{Archive, Budget, Content, Entry, EntryError, UnpackError};
use crate::{Error, Facts};

/// Reads the archive `bytes`, which lies at `path`, and everything nested in it.
///
/// # Errors
/// It is not a zip archive. Whatever is wrong further in is a problem in `facts`.
pub(super) fn read(
    path: &str,
    bytes: &[u8],
    limits: &Limits,
    facts: &mut Facts,
) -> Result<(), Error> {
    let archive = Archive::open(bytes).map_err(|reason| Error::Malformed {
        format: "zip archive",
        reason: reason.to_owned(),
        line: None,
    })?;
    let mut walk = Walk { budget: Budget::new(limits, bytes), facts };
    let outermost = Place { path: path.to_owned(), inner: String::new(), depth: 0 };
    if let Err(limit) = walk.archive(archive, &outermost) {
        walk.facts.limit_inside("", limit.to_string());
    }
    Ok(())
}

struct Walk<'l, 'f> {
    budget: Budget<'l>,
    facts: &'f mut Facts,
}

/// The place of an archive.
struct Place {
    /// Its own path, in the archive around it.
    path: String,
    /// Its path from the outermost archive on, which is empty there: `a.war:b.jar`.
    inner: String,
    /// How many archives are around it.
    depth: u32,
}

impl Place {
    /// The place of an entry, in the form of [`Location::path`] behind the outermost archive.
    fn inside(&self, entry: &str) -> String {
        match self.inner.as_str() {
            "" => entry.to_owned(),
            inner => format!("{inner}:{entry}"),
        }
    }
}

/// The purpose of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Document(Document),
    Archive(Kind),
}

/// A file with information on packages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Document {
    Manifest,
    PomProperties,
    Pom,
}

impl Role {
    fn of(path: &[u8]) -> Option<Self> {
        let path = TreePath::new(path);
        if path.bytes().eq_ignore_ascii_case(b"META-INF/MANIFEST.MF") {
            return Some(Self::Document(Document::Manifest));
        }
        match path.file_name() {
            b"pom.properties" => Some(Self::Document(Document::PomProperties)),
            b"pom.xml" if is_maven_folder(path.bytes()) => Some(Self::Document(Document::Pom)),
            _ => Kind::of(path).map(Self::Archive),
        }
    }
}

/// A `pom.xml` elsewhere is a template or a resource, not metadata of the contents.
fn is_maven_folder(path: &[u8]) -> bool {
    const FOLDER: &[u8] = b"META-INF/maven/";
    let roots = [&b""[..], b"WEB-INF/classes/", b"BOOT-INF/classes/"];
    roots.iter().any(|root| path.strip_prefix(*root).is_some_and(|rest| rest.starts_with(FOLDER)))
}

impl Walk<'_, '_> {
    /// Reads one archive: first its identity, then the nested archives.
    ///
    /// # Errors
    /// A limit of the whole is used up; reading stops.
    fn archive(&mut self, mut archive: Archive<'_>, place: &Place) -> Result<(), LimitExceeded> {
        let mut clues = Clues::default();
        let selection = archive.select(&mut self.budget, |path| {
            clues.classes.add(path);
            Role::of(path)
        });
        for problem in selection.problems {
            self.facts.problem_inside(&place.inner, problem);
        }
        let (mut documents, mut nested) = (Vec::new(), Vec::new());
        for (role, entry) in selection.picked {
            match role {
                Role::Document(document) => documents.push((document, entry)),
                Role::Archive(kind) => nested.push((kind, entry)),
            }
        }
        // The large ones last, so that the small ones are read in any case.
        documents.sort_by_key(|(document, _)| *document == Document::Pom);
        let mut read = documents.iter();
        let outcome = read.try_for_each(|(document, entry)| {
            self.document(&mut archive, *document, entry, place, &mut clues)
        });
        self.packages(&clues, place, nested.is_empty());
        outcome?;
        for (kind, entry) in &nested {
            self.nested(&mut archive, *kind, entry, place)?;
        }
        selection.limit.map_or(Ok(()), Err)
    }

    /// Reads a manifest, `pom.properties` or `pom.xml` into the clues.
    fn document(
        &mut self,
        archive: &mut Archive<'_>,
        document: Document,
        entry: &Entry,
        place: &Place,
        clues: &mut Clues,
    ) -> Result<(), LimitExceeded> {
        let limit = self.budget.document_limit();
        let Some(bytes) = self.content(archive, entry, place, limit)? else {
            return Ok(());
        };
        let folder = entry.path.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
        let is_repeated = match document {
            Document::Manifest => clues.manifest.replace(Manifest::parse(&bytes)).is_some(),
            Document::PomProperties => {
                let known = &mut clues.maven.entry(folder).or_default().properties;
                known.replace(PomProperties::parse(&bytes)).is_some()
            }
            Document::Pom => match Pom::parse(&bytes) {
                Ok(pom) => clues.maven.entry(folder).or_default().pom.replace(pom).is_some(),
                Err(error) => {
                    self.facts
                        .problem_inside(&place.inside(&entry.path), format!("not XML: {error}"));
                    false
                }
            },
        };
        if is_repeated {
            self.facts
                .problem_inside(&place.inside(&entry.path), "given twice, the last one counts");
        }
        self.release(bytes);
        Ok(())
    }

    fn nested(
        &mut self,
        archive: &mut Archive<'_>,
        kind: Kind,
        entry: &Entry,
        place: &Place,
    ) -> Result<(), LimitExceeded> {
        let inner = place.inside(&entry.path);
        let depth = place.depth.saturating_add(1);
        if let Err(limit) = self.budget.open(depth) {
            self.facts.limit_inside(&inner, format!("not read: {limit}"));
            return Ok(());
        }
        let limit = self.budget.held_limit();
        let Some(bytes) = self.content(archive, entry, place, limit)? else {
            return Ok(());
        };
        if kind.is_plausible(&bytes) {
            match Archive::open(&bytes) {
                Ok(nested) => {
                    self.archive(nested, &Place { path: entry.path.clone(), inner, depth })?;
                }
                Err(reason) => {
                    self.facts.problem_inside(&inner, format!("not a valid zip archive: {reason}"))
                }
            }
        }
        self.release(bytes);
        Ok(())
    }

    /// The bytes of an entry, or none with a problem that says why.
    fn content<'d>(
        &mut self,
        archive: &mut Archive<'d>,
        entry: &Entry,
        place: &Place,
        limit: LimitExceeded,
    ) -> Result<Option<Cow<'d, [u8]>>, LimitExceeded> {
        match archive.content(entry, &mut self.budget, limit) {
            Ok(Content { bytes, doubt }) => {
                if let Some(doubt) = doubt {
                    self.facts.problem_inside(&place.inside(&entry.path), doubt);
                }
                Ok(Some(bytes))
            }
            Err(EntryError::Unpack(UnpackError::Exhausted(limit))) => Err(limit),
            Err(error) => {
                let (inner, message) = (place.inside(&entry.path), format!("not read: {error}"));
                match error.is_limit() {
                    true => self.facts.limit_inside(&inner, message),
                    false => self.facts.problem_inside(&inner, message),
                }
                Ok(None)
            }
        }
    }

    fn release(&mut self, bytes: Cow<'_, [u8]>) {
        if let Cow::Owned(bytes) = bytes {
            self.budget.release(bytes);
        }
    }

    fn packages(&mut self, clues: &Clues, place: &Place, is_innermost: bool) {
        let found = clues.identify(&place.path);
        if found.is_empty() && is_innermost && clues.classes.has_classes() {
            let reason = "not identified: no Maven metadata and no version in manifest or name";
            self.facts.problem_inside(&place.inner, reason);
        }
        for identity in found {
            match package(identity, place) {
                Ok(package) => self.facts.package(package),
                Err(error) => {
                    self.facts.problem_inside(&place.inner, format!("not a package: {error}"))
                }
            }
        }
    }
}

fn package(identity: Identity, place: &Place) -> Result<Package, PurlError> {
    let Identity { group, artifact, version, licenses, guessed } = identity;
    let mut package = super::package(&group, &artifact, &version)?;
    (package.licenses, package.guessed) = (licenses, guessed);
    if !place.inner.is_empty() {
        package.locations.push(Location::new(&place.inner));
    }
    Ok(package)
}
