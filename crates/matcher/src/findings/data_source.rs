//! The publishers of records, by their ids.

use super::finding::DataSource;

/// Prefix of ids, short name, name, URL, licence (SPDX) of the data. Prefixes: OSV schema, "id,
/// modified fields". Licences: osv.dev, "Data sources", and the sources' own pages; none if the
/// source states none.
type Row = (&'static str, &'static str, &'static str, &'static str, Option<&'static str>);

#[rustfmt::skip]
const TABLE: &[Row] = &[
    ("ALBA-", "alma", "AlmaLinux Errata", "https://errata.almalinux.org", Some("MIT")),
    ("ALEA-", "alma", "AlmaLinux Errata", "https://errata.almalinux.org", Some("MIT")),
    ("ALPINE-", "alpine", "Alpine Security Database", "https://security.alpinelinux.org", None),
    ("ALSA-", "alma", "AlmaLinux Errata", "https://errata.almalinux.org", Some("MIT")),
    ("AZL-", "azurelinux", "Azure Linux Security Data", "https://github.com/microsoft/AzureLinuxVulnerabilityData", None),
    ("BELL-", "bellsoft", "BellSoft Security Advisories", "https://docs.bell-sw.com/security/search", None),
    ("BIT-", "bitnami", "Bitnami Vulnerability Database", "https://github.com/bitnami/vulndb", Some("Apache-2.0")),
    ("CGA-", "chainguard", "Chainguard Advisories", "https://images.chainguard.dev/security", None),
    ("CLEANSTART-", "cleanstart", "CleanStart Security Advisories", "https://github.com/cleanstart-dev/cleanstart-security-advisories", None),
    ("DEBIAN-", "debian", "Debian Security Tracker", "https://security-tracker.debian.org", None),
    ("DLA-", "debian", "Debian Security Tracker", "https://security-tracker.debian.org", None),
    ("DSA-", "debian", "Debian Security Tracker", "https://security-tracker.debian.org", None),
    ("DTSA-", "debian", "Debian Security Tracker", "https://security-tracker.debian.org", None),
    ("ECHO-", "echo", "Echo Security Advisory Database", "https://advisory.echohq.com", None),
    ("EEF-", "erlef", "Erlang Ecosystem Foundation CNA", "https://cna.erlef.org", None),
    ("GHSA-", "ghsa", "GitHub Advisory Database", "https://github.com/advisories", Some("CC-BY-4.0")),
    ("GO-", "govulndb", "Go Vulnerability Database", "https://pkg.go.dev/vuln", Some("CC-BY-4.0")),
    ("LSN-", "ubuntu", "Ubuntu Security Notices", "https://ubuntu.com/security/notices", Some("CC-BY-SA-4.0")),
    ("MAL-", "malicious-packages", "OpenSSF Malicious Packages", "https://github.com/ossf/malicious-packages", Some("Apache-2.0")),
    ("MGASA-", "mageia", "Mageia Security Advisories", "https://advisories.mageia.org", None),
    ("MINI-", "minimos", "MinimOS Security Advisories", "https://packages.mini.dev/advisories", None),
    ("OESA-", "openeuler", "openEuler Security Advisories", "https://www.openeuler.org/en/security/security-bulletins", None),
    ("OSV-", "oss-fuzz", "OSS-Fuzz", "https://github.com/google/oss-fuzz-vulns", Some("CC-BY-4.0")),
    ("PSF-", "psf", "Python Software Foundation", "https://github.com/psf/advisory-database", Some("CC-BY-4.0")),
    ("PYSEC-", "pypa", "Python Packaging Advisory Database", "https://github.com/pypa/advisory-database", Some("CC-BY-4.0")),
    ("RHBA-", "redhat", "Red Hat Security Data", "https://access.redhat.com/security/data", Some("CC-BY-4.0")),
    ("RHEA-", "redhat", "Red Hat Security Data", "https://access.redhat.com/security/data", Some("CC-BY-4.0")),
    ("RHSA-", "redhat", "Red Hat Security Data", "https://access.redhat.com/security/data", Some("CC-BY-4.0")),
    ("RLSA-", "rocky", "Rocky Linux Errata", "https://errata.rockylinux.org", Some("BSD-3-Clause")),
    ("RUSTSEC-", "rustsec", "RustSec Advisory Database", "https://rustsec.org", Some("CC0-1.0")),
    ("RXSA-", "rocky", "Rocky Linux Errata", "https://errata.rockylinux.org", Some("BSD-3-Clause")),
    ("SUSE-", "suse", "SUSE Security Advisories", "https://www.suse.com/support/update", Some("CC-BY-4.0")),
    ("UBUNTU-", "ubuntu", "Ubuntu CVE Tracker", "https://ubuntu.com/security/cves", Some("CC-BY-SA-4.0")),
    ("USN-", "ubuntu", "Ubuntu Security Notices", "https://ubuntu.com/security/notices", Some("CC-BY-SA-4.0")),
    ("openSUSE-", "suse", "SUSE Security Advisories", "https://www.suse.com/support/update", Some("CC-BY-4.0")),
];

/// The publisher of a record, by its id and the ecosystems that it names.
pub(super) fn data_source(id: &str, ecosystems: &[&str]) -> DataSource {
    match row(id, ecosystems) {
        Some((_, short, name, url, _)) => DataSource {
            id: (*short).to_owned(),
            name: (*name).to_owned(),
            url: Some((*url).to_owned()),
        },
        None => {
            let prefix = id.split('-').next().unwrap_or(id);
            DataSource { id: prefix.to_lowercase(), name: prefix.to_owned(), url: None }
        }
    }
}

/// The publisher of records with such an id: name, URL and licence of the data.
pub(crate) fn origin<'i>(
    id: &'i str,
    ecosystems: &[&str],
) -> (&'i str, Option<&'static str>, Option<&'static str>) {
    match row(id, ecosystems) {
        Some((_, _, name, url, license)) => (name, Some(url), *license),
        None => (id.split('-').next().unwrap_or(id), None, None),
    }
}

fn row(id: &str, ecosystems: &[&str]) -> Option<&'static Row> {
    TABLE.iter().find(|row| id.starts_with(row.0)).or_else(|| {
        // Older exports have a distribution's record under the plain CVE id.
        let debian = id.starts_with("CVE-") && ecosystems == ["Debian"];
        TABLE.iter().find(|row| debian && row.1 == "debian")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_known_by_their_ids() {
        assert!(TABLE.is_sorted_by_key(|row| row.0));
        assert_eq!(data_source("GHSA-1", &[]).id, "ghsa");
        assert_eq!(data_source("CVE-1", &["Debian"]).id, "debian");
        assert_eq!(data_source("CVE-1", &["npm"]).id, "cve");
        assert_eq!(data_source("x_LOCAL-1", &[]).id, "x_local");
    }
}
