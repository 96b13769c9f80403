//! The files of a package: base names, folders, and for each base name the number of its folder
//! (rpm, `docs/manual/format_header.md`, "File information").

use super::header::{Header, HeaderError, Tag};
use crate::owned_files::may_hold_packages;
use crate::{Fact, Facts};

/// Folders of one package. The largest packages have a few 10,000.
const MAX_FOLDERS: usize = 100_000;

/// Bytes of one path, `PATH_MAX` of Linux.
const MAX_PATH_BYTES: usize = 4096;

/// Bytes of all paths of one database. Half a million files have 50 MB. Few bytes can stand for
/// many: every file of a folder repeats the folder's name.
const MAX_PATHS_BYTES: usize = 256 << 20;

/// The remaining budget for paths.
#[derive(Debug)]
pub(super) struct OwnedFiles {
    bytes_left: usize,
}

impl Default for OwnedFiles {
    fn default() -> Self {
        Self { bytes_left: MAX_PATHS_BYTES }
    }
}

impl OwnedFiles {
    /// The files of a header that may hold packages of languages; none where there are none.
    pub(super) fn take(
        &mut self,
        header: Header<'_>,
        owner: &str,
        facts: &mut Facts,
    ) -> Option<Fact> {
        let mut paths = Vec::new();
        let outcome = self.read(header, &mut paths);
        if let Err(error) = outcome {
            facts.problem(None, format!("files of {owner}: {error}"));
        }
        (!paths.is_empty()).then(|| Fact::Owns { owner: owner.to_owned(), paths })
    }

    fn read(&mut self, header: Header<'_>, paths: &mut Vec<String>) -> Result<(), FilesError> {
        // Before rpm 4.0 whole paths were kept.
        for path in header.texts(Tag::OLD_FILE_NAMES)? {
            self.push(&[], path?, paths)?;
        }
        let folders = header.texts(Tag::DIR_NAMES)?.take(MAX_FOLDERS);
        let folders = folders.collect::<Result<Vec<_>, _>>()?;
        let mut numbers = header.numbers(Tag::DIR_INDEXES)?;
        for name in header.texts(Tag::BASE_NAMES)? {
            let number = numbers.next().and_then(|number| usize::try_from(number).ok());
            let folder = number.and_then(|number| folders.get(number));
            self.push(folder.ok_or(FilesError::Folder)?, name?, paths)?;
        }
        Ok(())
    }

    fn push(
        &mut self,
        folder: &[u8],
        name: &[u8],
        paths: &mut Vec<String>,
    ) -> Result<(), FilesError> {
        let length = folder.len() + name.len();
        if length > MAX_PATH_BYTES {
            return Err(FilesError::PathBytes(length));
        }
        self.bytes_left = self.bytes_left.checked_sub(length).ok_or(FilesError::PathsBytes)?;
        let path = [folder, name].concat();
        let path = std::str::from_utf8(&path).ok().map(|path| path.trim_start_matches('/'));
        paths.extend(path.filter(|path| may_hold_packages(path)).map(str::to_owned));
        Ok(())
    }
}

/// Why files of a package are not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
enum FilesError {
    #[error(transparent)]
    Header(#[from] HeaderError),
    /// A file whose folder is not listed.
    #[error("a file without its folder")]
    Folder,
    /// A path longer than any can be.
    #[error("a path of {0} bytes, longest is {MAX_PATH_BYTES}")]
    PathBytes(usize),
    /// The database has used up what is spent on paths.
    #[error("limit reached: more than {MAX_PATHS_BYTES} bytes of paths")]
    PathsBytes,
}

#[cfg(test)]
mod tests {
    use super::super::testing::HeaderWriter;
    use super::*;

    fn take(header: &HeaderWriter) -> (Vec<String>, Vec<String>) {
        let mut facts = Facts::default();
        let bytes = header.bytes();
        let header = Header::parse(&bytes).unwrap();
        let owned = OwnedFiles::default().take(header, "a", &mut facts);
        let paths = match owned {
            Some(Fact::Owns { paths, .. }) => paths,
            _ => Vec::new(),
        };
        (paths, facts.problems.into_iter().map(|problem| problem.message).collect())
    }

    #[test]
    fn joins_names_and_folders() {
        let header = HeaderWriter::default()
            .texts(1117, &["tool", "a.jar", "readme", "bin"])
            .texts(1118, &["/usr/bin/", "/usr/share/java/", "/usr/"])
            .numbers(1116, &[0, 1, 1, 2]);
        let paths = ["usr/bin/tool", "usr/share/java/a.jar"].map(str::to_owned).to_vec();
        assert_eq!(take(&header), (paths, vec![]));
        let old = HeaderWriter::default().texts(1027, &["/usr/bin/tool", "/etc/x"]);
        assert_eq!(take(&old).0, ["usr/bin/tool"]);
    }

    #[test]
    fn a_file_without_a_folder_is_told() {
        let header = HeaderWriter::default()
            .texts(1117, &["tool", "lost"])
            .texts(1118, &["/usr/bin/"])
            .numbers(1116, &[0, 1]);
        let (paths, problems) = take(&header);
        assert_eq!(
            (paths.len(), problems),
            (1, vec!["files of a: a file without its folder".to_owned()])
        );
    }

    #[test]
    fn paths_are_bounded() {
        let name = "a".repeat(5000);
        let header =
            HeaderWriter::default().texts(1117, &[&name]).texts(1118, &["/"]).numbers(1116, &[0]);
        assert_eq!(take(&header).1, ["files of a: a path of 5001 bytes, longest is 4096"]);
        let mut files = OwnedFiles { bytes_left: 7 };
        assert_eq!(files.push(b"/bin/", b"a", &mut Vec::new()), Ok(()));
        let refused = files.push(b"/bin/", b"b", &mut Vec::new());
        assert_eq!(refused, Err(FilesError::PathsBytes));
    }
}
