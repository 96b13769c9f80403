//! npm: node-semver 7 in its strict mode (<https://github.com/npm/node-semver>, "Versions").
//!
//! Semantic Versioning 2.0 with blanks around it and one `v` before it, of at most 256 bytes and
//! with numbers that JavaScript counts exactly. Known deviation: numbers in a pre-release are
//! compared exactly, where JavaScript rounds those above 2^53.

use super::cursor::Cursor;
use super::semver::{self, Version};
use super::{VersionErrorKind, check_length};

/// `MAX_LENGTH` of node-semver.
const MAX_BYTES: usize = 256;

/// `Number.MAX_SAFE_INTEGER`, 2^53 - 1.
pub(super) const MAX_NUMBER: u64 = 9_007_199_254_740_991;

pub(super) fn parse(text: &str) -> Result<Version<'_>, VersionErrorKind> {
    check_length(text, MAX_BYTES)?;
    let mut cursor = Cursor::new(text.trim());
    cursor.eat("v");
    semver::parse_up_to(cursor, Some(MAX_NUMBER))
}
