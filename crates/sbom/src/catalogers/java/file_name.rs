//! `name-1.2.3-classifier.jar`: artifact and version from a file name, in the layout of Maven
//! repositories and of Eclipse plug-ins (`name_1.2.3.qualifier.jar`).

/// The parts of an archive's file name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FileName {
    /// The name without version and extension.
    pub(super) artifact: String,
    /// The version, when the name has one.
    pub(super) version: Option<String>,
}

/// Words that belong to a version, alone or with a number behind: `beta`, `rc2`, `M1`, `jre`.
const QUALIFIERS: &[&str] = &[
    "alpha",
    "android",
    "b",
    "beta",
    "build",
    "cr",
    "ea",
    "final",
    "ga",
    "incubating",
    "jre",
    "m",
    "milestone",
    "pre",
    "preview",
    "r",
    "rc",
    "release",
    "sec",
    "snapshot",
    "sp",
    "stable",
    "v",
];

impl FileName {
    /// Takes a file name apart; only what follows the last slash counts.
    pub(super) fn parse(path: &str) -> Self {
        let name = path.rsplit_once('/').map_or(path, |(_, name)| name);
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        maven(stem)
            .or_else(|| plug_in(stem))
            .unwrap_or_else(|| Self { artifact: stem.to_owned(), version: None })
    }
}

/// The version begins with a digit after a hyphen and ends before the classifier, a word that is
/// none of a version's. A number behind such a word is the real one: `log4j-1.2-api-2.17.1`.
fn maven(stem: &str) -> Option<FileName> {
    let words: Vec<&str> = stem.split('-').collect();
    let mut found = None;
    let mut at = 1;
    while let Some(start) = next_number(&words, at) {
        let rest = words.get(start..).unwrap_or_default();
        let length = rest.iter().take_while(|word| is_version_word(word)).count();
        found = Some((start, start + length));
        at = start + length;
    }
    let (start, end) = found?;
    let artifact = words.get(..start)?.join("-");
    let version = words.get(start..end)?.join("-");
    (!artifact.is_empty()).then_some(FileName { artifact, version: Some(version) })
}

fn next_number(words: &[&str], from: usize) -> Option<usize> {
    let later = words.get(from..)?;
    later.iter().position(|word| starts_with_digit(word)).map(|offset| from + offset)
}

fn is_version_word(word: &str) -> bool {
    let letters = word.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    starts_with_digit(word) || QUALIFIERS.contains(&letters.to_ascii_lowercase().as_str())
}

/// OSGi versions have three numbers (OSGi Core 8, 3.2.5), which distinguishes them from
/// `kafka_2.13`.
fn plug_in(stem: &str) -> Option<FileName> {
    let (artifact, version) = stem.rsplit_once('_')?;
    let numbers = version.split('.').take_while(|part| starts_with_digit(part)).count();
    (numbers >= 3 && !artifact.is_empty())
        .then(|| FileName { artifact: artifact.to_owned(), version: Some(version.to_owned()) })
}

fn starts_with_digit(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn tells_names_from_versions() {
        for (name, artifact, version) in [
            ("spring-core-5.3.17.jar", "spring-core", "5.3.17"),
            ("a/b/log4j-1.2-api-2.17.1.jar", "log4j-1.2-api", "2.17.1"),
            ("guava-31.1-jre.jar", "guava", "31.1-jre"),
            ("tools-0.9.0-all.jar", "tools", "0.9.0"),
            ("x-1.0-alpha-9-stable-1.jar", "x", "1.0-alpha-9-stable-1"),
            ("x-1.0-20200101.123456-7.jar", "x", "1.0-20200101.123456-7"),
            ("x-2.0-SNAPSHOT-sources.jar", "x", "2.0-SNAPSHOT"),
            ("kafka_2.13-3.6.0.jar", "kafka_2.13", "3.6.0"),
            ("tcnative-2.0.61.Final-linux-x86_64.jar", "tcnative", "2.0.61.Final"),
            ("jaxb-api-2.4.0-b180830.0359.jar", "jaxb-api", "2.4.0-b180830.0359"),
            ("bcprov-jdk15on-1.70.jar", "bcprov-jdk15on", "1.70"),
            ("hibernate-jpa-2.1-api-1.0.0.Final.jar", "hibernate-jpa-2.1-api", "1.0.0.Final"),
            ("org.eclipse.osgi_3.18.0.v2022.jar", "org.eclipse.osgi", "3.18.0.v2022"),
        ] {
            let found = FileName::parse(name);
            assert_eq!(found.artifact, artifact, "{name}");
            assert_eq!(found.version.as_deref(), Some(version), "{name}");
        }
    }

    #[test]
    fn a_name_may_have_no_version() {
        for name in ["app.jar", "log4j2.jar", "-1.0.jar", "kafka_2.13.jar", "", "é-.jar"] {
            assert_eq!(FileName::parse(name).version, None, "{name}");
        }
    }

    proptest! {
        #[test]
        fn invents_nothing(name in "[a-z0-9._/é-]{0,30}") {
            let FileName { artifact, version } = FileName::parse(&name);
            prop_assert!(name.contains(&artifact));
            prop_assert!(version.is_none_or(|version| name.contains(&version)));
        }
    }
}
