//! `conanfile.txt` (Conan docs, "conanfile.txt"): sections of lines.

use sealift_layers::{File, Metadata, TreePath};

use crate::catalogers::{declared, text};
use crate::{Cataloger, Error, Facts};

/// Finds the packages that a project asks Conan for.
#[derive(Debug)]
pub(crate) struct ConanFile;

impl Cataloger for ConanFile {
    fn name(&self) -> &'static str {
        "conan-file"
    }

    fn names(&self) -> &'static [&'static str] {
        &["conanfile.txt"]
    }

    fn wants(&self, path: TreePath<'_>, _: &Metadata, _: &[u8]) -> bool {
        path.file_name() == b"conanfile.txt"
    }

    fn read(&self, file: &mut File<'_>, facts: &mut Facts) -> Result<(), Error> {
        let text = text::utf8(file.bytes()?, "conanfile.txt")?;
        let mut names_packages = None;
        for (line, number) in text.lines().zip(1..) {
            // As Conan reads it (`ConfigParser`): ` #` begins a comment behind anything.
            let line = line.split(" #").next().unwrap_or_default().trim();
            if let Some(section) = line.strip_prefix('[').and_then(|it| it.strip_suffix(']')) {
                names_packages = Some(matches!(
                    section,
                    "requires" | "build_requires" | "tool_requires" | "test_requires"
                ));
            } else if !line.is_empty() && !line.starts_with('#') {
                match names_packages {
                    Some(true) => declared::add(super::package(line), number, facts),
                    Some(false) => {}
                    None => facts.problem(Some(number), "a line before the first section"),
                }
            }
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
    fn comments_are_no_part_of_a_version() {
        let text = "[requires] # all\nopenssl/1.1.1k # pinned\na/1.0\t #b\nc/1#rev # d\n";
        let (_, facts) = read(&ConanFile, "conanfile.txt", text);
        assert_eq!(rows(&facts), ["openssl@1.1.1k 2", "a@1.0 3", "c@1 4"]);
    }

    #[test]
    fn a_line_of_no_section_is_a_problem() {
        let (_, facts) = read(&ConanFile, "conanfile.txt", "# x\nhello\n[requires]\na/1\n");
        assert_eq!((rows(&facts), problem_lines(&facts)), (vec!["a@1 4".to_owned()], vec![2]));
    }

    #[test]
    fn takes_what_is_asked_for() {
        let text =
            "[requires]\n# note\na/1.0\nb/[>=1 <2]\nno\n[generators]\nc/1\n[tool_requires]\nd/2\n";
        let (_, facts) = read(&ConanFile, "conanfile.txt", text);
        assert_eq!(rows(&facts), ["a@1.0 3", "b@ 4", "d@2 9"]);
        assert_eq!(problem_lines(&facts), [5]);
    }

    proptest! {
        #[test]
        fn facts_hold_together(text in "(\\[requires\\]|[a/@#1]{0,5}|\n){0,12}") {
            crate::check::holds(&ConanFile, "conanfile.txt", text)?;
        }
    }
}
