//! R: `numeric_version` (Writing R Extensions, "The DESCRIPTION file", Version): numbers with dots
//! or hyphens between them, which mean the same; `1.0` is below `1.0.0`.

use super::VersionErrorKind;
use super::numbers::{self, Version};

pub(super) fn parse(text: &str) -> Result<Version<'_>, VersionErrorKind> {
    numbers::parse(text, b".-")
}
