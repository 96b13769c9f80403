//! Ranges of versions.

use std::cmp::Ordering;

use super::Reason;
use crate::Version;
use crate::database::value::Event;

/// The version of `introduced` that stands before all others.
const BEFORE_ALL: &str = "0";
/// The version of `limit` that stands behind all others.
const BEHIND_ALL: &str = "*";

/// Whether a range holds every version there is, one that cannot be read included.
pub(super) fn is_everything(events: &[Event<'_>]) -> bool {
    let starts = |event: &Event<'_>| event.kind == Event::INTRODUCED && event.version == BEFORE_ALL;
    !events.is_empty() && events.iter().all(starts)
}

/// Whether a range holds a version: OSV schema, "Evaluation", `IncludedInRanges` and
/// `BeforeLimits`.
pub(super) fn contains(events: &[Event<'_>], version: &Version<'_>) -> Result<bool, Reason> {
    if !events.iter().any(|event| event.kind == Event::INTRODUCED) {
        return Err(Reason::NoStart);
    }
    let mut sorted = Vec::with_capacity(events.len());
    let (mut limited, mut below) = (false, false);
    for event in events {
        let bound = Bound::read(event, version)?;
        if event.kind == Event::LIMIT {
            limited = true;
            below |= bound.to_version == Ordering::Greater;
        } else {
            insert(&mut sorted, bound);
        }
    }
    Ok((below || !limited) && is_on(&sorted))
}

/// An event with its place in the order.
struct Bound<'v> {
    kind: u8,
    /// None for the one before all others.
    at: Option<Version<'v>>,
    /// How it compares with the version in question.
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
        // Both are of one scheme, so that there is an order.
        let to_version = at.compare(version).unwrap_or(Ordering::Equal);
        Ok(Self { kind, at: Some(at), to_version })
    }

    /// The specification does not say which of two events of the same version comes first. The
    /// OSV service has `introduced` first (`_EVENT_ORDER` in its `osv/models.py`), so that what
    /// is fixed there stays fixed.
    fn is_above(&self, other: &Self) -> bool {
        let order = match (&self.at, &other.at) {
            (Some(ours), Some(theirs)) => ours.compare(theirs).unwrap_or(Ordering::Equal),
            (ours, theirs) => ours.is_some().cmp(&theirs.is_some()),
        };
        let is_end = |bound: &Self| bound.kind != Event::INTRODUCED;
        order.then(is_end(self).cmp(&is_end(other))).is_gt()
    }
}

/// Inserts behind those that are not above. The sorts of the standard library may panic on the
/// orders of some tools, which contradict themselves (see [`Version::compare`]).
fn insert<'v>(sorted: &mut Vec<Bound<'v>>, bound: Bound<'v>) {
    let at = sorted.partition_point(|other| !other.is_above(&bound));
    sorted.insert(at, bound);
}

/// The state after all events up to the version: each turns it on or off.
fn is_on(sorted: &[Bound<'_>]) -> bool {
    sorted.iter().fold(false, |on, bound| match (bound.kind, bound.to_version) {
        (Event::INTRODUCED, Ordering::Less | Ordering::Equal) => true,
        (Event::FIXED, Ordering::Less | Ordering::Equal) => false,
        (Event::LAST_AFFECTED, Ordering::Less) => false,
        _ => on,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Scheme;

    fn events(text: &str) -> Vec<Event<'_>> {
        let pairs = text.split_whitespace().map(|event| event.split_once('=').unwrap());
        pairs
            .map(|(kind, version)| Event {
                kind: match kind {
                    "introduced" => Event::INTRODUCED,
                    "fixed" => Event::FIXED,
                    "last" => Event::LAST_AFFECTED,
                    "limit" => Event::LIMIT,
                    _ => Event::OTHER,
                },
                version,
            })
            .collect()
    }

    fn holds(range: &str, version: &str) -> Result<bool, Reason> {
        contains(&events(range), &Scheme::SemVer.parse(version).unwrap())
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
    fn what_cannot_be_read_leaves_it_open() {
        assert!(matches!(
            holds("introduced=0 fixed=one", "1.0.0"),
            Err(Reason::UnreadableBound { .. })
        ));
        assert_eq!(holds("introduced=0 unknown=1.0.0", "1.0.0"), Err(Reason::UnknownEvent));
        assert_eq!(holds("fixed=1.0.0", "0.1.0"), Err(Reason::NoStart));
        assert!(is_everything(&events("introduced=0")));
        assert!(!is_everything(&events("introduced=0 fixed=1")));
        assert!(!is_everything(&[]));
    }
}
