//! `mix.lock` (Mix, `Mix.Dep.Lock`): an Elixir map, one entry on a line: `"app": {:hex, :name,
//! "version", "checksum", [managers], [dependencies], ..}` or `"app": {:git, "url", "commit", ..}`.

use sealift_layers::{File, Metadata, TreePath};

use crate::catalogers::declared::Declared;
use crate::catalogers::text;
use crate::{Cataloger, Error, Facts};

/// Finds the packages that Mix locked.
#[derive(Debug)]
pub(crate) struct Mix;

impl Cataloger for Mix {
    fn name(&self) -> &'static str {
        "hex-mix"
    }

    /// A lockfile below `deps` was fetched with a package.
    fn names(&self) -> &'static [&'static str] {
        &["mix.lock"]
    }

    fn wants(&self, path: TreePath<'_>, _: &Metadata, _: &[u8]) -> bool {
        path.file_name() == b"mix.lock" && !path.components().any(|folder| folder == b"deps")
    }

    fn read(&self, file: &mut File<'_>, facts: &mut Facts) -> Result<(), Error> {
        parse(text::utf8(file.bytes()?, "mix.lock")?, facts);
        Ok(())
    }
}

fn parse(text: &str, facts: &mut Facts) {
    let mut found = Declared::default();
    for (line, number) in text.lines().map(str::trim).zip(1..) {
        // Before Elixir 1.6 the first entry stood on the line of the brace.
        let line = line.strip_prefix("%{").unwrap_or(line).trim_start();
        if matches!(line, "" | "}") || line.starts_with('#') {
            continue;
        }
        match Entry::of(line) {
            Some(Entry::Locked { name, version, requires }) => {
                found.add(super::package(name, version), (number, number), requires, facts);
            }
            Some(Entry::Folder) => {}
            None => facts.problem(Some(number), "an entry without name and version"),
        }
    }
    found.report(facts);
}

enum Entry<'t> {
    Locked {
        name: &'t str,
        version: &'t str,
        requires: Vec<String>,
    },
    /// A folder of the project.
    Folder,
}

impl<'t> Entry<'t> {
    fn of(line: &'t str) -> Option<Self> {
        let (app, rest) = line.strip_prefix('"')?.split_once("\": {:")?;
        let (kind, rest) = rest.split_once(',')?;
        match kind {
            "hex" => {
                let (name, rest) = rest.trim_start().strip_prefix(':')?.split_once(',')?;
                let (version, rest) = quoted(rest)?;
                let name = name.trim_matches('"');
                Some(Self::Locked { name, version, requires: required(rest) })
            }
            "git" => {
                let (_, rest) = quoted(rest)?;
                let (version, _) = quoted(rest.strip_prefix(',')?)?;
                Some(Self::Locked { name: app, version, requires: Vec::new() })
            }
            "path" => Some(Self::Folder),
            _ => None,
        }
    }
}

/// The text in quotes that comes next, and what follows it.
fn quoted(text: &str) -> Option<(&str, &str)> {
    text.trim_start().strip_prefix('"')?.split_once('"')
}

/// The names in `{:name, "~> 1.0", [..]}`.
fn required(text: &str) -> Vec<String> {
    let names = text.split("{:").skip(1).filter_map(|rest| rest.split_once(','));
    names.map(|(name, _)| name.to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::catalogers::declared::testing::{problem_lines, read, rows};

    #[test]
    fn takes_what_is_locked() {
        let text = "%{\n  \"a\": {:hex, :a_b, \"1.2.0\", \"00\", [:mix], [{:c, \"~> 1.0\", [hex: :c]}], \
                    \"hexpm\", \"11\"},\n  \"c\": {:hex, :c, \"1.0.0\", \"22\"},\n  \
                    \"d\": {:git, \"https://host/d.git\", \"abc123\", []},\n  \
                    \"e\": {:path, \"../e\", []},\n  \"f\": {:hex, },\n}\n";
        let (outcome, facts) = read(&Mix, "mix.lock", text);
        assert!(outcome.is_ok());
        assert_eq!(rows(&facts), ["a_b@1.2.0 2", "c@1.0.0 3", "d@abc123 4"]);
        let first = facts.packages().next().unwrap();
        assert_eq!(first.depends_on, ["c@1.0.0"]);
        assert_eq!(first.purl.to_string(), "pkg:hex/a_b@1.2.0");
        assert_eq!(problem_lines(&facts), [6]);
    }

    #[test]
    fn takes_what_older_versions_locked() {
        let text = "%{\"a\": {:hex, :a, \"1.0.0\", \"00\", [:mix], []},\n  \"b\": {:hex, :b, \"2.0.0\"}}\n";
        assert_eq!(rows(&read(&Mix, "mix.lock", text).1), ["a@1.0.0 1", "b@2.0.0 2"]);
    }

    proptest! {
        #[test]
        fn facts_hold_together(text in "(\"a\": \\{:(hex|git), |:a, |\"1\"|[{}:,\"a]|\n){0,20}") {
            crate::check::holds(&Mix, "mix.lock", text)?;
        }
    }
}
