//! `Gemfile.lock` and `gems.locked` (Bundler, `lockfile_parser.rb`): sections of indented lines.
//! `GEM`, `GIT`, `PATH` and `PLUGIN SOURCE` contain `specs:` with gems indented by four spaces and
//! their dependencies by six; `DEPENDENCIES` lists the project's own requirements.

use std::collections::{HashMap, HashSet};

use sealift_layers::{File, Metadata, TreePath};
use sealift_model::{Evidence, Location, Relationship};

use super::without_platform;
use crate::catalogers::text;
use crate::{Cataloger, Error, Facts};

/// Finds the gems that Bundler's lockfiles pin.
#[derive(Debug)]
pub(crate) struct Lockfile;

impl Cataloger for Lockfile {
    fn name(&self) -> &'static str {
        "ruby-lock"
    }

    fn names(&self) -> &'static [&'static str] {
        &["Gemfile.lock", "gems.locked"]
    }

    fn wants(&self, path: TreePath<'_>, _: &Metadata, _: &[u8]) -> bool {
        let is_lockfile = matches!(path.file_name(), b"Gemfile.lock" | b"gems.locked");
        is_lockfile && !is_inside_gem(path)
    }

    fn read(&self, file: &mut File<'_>, facts: &mut Facts) -> Result<(), Error> {
        parse(text::utf8(file.bytes()?, "Gemfile.lock")?, facts);
        Ok(())
    }
}

/// Whether a file lies in a gem's own folder, `gems/NAME-VERSION/`: gems carry lockfiles of their
/// own tests.
fn is_inside_gem(path: TreePath<'_>) -> bool {
    let mut folders = path.components().zip(path.components().skip(1));
    folders.any(|(folder, inner)| {
        let digit = |part: &[u8]| part.first().is_some_and(u8::is_ascii_digit);
        folder == b"gems" && inner.split(|byte| *byte == b'-').skip(1).any(digit)
    })
}

/// A gem below `specs:`.
#[derive(Debug)]
struct Entry<'a> {
    name: &'a str,
    version: &'a str,
    requires: Vec<&'a str>,
    /// The folder in which it lies.
    folder: Option<&'a str>,
    lines: (u64, u64),
}

impl Entry<'_> {
    /// The version of a folder is no release of the gem with that name in the registry.
    fn relationship(&self, asked_for: &HashSet<&str>) -> Relationship {
        match self.folder {
            Some(".") => Relationship::Root,
            Some(_) => Relationship::Workspace,
            None if asked_for.contains(self.name) => Relationship::Direct,
            None if asked_for.is_empty() => Relationship::Unstated,
            None => Relationship::Indirect,
        }
    }
}

/// What a section is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Section {
    Source,
    /// A source that is a folder.
    Path,
    Dependencies,
    Other,
}

fn parse(text: &str, facts: &mut Facts) {
    let (entries, asked_for) = read(text, facts);
    // A gem is listed once for each platform, with the same version.
    let mut ids: HashMap<&str, String> = HashMap::new();
    for entry in &entries {
        ids.entry(entry.name).or_insert_with(|| format!("{}@{}", entry.name, entry.version));
    }
    for entry in &entries {
        let Some(mut package) = super::package(entry.name, entry.version) else {
            let problem = format!("{:?} {:?} is no gem", entry.name, entry.version);
            facts.problem(Some(entry.lines.0), problem);
            continue;
        };
        package.evidence = Evidence::Declared;
        package.relationship = entry.relationship(&asked_for);
        package.depends_on =
            entry.requires.iter().filter_map(|name| ids.get(name)).cloned().collect();
        package.depends_on.sort_unstable();
        package.depends_on.dedup();
        package.locations = vec![Location::new("").on_lines(Some(entry.lines))];
        facts.package(package);
    }
}

fn read<'a>(text: &'a str, facts: &mut Facts) -> (Vec<Entry<'a>>, HashSet<&'a str>) {
    let (mut entries, mut asked_for) = (Vec::<Entry<'a>>::new(), HashSet::new());
    let (mut section, mut in_specs) = (Section::Other, false);
    let mut folder = None;
    for (line, number) in text.lines().zip(1..) {
        let content = line.trim();
        let depth = line.len() - line.trim_start_matches(' ').len();
        match depth {
            _ if content.is_empty() => {}
            0 => {
                (in_specs, folder) = (false, None);
                section = match content {
                    "GEM" | "GIT" | "PLUGIN SOURCE" => Section::Source,
                    "PATH" => Section::Path,
                    "DEPENDENCIES" => Section::Dependencies,
                    name if name.bytes().all(|b| b.is_ascii_uppercase() || b == b' ') => {
                        Section::Other
                    }
                    _ => {
                        facts.problem(Some(number), format!("{content:?} begins no section"));
                        Section::Other
                    }
                };
            }
            2 if section == Section::Dependencies => {
                asked_for.insert(name_of(content));
            }
            2 => {
                let is_source = matches!(section, Section::Source | Section::Path);
                in_specs = is_source && content == "specs:";
                let remote = content.strip_prefix("remote:").filter(|_| section == Section::Path);
                folder = remote.map(str::trim).or(folder);
            }
            4 if in_specs => match gem(content) {
                Some((name, version)) => {
                    let lines = (number, number);
                    let requires = Vec::new();
                    entries.push(Entry { name, version, requires, folder, lines });
                }
                None => facts.problem(Some(number), format!("{content:?} is no gem with version")),
            },
            6 if in_specs => {
                if let Some(entry) = entries.last_mut() {
                    entry.requires.push(name_of(content));
                    entry.lines.1 = number;
                }
            }
            _ => {}
        }
    }
    (entries, asked_for)
}

/// Name and version in `name (version-platform)`.
fn gem(content: &str) -> Option<(&str, &str)> {
    let (name, rest) = content.split_once(" (")?;
    Some((name, without_platform(rest.strip_suffix(')')?)))
}

/// The name in `name`, `name!` (of another source) or `name (>= 1, < 2)`.
fn name_of(content: &str) -> &str {
    content.split(' ').next().unwrap_or(content).trim_end_matches('!')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::catalogers::declared::testing::facts_of;

    fn facts(text: &str) -> Facts {
        facts_of(&Lockfile, "Gemfile.lock", text)
    }

    #[test]
    fn takes_what_is_pinned() {
        let facts = facts(
            "GIT\n  remote: https://host/x.git\n  revision: 0123abc\n  specs:\n    x (0.1.0)\n      \
             nokogiri (>= 1.6, < 2)\n      absent\n\nGEM\n  remote: https://host/\n  specs:\n    \
             nokogiri (1.13.3)\n      racc (~> 1.4)\n    nokogiri (1.13.3-x86_64-linux)\n    \
             racc (1.6.0)\n\nPLATFORMS\n  ruby\n\nDEPENDENCIES\n  x!\n  nokogiri (~> 1)\n\n\
             RUBY VERSION\n   ruby 3.0.2p107\n\nBUNDLED WITH\n   2.2.28\n",
        );
        assert_eq!(facts.problems, []);
        let found = facts.packages();
        let found: Vec<_> =
            found.map(|it| (it.id(), it.relationship, it.depends_on.join(" "))).collect();
        let row =
            |id: &str, relationship, needs: &str| (id.to_owned(), relationship, needs.to_owned());
        assert_eq!(
            found,
            [
                row("x@0.1.0", Relationship::Direct, "nokogiri@1.13.3"),
                row("nokogiri@1.13.3", Relationship::Direct, "racc@1.6.0"),
                row("nokogiri@1.13.3", Relationship::Direct, ""),
                row("racc@1.6.0", Relationship::Indirect, ""),
            ]
        );
        let x = facts.packages().next().unwrap();
        assert_eq!(x.purl.to_string(), "pkg:gem/x@0.1.0");
        assert_eq!(x.locations[0].lines, Some((5, 7)));
    }

    #[test]
    fn folders_are_parts_of_the_project() {
        let facts = facts(
            "PATH\n  remote: .\n  specs:\n    app (0.1.0)\n\nPATH\n  remote: ../lib\n  specs:\n    \
             lib (1.0)\n\nGEM\n  remote: https://host/\n  specs:\n    rake (13.0)\n\n\
             DEPENDENCIES\n  app!\n  lib!\n  rake\n",
        );
        let found: Vec<_> = facts.packages().map(|it| it.relationship).collect();
        assert_eq!(found, [Relationship::Root, Relationship::Workspace, Relationship::Direct]);
    }

    #[test]
    fn what_is_no_gem_is_told_with_its_line() {
        let facts = facts("GEM\n  specs:\n    nameless\n    a b (1)\n    c (1.0)\nthis is\n");
        assert_eq!(facts.packages().count(), 1);
        let mut lines: Vec<_> = facts.problems.iter().filter_map(|problem| problem.line).collect();
        lines.sort_unstable();
        assert_eq!(lines, [3, 4, 6]);
    }

    #[test]
    fn lockfiles_that_gems_carry_are_left_alone() {
        let wants = |path| Lockfile.wants(TreePath::from(path), &Metadata::new(1, 0), b"");
        assert!(
            wants("srv/Gemfile.lock") && wants("gems.locked") && wants("gems/my-app/Gemfile.lock")
        );
        assert!(!wants("usr/lib/ruby/gems/3.0.0/gems/a-b-1.2/test/Gemfile.lock"));
    }

    proptest! {
        #[test]
        fn facts_hold_together(text in "(GEM|  specs:|DEPENDENCIES|[a( )!-]{0,5}|\n {0,6}){0,40}") {
            crate::check::holds(&Lockfile, "Gemfile.lock", text)?;
        }
    }
}
