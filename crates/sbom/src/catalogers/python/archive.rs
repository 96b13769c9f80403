//! Distributions that are one zip archive: eggs and wheels.

use sealift_layers::{File, Limits, Metadata, TreePath};
use sealift_model::{Evidence, Location};

use super::installed;
use crate::catalogers::archive::{self, Budget};
use crate::{Cataloger, Error, Facts};

/// Finds eggs, which are installed as they are, and wheels, which wait to be installed.
#[derive(Debug)]
pub(crate) struct Archive;

impl Cataloger for Archive {
    fn name(&self) -> &'static str {
        "python-archive"
    }

    /// Wheels that Python carries to make environments with are no part of this one: those of
    /// `ensurepip`, and those that Debian keeps in its place.
    fn names(&self) -> &'static [&'static str] {
        &["*.egg", "*.whl"]
    }

    fn wants(&self, path: TreePath<'_>, _: &Metadata, _: &[u8]) -> bool {
        let folder = path.parent().map(TreePath::file_name).unwrap_or_default();
        let is_kept = matches!(folder, b"_bundled" | b"python-wheels");
        Kind::of(path).is_some_and(|kind| kind == Kind::Egg || !is_kept)
    }

    fn read(&self, file: &mut File<'_>, facts: &mut Facts) -> Result<(), Error> {
        let (kind, limits) = (Kind::of(file.path()), file.limits());
        match kind {
            Some(kind) => parse(kind, file.bytes()?, limits, facts),
            None => Ok(()),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Egg,
    Wheel,
}

impl Kind {
    fn of(path: TreePath<'_>) -> Option<Self> {
        match path.extension()? {
            b"egg" => Some(Self::Egg),
            b"whl" => Some(Self::Wheel),
            _ => None,
        }
    }

    /// setuptools docs, "Zipped Eggs"; PyPA specifications, "Binary distribution format".
    fn has_metadata_at(self, path: &[u8]) -> bool {
        match self {
            Self::Egg => path == b"EGG-INFO/PKG-INFO",
            Self::Wheel => {
                path.strip_suffix(b".dist-info/METADATA").is_some_and(|name| !name.contains(&b'/'))
            }
        }
    }

    fn evidence(self) -> Evidence {
        match self {
            Self::Egg => Evidence::Installed,
            Self::Wheel => Evidence::Declared,
        }
    }
}

fn parse(kind: Kind, bytes: &[u8], limits: &Limits, facts: &mut Facts) -> Result<(), Error> {
    let malformed = |reason: &str| Error::Malformed {
        format: "Python archive",
        reason: reason.to_owned(),
        line: None,
    };
    let mut budget = Budget::new(limits, bytes);
    let mut zip = archive::Archive::open(bytes).map_err(malformed)?;
    let is_metadata = |path: &[u8]| kind.has_metadata_at(path).then_some(());
    let selection = zip.select(&mut budget, is_metadata);
    for problem in selection.problems {
        facts.problem(None, problem);
    }
    if selection.picked.is_empty() {
        facts.problem(None, "holds no metadata");
    }
    for ((), entry) in selection.picked {
        let limit = budget.document_limit();
        let content = match zip.content(&entry, &mut budget, limit) {
            Ok(content) => content,
            Err(error) if error.is_limit() => {
                facts.limit_inside(&entry.path, error.to_string());
                continue;
            }
            Err(error) => {
                facts.problem_inside(&entry.path, error.to_string());
                continue;
            }
        };
        if let Some(doubt) = content.doubt {
            facts.problem_inside(&entry.path, doubt);
        }
        match installed::distribution(&content.bytes, limits) {
            Ok(mut package) => {
                package.evidence = kind.evidence();
                package.locations = vec![Location::new(&entry.path)];
                facts.package(package);
            }
            Err(error) => facts.problem_inside(&entry.path, error.to_string()),
        }
    }
    Ok(selection.limit.map_or(Ok(()), Err)?)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::catalogers::declared::testing::{read, wants};

    const METADATA: &[u8] = b"Name: Foo\nVersion: 1.0\n";

    /// A zip archive of one stored file (APPNOTE 4.3.7, 4.3.12, 4.3.16).
    fn zip(name: &str, content: &[u8]) -> Vec<u8> {
        let crc = rawzip::crc32(content).to_le_bytes();
        let size = u32::try_from(content.len()).unwrap().to_le_bytes();
        let name_size = u16::try_from(name.len()).unwrap().to_le_bytes();
        let common =
            [&[10, 0, 0, 0, 0, 0, 0, 0, 0, 0][..], &crc, &size, &size, &name_size].concat();
        let local = [b"PK\x03\x04", &common[..], &[0; 2], name.as_bytes(), content].concat();
        let central = [b"PK\x01\x02\x0a\0", &common[..], &[0; 16], name.as_bytes()].concat();
        let [start, length] =
            [local.len(), central.len()].map(|it| u32::try_from(it).unwrap().to_le_bytes());
        let end = [&b"PK\x05\x06\0\0\0\0\x01\0\x01\0"[..], &length, &start, &[0; 2]].concat();
        [local, central, end].concat()
    }

    fn facts(kind: Kind, bytes: &[u8]) -> Facts {
        let mut facts = Facts::default();
        parse(kind, bytes, &Limits::default(), &mut facts).unwrap();
        facts
    }

    #[test]
    fn eggs_are_installed_and_wheels_are_not() {
        for (kind, path, evidence) in [
            (Kind::Egg, "EGG-INFO/PKG-INFO", Evidence::Installed),
            (Kind::Wheel, "foo-1.0.dist-info/METADATA", Evidence::Declared),
        ] {
            let facts = facts(kind, &zip(path, METADATA));
            assert!(facts.problems.is_empty(), "{facts:?}");
            let package = facts.packages().next().unwrap();
            assert_eq!((package.id().as_str(), package.evidence), ("Foo@1.0", evidence));
            assert_eq!(package.locations[0].path, path);
        }
    }

    #[test]
    fn metadata_further_in_is_of_something_else() {
        let facts = facts(Kind::Wheel, &zip("foo/vendor/a-1.dist-info/METADATA", METADATA));
        assert_eq!(facts.packages().count(), 0);
        assert_eq!(facts.problems[0].message, "holds no metadata");
    }

    #[test]
    fn what_is_no_archive_is_refused_whatever_it_begins_with() {
        for bytes in ["", "garbage"] {
            for path in ["bad.egg", "bad-1.0-py3-none-any.whl"] {
                assert!(wants(&Archive, path));
                assert!(read(&Archive, path, bytes).0.is_err(), "{path}: {bytes:?}");
            }
        }
    }

    #[test]
    fn what_makes_environments_is_left_out() {
        let wants = |path| wants(&Archive, path);
        assert!(wants("a/b-1.egg") && wants("b-1-py3-none-any.whl"));
        assert!(!wants("usr/lib/python3/ensurepip/_bundled/pip.whl"));
        assert!(!wants("usr/share/python-wheels/pip.whl"));
    }

    proptest! {
        #[test]
        fn a_changed_archive_is_refused_or_told_of(
            changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
            end: prop::sample::Index,
        ) {
            let mut bytes = zip("EGG-INFO/PKG-INFO", METADATA);
            for (at, byte) in changes {
                *at.get_mut(&mut bytes) = byte;
            }
            for bytes in [&bytes[..], &bytes[..end.index(bytes.len())]] {
                let mut facts = Facts::default();
                let read = parse(Kind::Egg, bytes, &Limits::default(), &mut facts);
                prop_assert!(read.is_err() || !facts.is_empty());
            }
        }
    }
}
