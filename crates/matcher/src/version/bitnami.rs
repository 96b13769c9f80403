//! Bitnami: the version of the maker, as Semantic Versioning, with how often it was packed anew
//! behind it: `7.2.4-3` (<https://github.com/bitnami/go-version>). To Semantic Versioning alone that
//! would be a pre-release, before `7.2.4`.

use super::VersionErrorKind;
use super::number::Number;
use super::semver;

/// Ordered by the release, then by the revision; without one it is the first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Version<'a> {
    release: semver::Version<'a>,
    revision: Number<'a>,
}

pub(super) fn parse(text: &str) -> Result<Version<'_>, VersionErrorKind> {
    let is_revision = |text: &str| !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit());
    let (release, revision) = match text.rsplit_once('-') {
        Some((release, revision)) if is_revision(revision) => (release, revision),
        _ => (text, "0"),
    };
    Ok(Version { release: semver::parse(release)?, revision: Number::new(revision) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_revision_comes_after_its_release() {
        let order =
            ["7.2.3-9", "7.2.4-rc.1", "7.2.4-rc.1-2", "7.2.4", "7.2.4-1", "7.2.4-10", "7.2.5"];
        let versions: Vec<_> = order.iter().map(|text| parse(text).unwrap()).collect();
        assert!(versions.is_sorted_by(|one, other| one < other));
        assert_eq!(parse("7.2.4-0").unwrap(), parse("7.2.4").unwrap());
        assert!(parse("7.2-1").is_err() && parse("-1").is_err());
    }
}
