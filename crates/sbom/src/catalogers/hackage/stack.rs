//! `stack.yaml.lock` and `stack.yaml` (Stack docs, "Lock files", "extra-deps"): packages as
//! `name-version@sha256:hash,size`, in a lockfile behind `hackage:`.

use std::collections::HashSet;

use sealift_layers::{File, Metadata, TreePath};
use sealift_model::Ecosystem;

use crate::catalogers::{declared, text, yaml};
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
        // A lockfile says of each package what was asked for and what it came to.
        let (mut section, mut known) = ("", HashSet::new());
        for line in yaml::lines(text) {
            match line.key {
                Some(key) if line.indent == 0 => section = key,
                Some("hackage") if is_lock && section == "packages" => {
                    let pin = without_hash(line.value);
                    if known.insert(pin) {
                        add(pin, line.number, facts);
                    }
                }
                None if !is_lock
                    && section == "extra-deps"
                    && line.is_item
                    && is_on_hackage(line.value) =>
                {
                    add(without_hash(line.value), line.number, facts);
                }
                None if line.indent == 0 => {
                    facts.problem(Some(line.number), format!("{:?} begins no section", line.value));
                }
                _ => {}
            }
        }
        Ok(())
    }
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
        assert_eq!(problem_lines(&facts), [6]);
    }

    proptest! {
        #[test]
        fn facts_hold_together(text in "(packages:\n|extra-deps:\n|- a-1\n|  hackage: [a@1-]{0,5}\n|.{0,4}\n){0,12}") {
            crate::check::holds(&Stack, "stack.yaml.lock", &text)?;
            crate::check::holds(&Stack, "stack.yaml", text)?;
        }
    }
}
