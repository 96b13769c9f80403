//! Dart and Flutter: packages locked by Pub.
//!
//! | cataloger | reads | finds |
//! | --- | --- | --- |
//! | `pub-lock` | `pubspec.lock` | what is locked, from servers, git, folders and SDKs, with scope, lines, and whether the project asked for it; folders are parts of the project |
//!
//! It does not find: the dependencies between packages, which are not in the file; the versions of
//! packages of an SDK, which are written as `0.0.0`.

use sealift_layers::{File, Metadata, TreePath};
use sealift_model::{Ecosystem, Relationship, Scope};

use crate::catalogers::declared::{self, Declared};
use crate::catalogers::shape::Kind;
use crate::catalogers::text;
use crate::catalogers::yaml::{Line, Yaml};
use crate::{Cataloger, Error, Facts};

/// Finds the packages that Pub locked.
#[derive(Debug)]
pub(crate) struct Lockfile;

impl Cataloger for Lockfile {
    fn name(&self) -> &'static str {
        "pub-lock"
    }

    fn names(&self) -> &'static [&'static str] {
        &["pubspec.lock"]
    }

    fn wants(&self, path: TreePath<'_>, _: &Metadata, _: &[u8]) -> bool {
        path.file_name() == b"pubspec.lock" && !is_in_cache(path)
    }

    fn read(&self, file: &mut File<'_>, facts: &mut Facts) -> Result<(), Error> {
        parse(text::utf8(file.bytes()?, "pubspec.lock")?, facts);
        Ok(())
    }
}

/// Whether a file is of a package that Pub fetched, `.pub-cache/hosted/SERVER/PACKAGE/`.
fn is_in_cache(path: TreePath<'_>) -> bool {
    path.components().any(|folder| folder == b".pub-cache")
}

/// One entry below `packages`.
#[derive(Debug, Default)]
struct Entry<'t> {
    name: &'t str,
    version: &'t str,
    dependency: &'t str,
    source: &'t str,
    indent: usize,
    /// How far the fields are indented; none before the first.
    fields: Option<usize>,
    lines: (u64, u64),
}

fn parse(text: &str, facts: &mut Facts) {
    let mut entries: Vec<Entry<'_>> = Vec::new();
    let mut is_packages = false;
    let yaml = Yaml::read(text, &[], facts);
    for line in yaml.lines() {
        let Some(key) = line.key else {
            facts.problem(Some(line.number), format!("{:?} is no `key: value`", line.value));
            continue;
        };
        if line.indent == 0 {
            is_packages = key == "packages" && line.expect(Kind::Map, facts);
            continue;
        }
        if !is_packages {
            continue;
        }
        match entries.last_mut() {
            Some(entry) if line.indent > entry.indent => entry.line(&line, key, facts),
            _ if line.is_item => {
                facts.problem(Some(line.number), format!("{key:?} is an item of a list"));
            }
            _ if line.expect(Kind::Map, facts) => {
                let lines = (line.number, line.number);
                entries.push(Entry { name: key, indent: line.indent, lines, ..Entry::default() });
            }
            _ => {}
        }
    }
    let mut found = Declared::default();
    for entry in entries {
        if entry.version.is_empty() {
            facts.problem(Some(entry.lines.0), format!("{:?} has no version", entry.name));
        }
        found.add(entry.package(), entry.lines, Vec::new(), facts);
    }
    found.report(facts);
}

impl<'t> Entry<'t> {
    fn line(&mut self, line: &Line<'t>, key: &str, facts: &mut Facts) {
        self.lines.1 = line.number;
        if *self.fields.get_or_insert(line.indent) != line.indent {
            return;
        }
        match key {
            "version" if line.expect(Kind::Scalar, facts) => self.version = line.value,
            "dependency" if line.expect(Kind::Scalar, facts) => self.dependency = line.value,
            "source" if line.expect(Kind::Scalar, facts) => self.source = line.value,
            _ => {}
        }
    }
}

impl Entry<'_> {
    fn package(&self) -> Result<sealift_model::Package, sealift_model::PurlError> {
        let mut package = declared::package(Ecosystem::Pub, self.name, self.version)?;
        (package.scope, package.relationship) = match self.dependency {
            "direct dev" => (Scope::Development, Relationship::Direct),
            "transitive" => (Scope::Unstated, Relationship::Indirect),
            _ => (Scope::Runtime, Relationship::Direct),
        };
        // Dart docs, "Package dependencies", "Path packages": a folder beside the project. Its
        // version is no release of the package with that name on the server.
        if self.source == "path" {
            package.relationship = Relationship::Workspace;
        }
        Ok(package)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::catalogers::declared::testing::{problem_lines, read, rows, wants};

    #[test]
    fn takes_what_is_locked() {
        let text = "packages:\n  a:\n    dependency: \"direct dev\"\n    description:\n      \
                    version: no\n    source: hosted\n    version: \"1.2.0\"\n  b:\n    \
                    dependency: transitive\n    version: \"2.0.0+1\"\nsdks:\n  dart: \">=2\"\nrubbish\n";
        let (outcome, facts) = read(&Lockfile, "pubspec.lock", text);
        assert!(outcome.is_ok());
        assert_eq!(rows(&facts), ["a@1.2.0 2", "b@2.0.0+1 8"]);
        let first = facts.packages().next().unwrap();
        assert_eq!((first.scope, first.relationship), (Scope::Development, Relationship::Direct));
        assert_eq!(first.locations[0].lines, Some((2, 7)));
        assert_eq!(first.purl.to_string(), "pkg:pub/a@1.2.0");
        assert_eq!(problem_lines(&facts), [13, 13]);
        assert!(!wants(&Lockfile, "root/.pub-cache/hosted/x/a-1/pubspec.lock"));
    }

    #[test]
    fn folders_are_parts_of_the_project() {
        let text = "packages:\n  a:\n    dependency: \"direct main\"\n    description:\n      \
                    path: \"../a\"\n    source: path\n    version: \"1.0.0\"\n  b:\n    \
                    dependency: \"direct main\"\n    source: git\n    version: \"1.0.0\"\n";
        let (_, facts) = read(&Lockfile, "pubspec.lock", text);
        let found: Vec<Relationship> = facts.packages().map(|it| it.relationship).collect();
        assert_eq!(found, [Relationship::Workspace, Relationship::Direct]);
    }

    #[test]
    fn any_layout_is_read() {
        for text in [
            "packages:\n    a:\n        version: \"1.2.0\"\n        source: hosted\n",
            "packages:\n  a: {dependency: direct main, source: hosted, version: \"1.2.0\"}\n",
            "packages: {a: {version: 1.2.0}}\n",
            "{\"packages\": {\"a\": {\"version\": \"1.2.0\"}}}\n",
            "packages:\n  'a': &a\n    version: >-\n      1.2.0\n",
        ] {
            let (_, facts) = read(&Lockfile, "pubspec.lock", text);
            let ids: Vec<String> = facts.packages().map(sealift_model::Package::id).collect();
            assert_eq!(
                (ids, problem_lines(&facts)),
                (vec!["a@1.2.0".to_owned()], vec![]),
                "{text}"
            );
        }
    }

    #[test]
    fn what_has_the_wrong_type_is_a_problem() {
        for (text, line) in [
            ("packages: []\n", 1),
            ("packages:\n  a: 7\n", 2),
            ("packages:\n- a: {version: 1}\n", 2),
            ("packages:\n  a:\n    version: []\n", 3),
            ("packages:\n  a:\n    version: {b: 1}\n", 3),
            ("packages:\n  a: {}\n", 2),
            ("hello", 1),
            ("foo: [\n", 1),
        ] {
            let (_, facts) = read(&Lockfile, "pubspec.lock", text);
            assert!(problem_lines(&facts).contains(&line), "{text:?}: {facts:?}");
        }
    }

    proptest! {
        #[test]
        fn facts_hold_together(text in "(packages:\n|  [a:]{1,3}\n|    version: [1.]{0,3}\n|.{0,5}\n){0,12}") {
            crate::check::holds(&Lockfile, "pubspec.lock", text)?;
        }
    }
}
