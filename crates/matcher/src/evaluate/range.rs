//! Ranges of versions.

use std::cmp::Ordering;

use super::Reason;
use crate::Version;
use crate::database::list::{List, Malformed};
use crate::database::value::Event;

/// The version of `introduced` that is before all others.
const BEFORE_ALL: &str = "0";
/// The version of `limit` that is after all others.
const BEHIND_ALL: &str = "*";

/// Whether a range contains every version, including those that cannot be read.
pub(super) fn is_everything(events: List<'_, Event<'_>>) -> Result<bool, Malformed> {
    for event in events.iter() {
        let event = event?;
        if (event.kind, event.version) != (Event::INTRODUCED, BEFORE_ALL) {
            return Ok(false);
        }
    }
    Ok(!events.is_empty())
}

/// Whether a range contains a version: OSV schema, "Evaluation", `IncludedInRanges` and
/// `BeforeLimits`.
pub(super) fn contains(
    events: List<'_, Event<'_>>,
    version: &Version<'_>,
) -> Result<Result<bool, Reason>, Malformed> {
    let (mut starts, mut limited, mut below) = (false, false, false);
    let mut last: Option<Bound<'_>> = None;
    let mut open = None;
    for event in events.iter() {
        let event = event?;
        starts |= event.kind == Event::INTRODUCED;
        let bound = match Bound::read(&event, version) {
            Ok(bound) => bound,
            Err(reason) => {
                open.get_or_insert(reason);
                continue;
            }
        };
        if event.kind == Event::LIMIT {
            limited = true;
            below |= bound.to_version.is_gt();
        } else if bound.counts() && last.as_ref().is_none_or(|last| !last.is_above(&bound)) {
            last = Some(bound);
        }
    }
    let on = last.is_some_and(|last| last.kind == Event::INTRODUCED);
    Ok(match open {
        _ if !starts => Err(Reason::NoStart),
        Some(reason) => Err(reason),
        None => Ok((below || !limited) && on),
    })
}

/// An event with its place in the order.
///
/// The specification sorts the events, and each event at or below the version turns the state on or
/// off. The final state is that of the highest of them, which is found here without sorting: the
/// orders of some tools are inconsistent, and hostile records may have any number of events.
struct Bound<'v> {
    kind: u8,
    /// None for the version before all others.
    at: Option<Version<'v>>,
    /// Its order relative to the version to decide about.
    to_version: Ordering,
}

impl<'v> Bound<'v> {
    fn read(event: &Event<'v>, version: &Version<'_>) -> Result<Self, Reason> {
        let Event { kind, version: text } = *event;
        let fixed = |to_version| Ok(Self { kind, at: None, to_version });
        match (kind, text) {
            (Event::INTRODUCED, BEFORE_ALL) => return fixed(Ordering::Less),
            (Event::LIMIT, BEHIND_ALL) => return fixed(Ordering::Greater),
            (Event::INTRODUCED | Event::FIXED | Event::LAST_AFFECTED | Event::LIMIT, _) => {}
            _ => return Err(Reason::UnknownEvent),
        }
        let unreadable = |error| Reason::UnreadableBound { bound: text.to_owned(), error };
        let at = version.scheme().parse(text).map_err(unreadable)?;
        // Both are in one scheme, so they have an order.
        let order = match kind {
            Event::LAST_AFFECTED => version.compare_to_named(&at).map(Ordering::reverse),
            _ => at.compare(version),
        };
        let to_version = order.unwrap_or(Ordering::Equal);
        Ok(Self { kind, at: Some(at), to_version })
    }

    /// Whether it turns the state of the version on or off.
    fn counts(&self) -> bool {
        match self.kind {
            Event::LAST_AFFECTED => self.to_version.is_lt(),
            _ => self.to_version.is_le(),
        }
    }

    /// The specification does not define the order of two events of the same version. The OSV
    /// service puts `introduced` first (`_EVENT_ORDER` in its `osv/models.py`), so that a version
    /// that is fixed there stays fixed.
    fn is_above(&self, other: &Self) -> bool {
        let order = match (&self.at, &other.at) {
            (Some(ours), Some(theirs)) => ours.compare(theirs).unwrap_or(Ordering::Equal),
            (ours, theirs) => ours.is_some().cmp(&theirs.is_some()),
        };
        let is_end = |bound: &Self| bound.kind != Event::INTRODUCED;
        order.then(is_end(self).cmp(&is_end(other))).is_gt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Scheme;
    use crate::database::list::encoded;

    fn events(text: &str) -> Vec<u8> {
        let pairs = text.split_whitespace().map(|event| event.split_once('=').unwrap());
        encoded(pairs.map(|(kind, version)| Event {
            kind: match kind {
                "introduced" => Event::INTRODUCED,
                "fixed" => Event::FIXED,
                "last" => Event::LAST_AFFECTED,
                "limit" => Event::LIMIT,
                _ => Event::OTHER,
            },
            version,
        }))
    }

    fn holds(range: &str, version: &str) -> Result<bool, Reason> {
        holds_in(Scheme::SemVer, range, version)
    }

    fn holds_in(scheme: Scheme, range: &str, version: &str) -> Result<bool, Reason> {
        contains(List::filling(&events(range)), &scheme.parse(version).unwrap()).unwrap()
    }

    #[test]
    fn events_turn_the_state_on_and_off_in_the_order_of_versions() {
        for (range, inside, outside) in [
            ("introduced=0 fixed=1.0.0", "0.9.0 1.0.0-rc.1", "1.0.0 2.0.0"),
            ("fixed=1.0.0 introduced=0", "0.9.0", "1.0.0"),
            ("introduced=1.0.0 last=1.2.0", "1.0.0 1.2.0", "0.9.9 1.2.1"),
            ("introduced=1.0.0 last=1.0.0", "1.0.0", "1.0.1"),
            ("introduced=0 fixed=1.0.0 introduced=2.0.0", "0.1.0 2.0.0 9.0.0", "1.0.0 1.9.9"),
            ("introduced=0 limit=1.0.0", "0.9.9", "1.0.0 2.0.0"),
            ("introduced=0 limit=1.0.0 limit=2.0.0", "1.5.0", "2.0.0"),
            ("introduced=0 limit=*", "99.0.0", ""),
            ("introduced=0 fixed=1.0.0 introduced=1.0.0", "0.1.0", "1.0.0 2.0.0"),
        ] {
            for version in inside.split_whitespace() {
                assert_eq!(holds(range, version), Ok(true), "{range} {version}");
            }
            for version in outside.split_whitespace() {
                assert_eq!(holds(range, version), Ok(false), "{range} {version}");
            }
        }
    }

    #[test]
    fn a_local_build_of_the_last_affected_release_is_affected() {
        for (range, version, expected) in [
            ("introduced=0 last=2.0.0", "2.0.0+cu118", true),
            ("introduced=0 last=2.0", "2.0.1+cu118", false),
            ("introduced=0 last=2.0.0+1", "2.0.0+1", true),
            ("introduced=0 last=2.0.0+1", "2.0.0+2", false),
            ("introduced=2.0.0 fixed=2.0.1", "2.0.0+cu118", true),
            ("introduced=0 fixed=2.0.0", "2.0.0+cu118", false),
        ] {
            assert_eq!(holds_in(Scheme::Pep440, range, version), Ok(expected), "{range} {version}");
        }
    }

    #[test]
    fn what_cannot_be_read_leaves_it_open() {
        assert!(matches!(
            holds("introduced=0 fixed=one", "1.0.0"),
            Err(Reason::UnreadableBound { .. })
        ));
        assert_eq!(holds("introduced=0 unknown=1.0.0", "1.0.0"), Err(Reason::UnknownEvent));
        assert_eq!(holds("fixed=1.0.0", "0.1.0"), Err(Reason::NoStart));
        for (range, expected) in
            [("introduced=0", true), ("introduced=0 fixed=1", false), ("", false)]
        {
            assert_eq!(is_everything(List::filling(&events(range))), Ok(expected), "{range}");
        }
    }
}
