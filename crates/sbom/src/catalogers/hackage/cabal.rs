//! `cabal.project.freeze` (Cabal user guide, "cabal freeze"): one field `constraints` of
//! `any.NAME ==VERSION` and `NAME +FLAG`, with commas between them.

use sealift_layers::{File, Metadata, TreePath};
use sealift_model::Ecosystem;

use crate::catalogers::{declared, text};
use crate::{Cataloger, Error, Facts};

/// Finds the packages that Cabal froze.
#[derive(Debug)]
pub(crate) struct Freeze;

impl Cataloger for Freeze {
    fn name(&self) -> &'static str {
        "hackage-cabal"
    }

    fn names(&self) -> &'static [&'static str] {
        &["cabal.project.freeze"]
    }

    fn wants(&self, path: TreePath<'_>, _: &Metadata, _: &[u8]) -> bool {
        path.file_name() == b"cabal.project.freeze"
    }

    fn read(&self, file: &mut File<'_>, facts: &mut Facts) -> Result<(), Error> {
        parse(text::utf8(file.bytes()?, "cabal.project.freeze")?, facts);
        Ok(())
    }
}

fn parse(text: &str, facts: &mut Facts) {
    let mut in_constraints = false;
    for (line, number) in text.lines().zip(1..) {
        let mut content = line.trim();
        if content.is_empty() || content.starts_with("--") {
            continue;
        }
        if let Some((field, value)) = content.split_once(':').filter(|_| !line.starts_with(' ')) {
            in_constraints = field.trim_end() == "constraints";
            content = value.trim();
            if !in_constraints {
                continue;
            }
        } else if !in_constraints {
            facts.problem(Some(number), format!("{content:?} is of no field"));
            continue;
        }
        for constraint in content.split(',').map(str::trim).filter(|it| !it.is_empty()) {
            read(constraint, number, facts);
        }
    }
}

/// Reads one constraint. One without `any.` limits one use of a package, or sets flags.
fn read(constraint: &str, line: u64, facts: &mut Facts) {
    let (name, rest) = constraint.split_once(' ').unwrap_or((constraint, ""));
    match (name.strip_prefix("any."), rest.trim().strip_prefix("==")) {
        (Some(name), Some(version)) => {
            declared::add(declared::package(Ecosystem::Hackage, name, version.trim()), line, facts);
        }
        _ if rest.trim().starts_with(['+', '-', '=', '<', '>', '^']) => {}
        _ => facts.problem(Some(line), format!("{constraint:?} is no constraint")),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::catalogers::declared::testing::{problem_lines, read, rows};

    #[test]
    fn takes_what_is_frozen() {
        let text = "active-repositories: hackage.haskell.org:merge\n-- note\n\
                    constraints: any.A ==1.0,\n             b +flag,\n             any.c ==2.1.0.3,\n\
                    d\nindex-state: x\n";
        let (_, facts) = read(&Freeze, "cabal.project.freeze", text);
        assert_eq!(rows(&facts), ["A@1.0 3", "c@2.1.0.3 5"]);
        assert_eq!(problem_lines(&facts), [6]);
        let purl = facts.packages().next().unwrap().purl.to_string();
        assert_eq!(purl, "pkg:hackage/A@1.0");
    }

    proptest! {
        #[test]
        fn facts_hold_together(text in "(constraints:|any\\.a| ==1|[+, a:-]|\n){0,20}") {
            crate::check::holds(&Freeze, "cabal.project.freeze", text)?;
        }
    }
}
