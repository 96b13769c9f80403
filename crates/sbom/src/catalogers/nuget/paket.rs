//! `paket.lock` (Paket docs, "The paket.lock file"): groups of sources; below `NUGET`, packages are
//! indented by four blanks and their dependencies by six.

use sealift_layers::{File, Metadata, TreePath};

use crate::catalogers::text;
use crate::{Cataloger, Error, Facts};

/// Finds the packages that Paket locked.
#[derive(Debug)]
pub(crate) struct Paket;

impl Cataloger for Paket {
    fn name(&self) -> &'static str {
        "nuget-paket"
    }

    fn names(&self) -> &'static [&'static str] {
        &["paket.lock"]
    }

    fn wants(&self, path: TreePath<'_>, _: &Metadata, _: &[u8]) -> bool {
        path.file_name() == b"paket.lock"
    }

    fn read(&self, file: &mut File<'_>, facts: &mut Facts) -> Result<(), Error> {
        parse(text::utf8(file.bytes()?, "paket.lock")?, facts);
        Ok(())
    }
}

fn parse(text: &str, facts: &mut Facts) {
    let mut is_nuget = false;
    for (line, number) in text.lines().zip(1..) {
        let content = line.trim();
        let depth = line.len() - line.trim_start_matches(' ').len();
        match depth {
            _ if content.is_empty() => {}
            // `NUGET`, `GROUP Test`, `STORAGE: NONE`, `RESTRICTION: == net6.0`.
            0 => {
                let word = content.split([' ', ':']).next().unwrap_or_default();
                is_nuget = word == "NUGET";
                if !word.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'-') {
                    facts.problem(Some(number), format!("{content:?} begins no section"));
                }
            }
            4 if is_nuget => {
                let parts = content
                    .split_once(" (")
                    .and_then(|(name, rest)| Some((name, rest.split_once(')')?.0)));
                let (name, version) = parts.unwrap_or((content, ""));
                super::add(super::package(name, version), (name, version), number, facts);
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::catalogers::declared::testing::{problem_lines, read, rows};

    #[test]
    fn takes_what_is_locked() {
        let text = "RESTRICTION: == net6.0\nNUGET\n  remote: https://host\n    A.B (4.7)\n      \
                    C (>= 1.0)\n    C (1.0.2) - restriction: >= net45\n    no\nGITHUB\n  \
                    remote: o/n\n    src/x.fs (00)\n\nGROUP Test\nNUGET\n    D (1)\nThis is not\n";
        let (_, facts) = read(&Paket, "paket.lock", text);
        assert_eq!(rows(&facts), ["A.B@4.7 4", "C@1.0.2 6", "D@1 14"]);
        assert_eq!(problem_lines(&facts), [7, 15]);
    }

    proptest! {
        #[test]
        fn facts_hold_together(text in "(NUGET\n|    [a(1) ]{0,6}\n|.{0,4}\n){0,12}") {
            crate::check::holds(&Paket, "paket.lock", text)?;
        }
    }
}
