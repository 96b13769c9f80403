//! Files and folders that a scan leaves out.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use sealift_layers::TreePath;
use sealift_sbom::Skip;

use crate::Error;

/// Patterns of folders and files to leave out: paths relative to the target's root with `*`
/// (within a component), `**` and `?`, as `--skip-dirs` and `--skip-files` take them.
#[derive(Clone, Debug, Default)]
pub struct SkipRules {
    directories: Patterns,
    files: Patterns,
}

impl SkipRules {
    /// Rules from patterns. A leading `/` or `./` has no effect, and an empty pattern is ignored.
    ///
    /// # Errors
    /// [`Error::Pattern`] when a pattern is no glob.
    pub fn new(directories: &[String], files: &[String]) -> Result<Self, Error> {
        Self::of(directories, files, |_| None)
    }

    /// The same for the folder `target`. A pattern may also begin at the working directory or at
    /// the root of the file system, as with Trivy. The file system is not consulted: paths are
    /// resolved as text.
    ///
    /// # Errors
    /// [`Error::Pattern`] when a pattern is no glob.
    pub fn beneath(
        target: &Path,
        working_directory: &Path,
        directories: &[String],
        files: &[String],
    ) -> Result<Self, Error> {
        let target = whole(working_directory, target);
        Self::of(directories, files, |pattern| {
            let pattern = whole(working_directory, Path::new(pattern));
            let below = pattern.strip_prefix(&target).ok()?;
            below.to_str().filter(|below| !below.is_empty()).map(str::to_owned)
        })
    }

    fn of(
        directories: &[String],
        files: &[String],
        other: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, Error> {
        Ok(Self {
            directories: Patterns::new(directories, &other)?,
            files: Patterns::new(files, &other)?,
        })
    }

    /// The patterns, first of directories, then of files, that have left out nothing so far. Files
    /// that a cache knew were not compared with them.
    #[must_use]
    pub fn unused(&self) -> [Vec<&str>; 2] {
        [self.directories.unused(), self.files.unused()]
    }
}

/// A path from the root, without `.` and `..`, resolved as text.
fn whole(working_directory: &Path, path: &Path) -> PathBuf {
    let mut whole = PathBuf::new();
    for component in working_directory.join(path).components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                whole.pop();
            }
            component => whole.push(component),
        }
    }
    whole
}

/// Patterns of one kind, and which of them were of use. Clones share that.
#[derive(Clone, Debug, Default)]
struct Patterns {
    set: GlobSet,
    /// Of each glob, the pattern that it stands for.
    of: Vec<usize>,
    /// As given.
    written: Vec<String>,
    /// The globs.
    globs: Vec<String>,
    used: Arc<[AtomicBool]>,
}

impl Patterns {
    fn new(written: &[String], other: impl Fn(&str) -> Option<String>) -> Result<Self, Error> {
        let mut set = GlobSetBuilder::new();
        let (mut of, mut globs) = (Vec::new(), Vec::new());
        let failed = |pattern: &str, source| Error::Pattern { pattern: pattern.to_owned(), source };
        let given = written.iter().filter(|pattern| !pattern.is_empty());
        let written: Vec<String> = given.cloned().collect();
        for (at, pattern) in written.iter().enumerate() {
            let relative = pattern.trim_start_matches("./").trim_matches('/').to_owned();
            let other = other(pattern).filter(|other| *other != relative);
            for relative in [relative].into_iter().chain(other) {
                let glob = GlobBuilder::new(&relative).literal_separator(true).build();
                set.add(glob.map_err(|source| failed(pattern, source))?);
                of.push(at);
                globs.push(relative);
            }
        }
        let set = set.build().map_err(|source| failed(&written.join(","), source))?;
        let used = written.iter().map(|_| AtomicBool::new(false)).collect();
        Ok(Self { set, of, written, globs, used })
    }

    fn is_match(&self, path: TreePath<'_>) -> bool {
        let path = OsStr::from_bytes(path.bytes());
        if self.set.is_empty() || !self.set.is_match(path) {
            return false;
        }
        for glob in self.set.matches(path) {
            if let Some(used) = self.of.get(glob).and_then(|at| self.used.get(*at)) {
                used.store(true, Ordering::Relaxed);
            }
        }
        true
    }

    fn unused(&self) -> Vec<&str> {
        let all = self.written.iter().zip(self.used.iter());
        let unused = all.filter(|(_, used)| !used.load(Ordering::Relaxed));
        unused.map(|(written, _)| written.as_str()).collect()
    }
}

impl Skip for SkipRules {
    fn skips_directory(&self, path: TreePath<'_>) -> bool {
        self.directories.is_match(path)
    }

    fn skips_file(&self, path: TreePath<'_>) -> bool {
        if self.files.is_match(path) {
            return true;
        }
        let mut above = path.parent().filter(|_| !self.directories.set.is_empty());
        while let Some(directory) = above {
            if self.skips_directory(directory) {
                return true;
            }
            above = directory.parent();
        }
        false
    }

    fn fingerprint(&self) -> Option<String> {
        Some(format!("{:?}", [&self.directories.globs, &self.files.globs]))
    }
}

/// One file of a folder, and nothing beside or below it.
#[derive(Debug)]
pub(crate) struct OnlyFile {
    folder: PathBuf,
    /// From the folder.
    path: PathBuf,
}

impl OnlyFile {
    /// The file at a path; none when the path has no name in it.
    pub(crate) fn at(path: &Path) -> Option<Self> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new(".")).to_owned();
        Some(Self { folder, path: path.file_name()?.into() })
    }

    /// The same file, from the folder above.
    pub(crate) fn one_folder_up(&self) -> Option<Self> {
        let folder = self.folder.canonicalize().ok()?;
        let path = Path::new(folder.file_name()?).join(&self.path);
        Some(Self { folder: folder.parent()?.to_owned(), path })
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Its path from the folder.
    pub(crate) fn path(&self) -> TreePath<'_> {
        TreePath::new(self.path.as_os_str().as_bytes())
    }
}

impl Skip for OnlyFile {
    fn skips_directory(&self, path: TreePath<'_>) -> bool {
        !self.path.starts_with(OsStr::from_bytes(path.bytes()))
    }

    fn skips_file(&self, path: TreePath<'_>) -> bool {
        path.bytes() != self.path().bytes()
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
    fn patterns_may_be_of_the_target_the_working_directory_or_the_root() {
        let [target, directory] = ["../shop/app", "/srv/ci"].map(Path::new);
        for pattern in
            ["a/lock", "./a/lock", "/a/lock", "../shop/app/a/lock", "/srv/shop/app/a/lock"]
        {
            let rules = SkipRules::beneath(target, directory, &[], &[pattern.into()]).unwrap();
            assert_eq!(rules.unused(), [vec![], vec![pattern]]);
            assert!(rules.skips_file("a/lock".into()), "{pattern}");
            assert!(!rules.skips_file("lock".into()) && !rules.skips_file("b/lock".into()));
            assert_eq!(rules.clone().unused(), [vec![], Vec::<&str>::new()]);
        }
        for pattern in ["../shop/app", "shop/app/a/lock", "/srv/shop/a/lock"] {
            let rules = SkipRules::beneath(target, directory, &[], &[pattern.into()]).unwrap();
            assert!(!rules.skips_file("a/lock".into()), "{pattern}");
        }
    }

    #[test]
    fn an_empty_pattern_is_none() {
        let rules = SkipRules::new(&[String::new()], &[String::new(), "a".into()]).unwrap();
        assert!(!rules.skips_file("b".into()));
        assert_eq!(rules.unused(), [vec![], vec!["a"]]);
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
    fn one_file_can_be_seen_from_above() {
        let folder = tempfile::tempdir().unwrap();
        let gradle = folder.path().join("gradle");
        std::fs::create_dir(&gradle).unwrap();
        let file =
            OnlyFile::at(&gradle.join("libs.versions.toml")).unwrap().one_folder_up().unwrap();
        assert_eq!(file.folder(), folder.path().canonicalize().unwrap());
        assert!(!file.skips_directory("gradle".into()) && file.skips_directory("grad".into()));
        assert!(file.skips_directory("gradle/x".into()));
        assert!(!file.skips_file("gradle/libs.versions.toml".into()));
        assert!(file.skips_file("libs.versions.toml".into()));
        assert!(OnlyFile::at(Path::new("/a")).unwrap().one_folder_up().is_none());
    }

    #[test]
    fn names_the_pattern_that_is_none() {
        let error = SkipRules::new(&[], &["a[".into()]).unwrap_err();
        assert!(error.to_string().starts_with("a[:"), "{error}");
    }
}
