//! The vendors of packages, as the packages name them.

use super::Family;

/// The beginnings of vendors' names in RPMs of the distribution itself, which its advisories are
/// about. RPMs that others made for it (EPEL, a vendor's own repository) have other vendors.
#[rustfmt::skip]
const TABLE: &[(Family, &[&str])] = &[
    (Family::Alma, &["AlmaLinux", "CloudLinux"]),
    (Family::Amazon, &["Amazon Linux", "Amazon.com"]),
    (Family::AzureLinux, &["Microsoft Corporation"]),
    (Family::CentOs, &["CentOS"]),
    (Family::Fedora, &["Fedora Project"]),
    (Family::Mageia, &["Mageia.Org"]),
    (Family::Mariner, &["Microsoft Corporation"]),
    (Family::OpenEuler, &["http://openeuler.org", "https://openeuler.org", "openEuler"]),
    (Family::OpenSuseLeap, &["openSUSE", "SUSE"]),
    (Family::OpenSuseLeapMicro, &["openSUSE", "SUSE"]),
    (Family::OpenSuseTumbleweed, &["openSUSE", "SUSE"]),
    (Family::Oracle, &["Oracle America"]),
    (Family::Photon, &["VMware", "Broadcom"]),
    (Family::RedHat, &["Red Hat"]),
    (Family::Rocky, &["Rocky"]),
    (Family::Suse, &["SUSE"]),
    (Family::SuseMicro, &["SUSE"]),
];

impl Family {
    /// Whether an RPM with this vendor is from the distribution itself.
    #[must_use]
    pub fn is_vendor(self, vendor: &str) -> bool {
        let row = TABLE.iter().find(|(family, _)| *family == self);
        row.is_some_and(|(_, names)| names.iter().any(|name| vendor.starts_with(name)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Ecosystem;

    #[test]
    fn every_distribution_of_rpms_has_a_vendor() {
        for family in Family::all() {
            let known = TABLE.iter().any(|(known, _)| *known == family);
            assert_eq!(known, family.packages() == Some(Ecosystem::Rpm), "{family:?}");
        }
    }

    #[test]
    fn a_distribution_vouches_for_its_own_packages_alone() {
        assert!(Family::Rocky.is_vendor("Rocky Enterprise Software Foundation"));
        assert!(Family::RedHat.is_vendor("Red Hat, Inc."));
        assert!(Family::Suse.is_vendor("SUSE LLC <https://www.suse.com/>"));
        assert!(!Family::Alma.is_vendor("Fedora Project"));
        assert!(!Family::RedHat.is_vendor("Datadog, Inc."));
        assert!(!Family::RedHat.is_vendor(""));
        assert!(!Family::Debian.is_vendor("Debian"));
    }
}
