//! Groups matching records by vulnerability.

use std::collections::{BTreeMap, BTreeSet};

use super::candidates::Hit;
use crate::database::value::Record;
use crate::identity::{Names, is_malicious};

/// A matching record with its names.
#[derive(Debug)]
pub(super) struct Match<'d> {
    pub(super) hit: Hit<'d>,
    pub(super) record: Record<'d>,
    pub(super) names: Names<'d>,
}

/// The records about one vulnerability of a package.
#[derive(Debug)]
pub(super) struct Group<'m, 'd> {
    /// The CVE if there is one, else the id of one of the records.
    pub(super) id: &'d str,
    /// The preferred record first.
    pub(super) members: Vec<&'m Match<'d>>,
}

/// Groups the matching records of one package by vulnerability, sorted by id.
///
/// A record belongs to each CVE that it names. A record without a CVE belongs to the CVE of a
/// record with which it shares another name, if that record names only this CVE; a record of
/// several CVEs proves nothing. The remaining records are grouped by shared names.
pub(super) fn groups<'m, 'd>(matches: &'m [Match<'d>]) -> Vec<Group<'m, 'd>> {
    let mut by_id: BTreeMap<&'d str, Vec<&'m Match<'d>>> = BTreeMap::new();
    for found in matches {
        for cve in &found.names.cves {
            by_id.entry(cve).or_default().push(found);
        }
    }
    let named = cves_by_name(matches);
    for family in families(matches) {
        let names = family.iter().flat_map(|found| &found.names.others);
        let cves: BTreeSet<_> = names.filter_map(|name| named.get(name)).flatten().collect();
        let own = family.first().filter(|_| cves.is_empty()).map(|first| first.record.id);
        for id in own.into_iter().chain(cves.into_iter().copied()) {
            by_id.entry(id).or_default().extend(&family);
        }
    }
    let sorted = by_id.into_iter().map(|(id, mut members)| {
        members.sort_by_key(|found| rank(found));
        Group { id, members }
    });
    sorted.collect()
}

/// The records without a CVE, grouped by shared names, the preferred ones first.
fn families<'m, 'd>(matches: &'m [Match<'d>]) -> Vec<Vec<&'m Match<'d>>> {
    let mut families: Vec<Vec<&Match<'_>>> = Vec::new();
    let mut family_of: BTreeMap<&str, usize> = BTreeMap::new();
    for found in matches.iter().filter(|found| found.names.cves.is_empty()) {
        let names = &found.names.others;
        let mut known: Vec<_> = names.iter().filter_map(|name| family_of.get(name)).collect();
        // Merges into the largest family, so that many records that join one by one are not moved
        // each time.
        known.sort_by_key(|index| families.get(**index).map_or(0, Vec::len));
        let home = known.pop().copied().unwrap_or(families.len());
        let joining: BTreeSet<_> =
            known.into_iter().copied().filter(|index| *index != home).collect();
        let mut members = vec![found];
        for index in joining {
            members.append(&mut families.get_mut(index).map(std::mem::take).unwrap_or_default());
        }
        for name in members.iter().flat_map(|found| &found.names.others) {
            family_of.insert(name, home);
        }
        match families.get_mut(home) {
            Some(family) => family.append(&mut members),
            None => families.push(members),
        }
    }
    families.retain(|family| !family.is_empty());
    for family in &mut families {
        family.sort_by_key(|found| rank(found));
    }
    families
}

/// The CVEs for other names, from the records that name a single CVE.
fn cves_by_name<'d>(matches: &[Match<'d>]) -> BTreeMap<&'d str, BTreeSet<&'d str>> {
    let mut named: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for found in matches.iter().filter(|found| found.names.cves.len() == 1) {
        for name in &found.names.others {
            named.entry(*name).or_default().extend(&found.names.cves);
        }
    }
    named
}

/// The order of preference: a record of one vulnerability before one of several; then one about
/// malice; then one of GitHub, reviewed and with a summary and a severity; then the others, with
/// those that are local to a collection (`x_`, by the OSV schema) last.
fn rank<'d>(found: &Match<'d>) -> impl Ord + use<'d> {
    let id = found.record.id;
    let source = match id {
        _ if is_malicious(id) => 0,
        _ if id.starts_with("GHSA-") => 1,
        _ if id.starts_with("x_") => 3,
        _ => 2,
    };
    (found.names.cves.len() > 1, source, id)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matching(id: &'static str, aliases: &[&'static str]) -> Match<'static> {
        let record =
            Record { id, aliases: aliases.to_vec(), ecosystems: vec!["PyPI"], ..Record::default() };
        let hit = Hit { record: id, entries: Vec::new(), foreign: false };
        Match { hit, names: Names::of(&record), record }
    }

    fn ids(matches: &[Match<'static>]) -> Vec<(&'static str, Vec<&'static str>)> {
        let groups = groups(matches);
        let members =
            |group: &Group<'_, 'static>| group.members.iter().map(|m| m.record.id).collect();
        groups.iter().map(|group| (group.id, members(group))).collect()
    }

    #[test]
    fn records_of_the_same_cve_are_one_finding() {
        let matches = [matching("PYSEC-1", &["CVE-1", "GHSA-1"]), matching("GHSA-1", &["CVE-1"])];
        assert_eq!(ids(&matches), [("CVE-1", vec!["GHSA-1", "PYSEC-1"])]);
    }

    #[test]
    fn a_record_of_several_cves_is_a_finding_for_each_and_joins_nothing() {
        let matches = [
            matching("PYSEC-1", &["CVE-1", "CVE-2", "GHSA-1"]),
            matching("GHSA-1", &[]),
            matching("GHSA-2", &["CVE-2"]),
        ];
        assert_eq!(
            ids(&matches),
            [
                ("CVE-1", vec!["PYSEC-1"]),
                ("CVE-2", vec!["GHSA-2", "PYSEC-1"]),
                ("GHSA-1", vec!["GHSA-1"]),
            ]
        );
    }

    #[test]
    fn a_record_without_a_cve_joins_the_one_that_names_it() {
        let matches = [matching("PYSEC-1", &["CVE-1", "GHSA-1"]), matching("GHSA-1", &[])];
        assert_eq!(ids(&matches), [("CVE-1", vec!["GHSA-1", "PYSEC-1"])]);
    }

    #[test]
    fn records_without_any_cve_meet_by_their_other_names() {
        let matches = [
            matching("PYSEC-1", &["X-1"]),
            matching("PYSEC-2", &["X-2"]),
            matching("GHSA-1", &["X-1", "X-2"]),
            matching("PYSEC-3", &[]),
        ];
        assert_eq!(
            ids(&matches),
            [("GHSA-1", vec!["GHSA-1", "PYSEC-1", "PYSEC-2"]), ("PYSEC-3", vec!["PYSEC-3"])]
        );
        let matches = [matching("MAL-1", &["GHSA-1"]), matching("GHSA-1", &[])];
        assert_eq!(ids(&matches), [("MAL-1", vec!["MAL-1", "GHSA-1"])]);
    }
}
