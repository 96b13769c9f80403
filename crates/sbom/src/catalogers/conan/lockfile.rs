//! `conan.lock`: of Conan 1 a graph of nodes, of Conan 2 lists of references (Conan docs,
//! "Lockfiles").

use sealift_layers::{File, Metadata, TreePath};

use crate::catalogers::declared;
use crate::catalogers::json::{Document, Value};
use crate::catalogers::shape::{Kind, Shape};
use crate::{Cataloger, Error, Facts};

/// Conan 1 writes version 0.4, Conan 2 version 0.5.
const SHAPE: Shape = Shape {
    version: Some(("version", 0)),
    keys: &[
        ("requires", Kind::List),
        ("build_requires", Kind::List),
        ("python_requires", Kind::List),
        ("config_requires", Kind::List),
        ("graph_lock.nodes", Kind::Map),
    ],
};

/// Finds the packages that Conan locked.
#[derive(Debug)]
pub(crate) struct Lockfile;

impl Cataloger for Lockfile {
    fn name(&self) -> &'static str {
        "conan-lock"
    }

    fn names(&self) -> &'static [&'static str] {
        &["conan.lock"]
    }

    fn wants(&self, path: TreePath<'_>, _: &Metadata, _: &[u8]) -> bool {
        path.file_name() == b"conan.lock"
    }

    fn read(&self, file: &mut File<'_>, facts: &mut Facts) -> Result<(), Error> {
        let (document, root) = Document::read(file.bytes()?, "conan.lock")?;
        document.check(&root, &SHAPE, facts);
        let line = |value| document.lines(value).map_or(1, |(first, _)| first);
        for list in ["requires", "build_requires", "python_requires", "config_requires"] {
            for value in root.get(list).and_then(Value::as_array).unwrap_or_default() {
                let reference = value.as_text().unwrap_or_default();
                declared::add(super::package(&reference), line(value), facts);
            }
        }
        let graph = root.object("graph_lock").unwrap_or_default();
        let nodes = graph.object("nodes").unwrap_or_default();
        for (_, value) in nodes.members() {
            let node = value.as_object().unwrap_or_default();
            // The project's own node has the path of its recipe.
            if node.get("path").is_some() {
                continue;
            }
            // Until version 0.3 the reference went with the id of the binary.
            let reference = node.text("ref").or_else(|| node.text("pref")).unwrap_or_default();
            declared::add(super::package(&reference), line(value), facts);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::catalogers::declared::testing::{problem_lines, read, rows};

    #[test]
    fn takes_what_either_conan_locks() {
        let one = "{\"graph_lock\": {\"nodes\": {\n\"0\": {\"ref\": \"own/1\", \"path\": \"conanfile.py\"},\n\
                   \"1\": {\"ref\": \"zlib/1.2.11#ff\"},\n\"2\": {\"pref\": \"a/1:00#1\"}, \"3\": 7}}}";
        let (_, facts) = read(&Lockfile, "conan.lock", one);
        assert_eq!(rows(&facts), ["zlib@1.2.11 3", "a@1 4"]);
        assert_eq!(problem_lines(&facts), [4]);
        let two = "{\"version\": \"0.5\", \"requires\": [\"zlib/1.2.11#ff%1\",\n\"1.2.3#ff\"], \
                   \"build_requires\": [\"ninja/1.11\"]}";
        let (_, facts) = read(&Lockfile, "conan.lock", two);
        assert_eq!(rows(&facts), ["zlib@1.2.11 1", "ninja@1.11 2"]);
        assert_eq!(problem_lines(&facts), [2]);
        assert!(read(&Lockfile, "conan.lock", "null").0.is_err());
    }

    proptest! {
        #[test]
        fn any_reference_is_read_or_refused(reference: String) {
            let text = serde_json::json!({ "requires": [reference] }).to_string();
            prop_assert!(!read(&Lockfile, "conan.lock", &text).1.is_empty());
            crate::check::holds(&Lockfile, "conan.lock", text)?;
        }
    }
}
