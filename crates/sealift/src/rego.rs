//! Checks in Rego from files, folders and texts.

use std::path::{Path, PathBuf};

use sealift_misconfig::{RegoChecks, RegoOptions};

use crate::{Error, files};

/// More than any module, any data and any file of variables has.
const MAX_FILE_BYTES: u64 = 64 << 20;

/// The sources of checks in Rego, of their libraries and of their data.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct RegoSources {
    /// Files, or folders whose `.rego` files are read, except those whose names begin with a dot.
    pub modules: Vec<PathBuf>,
    /// Modules as texts, each with its name.
    pub texts: Vec<(String, String)>,
    /// Packages that hold checks beside `builtin` and `user`.
    pub namespaces: Vec<String>,
    /// Documents in JSON or YAML that checks find below `data`: files, or folders with them.
    pub data: Vec<PathBuf>,
    /// Such documents as texts, each with its name.
    pub data_texts: Vec<(String, String)>,
}

impl RegoSources {
    /// Reads and compiles all of them; none where there is no module. A module that cannot be
    /// compiled is a check that does not run.
    ///
    /// # Errors
    /// [`Error::Io`] where a file or folder cannot be read, [`Error::RegoData`] where a document
    /// cannot be data.
    pub fn load(&self) -> Result<Option<RegoChecks>, Error> {
        if self.modules.is_empty() && self.texts.is_empty() {
            return Ok(None);
        }
        let mut options = RegoOptions::default();
        options.namespaces.clone_from(&self.namespaces);
        let data = read(&self.data, &["json", "yaml", "yml"])?;
        for (name, bytes) in with_texts(&data, &self.data_texts) {
            options
                .add_data(bytes)
                .map_err(|source| Error::RegoData { path: name.into(), source })?;
        }
        let modules = read(&self.modules, &["rego"])?;
        let modules: Vec<_> = with_texts(&modules, &self.texts).collect();
        Ok(Some(RegoChecks::load(&modules, &options)))
    }
}

fn with_texts<'a>(
    files: &'a [(String, Vec<u8>)],
    texts: &'a [(String, String)],
) -> impl Iterator<Item = (&'a str, &'a [u8])> {
    let files = files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice()));
    files.chain(texts.iter().map(|(name, text)| (name.as_str(), text.as_bytes())))
}

/// The files that are named, and those of that kind in folders that are, by their paths.
fn read(named: &[PathBuf], endings: &[&str]) -> Result<Vec<(String, Vec<u8>)>, Error> {
    let mut found = Vec::new();
    for path in named {
        found.extend(files::listed(path, endings)?);
    }
    found.sort();
    found.dedup();
    found.into_iter().map(|path| Ok((path.display().to_string(), document(&path)?))).collect()
}

/// A file that a caller names.
pub(crate) fn document(path: &Path) -> Result<Vec<u8>, Error> {
    Ok(files::read(path, MAX_FILE_BYTES)?)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    const CHECK: &str = "package user.words\ndeny[res] { res := data.words.bad }\n";

    #[test]
    fn files_folders_and_texts_are_read_together() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("lib")).unwrap();
        fs::write(folder.path().join("lib/words.rego"), CHECK).unwrap();
        fs::write(folder.path().join("words.yaml"), "words: {bad: worse}").unwrap();
        let mut sources = RegoSources::default();
        assert!(sources.load().unwrap().is_none());
        sources.modules.push(folder.path().to_owned());
        sources.data.push(folder.path().to_owned());
        let text = CHECK.replace("user.words", "user.others");
        sources.texts.push(("others".to_owned(), text));
        assert_eq!(sources.load().unwrap().unwrap().len(), 2);

        sources.data_texts.push(("more".to_owned(), "words: {bad: other}".to_owned()));
        let error = sources.load().unwrap_err();
        assert!(matches!(&error, Error::RegoData { path, .. } if path == Path::new("more")));
        sources.modules.push(folder.path().join("none"));
        sources.data_texts.clear();
        assert!(matches!(sources.load().unwrap_err(), Error::Io { .. }));
    }
}
