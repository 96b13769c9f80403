//! The part of the process environment that the command may see.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use sealift::Timestamp;

/// Environment variables, and what follows from them.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    variables: BTreeMap<OsString, OsString>,
}

impl Environment {
    /// No variable is set.
    #[must_use]
    pub fn empty() -> Self {
        Self::default()
    }

    /// The variables of this process.
    #[must_use]
    pub fn of_process() -> Self {
        Self { variables: std::env::vars_os().collect() }
    }

    #[cfg(test)]
    pub(crate) fn of(variables: &[(&str, &str)]) -> Self {
        let variables = variables.iter().map(|(name, value)| (name.into(), value.into()));
        Self { variables: variables.collect() }
    }

    /// The variable `name`, if it is set and not empty.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&OsStr> {
        let value = self.variables.get(OsStr::new(name))?;
        (!value.is_empty()).then_some(value)
    }

    /// The same without the variable `name`.
    pub(crate) fn without(&self, name: &str) -> Self {
        let mut variables = self.variables.clone();
        variables.remove(OsStr::new(name));
        Self { variables }
    }

    /// The same with the variable `name` set to `value`, if there is one.
    pub(crate) fn with(mut self, name: &str, value: Option<&str>) -> Self {
        if let Some(value) = value {
            self.variables.insert(name.into(), value.into());
        }
        self
    }

    /// Whether a variable is set whose name begins with `prefix`.
    pub(crate) fn has(&self, prefix: &str) -> bool {
        self.variables.keys().any(|name| name.as_encoded_bytes().starts_with(prefix.as_bytes()))
    }

    /// The variable `name` if it is set, even if empty: a password may be empty.
    pub(crate) fn given(&self, name: &str) -> Option<&OsStr> {
        self.variables.get(OsStr::new(name)).map(OsString::as_os_str)
    }

    /// The variables whose values are text.
    pub(crate) fn texts(&self) -> BTreeMap<String, String> {
        let text = |word: &OsString| word.to_str().map(str::to_owned);
        let pairs = self.variables.iter();
        pairs.filter_map(|(name, value)| Some((text(name)?, text(value)?))).collect()
    }

    /// The time to write into reproducible output (`SOURCE_DATE_EPOCH`, reproducible-builds.org
    /// specification 1.1).
    pub(crate) fn source_date(&self) -> Option<Timestamp> {
        let seconds = self.get("SOURCE_DATE_EPOCH")?.to_str()?.parse().ok()?;
        Timestamp::from_unix_seconds(seconds).ok()
    }

    /// The folder of databases if no flag names one (XDG Base Directory specification 0.8).
    pub(crate) fn cache_folder(&self) -> Option<PathBuf> {
        let cache = self.get("XDG_CACHE_HOME").map(PathBuf::from);
        let home = || self.get("HOME").map(|home| PathBuf::from(home).join(".cache"));
        cache.or_else(home).map(|folder| folder.join("sealift"))
    }

    /// Width of the terminal as `COLUMNS` states it.
    pub(crate) fn columns(&self) -> Option<usize> {
        self.get("COLUMNS")?.to_str()?.parse().ok()
    }

    /// Whether colour is not wanted (no-color.org).
    pub(crate) fn no_color(&self) -> bool {
        self.get("NO_COLOR").is_some() || self.get("TERM").is_some_and(|term| term == "dumb")
    }
}
