//! `stack.yaml.lock` and `stack.yaml` (Stack docs, "Lock files", "extra-deps"): packages as
//! `name-version@sha256:hash,size`, in a lockfile behind `hackage:`.

use std::collections::HashSet;

use sealift_layers::{File, Metadata, TreePath};
use sealift_model::Ecosystem;

use crate::catalogers::shape::Kind;
use crate::catalogers::yaml::{Line, Yaml};
use crate::catalogers::{declared, text};
use crate::{Cataloger, Error, Facts};

/// Finds the packages that Stack pins.
#[derive(Debug)]
pub(crate) struct Stack;

impl Cataloger for Stack {
    fn name(&self) -> &'static str {
        "hackage-stack"
    }

    fn names(&self) -> &'static [&'static str] {
        &["stack.yaml", "stack.yaml.lock"]
    }

    fn wants(&self, path: TreePath<'_>, _: &Metadata, _: &[u8]) -> bool {
        matches!(path.file_name(), b"stack.yaml.lock" | b"stack.yaml")
    }

    fn read(&self, file: &mut File<'_>, facts: &mut Facts) -> Result<(), Error> {
        let is_lock = file.path().file_name() == b"stack.yaml.lock";
        let text = text::utf8(file.bytes()?, "stack.yaml")?;
        let yaml = Yaml::read(text, &[], facts);
        if is_lock {
            locked(yaml.lines(), facts)
        } else {
            declared(yaml.lines(), facts)
        }
        Ok(())
    }
}

/// Reads the packages of a lockfile, which has the request and the result for each.
fn locked<'t>(lines: impl Iterator<Item = Line<'t>>, facts: &mut Facts) {
    let (mut section, mut known) = ("", HashSet::new());
    for line in lines {
        match line.key {
            Some(key) if line.indent == 0 => section = begun(key, "packages", &line, facts),
            Some("hackage") if section == "packages" && line.expect(Kind::Scalar, facts) => {
                let pin = without_hash(line.value);
                if known.insert(pin) {
                    add(pin, line.number, facts);
                }
            }
            None if section == "packages" && line.is_item => {
                facts.problem(Some(line.number), format!("{:?} is no package", line.value));
            }
            None if line.indent == 0 => is_no_section(&line, facts),
            _ => {}
        }
    }
}

fn declared<'t>(lines: impl Iterator<Item = Line<'t>>, facts: &mut Facts) {
    let mut section = "";
    for line in lines {
        match line.key {
            Some(key) if line.indent == 0 => section = begun(key, "extra-deps", &line, facts),
            None if section == "extra-deps" && line.is_item && is_on_hackage(line.value) => {
                add(without_hash(line.value), line.number, facts);
            }
            None if line.indent == 0 => is_no_section(&line, facts),
            _ => {}
        }
    }
}

/// The section that a key begins; the one that is read is a list.
fn begun<'t>(key: &'t str, read: &str, line: &Line<'_>, facts: &mut Facts) -> &'t str {
    if key == read {
        line.expect(Kind::List, facts);
    }
    key
}

fn is_no_section(line: &Line<'_>, facts: &mut Facts) {
    facts.problem(Some(line.number), format!("{:?} begins no section", line.value));
}

/// A folder of the project, or an archive, is no package of Hackage.
fn is_on_hackage(pin: &str) -> bool {
    !pin.contains('/') && !pin.starts_with('.')
}

/// `name-version` of a pin.
fn without_hash(pin: &str) -> &str {
    pin.split('@').next().unwrap_or(pin)
}

fn add(pin: &str, line: u64, facts: &mut Facts) {
    let is_version = |text: &str| text.starts_with(|c: char| c.is_ascii_digit());
    match pin.rsplit_once('-').filter(|(_, version)| is_version(version)) {
        Some((name, version)) => {
            declared::add(declared::package(Ecosystem::Hackage, name, version), line, facts);
        }
        None => facts.problem(Some(line), format!("{pin:?} has no version")),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::catalogers::declared::testing::{problem_lines, read, rows};

    #[test]
    fn takes_what_is_pinned() {
        let text = "packages:\n- completed:\n    hackage: a-b-1.0.1@sha256:00,1\n  original:\n    \
                    hackage: a-b-1.0.1\n- completed:\n    hackage: c\nsnapshots:\n- original:\n    url: x\n";
        let (_, facts) = read(&Stack, "stack.yaml.lock", text);
        assert_eq!(rows(&facts), ["a-b@1.0.1 3"]);
        assert_eq!(problem_lines(&facts), [7]);
        let text =
            "resolver: lts-18\nextra-deps:\n  - a-1.0@sha256:00,1\n  - ./b\n  - git: x\nrubbish\n";
        let (_, facts) = read(&Stack, "stack.yaml", text);
        assert_eq!(rows(&facts), ["a@1.0 3"]);
        assert_eq!(problem_lines(&facts), [6, 6]);
    }

    #[test]
    fn any_layout_is_read() {
        for text in [
            "extra-deps: [a-1.0, b-2.0]\n",
            "{\"extra-deps\":\n[\"a-1.0\", \"b-2.0\"]}",
            "extra-deps:\n    -   a-1.0\n    -   >-\n        b-2.0\n",
        ] {
            let (_, facts) = read(&Stack, "stack.yaml", text);
            assert_eq!((facts.packages().count(), problem_lines(&facts)), (2, vec![]), "{text}");
        }
        let text =
            "packages: [{completed: {hackage: 'a-1.0@sha256:00,1'}, original: {hackage: a-1.0}}]\n";
        let (_, facts) = read(&Stack, "stack.yaml.lock", text);
        assert_eq!((rows(&facts), problem_lines(&facts)), (vec!["a@1.0 1".to_owned()], vec![]));
    }

    #[test]
    fn what_has_the_wrong_type_is_a_problem() {
        for (path, text) in [
            ("stack.yaml.lock", "packages: 7\n"),
            ("stack.yaml.lock", "packages:\n- 7\n"),
            ("stack.yaml.lock", "packages: {}\n"),
            ("stack.yaml", "extra-deps: 7\n"),
            ("stack.yaml", "extra-deps: {}\n"),
            ("stack.yaml", "hello: [\n"),
            ("stack.yaml", "- a-1\n"),
        ] {
            let (_, facts) = read(&Stack, path, text);
            assert_eq!(facts.problems.len(), 1, "{text:?}: {facts:?}");
        }
    }

    proptest! {
        #[test]
        fn facts_hold_together(text in "(packages:\n|extra-deps:\n|- a-1\n|  hackage: [a@1-]{0,5}\n|.{0,4}\n){0,12}") {
            crate::check::holds(&Stack, "stack.yaml.lock", &text)?;
            crate::check::holds(&Stack, "stack.yaml", text)?;
        }
    }
}
