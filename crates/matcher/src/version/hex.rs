//! Hex: Elixir's `Version` (<https://hexdocs.pm/elixir/Version.html>), which is Semantic
//! Versioning 2.0 with numbers of any size.

use super::VersionErrorKind;
use super::cursor::Cursor;
use super::semver::{self, Version};

pub(super) fn parse(text: &str) -> Result<Version<'_>, VersionErrorKind> {
    semver::parse_up_to(Cursor::new(text), None)
}
