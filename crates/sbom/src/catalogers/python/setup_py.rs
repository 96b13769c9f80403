//! `setup.py`: the texts in lists of requirements, without running the program.

use sealift_model::Scope;

use super::project::add_package;
use super::requirement::Requirement;
use crate::Facts;
use crate::catalogers::text::LineIndex;

/// Arguments of `setup()` that list requirements (setuptools docs, "Keywords").
const KEYWORDS: [(&str, Scope); 3] = [
    ("install_requires", Scope::Runtime),
    ("setup_requires", Scope::Development),
    ("tests_require", Scope::Development),
];

/// Reads the lists; what in them is put together when the program runs is a problem.
pub(super) fn parse(text: &str, facts: &mut Facts) {
    let lines = LineIndex::of(text);
    for (keyword, scope) in KEYWORDS {
        let mut done = 0;
        for (at, _) in text.match_indices(keyword) {
            // A word inside a list is none of its own; and each list is read once.
            if at < done {
                continue;
            }
            let behind = at + keyword.len();
            let list = text.get(behind..).map(str::trim_start);
            let list = list.and_then(|rest| rest.strip_prefix('=')).map(str::trim_start);
            let Some(list) = list.and_then(|rest| rest.strip_prefix('[')) else { continue };
            let start = text.len() - list.len();
            let (literals, end) = literals(list);
            done = start + end;
            for (place, literal) in literals {
                let line = lines.at(start + place);
                match Requirement::parse(literal.trim()) {
                    Ok(Requirement { name, .. }) if !names_version(literal) => {
                        facts.note(Some(line), format!("no version of {name} is named"));
                    }
                    Ok(requirement) => add_package(requirement, scope, line, facts),
                    Err(error) => facts.problem(Some(line), error.to_string()),
                }
            }
        }
    }
}

/// Whether a requirement names a version that would do. What `setup.py` really asks for is only
/// known when it runs: a name without any version is told as a note.
fn names_version(requirement: &str) -> bool {
    ["==", ">=", "<=", "~="].iter().any(|operator| requirement.contains(operator))
}

/// The texts in quotes up to the end of a list, with their offsets, and the offset of that end.
fn literals(list: &str) -> (Vec<(usize, &str)>, usize) {
    let mut literals = Vec::new();
    let mut rest = list;
    loop {
        let at = list.len() - rest.len();
        let Some(first) = rest.chars().next() else { return (literals, at) };
        let after = rest.get(first.len_utf8()..).unwrap_or_default();
        rest = match first {
            ']' => return (literals, at),
            '#' => after.split_once('\n').map_or("", |(_, next)| next),
            '"' | '\'' => {
                let Some((literal, next)) = after.split_once(first) else {
                    return (literals, list.len());
                };
                literals.push((at, literal));
                next
            }
            _ => after,
        };
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::catalogers::declared::testing::{problem_lines, rows};

    fn facts(text: &str) -> Facts {
        let mut facts = Facts::default();
        parse(text, &mut facts);
        facts
    }

    #[test]
    fn takes_the_texts_in_lists() {
        let facts = facts(
            "setup(name='x',\n  install_requires=[\n  'a==1.0;python_version<\"3\"', \"b>=2\", 'f',\n  \
             # 'c==3',\n  'd=={}'.format(v)],\n  tests_require = ['e==5'],\n)\ninstall_requires = f()\n",
        );
        assert_eq!(rows(&facts), ["a@1.0 3", "b@ 3", "e@5 6"]);
        assert_eq!((problem_lines(&facts), facts.notes.len()), (vec![5], 1));
        assert_eq!(facts.packages().last().unwrap().scope, Scope::Development);
    }

    proptest! {
        #[test]
        fn never_panics(text in "(install_requires|=|\\[|\\]|'|\"|#|a==1|é|\n){0,20}") {
            let _ = facts(&text);
        }
    }
}
