//! `pylock.toml`.

use sealift_layers::{File, Metadata, TreePath};
use sealift_model::{Relationship, Scope};

use super::toml_lock::{Need, Pin, Pins, TomlLock};
use crate::catalogers::text;
use crate::{Cataloger, Error, Facts};

/// Finds the packages that lockfiles of the common Python format pin.
#[derive(Debug)]
pub(crate) struct Pylock;

impl Cataloger for Pylock {
    fn name(&self) -> &'static str {
        "python-pylock"
    }

    /// PyPA specifications, "pylock.toml", "File Name": also `pylock.<name>.toml`.
    fn names(&self) -> &'static [&'static str] {
        &["*.toml"]
    }

    fn wants(&self, path: TreePath<'_>, _: &Metadata, _: &[u8]) -> bool {
        let name = path.file_name();
        let is_pylock =
            name == b"pylock.toml" || (name.starts_with(b"pylock.") && name.ends_with(b".toml"));
        is_pylock && !text::is_inside_package(path)
    }

    fn read(&self, file: &mut File<'_>, facts: &mut Facts) -> Result<(), Error> {
        parse(file.bytes()?, facts)
    }
}

/// A folder (`packages.directory`) is a part of the project. What a package is needed for stands
/// in markers, which are not evaluated.
fn parse(bytes: &[u8], facts: &mut Facts) -> Result<(), Error> {
    let lock = TomlLock::read(bytes, "pylock.toml")?;
    let mut pins = Pins::default();
    for entry in lock.entries("packages").filter(|entry| entry.get("directory").is_none()) {
        let requires = entry.array("dependencies").filter_map(Need::read).collect();
        let (scope, relationship) = (Scope::Unstated, Relationship::Unstated);
        pins.add(entry, Pin { scope, relationship, requires }, facts);
    }
    pins.report(facts);
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use sealift_model::Package;

    use super::*;

    #[test]
    fn packages_but_no_folders() {
        let text = "[[packages]]\nname = \"a\"\nversion = \"1\"\ndependencies = [{name = \"b\"}]\n\
                    [[packages]]\nname = \"b\"\nversion = \"2\"\n\
                    [[packages]]\nname = \"c\"\ndirectory = {path = \".\"}\n";
        let mut facts = Facts::default();
        parse(text.as_bytes(), &mut facts).unwrap();
        assert!(facts.problems.is_empty(), "{facts:?}");
        assert_eq!(facts.packages().map(Package::id).collect::<Vec<_>>(), ["a@1", "b@2"]);
        assert_eq!(facts.packages().next().unwrap().depends_on, ["b@2"]);
    }

    #[test]
    fn wants_named_ones_too() {
        let wants = |path| Pylock.wants(TreePath::from(path), &Metadata::new(0, 0), b"");
        assert!(wants("pylock.toml") && wants("a/pylock.dev.toml") && !wants("pylock.lock"));
    }

    proptest! {
        #[test]
        fn never_panics(text: String) {
            let _ = parse(text.as_bytes(), &mut Facts::default());
        }
    }
}
