//! One folder for each ecosystem, and the table of all catalogers.

mod alpine;
mod archive;
mod cargo;
mod composer;
mod debian;
mod declared;
mod golang;
pub(crate) mod java;
mod json;
mod npm;
mod nuget;
pub(crate) mod os_release;
mod program;
mod python;
pub(crate) mod rpm;
mod ruby;
pub(crate) mod text;
mod toml_file;
mod xml;

use crate::Cataloger;

/// Every cataloger, ordered by name. Adding an ecosystem adds a line here.
#[rustfmt::skip] // one line each
pub static ALL: &[&dyn Cataloger] = &[
    &alpine::Installed,
    &cargo::Lockfile,
    &composer::Installed,
    &composer::Lockfile,
    &debian::Status,
    &golang::ModuleFiles,
    &golang::Program,
    &java::Archive,
    &java::Lockfile,
    &java::Catalog,
    &java::Verification,
    &java::Pom,
    &npm::Bun,
    &npm::Installed,
    &npm::Lockfile,
    &npm::Pnpm,
    &npm::Yarn,
    &nuget::Deps,
    &nuget::Lockfile,
    &os_release::Release,
    &python::Archive,
    &python::Installed,
    &python::Pdm,
    &python::Pipfile,
    &python::Poetry,
    &python::Pylock,
    &python::Requirements,
    &python::Uv,
    &rpm::Database,
    &ruby::Installed,
    &ruby::Lockfile,
    &cargo::Program,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_ordered_by_name() {
        assert!(ALL.is_sorted_by(|a, b| a.name() < b.name()));
    }
}
