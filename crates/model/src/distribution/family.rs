//! The families of distributions, as a table of their names.

use serde::{Deserialize, Serialize};

use super::osv::Release;
use crate::Ecosystem;

/// A distribution whose packages and advisories are known by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Family {
    /// AlmaLinux.
    Alma,
    /// Alpaquita Linux.
    Alpaquita,
    /// Alpine Linux.
    Alpine,
    /// Amazon Linux.
    Amazon,
    /// Arch Linux.
    Arch,
    /// Azure Linux, from 3.0 on.
    AzureLinux,
    /// BellSoft Hardened Containers.
    BellSoft,
    /// CentOS and CentOS Stream.
    CentOs,
    /// Chainguard images.
    Chainguard,
    /// CleanStart images.
    CleanStart,
    /// Debian, distroless included.
    Debian,
    /// Echo images.
    Echo,
    /// Fedora.
    Fedora,
    /// Mageia.
    Mageia,
    /// CBL-Mariner, the forerunner of Azure Linux.
    Mariner,
    /// MinimOS images.
    MinimOs,
    /// openEuler.
    OpenEuler,
    /// openSUSE Leap, and openSUSE before it had that name.
    OpenSuseLeap,
    /// openSUSE Leap Micro.
    OpenSuseLeapMicro,
    /// openSUSE Tumbleweed.
    OpenSuseTumbleweed,
    /// Oracle Linux.
    Oracle,
    /// Photon OS.
    Photon,
    /// Red Hat Enterprise Linux.
    RedHat,
    /// Rocky Linux.
    Rocky,
    /// SUSE Linux Enterprise.
    Suse,
    /// SUSE Linux Enterprise Micro, from 6.0 on SUSE Linux Micro.
    SuseMicro,
    /// Ubuntu.
    Ubuntu,
    /// Wolfi.
    Wolfi,
}

pub(super) struct Row {
    family: Family,
    /// `ID` in os-release.
    pub(super) ids: &'static [&'static str],
    /// The name in reports, as Trivy has it.
    report: &'static str,
    /// The OSV ecosystem, where OSV has records of this distribution.
    pub(super) osv: Option<(&'static str, Release)>,
    /// The ecosystem of its packages; none where no cataloger reads them.
    packages: Option<Ecosystem>,
}

const fn row(
    family: Family,
    ids: &'static [&'static str],
    report: &'static str,
    osv: Option<(&'static str, Release)>,
    packages: Option<Ecosystem>,
) -> Row {
    Row { family, ids, report, osv, packages }
}

const APK: Option<Ecosystem> = Some(Ecosystem::Apk);
const DEB: Option<Ecosystem> = Some(Ecosystem::Deb);
const RPM: Option<Ecosystem> = Some(Ecosystem::Rpm);

#[rustfmt::skip]
const TABLE: &[Row] = &[
    row(Family::Alma, &["almalinux"], "alma", Some(("AlmaLinux", Release::Major)), RPM),
    row(Family::Alpaquita, &["alpaquita"], "alpaquita", Some(("Alpaquita", Release::Whole)), APK),
    row(Family::Alpine, &["alpine"], "alpine", Some(("Alpine", Release::VMajorMinor)), APK),
    row(Family::Amazon, &["amzn"], "amazon", None, RPM),
    row(Family::Arch, &["arch", "archarm"], "arch", None, None),
    row(Family::AzureLinux, &["azurelinux"], "azurelinux", Some(("Azure Linux", Release::Major)), RPM),
    row(Family::BellSoft, &["bellsoft-hardened-containers"], "bellsoft-hardened-containers", Some(("BellSoft Hardened Containers", Release::Whole)), APK),
    row(Family::CentOs, &["centos"], "centos", None, RPM),
    row(Family::Chainguard, &["chainguard"], "chainguard", Some(("Chainguard", Release::None)), APK),
    row(Family::CleanStart, &["cleanstart", "clnstrt"], "cleanstart", Some(("CleanStart", Release::None)), APK),
    row(Family::Debian, &["debian"], "debian", Some(("Debian", Release::Major)), DEB),
    row(Family::Echo, &["echo"], "echo", Some(("Echo", Release::None)), DEB),
    row(Family::Fedora, &["fedora"], "fedora", None, RPM),
    row(Family::Mageia, &["mageia"], "mageia", Some(("Mageia", Release::Major)), RPM),
    row(Family::Mariner, &["mariner"], "cbl-mariner", Some(("Azure Linux", Release::Major)), RPM),
    row(Family::MinimOs, &["minimos"], "minimos", Some(("MinimOS", Release::None)), APK),
    row(Family::OpenEuler, &["openeuler"], "openeuler", Some(("openEuler", Release::OpenEuler)), RPM),
    row(Family::OpenSuseLeap, &["opensuse-leap", "opensuse", "opensuse.leap"], "opensuse-leap", Some(("openSUSE", Release::Words("Leap"))), RPM),
    row(Family::OpenSuseLeapMicro, &["opensuse-leap-micro"], "opensuse-leap-micro", Some(("openSUSE", Release::Words("Leap Micro"))), RPM),
    row(Family::OpenSuseTumbleweed, &["opensuse-tumbleweed", "opensuse.tumbleweed"], "opensuse-tumbleweed", Some(("openSUSE:Tumbleweed", Release::None)), RPM),
    row(Family::Oracle, &["ol"], "oracle", None, RPM),
    row(Family::Photon, &["photon"], "photon", Some(("Photon OS", Release::Whole)), RPM),
    row(Family::RedHat, &["rhel"], "redhat", Some(("Red Hat", Release::RedHat)), RPM),
    row(Family::Rocky, &["rocky"], "rocky", Some(("Rocky Linux", Release::Major)), RPM),
    row(Family::Suse, &["sles", "sled", "sles_sap"], "sles", Some(("SUSE", Release::Suse)), RPM),
    row(Family::SuseMicro, &["sle-micro", "sl-micro", "suse-microos"], "slem", Some(("SUSE", Release::SuseMicro)), RPM),
    row(Family::Ubuntu, &["ubuntu"], "ubuntu", Some(("Ubuntu", Release::Ubuntu)), DEB),
    row(Family::Wolfi, &["wolfi"], "wolfi", Some(("Wolfi", Release::None)), APK),
];

impl Family {
    /// The family of an os-release `ID`, in any case.
    #[must_use]
    pub fn from_id(id: &str) -> Option<Self> {
        TABLE
            .iter()
            .find(|row| row.ids.iter().any(|known| known.eq_ignore_ascii_case(id)))
            .map(|row| row.family)
    }

    /// The family of a name in reports, as [`Family::report_name`] gives it, in any case.
    #[must_use]
    pub fn from_report_name(name: &str) -> Option<Self> {
        TABLE.iter().find(|row| row.report.eq_ignore_ascii_case(name)).map(|row| row.family)
    }

    /// The family whose records OSV has under this ecosystem, with or without release: `Debian`,
    /// `Alpine:v3.20`.
    #[must_use]
    pub fn from_osv(ecosystem: &str) -> Option<Self> {
        let known = |row: &&Row| {
            let rest = row.osv.and_then(|(name, _)| ecosystem.strip_prefix(name));
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
        };
        // openSUSE:Tumbleweed also begins as openSUSE does: the longer name is meant.
        let rows = TABLE.iter().filter(known);
        rows.max_by_key(|row| row.osv.map(|(name, _)| name.len())).map(|row| row.family)
    }

    /// All families.
    pub fn all() -> impl Iterator<Item = Self> {
        TABLE.iter().map(|row| row.family)
    }

    /// The name in reports, `debian`, as Trivy has it.
    #[must_use]
    pub fn report_name(self) -> &'static str {
        self.row().map_or("", |row| row.report)
    }

    /// The ecosystem of the distribution's packages.
    #[must_use]
    pub fn packages(self) -> Option<Ecosystem> {
        self.row().and_then(|row| row.packages)
    }

    pub(super) fn row(self) -> Option<&'static Row> {
        TABLE.iter().find(|row| row.family == self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn osv_names_lead_to_their_family() {
        for row in TABLE {
            let Some((name, _)) = row.osv else { continue };
            // Several families of a vendor may share its records.
            for written in [name.to_owned(), format!("{name}:1")] {
                let family = Family::from_osv(&written).and_then(Family::row);
                assert_eq!(family.and_then(|row| row.osv).map(|(name, _)| name), Some(name));
            }
        }
        for other in ["npm", "Debians", "openSUSEs:1"] {
            assert_eq!(Family::from_osv(other), None, "{other}");
        }
    }

    #[test]
    fn every_id_leads_to_its_family() {
        for row in TABLE {
            assert!(row.ids.iter().all(|id| Family::from_id(id) == Some(row.family)));
        }
    }
}
