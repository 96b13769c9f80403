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
        let mut names_packages = false;
        for (line, number) in text.lines().zip(1..) {
            let line = line.trim();
            if let Some(section) = line.strip_prefix('[').and_then(|it| it.strip_suffix(']')) {
                names_packages = matches!(
                    section,
                    "requires" | "build_requires" | "tool_requires" | "test_requires"
                );
            } else if names_packages && !line.is_empty() && !line.starts_with('#') {
                declared::add(super::package(line), number, facts);
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
    fn takes_what_is_asked_for() {
        let text =
            "[requires]\n# note\na/1.0\nb/[>=1 <2]\nno\n[generators]\nc/1\n[tool_requires]\nd/2\n";
        let (_, facts) = read(&ConanFile, "conanfile.txt", text);
        assert_eq!(rows(&facts), ["a@1.0 3", "b@ 4", "d@2 9"]);
        assert_eq!(problem_lines(&facts), [5]);
    }

    proptest! {
        #[test]
        fn never_panics(text in "(\\[requires\\]|[a/@#1]{0,5}|\n){0,12}") {
            let _ = read(&ConanFile, "conanfile.txt", text);
        }
    }
}
