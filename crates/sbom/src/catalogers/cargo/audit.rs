//! The dependency list that `cargo auditable` puts into a program: zlib-compressed JSON in the
//! section `.dep-v0` (cargo-auditable, PARSING.md and its JSON schema, format 0).

use std::io::Read;

use flate2::bufread::ZlibDecoder;
use sealift_layers::LimitExceeded;
use serde::Deserialize;

/// The section's name in every format; Mach-O files have it in the segment `__DATA`.
pub(super) const SECTION: &str = ".dep-v0";

/// The crates that a program was built from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(super) struct Audit {
    pub(super) packages: Vec<Crate>,
}

/// One crate.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(super) struct Crate {
    pub(super) name: String,
    pub(super) version: String,
    #[serde(default)]
    pub(super) kind: Kind,
    /// Indexes into the list.
    #[serde(default)]
    pub(super) dependencies: Vec<usize>,
    /// Whether this is the crate that the program was built for.
    #[serde(default)]
    pub(super) root: bool,
}

/// The purpose of a crate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    /// It ran while the program was built: a build script's dependency, a procedural macro.
    Build,
    /// It is in the program. A kind that a later format brings counts as this, too.
    #[default]
    #[serde(other)]
    Runtime,
}

/// Why a list cannot be used.
#[derive(Debug, thiserror::Error)]
pub(super) enum AuditError {
    /// It does not unpack.
    #[error("cannot be inflated: {0}")]
    Inflate(#[from] std::io::Error),
    /// It is too large.
    #[error(transparent)]
    Limit(#[from] LimitExceeded),
    /// It is not of its format.
    #[error("{0}")]
    Json(#[from] serde_json::Error),
}

impl Audit {
    /// Unpacks and reads the content of the section.
    pub(super) fn parse(section: &[u8], max_document_bytes: u64) -> Result<Self, AuditError> {
        let mut json = Vec::new();
        let mut source = ZlibDecoder::new(section).take(max_document_bytes.saturating_add(1));
        let length = source.read_to_end(&mut json)?;
        if u64::try_from(length).is_ok_and(|length| length > max_document_bytes) {
            return Err(LimitExceeded::new("max_document_bytes", max_document_bytes).into());
        }
        Ok(serde_json::from_slice(&json)?)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::testing::compressed;
    use super::*;

    const MIB: u64 = 1 << 20;

    #[test]
    fn reads_a_list_and_what_later_formats_add() {
        let json = r#"{"format": 9, "packages": [
            {"name": "a", "version": "1.0.0", "source": "local", "root": true, "dependencies": [1]},
            {"name": "b", "version": "2.0.0", "source": "crates.io", "kind": "build", "x": 1},
            {"name": "c", "version": "3.0.0", "source": "git", "kind": "new"}]}"#;
        let audit = Audit::parse(&compressed(json), MIB).expect("well-formed");
        let kinds: Vec<_> = audit.packages.iter().map(|package| package.kind).collect();
        assert_eq!(kinds, [Kind::Runtime, Kind::Build, Kind::Runtime]);
        assert!(audit.packages[0].root && audit.packages[0].dependencies == [1]);
    }

    #[test]
    fn padding_after_the_list_is_passed_over() {
        let mut section = compressed(r#"{"packages": []}"#);
        section.extend([0; 64]);
        assert_eq!(Audit::parse(&section, MIB).expect("well-formed"), Audit::default());
    }

    #[test]
    fn refuses_what_is_broken_cut_or_without_end() {
        let whole = compressed(r#"{"packages": []}"#);
        assert!(matches!(Audit::parse(b"x", MIB), Err(AuditError::Inflate(_))));
        assert!(matches!(Audit::parse(&whole[..8], MIB), Err(AuditError::Inflate(_))));
        assert!(matches!(Audit::parse(&compressed("[]"), MIB), Err(AuditError::Json(_))));
        let bomb = compressed(&" ".repeat(1000));
        assert!(matches!(Audit::parse(&bomb, 999), Err(AuditError::Limit(_))));
    }

    proptest! {
        #[test]
        fn never_panics(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            drop(Audit::parse(&bytes, MIB));
            drop(Audit::parse(&compressed(&String::from_utf8_lossy(&bytes)), MIB));
        }
    }
}
