//! How long releases of distributions get security fixes.
//!
//! The dates are those that each distribution publishes for everybody, without a contract. Longer
//! support that is sold or given on request (ESM, LTSS, ELS, ELTS) is separate. Sources, as of July
//! 2026, compared with `endoflife.date`:
//!
//! - Debian: `distro-info-data`, columns `eol-lts` (fixes by the LTS team) and `eol-elts`;
//!   <https://wiki.debian.org/LTS>
//! - Ubuntu: `distro-info-data`, columns `eol` and `eol-esm`; <https://wiki.ubuntu.com/Releases>
//! - Alpine: <https://alpinelinux.org/releases/>
//! - Red Hat: <https://access.redhat.com/support/policy/updates/errata>
//! - CentOS and Stream: <https://www.centos.org/cl-vs-cs/>
//! - AlmaLinux: <https://wiki.almalinux.org/release-notes/>
//! - Rocky Linux: <https://wiki.rockylinux.org/rocky/version/>
//! - Oracle: <https://www.oracle.com/a/ocom/docs/elsp-lifetime-069338.pdf>
//! - Fedora: <https://fedorapeople.org/groups/schedule/>
//! - Amazon: <https://aws.amazon.com/amazon-linux-2/faqs/>,
//!   <https://docs.aws.amazon.com/linux/al2023/ug/release-cadence.html>
//! - SUSE: <https://www.suse.com/lifecycle>; openSUSE: <https://en.opensuse.org/Lifetime>
//! - Photon: <https://blogs.vmware.com/vsphere/2022/01/photon-1-x-end-of-support-announcement.html>,
//!   for later releases the product lifecycle of vSphere, which they are made for
//! - Azure Linux: <https://learn.microsoft.com/azure/azure-linux/release-cadence-lifecycle>

use crate::{Distribution, Family, Timestamp};

/// The time for which a release of a distribution gets security fixes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Support {
    /// The distribution has no releases: its users always have the newest packages.
    Rolling,
    /// There is a last day.
    Until {
        /// The last day.
        end: Day,
        /// The longer support beyond that day, and its last day: `("ESM", 2030-04-23)`.
        extended: Option<(&'static str, Day)>,
    },
}

/// A day in UTC, as `2024-06-30`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Day(&'static str);

impl Day {
    /// The day as `YYYY-MM-DD`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.0
    }

    /// Whether the day is over at the time `now`.
    #[must_use]
    pub fn is_over(self, now: Timestamp) -> bool {
        Timestamp::from_day(self.0).is_ok_and(|start| now.days_since(start) >= 1)
    }
}

impl std::fmt::Display for Day {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}

impl Support {
    /// Whether fixes for everybody have ended at the time `now`.
    #[must_use]
    pub fn is_over(self, now: Timestamp) -> bool {
        matches!(self, Self::Until { end, .. } if end.is_over(now))
    }
}

/// Which part of a version names the release.
#[derive(Clone, Copy)]
enum Part {
    /// `9` of `9.4`.
    Major,
    /// `3.19` of `3.19.1`.
    MajorMinor,
}

/// A release, its last day, and the last day of what can be had beyond it.
type Release = (&'static str, &'static str, Option<&'static str>);

/// The releases of a family.
struct Row {
    family: Family,
    part: Part,
    /// The name of support that is sold or given on request beyond the end.
    beyond: &'static str,
    releases: &'static [Release],
}

const ROLLING: &[Family] =
    &[Family::Arch, Family::Chainguard, Family::MinimOs, Family::OpenSuseTumbleweed, Family::Wolfi];

const fn row(
    family: Family,
    part: Part,
    beyond: &'static str,
    releases: &'static [Release],
) -> Row {
    Row { family, part, beyond, releases }
}

const fn until(release: &'static str, end: &'static str) -> Release {
    (release, end, None)
}

const fn beyond(release: &'static str, end: &'static str, extended: &'static str) -> Release {
    (release, end, Some(extended))
}

/// CentOS Stream has the `ID` and the numbers of CentOS Linux.
#[rustfmt::skip]
const CENTOS_STREAM: Row = row(Family::CentOs, Part::Major, "", &[
    until("8", "2024-05-31"), until("9", "2027-05-31"), until("10", "2030-01-01"),
]);

#[rustfmt::skip]
const TABLE: &[Row] = &[
    row(Family::Alma, Part::Major, "", &[
        until("8", "2029-03-01"), until("9", "2032-05-31"), until("10", "2035-05-31"),
    ]),
    row(Family::Alpine, Part::MajorMinor, "", &[
        until("2.1", "2012-11-01"), until("2.2", "2013-05-01"), until("2.3", "2013-11-01"),
        until("2.4", "2014-05-01"), until("2.5", "2014-11-01"), until("2.6", "2015-05-01"),
        until("2.7", "2015-11-01"), until("3.0", "2016-05-01"), until("3.1", "2016-11-01"),
        until("3.2", "2017-05-01"), until("3.3", "2017-11-01"), until("3.4", "2018-05-01"),
        until("3.5", "2018-11-01"), until("3.6", "2019-05-01"), until("3.7", "2019-11-01"),
        until("3.8", "2020-05-01"), until("3.9", "2020-11-01"), until("3.10", "2021-05-01"),
        until("3.11", "2021-11-01"), until("3.12", "2022-05-01"), until("3.13", "2022-11-01"),
        until("3.14", "2023-05-01"), until("3.15", "2023-11-01"), until("3.16", "2024-05-23"),
        until("3.17", "2024-11-22"), until("3.18", "2025-05-09"), until("3.19", "2025-11-01"),
        until("3.20", "2026-04-01"), until("3.21", "2026-11-01"), until("3.22", "2027-05-01"),
        until("3.23", "2027-11-01"),
    ]),
    row(Family::Amazon, Part::Major, "", &[
        // Releases of the first one are numbered by year and month; one end is theirs.
        until("1", "2023-12-31"), until("2010", "2023-12-31"), until("2011", "2023-12-31"),
        until("2012", "2023-12-31"), until("2013", "2023-12-31"), until("2014", "2023-12-31"),
        until("2015", "2023-12-31"), until("2016", "2023-12-31"), until("2017", "2023-12-31"),
        until("2018", "2023-12-31"),
        until("2", "2026-06-30"), until("2023", "2029-06-30"),
    ]),
    row(Family::AzureLinux, Part::MajorMinor, "", &[until("3.0", "2027-08-31")]),
    row(Family::CentOs, Part::Major, "", &[
        until("3", "2010-10-31"), until("4", "2012-02-29"), until("5", "2017-03-31"),
        until("6", "2020-11-30"), until("7", "2024-06-30"), until("8", "2021-12-31"),
    ]),
    row(Family::Debian, Part::Major, "ELTS", &[
        until("4", "2010-02-15"), until("5", "2012-02-06"), until("6", "2016-02-29"),
        beyond("7", "2018-05-31", "2020-06-30"), beyond("8", "2020-06-30", "2025-06-30"),
        beyond("9", "2022-06-30", "2027-06-30"), beyond("10", "2024-06-30", "2029-06-30"),
        beyond("11", "2026-08-31", "2031-06-30"), beyond("12", "2028-06-30", "2033-06-30"),
        beyond("13", "2030-06-30", "2035-06-30"),
    ]),
    row(Family::Fedora, Part::Major, "", &[
        until("20", "2015-06-23"), until("21", "2015-12-01"), until("22", "2016-07-19"),
        until("23", "2016-12-20"), until("24", "2017-08-08"), until("25", "2017-12-12"),
        until("26", "2018-05-29"), until("27", "2018-11-30"), until("28", "2019-05-28"),
        until("29", "2019-11-26"), until("30", "2020-05-26"), until("31", "2020-11-24"),
        until("32", "2021-05-25"), until("33", "2021-11-30"), until("34", "2022-06-07"),
        until("35", "2022-12-13"), until("36", "2023-05-16"), until("37", "2023-12-05"),
        until("38", "2024-05-21"), until("39", "2024-11-26"), until("40", "2025-05-13"),
        until("41", "2025-12-15"), until("42", "2026-05-13"), until("43", "2026-12-09"),
    ]),
    row(Family::Mariner, Part::MajorMinor, "", &[
        until("1.0", "2023-08-31"), until("2.0", "2025-07-31"),
    ]),
    row(Family::OpenSuseLeap, Part::MajorMinor, "", &[
        until("13.1", "2016-02-03"), until("13.2", "2017-01-17"), until("42.1", "2017-05-17"),
        until("42.2", "2018-01-26"), until("42.3", "2019-07-01"), until("15.0", "2019-12-03"),
        until("15.1", "2021-02-02"), until("15.2", "2022-01-04"), until("15.3", "2022-12-31"),
        until("15.4", "2023-12-07"), until("15.5", "2024-12-31"), until("15.6", "2026-04-30"),
        until("16.0", "2027-10-31"),
    ]),
    row(Family::Oracle, Part::Major, "Extended Support", &[
        until("5", "2017-06-30"), beyond("6", "2021-03-31", "2024-12-31"),
        beyond("7", "2024-12-31", "2028-06-30"), beyond("8", "2029-07-31", "2032-07-31"),
        beyond("9", "2032-06-30", "2035-06-30"), beyond("10", "2035-06-30", "2038-06-30"),
    ]),
    row(Family::Photon, Part::MajorMinor, "", &[
        until("1.0", "2022-02-28"), until("2.0", "2022-12-31"), until("3.0", "2025-10-02"),
        until("4.0", "2027-10-11"),
    ]),
    row(Family::RedHat, Part::Major, "Extended Life Cycle Support", &[
        until("3", "2010-10-31"), beyond("4", "2012-02-29", "2017-03-31"),
        beyond("5", "2017-03-31", "2020-11-30"), beyond("6", "2020-11-30", "2024-06-30"),
        beyond("7", "2024-06-30", "2028-06-30"), beyond("8", "2029-05-31", "2032-05-31"),
        beyond("9", "2032-05-31", "2035-05-31"), beyond("10", "2035-05-31", "2038-05-31"),
    ]),
    row(Family::Rocky, Part::Major, "", &[
        until("8", "2029-05-31"), until("9", "2032-05-31"), until("10", "2035-05-31"),
    ]),
    row(Family::Suse, Part::MajorMinor, "LTSS", &[
        beyond("11", "2010-12-31", "2010-12-31"), beyond("11.1", "2012-08-31", "2015-08-30"),
        beyond("11.2", "2014-01-31", "2017-01-30"), beyond("11.3", "2016-01-31", "2019-01-30"),
        beyond("11.4", "2019-03-31", "2022-03-31"), beyond("12", "2016-06-30", "2019-07-01"),
        beyond("12.1", "2017-05-31", "2020-05-31"), beyond("12.2", "2018-03-31", "2021-03-31"),
        beyond("12.3", "2019-06-30", "2022-06-30"), beyond("12.4", "2020-06-30", "2023-06-30"),
        beyond("12.5", "2024-10-31", "2027-10-31"), beyond("15", "2019-12-31", "2022-12-31"),
        beyond("15.1", "2021-01-31", "2024-01-31"), beyond("15.2", "2021-12-31", "2024-12-31"),
        beyond("15.3", "2022-12-31", "2025-12-31"), beyond("15.4", "2023-12-31", "2026-12-31"),
        beyond("15.5", "2024-12-31", "2027-12-31"), beyond("15.6", "2025-12-31", "2028-12-31"),
        beyond("15.7", "2031-07-31", "2034-07-31"), beyond("16.0", "2027-11-30", "2030-11-30"),
    ]),
    row(Family::SuseMicro, Part::MajorMinor, "", &[
        until("5.0", "2022-03-31"), until("5.1", "2025-10-31"), until("5.2", "2026-04-30"),
        until("5.3", "2026-10-30"), until("5.4", "2027-04-30"), until("5.5", "2027-10-31"),
    ]),
    row(Family::Ubuntu, Part::MajorMinor, "ESM", &[
        until("4.10", "2006-04-30"), until("5.04", "2006-10-31"), until("5.10", "2007-04-13"),
        until("6.06", "2011-06-01"), until("6.10", "2008-04-25"), until("7.04", "2008-10-19"),
        until("7.10", "2009-04-18"), until("8.04", "2013-05-09"), until("8.10", "2010-04-30"),
        until("9.04", "2010-10-23"), until("9.10", "2011-04-30"), until("10.04", "2015-04-30"),
        until("10.10", "2012-04-10"), until("11.04", "2012-10-28"), until("11.10", "2013-05-09"),
        beyond("12.04", "2017-04-28", "2019-04-26"), until("12.10", "2014-05-16"),
        until("13.04", "2014-01-27"), until("13.10", "2014-07-17"),
        beyond("14.04", "2019-04-25", "2024-04-25"), until("14.10", "2015-07-23"),
        until("15.04", "2016-02-04"), until("15.10", "2016-07-28"),
        beyond("16.04", "2021-04-30", "2026-04-23"), until("16.10", "2017-07-20"),
        until("17.04", "2018-01-13"), until("17.10", "2018-07-19"),
        beyond("18.04", "2023-05-31", "2028-04-26"), until("18.10", "2019-07-18"),
        until("19.04", "2020-01-23"), until("19.10", "2020-07-17"),
        beyond("20.04", "2025-05-29", "2030-04-23"), until("20.10", "2021-07-22"),
        until("21.04", "2022-01-20"), until("21.10", "2022-07-14"),
        beyond("22.04", "2027-06-01", "2032-04-21"), until("22.10", "2023-07-20"),
        until("23.04", "2024-01-25"), until("23.10", "2024-07-11"),
        beyond("24.04", "2029-05-31", "2034-04-25"), until("24.10", "2025-07-10"),
        until("25.04", "2026-01-15"), until("25.10", "2026-07-09"),
        beyond("26.04", "2031-05-29", "2036-04-23"),
    ]),
];

impl Distribution {
    /// The support of this release; none when it is not in the table.
    #[must_use]
    pub fn support(&self) -> Option<Support> {
        let family = self.family?;
        let version = self.release().unwrap_or_default();
        if ROLLING.contains(&family) || is_edge(family, version) {
            return Some(Support::Rolling);
        }
        let stream = family == Family::CentOs
            && self.pretty_name.as_deref().is_some_and(|name| name.contains("Stream"));
        let row = match stream {
            true => &CENTOS_STREAM,
            false => TABLE.iter().find(|row| row.family == family)?,
        };
        let named = row.part.of(version)?;
        let (_, end, extended) = row.releases.iter().find(|release| release.0 == named)?;
        let extended = extended.map(|day| (row.beyond, Day(day)));
        Some(Support::Until { end: Day(end), extended })
    }
}

/// Between its releases, Alpine numbers what becomes the next one `3.24_alpha20260127`.
fn is_edge(family: Family, version: &str) -> bool {
    family == Family::Alpine && version.contains("_alpha")
}

impl Part {
    fn of(self, version: &str) -> Option<&str> {
        let mut dots = version.match_indices('.').map(|(at, _)| at);
        let end = match self {
            Self::Major => dots.next(),
            Self::MajorMinor => dots.nth(1),
        };
        version.get(..end.unwrap_or(version.len())).filter(|part| !part.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn support(id: &str, version: Option<&str>) -> Option<Support> {
        Distribution::new(id, version).support()
    }

    fn end(id: &str, version: &str) -> Option<&'static str> {
        match support(id, Some(version))? {
            Support::Until { end, .. } => Some(end.as_str()),
            Support::Rolling => None,
        }
    }

    #[test]
    fn every_release_of_the_table_is_found_and_has_real_days() {
        for row in TABLE.iter().chain([&CENTOS_STREAM]) {
            for (release, end, extended) in row.releases {
                assert_eq!(row.part.of(release), Some(*release));
                let days = [Some(*end), *extended];
                let days: Vec<_> = days.into_iter().flatten().map(Timestamp::from_day).collect();
                assert!(days.iter().all(Result::is_ok), "{release}");
                assert!(days.is_sorted_by_key(|day| day.unwrap()), "{release}");
                assert!(extended.is_none() || !row.beyond.is_empty(), "{release}");
            }
        }
    }

    #[test]
    fn versions_lead_to_their_release() {
        for (id, version, day) in [
            ("debian", "10", Some("2024-06-30")),
            ("alpine", "3.9.4", Some("2020-11-01")),
            ("alpine", "3.19", Some("2025-11-01")),
            ("ubuntu", "20.04", Some("2025-05-29")),
            ("almalinux", "9.0", Some("2032-05-31")),
            ("rhel", "7.9", Some("2024-06-30")),
            ("centos", "7", Some("2024-06-30")),
            ("amzn", "2018.03", Some("2023-12-31")),
            ("sles", "15.3", Some("2022-12-31")),
            ("mariner", "2.0", Some("2025-07-31")),
            ("debian", "99", None),
            ("debian", "", None),
        ] {
            assert_eq!(end(id, version), day, "{id} {version}");
        }
        assert_eq!(support("wolfi", Some("20230201")), Some(Support::Rolling));
        assert_eq!(support("alpine", Some("3.24_alpha20260127")), Some(Support::Rolling));
        assert_eq!(support("nobody", Some("1")), None);
    }

    #[test]
    fn stream_is_told_apart_from_centos_linux() {
        let mut stream = Distribution::new("centos", Some("8"));
        assert_eq!(end("centos", "8"), Some("2021-12-31"));
        stream.pretty_name = Some("CentOS Stream 8".to_owned());
        let until = Support::Until { end: Day("2024-05-31"), extended: None };
        assert_eq!(stream.support(), Some(until));
    }

    #[test]
    fn support_ends_with_its_last_day() {
        let debian = support("debian", Some("10")).unwrap();
        assert!(!debian.is_over("2024-06-30T23:59:59Z".parse().unwrap()));
        assert!(debian.is_over("2024-07-01T00:00:00Z".parse().unwrap()));
        let Support::Until { extended: Some((name, day)), .. } = debian else { panic!() };
        assert_eq!((name, day.as_str()), ("ELTS", "2029-06-30"));
        assert!(!Support::Rolling.is_over("2999-01-01T00:00:00Z".parse().unwrap()));
    }
}
