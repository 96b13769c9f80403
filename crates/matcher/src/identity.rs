//! The vulnerabilities that a record is about.

use std::collections::BTreeSet;

use sealift_model::Family;

use crate::database::value::Record;

/// The vulnerabilities that a record names as its own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Names<'b> {
    pub(crate) cves: BTreeSet<&'b str>,
    /// Ids of other databases, including the record's own.
    pub(crate) others: BTreeSet<&'b str>,
}

impl<'b> Names<'b> {
    /// The names in a record: its id and `aliases`; for a distribution's record also `upstream`,
    /// since its `aliases` would say that only this package is affected; and for AlmaLinux the CVEs
    /// in `related`, which is the only place where it lists what an advisory fixes.
    ///
    /// In any other record, `related` is about something else.
    pub(crate) fn of(record: &Record<'b>) -> Self {
        let distribution = is_distribution(record);
        let upstream = record.upstream.iter().filter(|_| distribution);
        let alma = is_security(record.id) && record.ecosystems.contains(&"AlmaLinux");
        let related = record.related.iter().filter(|id| alma && is_cve(id));
        let named = record.aliases.iter().chain(upstream).chain(related).copied();
        let (cves, others) = std::iter::once(record.id).chain(named).partition(|id| is_cve(id));
        Self { cves, others }
    }
}

/// Whether an id is a CVE id.
pub(crate) fn is_cve(id: &str) -> bool {
    id.starts_with("CVE-")
}

/// Whether a record is about security at all. AlmaLinux also publishes bug fixes (ALBA) and
/// enhancements (ALEA).
pub(crate) fn is_security(id: &str) -> bool {
    !id.starts_with("ALBA-") && !id.starts_with("ALEA-")
}

/// Whether a record is about a malicious package.
pub(crate) fn is_malicious(id: &str) -> bool {
    id.starts_with("MAL-")
}

fn is_distribution(record: &Record<'_>) -> bool {
    let mut ecosystems = record.ecosystems.iter();
    !record.ecosystems.is_empty() && ecosystems.all(|name| Family::from_osv(name).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(id: &'static str, ecosystem: &'static str) -> Names<'static> {
        Names::of(&Record {
            id,
            aliases: vec!["CVE-1", "GHSA-1"],
            upstream: vec!["CVE-2", "CVE-1"],
            related: vec!["CVE-3", "X-3"],
            ecosystems: vec![ecosystem],
            ..Record::default()
        })
    }

    fn set<const N: usize>(ids: [&'static str; N]) -> BTreeSet<&'static str> {
        ids.into()
    }

    #[test]
    fn each_source_names_in_its_own_fields() {
        assert_eq!(names("PYSEC-1", "PyPI").cves, set(["CVE-1"]));
        assert_eq!(names("PYSEC-1", "PyPI").others, set(["PYSEC-1", "GHSA-1"]));
        assert_eq!(names("DSA-1-1", "Debian").cves, set(["CVE-1", "CVE-2"]));
        assert_eq!(names("ALSA-2024:1", "AlmaLinux").cves, set(["CVE-1", "CVE-2", "CVE-3"]));
        assert_eq!(names("ALBA-2024:1", "AlmaLinux").cves, set(["CVE-1", "CVE-2"]));
        assert_eq!(names("CVE-9", "npm").cves, set(["CVE-9", "CVE-1"]));
    }
}
