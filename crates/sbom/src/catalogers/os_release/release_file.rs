//! The older files beside os-release(5), which each distribution defines itself.

use sealift_model::Distribution;

/// Characters of an `ID`, a version or a codename.
const MAX_WORD_CHARS: usize = 64;

/// A distribution by the words that its release file starts with.
struct Name {
    starts: &'static str,
    id: &'static str,
    /// How many parts of the version are its `VERSION_ID`.
    parts: usize,
}

const fn name(starts: &'static str, id: &'static str, parts: usize) -> Name {
    Name { starts, id, parts }
}

const NAMES: &[Name] = &[
    name("AlmaLinux", "almalinux", 2),
    name("Alpine", "alpine", 3),
    name("Amazon Linux", "amzn", 2),
    name("Azure Linux", "azurelinux", 2),
    name("Microsoft Azure Linux", "azurelinux", 2),
    name("CBL-Mariner", "mariner", 2),
    name("CentOS", "centos", 1),
    name("Debian", "debian", 1),
    name("Fedora", "fedora", 1),
    name("openSUSE", "opensuse", 2),
    name("Oracle Linux", "ol", 2),
    name("Photon", "photon", 2),
    name("VMware Photon", "photon", 2),
    name("Red Hat Enterprise Linux", "rhel", 2),
    name("Rocky Linux", "rocky", 2),
    name("SUSE Linux Enterprise", "sles", 2),
    name("Ubuntu", "ubuntu", 2),
];

/// The distribution whose name starts a text, with a version.
pub(super) fn distribution_named(text: &str, version: Option<&str>) -> Option<Distribution> {
    let name = NAMES.iter().find(|name| text.starts_with(name.starts))?;
    Some(distribution(name.id, name.parts, version))
}

/// Reads a file that holds a version alone. `trixie/sid` is none: what Debian is being made has
/// no number, and derived distributions keep that of the Debian they were made from.
pub(super) fn read_version(id: &str, text: &str) -> Option<Distribution> {
    let version = text.lines().next().unwrap_or_default().trim();
    let name = NAMES.iter().find(|name| name.id == id);
    if name.is_none() && version.is_empty() {
        return Some(Distribution::new(id, None));
    }
    is_version(version)
        .then(|| distribution(id, name.map_or(usize::MAX, |n| n.parts), Some(version)))
}

/// Reads `CentOS Linux release 7.5.1804 (Core)`; SUSE says `VERSION = 11` and `PATCHLEVEL = 4`
/// on lines of their own.
pub(super) fn read_sentence(text: &str) -> Option<Distribution> {
    let sentence = text.lines().find(|line| !line.trim().is_empty())?.trim();
    let setting = |key: &str| {
        let values = text.lines().filter_map(|line| line.split_once('='));
        values.filter(|(name, _)| name.trim() == key).map(|(_, value)| value.trim()).next()
    };
    let stated = sentence.split_ascii_whitespace().find(|word| is_version(word));
    match (setting("VERSION"), setting("PATCHLEVEL")) {
        (Some(version), Some(level)) if is_version(version) && is_version(level) => {
            distribution_named(sentence, Some(&format!("{version}.{level}")))
        }
        _ => distribution_named(sentence, stated),
    }
}

/// Whether a text can be an `ID` or a version (os-release(5): digits, letters, `.`, `_`, `-`).
pub(super) fn is_word(text: &str) -> bool {
    let is_permitted = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
    (1..=MAX_WORD_CHARS).contains(&text.len()) && text.bytes().all(is_permitted)
}

fn is_version(text: &str) -> bool {
    is_word(text) && text.starts_with(|c: char| c.is_ascii_digit())
}

fn distribution(id: &str, parts: usize, version: Option<&str>) -> Distribution {
    let short = version.map(|version| version.split('.').take(parts).collect::<Vec<_>>().join("."));
    let mut distribution = Distribution::new(id, short.as_deref());
    distribution.full_version = version.map(str::to_owned);
    distribution
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(distribution: Option<Distribution>) -> Option<(String, Option<String>)> {
        distribution.map(|found| (found.qualifier(), found.full_version))
    }

    #[test]
    fn reads_sentences() {
        for (text, qualifier, full) in [
            ("CentOS Linux release 7.5.1804 (Core) \n", "centos-7", "7.5.1804"),
            ("CentOS release 6.10 (Final)", "centos-6", "6.10"),
            ("Red Hat Enterprise Linux Server release 6.10 (Santiago)", "rhel-6.10", "6.10"),
            ("AlmaLinux release 9.0 (Emerald Puma)", "almalinux-9.0", "9.0"),
            ("Rocky Linux release 9.3 (Blue Onyx)", "rocky-9.3", "9.3"),
            ("Oracle Linux Server release 8.9", "ol-8.9", "8.9"),
            ("Amazon Linux release 2 (Karoo)", "amzn-2", "2"),
            ("Amazon Linux AMI release 2018.03", "amzn-2018.03", "2018.03"),
            ("Fedora release 39 (Thirty Nine)", "fedora-39", "39"),
            ("VMware Photon OS 4.0\nPHOTON_BUILD_NUMBER=1526e30ba", "photon-4.0", "4.0"),
            ("CBL-Mariner 2.0.20220226\nMARINER_BUILD_NUMBER=7", "mariner-2.0", "2.0.20220226"),
            (
                "SUSE Linux Enterprise Server 11 (x86_64)\nVERSION = 11\nPATCHLEVEL = 4",
                "sles-11.4",
                "11.4",
            ),
            (
                "openSUSE 13.2 (x86_64)\nVERSION = 13.2\nCODENAME = Harlequin",
                "opensuse-13.2",
                "13.2",
            ),
        ] {
            let expected = Some((qualifier.to_owned(), Some(full.to_owned())));
            assert_eq!(told(read_sentence(text)), expected, "{text}");
        }
        assert_eq!(told(read_sentence("Something Else 1.0")), None);
        assert_eq!(told(read_sentence("\n\n")), None);
    }

    #[test]
    fn reads_bare_versions() {
        let expected =
            |qualifier: &str, full: &str| Some((qualifier.to_owned(), Some(full.to_owned())));
        assert_eq!(told(read_version("debian", "12.15\n")), expected("debian-12", "12.15"));
        assert_eq!(told(read_version("alpine", "3.9.2\n")), expected("alpine-3.9.2", "3.9.2"));
        assert_eq!(told(read_version("debian", "trixie/sid\n")), None);
        assert_eq!(told(read_version("arch", "")), Some(("arch".to_owned(), None)));
    }
}
