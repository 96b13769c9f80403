//! The end of a GitHub range without a fix.
//!
//! GitHub's advisories name the affected versions and the first fixed one. In the OSV form, a range
//! without a fixed version in the registry would have no end; the advisory's end is in
//! `last_known_affected_version_range` (github/advisory-database, issue 470). The OSV schema leaves
//! the content of `database_specific` to the database; `npm audit` uses this field, and so does
//! this crate for records without a list of versions.

use std::cmp::Ordering;

use super::affected::{EventSpec, RangeSpec};
use crate::Scheme;
use crate::database::value::{Event, Range};
use crate::evaluate::Schemes;

/// Ends the only range of an entry that has no end. If there are several, or the text does not have
/// the form `< 1.2` or `<= 1.2`, or no version above the start, the range stays open.
pub(super) fn end(ranges: &mut [RangeSpec], ecosystem: &str, last_known: &str) {
    let schemes = Schemes::of(ecosystem);
    let mut ordered = ranges.iter_mut().filter(|range| range.kind != Range::GIT);
    let (Some(range), None) = (ordered.next(), ordered.next()) else { return };
    let scheme = match range.kind {
        Range::SEMVER => Some(schemes.semver),
        Range::ECOSYSTEM => schemes.own,
        _ => None,
    };
    let end = scheme.and_then(|scheme| bound(scheme, &range.events, last_known));
    range.events.extend(end);
}

/// `< 1.2` says that 1.2 is not affected, but not that it can be installed: a limit, not a fix.
fn bound(scheme: Scheme, events: &[EventSpec], last_known: &str) -> Option<EventSpec> {
    let [EventSpec { kind: Event::INTRODUCED, version: start }] = events else { return None };
    let (kind, version) = match last_known.strip_prefix("<=") {
        Some(version) => (Event::LAST_AFFECTED, version.trim()),
        None => (Event::LIMIT, last_known.strip_prefix('<')?.trim()),
    };
    let end = scheme.parse(version).ok()?;
    let is_above = start == "0"
        || match scheme.parse(start).ok()?.compare(&end)? {
            Ordering::Less => true,
            Ordering::Equal => kind == Event::LAST_AFFECTED,
            Ordering::Greater => false,
        };
    is_above.then(|| EventSpec { kind, version: version.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ended(kind: u8, ecosystem: &str, start: &str, last_known: &str) -> Option<(u8, String)> {
        let introduced = EventSpec { kind: Event::INTRODUCED, version: start.to_owned() };
        let mut ranges = [RangeSpec { kind, events: vec![introduced] }];
        end(&mut ranges, ecosystem, last_known);
        let [_, end] = ranges[0].events.as_slice() else { return None };
        Some((end.kind, end.version.clone()))
    }

    #[test]
    fn a_range_without_end_ends_where_github_says() {
        let some = |kind, version: &str| Some((kind, version.to_owned()));
        for (start, last_known, expected) in [
            ("0", "< 0.20.2", some(Event::LIMIT, "0.20.2")),
            ("0", "<= 0.20.2", some(Event::LAST_AFFECTED, "0.20.2")),
            ("1.0.0", "<= 1.0.0", some(Event::LAST_AFFECTED, "1.0.0")),
            ("1.0.0", "< 1.0.0", None),
            ("1.0.0", "<= 0.9.0", None),
            ("0", "< 1.2", None),
            ("0", ">= 1.0.0, < 2.0.0", None),
            ("0", "< 1.0.0, >= 0.5.0", None),
            ("0", "= 1.0.0", None),
            ("0", "", None),
        ] {
            assert_eq!(ended(Range::SEMVER, "npm", start, last_known), expected, "{last_known}");
        }
        assert_eq!(ended(Range::ECOSYSTEM, "Maven", "3.0", "< 4.0"), some(Event::LIMIT, "4.0"));
        assert_eq!(ended(Range::GIT, "npm", "0", "< 1.0.0"), None);
        assert_eq!(ended(Range::ECOSYSTEM, "unknown", "0", "< 1.0.0"), None);
    }

    #[test]
    fn a_range_with_an_end_stays_as_it_is() {
        let event = |kind, version: &str| EventSpec { kind, version: version.to_owned() };
        let fixed = [event(Event::INTRODUCED, "0"), event(Event::FIXED, "2.0.0")];
        assert_eq!(bound(Scheme::Npm, &fixed, "<= 1.0.0"), None);
    }
}
