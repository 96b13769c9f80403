//! One folder for each ecosystem, and the table of all catalogers.

mod java;
mod json;
mod npm;
mod python;
mod text;

use crate::Cataloger;

/// Every cataloger, ordered by name. Adding an ecosystem adds a line here.
#[rustfmt::skip] // one line each
pub static ALL: &[&dyn Cataloger] = &[
    &java::Archive,
    &npm::Installed,
    &npm::Lockfile,
    &npm::Yarn,
    &python::Installed,
    &python::Pdm,
    &python::Pipfile,
    &python::Poetry,
    &python::Requirements,
    &python::Uv,
];
