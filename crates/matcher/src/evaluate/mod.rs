//! Whether a version is affected: the evaluation of the OSV schema 1.7 ("Evaluation").
//!
//! The answer has three values. Where a version or a bound cannot be read, or only the history
//! of a repository could tell, it is [`Verdict::Undetermined`], never "not affected".

mod range;
mod reason;
mod scheme;

use std::cmp::Ordering;

pub use reason::Reason;
pub(crate) use scheme::Schemes;

use crate::Version;
use crate::database::value::{Affected, Event, Range};

/// Whether a version is affected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Affected,
    NotAffected,
    Undetermined(Reason),
}

/// A version in question, read once for all records.
#[derive(Debug)]
pub(crate) struct Installed<'v> {
    text: &'v str,
    schemes: Schemes,
    own: Result<Version<'v>, Reason>,
    semver: Result<Version<'v>, Reason>,
}

impl<'v> Installed<'v> {
    /// A version of an ecosystem's package, as written there.
    pub(crate) fn new(text: &'v str, schemes: Schemes) -> Self {
        let text = schemes.trim(text);
        let read = |scheme: Option<crate::Scheme>| {
            let scheme = scheme.ok_or(Reason::NoScheme)?;
            if text.is_empty() {
                return Err(Reason::NoVersion);
            }
            let unreadable = |error| Reason::UnreadableVersion { version: text.to_owned(), error };
            scheme.parse(text).map_err(unreadable)
        };
        Self { text, schemes, own: read(schemes.own), semver: read(Some(schemes.semver)) }
    }

    /// Another version of the same package.
    pub(crate) fn other<'o>(&self, text: &'o str) -> Installed<'o> {
        Installed::new(text, self.schemes)
    }

    /// Whether one entry of a record says that the version is affected.
    pub(crate) fn verdict(&self, affected: &Affected<'_>) -> Verdict {
        if affected.versions.iter().any(|version| self.schemes.trim(version) == self.text) {
            return Verdict::Affected;
        }
        let mut open = affected.defect.map(|defect| Reason::Defect(defect.to_owned()));
        let mut told = !affected.versions.is_empty();
        for range in &affected.ranges {
            match self.in_range(range) {
                Ok(Some(true)) => return Verdict::Affected,
                Ok(Some(false)) => told = true,
                // What a repository's history would tell is left to the other ranges.
                Ok(None) => {}
                Err(reason) => open = open.or(Some(reason)),
            }
        }
        match open {
            Some(reason) => Verdict::Undetermined(reason),
            None if told => Verdict::NotAffected,
            None if affected.ranges.is_empty() => Verdict::Undetermined(Reason::NoVersions),
            None => Verdict::Undetermined(Reason::OnlyGit),
        }
    }

    /// The versions above this one that repair what some entries tell of, ascending, each once.
    pub(crate) fn fixes<'b>(
        &self,
        affected: impl Iterator<Item = &'b Affected<'b>>,
    ) -> Vec<Version<'b>> {
        let mut fixes = Vec::new();
        let (Ok(installed), Some(scheme)) = (&self.own, self.schemes.own) else { return fixes };
        let ranges = affected.flat_map(|affected| &affected.ranges);
        let events =
            ranges.filter(|range| range.kind != Range::GIT).flat_map(|range| &range.events);
        for event in events.filter(|event| event.kind == Event::FIXED) {
            let Ok(fix) = scheme.parse(event.version) else { continue };
            if fix.compare(installed) == Some(Ordering::Greater) {
                insert(&mut fixes, fix);
            }
        }
        fixes
    }

    /// None for a range that only the history of a repository can decide.
    fn in_range(&self, range: &Range<'_>) -> Result<Option<bool>, Reason> {
        let installed = match range.kind {
            Range::SEMVER => &self.semver,
            Range::ECOSYSTEM => &self.own,
            Range::GIT => return Ok(None),
            _ => return Err(Reason::UnknownRange),
        };
        if range::is_everything(&range.events) {
            return Ok(Some(true));
        }
        let installed = installed.as_ref().map_err(Reason::clone)?;
        range::contains(&range.events, installed).map(Some)
    }
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
