//! One folder for each ecosystem, and the table of all catalogers.

mod cargo;
mod golang;
mod java;
mod program;

use crate::Cataloger;

/// Every cataloger, ordered by name. Adding an ecosystem adds a line here.
pub static ALL: &[&dyn Cataloger] = &[&golang::Program, &java::Archive, &cargo::Program];
