//! Names of tar entries: normalized to tree paths, and checked for whiteouts.

/// The name leads out of the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Outside;

/// Writes `name` into `path` in the form of [`TreePath`](crate::TreePath): absolute names and `./`
/// start at the root of the tree, and `a/../b` is `b`. The root itself is empty.
pub(crate) fn normalize(name: &[u8], path: &mut Vec<u8>) -> Result<(), Outside> {
    path.clear();
    for component in name.split(|byte| *byte == b'/') {
        match component {
            b"" | b"." => {}
            b".." => {
                if path.is_empty() {
                    return Err(Outside);
                }
                let parent = path.iter().rposition(|byte| *byte == b'/').unwrap_or_default();
                path.truncate(parent);
            }
            component => {
                if !path.is_empty() {
                    path.push(b'/');
                }
                path.extend_from_slice(component);
            }
        }
    }
    Ok(())
}

/// The meaning of the last component of an entry's path (`image-spec layer.md, Whiteouts`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mark<'a> {
    /// An ordinary entry.
    None,
    /// `.wh.NAME`: hides NAME of the layers below.
    Whiteout(&'a [u8]),
    /// `.wh..wh..opq`: hides everything that the layers below have in its folder.
    Opaque,
    /// Other `.wh..wh.*`: bookkeeping of aufs.
    Bookkeeping,
    /// `.wh.` with nothing, `.` or `..` after it.
    Odd,
}

impl<'a> Mark<'a> {
    /// Reads the last component of a path.
    pub(crate) fn of(component: &'a [u8]) -> Self {
        match component.strip_prefix(b".wh.") {
            None => Self::None,
            Some(b".wh..opq") => Self::Opaque,
            Some(b"" | b"." | b"..") => Self::Odd,
            Some(rest) if rest.starts_with(b".wh.") => Self::Bookkeeping,
            Some(hidden) => Self::Whiteout(hidden),
        }
    }
}

/// The folder part and the last component; no folder part for a path of one component.
pub(crate) fn split(path: &[u8]) -> (&[u8], &[u8]) {
    match path.iter().rposition(|byte| *byte == b'/') {
        Some(slash) => {
            let (parent, name) = path.split_at(slash);
            (parent, name.get(1..).unwrap_or_default())
        }
        None => (&[], path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brings_names_into_form() {
        let mut path = Vec::new();
        for (name, normal) in [
            ("a/b", Some("a/b")),
            ("./a//b/", Some("a/b")),
            ("/etc/passwd", Some("etc/passwd")),
            ("a/./b/../c", Some("a/c")),
            ("a/..", Some("")),
            ("./", Some("")),
            ("..", None),
            ("a/../../b", None),
            ("/../b", None),
            ("..a/b..", Some("..a/b..")),
        ] {
            let result = normalize(name.as_bytes(), &mut path).map(|()| path.as_slice());
            assert_eq!(result.ok(), normal.map(str::as_bytes), "{name}");
        }
    }

    #[test]
    fn tells_marks_apart() {
        assert_eq!(Mark::of(b"status"), Mark::None);
        assert_eq!(Mark::of(b".wh.status"), Mark::Whiteout(b"status"));
        assert_eq!(Mark::of(b".wh..wh..opq"), Mark::Opaque);
        assert_eq!(Mark::of(b".wh..wh.plnk"), Mark::Bookkeeping);
        assert_eq!(Mark::of(b".wh..hidden"), Mark::Whiteout(b".hidden"));
        for odd in [&b".wh."[..], b".wh..", b".wh..."] {
            assert_eq!(Mark::of(odd), Mark::Odd);
        }
    }
}
