//! Whether a version is affected: the evaluation of the OSV schema 1.7 ("Evaluation").
//!
//! The answer has three values. Where a version or a bound cannot be read, or only the history
//! of a repository could tell, it is [`Verdict::Undetermined`], never "not affected".

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

/// Fixes that are looked at. Those published have one for each release that is kept up.
const MAX_FIXES: usize = 64;

/// Whether a version is affected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Affected,
    NotAffected,
    Undetermined(Reason),
}

/// A version in question, read at most once in each order for all records.
#[derive(Debug)]
pub(crate) struct Installed<'v> {
    text: &'v str,
    schemes: Schemes,
    own: OnceCell<Result<Version<'v>, Reason>>,
    without_epoch: OnceCell<Result<Version<'v>, Reason>>,
    semver: OnceCell<Result<Version<'v>, Reason>>,
}

impl<'v> Installed<'v> {
    /// A version of an ecosystem's package, as written there.
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

    /// Whether it was made for extended support: Ubuntu's versions then end in `+esm1` or `~esm1`.
    pub(crate) fn is_extended(&self) -> bool {
        self.text.contains("+esm") || self.text.contains("~esm")
    }

    /// Another version of the same package.
    pub(crate) fn other<'o>(&self, text: &'o str) -> Installed<'o> {
        Installed::new(text, self.schemes)
    }

    /// Whether one entry of a record says that the version is affected.
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
                // What a repository's history would tell is left to the other ranges.
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

    /// The versions above this one that repair what some entries tell of, ascending, each once;
    /// the lowest [`MAX_FIXES`] of them.
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

    /// Whether a list names this very version.
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

    /// Whether a list names this version in another spelling: `1.0` and `1.0.0` are one release
    /// of PyPI. Where a range orders the versions, it has said so already.
    ///
    /// Not with Maven, whose repository has `1.0` beside `1.0.Final` though neither is before the
    /// other; nor with other build metadata, which no order but that of PyPI looks at.
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

    /// None for a range that only the history of a repository can decide.
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

    /// The release of a version that Bitnami packed anew: `7.2.4` of `7.2.4-3`, to Semantic
    /// Versioning a pre-release. Where the events name revisions, these count as they stand.
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

    /// The version in its own order, as the events of a range write it: without its epoch where
    /// none of them states one and records may lack it. To RPM no epoch is the lowest, so
    /// that no fix of such a record would ever be above the version.
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

    /// None where there is no epoch, or none is missing from records.
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

/// What stands before the revision, where a version ends in one.
fn without_revision(version: &str) -> Option<&str> {
    let (release, revision) = version.rsplit_once('-')?;
    let is_revision = !revision.is_empty() && revision.bytes().all(|it| it.is_ascii_digit());
    is_revision.then_some(release)
}

/// What stands behind the `+` of a version.
fn build(version: &str) -> Option<&str> {
    version.split_once('+').map(|(_, build)| build)
}

/// Sorts versions by inserting one behind those that are not above it; an equal one stays out.
///
/// Not with the sorts of the standard library: the orders of some tools contradict themselves,
/// on which those may panic (see [`Version::compare`]).
fn insert<'v>(sorted: &mut Vec<Version<'v>>, version: Version<'v>) {
    let at = sorted.partition_point(|other| other.compare(&version) == Some(Ordering::Less));
    let equal =
        sorted.get(at).is_some_and(|other| other.compare(&version) == Some(Ordering::Equal));
    if !equal {
        sorted.insert(at, version);
    }
}
