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

/// The catalogers of lockfiles: files that list every package of a project with its version,
/// transitive ones included, and the `.deps.json` of a program. In a source tree, installed packages
/// below a lockfile's folder are left to the lockfile. A manifest, which lists only what the project
/// itself asks for, is no lockfile.
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

/// The catalogers for source trees: all but the one that takes the packages of SBOMs. An SBOM in a
/// source tree is what an earlier build left behind; the lockfiles beside it are newer.
#[must_use]
pub fn for_source_trees() -> Vec<&'static dyn Cataloger> {
    ALL.iter().copied().filter(|cataloger| cataloger.name() != sbom_file::Sbom.name()).collect()
}

/// The catalogers for a single file that the user named. A requirements file may then have any name.
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
