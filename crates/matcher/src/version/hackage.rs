//! Haskell: Package Versioning Policy (<https://pvp.haskell.org/>, "Version numbers"): numbers with
//! dots between them, ordered as lists; `1.0` is below `1.0.0`.

use super::VersionErrorKind;
use super::numbers::{self, Version};

pub(super) fn parse(text: &str) -> Result<Version<'_>, VersionErrorKind> {
    numbers::parse(text, b".")
}
