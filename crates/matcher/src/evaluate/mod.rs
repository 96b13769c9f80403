//! Decides whether a version is affected: the evaluation of the OSV schema 1.7 ("Evaluation").
//!
//! The answer has three values. If a version or a bound cannot be read, or only the history of a
//! repository could decide, it is [`Verdict::Undetermined`], never "not affected".

mod range;
mod reason;
mod scheme;

use std::cell::OnceCell;
use std::cmp::Ordering;

use minicbor::bytes::ByteSlice;

pub use reason::Reason;
pub(crate) use scheme::Schemes;

use crate::database::list::{List, Malformed};
use crate::database::value::{Affected, Event, Range};
use crate::{Scheme, Version};

/// Largest number of fixes. Published records have one for each maintained release.
const MAX_FIXES: usize = 64;

/// The answer whether a version is affected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Affected,
    NotAffected,
    Undetermined(Reason),
}

/// The version to decide about, parsed at most once in each scheme for all records.
#[derive(Debug)]
pub(crate) struct Installed<'v> {
    text: &'v str,
    schemes: Schemes,
    own: OnceCell<Result<Version<'v>, Reason>>,
    without_epoch: OnceCell<Result<Version<'v>, Reason>>,
    semver: OnceCell<Result<Version<'v>, Reason>>,
}

impl<'v> Installed<'v> {
    /// A version of a package, in the spelling of its ecosystem.
    pub(crate) fn new(text: &'v str, schemes: Schemes) -> Self {
        let text = schemes.trim(text);
        Self {
            text,
            schemes,
            own: OnceCell::new(),
            without_epoch: OnceCell::new(),
            semver: OnceCell::new(),
        }
    }

    /// Whether it was built for extended support: Ubuntu's versions then end in `+esm1` or `~esm1`.
    pub(crate) fn is_extended(&self) -> bool {
        self.text.contains("+esm") || self.text.contains("~esm")
    }

    /// Another version of the same package.
    pub(crate) fn other<'o>(&self, text: &'o str) -> Installed<'o> {
        Installed::new(text, self.schemes)
    }

    /// Whether the version is affected according to one entry of a record.
    pub(crate) fn verdict(&self, affected: &Affected<'_>) -> Result<Verdict, Malformed> {
        if self.is_among(affected.versions)? {
            return Ok(Verdict::Affected);
        }
        let mut open = affected.defect.map(|defect| Reason::Defect(defect.to_owned()));
        let (mut told, mut is_ranged) = (!affected.versions.is_empty(), false);
        for range in affected.ranges.iter() {
            match self.in_range(&range?)? {
                Ok(Some(true)) => return Ok(Verdict::Affected),
                Ok(Some(false)) => (told, is_ranged) = (true, true),
                // Ranges that depend on a repository's history are ignored in favour of the others.
                Ok(None) => {}
                Err(reason) => open = open.or(Some(reason)),
            }
        }
        if !is_ranged && self.equals_one(affected.versions)? {
            return Ok(Verdict::Affected);
        }
        Ok(match open {
            Some(reason) => Verdict::Undetermined(reason),
            None if told => Verdict::NotAffected,
            None if affected.ranges.is_empty() => Verdict::Undetermined(Reason::NoVersions),
            None => Verdict::Undetermined(Reason::OnlyGit),
        })
    }

    /// The versions above this one that fix the vulnerability of some entries: ascending, without
    /// duplicates, and at most the lowest [`MAX_FIXES`].
    pub(crate) fn fixes<'b>(
        &self,
        affected: impl Iterator<Item = &'b Affected<'b>>,
    ) -> Result<Vec<Version<'b>>, Malformed> {
        let mut fixes = Vec::new();
        let Some(scheme) = self.schemes.own else { return Ok(fixes) };
        for range in affected.flat_map(|affected| affected.ranges.iter()) {
            let range = range?;
            if range.kind == Range::GIT {
                continue;
            }
            let Ok(installed) = self.beside(range.events)? else { continue };
            for event in range.events.iter() {
                let event = event?;
                if event.kind != Event::FIXED {
                    continue;
                }
                let Ok(fix) = scheme.parse(event.version) else { continue };
                if fix.compare(installed) == Some(Ordering::Greater) {
                    insert(&mut fixes, fix);
                    fixes.truncate(MAX_FIXES);
                }
            }
        }
        Ok(fixes)
    }

    /// Whether a list contains exactly this version.
    fn is_among(&self, versions: List<'_, &ByteSlice>) -> Result<bool, Malformed> {
        let without_epoch = self.text_without_epoch().unwrap_or(self.text);
        for version in versions.iter() {
            let version = &**version?;
            if *version == *self.text.as_bytes() || *version == *without_epoch.as_bytes() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether a list contains this version in another spelling: `1.0` and `1.0.0` are the same
    /// release on PyPI. If a range orders the versions, it has decided already.
    ///
    /// Not for Maven, whose repository has both `1.0` and `1.0.Final`, which compare as equal; nor
    /// for versions with other build metadata, which only the order of PyPI takes into account.
    fn equals_one(&self, versions: List<'_, &ByteSlice>) -> Result<bool, Malformed> {
        let scheme = self.schemes.own.filter(|scheme| *scheme != Scheme::Maven);
        let (Some(scheme), false) = (scheme, versions.is_empty()) else { return Ok(false) };
        let Ok(installed) = self.own() else { return Ok(false) };
        for version in versions.iter() {
            let Ok(text) = std::str::from_utf8(version?) else { continue };
            let Ok(listed) = scheme.parse(text) else { continue };
            let is_build = scheme == Scheme::Pep440 || build(text) == build(self.text);
            if is_build && installed.compare_to_named(&listed) == Some(Ordering::Equal) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// None for a range that depends on the history of a repository.
    fn in_range(&self, range: &Range<'_>) -> Result<Result<Option<bool>, Reason>, Malformed> {
        let release;
        let installed = match range.kind {
            Range::SEMVER => match self.release(range.events)? {
                Some(text) => {
                    release = self.read(text, self.schemes.semver);
                    &release
                }
                None => self.semver(),
            },
            Range::ECOSYSTEM => self.beside(range.events)?,
            Range::GIT => return Ok(Ok(None)),
            _ => return Ok(Err(Reason::UnknownRange)),
        };
        match installed {
            Ok(installed) => Ok(range::contains(range.events, installed)?.map(Some)),
            Err(_) if range::is_everything(range.events)? => Ok(Ok(Some(true))),
            Err(reason) => Ok(Err(reason.clone())),
        }
    }

    /// The release of a version that Bitnami repackaged: `7.2.4` for `7.2.4-3`, which Semantic
    /// Versioning reads as a pre-release. If the events name revisions, the version is used
    /// unchanged.
    fn release(&self, events: List<'_, Event<'_>>) -> Result<Option<&'v str>, Malformed> {
        if !self.schemes.has_revisions {
            return Ok(None);
        }
        let Some(release) = without_revision(self.text) else { return Ok(None) };
        for event in events.iter() {
            if without_revision(event?.version).is_some() {
                return Ok(None);
            }
        }
        Ok(Some(release))
    }

    /// The version in its own order, in the form that the events of a range use: without its epoch
    /// if none of them has one and records may omit it. For RPM, a missing epoch is the lowest, so
    /// a fix in such a record would never be above the version.
    fn beside(
        &self,
        events: List<'_, Event<'_>>,
    ) -> Result<&Result<Version<'v>, Reason>, Malformed> {
        let Some(text) = self.text_without_epoch() else { return Ok(self.own()) };
        for event in events.iter() {
            if event?.version.contains(':') {
                return Ok(self.own());
            }
        }
        let read = || self.read(text, self.schemes.own.ok_or(Reason::NoScheme)?);
        Ok(self.without_epoch.get_or_init(read))
    }

    /// None if there is no epoch, or records do not omit it.
    fn text_without_epoch(&self) -> Option<&'v str> {
        let text = Some(self.text).filter(|_| self.schemes.may_lack_epochs)?;
        let (epoch, rest) = text.split_once(':')?;
        epoch.bytes().all(|it| it.is_ascii_digit()).then_some(rest)
    }

    fn own(&self) -> &Result<Version<'v>, Reason> {
        self.own.get_or_init(|| self.read(self.text, self.schemes.own.ok_or(Reason::NoScheme)?))
    }

    fn semver(&self) -> &Result<Version<'v>, Reason> {
        if self.schemes.own == Some(self.schemes.semver) {
            return self.own();
        }
        self.semver.get_or_init(|| self.read(self.text, self.schemes.semver))
    }

    fn read(&self, text: &'v str, scheme: Scheme) -> Result<Version<'v>, Reason> {
        if text.is_empty() {
            return Err(Reason::NoVersion);
        }
        let unreadable = |error| Reason::UnreadableVersion { version: text.to_owned(), error };
        scheme.parse(text).map_err(unreadable)
    }
}

/// The part before the revision, if the version ends in one.
fn without_revision(version: &str) -> Option<&str> {
    let (release, revision) = version.rsplit_once('-')?;
    let is_revision = !revision.is_empty() && revision.bytes().all(|it| it.is_ascii_digit());
    is_revision.then_some(release)
}

/// The part after the `+` of a version.
fn build(version: &str) -> Option<&str> {
    version.split_once('+').map(|(_, build)| build)
}

/// Inserts a version after those that are not above it; an equal one is dropped.
///
/// The sorts of the standard library are not used: the orders of some tools are inconsistent, and
/// the sorts may panic on them (see [`Version::compare`]).
fn insert<'v>(sorted: &mut Vec<Version<'v>>, version: Version<'v>) {
    let at = sorted.partition_point(|other| other.compare(&version) == Some(Ordering::Less));
    let equal =
        sorted.get(at).is_some_and(|other| other.compare(&version) == Some(Ordering::Equal));
    if !equal {
        sorted.insert(at, version);
    }
}
