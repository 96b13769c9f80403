//! Ruby gems: installed ones and Bundler's lockfile.
//!
//! | cataloger | reads | finds |
//! | --- | --- | --- |
//! | `ruby-installed` | `specifications/NAME-VERSION.gemspec`, as `gem install` writes it (also below `specifications/default`) | the gem, with its licences |
//! | `ruby-lock` | `Gemfile.lock`, `gems.locked` | what is pinned, from servers, git and folders, with what each needs, what the project asks for, and lines |
//!
//! They do not find: gems that a project's own gemspec names, which is a program; the version of
//! Ruby itself; the platform of a gem, which is not part of its version.

mod gemspec;
mod lockfile;

use sealift_model::{Ecosystem, Package, Purl};

pub(super) use gemspec::Installed;
pub(super) use lockfile::Lockfile;

/// The gem of that name; none when no gem can be called so (`Gem::Specification`, "name").
fn package(name: &str, version: &str) -> Option<Package> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    let is_version = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
    let starts = version.starts_with(|c: char| c.is_ascii_digit());
    let valid = !name.is_empty() && name.chars().all(is_name) && version.chars().all(is_version);
    if !valid || !starts {
        return None;
    }
    let purl = Purl::builder(Ecosystem::Gem.purl_type(), name).version(version).build().ok()?;
    Some(Package::new(Ecosystem::Gem, name, version, purl))
}

/// A version without its platform: `1.13.3-x86_64-linux` is version 1.13.3. Versions of gems hold
/// no hyphen when they are built (`Gem::Version`, "canonical").
fn without_platform(version: &str) -> &str {
    version.split('-').next().unwrap_or(version)
}
