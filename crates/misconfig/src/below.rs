//! Resolves paths that one file gives for another.

/// The place of `path`, which a file in `folder` names. `None` if it leads out of the checked
/// folder, which contains both.
pub(crate) fn below(folder: &str, path: &str) -> Option<String> {
    if path.starts_with('/') {
        return None;
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => _ = parts.pop()?,
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::below;

    #[test]
    fn a_path_is_never_outside_the_checked_folder() {
        assert_eq!(below("a/b", "../c//./d.yml").as_deref(), Some("a/c/d.yml"));
        assert_eq!(below("", "d.yml").as_deref(), Some("d.yml"));
        assert_eq!(below("a", "../../d.yml"), None);
        assert_eq!(below("a", "/d.yml"), None);
    }
}
