//! `sealift.toml`: one file with what counts and what follows.

mod admission;
mod document;
mod nearest;

use std::collections::BTreeMap;

use crate::admission::ImageRules;
use crate::error::{line_of, text};
use crate::gate::{GatePolicy, Signer};
use crate::ignore::IgnoreFile;
use crate::{Error, Limits};
use document::Document;

/// A policy.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Policy {
    /// What decides.
    pub gate: GatePolicy,
    /// The exceptions, as an ignore file of their own.
    pub exceptions: IgnoreFile,
    /// Other files that count, by their names.
    pub sources: Sources,
    /// What is asked of the images of workloads.
    pub admission: ImageRules,
}

/// Files that a policy names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sources {
    /// Ignore files.
    pub ignore: Vec<String>,
    /// VEX documents.
    pub vex: Vec<String>,
    /// Whose VEX attestations on an image count; nobody's when none is given.
    pub vex_signer: Option<Signer>,
    /// Whether VEX attestations by a key need not be in a transparency log.
    pub insecure_ignore_vex_tlog: bool,
    /// The trusted root that signatures are verified against.
    pub trusted_root: Option<String>,
    /// URL of the transparency log that is asked for entries that do not lie beside their
    /// signatures; the public one when none is given.
    pub rekor_url: Option<String>,
    /// Whether signatures by a key need not be in a transparency log.
    pub insecure_ignore_tlog: bool,
    /// Mirrors by the registry that is mirrored, as URLs.
    pub mirrors: BTreeMap<String, Vec<String>>,
    /// Who must have signed a database that is pulled.
    pub database_signer: Option<Signer>,
    /// Whether that signature, by a key, need not be in a transparency log.
    pub database_ignores_tlog: bool,
}

impl Policy {
    /// Reads `sealift.toml`. `name` stands in reports as the source of each exception.
    ///
    /// # Errors
    /// It is no TOML, has a key that is not known (the nearest known one is named), a value that
    /// cannot be, or passes a limit.
    pub fn read(name: &str, bytes: &[u8], limits: &Limits) -> Result<Self, Error> {
        let text = text(bytes, limits)?;
        let document: Document = toml::from_str(text).map_err(|error| {
            let line = error.span().map(|span| line_of(text, span.start));
            nearest::unknown_key(error.message(), line).unwrap_or_else(|| Error::Syntax {
                line,
                message: error.message().lines().next().unwrap_or_default().to_owned(),
            })
        })?;
        document.into_policy(name, limits)
    }
}

#[cfg(test)]
mod tests;
