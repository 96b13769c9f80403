//! .NET: packages locked by NuGet, and the library lists of published programs.
//!
//! | cataloger | reads | finds |
//! | --- | --- | --- |
//! | `nuget-assets` | `obj/project.assets.json` | what restoring the project found, with dependencies and lines |
//! | `nuget-config` | `packages.config` | every package, with scope and lines |
//! | `nuget-deps` | `NAME.deps.json` | libraries that lie beside the program, runtime packs too, with what each needs; the project and its parts as such |
//! | `nuget-lock` | `packages.lock.json`, `packages.PROJECT.lock.json` | what is locked for each framework, with dependencies, lines, and whether the project asked for it |
//! | `nuget-paket` | `paket.lock` | what is locked from NuGet, with lines |
//! | `nuget-project` | `*.csproj`, `*.fsproj`, `*.vbproj`, `Directory.Packages.props`, `*Packages.props` | what the project asks for; of ranges the name alone |
//!
//! They do not find: libraries of programs published as one file; assemblies that are only
//! referenced by path (`referenceassembly`); projects that are not locked.

mod assets;
mod config;
mod deps;
mod lockfile;
mod paket;
mod project;

use std::collections::HashMap;

use sealift_model::{Ecosystem, Evidence, Location, Package, Purl};

use crate::Facts;
use crate::catalogers::json::Object;

pub(super) use assets::Assets;
pub(super) use config::Config;
pub(super) use deps::Deps;
pub(super) use lockfile::Lockfile;
pub(super) use paket::Paket;
pub(super) use project::Project;

/// Characters of the longest id that the gallery takes (NuGet docs, "Package ID").
const MAX_NAME_BYTES: usize = 128;

/// The package of that id; none when no package can be called so.
fn package(name: &str, version: &str) -> Option<Package> {
    let is_version = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+');
    let valid =
        version.starts_with(|c: char| c.is_ascii_digit()) && version.chars().all(is_version);
    named(name, version).filter(|_| valid)
}

/// The same where there may be no version.
fn named(name: &str, version: &str) -> Option<Package> {
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_');
    let valid = (1..=MAX_NAME_BYTES).contains(&name.len()) && name.chars().all(is_name);
    let purl = Purl::builder(Ecosystem::Nuget.purl_type(), name).version(version).build().ok()?;
    valid.then(|| Package::new(Ecosystem::Nuget, name, version, purl))
}

/// Adds what a line declares.
fn add(package: Option<Package>, named: (&str, &str), line: u64, facts: &mut Facts) {
    match package {
        Some(mut package) => {
            package.evidence = Evidence::Declared;
            package.locations = vec![Location::new("").on_lines(Some((line, line)))];
            facts.package(package);
        }
        None => facts.problem(Some(line), format!("{:?} {:?} is no package", named.0, named.1)),
    }
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
