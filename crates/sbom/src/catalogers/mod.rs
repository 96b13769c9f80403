//! One folder for each ecosystem, and the table of all catalogers.

mod alpine;
mod archive;
mod asked;
mod cargo;
mod cocoapods;
mod composer;
mod conan;
mod conda;
mod cran;
mod debian;
mod declared;
mod github_actions;
mod golang;
mod hackage;
mod hex;
pub(crate) mod java;
mod json;
mod julia;
mod luarocks;
mod npm;
mod nuget;
pub(crate) mod os_release;
mod paths;
mod program;
mod pub_dev;
mod python;
pub(crate) mod rpm;
mod ruby;
mod sbom_file;
mod shape;
mod swift;
pub(crate) mod text;
mod toml_file;
pub(crate) mod xml;
mod yaml;

use crate::Cataloger;

/// Every cataloger, ordered by name. Adding an ecosystem adds a line here.
#[rustfmt::skip] // one line each
pub static ALL: &[&dyn Cataloger] = &[
    &alpine::Installed,
    &cargo::Lockfile,
    &cargo::Manifest,
    &cocoapods::Lockfile,
    &composer::Installed,
    &composer::Lockfile,
    &conan::ConanFile,
    &conan::Lockfile,
    &conda::Installed,
    &cran::Installed,
    &cran::Renv,
    &debian::Status,
    &github_actions::Workflows,
    &golang::ModuleFiles,
    &golang::Program,
    &golang::Vendored,
    &hackage::Freeze,
    &hackage::Stack,
    &hex::Gleam,
    &hex::Mix,
    &hex::Rebar,
    &java::Archive,
    &java::Lockfile,
    &java::Catalog,
    &java::Verification,
    &java::Pom,
    &java::Sbt,
    &julia::Manifest,
    &luarocks::Rockspec,
    &npm::Bun,
    &npm::Deno,
    &npm::Installed,
    &npm::Lockfile,
    &npm::Pnpm,
    &npm::Yarn,
    &nuget::Assets,
    &nuget::Config,
    &nuget::Deps,
    &nuget::Lockfile,
    &nuget::Paket,
    &nuget::Project,
    &os_release::Release,
    &pub_dev::Lockfile,
    &python::Archive,
    &python::Installed,
    &python::Pdm,
    &python::Pipfile,
    &python::Poetry,
    &python::Project,
    &python::Pylock,
    &python::Requirements,
    &python::Uv,
    &rpm::Database,
    &ruby::Installed,
    &ruby::Lockfile,
    &cargo::Program,
    &sbom_file::Sbom,
    &swift::Resolved,
];

/// Catalogers of lockfiles: files that list every package of a project with its version, including
/// indirect dependencies. In a source tree, packages installed below a lockfile's folder are left
/// to the lockfile. Manifests, which name only the project's own requirements, are not lockfiles; a
/// `.deps.json` is the lockfile of a program.
#[rustfmt::skip] // one line each
pub static LOCKFILES: &[&dyn Cataloger] = &[
    &cargo::Lockfile,
    &composer::Lockfile,
    &cran::Renv,
    &golang::ModuleFiles,
    &golang::Vendored,
    &java::Lockfile,
    &java::Sbt,
    &npm::Bun,
    &npm::Deno,
    &npm::Lockfile,
    &npm::Pnpm,
    &npm::Yarn,
    &nuget::Assets,
    &nuget::Config,
    &nuget::Deps,
    &nuget::Lockfile,
    &nuget::Paket,
    &python::Pdm,
    &python::Pipfile,
    &python::Poetry,
    &python::Pylock,
    &python::Uv,
    &ruby::Lockfile,
];

/// Returns the catalogers for a project's source tree: all but the one that reads SBOMs. An SBOM in
/// a source tree is the leftover of a build, which often repeats the lockfiles beside it.
#[must_use]
pub fn for_source_trees() -> Vec<&'static dyn Cataloger> {
    ALL.iter().copied().filter(|cataloger| cataloger.name() != sbom_file::Sbom.name()).collect()
}

/// Returns the catalogers for a single file that the caller names, which may have any name.
#[must_use]
pub fn for_single_file() -> Vec<&'static dyn Cataloger> {
    let name = python::NamedRequirements.name();
    let any_name = |it: &'static dyn Cataloger| -> &'static dyn Cataloger {
        if it.name() == name { &python::NamedRequirements } else { it }
    };
    ALL.iter().copied().map(any_name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_of_a_project_has_one_less() {
        let names: Vec<&str> = for_source_trees().iter().map(|it| it.name()).collect();
        assert_eq!(names.len() + 1, ALL.len());
        assert!(!names.contains(&"sbom-file"));
    }

    #[test]
    fn the_table_is_ordered_by_name() {
        assert!(ALL.is_sorted_by(|a, b| a.name() < b.name()));
    }
}
