//! Files and folders that a scan leaves out.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use sealift_layers::TreePath;
use sealift_sbom::Skip;

use crate::Error;

/// Patterns of folders and files to leave out: paths relative to the target's root with `*`
/// (within a component), `**` and `?`, as `--skip-dirs` and `--skip-files` take them.
#[derive(Clone, Debug)]
pub struct SkipRules {
    directories: GlobSet,
    files: GlobSet,
    /// The patterns as given, of directories and of files.
    patterns: [Vec<String>; 2],
}

impl Default for SkipRules {
    fn default() -> Self {
        Self {
            directories: GlobSet::empty(),
            files: GlobSet::empty(),
            patterns: Default::default(),
        }
    }
}

impl SkipRules {
    /// Rules of patterns; a leading `/` or `./` counts for nothing.
    ///
    /// # Errors
    /// [`Error::Pattern`] when one is no glob.
    pub fn new(directories: &[String], files: &[String]) -> Result<Self, Error> {
        Ok(Self {
            directories: glob_set(directories)?,
            files: glob_set(files)?,
            patterns: [directories.to_vec(), files.to_vec()],
        })
    }
}

fn glob_set(patterns: &[String]) -> Result<GlobSet, Error> {
    let mut set = GlobSetBuilder::new();
    let failed = |pattern: &str, source| Error::Pattern { pattern: pattern.to_owned(), source };
    for pattern in patterns {
        let relative = pattern.trim_start_matches("./").trim_matches('/');
        let glob = GlobBuilder::new(relative).literal_separator(true).build();
        set.add(glob.map_err(|source| failed(pattern, source))?);
    }
    set.build().map_err(|source| failed(&patterns.join(","), source))
}

impl Skip for SkipRules {
    fn skips_directory(&self, path: TreePath<'_>) -> bool {
        self.directories.is_match(OsStr::from_bytes(path.bytes()))
    }

    fn skips_file(&self, path: TreePath<'_>) -> bool {
        if !self.files.is_empty() && self.files.is_match(OsStr::from_bytes(path.bytes())) {
            return true;
        }
        let mut above = path.parent().filter(|_| !self.directories.is_empty());
        while let Some(directory) = above {
            if self.skips_directory(directory) {
                return true;
            }
            above = directory.parent();
        }
        false
    }

    fn fingerprint(&self) -> Option<String> {
        Some(format!("{:?}", self.patterns))
    }
}

/// One file of a folder, and nothing beside or below it.
#[derive(Debug)]
pub(crate) struct OnlyFile<'p> {
    folder: &'p Path,
    name: &'p OsStr,
}

impl<'p> OnlyFile<'p> {
    /// The file at a path; none when the path has no name in it.
    pub(crate) fn at(path: &'p Path) -> Option<Self> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        Some(Self { folder: folder.unwrap_or(Path::new(".")), name: path.file_name()? })
    }

    pub(crate) fn folder(&self) -> &'p Path {
        self.folder
    }
}

impl Skip for OnlyFile<'_> {
    fn skips_directory(&self, _: TreePath<'_>) -> bool {
        true
    }

    fn skips_file(&self, path: TreePath<'_>) -> bool {
        path.bytes() != self.name.as_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn skips_what_lies_below_a_folder() {
        let rules = SkipRules::new(&["/usr/lib/**".into(), "opt/*/tmp".into()], &[]).unwrap();
        for (path, skipped) in [
            ("usr/lib/node/package.json", true),
            ("opt/a/tmp/x.jar", true),
            ("opt/a/b/tmp/x.jar", false),
            ("usr/libexec/x", false),
        ] {
            assert_eq!(rules.skips_file(path.into()), skipped, "{path}");
        }
    }

    #[test]
    fn one_file_stands_alone() {
        let file = OnlyFile::at(Path::new("srv/app/package-lock.json")).unwrap();
        assert_eq!(file.folder(), Path::new("srv/app"));
        assert!(!file.skips_file("package-lock.json".into()));
        assert!(file.skips_file("x/package-lock.json".into()) && file.skips_file("a".into()));
        assert_eq!(OnlyFile::at(Path::new("poetry.lock")).unwrap().folder(), Path::new("."));
        assert!(OnlyFile::at(Path::new("..")).is_none());
    }

    #[test]
    fn names_the_pattern_that_is_none() {
        let error = SkipRules::new(&[], &["a[".into()]).unwrap_err();
        assert!(error.to_string().starts_with("a[:"), "{error}");
    }
}
