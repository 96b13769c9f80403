//! What every verb needs beside its own flags.

use crate::Environment;
use crate::args::GlobalArgs;

/// The flags of all verbs and the process environment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Context<'a> {
    /// The flags of all verbs.
    pub(crate) global: &'a GlobalArgs,
    /// The environment that the command may see.
    pub(crate) environment: &'a Environment,
}
