//! One folder for each ecosystem, and the table of all catalogers.

mod java;

use crate::Cataloger;

/// Every cataloger, ordered by name. Adding an ecosystem adds a line here.
pub static ALL: &[&dyn Cataloger] = &[&java::Archive];
