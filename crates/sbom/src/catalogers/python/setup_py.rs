//! `setup.py`: the texts in lists of requirements, without running the program.

use sealift_model::Scope;

use super::project::add_package;
use super::requirement::Requirement;
use crate::Facts;
use crate::catalogers::text::LineIndex;

/// Arguments of `setup()` that name requirements: lists, tuples or texts of them, and for extras
/// such by the extra's name (setuptools docs, "Keywords").
const KEYWORDS: [(&str, Scope); 4] = [
    ("install_requires", Scope::Runtime),
    ("setup_requires", Scope::Development),
    ("tests_require", Scope::Development),
    ("extras_require", Scope::Optional),
];

/// Reads what the arguments are; what in them is put together when the program runs is a problem.
pub(super) fn parse(text: &str, facts: &mut Facts) {
    let lines = LineIndex::of(text);
    for (keyword, scope) in KEYWORDS {
        let values = values(text, keyword);
        let is_assigned = values.iter().any(|&start| !names(text, start, keyword));
        let mut done = 0;
        for start in values {
            // A word inside a value is none of its own; and `keyword=keyword` is read where the
            // second one is assigned.
            if start < done || (is_assigned && names(text, start, keyword)) {
                continue;
            }
            let value = Value::read(text, start);
            done = value.end;
            for (place, literal) in value.literals {
                for (place, requirement) in requirements(place, literal) {
                    add(requirement, scope, lines.at(place), facts);
                }
            }
            if let Some(place) = value.computed {
                let message = format!("{keyword} is put together when setup.py runs");
                facts.problem(Some(lines.at(place)), message);
            }
        }
    }
}

fn add(text: &str, scope: Scope, line: u64, facts: &mut Facts) {
    match Requirement::parse(text) {
        Ok(Requirement { name, .. }) if !names_version(text) => {
            facts.note(Some(line), format!("no version of {name} is named"));
        }
        Ok(requirement) => add_package(requirement, scope, line, facts),
        Err(error) => facts.problem(Some(line), error.to_string()),
    }
}

/// Whether a requirement names a version that would do. What `setup.py` really asks for is only
/// known when it runs: a name without any version is reported as a note.
fn names_version(requirement: &str) -> bool {
    ["==", ">=", "<=", "~="].iter().any(|operator| requirement.contains(operator))
}

/// Where the values behind `keyword =` begin.
fn values(text: &str, keyword: &str) -> Vec<usize> {
    let start = |(at, _): (usize, &str)| {
        let before = text.get(..at)?.chars().next_back();
        let rest = text.get(at + keyword.len()..)?.trim_start_matches([' ', '\t']);
        let value = rest.strip_prefix('=').filter(|value| !value.starts_with('='))?;
        before.is_none_or(|it| !is_of_word(it)).then(|| text.len() - value.trim_start().len())
    };
    text.match_indices(keyword).filter_map(start).collect()
}

/// Whether the word at `start` is `name`.
fn names(text: &str, start: usize, name: &str) -> bool {
    let rest = text.get(start..).and_then(|value| value.strip_prefix(name));
    rest.is_some_and(ends_value)
}

fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Whether nothing more belongs to the value before `rest`, as far as its line goes.
fn ends_value(rest: &str) -> bool {
    let rest = rest.trim_start_matches([' ', '\t']);
    rest.is_empty() || rest.starts_with([',', ')', ';', '#', '\r', '\n'])
}

/// What an argument is given.
#[derive(Debug, Default)]
struct Value<'t> {
    /// The texts in quotes, with their offsets; keys of a dictionary are left out.
    literals: Vec<(usize, &'t str)>,
    /// The place of the first value that is known only at run time.
    computed: Option<usize>,
    /// Offset behind it.
    end: usize,
}

impl<'t> Value<'t> {
    /// Reads a list, tuple, dictionary or text; anything else but `None` is computed.
    fn read(text: &'t str, start: usize) -> Self {
        let mut value = Self { end: start, ..Self::default() };
        if names(text, start, "None") {
            return value;
        }
        let mut depth = 0_usize;
        while let Some(rest) = text.get(value.end..).filter(|rest| !rest.is_empty()) {
            depth = value.step(text, rest, depth);
            if depth == 0 {
                break;
            }
        }
        let rest = text.get(value.end..).unwrap_or_default();
        if depth > 0 || !ends_value(rest) {
            value.computed.get_or_insert(value.end);
        }
        value
    }

    /// Reads what `rest` begins with, inside so many brackets; how many there are then.
    fn step(&mut self, text: &'t str, rest: &'t str, depth: usize) -> usize {
        let at = self.end;
        let first = rest.chars().next().unwrap_or_default();
        self.end += first.len_utf8();
        match first {
            '[' | '(' | '{' => return depth + 1,
            ']' | ')' | '}' => return depth.saturating_sub(1),
            '"' | '\'' => match quoted(rest) {
                Some((literal, behind)) => {
                    self.end = text.len() - behind.len();
                    if depth == 0 || !behind.trim_start().starts_with(':') {
                        let place = at + (rest.len() - behind.len() - literal.len()) / 2;
                        self.literals.push((place, literal));
                    }
                }
                None => {
                    self.computed.get_or_insert(at);
                    self.end = text.len();
                }
            },
            '#' if depth > 0 => {
                self.end = rest.find('\n').map_or(text.len(), |newline| at + newline)
            }
            _ if depth > 0 && (first.is_whitespace() || ",:\\".contains(first)) => {}
            'r' | 'R' | 'u' | 'U' if depth > 0 && is_prefix(rest) => {}
            _ => {
                self.computed.get_or_insert(at);
            }
        }
        depth
    }
}

/// Whether the first letter is a prefix of a text in quotes.
fn is_prefix(rest: &str) -> bool {
    rest.chars().nth(1).is_some_and(|next| matches!(next, '"' | '\''))
}

/// The text in quotes at the start, and what follows it (The Python Language Reference, "String
/// and Bytes literals").
fn quoted(text: &str) -> Option<(&str, &str)> {
    let quote = [r#"""""#, "'''", "\"", "'"].into_iter().find(|quote| text.starts_with(quote))?;
    let inner = text.strip_prefix(quote)?;
    let mut from = 0;
    loop {
        let rest = inner.get(from..)?;
        let at = from + rest.find(['\\', quote.chars().next()?])?;
        let found = inner.get(at..)?;
        if let Some(behind) = found.strip_prefix(quote) {
            return Some((inner.get(..at)?, behind));
        }
        let escaped = found.strip_prefix('\\').and_then(|rest| rest.chars().next());
        from = at + 1 + escaped.map_or(0, char::len_utf8);
    }
}

/// The requirements in a text, one on a line, with their offsets.
fn requirements(place: usize, literal: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = literal.split('\n').flat_map(|line| line.split("\\n"));
    lines.filter_map(move |line| {
        let requirement = line.split(" #").next()?.trim().trim_end_matches('\\').trim_end();
        let at = line.as_ptr().addr() - literal.as_ptr().addr();
        let is_one = !requirement.is_empty() && !requirement.starts_with('#');
        is_one.then_some((place + at, requirement))
    })
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
        assert_eq!((problem_lines(&facts), facts.notes.len()), (vec![5, 5, 8], 1));
        assert_eq!(facts.packages().last().unwrap().scope, Scope::Development);
    }

    #[test]
    fn takes_whatever_form_the_requirements_have() {
        for (value, expected) in [
            ("('a==1', u\"b==2\")", &["a@1 1", "b@2 1"][..]),
            ("'''\n a==1\n # c==3\n b==2 # d\n'''", &["a@1 2", "b@2 4"]),
            (r"'a==1; python_version<\'3\'\nb==2'", &["a@1 1", "b@2 1"]),
            ("\"\"\"\\\na==1\"\"\"", &["a@1 2"]),
            ("None", &[]),
            ("[]", &[]),
        ] {
            for end in [",\n)", ")", ""] {
                let facts = facts(&format!("install_requires={value}{end}"));
                assert_eq!(rows(&facts), expected, "{value}");
                assert_eq!(problem_lines(&facts), [0; 0], "{value}");
            }
        }
    }

    #[test]
    fn extras_are_optional() {
        let text = "setup(extras_require={'t': ['a==1'],\n ':os_name==\"nt\"' : 'b==2'})";
        let facts = facts(text);
        assert_eq!(rows(&facts), ["a@1 1", "b@2 2"]);
        assert_eq!(problem_lines(&facts), [0; 0]);
        assert!(facts.packages().all(|it| it.scope == Scope::Optional));
    }

    #[test]
    fn what_is_put_together_is_a_problem() {
        for (text, found, problems) in [
            ("reqs = ['a==1']\nsetup(install_requires=reqs)", &[][..], &[2][..]),
            ("setup(install_requires=['a==1'] + more)", &["a@1 1"], &[1]),
            ("setup(install_requires=[\n'a==1',\n*more])", &["a@1 2"], &[3]),
            ("setup(install_requires='a==1'.split())", &["a@1 1"], &[1]),
            ("setup(install_requires=['a==1'", &["a@1 1"], &[1]),
            ("install_requires = ['a==1']\nf(install_requires=install_requires)", &["a@1 1"], &[]),
            ("setup(install_requires=install_requires)", &[], &[1]),
            ("if install_requires == 7: my_install_requires = 8", &[], &[]),
        ] {
            let facts = facts(text);
            assert_eq!(rows(&facts), found, "{text}");
            assert_eq!(problem_lines(&facts), problems, "{text}");
        }
    }

    proptest! {
        #[test]
        fn facts_hold_together(text in "(install_requires|=|\\[|\\]|\\(|\\)|'|\"|\"\"\"|#|\\\\|a==1|é|\n){0,20}") {
            crate::check::holds(&crate::catalogers::python::Project, "setup.py", text)?;
        }
    }
}
