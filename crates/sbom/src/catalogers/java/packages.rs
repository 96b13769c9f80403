//! The Java package that all classes of an archive share.

/// The deepest folder above all classes of an archive.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct CommonPackage {
    /// Folder names; none until a class was seen.
    folders: Option<Vec<Vec<u8>>>,
    /// Whether only an application's own classes count, those below `BOOT-INF/classes` or
    /// `WEB-INF/classes`: what lies outside is the loader's.
    is_application: bool,
}

impl CommonPackage {
    /// Counts an entry, when it is a class of a package.
    pub(super) fn add(&mut self, path: &[u8]) {
        let Some((folder, _)) = path.strip_suffix(b".class").and_then(split_last) else {
            return;
        };
        let own = [&b"BOOT-INF/classes/"[..], b"WEB-INF/classes/"]
            .iter()
            .find_map(|prefix| path.starts_with(prefix).then(|| folder.get(prefix.len()..)));
        let folder = match own {
            Some(inside) => {
                if !self.is_application {
                    *self = Self { folders: None, is_application: true };
                }
                inside.unwrap_or_default()
            }
            None if self.is_application || is_apart(folder) => return,
            None => folder,
        };
        let parts = folder.split(|byte| *byte == b'/');
        match &mut self.folders {
            Some(common) => {
                let same = common.iter().zip(parts).take_while(|(a, b)| a.as_slice() == *b).count();
                common.truncate(same);
            }
            None => self.folders = Some(parts.map(<[u8]>::to_vec).collect()),
        }
    }

    /// Whether there are classes.
    pub(super) fn has_classes(&self) -> bool {
        self.folders.is_some()
    }

    /// The package in dots, when it has two parts or more and only letters of a package's name.
    pub(super) fn name(&self) -> Option<String> {
        let folders = self.folders.as_ref().filter(|folders| folders.len() >= 2)?;
        let name = String::from_utf8(folders.join(&b'.')).ok()?;
        let is_name = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_');
        name.chars().all(is_name).then_some(name)
    }
}

/// Copies of classes for later Java versions and the like say nothing new.
fn is_apart(folder: &[u8]) -> bool {
    folder.starts_with(b"META-INF/") || folder.starts_with(b"WEB-INF/")
}

fn split_last(path: &[u8]) -> Option<(&[u8], &[u8])> {
    let slash = path.iter().rposition(|byte| *byte == b'/')?;
    let (folder, name) = path.split_at(slash);
    Some((folder, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn common(paths: &[&str]) -> Option<String> {
        let mut package = CommonPackage::default();
        for path in paths {
            package.add(path.as_bytes());
        }
        package.name()
    }

    #[test]
    fn is_what_all_classes_share() {
        let paths = ["org/a/b/C.class", "module-info.class", "org/a/d/E.class", "org/x.txt"];
        assert_eq!(common(&paths).as_deref(), Some("org.a"));
        assert_eq!(
            common(&["org/a/B.class", "META-INF/versions/9/x/C.class"]),
            Some("org.a".into())
        );
        assert_eq!(common(&["org/a/B.class", "com/a/B.class"]), None);
    }

    #[test]
    fn an_application_is_not_its_loader() {
        let paths =
            ["org/loader/L.class", "BOOT-INF/classes/com/acme/A.class", "org/loader/M.class"];
        assert_eq!(common(&paths).as_deref(), Some("com.acme"));
    }
}
