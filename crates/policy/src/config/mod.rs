//! `sealift.toml`: one file with the gate, the exceptions and other settings.

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
    /// The gate's policy.
    pub gate: GatePolicy,
    /// The exceptions, as an ignore file of their own.
    pub exceptions: IgnoreFile,
    /// Other files and sources that the policy names.
    pub sources: Sources,
    /// The requirements on the images of workloads.
    pub admission: ImageRules,
}

/// Files and sources that a policy names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sources {
    /// Ignore files.
    pub ignore: Vec<String>,
    /// VEX documents.
    pub vex: Vec<String>,
    /// The signer whose VEX attestations on an image count; without one, none counts.
    pub vex_signer: Option<Signer>,
    /// Whether VEX attestations that are signed with a key need no entry in a transparency log.
    pub insecure_ignore_vex_tlog: bool,
    /// The file of the trusted root that signatures are verified against.
    pub trusted_root: Option<String>,
    /// The URL of the transparency log that is searched for entries that are not stored beside
    /// their signatures; the public log when it is absent.
    pub rekor_url: Option<String>,
    /// Whether signatures by a key need no entry in a transparency log.
    pub insecure_ignore_tlog: bool,
    /// The URLs of mirrors, by the mirrored registry.
    pub mirrors: BTreeMap<String, Vec<String>>,
    /// The signer that a pulled database must have.
    pub database_signer: Option<Signer>,
    /// Whether that signature, by a key, needs no entry in a transparency log.
    pub database_ignores_tlog: bool,
}

impl Policy {
    /// Reads `sealift.toml`. `name` is the source of each exception in reports.
    ///
    /// # Errors
    /// The file is not valid TOML, has an unknown key (the error names the nearest known one) or an
    /// invalid value, or exceeds a limit.
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
