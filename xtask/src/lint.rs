//! Checks that run no code.

use crate::process::{cargo, cargo_with};
use crate::{Outcome, setup};

/// Checks the format, clippy's lints, the docs, and the dependencies' licences and sources.
pub(crate) fn run() -> Outcome {
    setup::run()?;
    cargo(&["fmt", "--all", "--check"])?;
    cargo(&["clippy", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"])?;
    let docs = ["doc", "--workspace", "--no-deps", "--quiet"];
    cargo_with(&docs, &[("RUSTDOCFLAGS", "-Dwarnings")])?;
    // Without `advisories`: their database is fetched from a server, which needs a network.
    setup::deny(&["check", "bans", "licenses", "sources"])
}
