//! C and C++: packages locked by Conan, and the requirements of a project.
//!
//! | cataloger | reads | finds |
//! | --- | --- | --- |
//! | `conan-file` | `conanfile.txt` | what the project asks for, with a version where one is named |
//! | `conan-lock` | `conan.lock` of Conan 1 and 2 | what is locked, what only building needs included, with lines |
//!
//! They do not find the requirements in a `conanfile.py`, which is a program, nor the project
//! itself.

mod file;
mod lockfile;

use sealift_model::{Ecosystem, Package, Purl, PurlError};

pub(super) use file::ConanFile;
pub(super) use lockfile::Lockfile;

/// The package of a reference, `name/version@user/channel#revision:id%time` (Conan docs, "Recipe
/// reference"); a range in brackets is no version.
fn package(reference: &str) -> Result<Package, PurlError> {
    let recipe = reference.split(['#', '%', ':']).next().unwrap_or_default();
    let (recipe, owner) = recipe.split_once('@').unwrap_or((recipe, ""));
    let (name, version) = recipe.split_once('/').ok_or(PurlError::MissingName)?;
    let version = if version.starts_with('[') { "" } else { version };
    let (user, channel) = owner.split_once('/').unwrap_or((owner, ""));
    let purl = Purl::builder(Ecosystem::Conan.purl_type(), name).version(version);
    // The definition of the type wants both or none.
    let purl = match (user, channel) {
        ("" | "_", _) | (_, "") => purl,
        _ => purl.namespace(user).qualifier("channel", channel),
    };
    Ok(Package::new(Ecosystem::Conan, name, version, purl.build()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references() {
        for (reference, expected) in [
            ("zlib/1.2.11", "pkg:conan/zlib@1.2.11"),
            ("zlib/1.2.11#ff%1.5", "pkg:conan/zlib@1.2.11"),
            ("a/1:2c#5", "pkg:conan/a@1"),
            ("a/1@me/stable#1", "pkg:conan/me/a@1?channel=stable"),
            ("a/1@_/_", "pkg:conan/a@1"),
            ("a/[>1 <2]", "pkg:conan/a"),
        ] {
            assert_eq!(package(reference).unwrap().purl.to_string(), expected);
        }
        assert!(package("1.2.3#ff").is_err() && package("").is_err());
    }
}
