//! Paths inside a tree.

use std::fmt::{self, Write as _};

/// A path inside a layer or directory tree: components joined by `/`, without a leading slash,
/// `.`, `..` or empty components. Its bytes are whatever the archive holds, UTF-8 or not.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TreePath<'a> {
    bytes: &'a [u8],
    /// Start of the last component, which every cataloger needs for every file.
    name_start: usize,
}

impl<'a> TreePath<'a> {
    /// Wraps bytes that are already in this form; any other bytes only fail to match.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Self {
        let slash = bytes.iter().rposition(|byte| *byte == b'/');
        Self { bytes, name_start: slash.map_or(0, |slash| slash + 1) }
    }

    /// The bytes.
    #[must_use]
    pub fn bytes(self) -> &'a [u8] {
        self.bytes
    }

    /// The path as text, if it is UTF-8.
    #[must_use]
    pub fn as_str(self) -> Option<&'a str> {
        std::str::from_utf8(self.bytes).ok()
    }

    /// The last component.
    #[must_use]
    pub fn file_name(self) -> &'a [u8] {
        self.bytes.get(self.name_start..).unwrap_or_default()
    }

    /// The path without its last component; none for a path of one component.
    #[must_use]
    pub fn parent(self) -> Option<Self> {
        let slash = self.name_start.checked_sub(1)?;
        self.bytes.get(..slash).map(Self::new)
    }

    /// The extension: what follows the last dot of the last component, except a leading dot.
    #[must_use]
    pub fn extension(self) -> Option<&'a [u8]> {
        let name = self.file_name();
        let dot = name.iter().rposition(|byte| *byte == b'.').filter(|at| *at > 0)?;
        name.get(dot + 1..)
    }

    /// The components, first to last.
    pub fn components(self) -> impl DoubleEndedIterator<Item = &'a [u8]> {
        self.bytes.split(|byte| *byte == b'/')
    }

    /// Whether the last components are those of `tail`: `a/b/c` ends with `b/c`, not with `/c`.
    #[must_use]
    pub fn ends_with(self, tail: &str) -> bool {
        match self.bytes.strip_suffix(tail.as_bytes()) {
            Some([]) => true,
            Some(rest) => rest.ends_with(b"/"),
            None => false,
        }
    }

    /// Whether the path lies below the directory `folder` (or is it).
    #[must_use]
    pub fn starts_with(self, folder: &str) -> bool {
        match self.bytes.strip_prefix(folder.as_bytes()) {
            Some([]) => true,
            Some(rest) => rest.starts_with(b"/"),
            None => false,
        }
    }
}

impl fmt::Display for TreePath<'_> {
    /// Writes UTF-8 unchanged and every other byte as `\xNN`, so that different paths are always
    /// printed differently.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for chunk in self.bytes.utf8_chunks() {
            f.write_str(chunk.valid())?;
            for byte in chunk.invalid() {
                write!(f, "\\x{byte:02x}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for TreePath<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        fmt::Display::fmt(self, f)?;
        f.write_char('"')
    }
}

impl<'a> From<&'a str> for TreePath<'a> {
    fn from(path: &'a str) -> Self {
        Self::new(path.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_paths_apart() {
        let path = TreePath::from("var/lib/dpkg/status");
        assert_eq!(path.file_name(), b"status");
        assert_eq!(path.parent(), Some(TreePath::from("var/lib/dpkg")));
        assert_eq!(TreePath::from("status").parent(), None);
        assert!(path.ends_with("dpkg/status") && !path.ends_with("pkg/status"));
        assert!(path.starts_with("var/lib") && !path.starts_with("var/li"));
        assert_eq!(TreePath::from("a/b.tar.gz").extension(), Some(&b"gz"[..]));
        assert_eq!(TreePath::from("a/.bashrc").extension(), None);
    }

    #[test]
    fn prints_other_bytes_apart() {
        assert_eq!(TreePath::new(b"a\xff/b").to_string(), "a\\xff/b");
    }
}
