//! Ignore rules: files that say which findings do not count.

mod grype;
mod osv;
mod rule;
mod trivy;
mod trivy_yaml;

use crate::{Error, Limits};

pub(crate) use rule::{Condition, List, Subject};
pub use rule::{Rule, Scope};
pub(crate) use trivy_yaml::{day_or_time, path_patterns, purl_patterns};

/// The rules of one file.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct IgnoreFile {
    /// The file's name, for reports.
    pub name: String,
    /// The rules, in the file's order.
    pub rules: Vec<Rule>,
    /// Parts of the file that do not count, and why, as `line 3: 2026-13-01 is no day`.
    pub warnings: Vec<String>,
}

/// The form of an ignore file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum IgnoreFormat {
    /// Lines of ids, as `.trivyignore`.
    Trivy,
    /// Lists of rules, as `.trivyignore.yaml`.
    TrivyYaml,
    /// The `ignore` list of `.grype.yaml`.
    Grype,
    /// `osv-scanner.toml`.
    OsvScanner,
}

impl IgnoreFormat {
    /// Returns the form of a file by its name: `.grype.yaml` and `grype.yaml`, other `.yaml` and
    /// `.yml`, `osv-scanner.toml` and other `.toml`; lines otherwise.
    #[must_use]
    pub fn of_name(name: &str) -> Self {
        let file = name.rsplit(['/', '\\']).next().unwrap_or(name);
        match file.rsplit_once('.') {
            Some((".grype" | "grype", "yaml" | "yml")) => Self::Grype,
            Some((_, "yaml" | "yml")) => Self::TrivyYaml,
            Some((_, "toml")) => Self::OsvScanner,
            _ => Self::Trivy,
        }
    }
}

impl IgnoreFile {
    /// Reads a file. `name` is the source of each rule in reports.
    ///
    /// # Errors
    /// The file does not have its form, a rule is invalid, or the file exceeds a limit. An invalid
    /// line of [`IgnoreFormat::Trivy`] is a warning, and its finding shows again.
    pub fn read(
        name: &str,
        format: IgnoreFormat,
        bytes: &[u8],
        limits: &Limits,
    ) -> Result<Self, Error> {
        let mut file = match format {
            IgnoreFormat::Trivy => trivy::read(bytes, limits),
            IgnoreFormat::TrivyYaml => trivy_yaml::read(bytes, limits),
            IgnoreFormat::Grype => grype::read(bytes, limits),
            IgnoreFormat::OsvScanner => osv::read(bytes, limits),
        }?;
        if file.rules.len() > limits.max_rules {
            return Err(Error::LimitExceeded { limit: "rules", max: limits.max_rules });
        }
        file.name = name.to_owned();
        for rule in &mut file.rules {
            rule.source = name.to_owned();
        }
        Ok(file)
    }
}

#[cfg(test)]
mod tests;
