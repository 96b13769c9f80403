//! `build.sbt.lock` of sbt's plug-in sbt-dependency-lock (its README, "Lockfile format"), version 1.

use sealift_layers::{File, Metadata, TreePath};
use sealift_model::{Evidence, Location, Scope};

use crate::catalogers::json::{Document, Object, Value};
use crate::catalogers::shape::{Kind, Shape};
use crate::{Cataloger, Error, Facts};

/// sbt-dependency-lock writes version 1.
const SHAPE: Shape =
    Shape { version: Some(("lockVersion", 1)), keys: &[("dependencies", Kind::List)] };

/// Finds what sbt's dependency lock pins.
#[derive(Debug)]
pub(crate) struct Sbt;

impl Cataloger for Sbt {
    fn name(&self) -> &'static str {
        "java-sbt"
    }

    fn names(&self) -> &'static [&'static str] {
        &["*.lock"]
    }

    fn wants(&self, path: TreePath<'_>, _: &Metadata, _: &[u8]) -> bool {
        path.file_name().ends_with(b".sbt.lock")
    }

    fn read(&self, file: &mut File<'_>, facts: &mut Facts) -> Result<(), Error> {
        let (document, lockfile) = Document::read(file.bytes()?, "sbt lockfile")?;
        document.check(&lockfile, &SHAPE, facts);
        let list = lockfile.get("dependencies").and_then(Value::as_array).unwrap_or_default();
        for value in list {
            let entry = value.as_object().unwrap_or_default();
            let lines = document.lines(value);
            let text = |key| entry.text(key).unwrap_or_default();
            match super::package(&text("org"), &text("name"), &text("version")) {
                Ok(mut package) => {
                    package.evidence = Evidence::Declared;
                    package.scope = scope(&entry);
                    package.locations = vec![Location::new("").on_lines(lines)];
                    facts.package(package);
                }
                Err(error) => {
                    let line = lines.map(|(first, _)| first);
                    facts.problem(line, format!("not a package: {error}"));
                }
            }
        }
        Ok(())
    }
}

/// A module that is only in configurations for tests is needed only for tests (sbt reference
/// manual, "Library dependencies", configurations).
fn scope(entry: &Object<'_>) -> Scope {
    let list = entry.get("configurations").and_then(Value::as_array).unwrap_or_default();
    let mut names = list.into_iter().filter_map(Value::as_text).peekable();
    if names.peek().is_none() {
        Scope::Unstated
    } else if names.all(|name| matches!(name.as_ref(), "test" | "it" | "test-internal")) {
        Scope::Development
    } else {
        Scope::Runtime
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::catalogers::declared::testing::{problem_lines, read, rows, wants};

    #[test]
    fn takes_what_is_pinned() {
        let text = r#"{"lockVersion": 1, "dependencies": [
            {"org": "g", "name": "a_2.13", "version": "1.0", "configurations": ["test", "compile"]},
            {"org": "g", "name": "b", "version": "2.0", "configurations": ["test"]},
            {"org": "g", "name": "c", "version": "3.0"},
            {"name": "d", "version": "4.0"}
        ]}"#;
        let (outcome, facts) = read(&Sbt, "build.sbt.lock", text);
        assert!(outcome.is_ok());
        assert_eq!(rows(&facts), ["g:a_2.13@1.0 2", "g:b@2.0 3", "g:c@3.0 4"]);
        assert_eq!(problem_lines(&facts), [5]);
        let scopes: Vec<Scope> = facts.packages().map(|it| it.scope).collect();
        assert_eq!(scopes, [Scope::Runtime, Scope::Development, Scope::Unstated]);
        assert!(read(&Sbt, "build.sbt.lock", "[").0.is_err());
    }

    #[test]
    fn wants_them_by_name() {
        assert!(wants(&Sbt, "a/build.sbt.lock") && !wants(&Sbt, "a/sbt.lock"));
    }

    proptest! {
        #[test]
        fn facts_hold_together(text in r#"(\{|\}|"dependencies": \[|\]|"org": "g"|"name": "a"|,){0,8}"#) {
            crate::check::holds(&Sbt, "build.sbt.lock", text)?;
        }
    }
}
