//! `pylock.toml`.

use std::borrow::Cow;

use sealift_layers::{File, Metadata, TreePath};
use sealift_model::{Relationship, Scope};

use super::requirement::of_wheel;
use super::toml_lock::{Entry, Need, Pin, Pins, TomlLock};
use crate::catalogers::shape::{Kind, Shape};
use crate::catalogers::text;
use crate::{Cataloger, Error, Facts};

/// pylock.toml specification, `lock-version`, `packages`.
const SHAPE: Shape =
    Shape { version: Some(("lock-version", 1)), keys: &[("packages", Kind::List)] };

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

/// A folder (`packages.directory`) is a part of the project. The purpose of a package is in
/// markers, which are not evaluated.
fn parse(bytes: &[u8], facts: &mut Facts) -> Result<(), Error> {
    let lock = TomlLock::read(bytes, "pylock.toml", &SHAPE, facts)?;
    let mut pins = Pins::default();
    for entry in lock.entries("packages").filter(|entry| entry.get("directory").is_none()) {
        let requires = entry.array("dependencies").filter_map(Need::read).collect();
        let (scope, relationship) = (Scope::Unstated, Relationship::Unstated);
        let pin = Pin { scope, relationship, requires };
        pins.add_at(Some(&version(entry)), entry, pin, facts);
    }
    pins.report(facts);
    Ok(())
}

/// Not stated for packages built from a repository or an archive (pylock.toml specification,
/// `packages.version`); a wheel has it in its name. Otherwise it is unknown.
fn version<'t>(entry: Entry<'t, '_>) -> Cow<'t, str> {
    if let Some(version) = entry.text("version") {
        return Cow::Borrowed(version);
    }
    let places = entry.members("archive").filter(|(key, _)| matches!(*key, "url" | "path"));
    let name = entry.text("name").unwrap_or_default();
    let mut versions = places.filter_map(|(_, place)| of_wheel(name, place.as_str()?));
    versions.next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use sealift_model::Package;

    use super::*;
    use crate::catalogers::declared::testing::facts_of;

    #[test]
    fn packages_but_no_folders() {
        let text = "[[packages]]\nname = \"a\"\nversion = \"1\"\ndependencies = [{name = \"b\"}]\n\
                    [[packages]]\nname = \"b\"\nversion = \"2\"\n\
                    [[packages]]\nname = \"c\"\ndirectory = {path = \".\"}\n";
        let facts = facts_of(&Pylock, "pylock.toml", text);
        assert!(facts.problems.is_empty(), "{facts:?}");
        assert_eq!(facts.packages().map(Package::id).collect::<Vec<_>>(), ["a@1", "b@2"]);
        assert_eq!(facts.packages().next().unwrap().depends_on, ["b@2"]);
    }

    #[test]
    fn what_is_not_released_has_no_version_unless_its_name_says_it() {
        let text = "[[packages]]\nname = \"a\"\nvcs = {type = \"git\", url = \"https://host/a\"}\n\
                    [[packages]]\nname = \"b\"\n\
                    archive = {url = \"https://host/b-1.0-py3-none-any.whl\"}\n\
                    [[packages]]\nname = \"c\"\narchive = {path = \"c-1.0.tar.gz\"}\n\
                    [[packages]]\nname = \"\"\n";
        let facts = facts_of(&Pylock, "pylock.toml", text);
        assert_eq!(facts.packages().map(Package::id).collect::<Vec<_>>(), ["a@", "b@1.0", "c@"]);
        assert_eq!(facts.problems.len(), 1);
    }

    #[test]
    fn wants_named_ones_too() {
        let wants = |path| Pylock.wants(TreePath::from(path), &Metadata::new(0, 0), b"");
        assert!(wants("pylock.toml") && wants("a/pylock.dev.toml") && !wants("pylock.lock"));
    }
}
