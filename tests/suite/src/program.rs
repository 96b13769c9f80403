//! Programs of others.

use std::path::PathBuf;

/// A program of that name on the `PATH`. Who does without it says so: [`crate::Suite::skip`].
#[must_use]
#[expect(clippy::disallowed_methods, reason = "a suite looks for the programs of others")]
pub fn on_path(name: &str) -> Option<PathBuf> {
    let folders = std::env::var_os("PATH")?;
    std::env::split_paths(&folders).map(|folder| folder.join(name)).find(|file| file.is_file())
}
