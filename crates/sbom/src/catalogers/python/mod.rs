//! Python: installed distributions, requirements files and lockfiles.
//!
//! | cataloger | reads | finds |
//! | --- | --- | --- |
//! | `python-archive` | `*.egg` and `*.whl` archives | eggs as installed, wheels as declared |
//! | `python-installed` | `*.dist-info/METADATA`, `*.egg-info/PKG-INFO`, `EGG-INFO/PKG-INFO`, single-file `*.egg-info`, in any directory | each installed distribution with its licences |
//! | `python-pdm` | `pdm.lock` | what it pins, with scope, dependencies and lines |
//! | `python-pipfile` | `Pipfile.lock` | what it pins, with scope and lines |
//! | `python-poetry` | `poetry.lock` of every version | what it pins, with scope, dependencies and lines |
//! | `python-project` | `pyproject.toml`, `setup.py`, where no lockfile lies beside or above them | what the project asks for; the version only where one is pinned |
//! | `python-pylock` | `pylock.toml`, `pylock.*.toml` | what it pins, with dependencies and lines |
//! | `python-requirements` | `*requirements*.txt`, and every `.txt` in a folder `requirements` | every named requirement; the version only where `==` or `===` pins one |
//! | `python-uv` | `uv.lock` | what it pins, with scope, relationship, dependencies and lines |
//!
//! They do not find: modules copied without their metadata, and programs frozen into one file; the
//! wheels that Python keeps to make environments with (left out on purpose); requirements by URL or
//! path, unless a name precedes the URL of a wheel; requirements in a file with another name that
//! `-r` includes; requirements that `setup.py` computes (each is a diagnostic). Markers (`; python_version < "3"`) are not evaluated, so
//! packages that they exclude are reported too.

mod archive;
mod headers;
mod installed;
mod pdm;
mod pipfile;
mod poetry;
mod project;
mod pylock;
mod requirement;
mod requirements;
mod setup_py;
mod toml_lock;
mod uv;

use sealift_model::{Ecosystem, Package, Purl};

pub(super) use archive::Archive;
pub(super) use installed::Installed;
pub(super) use pdm::Pdm;
pub(super) use pipfile::Pipfile;
pub(super) use poetry::Poetry;
pub(super) use project::Project;
pub(super) use pylock::Pylock;
pub(super) use requirements::{NamedRequirements, Requirements};
pub(super) use uv::Uv;

/// The package of that name; none when no project can be called so.
fn package(name: &str, version: &str) -> Option<Package> {
    if !is_name(name) {
        return None;
    }
    let mut purl = Purl::builder("pypi", name);
    if !version.is_empty() {
        purl = purl.version(version);
    }
    Some(Package::new(Ecosystem::Pypi, name, version, purl.build().ok()?))
}

/// Core metadata specifications, "Name": letters, digits, `-`, `_`, `.`; one of the first two at
/// each end.
fn is_name(name: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let ends = [name.bytes().next(), name.bytes().next_back()];
    name.bytes().all(inner)
        && ends.into_iter().all(|end| end.is_some_and(|byte| byte.is_ascii_alphanumeric()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        assert!(is_name("A") && is_name("zope.interface") && is_name("foo--bar"));
        for bad in ["", "-a", "a-", "a b", "a/b", "ä"] {
            assert!(!is_name(bad), "{bad:?}");
        }
    }

    #[test]
    fn the_name_stays_as_written_but_not_in_the_purl() {
        for (name, purl) in [
            ("Flask_Login", "pkg:pypi/flask-login@1.0"),
            // The purl's type says nothing of dots.
            ("ruamel.yaml", "pkg:pypi/ruamel.yaml@1.0"),
        ] {
            let package = package(name, "1.0").unwrap();
            assert_eq!((package.name.as_str(), package.purl.to_string().as_str()), (name, purl));
        }
    }
}
