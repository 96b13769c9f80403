//! Which files of a tree are configuration, and what is kept of them.

use std::borrow::Cow;
use std::io::Read as _;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use sealift_layers::{Extract, File, Metadata, ReadOptions, Tree, TreeFile, TreePath};
use sealift_misconfig::{FileKind, Limits};
use sealift_model::{Diagnostic, Impact};
use sealift_sbom::Skip;

use super::{ConfigurationOptions, FilePattern};

/// The files that may be checked.
pub(super) struct Wanted<'w> {
    skip: &'w dyn Skip,
    patterns: &'w [FilePattern],
    /// Whether to report files that other tools check and no check here looks at.
    tells: bool,
    max_file_bytes: u64,
    max_total_bytes: u64,
    /// Bytes of the files that were to be kept.
    total_bytes: AtomicU64,
}

/// The part of a file that is kept.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Kept {
    Bytes(Vec<u8>),
    Unreadable(String, Impact),
    /// The files before it were as many bytes as may be kept.
    NoRoom,
}

impl<'w> Wanted<'w> {
    pub(super) fn new(
        skip: &'w dyn Skip,
        options: &'w ConfigurationOptions,
        limits: &Limits,
    ) -> Self {
        let tells = FileKind::ALL.iter().all(|kind| options.kinds.contains(kind));
        let bytes = |limit: usize| u64::try_from(limit).unwrap_or(u64::MAX);
        Self {
            skip,
            patterns: &options.patterns,
            tells,
            max_file_bytes: bytes(limits.max_file_bytes),
            max_total_bytes: bytes(limits.max_total_bytes),
            total_bytes: AtomicU64::new(0),
        }
    }

    /// Reads the files of a folder.
    pub(super) fn read_all(
        &self,
        folder: &Path,
        how: &ReadOptions<'_>,
    ) -> Result<Tree<Kept>, sealift_layers::Error> {
        let read = |how: &ReadOptions<'_>| {
            self.total_bytes.store(0, Ordering::Relaxed);
            sealift_layers::read_directory(folder, self, how)
        };
        let tree = read(how)?;
        if self.total_bytes.load(Ordering::Relaxed) <= self.max_total_bytes {
            return Ok(tree);
        }
        // For which files there was room hung on which thread came first; one alone has an order.
        drop(tree);
        read(&how.with_threads(NonZeroUsize::MIN))
    }

    /// The diagnostic for files for which there was no room.
    pub(super) fn left_out(&self, files: &[TreeFile<Kept>]) -> Option<Diagnostic> {
        let mut left = files.iter().filter(|file| *file.facts == Kept::NoRoom);
        let first = left.next()?;
        let message = format!(
            "{} files are not checked, of which this is the first: limit max_total_bytes of {} \
             reached",
            left.count() + 1,
            self.max_total_bytes
        );
        let diagnostic = Diagnostic::new("misconfig", message, Impact::Incomplete);
        Some(diagnostic.at(&*first.path, None))
    }

    pub(super) fn kind(&self, path: &str) -> Option<FileKind> {
        self.patterns.iter().find(|pattern| pattern.path.is_match(path)).map(|found| found.kind)
    }

    fn concerns(&self, path: &str, bytes: &[u8]) -> bool {
        self.kind(path).is_some() || sealift_misconfig::concerns(path, bytes)
    }

    /// The diagnostic for a file that is larger than any that is checked. Its first bytes show what
    /// it is, so that no more of it is ever in memory.
    fn too_large(&self, path: &str, file: &mut File<'_>) -> Option<Kept> {
        let size = file.metadata().size;
        let mut first = Vec::new();
        if let Err(error) = file.stream().take(self.max_file_bytes).read_to_end(&mut first) {
            let why = format!("cannot be read: {error}");
            return Some(Kept::Unreadable(why, Impact::Partial));
        }
        let max = self.max_file_bytes;
        let why = || format!("not checked: {size} bytes, and the limit is {max} bytes");
        let concerns = self.concerns(path, &beginning(&first));
        concerns.then(|| Kept::Unreadable(why(), Impact::Incomplete))
    }

    fn keep(&self, bytes: Cow<'_, [u8]>) -> Kept {
        let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        let before = self.total_bytes.fetch_add(size, Ordering::Relaxed);
        if before.saturating_add(size) > self.max_total_bytes {
            return Kept::NoRoom;
        }
        Kept::Bytes(bytes.into_owned())
    }
}

impl Extract for Wanted<'_> {
    type Facts = Kept;

    /// Folders of version control systems hold no configuration.
    fn enters(&self, folder: TreePath<'_>) -> bool {
        folder.file_name() != b".git" && !self.skip.skips_directory(folder)
    }

    fn wants(&self, path: TreePath<'_>, _: &Metadata, _: &[u8]) -> bool {
        let named = |text: &str| sealift_misconfig::may_concern(text) || self.kind(text).is_some();
        path.as_str().is_some_and(named) && !self.skip.skips_file(path)
    }

    fn read(&self, file: &mut File<'_>) -> Option<Kept> {
        let path = file.path();
        let path = path.as_str()?;
        if file.metadata().size > self.max_file_bytes {
            return self.too_large(path, file);
        }
        match file.bytes() {
            Ok(bytes) => {
                let bytes = utf8(bytes);
                if self.concerns(path, &bytes) {
                    return Some(self.keep(bytes));
                }
                let what = sealift_misconfig::not_checked(path, &bytes).filter(|_| self.tells);
                // Who relies on another tool's checks of such files must not take ours for them.
                what.map(|what| {
                    Kept::Unreadable(format!("not checked: {what}"), Impact::Incomplete)
                })
            }
            Err(error) => Some(Kept::Unreadable(error.to_string(), Impact::Partial)),
        }
    }
}

/// A text in UTF-16 that says so, as UTF-8: YAML 1.2, 5.2, and what `>` of PowerShell writes.
fn utf8(bytes: &[u8]) -> Cow<'_, [u8]> {
    let Some(units) = utf16(bytes) else { return Cow::Borrowed(bytes) };
    let text: Result<String, _> = char::decode_utf16(units).collect();
    text.map_or(Cow::Borrowed(bytes), |text| Cow::Owned(text.into_bytes()))
}

/// The same of the first bytes of a text, which may end in the middle of a character.
fn beginning(bytes: &[u8]) -> Cow<'_, [u8]> {
    let Some(units) = utf16(bytes) else { return Cow::Borrowed(bytes) };
    let text: String = char::decode_utf16(units).map_while(Result::ok).collect();
    Cow::Owned(text.into_bytes())
}

/// The units of a text in UTF-16 that says so.
fn utf16(bytes: &[u8]) -> Option<impl Iterator<Item = u16>> {
    let unit: fn([u8; 2]) -> u16 = match bytes {
        [0xff, 0xfe, ..] => u16::from_le_bytes,
        [0xfe, 0xff, ..] => u16::from_be_bytes,
        _ => return None,
    };
    let pairs = bytes.get(2..).unwrap_or_default().chunks_exact(2);
    Some(pairs.filter_map(|pair| pair.try_into().ok()).map(unit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utf_16_is_read_where_it_says_so() {
        let text = "kind: Pod\n";
        let little: Vec<u8> = [0xff, 0xfe]
            .into_iter()
            .chain(text.encode_utf16().flat_map(u16::to_le_bytes))
            .collect();
        assert_eq!(&*utf8(&little), text.as_bytes());
        let big: Vec<u8> = [0xfe, 0xff]
            .into_iter()
            .chain(text.encode_utf16().flat_map(u16::to_be_bytes))
            .collect();
        assert_eq!(&*utf8(&big), text.as_bytes());
        assert_eq!(&*utf8(b"\xff\xfe\x00\xd8"), b"\xff\xfe\x00\xd8");
        assert_eq!(&*utf8(text.as_bytes()), text.as_bytes());
        assert_eq!(&*beginning(b"\xff\xfea\x00\x00\xd8"), b"a");
    }

    /// What is kept of files under limits, and what is said of those without room.
    fn kept(
        files: &[(&str, &[u8])],
        max_file: usize,
        max_total: usize,
    ) -> (Vec<Kept>, Vec<String>) {
        let folder = tempfile::tempdir().unwrap();
        for (name, bytes) in files {
            std::fs::write(folder.path().join(name), bytes).unwrap();
        }
        let options = ConfigurationOptions::default();
        let skip = crate::SkipRules::default();
        let mut limits = Limits::default();
        (limits.max_file_bytes, limits.max_total_bytes) = (max_file, max_total);
        let wanted = Wanted::new(&skip, &options, &limits);
        let bounds = sealift_layers::Limits::default();
        let threads = NonZeroUsize::new(4).unwrap();
        let tree = wanted.read_all(folder.path(), &ReadOptions::new(&bounds).with_threads(threads));
        let tree = tree.unwrap();
        let said = wanted.left_out(&tree.files).map(|said| said.to_string());
        let kept = tree.files.into_iter().filter_map(|file| std::sync::Arc::into_inner(file.facts));
        (kept.collect(), said.into_iter().collect())
    }

    #[test]
    fn large_files_are_not_kept() {
        let manifest = b"apiVersion: v1\nkind: Pod\n# and more than that\n";
        let files: [(&str, &[u8]); 3] =
            [("a.tf", &[b' '; 31]), ("b.yaml", manifest), ("c.json", &[b'1'; 31])];
        let why = |size: usize| format!("not checked: {size} bytes, and the limit is 30 bytes");
        let (kept, said) = kept(&files, 30, 1_000);
        let large =
            [31, manifest.len()].map(|size| Kept::Unreadable(why(size), Impact::Incomplete));
        assert_eq!(kept, large);
        assert_eq!(said, [""; 0]);
    }

    #[test]
    fn no_more_is_kept_than_fits() {
        let names: Vec<String> = (100..400).map(|at| format!("{at}.tf")).collect();
        let files: Vec<(&str, &[u8])> = names.iter().map(|name| (&**name, &b"a = 1"[..])).collect();
        let (kept, said) = kept(&files, 10, 1_000);
        assert!(kept[..200].iter().all(|kept| matches!(kept, Kept::Bytes(_))));
        assert!(kept[200..].iter().all(|kept| *kept == Kept::NoRoom));
        let what = "300.tf: 100 files are not checked, of which this is the first: \
                    limit max_total_bytes of 1000 reached";
        assert_eq!(said, [what]);
    }
}
