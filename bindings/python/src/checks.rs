//! Checks of configuration files, from keyword arguments.

use std::path::PathBuf;
use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::types::PyMapping;
use sealift::policy::{PolicyFiles, Suppressions};
use sealift::{ConfigurationOptions, FileKind, FilePattern, LineCount, RegoSources, Timestamp};

use crate::arguments::Arguments;
use crate::error;

/// Which configuration files are checked and how, and which failures do not count.
pub(crate) struct Checks {
    pub(crate) options: ConfigurationOptions,
    pub(crate) suppressions: Suppressions,
}

impl Checks {
    /// Takes the arguments of checks. Comments with a date expire by `now`.
    pub(crate) fn of(arguments: &Arguments<'_>, now: Timestamp) -> PyResult<Self> {
        let mut options = ConfigurationOptions::default();
        if let Some(names) = arguments.take::<Vec<String>>("kinds")? {
            let kinds = names.iter().map(|name| kind(arguments, name));
            options.kinds = kinds.collect::<PyResult<_>>()?;
        }
        let patterns: Vec<String> = arguments.take("file_patterns")?.unwrap_or_default();
        let patterns = patterns.iter().map(|pattern| FilePattern::new(pattern));
        options.patterns = patterns.collect::<Result<_, _>>().map_err(error::scan)?;
        for path in arguments.take::<Vec<PathBuf>>("tf_vars")?.unwrap_or_default() {
            options.add_variable_file(&path).map_err(error::scan)?;
        }
        let mut rego = RegoSources::default();
        (rego.modules, rego.texts) = files_or_texts(arguments, "checks")?;
        rego.namespaces = arguments.take("check_namespaces")?.unwrap_or_default();
        (rego.data, rego.data_texts) = files_or_texts(arguments, "check_data")?;
        options.rego = rego.load().map_err(error::scan)?.map(Arc::new);
        options.lists_all = arguments.flag("include_non_failures")?;
        if arguments.flag("trivy_lines")? {
            options.line_count = LineCount::AsTrivy;
        }
        options.now = Some(now);
        let files = PolicyFiles {
            policy: arguments.take("policy")?,
            ignore: arguments.take("ignore_files")?.unwrap_or_default(),
            ignore_policies: arguments.take("ignore_policies")?.unwrap_or_default(),
            ..PolicyFiles::default()
        };
        let loaded = files.load().map_err(|error| error::policy(&error))?;
        Ok(Self { options, suppressions: loaded.with_exceptions() })
    }
}

fn kind(arguments: &Arguments<'_>, name: &str) -> PyResult<FileKind> {
    FileKind::ALL.iter().find(|kind| kind.name() == name).copied().ok_or_else(|| {
        let known: Vec<&str> = FileKind::ALL.iter().map(|kind| kind.name()).collect();
        arguments.refused("kinds", &format!("{name:?}; there are {}", known.join(", ")))
    })
}

/// Files by their paths, and texts by their names.
pub(crate) type FilesAndTexts = (Vec<PathBuf>, Vec<(String, String)>);

/// A list of paths, or a mapping from names to texts.
pub(crate) fn files_or_texts(arguments: &Arguments<'_>, name: &str) -> PyResult<FilesAndTexts> {
    match arguments.object(name)? {
        Some(given) => files_or_texts_in(arguments, name, &given),
        None => Ok(Default::default()),
    }
}

/// The same from the value of an argument.
pub(crate) fn files_or_texts_in(
    arguments: &Arguments<'_>,
    name: &str,
    given: &Bound<'_, PyAny>,
) -> PyResult<FilesAndTexts> {
    let wrong = |_| {
        let kind = given.get_type();
        arguments.wrong_type(name, &format!("a list of paths or a mapping of texts, not {kind}"))
    };
    match given.cast::<PyMapping>() {
        Ok(texts) => {
            let texts: Result<Vec<(String, String)>, PyErr> =
                texts.items()?.iter().map(|item| item.extract()).collect();
            Ok((Vec::new(), texts.map_err(wrong)?))
        }
        Err(_) => Ok((given.extract::<Vec<PathBuf>>().map_err(wrong)?, Vec::new())),
    }
}
