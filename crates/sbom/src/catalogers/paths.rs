//! Paths that files name other files by.

/// A path from a folder, within the tree; none that leads out of it.
pub(super) fn joined(folder: &str, relative: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in relative.split('/') {
        match part {
            "" | "." => {}
            ".." => _ = parts.pop()?,
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// The folder of a file, without its slash.
pub(super) fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_path_leads_out_of_the_tree() {
        for (folder, relative, expected) in [
            ("a/b", "../c//./d", Some("a/c/d")),
            ("", "d", Some("d")),
            ("a", "..", Some("")),
            ("a", "../../d", None),
        ] {
            assert_eq!(joined(folder, relative).as_deref(), expected);
        }
        assert_eq!((folder_of("a/b/c"), folder_of("c")), ("a/b", ""));
    }
}
