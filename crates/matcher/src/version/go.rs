//! Go modules: `golang.org/x/mod/semver` (<https://pkg.go.dev/golang.org/x/mod/semver>).
//!
//! Semantic Versioning 2.0 with numbers of any size, and `v1` and `v1.2` for `v1.0.0` and
//! `v1.2.0`. The `v` may be missing, as it is in the Go vulnerability database.

use super::VersionErrorKind;
use super::cursor::Cursor;
use super::number::Number;
use super::semver::{LeadingZeros, Suffix, Version, dot, number, suffix};

pub(super) fn parse(text: &str) -> Result<Version<'_>, VersionErrorKind> {
    let mut cursor = Cursor::new(text);
    cursor.eat("v");
    let major = number(&mut cursor, None)?;
    if cursor.is_done() {
        return Ok(Version { numbers: [major, Number::default(), Number::default()], pre: "" });
    }
    dot(&mut cursor)?;
    let minor = number(&mut cursor, None)?;
    if cursor.is_done() {
        return Ok(Version { numbers: [major, minor, Number::default()], pre: "" });
    }
    dot(&mut cursor)?;
    let patch = number(&mut cursor, None)?;
    let Suffix { pre, .. } = suffix(&mut cursor, LeadingZeros::Refused)?;
    Ok(Version { numbers: [major, minor, patch], pre })
}
