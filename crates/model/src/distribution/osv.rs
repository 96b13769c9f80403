//! The ecosystems under which OSV has the records of a release (OSV schema, "Defined ecosystems").

use crate::Distribution;

/// How a release is written behind the name of an OSV ecosystem.
#[derive(Clone, Copy)]
pub(super) enum Release {
    /// The name stands alone.
    None,
    /// `Debian:12`: the part of the version before the first dot.
    Major,
    /// `Alpine:v3.20`: `v` and the first two parts.
    VMajorMinor,
    /// `Photon OS:5.0`: the version as it is.
    Whole,
    /// `Ubuntu:22.04:LTS`: releases of April in even years are marked.
    Ubuntu,
    /// `openEuler:24.03-LTS-SP1`: what `PRETTY_NAME` says of it is behind the version.
    OpenEuler,
    /// `openSUSE:Leap 15.6`: words, then the version.
    Words(&'static str),
    /// `Red Hat:enterprise_linux:9::baseos`: CPEs of the streams of a release, of which only a
    /// database can tell which there are.
    RedHat,
    /// `SUSE:Linux Enterprise Server 15 SP3`, with modules and LTSS beside it.
    Suse,
    /// `SUSE:Linux Micro 6.0`, before 6.0 `SUSE:Linux Enterprise Micro 5.5`.
    SuseMicro,
}

impl Release {
    /// The ecosystem `name` with the release behind it; none when the version does not tell.
    fn behind(self, name: &str, distribution: &Distribution) -> Option<String> {
        let version = distribution.release();
        let mut parts = version.unwrap_or_default().split('.');
        let major = parts.next().filter(|part| !part.is_empty());
        let minor = parts.next();
        Some(match self {
            Self::None => name.to_owned(),
            Self::Major | Self::RedHat => format!("{name}:{}", major?),
            Self::VMajorMinor => format!("{name}:v{}.{}", major?, minor?),
            Self::Whole => format!("{name}:{}", version?),
            Self::Ubuntu => {
                let suffix = if is_long_term(version?) { ":LTS" } else { "" };
                format!("{name}:{}{suffix}", version?)
            }
            Self::OpenEuler => format!("{name}:{}", open_euler(distribution, version?)),
            Self::Words(words) => format!("{name}:{words} {}", version?),
            Self::Suse => format!("{name}:Linux Enterprise Server {}", service_pack(version?)?),
            Self::SuseMicro => format!("{name}:{} {}", micro(version?), version?),
        })
    }

    /// Whether records under what stands behind an ecosystem's name are also about a release.
    fn has_part(self, part: &str, version: &str) -> bool {
        match self {
            Self::RedHat => is_red_hat_stream(part, version),
            Self::Suse => is_suse_product(part, version).unwrap_or(false),
            Self::SuseMicro => is_micro_product(part, version),
            _ => false,
        }
    }
}

impl Distribution {
    /// The OSV ecosystem with its release, `Debian:12`; none where OSV has no records of it or
    /// the release is not known.
    #[must_use]
    pub fn osv_ecosystem(&self) -> Option<String> {
        let (name, release) = self.osv()?;
        release.behind(name, self)
    }

    /// All spellings of the ecosystem, the most specific first: that of
    /// [`osv_ecosystem`](Self::osv_ecosystem); for a release of Ubuntu with long support also
    /// `Ubuntu:Pro:16.04:LTS`; with the whole version, as Debian's releases were counted until 6.0;
    /// without a version, for records that do not distinguish releases.
    #[must_use]
    pub fn osv_ecosystems(&self) -> Vec<String> {
        let (Some((name, release)), Some(first)) = (self.osv(), self.osv_ecosystem()) else {
            return Vec::new();
        };
        // openSUSE:Tumbleweed is a release of openSUSE, too.
        let base = name.split(':').next().unwrap_or(name);
        let version = self.release();
        let pro =
            version.filter(|version| matches!(release, Release::Ubuntu) && is_long_term(version));
        let others = [
            pro.map(|version| format!("{base}:Pro:{version}:LTS")),
            version.map(|version| format!("{base}:{version}")),
            Some(base.to_owned()),
        ];
        let mut all = vec![first];
        for name in others.into_iter().flatten() {
            if !all.contains(&name) {
                all.push(name);
            }
        }
        all
    }

    /// Whether an OSV ecosystem beside the [spellings](Self::osv_ecosystems) also has records of
    /// this release. These are the streams of Red Hat (`Red Hat:enterprise_linux:9::appstream`;
    /// EUS, AUS, TUS and E4S only where the version names them, `9.2+eus`), and the modules,
    /// extensions, Package Hub and LTSS of a service pack of SUSE (`SUSE:Linux Enterprise Module
    /// for Basesystem 15 SP5`).
    #[must_use]
    pub fn has_osv_part(&self, ecosystem: &str) -> bool {
        let part = self.osv().and_then(|(name, release)| {
            let part = ecosystem.strip_prefix(name)?.strip_prefix(':')?;
            Some(release.has_part(part, self.release()?))
        });
        part.unwrap_or(false)
    }

    fn osv(&self) -> Option<(&'static str, Release)> {
        self.family?.row()?.osv
    }
}

/// Ubuntu's releases of April in even years.
fn is_long_term(version: &str) -> bool {
    let (year, month) = version.split_once('.').unwrap_or((version, ""));
    year.parse::<u32>().is_ok_and(|year| year % 2 == 0) && month == "04"
}

/// `24.03-LTS-SP1` of `openEuler 24.03 (LTS-SP1)`. Where nothing tells, a release of March in an
/// even year is the first with long support, of which alone there are advisories.
fn open_euler(distribution: &Distribution, version: &str) -> String {
    let name = distribution.pretty_name.as_deref().unwrap_or_default();
    let behind = name.split_once('(').and_then(|(_, rest)| rest.split_once(')'));
    if let Some((suffix, _)) = behind {
        return format!("{version}-{}", suffix.trim().replace(' ', "-"));
    }
    let (year, month) = version.split_once('.').unwrap_or((version, ""));
    let long_term = year.parse::<u32>().is_ok_and(|year| year % 2 == 0) && month == "03";
    if long_term { format!("{version}-LTS") } else { version.to_owned() }
}

/// Whether the tail of a CPE, `enterprise_linux:9::baseos`, is of a version of Red Hat Enterprise
/// Linux, `9.4`, or of a stream beside it, `9.2+eus`.
fn is_red_hat_stream(cpe: &str, version: &str) -> bool {
    let mut parts = cpe.split(':');
    let (Some(product), Some(of)) = (parts.next(), parts.next()) else { return false };
    let major = |version: &str| version.split('.').next().map(str::to_owned);
    match version.split_once(['+', '-']) {
        None => product == "enterprise_linux" && major(of) == major(version),
        Some((version, stream)) => {
            let named = product.strip_prefix("rhel_");
            let named = named.or_else(|| product.strip_prefix("enterprise_linux_"));
            named.is_some_and(|name| name.eq_ignore_ascii_case(stream)) && of == version
        }
    }
}

/// Products of SUSE Linux Enterprise that are packages of a release, and no release of their own.
const SUSE_PRODUCTS: &[&str] = &[
    "Desktop",
    "High Availability Extension",
    "Live Patching",
    "Real Time",
    "Server",
    "Server LTSS Extended Security",
    "Server for SAP Applications",
    "Software Development Kit",
    "Workstation Extension",
];

/// Packages that the community keeps up for the releases of SUSE Linux Enterprise.
const PACKAGE_HUB: &str = "Package Hub ";

fn is_suse_product(part: &str, version: &str) -> Option<bool> {
    let is_twelve = version == "12" || version.starts_with("12.");
    if let Some(release) = part.strip_prefix(PACKAGE_HUB) {
        let release = release.strip_prefix("for SUSE Linux Enterprise ").unwrap_or(release);
        return Some(release == service_pack(version)? || (release == "12" && is_twelve));
    }
    let product = part.strip_prefix("Linux Enterprise ")?;
    let is_module = |name: &str| name.starts_with("Module for ");
    // The modules of 12 have no service packs.
    let of_twelve = product.strip_suffix(" 12").filter(|_| is_twelve);
    if of_twelve.is_some_and(is_module) {
        return Some(true);
    }
    let (name, behind) = product.split_once(&format!(" {}", service_pack(version)?))?;
    let known = SUSE_PRODUCTS.iter().any(|known| known.eq_ignore_ascii_case(name));
    Some((known || is_module(name)) && is_long_term_support(behind))
}

fn is_micro_product(part: &str, version: &str) -> bool {
    let rest = part.strip_prefix(micro(version));
    let rest = rest.map(|rest| {
        [" Extras", " for Rancher"].iter().find_map(|more| rest.strip_prefix(more)).unwrap_or(rest)
    });
    let behind = rest.and_then(|rest| rest.strip_prefix(' ')?.strip_prefix(version));
    behind.is_some_and(is_long_term_support)
}

/// Whether what stands behind the release of a product is nothing or the support after its end.
fn is_long_term_support(behind: &str) -> bool {
    behind.is_empty() || behind.starts_with("-LTSS")
}

/// `15 SP3` of `15.3`; the first of a release has no number, and from 16 on the version is whole.
fn service_pack(version: &str) -> Option<String> {
    let (major, minor) = version.split_once('.').unwrap_or((version, "0"));
    Some(match (major.parse::<u32>().ok()?, minor) {
        (16.., _) => version.to_owned(),
        (_, "0") => major.to_owned(),
        _ => format!("{major} SP{minor}"),
    })
}

fn micro(version: &str) -> &'static str {
    let major = version.split('.').next().and_then(|major| major.parse::<u32>().ok());
    if major.is_some_and(|major| major >= 6) { "Linux Micro" } else { "Linux Enterprise Micro" }
}

#[cfg(test)]
mod tests {
    use crate::Distribution;

    #[test]
    fn osv_names_carry_the_release_as_osv_writes_it() {
        for (id, version, osv) in [
            ("debian", Some("12"), Some("Debian:12")),
            ("debian", None, None),
            ("ubuntu", Some("22.04"), Some("Ubuntu:22.04:LTS")),
            ("ubuntu", Some("23.10"), Some("Ubuntu:23.10")),
            ("ubuntu", Some("23.04"), Some("Ubuntu:23.04")),
            ("alpine", Some("3.20.1"), Some("Alpine:v3.20")),
            ("wolfi", Some("20230201"), Some("Wolfi")),
            ("almalinux", Some("9.0"), Some("AlmaLinux:9")),
            ("sles", Some("15.3"), Some("SUSE:Linux Enterprise Server 15 SP3")),
            ("sles", Some("15"), Some("SUSE:Linux Enterprise Server 15")),
            ("sles", Some("16.0"), Some("SUSE:Linux Enterprise Server 16.0")),
            ("sle-micro", Some("5.5"), Some("SUSE:Linux Enterprise Micro 5.5")),
            ("sl-micro", Some("6.0"), Some("SUSE:Linux Micro 6.0")),
            ("opensuse-leap", Some("15.6"), Some("openSUSE:Leap 15.6")),
            ("alpaquita", Some("stream"), Some("Alpaquita:stream")),
            ("bellsoft-hardened-containers", Some("23"), Some("BellSoft Hardened Containers:23")),
            ("cleanstart", Some("1"), Some("CleanStart")),
            ("echo", Some("1"), Some("Echo")),
            ("mageia", Some("9"), Some("Mageia:9")),
            ("minimos", Some("20241031"), Some("MinimOS")),
            ("openEuler", Some("24.03"), Some("openEuler:24.03-LTS")),
            ("openEuler", Some("23.09"), Some("openEuler:23.09")),
            ("openEuler", Some("22.03-LTS-SP4"), Some("openEuler:22.03-LTS-SP4")),
            ("amzn", Some("2023"), None),
        ] {
            assert_eq!(Distribution::new(id, version).osv_ecosystem().as_deref(), osv, "{id}");
        }
        let mut euler = Distribution::new("openEuler", Some("24.03"));
        for (name, osv) in [
            ("openEuler 24.03 (LTS-SP1)", "openEuler:24.03-LTS-SP1"),
            ("openEuler 24.03 (LTS SP2)", "openEuler:24.03-LTS-SP2"),
        ] {
            euler.pretty_name = Some(name.to_owned());
            assert_eq!(euler.osv_ecosystem().as_deref(), Some(osv));
        }
    }

    #[test]
    fn a_release_has_all_its_spellings() {
        for (qualifier, expected) in [
            ("debian-12", vec!["Debian:12", "Debian"]),
            ("debian-6.0", vec!["Debian:6", "Debian:6.0", "Debian"]),
            ("debian-trixie", vec!["Debian:13", "Debian"]),
            ("alpine-3.20.1", vec!["Alpine:v3.20", "Alpine:3.20.1", "Alpine"]),
            (
                "ubuntu-16.04",
                vec!["Ubuntu:16.04:LTS", "Ubuntu:Pro:16.04:LTS", "Ubuntu:16.04", "Ubuntu"],
            ),
            ("ubuntu-24.10", vec!["Ubuntu:24.10", "Ubuntu"]),
            (
                "opensuse-tumbleweed-20240101",
                vec!["openSUSE:Tumbleweed", "openSUSE:20240101", "openSUSE"],
            ),
            ("wolfi", vec!["Wolfi"]),
            ("debian", vec![]),
        ] {
            assert_eq!(Distribution::from_qualifier(qualifier).osv_ecosystems(), expected);
        }
    }

    #[test]
    fn streams_modules_and_long_support_are_parts_of_a_release() {
        for (id, version, part, expected) in [
            ("rhel", "9.4", "Red Hat:enterprise_linux:9::baseos", true),
            ("rhel", "10.1", "Red Hat:enterprise_linux:10.0", true),
            ("rhel", "9.4", "Red Hat:enterprise_linux:8::baseos", false),
            ("rhel", "9.2", "Red Hat:rhel_eus:9.2::baseos", false),
            ("rhel", "9.2+eus", "Red Hat:rhel_eus:9.2::baseos", true),
            ("rhel", "9.2+eus", "Red Hat:rhel_eus:9.4::baseos", false),
            ("rhel", "9.2+eus", "Red Hat:rhel_e4s:9.2::baseos", false),
            ("rhel", "9.2+eus", "Red Hat:enterprise_linux:9::baseos", false),
            ("rhel", "10.0+eus", "Red Hat:enterprise_linux_eus:10.0", true),
            ("sles", "15.5", "SUSE:Linux Enterprise Module for Basesystem 15 SP5", true),
            ("sles", "15.5", "SUSE:Linux Enterprise Module for Python 3 15 SP5", true),
            ("sles", "15.5", "SUSE:Linux Enterprise Module for Basesystem 15 SP6", false),
            ("sles", "15.4", "SUSE:Linux Enterprise Server 15 SP4-LTSS", true),
            ("sles", "15", "SUSE:Linux Enterprise Server 15-LTSS", true),
            ("sles", "15", "SUSE:Linux Enterprise Server 15 SP1-LTSS", false),
            ("sles", "15.5", "SUSE:Linux Enterprise Server 15 SP5-BCL", false),
            ("sles", "15.5", "SUSE:Linux Enterprise Micro 5.5", false),
            ("sles", "12.5", "SUSE:Linux Enterprise Server LTSS Extended Security 12 SP5", true),
            ("sles", "12.5", "SUSE:Linux Enterprise Module for Public Cloud 12", true),
            ("sles", "12.5", "SUSE:Linux Enterprise Server 12", false),
            ("sles", "15.5", "SUSE:Linux Enterprise High Availability Extension 15 SP5", true),
            ("sles", "15.5", "SUSE:Linux Enterprise Live Patching 15 SP5", true),
            ("sles", "15.5", "SUSE:Linux Enterprise Live Patching 15 SP4", false),
            ("sles", "15.5", "SUSE:Linux Enterprise Real Time 15 SP5", true),
            ("sles", "15.5", "SUSE:Package Hub 15 SP5", true),
            ("sles", "15.5", "SUSE:Package Hub 15 SP6", false),
            ("sles", "15.5", "SUSE:Package Hub 12", false),
            ("sles", "12.5", "SUSE:Package Hub 12", true),
            ("sles", "12.5", "SUSE:Package Hub for SUSE Linux Enterprise 12 SP5", true),
            ("sles", "12.5", "SUSE:Package Hub for SUSE Linux Enterprise 12 SP2", false),
            ("sles", "16.0", "SUSE:Linux Enterprise Server for SAP applications 16.0", true),
            ("sl-micro", "6.0", "SUSE:Linux Micro Extras 6.0", true),
            ("sl-micro", "6.0", "SUSE:Linux Micro 6.1", false),
            ("sle-micro", "5.3", "SUSE:Linux Enterprise Micro for Rancher 5.3", true),
            ("debian", "12", "Debian:13", false),
            ("rhel", "9.4", "SUSE:Linux Micro 6.1", false),
        ] {
            let distribution = Distribution::new(id, Some(version));
            assert_eq!(distribution.has_osv_part(part), expected, "{id} {version} {part}");
        }
    }
}
