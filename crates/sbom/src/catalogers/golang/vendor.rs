//! `vendor/modules.txt` (Go Modules Reference, "Vendoring"): `# module version`, followed by the
//! copied packages; `# module version => replacement version` for a replaced one.

use sealift_layers::{File, Metadata, TreePath};
use sealift_model::Relationship;

use super::modules::Module;
use super::package;
use crate::catalogers::{declared, text};
use crate::{Cataloger, Error, Facts};

/// Finds the modules whose packages are copied into a project.
#[derive(Debug)]
pub(crate) struct Vendored;

impl Cataloger for Vendored {
    fn name(&self) -> &'static str {
        "go-vendor"
    }

    fn names(&self) -> &'static [&'static str] {
        &["modules.txt"]
    }

    fn wants(&self, path: TreePath<'_>, _: &Metadata, _: &[u8]) -> bool {
        path.ends_with("vendor/modules.txt") && !text::is_inside_package(path)
    }

    fn read(&self, file: &mut File<'_>, facts: &mut Facts) -> Result<(), Error> {
        parse(text::utf8(file.bytes()?, "vendor/modules.txt")?, facts);
        Ok(())
    }
}

/// A module counts when a package of it follows: others stand there for their `go.mod` alone.
fn parse(text: &str, facts: &mut Facts) {
    let mut module: Option<(Module, u64)> = None;
    let mut relationship = Relationship::Indirect;
    let mut has_heading = false;
    for (line, number) in text.lines().zip(1..) {
        if line.starts_with("## ") {
            if line.contains("explicit") {
                relationship = Relationship::Direct;
            }
        } else if let Some(heading) = line.strip_prefix("# ") {
            (relationship, has_heading) = (Relationship::Indirect, true);
            module = read(heading).map(|module| (module, number));
            if module.is_none() && !is_replacement_alone(heading) {
                facts.problem(Some(number), format!("{heading:?} is no module with version"));
            }
        } else if let Some((Module { path, version }, line)) =
            module.take().filter(|_| !line.trim().is_empty())
        {
            declared::add(package(&path, &version, relationship), line, facts);
        } else if !has_heading && !line.trim().is_empty() {
            has_heading = true;
            facts.problem(Some(number), format!("{line:?} is of no module"));
        }
    }
}

/// The module of a heading, as it was really used; one replaced by a folder keeps its name alone.
fn read(heading: &str) -> Option<Module> {
    let words: Vec<&str> = heading.split(' ').collect();
    let module = |path: &str, version: &str| {
        let is_read = is_version(path, version);
        is_read.then(|| Module { path: path.to_owned(), version: version.to_owned() })
    };
    match words.as_slice() {
        [path, version] | [_, "=>", path, version] => module(path, version),
        [path, version, "=>", _] => {
            module(path, version).map(|it| Module { version: String::new(), ..it })
        }
        [old, version, "=>", path, new] => module(old, version).and_then(|_| module(path, new)),
        _ => None,
    }
}

/// `# module => replacement` repeats, at the end of the file, a replacement of every version.
fn is_replacement_alone(heading: &str) -> bool {
    heading.split(' ').nth(1) == Some("=>") && heading.split(' ').count() <= 4
}

/// Go Modules Reference, "Module paths": from version 2 on, the path ends with the major version.
fn is_version(path: &str, version: &str) -> bool {
    let Some(bare) = version.strip_prefix('v') else { return false };
    let major = bare.split('.').next().unwrap_or_default();
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|it| it.is_ascii_digit());
    let in_path = path.rsplit_once("/v").map(|(_, suffix)| suffix).filter(|it| is_number(it));
    let is_major = match in_path {
        Some(suffix) => suffix == major,
        None => matches!(major, "0" | "1") || bare.contains("+incompatible") || path.contains(".v"),
    };
    is_number(major) && bare.split('.').count() >= 3 && is_major
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::catalogers::declared::testing::{problem_lines, read, rows};

    const PATH: &str = "srv/vendor/modules.txt";

    #[test]
    fn takes_what_is_copied() {
        let text = "# a.example/a v1.2.3\n## explicit; go 1.20\na.example/a/x\na.example/a/y\n\
                    # b.example/b/v2 v2.0.0 => c.example/c v0.1.0\nb.example/b/v2\n\
                    # d.example/d v1.0.0\n# e.example/e v1.0.0 => ../e\ne.example/e\n\
                    # f.example/f nope\nf.example/f\n# g.example/v3 v1.0.0\ng.example/v3\n\
                    # b.example/b/v2 => c.example/c v0.1.0\n";
        let (_, facts) = read(&Vendored, PATH, text);
        let found = ["a.example/a@v1.2.3 1", "c.example/c@v0.1.0 5", "e.example/e@ 8"];
        assert_eq!(rows(&facts), found);
        let relationships: Vec<_> = facts.packages().map(|it| it.relationship).collect();
        assert_eq!(relationships[..2], [Relationship::Direct, Relationship::Indirect]);
        assert_eq!(problem_lines(&facts), [10, 12]);
    }

    proptest! {
        #[test]
        fn facts_hold_together(text in "(# |a/v2|## explicit| v2\\.0\\.0| => |a|\n){0,20}") {
            crate::check::holds(&Vendored, PATH, text)?;
        }
    }
}
