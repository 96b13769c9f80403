//! Names of exports.

use std::fmt;
use std::str::FromStr;

use super::UpdateError;

/// Longest name; OSV's longest has some 30 bytes.
const MAX_BYTES: usize = 64;

/// The name of one of OSV's exports: an ecosystem without release, as `Debian`, `crates.io` or
/// `GitHub Actions`. It is a single plain folder name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExportName(String);

impl ExportName {
    /// The name as OSV writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As part of a file name.
    pub(super) fn stem(&self) -> String {
        self.0.replace(' ', "_")
    }
}

impl FromStr for ExportName {
    type Err = UpdateError;

    /// Also reads a name with a release, `Debian:12`: the export has all releases.
    fn from_str(text: &str) -> Result<Self, UpdateError> {
        let name = text.split_once(':').map_or(text, |(name, _)| name);
        let is_plain = |c: char| c.is_ascii_alphanumeric() || " .-_+[]".contains(c);
        let good = !name.is_empty()
            && name.len() <= MAX_BYTES
            && name.chars().all(is_plain)
            && !name.starts_with(['.', ' '])
            && !name.ends_with(['.', ' ']);
        match good {
            true => Ok(Self(name.to_owned())),
            false => Err(UpdateError::NoSuchName { name: text.to_owned() }),
        }
    }
}

impl fmt::Display for ExportName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether an id can be the name of a file and a part of a URL as it stands. Those of all of OSV's
/// sources can.
pub(super) fn is_plain_id(id: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-_:+".contains(&byte);
    !id.is_empty() && id.len() <= 200 && id.bytes().all(is_plain) && !id.starts_with(['.', '-'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_plain_folder() {
        for (text, name) in [
            ("Debian:12", "Debian"),
            ("crates.io", "crates.io"),
            ("GitHub Actions", "GitHub Actions"),
            ("[EMPTY]", "[EMPTY]"),
        ] {
            assert_eq!(text.parse::<ExportName>().unwrap().as_str(), name);
        }
        for text in ["", ":12", "..", ".", "a/b", "a\\b", " a", "a ", "é", "a\0b", &"a".repeat(65)]
        {
            assert!(text.parse::<ExportName>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn an_id_is_one_plain_file() {
        assert!(is_plain_id("GHSA-jfh8-c2jp-5v3q") && is_plain_id("openSUSE-SU-2021:0001-1"));
        for id in ["", "..", "../x", "a/b", "a b", "-x", "a%2fb", "a?b", "é"] {
            assert!(!is_plain_id(id), "{id:?}");
        }
    }
}
