//! Who publishes records, by their ids.

use super::finding::DataSource;

/// Prefix of ids, short name, name, address. Prefixes: OSV schema, "id, modified fields".
type Row = (&'static str, &'static str, &'static str, &'static str);

#[rustfmt::skip]
const TABLE: &[Row] = &[
    ("ALBA-", "alma", "AlmaLinux Errata", "https://errata.almalinux.org"),
    ("ALEA-", "alma", "AlmaLinux Errata", "https://errata.almalinux.org"),
    ("ALPINE-", "alpine", "Alpine Security Database", "https://security.alpinelinux.org"),
    ("ALSA-", "alma", "AlmaLinux Errata", "https://errata.almalinux.org"),
    ("AZL-", "azurelinux", "Azure Linux Security Data", "https://github.com/microsoft/AzureLinuxVulnerabilityData"),
    ("BIT-", "bitnami", "Bitnami Vulnerability Database", "https://github.com/bitnami/vulndb"),
    ("CGA-", "chainguard", "Chainguard Advisories", "https://images.chainguard.dev/security"),
    ("DEBIAN-", "debian", "Debian Security Tracker", "https://security-tracker.debian.org"),
    ("DLA-", "debian", "Debian Security Tracker", "https://security-tracker.debian.org"),
    ("DSA-", "debian", "Debian Security Tracker", "https://security-tracker.debian.org"),
    ("DTSA-", "debian", "Debian Security Tracker", "https://security-tracker.debian.org"),
    ("EEF-", "erlef", "Erlang Ecosystem Foundation CNA", "https://cna.erlef.org"),
    ("GHSA-", "ghsa", "GitHub Advisory Database", "https://github.com/advisories"),
    ("GO-", "govulndb", "Go Vulnerability Database", "https://pkg.go.dev/vuln"),
    ("LSN-", "ubuntu", "Ubuntu Security Notices", "https://ubuntu.com/security/notices"),
    ("MAL-", "malicious-packages", "OpenSSF Malicious Packages", "https://github.com/ossf/malicious-packages"),
    ("OSV-", "oss-fuzz", "OSS-Fuzz", "https://github.com/google/oss-fuzz-vulns"),
    ("PSF-", "psf", "Python Software Foundation", "https://github.com/psf/advisory-database"),
    ("PYSEC-", "pypa", "Python Packaging Advisory Database", "https://github.com/pypa/advisory-database"),
    ("RHBA-", "redhat", "Red Hat Security Data", "https://access.redhat.com/security/data"),
    ("RHEA-", "redhat", "Red Hat Security Data", "https://access.redhat.com/security/data"),
    ("RHSA-", "redhat", "Red Hat Security Data", "https://access.redhat.com/security/data"),
    ("RLSA-", "rocky", "Rocky Linux Errata", "https://errata.rockylinux.org"),
    ("RUSTSEC-", "rustsec", "RustSec Advisory Database", "https://rustsec.org"),
    ("RXSA-", "rocky", "Rocky Linux Errata", "https://errata.rockylinux.org"),
    ("SUSE-", "suse", "SUSE Security Advisories", "https://www.suse.com/support/update"),
    ("UBUNTU-", "ubuntu", "Ubuntu CVE Tracker", "https://ubuntu.com/security/cves"),
    ("USN-", "ubuntu", "Ubuntu Security Notices", "https://ubuntu.com/security/notices"),
    ("openSUSE-", "suse", "SUSE Security Advisories", "https://www.suse.com/support/update"),
];

/// Who publishes a record, by its id; `ecosystems` are those that it names.
pub(super) fn data_source(id: &str, ecosystems: &[&str]) -> DataSource {
    let known = TABLE.iter().find(|row| id.starts_with(row.0)).or_else(|| {
        // Older exports have a distribution's record under the bare CVE.
        let debian = id.starts_with("CVE-") && ecosystems == ["Debian"];
        TABLE.iter().find(|row| debian && row.1 == "debian")
    });
    match known {
        Some((_, short, name, url)) => DataSource {
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
