//! Checks of configuration files, from JavaScript's options.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use sealift::policy::{PolicyFiles, Suppressions};
use sealift::{ConfigurationOptions, FileKind, FilePattern, LineCount, RegoSources, Timestamp};
use serde::Deserialize;

use crate::failure::Failure;

/// Which configuration files are checked and how, and which failures do not count.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default, expecting = "an object of options")]
pub(crate) struct GivenChecks {
    kinds: Option<Vec<String>>,
    file_patterns: Vec<String>,
    tf_vars: Vec<PathBuf>,
    checks: Given,
    check_namespaces: Vec<String>,
    check_data: Given,
    include_non_failures: bool,
    trivy_lines: bool,
    policy: Option<PathBuf>,
    ignore: Vec<PathBuf>,
    ignore_policies: Vec<PathBuf>,
}

/// Documents given by path or as text.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged, expecting = "a list of paths is expected, or an object of texts by their names")]
pub(crate) enum Given {
    Files(Vec<PathBuf>),
    Texts(BTreeMap<String, String>),
}

impl Default for Given {
    fn default() -> Self {
        Self::Files(Vec::new())
    }
}

impl Given {
    pub(crate) fn parts(&self) -> (Vec<PathBuf>, Vec<(String, String)>) {
        match self {
            Self::Files(files) => (files.clone(), Vec::new()),
            Self::Texts(texts) => (Vec::new(), texts.clone().into_iter().collect()),
        }
    }
}

impl GivenChecks {
    /// The library's options. Comments with a date expire by `now`.
    pub(crate) fn to_options(&self, now: Timestamp) -> Result<ConfigurationOptions, Failure> {
        let mut options = ConfigurationOptions::default();
        if let Some(names) = &self.kinds {
            options.kinds = names.iter().map(|name| kind(name)).collect::<Result<_, _>>()?;
        }
        let patterns = self.file_patterns.iter().map(|pattern| FilePattern::new(pattern));
        options.patterns = patterns.collect::<Result<_, _>>()?;
        for path in &self.tf_vars {
            options.add_variable_file(path)?;
        }
        let mut rego = RegoSources::default();
        (rego.modules, rego.texts) = self.checks.parts();
        rego.namespaces.clone_from(&self.check_namespaces);
        (rego.data, rego.data_texts) = self.check_data.parts();
        options.rego = rego.load()?.map(Arc::new);
        options.lists_all = self.include_non_failures;
        if self.trivy_lines {
            options.line_count = LineCount::AsTrivy;
        }
        options.now = Some(now);
        Ok(options)
    }

    /// The failures that do not count.
    pub(crate) fn suppressions(&self) -> Result<Suppressions, Failure> {
        let files = PolicyFiles {
            policy: self.policy.clone(),
            ignore: self.ignore.clone(),
            ignore_policies: self.ignore_policies.clone(),
            ..PolicyFiles::default()
        };
        Ok(files.load()?.with_exceptions())
    }
}

fn kind(name: &str) -> Result<FileKind, Failure> {
    FileKind::ALL.iter().find(|kind| kind.name() == name).copied().ok_or_else(|| {
        let known: Vec<&str> = FileKind::ALL.iter().map(|kind| kind.name()).collect();
        Failure::argument(format!("kinds: {name}; there are {}", known.join(", ")))
    })
}
