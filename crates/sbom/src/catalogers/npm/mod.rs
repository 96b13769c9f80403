//! npm: installed packages and lockfiles.
//!
//! | cataloger | reads | finds |
//! | --- | --- | --- |
//! | `npm-installed` | `package.json` | the package whose root it is: directly below `node_modules` (also pnpm's store, npm's global folder) or below Debian's `usr/share/nodejs`; elsewhere the project itself, as declared |
//! | `npm-bun` | `bun.lock` | what it pins, under real names, with scope, dependencies and lines |
//! | `npm-deno` | `deno.lock` of versions 2 to 5 | what it pins of npm, with dependencies and lines; what it pins of JSR has no advisories |
//! | `npm-pnpm` | `pnpm-lock.yaml` of versions 5 to 9 | what it pins, with scope, dependencies and lines |
//! | `npm-yarn` | `yarn.lock` of Yarn 1 and later, the `package.json` beside and below it | what it pins, with dependencies and lines; scope where there is a `package.json` |
//! | `npm-lock` | `package-lock.json`, `npm-shrinkwrap.json`, npm's hidden `node_modules/.package-lock.json`; versions 1 to 3 | what the lockfile pins, under the real names of aliases, with scope, relationship, dependencies and lines |
//!
//! They do not find: packages bundled into one script; the content of Bun's binary lockfile
//! (`bun.lockb`), which is reported; packages in Yarn's zip cache; versions that a lockfile of
//! version 1 gives as a git or tarball URL (the name is reported without one); the dependencies
//! among installed packages. A `package.json` deeper in a package (`dist/`, `test/fixtures/`) is
//! not a package of its own and is not read; nor are lockfiles inside packages. A workspace with a
//! version is reported as a part of the project, the project's root is not.

mod bun;
mod deno;
mod license;
mod lock;
mod manifest;
mod place;
mod pnpm;
mod tree;
mod v1;
mod v2;
mod yarn;

use sealift_model::{Ecosystem, Package, Purl};

pub(super) use bun::Bun;
pub(super) use deno::Deno;
pub(super) use lock::Lockfile;
pub(super) use manifest::Installed;
pub(super) use pnpm::Pnpm;
pub(super) use yarn::Yarn;

/// Longest name that the registry takes (npm docs, package.json, "name").
const MAX_NAME_BYTES: usize = 214;

/// The package of that name; none when no package can be called so.
fn package(name: &str, version: &str) -> Option<Package> {
    let (scope, bare) = split_name(name)?;
    let mut purl = Purl::builder("npm", bare);
    if let Some(scope) = scope {
        purl = purl.namespace(scope);
    }
    if !version.is_empty() {
        purl = purl.version(version);
    }
    Some(Package::new(Ecosystem::Npm, name, version, purl.build().ok()?))
}

/// `@scope/name` or `name` in its parts. The registry's rules for new packages (lower case,
/// URL-safe) are not applied: old ones break them.
fn split_name(name: &str) -> Option<(Option<&str>, &str)> {
    let (scope, bare) = match name.split_once('/') {
        Some((scope, bare)) => (Some(scope), bare),
        None => (None, name),
    };
    let is_scope = |scope: &str| scope.strip_prefix('@').is_some_and(is_component);
    let valid = name.len() <= MAX_NAME_BYTES && is_component(bare) && scope.is_none_or(is_scope);
    valid.then_some((scope, bare))
}

fn is_component(part: &str) -> bool {
    let foreign =
        |c: char| c.is_control() || c.is_whitespace() || matches!(c, '/' | '\\' | ':' | '@');
    !part.is_empty() && !part.starts_with('.') && !part.contains(foreign)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_parts() {
        assert_eq!(split_name("lodash.once"), Some((None, "lodash.once")));
        assert_eq!(split_name("@babel/core"), Some((Some("@babel"), "core")));
        assert_eq!(split_name("JSONStream"), Some((None, "JSONStream")));
        for bad in ["", ".bin", "a b", "a/b", "@/b", "@a/", "@a/b/c", "../a", "a\nb", "@a"] {
            assert_eq!(split_name(bad), None, "{bad:?}");
        }
        assert_eq!(split_name(&"a".repeat(215)), None);
    }
}
