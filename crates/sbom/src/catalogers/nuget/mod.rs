//! .NET: what NuGet locks, and what programs say of the libraries that they were published with.
//!
//! | cataloger | reads | finds |
//! | --- | --- | --- |
//! | `nuget-deps` | `NAME.deps.json` | libraries that lie beside the program, runtime packs too, with what each needs; the project and its parts as such |
//! | `nuget-lock` | `packages.lock.json` | what is locked for each framework, with dependencies, lines, and whether the project asked for it |
//!
//! What they cannot find: libraries of programs published as one file; assemblies that are
//! referred to by path alone (`referenceassembly`); projects that are not locked.

mod deps;
mod lockfile;

use std::collections::HashMap;

use sealift_model::{Ecosystem, Package, Purl};

use crate::catalogers::json::Object;

pub(super) use deps::Deps;
pub(super) use lockfile::Lockfile;

/// Characters of the longest id that the gallery takes (NuGet docs, "Package ID").
const MAX_NAME_BYTES: usize = 128;

/// The package of that id; none when no package can be called so.
fn package(name: &str, version: &str) -> Option<Package> {
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_');
    let is_version = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+');
    let valid = (1..=MAX_NAME_BYTES).contains(&name.len())
        && name.chars().all(is_name)
        && version.starts_with(|c: char| c.is_ascii_digit())
        && version.chars().all(is_version);
    let purl = Purl::builder(Ecosystem::Nuget.purl_type(), name).version(version).build().ok()?;
    valid.then(|| Package::new(Ecosystem::Nuget, name, version, purl))
}

/// `name@version` of what `dependencies` of an entry names, by ids in lower case, for NuGet takes
/// no notice of case.
fn needed(entry: &Object<'_>, ids: &HashMap<String, String>) -> Vec<String> {
    let dependencies = entry.object("dependencies").unwrap_or_default();
    let found = dependencies.members().filter_map(|(name, _)| ids.get(&name.to_lowercase()));
    let mut needed: Vec<String> = found.cloned().collect();
    needed.sort_unstable();
    needed.dedup();
    needed
}
